// SPDX-License-Identifier: BSD-2-Clause
/* Traces and captures: what is written can be read, and what cannot be trusted is refused with its
 * place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "trace/pcap.h"
#include "trace/trace.h"

#define HEADER "{\"openihv-trace\":1,\"version\":\"0.1.0\"}\n"

struct kept {
	struct crossing *x;
	size_t n, room;
	int answer;
};

static int keep(void *user, const struct crossing *x)
{
	struct kept *k = user;

	if (k->n == k->room) {
		k->room = k->room ? 2 * k->room : 64;
		k->x = realloc(k->x, k->room * sizeof(*x));
		assert_non_null(k->x);
	}
	k->x[k->n++] = *x;
	return k->answer;
}

static bool same(const struct crossing *a, const struct crossing *b)
{
	return a->seq == b->seq && a->time == b->time && a->adapter == b->adapter &&
	       a->handle == b->handle && a->peer == b->peer && a->result == b->result &&
	       a->reason == b->reason && a->ext == b->ext && a->fn == b->fn &&
	       a->thread == b->thread && a->phase == b->phase && a->flags == b->flags &&
	       a->data_length == b->data_length && memcmp(a->data, b->data, sizeof(a->data)) == 0 &&
	       memcmp(a->arg, b->arg, sizeof(a->arg)) == 0;
}

/* Every field and every named argument of a crossing, filled from one number. */
static struct crossing filled(
	enum crossing_fn fn, enum crossing_phase phase, uint64_t seed, uint64_t seq)
{
	const char *const *names = crossing_args(fn);
	struct crossing x = {
		.seq = seq,
		.time = seed ^ seq,
		.adapter = seed,
		.handle = ~seed,
		.peer = seed & 0xFFFFFFFFFFFFu,
		.result = (uint32_t)seed,
		.reason = (uint32_t)(seed >> 7),
		.ext = (uint32_t)(seed >> 32),
		.fn = (uint16_t)fn,
		.thread = (uint16_t)seed,
		.phase = (uint8_t)phase,
		.flags = (uint8_t)(seed >> 3) & 15,
		.data_length = (uint8_t)(seed % (CROSSING_DATA + 1)),
	};
	unsigned i;

	for (i = 0; i < x.data_length; i++)
		x.data[i] = (uint8_t)(seed + i * 37);
	for (i = 0; i < CROSSING_ARGS; i++)
		if (names[i][0] != '_')
			x.arg[i] = (uint32_t)(seed * (i + 1));
	return x;
}

static size_t fill_all(struct crossing *all)
{
	static const uint64_t seeds[] = {0, 1, 0x0123456789ABCDEFu, 0xFEDCBA9876543210u, UINT64_MAX,
		INT64_MAX, (uint64_t)INT64_MAX + 1, 40};
	size_t n = 0, i;
	unsigned fn;

	for (fn = 0; fn < FN_COUNT; fn++) {
		enum crossing_border border = crossing_border((enum crossing_fn)fn);
		bool call = border == BORDER_HANDLER || border == BORDER_FUNCTION;

		for (i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
			enum crossing_phase phase = !call   ? PHASE_POINT
						    : i & 1 ? PHASE_EXIT
							    : PHASE_ENTER;

			all[n] = filled((enum crossing_fn)fn, phase, seeds[i], n + 1);
			n++;
		}
	}
	all[n] = filled(FN_SEND_PACKET, PHASE_ENTER, 12345, UINT64_MAX);
	return n + 1;
}

