// SPDX-License-Identifier: BSD-2-Clause
#include "scripted.h"
#include "template.h"

extern struct scripted scripted;

static HANDLE svc_of(HANDLE ext)
{
	return ((struct adapter *)ext)->svc;
}

/* The test's door into the module; one module is loaded at a time. */
IHV_EXPORT struct scripted scripted = {.svc = svc_of};

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	return template_get_version_info(info);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	DWORD error = template_init_service(version, apis, reserved, handlers);
	size_t i;

	scripted.host = *apis;
	scripted.template = *handlers;
	/* Both tables are 19 pointers to functions. */
	for (i = 0; i < sizeof(*handlers); i += sizeof(VOID(*)(VOID))) {
		static const char none[sizeof(VOID(*)(VOID))];

		if (memcmp((char *)&scripted.own + i, none, sizeof(none)) != 0)
			memcpy((char *)handlers + i, (char *)&scripted.own + i, sizeof(none));
	}
	return error;
}
