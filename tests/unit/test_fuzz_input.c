// SPDX-License-Identifier: BSD-2-Clause
/* Inputs of openihv fuzz: files, dictionaries, folders, changes, and how they are made small. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "fuzz/corpus.h"
#include "fuzz/minimise.h"
#include "fuzz/mutate.h"
#include "fuzz/seeds.h"
#include "wire/dot11.h"
#include "wire/eapol_key.h"

#define ROUNDS 20000

static struct input in, out, third;
static uint8_t room[INPUT_BYTES];

/* ---- Files. ---- */

static void test_records(void **state)
{
	static const uint8_t file[] = "\1\5\4\0\x88\x8e\2\3"
				      "\6\0\2\0\x40\0"
				      "\3\0\0\0";
	size_t n = sizeof(file) - 1;

	input_read(file, n, &in);
	assert_int_equal(in.count, 3);
	assert_int_equal(in.records[0].type, RECORD_PACKET);
	assert_int_equal(in.records[0].flags, PACKET_REPLACE | PACKET_SEAL);
	assert_int_equal(in.records[0].length, 4);
	assert_memory_equal(in.records[0].bytes, "\x88\x8e\2\3", 4);
	assert_int_equal(in.records[1].type, RECORD_CONTROL);
	assert_int_equal(in.records[2].length, 0);
	assert_int_equal(input_size(&in), 6);
	assert_int_equal(input_write(&in, room), n);
	assert_memory_equal(room, file, n);
	input_read(file, 0, &in);
	assert_int_equal(in.count, 0);
}

/* What is no sequence of records is a packet, whatever about it is wrong. */
static void test_raw(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} raw[] = {{"\1", 1}, {"\1\0\2\0x", 5}, {"\0\0\0\0", 4}, {"\x08\0\0\0", 4},
		{"\1\0\1\x08", 4}, {"\1\0\0\0\2", 5}};
	size_t i;

	for (i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		input_read(raw[i].bytes, raw[i].length, &in);
		assert_int_equal(in.count, 1);
		assert_int_equal(in.records[0].type, RECORD_PACKET);
		assert_int_equal(in.records[0].flags, 0);
		assert_int_equal(in.records[0].length, 2 + raw[i].length);
		assert_int_equal(load_be16(in.records[0].bytes), 0x888E);
		assert_memory_equal(in.records[0].bytes + 2, raw[i].bytes, raw[i].length);
	}
	memset(room, 0xFF, sizeof(room));
	input_read(room, sizeof(room), &in);
	assert_int_equal(in.records[0].length, RECORD_BYTES);
}

static void test_limits(void **state)
{
	unsigned i;

	for (in.count = i = 0; i < INPUT_RECORDS; i++)
		assert_non_null(input_append(&in, RECORD_CONTROL, 0, room, RECORD_BYTES + 1));
	assert_null(input_append(&in, RECORD_CONTROL, 0, NULL, 0));
	assert_int_equal(in.records[0].length, RECORD_BYTES);
	assert_int_equal(input_write(&in, room), INPUT_BYTES);
	input_read(room, INPUT_BYTES, &out);
	assert_int_equal(out.count, INPUT_RECORDS);
	input_remove(&out, 0);
	assert_int_equal(out.count, INPUT_RECORDS - 1);
}

static const char *text_of(enum record_type type, uint8_t flags, const char *bytes, size_t n)
{
	static char text[400];

	in.count = 0;
	return record_text(input_append(&in, type, flags, bytes, n), text, sizeof(text));
}

static void test_words(void **state)
{
	assert_string_equal(text_of(RECORD_PACKET, PACKET_REPLACE | PACKET_SEAL, "\x88\x8e\2", 3),
		"packet in place of the AP's next, sealed with the AP's keys: EAPOL, cut within "
		"its "
		"header, 1 bytes");
	assert_string_equal(
		text_of(RECORD_PACKET, 0, "\x12\x34", 2), "packet: EtherType 1234, 0 bytes");
	assert_string_equal(
		text_of(RECORD_ELEMENTS, ELEMENTS_REPLACE | ELEMENTS_BEACON, "\0\1a\x30\xff\1", 6),
		"elements in place of those of the beacon: 0 (1 bytes) 48, which says 255 bytes");
	assert_string_equal(text_of(RECORD_ELEMENTS, 0, "", 0),
		"elements behind those of the beacon, the association response:");
	assert_string_equal(
		text_of(RECORD_CONTROL, 0, "\x40\1abc", 5), "Control: 3 bytes, room for 320");
	assert_string_equal(
		text_of(RECORD_INDICATION, 0, "\x08zz", 3), "indication: PHY state, 2 bytes");
}

