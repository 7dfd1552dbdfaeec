// SPDX-License-Identifier: BSD-2-Clause
/* The exports of every mutant: the base's, with the mutation put in. */
#include "mutant.h"

#include <stddef.h>
#include <string.h>

DOT11EXT_APIS host;
DOT11EXT_IHV_HANDLERS base;

typedef void (*function)(void);

/* Both tables hold nothing but pointers to functions. */
static void put_in(void *table, const void *over, size_t size)
{
	function wrong;
	size_t at;

	for (at = 0; at < size; at += sizeof(wrong)) {
		memcpy(&wrong, (const char *)over + at, sizeof(wrong));
		if (wrong)
			memcpy((char *)table + at, &wrong, sizeof(wrong));
	}
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	if (!mutation.version)
		return base_get_version_info(info);
	mutation.version(info);
	return ERROR_SUCCESS;
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS out)
{
	DOT11EXT_APIS calls = *apis;
	DWORD error;

	host = *apis;
	put_in(&calls, &mutation.calls, sizeof(calls));
	error = base_init_service(version, &calls, reserved, &base);
	if (error)
		return error;
	*out = base;
	put_in(out, &mutation.handlers, sizeof(*out));
	if (mutation.started)
		mutation.started(apis, out);
	return ERROR_SUCCESS;
}
