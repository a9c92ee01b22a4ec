/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/clocks.h"

#include <string.h>

#include "conf/limits.h"
#include "gateway/desk/digest.h"
#include "gateway/desk/intake_apply.h"
#include "gateway/desk/late.h"
#include "gateway/desk/solved.h"
#include "gateway/desk/staff_later.h"
#include "gateway/desk/staff_post.h"
#include "parsers/plant.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/due.h"
#include "store/held.h"
#include "store/outbox.h"

/* What one job may take of its arena before it leaves the rest to the next one. */
#define SLICE_ARENA_MAX (ARENA_MESSAGE_MAX / 2)
/* Beyond any clock. */
#define DEAF_MS (INT64_C(1000) * 365 * DAY_MS)
/* A segment that is being sent at the end of its validity has an answer, or is UNSURE, by then. */
#define SENDING_MAX_MS (2 * SEND_DEADLINE_MS)

struct clocks {
	struct txn *t;
	struct desk *d;
	size_t n;
	bool is_full;
	bool count_late;   /* a clock may have run out */
	uint64_t n_writes; /* of the transaction, before the entry in hand */
};

/*
 * What can't be acted on, verify or a person finds; it mustn't hold up all that is due behind it, nor be
 * due again at once. Where something was written already, it is all or nothing.
 */
static int pass_by(struct clocks *c, const struct due *due, int err)
{
	if (err == ERR_OK || err_class(err) != ERR_IS_REJECT || txn_n_writes(c->t) != c->n_writes)
		return err;
	if (err != ERR_NOENT)
		desk_note(c->d, "due-passed-by", "something is due and %s; look with: odziv verify",
			  err_text(err));
	return due_drop_false(c->t, due);
}

static int log_on_case(struct txn *t, struct desk *d, const char *number,
		       const struct case_step *step)
{
	Pb__Case *rec;
	int err = case_get(t, bytes_of(number), d->arena, &rec);

	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	case_log(t, rec, step, d->now, d->arena);
	case_put(t, rec);
	return txn_err(t);
}

/* For the citizen, or until a date; and never beyond the clock, or nobody would look again. */
static bool waiting_is_over(const Pb__Case *rec, struct wall now)
{
	return rec->state == CASE_WAITING &&
	       (rec->waiting_until == 0 || rec->waiting_until <= now.ms);
}

/* A case whose waiting is over goes on; one whose clock ran out is told of; any other comes up again in a month. */
static int on_case(struct clocks *c, const struct due *due)
{
	struct wall from_now = { .ms = c->d->now.ms + 1 }; /* due at this moment is late */
	Pb__Case *rec;
	struct case_step step = { .who = "odzivd", .what = "late" };
	int err = due_case(due, c->t, c->d->arena, &rec);

	if (err != ERR_OK)
		return pass_by(c, due, err);
	if (waiting_is_over(rec, c->d->now)) {
		(void)case_move(rec, CASE_OPEN); /* waiting may always become open */
		rec->waiting_until = 0;
		step.what = "waiting is over";
	} else if (case_is_late(rec, from_now)) {
		rec->late_told = case_due(rec);
	} else {
		step.what = "still open";
		rec->late_told = c->d->now.ms;
		if (rec->state != CASE_WAITING)
			desk_note(c->d, "still-open", "case %s is open since long, without a clock",
				  rec->number);
	}
	case_log(c->t, rec, &step, c->d->now, c->d->arena);
	case_put(c->t, rec);
	return txn_err(c->t);
}

static int on_parts(struct clocks *c, const struct due *due)
{
	return pass_by(c, due, parts_give_up(c->t, c->d, due->key));
}

static int on_unsure(struct clocks *c, const struct due *due)
{
	Pb__Outbox *row;
	int err = outbox_get(c->t, due_id(due), c->d->arena, &row);
	struct case_step step = { .who = "odzivd", .what = "reply unsure", .row = due_id(due) };

	if (err != ERR_OK)
		return pass_by(c, due, err);
	if (PLANT(PLANT_UNSURE_STAYS)) {
		row->unsure_since += 365 * DAY_MS;
		outbox_put(c->t, row);
		return txn_err(c->t);
	}
	if (c->d->conf->on_unsure == UNSURE_RESEND) {
		const struct conf_channel *channel = conf_channel(c->d->conf, row->channel);

		if (channel != NULL)
			desk_wake(c->d, channel->name);
		return pass_by(c, due, outbox_requeue(c->t, row, false, c->d->now));
	}
	row->told_staff = true;
	outbox_put(c->t, row);
	desk_note(c->d, "unsure-replies",
		  "replies may or may not have left; look with: odziv outbox list --state unsure");
	step.why = bytes_of("on_unsure = hold: a person decides");
	return log_on_case(c->t, c->d, row->case_number, &step);
}

