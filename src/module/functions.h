// SPDX-License-Identifier: BSD-2-Clause
/* The tables of functions that a module in this process is given, each entry a thunk to struct
 * module's function(). */
#ifndef OPENIHV_MODULE_FUNCTIONS_H
#define OPENIHV_MODULE_FUNCTIONS_H

#include <pthread.h>

#include "host/module.h"
#include "module/blocks.h"
#include "module/guard.h"
#include "module/lent.h"

/* What the functions need of a module that is carried in this process. */
struct carried {
	struct module *module;
	struct blocks *blocks;
	struct lent *lent;
	struct guard *guard; /* NULL: none */
	/* module->hold(): the thread that is kept waits for the condition */
	pthread_mutex_t hold_lock;
	pthread_cond_t let_go;
};

/* The arguments of InitService and InitVirtualStation. */
struct function_tables {
	DOT11EXT_APIS *apis;
	DOT11EXT_IHV_HANDLERS *handlers;
	DOT11EXT_VIRTUAL_STATION_APIS *virtual_station;
};

/* From now on the functions call c->module. -EBUSY: they call another. */
int functions_attach(struct carried *c);
/* Writes the two tables of functions. */
void functions_fill(const struct function_tables *tables);
/* The calling thread has this handler open from now on (NULL: none). Returns what it had. */
const struct handler_call *functions_enter(const struct handler_call *call);
/* Replaces the functions by ones that tell that they were called through the argument's memory
 * (X-03). */
void functions_expire(const struct function_tables *tables);
void functions_expire_virtual_station(const struct function_tables *tables);
void functions_detach(const struct carried *c);
/* struct module_ops's let_go(). */
void functions_let_go(struct carried *c);

#endif
