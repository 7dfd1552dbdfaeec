// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/fake_module.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ETHERTYPE_EAPOL_LE 0x8E88 /* 88 8E in memory */
#define CCMP_KEY_BYTES     28     /* packet number, padding, length, 16 bytes of key */

static DWORD tell(struct fake *f, struct function_call *call, const struct handler_call *within)
{
	call->within = within;
	call->thread = within ? 0 : 1;
	if (atomic_load(&f->module.ended))
		return ERROR_INVALID_STATE; /* a dead process calls nobody */
	return f->module.function(f->module.user, call);
}

static void later(
	struct fake *f, enum crossing_fn fn, HANDLE svc, HANDLE session, const UCHAR *peer)
{
	struct fake_pending *p = &f->pending[f->npending];

	if (f->npending == FAKE_PENDING)
		abort();
	*p = (struct fake_pending){.fn = fn, .svc = svc, .session = session};
	if (peer)
		memcpy(p->peer, peer, sizeof(p->peer));
	f->npending++;
}

static struct fake_adapter *adapter_of(struct fake *f, HANDLE ext)
{
	uintptr_t i = (uintptr_t)ext;

	if (i == 0 || i > FAKE_ADAPTERS)
		abort();
	return &f->adapters[i - 1];
}

/* ---- Calls out of the module. ---- */

static void allocate_and_free(struct fake *f, const struct handler_call *within)
{
	void *token = NULL;
	struct function_call call = {.fn = FN_ALLOCATE_BUFFER};

	f->block = calloc(1, 16);
	call.allocate_buffer.size = 16;
	call.allocate_buffer.buffer = &token;
	call.allocate_buffer.token = f->block;
	tell(f, &call, within);
	if (token) {
		call = (struct function_call){.fn = FN_FREE_BUFFER, .free_buffer.buffer = token};
		tell(f, &call, within);
	}
	free(f->block);
	f->block = NULL;
}

static void register_types(struct fake *f, HANDLE svc, const struct handler_call *within)
{
	USHORT type = ETHERTYPE_EAPOL_LE;
	struct function_call call = {.fn = FN_SET_ETHERTYPE_HANDLING, .svc = svc};

	call.set_ethertype_handling.types = 1;
	call.set_ethertype_handling.type = &type;
	tell(f, &call, within);
}

static void complete(struct fake *f, const struct fake_pending *p, DWORD reason, DWORD error,
	const struct handler_call *within)
{
	struct function_call call = {.fn = p->fn, .svc = p->svc};

	call.completion.session = p->session;
	call.completion.reason = reason;
	call.completion.error = error;
	tell(f, &call, within);
}

static void set_key(struct fake *f, const struct fake_pending *p)
{
	struct function_call call = {.fn = p->fn, .svc = p->svc};
	union {
		DOT11_CIPHER_DEFAULT_KEY_VALUE group;
		DOT11_CIPHER_KEY_MAPPING_KEY_VALUE pair;
		UCHAR bytes[64];
	} key = {.bytes = {0}};
	UCHAR *at = p->fn == FN_SET_DEFAULT_KEY ? key.group.ucKey : key.pair.ucKey;

	at[8] = 16; /* length of the key; the rest may be anything */
	if (p->fn == FN_SET_DEFAULT_KEY) {
		key.group.Header.Type = 0x80;
		key.group.Header.Revision = 1;
		key.group.Header.Size = sizeof(key.group);
		key.group.uKeyIndex = 1;
		key.group.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
		key.group.usKeyLength = CCMP_KEY_BYTES;
		call.set_default_key.key = &key.group;
		call.set_default_key.direction = DOT11_DIR_INBOUND;
	} else {
		memcpy(key.pair.PeerMacAddr, p->peer, sizeof(p->peer));
		key.pair.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
		key.pair.Direction = DOT11_DIR_BOTH;
		key.pair.usKeyLength = CCMP_KEY_BYTES;
		call.set_key_mapping_key.key = &key.pair;
	}
	tell(f, &call, NULL);
}

