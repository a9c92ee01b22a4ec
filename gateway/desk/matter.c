/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/matter.h"

#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/home.h"
#include "gateway/desk/mail_home.h"
#include "gateway/desk/reply.h"
#include "gateway/desk/staff_later.h"
#include "gateway/desk/staff_post.h"
#include "gateway/desk/tell.h"
#include "parsers/strbuf.h"
#include "store/cases.h"

/* Room for "vod.rules:12 pukla cev" and a few more. */
#define WHY_MAX 400

static int64_t due_at(struct wall now, int64_t clock_ms)
{
	return clock_ms == CLOCK_NONE ? 0 : now.ms + clock_ms;
}

int matter_open(struct txn *t, struct desk *d, const struct case_opening *o, Pb__Case **rec_out)
{
	const struct profile *p = d->conf->profile;
	Pb__Case *rec = arena_alloc(d->arena, sizeof(*rec));
	struct case_step step = {
		.who = o->who,
		.what = "opened",
		.message = o->message,
		.note = o->note,
		.words = o->words,
		.channel = o->channel,
		.why = o->why,
	};
	int err;

	if (rec == NULL)
		return ERR_NOMEM;
	pb__case__init(rec);
	rec->state = CASE_NEW;
	rec->category = record_str(d->arena, o->category->code);
	rec->department = record_str(d->arena, o->category->department->code);
	rec->clerk = record_strc(d->arena, "");
	rec->channel = record_strc(d->arena, o->channel);
	rec->contact = o->contact != NULL ? o->contact->id : 0;
	rec->to = record_strc(d->arena, o->to);
	rec->language = o->tongue.language;
	rec->script = o->tongue.script;
	rec->place = record_str(d->arena, o->place);
	rec->settlement = record_str(d->arena, o->settlement);
	rec->opened = d->now.ms;
	rec->answer_due = due_at(d->now, o->category->first_answer_ms);
	rec->solve_due = due_at(d->now, o->category->solution_ms);
	rec->priority = o->category->priority;
	rec->messages = o->message != 0 ? 1 : 0;
	rec->first_message = o->message;
	rec->last_message = o->message;
	rec->unproven = o->is_unproven;
	rec->kind = record_strc(d->arena, o->kind != NULL ? o->kind : "");
	rec->last_heard = d->now.ms;
	rec->is_emergency = o->is_emergency;
	err = case_open(t, rec, p->case_prefix, calendar_local(d->now).year, &step, d->now,
			d->arena);
	if (err == ERR_OK)
		*rec_out = rec;
	return err;
}

/* "vod.rules:12 pukla cev; vod.rules:3 voda" */
static struct bytes why_of(struct desk *d, const struct classified *u, struct bytes category)
{
	struct strbuf s = strbuf_in(d->arena, WHY_MAX);

	for (size_t i = 0; i < u->n_why; i++) {
		if (category.len != 0 && !bytes_eq(u->why[i].category, category))
			continue;
		strbuf_addf(&s, "%s%.*s %.*s", s.len != 0 ? "; " : "", PRI_BYTES(u->why[i].rule),
			    PRI_BYTES(u->why[i].matched));
	}
	return strbuf_bytes(&s);
}

static const struct category *category_of(const struct desk *d, struct bytes code)
{
	const struct category *c = profile_category(d->conf->profile, code);

	return c != NULL ? c : d->conf->profile->coordinator_category;
}

static int open_one(struct txn *t, struct desk *d, struct matter *m, struct bytes code,
		    bool is_emergency, Pb__Case **rec_out)
{
	const struct classified *u = m->understood;
	struct case_opening o = {
		.category =
			is_emergency ? d->conf->profile->emergency_category : category_of(d, code),
		.place = u->place,
		.settlement = u->settlement,
		.words = bytes_of(m->message->text),
		.who = "citizen",
		.channel = m->message->channel,
		.to = m->message->to,
		.contact = m->contact,
		.message = m->message->id,
		.tongue = reply_tongue(d, m->contact),
		.is_emergency = is_emergency,
		.is_unproven = m->message->unproven,
	};

	o.why = why_of(d, u, is_emergency ? BYTES_NONE : o.category->code);
	return matter_open(t, d, &o, rec_out);
}

