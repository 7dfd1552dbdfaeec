// SPDX-License-Identifier: BSD-2-Clause
/*
 * Win32 error codes that cross the border between host and module, in either direction.
 * A handler may return any other Win32 code too; these are the ones with a name here.
 * Numbers: winerror.h [H]; what a host means by each: contract 6.8.
 */
#ifndef IHV_POSIX_WINERROR_H
#define IHV_POSIX_WINERROR_H

#define NO_ERROR                   0
#define ERROR_SUCCESS              0    /* done, or: under way and to be completed later */
#define ERROR_INVALID_FUNCTION     1    /* request makes no sense here */
#define ERROR_ACCESS_DENIED        5    /* caller lacks the right */
#define ERROR_INVALID_HANDLE       6    /* service, connect or session handle unknown or dead */
#define ERROR_NOT_ENOUGH_MEMORY    8    /* no memory for the operation */
#define ERROR_BAD_FORMAT           11   /* text of a key or profile is malformed */
#define ERROR_INVALID_DATA         13   /* structure contents contradict each other */
#define ERROR_OUTOFMEMORY          14   /* Dot11ExtAllocateBuffer found no memory */
#define ERROR_NOT_READY            21   /* device not up yet */
#define ERROR_GEN_FAILURE          31   /* miniport failed the request */
#define ERROR_NOT_SUPPORTED        50   /* e.g. miniport without the vendor request */
#define ERROR_INVALID_PASSWORD     86   /* pass phrase or key refused */
#define ERROR_INVALID_PARAMETER    87   /* argument rule broken */
#define ERROR_CALL_NOT_IMPLEMENTED 120  /* optional handler that does nothing */
#define ERROR_INSUFFICIENT_BUFFER  122  /* output does not fit */
#define ERROR_MOD_NOT_FOUND        126  /* module file not loadable */
#define ERROR_PROC_NOT_FOUND       127  /* mandatory export missing */
#define ERROR_BUSY                 170  /* another operation of the kind is pending */
#define ERROR_ALREADY_EXISTS       183  /* identifier in use */
#define ERROR_MORE_DATA            234  /* output was cut short */
#define WAIT_TIMEOUT               258  /* a wait ended by its time limit */
#define ERROR_ARITHMETIC_OVERFLOW  534  /* offset plus size left the range */
#define ERROR_OPERATION_ABORTED    995  /* request ended by its requester */
#define ERROR_IO_PENDING           997  /* request still under way */
#define ERROR_SHUTDOWN_IN_PROGRESS 1115 /* service is going down */
#define ERROR_DEVICE_NOT_CONNECTED 1167 /* adapter is there but not usable */
#define ERROR_NOT_FOUND            1168 /* no such item */
#define ERROR_BAD_PROFILE          1206 /* network profile unusable */
#define ERROR_CANCELLED            1223 /* the code of a completion inside AdapterReset */
#define ERROR_CONNECTION_REFUSED   1225 /* the other side said no */
#define ERROR_REVISION_MISMATCH    1306 /* interface versions do not overlap */
#define ERROR_LOGON_FAILURE        1326 /* credentials refused */
#define ERROR_TIMEOUT              1460 /* time limit reached */
#define ERROR_DEVICE_REMOVED       1617 /* adapter gone */
#define ERROR_INVALID_STATE        5023 /* call in the wrong phase */

#endif
