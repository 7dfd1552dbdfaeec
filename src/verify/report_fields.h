// SPDX-License-Identifier: BSD-2-Clause
/* JSON objects from anywhere, whose members are described by tables. */
#ifndef OPENIHV_VERIFY_REPORT_FIELDS_H
#define OPENIHV_VERIFY_REPORT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct source {
	const char *part; /* "finding", "cell", ...; empty at the top */
	size_t index;     /* which one of them, from 1 on */
	char *err;
	size_t room;
};

enum field_kind {
	FIELD_DERIVED, /* not looked at */
	FIELD_U64,
	FIELD_U32,
	FIELD_TEXT,
	FIELD_BOOL,
	FIELD_OTHER, /* by .read */
};

struct field {
	const char *key;
	enum field_kind kind;
	size_t offset; /* of the struct that is filled */
	uint64_t max;  /* of a number; of a text the bytes that it takes, with its end */
	int (*read)(struct source *s, const json_t *value, void *base);
};

/* Says which part is meant, and what is wrong; what a hostile file brought along is made printable.
 * Returns -EBADMSG. */
int field_fail(const struct source *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* 0 or -EBADMSG, with a message. key names the value in it. */
int field_number(
	const struct source *s, const char *key, const json_t *value, uint64_t max, uint64_t *out);
/* Cleaned (text_clean()); below max bytes long. */
int field_text(const struct source *s, const char *key, const json_t *value, size_t max, char *out);
/* All of the fields have to be there, and no other. */
int field_object(struct source *s, const json_t *object, const struct field *fields, size_t count,
	void *base);

#define GET_OBJECT(s, object, fields, base)                                                        \
	field_object(s, object, fields, sizeof(fields) / sizeof((fields)[0]), base)

#define U64(key, type, member)                                                                     \
	{                                                                                          \
		key, FIELD_U64, offsetof(struct type, member), UINT64_MAX, NULL                    \
	}
#define U32(key, type, member, max)                                                                \
	{                                                                                          \
		key, FIELD_U32, offsetof(struct type, member), max, NULL                           \
	}
#define TEXT(key, type, member)                                                                    \
	{                                                                                          \
		key, FIELD_TEXT, offsetof(struct type, member),                                    \
			sizeof(((struct type *)NULL)->member), NULL                                \
	}
#define BOOL(key, type, member)                                                                    \
	{                                                                                          \
		key, FIELD_BOOL, offsetof(struct type, member), 0, NULL                            \
	}
#define OTHER(key, read)                                                                           \
	{                                                                                          \
		key, FIELD_OTHER, 0, 0, read                                                       \
	}
#define DERIVED(key)                                                                               \
	{                                                                                          \
		key, FIELD_DERIVED, 0, 0, NULL                                                     \
	}

#endif
