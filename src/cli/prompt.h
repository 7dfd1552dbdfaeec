// SPDX-License-Identifier: BSD-2-Clause
/* Answers a module's request for the user: by a given text, or by asking at the terminal. */
#ifndef OPENIHV_CLI_PROMPT_H
#define OPENIHV_CLI_PROMPT_H

#include "host/host.h"

/* response NULL: asks, without echo, if there is a terminal; without one the request stays
 * unanswered. */
void prompt_answer(struct host *h, const struct host_ui_request *request, const char *response);

#endif
