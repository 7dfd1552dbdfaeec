// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_WIRE_KDE_H
#define OPENIHV_WIRE_KDE_H

/*
 * The Key Data field of an EAPOL-Key frame: elements and key data encapsulations (802.11-2020,
 * 12.7.2, Figure 12-35 and Table 12-9). Pure codecs on plain (already unwrapped) key data.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "wire/dot11.h"

// Selectors, OUI and data type as one number (Table 12-9).
enum {
	KDE_GTK = 0x000fac01,
	KDE_MAC = 0x000fac03,
	KDE_PMKID = 0x000fac04,
	KDE_IGTK = 0x000fac09,
	KDE_OCI = 0x000fac0d,
};

enum {
	KDE_HEADER_LEN = 6,     // DD, length, OUI, data type
	KDE_GTK_OVERHEAD = 8,   // around a GTK
	KDE_IGTK_OVERHEAD = 14, // around an IGTK
	KDE_KEY_MAX = 32,
};

// One item. `selector` is 0 for an ordinary element, whose body is then `data`; for a KDE (and any
// other vendor specific element of at least 4 octets) it is the first 4 octets of the body, and
// `data` what follows them.
struct kde {
	struct element element; // as it stands: identifier, length, whole body
	uint32_t selector;
	const uint8_t *data;
	size_t len;
};

// The next item. False at the end, at the padding (DD followed by 00 or by nothing), and at an item
// that does not fit; only the last makes the reader bad.
bool kde_next(struct reader *r, struct kde *k);

// The first KDE with that selector. 0, -ENOENT, or -EBADMSG (malformed before it was found).
int kde_find(const void *key_data, size_t len, uint32_t selector, struct kde *k);

// Group key. `key` points into the KDE's memory.
struct kde_gtk {
	uint8_t key_id; // 0 to 3
	bool tx;
	const uint8_t *key;
	size_t key_len; // 1 to KDE_KEY_MAX; whether it fits the cipher is for the caller to judge
};

// Integrity group key.
struct kde_igtk {
	uint16_t key_id; // 4 or 5 when valid; not judged here
	uint64_t ipn;    // 48 bits
	const uint8_t *key;
	size_t key_len;
};

// `k` must have the selector of that KDE. Return 0, or -EBADMSG for a wrong length or selector.
int kde_gtk_parse(const struct kde *k, struct kde_gtk *out);
int kde_igtk_parse(const struct kde *k, struct kde_igtk *out);
int kde_mac_parse(const struct kde *k, struct mac *out);
int kde_pmkid_parse(const struct kde *k, const uint8_t **pmkid); // 16 octets

// Append one KDE; a key longer than KDE_KEY_MAX makes the writer bad.
void kde_put(struct writer *w, uint32_t selector, const void *data, size_t len);
void kde_put_gtk(struct writer *w, const struct kde_gtk *gtk);
void kde_put_igtk(struct writer *w, const struct kde_igtk *igtk);
void kde_put_mac(struct writer *w, const struct mac *m);
void kde_put_pmkid(struct writer *w, const uint8_t pmkid[16]);

// Pads key data that began at `start` (a value of w->len) for AES key wrap: nothing if it has at
// least 16 octets and a multiple of 8, otherwise DD and as many 00 as are missing (12.7.2).
void kde_pad(struct writer *w, size_t start);

#endif
