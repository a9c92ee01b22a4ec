/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/intake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/desk/intake_apply.h"
#include "gateway/flow/alarms.h"
#include "gateway/flow/answered.h"
#include "gateway/flow/desk_job.h"
#include "gateway/flow/space.h"
#include "parsers/err.h"
#include "parsers/plant.h"

struct intake {
	struct core *core;
	struct space *space;
	struct answered *answered;
	size_t n_waiting; /* jobs posted and not done, of messages and receipts */
	bool is_closing;
};

struct message_job {
	struct desk_job desk_job;
	struct intake *intake;
	struct message *msg; /* owned */
	struct classified understood;
	struct intake_given given;
	struct mono taken_at;
	intake_answer_fn *answer;
	void *answer_ctx;
	struct intake_found found; /* set anew by each application */
};

struct receipt_job {
	struct desk_job desk_job;
	struct intake *intake;
	struct bytes channel; /* of arena, as what the receipt names */
	struct receipt receipt;
	struct arena *arena;
	intake_answer_fn *answer;
	void *answer_ctx;
};

static void intake_end(struct intake *in)
{
	if (!in->is_closing || in->n_waiting > 0)
		return;
	free(in);
}

/* --- a message --- */

static void message_job_free(struct message_job *j)
{
	desk_job_fini(&j->desk_job);
	message_free(&j->msg);
	free(j);
}

static int message_apply(struct txn *t, struct job *job)
{
	struct message_job *j = (struct message_job *)job;
	struct desk *d = desk_job_begin(&j->desk_job);
	struct host *h = j->desk_job.core->host;
	int err;

	if (PLANT(PLANT_NOT_REPEATABLE))
		j->desk_job.now.ms++;
	host_in_hand(h, j->msg);
	err = intake_apply(t, d, &j->given, &j->found);
	host_in_hand(h, NULL);
	return err;
}

static void message_log(const struct message_job *j, int err)
{
	log_info("intake", "chan=%.*s msg=%" PRIu64 " case=%s outcome=%s%s result=\"%s\"",
		 PRI_BYTES(j->msg->channel), j->found.message, j->found.case_number,
		 err == ERR_OK ? msg_outcome_text(j->found.outcome) : "",
		 j->found.is_repeat ? " repeat=yes" : "", err_text(err));
}

static int message_post(struct message_job *j);

/*
 * The desk refuses only what it can't read in its own records; the text is raw in the
 * quarantine then, where a person sees it, and the sender need not come again for ever.
 */
static bool message_retried_raw(struct message_job *j, int err)
{
	if (err_class(err) != ERR_IS_REJECT || j->msg->fault.len > 0 || j->intake->is_closing)
		return false;
	log_error("intake", "chan=%.*s event=not_decided error=\"%s\"", PRI_BYTES(j->msg->channel),
		  err_text(err));
	j->msg->fault = bytes_of(err_text(err));
	j->given.understood = NULL;
	j->desk_job.job.next = NULL;
	return message_post(j) == ERR_OK;
}

static void message_kept(struct message_job *j)
{
	struct core *core = j->desk_job.core;
	struct intake *in = j->intake;
	int64_t took = core->host->mono(core->host).ms - j->taken_at.ms;

	desk_job_told(&j->desk_job);
	if (in->is_closing)
		return;
	/*
	 * Answered late, the sender may have given up and will repeat: then words decide. Of several
	 * repeats that a slow disk held up each must be known as one, so only an answer in time counts.
	 */
	answered_add(in->answered, &j->found, took < ANSWER_LATE_MS);
	if (j->found.message == 0 && !j->found.is_repeat)
		host_point(core->host, "between-parts");
}

/* A mail goes to another folder then; of a text nobody needs to know. */
static int answer_of(const struct message_job *j, int err)
{
	if (err != ERR_OK)
		return err;
	if (j->found.is_repeat)
		return ERR_DUPLICATE;
	return j->msg->mail != NULL && j->found.outcome == OUTCOME_QUARANTINE ? ERR_QUARANTINED
									      : ERR_OK;
}

static void message_done(struct job *job, int err)
{
	struct message_job *j = (struct message_job *)job;
	struct intake *in = j->intake;
	struct host *h = j->desk_job.core->host;
	int answer = answer_of(j, err);

	in->n_waiting--;
	if (message_retried_raw(j, err))
		return;
	if (!in->is_closing)
		space_settle(in->space, err);
	message_log(j, err);
	if (err_class(answer) == ERR_IS_REJECT)
		answer = ERR_IO; /* its sender keeps it */
	if (err == ERR_OK)
		host_point(h, "after-commit-before-ack");
	if (!PLANT(PLANT_ACK_FIRST))
		j->answer(j->answer_ctx, answer);
	if (err == ERR_OK) {
		host_point(h, "after-ack");
		message_kept(j);
	}
	message_job_free(j);
	intake_end(in);
}

