// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_BASE_PROGRAM_H
#define OPENIHV_BASE_PROGRAM_H

/*
 * Where another program of this project is: what the environment variable says (not for a program
 * that has privileges its user does not have), or beside this one, or where it is installed. The
 * path is not tried. The caller frees it; NULL: out of memory. variable may be NULL.
 */
char *program_find(const char *name, const char *variable);

#endif
