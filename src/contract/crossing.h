// SPDX-License-Identifier: BSD-2-Clause
/*
 * One record for each thing that crosses a border of the host (crossings.def): a call into the
 * module or out of it, at entry and at exit; a request to the miniport; an indication from it; a
 * step of the host's own that a rule is about.
 *
 * Records are values: no pointer, no secret, nothing that differs between two runs with one seed.
 * What a module chose (a pointer used as a handle, a GUID) stands as a small number given in order
 * of appearance. So a record can be written to a file and judged later exactly as it was judged
 * live.
 */
#ifndef OPENIHV_CONTRACT_CROSSING_H
#define OPENIHV_CONTRACT_CROSSING_H

#include <stdbool.h>
#include <stdint.h>

enum crossing_fn {
#define X(id, member, border, name, ...) FN_##id,
#include "contract/crossings.def"
#undef X
	FN_COUNT
};

enum crossing_border {
	BORDER_HANDLER,
	BORDER_FUNCTION,
	BORDER_REQUEST,
	BORDER_INDICATION,
	BORDER_EVENT,
};

enum crossing_phase {
	PHASE_ENTER, /* of a call */
	PHASE_EXIT,  /* of a call; result is valid */
	PHASE_POINT, /* requests, indications and events happen at once */
};

#define CROSSING_ARGS 6
#define CROSSING_DATA 40

/* flags */
#define CROSSING_STALE_TABLE                                                                       \
	1u /* called through the memory of the API table argument after InitService (X-03) */
#define CROSSING_PEER_NULL 2u  /* a MAC argument was a null pointer */
#define CROSSING_REFUSED   4u  /* the call was not carried out: --strict, or a fault on purpose */
#define CROSSING_NULL      8u  /* a pointer that must not be NULL was */
#define CROSSING_HELD      32u /* the module had made the call before; it was kept on purpose */
#define CROSSING_UNKNOWN   16u /* a Stop for an AP without a session, on purpose */

/* known, in FreeBuffer */
enum buffer_known {
	BUFFER_NULL,
	BUFFER_LIVE,
	BUFFER_FREED,
	BUFFER_GIVEN, /* the host has taken it over, and freed it */
	BUFFER_FOREIGN,
};

/* function, of a death or a trespass that no handler was open for */
#define CROSSING_NO_FUNCTION UINT32_MAX

/* flags of the key functions */
#define KEY_DELETE     1u
#define KEY_STATIC     2u
#define KEY_BAD_LAYOUT 4u /* the algorithm-specific structure contradicts usKeyLength */

/* How a module in a process of its own came to its end. */
enum module_end {
	MODULE_LIVES,
	MODULE_EXITED,    /* .code: exit status; it ended itself */
	MODULE_SIGNALLED, /* .code: signal number */
	MODULE_EXCEPTION, /* .code: Windows exception code */
	MODULE_KILLED,    /* by the host */
	MODULE_GARBLED,   /* it spoke what is not the protocol, and was killed */
	MODULE_NEVER_CAME /* it could not be loaded anew */
};

/*
 * What a guard saw a module do to memory that is not its own to touch (X-03, X-10, X-34, X-35,
 * X-60), or a sandbox refused. Not a call: told as soon as it is known.
 */
enum module_trespass {
	TRESPASS_WRITE,      /* to an input of the open handler .fn; carried out on its copy */
	TRESPASS_LATE_READ,  /* of an input of .fn after that had returned */
	TRESPASS_LATE_WRITE, /* the same */
	TRESPASS_GIVEN,      /* access to a buffer that it had given to the host, or freed */
	TRESPASS_PACKET,     /* write to a packet before its SendPacketCompletion */
	TRESPASS_TABLE,      /* read of InitService's tables after it had returned */
	TRESPASS_SYSTEM,     /* .code: number of a system call that it may not make; it got EPERM */
};

struct crossing {
	uint64_t seq;     /* 1, 2, ... */
	uint64_t time;    /* ns on the loop's clock */
	uint64_t adapter; /* hDot11SvcHandle, given or known from the context; 0: none */
	uint64_t handle;  /* connect session, security session, or the number of a send, UI request
			     or buffer */
	uint64_t peer;    /* MAC address in the low 48 bits (mac_to_u64); 0: none */
	uint32_t result;  /* PHASE_EXIT: Win32 code; requests: errno */
	uint32_t reason;  /* reason code, or DOT11_ASSOC_STATUS */
	uint32_t ext;     /* number of the hIhvExtAdapter; 0: NULL */
	uint16_t fn;      /* enum crossing_fn */
	uint16_t thread;  /* number of the thread */
	uint8_t phase;    /* enum crossing_phase */
	uint8_t flags;    /* CROSSING_* */
	uint8_t data_length;
	/* Some bytes of the argument where a rule looks at them: first bytes of a packet,
	 * EtherTypes, a second MAC */
	uint8_t data[CROSSING_DATA];
	union {
		uint32_t arg[CROSSING_ARGS];
#define X(id, member, border, name, a0, a1, a2, a3, a4, a5)                                        \
	struct {                                                                                   \
		uint32_t a0, a1, a2, a3, a4, a5;                                                   \
	} member;
#include "contract/crossings.def"
#undef X
	};
};

/* The text, border and argument names of a crossing; names of unused arguments begin with '_'. */
const char *crossing_name(enum crossing_fn fn);
enum crossing_border crossing_border(enum crossing_fn fn);
const char *const *crossing_args(enum crossing_fn fn);
/* By text; FN_COUNT if there is none. */
enum crossing_fn crossing_by_name(const char *name);

#endif
