// SPDX-License-Identifier: BSD-2-Clause
// 802.11 frames, the elements in them, RSNE and RSNXE. What parses must build again to the same.
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wire/ccmp.h"
#include "wire/dot11.h"
#include "wire/inet.h"
#include "wire/rsne.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rsne(const struct element *e)
{
	uint8_t buf[RSNE_MAX];
	struct writer w = writer_init(buf, sizeof(buf));
	struct rsne rsne;

	if (rsne_parse(e->data, e->len, &rsne))
		return;
	rsne_build(&w, &rsne);
	assert(writer_ok(&w));
	assert(w.len == e->len + 2u);
	assert(buf[0] == D11_EID_RSN);
	assert(memcmp(buf + 1, e->data - 1, w.len - 1) == 0);
}

static void check_rsnxe(const struct element *e)
{
	uint8_t buf[16];
	struct writer w = writer_init(buf, sizeof(buf));
	struct rsnxe x, again;
	uint64_t caps = 0;

	if (rsnxe_parse(e->data, e->len, &x))
		return;
	for (unsigned bit = 4; bit < 64; bit++)
		caps |= (uint64_t)rsnxe_has(&x, bit) << bit;
	rsnxe_build(&w, caps);
	assert(writer_ok(&w));
	assert(rsnxe_parse(buf + 2, w.len - 2, &again) == 0);
	for (unsigned bit = 4; bit < 64; bit++)
		assert(rsnxe_has(&again, bit) == (caps >> bit & 1));
}

static void check_elements(const uint8_t *data, size_t size)
{
	struct reader r = reader_init(data, size);
	struct element e;

	while (element_next(&r, &e)) {
		check_rsne(&e); // whatever the identifier says
		check_rsnxe(&e);
	}
	assert((elements_check(data, size) == 0) == reader_ok(&r));
}

static void check_header(const struct dot11_header *h, const uint8_t *data)
{
	uint8_t buf[D11_HEADER_MAX];
	uint8_t aad[CCMP_AAD_MAX];
	struct writer w = writer_init(buf, sizeof(buf));

	dot11_header_build(&w, h);
	assert(writer_ok(&w));
	assert(w.len == dot11_header_len(h));
	assert(memcmp(buf, data, w.len) == 0);
	const size_t n = ccmp_aad(h, aad);
	assert(n >= 22 && n <= CCMP_AAD_MAX);
}

static void check_mgmt(const struct dot11_header *h, struct reader r)
{
	struct dot11_beacon beacon;
	struct dot11_assoc_req req;
	struct dot11_assoc_resp resp;

	switch (dot11_kind(h)) {
	case D11_BEACON:
	case D11_PROBE_RESP:
		if (dot11_beacon_parse(&r, &beacon) == 0)
			check_elements(beacon.elements, beacon.elements_len);
		break;
	case D11_ASSOC_REQ:
	case D11_REASSOC_REQ:
		if (dot11_assoc_req_parse(&r, dot11_kind(h) == D11_REASSOC_REQ, &req) == 0)
			check_elements(req.elements, req.elements_len);
		break;
	case D11_ASSOC_RESP:
	case D11_REASSOC_RESP:
		if (dot11_assoc_resp_parse(&r, &resp) == 0)
			check_elements(resp.elements, resp.elements_len);
		break;
	}
}

static void check_data(struct reader r)
{
	struct inet_echo echo;
	uint16_t type;

	if (llc_snap_parse(&r, &type) == 0 && type == LLC_ETHERTYPE_IPV4)
		(void)inet_echo_parse(r.pos, reader_left(&r), &echo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_init(data, size);
	struct dot11_header h;

	check_elements(data, size);
	if (dot11_header_parse(&r, &h) == 0) {
		check_header(&h, data);
		check_mgmt(&h, r);
		check_data(r);
	}
	return 0;
}
