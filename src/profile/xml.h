// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_PROFILE_XML_H
#define OPENIHV_PROFILE_XML_H

// libxml2, fenced in for hostile documents and documents with secrets. Private to profile/.

#include <libxml/tree.h>

#include "profile/profile.h"

// Fills `err` with a sentence; returns `code`. What the document brought in becomes printable.
int xml_fail(struct profile_error *err, int code, unsigned line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

// Parses a document within the limits of profile.h. Same errors as profile_parse(). The caller
// frees `*out` by xml_tree_free().
int xml_tree_parse(const char *buf, size_t len, xmlDoc **out, struct profile_error *err);

// Wipes the text of the tree before it is freed. NULL is fine.
void xml_tree_free(xmlDoc *doc);

// What stands inside an element, as in struct profile. Returns 0 (`*out` is NULL if there is
// nothing) or -ENOMEM. The caller wipes and frees `*out`.
int xml_inner(const xmlNode *element, uint16_t **out);

#endif
