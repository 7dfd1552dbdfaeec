// SPDX-License-Identifier: BSD-2-Clause
#include "worker/random.h"

#include <dlfcn.h>
#include <string.h>

#include "crypto/repeatable.h"

void random_make_repeatable(uint64_t seed)
{
	void *library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_NOLOAD);
	int (*set)(const RAND_METHOD *) = NULL;
	void *p;

	if (!library)
		return;
	p = dlsym(library, "RAND_set_rand_method");
	memcpy(&set, &p, sizeof(p));
	if (set)
		set(repeatable_method(seed));
}
