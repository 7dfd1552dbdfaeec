// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/utf16.h"
#include "profile/profile.h"

#define NS       "xmlns=\"http://www.microsoft.com/networking/WLAN/profile/v1\""
#define SSID     "<SSIDConfig><SSID><name>net</name></SSID></SSIDConfig>"
#define ESS      "<connectionType>ESS</connectionType>"
#define HEADER   "<OUIHeader><OUI>00aabb</OUI><type>7f</type></OUIHeader>"
#define DOC(...) "<WLANProfile " NS ">" __VA_ARGS__ "</WLANProfile>"
#define IHV(...) DOC("<name>n</name>" SSID ESS "<IHV>" HEADER __VA_ARGS__ "</IHV>")

static struct profile *parse(const char *text)
{
	struct profile *p = NULL;
	struct profile_error err;
	int error = profile_parse(text, strlen(text), &p, &err);
	if (error)
		print_error("line %u: %s\n", err.line, err.text);
	assert_int_equal(error, 0);
	assert_string_equal(err.text, "");
	return p;
}

static void assert_refused(const char *text, size_t len, int code, const char *why)
{
	struct profile *p = NULL;
	struct profile_error err;
	int error = profile_parse(text, len, &p, &err);
	if (error != code || !strstr(err.text, why))
		print_error("expected %d '%s', got %d '%s'\n", code, why, error, err.text);
	assert_int_equal(error, code);
	assert_null(p);
	assert_non_null(strstr(err.text, why));
	for (const char *s = err.text; *s; s++)
		assert_true(*s >= 0x20 && *s <= 0x7e);
}

static void assert_fragment(const uint16_t *fragment, const char *want)
{
	char *text = NULL;
	assert_non_null(fragment);
	assert_int_equal(utf16_to_utf8(fragment, utf16_len(fragment), &text, NULL), 0);
	assert_string_equal(text, want);
	free(text);
}

static void assert_ssid(const struct profile *p, size_t index, const char *want)
{
	assert_true(index < p->nssids);
	assert_int_equal(p->ssids[index].len, strlen(want));
	assert_memory_equal(p->ssids[index].data, want, strlen(want));
}

static void load_example(const char *name, struct profile **out)
{
	const char *source = getenv("OPENIHV_SOURCE");
	char path[4096];
	struct profile_error err;
	(void)snprintf(path, sizeof(path), "%s/examples/%s", source ? source : ".", name);
	if (profile_load(path, out, &err) != 0)
		fail_msg("%s:%u: %s", path, err.line, err.text);
}

static void home_example(void **state)
{
	struct profile *p = NULL;
	load_example("home.xml", &p);
	assert_string_equal(p->name, "openihv-home");
	assert_int_equal(p->nssids, 1);
	assert_ssid(p, 0, "openihv-home");
	assert_int_equal(p->bss_type, PROFILE_BSS_INFRASTRUCTURE);
	assert_true(p->automatic);
	assert_false(p->nonbroadcast);
	assert_false(p->has_ms_security);
	assert_true(p->has_ihv);
	assert_memory_equal(p->oui, "\x00\x0f\xac", 3);
	assert_int_equal(p->ihv_type, 1);
	assert_null(p->connectivity);
	assert_fragment(p->security, "<rsn xmlns=\"urn:openihv:rsn:1\">\n"
				     "\t\t\t\t<passphrase>correct horse battery</passphrase>\n"
				     "\t\t\t\t<akm>psk</akm>\n"
				     "\t\t\t</rsn>");
	assert_false(p->use_ms_onex);
	profile_free(p);
}

static void open_example(void **state)
{
	struct profile *p = NULL;
	load_example("open.xml", &p);
	assert_ssid(p, 0, "openihv-cafe");
	assert_false(p->automatic);
	assert_false(p->has_ihv);
	assert_null(p->security);
	profile_free(p);
}