/* Nobody said that it isn't solved as long as he was asked to: so it is. */
static int on_solved(struct clocks *c, const struct due *due)
{
	struct case_step step = { .who = "odzivd",
				  .what = "closed",
				  .why = bytes_of("nobody said that it isn't solved") };
	Pb__Case *rec;
	int err = due_case(due, c->t, c->d->arena, &rec);

	if (err == ERR_OK)
		err = case_move(rec, CASE_CLOSED);
	if (err != ERR_OK)
		return pass_by(c, due, err);
	rec->closed = c->d->now.ms;
	rec->solved_until = 0;
	case_log(c->t, rec, &step, c->d->now, c->d->arena);
	case_put(c->t, rec);
	return txn_err(c->t);
}

static int on_untold(struct clocks *c, const struct due *due)
{
	Pb__Case *rec;
	int err = due_case(due, c->t, c->d->arena, &rec);

	if (err == ERR_OK)
		err = staff_later_tell(c->t, c->d, rec);
	return pass_by(c, due, err);
}

/* Words in a member's name that nobody stood by: they stay on the case, and are never done. */
static int on_held(struct clocks *c, const struct due *due)
{
	struct case_step step = { .who = "odzivd", .what = "held words expired" };
	Pb__Held *rec;
	int err = held_get(c->t, due_id(due), c->d->arena, &rec);

	if (err == ERR_OK)
		err = held_settle(c->t, rec, HELD_EXPIRED, c->d->now);
	if (err != ERR_OK)
		return pass_by(c, due, err);
	step.message = rec->message;
	step.why = bytes_of(rec->member);
	desk_note(
		c->d, "held-expired",
		"a mail in the name of %s for case %s was never confirmed: ask whether it was hers",
		rec->member, rec->case_number);
	return log_on_case(c->t, c->d, rec->case_number, &step);
}

static bool any_is(const Pb__Outbox *row, enum out_state state)
{
	for (size_t i = 0; i < row->n_segments; i++) {
		if (row->segments[i]->state == (uint32_t)state)
			return true;
	}
	return false;
}

static int on_validity(struct clocks *c, const struct due *due)
{
	Pb__Outbox *row;
	int err = outbox_get(c->t, due_id(due), c->d->arena, &row);

	if (err != ERR_OK)
		return pass_by(c, due, err);
	if (!any_is(row, OUT_QUEUED) && !any_is(row, OUT_SENDING) && !any_is(row, OUT_UNSURE) &&
	    !PLANT(PLANT_WHEEL)) {
		/* The network took some of it and never said what became of that. */
		row->valid_until = 0;
		outbox_put(c->t, row);
		count_add(c->t, COUNT_NO_RECEIPT, bytes_of(row->channel), c->d->now, 1);
		return txn_err(c->t);
	}
	if (!any_is(row, OUT_QUEUED)) {
		/* What is unsure may wait for a person; their retry gives it a validity of its own. */
		row->valid_until =
			c->d->now.ms +
			(any_is(row, OUT_SENDING) || PLANT(PLANT_WHEEL) ? SENDING_MAX_MS : HOUR_MS);
		outbox_put(c->t, row);
		return txn_err(c->t);
	}
	err = outbox_cancel(c->t, row, "past validity", c->d->now);
	return err == ERR_OK ? clocks_row_changed(c->t, c->d, row) : err;
}

static int on_due(const struct due *due, void *ctx)
{
	struct clocks *c = ctx;

	if (arena_used(c->d->arena) > SLICE_ARENA_MAX) {
		c->is_full = true;
		return ERR_CANCELLED;
	}
	c->n++;
	c->n_writes = txn_n_writes(c->t);
	switch (due->kind) {
	case DUE_CASE: c->count_late = true; return on_case(c, due);
	case DUE_PARTS: return on_parts(c, due);
	case DUE_UNSURE: return on_unsure(c, due);
	case DUE_VALIDITY: return on_validity(c, due);
	case DUE_SOLVED: return on_solved(c, due);
	case DUE_HELD: return on_held(c, due);
	case DUE_UNTOLD: return on_untold(c, due);
	}
	return ERR_CORRUPT;
}

