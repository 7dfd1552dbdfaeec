// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes with requests for the user and with notifications. */
#include <stdlib.h>
#include <string.h>

#include "base.h"

/* ---- X-65 ---- */

/* One page, so one number for it. */
static DWORD WINAPI x65_send(HANDLE svc, PDOT11EXT_IHV_UI_REQUEST request)
{
	static DOT11EXT_IHV_UI_REQUEST second;
	const DWORD error = host.Dot11ExtSendUIRequest(svc, request);

	second = *request;
	if (!error)
		host.Dot11ExtSendUIRequest(svc, &second); /* it may have been missed */
	return error;
}

const struct mutation x65_one_number = {.calls.Dot11ExtSendUIRequest = x65_send};

/* The structure is needed for the call alone. */
static DWORD WINAPI x65_wipe_send(HANDLE svc, PDOT11EXT_IHV_UI_REQUEST request)
{
	static DOT11EXT_IHV_UI_REQUEST copy;
	DWORD error;

	copy = *request;
	error = host.Dot11ExtSendUIRequest(svc, &copy);
	memset(&copy, 0, sizeof(copy));
	return error;
}

const struct mutation x65_wipes = {.calls.Dot11ExtSendUIRequest = x65_wipe_send};

/* ---- X-66 ---- */

/* Who has logged off does not answer, but may come back. */
static DWORD WINAPI x66_session_change(ULONG event, PWTSSESSION_NOTIFICATION session)
{
	return ERROR_SUCCESS;
}

const struct mutation x66_logoff = {.handlers.Dot11ExtIhvProcessSessionChange = x66_session_change};

/* As the base's, but for the user. */
static DWORD WINAPI x66_reset(HANDLE ext)
{
	struct adapter *a = ext;
	HANDLE connect, session;

	base_end_begin(a);
	connect = a->connect;
	session = a->session.progress == SESSION_DONE ? NULL : a->session.id;
	a->connect = NULL;
	base_end_session(a);
	if (connect)
		host.Dot11ExtPreAssociateCompletion(
			a->svc, connect, BASE_REASON_RESET, ERROR_CANCELLED);
	if (session)
		host.Dot11ExtPostAssociateCompletion(
			a->svc, session, NULL, BASE_REASON_RESET, ERROR_CANCELLED);
	base_end_done(a);
	return ERROR_SUCCESS;
}

const struct mutation x66_reset_leaves = {.handlers.Dot11ExtIhvAdapterReset = x66_reset};

/* A page may be open still, as far as it knows. */
static DWORD WINAPI x66_pending(GUID id, PBOOL pending)
{
	*pending = TRUE;
	return ERROR_SUCCESS;
}

const struct mutation x66_always_pending = {.handlers.Dot11ExtIhvIsUIRequestPending = x66_pending};

/* ---- X-67 ---- */

static DWORD WINAPI x67_notify(HANDLE svc, PL2_NOTIFICATION_DATA data)
{
	data->NotificationSource = L2_NOTIFICATION_SOURCE_NONE;
	return host.Dot11ExtSendNotification(svc, data);
}

const struct mutation x67_no_source = {.calls.Dot11ExtSendNotification = x67_notify};

static DWORD WINAPI x67_size_notify(HANDLE svc, PL2_NOTIFICATION_DATA data)
{
	data->pData = NULL;
	return host.Dot11ExtSendNotification(svc, data);
}

const struct mutation x67_size_of_nothing = {.calls.Dot11ExtSendNotification = x67_size_notify};
