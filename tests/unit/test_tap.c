// SPDX-License-Identifier: BSD-2-Clause
/* The tap between host and radio: what it does to packets, which it keeps, and which key it calls
 * the same. The radio is a table of this file's. */
#include "verify/tap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#define EAPOL 0x888E
#define SEEN  16

static const struct mac ap = {{2, 0, 0, 0, 1, 1}};

/* ---- Below: the radio. ---- */

static struct {
	struct miniport mp;
	miniport_indicate_fn indicate;
	void *host;
	unsigned sends;
	uint8_t sent[64];
	int key_error;
} radio;

static void radio_attach(struct miniport *mp, miniport_indicate_fn indicate, void *user)
{
	(void)mp;
	radio.indicate = indicate;
	radio.host = user;
}

static void radio_detach(struct miniport *mp)
{
	(void)mp;
	radio.indicate = NULL;
}

static int radio_send(struct miniport *mp, const struct miniport_frame *frame)
{
	(void)mp;
	radio.sends++;
	memcpy(radio.sent, frame->data, frame->length < sizeof(radio.sent) ? frame->length : 0);
	return 0;
}

static int radio_key(struct miniport *mp, const struct miniport_key *key)
{
	(void)mp;
	(void)key;
	return radio.key_error;
}

static const struct miniport_ops radio_ops = {.attach = radio_attach,
	.detach = radio_detach,
	.send = radio_send,
	.set_default_key = radio_key,
	.set_mapping_key = radio_key};

/* ---- Above: what the host is told. ---- */

static struct {
	unsigned count;
	enum indication_type type[SEEN];
	uint32_t length[SEEN];
	uint8_t data[SEEN][8];
	struct mac peer[SEEN];
	uint64_t cookie[SEEN];
} seen;

static void on_indication(void *user, const struct indication *ind)
{
	const unsigned i = seen.count++;

	(void)user;
	assert_true(i < SEEN);
	seen.type[i] = ind->type;
	seen.length[i] = ind->length;
	seen.peer[i] = ind->peer;
	seen.cookie[i] = ind->cookie;
	memset(seen.data[i], 0, 8);
	if (ind->data)
		memcpy(seen.data[i], ind->data, ind->length < 8 ? ind->length : 8);
}

static struct {
	enum act act;
	uint32_t argument;
	unsigned again;
} wanted;

static enum act received(void *user, uint32_t *argument)
{
	const enum act act = wanted.act;

	(void)user;
	*argument = wanted.argument;
	wanted.act = ACTS; /* once */
	return act;
}

static void key_again(void *user, const struct tap_key *key)
{
	(void)user;
	assert_true(key->length > 0);
	wanted.again++;
}

static int set_up(void **state)
{
	static struct tap tap;
	struct loop *loop;

	if (loop_new(LOOP_VIRTUAL, &loop))
		return -1;
	memset(&radio, 0, sizeof(radio));
	memset(&seen, 0, sizeof(seen));
	radio.mp.ops = &radio_ops;
	wanted.act = ACTS;
	wanted.again = 0;
	tap_init(&tap, &radio.mp, loop);
	tap.received = received;
	tap.key_again = key_again;
	tap.mp.ops->attach(&tap.mp, on_indication, NULL);
	*state = &tap;
	return 0;
}

static int tear_down(void **state)
{
	static const struct tap nothing;
	struct tap *t = *state;
	struct loop *loop = t->loop;

	t->mp.ops->detach(&t->mp);
	assert_null(radio.indicate);
	tap_free(t);
	assert_memory_equal(t, &nothing, sizeof(nothing));
	loop_free(loop);
	return 0;
}

/* A packet of four bytes, the first as given. */
static void arrives(uint8_t first, uint16_t ethertype)
{
	const uint8_t data[4] = {first, 1, 2, 3};

	radio.indicate(radio.host, &(struct indication){.type = IND_RECEIVE,
					   .peer = ap,
					   .ethertype = ethertype,
					   .data = data,
					   .length = sizeof(data)});
}

static void arrives_with(enum act act, uint32_t argument, uint8_t first)
{
	wanted.act = act;
	wanted.argument = argument;
	arrives(first, EAPOL);
}

