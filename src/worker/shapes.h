// SPDX-License-Identifier: BSD-2-Clause
/*
 * What crosses between host and worker, as data: for each handler and function the members of its
 * struct handler_call or struct function_call, in the order in which they stand in a message.
 *
 * Members are listed, structures are never copied whole, so that no padding crosses: it holds what
 * the memory held before.
 */
#ifndef OPENIHV_WORKER_SHAPES_H
#define OPENIHV_WORKER_SHAPES_H

#include "host/module.h"

enum member_kind {
	MEMBER_VALUE,   /* .size bytes without padding */
	MEMBER_FLAG,    /* a bool */
	MEMBER_TOKEN,   /* a pointer that the other side does not follow: a number */
	MEMBER_TEXT,    /* a pointer to UTF-16 with a terminator */
	MEMBER_BYTES,   /* a pointer to .count elements of .size bytes, and .extra bytes behind */
	MEMBER_STRUCTS, /* a pointer to .count structures of .shape */
	MEMBER_TAIL,    /* an array that ends the structure itself: .count elements of .size */
};

/* In a request stands everything unless it is said otherwise, in an answer what is marked. */
#define MEMBER_ANSWER       1u /* is in the answer */
#define MEMBER_EVEN_FAILED  2u /* even if the result is an error */
#define MEMBER_QUIET        4u /* not in the request */
#define MEMBER_HOLLOW       8u /* request: only whether it is NULL, for what it points to is output */
#define MEMBER_MUST         16u /* is never NULL */
#define MEMBER_COUNT_BEHIND 32u /* the count is behind a pointer */
#define MEMBER_ROOM_LIMIT   64u /* answer: there is room for .limit bytes */
#define MEMBER_VIEW                                                                                \
	128u /* TOKEN: the block that it names goes along; STRUCTS: look into them for such tokens \
	      */

struct shape;

struct member {
	const char *name;
	enum member_kind kind;
	uint8_t flags;
	uint8_t count_size; /* bytes of the count; 0: there is one */
	uint16_t offset;
	uint16_t size;
	uint16_t count_at; /* offset of the count, which stands before in the list */
	uint16_t extra;
	uint16_t unless; /* TAIL: offset of a byte; if that is not 0 the array stays behind, for
			    nobody reads it. 0: there is no such byte */
	uint32_t limit;  /* of the memory pointed to, in bytes */
	/* Of STRUCTS; of what a TOKEN with VIEW names, .count of them; of BYTES: how they begin */
	const struct shape *shape;
};

struct shape {
	const char *name;
	const struct member *members;
	unsigned count;
	size_t size; /* of the structure */
};

enum crossing_side { SIDE_HANDLER, SIDE_FUNCTION };

/* What crosses with one handler or function; behind the members that all of its side have. */
struct crossing_shape {
	enum crossing_side side;
	struct shape shape;
	/* May a decoded call be given to the module? NULL: always. */
	bool (*sound)(const struct handler_call *c);
};

/* NULL: no handler and no function, or FN_MODULE_LOADED. */
const struct crossing_shape *shape_of(unsigned fn);
/* What stands before the members of every fn of a side. */
const struct shape *shape_common(enum crossing_side side);

#endif
