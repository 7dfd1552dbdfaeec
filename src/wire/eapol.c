// SPDX-License-Identifier: BSD-2-Clause
#include "wire/eapol.h"

#include <errno.h>

int eapol_parse(struct reader *r, struct eapol_header *h, struct reader *body)
{
	h->version = reader_u8(r);
	h->type = reader_u8(r);
	h->length = reader_be16(r);
	*body = reader_sub(r, h->length);
	return reader_ok(r) ? 0 : -EBADMSG;
}

void eapol_build(struct writer *w, const struct eapol_header *h)
{
	writer_u8(w, h->version);
	writer_u8(w, h->type);
	writer_be16(w, h->length);
}
