// SPDX-License-Identifier: BSD-2-Clause
/*
 * The SDK's template, a correct module for open networks, to build others upon: its two exports are
 * turned into functions of the file that includes this.
 */
#ifndef OPENIHV_TESTS_MODULES_TEMPLATE_H
#define OPENIHV_TESTS_MODULES_TEMPLATE_H

#include <wlanihv.h>

DWORD WINAPI template_get_version_info(PDOT11_IHV_VERSION_INFO info);
DWORD WINAPI template_init_service(
	DWORD version, PDOT11EXT_APIS apis, LPVOID reserved, PDOT11EXT_IHV_HANDLERS handlers);

#define Dot11ExtIhvGetVersionInfo template_get_version_info
#define Dot11ExtIhvInitService    template_init_service
#include "../../sdk/template/template.c"
#undef Dot11ExtIhvGetVersionInfo
#undef Dot11ExtIhvInitService

#endif
