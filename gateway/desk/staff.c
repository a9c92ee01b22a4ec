/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/staff.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/desk/matter.h"
#include "gateway/desk/reply.h"
#include "gateway/desk/solved.h"
#include "gateway/desk/staff_kit.h"
#include "gateway/desk/staff_post.h"
#include "gateway/desk/tell.h"
#include "parsers/contact.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/outbox.h"

int staff_refuse(struct staff_act *act, int err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(act->why, sizeof(act->why), format, ap);
	va_end(ap);
	return err;
}

int staff_get_case(struct txn *t, struct desk *d, struct bytes number, struct staff_act *act,
		   Pb__Case **rec_out)
{
	int err = case_get(t, number, d->arena, rec_out);

	if (err == ERR_INVALID)
		return staff_refuse(act, err,
				    "%.*s: not a case number; write it like %.*s-2026-000123",
				    PRI_BYTES(number), PRI_BYTES(d->conf->profile->case_prefix));
	if (err == ERR_NOENT)
		return staff_refuse(act, err,
				    "%.*s: there is no such case; see them with: odziv case list",
				    PRI_BYTES(number));
	if (err != ERR_OK)
		return staff_refuse(act, err, "%.*s: %s", PRI_BYTES(number), err_text(err));
	snprintf(act->result, sizeof(act->result), "%s", (*rec_out)->number);
	return ERR_OK;
}

int staff_done(struct txn *t, struct desk *d, Pb__Case *rec, const struct staff_act *act,
	       struct case_step step)
{
	step.who = act->who;
	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	return txn_err(t);
}

void staff_address(const struct desk *d, const Pb__Case *rec, const Pb__Contact *contact,
		   struct reply *r)
{
	r->tongue = desk_tongue(rec->language, rec->script, d->conf->profile);
	if (contact->language_chosen)
		r->tongue = reply_tongue(d, contact);
	tell_values(d, rec, r->tongue, &r->values);
	r->channel = rec->channel;
	r->from = rec->to;
	r->to = bytes_of(contact->address);
	r->contact = contact;
	r->case_number = rec->number;
}

int staff_reply(struct txn *t, struct desk *d, Pb__Case *rec, struct reply *r,
		struct staff_act *act, Pb__Outbox **row_out)
{
	Pb__Contact *contact;
	int err = contact_get(t, rec->contact, d->arena, &contact);

	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: its contact can't be read: %s", rec->number,
				    err_text(err));
	staff_address(d, rec, contact, r);
	err = staff_words_for(d, act, r);
	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: %s", rec->number, err_text(err));
	err = reply_add(t, d, r, row_out);
	if (err == ERR_OK)
		act->row = (*row_out)->id;
	if (err == ERR_LIMIT)
		return staff_refuse(
			act, err,
			"%s: the answer is too long for an SMS; shorten it or send it in two",
			rec->number);
	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: no text was sent: %s", rec->number,
				    reply_refusal(d, err));
	return ERR_OK;
}

static bool is_taken_over(const Pb__Case *rec)
{
	return rec->merged_into[0] != '\0';
}

int staff_must_live(const Pb__Case *rec, struct staff_act *act)
{
	if (is_taken_over(rec))
		return staff_refuse(act, ERR_BAD_STATE, "%s: merged into %s; work on that one",
				    rec->number, rec->merged_into);
	return ERR_OK;
}

/* Whoever answers a case that nobody has taken has taken it. */
void staff_take(Pb__Case *rec, const struct staff_act *act, struct desk *d)
{
	if (rec->clerk[0] == '\0')
		rec->clerk = record_strc(d->arena, act->who);
}

int staff_answer(struct txn *t, struct desk *d, struct staff_act *act)
{
	Pb__Case *rec;
	Pb__Outbox *row;
	struct reply r = {
		.kind = act->is_question ? KIND_QUESTION : KIND_ANSWER,
		.text = act->is_question ? TEXT_QUESTION : TEXT_ANSWER,
	};
	struct case_step step = { .what = act->is_question ? "question" : "answer" };
	int err = staff_get_case(t, d, act->number, act, &rec);

	if (err == ERR_OK)
		err = staff_must_live(rec, act);
	if (err != ERR_OK)
		return err;
	if (bytes_trim(act->words).len == 0)
		return staff_refuse(act, ERR_INVALID, "%s: the answer has no words", rec->number);
	if (act->is_question && !case_is_open(rec))
		return staff_refuse(act, ERR_BAD_STATE, "%s: %s; reopen it before you ask",
				    rec->number, case_state_text((enum case_state)rec->state));
	err = staff_reply(t, d, rec, &r, act, &row);
	if (err != ERR_OK)
		return err;
	staff_take(rec, act, d);
	if (rec->state == CASE_NEW)
		err = case_move(rec, CASE_OPEN);
	if (err == ERR_OK && act->is_question)
		err = case_move(rec, CASE_WAITING);
	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: %s", rec->number, err_text(err));
	if (act->is_question) {
		rec->question_row = row->id;
		rec->question_at = d->now.ms;
		/* Then it is a clerk's again, whether an answer came or not. */
		rec->waiting_until = d->now.ms + d->conf->question_wait_ms;
	}
	step.row = row->id;
	step.words = bytes_of(row->text);
	step.channel = row->channel;
	return staff_done(t, d, rec, act, step);
}

