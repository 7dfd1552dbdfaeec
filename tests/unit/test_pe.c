// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "module/file.h"
#include "tests/lib/pe_image.h"

static bool has_name(char *const *names, size_t n, const char *name)
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
	struct pe_info *info = NULL;
	uint8_t *copy = malloc(len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, data, len);
	err[0] = '\0';
	int error = pe_parse(copy, len, &info, err, PE_ERROR_SIZE);
	free(copy);
	assert_true((error == 0) == (info != NULL));
	assert_true((error == 0) == (err[0] == '\0'));
	for (size_t i = 0; info && i < info->nexports; i++)
		assert_true(strlen(info->exports[i]) <= PE_MAX_NAME);
	pe_free(info);
	return error;
}

static void assert_refused(const uint8_t *data, size_t len, int code, const char *why)
{
	char err[PE_ERROR_SIZE];
	int error = parse_copy(data, len, err);
	if (error != code || !strstr(err, why))
		fail_msg("expected %d '%s', got %d '%s'", code, why, error, err);
}

static void made_by_hand(void **state)
{
	uint8_t image[PE_SIZE];
	struct pe_info *info = NULL;
	char err[PE_ERROR_SIZE] = "";
	pe_image(image);
	assert_int_equal(pe_parse(image, sizeof(image), &info, err, sizeof(err)), 0);
	assert_int_equal(info->bits, 64);
	assert_int_equal(info->machine, PE_MACHINE_AMD64);
	assert_int_equal(info->subsystem, 2);
	assert_int_equal(info->nexports, 3);
	assert_int_equal(info->nunnamed, 1);
	assert_true(info->has_get_version_info && info->has_init_service);
	assert_true(info->has_init_virtual_station); // a forwarder
	assert_int_equal(info->nimports, 2);
	assert_int_equal(info->ndelayed, 1);
	assert_string_equal(info->imports[0], "KERNEL32.dll");
	assert_string_equal(info->imports[1], "wlanapi.dll");
	pe_free(info);
}

static struct pe_info *changed(size_t at, uint32_t value)
{
	uint8_t image[PE_SIZE];
	struct pe_info *info = NULL;
	char err[PE_ERROR_SIZE] = "";
	pe_image(image);
	store_le32(image + at, value);
	assert_int_equal(pe_parse(image, sizeof(image), &info, err, sizeof(err)), 0);
	return info;
}

static void exports_of_other_kinds(void **state)
{
	struct pe_info *info = changed(PE_AT_FUNCTIONS, PE_RDATA + 0x800); // data
	assert_int_equal(info->nexports, 2);
	assert_false(info->has_get_version_info);
	pe_free(info);
	info = changed(PE_AT_FUNCTIONS + 8, 0); // a gap between the ordinals
	assert_int_equal(info->nunnamed, 0);
	pe_free(info);
	info = changed(PE_AT_EXPORTS + 24, 0); // no names at all
	assert_int_equal(info->nexports, 0);
	assert_int_equal(info->nunnamed, 4);
	assert_false(info->has_get_version_info || info->has_init_service);
	pe_free(info);
	info = changed(PE_AT_DIRECTORIES, 0); // no exports, not even a directory
	assert_int_equal(info->nexports + info->nunnamed, 0);
	pe_free(info);
	info = changed(PE_AT_DIRECTORIES + 8, 0); // no imports but those of first use
	assert_string_equal(info->imports[0], "wlanapi.dll");
	assert_int_equal(info->ndelayed, 1);
	pe_free(info);
	info = changed(PE_AT_TEXTS, 0x07316f44); // not printable
	assert_true(has_name(info->exports, info->nexports, "Do1?1ExtIhvGetVersionInfo"));
	pe_free(info);
}

static void refused_kinds(void **state)
{
	static const struct {
		size_t at;
		uint16_t value;
		const char *why;
	} cases[] = {
		{PE_AT_MACHINE, 0x14c, "a 32-bit DLL (x86): only 64-bit x86-64 modules can be run"},
		{PE_AT_MACHINE, 0x1c4, "a 32-bit DLL (Arm): only"},
		{PE_AT_MACHINE, 0x1c0, "a 32-bit DLL (Arm): only"},
		{PE_AT_MACHINE, 0xaa64, "an Arm64 DLL: only"},
		{PE_AT_MACHINE, 0xa641, "an Arm64 DLL: only"},
		{PE_AT_MACHINE, 0x200, "a machine of another kind (0x0200)"},
		{PE_AT_CHARACTERISTICS, 0x22, "an executable program, not a DLL"},
		{PE_AT_SIGNATURE, 0x454e, "16-bit"}, // "NE"
		{PE_AT_OPTIONAL, 0x10b, "without a PE32+ header"},
		{PE_AT_DIRECTORIES + 8 * 14, 0x2000, "a .NET assembly"},
	};
	uint8_t image[PE_SIZE];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pe_image(image);
		store_le16(image + cases[i].at, cases[i].value);
		assert_refused(image, sizeof(image), -EINVAL, cases[i].why);
	}
	pe_image(image);
	store_le16(image + PE_AT_CHARACTERISTICS, 0x22);
	store_le16(image + PE_AT_SUBSYSTEM, 1);
	assert_refused(image, sizeof(image), -EINVAL, "a driver, not a DLL");
	assert_refused((const uint8_t *)"", 0, -EINVAL, "empty");
	assert_refused((const uint8_t *)"hello", 5, -EINVAL, "not a Windows module");
	assert_refused((const uint8_t *)"MZ\x90", 3, -EINVAL, "the PE header");
}

