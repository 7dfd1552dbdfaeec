// SPDX-License-Identifier: BSD-2-Clause
#include "fragment_walk.h"

#include <string.h>

#define NAMESPACE "urn:openihv:rsn:1"

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static bool refuse(struct walk *w)
{
	w->bad = true;
	return false;
}

static bool open_setting(struct walk *w, const char *name)
{
	struct fragment *f = w->out;

	w->into = is(name, "passphrase") ? &f->passphrase : is(name, "akm") ? &f->akm : NULL;
	if (!w->into || w->into->present)
		return refuse(w);
	w->into->present = true;
	return true;
}

bool walk_open(struct walk *w, const char *uri, const char *name)
{
	const bool ours = is(uri, NAMESPACE);

	w->depth++;
	w->leaf = true;
	// An <rsn> of another namespace is a mistake, not a wrapper.
	const bool mistaken = !ours && (w->rsn || is(name, "rsn"));
	if (w->depth > FRAGMENT_DEPTH_MAX || w->into || mistaken)
		return refuse(w);
	if (w->rsn)
		return open_setting(w, name);
	if (!ours)
		return true;
	if (!is(name, "rsn") || w->out->present)
		return refuse(w);
	w->out->present = true;
	w->rsn = w->depth;
	return true;
}

void walk_close(struct walk *w)
{
	if (w->into)
		w->into = NULL;
	else if (w->depth == w->rsn)
		w->rsn = 0;
	else if (w->leaf && w->depth > 1)
		w->out->foreign = true;
	w->leaf = false;
	w->depth--;
}

static bool is_space(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!memchr(" \t\r\n", text[i], 4))
			return false;
	}
	return true;
}

bool walk_text(struct walk *w, const char *text, size_t len)
{
	struct fragment_text *to = w->into;

	if (!to && is_space(text, len))
		return true;
	if (!to && !w->rsn) {
		w->out->foreign = true;
		return true;
	}
	if (!to || len > FRAGMENT_TEXT_MAX - to->len)
		return refuse(w);
	memcpy(to->text + to->len, text, len);
	to->len += len;
	return true;
}