/* The space that the message takes was granted already. */
static int message_post(struct message_job *j)
{
	struct intake *in = j->intake;
	struct host *h = j->desk_job.core->host;
	int err;

	in->n_waiting++; /* before, since a host may be done at once */
	err = h->write(h, &j->desk_job.job);
	if (err != ERR_OK)
		in->n_waiting--;
	return err;
}

static int message_understand(struct message_job *j)
{
	struct message *msg = j->msg;
	struct classifier c = j->desk_job.conf->profile->classifier;
	struct host *h = j->desk_job.core->host;
	int err;

	if (msg->fault.len > 0 || msg->part_total > 1 || msg->kind != MESSAGE_WORDS)
		return ERR_OK;
	c.case_year = calendar_local(j->desk_job.now).year;
	host_in_hand(h, msg);
	err = classify(&c, msg->arena, msg->text, (struct tongue){ LANG_NONE, SCRIPT_NONE },
		       &j->understood);
	host_in_hand(h, NULL);
	if (err == ERR_OK)
		j->given.understood = &j->understood;
	if (err_class(err) != ERR_IS_REJECT)
		return err;
	msg->fault = bytes_of(err_text(err));
	return ERR_OK;
}

/* After a break the other side repeats what it got no answer to; then equal words are the same text. */
static struct wall link_since(const struct channel *c)
{
	struct host *h = c->core->host;
	int64_t now = h->mono(h).ms, since = c->core->started_mono.ms;

	if (c->up_since.ms > since)
		since = c->up_since.ms;
	if (c->ops->never_repeats || now - since >= SEEN_DIGEST_WINDOW_MS)
		return (struct wall){ 0 };
	return (struct wall){ .ms = h->wall(h).ms - (now - since) };
}

static int message_job_new(struct intake *in, struct channel *c, struct message **msg,
			   struct message_job **j_out)
{
	struct message_job *j = calloc(1, sizeof(*j));
	int err;

	if (j == NULL)
		return ERR_NOMEM;
	err = desk_job_init(&j->desk_job, in->core);
	if (err != ERR_OK) {
		free(j);
		return err;
	}
	j->desk_job.job = (struct job){ .apply = message_apply, .done = message_done };
	j->intake = in;
	j->taken_at = in->core->host->mono(in->core->host);
	j->msg = *msg;
	*msg = NULL;
	if (j->msg->channel.len == 0)
		j->msg->channel = arena_dup(j->msg->arena, bytes_of(c->conf->name));
	j->given.msg = j->msg;
	j->given.link_since = link_since(c);
	err = message_understand(j);
	if (err != ERR_OK) {
		message_job_free(j);
		return err;
	}
	*j_out = j;
	return ERR_OK;
}

static int message_submit(struct intake *in, struct channel *c, struct message **msg,
			  intake_answer_fn *answer, void *ctx)
{
	struct message_job *j;
	int err;

	if (!in->core->is_open || in->core->is_stopping)
		return ERR_STOPPED;
	if (in->n_waiting >= JOBS_MAX)
		return ERR_BUSY;
	err = space_take(in->space);
	if (err != ERR_OK)
		return err;
	err = message_job_new(in, c, msg, &j);
	if (err != ERR_OK) {
		space_settle(in->space, ERR_OK);
		return err;
	}
	j->answer = answer;
	j->answer_ctx = ctx;
	answered_flush(in->answered); /* rides in the same batch */
	err = message_post(j);
	if (err != ERR_OK) {
		space_settle(in->space, ERR_OK);
		message_job_free(j);
		return err;
	}
	return ERR_OK;
}

void intake_message_take(struct intake *in, struct channel *c, struct message **msg,
			 intake_answer_fn *answer, void *ctx)
{
	struct host *h = in->core->host;
	int err;

	c->last_in = h->wall(h);
	err = message_submit(in, c, msg, answer, ctx);
	if (err == ERR_OK) {
		if (PLANT(PLANT_ACK_FIRST))
			answer(ctx, ERR_OK);
		host_point(h, "job-posted");
		return;
	}
	message_free(msg);
	/* Its sender comes again and again: why intake stands is said once, by an alarm. */
	log_debug("intake", "chan=%s event=not_taken error=\"%s\"", c->conf->name, err_text(err));
	answer(ctx, err);
}

/* --- a receipt --- */

static void receipt_job_free(struct receipt_job *j)
{
	desk_job_fini(&j->desk_job);
	arena_free(&j->arena);
	free(j);
}

static int on_receipt(struct txn *t, struct job *job)
{
	struct receipt_job *j = (struct receipt_job *)job;

	return receipt_apply(t, desk_job_begin(&j->desk_job), j->channel, &j->receipt);
}

