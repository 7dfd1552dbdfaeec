// SPDX-License-Identifier: BSD-2-Clause
#include "module/pe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

// "PE Format": numbers of which no header is at hand on Linux.
enum {
	LFANEW_OFFSET = 0x3c, // in the MS-DOS header: where the PE signature is
	PE_SIGNATURE = 0x00004550,
	FILE_DLL = 0x2000,
	MAGIC_PE32_PLUS = 0x20b,
	MACHINE_I386 = 0x14c,
	MACHINE_ARM = 0x1c0,
	MACHINE_ARMNT = 0x1c4,
	MACHINE_ARM64 = 0xaa64,
	MACHINE_ARM64EC = 0xa641,
	MACHINE_ARM64X = 0xa64e,
	SUBSYSTEM_NATIVE = 1,
	SECTION_EXECUTE = 0x20000000,
	SECTION_HEADER = 40,
	EXPORT_DIRECTORY = 0,
	IMPORT_DIRECTORY = 1,
	DELAY_DIRECTORY = 13,
	CLR_DIRECTORY = 14,
	DIRECTORIES = 16,
};

struct section {
	uint32_t address, size; // in memory
	uint32_t offset, raw;   // in the file
	bool code;
};

// A file in memory while it is looked into.
struct image {
	const uint8_t *data;
	size_t len;
	struct section sections[PE_MAX_SECTIONS];
	unsigned nsections;
	uint32_t headers; // octets at the begin of the file that are mapped at address 0
	struct {
		uint32_t address, size;
	} directory[DIRECTORIES];
	size_t names; // octets of names copied so far
	char *err;
	size_t errlen;
};

// The export directory, its arrays as readers.
struct exports {
	struct reader functions, names, ordinals;
	uint32_t nfunctions, nnames;
	bool *named; // by index of the function
};

__attribute__((format(printf, 3, 4))) static int fail(
	const struct image *image, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(image->err, image->errlen, format, args);
	va_end(args);
	return code;
}

static int truncated(const struct image *image, const char *what)
{
	return fail(image, -EINVAL, "truncated or damaged: %s lies outside the file", what);
}

static int no_memory(const struct image *image)
{
	return fail(image, -ENOMEM, "out of memory");
}

bool pe_magic(const void *buf, size_t len)
{
	return len >= 2 && memcmp(buf, "MZ", 2) == 0;
}

// Octets [offset, offset + len) of the file; a failed reader if they are not all there.
static struct reader window(const struct image *image, uint64_t offset, uint64_t len)
{
	struct reader r = reader_init(image->data, image->len);
	if (offset > image->len || len > image->len - offset) {
		reader_fail(&r);
		return r;
	}
	reader_skip(&r, (size_t)offset);
	return reader_sub(&r, (size_t)len);
}

static const struct section *section_at(const struct image *image, uint32_t address)
{
	for (unsigned i = 0; i < image->nsections; i++) {
		const struct section *s = &image->sections[i];
		if (address >= s->address && address - s->address < s->size)
			return s;
	}
	return NULL;
}

// All that the file has from an address on, to the end of its section; failed if there is nothing.
static struct reader at_address(const struct image *image, uint32_t address)
{
	const struct section *s = section_at(image, address);
	struct reader none = reader_init(NULL, 0);
	if (s && address - s->address < s->raw) {
		struct reader r = window(image, s->offset, s->raw);
		reader_skip(&r, address - s->address);
		return r;
	}
	if (!s && address < image->headers)
		return window(image, address, image->headers - address);
	reader_fail(&none);
	return none;
}

static int check_machine(const struct image *image, unsigned machine)
{
	const char *only = "only 64-bit x86-64 modules can be run";
	switch (machine) {
	case PE_MACHINE_AMD64:
		return 0;
	case MACHINE_I386:
		return fail(image, -EINVAL, "a 32-bit DLL (x86): %s", only);
	case MACHINE_ARM:
	case MACHINE_ARMNT:
		return fail(image, -EINVAL, "a 32-bit DLL (Arm): %s", only);
	case MACHINE_ARM64:
	case MACHINE_ARM64EC:
	case MACHINE_ARM64X:
		return fail(image, -EINVAL, "an Arm64 DLL: %s", only);
	default: // an open set: numbers come from outside
		return fail(image, -EINVAL, "a DLL for a machine of another kind (0x%04x): %s",
			machine, only);
	}
}

