// SPDX-License-Identifier: BSD-2-Clause
#ifndef OPENIHV_MODULE_READ_H
#define OPENIHV_MODULE_READ_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads a whole regular file of at most `max` octets into memory that the caller frees. Returns 0,
 * or a negative errno and in `err` one sentence without the file's name:
 *	-EISDIR, -EINVAL  not a regular file
 *	-E2BIG            larger than `max`
 *	-ENOMEM, and the errors of open(2) and read(2)
 */
int file_read(const char *path, size_t max, uint8_t **out, size_t *len, char *err, size_t errlen);

#endif
