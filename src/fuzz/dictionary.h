// SPDX-License-Identifier: BSD-2-Clause
/* Tokens that inputs are made of: a default list, and files in the form of AFL. */
#ifndef OPENIHV_FUZZ_DICTIONARY_H
#define OPENIHV_FUZZ_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

#define TOKEN_BYTES       128
#define DICTIONARY_TOKENS 1024

struct token {
	uint8_t length;
	uint8_t bytes[TOKEN_BYTES];
};

struct dictionary {
	unsigned count;
	struct token tokens[DICTIONARY_TOKENS];
};

/* OUIs, headers and selectors of EAPOL-Key frames and RSNEs, markup. */
void dictionary_default(struct dictionary *d);
/*
 * Adds those of a text: in each line `"token"`, `name="token"` or `name@level="token"`, in which
 * `\\`, `\"` and `\xNN` are escaped; empty lines and such that begin with `#` are skipped. 0, or
 * with one sentence in err -EINVAL (the line is named) or -E2BIG (more tokens than there is room
 * for).
 */
int dictionary_add_text(
	struct dictionary *d, const char *text, size_t length, char *err, size_t room);

#endif
