// SPDX-License-Identifier: BSD-2-Clause
/*
 * A trace of any content is either refused with a printable sentence or can be judged, in both
 * moods of the checker, and written again so that it reads the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/checker.h"
#include "trace/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct judges {
	struct checker *lenient, *strict;
	struct trace_writer again;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int judge(void *user, const struct crossing *x)
{
	struct judges *j = user;

	require(x->fn < FN_COUNT && x->data_length <= CROSSING_DATA);
	checker_feed(j->lenient, x);
	checker_feed(j->strict, x);
	trace_write(&j->again, x);
	return 0;
}

static int count(void *user, const struct crossing *x)
{
	(void)x;
	++*(uint64_t *)user;
	return 0;
}

static int read_memory(const void *data, size_t size, trace_fn fn, void *user, char err[256])
{
	FILE *f = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : fopen("/dev/null", "rb");
	int ret;

	require(f != NULL);
	ret = trace_read(f, "trace", fn, user, err, 256);
	(void)fclose(f);
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct judges j;
	char err[256], *text = NULL;
	size_t length, i;
	FILE *f = open_memstream(&text, &length);
	uint64_t n = 0;
	int ret;

	require(f && checker_new(false, &j.lenient) == 0 && checker_new(true, &j.strict) == 0);
	trace_writer_begin(&j.again, f);
	ret = read_memory(data, size, judge, &j, err);
	require(trace_writer_end(&j.again) == 0 && fclose(f) == 0);
	require((ret == 0) == (err[0] == '\0'));
	for (i = 0; err[i]; i++)
		require(err[i] >= ' ' && err[i] <= '~');
	require(checker_violations(j.lenient) <= checker_violations(j.strict));
	require(read_memory(text, length, count, &n, err) == 0);
	require(n == checker_crossings(j.lenient));
	checker_free(j.lenient);
	checker_free(j.strict);
	free(text);
	return 0;
}
