// SPDX-License-Identifier: BSD-2-Clause
#include "module/elf.h"

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "module/read.h"

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OWN_MACHINE EM_RISCV
#else
#error "name this machine's EM_ constant here"
#endif

_Static_assert(
	__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "big-endian modules would need be readers");

// A file in memory while it is looked into.
struct image {
	const uint8_t *data;
	size_t len;
	struct reader phdrs; // whole program headers
	size_t nphdrs;
	char *err;
	size_t errlen;
};

// What DT_ entries say, addresses as the file has them; 0 where absent.
struct dynamic {
	uint64_t strtab, strsz, symtab, syment, hash, gnu_hash, soname, flags_1;
	bool has_soname;
	size_t nneeded;
};

static int fail(const struct image *image, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(const struct image *image, int code, const char *format, ...)
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

const char *elf_machine_name(unsigned machine)
{
	switch (machine) {
	case EM_386:
		return "x86 (32 bit)";
	case EM_ARM:
		return "ARM (32 bit)";
	case EM_X86_64:
		return "x86-64";
	case EM_AARCH64:
		return "AArch64";
	case EM_RISCV:
		return "RISC-V";
	default: // an open set: numbers come from outside
		return "machine of another kind";
	}
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

static int check_identity(const struct image *image, struct reader *r)
{
	const uint8_t *ident = reader_take(r, EI_NIDENT);
	if (image->len == 0)
		return fail(image, -EINVAL, "the file is empty");
	if (image->len >= 2 && memcmp(image->data, "MZ", 2) == 0)
		return fail(image, -EINVAL, "a Windows module (PE), not an ELF shared object");
	if (image->len < SELFMAG || memcmp(image->data, ELFMAG, SELFMAG) != 0)
		return fail(image, -EINVAL, "neither an ELF file nor a Windows module");
	if (!ident)
		return truncated(image, "the ELF header");
	if (ident[EI_CLASS] == ELFCLASS32)
		return fail(image, -EINVAL, "a 32-bit ELF file, this program is 64-bit");
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_VERSION] != EV_CURRENT)
		return fail(image, -EINVAL, "an ELF file of an unknown kind");
	if (ident[EI_DATA] != ELFDATA2LSB)
		return fail(image, -EINVAL, "a big-endian ELF file, this machine is little-endian");
	return 0;
}

static int check_kind(const struct image *image, unsigned type, unsigned machine)
{
	if (machine != OWN_MACHINE)
		return fail(image, -EINVAL, "built for %s (%u), this program for %s",
			elf_machine_name(machine), machine, elf_machine_name(OWN_MACHINE));
	if (type == ET_REL)
		return fail(
			image, -EINVAL, "an object file that was not linked, not a shared object");
	if (type == ET_EXEC)
		return fail(image, -EINVAL, "a program, not a shared object");
	if (type != ET_DYN)
		return fail(image, -EINVAL, "not a shared object (ELF type %u)", type);
	return 0;
}

// The ELF header; finds the program headers.
static int read_header(struct image *image, struct elf_info *info)
{
	struct reader r = reader_init(image->data, image->len);
	int error = check_identity(image, &r);
	if (error)
		return error;
	info->bits = 64;
	info->type = reader_le16(&r);
	info->machine = reader_le16(&r);
	reader_skip(&r, 4 + 8); // e_version, e_entry
	uint64_t phoff = reader_le64(&r);
	reader_skip(&r, 8 + 4 + 2); // e_shoff, e_flags, e_ehsize
	unsigned phentsize = reader_le16(&r);
	unsigned phnum = reader_le16(&r);
	if (!reader_ok(&r))
		return truncated(image, "the ELF header");
	error = check_kind(image, info->type, info->machine);
	if (error)
		return error;
	if (phnum == 0 || phnum == PN_XNUM || phentsize != sizeof(Elf64_Phdr))
		return fail(image, -EINVAL, "no usable program headers");
	struct reader phdrs = window(image, phoff, (uint64_t)phnum * sizeof(Elf64_Phdr));
	if (!reader_ok(&phdrs))
		return truncated(image, "the program header table");
	image->phdrs = phdrs;
	image->nphdrs = phnum;
	return 0;
}

static Elf64_Phdr program_header(const struct image *image, size_t index)
{
	struct reader r = image->phdrs;
	Elf64_Phdr ph = {0};
	reader_skip(&r, index * sizeof(Elf64_Phdr));
	ph.p_type = reader_le32(&r);
	reader_skip(&r, 4); // p_flags
	ph.p_offset = reader_le64(&r);
	ph.p_vaddr = reader_le64(&r);
	reader_skip(&r, 8); // p_paddr
	ph.p_filesz = reader_le64(&r);
	return ph;
}

// All that the file has from an address on, to the end of its segment; failed if there is nothing.
static struct reader at_address(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->nphdrs; i++) {
		Elf64_Phdr ph = program_header(image, i);
		if (ph.p_type != PT_LOAD || address < ph.p_vaddr ||
			address - ph.p_vaddr >= ph.p_filesz)
			continue;
		struct reader r = window(image, ph.p_offset, ph.p_filesz);
		reader_skip(&r, (size_t)(address - ph.p_vaddr));
		return r;
	}
	struct reader none = reader_init(NULL, 0);
	reader_fail(&none);
	return none;
}

