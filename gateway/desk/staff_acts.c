/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/staff_acts.h"

#include <stdio.h>
#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/matter.h"
#include "gateway/desk/solved.h"
#include "gateway/desk/staff_kit.h"
#include "gateway/desk/staff_post.h"
#include "gateway/desk/tell.h"
#include "store/contacts.h"
#include "store/outbox.h"

/* When the day that was waited for begins, people are at work. */
#define WORK_BEGINS_MS (8 * HOUR_MS)
/* So often a case changes departments before somebody who knows the house decides. */
#define TRANSFERS_MAX 1

static int get_live(struct txn *t, struct desk *d, struct staff_act *act, Pb__Case **rec_out)
{
	int err = staff_get_case(t, d, act->number, act, rec_out);

	return err == ERR_OK ? staff_must_live(*rec_out, act) : err;
}

int staff_solve(struct txn *t, struct desk *d, struct staff_act *act)
{
	Pb__Case *rec;
	int err = get_live(t, d, act, &rec);

	if (err != ERR_OK)
		return err;
	staff_take(rec, act, d);
	if (act->row == 0)
		return solved_now(t, d, rec, act->who);
	rec->solve_row = act->row;
	return staff_done(t, d, rec, act, (struct case_step){ .what = "solves", .row = act->row });
}

static void to_coordinator(const struct desk *d, const struct department **dep,
			   const struct category **category)
{
	const struct member *coordinator = profile_coordinator(d->conf->profile);

	*dep = coordinator != NULL ? coordinator->department
				   : d->conf->profile->coordinator_category->department;
	*category = NULL;
}

int staff_forward(struct txn *t, struct desk *d, struct staff_act *act)
{
	const struct profile *p = d->conf->profile;
	const struct department *dep = profile_department(p, act->other);
	const struct category *category = dep == NULL ? profile_category(p, act->other) : NULL;
	struct case_step step = { .what = "transferred", .note = act->words };
	Pb__Case *rec;
	int err = get_live(t, d, act, &rec);

	if (err != ERR_OK)
		return err;
	if (dep == NULL && category == NULL)
		return staff_refuse(act, ERR_INVALID, "%.*s: neither a department nor a category",
				    PRI_BYTES(act->other));
	if (category != NULL)
		dep = category->department;
	if (rec->transfers >= TRANSFERS_MAX)
		to_coordinator(d, &dep, &category);
	if (rec->state != CASE_NEW && case_move(rec, CASE_NEW) != ERR_OK)
		return staff_refuse(act, ERR_BAD_STATE, "%s: is over", rec->number);
	if (category != NULL)
		rec->category = record_str(d->arena, category->code);
	rec->department = record_str(d->arena, dep->code);
	rec->clerk = record_strc(d->arena, "");
	rec->waiting_until = 0;
	rec->epoch++;
	rec->transfers++;
	step.why = dep->code;
	err = staff_done(t, d, rec, act, step);
	return err == ERR_OK ? staff_post_again(t, d, rec) : err;
}

int staff_wait(struct txn *t, struct desk *d, struct staff_act *act, uint32_t day)
{
	Pb__Case *rec;
	int err = get_live(t, d, act, &rec);

	if (err != ERR_OK)
		return err;
	if (rec->state == CASE_NEW)
		err = case_move(rec, CASE_OPEN);
	if (err == ERR_OK)
		err = case_move(rec, CASE_WAITING);
	if (err != ERR_OK)
		return staff_refuse(act, err, "%s: is over", rec->number);
	rec->waiting_until = calendar_day_begins(day).ms + WORK_BEGINS_MS;
	staff_take(rec, act, d);
	return staff_done(t, d, rec, act,
			  (struct case_step){ .what = "waits", .note = act->words });
}

int staff_take_it(struct txn *t, struct desk *d, struct staff_act *act)
{
	Pb__Case *rec;
	int err = get_live(t, d, act, &rec);

	if (err == ERR_OK && rec->state == CASE_NEW)
		err = case_move(rec, CASE_OPEN);
	if (err != ERR_OK)
		return err;
	rec->clerk = record_strc(d->arena, act->who);
	return staff_done(t, d, rec, act,
			  (struct case_step){ .what = "taken", .note = act->words });
}

int staff_link(struct txn *t, struct desk *d, struct staff_act *act)
{
	Pb__Case *rec, *other;
	int err = get_live(t, d, act, &rec);

	if (err == ERR_OK)
		err = staff_get_case(t, d, act->other, act, &other);
	if (err != ERR_OK)
		return err;
	if (strcmp(rec->number, other->number) == 0)
		return staff_refuse(act, ERR_INVALID, "%s: is the same case", rec->number);
	err = matter_link(t, d, rec, other);
	if (err == ERR_OK)
		err = staff_done(
			t, d, other, act,
			(struct case_step){ .what = "linked", .why = bytes_of(rec->number) });
	return err == ERR_OK ? staff_done(t, d, rec, act,
					  (struct case_step){ .what = "linked",
							      .why = bytes_of(other->number) })
			     : err;
}

int staff_split(struct txn *t, struct desk *d, struct staff_act *act)
{
	const struct profile *p = d->conf->profile;
	struct case_opening o = { .who = act->who,
				  .note = act->words,
				  .why = bytes_of("split off") };
	struct classified u;
	Pb__Contact *contact;
	Pb__Case *rec, *other;
	int err = get_live(t, d, act, &rec);

	if (err == ERR_OK)
		err = contact_get(t, rec->contact, d->arena, &contact);
	if (err == ERR_OK)
		err = classify(&p->classifier, d->arena, act->words, p->tongue, &u);
	if (err != ERR_OK)
		return err;
	o.category = u.n_categories > 0 ? profile_category(p, u.categories[0]) : NULL;
	if (o.category == NULL)
		o.category = profile_category(p, bytes_of(rec->category));
	if (o.category == NULL)
		o.category = p->coordinator_category;
	o.place = u.place.len != 0 ? u.place : bytes_of(rec->place);
	o.settlement = u.settlement.len != 0 ? u.settlement : bytes_of(rec->settlement);
	o.channel = rec->channel;
	o.to = rec->to;
	o.contact = contact;
	o.tongue = desk_tongue(rec->language, rec->script, p);
	err = matter_open(t, d, &o, &other);
	if (err == ERR_OK)
		err = matter_link(t, d, rec, other);
	if (err == ERR_OK)
		err = staff_done(
			t, d, rec, act,
			(struct case_step){ .what = "split", .why = bytes_of(other->number) });
	if (err == ERR_OK)
		err = tell_acknowledged(t, d, contact, other, NULL, 0);
	return err == ERR_OK ? staff_post_case(t, d, other, NULL, act->words) : err;
}

int staff_speak(struct txn *t, struct desk *d, struct staff_act *act, struct tongue tongue)
{
	Pb__Case *rec;
	int err = get_live(t, d, act, &rec);

	if (err != ERR_OK)
		return err;
	rec->language = tongue.language;
	rec->script = tongue.script;
	return staff_done(
		t, d, rec, act,
		(struct case_step){ .what = "language", .why = bytes_of(tongue_name(tongue)) });
}
