// SPDX-License-Identifier: BSD-2-Clause
#include "wire/kde.h"

#include <errno.h>

enum {
	KDE_ID = 0xdd,
	GTK_TX = 0x04,
	IPN_LEN = 6,
};

bool kde_next(struct reader *r, struct kde *k)
{
	const size_t left = reader_left(r);

	// 12.7.2: the padding is DD and then only 00; a receiver ignores it.
	if (left >= 1 && r->pos[0] == KDE_ID && (left == 1 || r->pos[1] == 0))
		return false;
	if (!element_next(r, &k->element))
		return false;
	k->selector = 0;
	k->data = k->element.data;
	k->len = k->element.len;
	if (k->element.id == KDE_ID && k->len >= 4) {
		k->selector = load_be32(k->data);
		k->data += 4;
		k->len -= 4;
	}
	return true;
}

int kde_find(const void *key_data, size_t len, uint32_t selector, struct kde *k)
{
	struct reader r = reader_init(key_data, len);

	while (kde_next(&r, k)) {
		if (k->selector == selector)
			return 0;
	}
	return reader_ok(&r) ? -ENOENT : -EBADMSG;
}

static bool key_len_ok(size_t len)
{
	return len >= 1 && len <= KDE_KEY_MAX;
}

int kde_gtk_parse(const struct kde *k, struct kde_gtk *out)
{
	struct reader r = reader_init(k->data, k->len);

	const uint8_t flags = reader_u8(&r);
	reader_skip(&r, 1);
	out->key_id = flags & 3;
	out->tx = flags & GTK_TX;
	out->key_len = reader_left(&r);
	out->key = reader_take(&r, out->key_len);
	if (k->selector != KDE_GTK || !reader_ok(&r) || !key_len_ok(out->key_len))
		return -EBADMSG;
	return 0;
}

int kde_igtk_parse(const struct kde *k, struct kde_igtk *out)
{
	struct reader r = reader_init(k->data, k->len);

	out->key_id = reader_le16(&r);
	out->ipn = reader_le32(&r);
	out->ipn |= (uint64_t)reader_le16(&r) << 32;
	out->key_len = reader_left(&r);
	out->key = reader_take(&r, out->key_len);
	if (k->selector != KDE_IGTK || !reader_ok(&r) || !key_len_ok(out->key_len))
		return -EBADMSG;
	return 0;
}

int kde_mac_parse(const struct kde *k, struct mac *out)
{
	if (k->selector != KDE_MAC || k->len != MAC_LEN)
		return -EBADMSG;
	*out = mac_from_bytes(k->data);
	return 0;
}

int kde_pmkid_parse(const struct kde *k, const uint8_t **pmkid)
{
	if (k->selector != KDE_PMKID || k->len != 16)
		return -EBADMSG;
	*pmkid = k->data;
	return 0;
}

// Identifier, length and selector of a KDE with `len` octets of data.
static void put_header(struct writer *w, uint32_t selector, size_t len)
{
	if (len > UINT8_MAX - 4) {
		writer_fail(w);
		return;
	}
	writer_u8(w, KDE_ID);
	writer_u8(w, (uint8_t)(len + 4));
	writer_be32(w, selector);
}

static void put_key(struct writer *w, const uint8_t *key, size_t len)
{
	if (key_len_ok(len))
		writer_put(w, key, len);
	else
		writer_fail(w);
}

void kde_put(struct writer *w, uint32_t selector, const void *data, size_t len)
{
	put_header(w, selector, len);
	writer_put(w, data, len);
}

void kde_put_gtk(struct writer *w, const struct kde_gtk *gtk)
{
	put_header(w, KDE_GTK, gtk->key_len + 2);
	writer_u8(w, (uint8_t)((gtk->key_id & 3) | (gtk->tx ? GTK_TX : 0)));
	writer_u8(w, 0);
	put_key(w, gtk->key, gtk->key_len);
}

void kde_put_igtk(struct writer *w, const struct kde_igtk *igtk)
{
	put_header(w, KDE_IGTK, igtk->key_len + 2 + IPN_LEN);
	writer_le16(w, igtk->key_id);
	writer_le32(w, (uint32_t)igtk->ipn);
	writer_le16(w, (uint16_t)(igtk->ipn >> 32));
	put_key(w, igtk->key, igtk->key_len);
}

void kde_put_mac(struct writer *w, const struct mac *m)
{
	kde_put(w, KDE_MAC, m->b, sizeof(m->b));
}

void kde_put_pmkid(struct writer *w, const uint8_t pmkid[16])
{
	kde_put(w, KDE_PMKID, pmkid, 16);
}

void kde_pad(struct writer *w, size_t start)
{
	const size_t len = w->len - start;

	if (len >= 16 && len % 8 == 0)
		return;
	const size_t padded = len < 16 ? 16 : (len + 7) / 8 * 8;
	writer_u8(w, KDE_ID);
	writer_zero(w, padded - len - 1);
}