// What stands before the optional header. `out` becomes a reader of that, `r` stands behind it.
static int read_file_header(struct image *image, struct reader *r, struct reader *out)
{
	struct reader dos = window(image, 0, image->len);
	if (image->len == 0)
		return fail(image, -EINVAL, "the file is empty");
	if (!pe_magic(image->data, image->len))
		return fail(image, -EINVAL, "not a Windows module (PE)");
	reader_skip(&dos, LFANEW_OFFSET);
	uint32_t at = reader_le32(&dos);
	*r = window(image, at, at <= image->len ? image->len - at : 0);
	if (!reader_ok(&dos) || reader_left(r) < 4)
		return truncated(image, "the PE header");
	if (reader_le32(r) != PE_SIGNATURE)
		return fail(image, -EINVAL, "a program for MS-DOS or 16-bit Windows, not a DLL");
	unsigned machine = reader_le16(r);
	image->nsections = reader_le16(r);
	reader_skip(r, 12); // TimeDateStamp, symbols
	size_t optional = reader_le16(r);
	unsigned characteristics = reader_le16(r);
	*out = reader_sub(r, optional);
	if (!reader_ok(out))
		return truncated(image, "the PE header");
	if (characteristics & FILE_DLL)
		return check_machine(image, machine);
	struct reader peek = *out; // Subsystem is at the same place for 32 and 64 bits
	reader_skip(&peek, 68);
	if (reader_le16(&peek) == SUBSYSTEM_NATIVE)
		return fail(image, -EINVAL, "a driver, not a DLL");
	return fail(image, -EINVAL, "an executable program, not a DLL");
}

static int read_optional_header(struct image *image, struct reader r, struct pe_info *info)
{
	if (reader_le16(&r) != MAGIC_PE32_PLUS)
		return fail(image, -EINVAL, "damaged: an x86-64 DLL without a PE32+ header");
	reader_skip(&r, 58); // up to SizeOfImage
	image->headers = reader_le32(&r);
	reader_skip(&r, 4); // CheckSum
	info->subsystem = reader_le16(&r);
	reader_skip(&r, 38); // DllCharacteristics, stack, heap, LoaderFlags
	uint32_t count = reader_le32(&r);
	for (uint32_t i = 0; i < count && i < DIRECTORIES; i++) {
		image->directory[i].address = reader_le32(&r);
		image->directory[i].size = reader_le32(&r);
	}
	if (!reader_ok(&r))
		return truncated(image, "the optional header");
	if (image->headers > image->len)
		return truncated(image, "a header");
	if (image->directory[CLR_DIRECTORY].address)
		return fail(image, -EINVAL, "a .NET assembly, not a native DLL");
	return 0;
}

static int read_sections(struct image *image, struct reader r)
{
	if (image->nsections > PE_MAX_SECTIONS)
		return fail(image, -E2BIG, "has more than %d sections", PE_MAX_SECTIONS);
	for (unsigned i = 0; i < image->nsections; i++) {
		struct section *s = &image->sections[i];
		reader_skip(&r, 8); // Name
		s->size = reader_le32(&r);
		s->address = reader_le32(&r);
		s->raw = reader_le32(&r);
		s->offset = reader_le32(&r);
		reader_skip(&r, 12); // relocations, line numbers
		s->code = reader_le32(&r) & SECTION_EXECUTE;
		if (!reader_ok(&r))
			return truncated(image, "the section table");
		struct reader content = window(image, s->raw ? s->offset : 0, s->raw);
		if (!reader_ok(&content))
			return truncated(image, "a section");
		if (!s->size)
			s->size = s->raw;
		if (s->raw > s->size)
			s->raw = s->size; // the rest is padding
	}
	return 0;
}

