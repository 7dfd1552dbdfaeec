// SPDX-License-Identifier: BSD-2-Clause
#include "module/probe.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "module/heap.h"
#include "module/jump.h"
#include "module/scan.h"
#include "module/usage.h"

struct probe {
	pthread_mutex_t lock; /* one at a time */
	void *library;
	struct threads *threads;
	struct usage *usage;
	struct scan *scan; /* NULL: that is not done here */
};

int probe_new(void *library, struct threads *threads, bool scans, struct probe **out)
{
	struct probe *p = calloc(1, sizeof(*p));
	int err;

	*out = NULL;
	if (!p)
		return -ENOMEM;
	pthread_mutex_init(&p->lock, NULL);
	p->library = library;
	p->threads = threads;
	err = jump_prepare(library);
	if (!err)
		err = usage_new(&p->usage);
	if (!err && scans)
		err = scan_new(library, &p->scan);
	if (err == -ENOTSUP)
		err = 0;
	if (err)
		probe_free(p);
	else
		*out = p;
	return err;
}

void probe_free(struct probe *p)
{
	if (!p)
		return;
	jump_forget();
	scan_free(p->scan);
	usage_free(p->usage);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static int use(struct probe *p, struct module_usage *u)
{
	int err = threads_usage(p->threads, &u->threads, &u->cpu_ns);

	heap_usage(&u->heap_blocks, &u->heap_bytes);
	return err ? err : usage_descriptors(p->usage, &u->descriptors);
}

static int answer(struct probe *p, struct module_probe *q)
{
	switch (q->what) {
	case PROBE_USAGE:
		return use(p, &q->usage);
	case PROBE_SCAN:
		return p->scan ? scan_run(p->scan, q) : -ENOTSUP;
	case PROBE_CLOCK:
		return jump(p->library, q->clock.jump_ns, q->clock.wall, q->clock.monotonic);
	}
	return -EINVAL;
}

int probe_answer(struct probe *p, struct module_probe *q)
{
	int err;

	if (!module_probe_sound(q))
		return -EINVAL;
	pthread_mutex_lock(&p->lock);
	err = answer(p, q);
	pthread_mutex_unlock(&p->lock);
	return err;
}
