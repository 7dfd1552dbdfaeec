// SPDX-License-Identifier: BSD-2-Clause
#include "module/jump.h"

#include <errno.h>
#include <stdatomic.h>

/* The functions of the table have no context: one module in a process, as in functions.c. */
static _Atomic int64_t by_wall, by_monotonic;
static const void *replaced; /* the library whose table has been seen to */

int64_t jump_wall(void)
{
	return atomic_load_explicit(&by_wall, memory_order_relaxed);
}

int64_t jump_monotonic(void)
{
	return atomic_load_explicit(&by_monotonic, memory_order_relaxed);
}

static int replace_once(void *library)
{
	int err = replaced == library ? 0 : jump_replace(library);

	if (!err)
		replaced = library;
	return err;
}

int jump_prepare(void *library)
{
	return jump_early ? replace_once(library) : 0;
}

int jump(void *library, int64_t ns, bool wall, bool monotonic)
{
	int64_t to_wall = jump_wall(), to_monotonic = jump_monotonic();
	int err;

	if ((wall && __builtin_add_overflow(to_wall, ns, &to_wall)) ||
		(monotonic && __builtin_add_overflow(to_monotonic, ns, &to_monotonic)))
		return -EINVAL;
	err = replace_once(library);
	if (err)
		return err;
	atomic_store(&by_wall, to_wall);
	atomic_store(&by_monotonic, to_monotonic);
	return 0;
}

void jump_forget(void)
{
	replaced = NULL;
	atomic_store(&by_wall, 0);
	atomic_store(&by_monotonic, 0);
}
