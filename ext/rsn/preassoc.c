// SPDX-License-Identifier: BSD-2-Clause
/*
 * Pre-association: from a profile to a radio that is ready to associate. The handler judges the
 * profile and picks a network; the rest takes time (the user may have to be asked, 4096 rounds of
 * PBKDF2), so a worker does it on its own copies and completes at its end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <wlanreason.h>

#include "base/wipe.h"
#include "profile.h"
#include "rsn.h"
#include "rsn_reason.h"
#include "wire/algorithm.h"
#include "wire/rsne.h"

enum {
	BACKLOG = 16, // received EAPOL packets that may wait for the handler
};

// What the worker has to do, its own until it ends.
struct job {
	struct adapter *adapter;
	uint64_t serial;
	HANDLE connect;
	struct profile profile;
	struct prepared result;
};

static const struct outcome success = {L2_REASON_CODE_SUCCESS, ERROR_SUCCESS};
static const struct outcome cancelled = {RSN_REASON_CANCELLED, ERROR_CANCELLED};
static const struct outcome no_memory = {RSN_REASON_MEMORY, ERROR_NOT_ENOUGH_MEMORY};
static const struct outcome bad_secret = {RSN_REASON_CREDENTIAL, ERROR_INVALID_PASSWORD};

// Whether the operation is still the adapter's. The lock is held.
static bool current(const struct job *job)
{
	return job->adapter->connect && job->adapter->serial == job->serial;
}

// Registered just before it is sent: the answer may be quicker than the call, but a logoff must not
// find a request that the host has not been told of. *ui is NULL if there is none to wait for.
static struct outcome send_ui_request(struct job *job, struct ui_request **ui)
{
	const struct choice *choice = &job->result.choice;
	struct adapter *a = job->adapter;
	struct outcome o = cancelled;

	adapter_lock(a);
	if (current(job)) {
		o = no_memory;
		*ui = ui_open(a, choice->ssid, choice->ssid_len);
	}
	if (*ui) {
		const DWORD error = rsn_host.Dot11ExtSendUIRequest(a->svc, ui_wire(*ui));
		o = error ? (struct outcome){WLAN_REASON_CODE_MSMSEC_UI_REQUEST_FAILURE, error}
			  : success;
	}
	pthread_mutex_unlock(&a->lock);
	return o;
}

static struct outcome ask_user(struct job *job)
{
	struct profile *p = &job->profile;
	struct ui_request *ui = NULL;
	struct outcome o = send_ui_request(job, &ui);

	if (!ui)
		return o;
	if (!o.error) {
		const int err = ui_wait(ui, p->secret, &p->secret_len);
		if (err == -ECANCELED)
			o = cancelled;
		else if (err || !profile_secret_ok(p->secret, p->secret_len))
			o = bad_secret;
	}
	ui_close(ui);
	return o;
}

// The PMK of the network, by a crypto object of its own: nothing of the passphrase stays behind in
// one that others go on to use.
static struct outcome derive_pmk(struct job *job)
{
	const struct choice *choice = &job->result.choice;

	if (!choice->akm)
		return success;
	if (job->profile.secret_len == 0) {
		const struct outcome o = ask_user(job);
		if (o.error)
			return o;
	}
	struct crypto *c = crypto_new();
	if (!c)
		return no_memory;
	const int err = crypto_wpa_psk(c, job->profile.secret, job->profile.secret_len,
		choice->ssid, choice->ssid_len, job->result.pmk);
	crypto_free(c);
	return err ? bad_secret : success;
}

static DWORD set_auth(struct job *job)
{
	const uint32_t akm = job->result.choice.akm;
	const DWORD auth = akm == AKM_PSK_SHA256 ? ALGORITHM_AUTH_PSK_SHA256
			   : akm                 ? ALGORITHM_AUTH_RSNA_PSK
						 : ALGORITHM_AUTH_OPEN;

	return rsn_host.Dot11ExtSetAuthAlgorithm(job->adapter->svc, auth);
}

static DWORD set_unicast(struct job *job)
{
	const DWORD cipher = job->result.choice.akm ? ALGORITHM_CIPHER_CCMP : ALGORITHM_CIPHER_NONE;

	return rsn_host.Dot11ExtSetUnicastCipherAlgorithm(job->adapter->svc, cipher);
}

static DWORD set_multicast(struct job *job)
{
	const struct choice *choice = &job->result.choice;
	const DWORD cipher = !choice->akm                   ? ALGORITHM_CIPHER_NONE
			     : choice->group == CIPHER_TKIP ? ALGORITHM_CIPHER_TKIP
							    : ALGORITHM_CIPHER_CCMP;

	return rsn_host.Dot11ExtSetMulticastCipherAlgorithm(job->adapter->svc, cipher);
}

// EAPOL comes to this module, and passes unencrypted until there is a pairwise key: the first
// handshake runs in the clear, a rekeying under the old key (802.11-2020, 12.6.21). The numbers are
// in network byte order. An open network needs neither.
static DWORD set_ethertypes(struct job *job)
{
	DOT11_PRIVACY_EXEMPTION exemption = {
		.usEtherType = IHV_ETHERTYPE_EAPOL,
		.usExemptionActionType = DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE,
		.usExemptionPacketType = DOT11_EXEMPT_BOTH,
	};
	USHORT registration = IHV_ETHERTYPE_EAPOL;
	const ULONG count = job->result.choice.akm ? 1 : 0;

	return rsn_host.Dot11ExtSetEtherTypeHandling(job->adapter->svc, BACKLOG, count,
		count ? &exemption : NULL, count, count ? &registration : NULL);
}

static DWORD set_exclude(struct job *job)
{
	return rsn_host.Dot11ExtSetExcludeUnencrypted(
		job->adapter->svc, job->result.choice.akm ? TRUE : FALSE);
}

static DWORD get_address(struct job *job)
{
	return job->result.choice.akm ? adapter_address(job->adapter, &job->result.address)
				      : ERROR_SUCCESS;
}

// Sets up the radio, in single steps between which a reset gets its turn. The lock is held.
static struct outcome configure(struct job *job)
{
	static DWORD (*const steps[])(struct job *) = {
		get_address,
		set_auth,
		set_unicast,
		set_multicast,
		set_ethertypes,
		set_exclude,
	};

	for (size_t i = 0; i < ARRAYSIZE(steps); i++) {
		adapter_yield(job->adapter);
		if (!current(job))
			return cancelled;
		const DWORD error = steps[i](job);
		if (error)
			return (struct outcome){RSN_REASON_HARDWARE, error};
	}
	return success;
}

static void *preassoc_main(void *arg)
{
	struct job *job = (struct job *)arg;
	struct adapter *a = job->adapter;

	worker_await_handler(a);
	struct outcome o = derive_pmk(job);
	adapter_lock(a);
	if (!o.error)
		o = configure(job);
	adapter_yield(a);
	if (current(job)) {
		if (!o.error) {
			a->prepared = job->result;
			a->prepared.ready = true;
		}
		a->connect = NULL; // it dies with this call
		(void)rsn_host.Dot11ExtPreAssociateCompletion(
			a->svc, job->connect, o.reason, o.error);
	}
	worker_finish(&a->preparer);
	pthread_mutex_unlock(&a->lock);
	wipe(job, sizeof(*job));
	free(job);
	return NULL;
}

HANDLE preassoc_end(struct adapter *a)
{
	const HANDLE pending = a->connect;

	a->connect = NULL;
	wipe(&a->prepared, sizeof(a->prepared));
	return pending;
}

static struct outcome read_job(struct job *job, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list)
{
	const struct outcome o = profile_read(params, conn, sec, &job->profile);

	if (!o.error && network_choose(list, &job->profile, params, &job->result.choice) != 0)
		return (struct outcome){RSN_REASON_NETWORK, ERROR_NOT_FOUND};
	return o;
}

// The job belongs to the worker if it was started. The lock is held.
static struct outcome start(struct adapter *a, struct job *job)
{
	worker_reap(&a->preparer);
	if (a->connect || a->preparer.started)
		return (struct outcome){RSN_REASON_STATE, ERROR_INVALID_STATE};
	wipe(&a->prepared, sizeof(a->prepared));
	job->serial = ++a->serial;
	a->connect = job->connect;
	if (worker_start(&a->preparer, preassoc_main, job) == 0)
		return success;
	a->connect = NULL;
	return no_memory;
}

static struct outcome perform(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list)
{
	struct adapter *a = (struct adapter *)ext;

	if (!a || !connect)
		return (struct outcome){RSN_REASON_ARGUMENT, ERROR_INVALID_PARAMETER};
	struct job *job = calloc(1, sizeof(*job));
	if (!job)
		return no_memory;
	job->adapter = a;
	job->connect = connect;
	struct outcome o = read_job(job, params, conn, sec, list);
	if (!o.error) {
		pthread_mutex_lock(&a->lock);
		o = start(a, job);
		pthread_mutex_unlock(&a->lock);
	}
	if (o.error) {
		wipe(job, sizeof(*job));
		free(job);
	}
	return o;
}

DWORD WINAPI rsn_perform_pre_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	const struct outcome o = perform(ext, connect, params, conn, sec, list);

	if (reason)
		*reason = o.reason;
	return o.error;
}
