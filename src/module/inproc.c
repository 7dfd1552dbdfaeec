// SPDX-License-Identifier: BSD-2-Clause
#include "module/inproc.h"

#include <errno.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "module/functions.h"
#include "module/heap.h"
#include "module/inputs.h"
#include "module/platform.h"
#include "module/probe.h"
#include "module/threads.h"

#define TABLES   3          /* members of struct function_tables */
#define GRACE_NS 1000000000 /* for threads that are about to end when DeinitService returns */

struct all_tables {
	DOT11EXT_APIS apis;
	DOT11EXT_IHV_HANDLERS handlers;
	DOT11EXT_VIRTUAL_STATION_APIS virtual_station;
};

struct inproc {
	struct module module;
	void *library;
	DOT11EXTIHV_GET_VERSION_INFO get_version_info;
	DOT11EXTIHV_INIT_SERVICE init_service;
	DOT11EXTIHV_INIT_VIRTUAL_STATION init_virtual_station;
	DOT11EXT_IHV_HANDLERS handlers;
	struct function_tables tables; /* none lies beside anything else */
	void *table_pages;             /* without a guard they are here */
	struct region *table_regions[TABLES];
	struct threads *threads;
	struct probe *probe;
	struct carried carried;
	char *path;
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

/* A table's memory is of no use to the module any more. */
static void expire_table(struct inproc *m, const void *table)
{
	unsigned i;

	for (i = 0; i < TABLES; i++)
		if (m->table_regions[i] && m->table_regions[i]->data == table)
			guard_expire(m->table_regions[i]);
}

static void init_service(struct inproc *m, struct handler_call *c)
{
	DOT11EXT_IHV_HANDLERS *out = m->tables.handlers;

	c->result = m->init_service(c->init_service.version, m->tables.apis, NULL, out);
	/* Neither structure is the module's to keep: from now on its copy counts, and ours tells
	 * who uses the old one. */
	m->handlers = *out;
	memset(out, 0, sizeof(*out));
	functions_expire(&m->tables);
	expire_table(m, m->tables.apis);
	expire_table(m, out);
	c->init_service.handlers = members(&m->handlers, sizeof(m->handlers));
}

static void init_virtual_station(struct inproc *m, struct handler_call *c)
{
	c->result = m->init_virtual_station(m->tables.virtual_station, NULL);
	functions_expire_virtual_station(&m->tables);
	expire_table(m, m->tables.virtual_station);
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
		c->process_ui_response.modified = lent_return(m->carried.lent, LOAN_REQUEST,
			&c->process_ui_response.request, sizeof(c->process_ui_response.request));
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

static void call_by_table(struct inproc *m, struct handler_call *c)
{
	const DOT11EXT_IHV_HANDLERS *h = &m->handlers;

	switch (c->fn) {
	case FN_GET_VERSION_INFO:
		c->result = m->get_version_info(c->get_version_info.version);
		break;
	case FN_INIT_SERVICE:
		init_service(m, c);
		break;
	case FN_INIT_VIRTUAL_STATION:
		init_virtual_station(m, c);
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
		/* The module may use the value again as soon as it is called. */
		c->send_packet_completion.modified = lent_return(m->carried.lent, LOAN_PACKET,
			&c->send_packet_completion.send, sizeof(c->send_packet_completion.send));
		c->result = h->Dot11ExtIhvSendPacketCompletion(c->send_packet_completion.send);
		break;
	default: /* events, and what is no handler */
		call_event(m, c);
		break;
	}
}

/* What is allocated meanwhile is the module's. */
static void call_handler(struct inproc *m, struct handler_call *c)
{
	const bool before = heap_enter(true);

	call_by_table(m, c);
	heap_enter(before);
}

static void guarded_call(struct inproc *m, struct handler_call *c)
{
	struct inputs inputs;

	inputs_lend(&inputs, m->carried.guard, c);
	call_handler(m, c);
	inputs_return(&inputs);
	guard_tell(m->carried.guard, &m->module);
}

static void inproc_call(struct module *module, struct handler_call *c)
{
	struct inproc *m = (struct inproc *)module;
	const struct handler_call *before = functions_enter(c);

	if (m->carried.guard)
		guarded_call(m, c);
	else
		call_handler(m, c);
	functions_enter(before);
}

static enum module_activity inproc_activity(struct module *module)
{
	return threads_activity(((struct inproc *)module)->threads);
}

static bool inproc_dozes(struct module *module, int host_thread)
{
	return threads_doze(((struct inproc *)module)->threads, host_thread);
}

static unsigned inproc_threads(struct module *module)
{
	struct inproc *m = (struct inproc *)module;
	uint64_t end = monotonic_ns() + GRACE_NS, n, cpu;

	/* One that was joined is known to be about to end; one that was detached may be on its last
	 * steps towards that. */
	while (threads_usage(m->threads, &n, &cpu) == 0 && n && monotonic_ns() < end)
		platform_yield();
	if (m->carried.guard)
		guard_tell(m->carried.guard, &m->module); /* of threads that ended since */
	return (unsigned)n;
}

static void inproc_host_thread(struct module *module, bool began)
{
	heap_enter(false); /* what it still allocates at its end is not the module's either */
	/* Without memory for its number the thread counts as the module's, and virtual time waits
	 * for it. */
	threads_claim(((struct inproc *)module)->threads, began);
}

static void inproc_release(struct module *module, void *token)
{
	blocks_release(((struct inproc *)module)->carried.blocks, token);
}

static void inproc_let_go(struct module *module)
{
	functions_let_go(&((struct inproc *)module)->carried);
}

static int inproc_probe(struct module *module, struct module_probe *p)
{
	return probe_answer(((struct inproc *)module)->probe, p);
}

static void inproc_close(struct module *module)
{
	struct inproc *m = (struct inproc *)module;

	probe_free(m->probe);
	if (m->library)
		platform_unload(m->library);
	if (m->carried.guard)
		guard_tell(m->carried.guard, &m->module);
	functions_detach(&m->carried);
	threads_free(m->threads);
	blocks_free(m->carried.blocks);
	lent_free(m->carried.lent);
	if (m->table_pages)
		platform_pages_free(m->table_pages, sizeof(struct all_tables));
	guard_free(m->carried.guard); /* with the regions of blocks and tables */
	free(m->path);
	free(m);
}

static const struct module_ops inproc_ops = {
	.call = inproc_call,
	.activity = inproc_activity,
	.dozes = inproc_dozes,
	.threads = inproc_threads,
	.host_thread = inproc_host_thread,
	.release = inproc_release,
	.close = inproc_close,
	.let_go = inproc_let_go,
	.probe = inproc_probe,
};

static int load(struct inproc *m, const char *path, bool looked, char *err, size_t room)
{
	int rc = platform_load(path, looked, &m->library, err, room);

	if (rc)
		return rc;
	platform_export(m->library, "Dot11ExtIhvGetVersionInfo", &m->get_version_info);
	platform_export(m->library, "Dot11ExtIhvInitService", &m->init_service);
	platform_export(m->library, "Dot11ExtIhvInitVirtualStation", &m->init_virtual_station);
	if (m->get_version_info)
		m->module.exports |= MODULE_HAS_VERSION_INFO;
	if (m->init_service)
		m->module.exports |= MODULE_HAS_INIT_SERVICE;
	if (m->init_virtual_station)
		m->module.exports |= MODULE_HAS_VIRTUAL_STATION;
	return 0;
}

/* Memory for table number i of the guarded ones. */
static void *guarded_table(struct inproc *m, unsigned i, enum crossing_fn fn, size_t size)
{
	m->table_regions[i] =
		guard_map(m->carried.guard, REGION_TABLE, fn, size, alignof(max_align_t));
	return m->table_regions[i] ? m->table_regions[i]->data : NULL;
}

size_t inproc_block(struct module *m, const void *p)
{
	return blocks_size(((struct inproc *)m)->carried.blocks, p);
}

static int place_tables(struct inproc *m)
{
	struct function_tables *t = &m->tables;
	struct all_tables *pages;

	if (m->carried.guard) {
		t->apis = guarded_table(m, 0, FN_INIT_SERVICE, sizeof(*t->apis));
		t->handlers = guarded_table(m, 1, FN_INIT_SERVICE, sizeof(*t->handlers));
		t->virtual_station =
			guarded_table(m, 2, FN_INIT_VIRTUAL_STATION, sizeof(*t->virtual_station));
		return t->apis && t->handlers && t->virtual_station ? 0 : -ENOMEM;
	}
	pages = platform_pages(sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	m->table_pages = pages;
	t->apis = &pages->apis;
	t->handlers = &pages->handlers;
	t->virtual_station = &pages->virtual_station;
	return 0;
}

static int prepare_memory(struct inproc *m, const char *path, bool guard)
{
	m->path = strdup(path);
	m->module.path = m->path;
	m->carried.module = &m->module;
	pthread_mutex_init(&m->carried.hold_lock, NULL);
	pthread_cond_init(&m->carried.let_go, NULL);
	if (guard && !(m->carried.guard = guard_new()))
		return -ENOMEM;
	m->carried.blocks = blocks_new(m->carried.guard);
	m->carried.lent = lent_new(m->carried.guard);
	if (!m->path || !m->carried.blocks || !m->carried.lent)
		return -ENOMEM;
	return place_tables(m);
}

static int prepare(struct inproc *m, const char *path, bool guard, char *err, size_t room)
{
	int rc = functions_attach(&m->carried);

	if (rc) {
		snprintf(err, room, "this process carries a module already");
		return rc;
	}
	rc = prepare_memory(m, path, guard);
	if (rc)
		return rc;
	functions_fill(&m->tables);
	m->module.functions = members(m->tables.apis, sizeof(*m->tables.apis));
	m->module.vs_functions =
		members(m->tables.virtual_station, sizeof(*m->tables.virtual_station));
	return threads_new(&m->threads);
}

int inproc_open(const char *path, const struct inproc_options *options, struct module **out,
	char *err, size_t room)
{
	struct inproc *m = calloc(1, sizeof(*m));
	int rc;

	*out = NULL;
	if (!m)
		return -ENOMEM;
	m->module.ops = &inproc_ops;
	snprintf(err, room, "out of memory");
	rc = prepare(m, path, options && options->guard, err, room);
	if (!rc)
		rc = load(m, path, options && options->looked, err, room);
	if (!rc)
		rc = probe_new(m->library, m->threads, options && options->own_process, &m->probe);
	if (rc) {
		inproc_close(&m->module);
		return rc;
	}
	*out = &m->module;
	return 0;
}
