// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_PROFILE_PROFILE_H
#define OPENIHV_PROFILE_PROFILE_H

/*
 * A WLAN profile as Windows writes it: XML in the namespace
 * http://www.microsoft.com/networking/WLAN/profile/v1 ("WLAN_profile Schema" on
 * learn.microsoft.com). Read are the networks it is for, and the IHV block; what Windows itself
 * would do with the rest (MSM, Hotspot2, MacRandomization) is none of an extension's business.
 *
 * A profile comes from a user or from a network's administrator: it is hostile input. There is no
 * network access, no DOCTYPE and so no entity, and there are the limits below.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PROFILE_MAX_BYTES = 256 * 1024,
	PROFILE_MAX_DEPTH = 32, // of nested elements
	PROFILE_MAX_ELEMENTS = 4096,
	PROFILE_MAX_ATTRIBUTES = 4096, // counted as '=' characters, wherever they stand
	PROFILE_MAX_SSIDS = 256,
	PROFILE_MAX_NAME = 255, // characters; "nameType" of the schema
	PROFILE_SSID_LEN = 32,  // 802.11-2020, 9.4.2.2
};

// Values are those of DOT11_BSS_TYPE.
enum profile_bss_type {
	PROFILE_BSS_INFRASTRUCTURE = 1, // connectionType ESS
	PROFILE_BSS_INDEPENDENT = 2,    // connectionType IBSS
};

struct profile_ssid {
	uint8_t len; // 1..32
	uint8_t data[PROFILE_SSID_LEN];
};

struct profile {
	char *name;                 // UTF-8, never NULL
	struct profile_ssid *ssids; // in the order of the file
	size_t nssids;              // at least 1
	enum profile_bss_type bss_type;
	bool automatic;       // connectionMode auto
	bool nonbroadcast;    // some of its networks do not announce themselves
	bool has_ms_security; // MSM/security is present: the operating system's own security
	bool has_ihv;         // an IHV block is present; without it all below is zero
	uint8_t oui[3];
	uint8_t ihv_type; // tells apart the adapters of one vendor
	/*
	 * The vendor's XML: what stands inside the elements <connectivity> and <security> of the
	 * block, without those two (contract, C-21). A single element (the usual case) is a
	 * document by itself: the namespaces that it uses are declared on it. UTF-16, terminated;
	 * NULL when the element is absent or empty.
	 */
	uint16_t *connectivity;
	uint16_t *security; // may hold secrets
	bool use_ms_onex;   // 802.1X is done by the operating system
};

// Why a profile was refused: one sentence, printable ASCII, without the file's name.
struct profile_error {
	unsigned line; // 0 where there is none
	char text[200];
};

/*
 * Reads a profile from `len` octets (UTF-8, or UTF-16 with a byte order mark). On success returns 0
 * and sets `*out`, which the caller frees by profile_free(). On an error `*out` is NULL and `*err`
 * tells why: -EINVAL  not a valid profile -E2BIG   one of the limits above -ENOMEM Any thread may
 * call it.
 */
int profile_parse(const char *buf, size_t len, struct profile **out, struct profile_error *err);

// The same from a file, with the errors of open(2) and read(2) added.
int profile_load(const char *path, struct profile **out, struct profile_error *err);

// A profile for one infrastructure network without any security settings, manual, no IHV block; its
// name is "default". Returns 0, -EINVAL for a length outside 1..32, or -ENOMEM.
int profile_minimal(const uint8_t *ssid, size_t len, struct profile **out);

// Wipes the fragments. NULL is fine.
void profile_free(struct profile *p);

#endif