// A copy of the name at an address. What would not print is replaced.
static int copy_name(struct image *image, uint32_t address, const char *what, char **out)
{
	struct reader r = at_address(image, address);
	const uint8_t *from = r.pos;
	size_t len = 0, left = reader_left(&r);
	while (len < left && len <= PE_MAX_NAME && from[len])
		len++;
	if (!reader_ok(&r) || len == left || len > PE_MAX_NAME)
		return truncated(image, what);
	image->names += len + 1;
	if (image->names > PE_MAX_NAMES)
		return fail(image, -E2BIG, "has more than %d MiB of names", PE_MAX_NAMES >> 20);
	char *name = malloc(len + 1);
	if (!name)
		return no_memory(image);
	for (size_t i = 0; i < len; i++)
		name[i] = from[i] < 0x20 || from[i] > 0x7e ? '?' : (char)from[i];
	name[len] = '\0';
	*out = name;
	return 0;
}

// Libraries of one directory: descriptors of `size` octets with the name's address at `at`, ended
// by one that has none.
static int read_imports(
	struct image *image, unsigned directory, size_t size, size_t at, struct pe_info *info)
{
	uint32_t address = image->directory[directory].address;
	struct reader r = address ? at_address(image, address) : reader_init(NULL, 0);
	if (!address)
		return 0;
	for (;;) {
		struct reader one = reader_sub(&r, size);
		reader_skip(&one, at);
		uint32_t name = reader_le32(&one);
		if (!reader_ok(&one))
			return truncated(image, "the table of imports");
		if (!name)
			return 0;
		if (info->nimports == PE_MAX_IMPORTS)
			return fail(image, -E2BIG, "needs more than %d libraries", PE_MAX_IMPORTS);
		int error = copy_name(image, name, "the name of a needed library",
			&info->imports[info->nimports]);
		if (error)
			return error;
		info->nimports++;
		info->ndelayed += directory == DELAY_DIRECTORY;
	}
}

static int read_all_imports(struct image *image, struct pe_info *info)
{
	info->imports = calloc(PE_MAX_IMPORTS, sizeof(*info->imports));
	if (!info->imports)
		return no_memory(image);
	int error = read_imports(image, IMPORT_DIRECTORY, 20, 12, info);
	if (!error)
		error = read_imports(image, DELAY_DIRECTORY, 32, 4, info);
	return error;
}

// An array of the export directory.
static struct reader array_at(const struct image *image, uint32_t address, uint32_t n, size_t size)
{
	struct reader r = n ? at_address(image, address) : reader_init(NULL, 0);
	return reader_sub(&r, n * size);
}

static int read_export_directory(const struct image *image, struct exports *x)
{
	struct reader r = at_address(image, image->directory[EXPORT_DIRECTORY].address);
	reader_skip(&r, 20); // Characteristics ... Base
	x->nfunctions = reader_le32(&r);
	x->nnames = reader_le32(&r);
	uint32_t functions = reader_le32(&r);
	uint32_t names = reader_le32(&r);
	uint32_t ordinals = reader_le32(&r);
	if (!reader_ok(&r))
		return truncated(image, "the export directory");
	if (x->nfunctions > PE_MAX_EXPORTS || x->nnames > PE_MAX_EXPORTS)
		return fail(image, -E2BIG, "exports more than %d functions", PE_MAX_EXPORTS);
	x->functions = array_at(image, functions, x->nfunctions, 4);
	x->names = array_at(image, names, x->nnames, 4);
	x->ordinals = array_at(image, ordinals, x->nnames, 2);
	if (!reader_ok(&x->functions) || !reader_ok(&x->names) || !reader_ok(&x->ordinals))
		return truncated(image, "a table of exports");
	return 0;
}