static void send_packet(struct fake *f, const struct fake_pending *p)
{
	UCHAR packet[8 + 4] = {0};
	struct function_call call = {.fn = FN_SEND_PACKET, .svc = p->svc};

	memcpy(packet, p->peer, sizeof(p->peer));
	packet[6] = 0x88;
	packet[7] = 0x8E;
	packet[8] = 2;
	packet[9] = 1; /* EAPOL-Start: an open access point does not care */
	call.send_packet.length = sizeof(packet);
	call.send_packet.packet = packet;
	call.send_packet.send = (HANDLE)++f->sends;
	tell(f, &call, NULL);
}

static void act(struct fake *f, const struct fake_pending *p)
{
	struct function_call call = {.fn = p->fn, .svc = p->svc};

	switch (p->fn) {
	case FN_PRE_ASSOCIATE_COMPLETION:
	case FN_POST_ASSOCIATE_COMPLETION:
		complete(f, p, 0, ERROR_SUCCESS, NULL);
		break;
	case FN_SET_AUTH_ALGORITHM:
		call.set.value = DOT11_AUTH_ALGO_80211_OPEN;
		tell(f, &call, NULL);
		break;
	case FN_SET_KEY_MAPPING_KEY:
	case FN_SET_DEFAULT_KEY:
		set_key(f, p);
		break;
	case FN_SEND_PACKET:
		send_packet(f, p);
		break;
	default: /* the others have no arguments: algorithm 0 */
		tell(f, &call, NULL);
		break;
	}
}

/* The thread of the adapter's work drops what it was about to do. True: `fn` was among it. */
static bool drop(struct fake *f, HANDLE svc, enum crossing_fn fn, struct fake_pending *found)
{
	unsigned i, kept = 0;
	bool was = false;

	for (i = 0; i < f->npending; i++) {
		if (f->pending[i].svc != svc) {
			f->pending[kept++] = f->pending[i];
		} else if (f->pending[i].fn == fn) {
			was = true;
			*found = f->pending[i];
		}
	}
	f->npending = kept;
	return was;
}

static void ask_user(
	struct fake *f, const struct fake_adapter *a, const struct handler_call *within)
{
	DOT11EXT_IHV_UI_REQUEST request = {.guidUIRequest = {.Data1 = 1}};
	struct function_call call = {.fn = FN_SEND_UI_REQUEST, .svc = a->svc};

	call.send_ui_request.request = &request;
	tell(f, &call, within);
}

/* ---- Handlers. ---- */

static void pre_associate(struct fake *f, struct handler_call *c)
{
	struct fake_adapter *a = adapter_of(f, c->adapter);

	later(f, FN_SET_AUTH_ALGORITHM, a->svc, NULL, NULL);
	later(f, FN_SET_UNICAST_CIPHER_ALGORITHM, a->svc, NULL, NULL);
	if (f->early_key)
		later(f, FN_SET_DEFAULT_KEY, a->svc, NULL, NULL);
	a->connect = c->profile.session;
	if (f->asks)
		ask_user(f, a, c);
	else
		later(f, FN_PRE_ASSOCIATE_COMPLETION, a->svc, a->connect, NULL);
}

/* The user has answered: the first adapter was the one that asked. */
static void answered(struct fake *f)
{
	const struct fake_adapter *a = &f->adapters[0];

	later(f, FN_PRE_ASSOCIATE_COMPLETION, a->svc, a->connect, NULL);
}

static void post_associate(struct fake *f, struct handler_call *c)
{
	struct fake_adapter *a = adapter_of(f, c->adapter);
	const UCHAR *peer = c->perform_post_associate.port->PeerMacAddress;
	HANDLE session = c->perform_post_associate.session;

	later(f, FN_SEND_PACKET, a->svc, session, peer);
	later(f, FN_SET_KEY_MAPPING_KEY, a->svc, session, peer);
	later(f, FN_SET_DEFAULT_KEY, a->svc, session, peer);
	later(f, FN_POST_ASSOCIATE_COMPLETION, a->svc, session, peer);
}

