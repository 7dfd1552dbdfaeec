// SPDX-License-Identifier: BSD-2-Clause
/* Both ends of a pair of pipes in one process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "worker/channel.h"

struct fixture {
	struct channel host, worker;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int down[2], up[2];

	assert_non_null(f);
	assert_int_equal(pipe2(down, O_CLOEXEC), 0);
	assert_int_equal(pipe2(up, O_CLOEXEC), 0);
	assert_int_equal(fcntl(up[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(channel_init(&f->host, up[0], down[1], true), 0);
	assert_int_equal(channel_init(&f->worker, down[0], up[1], false), 0);
	signal(SIGPIPE, SIG_IGN);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	channel_close(&f->host);
	channel_close(&f->worker);
	free(f);
	return 0;
}

struct bytes {
	size_t length;
	uint8_t fill;
};

static void put_bytes(struct writer *w, const void *what)
{
	const struct bytes *b = what;
	uint8_t *p = writer_reserve(w, b->length);

	if (p)
		memset(p, b->fill, b->length);
}

static int send_bytes(struct channel *ch, size_t length, uint8_t fill)
{
	const struct bytes b = {length, fill};
	struct message m = {.type = MESSAGE_RETURN, .fn = FN_CONTROL, .call = 7};

	return channel_send(ch, m, put_bytes, &b);
}

static void test_nothing_there(void **state)
{
	struct fixture *f = *state;
	struct message m;
	struct reader body;

	assert_int_equal(channel_receive(&f->host, &m, &body), 0);
	assert_false(channel_buffered(&f->host));
}

static void test_several_at_once(void **state)
{
	struct fixture *f = *state;
	struct message m;
	struct reader body;
	unsigned i;

	for (i = 0; i < 3; i++)
		assert_int_equal(send_bytes(&f->worker, i, (uint8_t)i), 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(channel_receive(&f->host, &m, &body), 1);
		assert_int_equal(m.type, MESSAGE_RETURN);
		assert_int_equal(m.fn, FN_CONTROL);
		assert_int_equal(m.call, 7);
		assert_int_equal(reader_left(&body), i);
		assert_int_equal(channel_buffered(&f->host), i < 2);
		channel_forget(&f->host);
	}
	assert_int_equal(channel_receive(&f->host, &m, &body), 0);
}

/* Octet by octet, as a pipe may deliver it. */
static void test_in_pieces(void **state)
{
	struct fixture *f = *state;
	uint8_t raw[MESSAGE_HEADER + 3] = {0};
	struct message m = {.length = 3, .type = MESSAGE_RETURN, .fn = FN_CONTROL, .call = 1};
	struct reader body;
	size_t i;

	message_put_header(raw, &m);
	for (i = 0; i < sizeof(raw); i++) {
		assert_int_equal(channel_receive(&f->host, &m, &body), 0);
		assert_int_equal(write(f->worker.out, raw + i, 1), 1);
	}
	assert_int_equal(channel_receive(&f->host, &m, &body), 1);
	assert_int_equal(reader_left(&body), 3);
}

static void *send_large(void *user)
{
	const struct fixture *f = user;

	return (void *)(intptr_t)send_bytes((struct channel *)&f->worker, MESSAGE_MAX, 0xA5);
}

/* Larger than the pipe, and than the first buffer. */
static void test_largest(void **state)
{
	struct fixture *f = *state;
	struct reader body;
	struct message m;
	pthread_t sender;
	void *sent;
	int rc = 0;

	assert_int_equal(pthread_create(&sender, NULL, send_large, f), 0);
	while (rc == 0)
		rc = channel_receive(&f->host, &m, &body);
	assert_int_equal(rc, 1);
	assert_int_equal(reader_left(&body), MESSAGE_MAX);
	assert_int_equal(body.pos[0], 0xA5);
	assert_int_equal(body.end[-1], 0xA5);
	pthread_join(sender, &sent);
	assert_null(sent);
	assert_int_equal(send_bytes(&f->worker, MESSAGE_MAX + 1, 0), -EMSGSIZE);
}

static void test_no_message(void **state)
{
	struct fixture *f = *state;
	uint8_t raw[MESSAGE_HEADER];
	struct reader body;
	struct message m;

	memset(raw, 0xFF, sizeof(raw));
	assert_int_equal(write(f->worker.out, raw, sizeof(raw)), sizeof(raw));
	assert_int_equal(channel_receive(&f->host, &m, &body), -EPROTO);
}

static void test_other_end_gone(void **state)
{
	struct fixture *f = *state;
	struct reader body;
	struct message m;

	assert_int_equal(send_bytes(&f->worker, 1, 1), 0);
	channel_close(&f->worker);
	assert_int_equal(channel_receive(&f->host, &m, &body), 1);
	assert_int_equal(channel_receive(&f->host, &m, &body), -EPIPE);
	assert_int_equal(
		channel_send(&f->host, (struct message){.type = MESSAGE_START}, NULL, NULL),
		-EPIPE);
}

/* Keys go through here: nothing of a body is left once it has been dealt with. */
static void test_forgotten(void **state)
{
	struct fixture *f = *state;
	struct reader body;
	struct message m;
	size_t i;

	assert_int_equal(send_bytes(&f->worker, 64, 0x5A), 0);
	assert_int_equal(send_bytes(&f->worker, 64, 0x5A), 0);
	assert_int_equal(channel_receive(&f->host, &m, &body), 1);
	channel_forget(&f->host);
	for (i = 0; i < MESSAGE_HEADER + 64; i++)
		assert_int_not_equal(f->host.buf[i], 0x5A);
	assert_int_equal(channel_receive(&f->host, &m, &body), 1);
	channel_forget(&f->host);
	for (i = 0; i < 2 * (MESSAGE_HEADER + 64); i++)
		assert_int_not_equal(f->host.buf[i], 0x5A);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_several_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_in_pieces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_largest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_end_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_forgotten, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
