// SPDX-License-Identifier: BSD-2-Clause
#include "contract/checker_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int checker_new(bool strict, struct checker **out)
{
	struct checker *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->strict = strict;
	c->gone_end = &c->gone;
	*out = c;
	return 0;
}

void checker_free(struct checker *c)
{
	struct adapter *a, *next_adapter;
	struct object *o, *next_object;

	if (!c)
		return;
	HASH_ITER(hh, c->adapters, a, next_adapter)
	{
		HASH_DELETE(hh, c->adapters, a);
		free(a);
	}
	HASH_ITER(hh, c->objects, o, next_object)
	{
		HASH_DELETE(hh, c->objects, o);
		free(o);
	}
	while ((o = c->spare)) {
		c->spare = o->hh.next;
		free(o);
	}
	free(c->threads);
	free(c->findings);
	free(c);
}

bool checker_found(struct checker *c, const struct crossing *x, enum rule_id rule, bool race,
	const char *fmt, ...)
{
	struct finding *f;
	va_list ap;
	enum rule_severity severity = race && !c->strict ? SEVERITY_W : rule_info(rule)->severity;

	/* The order of the two is not the module's doing: it had made the call before. */
	if (race && (x->flags & CROSSING_HELD))
		return false;
	if (severity == SEVERITY_W)
		c->warnings++;
	else
		c->violations++;
	if (c->nfindings == CHECKER_FINDINGS_MAX)
		return false;
	if (c->nfindings == c->room) {
		size_t room = c->room ? c->room * 2 : 16;
		struct finding *grown = reallocarray(c->findings, room, sizeof(*grown));

		if (!grown) {
			c->incomplete = true;
			return false;
		}
		c->findings = grown;
		c->room = room;
	}
	f = &c->findings[c->nfindings++];
	f->rule = rule;
	f->severity = severity;
	f->seq = x->seq;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	return false;
}

struct adapter *checker_adapter(struct checker *c, uint64_t svc)
{
	struct adapter *a;

	HASH_FIND(hh, c->adapters, &svc, sizeof(svc), a);
	return a;
}

/* What still names an adapter that is about to be freed. */
static void checker_forget(struct checker *c, const struct adapter *a)
{
	struct object *o, *next;

	if (!a->objects)
		return;
	HASH_ITER(hh, c->objects, o, next)
	{
		if (o->adapter != a)
			continue;
		o->adapter = NULL;
		if (o->key >> 56 == OBJECT_UI)
			checker_object_remove(c, o);
	}
}

void checker_adapter_gone(struct checker *c, struct adapter *a)
{
	struct object *ext = checker_object(c, OBJECT_EXT, a->ext);

	if (ext && ext->adapter == a)
		checker_object_remove(c, ext);
	a->state = ADAPTER_GONE;
	c->adapters_up--;
	*c->gone_end = a;
	c->gone_end = &a->next_gone;
	if (++c->ngone <= GONE_REMEMBERED)
		return;
	a = c->gone;
	c->gone = a->next_gone;
	c->ngone--;
	checker_forget(c, a);
	HASH_DELETE(hh, c->adapters, a);
	free(a);
}

static uint64_t key_of(enum object_kind kind, uint64_t number)
{
	return (uint64_t)kind << 56 | (number & 0xFFFFFFFFFFFFFFu);
}

struct object *checker_object(struct checker *c, enum object_kind kind, uint64_t number)
{
	uint64_t key = key_of(kind, number);
	struct object *o;

	HASH_FIND(hh, c->objects, &key, sizeof(key), o);
	return o;
}

struct object *checker_object_add(
	struct checker *c, enum object_kind kind, uint64_t number, struct adapter *a)
{
	struct object *o = c->spare;

	if (o)
		c->spare = o->hh.next;
	else
		o = malloc(sizeof(*o));
	if (!o) {
		c->incomplete = true;
		return NULL;
	}
	*o = (struct object){.key = key_of(kind, number), .adapter = a};
	a->objects++;
	a->uis += kind == OBJECT_UI;
	HASH_ADD(hh, c->objects, key, sizeof(o->key), o);
	return o;
}

void checker_object_remove(struct checker *c, struct object *o)
{
	HASH_DELETE(hh, c->objects, o);
	if (o->adapter) {
		o->adapter->objects--;
		o->adapter->uis -= o->key >> 56 == OBJECT_UI;
	}
	o->hh.next = c->spare;
	c->spare = o;
}

void checker_bury(struct adapter *a, struct session *s, enum session_end end)
{
	s->state = SESSION_OVER;
	s->end = end;
	a->dead[a->dead_next++ % REMEMBERED] = *s;
}

const struct session *checker_buried(const struct adapter *a, uint64_t handle)
{
	unsigned i;

	for (i = 0; i < REMEMBERED; i++)
		if (handle && a->dead[i].handle == handle)
			return &a->dead[i];
	return NULL;
}

