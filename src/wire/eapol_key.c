// SPDX-License-Identifier: BSD-2-Clause
#include "wire/eapol_key.h"

#include <errno.h>

#include "wire/eapol.h"

enum {
	IV_LEN = 16,
	RESERVED_LEN = 8,
	// Descriptor type to the reserved field: what stands before the MIC.
	FIXED_LEN = EAPOL_KEY_MIC_OFFSET - EAPOL_HEADER_LEN,
};

static bool mic_len_ok(size_t n)
{
	return n == 0 || n == 16 || n == 24 || n == EAPOL_KEY_MIC_MAX;
}

// The fields of the body in their order (Figure 12-34).
static int parse_body(struct reader *r, size_t mic_len, struct eapol_key *out)
{
	out->descriptor = reader_u8(r);
	if (reader_ok(r) && out->descriptor != EAPOL_KEY_DESCRIPTOR_RSN)
		return -EPROTONOSUPPORT;
	out->info = reader_be16(r);
	out->key_length = reader_be16(r);
	out->replay_counter = reader_be64(r);
	out->nonce = reader_take(r, EAPOL_KEY_NONCE_LEN);
	out->iv = reader_take(r, IV_LEN);
	out->rsc = reader_le64(r);
	reader_skip(r, RESERVED_LEN);
	out->mic = reader_take(r, mic_len);
	out->mic_len = mic_len;
	out->key_data_len = reader_be16(r);
	out->key_data = reader_take(r, out->key_data_len);
	if (!reader_ok(r) || reader_left(r) != 0)
		return -EBADMSG;
	return 0;
}

int eapol_key_parse(const void *frame, size_t len, size_t mic_len, struct eapol_key *out)
{
	struct reader r = reader_init(frame, len);
	struct reader body;
	struct eapol_header h;

	*out = (struct eapol_key){.frame = r.pos};
	if (!mic_len_ok(mic_len))
		return -EINVAL;
	const int err = eapol_parse(&r, &h, &body);
	if (err)
		return err;
	if (h.type != EAPOL_TYPE_KEY)
		return -EPROTONOSUPPORT;
	out->version = h.version;
	out->frame_len = (size_t)EAPOL_HEADER_LEN + h.length;
	out->trailing = reader_left(&r);
	return parse_body(&body, mic_len, out);
}

static void put_or_zero(struct writer *w, const uint8_t *p, size_t n)
{
	if (p)
		writer_put(w, p, n);
	else
		writer_zero(w, n);
}

size_t eapol_key_build(struct writer *w, const struct eapol_key *k)
{
	const size_t body = FIXED_LEN + k->mic_len + 2 + k->key_data_len;

	if (!mic_len_ok(k->mic_len) || body > UINT16_MAX ||
		writer_left(w) < EAPOL_HEADER_LEN + body) {
		writer_fail(w);
		return 0;
	}
	eapol_build(w, &(struct eapol_header){k->version, EAPOL_TYPE_KEY, (uint16_t)body});
	writer_u8(w, k->descriptor);
	writer_be16(w, k->info);
	writer_be16(w, k->key_length);
	writer_be64(w, k->replay_counter);
	put_or_zero(w, k->nonce, EAPOL_KEY_NONCE_LEN);
	put_or_zero(w, k->iv, IV_LEN);
	writer_le64(w, k->rsc);
	writer_zero(w, RESERVED_LEN);
	const size_t mic_offset = w->len;
	writer_zero(w, k->mic_len);
	writer_be16(w, k->key_data_len);
	writer_put(w, k->key_data, k->key_data_len);
	return mic_offset;
}

enum eapol_key_message eapol_key_message(const struct eapol_key *k)
{
	const unsigned kind = k->info & (KEY_INFO_PAIRWISE | KEY_INFO_ACK | KEY_INFO_MIC);
	const bool secure = k->info & KEY_INFO_SECURE;
	const bool install = k->info & KEY_INFO_INSTALL;

	if (k->info & (KEY_INFO_ERROR | KEY_INFO_REQUEST | KEY_INFO_SMK))
		return EAPOL_KEY_UNKNOWN;
	switch (kind) {
	case KEY_INFO_PAIRWISE | KEY_INFO_ACK: // 12.7.6.2
		return install ? EAPOL_KEY_UNKNOWN : EAPOL_KEY_PAIRWISE_1;
	case KEY_INFO_PAIRWISE | KEY_INFO_MIC: // 12.7.6.3 and 12.7.6.5
		if (install)
			return EAPOL_KEY_UNKNOWN;
		return secure && k->key_data_len == 0 ? EAPOL_KEY_PAIRWISE_4 : EAPOL_KEY_PAIRWISE_2;
	case KEY_INFO_PAIRWISE | KEY_INFO_ACK | KEY_INFO_MIC: // 12.7.6.4
		return secure ? EAPOL_KEY_PAIRWISE_3 : EAPOL_KEY_UNKNOWN;
	case KEY_INFO_ACK | KEY_INFO_MIC: // 12.7.7.2
		return secure ? EAPOL_KEY_GROUP_1 : EAPOL_KEY_UNKNOWN;
	case KEY_INFO_MIC: // 12.7.7.3
		return secure ? EAPOL_KEY_GROUP_2 : EAPOL_KEY_UNKNOWN;
	}
	return EAPOL_KEY_UNKNOWN;
}

const char *eapol_key_message_name(enum eapol_key_message m)
{
	switch (m) {
	case EAPOL_KEY_PAIRWISE_1:
		return "pairwise 1";
	case EAPOL_KEY_PAIRWISE_2:
		return "pairwise 2";
	case EAPOL_KEY_PAIRWISE_3:
		return "pairwise 3";
	case EAPOL_KEY_PAIRWISE_4:
		return "pairwise 4";
	case EAPOL_KEY_GROUP_1:
		return "group 1";
	case EAPOL_KEY_GROUP_2:
		return "group 2";
	case EAPOL_KEY_UNKNOWN:
		break;
	}
	return "unknown";
}
