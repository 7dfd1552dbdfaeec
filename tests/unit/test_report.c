// SPDX-License-Identifier: BSD-2-Clause
/* Reports: what is written as JSON reads the same, parts put together are the whole, and the text
 * is as it was looked at. */
#include "tests/lib/reports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/rng.h"

static char *written(const struct report *r, size_t *length)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, length);

	assert_non_null(f);
	assert_int_equal(report_write_json(f, r), 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

static int read_text(const char *text, size_t length, struct report *out, char err[256])
{
	FILE *f =
		length ? fmemopen((void *)(uintptr_t)text, length, "rb") : fopen("/dev/null", "rb");
	int ret;

	assert_non_null(f);
	ret = report_read_json(f, out, err, 256);
	assert_int_equal(fclose(f), 0);
	return ret;
}

/* ---- JSON. ---- */

static void test_json_is_exact(void **state)
{
	struct report r, again;
	char err[256], *first, *second;
	size_t length, length2;
	uint64_t seed;

	for (seed = 0; seed < 24; seed++) {
		report_fixture_random(&r, seed, (unsigned)seed * 11);
		first = written(&r, &length);
		(void)read_text(first, length, &again, err);
		assert_string_equal(err, "");
		assert_true(report_fixture_same(&r, &again));
		second = written(&again, &length2);
		assert_int_equal(length, length2);
		assert_memory_equal(first, second, length);
		free(first);
		free(second);
		report_free(&r);
		report_free(&again);
	}
}

/* What no UTF-8 text can hold is gone after the first time, and nothing changes after that. */
static void test_json_of_a_hostile_text(void **state)
{
	static const char clean[] =
		"?[2J</td><script>alert(1)</script> ]]> \"quoted\" 'single' \\ ?"
		"?"
		"?( ???caf\xc3\xa9 &amp; --> ??? end";
	struct report r, again, third;
	char err[256], *text;
	size_t length, i;
	unsigned found = 0;

	report_fixture_findings(&r);
	text = written(&r, &length);
	for (i = 0; i < length; i++)
		assert_true(text[i] == '\n' || (unsigned char)text[i] >= ' ');
	assert_int_equal(read_text(text, length, &again, err), 0);
	free(text);
	for (i = 0; i < again.nfindings; i++)
		found += strcmp(again.findings[i].text, clean) == 0;
	assert_int_equal(found, 1);
	text = written(&again, &length);
	assert_int_equal(read_text(text, length, &third, err), 0);
	assert_true(report_fixture_same(&again, &third));
	free(text);
	report_free(&r);
	report_free(&again);
	report_free(&third);
}

/* The fixture's JSON with one piece replaced. */
static void refused(const char *piece, const char *by, const char *because)
{
	struct report r, out;
	_cleanup_free_ char *text = NULL, *changed = NULL;
	char err[256], *at;
	size_t length;

	report_fixture_findings(&r);
	text = written(&r, &length);
	report_free(&r);
	at = strstr(text, piece);
	if (!at)
		fail_msg("'%s' is not in the report", piece);
	assert_true(
		asprintf(&changed, "%.*s%s%s", (int)(at - text), text, by, at + strlen(piece)) > 0);
	assert_int_equal(read_text(changed, strlen(changed), &out, err), -EBADMSG);
	if (!strstr(err, because))
		fail_msg("'%s' for '%s': %s", by, piece, err);
	assert_int_equal(out.nfindings, 0);
	assert_null(out.findings);
}

static void test_json_is_checked(void **state)
{
	refused("\"openihv-report\": 1", "\"openihv-report\": 2", "format 1");
	refused("\"openihv-report\": 1,", "", "no \"openihv-report\"");
	refused("\"seed\": 1,", "\"seed\": -1,", "\"seed\" is not a number");
	refused("\"seed\": 1,", "\"seed\": \"0x11112222333344445\",", "\"seed\" is not a number");
	refused("\"seed\": 1,", "\"seed\": 1, \"seed\": 2,", "duplicate");
	refused("\"seed\": 1,", "", "\"seed\" is missing");
	refused("\"seed\": 1,", "\"seed\": 1, \"sea\": 1,", "\"sea\" is an unknown field");
	refused("\"depth\": 1,", "\"depth\": 3,", "\"depth\" is above 2");
	refused("\"shards\": 1,", "\"shards\": 257,", "\"shards\" is above 256");
	refused("[\"0x1\",", "[\"0x2\",", "more parts than there are");
	refused("[\"0x1\", \"0x0\",", "[\"0x1\",", "four numbers");
	refused("\"seconds\": 12.3", "\"seconds\": -1", "\"seconds\"");
	refused("\"complete\": false", "\"complete\": 0", "\"complete\" is neither true nor false");
	refused("\"mode\": \"isolated\"", "\"mode\": \"isolated and alone\"", "longer than 15");
	refused("\"H-01\": 20", "\"H-99\": 20", "no rule 'H-99'");
	refused("\"H-01\": 20", "\"crash\": 20", "no rule 'crash'");
	refused("\"roam\": {\"runs\"", "\"rome\": {\"runs\"", "no scenario 'rome'");
	refused("\"act\": \"roam\"", "\"act\": \"rome\"", "no act 'rome'");
	refused("\"call\": \"Dot11ExtSendPacket\"", "\"call\": \"SendPacket\"",
		"no call 'SendPacket'");
	refused("\"rule\": \"crash\"", "\"rule\": \"smash\"", "finding 1: \"rule\"");
	refused("\"severity\": \"F\"", "\"severity\": \"FF\"", "\"severity\" is not F, E or W");
	refused("\"plan\": \"connect\"", "\"plan\": \"connect now\"", "finding 1: \"plan\"");
	refused("\"reproduced\": 3", "\"reproduced\": 4", "above \"replays\"");
	refused("\"seq\":4,", "\"seq\":3,", "finding 1: \"around\", crossing 2");
	refused("\"phase\":\"exit\"", "\"phase\":\"out\"", "finding 1: \"around\", crossing 1");
	refused("\"call\":\"module died\"", "\"call\":\"\\u001b[31m\"", "?[31m");
	refused("\"text\": \"PostAssociateCompletion after StopPostAssociate returned\"",
		"\"text\": \"PostAssociateCompletion inside StopPostAssociate\"",
		"the same as one before");
}

static void test_not_a_report(void **state)
{
	static char long_text[(16 << 20) + 2];
	struct report out;
	char err[256];

	assert_int_equal(read_text("", 0, &out, err), -EBADMSG);
	assert_string_equal(err, "not a report: the file is empty");
	assert_int_equal(read_text("[]", 2, &out, err), -EBADMSG);
	assert_string_equal(err, "not a JSON object");
	assert_int_equal(read_text("{}", 2, &out, err), -EBADMSG);
	assert_string_equal(err, "not a report: it has no \"openihv-report\"");
	memset(long_text, ' ', sizeof(long_text));
	assert_int_equal(read_text(long_text, sizeof(long_text), &out, err), -EBADMSG);
	assert_string_equal(err, "longer than 16777216 bytes");
}

static void test_full_disk(void **state)
{
	struct report r;
	FILE *f = fopen("/dev/full", "w");

	assert_non_null(f);
	report_fixture_findings(&r);
	assert_int_equal(report_write_json(f, &r), -ENOSPC);
	(void)fclose(f);
	f = fopen("/dev/full", "w");
	assert_non_null(f);
	assert_int_equal(report_write_text(f, &r, false), -ENOSPC);
	(void)fclose(f);
	report_free(&r);
}

/* ---- Parts of one verification. ---- */

#define PARTS 5

/* One run and what it showed, by chance, but the same for the same number. */
static void run(struct report *r, uint64_t number, unsigned kinds)
{
	struct rng g;
	struct report_finding f = {.severity = SEVERITY_E,
		.count = 1,
		.number = number,
		.replays = 2,
		.reproduced = (unsigned)number % 3};
	const enum scenario s = (enum scenario)(number % SCENARIOS);
	uint64_t kind;

	rng_init(&g, number);
	r->runs++;
	r->planned++;
	r->crossings += 100 + number % 50;
	r->scenarios[s].runs++;
	r->scenarios[s].crossings = 100 + s;
	r->exercised[rng_below(&g, RULE_COUNT)]++;
	r->cells[rng_below(&g, FN_COUNT)][rng_below(&g, ACTS)].runs++;
	if (rng_below(&g, 3))
		return;
	kind = rng_below(&g, kinds);
	f.severity = (enum rule_severity)(kind % 3);
	snprintf(f.rule, sizeof(f.rule), "%s", rule_info((enum rule_id)(kind % RULE_COUNT))->id);
	/* In letters, and a number that does not matter. */
	snprintf(f.text, sizeof(f.text), "kind %c%c%c, %u ms", (char)('a' + kind / 676 % 26),
		(char)('a' + kind / 26 % 26), (char)('a' + kind % 26), (unsigned)number);
	snprintf(f.plan, sizeof(f.plan), "connect roam@SendPacket#%u", (unsigned)number + 1);
	assert_int_equal(report_add(r, &f), 0);
}

static void begin(struct report *r, unsigned parts, unsigned part)
{
	memset(r, 0, sizeof(*r));
	strcpy(r->module, "my.so");
	strcpy(r->version, "0.1.0");
	r->complete = true;
	r->shards = parts;
	r->shards_in[part / 64] |= (uint64_t)1 << (part % 64);
}

/* Each part goes through its file, as it would. */
static void through_json(struct report *r)
{
	char err[256], *text;
	size_t length;

	report_sort(r);
	text = written(r, &length);
	report_free(r);
	(void)read_text(text, length, r, err);
	assert_string_equal(err, "");
	free(text);
}

static void shuffle(struct rng *g, unsigned *list, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		list[i] = i;
	for (i = n; i > 1; i--) {
		const unsigned j = (unsigned)rng_below(g, i), x = list[j];

		list[j] = list[i - 1];
		list[i - 1] = x;
	}
}

static void merged(
	uint64_t seed, unsigned runs, unsigned kinds, struct report *whole, struct report *together)
{
	struct report parts[PARTS];
	unsigned order[PARTS], *numbers = calloc(runs, sizeof(*numbers)), i;
	struct rng g;
	char err[256];

	assert_non_null(numbers);
	rng_init(&g, seed);
	begin(whole, PARTS, 0);
	whole->shards_in[0] = (1u << PARTS) - 1;
	for (i = 0; i < PARTS; i++)
		begin(&parts[i], PARTS, i);
	for (i = 0; i < runs; i++)
		run(whole, i, kinds);
	report_sort(whole);
	shuffle(&g, numbers, runs);
	for (i = 0; i < runs; i++)
		run(&parts[rng_below(&g, PARTS)], numbers[i], kinds);
	shuffle(&g, order, PARTS);
	for (i = 0; i < PARTS; i++)
		through_json(&parts[i]);
	*together = parts[order[0]];
	for (i = 1; i < PARTS; i++) {
		assert_int_equal(report_merge(together, &parts[order[i]], err, sizeof(err)), 0);
		report_free(&parts[order[i]]);
	}
	free(numbers);
}

static void test_lowest_plan_number_stays(void **state)
{
	struct report r = {0};
	struct report_finding f = {.rule = "X-40", .count = 2, .text = "seen"};
	unsigned i;

	for (i = 0; i < 3; i++) {
		f.number = (const uint64_t[]){5, 3, 9}[i];
		f.replays = 10 * (unsigned)f.number;
		assert_int_equal(report_add(&r, &f), 0);
	}
	assert_int_equal(r.nfindings, 1);
	assert_int_equal(r.findings[0].number, 3);
	assert_int_equal(r.findings[0].replays, 30);
	assert_int_equal(r.findings[0].count, 6);
	f.severity = SEVERITY_W;
	assert_int_equal(report_add(&r, &f), 0);
	assert_int_equal(r.nfindings, 2);
	report_free(&r);
}

static void test_parts_are_the_whole(void **state)
{
	struct report whole, together;
	uint64_t seed;

	for (seed = 0; seed < 16; seed++) {
		merged(seed, 400, 1 + (unsigned)seed * 8, &whole, &together);
		assert_true(whole.nfindings > 0);
		assert_int_equal(whole.lost, 0);
		assert_true(report_fixture_same(&whole, &together));
		report_free(&whole);
		report_free(&together);
	}
}

/* Beyond the limit the same findings stay, with the same examples; only counts are uncertain. */
static void test_more_than_is_kept(void **state)
{
	struct report whole, together;
	unsigned i;

	merged(1, 3000, 1500, &whole, &together);
	assert_int_equal(whole.nfindings, REPORT_FINDINGS);
	assert_int_equal(together.nfindings, REPORT_FINDINGS);
	assert_true(whole.lost > 0 && together.lost > 0);
	for (i = 0; i < REPORT_FINDINGS; i++) {
		assert_string_equal(whole.findings[i].text, together.findings[i].text);
		assert_string_equal(whole.findings[i].plan, together.findings[i].plan);
		assert_int_equal(whole.findings[i].number, together.findings[i].number);
	}
	report_free(&whole);
	report_free(&together);
}

static void test_parts_that_do_not_fit(void **state)
{
	struct report a, b;
	char err[256];

	begin(&a, 2, 0);
	begin(&b, 2, 0);
	assert_int_equal(report_merge(&a, &b, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "part 1 of 2 is there already");
	begin(&b, 3, 1);
	assert_int_equal(report_merge(&a, &b, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "another number of parts: 3, not 2");
	begin(&b, 2, 1);
	b.seed = 7;
	assert_int_equal(report_merge(&a, &b, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "another seed: 7, not 0");
	begin(&b, 2, 1);
	strcpy(b.module, "other.so");
	assert_int_equal(report_merge(&a, &b, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "another module: 'other.so', not 'my.so'");
	assert_int_equal(a.shards_in[0], 1);
	begin(&b, 2, 1);
	assert_int_equal(report_merge(&a, &b, err, sizeof(err)), 0);
	assert_int_equal(a.shards_in[0], 3);
}

/* ---- For people. ---- */

static void test_replay(void **state)
{
	struct report r = {0};
	struct report_finding f = {.plan = "connect roam@SendPacket#1"};
	char room[1024];

	strcpy(r.module, "./my.so");
	assert_string_equal(report_replay(&r, &f, room, sizeof(room)),
		"openihv replay ./my.so --plan 'connect roam@SendPacket#1'");
	strcpy(r.module, "it's $(here).so");
	strcpy(r.options, "--profile home.xml");
	assert_string_equal(report_replay(&r, &f, room, sizeof(room)),
		"openihv replay 'it'\\''s $(here).so' --profile home.xml --plan 'connect "
		"roam@SendPacket#1'");
	strcpy(r.module, "-rf");
	assert_string_equal(report_replay(&r, &f, room, 25), "openihv replay ./'-rf' -");
}

/* Byte for byte; what was written lies in the build folder, to be compared. */
static void same_as_file(const char *name, const char *text, size_t length)
{
	_cleanup_free_ char *path = NULL, *made = NULL, *expected = NULL;
	FILE *f;
	size_t got;

	assert_true(asprintf(&path, "%s/tests/data/%s", getenv("OPENIHV_SOURCE"), name) > 0);
	assert_true(asprintf(&made, "%s/tests/%s", getenv("OPENIHV_BUILD"), name) > 0);
	expected = calloc(1, length + 2);
	assert_non_null(expected);
	f = fopen(made, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, length, f), length);
	assert_int_equal(fclose(f), 0);
	f = fopen(path, "rb");
	assert_non_null(f);
	got = fread(expected, 1, length + 1, f);
	(void)fclose(f);
	if (got != length || memcmp(expected, text, length) != 0)
		fail_msg("differs: diff %s %s", path, made);
}

static char *text_of(const struct report *r, bool colour, size_t *length)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, length);

	assert_non_null(f);
	assert_int_equal(report_write_text(f, r, colour), 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

static size_t columns(const char *line)
{
	size_t n = 0;

	for (; *line && *line != '\n'; line++)
		n += ((unsigned char)*line & 0xC0) != 0x80;
	return n;
}

static void test_text(void **state)
{
	struct report r;
	_cleanup_free_ char *text = NULL, *clean = NULL;
	const char *line;
	size_t length, i, lines = 0;

	report_fixture_findings(&r);
	text = text_of(&r, false, &length);
	same_as_file("report-findings.txt", text, length);
	for (i = 0; i < length; i++)
		assert_true(text[i] == '\n' || ((unsigned char)text[i] >= ' ' && text[i] != 0x7f));
	for (line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		assert_true(columns(line) <= 100 || strncmp(line, "  replay ", 9) == 0);
	report_free(&r);

	report_fixture_clean(&r);
	clean = text_of(&r, false, &length);
	same_as_file("report-clean.txt", clean, length);
	for (i = 0; i < length; i++)
		lines += clean[i] == '\n';
	assert_true(lines <= SCENARIOS + 7);
	report_free(&r);
}

/* Threads stand in the order of their numbers; the last lane is that of all others. */
static void test_many_threads(void **state)
{
	static const uint16_t threads[] = {9, 3, 12, 5, 4, 7};
	struct report r = {.runs = 1};
	struct report_finding f = {.rule = "X-40", .count = 1, .text = "seen", .plan = "connect"};
	_cleanup_free_ char *text = NULL;
	size_t length;
	unsigned i;

	for (i = 0; i < 6; i++)
		f.around[i] = (struct crossing){.seq = i + 1,
			.fn = FN_SET_EXCLUDE_UNENCRYPTED,
			.phase = PHASE_ENTER,
			.thread = threads[i]};
	f.naround = 6;
	f.seq = 3;
	assert_int_equal(report_add(&r, &f), 0);
	text = text_of(&r, false, &length);
	assert_non_null(strstr(text, "radio    host     thread 3 thread 4 thread 5 others\n"));
	assert_non_null(
		strstr(text, "  1    0.000000  |        |<----------------------------------|"));
	assert_non_null(
		strstr(text, "  2    0.000000  |        |<-------|        |        |        |"));
	assert_non_null(
		strstr(text, ">      3    0.000000  |        |<-----------------------------"));
	assert_non_null(
		strstr(text, "  4    0.000000  |        |<-------------------------|        |"));
	report_free(&r);
}

/* Colours change nothing but colours. */
static void test_colour(void **state)
{
	struct report r;
	_cleanup_free_ char *plain = NULL, *coloured = NULL;
	size_t length, i, n = 0, seen = 0;

	report_fixture_findings(&r);
	plain = text_of(&r, false, &length);
	coloured = text_of(&r, true, &length);
	for (i = 0; i < length; i++) {
		if (coloured[i] == '\033') {
			i += strcspn(coloured + i, "m");
			seen++;
			continue;
		}
		coloured[n++] = coloured[i];
	}
	coloured[n] = '\0';
	assert_string_equal(plain, coloured);
	assert_true(seen > 10);
	report_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_is_exact),
		cmocka_unit_test(test_json_of_a_hostile_text),
		cmocka_unit_test(test_json_is_checked),
		cmocka_unit_test(test_not_a_report),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_lowest_plan_number_stays),
		cmocka_unit_test(test_parts_are_the_whole),
		cmocka_unit_test(test_more_than_is_kept),
		cmocka_unit_test(test_parts_that_do_not_fit),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_many_threads),
		cmocka_unit_test(test_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
