// SPDX-License-Identifier: BSD-2-Clause
#include <getopt.h>

#include "cli/arguments.h"
#include "cli/play.h"

int play_module(struct world_options *o, const char *path)
{
	if (o->module)
		return cli_error("run: one module at a time; '%s' is too much", path);
	o->module = path;
	return 0;
}

/* Options without an argument. False: it has one. */
static bool take_flag(struct world_options *o, int option)
{
	switch (option) {
	case PLAY_JSON:
		o->json = true;
		break;
	case PLAY_QUIET:
		o->quiet = true;
		break;
	case PLAY_STRICT:
		o->strict = true;
		break;
	case PLAY_ISOLATE:
	case PLAY_IN_PROCESS:
		o->in_process = option == PLAY_IN_PROCESS;
		break;
	case PLAY_PAGE_GUARD:
		o->guard = true;
		break;
	default: /* see play_option() */
		return false;
	}
	return true;
}

int play_option(struct world_options *o, int option)
{
	if (take_flag(o, option))
		return 0;
	switch (option) {
	case PLAY_MODULE:
		return play_module(o, optarg);
	case PLAY_PROFILE:
		o->profile = optarg;
		break;
	case PLAY_UI_RESPONSE:
		o->ui_response = optarg;
		break;
	case PLAY_TRACE:
		o->trace = optarg;
		break;
	case PLAY_DEADLINE:
		return take_deadline("--deadline", optarg, &o->deadline_ms);
	case PLAY_STOP_DEADLINE:
		return take_deadline("--stop-deadline", optarg, &o->stop_deadline_ms);
	case PLAY_RADIO:
		return take_radio(optarg, &o->interface);
	case PLAY_FOR:
		return take_number("--for", optarg, 1, 1000000000, &o->seconds);
	}
	return 0;
}