static char *written(const struct crossing *all, size_t n, size_t *length)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, length);
	struct trace_writer w;
	size_t i;

	assert_non_null(f);
	trace_writer_begin(&w, f);
	for (i = 0; i < n; i++)
		trace_write(&w, &all[i]);
	assert_int_equal(trace_writer_end(&w), 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

static int read_text(const char *text, size_t length, struct kept *k, char *err, size_t errlen)
{
	FILE *f =
		length ? fmemopen((void *)(uintptr_t)text, length, "rb") : fopen("/dev/null", "rb");
	int ret;

	assert_non_null(f);
	ret = trace_read(f, "a.jsonl", keep, k, err, errlen);
	assert_int_equal(fclose(f), 0);
	return ret;
}

static void test_write_then_read(void **state)
{
	static struct crossing all[8 * FN_COUNT + 1];
	struct kept k = {0};
	size_t n = fill_all(all), length, again, i;
	char *text = written(all, n, &length), *second = written(all, n, &again), err[256];

	assert_int_equal(length, again);
	assert_memory_equal(text, second, length);
	(void)read_text(text, length, &k, err, sizeof(err));
	assert_string_equal(err, "");
	assert_int_equal(k.n, n);
	for (i = 0; i < n; i++)
		assert_true(same(&all[i], &k.x[i]));
	print_message("%zu crossings of %d kinds, %zu bytes\n", n, FN_COUNT, length);
	free(k.x);
	free(text);
	free(second);
}

static void test_bytes_of_a_line(void **state)
{
	struct crossing x = {.seq = 7,
		.time = 1500000000,
		.thread = 1,
		.fn = FN_STOP_POST_ASSOCIATE,
		.phase = PHASE_EXIT,
		.adapter = 3,
		.ext = 1,
		.handle = UINT64_MAX,
		.peer = 0x0200000001ABu,
		.reason = 8,
		.flags = CROSSING_PEER_NULL | CROSSING_NULL,
		.data_length = 2,
		.data = {0x88, 0x8E}};
	size_t length;
	char *text = written(&x, 1, &length);

	assert_string_equal(text,
		HEADER "{\"seq\":7,\"time\":1500000000,\"thread\":1,\"call\":"
		       "\"Dot11ExtIhvStopPostAssociate\",\"phase\":\"exit\","
		       "\"adapter\":3,\"ext\":1,\"handle\":\"0xffffffffffffffff\",\"peer\":\"02:00:"
		       "00:00:01:ab\",\"reason\":8,"
		       "\"flags\":[\"peer-null\",\"null\"],\"data\":\"888e\",\"args\":{"
		       "\"modified\":0}}\n");
	free(text);
}

/* A stream that is full shows at the end, not in each call. */
static void test_full_disk(void **state)
{
	struct crossing x = {.seq = 1, .fn = FN_OID_SCAN, .phase = PHASE_POINT};
	struct trace_writer w;
	FILE *f = fopen("/dev/full", "w");
	int i;

	assert_non_null(f);
	trace_writer_begin(&w, f);
	for (i = 0; i < 10000; i++, x.seq++)
		trace_write(&w, &x);
	assert_int_equal(trace_writer_end(&w), -ENOSPC);
	(void)fclose(f);
}

static void test_reader_stops_when_told(void **state)
{
	const char *text = HEADER
		"{\"seq\":1,\"time\":0,\"call\":\"OID_DOT11_SCAN_REQUEST\",\"phase\":\"point\"}\n"
		"no longer looked at\n";
	struct kept k = {.answer = 5};
	char err[64] = "x";

	assert_int_equal(read_text(text, strlen(text), &k, err, sizeof(err)), 5);
	assert_string_equal(err, "");
	assert_int_equal(k.n, 1);
	free(k.x);
}

#define SCAN  "\"call\":\"OID_DOT11_SCAN_REQUEST\",\"phase\":\"point\""
#define LINE1 HEADER "{\"seq\":5,\"time\":0," SCAN "}\n"
#define BAD(fields, cause)                                                                         \
	{                                                                                          \
		HEADER "{\"seq\":1,\"time\":0," fields "}\n", "a.jsonl:2: " cause                  \
	}

static const struct refusal {
	const char *text, *err;
} refusals[] = {
	{"", "a.jsonl:1: not a trace: the file is empty"},
	{"{\"seq\":1,\"time\":0," SCAN "}\n",
		"a.jsonl:1: not a trace: the first line has no \"openihv-trace\""},
	{"[]\n", "a.jsonl:1: not a JSON object"},
	{"\n", "a.jsonl:1: "},
	{"{\"openihv-trace\":2,\"version\":\"9\"}\n",
		"a.jsonl:1: a trace of format 2; this program reads format 1"},
	{"{\"openihv-trace\":1}\n", "a.jsonl:1: the header has more or less"},
	{"{\"openihv-trace\":1,\"version\":1}\n", "a.jsonl:1: the header has more or less"},
	{"{\"openihv-trace\":1,\"version\":\"1\",\"more\":1}\n",
		"a.jsonl:1: the header has more or less"},
	{HEADER "\n", "a.jsonl:2: "},
	{HEADER "{\"seq\":1,\"time\":0," SCAN "\n", "a.jsonl:2: "},
	{HEADER "{\"seq\":1,\"time\":0," SCAN "} {}\n", "a.jsonl:2: "},
	{HEADER HEADER, "a.jsonl:2: \"openihv-trace\" is an unknown key"},
	{LINE1 "{\"seq\":5,\"time\":0," SCAN "}\n",
		"a.jsonl:3: \"seq\" does not increase: 5 after 5"},
	{LINE1 "{\"seq\":4,\"time\":0," SCAN "}\n",
		"a.jsonl:3: \"seq\" does not increase: 4 after 5"},
	{HEADER "{\"seq\":0,\"time\":0," SCAN "}\n",
		"a.jsonl:2: \"seq\" does not increase: 0 after 0"},
	{HEADER "{\"time\":0," SCAN "}\n", "a.jsonl:2: \"seq\" is missing"},
	{HEADER "{\"seq\":1," SCAN "}\n", "a.jsonl:2: \"time\" is missing"},
	BAD("\"phase\":\"point\"", "\"call\" is missing"),
	BAD("\"call\":\"OID_DOT11_SCAN_REQUEST\"", "\"phase\" is missing"),
	BAD("\"call\":\"Dot11ExtNothing\",\"phase\":\"enter\"",
		"there is no call \"Dot11ExtNothing\""),
	BAD("\"call\":\"\\u001b[2J\",\"phase\":\"enter\"", "there is no call \"?[2J\""),
	BAD("\"call\":3,\"phase\":\"enter\"", "\"call\" is not a string"),
	BAD("\"call\":\"OID_DOT11_SCAN_REQUEST\",\"phase\":\"enter\"",
		"\"OID_DOT11_SCAN_REQUEST\" has no phase enter"),
	BAD("\"call\":\"Dot11ExtStopOneX\",\"phase\":\"point\"",
		"\"Dot11ExtStopOneX\" has no phase point"),
	BAD("\"call\":\"OID_DOT11_SCAN_REQUEST\",\"phase\":\"leave\"",
		"\"phase\" is not enter, exit or point"),
	BAD(SCAN ",\"colour\":1", "\"colour\" is an unknown key"),
	BAD(SCAN ",\"seq\":2", "duplicate object key"),
	BAD(SCAN ",\"thread\":65536", "\"thread\" is above 65535"),
	BAD(SCAN ",\"thread\":-1", "\"thread\" is not a number, or negative"),
	BAD(SCAN ",\"thread\":1.5", "\"thread\" is not a number, or negative"),
	BAD(SCAN ",\"ext\":4294967296", "\"ext\" is above 4294967295"),
	BAD(SCAN ",\"result\":\"0x100000000\"", "\"result\" is above 4294967295"),
	BAD(SCAN ",\"reason\":null", "\"reason\" is not a number, or negative"),
	BAD(SCAN ",\"adapter\":9223372036854775808", "too big integer"),
	BAD(SCAN ",\"adapter\":\"0x\"", "\"adapter\" is not a number, or negative"),
	BAD(SCAN ",\"adapter\":\"0x 1\"", "\"adapter\" is not a number"),
	BAD(SCAN ",\"adapter\":\"0x10000000000000000\"",
		"\"adapter\" is not a number, or negative"),
	BAD(SCAN ",\"handle\":\"12\"", "\"handle\" is not a number, or negative"),
	BAD(SCAN ",\"peer\":\"02:00:00:00:01\"", "\"peer\" is not a MAC address"),
	BAD(SCAN ",\"peer\":12", "\"peer\" is not a MAC address"),
	BAD(SCAN ",\"flags\":\"null\"", "\"flags\" is not a list"),
	BAD(SCAN ",\"flags\":[\"nil\"]", "\"flags\" has an unknown name"),
	BAD(SCAN ",\"flags\":[1]", "\"flags\" has an unknown name"),
	BAD(SCAN ",\"data\":\"0\"", "\"data\" is not hex of at most 40 bytes"),
	BAD(SCAN ",\"data\":\"zz\"", "\"data\" is not hex of at most 40 bytes"),
	BAD(SCAN ",\"data\":"
		 "\"0001020304050607080900010203040506070809000102030405060708090001020304050607080"
		 "900\"",
		"\"data\" is not hex of at most 40 bytes"),
	BAD(SCAN ",\"args\":[]", "\"args\" is not an object"),
	BAD(SCAN ",\"args\":{\"_0\":1}", "\"OID_DOT11_SCAN_REQUEST\" has no argument \"_0\""),
	BAD("\"call\":\"port gate\",\"phase\":\"point\"",
		"\"port gate\" needs 1 arguments in \"args\""),
	BAD("\"call\":\"port gate\",\"phase\":\"point\",\"args\":{}",
		"\"port gate\" needs 1 arguments in \"args\""),
	BAD("\"call\":\"port gate\",\"phase\":\"point\",\"args\":{\"open\":4294967296}",
		"\"open\" is above 4294967295"),
	BAD("\"call\":\"port gate\",\"phase\":\"point\",\"args\":{\"shut\":1}",
		"\"port gate\" has no argument \"shut\""),
};

static void test_refusals(void **state)
{
	size_t i, failed = 0;

	for (i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct kept k = {0};
		char err[256];
		int ret = read_text(r->text, strlen(r->text), &k, err, sizeof(err));

		if (ret != -EBADMSG || strncmp(err, r->err, strlen(r->err)) != 0) {
			print_error("%d \"%s\" instead of \"%s\"\n", ret, err, r->err);
			failed++;
		}
		free(k.x);
	}
	assert_int_equal(failed, 0);
}

static void test_long_line(void **state)
{
	size_t length = sizeof(HEADER) - 1 + TRACE_LINE_MAX + 2;
	char *text = malloc(length), err[128];
	struct kept k = {0};

	assert_non_null(text);
	memset(text, ' ', length);
	memcpy(text, HEADER, sizeof(HEADER) - 1);
	assert_int_equal(read_text(text, length, &k, err, sizeof(err)), -EBADMSG);
	assert_string_equal(err, "a.jsonl:2: the line is longer than 65536 bytes");
	/* A small buffer for the message, or none, is no reason to write beyond it. */
	assert_int_equal(read_text(text, length, &k, err, 5), -EBADMSG);
	assert_string_equal(err, "a.js");
	assert_int_equal(read_text(text, length, &k, NULL, 0), -EBADMSG);
	free(text);
}

/* A last line without its end, and bytes that are no text. */
static void test_ends_and_bytes(void **state)
{
	static const char open_end[] = HEADER "{\"seq\":1,\"time\":0," SCAN "}";
	static const char nul[] = HEADER "{\"seq\":1,\"time\":0," SCAN "}\0\n";
	static const char latin1[] = HEADER "{\"seq\":1,\"time\":0," SCAN ",\"\xE9\":1}\n";
	struct kept k = {0};
	char err[128];

	assert_int_equal(read_text(open_end, sizeof(open_end) - 1, &k, err, sizeof(err)), 0);
	assert_int_equal(k.n, 1);
	assert_int_equal(read_text(nul, sizeof(nul) - 1, &k, err, sizeof(err)), -EBADMSG);
	assert_int_equal(read_text(latin1, sizeof(latin1) - 1, &k, err, sizeof(err)), -EBADMSG);
	assert_int_equal(k.n, 1);
	free(k.x);
}

static size_t file_bytes(const char *path, uint8_t *out, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	n = fread(out, 1, cap, f);
	(void)fclose(f);
	return n;
}

static void test_capture(void **state)
{
	static const uint8_t frame[24] = {
		0xC0, 0x00, 0x3A, 0x01, 2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1};
	char path[] = "/tmp/openihv-capture-XXXXXX", err[256];
	int fd = mkstemp(path);
	struct pcap_writer *w = NULL;
	struct reader r;
	uint8_t bytes[512];
	size_t n;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(pcap_writer_open(path, &w, err, sizeof(err)), 0);
	pcap_writer_frame(w, 3000000007u, frame, sizeof(frame), 2437);
	pcap_writer_frame(w, 3000000008u, frame, sizeof(frame), 5180);
	assert_int_equal(pcap_writer_close(w), 0);
	n = file_bytes(path, bytes, sizeof(bytes));
	assert_int_equal(unlink(path), 0);

	assert_int_equal(n, 24 + 2 * (16 + 14 + sizeof(frame)));
	r = reader_init(bytes, n);
	assert_int_equal(reader_le32(&r), 0xA1B23C4D); /* nanoseconds */
	reader_skip(&r, 16);
	assert_int_equal(reader_le32(&r), 127); /* LINKTYPE_IEEE802_11_RADIOTAP */
	assert_int_equal(reader_le32(&r), 3);
	assert_int_equal(reader_le32(&r), 7);
	assert_int_equal(reader_le32(&r), 14 + sizeof(frame));
	reader_skip(&r, 4 + 2);
	assert_int_equal(reader_le16(&r), 14);
	assert_int_equal(reader_le32(&r), 0xA);
	reader_skip(&r, 2);
	assert_int_equal(reader_le16(&r), 2437);
	assert_int_equal(reader_le16(&r), 0x480);
	assert_memory_equal(reader_take(&r, sizeof(frame)), frame, sizeof(frame));
	reader_skip(&r, 16 + 10);
	assert_int_equal(reader_le16(&r), 5180);
	assert_int_equal(reader_le16(&r), 0x140);
	assert_true(reader_ok(&r));
}

static void test_capture_that_cannot_be(void **state)
{
	static const uint8_t frame[9000];
	struct pcap_writer *w = NULL;
	char err[256];
	int i;

	assert_int_equal(pcap_writer_open("/nonexistent/x.pcap", &w, err, sizeof(err)), -EIO);
	assert_non_null(strstr(err, "/nonexistent/x.pcap"));
	assert_null(w);
	assert_int_equal(pcap_writer_close(NULL), 0);
	assert_int_equal(pcap_writer_open("/dev/full", &w, err, sizeof(err)), 0);
	for (i = 0; i < 10; i++)
		pcap_writer_frame(w, 0, frame, sizeof(frame), 0);
	assert_int_equal(pcap_writer_close(w), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_then_read),
		cmocka_unit_test(test_bytes_of_a_line),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_reader_stops_when_told),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_ends_and_bytes),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_capture_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