static void several_ssids(void **state)
{
	struct profile *p =
		parse(DOC("<name>\xc3\xa9</name>"
			  "<SSIDConfig><SSID><hex> 00fF20 </hex></SSID><SSID><name> a "
			  "</name></SSID></SSIDConfig>"
			  "<SSIDConfig><SSID><hex>c3a9</hex><name>\xc3\xa9</name></SSID>"
			  "<nonBroadcast> 1 </nonBroadcast></SSIDConfig>" ESS));
	assert_string_equal(p->name, "\xc3\xa9");
	assert_int_equal(p->nssids, 3);
	assert_int_equal(p->ssids[0].len, 3);
	assert_memory_equal(p->ssids[0].data, "\x00\xff\x20", 3);
	assert_ssid(p, 1, " a ");
	assert_ssid(p, 2, "\xc3\xa9");
	assert_true(p->nonbroadcast);
	assert_true(p->automatic); // the default
	profile_free(p);
}

static void longest_ssid(void **state)
{
	struct profile *p =
		parse(DOC("<name>n</name><SSIDConfig><SSID><name>0123456789abcdef0123456789abcdef</"
			  "name></SSID></SSIDConfig>" ESS));
	assert_ssid(p, 0, "0123456789abcdef0123456789abcdef");
	profile_free(p);
}

static void independent(void **state)
{
	struct profile *p =
		parse(DOC("<name>n</name>" SSID "<connectionType>IBSS</connectionType>"));
	assert_int_equal(p->bss_type, PROFILE_BSS_INDEPENDENT);
	assert_false(p->automatic);
	profile_free(p);
}

