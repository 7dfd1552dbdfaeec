// SPDX-License-Identifier: BSD-2-Clause
/*
 * The template, which touches memory that is not, or no longer, its own: one trespass, chosen by
 * FAULT when it is built. Page guards must see it, and the module must go on.
 */
#include "template.h"

#include <signal.h>

#define TOUCH_NOTHING        0
#define TOUCH_PORT           1  /* writes the port state */
#define TOUCH_ASSOCIATION    2  /* writes the association parameters */
#define TOUCH_PACKET         3  /* writes the received packet */
#define TOUCH_KEPT_PACKET    4  /* reads the packet before when the next comes */
#define TOUCH_KEPT_PORT      5  /* writes the port state when that is stopped */
#define TOUCH_KEPT_NETWORKS  6  /* a thread reads the list of networks after the handler */
#define TOUCH_TABLE          7  /* InitAdapter reads InitService's argument */
#define TOUCH_SENT_FREED     8  /* frees a packet that is on its way */
#define TOUCH_SENT           9  /* writes a packet that is on its way */
#define TOUCH_FREED          10 /* reads a buffer that it has freed */
#define TOUCH_GIVEN_UI       11 /* reads the request that it gave through QueryUIRequest */
#define TOUCH_GIVEN_PROFILES 12 /* writes the profiles of CreateDiscoveryProfiles */
#define TOUCH_BESIDE_SENT    13 /* no trespass: writes its own data beside such a packet */
#define TOUCH_BEHIND_PACKET  14 /* reads past the end of the received packet */
#define TOUCH_PACKET_TWICE   15 /* reads the packet before, and writes to it */
#define TOUCH_FRAGMENT       16 /* reads the profile's fragment in the next handler */
#define TOUCH_RAISE          17 /* no memory: sends itself the signal */

#define PACKET_SIZE 64

static const volatile void *kept;
static volatile UCHAR seen; /* so that a read is one */

static void look(const volatile void *p)
{
	if (p)
		seen = *(const volatile UCHAR *)p;
}

static void scribble(const volatile void *p)
{
	*(volatile UCHAR *)(uintptr_t)p = 0xA5;
}

/* ---- Sending. ---- */

static UCHAR *sent; /* the block */

static void send_and_touch(HANDLE ext)
{
	struct adapter *a = ext;
	LPVOID p = NULL;

	if (host.Dot11ExtAllocateBuffer(2 * PACKET_SIZE, &p) != ERROR_SUCCESS)
		return;
	sent = p;
	memset(p, 0x42, 2 * PACKET_SIZE);
	sent[0] = 0; /* unicast */
	host.Dot11ExtSendPacket(a->svc, PACKET_SIZE, p, p);
	if (FAULT == TOUCH_SENT_FREED)
		host.Dot11ExtFreeBuffer(p);
	if (FAULT == TOUCH_SENT)
		sent[PACKET_SIZE - 1]++;
	if (FAULT == TOUCH_BESIDE_SENT)
		sent[PACKET_SIZE]++;
}

static DWORD WINAPI touch_send_completion(HANDLE send)
{
	if (FAULT != TOUCH_SENT_FREED) {
		sent[0]++; /* its own again */
		host.Dot11ExtFreeBuffer(send);
	}
	return ERROR_SUCCESS;
}

static void free_and_touch(void)
{
	LPVOID p = NULL;

	if (host.Dot11ExtAllocateBuffer(PACKET_SIZE, &p) != ERROR_SUCCESS)
		return;
	host.Dot11ExtFreeBuffer(p);
	look(p);
	/* A call that comes after it. */
	if (host.Dot11ExtAllocateBuffer(0, &p) == ERROR_SUCCESS)
		host.Dot11ExtFreeBuffer(p);
}

/* ---- Handlers. ---- */

static void *read_kept(void *unused)
{
	look(kept);
	return unused;
}

static DWORD WINAPI touch_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	if (FAULT == TOUCH_TABLE)
		look(kept);
	return init_adapter(adapter, svc, ext);
}

static DWORD WINAPI touch_pre_associate(HANDLE ext, HANDLE connect,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
	PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST networks, PDWORD reason)
{
	if (FAULT == TOUCH_KEPT_NETWORKS)
		kept = networks;
	if (FAULT == TOUCH_FRAGMENT && connectivity)
		kept = connectivity->pszXmlFragmentIhvConnectivity;
	return perform_pre_associate(
		ext, connect, params, connectivity, security, networks, reason);
}

