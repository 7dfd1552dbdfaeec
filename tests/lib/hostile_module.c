// SPDX-License-Identifier: BSD-2-Clause
/* What a module does that connects to an open network; as fake_module.c, in messages. */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/hostile_internal.h"

#define ETHERTYPE_EAPOL_LE 0x8E88 /* 88 8E in memory */
#define CCMP_KEY_BYTES     28     /* packet number, padding, length, 16 bytes of key */

static void remember(struct hostile *h, HANDLE handle)
{
	if (handle)
		h->handles[h->nhandles++ % HOSTILE_HANDLES] = handle;
}

static HANDLE svc_of(const struct hostile *h, HANDLE ext)
{
	uintptr_t i = (uintptr_t)ext;

	return i && i <= 4 ? h->svcs[i - 1] : NULL;
}

static void later(struct hostile *h, enum crossing_fn fn, const struct handler_call *c)
{
	struct hostile_pending *p = &h->pending[h->npending];

	if (h->npending == HOSTILE_PENDING)
		return;
	h->npending++;
	*p = (struct hostile_pending){.fn = fn, .svc = svc_of(h, c->adapter)};
	p->session = c->fn == FN_PERFORM_POST_ASSOCIATE ? c->perform_post_associate.session
							: c->profile.session;
	memcpy(p->peer, h->peer, sizeof(p->peer));
}

static void drop(struct hostile *h, HANDLE svc)
{
	unsigned i, kept = 0;

	for (i = 0; i < h->npending; i++)
		if (h->pending[i].svc != svc)
			h->pending[kept++] = h->pending[i];
	h->npending = kept;
}

void hostile_learn(struct hostile *h, const struct handler_call *c)
{
	switch (c->fn) {
	case FN_INIT_ADAPTER:
		remember(h, c->init_adapter.svc);
		h->svcs[h->nsvcs++ % 4] = c->init_adapter.svc;
		break;
	case FN_PERFORM_PRE_ASSOCIATE:
		remember(h, c->profile.session);
		h->session = c->profile.session;
		later(h, FN_SET_AUTH_ALGORITHM, c);
		later(h, FN_SET_UNICAST_CIPHER_ALGORITHM, c);
		later(h, FN_PRE_ASSOCIATE_COMPLETION, c);
		break;
	case FN_PERFORM_POST_ASSOCIATE:
		remember(h, c->perform_post_associate.session);
		h->session = c->perform_post_associate.session;
		memcpy(h->peer, c->perform_post_associate.port->PeerMacAddress, sizeof(h->peer));
		later(h, FN_SEND_PACKET, c);
		if (h->config.honest) {
			later(h, FN_POST_ASSOCIATE_COMPLETION, c);
			break;
		}
		later(h, FN_SET_KEY_MAPPING_KEY, c);
		later(h, FN_SET_DEFAULT_KEY, c);
		break;
	case FN_ADAPTER_RESET:
	case FN_STOP_POST_ASSOCIATE:
	case FN_DEINIT_ADAPTER:
		drop(h, svc_of(h, c->adapter));
		break;
	default: /* nothing to learn, nothing to do later */
		break;
	}
}

void hostile_handle(struct hostile *h, struct handler_call *c)
{
	switch (c->fn) {
	case FN_GET_VERSION_INFO:
		*c->get_version_info.version = (DOT11_IHV_VERSION_INFO){0, 0};
		break;
	case FN_INIT_SERVICE:
		c->init_service.handlers = 19;
		break;
	case FN_INIT_ADAPTER:
		c->init_adapter.ext = (HANDLE)(uintptr_t)((h->nsvcs - 1) % 4 + 1);
		break;
	case FN_PERFORM_PRE_ASSOCIATE:
	case FN_VALIDATE_PROFILE:
	case FN_PERFORM_CAPABILITY_MATCH:
		*c->profile.reason = 0;
		break;
	case FN_CREATE_DISCOVERY_PROFILES:
		*c->create_discovery_profiles.reason = 0;
		break;
	case FN_QUERY_UI_REQUEST:
		c->result = ERROR_CALL_NOT_IMPLEMENTED;
		break;
	case FN_CONTROL:
		*c->control.returned = 0;
		break;
	default: /* success says all */
		break;
	}
}

