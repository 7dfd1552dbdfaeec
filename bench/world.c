// SPDX-License-Identifier: BSD-2-Clause
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/crypto.h"
#include "module/inproc.h"
#include "profile/profile.h"
#include "wire/inet.h"
#include "worker/worker.h"

static const char profile_text[] =
	"<?xml version=\"1.0\"?>"
	"<WLANProfile "
	"xmlns=\"http://www.microsoft.com/networking/WLAN/profile/v1\"><name>bench</name>"
	"<SSIDConfig><SSID><name>bench</name></SSID></SSIDConfig><connectionType>ESS</"
	"connectionType>"
	"<IHV><OUIHeader><OUI>001122</OUI><type>00</type></OUIHeader><security>"
	"<rsn xmlns=\"urn:openihv:rsn:1\"><passphrase>" BENCH_KEY
	"</passphrase></rsn></security></IHV></WLANProfile>";

struct profile *bench_profile(void)
{
	struct profile_error err;
	struct profile *p;

	if (profile_parse(profile_text, sizeof(profile_text) - 1, &p, &err))
		bench_die(err.text);
	return p;
}

int bench_module(
	const char *module, const char *worker, struct module **out, char *err, size_t room)
{
	const struct worker_config config = {
		.options = {.repeatable = true, .seed = 1}, .program = worker};

	return worker ? worker_open(module, &config, out, err, room)
		      : inproc_open(module, NULL, out, err, room);
}

void bench_open(struct bench_world *w, const char *module, const char *worker,
	void (*notice)(void *user, struct host_adapter *a, const struct host_notice *n), void *user)
{
	struct sim_ap_config ap = {
		.security = SIM_WPA2_PSK, .passphrase = BENCH_KEY, .ssid = {5, BENCH_SSID}};
	struct host_config config = {.notice = notice, .user = user};
	char err[256];

	memset(w, 0, sizeof(*w));
	if (crypto_make_repeatable(1) || loop_new(LOOP_VIRTUAL, &w->loop) ||
		sim_new(w->loop, 1, &w->sim) || sim_add_ap(w->sim, &ap, &w->ap))
		bench_die("out of memory");
	w->profile = bench_profile();
	config.loop = w->loop;
	if (bench_module(module, worker, &w->module, err, sizeof(err)) ||
		host_new(&config, w->module, &w->host) || host_start(w->host, err, sizeof(err)))
		bench_die(err);
}

void bench_judge(struct host *h)
{
	size_t count, i;
	const struct finding *list = checker_findings(host_checker(h), &count);

	for (i = 0; i < count; i++)
		if (list[i].severity != SEVERITY_W)
			fprintf(stderr, "%s: %s\n", rule_info(list[i].rule)->id, list[i].text);
	if (checker_violations(host_checker(h)))
		bench_die("a rule was broken");
}

void bench_close(struct bench_world *w)
{
	if (host_stop(w->host))
		bench_die("the module cannot be unloaded");
	bench_judge(w->host);
	host_free(w->host);
	sim_free(w->sim);
	loop_free(w->loop);
	profile_free(w->profile);
	crypto_make_random();
}

void bench_ping(struct host_adapter *a, uint16_t sequence)
{
	static const uint8_t payload[32];
	struct inet_echo echo = {.type = ICMP_ECHO_REQUEST_TYPE,
		.ttl = 64,
		.source = SIM_STATION_ADDRESS,
		.destination = SIM_ECHO_ADDRESS,
		.id = 1,
		.sequence = sequence,
		.payload = payload,
		.payload_len = sizeof(payload)};
	uint8_t packet[96];
	struct writer out = writer_init(packet, sizeof(packet));
	struct mac peer;

	host_port_open(a, &peer);
	inet_echo_build(&out, &echo);
	if (host_send_data(a, peer, 0x0800, packet, (uint32_t)out.len))
		bench_die("a ping could not be sent");
}
