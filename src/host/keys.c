// SPDX-License-Identifier: BSD-2-Clause
/* Keys on their way from the module to the miniport. */
#include "host/host_internal.h"

#include <string.h>

#include "base/bytes.h"
#include "base/wipe.h"
#include "contract/crossing.h"

/*
 * The layouts behind ucKey are those of DOT11_KEY_ALGO_CCMP and _GCMP: a 48-bit packet number,
 * padding, a 32-bit length, the key (windot11.h). Ciphers of other kinds go down as they came.
 */
bool key_layout(uint32_t algorithm, const UCHAR *p, uint32_t length, struct miniport_key *key)
{
	struct reader r = reader_init(p, length);
	uint32_t n;

	if (algorithm != DOT11_CIPHER_ALGO_CCMP && algorithm != DOT11_CIPHER_ALGO_GCMP) {
		key->key = p;
		key->length = length;
		return true;
	}
	key->receive_pn = reader_le32(&r);
	key->receive_pn |= (uint64_t)reader_le16(&r) << 32;
	reader_skip(&r, 2);
	n = reader_le32(&r);
	key->key = reader_take(&r, n);
	key->length = n;
	return reader_ok(&r);
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
