// SPDX-License-Identifier: BSD-2-Clause
/*
 * The reading half of a saved report: a file from anywhere, of any content. What can be derived
 * from other fields (verdict, replay, the text of a rule) is not looked at.
 */
#include "verify/report_internal.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "trace/json.h"
#include "verify/report_fields.h"
#include "verify/report_format.h"

/* ---- A finding. ---- */

static int read_rule(struct source *s, const json_t *value, void *base)
{
	struct report_finding *f = base;
	const char *text = json_string_value(value);

	if (!text || strlen(text) >= sizeof(f->rule) || subject_by_name(text) == SUBJECTS)
		return field_fail(s, "\"rule\" is neither a rule nor a word for one");
	strcpy(f->rule, text);
	return 0;
}

static int read_severity(struct source *s, const json_t *value, void *base)
{
	struct report_finding *f = base;
	const char *text = json_string_value(value);
	unsigned i;

	for (i = SEVERITY_F; text && i <= SEVERITY_W; i++)
		if (text[0] == rule_severity_letter((enum rule_severity)i) && !text[1]) {
			f->severity = (enum rule_severity)i;
			return 0;
		}
	return field_fail(s, "\"severity\" is not F, E or W");
}

static int read_plan(struct source *s, const json_t *value, void *base)
{
	struct report_finding *f = base;
	char err[160];
	struct plan plan;
	int ret = field_text(s, "plan", value, sizeof(f->plan), f->plan);

	if (ret == 0 && plan_parse(f->plan, &plan, err, sizeof(err)))
		ret = field_fail(s, "\"plan\": %s", err);
	return ret;
}

static int read_around(struct source *s, const json_t *value, void *base)
{
	struct report_finding *f = base;
	const json_t *item;
	uint64_t seq = 0;
	char err[160];
	size_t i;

	if (!json_is_array(value) || json_array_size(value) > REPORT_AROUND)
		return field_fail(
			s, "\"around\" is not a list of at most %d crossings", REPORT_AROUND);
	json_array_foreach(value, i, item)
	{
		if (trace_crossing(item, &seq, &f->around[i], err, sizeof(err)))
			return field_fail(s, "\"around\", crossing %zu: %s", i + 1, err);
	}
	f->naround = (unsigned)json_array_size(value);
	return 0;
}

static const struct field finding_fields[] = {
	OTHER("rule", read_rule),
	OTHER("severity", read_severity),
	TEXT("text", report_finding, text),
	DERIVED("about"),
	DERIVED("source"),
	TEXT("did", report_finding, did),
	OTHER("plan", read_plan),
	DERIVED("replay"),
	U64("count", report_finding, count),
	U64("number", report_finding, number),
	U32("reproduced", report_finding, reproduced, UINT32_MAX),
	U32("replays", report_finding, replays, UINT32_MAX),
	U64("seq", report_finding, seq),
	OTHER("around", read_around),
};

static int read_finding(struct source *s, const json_t *item, struct report *r)
{
	struct report_finding f;
	unsigned before = r->nfindings;
	int ret;

	memset(&f, 0, sizeof(f));
	ret = GET_OBJECT(s, item, finding_fields, &f);
	if (ret)
		return ret;
	if (f.reproduced > f.replays)
		return field_fail(s, "\"reproduced\" is above \"replays\"");
	ret = report_add(r, &f);
	if (ret == 0 && r->nfindings == before)
		return field_fail(s, "the same as one before");
	return ret;
}

/* ---- The other parts. ---- */

/* Reads each item of a list. */
static int each(struct source *s, const json_t *list, const char *key, const char *part, size_t max,
	int (*read)(struct source *s, const json_t *item, struct report *r), struct report *r)
{
	const json_t *item;
	size_t i;
	int ret;

	if (!json_is_array(list) || json_array_size(list) > max)
		return field_fail(s, "\"%s\" is not a list of at most %zu", key, max);
	s->part = part;
	json_array_foreach(list, i, item)
	{
		s->index = i + 1;
		ret = read(s, item, r);
		if (ret)
			return ret;
	}
	s->part = "";
	return 0;
}

static int read_findings(struct source *s, const json_t *value, void *base)
{
	return each(s, value, "findings", "finding", REPORT_FINDINGS, read_finding, base);
}

struct cell {
	char call[64], act[32];
	struct report_cell cell;
};

static const struct field cell_fields[] = {
	TEXT("call", cell, call),
	TEXT("act", cell, act),
	U64("runs", cell, cell.runs),
	U64("findings", cell, cell.findings),
	U64("warnings", cell, cell.warnings),
};

static int read_cell(struct source *s, const json_t *item, struct report *r)
{
	struct cell c = {0};
	enum crossing_fn fn;
	enum act act;
	int ret = GET_OBJECT(s, item, cell_fields, &c);

	if (ret)
		return ret;
	fn = crossing_by_name(c.call);
	act = act_by_name(c.act);
	if (fn == FN_COUNT)
		return field_fail(s, "there is no call '%s'", c.call);
	if (act == ACTS)
		return field_fail(s, "there is no act '%s'", c.act);
	r->cells[fn][act] = c.cell;
	return 0;
}

static int read_cells(struct source *s, const json_t *value, void *base)
{
	return each(s, value, "cells", "cell", (size_t)FN_COUNT * ACTS, read_cell, base);
}

static const struct field scenario_fields[] = {
	U64("runs", report_scenario, runs),
	U32("crossings", report_scenario, crossings, UINT32_MAX),
	BOOL("connected", report_scenario, connected),
	TEXT("note", report_scenario, note),
};

