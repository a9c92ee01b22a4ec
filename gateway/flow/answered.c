/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/answered.h"

#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "parsers/err.h"
#include "store/answers.h"

/* As many as a full queue of jobs can answer between two batches. */
#define MARKS_MAX 1024
/* Without other jobs to ride with, a commit of its own is made after this. */
#define ANSWERED_WAIT_MS (2 * SECOND_MS)

/* One that the number doesn't say it of: told late, or of a repeat in time. */
struct mark {
	struct digest words;
	uint64_t turn; /* of a text that was told late; 0: of a repeat */
};

struct answered {
	struct core *core;
	struct timer timer;
	bool is_timed;
	uint64_t since; /* the first turn since we started; 0: none yet, or noted */
	bool has_since;
	uint64_t up_to, noted_up_to;
	struct mark marks[MARKS_MAX];
	size_t n;
	/* One at a time: what a later one says must not stand without what an earlier one says. */
	struct job job;
	bool is_posted;
	uint64_t job_since, job_up_to;
	size_t job_n; /* of marks, the first ones */
	bool is_closing;
};

static int on_answered(struct txn *t, struct job *job)
{
	struct answered *a = CONTAINER_OF(job, struct answered, job);
	int err = ERR_OK;

	if (a->job_up_to != 0)
		err = answers_up_to(t, a->job_since, a->job_up_to);
	for (size_t i = 0; i < a->job_n && err == ERR_OK; i++) {
		const struct mark *m = &a->marks[i];

		err = m->turn != 0 ? answers_late(t, &m->words, m->turn)
				   : answers_in_time(t, &m->words);
	}
	return err;
}

static void wait_for_company(struct answered *a)
{
	if (a->is_timed || a->is_posted || a->is_closing ||
	    (a->n == 0 && a->up_to == a->noted_up_to))
		return;
	a->is_timed = true;
	host_timer_in(a->core->host, &a->timer, ANSWERED_WAIT_MS);
}

static void on_answered_done(struct job *job, int err)
{
	struct answered *a = CONTAINER_OF(job, struct answered, job);

	a->is_posted = false;
	if (err != ERR_OK) {
		/* Until it is noted, a text that was written twice on purpose counts as a repeat. */
		log_warning("intake", "event=answers_not_noted error=\"%s\"", err_text(err));
	} else {
		if (a->job_up_to != 0) {
			a->noted_up_to = a->job_up_to;
			a->since = 0;
		}
		a->n -= a->job_n;
		memmove(a->marks, a->marks + a->job_n, a->n * sizeof(a->marks[0]));
	}
	if (a->is_closing)
		free(a);
	else
		wait_for_company(a);
}

void answered_flush(struct answered *a)
{
	struct host *h = a->core->host;

	if (a->is_posted || (a->n == 0 && a->up_to == a->noted_up_to))
		return;
	if (a->is_timed)
		host_timer_stop(h, &a->timer);
	a->is_timed = false;
	a->job = (struct job){ .apply = on_answered, .done = on_answered_done };
	a->job_since = a->since;
	a->job_up_to = a->up_to != a->noted_up_to ? a->up_to : 0;
	a->job_n = a->n;
	a->is_posted = true;
	if (h->write(h, &a->job) == ERR_OK)
		return;
	a->is_posted = false;
	wait_for_company(a);
}

static void on_timer(struct timer *t)
{
	struct answered *a = CONTAINER_OF(t, struct answered, timer);

	a->is_timed = false;
	answered_flush(a);
}

static void add_mark(struct answered *a, const struct intake_found *found)
{
	if (a->n == MARKS_MAX)
		log_warning("intake", "event=answers_not_noted error=\"%s\"", err_text(ERR_LIMIT));
	else
		a->marks[a->n++] = (struct mark){ found->seen, found->turn };
}

void answered_add(struct answered *a, const struct intake_found *found, bool is_in_time)
{
	if (found->turn != 0) {
		if (!a->has_since)
			a->since = found->turn;
		a->has_since = true;
		a->up_to = found->turn;
	}
	if (is_in_time == found->is_repeat)
		add_mark(a, found);
	wait_for_company(a);
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
	if (!a->is_posted)
		free(a);
}
