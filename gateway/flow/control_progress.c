/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of long work (verify, backup, dump) who asked hears how far it is: the reader
 * notes it, the loop tells it once a second.
 */
#include <stdio.h>

#include "gateway/flow/control_request.h"

#define TELL_EVERY_MS SECOND_MS
/* A table's name and a number. */
#define PROGRESS_MAX 200

static void tell(struct control *c)
{
	const char *what = atomic_load(&c->progress.what);
	uint64_t done = atomic_load(&c->progress.done), total = atomic_load(&c->progress.total);
	char line[PROGRESS_MAX];

	if (what == NULL || done == c->progress.told)
		return;
	c->progress.told = done;
	if (total > 0)
		(void)snprintf(line, sizeof(line), "{\"progress\":\"%s: %llu %%\"}", what,
			       (unsigned long long)(done * 100 / total));
	else
		(void)snprintf(line, sizeof(line), "{\"progress\":\"%s: %llu\"}", what,
			       (unsigned long long)done);
	c->fn(bytes_of(line), false, c->fn_ctx);
}

static void on_second(struct timer *t)
{
	struct control *c = CONTAINER_OF(t, struct control, progress.timer);

	tell(c);
	host_timer_in(c->core->host, t, TELL_EVERY_MS);
}

void control_progress_begin(struct control *c)
{
	c->progress.timer.fire = on_second;
	host_timer_in(c->core->host, &c->progress.timer, TELL_EVERY_MS);
}

void control_progress_end(struct control *c)
{
	if (c->progress.timer.fire != NULL)
		host_timer_stop(c->core->host, &c->progress.timer);
}

void control_progress(const char *what, uint64_t done, uint64_t total, void *ctx)
{
	struct control *c = ctx;
	struct host *h = c->core->host;

	atomic_store(&c->progress.done, done);
	atomic_store(&c->progress.total, total);
	atomic_store(&c->progress.what, what);
	/* Without a daemon there is one thread and no timer: the reader tells it by itself. */
	if (!h->is_inline || h->mono(h).ms < c->progress.next_ms)
		return;
	tell(c);
	c->progress.next_ms = h->mono(h).ms + TELL_EVERY_MS;
}