static int find_dynamic(const struct image *image, struct reader *out)
{
	for (size_t i = 0; i < image->nphdrs; i++) {
		Elf64_Phdr ph = program_header(image, i);
		if (ph.p_type != PT_DYNAMIC)
			continue;
		*out = window(image, ph.p_offset, ph.p_filesz);
		return reader_ok(out) ? 0 : truncated(image, "the dynamic section");
	}
	return fail(image, -EINVAL, "no dynamic section: not a shared object that can be loaded");
}

static void note_entry(struct dynamic *dyn, uint64_t tag, uint64_t value)
{
	switch (tag) {
	case DT_STRTAB:
		dyn->strtab = value;
		break;
	case DT_STRSZ:
		dyn->strsz = value;
		break;
	case DT_SYMTAB:
		dyn->symtab = value;
		break;
	case DT_SYMENT:
		dyn->syment = value;
		break;
	case DT_HASH:
		dyn->hash = value;
		break;
	case DT_GNU_HASH:
		dyn->gnu_hash = value;
		break;
	case DT_FLAGS_1:
		dyn->flags_1 = value;
		break;
	case DT_SONAME:
		dyn->soname = value;
		dyn->has_soname = true;
		break;
	case DT_NEEDED:
		dyn->nneeded++;
		break;
	default: // the rest is the loader's business
		break;
	}
}

static bool next_entry(struct reader *r, uint64_t *tag, uint64_t *value)
{
	*tag = reader_le64(r);
	*value = reader_le64(r);
	return reader_ok(r) && *tag != DT_NULL;
}

static int read_dynamic(const struct image *image, struct reader entries, struct dynamic *dyn)
{
	uint64_t tag = 0, value = 0;
	while (next_entry(&entries, &tag, &value))
		note_entry(dyn, tag, value);
	if (dyn->strtab == 0 || dyn->symtab == 0)
		return fail(image, -EINVAL, "the dynamic section has no symbol or string table");
	if (dyn->syment != sizeof(Elf64_Sym))
		return fail(image, -EINVAL,
			"damaged: the dynamic section has a wrong size of a symbol");
	if (dyn->flags_1 & DF_1_PIE)
		return fail(image, -EINVAL, "a program, not a shared object");
	if (dyn->nneeded > ELF_MAX_NEEDED)
		return fail(image, -E2BIG, "needs more than %d libraries", ELF_MAX_NEEDED);
	return 0;
}

// Copies the string table; from here on names are pointers into the copy, which is terminated.
static int read_strings(const struct image *image, const struct dynamic *dyn, struct elf_info *info)
{
	struct reader r = at_address(image, dyn->strtab);
	if (!reader_ok(&r) || dyn->strsz > reader_left(&r))
		return truncated(image, "the string table");
	info->strings = malloc((size_t)dyn->strsz + 1);
	if (!info->strings)
		return fail(image, -ENOMEM, "out of memory");
	reader_copy(&r, info->strings, (size_t)dyn->strsz);
	info->strings[dyn->strsz] = '\0';
	return 0;
}

// The name at an offset of the string table, or NULL. What would not print is replaced in place.
static const char *name_at(const struct elf_info *info, const struct dynamic *dyn, uint64_t offset)
{
	if (offset >= dyn->strsz)
		return NULL;
	char *name = info->strings + offset;
	for (size_t i = 0; i <= ELF_MAX_NAME; i++) {
		if (name[i] == '\0')
			return name;
		if (name[i] < 0x20 || name[i] > 0x7e)
			name[i] = '?';
	}
	return NULL;
}

static int read_needed(const struct image *image, struct reader entries, const struct dynamic *dyn,
	struct elf_info *info)
{
	info->needed = calloc(dyn->nneeded + 1, sizeof(*info->needed));
	if (!info->needed)
		return fail(image, -ENOMEM, "out of memory");
	uint64_t tag = 0, value = 0;
	while (next_entry(&entries, &tag, &value)) {
		if (tag != DT_NEEDED)
			continue;
		const char *name = name_at(info, dyn, value);
		if (!name)
			return truncated(image, "the name of a needed library");
		info->needed[info->nneeded++] = name;
	}
	info->soname = dyn->has_soname ? name_at(info, dyn, dyn->soname) : NULL;
	if (dyn->has_soname && !info->soname)
		return truncated(image, "the object's own name (DT_SONAME)");
	return 0;
}

// DT_HASH: nbucket, nchain, and nchain is the number of symbols.
static uint64_t count_by_hash(struct reader r)
{
	reader_skip(&r, 4);
	return reader_le32(&r);
}

