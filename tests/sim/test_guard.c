// SPDX-License-Identifier: BSD-2-Clause
/*
 * Page guards.
 *
 *     test, in the host's place -- carrier with guard -- tests/modules/touchy_FAULT.so
 *     test -- host -- carrier with guard -- ext/rsn.so, template.so   (and see nothing)
 *
 * Each touchy module makes one trespass on its way through the same calls.
 */
#include "tests/lib/world.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "module/inproc.h"

#define SEEN_MAX     8
#define BLOCKS_MAX   8
#define EXTRA        24 /* bytes behind the association parameters */
#define PACKET_BYTES 40

/* What the module sees of the host: this one says yes to everything. */
struct place {
	struct module *m;
	pthread_mutex_t lock; /* of what follows; the module has threads */
	pthread_cond_t change;
	struct module_trespass_info seen[SEEN_MAX];
	unsigned nseen;
	unsigned seen_within; /* how many there were at the last call from a handler */
	unsigned pre_completions, post_completions;
	HANDLE send; /* that waits for its completion */
	HANDLE ext;
};

static DWORD on_function(void *user, struct function_call *c)
{
	struct place *p = (struct place *)user;

	pthread_mutex_lock(&p->lock);
	if (c->within)
		p->seen_within = p->nseen;
	switch (c->fn) {
	case FN_ALLOCATE_BUFFER:
		*c->allocate_buffer.buffer = c->allocate_buffer.token;
		break;
	case FN_FREE_BUFFER:
		c->free_buffer.release = true;
		break;
	case FN_SEND_PACKET:
		p->send = c->send_packet.send;
		break;
	case FN_PRE_ASSOCIATE_COMPLETION:
		p->pre_completions++;
		break;
	case FN_POST_ASSOCIATE_COMPLETION:
		p->post_completions++;
		break;
	default: /* nothing to do for the others */
		break;
	}
	pthread_cond_broadcast(&p->change);
	pthread_mutex_unlock(&p->lock);
	return ERROR_SUCCESS;
}

static void on_trespass(void *user, const struct module_trespass_info *info)
{
	struct place *p = (struct place *)user;

	pthread_mutex_lock(&p->lock);
	if (p->nseen < SEEN_MAX)
		p->seen[p->nseen] = *info;
	p->nseen++;
	pthread_mutex_unlock(&p->lock);
}

/* ---- One way through the handlers. ---- */

static void call(struct place *p, struct handler_call *c)
{
	c->adapter = p->ext;
	p->m->ops->call(p->m, c);
	assert_false(c->lost);
	assert_int_equal(c->result, ERROR_SUCCESS);
}

static void place_open(struct place *p, const char *module)
{
	struct handler_call c = {.fn = FN_INIT_SERVICE};
	char name[100], err[256] = "";

	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->change, NULL);
	snprintf(name, sizeof(name), "tests/modules/%s.so", module);
	if (inproc_open(world_built(name), &(struct inproc_options){.guard = true}, &p->m, err,
		    sizeof(err)))
		fail_msg("%s: %s", name, err);
	p->m->function = on_function;
	p->m->trespass = on_trespass;
	p->m->user = p;
	call(p, &c);
	assert_int_equal(c.init_service.handlers, 19);
}

static void arrive(struct place *p)
{
	WCHAR text[] = {'a', 0};
	DOT11_ADAPTER adapter = {.pszDescription = text};
	struct handler_call c = {.fn = FN_INIT_ADAPTER, .init_adapter = {&adapter, p, NULL}};

	call(p, &c);
	assert_ptr_equal(c.init_adapter.adapter, &adapter);
	assert_non_null(c.init_adapter.ext);
	p->ext = c.init_adapter.ext;
}