static void refused_damage(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		int code;
		const char *why;
	} cases[] = {
		{PE_AT_LFANEW, 0xfffffffe, -EINVAL, "the PE header"},
		{PE_AT_LFANEW, PE_SIZE - 2, -EINVAL, "the PE header"},
		{PE_AT_OPTIONAL_SIZE, 0x20220040, -EINVAL, "the optional header"},
		{PE_AT_OPTIONAL_SIZE, 0x2022ffff, -EINVAL, "the PE header"},
		{PE_AT_HEADERS_SIZE, 0x10000, -EINVAL, "a header"},
		{PE_AT_SECTIONS + 16, 0x10000, -EINVAL, "a section"},
		{PE_AT_SECTIONS + 20, 0xffffffff, -EINVAL, "a section"},
		{PE_AT_DIRECTORIES, 0x4000, -EINVAL, "the export directory"},
		{PE_AT_DIRECTORIES, 0xffffffff, -EINVAL, "the export directory"},
		{PE_AT_EXPORTS + 20, 65537, -E2BIG, "more than 65536 functions"},
		{PE_AT_EXPORTS + 24, 0xffffffff, -E2BIG, "more than 65536 functions"},
		{PE_AT_EXPORTS + 20, 65536, -EINVAL, "a table of exports"},
		{PE_AT_EXPORTS + 28, 0x5000, -EINVAL, "a table of exports"},
		{PE_AT_EXPORTS + 32, 0x2bfe, -EINVAL, "a table of exports"},
		{PE_AT_FUNCTIONS, 0x9000, -EINVAL, "the address of an export"},
		{PE_AT_FUNCTIONS, 0, -EINVAL, "the address of an export"},
		{PE_AT_FUNCTIONS + 8, 0xfffffff0, -EINVAL, "the address of an export"},
		{PE_AT_NAMES, 0x9000, -EINVAL, "the name of an export"},
		{PE_AT_ORDINALS, 4, -EINVAL, "the address of an export"},
		{PE_AT_DIRECTORIES + 8, 0x9000, -EINVAL, "the table of imports"},
		{PE_AT_IMPORTS + 12, 0x9000, -EINVAL, "the name of a needed library"},
		{PE_AT_DELAYED + 4, 0x9000, -EINVAL, "the name of a needed library"},
	};
	uint8_t image[PE_SIZE];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pe_image(image);
		store_le32(image + cases[i].at, cases[i].value);
		assert_refused(image, sizeof(image), cases[i].code, cases[i].why);
	}
	pe_image(image);
	store_le16(image + PE_AT_NSECTIONS, 97);
	assert_refused(image, sizeof(image), -E2BIG, "more than 96 sections");
	pe_image(image);
	store_le16(image + PE_AT_NSECTIONS, 90); // most of them read out of the tables
	char err[PE_ERROR_SIZE];
	(void)parse_copy(image, sizeof(image), err);
	memset(image + PE_AT_IMPORTS, 0xff, PE_SIZE - PE_AT_IMPORTS); // a name that never ends
	(void)parse_copy(image, sizeof(image), err);
}

// 65536 exports that all have the same long name are few octets in the file and many in memory.
static void names_without_measure(void **state)
{
	enum { N = 60000, NAME = 0x1000, SIZE = PE_RDATA_AT + NAME + 10 * N };
	uint8_t *image = calloc(1, SIZE);
	assert_non_null(image);
	pe_image(image);
	store_le32(image + PE_AT_SECTIONS + 40 + 8, SIZE);
	store_le32(image + PE_AT_SECTIONS + 40 + 16, SIZE - PE_RDATA_AT);
	memset(image + PE_AT_TEXTS, 'A', 2000);
	const uint32_t table = PE_RDATA + NAME;
	store_le32(image + PE_AT_EXPORTS + 24, N);
	store_le32(image + PE_AT_EXPORTS + 32, table);
	store_le32(image + PE_AT_EXPORTS + 36, table + 4 * N);
	for (uint32_t i = 0; i < N; i++)
		store_le32(
			image + PE_RDATA_AT + NAME + 4 * i, PE_RDATA + PE_AT_TEXTS - PE_RDATA_AT);
	assert_refused(image, SIZE, -E2BIG, "MiB of names");
	free(image);
}

