// SPDX-License-Identifier: BSD-2-Clause
#include "tests/lib/pe_image.h"

#include <string.h>

#include "base/bytes.h"

static uint32_t address_of(size_t offset)
{
	return (uint32_t)(offset - PE_RDATA_AT + PE_RDATA);
}

static void put32(uint8_t *out, size_t at, const uint32_t *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		store_le32(out + at + 4 * i, values[i]);
}

static void put_section(
	uint8_t *out, unsigned index, const char *name, const uint32_t place[4], uint32_t flags)
{
	size_t at = PE_AT_SECTIONS + 40 * index;
	memcpy(out + at, name, strlen(name));
	put32(out, at + 8, place, 4);
	store_le32(out + at + 36, flags);
}

static void put_headers(uint8_t *out)
{
	memcpy(out, "MZ", 2);
	store_le32(out + PE_AT_LFANEW, PE_AT_SIGNATURE);
	memcpy(out + PE_AT_SIGNATURE, "PE\0\0", 4);
	store_le16(out + PE_AT_MACHINE, 0x8664);
	store_le16(out + PE_AT_NSECTIONS, 2);
	store_le16(out + PE_AT_OPTIONAL_SIZE, 240);
	store_le16(out + PE_AT_CHARACTERISTICS, 0x2022); // a DLL, executable, large addresses
	store_le16(out + PE_AT_OPTIONAL, 0x20b);
	store_le32(out + PE_AT_HEADERS_SIZE, 0x400);
	store_le16(out + PE_AT_SUBSYSTEM, 2); // IMAGE_SUBSYSTEM_WINDOWS_GUI
	store_le32(out + PE_AT_OPTIONAL + 108, 16);
	put32(out, PE_AT_DIRECTORIES, (uint32_t[]){PE_RDATA, 0x200}, 2);
	put32(out, PE_AT_DIRECTORIES + 8, (uint32_t[]){address_of(PE_AT_IMPORTS), 40}, 2);
	put32(out, PE_AT_DIRECTORIES + 8 * 13, (uint32_t[]){address_of(PE_AT_DELAYED), 64}, 2);
	put_section(out, 0, ".text", (uint32_t[]){0x1000, PE_TEXT, 0x200, 0x400}, 0x60000020);
	put_section(
		out, 1, ".rdata", (uint32_t[]){0x1000, PE_RDATA, 0xc00, PE_RDATA_AT}, 0x40000040);
}

void pe_image(uint8_t out[PE_SIZE])
{
	static const char *const texts[] = {"Dot11ExtIhvGetVersionInfo", "Dot11ExtIhvInitService",
		"Dot11ExtIhvInitVirtualStation", "KERNEL32.dll", "wlanapi.dll"};
	uint32_t text[5];
	memset(out, 0, PE_SIZE);
	put_headers(out);
	for (unsigned i = 0; i < 5; i++) {
		memcpy(out + PE_AT_TEXTS + 0x40 * i, texts[i], strlen(texts[i]));
		text[i] = address_of(PE_AT_TEXTS + 0x40 * i);
	}
	put32(out, PE_AT_EXPORTS + 16,
		(uint32_t[]){1, 4, 3, address_of(PE_AT_FUNCTIONS), address_of(PE_AT_NAMES),
			address_of(PE_AT_ORDINALS)},
		6);
	put32(out, PE_AT_FUNCTIONS,
		(uint32_t[]){PE_TEXT, PE_TEXT + 16, PE_TEXT + 32, address_of(PE_AT_FORWARDER)}, 4);
	put32(out, PE_AT_NAMES, text, 3);
	store_le16(out + PE_AT_ORDINALS + 2, 1);
	store_le16(out + PE_AT_ORDINALS + 4, 3);
	memcpy(out + PE_AT_FORWARDER, "OTHER.Function", 14);
	store_le32(out + PE_AT_IMPORTS + 12, text[3]);
	store_le32(out + PE_AT_DELAYED + 4, text[4]);
}
