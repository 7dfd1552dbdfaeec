// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_TESTS_LIB_PE_IMAGE_H
#define OPENIHV_TESTS_LIB_PE_IMAGE_H

// A small DLL made by hand: .text at 0x1000, .rdata with all tables at 0x2000.

#include <stddef.h>
#include <stdint.h>

enum {
	PE_SIZE = 0x1200,
	PE_TEXT = 0x1000,  // address and size in memory, 0x200 octets at offset 0x400
	PE_RDATA = 0x2000, // the same, 0xc00 octets at offset 0x600
	PE_RDATA_AT = 0x600,
	// Offsets into the file, for a test that damages what is there.
	PE_AT_LFANEW = 0x3c,
	PE_AT_SIGNATURE = 0x80,
	PE_AT_MACHINE = 0x84,
	PE_AT_NSECTIONS = 0x86,
	PE_AT_OPTIONAL_SIZE = 0x94,
	PE_AT_CHARACTERISTICS = 0x96,
	PE_AT_OPTIONAL = 0x98,
	PE_AT_HEADERS_SIZE = PE_AT_OPTIONAL + 60,
	PE_AT_SUBSYSTEM = PE_AT_OPTIONAL + 68,
	PE_AT_DIRECTORIES = PE_AT_OPTIONAL + 112,
	PE_AT_SECTIONS = PE_AT_OPTIONAL + 240,
	// The export directory and its arrays: 4 functions, 3 names; index 2 has an ordinal only.
	PE_AT_EXPORTS = PE_RDATA_AT,
	PE_AT_FUNCTIONS = PE_RDATA_AT + 0x40,
	PE_AT_NAMES = PE_RDATA_AT + 0x60,
	PE_AT_ORDINALS = PE_RDATA_AT + 0x80,
	PE_AT_FORWARDER = PE_RDATA_AT + 0xa0, // "OTHER.Function"
	// Descriptors: KERNEL32.dll and, on first use, wlanapi.dll
	PE_AT_IMPORTS = PE_RDATA_AT + 0x200,
	PE_AT_DELAYED = PE_RDATA_AT + 0x280,
	PE_AT_TEXTS = PE_RDATA_AT + 0x400, // names, 0x40 octets each
};

// Dot11ExtIhvGetVersionInfo, Dot11ExtIhvInitService, and Dot11ExtIhvInitVirtualStation as a
// forwarder.
void pe_image(uint8_t out[PE_SIZE]);

#endif
