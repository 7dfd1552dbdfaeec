// SPDX-License-Identifier: BSD-2-Clause
/* Asks the user several things at once with each connection, and does well without an answer. */
#include <string.h>

#include "base.h"

#define QUESTIONS 24
#define AT_ONCE   3

/* Its memory is static, so it always is valid. A GUID is never used again. */
static struct own_question {
	DOT11EXT_IHV_UI_REQUEST wire;
	const struct adapter *owner; /* NULL: it is not pending */
	bool sending;                /* the host may be reading it */
	BYTE text[8];
} questions[QUESTIONS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* taken last */
static DWORD asked;

/* The lock is held. NULL: there is none. */
static struct own_question *find(const GUID *id)
{
	struct own_question *q;

	for (q = questions; q < questions + QUESTIONS; q++)
		if (q->owner && memcmp(&q->wire.guidUIRequest, id, sizeof(*id)) == 0)
			return q;
	return NULL;
}

/* Of an adapter; of all for NULL. */
static void cancel(const struct adapter *owner)
{
	struct own_question *q;

	pthread_mutex_lock(&lock);
	for (q = questions; q < questions + QUESTIONS; q++)
		if (!owner || q->owner == owner)
			q->owner = NULL;
	pthread_mutex_unlock(&lock);
}

/* NULL: so many are pending that there is no room for another. */
static struct own_question *take(const struct adapter *owner, const GUID *like)
{
	struct own_question *q;

	pthread_mutex_lock(&lock);
	for (q = questions; q < questions + QUESTIONS && (q->owner || q->sending); q++)
		;
	if (q == questions + QUESTIONS) {
		q = NULL;
	} else {
		q->owner = owner;
		q->sending = true;
		q->wire.guidUIRequest = *like;
		q->wire.guidUIRequest.Data2 = (USHORT)(like->Data2 + 1);
		q->wire.guidUIRequest.Data1 = ++asked;
		q->wire.pvUIRequest = q->text;
		q->wire.dwByteCount = sizeof(q->text);
	}
	pthread_mutex_unlock(&lock);
	return q;
}

static void sent(struct own_question *q, DWORD error)
{
	pthread_mutex_lock(&lock);
	q->sending = false;
	if (error)
		q->owner = NULL;
	pthread_mutex_unlock(&lock);
}

/* The base's one question, and three more. */
static DWORD WINAPI ask(HANDLE svc, PDOT11EXT_IHV_UI_REQUEST request)
{
	struct adapter *a = base_adapter(svc);
	const HANDLE op = a->connect;
	struct own_question *q;
	unsigned i;

	for (i = 0; i < AT_ONCE && base_still(a, &a->connect, op); i++) {
		q = take(a, &request->guidUIRequest);
		if (q)
			sent(q, host.Dot11ExtSendUIRequest(svc, &q->wire));
	}
	if (!base_still(a, &a->connect, op))
		return ERROR_OPERATION_ABORTED;
	return host.Dot11ExtSendUIRequest(svc, request);
}

static DWORD WINAPI is_pending(GUID id, PBOOL pending)
{
	bool mine;

	pthread_mutex_lock(&lock);
	mine = find(&id) != NULL;
	pthread_mutex_unlock(&lock);
	*pending = TRUE;
	return mine ? ERROR_SUCCESS : base.Dot11ExtIhvIsUIRequestPending(id, pending);
}

static DWORD WINAPI process_response(GUID id, DWORD size, LPVOID response)
{
	struct own_question *q;

	pthread_mutex_lock(&lock);
	q = find(&id);
	if (q)
		q->owner = NULL;
	pthread_mutex_unlock(&lock);
	return q ? ERROR_SUCCESS : base.Dot11ExtIhvProcessUIResponse(id, size, response);
}

static DWORD WINAPI session_change(ULONG event, PWTSSESSION_NOTIFICATION session)
{
	if (event == WTS_SESSION_LOGOFF)
		cancel(NULL);
	return base.Dot11ExtIhvProcessSessionChange(event, session);
}

static DWORD WINAPI reset(HANDLE ext)
{
	const DWORD error = base.Dot11ExtIhvAdapterReset(ext);

	cancel(ext);
	return error;
}

static VOID WINAPI deinit_adapter(HANDLE ext)
{
	base.Dot11ExtIhvDeinitAdapter(ext);
	cancel(ext);
}

const struct mutation mutation = {
	.calls.Dot11ExtSendUIRequest = ask,
	.handlers.Dot11ExtIhvIsUIRequestPending = is_pending,
	.handlers.Dot11ExtIhvProcessUIResponse = process_response,
	.handlers.Dot11ExtIhvProcessSessionChange = session_change,
	.handlers.Dot11ExtIhvAdapterReset = reset,
	.handlers.Dot11ExtIhvDeinitAdapter = deinit_adapter,
};
