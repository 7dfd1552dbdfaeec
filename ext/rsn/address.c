// SPDX-License-Identifier: BSD-2-Clause
/*
 * The station's own MAC address, which is an input of every PTK but is in none of the structures
 * that a module is given. Here the miniport is asked by its vendor request: the input ADDR, 4
 * octets, is answered by the address, 6 octets. A build for Windows has another file of this name
 * instead, which asks the system about the interface with the adapter's GUID
 * (GetAdaptersAddresses).
 */
#include <string.h>

#include "rsn.h"

DWORD adapter_address(struct adapter *a, struct mac *out)
{
	uint8_t request[] = {'A', 'D', 'D', 'R'};
	uint8_t answer[MAC_LEN] = {0};
	DWORD size = sizeof(answer);

	const DWORD error = rsn_host.Dot11ExtNicSpecificExtension(
		a->svc, sizeof(request), request, &size, answer);
	if (error)
		return error;
	*out = mac_from_bytes(answer);
	if (size != sizeof(answer) || mac_is_zero(out) || mac_is_multicast(out))
		return ERROR_INVALID_DATA;
	return ERROR_SUCCESS;
}
