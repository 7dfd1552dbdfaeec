// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_MODULE_PE_H
#define OPENIHV_MODULE_PE_H

/*
 * Looks into a Windows DLL without loading it, so that nothing of it runs: PE32+ for x86-64
 * (Microsoft, "PE Format"). Addresses are found by the section table, as the system's loader does.
 * The file is hostile input. Nothing here needs more than ISO C: it is built for Windows, too.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PE_MAX_BYTES = 256 * 1024 * 1024,
	PE_MAX_SECTIONS = 96,      // what Windows itself allows
	PE_MAX_EXPORTS = 65536,    // ordinals have 16 bits
	PE_MAX_IMPORTS = 1024,     // libraries
	PE_MAX_NAME = 4095,        // octets of an export's or library's name
	PE_MAX_NAMES = 16 << 20,   // octets of all names together, which may overlap in the file
	PE_ERROR_SIZE = 200,       // room for any error of this file
	PE_MACHINE_AMD64 = 0x8664, // IMAGE_FILE_MACHINE_AMD64
};

struct pe_info {
	unsigned bits;      // 64
	unsigned machine;   // PE_MACHINE_AMD64
	unsigned subsystem; // IMAGE_SUBSYSTEM_*, of no consequence for a DLL
	// Libraries, in the order of the file; the last `ndelayed` are loaded on their first use.
	char **imports;
	size_t nimports, ndelayed;
	// Functions that others can call by name, in the order of the file; forwarders are some.
	char **exports;
	size_t nexports;
	size_t nunnamed; // functions with an ordinal only
	// The exports of an IHV Extensions module; the third is optional.
	bool has_get_version_info;     // Dot11ExtIhvGetVersionInfo
	bool has_init_service;         // Dot11ExtIhvInitService
	bool has_init_virtual_station; // Dot11ExtIhvInitVirtualStation
};

// Whether a file begins like a PE file, of whatever kind.
bool pe_magic(const void *buf, size_t len);

/*
 * Looks into a file in memory, which is not needed afterwards. On success returns 0 and sets
 *`*out`, which the caller frees by pe_free(). On an error `*out` is NULL and `err` holds one
 *sentence without the file's name, printable ASCII: -EINVAL  no DLL for x86-64, or a damaged one
 *	-E2BIG   one of the limits above
 *	-ENOMEM
 */
int pe_parse(const void *buf, size_t len, struct pe_info **out, char *err, size_t errlen);

// NULL is fine.
void pe_free(struct pe_info *info);

#endif
