// SPDX-License-Identifier: BSD-2-Clause
/* One call of each handler and function with everything in it that can cross. */
#ifndef OPENIHV_TESTS_LIB_MESSAGE_SAMPLES_H
#define OPENIHV_TESTS_LIB_MESSAGE_SAMPLES_H

#include "host/module.h"

/* Memory that the samples point to; `fill` stands in its padding and in unused bytes. The two
 * functions point into it. */
struct samples {
	DOT11_IHV_VERSION_INFO version;
	DOT11_ADAPTER adapter;
	DOT11EXT_IHV_PROFILE_PARAMS params;
	struct {
		ULONG count;
		DOT11_SSID ssids[3];
	} ssids;
	DOT11_MSSECURITY_SETTINGS ms;
	BYTE ms_data[5];
	DOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity;
	DOT11EXT_IHV_SECURITY_PROFILE security;
	DOT11_BSS_LIST bss;
	UCHAR bss_data[77];
	DWORD number;
	DOT11_PORT_STATE port;
	struct {
		DOT11_ASSOCIATION_COMPLETION_PARAMETERS p;
		uint8_t runs[12];
	} association;
	DOT11_MAC_ADDRESS mac;
	DOT11EXT_IHV_DISCOVERY_PROFILE_LIST list;
	WTSSESSION_NOTIFICATION session;
	uint8_t bytes[64];
	uint8_t out[16 + CONTROL_GUARD];
	BOOL truth;
	GUID guid;
	DOT11_MSONEX_RESULT_PARAMS onex;
	DOT11_EAP_RESULT eap_result;
	EAP_ATTRIBUTES eap;
	EAP_ATTRIBUTE eap_list[2];
	void *pointer;
	DOT11EXT_IHV_UI_REQUEST ui;
	L2_NOTIFICATION_DATA notification;
	DOT11_PRIVACY_EXEMPTION exemptions[2];
	USHORT types[3];
	union {
		DOT11_CIPHER_DEFAULT_KEY_VALUE v;
		uint8_t room[64];
	} default_key;
	union {
		DOT11_CIPHER_KEY_MAPPING_KEY_VALUE v;
		uint8_t room[64];
	} mapping_key;
	DOT11EXT_VIRTUAL_STATION_AP_PROPERTY property;
	uint8_t user_data[MODULE_USER_DATA_MAX];
};

void samples_fill(struct samples *s, int fill);
struct handler_call sample_handler(struct samples *s, enum crossing_fn fn);
struct function_call sample_function(struct samples *s, enum crossing_fn fn);

#define FN_HANDLERS  FN_ALLOCATE_BUFFER /* the first that is none */
#define FN_CALLS     (FN_SET_VIRTUAL_STATION_AP_PROPERTIES + 1)
#define SAMPLE_TOKEN ((void *)(uintptr_t)UINT64_C(0x1122334455667788))

#endif
