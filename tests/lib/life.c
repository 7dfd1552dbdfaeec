// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/life.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#define REASON_BUSY 5 /* 802.11-2020, Table 9-49 */
#define ROAM_BETTER 0xB

void no_child_left(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* Ends the association as soon as it is pending, once. */
static void disassociate(void *user)
{
	struct world *w = (struct world *)user;
	unsigned i;

	for (i = 0; i < w->naps; i++)
		sim_ap_disassociate(w->aps[i], world_station(w, 0), REASON_BUSY);
}

static void end_pending(struct world *w, const struct crossing *x)
{
	bool *pending = (bool *)w->config.user;

	if (!*pending || x->fn != FN_PERFORM_POST_ASSOCIATE || x->phase != PHASE_EXIT)
		return;
	*pending = false;
	if (host_post(w->host, disassociate, w))
		abort();
}

static void ended_by_ap(struct world *w)
{
	disassociate(w);
	world_rest(w, NS_PER_S);
	world_recover(w, 0);
}

void life_roam(struct world *w)
{
	const struct sim_ap *from = world_ap(w, 0);
	const struct sim_ap *to = from == w->aps[0] ? w->aps[1] : w->aps[0];

	assert_int_equal(
		sim_station_roam(w->adapters[0].mp, sim_ap_config(to)->bssid, ROAM_BETTER), 0);
	world_rest(w, NS_PER_S);
	assert_true(world_wait_open(w, 0));
	world_ping(w, 0);
}

static void switched_off(struct world *w)
{
	struct world_adapter *a = &w->adapters[0];

	assert_int_equal(host_disable(a->host), 0);
	assert_true(world_wait(w, 0, NOTICE_ADAPTER_DOWN, 0));
	world_recover(w, 0);
}

static void unplugged(struct world *w)
{
	struct world_adapter *a = &w->adapters[0];

	sim_unplug(a->mp);
	a->unplugged = true;
	assert_true(world_wait(w, 0, NOTICE_ADAPTER_REMOVED, 0));
	world_recover(w, 0);
}

/* Every end of a port; the last is that of the host. */
static void live(struct world *w, bool *pending)
{
	world_bring_up(w, 0);
	world_disconnect(w, 0);
	*pending = true;
	world_try_connect(w, 0);
	assert_false(*pending);
	world_recover(w, 0);
	ended_by_ap(w);
	life_roam(w);
	switched_off(w);
	unplugged(w);
	world_disconnect(w, 0);
	world_recover(w, 0);
}

struct record record_life(const struct subject *s, uint64_t seed, bool isolated, bool guard)
{
	bool pending = false;
	const struct world_config config = {.module = s->module,
		.security = s->security,
		.aps = {s->radio, s->radio},
		.seed = seed,
		.isolated = isolated,
		.guard = guard,
		.breaks_rules = s->breaks_rules,
		.crossing = end_pending,
		.user = &pending};
	struct record r;
	struct world w;

	world_open(&w, &config);
	live(&w, &pending);
	world_stop(&w);
	r = (struct record){w.crossings, w.ncrossings};
	w.crossings = NULL;
	if (isolated)
		assert_int_equal(w.incarnations, 1);
	world_close(&w);
	no_child_left();
	return r;
}

static void print_record(const struct record *r, size_t from, size_t to)
{
	struct world w = {
		.crossings = r->list + from, .ncrossings = (to < r->count ? to : r->count) - from};

	world_dump(&w);
}

static void differ(const struct record *a, const struct record *b, size_t at, const char *what)
{
	size_t from = at > 10 ? at - 10 : 0;

	print_error(
		"%s of crossing %zu; %zu and %zu crossings\n", what, at + 1, a->count, b->count);
	print_record(a, from < a->count ? from : a->count, at + 3);
	print_error("\n");
	print_record(b, from < b->count ? from : b->count, at + 3);
	fail_msg("not the same record");
}

/* But for .thread: when a call blocks for long, on a slow machine, another thread of the host's
 * goes on, and takes a number. */
void record_same(const struct record *a, const struct record *b)
{
	size_t i;

	for (i = 0; i < a->count && i < b->count; i++) {
		const struct crossing *x = &a->list[i], *y = &b->list[i];
#define SAME(member)                                                                               \
	do {                                                                                       \
		if (x->member != y->member)                                                        \
			differ(a, b, i, #member);                                                  \
	} while (0)
		SAME(seq);
		SAME(time);
		SAME(fn);
		SAME(phase);
		SAME(adapter);
		SAME(handle);
		SAME(peer);
		SAME(result);
		SAME(reason);
		SAME(ext);
		SAME(flags);
		SAME(data_length);
#undef SAME
		if (memcmp(x->data, y->data, sizeof(x->data)) != 0)
			differ(a, b, i, "data");
		if (memcmp(x->arg, y->arg, sizeof(x->arg)) != 0)
			differ(a, b, i, "arg");
	}
	if (a->count != b->count)
		differ(a, b, i, "number");
}

size_t record_keep_trespasses(struct record *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->count; i++)
		if (r->list[i].fn == FN_MODULE_TRESPASS)
			r->list[n++] = r->list[i];
	return r->count = n;
}

void life_end(struct world *w, enum ending how)
{
	struct world_adapter *a = &w->adapters[0];

	switch (how) {
	case END_DISCONNECT:
		world_disconnect(w, 0);
		break;
	case END_DISABLE:
		assert_int_equal(host_disable(a->host), 0);
		assert_true(world_wait(w, 0, NOTICE_ADAPTER_DOWN, 0));
		break;
	case END_REMOVE:
		assert_int_equal(host_remove(a->host), 0);
		assert_true(world_wait(w, 0, NOTICE_ADAPTER_REMOVED, 0));
		break;
	case END_UNPLUG:
		sim_unplug(a->mp);
		a->unplugged = true;
		assert_true(world_wait(w, 0, NOTICE_ADAPTER_REMOVED, 0));
		break;
	case END_STOP:
		world_stop(w);
		break;
	case ENDINGS:
		break;
	}
}