/* Rows that are alike are left out, but for the first and the last. */
static void test_show(void **state)
{
	static const char expected[] =
		"> 1. Control: 68 bytes, room for 0\n"
		">   0000  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  ................\n"
		">   *\n"
		">   0040  00 00 00 00 00 00                                ......\n"
		"> 2. security fragment of the profile, 3 bytes\n"
		">   0000  61 62 7f                                         ab.\n";
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	in.count = 0;
	memset(room, 0, 70);
	input_append(&in, RECORD_CONTROL, 0, room, 70);
	input_append(&in, RECORD_SECURITY, 0, "ab\x7f", 3);
	input_show(f, &in, "> ");
	fclose(f);
	assert_string_equal(text, expected);
	free(text);
}

/* ---- Dictionaries. ---- */

static struct dictionary dictionary;
static char err[200];

static int add(const char *text)
{
	return dictionary_add_text(&dictionary, text, strlen(text), err, sizeof(err));
}

static void test_dictionary(void **state)
{
	dictionary_default(&dictionary);
	assert_in_range(dictionary.count, 40, DICTIONARY_TOKENS);
	assert_int_equal(dictionary.tokens[0].length, 3);
	assert_memory_equal(dictionary.tokens[0].bytes, "\0\x0f\xac", 3);
	dictionary.count = 0;
	assert_int_equal(add("# nothing\n\n  \"one\"\r\nname@2=\"t\\x00\\\"\\\\\"\nlast=\"=\""), 0);
	assert_int_equal(dictionary.count, 3);
	assert_memory_equal(dictionary.tokens[1].bytes, "t\0\"\\", 4);
	assert_int_equal(dictionary.tokens[1].length, 4);
}

static void test_bad_dictionary(void **state)
{
	static const char *const bad[] = {
		"x", "\"", "\"\"", "a\"b\"", "\"b\" c", "\"\\x4\"", "\"\\n\"", "\"\\", "\"b\\\""};
	char text[600];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "\"good\"\n%s\n", bad[i]);
		assert_int_equal(add(text), -EINVAL);
		assert_string_equal(err, "line 2: not a token of 1 to 128 bytes in quotes");
	}
	dictionary.count = DICTIONARY_TOKENS;
	assert_int_equal(add("\"one more\""), -E2BIG);
	snprintf(text, sizeof(text), "\"%0129d\"", 0);
	dictionary.count = 0;
	assert_int_equal(add(text), -EINVAL);
}

/* ---- Changes. ---- */

static struct mutator mutator(uint64_t seed)
{
	struct mutator m = {.dictionary = &dictionary, .types = MUTATE_ALL};

	dictionary_default(&dictionary);
	rng_init(&m.rng, seed);
	return m;
}

static const uint8_t list[] = "\0\4home\1\2\x82\x84\xdd\5\0\x0f\xac\1x\x30\0";

/* The bytes behind the room are looked at as well. */
static void test_items(void **state)
{
	struct mutator m = mutator(1);
	uint8_t bytes[400];
	unsigned i, whole = 0, wrong = 0, longest = 0;

	for (i = 0; i < ROUNDS; i++) {
		struct span s = {bytes, sizeof(list) - 1, 300};
		bool kept;

		memset(bytes, 0xA5, sizeof(bytes));
		memcpy(bytes, list, s.length);
		kept = mutate_items(&m, &s);
		assert_in_range(s.length, 0, 300);
		assert_int_equal(bytes[300], 0xA5);
		if (kept)
			assert_int_equal(elements_check(bytes, s.length), 0);
		whole += kept;
		wrong += elements_check(bytes, s.length) != 0;
		if (s.length > longest)
			longest = (unsigned)s.length;
	}
	assert_in_range(whole, ROUNDS / 2, ROUNDS - ROUNDS / 8);
	assert_in_range(wrong, ROUNDS / 20, ROUNDS / 2);
	assert_in_range(longest, 250, 300);
}

static size_t make_key(uint8_t *pdu)
{
	static const uint8_t nonce[32] = {1}, data[] = "\xdd\x06\0\x0f\xac\1\1\0\x30\2\1\0";
	struct writer w = writer_init(pdu, 400);
	const struct eapol_key key = {.version = 2,
		.descriptor = EAPOL_KEY_DESCRIPTOR_RSN,
		.info = 0x13CA,
		.nonce = nonce,
		.mic_len = EAPOL_KEY_MIC_LEN,
		.key_data = data,
		.key_data_len = sizeof(data) - 1};

	eapol_key_build(&w, &key);
	assert_true(writer_ok(&w));
	return w.len;
}

