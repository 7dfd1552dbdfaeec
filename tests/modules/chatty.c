// SPDX-License-Identifier: BSD-2-Clause
/*
 * A correct module for open networks whose threads call the host all at once. Each adapter has
 * CHATTERS threads. Every handler call wakes them up and goes on to return, while each makes BURST
 * rounds of calls and sleeps again: virtual time stands still for as long as somebody is awake.
 *
 * A security packet is sent only while the session lives. That is judged and done under the
 * adapter's chat lock, which Stop takes to end it.
 */
#include "template.h"

#define CHATTERS 4
#define BURST    8
#define ADAPTERS 8

struct chat {
	HANDLE ext; /* of the template's adapter; NULL: free */
	HANDLE svc;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t threads[CHATTERS];
	unsigned round; /* burst that has been asked for */
	bool quit, session;
	DOT11_MAC_ADDRESS peer;
};

struct packet {
	DOT11_MAC_ADDRESS peer;
	UCHAR ethertype[2];
	UCHAR data[32];
};

static DOT11EXT_IHV_HANDLERS base;
static pthread_mutex_t chats_lock = PTHREAD_MUTEX_INITIALIZER; /* of the list */
static struct chat chats[ADAPTERS];

static struct chat *chat_of(HANDLE ext)
{
	struct chat *found = NULL;
	size_t i;

	pthread_mutex_lock(&chats_lock);
	for (i = 0; i < ADAPTERS && !found; i++)
		if (chats[i].ext == ext)
			found = &chats[i];
	pthread_mutex_unlock(&chats_lock);
	return found;
}

static void buffers(void)
{
	void *p[3] = {NULL, NULL, NULL};
	size_t i;

	for (i = 0; i < 3; i++)
		if (host.Dot11ExtAllocateBuffer((DWORD)(i * 40), &p[i]) == ERROR_SUCCESS && i)
			memset(p[i], (int)i, i * 40);
	for (i = 0; i < 3; i++)
		host.Dot11ExtFreeBuffer(p[i]);
	host.Dot11ExtFreeBuffer(NULL);
}

static void notify(struct chat *c)
{
	BYTE text[] = "chat";
	L2_NOTIFICATION_DATA n = {.NotificationSource = L2_NOTIFICATION_SOURCE_WLAN_IHV,
		.NotificationCode = 7,
		.dwDataSize = sizeof(text),
		.pData = text};

	host.Dot11ExtSendNotification(c->svc, &n);
}

static void ask_radio(struct chat *c)
{
	BYTE answer[64];
	DWORD size = sizeof(answer);

	host.Dot11ExtNicSpecificExtension(c->svc, 4, (void *)"PING", &size, answer);
}

static void send_packet(struct chat *c)
{
	struct packet *p;

	pthread_mutex_lock(&c->lock);
	p = c->session ? calloc(1, sizeof(*p)) : NULL;
	if (p) {
		memcpy(p->peer, c->peer, sizeof(p->peer));
		p->ethertype[0] = 0x88; /* 0x88B5: for experiments (IEEE 802, 9.2.3) */
		p->ethertype[1] = 0xB5;
		if (host.Dot11ExtSendPacket(c->svc, sizeof(*p), p, p) != ERROR_SUCCESS)
			free(p);
	}
	pthread_mutex_unlock(&c->lock);
}

