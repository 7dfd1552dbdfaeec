// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_WIPE_H
#define OPENIHV_BASE_WIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#endif

// Overwrites `n` octets at `p` with zero, also where the compiler can tell that nobody reads them
// again. `p` may be NULL only when `n` is 0.
static inline void wipe(void *p, size_t n)
{
	if (n == 0)
		return;
#ifdef _WIN32
	SecureZeroMemory(p, n);
#else
	explicit_bzero(p, n);
#endif
}

// Wipes what functions that have returned left on the stack: 16 KiB below the caller's frame.
// Compilers keep pieces of what they copy there, such as whole keys, and wiping a variable does not
// reach those.
static __attribute__((noinline, unused)) void wipe_stack(void)
{
	uint8_t below[16 * 1024];

	wipe(below, sizeof(below));
}

// Compares two strings of `n` octets in a time that depends on `n` only: for MICs, tags and keys.
static inline bool equal_ct(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = (const volatile uint8_t *)a;
	const volatile uint8_t *y = (const volatile uint8_t *)b;
	unsigned differ = 0;
	for (size_t i = 0; i < n; i++)
		differ |= (unsigned)(x[i] ^ y[i]);
	return differ == 0;
}

#endif