/* A frame whose lengths are kept right can be read as one, whatever has become of the rest. */
static void test_eapol(void **state)
{
	struct mutator m = mutator(2);
	uint8_t pdu[1000];
	unsigned i, whole = 0, wrong = 0, resized = 0;

	for (i = 0; i < ROUNDS; i++) {
		struct span s = {pdu, make_key(pdu), 900};
		size_t before = s.length;
		struct eapol_key key;
		bool kept;
		int rc;

		memset(pdu + before, 0xA5, sizeof(pdu) - before);
		kept = mutate_eapol(&m, &s);
		assert_int_equal(pdu[900], 0xA5);
		assert_in_range(s.length, EAPOL_KEY_LEN, 900);
		rc = eapol_key_parse(pdu, s.length, EAPOL_KEY_MIC_LEN, &key);
		if (kept && rc != -EPROTONOSUPPORT)
			assert_int_equal(rc, 0);
		whole += kept;
		wrong += rc == -EBADMSG;
		resized += kept && s.length != before;
	}
	assert_in_range(whole, ROUNDS / 3, ROUNDS - ROUNDS / 8);
	assert_in_range(wrong, ROUNDS / 8, ROUNDS / 2);
	assert_in_range(resized, ROUNDS / 10, ROUNDS);
}

static void test_replace(void **state)
{
	uint8_t bytes[8] = "abcdef";
	struct span s = {bytes, 6, 8};

	span_replace(&s, 1, 2, "XYZ", 3);
	assert_int_equal(s.length, 7);
	assert_memory_equal(bytes, "aXYZdef", 7);
	span_replace(&s, 7, 0, "12", 2);
	assert_int_equal(s.length, 8);
	assert_memory_equal(bytes, "aXYZdef1", 8);
	span_replace(&s, 4, 100, bytes, 4);
	assert_memory_equal(bytes, "aXYZaXYZ", 8);
	span_replace(&s, 100, 1, NULL, 0);
	assert_int_equal(s.length, 8);
	span_replace(&s, 0, 8, NULL, 0);
	assert_int_equal(s.length, 0);
}

static int keep_seed(void *user, const struct input *seed, const char *name)
{
	unsigned *n = user;

	if (strcmp(name, "all") == 0)
		input_copy(&in, seed);
	++*n;
	return 0;
}

static unsigned make_seeds(uint32_t types)
{
	unsigned n = 0;

	third.count = 0;
	assert_int_equal(seeds_make(&third, types, "secret", keep_seed, &n), 0);
	return n;
}

/* Whatever happens to an input, it can be written and read again; the same seed does the same. */
static void test_mutate(void **state)
{
	struct mutator m = mutator(3), again = mutator(3);
	char op[MUTATE_OP], op_again[MUTATE_OP];
	unsigned i, same = 0;

	assert_int_equal(make_seeds(MUTATE_ALL), 8);
	input_copy(&third, &in);
	for (i = 0; i < ROUNDS / 4; i++) {
		size_t n;

		if (in.count == 0 || i % 100 == 0)
			input_copy(&in, &third);
		input_copy(&out, &in);
		mutate(&m, &in, i % 2 ? &third : &in, op);
		mutate(&again, &out, i % 2 ? &third : &out, op_again);
		assert_string_equal(op, op_again);
		n = input_write(&in, room);
		same += input_size(&in) == input_size(&third);
		assert_in_range(in.count, 0, INPUT_RECORDS);
		assert_int_equal(input_write(&out, room), n);
		input_read(room, n, &out);
		assert_int_equal(out.count, in.count);
		assert_int_equal(input_size(&out), input_size(&in));
	}
	assert_in_range(same, 0, ROUNDS / 16);
}

/* Of the types that may not change, none does. */
static void test_only(void **state)
{
	struct mutator m = mutator(4);
	char op[MUTATE_OP];
	unsigned i, k, changed = 0;

	make_seeds(MUTATE_ALL);
	input_copy(&third, &in);
	m.types = 1u << RECORD_ELEMENTS;
	for (i = 0; i < 1000; i++) {
		unsigned others = 0, wanted = 0;

		input_copy(&in, &third);
		mutate(&m, &in, &third, op);
		changed += in.count != third.count || input_size(&in) != input_size(&third);
		for (k = 0; k < third.count; k++)
			wanted += third.records[k].type != RECORD_ELEMENTS;
		for (k = 0; k < in.count; k++)
			others += in.records[k].type != RECORD_ELEMENTS;
		assert_int_equal(others, wanted);
	}
	assert_in_range(changed, 500, 1000);
	assert_int_equal(make_seeds(1u << RECORD_ELEMENTS), 2);
}

/* ---- Making small. ---- */

struct wanted {
	unsigned asked;
};

