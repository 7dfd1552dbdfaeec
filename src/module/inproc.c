// SPDX-License-Identifier: BSD-2-Clause
#include "module/inproc.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "module/elf.h"
#include "module/functions.h"
#include "module/threads.h"

#define GRACE_MS 200 /* for threads that are about to end when DeinitService returns */

struct inproc {
	struct module module;
	void *library;
	DOT11EXTIHV_GET_VERSION_INFO get_version_info;
	DOT11EXTIHV_INIT_SERVICE init_service;
	DOT11EXTIHV_INIT_VIRTUAL_STATION init_virtual_station;
	DOT11EXT_IHV_HANDLERS handlers;
	struct function_tables
		*tables; /* pages of their own, so that nothing else lies beside them */
	struct threads *threads;
};

static unsigned members(const void *table, size_t size)
{
	const void *const *p = table;
	unsigned n = 0;
	size_t i;

	for (i = 0; i < size / sizeof(*p); i++)
		n += p[i] != NULL;
	return n;
}

static void init_service(struct inproc *m, struct handler_call *c)
{
	DOT11EXT_IHV_HANDLERS *out = &m->tables->handlers;

	c->result = m->init_service(c->init_service.version, &m->tables->apis, NULL, out);
	/* Neither structure is the module's to keep: from now on its copy counts, and ours tells
	 * who uses the old one. */
	m->handlers = *out;
	memset(out, 0, sizeof(*out));
	functions_expire(m->tables);
	c->init_service.handlers = members(&m->handlers, sizeof(m->handlers));
}

static void call_profile(struct inproc *m, struct handler_call *c)
{
	const DOT11EXT_IHV_HANDLERS *h = &m->handlers;

	if (c->fn == FN_PERFORM_PRE_ASSOCIATE)
		c->result = h->Dot11ExtIhvPerformPreAssociate(c->adapter, c->profile.session,
			c->profile.params, c->profile.connectivity, c->profile.security,
			c->profile.bss, c->profile.reason);
	else if (c->fn == FN_VALIDATE_PROFILE)
		c->result = h->Dot11ExtIhvValidateProfile(c->adapter, c->profile.params,
			c->profile.connectivity, c->profile.security, c->profile.reason);
	else
		c->result = h->Dot11ExtIhvPerformCapabilityMatch(c->adapter, c->profile.params,
			c->profile.connectivity, c->profile.security, c->profile.bss,
			c->profile.reason);
}

static void call_event(struct inproc *m, struct handler_call *c)
{
	const DOT11EXT_IHV_HANDLERS *h = &m->handlers;

	switch (c->fn) {
	case FN_CREATE_DISCOVERY_PROFILES:
		c->result = h->Dot11ExtIhvCreateDiscoveryProfiles(c->adapter,
			c->create_discovery_profiles.insecure, c->create_discovery_profiles.params,
			c->create_discovery_profiles.bss, c->create_discovery_profiles.list,
			c->create_discovery_profiles.reason);
		break;
	case FN_PROCESS_SESSION_CHANGE:
		c->result = h->Dot11ExtIhvProcessSessionChange(
			c->process_session_change.event, c->process_session_change.session);
		break;
	case FN_IS_UI_REQUEST_PENDING:
		c->result = h->Dot11ExtIhvIsUIRequestPending(
			c->is_ui_request_pending.request, c->is_ui_request_pending.pending);
		break;
	case FN_PROCESS_UI_RESPONSE:
		c->result = h->Dot11ExtIhvProcessUIResponse(c->process_ui_response.request,
			c->process_ui_response.length, c->process_ui_response.buffer);
		break;
	case FN_QUERY_UI_REQUEST:
		c->result = h->Dot11ExtIhvQueryUIRequest(
			c->adapter, c->query_ui_request.phase, &c->query_ui_request.request);
		break;
	case FN_ONEX_INDICATE_RESULT:
		c->result = h->Dot11ExtIhvOnexIndicateResult(c->adapter,
			c->onex_indicate_result.outcome, c->onex_indicate_result.params);
		break;
	case FN_CONTROL:
		c->result = h->Dot11ExtIhvControl(c->adapter, c->control.in_size, c->control.in,
			c->control.out_size, c->control.out, c->control.returned);
		break;
	default: /* inproc_call() sends no other */
		c->result = ERROR_CALL_NOT_IMPLEMENTED;
		break;
	}
}

