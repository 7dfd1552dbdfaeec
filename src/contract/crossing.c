// SPDX-License-Identifier: BSD-2-Clause
#include "contract/crossing.h"

#include <string.h>

static const struct {
	const char *name;
	enum crossing_border border;
	const char *args[CROSSING_ARGS];
} table[FN_COUNT] = {
#define X(id, member, border, name, a0, a1, a2, a3, a4, a5)                                        \
	[FN_##id] = {name, BORDER_##border, {#a0, #a1, #a2, #a3, #a4, #a5}},
#include "contract/crossings.def"
#undef X
};

const char *crossing_name(enum crossing_fn fn)
{
	return table[fn].name;
}

enum crossing_border crossing_border(enum crossing_fn fn)
{
	return table[fn].border;
}

const char *const *crossing_args(enum crossing_fn fn)
{
	return table[fn].args;
}

enum crossing_fn crossing_by_name(const char *name)
{
	unsigned fn;

	for (fn = 0; fn < FN_COUNT; fn++)
		if (strcmp(table[fn].name, name) == 0)
			return (enum crossing_fn)fn;
	return FN_COUNT;
}