static void begins(void)
{
	radio.indicate(radio.host, &(struct indication){.type = IND_ASSOCIATION_START, .peer = ap});
}

static void sends(struct tap *t, uint64_t cookie)
{
	static const uint8_t data[4] = {9, 8, 7, 6};

	assert_int_equal(t->mp.ops->send(&t->mp, &(struct miniport_frame){.peer = ap,
							 .ethertype = EAPOL,
							 .data = data,
							 .length = 4,
							 .cookie = cookie}),
		0);
}

static void run_loop(struct tap *t)
{
	while (loop_step(t->loop) || loop_advance(t->loop))
		;
}

/* ---- ---- */

static void test_nothing(void **state)
{
	(void)state;
	arrives(5, EAPOL);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.length[0], 4);
	assert_int_equal(seen.data[0][0], 5);
	assert_memory_equal(&seen.peer[0], &ap, sizeof(ap));
}

static void test_lost_and_repeated(void **state)
{
	(void)state;
	arrives_with(ACT_LOSE, 0, 1);
	assert_int_equal(seen.count, 0);
	arrives_with(ACT_REPEAT, 0, 2);
	assert_int_equal(seen.count, 2);
	assert_memory_equal(seen.data[0], seen.data[1], 4);
	/* Data is the host's own: nothing is done to it. */
	wanted.act = ACT_LOSE;
	arrives(3, 0x0800);
	assert_int_equal(seen.count, 3);
	assert_int_equal(wanted.act, ACT_LOSE);
}

static void test_reordered(void **state)
{
	struct tap *t = *state;

	arrives_with(ACT_REORDER, 0, 1);
	assert_int_equal(seen.count, 0);
	arrives(2, EAPOL);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.data[0][0], 2);
	assert_int_equal(seen.data[1][0], 1);
	/* If none comes after it, it comes later, once. */
	arrives_with(ACT_REORDER, 0, 3);
	run_loop(t);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.data[2][0], 3);
	arrives(4, EAPOL);
	assert_int_equal(seen.count, 4);
}

static void test_changed(void **state)
{
	(void)state;
	arrives_with(ACT_TRUNCATE, 0, 1);
	assert_int_equal(seen.length[0], 2);
	arrives_with(ACT_CUT, 3, 1);
	assert_int_equal(seen.length[1], 3);
	arrives_with(ACT_CUT, 4, 1); /* as long as it is */
	assert_int_equal(seen.length[2], 4);
	arrives_with(ACT_EXTEND, 600, 1);
	assert_int_equal(seen.length[3], 604);
	assert_int_equal(seen.data[3][4], 0);
	arrives_with(ACT_EXTEND, UINT32_MAX, 1);
	assert_int_equal(seen.length[4], 4 + 1024);
	arrives_with(ACT_FLIP, 9, 1);
	assert_int_equal(seen.data[5][1], 1 ^ 2);
	arrives_with(ACT_FLIP, 9 + 32, 1); /* round the end of it */
	assert_int_equal(seen.data[6][1], 1 ^ 2);
	assert_int_equal(seen.length[6], 4);
}

/* Packets of the association before, in their order; those of this one where there was none. */
static void test_replayed(void **state)
{
	struct tap *t = *state;

	assert_false(tap_bring_stale(t));
	begins();
	seen.count = 0;
	arrives(1, EAPOL);
	arrives(2, EAPOL);
	assert_true(tap_bring_stale(t));
	assert_int_equal(seen.data[2][0], 1);
	begins();
	seen.count = 0;
	arrives_with(ACT_REPLAY, 0, 11);
	arrives_with(ACT_REPLAY, 0, 12);
	arrives_with(ACT_REPLAY, 0, 13);
	assert_int_equal(seen.data[0][0], 1);
	assert_int_equal(seen.data[1][0], 2);
	assert_int_equal(seen.data[2][0], 1);
	assert_true(tap_bring_stale(t));
	assert_int_equal(seen.data[3][0], 1);
	/* An association in which nothing came does not forget them. */
	begins();
	begins();
	seen.count = 0;
	assert_true(tap_bring_stale(t));
	assert_int_equal(seen.data[0][0], 11);
}

