// SPDX-License-Identifier: BSD-2-Clause
/*
 * A report for other programs: well-formed, with what their formats require, and nothing in it that
 * a hostile module wrote is more than text.
 */
#include "tests/lib/reports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "base/cleanup.h"

#define WORDS 7

typedef int (*writer_fn)(FILE *f, const struct report *r);

static char *written(writer_fn write, const struct report *r, size_t *length)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, length);

	assert_non_null(f);
	assert_int_equal(write(f, r), 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

/* Printable UTF-8 and ends of lines: what a terminal, a browser or a parser may be shown. */
static void printable(const char *text, size_t length)
{
	size_t i;

	assert_int_equal(strlen(text), length);
	for (i = 0; i < length; i++)
		assert_true(text[i] == '\n' || ((unsigned char)text[i] >= ' ' && text[i] != 0x7f));
	assert_null(strstr(text, "\xe2\x80\xae")); /* turns the direction of writing */
	assert_null(strstr(text, "\xff"));
}

/* ---- JUnit. ---- */

static double number(xmlDoc *doc, const char *expression)
{
	xmlXPathContext *context = xmlXPathNewContext(doc);
	xmlXPathObject *object = xmlXPathEvalExpression((const xmlChar *)expression, context);
	double value;

	assert_non_null(object);
	value = xmlXPathCastToNumber(object);
	xmlXPathFreeObject(object);
	xmlXPathFreeContext(context);
	return value;
}

#define HOLDS(doc, expression)     assert_true(number(doc, "number(boolean(" expression "))") > 0)
#define EQUALS(doc, expression, n) assert_int_equal((int)number(doc, expression), n)

/* Elements and attributes of the schemas that Jenkins and GitLab publish, and no other. */
static void junit_structure(xmlDoc *doc)
{
	HOLDS(doc, "/testsuites[@name and @tests and @failures and @errors and @time]");
	EQUALS(doc, "count(/testsuites/*)", 1);
	HOLDS(doc, "count(/testsuites/testsuite[@name and @tests and @failures and @errors and "
		   "@skipped and @time])");
	EQUALS(doc, "count(/testsuites/testsuite/*[name()!='properties' and name()!='testcase'])",
		0);
	EQUALS(doc, "count(//property[not(@name) or not(@value)])", 0);
	EQUALS(doc, "count(//testcase[not(@name) or not(@classname) or not(@time)])", 0);
	EQUALS(doc,
		"count(//testcase/*[name()!='failure' and name()!='skipped' and "
		"name()!='system-out'])",
		0);
	EQUALS(doc, "count(//failure[not(@type) or not(@message)])", 0);
	EQUALS(doc, "count(//testcase/*/*)", 0);
	EQUALS(doc, "count(//testcase)", RULE_COUNT + WORDS);
	HOLDS(doc, "//testsuite/@tests = count(//testcase)");
	HOLDS(doc, "//testsuite/@failures = count(//failure)");
	HOLDS(doc, "//testsuite/@skipped = count(//skipped)");
	HOLDS(doc, "//testsuites/@failures = count(//failure)");
}

static xmlDoc *junit(const struct report *r)
{
	size_t length;
	_cleanup_free_ char *text = written(report_write_junit, r, &length);
	xmlDoc *doc = xmlReadMemory(text, (int)length, "junit.xml", NULL, XML_PARSE_NONET);

	assert_non_null(doc);
	printable(text, length);
	junit_structure(doc);
	return doc;
}

static void test_junit(void **state)
{
	struct report r;
	xmlDoc *doc;

	report_fixture_clean(&r);
	doc = junit(&r);
	EQUALS(doc, "count(//failure)", 0);
	HOLDS(doc, "count(//skipped[contains(@message,'never exercised')])");
	EQUALS(doc, "count(//testcase[starts-with(@name,'crash')]/*)", 0);
	xmlFreeDoc(doc);
	report_free(&r);

	report_fixture_findings(&r);
	doc = junit(&r);
	EQUALS(doc, "count(//failure)", 3);
	HOLDS(doc, "count(//testcase[starts-with(@name,'X-40 ')]/failure[contains(.,'roam "
		   "disconnect@PostAssociateCompletion#1,held')])");
	HOLDS(doc, "count(//testcase[starts-with(@name,'X-11 ')]/failure[contains(@message,"
		   "'<script>alert(1)</script> ]]>')])");
	HOLDS(doc, "count(//testcase[starts-with(@name,'X-66 ') and not(failure)]/system-out)");
	HOLDS(doc, "//property[@name='module']/@value = \"my modules/it's <new>.so\"");
	xmlFreeDoc(doc);
	report_free(&r);
}

/* ---- SARIF. ---- */

/* Keys with slashes between them; a tilde stands for a slash in a key. */
static const json_t *at(const json_t *value, const char *path)
{
	char key[64], *p;
	size_t n;

	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		for (p = strchr(key, '~'); p; p = strchr(p, '~'))
			*p = '/';
		value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key))
					     : json_object_get(value, key);
		if (!value)
			fail_msg("no %s", path);
	}
	return value;
}

