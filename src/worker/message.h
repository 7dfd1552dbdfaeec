// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the host and a worker say to each other over a pair of pipes (doc/worker-protocol.md).
 *
 * A message is a header of 20 bytes and a body. All numbers are little-endian. Each end checks
 * type, direction and length of a message before it looks at its body, and the whole body before it
 * acts on it: the other end is hostile. What a body holds is told by one table (shapes.c) that
 * encoder, decoder and fuzzer share: the members of struct handler_call and struct function_call
 * that cross, in which direction, and what they point to.
 */
#ifndef OPENIHV_WORKER_MESSAGE_H
#define OPENIHV_WORKER_MESSAGE_H

#include "base/bytes.h"
#include "host/module.h"

#define PROTOCOL_VERSION 2u
#define MESSAGE_HEADER   20u
#define MESSAGE_MAX      (4u << 20) /* bytes of a body */

enum message_type {
	/* From the host */
	MESSAGE_START = 1, /* the first: version, options; the worker then loads its module */
	MESSAGE_CALL,      /* .fn .call: a handler or export is to be called */
	MESSAGE_REPLY,     /* .fn .call .thread: the answer to a FUNCTION */
	MESSAGE_RELEASE,   /* the host is done with a block that it had taken over */
	MESSAGE_PROBE,     /* a question about the process (struct module_probe); one at a time */
	/* From the worker */
	MESSAGE_READY,    /* the answer to START: the module is loaded */
	MESSAGE_FAILED,   /* the same: it cannot be, and why */
	MESSAGE_RETURN,   /* .fn .call: the end of a CALL */
	MESSAGE_FUNCTION, /* .fn .call .thread: the module calls an extensibility function */
	MESSAGE_TRESPASS, /* a guard saw something (struct module_trespass_info) */
	MESSAGE_PROBED,   /* the answer to a PROBE */
	MESSAGE_CRASH,    /* the last: a Windows exception code */
	MESSAGE_TYPES
};

struct message {
	uint32_t length;   /* of the body */
	uint16_t type;     /* enum message_type */
	uint16_t fn;       /* enum crossing_fn, or 0 */
	uint32_t call;     /* number of the handler call that it belongs to: 1, 2, ...; 0: none */
	uint32_t thread;   /* FUNCTION and REPLY: number of a thread of the module's own; 0: the
			      call's */
	uint32_t reserved; /* 0 */
};

/* START. */
struct message_start {
	uint32_t version;
	bool guard;      /* page guards (module/guard.h) */
	bool repeatable; /* the module's random numbers follow from .seed (simulated radio only) */
	uint64_t seed;
};

/* READY. */
struct message_ready {
	uint32_t version;
	uint32_t exports; /* MODULE_HAS_* */
	uint32_t functions, vs_functions;
	uint32_t sandbox; /* SANDBOX_* that the worker got (worker/sandbox.h) */
};

/* What a RETURN tells besides the handler's results. */
struct message_return {
	uint32_t threads; /* of the module's own, that live now */
};

/* Memory for what a decoder builds: freed at once. Zero-initialise it. */
struct arena {
	struct arena_block *blocks;
	uint8_t *next; /* in the block at hand */
	size_t left;
	size_t total; /* bytes handed out since the last reset */
};

/* Zeroed, aligned for any type; NULL: no memory, or more than MESSAGE_MAX * 4 in all. */
void *arena_alloc(struct arena *a, size_t size);
/* Wipes all that was handed out, and keeps one block for the next message. */
void arena_reset(struct arena *a);
/* Wipes and frees. */
void arena_free(struct arena *a);

/* The live blocks of Dot11ExtAllocateBuffer, where the module is: bytes of the one that begins at
 * p, or SIZE_MAX. */
struct block_source {
	size_t (*size)(void *user, const void *p);
	void *user;
};

void message_put_header(uint8_t out[MESSAGE_HEADER], const struct message *m);
/*
 * 0, or -EPROTO: a type that does not come from that side, a length over MESSAGE_MAX, an fn that is
 * no handler (CALL, RETURN) or function (FUNCTION, REPLY), a number that must be 0 and is not.
 */
int message_get_header(const uint8_t in[MESSAGE_HEADER], bool from_worker, struct message *m);

/*
 * Bodies. The put functions leave the writer bad if it has too little room (the caller grows it and
 * tries again). The get functions return 0, -EPROTO for a body that is not one (too short, too
 * long, a count beyond its limit, text without an end, a pointer that must be there and is not), or
 * -ENOMEM; on an error nothing of the output counts. What they build is in the arena, aligned,
 * terminated, and shares nothing with the message.
 */
void message_put_start(struct writer *w, const struct message_start *s);
int message_get_start(struct reader *r, struct message_start *s);
void message_put_ready(struct writer *w, const struct message_ready *s);
int message_get_ready(struct reader *r, struct message_ready *s);
void message_put_failed(struct writer *w, int error, const char *why);
/* error: a negative errno; why: printable ASCII, whatever came. */
int message_get_failed(struct reader *r, int *error, char *why, size_t room);
void message_put_trespass(struct writer *w, const struct module_trespass_info *t);
int message_get_trespass(struct reader *r, struct module_trespass_info *t);
void message_put_number(struct writer *w, uint64_t v); /* RELEASE: a token; CRASH: a code */
int message_get_number(struct reader *r, uint64_t *v);

/* A PROBE: what is asked. */
void message_put_probe(struct writer *w, const struct module_probe *p);
/* Also -EPROTO: what is not sound (module_probe_sound()). */
int message_get_probe(struct reader *r, struct module_probe *p);
/* Its PROBED: what was asked for, and, if result is 0 and not a negative errno, p's outputs. */
void message_put_probed(struct writer *w, const struct module_probe *p, int result);
/* p: as it was put. */
int message_get_probed(struct reader *r, struct module_probe *p, int *result);

/* A CALL: c's inputs, and what its outputs hold before. c->fn is the header's. */
void message_put_call(struct writer *w, const struct handler_call *c);
int message_get_call(struct reader *r, struct arena *a, struct handler_call *c);
/*
 * Its RETURN: the result, and of the memory behind c's pointers what differs from `before` (the
 * same CALL decoded again); inputs too, so that the host sees that they were written. The blocks
 * that outputs name go along.
 */
void message_put_return(struct writer *w, const struct handler_call *c,
	const struct handler_call *before, const struct block_source *blocks,
	const struct message_return *extra);
/* Into the memory that c, as it was put, points to; fills c->views. */
int message_get_return(struct reader *r, struct handler_call *c, struct message_return *extra);
/* A FUNCTION: inputs, and the blocks that they name. f->fn is the header's; within and thread are
 * not in the body. */
void message_put_function(
	struct writer *w, const struct function_call *f, const struct block_source *blocks);
/* Pointers to outputs point into the arena; get_user_data.bytes is NULL. Fills f->views. */
int message_get_function(struct reader *r, struct arena *a, struct function_call *f);
/* Its REPLY: result, and what is behind the output pointers of f. */
void message_put_reply(struct writer *w, const struct function_call *f, DWORD result);
/* Into the memory that f, as it was put, points to; nothing but the result is written if that is an
 * error, except where the interface says so (sizes of NicSpecificExtension). */
int message_get_reply(struct reader *r, struct function_call *f, DWORD *result);

#endif