static void reset(struct fake *f, struct handler_call *c)
{
	struct fake_adapter *a = adapter_of(f, c->adapter);
	struct fake_pending found;

	if (drop(f, a->svc, FN_PRE_ASSOCIATE_COMPLETION, &found))
		complete(f, &found, 0x48011, ERROR_CANCELLED, c);
}

static void init_adapter(struct fake *f, struct handler_call *c)
{
	if (f->nadapters == FAKE_ADAPTERS)
		abort();
	f->adapters[f->nadapters++].svc = c->init_adapter.svc;
	register_types(f, c->init_adapter.svc, c);
	c->init_adapter.ext = (HANDLE)(uintptr_t)f->nadapters;
}

static void handle(struct fake *f, struct handler_call *c)
{
	struct fake_pending found;

	switch (c->fn) {
	case FN_GET_VERSION_INFO:
		c->get_version_info.version->dwVerMin = f->version;
		c->get_version_info.version->dwVerMax = f->version;
		break;
	case FN_INIT_SERVICE:
		allocate_and_free(f, c);
		c->init_service.handlers = 19;
		c->result = f->service_result;
		break;
	case FN_INIT_ADAPTER:
		init_adapter(f, c);
		break;
	case FN_PERFORM_PRE_ASSOCIATE:
		pre_associate(f, c);
		*c->profile.reason = 0;
		break;
	case FN_VALIDATE_PROFILE:
	case FN_PERFORM_CAPABILITY_MATCH:
		*c->profile.reason = 0;
		break;
	case FN_CREATE_DISCOVERY_PROFILES:
		*c->create_discovery_profiles.reason = 0;
		break;
	case FN_PERFORM_POST_ASSOCIATE:
		post_associate(f, c);
		break;
	case FN_STOP_POST_ASSOCIATE:
	case FN_DEINIT_ADAPTER:
		drop(f, adapter_of(f, c->adapter)->svc, FN_COUNT, &found);
		break;
	case FN_ADAPTER_RESET:
		reset(f, c);
		break;
	case FN_PROCESS_UI_RESPONSE:
		answered(f);
		break;
	case FN_QUERY_UI_REQUEST:
		c->result = ERROR_CALL_NOT_IMPLEMENTED;
		break;
	case FN_CONTROL:
		*c->control.returned = 0;
		break;
	default: /* success says all */
		break;
	}
}

/* ---- What a carrier does. ---- */

static void sleep_in_handler(struct fake *f)
{
	pthread_mutex_lock(&f->lock);
	while (!atomic_load(&f->module.ended))
		pthread_cond_wait(&f->died, &f->lock);
	pthread_mutex_unlock(&f->lock);
}

static void spin_in_handler(struct fake *f)
{
	while (!atomic_load(&f->module.ended))
		;
}

static void hang_in_loading(struct fake *f)
{
	unsigned kills;

	pthread_mutex_lock(&f->lock);
	kills = f->kills;
	while (f->kills == kills)
		pthread_cond_wait(&f->died, &f->lock);
	pthread_mutex_unlock(&f->lock);
}

static void load(struct fake *f, struct handler_call *c)
{
	f->faults += !atomic_load(&f->module.ended);
	if (f->hanging_loads) {
		f->hanging_loads--;
		hang_in_loading(f);
		f->death = (struct module_death){MODULE_NEVER_CAME, 0, "it was not loaded"};
		c->result = ERROR_TIMEOUT;
		return;
	}
	if (f->failing_loads) {
		f->failing_loads--;
		f->death = (struct module_death){MODULE_NEVER_CAME, 126, "it is not there"};
		c->result = 126; /* ERROR_MOD_NOT_FOUND */
		return;
	}
	f->loads++;
	f->nadapters = f->npending = 0;
	memset(f->adapters, 0, sizeof(f->adapters));
	f->buried = false;
	atomic_store(&f->module.ended, false);
}

