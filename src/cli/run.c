// SPDX-License-Identifier: BSD-2-Clause
/* openihv run */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/air.h"
#include "cli/arguments.h"
#include "cli/crash.h"
#include "cli/tour.h"

static const char usage[] =
	"usage: openihv run MODULE [OPTION]...\n"
	"\n"
	"Loads the IHV Extensions module MODULE, gives it an adapter on a simulated radio, "
	"connects, and ends\n"
	"the post-association operation in every way in which it can end. Judges both sides by the "
	"contract.\n"
	"\n"
	"  --module FILE       the same as MODULE\n"
	"  --profile FILE      WLAN profile (XML); without it a minimal one for the first AP's "
	"SSID\n"
	"  --ap SPEC           an access point: open, wpa2-psk:PASSPHRASE, blind (associates "
	"everybody\n"
	"                      and never says anything) or peer (see --peer), then any of\n"
	"                      ,ssid=NAME ,bssid=MAC ,channel=N ,rssi=DBM "
	",akm=psk|psk-sha256|both\n"
	"                      ,mfp=off|optional|required (wpa2-psk: protected management frames)\n"
	"                      ,ie=HEX (elements to announce) ,privacy=on|off (blind and peer)\n"
	"                      (repeatable; a comma in a name or passphrase is written \\,)\n"
	"  --radio nl80211:IFACE\n"
	"                      a real radio in place of the simulated one: connects to the network "
	"of the\n"
	"                      profile and stays there until SIGINT or SIGTERM (needs "
	"CAP_NET_ADMIN)\n"
	"  --for SECONDS       with --radio: no longer than this\n"
	"  --peer COMMAND      a program that speaks the vendor's protocol for the APs of kind "
	"peer;\n"
	"                      without --ap there is one of them\n"
	"  --end WAY           only this end; repeatable, in order. WAY is one of:\n";

static const char more_usage[] =
	"  --ui-response TEXT  answer what the module asks the user; without it the terminal is "
	"asked\n"
	"  --seed N            seed of the run (default 1): the same seed gives the same bytes\n"
	"  --trace FILE        save every crossing, one JSON object a line, for openihv check\n"
	"  --pcap FILE         save the frames on the air\n"
	"  --json              print JSON lines in place of the timeline\n"
	"  --quiet             of calls only those that break a rule; the ports, deaths, the "
	"verdict\n"
	"  --isolate           run the module in a process of its own (the default)\n"
	"  --in-process        run it inside this one: its crash is the end, nothing confines it\n"
	"  --page-guard        watch the memory that passes between host and module\n"
	"  --deadline SECONDS  until a handler is overdue (default 5); its process is then killed\n"
	"  --stop-deadline SECONDS\n"
	"                      the same for Dot11ExtIhvStopPostAssociate (default 2)\n"
	"  --peer-deadline SECONDS\n"
	"                      real time until the peer must have answered (default 10)\n"
	"  --strict            refuse calls that break a rule; races and warnings count as "
	"violations\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 pass, 1 violations, a death or no connection, 2 usage or unusable input.\n";

enum {
	OPTION_MODULE = 256,
	OPTION_PROFILE,
	OPTION_AP,
	OPTION_END,
	OPTION_UI_RESPONSE,
	OPTION_SEED,
	OPTION_TRACE,
	OPTION_PCAP,
	OPTION_JSON,
	OPTION_QUIET,
	OPTION_STRICT,
	OPTION_ISOLATE,
	OPTION_IN_PROCESS,
	OPTION_PAGE_GUARD,
	OPTION_DEADLINE,
	OPTION_STOP_DEADLINE,
	OPTION_PEER,
	OPTION_PEER_DEADLINE,
	OPTION_RADIO,
	OPTION_FOR,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{"module", required_argument, NULL, OPTION_MODULE},
	{"profile", required_argument, NULL, OPTION_PROFILE},
	{"ap", required_argument, NULL, OPTION_AP},
	{"end", required_argument, NULL, OPTION_END},
	{"ui-response", required_argument, NULL, OPTION_UI_RESPONSE},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"trace", required_argument, NULL, OPTION_TRACE},
	{"pcap", required_argument, NULL, OPTION_PCAP},
	{"json", no_argument, NULL, OPTION_JSON},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"strict", no_argument, NULL, OPTION_STRICT},
	{"isolate", no_argument, NULL, OPTION_ISOLATE},
	{"in-process", no_argument, NULL, OPTION_IN_PROCESS},
	{"page-guard", no_argument, NULL, OPTION_PAGE_GUARD},
	{"deadline", required_argument, NULL, OPTION_DEADLINE},
	{"stop-deadline", required_argument, NULL, OPTION_STOP_DEADLINE},
	{"peer", required_argument, NULL, OPTION_PEER},
	{"peer-deadline", required_argument, NULL, OPTION_PEER_DEADLINE},
	{"radio", required_argument, NULL, OPTION_RADIO},
	{"for", required_argument, NULL, OPTION_FOR},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

