// SPDX-License-Identifier: BSD-2-Clause
#include "cli/timeline.h"

#include <stdarg.h>
#include <string.h>

/* The life of the port stands out, and each side has its own colour. */
static const char *colour_of(const struct crossing *x)
{
	switch ((enum crossing_fn)x->fn) {
	case FN_PORT_GATE:
		return x->port_gate.open ? "\033[1;32m" : "\033[33m";
	case FN_PORT_CREATED:
	case FN_PORT_DELETED:
		return "\033[33m";
	default: /* by the border that it crosses */
		break;
	}
	switch (crossing_border((enum crossing_fn)x->fn)) {
	case BORDER_HANDLER:
		return "\033[36m";
	case BORDER_FUNCTION:
		return "\033[35m";
	case BORDER_REQUEST:
	case BORDER_INDICATION:
	case BORDER_EVENT:
		break;
	}
	return "";
}

static void line(
	const struct world *w, uint64_t time, const char *colour, const char *who, const char *what)
{
	if (w->colour)
		printf("\033[2m%11.6f\033[0m  %s%-9s%s\033[0m\n", (double)time / 1e9, colour, who,
			what);
	else
		printf("%11.6f  %-9s%s\n", (double)time / 1e9, who, what);
}

static void show(struct world *w, const struct crossing *x)
{
	char who[32], what[192];
	size_t n;

	if (w->options->json) {
		trace_write(&w->out, x);
		return;
	}
	describe(x, who, sizeof(who), what, sizeof(what));
	n = strlen(what);
	if (n && x->fn != FN_INIT_ADAPTER && w->station_svc && x->adapter == w->station_svc)
		snprintf(what + n, sizeof(what) - n, "  (virtual station)");
	if (what[0])
		line(w, x->time, colour_of(x), who, what);
}

/* What a crossing has just shown; the report at the end tells it in full. */
static void show_found(const struct world *w, unsigned found)
{
	size_t count, i;
	const struct finding *list = checker_findings(host_checker(w->host), &count);

	for (i = count - (found < count ? found : count); i < count && !w->options->json; i++)
		printf("%s%13s%s %s: %s%s\n", w->colour ? "\033[31m" : "", "",
			list[i].severity == SEVERITY_W ? "warning" : "violation",
			rule_info(list[i].rule)->id, list[i].text, w->colour ? "\033[0m" : "");
}

/* What the user of a connection wants to know of it. */
static bool matters(const struct crossing *x)
{
	switch ((enum crossing_fn)x->fn) {
	case FN_PORT_CREATED:
	case FN_PORT_GATE:
	case FN_PORT_DELETED:
	case FN_PRE_ASSOCIATE_TIMEOUT:
	case FN_POST_ASSOCIATE_TIMEOUT:
	case FN_HANDLER_OVERDUE:
	case FN_MODULE_DIED:
	case FN_MODULE_TRESPASS:
		return true;
	default:
		return false;
	}
}

void timeline_crossing(struct world *w, const struct crossing *x, unsigned found)
{
	if (!w->options->quiet || found || matters(x))
		show(w, x);
	if (found)
		show_found(w, found);
}

void timeline_event(struct world *w, const struct module_event *e)
{
	const uint64_t now = loop_now(w->loop);
	const bool good = e->id == MODULE_STARTED || e->id == MODULE_STOPPED;
	char text[512];

	if (w->options->json) {
		life_json(stdout, &w->life, e, now);
		return;
	}
	life_text(&w->life, e, text, sizeof(text));
	line(w, now, good ? "" : "\033[31m", "event", text);
}

void timeline_lost(struct world *w)
{
	if (w->options->json)
		printf("{\"notice\":\"adapter lost\"}\n");
	else
		line(w, loop_now(w->loop), "", "host",
			"the adapter has lost its module: no port, no keys, radio off");
}

void timeline_peer(struct world *w, const char *text)
{
	if (w->options->json) {
		fputs("{\"peer\":", stdout);
		json_string(stdout, text);
		puts("}");
	} else {
		line(w, loop_now(w->loop), "\033[34m", "peer", text);
	}
}

/* One line for either; sandbox: NULL in this process. */
static void where(struct world *w, const char *sandbox)
{
	const bool guard = w->options->guard;
	char text[400];

	if (w->options->json && sandbox)
		printf("{\"runs\":\"isolated\",\"page_guard\":%s,\"sandbox\":\"%s\"}\n",
			guard ? "true" : "false", sandbox);
	else if (w->options->json)
		printf("{\"runs\":\"in-process\",\"page_guard\":%s}\n", guard ? "true" : "false");
	if (w->options->json)
		return;
	snprintf(text, sizeof(text), "the module runs in %s%s%s%s",
		sandbox ? "a process of its own" : "this process, without a sandbox",
		guard ? ", with page guards" : "", sandbox ? ": " : "", sandbox ? sandbox : "");
	line(w, loop_now(w->loop), "", "host", text);
}

void timeline_in_process(struct world *w)
{
	where(w, NULL);
}

void timeline_isolated(struct world *w, const char *sandbox)
{
	where(w, sandbox);
}

void world_heading(struct world *w, const char *text)
{
	if (w->options->json)
		printf("{\"step\":\"%s\"}\n", text);
	else
		printf("\n%s%s%s\n", w->colour ? "\033[1m" : "", text, w->colour ? "\033[0m" : "");
}

void world_note(struct world *w, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (w->options->json) {
		fputs("{\"note\":", stdout);
		json_string(stdout, text);
		puts("}");
	} else {
		printf("%s%11.6f  %s%s\n", w->colour ? "\033[1m" : "",
			(double)loop_now(w->loop) / 1e9, text, w->colour ? "\033[0m" : "");
	}
}