static void inproc_call(struct module *module, struct handler_call *c)
{
	struct inproc *m = (struct inproc *)module;
	const DOT11EXT_IHV_HANDLERS *h = &m->handlers;

	switch (c->fn) {
	case FN_GET_VERSION_INFO:
		c->result = m->get_version_info(c->get_version_info.version);
		break;
	case FN_INIT_SERVICE:
		init_service(m, c);
		break;
	case FN_INIT_VIRTUAL_STATION:
		c->result = m->init_virtual_station(&m->tables->virtual_station, NULL);
		functions_expire_virtual_station(m->tables);
		break;
	case FN_DEINIT_SERVICE:
		h->Dot11ExtIhvDeinitService();
		break;
	case FN_INIT_ADAPTER:
		c->result = h->Dot11ExtIhvInitAdapter(
			c->init_adapter.adapter, c->init_adapter.svc, &c->init_adapter.ext);
		break;
	case FN_DEINIT_ADAPTER:
		h->Dot11ExtIhvDeinitAdapter(c->adapter);
		break;
	case FN_ADAPTER_RESET:
		c->result = h->Dot11ExtIhvAdapterReset(c->adapter);
		break;
	case FN_PERFORM_PRE_ASSOCIATE:
	case FN_VALIDATE_PROFILE:
	case FN_PERFORM_CAPABILITY_MATCH:
		call_profile(m, c);
		break;
	case FN_PERFORM_POST_ASSOCIATE:
		c->result = h->Dot11ExtIhvPerformPostAssociate(c->adapter,
			c->perform_post_associate.session, c->perform_post_associate.port,
			c->perform_post_associate.length, c->perform_post_associate.association);
		break;
	case FN_STOP_POST_ASSOCIATE:
		c->result = h->Dot11ExtIhvStopPostAssociate(
			c->adapter, c->stop_post_associate.peer, c->stop_post_associate.status);
		break;
	case FN_RECEIVE_INDICATION:
		c->result = h->Dot11ExtIhvReceiveIndication(c->adapter, c->receive_indication.type,
			c->receive_indication.length, c->receive_indication.buffer);
		break;
	case FN_RECEIVE_PACKET:
		c->result = h->Dot11ExtIhvReceivePacket(
			c->adapter, c->receive_packet.length, c->receive_packet.buffer);
		break;
	case FN_SEND_PACKET_COMPLETION:
		c->result = h->Dot11ExtIhvSendPacketCompletion(c->send_packet_completion.send);
		break;
	default: /* events, and what is no handler */
		call_event(m, c);
		break;
	}
}

static enum module_activity inproc_activity(struct module *module)
{
	return threads_activity(((struct inproc *)module)->threads);
}

static unsigned inproc_threads(struct module *module)
{
	struct inproc *m = (struct inproc *)module;
	const struct timespec ms = {.tv_nsec = 1000000};
	unsigned i, n;

	/* A thread that was joined may still be on its last steps in the kernel. */
	for (i = 0; (n = threads_foreign(m->threads)) && i < GRACE_MS; i++)
		nanosleep(&ms, NULL);
	return n;
}

static void inproc_host_thread(struct module *module, bool began)
{
	/* Without memory for its number the thread counts as the module's, and virtual time waits
	 * for it. */
	threads_claim(((struct inproc *)module)->threads, began);
}

