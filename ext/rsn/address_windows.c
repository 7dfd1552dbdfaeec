// SPDX-License-Identifier: BSD-2-Clause
/*
 * The station's own MAC address (see address.c). Here, too, the miniport is asked first, because
 * openihv's knows the request and the system knows nothing of its adapters. A driver that does not
 * know the request has an interface, named by the adapter's GUID, about which the system is asked.
 */
// Before windows.h, in place of the sockets of long ago.
#include <winsock2.h>

#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <string.h>

#include "rsn.h"

static DWORD ask_miniport(struct adapter *a, uint8_t out[MAC_LEN])
{
	uint8_t request[] = {'A', 'D', 'D', 'R'};
	DWORD size = MAC_LEN;

	const DWORD error =
		rsn_host.Dot11ExtNicSpecificExtension(a->svc, sizeof(request), request, &size, out);
	if (error)
		return error;
	return size == MAC_LEN ? ERROR_SUCCESS : ERROR_INVALID_DATA;
}

static DWORD ask_system(const GUID *id, uint8_t out[MAC_LEN])
{
	MIB_IF_ROW2 row = {0};

	DWORD error = ConvertInterfaceGuidToLuid(id, &row.InterfaceLuid);
	if (!error)
		error = GetIfEntry2(&row);
	if (!error && row.PhysicalAddressLength != MAC_LEN)
		error = ERROR_INVALID_DATA;
	if (!error)
		memcpy(out, row.PhysicalAddress, MAC_LEN);
	return error;
}

DWORD adapter_address(struct adapter *a, struct mac *out)
{
	uint8_t answer[MAC_LEN] = {0};

	DWORD error = ask_miniport(a, answer);
	if (error == ERROR_NOT_SUPPORTED)
		error = ask_system(&a->id, answer);
	if (error)
		return error;
	*out = mac_from_bytes(answer);
	if (mac_is_zero(out) || mac_is_multicast(out))
		return ERROR_INVALID_DATA;
	return ERROR_SUCCESS;
}
