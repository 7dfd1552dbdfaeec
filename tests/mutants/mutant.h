// SPDX-License-Identifier: BSD-2-Clause
/*
 * A mutant is a correct module, the base, between two layers of functions that can be wrong:
 *
 *	host -- handlers --> base -- calls --> host
 *
 * Each mutant is one struct mutation, named as in mutants.tsv. The linker makes `mutation` another
 * name of it, so that all mutants of a base share their objects.
 */
#ifndef OPENIHV_TESTS_MUTANTS_MUTANT_H
#define OPENIHV_TESTS_MUTANTS_MUTANT_H

#include <wlanihv.h>

struct mutation {
	/* What is not NULL takes the place of the host's function, for the base alone ... */
	DOT11EXT_APIS calls;
	/* ... and of the base's handler, for the host alone. */
	DOT11EXT_IHV_HANDLERS handlers;
	/* In place of the base's GetVersionInfo. */
	VOID (*version)(PDOT11_IHV_VERSION_INFO info);
	/* At the end of InitService, with its arguments. */
	VOID (*started)(PDOT11EXT_APIS apis, PDOT11EXT_IHV_HANDLERS out);
};

extern const struct mutation mutation;

/* The host's functions, and the base's handlers. Written by InitService, before there are threads.
 */
extern DOT11EXT_APIS host;
extern DOT11EXT_IHV_HANDLERS base;

/* What each base is: the two exports of a module, under other names. */
DWORD WINAPI base_get_version_info(PDOT11_IHV_VERSION_INFO info);
DWORD WINAPI base_init_service(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS out);

#endif