static const char *text_at(const json_t *value, const char *path)
{
	assert_true(json_is_string(at(value, path)));
	return json_string_value(at(value, path));
}

static json_t *sarif(const struct report *r)
{
	size_t length;
	_cleanup_free_ char *text = written(report_write_sarif, r, &length);
	json_t *log = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(log);
	printable(text, length);
	/* What sections 3.13, 3.14, 3.18, 3.19, 3.27 and 3.49 require, and viewers want. */
	assert_string_equal(text_at(log, "version"), "2.1.0");
	assert_string_equal(text_at(log, "runs/0/tool/driver/name"), "openihv");
	assert_int_equal(json_array_size(at(log, "runs/0/tool/driver/rules")), RULE_COUNT + WORDS);
	assert_true(json_is_true(at(log, "runs/0/invocations/0/executionSuccessful")));
	assert_int_equal(json_array_size(at(log, "runs/0/results")), r->nfindings);
	return log;
}

static void result(const json_t *log, const json_t *result)
{
	const json_t *rule = json_array_get(at(log, "runs/0/tool/driver/rules"),
		(size_t)json_integer_value(at(result, "ruleIndex")));
	const char *level = text_at(result, "level");

	assert_string_equal(text_at(rule, "id"), text_at(result, "ruleId"));
	assert_true(strlen(text_at(rule, "shortDescription/text")) > 0);
	assert_true(strlen(text_at(rule, "help/text")) > 0);
	assert_true(strcmp(level, "error") == 0 || strcmp(level, "warning") == 0);
	assert_true(strlen(text_at(result, "message/text")) > 0);
	assert_string_equal(text_at(result, "locations/0/physicalLocation/artifactLocation/uri"),
		text_at(log, "runs/0/artifacts/0/location/uri"));
	assert_int_equal(strlen(text_at(result, "partialFingerprints/openihvFinding~v1")), 16);
	assert_non_null(strstr(text_at(result, "properties/replay"), "openihv replay "));
	assert_true(json_integer_value(at(result, "occurrenceCount")) >= 1);
}

static void flow(const json_t *found)
{
	const json_t *list = at(found, "codeFlows/0/threadFlows/0/locations"), *step;
	unsigned essential = 0;
	size_t i;

	json_array_foreach(list, i, step)
	{
		assert_true(strlen(text_at(step, "location/message/text")) > 0);
		assert_int_equal(json_integer_value(at(step, "executionOrder")), i + 1);
		if (strcmp(text_at(step, "importance"), "essential") == 0) {
			assert_non_null(
				strstr(text_at(step, "location/message/text"), "the module died"));
			essential++;
		}
	}
	assert_int_equal(essential, 1);
}

