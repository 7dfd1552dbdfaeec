// SPDX-License-Identifier: BSD-2-Clause
/*
 * Folders of inputs, one in each file, named as AFL++ names them: id:000012,src:000003,op:havoc.
 * Files of other names are inputs as well; folders within are not looked into.
 */
#ifndef OPENIHV_FUZZ_CORPUS_H
#define OPENIHV_FUZZ_CORPUS_H

#include "fuzz/input.h"

struct corpus_entry {
	uint8_t *bytes;
	size_t length;
	unsigned id;
};

struct corpus {
	char *folder; /* NULL: in memory only */
	struct corpus_entry *list;
	unsigned count, room, next_id;
};

/*
 * Reads all files of the folder, in the order of their names; makes it if there is none, for its
 * owner alone, since what a profile holds gets into it. folder NULL: an empty one, in memory. 0, or
 * a negative errno with one sentence in err, which names the file. A file that is longer than an
 * input is cut.
 */
int corpus_open(const char *folder, struct corpus *out, char *err, size_t room);
void corpus_free(struct corpus *c);
/* how is what stands behind the number in the file's name: "src:000003,op:havoc". 0 or a negative
 * errno likewise. */
int corpus_add(struct corpus *c, const struct input *in, const char *how, char *err, size_t room);
void corpus_get(const struct corpus *c, unsigned i, struct input *out);

/* A file that is whole or not there. 0 or a negative errno. */
int corpus_write(const char *path, const struct input *in);
/* 0 or a negative errno. */
int corpus_read(const char *path, struct input *out);

#endif
