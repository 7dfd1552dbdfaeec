// SPDX-License-Identifier: BSD-2-Clause
/*
 * The part of the Windows base types that the IHV Extensibility interface is written in, for an
 * LP64 Linux. The names and widths are those of 64-bit Windows (where long has 32 bits).
 *
 * Only the posix folder holds this file. With a Windows SDK or mingw-w64 that folder is not on the
 * include path and the real <windows.h> is found instead.
 */
#ifndef IHV_POSIX_WINDOWS_H
#define IHV_POSIX_WINDOWS_H

#ifdef _WIN32
#error "sdk/include/posix must not be on the include path of a Windows build"
#endif

#include <stddef.h>
#include <stdint.h>

/* Calling convention: a Linux module is native code, so WINAPI says nothing (System V, not ms_abi).
 */
#define WINAPI
#define CALLBACK
#define VOID  void
#define CONST const

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

/* 8 bits. BOOLEAN is one byte, BOOL four: they are not the same in a structure. */
typedef char CHAR;
typedef uint8_t BYTE, UCHAR, BOOLEAN, UINT8;
typedef int8_t INT8;

/* 16 bits. WCHAR is a UTF-16 unit: write u"text" in C and in C++, never L"text". */
typedef int16_t SHORT, INT16;
typedef uint16_t USHORT, WORD, UINT16;
#ifdef __cplusplus
typedef char16_t WCHAR;
#else
typedef uint16_t WCHAR;
#endif

/* 32 bits. */
typedef int32_t INT, LONG, BOOL, INT32, HRESULT;
typedef uint32_t UINT, ULONG, DWORD, UINT32;

/* 64 bits. */
typedef int64_t LONGLONG, INT64;
typedef uint64_t ULONGLONG, UINT64, DWORD64;
typedef uintptr_t ULONG_PTR, DWORD_PTR;
typedef size_t SIZE_T;

/* Pointers. */
typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;
typedef CHAR *PCHAR, *LPSTR;
typedef const CHAR *LPCSTR;
typedef BYTE *PBYTE, *LPBYTE;
typedef UCHAR *PUCHAR;
typedef BOOLEAN *PBOOLEAN;
typedef USHORT *PUSHORT;
typedef WCHAR *PWCHAR, *PWSTR, *LPWSTR;
typedef const WCHAR *PCWSTR, *LPCWSTR;
typedef BOOL *PBOOL, *LPBOOL;
typedef LONG *PLONG;
typedef ULONG *PULONG;
typedef DWORD *PDWORD, *LPDWORD;
typedef ULONGLONG *PULONGLONG;

/* An opaque value: compare it, hand it back, never look behind it. */
typedef void *HANDLE;
typedef HANDLE *PHANDLE;
#define INVALID_HANDLE_VALUE ((HANDLE)(intptr_t)-1)

/* 128-bit identifier; Data1 to Data3 are in host byte order. Alignment 4. */
typedef struct _GUID {
	uint32_t Data1;
	uint16_t Data2;
	uint16_t Data3;
	uint8_t Data4[8];
} GUID, IID, CLSID, *PGUID, *LPGUID;

/* Distance in bytes of a field from the start of its structure, as a DWORD-sized integer. */
#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
/* Elements of an array (not of a pointer). */
#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))
/* Says that a parameter is left unused on purpose. */
#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))

#include <winerror.h>
#include <winuser.h>

#endif
