// SPDX-License-Identifier: BSD-2-Clause
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "module/elf.h"

// The file of elf_module.c.
struct sample {
	char path[4096];
	uint8_t *data;
	size_t len;
};

static int read_sample(void **state)
{
	static struct sample sample;
	const char *build = getenv("OPENIHV_BUILD");
	struct stat st;
	(void)snprintf(sample.path, sizeof(sample.path), "%s/tests/elf_module.so",
		build ? build : "build");
	FILE *file = fopen(sample.path, "rb");
	if (!file || fstat(fileno(file), &st) != 0)
		return -1;
	sample.len = (size_t)st.st_size;
	sample.data = malloc(sample.len);
	if (!sample.data || fread(sample.data, 1, sample.len, file) != sample.len)
		return -1;
	fclose(file);
	*state = &sample;
	return 0;
}

static int free_sample(void **state)
{
	struct sample *sample = *state;
	free(sample->data);
	return 0;
}

static bool has_name(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

// Parses an exact copy, so that a sanitizer sees a read beyond the end.
static int parse_copy(const uint8_t *data, size_t len, char *err)
{
	struct elf_info *info = NULL;
	uint8_t *copy = malloc(len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, data, len);
	err[0] = '\0';
	int error = elf_parse(copy, len, &info, err, ELF_ERROR_SIZE);
	free(copy);
	assert_true((error == 0) == (info != NULL));
	assert_true((error == 0) == (err[0] == '\0'));
	for (size_t i = 0; info && i < info->nexports; i++)
		assert_true(strlen(info->exports[i]) <= ELF_MAX_NAME);
	elf_free(info);
	return error;
}

static void assert_refused(const uint8_t *data, size_t len, const char *why)
{
	char err[ELF_ERROR_SIZE];
	int error = parse_copy(data, len, err);
	if (error != -EINVAL || !strstr(err, why))
		print_error("expected '%s', got %d '%s'\n", why, error, err);
	assert_int_equal(error, -EINVAL);
	assert_non_null(strstr(err, why));
}

static void real_module(void **state)
{
	struct sample *sample = *state;
	struct elf_info *info = NULL;
	char err[ELF_ERROR_SIZE] = "";
	assert_int_equal(elf_inspect(sample->path, &info, err, sizeof(err)), 0);
	assert_string_equal(err, "");
	assert_int_equal(info->bits, 64);
	assert_int_equal(info->type, ET_DYN);
	assert_true(has_name(info->needed, info->nneeded, "libc.so.6"));
	assert_true(has_name(info->exports, info->nexports, "Dot11ExtIhvGetVersionInfo"));
	assert_true(has_name(info->exports, info->nexports, "Dot11ExtIhvInitService"));
	assert_false(has_name(info->exports, info->nexports, "elf_module_hidden"));
	assert_false(has_name(info->exports, info->nexports, "elf_module_data"));
	assert_false(has_name(info->exports, info->nexports, "getpid")); // needed, not offered
	assert_true(info->has_get_version_info);
	assert_true(info->has_init_service);
	assert_false(info->has_init_virtual_station);
	elf_free(info);
}

// A library that others link to, large and with a name of its own.
static void system_library(void **state)
{
	struct elf_info *info = NULL;
	char err[ELF_ERROR_SIZE] = "";
	const char *path = "/lib/x86_64-linux-gnu/libc.so.6";
	if (access(path, R_OK) != 0)
		path = "/lib/aarch64-linux-gnu/libc.so.6";
	assert_int_equal(elf_inspect(path, &info, err, sizeof(err)), 0);
	assert_string_equal(info->soname, "libc.so.6");
	assert_true(has_name(info->exports, info->nexports, "malloc"));
	assert_true(info->nexports > 1000);
	assert_false(info->has_init_service);
	elf_free(info);
}

static void refused_files(void **state)
{
	static const struct {
		const char *path, *why;
		int code;
	} cases[] = {
		{"/nonexistent/module.so", "cannot be opened: No such file", -ENOENT},
		{"/", "a directory", -EISDIR},
		{"/dev/null", "not a regular file", -EINVAL},
		{"/proc/self/cmdline", "the file is empty", -EINVAL}, // its size is told as 0
		{"/proc/self/exe", "a program", -EINVAL},
		{"/bin/sh", "a program", -EINVAL},
		{"/etc/passwd", "neither an ELF file", -EINVAL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct elf_info *info = NULL;
		char err[ELF_ERROR_SIZE] = "";
		int error = elf_inspect(cases[i].path, &info, err, sizeof(err));
		if (error != cases[i].code || !strstr(err, cases[i].why))
			fail_msg("%s: %d '%s'", cases[i].path, error, err);
		assert_null(info);
	}
}

static void refused_kinds(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value;
		const char *why;
	} cases[] = {
		{EI_CLASS, ELFCLASS32, "32-bit"},
		{EI_CLASS, 9, "unknown kind"},
		{EI_DATA, ELFDATA2MSB, "big-endian"},
		{EI_VERSION, 7, "unknown kind"},
		{offsetof(Elf64_Ehdr, e_type), ET_REL, "not linked"},
		{offsetof(Elf64_Ehdr, e_type), ET_EXEC, "a program"},
		{offsetof(Elf64_Ehdr, e_type), ET_CORE, "ELF type 4"},
		{offsetof(Elf64_Ehdr, e_machine), EM_386, "built for x86 (32 bit)"},
		{offsetof(Elf64_Ehdr, e_machine), EM_S390, "machine of another kind (22)"},
		{offsetof(Elf64_Ehdr, e_phentsize), 8, "no usable program headers"},
		{offsetof(Elf64_Ehdr, e_phnum), 0, "no usable program headers"},
		{offsetof(Elf64_Ehdr, e_phnum), 1, "no dynamic section"},
		{offsetof(Elf64_Ehdr, e_phoff) + 5, 1, "the program header table"},
	};
	struct sample *sample = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t was = sample->data[cases[i].offset];
		sample->data[cases[i].offset] = cases[i].value;
		assert_refused(sample->data, sample->len, cases[i].why);
		sample->data[cases[i].offset] = was;
	}
	assert_refused((const uint8_t *)"MZ\x90", 3, "Windows");
	assert_refused((const uint8_t *)"hello", 5, "neither an ELF file");
	assert_refused((const uint8_t *)"", 0, "empty");
	assert_refused((const uint8_t *)"\x7f\x45\x4c\x46", 4, "the ELF header");
}

