// SPDX-License-Identifier: BSD-2-Clause
#include "greedy.h"
#include "template.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#define MANY 1000

static int write_file(void)
{
	return open("/tmp/openihv-greedy", O_WRONLY | O_CREAT, 0600);
}

static int read_secret(void)
{
	return open("/etc/shadow", O_RDONLY);
}

static int make_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0);
}

static int make_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return (int)pid;
}

static int make_program(void)
{
	char name[] = "/bin/true", *argv[] = {name, NULL}, *envp[] = {NULL};

	return execve(name, argv, envp);
}

static int trace_parent(void)
{
	return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int signal_parent(void)
{
	return kill(getppid(), SIGCONT);
}

/* Written to, so that it is memory and not a promise. */
static int take_memory(void)
{
	const size_t piece = (size_t)64 << 20, most = (size_t)8 << 30;
	char *list = NULL, *next;
	size_t total;
	int rc = 0;

	for (total = 0; total < most && rc == 0; total += piece) {
		next = malloc(piece);
		if (!next) {
			rc = -1;
			break;
		}
		memcpy(next, &list, sizeof(list));
		list = next;
	}
	for (; list; list = next) {
		memcpy(&next, list, sizeof(next));
		free(list);
	}
	errno = rc ? ENOMEM : 0;
	return rc;
}

static void *wait_for_end(void *gate)
{
	pthread_mutex_lock(gate);
	pthread_mutex_unlock(gate);
	return NULL;
}

static int take_threads(void)
{
	static pthread_t threads[MANY];
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	int n = 0, err = 0;

	pthread_mutex_lock(&gate);
	while (n < MANY && err == 0) {
		err = pthread_create(&threads[n], NULL, wait_for_end, &gate);
		n += err == 0;
	}
	pthread_mutex_unlock(&gate);
	while (n > 0)
		pthread_join(threads[--n], NULL);
	errno = err;
	return err ? -1 : 0;
}

static int take_descriptors(void)
{
	int list[MANY], n, err;

	for (n = 0; n < MANY; n++) {
		list[n] = open("/dev/null", O_RDONLY);
		if (list[n] < 0)
			list[n] = dup(0);
		if (list[n] < 0)
			break;
	}
	err = n < MANY ? errno : 0;
	while (n > 0)
		close(list[--n]);
	errno = err;
	return err ? -1 : 0;
}

static int (*const attempts[GREEDY_END])(void) = {
	[GREEDY_WRITE_FILE] = write_file,
	[GREEDY_READ_SECRET] = read_secret,
	[GREEDY_SOCKET] = make_socket,
	[GREEDY_FORK] = make_process,
	[GREEDY_EXEC] = make_program,
	[GREEDY_PTRACE] = trace_parent,
	[GREEDY_KILL] = signal_parent,
	[GREEDY_MEMORY] = take_memory,
	[GREEDY_THREADS] = take_threads,
	[GREEDY_DESCRIPTORS] = take_descriptors,
};

static void tell(HANDLE svc, DWORD attempt, DWORD error)
{
	L2_NOTIFICATION_DATA data = {.NotificationSource = L2_NOTIFICATION_SOURCE_WLAN_IHV,
		.NotificationCode = attempt,
		.dwDataSize = sizeof(error),
		.pData = (PBYTE)&error};

	host.Dot11ExtSendNotification(svc, &data);
}

static DWORD WINAPI try_all(HANDLE ext, HANDLE session, PDOT11EXT_IHV_PROFILE_PARAMS params,
	PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity, PDOT11EXT_IHV_SECURITY_PROFILE security,
	PDOT11_BSS_LIST list, PDWORD reason)
{
	struct adapter *a = ext;
	DWORD i;

	for (i = 1; i < GREEDY_END; i++)
		tell(a->svc, i, attempts[i]() < 0 ? (DWORD)errno : 0);
	return perform_pre_associate(ext, session, params, connectivity, security, list, reason);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
	return template_get_version_info(info);
}

IHV_EXPORT DWORD WINAPI Dot11ExtIhvInitService(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers)
{
	DWORD error = template_init_service(version, apis, reserved, handlers);

	handlers->Dot11ExtIhvPerformPreAssociate = try_all;
	return error;
}
