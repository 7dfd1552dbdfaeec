// SPDX-License-Identifier: BSD-2-Clause
/* Questions of the host about this process. */
#include "worker/serve_internal.h"

struct answer {
	const struct module_probe *probe;
	int result;
};

static void put_probed(struct writer *w, const void *what)
{
	const struct answer *a = what;

	message_put_probed(w, a->probe, a->result);
}

int serve_probe(struct reader *body)
{
	/* One at a time: by the reader, whose stack may be a small one of the module's. */
	static struct module_probe probe;
	struct answer a = {.probe = &probe};
	int err = message_get_probe(body, &probe);

	if (err)
		return err;
	if (probe.what == PROBE_USAGE)
		serve_await_pool();
	pthread_mutex_lock(&worker.looking);
	a.result = worker.module->ops->probe(worker.module, &probe);
	pthread_mutex_unlock(&worker.looking);
	return channel_send(
		&worker.channel, (struct message){.type = MESSAGE_PROBED}, put_probed, &a);
}