static void ethertypes(struct hostile *h, struct function_call *f)
{
	h->samples.types[0] = ETHERTYPE_EAPOL_LE;
	f->set_ethertype_handling.backlog = 0;
	f->set_ethertype_handling.exemptions = 0;
	f->set_ethertype_handling.exemption = NULL;
	f->set_ethertype_handling.types = 1;
	f->set_ethertype_handling.type = h->samples.types;
}

bool hostile_first(struct hostile *h, const struct handler_call *c, struct function_call *f)
{
	if (c->fn != FN_INIT_ADAPTER)
		return false;
	*f = (struct function_call){.fn = FN_SET_ETHERTYPE_HANDLING, .svc = c->init_adapter.svc};
	ethertypes(h, f);
	return true;
}

static void fill_key(struct hostile *h, struct function_call *f, const UCHAR *peer)
{
	samples_fill(&h->samples, 0);
	if (f->fn == FN_SET_DEFAULT_KEY) {
		h->samples.default_key.room[offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + 8] =
			16;
		h->samples.default_key.v.usKeyLength = CCMP_KEY_BYTES;
		f->set_default_key.key = &h->samples.default_key.v;
		f->set_default_key.direction = DOT11_DIR_INBOUND;
	} else {
		memcpy(h->samples.mapping_key.v.PeerMacAddr, peer, sizeof(DOT11_MAC_ADDRESS));
		h->samples.mapping_key
			.room[offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + 8] = 16;
		f->set_key_mapping_key.key = &h->samples.mapping_key.v;
	}
}

static void fill(struct hostile *h, const struct hostile_pending *p, struct function_call *f)
{
	static const uint8_t eapol_start[] = {0x88, 0x8E, 2, 1, 0, 0};

	switch (p->fn) {
	case FN_SEND_PACKET:
		memcpy(h->samples.bytes, p->peer, sizeof(p->peer));
		memcpy(h->samples.bytes + 6, eapol_start, sizeof(eapol_start));
		f->send_packet.length = 6 + sizeof(eapol_start);
		f->send_packet.packet = h->samples.bytes;
		f->send_packet.send = (HANDLE)++h->sends;
		break;
	case FN_SET_KEY_MAPPING_KEY:
	case FN_SET_DEFAULT_KEY:
		fill_key(h, f, p->peer);
		break;
	case FN_SET_AUTH_ALGORITHM:
		f->set.value =
			h->config.secure ? DOT11_AUTH_ALGO_RSNA_PSK : DOT11_AUTH_ALGO_80211_OPEN;
		break;
	case FN_SET_UNICAST_CIPHER_ALGORITHM:
		f->set.value = h->config.secure ? DOT11_CIPHER_ALGO_CCMP : DOT11_CIPHER_ALGO_NONE;
		break;
	default: /* completions, of success */
		f->completion.session = p->session;
		break;
	}
}

int hostile_next(struct hostile *h)
{
	const struct message m = {.type = MESSAGE_FUNCTION, .thread = 1};
	struct message to_send = m;
	struct hostile_pending p;
	struct function_call f;

	if (h->waiting || !h->npending)
		return 0;
	p = h->pending[0];
	memmove(&h->pending[0], &h->pending[1], --h->npending * sizeof(p));
	f = (struct function_call){.fn = p.fn, .svc = p.svc};
	fill(h, &p, &f);
	hostile_put_function(h, &f);
	h->waiting = true;
	to_send.fn = (uint16_t)p.fn;
	return hostile_send(h, to_send);
}

static size_t block_size(void *user, const void *p)
{
	const struct hostile *h = user;
	unsigned i;

	for (i = 0; i < HOSTILE_BLOCKS; i++)
		if (p == h->blocks[i])
			return sizeof(h->blocks[i]);
	return SIZE_MAX;
}

void hostile_put_function(struct hostile *h, const struct function_call *f)
{
	const struct block_source blocks = {.size = block_size, .user = h};
	struct writer w = writer_init(h->outbox + MESSAGE_HEADER, HOSTILE_ROOM);

	message_put_function(&w, f, &blocks);
	if (!writer_ok(&w))
		abort();
	h->outbox_length = w.len;
}
