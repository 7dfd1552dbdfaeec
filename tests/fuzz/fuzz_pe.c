// SPDX-License-Identifier: BSD-2-Clause
// A module's file of any content is either refused with a sentence or described by readable names.
#include <stdlib.h>
#include <string.h>

#include "module/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pe_info *info = NULL;
	char err[PE_ERROR_SIZE] = "";
	if (pe_parse(data, size, &info, err, sizeof(err)) == 0) {
		require(info->bits == 64);
		for (size_t i = 0; i < info->nexports; i++)
			require(strlen(info->exports[i]) <= PE_MAX_NAME);
		for (size_t i = 0; i < info->nimports; i++)
			require(strlen(info->imports[i]) <= PE_MAX_NAME);
	} else {
		require(!info && err[0] != '\0');
	}
	pe_free(info);
	return 0;
}
