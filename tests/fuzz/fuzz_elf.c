// SPDX-License-Identifier: BSD-2-Clause
// A module's file of any content is either refused with a sentence or described by readable names.
#include <stdlib.h>
#include <string.h>

#include "module/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_info *info = NULL;
	char err[ELF_ERROR_SIZE] = "";
	if (elf_parse(data, size, &info, err, sizeof(err)) == 0) {
		require(info->bits == 64);
		for (size_t i = 0; i < info->nexports; i++)
			require(strlen(info->exports[i]) <= ELF_MAX_NAME);
		for (size_t i = 0; i < info->nneeded; i++)
			require(strlen(info->needed[i]) <= ELF_MAX_NAME);
	} else {
		require(!info && err[0] != '\0');
	}
	elf_free(info);
	return 0;
}
