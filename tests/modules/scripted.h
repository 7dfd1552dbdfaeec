// SPDX-License-Identifier: BSD-2-Clause
/*
 * A module whose handlers a test writes. The test finds the table below by dlsym(), puts functions
 * of its own where it wants to, before InitService; the template's serve the rest.
 */
#ifndef OPENIHV_TESTS_MODULES_SCRIPTED_H
#define OPENIHV_TESTS_MODULES_SCRIPTED_H

#include <wlanihv.h>

#define SCRIPTED_SYMBOL "scripted"

struct scripted {
	DOT11EXT_IHV_HANDLERS own;      /* the test's; NULL: the template's */
	DOT11EXT_APIS host;             /* from InitService on */
	DOT11EXT_IHV_HANDLERS template; /* likewise */
	/* hDot11SvcHandle of an adapter of the template's. */
	HANDLE (*svc)(HANDLE ext);
};

#endif
