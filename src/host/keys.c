// SPDX-License-Identifier: BSD-2-Clause
/* Keys on their way from the module to the miniport. */
#include "host/host_internal.h"

#include <string.h>

#include "base/bytes.h"
#include "base/wipe.h"
#include "contract/crossing.h"

static void read_counter(struct reader *r, struct miniport_key *key)
{
	key->receive_pn = reader_le32(r);
	key->receive_pn |= (uint64_t)reader_le16(r) << 32;
	reader_skip(r, 2);
}

/* DOT11_KEY_ALGO_CCMP, _GCMP and _BIP: a 48-bit packet number, padding, a 32-bit length, the key.
 */
static bool plain_layout(struct reader *r, struct miniport_key *key)
{
	read_counter(r, key);
	key->length = reader_le32(r);
	key->key = reader_take(r, key->length);
	return reader_ok(r);
}

/* DOT11_KEY_ALGO_TKIP_MIC: two lengths, and the MIC keys right behind the key. */
static bool tkip_layout(struct reader *r, struct miniport_key *key)
{
	uint32_t mic;

	read_counter(r, key);
	key->length = reader_le32(r);
	mic = reader_le32(r);
	key->key = reader_take(r, key->length);
	reader_skip(r, mic);
	if (!reader_ok(r))
		return false;
	key->length += mic;
	return true;
}

/* What stands behind ucKey (windot11.h). Ciphers of other kinds go down as they came. */
bool key_layout(uint32_t algorithm, const UCHAR *p, uint32_t length, struct miniport_key *key)
{
	struct reader r = reader_init(p, length);

	switch (algorithm) {
	case DOT11_CIPHER_ALGO_CCMP:
	case DOT11_CIPHER_ALGO_GCMP:
	case DOT11_CIPHER_ALGO_BIP:
		return plain_layout(&r, key);
	case DOT11_CIPHER_ALGO_TKIP:
		return tkip_layout(&r, key);
	}
	key->key = p;
	key->length = length;
	return true;
}

DWORD key_set_default(struct host_adapter *a, const struct function_call *call)
{
	const DOT11_CIPHER_DEFAULT_KEY_VALUE *v = call->set_default_key.key;
	struct miniport_key key = {0};
	DWORD error;

	if (!v)
		return ERROR_INVALID_PARAMETER;
	key.peer = mac_from_bytes(v->MacAddr);
	key.algorithm = v->AlgorithmId;
	key.index = v->uKeyIndex;
	key.direction = call->set_default_key.direction;
	key.remove = v->bDelete != 0;
	key.permanent = v->bStatic != 0;
	if (!key.remove && !key_layout(v->AlgorithmId, v->ucKey, v->usKeyLength, &key))
		return ERROR_INVALID_DATA;
	error = extapi_error(a->mp->ops->set_default_key(a->mp, &key));
	if (!error && !key.remove && !key.permanent && key.index < 32)
		a->keys |= 1u << key.index;
	return error;
}

DWORD key_set_mapping(struct host_adapter *a, const struct function_call *call)
{
	const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE *v = call->set_key_mapping_key.key;
	struct miniport_key key = {0};
	DWORD error;

	if (!v)
		return ERROR_INVALID_PARAMETER;
	key.peer = mac_from_bytes(v->PeerMacAddr);
	key.algorithm = v->AlgorithmId;
	key.direction = v->Direction;
	key.remove = v->bDelete != 0;
	key.permanent = v->bStatic != 0;
	if (!key.remove && !key_layout(v->AlgorithmId, v->ucKey, v->usKeyLength, &key))
		return ERROR_INVALID_DATA;
	error = extapi_error(a->mp->ops->set_mapping_key(a->mp, &key));
	if (!error && !key.remove && !key.permanent)
		a->mapping_key = true;
	return error;
}
