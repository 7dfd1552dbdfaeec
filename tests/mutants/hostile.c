// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes with bytes from outside. The buffers are small and the checks are
 * missing. */
#include <stdlib.h>
#include <string.h>

#include "base.h"

/* ---- X-68 ---- */

/* What is copied is looked at, so that the copy is made. */
static volatile UCHAR seen;

static void look(const void *p)
{
	seen = *(const volatile UCHAR *)p;
}

/* A copy of the command in the handler's frame. */
static DWORD WINAPI x68_control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	UCHAR command[32];

	if (in)
		memcpy(command, in, in_size);
	look(command);
	*returned = 0;
	return ERROR_SUCCESS;
}

const struct mutation x68_control_stack = {.handlers.Dot11ExtIhvControl = x68_control};

/* The command begins with the length of a name, and is believed. */
static DWORD WINAPI x68_name_control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	DWORD length = 0, i;

	*returned = 0;
	if (!in || in_size < sizeof(length))
		return ERROR_INVALID_PARAMETER;
	memcpy(&length, in, sizeof(length));
	for (i = 0; i < length; i++)
		look(in + sizeof(length) + i);
	return ERROR_SUCCESS;
}

const struct mutation x68_control_length = {.handlers.Dot11ExtIhvControl = x68_name_control};

/* The settings of a profile are short. */
static DWORD WINAPI x68_validate(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec, PDWORD reason)
{
	const WCHAR *from[2] = {conn ? conn->pszXmlFragmentIhvConnectivity : NULL,
		sec ? sec->pszXmlFragmentIhvSecurity : NULL};
	WCHAR text[128];
	size_t i, n;

	for (i = 0; i < 2; i++)
		for (n = 0; from[i] && from[i][n]; n++) {
			text[n] = from[i][n];
			look(&text[n]);
		}
	return base.Dot11ExtIhvValidateProfile(ext, params, conn, sec, reason);
}

const struct mutation x68_profile_stack = {.handlers.Dot11ExtIhvValidateProfile = x68_validate};

/* Elements are as long as they say. `end` is not looked at but for where one begins. */
static const UCHAR *find_ssid(const UCHAR *at, const UCHAR *end)
{
	while (at < end && at[0] != 0)
		at += 2 + at[1];
	return at;
}

static DWORD WINAPI x68_match(HANDLE ext, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	const UCHAR *at, *end, *ssid;
	char name[33];
	ULONG size;

	if (list && list->pucBuffer && list->uNumOfBytes > sizeof(DOT11_BSS_ENTRY)) {
		at = list->pucBuffer;
		memcpy(&size, at + offsetof(DOT11_BSS_ENTRY, uBufferLength), sizeof(size));
		at += offsetof(DOT11_BSS_ENTRY, ucBuffer);
		end = at + size;
		ssid = find_ssid(at, end);
		memcpy(name, ssid + 2, ssid[1]);
		look(name);
	}
	return base.Dot11ExtIhvPerformCapabilityMatch(ext, params, conn, sec, list, reason);
}

const struct mutation x68_beacon_stack = {.handlers.Dot11ExtIhvPerformCapabilityMatch = x68_match};

/* An indication is as long as its type, whatever its size says. */
static DWORD WINAPI x68_indication(
	HANDLE ext, DOT11EXT_IHV_INDICATION_TYPE type, ULONG size, LPVOID data)
{
	DOT11_PHY_STATE_PARAMETERS state;

	memcpy(&state, data, sizeof(state));
	look(&state);
	return ERROR_SUCCESS;
}

const struct mutation x68_indication_size = {
	.handlers.Dot11ExtIhvReceiveIndication = x68_indication};

/* ---- X-69 ---- */

/* Says how much it would have had, as functions of other interfaces do. */
static DWORD WINAPI x69_control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	base.Dot11ExtIhvControl(ext, in_size, in, out_size, out, returned);
	*returned = in_size;
	return ERROR_SUCCESS;
}

const struct mutation x69_claims = {.handlers.Dot11ExtIhvControl = x69_control};

static DWORD WINAPI x69_write_control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	static const char answer[] = "openihv, a module that is talkative";

	if (out)
		memcpy(out, answer, sizeof(answer));
	*returned = out_size < sizeof(answer) ? out_size : sizeof(answer);
	return ERROR_SUCCESS;
}

const struct mutation x69_writes_beyond = {.handlers.Dot11ExtIhvControl = x69_write_control};