int staff_note(struct txn *t, struct desk *d, struct staff_act *act)
{
	Pb__Case *rec;
	int err = staff_get_case(t, d, act->number, act, &rec);

	if (err != ERR_OK)
		return err;
	if (bytes_trim(act->words).len == 0)
		return staff_refuse(act, ERR_INVALID, "%s: the note has no words", rec->number);
	return staff_done(t, d, rec, act, (struct case_step){ .what = "note", .note = act->words });
}

static int transfer(struct txn *t, struct desk *d, struct staff_act *act, Pb__Case *rec,
		    const struct department *dep)
{
	int err;

	rec->department = record_str(d->arena, dep->code);
	rec->clerk = record_strc(d->arena, "");
	rec->waiting_until = 0;
	rec->epoch++;
	rec->transfers++;
	/* Number and clock stay: the citizen's wait goes on. */
	if (rec->state != CASE_NEW && case_move(rec, CASE_NEW) != ERR_OK)
		return staff_refuse(act, ERR_BAD_STATE, "%s: %s; reopen it first", rec->number,
				    case_state_text((enum case_state)rec->state));
	err = staff_done(t, d, rec, act,
			 (struct case_step){ .what = "transferred", .why = dep->code });
	return err == ERR_OK ? staff_post_again(t, d, rec) : err;
}

int staff_assign(struct txn *t, struct desk *d, struct staff_act *act)
{
	const struct profile *p = d->conf->profile;
	const struct member *member = profile_member(p, act->other);
	const struct department *dep = profile_department(p, act->other);
	Pb__Case *rec;
	int err = staff_get_case(t, d, act->number, act, &rec);

	if (err == ERR_OK)
		err = staff_must_live(rec, act);
	if (err != ERR_OK)
		return err;
	if (member == NULL && dep == NULL)
		return staff_refuse(
			act, ERR_INVALID,
			"%.*s: neither a member in staff.tsv nor a department in departments.tsv",
			PRI_BYTES(act->other));
	if (!case_is_open(rec))
		return staff_refuse(act, ERR_BAD_STATE, "%s: %s; reopen it first", rec->number,
				    case_state_text((enum case_state)rec->state));
	/* A member may be called like a department; written as its code it is the department. */
	if (member == NULL || (dep != NULL && bytes_eq(act->other, dep->code)))
		return transfer(t, d, act, rec, dep);
	/* Whom it was given to before has no say in it any more. */
	if (!bytes_is(member->id, rec->clerk))
		rec->epoch++;
	rec->clerk = record_str(d->arena, member->id);
	rec->department = record_str(d->arena, member->department->code);
	if (rec->state == CASE_NEW)
		err = case_move(rec, CASE_OPEN);
	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: %s", rec->number, err_text(err));
	err = staff_done(t, d, rec, act,
			 (struct case_step){ .what = "assigned", .why = member->id });
	return err == ERR_OK ? staff_post_again(t, d, rec) : err;
}

/* Closing needs an answer that was sent, or a reason that stands for it. */
static int close_case(struct txn *t, struct desk *d, struct staff_act *act, Pb__Case *rec)
{
	struct reply r = { .kind = KIND_NOTICE, .text = TEXT_CLOSED };
	struct case_step step = { .what = "closed", .why = act->words };
	Pb__Outbox *row;
	int err;

	if (bytes_trim(act->words).len == 0 && rec->answered == 0)
		return staff_refuse(
			act, ERR_BAD_STATE,
			"%s: no answer was sent yet; answer it, or give a reason: odziv case "
			"close %s REASON",
			rec->number, rec->number);
	if (rec->state == CASE_CLOSED)
		return staff_refuse(act, ERR_BAD_STATE, "%s: closed already", rec->number);
	if (bytes_trim(act->words).len != 0) {
		err = staff_reply(t, d, rec, &r, act, &row);
		/* Who stopped texts, or can't be answered, is closed all the same; the trail says that nothing left. */
		if (err == ERR_OK)
			step.row = row->id;
		else if (err != ERR_ACCESS && err != ERR_CANCELLED)
			return err;
		act->why[0] = '\0';
	}
	err = case_move(rec, CASE_CLOSED);
	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: %s", rec->number, err_text(err));
	rec->closed = d->now.ms;
	rec->reason = record_str(d->arena, act->words);
	staff_take(rec, act, d);
	return staff_done(t, d, rec, act, step);
}

