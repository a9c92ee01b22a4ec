/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/answered.h"

#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "gateway/desk/intake_apply.h"
#include "parsers/err.h"

/* As many as a full queue of jobs can answer between two batches. */
#define ANSWERED_MAX 1024
/* Without other jobs to ride with, a commit of its own is made after this. */
#define ANSWERED_WAIT_MS (2 * SECOND_MS)

struct answered_job {
	struct job job;
	struct answered *answered;
	size_t n;
	struct digest seen[];
};

struct answered {
	struct core *core;
	struct timer timer;
	bool is_timed;
	size_t n;
	struct digest seen[ANSWERED_MAX];
	size_t n_jobs;
	bool is_closing;
};

static int on_answered(struct txn *t, struct job *job)
{
	struct answered_job *j = (struct answered_job *)job;

	for (size_t i = 0; i < j->n; i++) {
		int err = intake_answered(t, &j->seen[i]);

		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static void on_answered_done(struct job *job, int err)
{
	struct answered_job *j = (struct answered_job *)job;
	struct answered *a = j->answered;

	/* Not tried again: at worst a text that was written twice on purpose counts as a repeat. */
	if (err != ERR_OK)
		log_warning("intake", "event=answers_not_noted n=%zu error=\"%s\"", j->n,
			    err_text(err));
	free(j);
	a->n_jobs--;
	if (a->is_closing && a->n_jobs == 0)
		free(a);
}

void answered_flush(struct answered *a)
{
	struct host *h = a->core->host;
	struct answered_job *j;

	if (a->n == 0)
		return;
	if (a->is_timed)
		host_timer_stop(h, &a->timer);
	a->is_timed = false;
	j = calloc(1, sizeof(*j) + a->n * sizeof(j->seen[0]));
	if (j == NULL) {
		a->n = 0;
		return;
	}
	j->job = (struct job){ .apply = on_answered, .done = on_answered_done };
	j->answered = a;
	j->n = a->n;
	memcpy(j->seen, a->seen, a->n * sizeof(j->seen[0]));
	a->n = 0;
	a->n_jobs++;
	if (h->write(h, &j->job) == ERR_OK)
		return;
	a->n_jobs--;
	free(j);
}

static void on_timer(struct timer *t)
{
	struct answered *a = CONTAINER_OF(t, struct answered, timer);

	a->is_timed = false;
	answered_flush(a);
}

void answered_add(struct answered *a, const struct digest *seen)
{
	if (a->n == ANSWERED_MAX)
		answered_flush(a);
	a->seen[a->n++] = *seen;
	if (a->is_timed)
		return;
	a->is_timed = true;
	host_timer_in(a->core->host, &a->timer, ANSWERED_WAIT_MS);
}

int answered_new(struct core *core, struct answered **a_out)
{
	struct answered *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return ERR_NOMEM;
	a->core = core;
	a->timer.fire = on_timer;
	*a_out = a;
	return ERR_OK;
}

void answered_free(struct answered **answered)
{
	struct answered *a = *answered;

	if (a == NULL)
		return;
	*answered = NULL;
	host_timer_stop(a->core->host, &a->timer);
	a->is_closing = true;
	if (a->n_jobs == 0)
		free(a);
}
