// SPDX-License-Identifier: BSD-2-Clause
/* What the files of the checker share. */
#ifndef OPENIHV_CONTRACT_CHECKER_INTERNAL_H
#define OPENIHV_CONTRACT_CHECKER_INTERNAL_H

#include <uthash.h>

#include "base/hex.h"
#include "contract/checker.h"

enum {
	ERROR_CODE_NOT_ENOUGH_MEMORY = 8,
	ERROR_CODE_OUTOFMEMORY = 14,
	ERROR_CODE_CANCELLED = 1223, /* ERROR_CANCELLED */
	STATUS_ROAMING = 8,          /* DOT11_ASSOC_STATUS_DISASSOCIATED_BY_ROAMING */
	BSS_INFRASTRUCTURE = 1,
	ETHERTYPE_EAPOL = 0x888E,
	EAPOL_TYPE_KEY = 3,
	EVENT_LOGOFF = 6, /* WTS_SESSION_LOGOFF */
};

enum service_state {
	SERVICE_NONE,
	SERVICE_LOADED,
	SERVICE_VERSIONED,
	SERVICE_INITIALISING,
	SERVICE_RUNNING,
	SERVICE_ENDING,
	SERVICE_ENDED,
};

enum adapter_state {
	ADAPTER_INITIALISING,
	ADAPTER_UP,
	ADAPTER_ENDING,
	ADAPTER_GONE,
};

/* Why a connect or security session's handle is dead. */
enum session_end {
	END_NONE,
	END_REFUSED,   /* the handler returned an error */
	END_COMPLETED, /* connect sessions only */
	END_STOPPED,
	END_RESET,
	END_ADAPTER,
	END_DIED, /* with the module */
};

enum session_state {
	SESSION_NONE,
	SESSION_CALLED,  /* the handler that starts it has not returned */
	SESSION_PENDING, /* started */
	SESSION_DONE,    /* completed; a security session lives on */
	SESSION_STOPPING,
	SESSION_OVER,
};

/* The end of a session that the miniport or the system caused, and Stop has to carry out. */
enum stop_cause {
	CAUSE_NONE,
	CAUSE_EXPLICIT,
	CAUSE_IMPLICIT,
	CAUSE_DOWN,
};

struct session {
	uint64_t handle;
	uint64_t peer;
	enum session_state state;
	enum session_end end;
	enum stop_cause cause;
	uint32_t cause_status;
	uint16_t thread; /* of the open handler call */
	bool authorised;
	bool early; /* completed before the handler that starts it returned */
	bool keys;  /* a key was installed since the session began */
};

#define REMEMBERED 8 /* dead handles of an adapter that are told from garbage, with the reason */

struct adapter {
	UT_hash_handle hh;
	struct adapter *next_gone;
	uint64_t svc;
	uint32_t ext;
	uint64_t primary; /* of a virtual station; 0: it is none */
	bool released;    /* the module has given it back */
	enum adapter_state state;
	uint16_t thread; /* that has DeinitAdapter or AdapterReset open */

	struct session connect;
	bool connect_begun; /* PerformPreAssociate was called, and nothing was reset since */
	bool connect_ok;    /* completed with success, and not reset since */
	unsigned performs;  /* security sessions since the last pre-association */
	struct session security;
	struct session dead[REMEMBERED]; /* of both kinds */
	unsigned dead_next;

	bool resetting, was_reset;
	bool reset_connect, reset_security; /* what AdapterReset has to cancel */
	unsigned reset_connect_done, reset_security_done;
	bool needs_reset; /* the module has not been told of a disconnection or reset */

	uint16_t ethertypes[CROSSING_DATA / 2];
	unsigned nethertypes, nexemptions;
	bool lists_frozen;
	uint32_t unicast_cipher;
	bool static_keys; /* a key was installed that outlives associations */

	bool associating, associated;
	uint64_t association;    /* AP */
	bool association_served; /* has had its PerformPostAssociate */
	bool port, gate, port_told;
	bool port_served; /* has had its PerformPostAssociate */
	uint64_t port_peer;

	bool receiving;
	uint32_t last_order;
	unsigned sends;   /* outstanding */
	unsigned uis;     /* UI requests, pending or cancelled */
	unsigned objects; /* all that name this adapter */

	bool onex, onex_progress, onex_done; /* runs; was IN_PROGRESS; had its terminal result */
	bool eapol_owed; /* an EAPOL packet, not Key, that 802.1X has to be fed */
};

enum object_kind {
	OBJECT_SEND = 1,
	OBJECT_BUFFER,
	OBJECT_UI,
	OBJECT_EXT, /* a live adapter's hIhvExtAdapter */
};

