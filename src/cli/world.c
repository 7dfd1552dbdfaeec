// SPDX-License-Identifier: BSD-2-Clause
#include "cli/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/air.h"
#include "cli/arguments.h"
#include "cli/prompt.h"
#include "cli/station.h"
#include "cli/timeline.h"
#include "crypto/crypto.h"
#include "module/file.h"
#include "module/inproc.h"
#include "wire/inet.h"
#include "worker/sandbox.h"
#include "worker/worker.h"

#define ETHERTYPE_IPV4 0x0800

/* A port lives from when its post-association was begun. */
static void note_begun(struct world *w, const struct crossing *x)
{
	if (station_crossing(w, x) || x->fn != FN_PERFORM_POST_ASSOCIATE)
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

static void data_arrived(struct world *w, const struct host_notice *n)
{
	struct inet_echo echo;

	if (n->ethertype == ETHERTYPE_IPV4 && inet_echo_parse(n->data, n->length, &echo) == 0 &&
		echo.type == ICMP_ECHO_REPLY_TYPE && echo.sequence == w->echo_sequence)
		w->replies++;
}

static void on_notice(void *user, struct host_adapter *a, const struct host_notice *n)
{
	struct world *w = user;

	if (station_notice(w, a, n))
		return;
	w->told[n->type]++;
	if (n->type == NOTICE_DATA)
		data_arrived(w, n);
	else
		w->last = *n;
	if (n->type == NOTICE_ADAPTER_REMOVED)
		w->adapter = NULL;
	if (n->type == NOTICE_PORT_DELETED)
		w->pending = false;
	if (n->type == NOTICE_ADAPTER_LOST)
		timeline_lost(w);
	if (n->type == NOTICE_HANDLER_BLOCKED)
		w->blocked = n->reason + 1;
	if (w->air)
		air_notice(w, n);
}

static void on_ui(void *user, const struct host_ui_request *request)
{
	struct world *w = user;

	prompt_answer(w->host, request, w->options->ui_response);
}

static void on_frame(
	void *user, uint64_t time, const uint8_t *frame, size_t length, uint32_t frequency)
{
	struct world *w = user;

	pcap_writer_frame(w->pcap, time, frame, length, frequency);
}

static void on_peer_log(void *user, const char *text)
{
	timeline_peer(user, text);
}

static int open_peer(struct world *w)
{
	const struct world_options *o = w->options;
	const struct peer_config config = {.command = o->peer,
		.loop = w->loop,
		.aps = w->aps,
		.naps = w->naps,
		.seed = o->seed,
		.answer_ms = o->peer_deadline_ms,
		.log = on_peer_log,
		.user = w};
	char err[200];

	if (!o->peer)
		return 0;
	return peer_open(&config, &w->peer, err, sizeof(err)) ? cli_error("%s", err) : 0;
}

int world_end_peer(struct world *w)
{
	char err[200];
	int rc = peer_close(w->peer, err, sizeof(err));

	w->peer = NULL;
	return rc ? cli_error("%s", err) : 0;
}

static int open_outputs(struct world *w)
{
	const struct world_options *o = w->options;
	char err[256];

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
	if (!o->pcap)
		return 0;
	if (pcap_writer_open(o->pcap, &w->pcap, err, sizeof(err)))
		return cli_error("%s", err);
	sim_set_tap(w->sim, on_frame, w);
	return 0;
}

static int open_real_radio(struct world *w)
{
	struct radio_config config = {
		.interface = w->options->interface, .event = air_radio_event, .user = w};
	char err[256];

	if (loop_new(LOOP_REAL, &w->loop))
		return cli_error("out of memory");
	config.loop = w->loop;
	if (radio_open(&config, &w->radio, err, sizeof(err)))
		return cli_error("%s", err);
	w->mp = radio_miniport(w->radio);
	return 0;
}

/* For a roam there have to be two: the second is the first with another BSSID, channel and a weaker
 * signal. */
static int open_radio(struct world *w)
{
	struct sim_ap_config second;
	unsigned i;
	int err;

	if (w->options->interface)
		return open_real_radio(w);
	if (loop_new(LOOP_VIRTUAL, &w->loop) || sim_new(w->loop, w->options->seed, &w->sim))
		return cli_error("out of memory");
	for (i = 0; i < w->options->naps; i++) {
		err = sim_add_ap(w->sim, &w->options->aps[i], &w->aps[i]);
		if (err)
			return cli_error("access point %u: %s", i + 1,
				err == -EEXIST ? "another one has the same bssid" : strerror(-err));
		w->naps++;
	}
	if (w->naps == 1) {
		second = *sim_ap_config(w->aps[0]);
		second.bssid.b[5] ^= 1;
		second.channel = second.channel == 11 ? 6 : 11;
		second.rssi -= 10;
		if (sim_add_ap(w->sim, &second, &w->aps[1]))
			return cli_error("out of memory");
		w->naps = 2;
		w->ap_added = true;
	}
	if (sim_add_station(w->sim, (struct mac){{0}}, &w->mp))
		return cli_error("out of memory");
	return 0;
}

static int open_profile(struct world *w)
{
	const struct ssid *ssid = &w->options->aps[0].ssid;

	if (!w->options->profile)
		return profile_minimal(ssid->bytes, ssid->length, &w->profile)
			       ? cli_error("out of memory")
			       : 0;
	return take_profile(w->options->profile, &w->profile);
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
						     .repeatable = !o->interface,
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
		/* It is a station of the simulation. */
		.virtual_station = w->options->interface ? NULL : station_wanted,
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
	/* The module shares this process's libcrypto: its nonces, too, are then the seed's
	 * (simulated radio only). */
	rc = !options->interface && crypto_make_repeatable(options->seed)
		     ? cli_error("libcrypto cannot be made repeatable")
		     : 0;
	if (!rc)
		rc = open_profile(w);
	if (!rc)
		rc = open_radio(w);
	if (!rc)
		rc = open_outputs(w);
	if (!rc)
		rc = open_peer(w);
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
	if (pcap_writer_close(w->pcap))
		err = -EIO;
	w->pcap = NULL;
	if (w->sim)
		sim_set_tap(w->sim, NULL, NULL);
	return err ? cli_error("%s: %s", w->options->pcap, strerror(-err)) : 0;
}

bool world_close(struct world *w)
{
	if (w->host && !w->stopped && host_stop(w->host)) {
		peer_kill(w->peer);
		return false;
	}
	host_free(w->host);
	peer_close(w->peer, NULL, 0);
	world_save(w);
	air_free(w);
	radio_close(w->radio);
	sim_free(w->sim);
	loop_free(w->loop);
	profile_free(w->profile);
	history_free(w->history);
	crypto_make_random();
	return true;
}
