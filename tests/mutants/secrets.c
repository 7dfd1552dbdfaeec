// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes with secrets of the WPA2-Personal base: X-58. Each leaves a copy somewhere. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "rsn.h"

static struct rsn_key kept;

/* To be set again when the radio wakes up. */
static DWORD WINAPI x58_static_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	rsn_keep_mapping(&kept, key);
	return host.Dot11ExtSetKeyMappingKey(svc, key);
}

const struct mutation x58_static = {.calls.Dot11ExtSetKeyMappingKey = x58_static_mapping};

/* A copy on the heap, freed as it is. */
static DWORD WINAPI x58_heap_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	struct rsn_key *copy = calloc(1, sizeof(*copy));
	DWORD error = ERROR_NOT_ENOUGH_MEMORY;

	if (copy) {
		rsn_keep_mapping(copy, key);
		error = host.Dot11ExtSetKeyMappingKey(svc, &copy->value.mapping);
	}
	free(copy);
	return error;
}

const struct mutation x58_heap = {.calls.Dot11ExtSetKeyMappingKey = x58_heap_mapping};

/* A thread sets the key, from its own stack. */
struct request {
	HANDLE svc;
	PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key;
	DWORD error;
};

static void *set_from_stack(void *arg)
{
	struct request *r = arg;
	struct rsn_key copy;

	rsn_keep_mapping(&copy, r->key);
	r->error = host.Dot11ExtSetKeyMappingKey(r->svc, &copy.value.mapping);
	return NULL;
}

static DWORD WINAPI x58_stack_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	struct request r = {.svc = svc, .key = key};
	pthread_t thread;

	if (pthread_create(&thread, NULL, set_from_stack, &r))
		return ERROR_NOT_ENOUGH_MEMORY;
	pthread_join(thread, NULL);
	return r.error;
}

const struct mutation x58_stack = {.calls.Dot11ExtSetKeyMappingKey = x58_stack_mapping};

/* The text of the profile, which has the passphrase, is copied to be read at leisure. */
static DWORD WINAPI x58_perform(HANDLE ext, HANDLE connect, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	DOT11EXT_IHV_SECURITY_PROFILE own = {.bUseMSOnex = sec ? sec->bUseMSOnex : FALSE};
	size_t n = 0;
	DWORD error;

	while (sec && sec->pszXmlFragmentIhvSecurity && sec->pszXmlFragmentIhvSecurity[n])
		n++;
	own.pszXmlFragmentIhvSecurity = calloc(n + 1, sizeof(WCHAR));
	if (n && own.pszXmlFragmentIhvSecurity)
		memcpy(own.pszXmlFragmentIhvSecurity, sec->pszXmlFragmentIhvSecurity,
			n * sizeof(WCHAR));
	error = base.Dot11ExtIhvPerformPreAssociate(ext, connect, params, conn, &own, list, reason);
	free(own.pszXmlFragmentIhvSecurity);
	return error;
}

const struct mutation x58_passphrase = {.handlers.Dot11ExtIhvPerformPreAssociate = x58_perform};

/* Wiped where a session is stopped, but not where a reset comes first. */
static DWORD WINAPI x58_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	const DWORD error = base.Dot11ExtIhvStopPostAssociate(ext, peer, status);

	if (status != DOT11_ASSOC_STATUS_DISASSOCIATED_BY_OS)
		memset(&kept, 0, sizeof(kept));
	return error;
}

const struct mutation x58_by_os = {.calls.Dot11ExtSetKeyMappingKey = x58_static_mapping,
	.handlers.Dot11ExtIhvStopPostAssociate = x58_stop};

/* What a developer wants to see. */
static DWORD WINAPI x58_log_mapping(HANDLE svc, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
	USHORT i;

	fputs("pairwise key ", stderr);
	for (i = offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey); i < key->usKeyLength; i++)
		fprintf(stderr, "%02x", key->ucKey[i]);
	fputc('\n', stderr);
	return host.Dot11ExtSetKeyMappingKey(svc, key);
}

const struct mutation x58_logged = {.calls.Dot11ExtSetKeyMappingKey = x58_log_mapping};