/* A packet with these two bytes somewhere, that is sealed, behind any control. */
static bool has_wanted(void *user, const struct input *candidate)
{
	struct wanted *w = user;
	bool control = false;
	unsigned i;

	w->asked++;
	for (i = 0; i < candidate->count; i++) {
		const struct record *r = &candidate->records[i];

		control |= r->type == RECORD_CONTROL;
		if (control && r->type == RECORD_PACKET && (r->flags & PACKET_SEAL) &&
			memmem(r->bytes, r->length, "\xBA\xD1", 2))
			return true;
	}
	return false;
}

static void make_big(void)
{
	uint8_t noise[600];
	unsigned i;

	memset(noise, 'n', sizeof(noise));
	for (in.count = i = 0; i < 10; i++)
		input_append(&in, i % 2 ? RECORD_CONTROL : RECORD_ELEMENTS, 0, noise, i * 50u);
	memcpy(noise + 333, "\xBA\xD1", 2);
	input_append(&in, RECORD_PACKET, PACKET_SEAL | PACKET_FRESH, noise, sizeof(noise));
	input_append(&in, RECORD_INDICATION, 0, noise, 9);
}

static void test_minimise(void **state)
{
	struct wanted w = {0};
	unsigned asked;

	make_big();
	asked = minimise(&in, has_wanted, &w, 2000);
	assert_int_equal(asked, w.asked);
	assert_in_range(w.asked, 10, 400);
	assert_int_equal(in.count, 2);
	assert_int_equal(in.records[0].type, RECORD_CONTROL);
	assert_int_equal(in.records[0].length, 0);
	assert_int_equal(in.records[1].flags, PACKET_SEAL);
	assert_int_equal(in.records[1].length, 2);
	assert_memory_equal(in.records[1].bytes, "\xBA\xD1", 2);
}

static void test_minimise_limit(void **state)
{
	struct wanted w = {0};

	make_big();
	assert_int_equal(minimise(&in, has_wanted, &w, 7), 7 + MINIMISE_STEADY);
	assert_int_equal(w.asked, 7 + MINIMISE_STEADY);
	assert_true(has_wanted(&w, &in));
}

/* A crash that a small input causes three times of four only. */
static bool mostly(void *user, const struct input *i)
{
	struct wanted *w = user;

	return has_wanted(w, i) && (i->count > 3 || w->asked % 4);
}

static void test_minimise_steady(void **state)
{
	struct wanted w = {0};
	unsigned k;

	make_big();
	minimise(&in, mostly, &w, 2000);
	assert_int_equal(in.count, 4);
	for (k = 0; k < MINIMISE_STEADY; k++)
		assert_true(mostly(&w, &in));
}

/* ---- Folders. ---- */

static char folder[64];

static void put_file(const char *name, const char *bytes)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	fputs(bytes, f);
	fclose(f);
}

static void test_corpus(void **state)
{
	struct corpus c;
	char command[100];

	snprintf(folder, sizeof(folder), "/tmp/openihv-corpus-XXXXXX");
	assert_non_null(mkdtemp(folder));
	put_file("id:000041,src:000001,op:flip", "two");
	put_file("any name", "one");
	put_file(".hidden", "none");
	assert_int_equal(corpus_open(folder, &c, err, sizeof(err)), 0);
	assert_int_equal(c.count, 2);
	corpus_get(&c, 0, &in);
	assert_memory_equal(in.records[0].bytes + 2, "one", 3);
	assert_int_equal(c.list[1].id, 41);
	in.count = 0;
	input_append(&in, RECORD_CONTROL, 0, "ab", 2);
	assert_int_equal(corpus_add(&c, &in, "src:000041,op:havoc", err, sizeof(err)), 0);
	corpus_free(&c);
	assert_int_equal(corpus_open(folder, &c, err, sizeof(err)), 0);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.next_id, 43);
	corpus_get(&c, 2, &out);
	assert_int_equal(out.count, 1);
	assert_memory_equal(out.records[0].bytes, "ab", 2);
	corpus_free(&c);
	snprintf(command, sizeof(command), "%s/id:000042,src:000041,op:havoc", folder);
	assert_int_equal(access(command, R_OK), 0);
	assert_int_equal(corpus_open(command, &c, err, sizeof(err)), -ENOTDIR);
	assert_non_null(strstr(err, "id:000042"));
	corpus_free(&c);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_dictionary),
		cmocka_unit_test(test_bad_dictionary),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_eapol),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_mutate),
		cmocka_unit_test(test_only),
		cmocka_unit_test(test_minimise),
		cmocka_unit_test(test_minimise_limit),
		cmocka_unit_test(test_minimise_steady),
		cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