int staff_close(struct txn *t, struct desk *d, struct staff_act *act)
{
	Pb__Case *rec;
	int err = staff_get_case(t, d, act->number, act, &rec);

	return err == ERR_OK ? close_case(t, d, act, rec) : err;
}

int staff_status(struct txn *t, struct desk *d, struct staff_act *act)
{
	enum case_state next;
	Pb__Case *rec;
	int err = staff_get_case(t, d, act->number, act, &rec);

	if (err == ERR_OK)
		err = staff_must_live(rec, act);
	if (err != ERR_OK)
		return err;
	if (case_state_parse(act->other, &next) != ERR_OK)
		return staff_refuse(
			act, ERR_INVALID,
			"%.*s: not a state; it is one of new open waiting solved closed",
			PRI_BYTES(act->other));
	if (next == (enum case_state)rec->state)
		return staff_refuse(act, ERR_BAD_STATE, "%s: is %s already", rec->number,
				    case_state_text(next));
	if (next == CASE_CLOSED)
		return close_case(t, d, act, rec);
	if (next == CASE_SOLVED && rec->answered == 0)
		return staff_refuse(act, ERR_BAD_STATE,
				    "%s: the citizen got no answer yet; send one first: odziv case "
				    "answer %s TEXT",
				    rec->number, rec->number);
	if (!case_is_open(rec) && next != CASE_SOLVED)
		return staff_refuse(
			act, ERR_BAD_STATE, "%s: %s; open it with: odziv case reopen %s REASON",
			rec->number, case_state_text((enum case_state)rec->state), rec->number);
	if (next == CASE_SOLVED && case_is_open(rec)) {
		staff_take(rec, act, d);
		return solved_now(t, d, rec, act->who);
	}
	/* Who makes a new case wait has taken it. */
	if (rec->state == CASE_NEW && next == CASE_WAITING)
		err = case_move(rec, CASE_OPEN);
	if (err == ERR_OK)
		err = case_move(rec, next);
	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: can't go from %s to %s", rec->number,
				    case_state_text((enum case_state)rec->state),
				    case_state_text(next));
	rec->waiting_until = 0;
	if (next == CASE_SOLVED)
		rec->solved = d->now.ms;
	if (next == CASE_NEW)
		rec->clerk = record_strc(d->arena, "");
	if (next == CASE_OPEN || next == CASE_WAITING)
		staff_take(rec, act, d);
	return staff_done(
		t, d, rec, act,
		(struct case_step){ .what = "state", .why = bytes_of(case_state_text(next)) });
}

int staff_reopen(struct txn *t, struct desk *d, struct staff_act *act)
{
	Pb__Case *rec;
	int err = staff_get_case(t, d, act->number, act, &rec);

	if (err == ERR_OK)
		err = staff_must_live(rec, act);
	if (err != ERR_OK)
		return err;
	if (case_is_open(rec))
		return staff_refuse(act, ERR_BAD_STATE, "%s: is open", rec->number);
	if (bytes_trim(act->words).len == 0)
		return staff_refuse(act, ERR_INVALID, "%s: reopening needs a reason", rec->number);
	err = case_move(rec, CASE_OPEN);
	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: %s", rec->number, err_text(err));
	rec->solved = 0;
	rec->closed = 0;
	rec->reason = record_strc(d->arena, "");
	return staff_done(t, d, rec, act,
			  (struct case_step){ .what = "reopened", .why = act->words });
}

