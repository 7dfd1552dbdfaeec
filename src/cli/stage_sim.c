// SPDX-License-Identifier: BSD-2-Clause
/* The simulation as a stage: a radio and access points in virtual time, a peer, a capture. */
#include <errno.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/station.h"
#include "cli/timeline.h"
#include "cli/tour.h"
#include "crypto/crypto.h"
#include "miniport/sim/sim.h"
#include "peer/peer.h"
#include "trace/pcap.h"
#include "wire/inet.h"

#define ETHERTYPE_IPV4 0x0800

static int open_profile(struct world *w)
{
	const struct ssid *ssid = &w->options->aps[0].ssid;

	if (!w->options->profile)
		return profile_minimal(ssid->bytes, ssid->length, &w->profile)
			       ? cli_error("out of memory")
			       : 0;
	return take_profile(w->options->profile, &w->profile);
}

/* For a roam there have to be two: the second is the first with another BSSID, channel and a weaker
 * signal. */
static int open_radio(struct world *w)
{
	struct sim_ap_config second;
	unsigned i;
	int err;

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

/* ---- The capture. ---- */

static void on_frame(
	void *user, uint64_t time, const uint8_t *frame, size_t length, uint32_t frequency)
{
	struct world *w = user;

	pcap_writer_frame(w->pcap, time, frame, length, frequency);
}

static int open_pcap(struct world *w)
{
	char err[256];

	if (!w->options->pcap)
		return 0;
	if (pcap_writer_open(w->options->pcap, &w->pcap, err, sizeof(err)))
		return cli_error("%s", err);
	sim_set_tap(w->sim, on_frame, w);
	return 0;
}

static int close_pcap(struct world *w)
{
	const int err = pcap_writer_close(w->pcap);

	w->pcap = NULL;
	if (w->sim)
		sim_set_tap(w->sim, NULL, NULL);
	return err ? cli_error("%s: %s", w->options->pcap, strerror(EIO)) : 0;
}

/* ---- The peer. ---- */

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

/* Says good-bye: the peer may have failed, now or before. */
static int end_peer(struct world *w)
{
	char err[200];
	int rc = peer_close(w->peer, err, sizeof(err));

	w->peer = NULL;
	return rc ? cli_error("%s", err) : 0;
}

/* ---- The stage. ---- */

static int sim_stage_open(struct world *w)
{
	int rc;

	/* The module shares this process's libcrypto: its nonces, too, are then the seed's. */
	if (crypto_make_repeatable(w->options->seed))
		return cli_error("libcrypto cannot be made repeatable");
	rc = open_profile(w);
	if (!rc)
		rc = open_radio(w);
	if (!rc)
		rc = open_pcap(w);
	return rc ? rc : open_peer(w);
}

static void sim_stage_notice(struct world *w, const struct host_notice *n)
{
	struct inet_echo echo;

	if (n->type == NOTICE_DATA && n->ethertype == ETHERTYPE_IPV4 &&
		inet_echo_parse(n->data, n->length, &echo) == 0 &&
		echo.type == ICMP_ECHO_REPLY_TYPE && echo.sequence == w->echo_sequence)
		w->replies++;
}

static int sim_stage_finish(struct world *w)
{
	const int peer = end_peer(w), pcap = close_pcap(w);

	return peer ? peer : pcap;
}

static void sim_stage_close(struct world *w, bool abandoned)
{
	if (abandoned) {
		peer_kill(w->peer);
		return;
	}
	/* Where the run ended without finish(), for a reason that was told. */
	peer_close(w->peer, NULL, 0);
	w->peer = NULL;
	sim_free(w->sim);
	w->sim = NULL;
	crypto_make_random();
}

const struct stage stage_sim = {
	.open = sim_stage_open,
	.run = tour_run,
	.other_crossing = station_crossing,
	.other_notice = station_notice,
	.notice = sim_stage_notice,
	.virtual_station = station_wanted,
	.finish = sim_stage_finish,
	.close = sim_stage_close,
	.repeatable = true,
};
