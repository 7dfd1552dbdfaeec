// SPDX-License-Identifier: BSD-2-Clause
/*
 * stationed.so, the template with virtual stations: the first byte of Control's input says what it
 * does, its output is a struct stationed. tests/sim/test_virtual.c.
 */
#ifndef OPENIHV_TESTS_MODULES_STATIONED_H
#define OPENIHV_TESTS_MODULES_STATIONED_H

#include <wlanihv.h>

enum stationed_order {
	STATIONED_NOTHING,
	STATIONED_REQUEST, /* for the adapter of Control, inside it */
	STATIONED_LATER,   /* the same in a thread of its own */
	STATIONED_RELEASE,
	STATIONED_QUERY,
	STATIONED_AP,      /* the structure that follows is told in the next pre-association */
	STATIONED_AP_LATE, /* the last one is told now */
	STATIONED_REFUSE,  /* the next InitAdapter fails */
	STATIONED_CRASH,
};

struct stationed {
	DWORD result;     /* of the last call of a virtual station function */
	BOOL is_virtual;  /* by Query */
	BOOL of_first;    /* and the primary is the first adapter that came */
	DWORD ap_result;  /* of SetVirtualStationAPProperties */
	DWORD early;      /* stations whose InitAdapter came before Request had returned */
	DWORD came, gone; /* stations */
	DWORD stopped;    /* sessions of stations, with their data as it was */
};

#endif
