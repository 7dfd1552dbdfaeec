// SPDX-License-Identifier: BSD-2-Clause
#include "cli/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/prompt.h"
#include "cli/timeline.h"
#include "module/file.h"
#include "module/inproc.h"
#include "worker/sandbox.h"
#include "worker/worker.h"

/* A port lives from when its post-association was begun. */
static void note_begun(struct world *w, const struct crossing *x)
{
	if ((w->options->stage->other_crossing && w->options->stage->other_crossing(w, x)) ||
		x->fn != FN_PERFORM_POST_ASSOCIATE)
		return;
	if (x->phase == PHASE_ENTER)
		w->port = mac_from_u64(x->peer);
	if (x->phase != PHASE_EXIT || x->result)
		return;
	w->performed++;
	w->pending = true;
}

static void on_crossing(void *user, const struct crossing *x)
{
	struct world *w = user;
	const struct checker *c = host_checker(w->host);
	uint64_t now = checker_violations(c) + checker_warnings(c);
	unsigned found = (unsigned)(now - w->findings);

	life_crossing(&w->life, x);
	note_begun(w, x);
	history_add(w->history, x, found || x->seq == w->life.first);
	w->findings = now;
	if (w->tracing)
		trace_write(&w->trace, x);
	timeline_crossing(w, x, found);
}

static void on_event(void *user, const struct module_event *e)
{
	struct world *w = user;

	life_event(&w->life, e);
	timeline_event(w, e);
}

/* Once for each incarnation; the same is not told again. */
static void on_sandboxed(void *user, unsigned sandbox)
{
	struct world *w = user;
	char text[256];

	if (w->sandboxed && w->sandbox == sandbox)
		return;
	w->sandboxed = true;
	w->sandbox = sandbox;
	timeline_isolated(w, sandbox_text(sandbox, text, sizeof(text)));
}

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	struct world *w = user;
	const struct stage *stage = w->options->stage;

	if (stage->other_notice && stage->other_notice(w, a, n))
		return;
	w->told[n->type]++;
	if (n->type != NOTICE_DATA) /* whose bytes are gone when this returns */
		w->last = *n;
	if (n->type == NOTICE_ADAPTER_REMOVED)
		w->adapter = NULL;
	if (n->type == NOTICE_PORT_DELETED)
		w->pending = false;
	if (n->type == NOTICE_ADAPTER_LOST)
		timeline_lost(w);
	if (n->type == NOTICE_HANDLER_BLOCKED)
		w->blocked = n->reason + 1;
	if (stage->notice)
		stage->notice(w, n);
}

static void on_ui(void *user, const struct host_ui_request *request)
{
	struct world *w = user;

	prompt_answer(w->host, request, w->options->ui_response);
}

static int open_outputs(struct world *w)
{
	const struct world_options *o = w->options;

	if (o->trace) {
		w->trace_file = fopen(o->trace, "w");
		if (!w->trace_file)
			return cli_error("%s: %s", o->trace, strerror(errno));
		setvbuf(w->trace_file, NULL, _IOLBF, 0); /* a crash must not take the trace along */
		trace_writer_begin(&w->trace, w->trace_file);
		w->tracing = true;
	}
	if (o->json)
		trace_writer_begin(&w->out, stdout);
	return 0;
}

static int open_here(struct world *w, struct module **out, char *err, size_t room)
{
	const struct inproc_options options = {.guard = w->options->guard};
	enum module_kind kind;
	int rc = module_file_check(w->options->module, &kind, err, room);

	if (!rc && kind == MODULE_PE) {
		snprintf(err, room,
			"a Windows DLL needs a process of its own: leave out --in-process");
		return -ENOTSUP;
	}
	if (!rc)
		rc = inproc_open(w->options->module, &options, out, err, room);
	if (!rc)
		timeline_in_process(w);
	return rc;
}

static int open_module(struct world *w, struct module **out, char *err, size_t room)
{
	const struct world_options *o = w->options;
	const struct worker_config worker = {.options = {.guard = o->guard,
						     .repeatable = o->stage->repeatable,
						     .seed = o->seed,
						     .sandboxed = on_sandboxed,
						     .user = w}};

	return o->in_process ? open_here(w, out, err, room)
			     : worker_open(o->module, &worker, out, err, room);
}

static int open_host(struct world *w)
{
	struct host_config config = {.loop = w->loop,
		.strict = w->options->strict,
		.crossing = on_crossing,
		.notice = on_notice,
		.ui = on_ui,
		.event = on_event,
		.virtual_station = w->options->stage->virtual_station,
		.handler_deadline_ms = w->options->deadline_ms,
		.stop_deadline_ms = w->options->stop_deadline_ms,
		.user = w};
	struct module *m;
	char err[512];

	if (open_module(w, &m, err, sizeof(err)))
		return cli_error("%s: %s", w->options->module, err);
	if (history_new(&w->history) || host_new(&config, m, &w->host))
		return cli_error("out of memory");
	if (!host_start(w->host, err, sizeof(err)))
		return 0;
	if (!w->life.deaths)
		return cli_error("%s: %s", w->options->module, err);
	snprintf(w->why, sizeof(w->why), "the module did not start: %.200s", err);
	return EXIT_FINDINGS;
}

int world_open(struct world *w, const struct world_options *options)
{
	int rc;

	memset(w, 0, sizeof(*w));
	w->options = options;
	w->colour = !options->json && cli_colour(stdout);
	rc = options->stage->open(w);
	if (!rc)
		rc = open_outputs(w);
	if (!rc)
		rc = open_host(w);
	return rc;
}

int world_save(struct world *w)
{
	int err = 0;

	if (w->tracing)
		err = trace_writer_end(&w->trace);
	w->tracing = false;
	if (w->trace_file && fclose(w->trace_file))
		err = -errno;
	w->trace_file = NULL;
	if (err)
		return cli_error("%s: %s", w->options->trace, strerror(-err));
	return w->options->stage->finish ? w->options->stage->finish(w) : 0;
}

bool world_close(struct world *w)
{
	if (w->host && !w->stopped && host_stop(w->host)) {
		w->options->stage->close(w, true);
		return false;
	}
	host_free(w->host);
	w->host = NULL;
	w->options->stage->close(w, false);
	world_save(w);
	loop_free(w->loop);
	profile_free(w->profile);
	history_free(w->history);
	return true;
}