static void truncated_anywhere(void **state)
{
	uint8_t image[PE_SIZE];
	char err[PE_ERROR_SIZE];
	pe_image(image);
	for (size_t len = 0; len < sizeof(image); len++)
		assert_int_equal(parse_copy(image, len, err), -EINVAL);
	assert_int_equal(parse_copy(image, sizeof(image), err), 0);
}

static void flipped_anywhere(void **state)
{
	uint8_t image[PE_SIZE];
	char err[PE_ERROR_SIZE];
	pe_image(image);
	for (size_t i = 0; i < 8 * sizeof(image); i++) {
		image[i / 8] ^= (uint8_t)(1 << i % 8);
		(void)parse_copy(image, sizeof(image), err);
		image[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(parse_copy(image, sizeof(image), err), 0);
}

// A file in the build folder, or elsewhere if its name has a slash.
static int look(const char *name, struct module_file *file, char *err)
{
	char path[4096];
	const char *build = getenv("OPENIHV_BUILD");
	(void)snprintf(path, sizeof(path), "%s/tests/%s", build ? build : "build", name);
	return module_file_look(strchr(name, '/') ? name : path, file, err, MODULE_FILE_ERROR_SIZE);
}

#ifdef WITH_PE_MODULE
// What a compiler for Windows makes.
static void real_module(void **state)
{
	struct module_file file;
	char err[MODULE_FILE_ERROR_SIZE] = "";
	assert_int_equal(look("pe_module.dll", &file, err), 0);
	assert_int_equal(file.kind, MODULE_PE);
	assert_null(file.elf);
	assert_true(file.pe->has_get_version_info && file.pe->has_init_service);
	assert_false(file.pe->has_init_virtual_station);
	assert_int_equal(file.pe->nexports, 2); // neither data nor what is hidden
	assert_true(has_name(file.pe->imports, file.pe->nimports, "KERNEL32.dll"));
	assert_null(module_file_missing(&file));
	module_file_end(&file);
}
#endif

static void by_kind(void **state)
{
	struct module_file file;
	char err[MODULE_FILE_ERROR_SIZE] = "";
	enum module_kind kind = MODULE_PE;
	assert_int_equal(look("elf_module.so", &file, err), 0);
	assert_int_equal(file.kind, MODULE_ELF);
	assert_non_null(file.elf);
	assert_null(module_file_missing(&file));
	module_file_end(&file);
	assert_int_equal(look("/etc/passwd", &file, err), -EINVAL);
	assert_non_null(strstr(err, "neither an ELF file nor a Windows module"));
	assert_int_equal(look("/nonexistent/x.dll", &file, err), -ENOENT);
	assert_int_equal(module_file_check("/", &kind, err, sizeof(err)), -EISDIR);
}

static void check_of_exports(void **state)
{
	char path[] = "/tmp/openihv-pe-XXXXXX", err[MODULE_FILE_ERROR_SIZE] = "";
	uint8_t image[PE_SIZE];
	enum module_kind kind = MODULE_ELF;
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	pe_image(image);
	assert_int_equal(write(fd, image, sizeof(image)), sizeof(image));
	assert_int_equal(module_file_check(path, &kind, err, sizeof(err)), 0);
	assert_int_equal(kind, MODULE_PE);
	image[PE_AT_TEXTS + 0x40] = 'd';
	assert_int_equal(pwrite(fd, image, sizeof(image), 0), sizeof(image));
	assert_int_equal(module_file_check(path, &kind, err, sizeof(err)), -EINVAL);
	assert_string_equal(err,
		"not an IHV Extensions module: it does not export Dot11ExtIhvInitService (X-01)");
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_by_hand),
		cmocka_unit_test(exports_of_other_kinds),
		cmocka_unit_test(refused_kinds),
		cmocka_unit_test(refused_damage),
		cmocka_unit_test(names_without_measure),
		cmocka_unit_test(truncated_anywhere),
		cmocka_unit_test(flipped_anywhere),
#ifdef WITH_PE_MODULE
		cmocka_unit_test(real_module),
#endif
		cmocka_unit_test(by_kind),
		cmocka_unit_test(check_of_exports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
