// SPDX-License-Identifier: BSD-2-Clause
/* Mistakes with received packets, of the WPA2-Personal base. */
#include "rsn.h"

static volatile UCHAR seen;

static void look(const void *p)
{
	seen = *(const volatile UCHAR *)p;
}

/* What has been handled is marked so, in the packet. */
static DWORD WINAPI x35_receive(HANDLE ext, DWORD size, LPVOID packet)
{
	DOT11_SECURITY_PACKET_HEADER *p = packet;
	const DWORD error = base.Dot11ExtIhvReceivePacket(ext, size, packet);

	p->usEtherType = 0;
	return error;
}

const struct mutation x35_marks_packet = {.handlers.Dot11ExtIhvReceivePacket = x35_receive};

/* Compares a packet with the one before it, which it kept by its address. */
static DWORD WINAPI x35_kept_receive(HANDLE ext, DWORD size, LPVOID packet)
{
	static const void *before;

	if (before)
		look(before);
	before = packet;
	return base.Dot11ExtIhvReceivePacket(ext, size, packet);
}

const struct mutation x35_keeps_packet = {.handlers.Dot11ExtIhvReceivePacket = x35_kept_receive};

/* All EAPOL is for 802.1X, too. */
static DWORD WINAPI x55_receive(HANDLE ext, DWORD size, LPVOID packet)
{
	DOT11_SECURITY_PACKET_HEADER *p = packet;

	host.Dot11ExtProcessSecurityPacket(rsn_svc(ext), size - RSN_HEADER, p->Data);
	return base.Dot11ExtIhvReceivePacket(ext, size, packet);
}

const struct mutation x55_forwards_keys = {.handlers.Dot11ExtIhvInitAdapter = rsn_note_adapter,
	.handlers.Dot11ExtIhvReceivePacket = x55_receive};

/* No EAPOL-Key packet is longer than that, so far. */
static DWORD WINAPI x68_receive(HANDLE ext, DWORD size, LPVOID packet)
{
	UCHAR copy[256];

	memcpy(copy, packet, size);
	look(copy);
	return base.Dot11ExtIhvReceivePacket(ext, size, packet);
}

const struct mutation x68_packet_stack = {.handlers.Dot11ExtIhvReceivePacket = x68_receive};

/* There are as many bytes of key data as the packet says. */
static DWORD WINAPI x68_length_receive(HANDLE ext, DWORD size, LPVOID packet)
{
	const DOT11_SECURITY_PACKET_HEADER *p = packet;
	unsigned i, length;

	if (size >= RSN_HEADER + RSN_KEY_DATA) {
		length = (unsigned)(p->Data[RSN_KEY_DATA_LENGTH] << 8 |
				    p->Data[RSN_KEY_DATA_LENGTH + 1]);
		for (i = 0; i < length; i++)
			look(p->Data + RSN_KEY_DATA + i);
	}
	return base.Dot11ExtIhvReceivePacket(ext, size, packet);
}

const struct mutation x68_key_data_length = {
	.handlers.Dot11ExtIhvReceivePacket = x68_length_receive};

/* Reads the flags of a packet before it knows how long that is. */
static DWORD WINAPI x68_short_receive(HANDLE ext, DWORD size, LPVOID packet)
{
	const DOT11_SECURITY_PACKET_HEADER *p = packet;

	look(p->Data + RSN_KEY_INFO);
	look(p->Data + RSN_KEY_DATA_LENGTH);
	return base.Dot11ExtIhvReceivePacket(ext, size, packet);
}

const struct mutation x68_short_packet = {.handlers.Dot11ExtIhvReceivePacket = x68_short_receive};