// DT_GNU_HASH does not say it: it is the end of the chain that begins at the highest bucket.
static uint64_t count_by_gnu_hash(struct reader r)
{
	uint32_t nbuckets = reader_le32(&r);
	uint32_t first = reader_le32(&r);
	uint32_t nbloom = reader_le32(&r);
	uint32_t last = 0;
	reader_skip(&r, 4 + (size_t)nbloom * 8);
	for (uint32_t i = 0; i < nbuckets && reader_ok(&r); i++) {
		uint32_t bucket = reader_le32(&r);
		last = bucket > last ? bucket : last;
	}
	if (!reader_ok(&r) || last < first)
		return reader_ok(&r) ? first : UINT64_MAX;
	reader_skip(&r, (size_t)(last - first) * 4);
	while (reader_ok(&r)) {
		last++;
		if (reader_le32(&r) & 1)
			return last;
	}
	return UINT64_MAX;
}

static int find_symbols(const struct image *image, const struct dynamic *dyn, struct reader *out)
{
	uint64_t count = UINT64_MAX;
	if (dyn->gnu_hash == 0 && dyn->hash == 0)
		return fail(image, -EINVAL, "the dynamic section has no hash table of symbols");
	struct reader table = at_address(image, dyn->gnu_hash ? dyn->gnu_hash : dyn->hash);
	if (reader_ok(&table))
		count = dyn->gnu_hash ? count_by_gnu_hash(table) : count_by_hash(table);
	struct reader symbols = at_address(image, dyn->symtab);
	if (!reader_ok(&symbols) || count > reader_left(&symbols) / sizeof(Elf64_Sym))
		return truncated(image, "the symbol table");
	*out = reader_sub(&symbols, (size_t)count * sizeof(Elf64_Sym));
	return 0;
}

// Whether dlsym() of another object would find it and could call it.
static bool is_exported_function(uint8_t st_info, uint8_t st_other, uint16_t section)
{
	unsigned bind = ELF64_ST_BIND(st_info), type = ELF64_ST_TYPE(st_info);
	unsigned visibility = ELF64_ST_VISIBILITY(st_other);
	return section != SHN_UNDEF && (bind == STB_GLOBAL || bind == STB_WEAK) &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC) &&
	       (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static void note_export(struct elf_info *info, const char *name)
{
	info->exports[info->nexports++] = name;
	if (strcmp(name, "Dot11ExtIhvGetVersionInfo") == 0)
		info->has_get_version_info = true;
	else if (strcmp(name, "Dot11ExtIhvInitService") == 0)
		info->has_init_service = true;
	else if (strcmp(name, "Dot11ExtIhvInitVirtualStation") == 0)
		info->has_init_virtual_station = true;
}

static int read_exports(const struct image *image, const struct dynamic *dyn, struct elf_info *info)
{
	struct reader r = reader_init(NULL, 0);
	int error = find_symbols(image, dyn, &r);
	if (error)
		return error;
	size_t count = reader_left(&r) / sizeof(Elf64_Sym);
	info->exports = calloc(count + 1, sizeof(*info->exports));
	if (!info->exports)
		return fail(image, -ENOMEM, "out of memory");
	while (reader_left(&r)) {
		uint32_t st_name = reader_le32(&r);
		uint8_t st_info = reader_u8(&r);
		uint8_t st_other = reader_u8(&r);
		uint16_t section = reader_le16(&r);
		reader_skip(&r, 16); // st_value, st_size
		if (!is_exported_function(st_info, st_other, section))
			continue;
		const char *name = name_at(info, dyn, st_name);
		if (!name)
			return truncated(image, "the name of a symbol");
		if (info->nexports == ELF_MAX_EXPORTS)
			return fail(
				image, -E2BIG, "exports more than %d functions", ELF_MAX_EXPORTS);
		note_export(info, name);
	}
	return 0;
}

static int read_image(struct image *image, struct elf_info *info)
{
	struct dynamic dyn = {0};
	struct reader entries = reader_init(NULL, 0);
	int error = read_header(image, info);
	if (!error)
		error = find_dynamic(image, &entries);
	if (!error)
		error = read_dynamic(image, entries, &dyn);
	if (!error)
		error = read_strings(image, &dyn, info);
	if (!error)
		error = read_needed(image, entries, &dyn, info);
	if (!error)
		error = read_exports(image, &dyn, info);
	return error;
}

int elf_parse(const void *buf, size_t len, struct elf_info **out, char *err, size_t errlen)
{
	struct image image = {.data = buf, .len = len, .err = err, .errlen = errlen};
	*out = NULL;
	struct elf_info *info = calloc(1, sizeof(*info));
	if (!info)
		return fail(&image, -ENOMEM, "out of memory");
	int error = read_image(&image, info);
	if (error) {
		elf_free(info);
		return error;
	}
	*out = info;
	return 0;
}

int elf_inspect(const char *path, struct elf_info **out, char *err, size_t errlen)
{
	_cleanup_free_ uint8_t *buf = NULL;
	size_t len = 0;
	*out = NULL;
	int error = file_read(path, ELF_MAX_BYTES, &buf, &len, err, errlen);
	return error ? error : elf_parse(buf, len, out, err, errlen);
}

void elf_free(struct elf_info *info)
{
	if (!info)
		return;
	free(info->needed);
	free(info->exports);
	free(info->strings);
	free(info);
}