static void fake_call(struct module *m, struct handler_call *c)
{
	enum fake_way way = FAKE_ANSWERS;
	struct fake *f = fake_of(m);

	if (c->fn == FN_MODULE_LOADED) {
		load(f, c);
		return;
	}
	f->faults += f->buried;
	if (c->fn == f->stuck && !atomic_load(&m->ended))
		way = f->way; /* looked at once: the test may change it while this one sleeps */
	atomic_store(&f->busy, way == FAKE_SPINS || way == FAKE_COMPUTES);
	if (way == FAKE_SLEEPS || way == FAKE_COMPUTES)
		sleep_in_handler(f);
	else if (way == FAKE_SPINS)
		spin_in_handler(f);
	atomic_store(&f->busy, false);
	if (!atomic_load(&m->ended))
		handle(f, c);
	c->lost = atomic_load(&m->ended);
}

static enum module_activity fake_activity(struct module *m)
{
	struct fake *f = fake_of(m);

	if (atomic_load(&f->busy))
		return MODULE_BUSY;
	return f->alone ? MODULE_ALONE : MODULE_ASLEEP;
}

static unsigned fake_threads(struct module *m)
{
	(void)m;
	return 0;
}

static void fake_host_thread(struct module *m, bool began)
{
	(void)m;
	(void)began;
}

static void fake_release(struct module *m, void *token)
{
	(void)m;
	free(token);
}

static void fake_close(struct module *m)
{
	struct fake *f = fake_of(m);

	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->died);
	close(f->wake);
	free(f);
}

/* One call of the module's own thread at a time. */
static bool fake_pump(struct module *m)
{
	struct fake *f = fake_of(m);
	struct fake_pending p;
	eventfd_t count;

	if (eventfd_read(f->wake, &count) == 0) {
		fake_die(f, MODULE_EXITED, 0);
		return true;
	}
	if (f->dying && --f->dying == 0)
		fake_die(f, MODULE_KILLED, 0);
	if (!f->npending || atomic_load(&m->ended))
		return false;
	p = f->pending[0];
	memmove(&f->pending[0], &f->pending[1], --f->npending * sizeof(p));
	act(f, &p);
	return true;
}

static int fake_descriptor(struct module *m)
{
	return atomic_load(&m->ended) ? -1 : fake_of(m)->wake;
}

static void fake_kill(struct module *m)
{
	struct fake *f = fake_of(m);

	pthread_mutex_lock(&f->lock);
	f->kills++;
	pthread_mutex_unlock(&f->lock);
	if (f->lingers)
		f->dying = f->lingers;
	else
		fake_die(f, MODULE_KILLED, 0);
}

static void fake_death(struct module *m, struct module_death *out)
{
	struct fake *f = fake_of(m);

	pthread_mutex_lock(&f->lock);
	*out = f->death;
	pthread_mutex_unlock(&f->lock);
}

void fake_die(struct fake *f, enum module_end end, uint32_t code)
{
	pthread_mutex_lock(&f->lock);
	if (!atomic_load(&f->module.ended)) {
		f->death = (struct module_death){end, code, NULL};
		atomic_store(&f->module.ended, true);
	}
	pthread_cond_broadcast(&f->died);
	pthread_mutex_unlock(&f->lock);
}

void fake_die_unseen(struct fake *f)
{
	if (eventfd_write(f->wake, 1))
		abort();
}

static const struct module_ops fake_ops = {
	.call = fake_call,
	.activity = fake_activity,
	.threads = fake_threads,
	.host_thread = fake_host_thread,
	.release = fake_release,
	.close = fake_close,
	.pump = fake_pump,
	.descriptor = fake_descriptor,
	.kill = fake_kill,
	.death = fake_death,
};

struct fake *fake_new(void)
{
	struct fake *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->module.ops = &fake_ops;
	f->module.path = "fake";
	f->module.remote = true;
	f->module.exports =
		MODULE_HAS_VERSION_INFO | MODULE_HAS_INIT_SERVICE | MODULE_HAS_VIRTUAL_STATION;
	f->module.functions = 22;
	f->module.vs_functions = 4;
	f->stuck = FN_COUNT;
	f->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->died, NULL);
	return f;
}
