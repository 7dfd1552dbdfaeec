// SPDX-License-Identifier: BSD-2-Clause
#include "verify/report_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct subject words[SUBJECT_WORDS] = {
	{"crash", SEVERITY_F, "the module ended the process that it runs in", "", ""},
	{"hang", SEVERITY_E, "the module did not return from a call, not even after its deadline",
		"", ""},
	{"leak", SEVERITY_E, "with each cycle the module holds more memory, threads or descriptors",
		"", ""},
	{"busy", SEVERITY_E, "a thread of the module computes while there is nothing to do", "",
		""},
	{"key", SEVERITY_F,
		"the same key was installed twice in one association, so that packet numbers "
		"repeat",
		"", ""},
	{"connect", SEVERITY_E, "after what was done, the next connection does not work", "", ""},
	{"reload", SEVERITY_E, "unloaded and loaded again, the module does not work as before", "",
		""},
};

struct subject subject(unsigned number)
{
	static const struct subject unknown = {
		"?", SEVERITY_E, "a word that this program does not know", "", ""};
	const struct rule *rule;

	if (number >= SUBJECTS)
		return unknown;
	if (number >= RULE_COUNT)
		return words[number - RULE_COUNT];
	rule = rule_info((enum rule_id)number);
	return (struct subject){rule->id, rule->severity, rule->text, rule->source, rule->note};
}

unsigned subject_by_name(const char *id)
{
	unsigned i;

	for (i = 0; i < SUBJECTS; i++)
		if (strcmp(subject(i).id, id) == 0)
			break;
	return i;
}

unsigned report_count(const struct report *r, bool warnings)
{
	unsigned i, n = 0;

	for (i = 0; i < r->nfindings; i++)
		n += (r->findings[i].severity == SEVERITY_W) == warnings;
	return n;
}

bool report_clean(const struct report *r)
{
	return report_count(r, false) == 0;
}

unsigned report_rules_exercised(const struct report *r)
{
	unsigned i, n = 0;

	for (i = 0; i < RULE_COUNT; i++)
		n += r->exercised[i] != 0;
	return n;
}

double report_rate(const struct report *r)
{
	return r->seconds > 0.001 ? (double)r->runs / r->seconds : 0;
}

/* Words come before rules: what a module that crashed does besides is of less interest. */
static unsigned rank(const char *rule)
{
	return (subject_by_name(rule) + SUBJECT_WORDS) % SUBJECTS;
}

/* A total order, so that it does not matter how findings came. */
static int compare(const void *one, const void *other)
{
	const struct report_finding *a = one, *b = other;
	const unsigned rule = rank(a->rule), rule2 = rank(b->rule);

	if (a->severity != b->severity)
		return a->severity < b->severity ? -1 : 1;
	if (rule != rule2)
		return rule < rule2 ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->text, b->text);
}

void report_sort(struct report *r)
{
	if (r->nfindings)
		qsort(r->findings, r->nfindings, sizeof(*r->findings), compare);
}

void report_free(struct report *r)
{
	free(r->findings);
	r->findings = NULL;
	r->nfindings = 0;
}

/* The example that stays is the one of the lower plan number. */
static void again(struct report_finding *known, const struct report_finding *f)
{
	const uint64_t count = known->count + f->count;

	if (f->number < known->number)
		*known = *f;
	known->count = count;
}

static struct report_finding *last(const struct report *r)
{
	struct report_finding *found = r->findings;
	unsigned i;

	for (i = 1; i < r->nfindings; i++)
		if (compare(found, &r->findings[i]) < 0)
			found = &r->findings[i];
	return found;
}

static int add_new(struct report *r, const struct report_finding *f)
{
	struct report_finding *grown, *worst;

	if (r->nfindings == REPORT_FINDINGS) {
		worst = last(r);
		if (compare(f, worst) < 0)
			*worst = *f;
		r->lost++;
		return 0;
	}
	/* The room is the next power of two, so that nobody has to remember it. */
	if ((r->nfindings & (r->nfindings - 1)) == 0) {
		grown = realloc(r->findings,
			(r->nfindings ? 2 * (size_t)r->nfindings : 1) * sizeof(*r->findings));
		if (!grown)
			return -ENOMEM;
		r->findings = grown;
	}
	r->findings[r->nfindings++] = *f;
	return 0;
}

bool report_same_text(const char *a, const char *b)
{
	for (;;) {
		while (isdigit((unsigned char)*a))
			a++;
		while (isdigit((unsigned char)*b))
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

int report_add(struct report *r, const struct report_finding *f)
{
	unsigned i;

	for (i = 0; i < r->nfindings; i++) {
		struct report_finding *known = &r->findings[i];

		if (known->severity == f->severity && strcmp(known->rule, f->rule) == 0 &&
			report_same_text(known->text, f->text)) {
			again(known, f);
			return 0;
		}
	}
	return add_new(r, f);
}

/* ---- The command that shows a finding again. ---- */

static size_t append(char *room, size_t length, size_t used, const char *text, size_t n)
{
	for (; n && used + 1 < length; n--)
		room[used++] = *text++;
	room[used] = '\0';
	return used;
}

/* In single quotes, in which a shell changes nothing. */
static size_t append_quoted(char *room, size_t length, size_t used, const char *text)
{
	size_t n;

	used = append(room, length, used, "'", 1);
	for (;;) {
		n = strcspn(text, "'");
		used = append(room, length, used, text, n);
		text += n;
		if (!*text)
			break;
		used = append(room, length, used, "'\\''", 4);
		text++;
	}
	return append(room, length, used, "'", 1);
}

static size_t append_path(char *room, size_t length, size_t used, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+,:@%";

	if (path[0] && path[0] != '-' && !path[strspn(path, plain)])
		return append(room, length, used, path, strlen(path));
	if (path[0] == '-') /* no option */
		used = append(room, length, used, "./", 2);
	return append_quoted(room, length, used, path);
}

const char *report_replay(
	const struct report *r, const struct report_finding *f, char *room, size_t length)
{
	size_t used = append(room, length, 0, "openihv replay ", 15);

	used = append_path(room, length, used, r->module);
	used = append(room, length, used, " ", r->options[0] != '\0');
	used = append(room, length, used, r->options, strlen(r->options));
	used = append(room, length, used, " --plan ", 8);
	(void)append_quoted(room, length, used, f->plan);
	return room;
}

bool report_has_rule(const char *rule)
{
	return subject_by_name(rule) < SUBJECTS;
}
