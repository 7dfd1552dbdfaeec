// SPDX-License-Identifier: BSD-2-Clause
// Files of openihv fuzz: whatever is in one, what was read is written as it was, and can be
// described.
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fuzz/dictionary.h"
#include "fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_dictionary(const uint8_t *data, size_t size)
{
	static struct dictionary d;
	char err[100];

	d.count = 0;
	if (dictionary_add_text(&d, (const char *)data, size, err, sizeof(err)))
		assert(strlen(err) > 0);
	for (unsigned i = 0; i < d.count; i++)
		assert(d.tokens[i].length >= 1 && d.tokens[i].length <= TOKEN_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct input in, again;
	static uint8_t bytes[INPUT_BYTES];
	char text[400];

	input_read(data, size, &in);
	const size_t n = input_write(&in, bytes);
	assert(n <= sizeof(bytes));
	// Records, or one packet made of bytes that are no records.
	const bool records = n == size && (!size || memcmp(bytes, data, size) == 0);
	assert(records || (in.count == 1 && in.records[0].type == RECORD_PACKET));
	input_read(bytes, n, &again);
	assert(again.count == in.count && input_size(&again) == input_size(&in));
	for (unsigned i = 0; i < in.count; i++)
		assert(strlen(record_text(&in.records[i], text, sizeof(text))) < sizeof(text));
	check_dictionary(data, size);
	return 0;
}
