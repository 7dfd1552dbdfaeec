// SPDX-License-Identifier: BSD-2-Clause
#include "ordered.h"
#include "template.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BODY    (4u << 20)
#define THREADS 8
#define CALLS   500

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static bool go, refused_at_end;

static void refused(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd >= 0)
		close(fd);
}

static void *refused_later(void *unused)
{
	const struct timespec later = {.tv_nsec = 50000000};

	nanosleep(&later, NULL);
	refused();
	host.Dot11ExtFreeBuffer(NULL);
	return unused;
}

static void *call_often(void *unused)
{
	unsigned i;

	for (i = 0; i < CALLS; i++)
		host.Dot11ExtFreeBuffer(NULL);
	return unused;
}

__attribute__((destructor)) static void at_end(void)
{
	if (refused_at_end)
		refused();
}

static void wait_for_go(void)
{
	host.Dot11ExtFreeBuffer(NULL);
	pthread_mutex_lock(&lock);
	while (!go)
		pthread_cond_wait(&change, &lock);
	go = false;
	pthread_mutex_unlock(&lock);
}

static void start(unsigned n, void *(*run)(void *))
{
	pthread_t thread;

	while (n--)
		if (pthread_create(&thread, NULL, run, NULL) == 0)
			pthread_detach(thread);
}

/* FUNCTION, FreeBuffer, call 0 (doc/worker-protocol.md). */
static void flood(void)
{
	static UCHAR message[20 + BODY];
	const UCHAR fn = 23, type = 9;
	unsigned i;
	int fd;

	for (i = 1; i <= 40; i++) {
		message[2] = BODY >> 16;
		message[4] = type;
		message[6] = fn;
		message[12] = (UCHAR)i;
		for (fd = 10; fd < 64; fd++) {
			size_t done = 0;
			ssize_t n = 1;

			while (done < sizeof(message) && n > 0) {
				n = write(fd, message + done, sizeof(message) - done);
				done += n > 0 ? (size_t)n : 0;
			}
		}
	}
}

static void environment(DWORD size, BYTE *out, DWORD *returned)
{
	char **v;
	size_t n;

	*returned = 0;
	for (v = environ; *v; v++) {
		n = strlen(*v) + 1;
		if (n > size - *returned)
			return;
		memcpy(out + *returned, *v, n);
		*returned += (DWORD)n;
	}
}

static DWORD WINAPI control(
	HANDLE ext, DWORD in_size, BYTE *in, DWORD out_size, BYTE *out, DWORD *returned)
{
	const struct timespec stay = {.tv_nsec = 200000000};

	(void)ext;
	switch (in_size ? (enum order)in[0] : ORDER_NOTHING) {
	case ORDER_NOTHING:
		break;
	case ORDER_CALL_AND_WAIT:
		wait_for_go();
		break;
	case ORDER_GO:
		pthread_mutex_lock(&lock);
		go = true;
		pthread_cond_broadcast(&change);
		pthread_mutex_unlock(&lock);
		break;
	case ORDER_REFUSED_LATER:
		start(1, refused_later);
		break;
	case ORDER_REFUSED_AT_END:
		refused_at_end = true;
		break;
	case ORDER_CLOSE_AND_STAY:
		nanosleep(&stay, NULL); /* another thread waits for messages by then */
		close_range(3, ~0u, 0);
		nanosleep(&stay, NULL);
		_exit(3);
	case ORDER_EXIT:
		_exit(3);
	case ORDER_FLOOD:
		flood();
		break;
	case ORDER_THREADS:
		start(THREADS, call_often);
		break;
	case ORDER_ENVIRONMENT:
		environment(out_size, out, returned);
		break;
	case ORDER_FREE:
		host.Dot11ExtFreeBuffer(NULL);
		break;
	}
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

	handlers->Dot11ExtIhvControl = control;
	return error;
}
