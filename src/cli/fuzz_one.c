// SPDX-License-Identifier: BSD-2-Clause
/* openihv fuzz --replay, --minimise: one input. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/fuzz.h"
#include "cli/replay.h"
#include "fuzz/minimise.h"

struct one {
	struct stand *stand;
	struct input input;
	struct trial trial;
	uint64_t key; /* what the smaller input has to show */
};

static bool is_bad(const struct identity *id)
{
	return id->severity != SEVERITY_W;
}

static const struct identity *first_bad(const struct trial *t)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		if (is_bad(&t->found[i]))
			return &t->found[i];
	return NULL;
}

static void show_found(const struct trial *t)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		printf("%s %s (%c): %s\n", is_bad(&t->found[i]) ? "finding" : "warning",
			t->found[i].rule, rule_severity_letter(t->found[i].severity),
			t->found[i].text);
	if (!t->count)
		puts("nothing was found");
}

static int try(struct fuzz_arguments *a, struct one *o)
{
	int rc = stand_try(o->stand, &o->input, false, &o->trial);

	if (rc == -EIO)
		return cli_error("%s: %s", a->target.module, o->trial.run.why);
	return rc ? cli_error("%s", strerror(-rc)) : 0;
}

static int begin(struct fuzz_arguments *a, const char *path, struct one **out)
{
	struct one *o = calloc(1, sizeof(*o));
	int rc = o ? corpus_read(path, &o->input) : -ENOMEM;

	*out = o;
	if (rc)
		return cli_error("%s: %s", path, strerror(-rc));
	if (stand_new(&a->config.lab, 1, &o->stand))
		return cli_error("out of memory");
	return try(a, o);
}

static void end(struct one *o)
{
	if (o)
		stand_free(o->stand);
	free(o);
}

int fuzz_replay(struct fuzz_arguments *a)
{
	struct one *o;
	int rc = begin(a, a->replay, &o);

	if (!rc) {
		replay_crossings(&o->trial.run);
		printf("\nWhat it was given:\n");
		input_show(stdout, &o->input, "  ");
		putchar('\n');
		show_found(&o->trial);
		rc = first_bad(&o->trial) ? EXIT_FINDINGS : EXIT_PASS;
	}
	end(o);
	return rc;
}

static bool shows(void *user, const struct input *in)
{
	struct one *o = user;

	return stand_try(o->stand, in, false, &o->trial) == 0 && trial_has(&o->trial, o->key);
}

static int make_smaller(struct fuzz_arguments *a, struct one *o)
{
	const struct identity *id = first_bad(&o->trial);
	size_t before = input_size(&o->input);
	char path[512];
	unsigned n;
	int rc;

	if (!id) {
		printf("%s finds nothing\n", a->minimise);
		return EXIT_PASS;
	}
	printf("finding %s (%c): %s\n", id->rule, rule_severity_letter(id->severity), id->text);
	o->key = id->key;
	n = minimise(&o->input, shows, o, a->config.minimise_runs);
	snprintf(path, sizeof(path), "%s.min", a->minimise);
	rc = corpus_write(path, &o->input);
	if (rc)
		return cli_error("%s: %s", path, strerror(-rc));
	printf("%s: %zu bytes of %zu, in %u runs\n", path, input_size(&o->input), before, n);
	input_show(stdout, &o->input, "  ");
	return EXIT_FINDINGS;
}

int fuzz_minimise(struct fuzz_arguments *a)
{
	struct one *o;
	int rc = begin(a, a->minimise, &o);

	if (!rc)
		rc = make_smaller(a, o);
	end(o);
	return rc;
}
