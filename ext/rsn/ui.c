// SPDX-License-Identifier: BSD-2-Clause
/*
 * Asking the user for a passphrase. The request goes out by Dot11ExtSendUIRequest; its answer comes
 * back, named by a GUID only, in ProcessUIResponse. A worker waits in between.
 *
 * What a UI extension needs to know of it: UIPageClsid below; pvUIRequest is the text to show,
 * terminated UTF-16; the response is the passphrase, UTF-16, with or without a terminator. An empty
 * response means that the user declined.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf16.h"
#include "base/wipe.h"
#include "rsn.h"

#define PROMPT "Passphrase for the wireless network "

enum {
	PROMPT_MAX = 160, // units: the words, 64 hex digits at most, the terminator
};

enum ui_state {
	UI_PENDING,
	UI_ANSWERED,
	UI_CANCELLED,
};

struct ui_request {
	struct ui_request *next;
	const struct adapter *owner;
	enum ui_state state;
	DOT11EXT_IHV_UI_REQUEST wire;
	WCHAR prompt[PROMPT_MAX];
	bool valid; // the answer is text
	size_t len;
	char answer[UI_ANSWER_MAX];
};

// {5B8C1F6E-2A47-4D0B-9C36-7E51D3A0F482}: the page that asks for a passphrase.
static const CLSID page = {
	0x5b8c1f6e, 0x2a47, 0x4d0b, {0x9c, 0x36, 0x7e, 0x51, 0xd3, 0xa0, 0xf4, 0x82}};

// Module-wide because a response does not say which adapter it is about.
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed; // the state of some request
	struct ui_request *requests;
	DWORD session;
} ui = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

void ui_set_session(DWORD session)
{
	pthread_mutex_lock(&ui.lock);
	ui.session = session;
	pthread_mutex_unlock(&ui.lock);
}

// The prompt with the network's name, or with its octets in hexadecimal if they are no text.
static void write_prompt(struct ui_request *r, const uint8_t *ssid, size_t ssid_len)
{
	char text[sizeof(PROMPT) + 2 * DOT11_SSID_MAX_LENGTH];
	const size_t words = sizeof(PROMPT) - 1;
	size_t len = words;
	uint16_t *wide = NULL;
	size_t units = 0;

	memcpy(text, PROMPT, words);
	if (utf8_valid((const char *)ssid, ssid_len)) {
		memcpy(text + words, ssid, ssid_len);
		len += ssid_len;
	} else {
		hex_encode(ssid, ssid_len, text + words);
		len += 2 * ssid_len;
	}
	if (utf8_to_utf16(text, len, &wide, &units) == 0 && units < PROMPT_MAX)
		memcpy(r->prompt, wide, units * sizeof(*wide));
	else
		units = 0;
	free(wide);
	r->wire.pvUIRequest = (BYTE *)r->prompt;
	r->wire.dwByteCount = (DWORD)((units + 1) * sizeof(r->prompt[0]));
}

struct ui_request *ui_open(struct adapter *owner, const uint8_t *ssid, size_t ssid_len)
{
	struct ui_request *r = calloc(1, sizeof(*r));

	if (!r || crypto_random(&r->wire.guidUIRequest, sizeof(GUID)) != 0) {
		free(r);
		return NULL;
	}
	r->owner = owner;
	r->wire.guidUIRequest.Data3 = (r->wire.guidUIRequest.Data3 & 0x0fff) | 0x4000; // RFC 4122
	r->wire.guidUIRequest.Data4[0] = (r->wire.guidUIRequest.Data4[0] & 0x3f) | 0x80;
	r->wire.UIPageClsid = page;
	write_prompt(r, ssid, ssid_len);
	pthread_mutex_lock(&ui.lock);
	r->wire.dwSessionId = ui.session;
	r->next = ui.requests;
	ui.requests = r;
	pthread_mutex_unlock(&ui.lock);
	return r;
}

PDOT11EXT_IHV_UI_REQUEST ui_wire(struct ui_request *r)
{
	return &r->wire;
}

int ui_wait(struct ui_request *r, char answer[UI_ANSWER_MAX], size_t *len)
{
	pthread_mutex_lock(&ui.lock);
	while (r->state == UI_PENDING)
		pthread_cond_wait(&ui.changed, &ui.lock);
	int err = 0;
	if (r->len == 0) // cancelled, or declined
		err = -ECANCELED;
	if (!r->valid && !err)
		err = -EINVAL;
	if (!err) {
		memcpy(answer, r->answer, r->len);
		*len = r->len;
	}
	pthread_mutex_unlock(&ui.lock);
	return err;
}

void ui_close(struct ui_request *r)
{
	pthread_mutex_lock(&ui.lock);
	struct ui_request **at = &ui.requests;
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	pthread_mutex_unlock(&ui.lock);
	wipe(r, sizeof(*r));
	free(r);
}

void ui_cancel(const struct adapter *owner)
{
	pthread_mutex_lock(&ui.lock);
	for (struct ui_request *r = ui.requests; r; r = r->next) {
		if (r->state == UI_PENDING && (!owner || r->owner == owner))
			r->state = UI_CANCELLED;
	}
	pthread_cond_broadcast(&ui.changed);
	pthread_mutex_unlock(&ui.lock);
}

// The lock is held.
static struct ui_request *find_pending(const GUID *id)
{
	for (struct ui_request *r = ui.requests; r; r = r->next) {
		if (r->state == UI_PENDING && memcmp(&r->wire.guidUIRequest, id, sizeof(*id)) == 0)
			return r;
	}
	return NULL;
}

// A passphrase has ASCII characters only. More than fit leave it invalid, but not empty.
static void read_answer(struct ui_request *r, const uint8_t *p, size_t size)
{
	WCHAR unit;

	r->valid = size % sizeof(unit) == 0;
	r->len = 0;
	for (size_t at = 0; at + sizeof(unit) <= size; at += sizeof(unit)) {
		memcpy(&unit, p + at, sizeof(unit));
		if (unit == 0)
			return;
		if (unit > 126 || r->len == sizeof(r->answer)) {
			r->valid = false;
			r->len = sizeof(r->answer);
			return;
		}
		r->answer[r->len++] = (char)unit;
	}
}

DWORD WINAPI rsn_process_ui_response(GUID id, DWORD size, LPVOID response)
{
	pthread_mutex_lock(&ui.lock);
	struct ui_request *r = find_pending(&id);
	if (r) {
		read_answer(r, (const uint8_t *)response, response ? size : 0);
		r->state = UI_ANSWERED;
		pthread_cond_broadcast(&ui.changed);
	}
	pthread_mutex_unlock(&ui.lock);
	return r ? ERROR_SUCCESS : ERROR_NOT_FOUND;
}

DWORD WINAPI rsn_is_ui_request_pending(GUID id, PBOOL pending)
{
	if (!pending)
		return ERROR_INVALID_PARAMETER;
	pthread_mutex_lock(&ui.lock);
	*pending = find_pending(&id) ? TRUE : FALSE;
	pthread_mutex_unlock(&ui.lock);
	return ERROR_SUCCESS;
}
