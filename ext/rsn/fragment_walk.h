// SPDX-License-Identifier: BSD-2-Clause
#ifndef RSN_FRAGMENT_WALK_H
#define RSN_FRAGMENT_WALK_H

/*
 * A walk through a fragment, element by element: what every XML library has in common. The
 * library's file (fragment.c, fragment_windows.c) sees to it that the text is well formed and
 * without a document type, and tells what it finds, all in UTF-8.
 */

#include "fragment.h"

struct walk {
	struct fragment *out;
	unsigned depth;             // open elements
	unsigned rsn;               // depth at which <rsn> stands; 0: not inside it
	struct fragment_text *into; // the setting whose text is being read, or NULL
	bool leaf;                  // the element opened last has had no child element yet
	bool bad;                   // it is not like fragment.h says
};

// Terminated; `uri` is NULL or empty for no namespace. False: bad, the rest need not be read.
bool walk_open(struct walk *w, const char *uri, const char *name);
void walk_close(struct walk *w);
// Character data, in any number of pieces. As walk_open().
bool walk_text(struct walk *w, const char *text, size_t len);

#endif
