// SPDX-License-Identifier: BSD-2-Clause
/* Requests of the module for the user, and the data that it keeps for a user's profile. */
#include "host/host_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

#define UI_DATA_MAX (64u * 1024)

static struct ui_request *by_guid(struct host *h, const GUID *guid)
{
	struct ui_request *u;

	TAILQ_FOREACH(u, &h->ui, next)
	if (memcmp(&u->guid, guid, sizeof(*guid)) == 0)
		return u;
	return NULL;
}

static void forget(struct host *h, struct ui_request *u)
{
	TAILQ_REMOVE(&h->ui, u, next);
	free(u->data);
	free(u);
}

void ui_number(struct host *h, const GUID *guid, struct crossing *x)
{
	const struct ui_request *u = by_guid(h, guid);

	x->handle = u && !u->cancelled ? u->id : h->next_ui + 1;
}

DWORD ui_send(struct host_adapter *a, DOT11EXT_IHV_UI_REQUEST *request)
{
	struct host *h = a->host;
	struct ui_request *u = by_guid(h, &request->guidUIRequest);
	struct host_ui_request shown;

	if (u && !u->cancelled)
		return ERROR_ALREADY_EXISTS;
	if (request->dwByteCount > UI_DATA_MAX || (request->dwByteCount && !request->pvUIRequest))
		return ERROR_INVALID_PARAMETER;
	if (u)
		forget(h, u);
	u = calloc(1, sizeof(*u));
	if (u)
		u->data = malloc(request->dwByteCount + 1u);
	if (!u || !u->data) {
		free(u);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	u->id = ++h->next_ui;
	u->adapter = a;
	u->guid = request->guidUIRequest;
	if (request->dwByteCount)
		memcpy(u->data, request->pvUIRequest, request->dwByteCount);
	TAILQ_INSERT_TAIL(&h->ui, u, next);
	shown = (struct host_ui_request){.id = u->id,
		.adapter = a,
		.session = request->dwSessionId,
		.page = request->UIPageClsid,
		.data = u->data,
		.length = request->dwByteCount};
	if (h->config.ui)
		h->config.ui(h->config.user, &shown);
	return ERROR_SUCCESS;
}

static struct ui_request *by_id(struct host *h, uint64_t id)
{
	struct ui_request *u;

	TAILQ_FOREACH(u, &h->ui, next)
	if (u->id == id)
		return u;
	return NULL;
}

static void response_begin(struct host *h, struct call *c)
{
	struct ui_request *u = by_id(h, c->tag);

	c->x.handle = c->tag;
	if (u)
		forget(h, u);
}

int host_ui_respond(struct host *h, uint64_t id, const void *data, uint32_t length)
{
	struct ui_request *u;
	struct call *c = NULL;
	int err = -ENOENT;

	pthread_mutex_lock(&h->lock);
	u = by_id(h, id);
	if (u && !u->cancelled && !u->answered) {
		err = -ENOMEM;
		c = call_new(h, NULL, FN_PROCESS_UI_RESPONSE, length);
	}
	if (c) {
		u->answered = true;
		if (length)
			memcpy(c->memory, data, length);
		c->tag = id;
		c->hc.process_ui_response.request = u->guid;
		c->hc.process_ui_response.length = length;
		c->hc.process_ui_response.buffer = length ? c->memory : NULL;
		c->begin = response_begin;
		call_queue(h, c);
		err = 0;
	}
	pthread_mutex_unlock(&h->lock);
	return err;
}

bool ui_pending(const struct host_adapter *a)
{
	const struct ui_request *u;

	TAILQ_FOREACH(u, &a->host->ui, next)
	if (u->adapter == a && !u->cancelled)
		return true;
	return false;
}

/* A request that is cancelled while its response waits is not answered any more. */
static void withdraw_response(struct host *h, const struct ui_request *u)
{
	struct call *c;

	STAILQ_FOREACH(c, &h->service.calls, next)
	if (c->hc.fn == FN_PROCESS_UI_RESPONSE && c->tag == u->id)
		break;
	if (!c)
		return;
	call_withdraw(h, c);
	call_free(h, c);
}

void ui_cancel(struct host *h, const struct host_adapter *a)
{
	struct ui_request *u;

	TAILQ_FOREACH(u, &h->ui, next)
	{
		if (a && u->adapter != a)
			continue;
		u->cancelled = true;
		if (u->answered)
			withdraw_response(h, u);
	}
}

static void poll_begin(struct host *h, struct call *c)
{
	(void)h;
	c->x.handle = c->tag;
}

static void poll_done(struct host *h, struct call *c)
{
	struct ui_request *u = by_id(h, c->tag);

	if (u)
		forget(h, u);
}

void ui_poll_cancelled(struct host *h)
{
	struct ui_request *u;
	struct call *c;

	TAILQ_FOREACH(u, &h->ui, next)
	{
		if (!u->cancelled)
			continue;
		c = call_new(h, NULL, FN_IS_UI_REQUEST_PENDING, sizeof(BOOL));
		if (!c)
			return;
		c->tag = u->id;
		c->hc.is_ui_request_pending.request = u->guid;
		c->hc.is_ui_request_pending.pending = (BOOL *)c->memory;
		c->begin = poll_begin;
		c->done = poll_done;
		call_queue(h, c);
	}
}

void ui_free(struct host *h, const struct host_adapter *a)
{
	struct ui_request *u, *next;

	for (u = TAILQ_FIRST(&h->ui); u; u = next) {
		next = TAILQ_NEXT(u, next);
		if (!a)
			forget(h, u);
		else if (u->adapter == a)
			u->adapter = NULL; /* the poll that was queued forgets it */
	}
}

unsigned ui_count(const struct host *h)
{
	const struct ui_request *u;
	unsigned n = 0;

	TAILQ_FOREACH(u, &h->ui, next)
	n++;
	return n;
}

void user_data_free(struct user_data *d)
{
	wipe(d->bytes, d->size);
	free(d->bytes);
	free(d->profile);
	free(d);
}

static struct user_data *find_user_data(struct host_adapter *a, uint32_t user)
{
	struct user_data *d;

	TAILQ_FOREACH(d, &a->host->user_data, next)
	if (d->user == user && a->profile && strcmp(d->profile, a->profile->name) == 0)
		return d;
	return NULL;
}

/* What AdapterReset or the end of the connection left without a profile has no place to be kept. */
static bool session_pending(const struct host_adapter *a, HANDLE session)
{
	return a->profile && a->connect_handle && handle_from_win(session) == a->connect_handle;
}

DWORD user_data_set(struct host_adapter *a, const struct function_call *call)
{
	uint32_t size = call->set_user_data.size;
	struct user_data *d, *old;

	if (!session_pending(a, call->set_user_data.session))
		return ERROR_INVALID_HANDLE;
	if (size > MODULE_USER_DATA_MAX || (size && !call->set_user_data.data))
		return ERROR_INVALID_PARAMETER;
	d = calloc(1, sizeof(*d));
	if (d) {
		d->bytes = malloc(size + 1u);
		d->profile = strdup(a->profile->name);
	}
	if (!d || !d->bytes || !d->profile) {
		if (d)
			user_data_free(d);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	d->user = call->set_user_data.user;
	d->size = size;
	if (size)
		memcpy(d->bytes, call->set_user_data.data, size);
	old = find_user_data(a, d->user);
	if (old) {
		TAILQ_REMOVE(&a->host->user_data, old, next);
		user_data_free(old);
	}
	TAILQ_INSERT_TAIL(&a->host->user_data, d, next);
	return ERROR_SUCCESS;
}

DWORD user_data_get(struct host_adapter *a, const struct function_call *call, struct crossing *x)
{
	const struct user_data *d;
	uint64_t handle = x->handle;
	DWORD error;

	if (!call->get_user_data.size || !call->get_user_data.data)
		return ERROR_INVALID_PARAMETER;
	if (!session_pending(a, call->get_user_data.session))
		return ERROR_INVALID_HANDLE;
	d = find_user_data(a, call->get_user_data.user);
	if (!d)
		return ERROR_NOT_FOUND;
	error = buffer_allocate(a->host, call, call->get_user_data.token, d->size, x);
	x->get_profile_custom_user_data.buffer = (uint32_t)x->handle;
	x->handle = handle;
	if (error)
		return error;
	memcpy(call->get_user_data.bytes, d->bytes, d->size);
	*call->get_user_data.data = call->get_user_data.token;
	*call->get_user_data.size = d->size;
	x->get_profile_custom_user_data.size = d->size;
	return ERROR_SUCCESS;
}

void user_data_wipe(struct host_adapter *a)
{
	struct user_data *d, *next;

	for (d = TAILQ_FIRST(&a->host->user_data); d; d = next) {
		next = TAILQ_NEXT(d, next);
		if (strcmp(d->profile, a->profile->name) != 0)
			continue;
		TAILQ_REMOVE(&a->host->user_data, d, next);
		user_data_free(d);
	}
}
