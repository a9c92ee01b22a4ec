/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/solved.h"

#include <stdio.h>

#include "gateway/desk/mail_home.h"
#include "gateway/desk/reply.h"
#include "gateway/desk/staff_later.h"
#include "gateway/desk/tell.h"
#include "parsers/yes_no.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/outbox.h"

/* How many of a contact's newest cases are looked at for one that was asked about. */
#define LOOK_AT 20

static int ask(struct txn *t, struct desk *d, Pb__Case *rec)
{
	struct case_step step = { .who = "odzivd", .what = "asked whether it is solved" };
	struct reply r = { .kind = KIND_SURVEY, .text = TEXT_SOLVED_ASK };
	Pb__Contact *contact;
	Pb__Outbox *row;
	int err = rec->contact != 0 ? contact_get(t, rec->contact, d->arena, &contact) : ERR_NOENT;

	if (err == ERR_OK) {
		r.tongue = desk_tongue(rec->language, rec->script, d->conf->profile);
		tell_values(d, rec, r.tongue, &r.values);
		r.channel = rec->channel;
		r.from = rec->to;
		r.to = bytes_of(contact->address);
		r.contact = contact;
		r.case_number = rec->number;
		err = reply_add(t, d, &r, &row);
	}
	if (err == ERR_OK) {
		/* From when it leaves: quiet hours are none of his time. */
		rec->solved_until = row->not_before + d->conf->question_wait_ms;
		step.row = row->id;
		step.channel = row->channel;
	} else if (err_class(err) == ERR_IS_REJECT || err == ERR_CANCELLED) {
		step.what = "not asked whether it is solved";
		step.why = bytes_of(reply_refusal(d, err));
	} else {
		return err;
	}
	case_log(t, rec, &step, d->now, d->arena);
	return txn_err(t);
}

int solved_now(struct txn *t, struct desk *d, Pb__Case *rec, const char *who)
{
	struct case_step step = { .who = who, .what = "state", .why = bytes_of("solved") };
	int err = case_move(rec, CASE_SOLVED);

	/* It was closed meanwhile. */
	if (err != ERR_OK)
		return ERR_OK;
	rec->solved = d->now.ms;
	rec->waiting_until = 0;
	rec->solve_row = 0;
	case_log(t, rec, &step, d->now, d->arena);
	err = ask(t, d, rec);
	if (err != ERR_OK)
		return err;
	case_put(t, rec);
	return txn_err(t);
}

int solved_row_sent(struct txn *t, struct desk *d, const Pb__Outbox *row, Pb__Case *rec)
{
	return rec->solve_row == row->id && row->id != 0
		       ? solved_now(t, d, rec, rec->clerk[0] != '\0' ? rec->clerk : "odzivd")
		       : ERR_OK;
}

/* --- the answer --- */

struct search {
	struct wall now;
	char number[CASE_NUMBER_SIZE];
};

static bool was_asked(const Pb__Case *rec, struct wall now)
{
	return rec->state == CASE_SOLVED && rec->solved_until >= now.ms;
}

static int look_at(const Pb__Case *rec, void *ctx)
{
	struct search *s = ctx;

	if (!was_asked(rec, s->now))
		return ERR_OK;
	(void)snprintf(s->number, sizeof(s->number), "%s", rec->number);
	return ERR_CANCELLED;
}

/* The one that the mail answers; of a text, or of a sender who is proven, the newest that was asked about. */
static int find_asked(struct txn *t, struct desk *d, const struct matter *m, Pb__Case **rec_out)
{
	struct search s = { .now = d->now };
	int err = ERR_NOENT;

	if (d->mail != NULL)
		err = mail_home_answered(t, d, m->contact, rec_out);
	if (err == ERR_OK)
		return was_asked(*rec_out, d->now) ? ERR_OK : ERR_NOENT;
	if (err != ERR_NOENT || (d->mail != NULL && !mail_is_proven(d->mail)))
		return err;
	err = case_of_contact(t, m->contact->id, false, LOOK_AT, look_at, &s);
	if (err != ERR_OK)
		return err;
	return s.number[0] != '\0' ? case_get(t, bytes_of(s.number), d->arena, rec_out) : ERR_NOENT;
}

static void joined(struct matter *m, Pb__Case *rec)
{
	rec->messages++;
	rec->last_message = m->message->id;
	m->first = rec;
	m->message->outcome = OUTCOME_JOINED;
	m->message->case_number = rec->number;
}

static struct case_step step_of(const struct matter *m, const char *what)
{
	return (struct case_step){ .who = "citizen",
				   .what = what,
				   .message = m->message->id,
				   .words = bytes_of(m->message->text),
				   .channel = m->message->channel };
}

static int on_yes(struct txn *t, struct desk *d, struct matter *m, Pb__Case *rec)
{
	struct case_step step = step_of(m, "closed");

	step.why = bytes_of("the citizen says that it is solved");
	joined(m, rec);
	(void)case_move(rec, CASE_CLOSED); /* solved may always become closed */
	rec->closed = d->now.ms;
	rec->solved_until = 0;
	rec->last_heard = d->now.ms;
	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	return txn_err(t);
}

static int on_no(struct txn *t, struct desk *d, struct matter *m, Pb__Case *rec)
{
	struct case_step step = step_of(m, "not solved");
	struct reply r = {
		.kind = KIND_ACK,
		.text = TEXT_REOPENED,
		.tongue = reply_tongue(d, m->contact),
		.channel = m->message->channel,
		.from = m->message->to,
		.to = bytes_of(m->contact->address),
		.contact = m->contact,
		.case_number = rec->number,
		.message = m->message->id,
	};
	int err;

	joined(m, rec);
	rec->solved_until = 0;
	err = matter_hear(t, d, rec, &step);
	if (err != ERR_OK)
		return err;
	tell_values(d, rec, r.tongue, &r.values);
	err = tell_reply(t, d, &r, rec, "acknowledged");
	return err == ERR_OK ? staff_later_hear(t, d, rec, m->message) : err;
}

int solved_answered(struct txn *t, struct desk *d, struct matter *m)
{
	enum yes_no said;
	Pb__Case *rec;
	int err = yes_no_read(d->arena, bytes_of(m->message->text), &said);

	if (err == ERR_OK)
		err = find_asked(t, d, m, &rec);
	if (err != ERR_OK)
		return err;
	return said == SAID_YES ? on_yes(t, d, m, rec) : on_no(t, d, m, rec);
}