int staff_merge(struct txn *t, struct desk *d, struct staff_act *act)
{
	Pb__Case *rec, *into;
	char reason[64];
	int err = staff_get_case(t, d, act->number, act, &rec);

	if (err == ERR_OK)
		err = staff_must_live(rec, act);
	if (err == ERR_OK)
		err = staff_get_case(t, d, act->other, act, &into);
	if (err == ERR_OK)
		err = staff_must_live(into, act);
	if (err != ERR_OK)
		return err;
	if (strcmp(rec->number, into->number) == 0)
		return staff_refuse(act, ERR_INVALID, "%s: can't be merged into itself",
				    rec->number);
	/* Nobody would look at it any more. */
	if (case_is_open(rec) && !case_is_open(into))
		return staff_refuse(act, ERR_BAD_STATE,
				    "%s: %s; reopen it before %s is merged into it", into->number,
				    case_state_text((enum case_state)into->state), rec->number);
	err = case_move(rec, CASE_CLOSED);
	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: is closed already", rec->number);
	snprintf(reason, sizeof(reason), "merged %s", into->number);
	rec->reason = record_strc(d->arena, reason);
	rec->merged_into = into->number;
	rec->closed = d->now.ms;
	snprintf(act->result, sizeof(act->result), "%s", rec->number);
	err = staff_done(t, d, into, act,
			 (struct case_step){ .what = "took in", .why = bytes_of(rec->number) });
	if (err != ERR_OK)
		return err;
	return staff_done(t, d, rec, act,
			  (struct case_step){ .what = "merged", .why = bytes_of(into->number) });
}

static int contact_as_typed(struct txn *t, struct desk *d, struct staff_act *act,
			    Pb__Contact **contact_out)
{
	const struct conf_channel *phones = desk_sms_channel(d->conf);
	const struct contact_country country = { .code = phones != NULL ? phones->country : "",
						 .trunk = "0" };
	struct bytes typed = act->number, address;

	if (bytes_starts(typed, "mail:"))
		typed = bytes_cut(typed, 5, typed.len);
	address = contact_of_address(typed, d->arena);
	if (address.len != 0)
		return contact_need(t, address, d->now, d->arena, contact_out);
	if (bytes_starts(typed, "sms:"))
		typed = bytes_cut(typed, 4, typed.len);
	if (contact_of_number(typed, &country, d->arena, &address) != CONTACT_PHONE)
		return staff_refuse(act, ERR_INVALID,
				    "%.*s: not a phone number; write it like sms:+%s641234567, or "
				    "a mail address",
				    PRI_BYTES(act->number), country.code);
	return contact_need(t, address, d->now, d->arena, contact_out);
}

/* Danger is danger, whoever typed it. */
static int tell_of_new(struct txn *t, struct desk *d, const Pb__Contact *contact, Pb__Case *rec,
		       struct bytes words)
{
	const struct danger danger = {
		.contact = contact,
		.channel = rec->channel,
		.to = rec->to,
		.rec = rec,
		.words = words,
	};

	return rec->is_emergency ? tell_emergency(t, d, &danger)
				 : tell_acknowledged(t, d, contact, rec, NULL, 0);
}

int staff_new(struct txn *t, struct desk *d, struct staff_act *act)
{
	const struct profile *p = d->conf->profile;
	const struct category *category =
		act->other.len != 0 ? profile_category(p, act->other) : NULL;
	struct case_opening o = {
		.who = act->who,
		.to = "",
		.note = act->words,
		.why = bytes_of("entered by staff"),
	};
	const struct conf_channel *channel;
	struct classified u;
	Pb__Contact *contact;
	Pb__Case *rec;
	int err;

	if (act->other.len != 0 && category == NULL)
		return staff_refuse(act, ERR_INVALID,
				    "%.*s: no such category; see categories.tsv of the profile",
				    PRI_BYTES(act->other));
	if (bytes_trim(act->words).len == 0)
		return staff_refuse(act, ERR_INVALID, "the case has no words");
	err = contact_as_typed(t, d, act, &contact);
	if (err == ERR_OK)
		err = classify(&p->classifier, d->arena, act->words, reply_tongue(d, contact), &u);
	if (err != ERR_OK)
		return err;
	channel = contact_is_mail(bytes_of(contact->address)) ? desk_mail_channel(d->conf)
							      : desk_sms_channel(d->conf);
	if (channel == NULL)
		return staff_refuse(act, ERR_BAD_STATE, "%s: no channel reaches %s", d->conf->file,
				    contact->address);
	if (category == NULL && u.n_categories > 0)
		category = profile_category(p, u.categories[0]);
	o.category = category != NULL ? category : p->coordinator_category;
	o.place = u.place;
	o.settlement = u.settlement;
	o.channel = channel->name;
	o.to = channel->from;
	o.contact = contact;
	o.is_emergency = o.category == p->emergency_category;
	o.tongue = contact->language != LANG_NONE
			   ? reply_tongue(d, contact)
			   : desk_tongue(u.guess.language, u.guess.script, p);
	err = matter_open(t, d, &o, &rec);
	if (err == ERR_OK)
		err = tell_of_new(t, d, contact, rec, act->words);
	if (err == ERR_OK)
		err = staff_post_case(t, d, rec, NULL, act->words);
	if (err == ERR_OK)
		snprintf(act->result, sizeof(act->result), "%s", rec->number);
	return err;
}