static void test_sarif(void **state)
{
	const json_t *found;
	struct report r;
	json_t *log;
	size_t i;

	report_fixture_clean(&r);
	json_decref(sarif(&r));
	report_free(&r);

	report_fixture_findings(&r);
	log = sarif(&r);
	json_array_foreach(at(log, "runs/0/results"), i, found) result(log, found);
	assert_string_equal(text_at(log, "runs/0/artifacts/0/location/uri"),
		"my%20modules/it%27s%20%3Cnew%3E.so");
	assert_string_equal(text_at(log, "runs/0/results/0/ruleId"), "crash");
	flow(at(log, "runs/0/results/0"));
	json_decref(log);
	report_free(&r);
}

/* The same finding in another run, shown by another plan: the same fingerprint. */
static void test_sarif_fingerprints(void **state)
{
	struct report r;
	json_t *one, *other;
	unsigned i;

	report_fixture_findings(&r);
	one = sarif(&r);
	r.seed++;
	for (i = 0; i < r.nfindings; i++) {
		strcpy(r.findings[i].plan, "rekey");
		r.findings[i].count++;
		r.findings[i].number++;
	}
	other = sarif(&r);
	assert_string_equal(text_at(one, "runs/0/results/1/partialFingerprints/openihvFinding~v1"),
		text_at(other, "runs/0/results/1/partialFingerprints/openihvFinding~v1"));
	assert_string_not_equal(
		text_at(one, "runs/0/results/1/partialFingerprints/openihvFinding~v1"),
		text_at(one, "runs/0/results/2/partialFingerprints/openihvFinding~v1"));
	json_decref(one);
	json_decref(other);
	report_free(&r);
}

/* ---- HTML. ---- */

static unsigned occurrences(const char *text, const char *piece)
{
	unsigned n = 0;

	for (text = strstr(text, piece); text; text = strstr(text + 1, piece))
		n++;
	return n;
}

static void test_html(void **state)
{
	struct report r;
	_cleanup_free_ char *text = NULL;
	size_t length;
	htmlDocPtr doc;

	report_fixture_findings(&r);
	text = written(report_write_html, &r, &length);
	printable(text, length);
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "http:"));
	assert_null(strstr(text, "https:"));
	assert_non_null(strstr(text, "default-src 'none'"));
	doc = htmlReadMemory(text, (int)length, "report.html", "UTF-8",
		HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
	assert_non_null(doc);
	EQUALS(doc, "count(//details[contains(@class,'finding')])", (int)r.nfindings);
	EQUALS(doc, "count(//svg)", 3);
	EQUALS(doc, "count(//ul[@class='rules']/li)", RULE_COUNT);
	EQUALS(doc, "count(//ul[@class='rules']/li[@title])", RULE_COUNT);
	EQUALS(doc, "count(//ul[@class='rules']/li[@class='br'])", 2);
	EQUALS(doc, "count(//ul[@class='rules']/li[@class='wa'])", 1);
	EQUALS(doc, "count(//div[@class='map']//tbody/tr)", 15);
	EQUALS(doc, "count(//div[@class='map']//td[contains(@class,'br')])", 2);
	EQUALS(doc, "count(//div[@class='map']//tbody/tr[1]/td)", ACTS);
	HOLDS(doc, "count(//h3[contains(.,'<script>alert(1)</script>')])");
	HOLDS(doc, "count(//pre[contains(.,'openihv replay')])");
	xmlFreeDoc(doc);
	assert_int_equal(occurrences(text, "class=\"here\""), 3);
	report_free(&r);
}

static void test_full_disk(void **state)
{
	static const writer_fn writers[] = {
		report_write_junit, report_write_sarif, report_write_html};
	struct report r;
	size_t i;

	report_fixture_findings(&r);
	for (i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
		FILE *f = fopen("/dev/full", "w");

		assert_non_null(f);
		assert_int_equal(writers[i](f, &r), -ENOSPC);
		(void)fclose(f);
	}
	report_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_junit),
		cmocka_unit_test(test_sarif),
		cmocka_unit_test(test_sarif_fingerprints),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
