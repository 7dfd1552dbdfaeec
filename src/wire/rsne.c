// SPDX-License-Identifier: BSD-2-Clause
#include "wire/rsne.h"

#include <errno.h>

#include "wire/dot11.h"

// A count and as many suite selectors; 0 of them is against 9.4.2.24.1.
static void take_suites(struct reader *r, uint32_t *suites, size_t *count)
{
	const uint16_t n = reader_le16(r);
	const uint8_t *p = reader_take(r, (size_t)n * 4);

	if (!p || n == 0 || n > RSNE_SUITES_MAX) {
		reader_fail(r);
		return;
	}
	for (size_t i = 0; i < n; i++)
		suites[i] = load_be32(p + 4 * i);
	*count = n;
}

static void set_defaults(struct rsne *out)
{
	out->extent = RSNE_VERSION_ONLY;
	out->group = CIPHER_CCMP_128;
	out->pairwise[0] = CIPHER_CCMP_128;
	out->pairwise_count = 1;
	out->akm[0] = AKM_8021X;
	out->akm_count = 1;
	out->capabilities = 0;
	out->pmkids = NULL;
	out->pmkid_count = 0;
	out->group_mgmt = CIPHER_BIP_CMAC_128;
	out->extra = NULL;
	out->extra_len = 0;
}

// One field after the version, in their order (Figure 9-283).
static void take_field(struct reader *r, enum rsne_extent field, struct rsne *out)
{
	switch (field) {
	case RSNE_VERSION_ONLY:
		break;
	case RSNE_TO_GROUP:
		out->group = reader_be32(r);
		break;
	case RSNE_TO_PAIRWISE:
		take_suites(r, out->pairwise, &out->pairwise_count);
		break;
	case RSNE_TO_AKM:
		take_suites(r, out->akm, &out->akm_count);
		break;
	case RSNE_TO_CAPABILITIES:
		out->capabilities = reader_le16(r);
		break;
	case RSNE_TO_PMKIDS:
		out->pmkid_count = reader_le16(r);
		out->pmkids = reader_take(r, out->pmkid_count * PMKID_LEN);
		break;
	case RSNE_TO_GROUP_MGMT:
		out->group_mgmt = reader_be32(r);
		break;
	}
}

int rsne_parse(const void *body, size_t len, struct rsne *out)
{
	struct reader r = reader_init(body, len);

	set_defaults(out);
	out->version = reader_le16(&r);
	if (!reader_ok(&r))
		return -EBADMSG;
	if (out->version != 1)
		return -EPROTONOSUPPORT;
	for (int field = RSNE_TO_GROUP; field <= RSNE_TO_GROUP_MGMT && reader_left(&r); field++) {
		take_field(&r, (enum rsne_extent)field, out);
		out->extent = (enum rsne_extent)field;
	}
	out->extra_len = reader_left(&r);
	out->extra = reader_take(&r, out->extra_len);
	return reader_ok(&r) ? 0 : -EBADMSG;
}

static void put_suites(struct writer *w, const uint32_t *suites, size_t count)
{
	if (count > RSNE_SUITES_MAX) {
		writer_fail(w);
		return;
	}
	writer_le16(w, (uint16_t)count);
	for (size_t i = 0; i < count; i++)
		writer_be32(w, suites[i]);
}

static void put_pmkids(struct writer *w, const struct rsne *rsne)
{
	if (rsne->pmkid_count > UINT8_MAX / PMKID_LEN) {
		writer_fail(w);
		return;
	}
	writer_le16(w, (uint16_t)rsne->pmkid_count);
	writer_put(w, rsne->pmkids, rsne->pmkid_count * PMKID_LEN);
}

void rsne_build(struct writer *w, const struct rsne *rsne)
{
	uint8_t *head = writer_reserve(w, 2);
	const size_t start = w->len;

	if (!head)
		return;
	writer_le16(w, rsne->version);
	if (rsne->extent >= RSNE_TO_GROUP)
		writer_be32(w, rsne->group);
	if (rsne->extent >= RSNE_TO_PAIRWISE)
		put_suites(w, rsne->pairwise, rsne->pairwise_count);
	if (rsne->extent >= RSNE_TO_AKM)
		put_suites(w, rsne->akm, rsne->akm_count);
	if (rsne->extent >= RSNE_TO_CAPABILITIES)
		writer_le16(w, rsne->capabilities);
	if (rsne->extent >= RSNE_TO_PMKIDS)
		put_pmkids(w, rsne);
	if (rsne->extent >= RSNE_TO_GROUP_MGMT) {
		writer_be32(w, rsne->group_mgmt);
		writer_put(w, rsne->extra, rsne->extra_len);
	}
	const size_t len = w->len - start;
	if (len > UINT8_MAX)
		writer_fail(w);
	head[0] = D11_EID_RSN;
	head[1] = (uint8_t)len;
}

static bool has_suite(const uint32_t *suites, size_t count, uint32_t suite)
{
	for (size_t i = 0; i < count; i++) {
		if (suites[i] == suite)
			return true;
	}
	return false;
}

bool rsne_has_pairwise(const struct rsne *rsne, uint32_t suite)
{
	return has_suite(rsne->pairwise, rsne->pairwise_count, suite);
}

bool rsne_has_akm(const struct rsne *rsne, uint32_t suite)
{
	return has_suite(rsne->akm, rsne->akm_count, suite);
}

bool rsne_has_pmkid(const struct rsne *rsne, const uint8_t pmkid[PMKID_LEN])
{
	for (size_t i = 0; i < rsne->pmkid_count; i++) {
		if (memcmp(rsne->pmkids + i * PMKID_LEN, pmkid, PMKID_LEN) == 0)
			return true;
	}
	return false;
}

int rsnxe_parse(const void *body, size_t len, struct rsnxe *out)
{
	struct reader r = reader_init(body, len);
	const uint8_t *first = reader_take(&r, 1);

	*out = (struct rsnxe){.field = NULL};
	if (!first)
		return -EBADMSG;
	const size_t field_len = (*first & 0x0fu) + 1;
	if (len < field_len)
		return -EBADMSG;
	out->field = first;
	out->len = field_len;
	return 0;
}

bool rsnxe_has(const struct rsnxe *x, unsigned bit)
{
	return bit >= 4 && bit / 8 < x->len && (x->field[bit / 8] >> (bit % 8) & 1);
}

void rsnxe_build(struct writer *w, uint64_t capabilities)
{
	uint8_t field[8];
	size_t len = sizeof(field);

	store_le64(field, capabilities);
	while (len > 1 && field[len - 1] == 0)
		len--;
	field[0] = (uint8_t)((field[0] & 0xf0) | (len - 1));
	element_put(w, D11_EID_RSNX, field, len);
}