static void on_receipt_done(struct job *job, int err)
{
	struct receipt_job *j = (struct receipt_job *)job;
	struct intake *in = j->intake;
	struct host *h = j->desk_job.core->host;

	in->n_waiting--;
	log_info("intake", "chan=%.*s out=%" PRIu64 ".%u remote=%.*s receipt=%s result=\"%s\"",
		 PRI_BYTES(j->channel), j->receipt.row, j->receipt.segment,
		 PRI_BYTES(j->receipt.remote_id), receipt_state_text(j->receipt.state),
		 err_text(err));
	if (err == ERR_OK) {
		desk_job_told(&j->desk_job);
		host_point(h, "receipt-committed");
	} else if (err_class(err) == ERR_IS_REJECT) {
		/* A row that can't be read is verify's to name; the same receipt for ever helps nobody. */
		if (!in->is_closing)
			alarm_note(in->core->alarms, "receipt-failed",
				   "a receipt for row %" PRIu64 " couldn't be noted: %s",
				   j->receipt.row, err_text(err));
		err = ERR_OK;
	}
	j->answer(j->answer_ctx, err);
	receipt_job_free(j);
	intake_end(in);
}

static int receipt_job_new(struct intake *in, struct channel *c, const struct receipt *r,
			   struct receipt_job **j_out)
{
	struct receipt_job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return ERR_NOMEM;
	j->arena = arena_new(64 * KIB);
	if (j->arena == NULL || desk_job_init(&j->desk_job, in->core) != ERR_OK) {
		arena_free(&j->arena);
		free(j);
		return ERR_NOMEM;
	}
	j->desk_job.job = (struct job){ .apply = on_receipt, .done = on_receipt_done };
	j->intake = in;
	j->channel = arena_dup(j->arena, bytes_of(c->conf->name));
	j->receipt = *r;
	j->receipt.remote_id = arena_dup(j->arena, r->remote_id);
	j->receipt.error = arena_dup(j->arena, r->error);
	*j_out = j;
	return ERR_OK;
}

/* A receipt needs no grant of space: it makes no record, and answers go on when intake is stopped. */
static int receipt_submit(struct intake *in, struct channel *c, const struct receipt *r,
			  intake_answer_fn *answer, void *ctx)
{
	struct host *h = in->core->host;
	struct receipt_job *j;
	int err;

	if (!in->core->is_open || in->core->is_stopping)
		return ERR_STOPPED;
	if (in->n_waiting >= JOBS_MAX)
		return ERR_BUSY;
	err = receipt_job_new(in, c, r, &j);
	if (err != ERR_OK)
		return err;
	j->answer = answer;
	j->answer_ctx = ctx;
	in->n_waiting++;
	err = h->write(h, &j->desk_job.job);
	if (err != ERR_OK) {
		in->n_waiting--;
		receipt_job_free(j);
	}
	return err;
}

void intake_receipt(struct intake *in, struct channel *c, const struct receipt *r,
		    intake_answer_fn *answer, void *ctx)
{
	int err;

	c->last_in = in->core->host->wall(in->core->host);
	err = receipt_submit(in, c, r, answer, ctx);
	if (err != ERR_OK)
		answer(ctx, err);
}

/* --- the part --- */

int intake_new(struct core *core, struct intake **in_out)
{
	struct intake *in = calloc(1, sizeof(*in));
	int err;

	if (in == NULL)
		return ERR_NOMEM;
	in->core = core;
	err = space_new(core, &in->space);
	if (err == ERR_OK)
		err = answered_new(core, &in->answered);
	if (err != ERR_OK) {
		space_free(&in->space);
		free(in);
		return err;
	}
	*in_out = in;
	return ERR_OK;
}

void intake_free(struct intake **intake)
{
	struct intake *in = *intake;

	if (in == NULL)
		return;
	*intake = NULL;
	in->is_closing = true;
	space_free(&in->space);
	answered_free(&in->answered);
	intake_end(in);
}

void intake_look(struct intake *in)
{
	space_look(in->space);
}

bool intake_is_open(const struct intake *in, const char **why_out)
{
	if (!in->core->is_open) {
		if (why_out != NULL)
			*why_out = "the store is being made ready";
		return false;
	}
	return space_is_open(in->space, why_out);
}

int64_t intake_open_ms(const struct intake *in)
{
	struct core *core = in->core;
	int64_t open_ms =
		core->is_open ? core->host->mono(core->host).ms - core->opened_mono.ms : 0;
	int64_t room_ms = space_open_ms(in->space);

	return open_ms < room_ms ? open_ms : room_ms;
}

size_t intake_waiting(const struct intake *in)
{
	return in->n_waiting;
}
