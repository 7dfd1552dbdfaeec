// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/stand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "crypto/crypto.h"

#define WAIT_MS 1000

struct place {
	struct feed_slot *slot; /* shared with the process of a run */
	uint64_t number;
	bool taken;
};

struct stand {
	struct lab_config lab;
	struct lab_life life;
	struct runner *runner;
	/* Not used here: what the library sets up for the first one, each run then finds done. */
	struct crypto *warm;
	unsigned count;
	struct place places[RUNNER_JOBS + 1]; /* one of them is .told */
	struct place *told;
	struct input recorded; /* of .told */
	/* Those of the places; in the slot it is the module's to write on. */
	struct input given[RUNNER_JOBS + 1];
};

static bool make_places(struct stand *s, unsigned jobs)
{
	for (; s->count < jobs + 1; s->count++) {
		void *p = mmap(NULL, sizeof(struct feed_slot), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return false;
		s->places[s->count].slot = p;
	}
	return true;
}

int stand_new(const struct lab_config *lab, unsigned jobs, struct stand **out)
{
	struct stand *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	if (jobs > RUNNER_JOBS)
		jobs = RUNNER_JOBS;
	s->lab = *lab;
	s->life = feed_life;
	s->lab.life = &s->life;
	s->warm = crypto_new();
	if (!make_places(s, jobs) || runner_new(&s->lab, jobs, &s->runner)) {
		stand_free(s);
		return -ENOMEM;
	}
	*out = s;
	return 0;
}

void stand_free(struct stand *s)
{
	unsigned i;

	if (!s)
		return;
	runner_free(s->runner);
	crypto_free(s->warm);
	for (i = 0; i < s->count; i++)
		munmap(s->places[i].slot, sizeof(struct feed_slot));
	free(s);
}

unsigned stand_running(const struct stand *s)
{
	return runner_running(s->runner);
}

static struct place *free_place(struct stand *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (!s->places[i].taken && &s->places[i] != s->told)
			return &s->places[i];
	return NULL;
}

int stand_start(struct stand *s, const struct input *in, uint64_t number, bool record)
{
	/* Page guards: reading beyond an end is then seen, not only what comes of it. */
	const struct plan plan = {.scenario = SCENARIO_GUARD};
	struct place *p = free_place(s);
	int rc;

	if (!p)
		return -EAGAIN;
	memset(p->slot->map, 0, sizeof(p->slot->map));
	memset(&p->slot->crash, 0, sizeof(p->slot->crash));
	p->slot->cover = COVER_NONE;
	p->slot->record = record;
	p->slot->recorded = 0;
	input_copy(&p->slot->input, in);
	input_copy(&s->given[p - s->places], in);
	p->number = number;
	s->life.user = p->slot;
	rc = runner_start(s->runner, &plan, number);
	p->taken = rc == 0;
	return rc;
}

static struct place *place_of(struct stand *s, uint64_t number)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (s->places[i].taken && s->places[i].number == number)
			return &s->places[i];
	return NULL;
}

bool stand_wait(struct stand *s, int ms, struct trial *out)
{
	struct feed_slot *slot;
	struct place *p;

	s->told = NULL;
	if (!runner_wait(s->runner, ms, &out->run))
		return false;
	p = place_of(s, out->run.number);
	p->taken = false;
	s->told = p;
	slot = p->slot;
	out->input = &s->given[p - s->places];
	out->map = slot->map;
	out->cover = slot->cover <= COVER_PCS ? (enum cover_kind)slot->cover : COVER_NONE;
	out->recorded = NULL;
	if (slot->record && slot->recorded && slot->recorded <= INPUT_BYTES) {
		input_read(slot->bytes, slot->recorded, &s->recorded);
		out->recorded = &s->recorded;
	}
	out->count = identities_of(&out->run, &slot->crash, out->found);
	return true;
}

int stand_try(struct stand *s, const struct input *in, bool record, struct trial *out)
{
	int rc = stand_start(s, in, 0, record);

	if (rc)
		return rc;
	while (!stand_wait(s, WAIT_MS, out))
		;
	return out->run.made ? 0 : -EIO;
}

bool trial_has(const struct trial *t, uint64_t key)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		if (t->found[i].key == key)
			return true;
	return false;
}
