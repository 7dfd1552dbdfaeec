// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_MODULE_FILE_H
#define OPENIHV_MODULE_FILE_H

/*
 * A module's file, of whatever kind, looked into before anything of it runs. The kind is told by
 * its first octets, never by its name.
 */

#include "module/elf.h"
#include "module/pe.h"

enum module_kind {
	MODULE_ELF, // a shared object for this machine
	MODULE_PE,  // a Windows DLL for x86-64
};

enum { MODULE_FILE_ERROR_SIZE = 200 }; // room for any error of this file

// What is in it: the member of its kind, the other is NULL.
struct module_file {
	enum module_kind kind;
	struct elf_info *elf;
	struct pe_info *pe;
};

/*
 * Looks into the file at `path`. On success returns 0, and module_file_end() frees what `file`
 * holds; on an error nothing is to be freed and `err` holds one sentence without the file's name:
 *	-EINVAL  no module of either kind, or a damaged one
 *	-E2BIG   it exceeds a limit of elf.h or pe.h
 *	-ENOMEM, and the errors of open(2) and read(2)
 */
int module_file_look(const char *path, struct module_file *file, char *err, size_t errlen);
void module_file_end(struct module_file *file);

// The first export that an IHV Extensions module must have and this file has not, or NULL.
const char *module_file_missing(const struct module_file *file);

// Whether the file at `path` is an IHV Extensions module, and of which kind: 0, or as
// module_file_look(), with -EINVAL for a library that lacks an export.
int module_file_check(const char *path, enum module_kind *kind, char *err, size_t errlen);

#endif