static int inproc_read(struct module *module, const void *p, void *out, size_t length)
{
	struct iovec local = {.iov_base = out, .iov_len = length}, remote = {.iov_len = length};

	(void)module;
	/* The kernel looks whether the memory is there: a module may have unmapped it. */
	memcpy(&remote.iov_base, &p, sizeof(p));
	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)length ? 0
										       : -EFAULT;
}

static void inproc_close(struct module *module)
{
	struct inproc *m = (struct inproc *)module;

	if (m->library)
		dlclose(m->library);
	functions_detach(&m->module);
	threads_free(m->threads);
	if (m->tables)
		munmap(m->tables, sizeof(*m->tables));
	free(m);
}

static const struct module_ops inproc_ops = {
	.call = inproc_call,
	.activity = inproc_activity,
	.threads = inproc_threads,
	.host_thread = inproc_host_thread,
	.read = inproc_read,
	.close = inproc_close,
};

/* ISO C has no conversion between data and function pointers; POSIX promises that dlsym()'s is one.
 */
static void resolve(void *library, const char *name, void *function)
{
	void *p = dlsym(library, name);

	memcpy(function, &p, sizeof(p));
}

static int check_exports(const char *path, char *err, size_t room)
{
	struct elf_info *info;
	const char *missing = NULL;
	int rc = elf_inspect(path, &info, err, room);

	if (rc)
		return rc;
	if (!info->has_get_version_info)
		missing = "Dot11ExtIhvGetVersionInfo";
	else if (!info->has_init_service)
		missing = "Dot11ExtIhvInitService";
	if (missing)
		snprintf(err, room, "not an IHV Extensions module: it does not export %s", missing);
	elf_free(info);
	return missing ? -EINVAL : 0;
}

static int load(struct inproc *m, const char *path, char *err, size_t room)
{
	/* Without a slash dlopen() would search the system's libraries. */
	char *real = realpath(path, NULL);

	if (!real)
		return -errno;
	m->library = dlopen(real, RTLD_NOW | RTLD_LOCAL);
	free(real);
	if (!m->library) {
		snprintf(err, room, "cannot be loaded: %s", dlerror());
		return -ELIBBAD;
	}
	resolve(m->library, "Dot11ExtIhvGetVersionInfo", &m->get_version_info);
	resolve(m->library, "Dot11ExtIhvInitService", &m->init_service);
	resolve(m->library, "Dot11ExtIhvInitVirtualStation", &m->init_virtual_station);
	if (m->get_version_info)
		m->module.exports |= MODULE_HAS_VERSION_INFO;
	if (m->init_service)
		m->module.exports |= MODULE_HAS_INIT_SERVICE;
	if (m->init_virtual_station)
		m->module.exports |= MODULE_HAS_VIRTUAL_STATION;
	return 0;
}

static int prepare(struct inproc *m, char *err, size_t room)
{
	int rc;

	m->tables = mmap(NULL, sizeof(*m->tables), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m->tables == MAP_FAILED) {
		m->tables = NULL;
		return -ENOMEM;
	}
	rc = functions_attach(&m->module, m->tables);
	if (rc == -EBUSY)
		snprintf(err, room, "this process carries a module already");
	m->module.functions = members(&m->tables->apis, sizeof(m->tables->apis));
	m->module.vs_functions =
		members(&m->tables->virtual_station, sizeof(m->tables->virtual_station));
	return rc ? rc : threads_new(&m->threads);
}

int inproc_open(const char *path, struct module **out, char *err, size_t room)
{
	struct inproc *m;
	int rc = check_exports(path, err, room);

	*out = NULL;
	if (rc)
		return rc;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->module.ops = &inproc_ops;
	snprintf(err, room, "out of memory");
	rc = prepare(m, err, room);
	if (!rc)
		rc = load(m, path, err, room);
	if (rc) {
		inproc_close(&m->module);
		return rc;
	}
	*out = &m->module;
	return 0;
}
