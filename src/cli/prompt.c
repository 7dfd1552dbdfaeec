// SPDX-License-Identifier: BSD-2-Clause
#include "cli/prompt.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/utf16.h"
#include "base/wipe.h"

#define ANSWER_MAX 512

/* A module's prompt is UTF-16 by custom; what is not text is not shown. */
static void put_question(FILE *tty, const struct host_ui_request *request)
{
	_cleanup_free_ uint16_t *units = NULL;
	_cleanup_free_ char *text = NULL;
	size_t length = 0, n = request->length / 2, i;

	units = calloc(n + 1, sizeof(*units));
	if (units && n)
		memcpy(units, request->data, n * sizeof(*units));
	if (units)
		n = utf16_nlen(units, n);
	if (!units || !n || utf16_to_utf8(units, n, &text, &length))
		length = 0;
	fputs("\nThe module asks: ", tty);
	for (i = 0; i < length; i++) /* no escape sequence of a module's reaches the terminal */
		fputc((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i], tty);
	fputs(length ? "\nAnswer: " : "(no text)\nAnswer: ", tty);
	fflush(tty);
}

static bool ask(const struct host_ui_request *request, char answer[ANSWER_MAX])
{
	_cleanup_fclose_ FILE *tty = isatty(STDIN_FILENO) ? fopen("/dev/tty", "r+") : NULL;
	struct termios old, quiet;
	bool ok;

	if (!tty || tcgetattr(fileno(tty), &old))
		return false;
	put_question(tty, request);
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
	ok = fgets(answer, ANSWER_MAX, tty) != NULL;
	tcsetattr(fileno(tty), TCSAFLUSH, &old);
	fputc('\n', tty);
	if (ok)
		answer[strcspn(answer, "\n")] = '\0';
	return ok;
}

void prompt_answer(struct host *h, const struct host_ui_request *request, const char *response)
{
	char answer[ANSWER_MAX];
	_cleanup_free_ uint16_t *units = NULL;
	size_t n = 0;

	if (!response && !ask(request, answer))
		return;
	if (!response)
		response = answer;
	if (utf8_to_utf16(response, strlen(response), &units, &n) == 0) {
		host_ui_respond(h, request->id, units, (uint32_t)((n + 1) * sizeof(*units)));
		wipe(units, n * sizeof(*units));
	}
	wipe(answer, sizeof(answer));
}