#define ENDS_MAX 64

struct arguments {
	struct world_options options;
	const char *aps[WORLD_APS];
	enum way ways[ENDS_MAX];
	unsigned nways;
};

static int help(void)
{
	unsigned i;

	fputs(usage, stdout);
	for (i = 0; i < WAYS; i++)
		printf("                        %-13s %s\n", way_name((enum way)i),
			way_text((enum way)i));
	fputs(more_usage, stdout);
	return EXIT_PASS;
}

static int take_module(struct world_options *o, const char *path)
{
	if (o->module)
		return cli_error("run: one module at a time; '%s' is too much", path);
	o->module = path;
	return 0;
}

static int take_peer(struct world_options *o, const char *command)
{
	if (o->peer)
		return cli_error("--peer: one at a time; it speaks for all access points");
	if (!*command)
		return cli_error("--peer: the command is empty");
	o->peer = command;
	return 0;
}

static int add_end(struct arguments *a, const char *name)
{
	enum way way = way_by_name(name);

	if (way == WAYS)
		return cli_error(
			"--end %s: there is no such way; openihv run --help lists them", name);
	if (a->nways && a->ways[a->nways - 1] == WAY_REMOVE)
		return cli_error(
			"--end %s: nothing can follow 'remove', which takes the adapter away",
			name);
	if (a->nways == ENDS_MAX)
		return cli_error("--end: at most %d", ENDS_MAX);
	a->ways[a->nways++] = way;
	return 0;
}

/* Options without an argument. False: it has one. */
static bool take_flag(struct world_options *o, int option)
{
	switch (option) {
	case OPTION_JSON:
		o->json = true;
		break;
	case OPTION_QUIET:
		o->quiet = true;
		break;
	case OPTION_STRICT:
		o->strict = true;
		break;
	case OPTION_ISOLATE:
	case OPTION_IN_PROCESS:
		o->in_process = option == OPTION_IN_PROCESS;
		break;
	case OPTION_PAGE_GUARD:
		o->guard = true;
		break;
	default: /* see take() */
		return false;
	}
	return true;
}

/* 0, or an exit status after an error was printed. */
static int take(struct arguments *a, int option)
{
	struct world_options *o = &a->options;

	switch (option) {
	case OPTION_PROFILE:
		o->profile = optarg;
		break;
	case OPTION_MODULE:
		return take_module(o, optarg);
	case OPTION_AP:
		if (o->naps == WORLD_APS)
			return cli_error("--ap: at most %d access points", WORLD_APS);
		a->aps[o->naps++] = optarg;
		break;
	case OPTION_END:
		return add_end(a, optarg);
	case OPTION_UI_RESPONSE:
		o->ui_response = optarg;
		break;
	case OPTION_SEED:
		return take_number("--seed", optarg, 0, UINT64_MAX, &o->seed);
	case OPTION_TRACE:
		o->trace = optarg;
		break;
	case OPTION_PCAP:
		o->pcap = optarg;
		break;
	case OPTION_DEADLINE:
		return take_deadline("--deadline", optarg, &o->deadline_ms);
	case OPTION_STOP_DEADLINE:
		return take_deadline("--stop-deadline", optarg, &o->stop_deadline_ms);
	case OPTION_PEER:
		return take_peer(o, optarg);
	case OPTION_PEER_DEADLINE:
		return take_deadline("--peer-deadline", optarg, &o->peer_deadline_ms);
	case OPTION_RADIO:
		return take_radio(optarg, &o->interface);
	case OPTION_FOR:
		return take_number("--for", optarg, 1, 1000000000, &o->seconds);
	}
	return 0;
}