static void test_many_packets(void **state)
{
	struct tap *t = *state;
	unsigned i;

	for (i = 0; i < TAP_PACKETS + 3; i++)
		arrives((uint8_t)i, EAPOL);
	assert_int_equal(seen.count, TAP_PACKETS + 3);
	assert_int_equal(t->nnow, TAP_PACKETS);
}

static void test_sent(void **state)
{
	struct tap *t = *state;

	t->sent = ACT_FLIP_SENT;
	sends(t, 0); /* of the host's own: not meant */
	assert_int_equal(radio.sent[2], 7);
	sends(t, 1);
	assert_int_equal(radio.sent[2], 7 ^ 1);
	sends(t, 2);
	assert_int_equal(radio.sent[2], 7);
	assert_int_equal(radio.sends, 3);
	/* Lost: the radio never has it, and it is completed all the same, later. */
	t->sent = ACT_LOSE_SENT;
	sends(t, 3);
	assert_int_equal(radio.sends, 3);
	assert_int_equal(seen.count, 0);
	run_loop(t);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.type[0], IND_SEND_COMPLETE);
	assert_int_equal(seen.cookie[0], 3);
}

static void test_never_sent(void **state)
{
	struct tap *t = *state;

	t->sent = ACT_NEVER_SENT;
	sends(t, 7);
	sends(t, 8);
	radio.indicate(radio.host, &(struct indication){.type = IND_SEND_COMPLETE, .cookie = 7});
	radio.indicate(radio.host, &(struct indication){.type = IND_SEND_COMPLETE, .cookie = 8});
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.cookie[0], 8);
}

static void test_wildcard(void **state)
{
	static const struct mac everybody = {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};
	struct tap *t = *state;
	unsigned i;

	t->wildcard = true;
	for (i = 0; i < 2; i++)
		radio.indicate(
			radio.host, &(struct indication){.type = IND_DISASSOCIATION, .peer = ap});
	assert_memory_equal(&seen.peer[0], &everybody, sizeof(ap));
	assert_memory_equal(&seen.peer[1], &ap, sizeof(ap)); /* one of them */
}

static void test_gone(void **state)
{
	struct tap *t = *state;

	t->gone = true;
	arrives(1, EAPOL);
	assert_int_equal(seen.count, 0);
}

static void install(struct tap *t, bool mapping, uint32_t index, uint8_t first, uint32_t length)
{
	const uint8_t bytes[TAP_KEY + 1] = {first};
	const struct miniport_key key = {.index = index, .key = bytes, .length = length};

	if (mapping)
		t->mp.ops->set_mapping_key(&t->mp, &key);
	else
		t->mp.ops->set_default_key(&t->mp, &key);
}

static void test_keys(void **state)
{
	struct tap *t = *state;
	unsigned i;

	install(t, true, 0, 1, 16);
	install(t, false, 1, 1, 16); /* the same bytes in another place */
	install(t, false, 2, 1, 16);
	install(t, false, 1, 2, 16);
	install(t, true, 0, 1, 32);
	assert_int_equal(wanted.again, 0);
	install(t, true, 5, 1, 16); /* a mapping key has no index */
	install(t, false, 1, 1, 16);
	assert_int_equal(wanted.again, 2);
	/* What the radio did not take, what has no bytes or too many, is no key. */
	radio.key_error = -EIO;
	install(t, false, 3, 7, 16);
	radio.key_error = 0;
	install(t, false, 3, 7, 16);
	install(t, false, 3, 7, 0);
	install(t, false, 3, 7, TAP_KEY + 1);
	install(t, false, 3, 7, TAP_KEY + 1);
	assert_int_equal(wanted.again, 2);
	tap_forget_keys(t);
	install(t, true, 0, 1, 16);
	assert_int_equal(wanted.again, 2);
	for (i = 0; i < 2 * TAP_KEYS; i++)
		install(t, false, i, 9, 16);
	assert_int_equal(t->nkeys, TAP_KEYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_and_repeated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reordered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_replayed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_packets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_never_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wildcard, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
