// SPDX-License-Identifier: BSD-2-Clause
/* A page for the user. Nobody waits for the answer. */
#include "base.h"

#include <stdlib.h>
#include <string.h>

static const GUID first = {
	0x0b5ee5a1, 0x33c4, 0x4b7e, {0x9d, 0x10, 0x6a, 0x71, 0x42, 0xee, 0x08, 0x5c}};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct question *questions;
static DWORD asked;

/* The lock is held. */
static struct question **find(const GUID *id)
{
	struct question **at;

	for (at = &questions; *at; at = &(*at)->next)
		if (memcmp(&(*at)->wire.guidUIRequest, id, sizeof(*id)) == 0)
			break;
	return at;
}

static bool has_one(const struct adapter *a)
{
	const struct question *q;

	pthread_mutex_lock(&lock);
	for (q = questions; q && q->owner != a; q = q->next)
		;
	pthread_mutex_unlock(&lock);
	return q != NULL;
}

/* A question that is being sent is left to its sender: the host is reading it. */
void base_ui_cancel(const struct adapter *owner)
{
	struct question **at = &questions, *q;

	pthread_mutex_lock(&lock);
	while ((q = *at)) {
		q->cancelled |= !owner || q->owner == owner;
		if (!q->cancelled || q->sending) {
			at = &q->next;
			continue;
		}
		*at = q->next;
		free(q);
	}
	pthread_mutex_unlock(&lock);
}

static void sent(struct question *q, DWORD error)
{
	struct question **at;

	pthread_mutex_lock(&lock);
	q->sending = false;
	if (error || q->cancelled) {
		at = find(&q->wire.guidUIRequest);
		*at = q->next;
		free(q);
	}
	pthread_mutex_unlock(&lock);
}

void base_ask(struct adapter *a)
{
	static const char text[] = "open network";
	struct question *q;
	size_t i;

	if (has_one(a))
		return;
	q = calloc(1, sizeof(*q));
	if (!q)
		return;
	for (i = 0; text[i]; i++)
		q->text[i] = (WCHAR)text[i];
	q->owner = a;
	q->sending = true;
	q->wire.guidUIRequest = first;
	q->wire.UIPageClsid = first;
	q->wire.pvUIRequest = (BYTE *)q->text;
	q->wire.dwByteCount = sizeof(q->text);
	pthread_mutex_lock(&lock);
	q->wire.guidUIRequest.Data1 += ++asked;
	q->next = questions;
	questions = q;
	pthread_mutex_unlock(&lock);
	sent(q, calls.Dot11ExtSendUIRequest(a->svc, &q->wire));
}

DWORD WINAPI base_process_session_change(ULONG event, PWTSSESSION_NOTIFICATION session)
{
	if (event == WTS_SESSION_LOGOFF)
		base_ui_cancel(NULL);
	return ERROR_SUCCESS;
}

DWORD WINAPI base_is_ui_request_pending(GUID id, PBOOL pending)
{
	const struct question *q;

	pthread_mutex_lock(&lock);
	q = *find(&id);
	*pending = q && !q->cancelled;
	pthread_mutex_unlock(&lock);
	return ERROR_SUCCESS;
}

DWORD WINAPI base_process_ui_response(GUID id, DWORD size, LPVOID response)
{
	struct question **at, *q;
	DWORD error = ERROR_NOT_FOUND;

	pthread_mutex_lock(&lock);
	at = find(&id);
	q = *at;
	if (q && q->sending) { /* quicker than the call that asks */
		q->cancelled = true;
		error = ERROR_SUCCESS;
	} else if (q) {
		*at = q->next;
		free(q);
		error = ERROR_SUCCESS;
	}
	pthread_mutex_unlock(&lock);
	return error;
}
