// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_MODULE_ELF_H
#define OPENIHV_MODULE_ELF_H

/*
 * Looks into a module's file without loading it, so that nothing of the module runs: an ELF64
 * shared object ("System V ABI", gABI 4.1). Read is what the dynamic loader would read, found by
 * the program headers; section headers may be stripped. The file is hostile input.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ELF_MAX_BYTES = 256 * 1024 * 1024,
	ELF_MAX_EXPORTS = 65536,
	ELF_MAX_NEEDED = 1024,
	ELF_MAX_NAME = 4095,  // octets of a symbol's or library's name
	ELF_ERROR_SIZE = 200, // room for any error of this file
};

struct elf_info {
	unsigned bits;       // 64
	unsigned type;       // ET_DYN
	unsigned machine;    // EM_*, that of this program
	const char *soname;  // DT_SONAME, NULL if there is none
	const char **needed; // DT_NEEDED, in the order of the file
	size_t nneeded;
	const char **exports; // functions that others can call, in the order of the file
	size_t nexports;
	// The exports of an IHV Extensions module; the third is optional.
	bool has_get_version_info;     // Dot11ExtIhvGetVersionInfo
	bool has_init_service;         // Dot11ExtIhvInitService
	bool has_init_virtual_station; // Dot11ExtIhvInitVirtualStation
	char *strings;                 // owns all names above
};

/*
 * Reads the file at `path`. On success returns 0 and sets `*out`, which the caller frees by
 * elf_free(). On an error `*out` is NULL and `err` holds one sentence without the file's name,
 * printable ASCII: -EINVAL  not an ELF shared object for this machine, or a damaged one -E2BIG one
 * of the limits above -ENOMEM, and the errors of open(2) and read(2)
 */
int elf_inspect(const char *path, struct elf_info **out, char *err, size_t errlen);

// The same for a file already in memory, which is not needed afterwards.
int elf_parse(const void *buf, size_t len, struct elf_info **out, char *err, size_t errlen);

// NULL is fine.
void elf_free(struct elf_info *info);

// "x86-64" and so on, or "machine of another kind".
const char *elf_machine_name(unsigned machine);

#endif
