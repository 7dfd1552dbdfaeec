// SPDX-License-Identifier: BSD-2-Clause
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static unsigned missed;

void bench_row(const char *what, const char *unit, double value, double goal)
{
	bool ok = value <= goal;

	if (goal > 0)
		printf("  %-62s %10.2f %-5s  at most %6.1f  %s\n", what, value, unit, goal,
			ok ? "ok" : "MISSED");
	else
		printf("  %-62s %10.2f %-5s\n", what, value, unit);
	missed += goal > 0 && !ok;
	fflush(stdout);
}

void bench_note(const char *fmt, ...)
{
	va_list ap;

	fputs("    ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void bench_die(const char *what)
{
	fflush(stdout);
	fprintf(stderr, "openihv-bench: %s\n", what);
	exit(2);
}

/* smaps_rollup is exact, where statm lags by up to 64 pages a thread. */
uint64_t bench_resident(void)
{
	unsigned long long kib = 0;
	char line[256];
	FILE *f = fopen("/proc/self/smaps_rollup", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Rss: %llu kB", &kib) == 1)
			break;
	if (!f || !kib)
		bench_die("/proc/self/smaps_rollup cannot be read");
	fclose(f);
	return kib * 1024;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double bench_median(double *list, unsigned count)
{
	qsort(list, count, sizeof(*list), compare);
	return list[count / 2];
}

void bench_stay_on(unsigned processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor % (unsigned)sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(
		0, sizeof(set), &set); /* where it is not allowed the figures are noisier */
}

static const char usage[] = "usage: openihv-bench [--short]\n";

int main(int argc, char **argv)
{
	struct bench_options o = {
		.rsn = BENCH_RSN, .template = BENCH_TEMPLATE, .worker = BENCH_WORKER};

	if (argc == 2 && strcmp(argv[1], "--short") == 0) {
		o.shorter = true;
	} else if (argc > 1) {
		fputs(usage, argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
		return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
	}
	puts("openihv bench: every goal is a ratio within this run, or memory\n");
	bench_verify(&o); /* the first: what it forks is to be small, as the command is */
	bench_cycle(&o);
	bench_isolated(&o);
	bench_indication(&o);
	bench_scale(&o);
	printf("\n%s\n", missed ? "some goals were missed" : "all goals reached");
	return 0; /* a missed goal is a figure to look at, not an error of the program */
}
