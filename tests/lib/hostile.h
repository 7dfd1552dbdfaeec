// SPDX-License-Identifier: BSD-2-Clause
/*
 * A worker that is played by a thread, over real pipes, and means harm. A proxy (worker/proxy.h)
 * takes it for a process:
 *
 *     host -- proxy == pipes == thread that speaks the protocol, and does not keep to it
 *
 * Left alone it is a module that connects to an open network, and to a WPA2 one as far as
 * association. What else it does at a CALL, an operation, is chosen by bytes or by the test.
 *
 * What it has read stays in the pipe until it has reacted, so that a host on virtual time, which
 * looks into its pipes, never takes it for asleep while it is about to say something.
 */
#ifndef OPENIHV_TESTS_LIB_HOSTILE_H
#define OPENIHV_TESTS_LIB_HOSTILE_H

#include "worker/proxy.h"

/* What follows an operation's byte are its own bytes; where those end, it takes zeros. */
enum hostile_op {
	HOSTILE_ANSWER,    /* properly */
	HOSTILE_CHANGED,   /* answers; number, then so many times place (2), bits to invert */
	HOSTILE_TRUNCATED, /* answers; so many bytes (2) of the body's end are missing */
	HOSTILE_HEADER,    /* answers; field of the header, its value (4) */
	HOSTILE_TWICE,     /* answers, and again */
	HOSTILE_SILENT,    /* does not answer */
	HOSTILE_FUNCTION,  /* calls a function in the handler's thread: see below */
	HOSTILE_THREAD,    /* the same, in a thread of its own, and answers */
	HOSTILE_FUZZED,    /* a function (1) with a body: length (1), bytes */
	HOSTILE_FORBIDDEN, /* type (1) that only a host sends, with the CALL's own body */
	HOSTILE_TRESPASS,  /* what (1), fn (1), code (4); answers */
	HOSTILE_CRASH,     /* code (1), then answers, if a bit of it is set, or is gone */
	HOSTILE_READY,     /* once more */
	HOSTILE_FAILED,    /* after READY */
	HOSTILE_GARBAGE,   /* length (1), bytes */
	HOSTILE_PART,      /* answers; bytes (2) of the message; is gone */
	HOSTILE_CLOSE,     /* is gone */
	HOSTILE_CLOSE_OUT, /* closes the pipe to the host, and reads on */
	HOSTILE_CLOSE_IN,  /* closes the pipe from the host */
	HOSTILE_FLOOD,     /* number (2) of functions without reading an answer; in a thread of
			    its own (1); answers */
	HOSTILE_DEAF,      /* reads no more; answers, if (1) is odd */
	HOSTILE_PROBED,    /* answers a probe that nobody has made */
	HOSTILE_OPS
};

/*
 * FUNCTION and THREAD: which (1), which adapter (1), which session or block (1; 0: what fits), bits
 * to invert in the body: number (1), so many times place (2) and bits (1); bytes (2) that are
 * missing at its end. It never tells a live session's success (Post- AssociateCompletion with error
 * 0), so that a port that opens is the host's fault.
 */

/* Answers to a PROBE, which cost a byte each where CALLs do. */
enum hostile_probe {
	HOSTILE_PROBE_ANSWERS,
	HOSTILE_PROBE_CUT,   /* a byte is missing */
	HOSTILE_PROBE_OTHER, /* to another question */
	HOSTILE_PROBE_TWICE,
	HOSTILE_PROBE_EXCESS, /* a byte too many */
	HOSTILE_PROBE_ODD,    /* an error that is none */
	HOSTILE_PROBE_WAYS,
	HOSTILE_PROBE_SILENT /* for the test only: takes a second */
};

/* Answers to START: the first byte of all, if the test wants that. */
enum hostile_start {
	HOSTILE_STARTS, /* in order */
	HOSTILE_START_VERSION,
	HOSTILE_START_ANY, /* every bit that READY has */
	HOSTILE_START_TWICE,
	HOSTILE_START_SPEAKS, /* READY, and a function at once */
	HOSTILE_START_EARLY,  /* the other way round */
	HOSTILE_START_FAILS,
	HOSTILE_START_FAILS_WELL,
	HOSTILE_START_GARBAGE,
	HOSTILE_START_PART,
	HOSTILE_START_CLOSES,
	HOSTILE_START_DIES, /* after READY */
	HOSTILE_START_WAYS
};

struct hostile_config {
	const uint8_t *bytes; /* the caller's, for as long as it lives */
	size_t size;
	/* Behaves: an open port with it is in order. The bytes are not used. */
	bool honest;
	bool secure;        /* asks for WPA2 */
	bool starts;        /* each START takes a byte (enum hostile_start) */
	unsigned flood_max; /* of functions, so that no pipe is full; 0: no limit */
	/* The operation at the CALLs of `at`, from the (skip+1)th on, `times` times (0: once); its
	 * bytes are `bytes`, each time. FN_COUNT: each CALL takes the next byte for its operation.
	 */
	enum crossing_fn at;
	enum hostile_op op;
	unsigned skip, times;
	enum hostile_probe probe;
};

struct hostile;

/* Aborts without memory. */
struct hostile *hostile_new(const struct hostile_config *config);
/* For proxy_open(), which closes it: that frees it. */
struct worker_source hostile_source(struct hostile *h);
/* Bytes of the body of which some were left out last. */
size_t hostile_whole(const struct hostile *h);

#endif