static int append_link(struct desk *d, Pb__Case *rec, char *number)
{
	char **linked = arena_array(d->arena, rec->n_linked + 1, sizeof(*linked));

	if (linked == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < rec->n_linked; i++)
		linked[i] = rec->linked[i];
	linked[rec->n_linked++] = number;
	rec->linked = linked;
	return ERR_OK;
}

static int add_link(struct desk *d, Pb__Case *rec, char *number)
{
	for (size_t i = 0; i < rec->n_linked; i++)
		if (strcmp(rec->linked[i], number) == 0)
			return ERR_OK;
	return append_link(d, rec, number);
}

int matter_link(struct txn *t, struct desk *d, Pb__Case *a, Pb__Case *b)
{
	int err = add_link(d, a, b->number);

	if (err == ERR_OK)
		err = add_link(d, b, a->number);
	if (err != ERR_OK)
		return err;
	case_put(t, a);
	case_put(t, b);
	return txn_err(t);
}

/* A mail that only names a case is a matter of its own beside that one. */
static int link_named(struct txn *t, struct desk *d, struct matter *m, Pb__Case *rec)
{
	struct case_step step = { .who = "odzivd", .what = "linked" };
	Pb__Case *named;
	int err = d->mail != NULL ? mail_home_named(t, d, m->understood, &named) : ERR_NOENT;

	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	step.why = bytes_of(rec->number);
	case_log(t, named, &step, d->now, d->arena);
	return matter_link(t, d, rec, named);
}

static void opened(struct matter *m, Pb__Case *rec, const Pb__Case *second)
{
	m->first = rec;
	m->message->outcome = OUTCOME_CASE;
	m->message->case_number = rec->number;
	if (second != NULL)
		m->message->case_number2 = second->number;
}

static int open_new(struct txn *t, struct desk *d, struct matter *m)
{
	const struct classified *u = m->understood;
	Pb__Case *rec, *second = NULL;
	int err =
		open_one(t, d, m, u->n_categories > 0 ? u->categories[0] : BYTES_NONE, false, &rec);

	if (err == ERR_OK && u->n_categories > 1) {
		err = open_one(t, d, m, u->categories[1], false, &second);
		if (err == ERR_OK)
			err = matter_link(t, d, rec, second);
	}
	if (err == ERR_OK)
		err = link_named(t, d, m, rec);
	if (err != ERR_OK)
		return err;
	opened(m, rec, second);
	err = tell_acknowledged(t, d, m->contact, rec, second, m->message->id);
	if (err == ERR_OK)
		err = staff_post_case(t, d, rec, m->message, BYTES_NONE);
	if (err == ERR_OK && second != NULL)
		err = staff_post_case(t, d, second, m->message, BYTES_NONE);
	return err;
}

/* What is over comes to life again, with the clock of its first opening. */
static void reopen(struct txn *t, struct desk *d, Pb__Case *rec)
{
	struct case_step step = { .who = "citizen", .what = "reopened", .channel = rec->channel };

	if (case_is_open(rec) || case_move(rec, CASE_OPEN) != ERR_OK)
		return;
	rec->solved = 0;
	rec->closed = 0;
	rec->reason = record_strc(d->arena, "");
	case_log(t, rec, &step, d->now, d->arena);
}

int matter_hear(struct txn *t, struct desk *d, Pb__Case *rec, const struct case_step *step)
{
	rec->last_heard = d->now.ms;
	case_log(t, rec, step, d->now, d->arena);
	reopen(t, d, rec);
	if (rec->state == CASE_WAITING) {
		(void)case_move(rec, CASE_OPEN); /* waiting may always become open */
		rec->waiting_until = 0;
	}
	rec->question_at = 0;
	rec->question_row = 0;
	case_put(t, rec);
	return txn_err(t);
}

static struct case_step step_of(struct desk *d, const struct matter *m, const char *what)
{
	return (struct case_step){
		.who = "citizen",
		.what = what,
		.message = m->message->id,
		.words = bytes_of(m->message->text),
		.channel = m->message->channel,
		.why = why_of(d, m->understood, BYTES_NONE),
	};
}

static void joined(struct matter *m, Pb__Case *rec)
{
	m->first = rec;
	m->message->outcome = OUTCOME_JOINED;
	m->message->case_number = rec->number;
}