/* A channel may be taken out of odziv.ini while replies wait for it. */
static int on_channel(struct bytes name, void *ctx)
{
	struct desk *d = ctx;
	const char *text = arena_str(d->arena, name);

	if (text == NULL)
		return ERR_NOMEM;
	if (conf_channel(d->conf, text) == NULL)
		desk_note(
			d, "channel-gone",
			"replies wait for channel '%s', which isn't configured any more: configure "
			"it again, or cancel them; see odziv outbox list --state queued",
			text);
	return ERR_OK;
}

int clocks_apply(struct txn *t, struct desk *d, size_t n, bool count_late,
		 struct clocks_done *done_out)
{
	struct clocks c = { .t = t, .d = d, .count_late = count_late };
	struct wall next_notice = late_next(d);
	int64_t unsure_wait_ms = d->is_deaf ? DEAF_MS : d->conf->unsure_wait_ms;
	bool more = false;
	int err = due_each(t, d->now, unsure_wait_ms, n, d->arena, on_due, &c);

	done_out->has_late = c.count_late;
	if (err == ERR_OK && c.count_late)
		err = late_notice(t, d, &done_out->late);
	if (err == ERR_OK && c.count_late)
		err = outbox_each_channel(t, on_channel, d);
	/* Mails take room: what is due goes first. */
	if (err == ERR_OK && !c.is_full && c.n < n)
		err = digest_step(t, d, &more);
	if (err != ERR_OK)
		return err;
	done_out->n = c.n;
	done_out->more = c.n >= n || c.is_full || more;
	err = due_next(t, unsure_wait_ms, &done_out->next);
	if (err == ERR_NOENT || (err == ERR_OK && done_out->next.ms > next_notice.ms))
		done_out->next = next_notice;
	done_out->has_next = true;
	return err == ERR_NOENT ? txn_err(t) : err;
}

/* The first answer that left stops the clock of answering. */
static int note_answered(struct txn *t, struct desk *d, const Pb__Outbox *row)
{
	Pb__Case *rec;
	struct case_step step = {
		.who = "odzivd", .what = "answer sent", .row = row->id, .channel = row->channel
	};
	int err = case_get(t, bytes_of(row->case_number), d->arena, &rec);

	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	if (rec->answered == 0) {
		rec->answered = row->sent != 0 ? row->sent : d->now.ms;
		case_log(t, rec, &step, d->now, d->arena);
		case_put(t, rec);
	}
	err = solved_row_sent(t, d, row, rec);
	return err == ERR_OK ? txn_err(t) : err;
}

/* What never arrived is a step of its case; and nobody waits for the answer to a question among it. */
static int note_lost(struct txn *t, struct desk *d, const Pb__Outbox *row)
{
	struct case_step step = {
		.who = "odzivd",
		.what = "reply failed",
		.row = row->id,
		.channel = row->channel,
		.why = bytes_of(row->error),
	};
	Pb__Case *rec;
	int err = case_get(t, bytes_of(row->case_number), d->arena, &rec);

	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	if (rec->question_row == row->id) {
		if (rec->state == CASE_WAITING)
			(void)case_move(rec, CASE_OPEN); /* waiting may always become open */
		rec->waiting_until = 0;
		rec->question_row = 0;
		rec->question_at = 0;
	}
	if (rec->solve_row == row->id)
		rec->solve_row = 0;
	case_log(t, rec, &step, d->now, d->arena);
	err = staff_post_lost(t, d, row, rec);
	if (err != ERR_OK)
		return err;
	case_put(t, rec);
	return txn_err(t);
}

int clocks_row_changed(struct txn *t, struct desk *d, Pb__Outbox *row)
{
	bool is_lost = row->state == OUT_FAILED ||
		       (row->state == OUT_CANCELLED && (strcmp(row->error, "past validity") == 0 ||
							strcmp(row->error, OUTBOX_STOPPED) == 0));

	if ((row->state == OUT_SENT || row->state == OUT_ARRIVED) && row->kind == KIND_ANSWER &&
	    row->case_number[0] != '\0')
		return note_answered(t, d, row);
	if (!is_lost || row->told_staff)
		return txn_err(t);
	row->told_staff = true;
	outbox_put(t, row);
	desk_note(d, "reply-failed",
		  "a reply didn't reach its phone; look with: odziv outbox list --state %s",
		  out_state_text((enum out_state)row->state));
	return row->case_number[0] != '\0' ? note_lost(t, d, row) : txn_err(t);
}
