// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WIRE_EAPOL_H
#define OPENIHV_WIRE_EAPOL_H

// EAPOL PDUs (IEEE 802.1X-2020, 11.3): what follows ethertype 888E. Pure codecs.

#include <stdint.h>

#include "base/bytes.h"

enum {
	EAPOL_HEADER_LEN = 4,
	EAPOL_VERSION_2004 = 2, // what 802.11-2020, 12.7.2 asks senders to use
};

// Packet types (Table 11-3).
enum {
	EAPOL_TYPE_EAP = 0,
	EAPOL_TYPE_START = 1,
	EAPOL_TYPE_LOGOFF = 2,
	EAPOL_TYPE_KEY = 3,
};

struct eapol_header {
	uint8_t version;
	uint8_t type;
	uint16_t length; // of the body in octets
};

// Reads the header and gives a reader of exactly the body; what is left in `r` afterwards is
// padding of the link. Any version is accepted (802.1X-2020, 11.4). 0, or -EBADMSG when truncated.
int eapol_parse(struct reader *r, struct eapol_header *h, struct reader *body);

// Writes the header; the caller appends `h->length` octets.
void eapol_build(struct writer *w, const struct eapol_header *h);

#endif