static void *chatter(void *arg)
{
	struct chat *c = arg;
	unsigned seen = 0;
	size_t i;

	pthread_mutex_lock(&c->lock);
	while (!c->quit) {
		if (seen == c->round) {
			pthread_cond_wait(&c->wake, &c->lock);
			continue;
		}
		seen = c->round;
		pthread_mutex_unlock(&c->lock);
		for (i = 0; i < BURST; i++) {
			buffers();
			notify(c);
			ask_radio(c);
			send_packet(c);
		}
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void kick(struct chat *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->round++;
	pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

static DWORD WINAPI chatty_init_adapter(PDOT11_ADAPTER adapter, HANDLE svc, PHANDLE ext)
{
	DWORD error = base.Dot11ExtIhvInitAdapter(adapter, svc, ext);
	struct chat *c = error == ERROR_SUCCESS ? chat_of(NULL) : NULL;
	size_t i;

	if (!c)
		return error ? error : ERROR_OUTOFMEMORY;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, NULL);
	c->svc = svc;
	c->quit = c->session = false;
	c->round = 1;
	pthread_mutex_lock(&chats_lock);
	c->ext = *ext;
	pthread_mutex_unlock(&chats_lock);
	for (i = 0; i < CHATTERS; i++)
		if (pthread_create(&c->threads[i], NULL, chatter, c) != 0)
			abort();
	buffers();
	return ERROR_SUCCESS;
}

static VOID WINAPI chatty_deinit_adapter(HANDLE ext)
{
	struct chat *c = chat_of(ext);
	size_t i;

	pthread_mutex_lock(&c->lock);
	c->quit = true;
	pthread_cond_broadcast(&c->wake);
	pthread_mutex_unlock(&c->lock);
	for (i = 0; i < CHATTERS; i++)
		pthread_join(c->threads[i], NULL);
	pthread_cond_destroy(&c->wake);
	pthread_mutex_destroy(&c->lock);
	pthread_mutex_lock(&chats_lock);
	c->ext = NULL;
	pthread_mutex_unlock(&chats_lock);
	buffers();
	base.Dot11ExtIhvDeinitAdapter(ext);
}

static DWORD WINAPI chatty_pre_associate(HANDLE ext, HANDLE session,
	PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
	PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST list, PDWORD reason)
{
	kick(chat_of(ext));
	return base.Dot11ExtIhvPerformPreAssociate(ext, session, params, conn, sec, list, reason);
}

static DWORD WINAPI chatty_post_associate(HANDLE ext, HANDLE session, PDOT11_PORT_STATE port,
	ULONG bytes, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
	struct chat *c = chat_of(ext);
	DWORD error;

	pthread_mutex_lock(&c->lock);
	c->session = true;
	memcpy(c->peer, port->PeerMacAddress, sizeof(c->peer));
	pthread_mutex_unlock(&c->lock);
	kick(c);
	error = base.Dot11ExtIhvPerformPostAssociate(ext, session, port, bytes, params);
	send_packet(c); /* allowed inside */
	return error;
}

static DWORD WINAPI chatty_stop(HANDLE ext, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
	struct chat *c = chat_of(ext);

	pthread_mutex_lock(&c->lock);
	c->session = false;
	pthread_mutex_unlock(&c->lock);
	kick(c);
	buffers();
	return base.Dot11ExtIhvStopPostAssociate(ext, peer, status);
}

static DWORD WINAPI chatty_reset(HANDLE ext)
{
	struct chat *c = chat_of(ext);

	pthread_mutex_lock(&c->lock);
	c->session = false;
	pthread_mutex_unlock(&c->lock);
	kick(c);
	return base.Dot11ExtIhvAdapterReset(ext);
}

static DWORD WINAPI chatty_send_packet_completion(HANDLE send)
{
	free(send);
	return ERROR_SUCCESS;
}

static DWORD WINAPI chatty_control(
	HANDLE ext, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
	kick(chat_of(ext));
	*returned = 0;
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

	base = *handlers;
	handlers->Dot11ExtIhvInitAdapter = chatty_init_adapter;
	handlers->Dot11ExtIhvDeinitAdapter = chatty_deinit_adapter;
	handlers->Dot11ExtIhvPerformPreAssociate = chatty_pre_associate;
	handlers->Dot11ExtIhvPerformPostAssociate = chatty_post_associate;
	handlers->Dot11ExtIhvStopPostAssociate = chatty_stop;
	handlers->Dot11ExtIhvAdapterReset = chatty_reset;
	handlers->Dot11ExtIhvSendPacketCompletion = chatty_send_packet_completion;
	handlers->Dot11ExtIhvControl = chatty_control;
	return error;
}