static void connect_it(struct place *p)
{
	DOT11EXT_IHV_SSID_LIST ssids = {.ulCount = 1};
	DOT11EXT_IHV_PROFILE_PARAMS params = {.pSsidList = &ssids};
	WCHAR fragment[] = {'<', 'x', '/', '>', 0};
	DOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity = {fragment};
	DOT11EXT_IHV_SECURITY_PROFILE security = {NULL, FALSE};
	UCHAR entries[sizeof(DOT11_BSS_ENTRY)] = {0};
	DOT11_BSS_LIST networks = {sizeof(entries), entries};
	DWORD reason = 42;
	struct handler_call c = {.fn = FN_PERFORM_PRE_ASSOCIATE,
		.profile = {p, &params, &connectivity, &security, &networks, &reason}};

	call(p, &c);
	assert_int_equal(reason, 0);
	assert_ptr_equal(c.profile.params, &params);
	assert_ptr_equal(params.pSsidList, &ssids);
	assert_ptr_equal(connectivity.pszXmlFragmentIhvConnectivity, fragment);
	assert_ptr_equal(c.profile.bss, &networks);
	assert_ptr_equal(networks.pucBuffer, entries);
	pthread_mutex_lock(&p->lock);
	while (!p->pre_completions)
		pthread_cond_wait(&p->change, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

/* What PerformPostAssociate is given, and what there is of it afterwards. */
struct association {
	DOT11_PORT_STATE port, port_before;
	struct {
		DOT11_ASSOCIATION_COMPLETION_PARAMETERS params;
		UCHAR extra[EXTRA];
	} data, data_before;
};

static void associate(struct place *p, struct association *a)
{
	struct handler_call c = {.fn = FN_PERFORM_POST_ASSOCIATE,
		.perform_post_associate = {p, &a->port, sizeof(a->data), &a->data.params}};

	memset(a, 0x11, sizeof(*a));
	a->port_before = a->port;
	a->data_before = a->data;
	call(p, &c);
	assert_ptr_equal(c.perform_post_associate.port, &a->port);
	pthread_mutex_lock(&p->lock);
	while (!p->post_completions)
		pthread_cond_wait(&p->change, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

/* True: the packet was written. */
static bool receive(struct place *p)
{
	UCHAR packet[PACKET_BYTES] = {0}, before[PACKET_BYTES] = {0};
	struct handler_call c = {
		.fn = FN_RECEIVE_PACKET, .receive_packet = {sizeof(packet), packet}};

	call(p, &c);
	return memcmp(packet, before, sizeof(packet)) != 0;
}

/* True: the packet was not as it had been sent. */
static bool complete_send(struct place *p)
{
	struct handler_call c = {
		.fn = FN_SEND_PACKET_COMPLETION, .send_packet_completion = {p->send, false}};

	if (!p->send)
		return false;
	call(p, &c);
	return c.send_packet_completion.modified;
}

/* Asks for what the module has to give, and takes it. */
static void take_gifts(struct place *p)
{
	DOT11EXT_IHV_DISCOVERY_PROFILE_LIST list = {0, NULL};
	DWORD reason = 42;
	struct handler_call c = {.fn = FN_QUERY_UI_REQUEST};

	call(p, &c);
	if (c.query_ui_request.request)
		p->m->ops->release(p->m, c.query_ui_request.request);
	c = (struct handler_call){.fn = FN_CREATE_DISCOVERY_PROFILES,
		.create_discovery_profiles = {.list = &list, .reason = &reason}};
	call(p, &c);
	if (list.pIhvDiscoveryProfiles)
		p->m->ops->release(p->m, list.pIhvDiscoveryProfiles);
}

static void stop(struct place *p)
{
	DOT11_MAC_ADDRESS peer = {0x11, 0x11, 0x11, 0x11, 0x11, 0x11};
	struct handler_call c = {.fn = FN_STOP_POST_ASSOCIATE, .stop_post_associate = {&peer, 0}};

	call(p, &c);
}

static void leave(struct place *p)
{
	struct handler_call c = {.fn = FN_DEINIT_ADAPTER};

	call(p, &c);
	c = (struct handler_call){.fn = FN_DEINIT_SERVICE};
	call(p, &c);
	assert_int_equal(p->m->ops->threads(p->m), 0);
	p->m->ops->close(p->m);
	pthread_cond_destroy(&p->change);
	pthread_mutex_destroy(&p->lock);
}

/* What came of a run but for trespasses. */
struct outcome {
	bool port_written, association_written, packet_written, send_modified;
};

static struct outcome whole_life(struct place *p, const char *module)
{
	struct outcome o = {0};
	struct association a;

	place_open(p, module);
	arrive(p);
	take_gifts(p);
	connect_it(p);
	associate(p, &a);
	o.port_written = memcmp(&a.port, &a.port_before, sizeof(a.port)) != 0;
	o.association_written = memcmp(&a.data, &a.data_before, sizeof(a.data)) != 0;
	o.packet_written = receive(p);
	o.packet_written |= receive(p);
	o.send_modified = complete_send(p);
	stop(p);
	leave(p);
	return o;
}

static void expect(const char *module, unsigned count, enum module_trespass what,
	enum crossing_fn fn, struct outcome expected)
{
	struct place p;
	struct outcome o = whole_life(&p, module);

	print_message("%s\n", module);
	assert_int_equal(p.nseen, count);
	if (count) {
		assert_int_equal(p.seen[0].what, what);
		assert_int_equal(p.seen[0].fn, fn);
		assert_int_equal(p.seen[0].code, 0);
	}
	assert_int_equal(o.port_written, expected.port_written);
	assert_int_equal(o.association_written, expected.association_written);
	assert_int_equal(o.packet_written, expected.packet_written);
	assert_int_equal(o.send_modified, expected.send_modified);
}

#define NOTHING                                                                                    \
	(struct outcome)                                                                           \
	{                                                                                          \
		0                                                                                  \
	}

static void test_clean(void **state)
{
	(void)state;
	expect("touchy_nothing", 0, TRESPASS_WRITE, FN_COUNT, NOTHING);
	expect("touchy_beside_sent", 0, TRESPASS_WRITE, FN_COUNT, NOTHING);
}

static void test_inputs_written(void **state)
{
	(void)state;
	expect("touchy_port", 1, TRESPASS_WRITE, FN_PERFORM_POST_ASSOCIATE,
		(struct outcome){.port_written = true});
	expect("touchy_association", 1, TRESPASS_WRITE, FN_PERFORM_POST_ASSOCIATE,
		(struct outcome){.association_written = true});
	/* Two packets, each a buffer of its own. */
	expect("touchy_packet", 2, TRESPASS_WRITE, FN_RECEIVE_PACKET,
		(struct outcome){.packet_written = true});
}

static void test_inputs_kept(void **state)
{
	(void)state;
	expect("touchy_kept_packet", 1, TRESPASS_LATE_READ, FN_RECEIVE_PACKET, NOTHING);
	expect("touchy_kept_port", 1, TRESPASS_LATE_WRITE, FN_PERFORM_POST_ASSOCIATE, NOTHING);
	expect("touchy_kept_networks", 1, TRESPASS_LATE_READ, FN_PERFORM_PRE_ASSOCIATE, NOTHING);
	expect("touchy_fragment", 1, TRESPASS_LATE_READ, FN_PERFORM_PRE_ASSOCIATE, NOTHING);
}

/* The same memory, read and written: two kinds, each once. */
static void test_each_kind_once(void **state)
{
	struct place p;

	(void)state;
	whole_life(&p, "touchy_packet_twice");
	assert_int_equal(p.nseen, 2);
	assert_int_equal(p.seen[0].what, TRESPASS_LATE_READ);
	assert_int_equal(p.seen[1].what, TRESPASS_LATE_WRITE);
	assert_int_equal(p.seen[1].fn, FN_RECEIVE_PACKET);
}

static void test_table(void **state)
{
	(void)state;
	expect("touchy_table", 1, TRESPASS_TABLE, FN_INIT_SERVICE, NOTHING);
}

static void test_packets(void **state)
{
	(void)state;
	expect("touchy_sent", 1, TRESPASS_PACKET, FN_COUNT,
		(struct outcome){.send_modified = true});
	expect("touchy_sent_freed", 1, TRESPASS_PACKET, FN_COUNT,
		(struct outcome){.send_modified = true});
}

static void test_buffers(void **state)
{
	(void)state;
	expect("touchy_freed", 1, TRESPASS_GIVEN, FN_COUNT, NOTHING);
	expect("touchy_given_ui", 1, TRESPASS_GIVEN, FN_COUNT, NOTHING);
	expect("touchy_given_profiles", 1, TRESPASS_GIVEN, FN_COUNT, NOTHING);
}

/* What a module did is told before the host hears of its next call. */
static void test_told_in_order(void **state)
{
	struct place p;
	struct association a;

	(void)state;
	place_open(&p, "touchy_freed");
	arrive(&p);
	connect_it(&p);
	associate(&p, &a);
	assert_int_equal(p.nseen, 1);
	assert_int_equal(p.seen_within, 1);
	stop(&p);
	leave(&p);
}

static unsigned mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned n = 0;
	int c;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

/* Many more calls than regions are kept: the oldest go, the late are still seen. */
static void test_many_calls(void **state)
{
	unsigned i, before;
	struct place p;

	(void)state;
	place_open(&p, "touchy_kept_packet");
	arrive(&p);
	before = mappings();
	for (i = 0; i < 1000; i++)
		assert_false(receive(&p));
	assert_int_equal(p.nseen, 999);
	assert_true(mappings() < before + 600);
	assert_int_equal(p.seen[SEEN_MAX - 1].what, TRESPASS_LATE_READ);
	leave(&p);
}

#define THREADS    4
#define PER_THREAD 200

static void claim(struct place *p, bool began)
{
	pthread_mutex_lock(&p->lock); /* one at a time, as by the host */
	p->m->ops->host_thread(p->m, began);
	pthread_mutex_unlock(&p->lock);
}

static void *receive_many(void *arg)
{
	struct place *p = (struct place *)arg;
	unsigned i;

	claim(p, true);
	for (i = 0; i < PER_THREAD; i++)
		receive(p);
	claim(p, false);
	return NULL;
}

/* None is lost, none is told twice. */
static void test_many_threads(void **state)
{
	pthread_t threads[THREADS];
	struct place p;
	unsigned i;

	(void)state;
	place_open(&p, "touchy_packet");
	arrive(&p);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, receive_many, &p), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(p.nseen, THREADS * PER_THREAD);
	leave(&p);
}

/* An end that is like no other, and that no sanitizer has an opinion about. */
static void own_handler(int number)
{
	if (number == SIGSEGV)
		raise(SIGKILL);
}

static void returning_handler(int number)
{
	(void)number;
}

/* The signal that ends a process which has this handler for SIGSEGV and then loads the module; 0:
 * none. */
static int end_of(const char *module, void (*handler)(int), int flags)
{
	static const struct rlimit none = {0, 0};
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	struct place p;
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		alarm(20);                         /* rather than for ever */
		sigaction(SIGSEGV, &action, NULL); /* not the test runner's */
		whole_life(&p, module);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* Past the end there is nothing to go on with; what is no fault at all is none of ours either. */
static void test_crash_stays_a_crash(void **state)
{
	static const char *const modules[] = {"touchy_behind_packet", "touchy_raise"};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(end_of(modules[i], SIG_DFL, 0), SIGSEGV);
		assert_int_equal(end_of(modules[i], own_handler, 0), SIGKILL);
		assert_int_equal(end_of(modules[i], own_handler, (int)SA_RESETHAND), SIGKILL);
	}
	assert_int_equal(end_of("touchy_behind_packet", SIG_IGN, 0), SIGSEGV);
	assert_int_equal(end_of("touchy_raise", SIG_IGN, 0), 0);
	/* As the crash reporter's, which lets the fault happen again. */
	assert_int_equal(
		end_of("touchy_behind_packet", returning_handler, (int)SA_RESETHAND), SIGSEGV);
	assert_int_equal(end_of("touchy_raise", returning_handler, 0), 0);
	assert_int_equal(end_of("touchy_port", own_handler, 0), 0);
}

static void test_handler_is_put_back(void **state)
{
	struct sigaction before, after;
	struct place p;

	(void)state;
	sigaction(SIGSEGV, NULL, &before);
	whole_life(&p, "touchy_port");
	sigaction(SIGSEGV, NULL, &after);
	assert_true(before.sa_handler == after.sa_handler);
	assert_int_equal(before.sa_flags, after.sa_flags);
}

/* A whole host, with modules that do nothing of the kind. */
static unsigned trespasses;

static void count_trespass(void *user, const struct module_trespass_info *info)
{
	(void)user;
	print_error("trespass %d in %s\n", (int)info->what, crossing_name(info->fn));
	trespasses++;
}

static void watch(struct world *w)
{
	w->module->trespass = count_trespass;
}

static void check_life(struct world_config config)
{
	struct world w;

	config.guard = true;
	config.loaded = watch;
	trespasses = 0;
	world_open(&w, &config);
	world_bring_up(&w, 0);
	assert_int_equal(
		sim_station_roam(w.adapters[0].mp, sim_ap_config(w.aps[1])->bssid, 0xB), 0);
	world_rest(&w, NS_PER_S);
	assert_true(world_wait_open(&w, 0));
	world_ping(&w, 0);
	world_disconnect(&w, 0);
	world_recover(&w, 0);
	world_close(&w);
	assert_int_equal(trespasses, 0);
}

static void test_modules_are_clean(void **state)
{
	(void)state;
	check_life((struct world_config){.module = WORLD_RSN,
		.security = WORLD_SECURITY,
		.aps = {WORLD_RADIO, WORLD_RADIO}});
	check_life((struct world_config){.module = WORLD_TEMPLATE, .aps = {"open", "open"}});
}

/* The user's answer, and an indication of every kind that the radio makes. */
static void test_rsn_asks_under_guard(void **state)
{
	const struct world_config config = {.module = WORLD_RSN,
		.security = WORLD_FRAGMENT(""),
		.aps = {WORLD_RADIO},
		.guard = true,
		.loaded = watch};
	uint16_t units[64];
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < 64; i++)
		units[i] = (uint8_t)WORLD_PSK[i];
	trespasses = 0;
	world_open(&w, &config);
	world_arrive(&w, 0);
	assert_int_equal(host_connect(w.adapters[0].host, w.profile), 0);
	world_rest(&w, NS_PER_S);
	assert_int_equal(w.ui_requests, 1);
	assert_int_equal(host_ui_respond(w.host, w.ui.id, units, sizeof(units)), 0);
	assert_true(world_wait(&w, 0, NOTICE_CONNECTED, 0));
	world_ping(&w, 0);
	world_close(&w);
	assert_int_equal(trespasses, 0);
}

static void *nothing(void *arg)
{
	return arg;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_inputs_written),
		cmocka_unit_test(test_inputs_kept),
		cmocka_unit_test(test_each_kind_once),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_told_in_order),
		cmocka_unit_test(test_many_calls),
		cmocka_unit_test(test_many_threads),
		cmocka_unit_test(test_crash_stays_a_crash),
		cmocka_unit_test(test_handler_is_put_back),
		cmocka_unit_test(test_modules_are_clean),
		cmocka_unit_test(test_rsn_asks_under_guard),
	};
	pthread_t thread;

	/* ThreadSanitizer's own thread comes with the first: it must not be the module's. */
	if (pthread_create(&thread, NULL, nothing, NULL) == 0)
		pthread_join(thread, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