static int read_scenarios(struct source *s, const json_t *value, void *base)
{
	struct report *r = base;
	const char *key;
	json_t *item;
	int ret = 0;

	if (!json_is_object(value))
		return field_fail(s, "\"scenarios\" is not an object");
	s->part = "scenario";
	s->index = 0;
	json_object_foreach((json_t *)value, key, item)
	{
		const enum scenario which = scenario_by_name(key);

		s->index++;
		if (which == SCENARIOS)
			return field_fail(s, "there is no scenario '%.40s'", key);
		ret = GET_OBJECT(s, item, scenario_fields, &r->scenarios[which]);
		if (ret)
			return ret;
	}
	s->part = "";
	return 0;
}

static int read_exercised(struct source *s, const json_t *value, void *base)
{
	struct report *r = base;
	const char *key;
	json_t *item;
	int ret = 0;

	if (!json_is_object(value))
		return field_fail(s, "\"exercised\" is not an object");
	json_object_foreach((json_t *)value, key, item)
	{
		const unsigned rule = subject_by_name(key);

		if (rule >= RULE_COUNT)
			return field_fail(s, "there is no rule '%.40s'", key);
		ret = field_number(s, key, item, UINT64_MAX, &r->exercised[rule]);
		if (ret)
			return ret;
	}
	return 0;
}

static int read_format(struct source *s, const json_t *value, void *base)
{
	if (!json_is_integer(value) || json_integer_value(value) != REPORT_FORMAT)
		return field_fail(s, "this program reads reports of format %d", REPORT_FORMAT);
	return 0;
}

static int read_seconds(struct source *s, const json_t *value, void *base)
{
	const double seconds = json_number_value(value);

	if (!json_is_number(value) || !isfinite(seconds) || seconds < 0)
		return field_fail(s, "\"seconds\" is not a number, or negative");
	((struct report *)base)->seconds = seconds;
	return 0;
}

/* Comes after "shards". */
static int read_shards_in(struct source *s, const json_t *value, void *base)
{
	struct report *r = base;
	const json_t *item;
	unsigned bit;
	size_t i;
	int ret;

	if (!json_is_array(value) || json_array_size(value) != 4)
		return field_fail(s, "\"shards_in\" is not a list of four numbers");
	json_array_foreach(value, i, item)
	{
		ret = field_number(s, "shards_in", item, UINT64_MAX, &r->shards_in[i]);
		if (ret)
			return ret;
	}
	for (bit = r->shards; bit < 256; bit++)
		if (r->shards_in[bit / 64] >> (bit % 64) & 1)
			return field_fail(s, "\"shards_in\" has more parts than there are");
	return 0;
}

static const struct field fields[] = {
	OTHER("openihv-report", read_format),
	TEXT("module", report, module),
	DERIVED("verdict"),
	TEXT("mode", report, mode),
	TEXT("options", report, options),
	TEXT("version", report, version),
	U64("seed", report, seed),
	U32("depth", report, depth, PLAN_ACTS),
	U32("shards", report, shards, 256),
	OTHER("shards_in", read_shards_in),
	U64("planned", report, planned),
	U64("runs", report, runs),
	U64("crossings", report, crossings),
	U64("replays", report, replays),
	OTHER("seconds", read_seconds),
	BOOL("complete", report, complete),
	U64("lost", report, lost),
	DERIVED("rules_exercised"),
	OTHER("exercised", read_exercised),
	OTHER("scenarios", read_scenarios),
	OTHER("cells", read_cells),
	OTHER("findings", read_findings),
};

/* ---- The file. ---- */

/* All of it, or one byte more than is allowed. */
static int load(FILE *f, char **out, size_t *length)
{
	size_t room = 0, got;
	char *grown;

	for (;;) {
		if (*length == room) {
			room = room ? 2 * room : 65536;
			grown = realloc(*out, room);
			if (!grown)
				return -ENOMEM;
			*out = grown;
		}
		errno = 0;
		got = fread(*out + *length, 1, room - *length, f);
		*length += got;
		if (got == 0)
			return ferror(f) ? (errno ? -errno : -EIO) : 0;
		if (*length > REPORT_BYTES)
			return 0;
	}
}

static int parse(struct source *s, const char *text, size_t length, struct report *out)
{
	json_error_t error;
	json_t *object;
	int ret;

	if (length > REPORT_BYTES)
		return field_fail(s, "longer than %u bytes", REPORT_BYTES);
	if (!length)
		return field_fail(s, "not a report: the file is empty");
	object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!object && json_error_code(&error) == json_error_out_of_memory)
		return -ENOMEM;
	if (!object)
		return field_fail(
			s, "%s (line %d, column %d)", error.text, error.line, error.column);
	if (json_is_object(object) && !json_object_get(object, "openihv-report"))
		ret = field_fail(s, "not a report: it has no \"openihv-report\"");
	else
		ret = GET_OBJECT(s, object, fields, out);
	json_decref(object);
	return ret;
}

int report_read_json(FILE *f, struct report *out, char *err, size_t room)
{
	_cleanup_free_ char *text = NULL;
	struct source s = {.part = "", .err = err, .room = room};
	size_t length = 0;
	int ret;

	if (room)
		err[0] = '\0';
	memset(out, 0, sizeof(*out));
	ret = load(f, &text, &length);
	if (ret == 0)
		ret = parse(&s, text, length, out);
	if (ret == 0) {
		report_sort(out);
		return 0;
	}
	if (room && !err[0])
		snprintf(err, room, "%s", strerror(-ret));
	report_free(out);
	memset(out, 0, sizeof(*out));
	return ret;
}