static DWORD WINAPI touch_post_associate(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port,
	ULONG bytes, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	DWORD error = perform_post_associate(ext, session, port, bytes, params);
	pthread_t thread;

	switch (FAULT) {
	case TOUCH_PORT:
		port->bPortAuthorized = TRUE;
		break;
	case TOUCH_ASSOCIATION:
		scribble((UCHAR *)params + bytes - 1);
		break;
	case TOUCH_KEPT_PORT:
		kept = port;
		break;
	case TOUCH_KEPT_NETWORKS:
		if (pthread_create(&thread, NULL, read_kept, NULL) == 0)
			pthread_join(thread, NULL);
		break;
	case TOUCH_FRAGMENT:
		look(kept);
		break;
	case TOUCH_SENT_FREED:
	case TOUCH_SENT:
	case TOUCH_BESIDE_SENT:
		send_and_touch(ext);
		break;
	case TOUCH_FREED:
		free_and_touch();
		break;
	default: /* the others touch elsewhere */
		break;
	}
	return error;
}

static DWORD WINAPI touch_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	if (FAULT == TOUCH_GIVEN_UI)
		look(kept);
	if ((FAULT == TOUCH_KEPT_PORT || FAULT == TOUCH_GIVEN_PROFILES) && kept)
		scribble(kept);
	return stop_post_associate(ext, peer, status);
}

static DWORD WINAPI touch_receive(HANDLE ext, DWORD length, LPVOID packet)
{
	if (FAULT == TOUCH_PACKET)
		scribble((UCHAR *)packet + length - 1);
	if (FAULT == TOUCH_RAISE && !kept) {
		kept = packet; /* once */
		raise(SIGSEGV);
	}
	if (FAULT == TOUCH_BEHIND_PACKET)
		look((UCHAR *)packet + length);
	if (FAULT == TOUCH_KEPT_PACKET || FAULT == TOUCH_PACKET_TWICE) {
		look(kept);
		if (FAULT == TOUCH_PACKET_TWICE && kept)
			scribble(kept);
		kept = packet;
	}
	return ERROR_SUCCESS;
}

static DWORD WINAPI touch_query_ui(
	HANDLE ext, DOT11EXT_IHV_CONNECTION_PHASE phase, PDOT11EXT_IHV_UI_REQUEST *request)
{
	LPVOID p = NULL;

	*request = NULL;
	if (FAULT != TOUCH_GIVEN_UI)
		return ERROR_SUCCESS;
	if (host.Dot11ExtAllocateBuffer(sizeof(**request), &p) == ERROR_SUCCESS)
		*request = p;
	kept = p;
	return ERROR_SUCCESS;
}

static DWORD WINAPI touch_discovery(HANDLE ext, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11_BSS_LIST networks, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST list, PDWORD reason)
{
	LPVOID p = NULL;

	list->dwCount = 0;
	list->pIhvDiscoveryProfiles = NULL;
	*reason = L2_REASON_CODE_SUCCESS;
	if (FAULT != TOUCH_GIVEN_PROFILES)
		return ERROR_SUCCESS;
	if (host.Dot11ExtAllocateBuffer(sizeof(*list->pIhvDiscoveryProfiles), &p) != ERROR_SUCCESS)
		return ERROR_SUCCESS;
	list->dwCount = 1; /* with neither fragment */
	list->pIhvDiscoveryProfiles = p;
	kept = p;
	return ERROR_SUCCESS;
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	return template_get_version_info(info);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	DWORD error = template_init_service(version, apis, reserved, handlers);

	if (FAULT == TOUCH_TABLE)
		kept = apis;
	handlers->Dot11ExtIhvInitAdapter = touch_init_adapter;
	handlers->Dot11ExtIhvPerformPreAssociate = touch_pre_associate;
	handlers->Dot11ExtIhvPerformPostAssociate = touch_post_associate;
	handlers->Dot11ExtIhvStopPostAssociate = touch_stop;
	handlers->Dot11ExtIhvReceivePacket = touch_receive;
	handlers->Dot11ExtIhvSendPacketCompletion = touch_send_completion;
	handlers->Dot11ExtIhvQueryUIRequest = touch_query_ui;
	handlers->Dot11ExtIhvCreateDiscoveryProfiles = touch_discovery;
	return error;
}