static int join(struct txn *t, struct desk *d, struct matter *m, Pb__Case *rec)
{
	struct case_step step = step_of(d, m, "message");

	rec->messages++;
	rec->last_message = m->message->id;
	joined(m, rec);
	return matter_hear(t, d, rec, &step);
}

static int join_and_say(struct txn *t, struct desk *d, struct matter *m, Pb__Case *rec)
{
	int err = join(t, d, m, rec);

	if (err == ERR_OK)
		err = tell_joined(t, d, m->contact, m->message, rec);
	return err == ERR_OK ? staff_later_hear(t, d, rec, m->message) : err;
}

/* Thanks wake nobody: what is over stays over. */
static int apply_thanks(struct txn *t, struct desk *d, struct matter *m)
{
	struct case_step step = step_of(d, m, "thanks");
	Pb__Case *rec;
	int err = d->mail != NULL ? mail_home_answered(t, d, m->contact, &rec) : ERR_NOENT;

	if (err == ERR_NOENT && (d->mail == NULL || mail_is_proven(d->mail)))
		err = home_of_late(t, d, m->contact->id, &rec);
	if (err == ERR_NOENT) {
		m->message->outcome = OUTCOME_NOT_ANSWERED;
		m->message->why = record_strc(d->arena, "thanks, without a case");
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	rec->messages++;
	rec->last_heard = d->now.ms;
	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	joined(m, rec);
	return txn_err(t);
}

/* Danger named in a text that belongs to another matter: that one is heard of as well, and linked. */
static int open_danger(struct txn *t, struct desk *d, struct matter *m, Pb__Case *beside)
{
	struct case_step step = step_of(d, m, "message");
	Pb__Case *rec;
	int err = open_one(t, d, m, BYTES_NONE, true, &rec);

	if (err != ERR_OK)
		return err;
	opened(m, rec, beside);
	if (beside != NULL) {
		beside->messages++;
		beside->last_message = m->message->id;
		err = matter_hear(t, d, beside, &step);
		if (err == ERR_OK)
			err = matter_link(t, d, rec, beside);
	}
	return err;
}

static int find_home(struct txn *t, struct desk *d, const struct matter *m, Pb__Case **home_out)
{
	return d->mail != NULL ? mail_home_find(t, d, m->contact, m->understood, home_out)
			       : home_find(t, d, m->contact->id, m->understood, home_out);
}

/* Thanks are an answer when we asked something, and else no matter. */
static int find_asked(struct txn *t, struct desk *d, const struct matter *m, Pb__Case **home_out)
{
	if (d->mail == NULL || mail_is_proven(d->mail))
		return home_asked(t, d, m->contact->id, home_out);
	return ERR_NOENT;
}

static int apply_emergency(struct txn *t, struct desk *d, struct matter *m)
{
	struct danger danger = {
		.contact = m->contact,
		.channel = m->message->channel,
		.to = m->message->to,
		.words = bytes_of(m->message->text),
		.message = m->message->id,
	};
	Pb__Case *home = NULL;
	int err = find_home(t, d, m, &home);

	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (home != NULL && home->is_emergency)
		err = join(t, d, m, home);
	else
		err = open_danger(t, d, m, home);
	if (err != ERR_OK)
		return err;
	danger.rec = m->first;
	err = m->message->outcome == OUTCOME_CASE
		      ? staff_post_case(t, d, m->first, m->message, BYTES_NONE)
		      : staff_later_hear(t, d, m->first, m->message);
	if (err != ERR_OK)
		return err;
	if (!m->emergency_told)
		return tell_emergency(t, d, &danger);
	/* The number to call went out with the part; now there is a case to name. */
	return m->message->outcome == OUTCOME_CASE
		       ? tell_acknowledged(t, d, m->contact, m->first, NULL, m->message->id)
		       : tell_joined(t, d, m->contact, m->message, m->first);
}

int matter_apply(struct txn *t, struct desk *d, struct matter *m)
{
	bool is_thanks = m->understood->outcome == CLASS_THANKS;
	Pb__Case *home;
	int err;

	if (m->understood->is_emergency)
		return apply_emergency(t, d, m);
	err = is_thanks ? find_asked(t, d, m, &home) : find_home(t, d, m, &home);
	if (err == ERR_OK)
		return join_and_say(t, d, m, home);
	if (err != ERR_NOENT)
		return err;
	return is_thanks ? apply_thanks(t, d, m) : open_new(t, d, m);
}
