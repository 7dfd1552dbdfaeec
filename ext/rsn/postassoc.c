// SPDX-License-Identifier: BSD-2-Clause
/*
 * Post-association: the security session of one association. With an RSN all of it happens in
 * ReceivePacket, on the handler's thread: the authenticator speaks first. An open network has
 * nothing to wait for, but its completion must come after the handler has returned, so a
 * worker gives it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "rsn.h"
#include "rsn_reason.h"
#include "wire/algorithm.h"
#include "wire/dot11.h"
#include "wire/rsne.h"

enum {
	PARAMS_MIN = SIZEOF_DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_1,
	REQUEST_FIXED = 2 + 2, // capability, listen interval (802.11-2020, 9.3.3.5)
	REASSOC_FIXED = REQUEST_FIXED + MAC_LEN,
	BEACON_FIXED = 8 + 2 + 2, // timestamp, interval, capability (9.3.3.2)
	HEADER_LEN = offsetof(DOT11_SECURITY_PACKET_HEADER, Data),
};

// The elements of the association that the handshake needs, in the host's memory.
struct exchanged {
	struct element own_rsne, own_rsnxe; // length 0 of an RSNXE: there is none
	struct element ap_rsne, ap_rsnxe;
};

static void complete(struct adapter *a, DWORD reason, DWORD error)
{
	DOT11_MAC_ADDRESS peer;

	memcpy(peer, a->session.ap.b, sizeof(peer));
	a->session.completed = true;
	(void)rsn_host.Dot11ExtPostAssociateCompletion(a->svc, a->session.id, &peer, reason, error);
}

static int on_send(void *user, const void *pdu, size_t len)
{
	struct adapter *a = (struct adapter *)user;

	return sends_send(a, &a->session.ap, pdu, len) ? -EIO : 0;
}

static int on_pairwise(void *user, const uint8_t tk[SUPPLICANT_TK_LEN])
{
	struct adapter *a = (struct adapter *)user;

	a->session.radio_error = keys_set_pairwise(a->svc, &a->session.ap, tk);
	return a->session.radio_error ? -EIO : 0;
}

static int on_group(void *user, const struct supplicant_group_key *key)
{
	struct adapter *a = (struct adapter *)user;

	a->session.radio_error = keys_set_group(a->svc, &a->session.ap, key);
	return a->session.radio_error ? -EIO : 0;
}

// On the stack of ReceivePacket, so PerformPostAssociate has returned.
static void on_done(void *user, enum supplicant_result result)
{
	struct adapter *a = (struct adapter *)user;

	switch (result) {
	case SUPPLICANT_PENDING:
		break;
	case SUPPLICANT_OK:
		complete(a, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
		break;
	case SUPPLICANT_CREDENTIAL:
		complete(a, RSN_REASON_CREDENTIAL, ERROR_LOGON_FAILURE);
		break;
	case SUPPLICANT_MISMATCH:
		complete(a, RSN_REASON_MISMATCH, ERROR_INVALID_DATA);
		break;
	case SUPPLICANT_KEY_FAILURE:
		complete(a, RSN_REASON_HARDWARE, a->session.radio_error);
		break;
	}
}

static const struct supplicant_ops operations = {
	.send = on_send,
	.install_pairwise = on_pairwise,
	.install_group = on_group,
	.done = on_done,
};

// An RSNE and perhaps an RSNXE of elements that begin after `skip` octets.
static int find_elements(
	struct reader area, size_t skip, struct element *rsne, struct element *rsnxe)
{
	reader_skip(&area, skip);
	const size_t len = reader_left(&area);
	if (!reader_ok(&area) || elements_check(area.pos, len) != 0 ||
		element_find(area.pos, len, D11_EID_RSN, rsne) != 0)
		return -EBADMSG;
	if (element_find(area.pos, len, D11_EID_RSNX, rsnxe) != 0)
		*rsnxe = (struct element){0};
	return 0;
}

// The area is a frame body without its MAC header; `fixed` is the length of what comes before the
// elements. The offset counts from the start of the parameters.
static int read_area(struct reader params, ULONG offset, ULONG size, size_t fixed,
	struct element *rsne, struct element *rsnxe)
{
	reader_skip(&params, offset);
	const struct reader area = reader_sub(&params, size);
	if (!reader_ok(&params) || offset < PARAMS_MIN)
		return -EBADMSG;
	return find_elements(area, fixed, rsne, rsnxe);
}

static int read_exchanged(
	const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *p, struct reader all, struct exchanged *out)
{
	int err = read_area(all, p->uAssocReqOffset, p->uAssocReqSize,
		p->bReAssocReq ? REASSOC_FIXED : REQUEST_FIXED, &out->own_rsne, &out->own_rsnxe);
	if (!err)
		err = read_area(all, p->uBeaconOffset, p->uBeaconSize, BEACON_FIXED, &out->ap_rsne,
			&out->ap_rsnxe);
	return err;
}

// The radio must have asked for exactly what was prepared: this AKM, pairwise CCMP, and the group
// cipher of the network.
static bool own_rsne_suits(const struct rsne *own, const struct choice *choice)
{
	return own->akm_count == 1 && own->akm[0] == choice->akm && own->pairwise_count == 1 &&
	       own->pairwise[0] == CIPHER_CCMP_128 && own->group == choice->group;
}

// Whether both sides have what the other requires. It is the radio that says for ours.
static bool mfp_agrees(const struct rsne *own, const struct rsne *ap)
{
	const unsigned both = own->capabilities & ap->capabilities;
	const unsigned either = own->capabilities | ap->capabilities;

	return both & RSN_CAP_MFPC || !(either & RSN_CAP_MFPR);
}

// 802.11-2020, 12.6.3: management frames are protected when both are capable of it, by the cipher
// that the association request names.
static bool negotiate(
	const struct exchanged *x, const struct choice *choice, struct supplicant_config *config)
{
	struct rsne own, ap;

	if (rsne_parse(x->own_rsne.data, x->own_rsne.len, &own) != 0 ||
		rsne_parse(x->ap_rsne.data, x->ap_rsne.len, &ap) != 0)
		return false;
	if (!own_rsne_suits(&own, choice) || !mfp_agrees(&own, &ap) ||
		crypto_akm_of_suite(choice->akm, &config->akm) != 0)
		return false;
	config->group = choice->group == CIPHER_TKIP ? SUPPLICANT_TKIP : SUPPLICANT_CCMP;
	config->mfp = own.capabilities & ap.capabilities & RSN_CAP_MFPC;
	return !config->mfp || own.group_mgmt == CIPHER_BIP_CMAC_128;
}

static size_t element_size(const struct element *e)
{
	return e->len ? (size_t)e->len + 2 : 0;
}

static struct supplicant_element copy_element(struct writer *w, const struct element *e)
{
	const uint8_t *at = w->buf + w->len;
	const size_t size = element_size(e);

	if (size)
		writer_put(w, e->data - 2, size);
	return (struct supplicant_element){at, size};
}

// Copies the elements to memory of the adapter, which grows only when they do.
static int copy_elements(
	struct adapter *a, const struct exchanged *x, struct supplicant_config *config)
{
	const size_t need = element_size(&x->own_rsne) + element_size(&x->own_rsnxe) +
			    element_size(&x->ap_rsne) + element_size(&x->ap_rsnxe);

	if (need > a->elements_cap) {
		uint8_t *bigger = realloc(a->elements, need);
		if (!bigger)
			return -ENOMEM;
		a->elements = bigger;
		a->elements_cap = need;
	}
	struct writer w = writer_init(a->elements, need);
	config->own = copy_element(&w, &x->own_rsne);
	config->own.len += copy_element(&w, &x->own_rsnxe).len; // one behind the other
	config->ap_rsne = copy_element(&w, &x->ap_rsne);
	config->ap_rsnxe = copy_element(&w, &x->ap_rsnxe);
	return writer_ok(&w) ? 0 : -EMSGSIZE;
}

static DWORD start_rsn(
	struct adapter *a, const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *params, struct reader all)
{
	const struct prepared *p = &a->prepared;
	struct supplicant_config config = {
		.pmk = p->pmk, .ap = a->session.ap, .station = p->address};
	struct exchanged x;

	if (read_exchanged(params, all, &x) != 0 || !negotiate(&x, &p->choice, &config))
		return ERROR_INVALID_DATA;
	if (copy_elements(a, &x, &config) != 0)
		return ERROR_NOT_ENOUGH_MEMORY;
	if (supplicant_begin(&a->session.supplicant, &config, &operations, a) != 0)
		return ERROR_INVALID_DATA;
	return ERROR_SUCCESS;
}

static void *open_main(void *arg)
{
	struct adapter *a = (struct adapter *)arg;

	worker_await_handler(a);
	adapter_lock(a);
	if (a->session.live && a->session.opening) {
		a->session.opening = false;
		complete(a, L2_REASON_CODE_SUCCESS, ERROR_SUCCESS);
	}
	worker_finish(&a->opener);
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static DWORD start_open(struct adapter *a)
{
	if (a->opener.started)
		return ERROR_INVALID_STATE;
	a->session.opening = true;
	return worker_start(&a->opener, open_main, a) ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
}

static DWORD auth_of(const struct choice *choice)
{
	return choice->akm == AKM_PSK_SHA256 ? ALGORITHM_AUTH_PSK_SHA256
	       : choice->akm                 ? ALGORITHM_AUTH_RSNA_PSK
					     : ALGORITHM_AUTH_OPEN;
}

// The lock is held.
static DWORD start(struct adapter *a, HANDLE id, const DOT11_PORT_STATE *port,
	const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *params, struct reader all)
{
	DWORD error;

	worker_reap(&a->preparer); // gives its stack back
	worker_reap(&a->opener);
	if (a->session.live || !a->prepared.ready)
		return ERROR_INVALID_STATE;
	if ((DWORD)params->AuthAlgo != auth_of(&a->prepared.choice))
		return ERROR_INVALID_DATA;
	a->session.id = id;
	a->session.ap = mac_from_bytes(port->PeerMacAddress);
	a->session.live = true;
	if (a->prepared.choice.akm)
		error = start_rsn(a, params, all);
	else
		error = start_open(a);
	if (error)
		(void)postassoc_end(a); // no completion for it
	return error;
}

DWORD WINAPI rsn_perform_post_associate(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port,
	ULONG size, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct adapter *a = (struct adapter *)ext;
	DOT11_ASSOCIATION_COMPLETION_PARAMETERS fixed = {0};

	if (!a || !session || !port || !params || size < PARAMS_MIN)
		return ERROR_INVALID_PARAMETER;
	memcpy(&fixed, params, PARAMS_MIN);
	pthread_mutex_lock(&a->lock);
	const DWORD error = start(a, session, port, &fixed, reader_init(params, size));
	pthread_mutex_unlock(&a->lock);
	wipe_stack(); // the PMK was copied
	return error;
}

HANDLE postassoc_end(struct adapter *a)
{
	const HANDLE pending = a->session.live && !a->session.completed ? a->session.id : NULL;

	supplicant_end(&a->session.supplicant);
	wipe(&a->session, sizeof(a->session));
	return pending;
}

// The lock is held. What is not EAPOL of the session's AP does not concern this module.
static void receive(struct adapter *a, struct reader packet)
{
	const uint16_t eapol = LLC_ETHERTYPE_EAPOL;

	const uint8_t *peer = reader_take(&packet, MAC_LEN);
	if (reader_be16(&packet) != eapol || !a->session.live ||
		memcmp(peer, a->session.ap.b, MAC_LEN) != 0)
		return;
	struct crypto *c = crypto_take();
	if (!c)
		return;
	supplicant_receive(&a->session.supplicant, c, packet.pos, reader_left(&packet));
	crypto_give(c);
}

DWORD WINAPI rsn_receive_packet(HANDLE ext, DWORD size, LPVOID packet)
{
	struct adapter *a = (struct adapter *)ext;

	if (!a)
		return ERROR_INVALID_HANDLE;
	if (!packet || size < HEADER_LEN)
		return ERROR_INVALID_PARAMETER;
	adapter_lock(a); // a Stop that is waiting goes first
	receive(a, reader_init(packet, size));
	pthread_mutex_unlock(&a->lock);
	return ERROR_SUCCESS;
}