static struct adapter *not_gone(struct checker *c)
{
	struct adapter *a, *next;

	HASH_ITER(hh, c->adapters, a, next)
	if (a->state != ADAPTER_GONE)
		return a;
	return NULL;
}

/* Its port goes with it: what is still to be seen is that the host closes and deletes that. */
static void lose_adapter(struct checker *c, struct adapter *a)
{
	if (checker_live(&a->connect))
		checker_bury(a, &a->connect, END_DIED);
	checker_bury(a, &a->security, END_DIED);
	a->security.authorised = false;
	a->port_told = a->associated = a->receiving = false;
	a->nethertypes = a->nexemptions = 0;
	a->sends = 0;
	checker_adapter_gone(c, a);
}

void checker_module_died(struct checker *c)
{
	struct object *o, *next;
	struct adapter *a;
	size_t i;

	/* Each by itself: one that goes may push an older one out of memory. */
	while (c->adapters_up && (a = not_gone(c)))
		lose_adapter(c, a);
	HASH_ITER(hh, c->objects, o, next)
	checker_object_remove(c, o);
	for (i = 0; i < c->nthreads; i++)
		c->threads[i].depth = 0;
	c->service = SERVICE_NONE;
	c->vs_called = c->vs_ready = c->vs_exported = c->ever_adapter = false;
	c->adapters_up = 0;
	c->buffers_taken = 0;
}

bool checker_live(const struct session *s)
{
	return s->state == SESSION_CALLED || s->state == SESSION_PENDING ||
	       s->state == SESSION_DONE;
}

bool checker_inside(const struct checker *c, uint16_t thread, enum crossing_fn fn, uint64_t adapter)
{
	unsigned i;

	if (thread >= c->nthreads)
		return false;
	for (i = 0; i < c->threads[thread].depth; i++) {
		const struct call *call = &c->threads[thread].calls[i];

		if (call->fn == fn && (!adapter || call->adapter == adapter))
			return true;
	}
	return false;
}

static struct thread *thread_of(struct checker *c, uint16_t number)
{
	if (number >= c->nthreads) {
		size_t n = (size_t)number + 8;
		struct thread *grown = reallocarray(c->threads, n, sizeof(*grown));

		if (!grown) {
			c->incomplete = true;
			return NULL;
		}
		memset(grown + c->nthreads, 0, (n - c->nthreads) * sizeof(*grown));
		c->threads = grown;
		c->nthreads = n;
	}
	return &c->threads[number];
}

static void push(struct checker *c, const struct crossing *x)
{
	struct thread *t = thread_of(c, x->thread);

	if (t && t->depth < CALL_DEPTH)
		t->calls[t->depth++] =
			(struct call){.fn = x->fn, .adapter = x->adapter, .time = x->time};
}

static void pop(struct checker *c, const struct crossing *x)
{
	struct thread *t = thread_of(c, x->thread);
	const struct call *call;

	if (!t || !t->depth || t->calls[t->depth - 1].fn != x->fn)
		return; /* nested deeper than is kept, or an exit without its entry */
	call = &t->calls[--t->depth];
	JUDGE(c, x, X_17, x->time - call->time <= 5000000000u, "%s took %llu ms",
		crossing_name((enum crossing_fn)x->fn),
		(unsigned long long)((x->time - call->time) / 1000000));
}

unsigned checker_feed(struct checker *c, const struct crossing *x)
{
	uint64_t before = c->violations + c->warnings;

	c->crossings++;
	switch (crossing_border((enum crossing_fn)x->fn)) {
	case BORDER_HANDLER:
		if (x->phase == PHASE_ENTER) {
			push(c, x);
			check_handler_enter(c, x);
		} else {
			check_handler_exit(c, x);
			pop(c, x);
		}
		break;
	case BORDER_FUNCTION:
		if (x->phase == PHASE_ENTER)
			check_function_enter(c, x);
		else
			check_function_exit(c, x);
		break;
	case BORDER_REQUEST:
	case BORDER_INDICATION:
	case BORDER_EVENT:
		check_point(c, x);
		break;
	}
	return (unsigned)(c->violations + c->warnings - before);
}

bool checker_incomplete(const struct checker *c)
{
	return c->incomplete;
}

const struct finding *checker_findings(const struct checker *c, size_t *count)
{
	*count = c->nfindings;
	return c->findings;
}

uint64_t checker_violations(const struct checker *c)
{
	return c->violations;
}

uint64_t checker_warnings(const struct checker *c)
{
	return c->warnings;
}

uint64_t checker_exercised(const struct checker *c, enum rule_id rule)
{
	return c->exercised[rule];
}

unsigned checker_rules_exercised(const struct checker *c)
{
	unsigned id, n = 0;

	for (id = 0; id < RULE_COUNT; id++)
		n += c->exercised[id] != 0;
	return n;
}

uint64_t checker_crossings(const struct checker *c)
{
	return c->crossings;
}