// What an index of the function table leads to: an address within the image, 0 for an unused one.
static int look_at_function(
	const struct image *image, const struct exports *x, uint32_t index, bool *used, bool *code)
{
	struct reader r = x->functions;
	reader_skip(&r, (size_t)index * 4);
	uint32_t address = reader_le32(&r);
	uint32_t begin = image->directory[EXPORT_DIRECTORY].address;
	bool forwarder =
		address >= begin && address - begin < image->directory[EXPORT_DIRECTORY].size;
	const struct section *s = section_at(image, address);
	*used = address != 0;
	*code = *used && (forwarder || (s && s->code));
	return !*used || forwarder || s ? 0 : truncated(image, "the address of an export");
}

static void note_export(struct pe_info *info, char *name)
{
	info->exports[info->nexports++] = name;
	if (strcmp(name, "Dot11ExtIhvGetVersionInfo") == 0)
		info->has_get_version_info = true;
	else if (strcmp(name, "Dot11ExtIhvInitService") == 0)
		info->has_init_service = true;
	else if (strcmp(name, "Dot11ExtIhvInitVirtualStation") == 0)
		info->has_init_virtual_station = true;
}

static int read_names(struct image *image, struct exports *x, struct pe_info *info)
{
	for (uint32_t i = 0; i < x->nnames; i++) {
		uint32_t index = reader_le16(&x->ordinals), at = reader_le32(&x->names);
		bool used = false, code = false;
		char *name = NULL;
		if (index >= x->nfunctions)
			return truncated(image, "the address of an export");
		x->named[index] = true;
		int error = look_at_function(image, x, index, &used, &code);
		if (!error && !used)
			error = truncated(image, "the address of an export");
		if (!error)
			error = copy_name(image, at, "the name of an export", &name);
		if (error)
			return error;
		if (code)
			note_export(info, name);
		else
			free(name); // of data
	}
	return 0;
}

static int read_unnamed(const struct image *image, const struct exports *x, struct pe_info *info)
{
	for (uint32_t i = 0; i < x->nfunctions; i++) {
		bool used = false, code = false;
		int error = look_at_function(image, x, i, &used, &code);
		if (error)
			return error;
		info->nunnamed += code && !x->named[i];
	}
	return 0;
}

static int read_exports(struct image *image, struct pe_info *info)
{
	struct exports x = {0};
	if (!image->directory[EXPORT_DIRECTORY].address)
		return 0;
	int error = read_export_directory(image, &x);
	if (error)
		return error;
	x.named = calloc((size_t)x.nfunctions + 1, sizeof(*x.named));
	info->exports = calloc((size_t)x.nnames + 1, sizeof(*info->exports));
	if (!x.named || !info->exports)
		error = no_memory(image);
	if (!error)
		error = read_names(image, &x, info);
	if (!error)
		error = read_unnamed(image, &x, info);
	free(x.named);
	return error;
}

static int read_image(struct image *image, struct pe_info *info)
{
	struct reader r = reader_init(NULL, 0), optional = reader_init(NULL, 0);
	int error = read_file_header(image, &r, &optional);
	info->bits = 64;
	info->machine = PE_MACHINE_AMD64;
	if (!error)
		error = read_optional_header(image, optional, info);
	if (!error)
		error = read_sections(image, r);
	if (!error)
		error = read_all_imports(image, info);
	if (!error)
		error = read_exports(image, info);
	return error;
}

int pe_parse(const void *buf, size_t len, struct pe_info **out, char *err, size_t errlen)
{
	struct image image = {.data = buf, .len = len, .err = err, .errlen = errlen};
	*out = NULL;
	if (len > PE_MAX_BYTES)
		return fail(&image, -E2BIG, "larger than %d MiB", PE_MAX_BYTES >> 20);
	struct pe_info *info = calloc(1, sizeof(*info));
	if (!info)
		return no_memory(&image);
	int error = read_image(&image, info);
	if (error) {
		pe_free(info);
		return error;
	}
	*out = info;
	return 0;
}

void pe_free(struct pe_info *info)
{
	if (!info)
		return;
	for (size_t i = 0; i < info->nimports; i++)
		free(info->imports[i]);
	for (size_t i = 0; i < info->nexports; i++)
		free(info->exports[i]);
	free(info->imports);
	free(info->exports);
	free(info);
}
