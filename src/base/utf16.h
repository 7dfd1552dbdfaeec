// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_UTF16_H
#define OPENIHV_BASE_UTF16_H

/*
 * Strict conversion between UTF-8 (RFC 3629) and UTF-16 (RFC 2781) in units of the machine's byte
 * order, since WCHAR of the Windows ABI has 16 bits on every system. Refused with -EILSEQ: overlong
 * forms, surrogates in UTF-8, unpaired surrogates in UTF-16, code points above U+10FFFF, and
 * U+0000, because the results are used as terminated strings.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Converts `len` octets. On success returns 0 and sets `*out` to a terminated string which the
// caller frees, and `*out_units` (may be NULL) to its length without the terminator.
// Errors: -EILSEQ, -ENOMEM; then `*out` is NULL.
int utf8_to_utf16(const char *s, size_t len, uint16_t **out, size_t *out_units);

// The same in the other direction; `units` counts 16-bit units.
int utf16_to_utf8(const uint16_t *s, size_t units, char **out, size_t *out_len);

// Units before the terminating 0.
size_t utf16_len(const uint16_t *s);

// Units before the terminating 0, or `max` if there is none among the first `max`.
size_t utf16_nlen(const uint16_t *s, size_t max);

// Whether utf8_to_utf16() would accept these octets.
bool utf8_valid(const char *s, size_t len);

#endif
