// SPDX-License-Identifier: BSD-2-Clause
// A shared object for test_elf.c to look into. It is never loaded.

#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT unsigned Dot11ExtIhvGetVersionInfo(void *info);
EXPORT unsigned Dot11ExtIhvInitService(
	unsigned version, void *apis, void *reserved, void *handlers);
EXPORT extern int elf_module_data;
int elf_module_hidden(void);

int elf_module_data = 1;

unsigned Dot11ExtIhvGetVersionInfo(void *info)
{
	return 0;
}

unsigned Dot11ExtIhvInitService(unsigned version, void *apis, void *reserved, void *handlers)
{
	return (unsigned)elf_module_hidden();
}

int elf_module_hidden(void)
{
	return elf_module_data + getpid(); // so that the C library is needed
}
