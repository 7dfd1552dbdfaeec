// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/identity.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trace/describe.h"

/* FNV-1a, 64 bits. */
static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001B3u;
	return h;
}

static uint64_t mix_number(uint64_t h, uint64_t v)
{
	return mix(h, &v, sizeof(v));
}

static uint64_t mix_text(uint64_t h, const char *text)
{
	for (; *text; text++)
		if (!isdigit((unsigned char)*text))
			h = mix(h, text, 1);
	return mix_number(h, 0);
}

static uint64_t start(const struct outcome_finding *f)
{
	return mix_number(mix(0xCBF29CE484222325u, f->rule, strlen(f->rule)), f->severity);
}

static const char *name_of(uint32_t handler)
{
	return handler < FN_COUNT ? crossing_name((enum crossing_fn)handler)
				  : "a thread of its own";
}

/* The run's process has written it, and may have written anything. */
static void describe_crash(const struct crash *c, struct identity *out)
{
	const char *died = signal_name(c->signal);
	char what[CRASH_WHAT], *p;
	size_t n;

	snprintf(what, sizeof(what), "%.*s", CRASH_WHAT - 1, c->what);
	for (p = what; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	n = (size_t)snprintf(out->text, sizeof(out->text), "%s%s in %s",
		what[0] ? what : (died ? died : "a signal"),
		c->overflow ? " at the end of the stack" : "", name_of(c->handler));
	if (c->place == CRASH_MODULE)
		snprintf(out->text + n, sizeof(out->text) - n, ", at module+0x%" PRIx64, c->offset);
	else if (c->place == CRASH_WILD)
		snprintf(out->text + n, sizeof(out->text) - n, ", at an address without code");
	else if (c->place == CRASH_OUTSIDE)
		snprintf(out->text + n, sizeof(out->text) - n, ", outside of the module");
	/* A return address that was written over leads anywhere: that is the place of no mistake.
	 */
	out->seen = c->place == CRASH_MODULE || what[0];
	if (!out->seen) {
		out->key = out->wide;
		return;
	}
	out->key = mix_number(out->key, (uint64_t)(uint32_t)c->signal);
	out->key = mix_number(out->key, c->handler);
	out->key = mix_number(out->key, c->place);
	out->key = mix_number(out->key, c->place == CRASH_MODULE ? c->offset : 0);
	out->key = mix_text(out->key, what);
}

/* Of "signal 11 (SIGSEGV) in Dot11ExtIhvControl": the handler. */
static const char *last_word(const char *text)
{
	const char *space = strrchr(text, ' ');

	return space ? space : text;
}

unsigned identities_of(const struct run *run, const struct crash *crash, struct identity *out)
{
	unsigned i, k, n = 0;

	for (i = 0; i < run->nfindings; i++) {
		const struct outcome_finding *f = &run->findings[i];
		struct identity id = {.key = start(f),
			.severity = (enum rule_severity)f->severity,
			.seq = f->seq};

		snprintf(id.rule, sizeof(id.rule), "%s", f->rule);
		snprintf(id.text, sizeof(id.text), "%s", f->text);
		if (strcmp(f->rule, "crash") == 0)
			id.wide = mix_text(id.key, last_word(f->text));
		if (id.wide && crash->signal)
			describe_crash(crash, &id);
		else if (id.wide && strncmp(f->text, "signal ", 7) == 0)
			id.key = id.wide;
		else
			id.key = mix_text(id.key, f->text);
		for (k = 0; k < n && out[k].key != id.key; k++)
			;
		if (k == n)
			out[n++] = id;
	}
	return n;
}
