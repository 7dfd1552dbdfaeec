// SPDX-License-Identifier: BSD-2-Clause
#include "module/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "module/read.h"

int module_file_look(const char *path, struct module_file *file, char *err, size_t errlen)
{
	_cleanup_free_ uint8_t *buf = NULL;
	size_t len = 0;
	*file = (struct module_file){0};
	int error = file_read(path, ELF_MAX_BYTES, &buf, &len, err, errlen);
	if (error)
		return error;
	if (pe_magic(buf, len)) {
		file->kind = MODULE_PE;
		return pe_parse(buf, len, &file->pe, err, errlen);
	}
	file->kind = MODULE_ELF;
	return elf_parse(buf, len, &file->elf, err, errlen);
}

void module_file_end(struct module_file *file)
{
	elf_free(file->elf);
	pe_free(file->pe);
	*file = (struct module_file){0};
}

const char *module_file_missing(const struct module_file *file)
{
	bool elf = file->kind == MODULE_ELF;
	if (!(elf ? file->elf->has_get_version_info : file->pe->has_get_version_info))
		return "Dot11ExtIhvGetVersionInfo";
	if (!(elf ? file->elf->has_init_service : file->pe->has_init_service))
		return "Dot11ExtIhvInitService";
	return NULL;
}

int module_file_check(const char *path, enum module_kind *kind, char *err, size_t errlen)
{
	struct module_file file;
	int error = module_file_look(path, &file, err, errlen);
	if (error)
		return error;
	const char *missing = module_file_missing(&file);
	*kind = file.kind;
	module_file_end(&file);
	if (!missing)
		return 0;
	(void)snprintf(
		err, errlen, "not an IHV Extensions module: it does not export %s (X-01)", missing);
	return -EINVAL;
}
