// SPDX-License-Identifier: BSD-2-Clause
// A DLL for test_pe.c to look into; nothing loads it.
#include <windows.h>

#define EXPORT __declspec(dllexport)

EXPORT unsigned Dot11ExtIhvGetVersionInfo(void);
EXPORT unsigned Dot11ExtIhvInitService(void);
EXPORT extern int pe_module_data;
unsigned pe_module_hidden(void);

int pe_module_data = 1;

unsigned Dot11ExtIhvGetVersionInfo(void)
{
	return 0;
}

unsigned Dot11ExtIhvInitService(void)
{
	return pe_module_hidden();
}

unsigned pe_module_hidden(void)
{
	return (unsigned)GetCurrentProcessId();
}
