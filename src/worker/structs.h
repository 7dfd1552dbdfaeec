// SPDX-License-Identifier: BSD-2-Clause
/* For the two files of the table: structures (structs.c), and the calls that point to them
 * (shapes.c). */
#ifndef OPENIHV_WORKER_STRUCTS_H
#define OPENIHV_WORKER_STRUCTS_H

#include "worker/shapes.h"

#define COUNT(list)   (sizeof(list) / sizeof((list)[0]))
#define SIZE(type, m) sizeof(((type *)0)->m)

/* Limits of what a pointer may lead to, in bytes. The largest message that they allow stays below
 * MESSAGE_MAX. */
#define BYTES_MAX (1u << 20)
#define TEXT_MAX  (256u << 10) /* as a profile: the host refuses a text of this length */
#define LIST_MAX  4096u        /* short arrays: far more than the host accepts */
#define DATA_MAX  (64u << 10)  /* UI requests and user data: as the host */

/* Of a member of t. */
#define COUNTED_BY(t, n) .count_at = offsetof(t, n), .count_size = SIZE(t, n)

extern const struct shape struct_dword;
extern const struct shape struct_one_bool;
extern const struct shape struct_guid;
extern const struct shape struct_mac;
extern const struct shape struct_token;
extern const struct shape struct_version_info;
extern const struct shape struct_adapter;
extern const struct shape struct_profile_params;
extern const struct shape struct_connectivity_profile;
extern const struct shape struct_security_profile;
extern const struct shape struct_bss_list;
extern const struct shape struct_port_state;
extern const struct shape struct_association;
extern const struct shape struct_session_change;
extern const struct shape struct_onex_params;
extern const struct shape struct_ui_request;
extern const struct shape struct_notification;
extern const struct shape struct_default_key;
extern const struct shape struct_mapping_key;
extern const struct shape struct_ap_property;
extern const struct shape struct_discovery_list;
extern const struct shape struct_given_request;
extern const struct shape struct_given_attributes;

#endif
