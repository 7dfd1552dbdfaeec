// SPDX-License-Identifier: BSD-2-Clause
/*
 * How a module makes its entry points visible, the same source on Linux and on Windows:
 *
 *	IHV_EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO pVersion)
 *
 * This file is openihv's own; wlanihv.h, which declares the three entry points, includes it.
 */
#ifndef IHV_EXPORT_H
#define IHV_EXPORT_H

#ifdef _WIN32
#define IHV_EXPORT __declspec(dllexport)
#else
#define IHV_EXPORT __attribute__((visibility("default")))
#endif

#endif
