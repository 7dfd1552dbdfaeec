// SPDX-License-Identifier: BSD-2-Clause
/* openihv run */
#include <getopt.h>

#include "cli/aps.h"
#include "cli/arguments.h"
#include "cli/play.h"
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
	OPTION_AP = PLAY_END,
	OPTION_END,
	OPTION_SEED,
	OPTION_PCAP,
	OPTION_PEER,
	OPTION_PEER_DEADLINE,
};

static const struct option long_options[] = {
	PLAY_OPTIONS,
	{"ap", required_argument, NULL, OPTION_AP},
	{"end", required_argument, NULL, OPTION_END},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"pcap", required_argument, NULL, OPTION_PCAP},
	{"peer", required_argument, NULL, OPTION_PEER},
	{"peer-deadline", required_argument, NULL, OPTION_PEER_DEADLINE},
	{0},
};

#define ENDS_MAX 64

struct arguments {
	struct world_options options;
	const char *specs[WORLD_APS];
	struct sim_ap_config aps[WORLD_APS];
	enum way ways[ENDS_MAX];
	bool seeded;
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
	struct world_options *o = &a->options;
	enum way way = way_by_name(name);

	if (way == WAYS)
		return cli_error(
			"--end %s: there is no such way; openihv run --help lists them", name);
	if (o->nways && a->ways[o->nways - 1] == WAY_REMOVE)
		return cli_error(
			"--end %s: nothing can follow 'remove', which takes the adapter away",
			name);
	if (o->nways == ENDS_MAX)
		return cli_error("--end: at most %d", ENDS_MAX);
	a->ways[o->nways++] = way;
	return 0;
}

/* 0, or an exit status after an error was printed. */
static int take(struct arguments *a, int option)
{
	struct world_options *o = &a->options;

	switch (option) {
	case OPTION_AP:
		if (o->naps == WORLD_APS)
			return cli_error("--ap: at most %d access points", WORLD_APS);
		a->specs[o->naps++] = optarg;
		break;
	case OPTION_END:
		return add_end(a, optarg);
	case OPTION_SEED:
		a->seeded = true;
		return take_number("--seed", optarg, 0, UINT64_MAX, &o->seed);
	case OPTION_PCAP:
		o->pcap = optarg;
		break;
	case OPTION_PEER:
		return take_peer(o, optarg);
	case OPTION_PEER_DEADLINE:
		return take_deadline("--peer-deadline", optarg, &o->peer_deadline_ms);
	default:
		return play_option(o, option);
	}
	return 0;
}

/* What is the simulation's alone is no option of a real radio. */
static int judge_radio(const struct arguments *a)
{
	const struct world_options *o = &a->options;

	if (o->naps || o->peer)
		return cli_error("--radio: the access points are real ones: leave out --ap and "
				 "--peer");
	if (o->nways)
		return cli_error("--radio: how it ends is up to the air: leave out --end");
	if (o->pcap)
		return cli_error("--radio: frames are captured by tcpdump on a monitor interface: "
				 "leave out --pcap");
	return a->seeded || o->peer_deadline_ms
		       ? cli_error("--radio: chance is real, too, and there is no peer: leave out "
				   "--seed and --peer-deadline")
		       : 0;
}

static int open_aps(struct arguments *a)
{
	struct world_options *o = &a->options;
	struct profile *p = NULL;
	int rc = o->profile ? take_profile(o->profile, &p) : 0;

	if (!rc)
		rc = take_aps(a->specs, &o->naps, o->peer, p, a->aps);
	profile_free(p);
	return rc;
}

static int run(struct arguments *a)
{
	struct world_options *o = &a->options;
	int rc;

	if (o->seconds)
		return cli_error("--for: of a real radio only (--radio)");
	if (!o->nways)
		for (unsigned i = 0; i < WAYS; i++)
			a->ways[o->nways++] = (enum way)i;
	rc = open_aps(a);
	o->aps = a->aps;
	o->ways = a->ways;
	return rc ? rc : play(o);
}

int cmd_run(int argc, char **argv)
{
	struct arguments a = {.options = {.stage = &stage_sim, .seed = 1}};
	int option, rc = 0;

	opterr = 0;
	while (!rc && (option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		if (option == 'h')
			return help();
		if (option == PLAY_VERSION)
			return cli_version();
		if (option == '?' || option == ':')
			return cli_option_error(argv, option);
		rc = take(&a, option);
	}
	for (; !rc && optind < argc; optind++)
		rc = play_module(&a.options, argv[optind]);
	if (rc)
		return rc;
	if (!a.options.module)
		return cli_error("run: which module? openihv run --help tells");
	if (!a.options.interface)
		return run(&a);
	rc = judge_radio(&a);
	return rc ? rc : cmd_radio(argc, argv);
}
