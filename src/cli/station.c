// SPDX-License-Identifier: BSD-2-Clause
#include "cli/station.h"

#include "miniport/sim/sim.h"

/* Its radio is another station of the same air: an access point of its own it does not host. */
void station_wanted(void *user, struct host_adapter *primary, bool wanted)
{
	struct world *w = user;

	if (!wanted) {
		world_note(w, w->station ? "the virtual station is wanted no longer"
					 : "no virtual station is wanted any more");
		return;
	}
	world_note(w, "the module asks for a virtual station");
	if (!w->station_mp && sim_add_station(w->sim, (struct mac){{0}}, &w->station_mp))
		return; /* the module bears that none comes */
	if (host_add_virtual(primary, w->station_mp, &w->station))
		w->station = NULL;
}

bool station_crossing(struct world *w, const struct crossing *x)
{
	if (x->fn == FN_INIT_ADAPTER && x->phase == PHASE_ENTER && x->handle)
		w->station_svc = x->adapter;
	return w->station_svc && x->adapter == w->station_svc;
}

static void up(struct world *w)
{
	world_note(w, "the virtual station has arrived, and connects");
	if (host_connect(w->station, w->profile))
		world_note(w, "the virtual station cannot connect now");
}

bool station_notice(struct world *w, struct host_adapter *a, const struct host_notice *n)
{
	if (a != w->station || !a)
		return false;
	switch (n->type) {
	case NOTICE_ADAPTER_UP:
		up(w);
		break;
	case NOTICE_CONNECTED:
		world_note(w, "the virtual station's port is open");
		break;
	case NOTICE_CONNECT_FAILED:
		world_note(w, "the virtual station's connection was not made");
		break;
	case NOTICE_ADAPTER_FAILED:
		world_note(w, "the module does not take the virtual station");
		break;
	case NOTICE_ADAPTER_REMOVED:
		world_note(w, "the virtual station has gone");
		w->station = NULL;
		break;
	default: /* the crossings tell */
		break;
	}
	return n->type != NOTICE_HANDLER_BLOCKED;
}