/* What is the simulation's alone is no option of a real radio. */
static int judge_radio(const struct arguments *a)
{
	const struct world_options *o = &a->options;

	if (!o->interface)
		return o->seconds ? cli_error("--for: of a real radio only (--radio)") : 0;
	if (o->naps || o->peer)
		return cli_error("--radio: the access points are real ones: leave out --ap and "
				 "--peer");
	if (a->nways)
		return cli_error("--radio: how it ends is up to the air: leave out --end");
	if (o->pcap)
		return cli_error("--radio: frames are captured by tcpdump on a monitor interface: "
				 "leave out --pcap");
	return o->profile ? 0 : cli_error("--radio: which network? --profile FILE tells");
}

static int open_aps(struct arguments *a)
{
	struct world_options *o = &a->options;
	struct profile *p = NULL;
	int rc = o->profile ? take_profile(o->profile, &p) : 0;

	if (!rc)
		rc = take_aps(a->aps, &o->naps, o->peer, p, o->aps);
	profile_free(p);
	return rc;
}

static int finish(struct world *w, bool reached)
{
	const struct checker *c = host_checker(w->host);
	bool pass = reached && !w->life.deaths && checker_violations(c) == 0 &&
		    !checker_incomplete(c) && !(w->options->strict && checker_warnings(c));
	const int peer = world_end_peer(w), saved = world_save(w);

	if (peer || saved)
		return peer ? peer : saved;
	if (w->options->json) {
		report_findings_json(stdout, c);
		report_verdict_json(stdout, c, w->life.deaths, pass);
	} else {
		report_findings(stdout, c, w->history, w->colour);
		if (w->life.deaths)
			report_deaths(stdout, &w->life, w->history, w->colour);
		if (w->why[0])
			printf("\nfailed: %s", w->why);
		putchar('\n');
		report_verdict(stdout, c, w->life.deaths, pass, w->colour);
	}
	return pass ? EXIT_PASS : EXIT_FINDINGS;
}

static int run(struct arguments *a)
{
	struct world w;
	bool reached;
	int rc;

	setvbuf(stdout, NULL, _IOLBF, 0); /* what was seen before a crash is shown */
	if (a->options.in_process)
		crash_watch(a->options.json);
	rc = world_open(&w, &a->options);
	if (rc == EXIT_USAGE) {
		world_close(&w);
		return rc;
	}
	reached = rc == EXIT_PASS &&
		  (a->options.interface ? air_run(&w) : tour_run(&w, a->ways, a->nways));
	w.life.ending = true;
	world_heading(&w, "The module is unloaded");
	if (host_stop(w.host)) {
		world_note(&w, "a handler never returned: the module cannot be unloaded");
		finish(&w, false);
		fflush(stdout);
		_exit(EXIT_FINDINGS);
	}
	w.stopped = true;
	rc = finish(&w, reached);
	world_close(&w);
	return rc;
}

int cmd_run(int argc, char **argv)
{
	struct arguments a = {.options = {.seed = 1}};
	unsigned i;
	int option, rc;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (option == OPTION_VERSION)
			return cli_version();
		if (option == '?' || option == ':')
			return cli_option_error(argv, option);
		rc = take_flag(&a.options, option) ? 0 : take(&a, option);
		if (rc)
			return rc;
	}
	for (; optind < argc; optind++) {
		rc = take_module(&a.options, argv[optind]);
		if (rc)
			return rc;
	}
	if (!a.options.module)
		return cli_error("run: which module? openihv run --help tells");
	rc = judge_radio(&a);
	if (rc)
		return rc;
	if (!a.nways)
		for (i = 0; i < WAYS; i++)
			a.ways[a.nways++] = (enum way)i;
	rc = a.options.interface ? 0 : open_aps(&a);
	return rc ? rc : run(&a);
}
