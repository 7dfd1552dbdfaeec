// SPDX-License-Identifier: BSD-2-Clause
/*
 * The engine that writes and reads by the table of shapes.h. It knows no handler and no function.
 *
 * What is put is canonical: what a get function accepts, a put function would write again byte for
 * byte.
 */
#ifndef OPENIHV_WORKER_CODEC_H
#define OPENIHV_WORKER_CODEC_H

#include "worker/message.h"
#include "worker/shapes.h"

/* What pointers lead to and is beyond its limit: */
enum codec_excess {
	EXCESS_FAILS,   /* the message cannot be written */
	EXCESS_IS_NULL, /* the pointer crosses as NULL, and text is cut at the limit: either is
			   what the host refuses */
};

/* Requests. base: the structure that the offsets of s count from. */
void codec_put(struct writer *w, const struct shape *s, const void *base, enum codec_excess excess);
/* 0, -EPROTO or -ENOMEM. base is zeroed before. */
int codec_get(struct reader *r, struct arena *a, const struct shape *s, void *base);

/* The answer to a handler: values, and what the memory behind pointers holds else than before. Only
 * memory that base itself points to: pointers in that memory may have been overwritten. */
void codec_put_changes(
	struct writer *w, const struct shape *s, const void *base, const void *before);
int codec_get_changes(struct reader *r, const struct shape *s, void *base);

/* The answer to a function. */
void codec_put_answer(struct writer *w, const struct shape *s, const void *base, bool failed);
int codec_get_answer(struct reader *r, const struct shape *s, void *base, bool failed);

/* Blocks that tokens name, at the end of a message. blocks may be NULL: none are live. */
void codec_put_views(struct writer *w, const struct shape *s, const void *base,
	const struct block_source *blocks);
int codec_get_views(struct reader *r, struct module_views *views);

/* For the files of the engine. */
void *member_pointer(const void *base, const struct member *m);
/* Elements behind m, and bytes. */
uint64_t member_count(const void *base, const struct member *m);
uint64_t member_bytes(const void *base, const struct member *m);
/* VALUE, FLAG and TOKEN. */
bool member_is_flat(const struct member *m);
void member_put_flat(struct writer *w, const struct member *m, const void *base);
void member_get_flat(struct reader *r, const struct member *m, void *base);
/* A byte that is 0 or 1. */
bool codec_get_flag(struct reader *r);

#endif