enum object_state {
	OBJECT_LIVE,
	OBJECT_CANCELLED, /* UI request: by Reset, Deinit or logoff */
};

/* A send, a buffer that the host took over, or a UI request: the key is kind << 56 | number. */
struct object {
	UT_hash_handle hh;
	uint64_t key;
	struct adapter *adapter;
	enum object_state state;
};

#define CALL_DEPTH 8

struct call {
	uint16_t fn;
	uint64_t adapter;
	uint64_t time;
};

struct thread {
	struct call calls[CALL_DEPTH]; /* open handler calls, outermost first */
	unsigned depth;
};

struct checker {
	bool strict, incomplete;
	enum service_state service;
	uint32_t min, max;
	bool vs_exported, vs_called, vs_ready, ever_adapter;
	unsigned adapters_up;
	uint64_t buffers_taken; /* not yet freed by the host */

	struct adapter *adapters; /* by svc; the last that went, too */
	struct adapter *gone, **gone_end;
	unsigned ngone;
	struct object *objects;
	struct object *spare; /* chained by hh.next: sends come and go with each packet */
	struct thread *threads;
	size_t nthreads;

	uint64_t crossings, violations, warnings;
	uint64_t exercised[RULE_COUNT];
	struct finding *findings;
	size_t nfindings, room;
};

/* Words a finding; a race gets severity W unless the checker is strict. Returns false. */
bool checker_found(struct checker *c, const struct crossing *x, enum rule_id rule, bool race,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static inline bool checker_judged(struct checker *c, enum rule_id rule, bool ok)
{
	c->exercised[rule]++;
	return __builtin_expect(ok, true);
}

/* Makes the value of JUDGE one that may be left unused. */
static inline bool checker_verdict(bool ok)
{
	return ok;
}

/* Counts rule as exercised; a false ok becomes a finding at x, worded by the rest. Returns ok. */
#define JUDGE(c, x, rule, ok, ...)                                                                 \
	checker_verdict(checker_judged(c, RULE_##rule, ok) ||                                      \
			checker_found(c, x, RULE_##rule, false, __VA_ARGS__))
/* The same for an order of two threads. */
#define JUDGE_RACE(c, x, rule, ok, ...)                                                            \
	checker_verdict(checker_judged(c, RULE_##rule, ok) ||                                      \
			checker_found(c, x, RULE_##rule, true, __VA_ARGS__))
/* The rule's condition arose and could only be met. */
#define MET(c, rule) ((c)->exercised[RULE_##rule]++)

struct adapter *checker_adapter(struct checker *c, uint64_t svc);
/* The adapter's handles are dead from now on; the last GONE_REMEMBERED of them are told from
 * garbage. */
#define GONE_REMEMBERED 256
void checker_adapter_gone(struct checker *c, struct adapter *a);
/* True if thread has a call of fn open (for adapter, or any if 0). */
bool checker_inside(
	const struct checker *c, uint16_t thread, enum crossing_fn fn, uint64_t adapter);
/* NULL if there is none. */
struct object *checker_object(struct checker *c, enum object_kind kind, uint64_t number);
struct object *checker_object_add(
	struct checker *c, enum object_kind kind, uint64_t number, struct adapter *a);
void checker_object_remove(struct checker *c, struct object *o);

/* Moves the session to the remembered dead ones. */
void checker_bury(struct adapter *a, struct session *s, enum session_end end);
const struct session *checker_buried(const struct adapter *a, uint64_t handle);
/* The module died: what was its own is forgotten, and asks for no end. */
void checker_module_died(struct checker *c);
bool checker_live(const struct session *s); /* called and neither refused, stopped nor reset */

void check_handler_enter(struct checker *c, const struct crossing *x);
void check_handler_exit(struct checker *c, const struct crossing *x);
void check_function_enter(struct checker *c, const struct crossing *x);
void check_function_exit(struct checker *c, const struct crossing *x);
void check_point(struct checker *c, const struct crossing *x);
/* Stop: which of its reasons it has, and whether it names the right session and AP. */
void check_stop(struct checker *c, const struct crossing *x, struct adapter *a);
/* A session that should have been stopped by now and was not. */
void check_unstopped(struct checker *c, const struct crossing *x, struct adapter *a);
/* Pre- and PostAssociateCompletion, at entry. */
void check_completion(struct checker *c, const struct crossing *x, struct adapter *a);
/* What a function may be given, whatever the state. */
void check_arguments(struct checker *c, const struct crossing *x, struct adapter *a);
/* StartOneX, StopOneX, ProcessSecurityPacket, at entry. */
void check_onex(struct checker *c, const struct crossing *x, struct adapter *a);

#endif
