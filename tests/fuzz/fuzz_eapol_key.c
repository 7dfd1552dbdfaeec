// SPDX-License-Identifier: BSD-2-Clause
// EAPOL-Key frames and the key data in them. What parses must build again, and parse to the same.
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wire/eapol_key.h"
#include "wire/kde.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rebuild(const struct eapol_key *k)
{
	uint8_t buf[4 + UINT16_MAX];
	struct writer w = writer_init(buf, sizeof(buf));
	struct eapol_key again;

	const size_t mic_at = eapol_key_build(&w, k);
	assert(writer_ok(&w));
	assert(mic_at == EAPOL_KEY_MIC_OFFSET);
	assert(w.len == k->frame_len);
	// Only the reserved field and the MIC may differ.
	assert(memcmp(buf, k->frame, EAPOL_KEY_MIC_OFFSET - 8) == 0);
	const size_t after = mic_at + k->mic_len;
	assert(memcmp(buf + after, k->frame + after, w.len - after) == 0);
	assert(eapol_key_parse(buf, w.len, k->mic_len, &again) == 0);
	assert(again.trailing == 0);
	assert(eapol_key_message(&again) == eapol_key_message(k));
}

// Touches every octet that an item claims, so that the sanitizer sees a wrong claim.
static unsigned sum(const uint8_t *p, size_t n)
{
	unsigned s = 0;
	while (n--)
		s += *p++;
	return s;
}

static void check_kde(const struct kde *k)
{
	uint8_t buf[300];
	struct writer w = writer_init(buf, sizeof(buf));
	struct kde_gtk gtk;
	struct kde_igtk igtk;
	volatile unsigned seen = sum(k->element.data, k->element.len) + sum(k->data, k->len);

	(void)seen;
	if (k->selector && k->element.id == 0xdd) {
		kde_put(&w, k->selector, k->data, k->len);
		assert(writer_ok(&w) && w.len == k->element.len + 2u);
		assert(memcmp(buf, k->element.data - 2, w.len) == 0);
	}
	if (kde_gtk_parse(k, &gtk) == 0) {
		w = writer_init(buf, sizeof(buf));
		kde_put_gtk(&w, &gtk);
		assert(writer_ok(&w) && w.len == k->element.len + 2u);
	}
	if (kde_igtk_parse(k, &igtk) == 0) {
		w = writer_init(buf, sizeof(buf));
		kde_put_igtk(&w, &igtk);
		assert(writer_ok(&w) && w.len == k->element.len + 2u);
		assert(memcmp(buf, k->element.data - 2, w.len) == 0);
	}
}

static void check_key_data(const uint8_t *data, size_t size)
{
	struct reader r = reader_init(data, size);
	struct kde k;

	while (kde_next(&r, &k))
		check_kde(&k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t mic_lens[] = {0, 16, 24, 32};

	for (size_t i = 0; i < 4; i++) {
		struct eapol_key k;
		if (eapol_key_parse(data, size, mic_lens[i], &k) == 0) {
			check_rebuild(&k);
			check_key_data(k.key_data, k.key_data_len);
		}
	}
	check_key_data(data, size);
	return 0;
}