// C-21: without the wrapping element; namespaces declared outside come along.
static void fragments(void **state)
{
	static const struct {
		const char *inside, *want;
	} cases[] = {
		{"<a xmlns=\"urn:v\"><b k=\"1\">&lt;&#233;</b></a>",
			"<a xmlns=\"urn:v\"><b k=\"1\">&lt;\xc3\xa9</b></a>"},
		{" <!-- c --> <v:a xmlns:v=\"urn:v\"/>\n", "<v:a xmlns:v=\"urn:v\"/>"},
		{"<o:a/>", "<o:a xmlns:o=\"urn:outer\"/>"},
		{"<a xmlns=\"\"/>", "<a xmlns=\"\"/>"},
		{"<a xmlns=\"urn:v\"/> <b xmlns=\"urn:v\"/>",
			"<a xmlns=\"urn:v\"/> <b xmlns=\"urn:v\"/>"},
		{"plain &amp; text", "plain &amp; text"},
		{"<![CDATA[<x>]]>", "&lt;x&gt;"},
		{"key=<a xmlns=\"urn:v\"/>", "key=<a xmlns=\"urn:v\"/>"},
		{"<a xmlns=\"urn:v\">\xf0\x9f\x94\x91</a>",
			"<a xmlns=\"urn:v\">\xf0\x9f\x94\x91</a>"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char doc[2048];
		(void)snprintf(doc, sizeof(doc),
			DOC("<name>n</name>" SSID ESS "<IHV xmlns:o=\"urn:outer\">" HEADER
			    "<connectivity>%s</connectivity><useMSOneX>true</useMSOneX></IHV>"),
			cases[i].inside);
		struct profile *p = parse(doc);
		assert_fragment(p->connectivity, cases[i].want);
		assert_null(p->security);
		assert_true(p->use_ms_onex);
		profile_free(p);
	}
}

static void empty_fragments(void **state)
{
	struct profile *p = parse(IHV("<connectivity/><security> <!-- none --> </security>"));
	assert_true(p->has_ihv);
	assert_int_equal(p->ihv_type, 0x7f);
	assert_null(p->connectivity);
	assert_null(p->security);
	profile_free(p);
}

static void foreign_elements_are_ignored(void **state)
{
	struct profile *p =
		parse(DOC("<x:name xmlns:x=\"urn:x\">no</x:name><name>n</name>" SSID ESS
			  "<MSM><connectivity><phyType>n</phyType></connectivity></MSM>"
			  "<MacRandomization "
			  "xmlns=\"http://www.microsoft.com/networking/WLAN/profile/v3\"/>"));
	assert_string_equal(p->name, "n");
	assert_false(p->has_ms_security);
	profile_free(p);
}

static void both_securities(void **state)
{
#define BOTH(onex)                                                                                 \
	DOC("<name>n</name>" SSID ESS "<MSM><security/></MSM><IHV>" HEADER                         \
	    "<security><a xmlns=\"urn:v\"/></security><useMSOneX>" onex "</useMSOneX></IHV>")
	struct profile *p = parse(BOTH("true"));
	assert_true(p->has_ms_security);
	profile_free(p);
	assert_refused(BOTH("false"), sizeof(BOTH("false")) - 1, -EINVAL, "both <MSM> and <IHV>");
}

static void encodings(void **state)
{
	static const char doc[] =
		"<?xml version=\"1.0\" encoding=\"UTF-16\"?>" DOC("<name>n</name>" SSID ESS);
	for (int big = 0; big < 2; big++) {
		char wide[2 * sizeof(doc)] = {0};
		memcpy(wide, big ? "\xfe\xff" : "\xff\xfe", 2);
		for (size_t i = 0; i + 1 < sizeof(doc); i++)
			wide[2 + 2 * i + (size_t)big] = doc[i];
		struct profile *p = NULL;
		struct profile_error err;
		assert_int_equal(profile_parse(wide, sizeof(wide), &p, &err), 0);
		assert_ssid(p, 0, "net");
		profile_free(p);
		assert_refused(wide, sizeof(wide) - 1, -EINVAL, "not valid UTF-16");
		wide[40] = wide[41] = '\0';
		assert_refused(wide, sizeof(wide), -EINVAL, "not valid UTF-16");
	}
	profile_free(parse("\xef\xbb\xbf" DOC("<name>n</name>" SSID ESS)));
	profile_free(parse(
		"<?xml version=\"1.0\" encoding=\"US-ASCII\"?>" DOC("<name>n</name>" SSID ESS)));
}

static void refused_content(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "empty"},
		{"\n", "not well-formed"},
		{"hello", "not well-formed"},
		{"<a/>", "root element is <a>"},
		{"<WLANProfile/>", "namespace"},
		{"<WLANProfile xmlns=\"http://www.microsoft.com/networking/WLAN/profile/v2\"/>",
			"namespace"},
		{"<WLANProfile " NS "><name>n</nam></WLANProfile>", "not well-formed"},
		{DOC("<name>n</name>" SSID ESS) "<a/>", "not well-formed"},
		{DOC(SSID ESS), "no <name>"},
		{DOC("<name/>" SSID ESS), "<name> is empty"},
		{DOC("<name>a</name><name>b</name>" SSID ESS), "more than one <name>"},
		{DOC("<name>a<b/></name>" SSID ESS), "element <b> inside"},
		{DOC("<name>n</name>" ESS), "no <SSIDConfig>"},
		{DOC("<name>n</name><SSIDConfig/>" ESS), "no <SSID>"},
		{DOC("<name>n</name><SSIDConfig><SSID/></SSIDConfig>" ESS),
			"neither <hex> nor <name>"},
		{DOC("<name>n</name><SSIDConfig><SSID><name/></SSID></SSIDConfig>" ESS),
			"SSID is empty"},
		{DOC("<name>n</name><SSIDConfig><SSID><hex/></SSID></SSIDConfig>" ESS),
			"SSID is empty"},
		{DOC("<name>n</name><SSIDConfig><SSID><hex>6</hex></SSID></SSIDConfig>" ESS),
			"even number"},
		{DOC("<name>n</name><SSIDConfig><SSID><hex>6g</hex></SSID></SSIDConfig>" ESS),
			"hexadecimal"},
		{DOC("<name>n</name><SSIDConfig><SSID><hex>61 62</hex></SSID></SSIDConfig>" ESS),
			"hexadecimal"},
		{DOC("<name>n</name><SSIDConfig><SSID><hex>61</hex><name>b</name></SSID></"
		     "SSIDConfig>" ESS),
			"differ"},
		{DOC("<name>n</name><SSIDConfig><SSID><hex>"
		     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20</hex></"
		     "SSID></SSIDConfig>" ESS),
			"66 hexadecimal digits"},
		{DOC("<name>n</name><SSIDConfig><SSID><name>"
		     "0123456789abcdef0123456789abcdef0</name></SSID></SSIDConfig>" ESS),
			"33 octets"},
		// 17 characters, 34 octets
		{DOC("<name>n</name><SSIDConfig><SSID><name>"
		     "&#233;&#233;&#233;&#233;&#233;&#233;&#233;&#233;&#233;&#233;&#233;&#233;&#"
		     "233;&#233;&#233;&#233;&#233;"
		     "</name></SSID></SSIDConfig>" ESS),
			"34 octets"},
		{DOC("<name>n</name>" SSID), "no <connectionType>"},
		{DOC("<name>n</name>" SSID "<connectionType>ess</connectionType>"),
			"'ess', expected 'ESS'"},
		{DOC("<name>n</name>" SSID ESS "<connectionMode>never</connectionMode>"),
			"'never'"},
		{DOC("<name>n</name>" SSID ESS "<connectionMode>\xc2\x9b"
		     "31m</connectionMode>"),
			"'??31m'"},
		{DOC("<name>n</name>" SSID
		     "<connectionType>IBSS</connectionType><connectionMode>auto</connectionMode>"),
			"must be 'manual'"},
		{DOC("<name>n</name>" SSID ESS "<IHV/>"), "no <OUIHeader>"},
		{DOC("<name>n</name>" SSID ESS "<IHV>" HEADER "</IHV><IHV>" HEADER "</IHV>"),
			"more than one <IHV>"},
		{DOC("<name>n</name>" SSID ESS
		     "<IHV><OUIHeader><OUI>00aa</OUI><type>7f</type></OUIHeader></IHV>"),
			"2 octets, expected 3"},
		{DOC("<name>n</name>" SSID ESS
		     "<IHV><OUIHeader><OUI>00aabb</OUI></OUIHeader></IHV>"),
			"no <type>"},
		{IHV("<useMSOneX>yes</useMSOneX>"), "'yes', expected 'false' or 'true'"},
		{IHV("<security><a>&undeclared;</a></security>"), "not well-formed"},
		{IHV("<security><v:a/></security>"), "not well-formed"},
		{DOC("<name>a&#0;b</name>" SSID ESS), "not well-formed"},
		{DOC("<name>n&#1;</name>" SSID ESS), "not well-formed"},
		{DOC("<name>\xff</name>" SSID ESS), "not UTF-8"},
		{DOC("<name>\xc0\x80</name>" SSID ESS), "not UTF-8"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(cases[i].text, strlen(cases[i].text), -EINVAL, cases[i].why);
}

static void refused_doctype(void **state)
{
	static const char *const cases[] = {
		"<!DOCTYPE WLANProfile>" DOC("<name>n</name>" SSID ESS),
		"<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
		"\"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
		"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d "
		"\"&c;&c;&c;&c;&c;&c;&c;&c;\">]>" DOC("<name>&d;&d;&d;</name>" SSID ESS),
		"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" DOC(
			"<name>&x;</name>" SSID ESS),
		"<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://192.0.2.1/x.dtd\"> %p;]>" DOC(
			"<name>n</name>" SSID ESS),
		"<!DOCTYPE a SYSTEM \"file:///dev/zero\">" DOC("<name>n</name>" SSID ESS),
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(cases[i], strlen(cases[i]), -EINVAL, "DOCTYPE");
}

static void embedded_nul(void **state)
{
	static const char inside[] = DOC("<name>a\0b</name>" SSID ESS);
	static const char after[] = DOC("<name>a</name>" SSID ESS) "\0<a>";
	assert_refused(inside, sizeof(inside) - 1, -EINVAL, "NUL");
	assert_refused(after, sizeof(after) - 1, -EINVAL, "NUL");
}

// `copies` times `part` between two ends.
static char *repeated(const char *head, const char *part, size_t copies, const char *tail)
{
	size_t n = strlen(part);
	char *text = malloc(strlen(head) + copies * n + strlen(tail) + 1);
	assert_non_null(text);
	char *end = stpcpy(text, head);
	for (size_t i = 0; i < copies; i++)
		end = stpcpy(end, part);
	strcpy(end, tail);
	return text;
}

static void limits(void **state)
{
	static const struct {
		const char *head, *part;
		size_t copies;
		const char *tail, *why;
	} cases[] = {
		{"", "          ", 26215, "", "larger than 256 KiB"},
		{"<WLANProfile " NS ">", "<a>", 40, "", "more than 32 deep"},
		{"<WLANProfile " NS ">", "<a>", 60000, "", "more than 32 deep"},
		{"<WLANProfile " NS ">", "<a/>", 5000, "</WLANProfile>", "more than 4096 elements"},
		{"<WLANProfile " NS, " a=''", 5000, "/>", "more than 4096 attributes"},
		{"<WLANProfile " NS "><name>n</name><SSIDConfig>", "<SSID><name>n</name></SSID>",
			257, "</SSIDConfig></WLANProfile>", "more than 256 SSIDs"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = repeated(cases[i].head, cases[i].part, cases[i].copies, cases[i].tail);
		assert_refused(text, strlen(text), -E2BIG, cases[i].why);
		free(text);
	}
}

static void long_name(void **state)
{
	char *text = repeated(
		"<WLANProfile " NS "><name>", "\xc3\xa9", 255, "</name>" SSID ESS "</WLANProfile>");
	profile_free(parse(text));
	free(text);
	text = repeated(
		"<WLANProfile " NS "><name>", "n", 256, "</name>" SSID ESS "</WLANProfile>");
	assert_refused(text, strlen(text), -EINVAL, "longer than 255");
	free(text);
}

static void line_is_named(void **state)
{
	static const char text[] = "<WLANProfile " NS ">\n<name>n</name>\n" SSID "\n\n"
				   "<connectionType>mesh</connectionType></WLANProfile>";
	static const char bad[] = "<WLANProfile " NS ">\n\n\xff</WLANProfile>";
	struct profile *p = NULL;
	struct profile_error err;
	assert_int_equal(profile_parse(text, sizeof(text) - 1, &p, &err), -EINVAL);
	assert_int_equal(err.line, 5);
	assert_int_equal(profile_parse(bad, sizeof(bad) - 1, &p, &err), -EINVAL);
	assert_int_equal(err.line, 3);
	assert_int_equal(profile_parse("<a>\n<b>\n</a>", 12, &p, &err), -EINVAL);
	assert_int_equal(err.line, 3);
}

static const char sample[] =
	"<?xml version=\"1.0\"?>" IHV("<connectivity><c xmlns=\"urn:c\"/></connectivity>"
				      "<security><s xmlns=\"urn:s\">k</s></security>");

static void truncated_anywhere(void **state)
{
	for (size_t len = 0; len < sizeof(sample) - 1; len++) {
		char *exact = malloc(len + 1); // so that a sanitizer sees a read beyond the end
		assert_non_null(exact);
		memcpy(exact, sample, len);
		assert_refused(exact, len, -EINVAL, len ? "not well-formed" : "empty");
		free(exact);
	}
	profile_free(parse(sample));
}

static void flipped_anywhere(void **state)
{
	char text[sizeof(sample)];
	for (size_t bit = 0; bit < 8 * (sizeof(sample) - 1); bit++) {
		struct profile *p = NULL;
		struct profile_error err;
		memcpy(text, sample, sizeof(sample));
		text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
		int error = profile_parse(text, sizeof(sample) - 1, &p, &err);
		assert_true((error == 0) == (p != NULL));
		assert_true((error == 0) == (err.text[0] == '\0'));
		profile_free(p);
	}
}

static void files(void **state)
{
	struct profile *p = NULL;
	struct profile_error err;
	assert_int_equal(profile_load("/nonexistent/profile.xml", &p, &err), -ENOENT);
	assert_string_equal(err.text, "cannot be opened: No such file or directory");
	assert_int_equal(profile_load("/", &p, &err), -EISDIR);
	assert_non_null(strstr(err.text, "cannot be read"));
	assert_int_equal(profile_load("/dev/null", &p, &err), -EINVAL);
	assert_non_null(strstr(err.text, "empty"));
	assert_int_equal(profile_load("/dev/zero", &p, &err), -E2BIG);
	assert_null(p);
}

static void minimal(void **state)
{
	struct profile *p = NULL;
	static const uint8_t ssid[33] = "net";
	assert_int_equal(profile_minimal(ssid, 0, &p), -EINVAL);
	assert_int_equal(profile_minimal(ssid, 33, &p), -EINVAL);
	assert_null(p);
	assert_int_equal(profile_minimal(ssid, 3, &p), 0);
	assert_ssid(p, 0, "net");
	assert_int_equal(p->bss_type, PROFILE_BSS_INFRASTRUCTURE);
	assert_false(p->has_ihv);
	assert_null(p->security);
	profile_free(p);
	profile_free(NULL);
}

// libxml2 must not speak to the user by itself.
static void nothing_on_stderr(void **state)
{
	FILE *capture = tmpfile();
	int saved = dup(STDERR_FILENO);
	assert_non_null(capture);
	assert_true(saved >= 0 && dup2(fileno(capture), STDERR_FILENO) >= 0);
	for (size_t len = 0; len < sizeof(sample); len += 7) {
		struct profile *p = NULL;
		struct profile_error err;
		(void)profile_parse(sample, len, &p, &err);
		profile_free(p);
	}
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	assert_int_equal(lseek(fileno(capture), 0, SEEK_END), 0);
	fclose(capture);
}

static void *parse_often(void *user)
{
	for (int i = 0; i < 50; i++) {
		struct profile *p = NULL;
		struct profile_error err;
		if (profile_parse(sample, sizeof(sample) - 1, &p, &err) != 0 ||
			profile_parse(sample, 100, &(struct profile *){NULL}, &err) != -EINVAL)
			return user; // not NULL: something went wrong
		profile_free(p);
	}
	return NULL;
}

static void many_threads(void **state)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, parse_often, threads), 0);
	for (int i = 0; i < 4; i++) {
		void *failed = NULL;
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_threads), // first, as it initialises libxml2
		cmocka_unit_test(home_example),
		cmocka_unit_test(open_example),
		cmocka_unit_test(several_ssids),
		cmocka_unit_test(longest_ssid),
		cmocka_unit_test(independent),
		cmocka_unit_test(fragments),
		cmocka_unit_test(empty_fragments),
		cmocka_unit_test(foreign_elements_are_ignored),
		cmocka_unit_test(both_securities),
		cmocka_unit_test(encodings),
		cmocka_unit_test(refused_content),
		cmocka_unit_test(refused_doctype),
		cmocka_unit_test(embedded_nul),
		cmocka_unit_test(limits),
		cmocka_unit_test(long_name),
		cmocka_unit_test(line_is_named),
		cmocka_unit_test(truncated_anywhere),
		cmocka_unit_test(flipped_anywhere),
		cmocka_unit_test(files),
		cmocka_unit_test(minimal),
		cmocka_unit_test(nothing_on_stderr),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