static size_t find_entry(const struct sample *sample, uint64_t tag)
{
	Elf64_Ehdr eh;
	memcpy(&eh, sample->data, sizeof(eh));
	for (size_t i = 0; i < eh.e_phnum; i++) {
		Elf64_Phdr ph;
		memcpy(&ph, sample->data + eh.e_phoff + i * sizeof(ph), sizeof(ph));
		if (ph.p_type != PT_DYNAMIC)
			continue;
		for (size_t at = ph.p_offset; at + 16 <= ph.p_offset + ph.p_filesz; at += 16) {
			if (load_le64(sample->data + at) == tag)
				return at;
		}
	}
	fail_msg("no entry %u", (unsigned)tag);
	return 0;
}

static void refused_dynamic_section(void **state)
{
	static const struct {
		uint64_t tag, value;
		const char *why;
	} cases[] = {
		{DT_STRTAB, UINT64_MAX, "the string table"},
		{DT_STRSZ, UINT64_MAX, "the string table"},
		{DT_STRSZ, 1, "the name of a needed library"},
		{DT_SYMTAB, UINT64_MAX - 8, "the symbol table"},
		{DT_SYMENT, 16, "size of a symbol"},
		{DT_GNU_HASH, UINT64_MAX, "the symbol table"},
		{DT_GNU_HASH, 0, "no hash table"},
		{DT_NEEDED, UINT64_MAX, "the name of a needed library"},
	};
	struct sample *sample = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *value = sample->data + find_entry(sample, cases[i].tag) + 8;
		uint64_t was = load_le64(value);
		store_le64(value, cases[i].value);
		assert_refused(sample->data, sample->len, cases[i].why);
		store_le64(value, was);
	}
}

// Every length up to 4 KiB, where the headers are, and then every 61st.
static void truncated_anywhere(void **state)
{
	struct sample *sample = *state;
	char err[ELF_ERROR_SIZE];
	for (size_t len = 0; len < sample->len; len += len < 4096 ? 1 : 61)
		(void)parse_copy(sample->data, len, err);
	assert_int_equal(parse_copy(sample->data, sample->len, err), 0);
	assert_refused(sample->data, offsetof(Elf64_Ehdr, e_phnum) + 1, "the ELF header");
	assert_refused(sample->data, sizeof(Elf64_Ehdr) + 10, "the program header table");
}

// Each bit of the headers and of the dynamic section, and 4096 other places chosen by a fixed seed.
static void flipped_anywhere(void **state)
{
	struct sample *sample = *state;
	char err[ELF_ERROR_SIZE];
	size_t dynamic = find_entry(sample, DT_STRTAB) & ~(size_t)15;
	uint32_t seed = 1;
	for (size_t i = 0; i < 8 * (1024 + 512) + 4096; i++) {
		size_t at = i / 8;
		if (at >= 1024 + 512) {
			seed = seed * 1664525 + 1013904223;
			at = (seed >> 8) % sample->len;
		} else if (at >= 1024) {
			at = dynamic - 256 + (at - 1024);
		}
		if (at >= sample->len)
			continue;
		uint8_t bit = (uint8_t)(1 << i % 8);
		sample->data[at] ^= bit;
		(void)parse_copy(sample->data, sample->len, err);
		sample->data[at] ^= bit;
	}
	assert_int_equal(parse_copy(sample->data, sample->len, err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_module),
		cmocka_unit_test(system_library),
		cmocka_unit_test(refused_files),
		cmocka_unit_test(refused_kinds),
		cmocka_unit_test(refused_dynamic_section),
		cmocka_unit_test(truncated_anywhere),
		cmocka_unit_test(flipped_anywhere),
	};
	return cmocka_run_group_tests(tests, read_sample, free_sample);
}
