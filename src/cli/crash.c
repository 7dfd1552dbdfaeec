// SPDX-License-Identifier: BSD-2-Clause
/*
 * A module in this process crashes this process. What can still be done then is to say so: which
 * signal, and in which handler. Everything here is safe in a signal handler.
 */
#include "cli/crash.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "host/host.h"

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(EXIT_USAGE);
}

static bool as_json; /* read by the signal handler, written before it is installed */

static void crashed(int number)
{
	enum crossing_fn handler;
	const char *where = "a thread of its own";

	if (!host_in_module(&handler))
		return; /* our own fault: SA_RESETHAND lets it happen again, by its default action
			 */
	if (handler != FN_COUNT)
		where = crossing_name(handler);
	say(as_json ? "{\"verdict\":\"fail\",\"crash\":\""
		    : "\nverdict: fail (the module crashed: ");
	say(signal_name(number));
	say(as_json ? "\",\"in\":\"" : " in ");
	say(where);
	say(as_json ? "\"}\n" : ")\n");
	_exit(EXIT_FINDINGS);
}

void crash_watch(bool json)
{
	struct sigaction action = {.sa_handler = crashed, .sa_flags = (int)SA_RESETHAND};
	struct sigaction old;
	size_t i;

	as_json = json;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < SIGNALS; i++)
		/* A sanitizer that has the signal knows more than we do. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(signals[i], &action, NULL);
}
