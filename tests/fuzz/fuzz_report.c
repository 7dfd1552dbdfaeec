// SPDX-License-Identifier: BSD-2-Clause
/*
 * A saved report of any content is either refused with a printable sentence, or can be written in
 * every format, and as JSON reads the same again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int read_memory(const void *data, size_t size, struct report *r, char err[256])
{
	FILE *f = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : fopen("/dev/null", "rb");
	int ret;

	require(f != NULL);
	ret = report_read_json(f, r, err, 256);
	(void)fclose(f);
	return ret;
}

static char *written(
	const struct report *r, int (*write)(FILE *, const struct report *), size_t *length)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, length);

	require(f != NULL);
	require(write(f, r) == 0 && fclose(f) == 0);
	return text;
}

static int write_text(FILE *f, const struct report *r)
{
	return report_write_text(f, r, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const writers[])(FILE *, const struct report *) = {
		write_text, report_write_junit, report_write_sarif, report_write_html};
	struct report r, again;
	char err[256], *first, *second;
	size_t length, length2, i;
	int ret = read_memory(data, size, &r, err);

	require(ret == 0 || ret == -EBADMSG);
	require((ret == 0) == (err[0] == '\0'));
	for (i = 0; err[i]; i++)
		require(err[i] >= ' ' && err[i] <= '~');
	if (ret)
		return 0;
	first = written(&r, report_write_json, &length);
	require(read_memory(first, length, &again, err) == 0);
	second = written(&again, report_write_json, &length2);
	require(length == length2 && memcmp(first, second, length) == 0);
	/* Of the same verification, but its parts are here already, if it tells of any. */
	(void)report_merge(&r, &again, err, sizeof(err));
	free(first);
	free(second);
	for (i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		free(written(&r, writers[i], &length));
	report_free(&r);
	report_free(&again);
	return 0;
}
