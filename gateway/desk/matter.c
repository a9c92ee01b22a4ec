/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/matter.h"

#include <stdio.h>
#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/reply.h"
#include "parsers/strbuf.h"
#include "store/cases.h"
#include "store/outbox.h"

/* A follow-up ('opet curi') means a case of the last month, not one of last year. */
#define FOLLOWUP_MS (30 * DAY_MS)
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
	rec->contact = o->contact->id;
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
	rec->last_heard = d->now.ms;
	rec->is_emergency = o->is_emergency;
	err = case_open(t, rec, p->case_prefix, calendar_local(d->now).year, d->arena);
	if (err != ERR_OK)
		return err;
	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	*rec_out = rec;
	return txn_err(t);
}

void matter_values(const struct desk *d, const Pb__Case *rec, struct tongue tongue,
		   struct text_values *values_out)
{
	const struct profile *p = d->conf->profile;
	const struct category *c = profile_category(p, bytes_of(rec->category));
	const struct department *dep = profile_department(p, bytes_of(rec->department));
	char key[32];

	*values_out = (struct text_values){
		.case_no = bytes_of(rec->number),
		.place = bytes_of(rec->place[0] != '\0' ? rec->place : rec->settlement),
		.numbers = p->emergency_numbers,
		.town = names_in(&p->town, tongue),
		.price = bytes_of(d->conf->sms_price),
	};
	snprintf(key, sizeof(key), "state.%s", case_state_text((enum case_state)rec->state));
	values_out->state = catalog_word(p->catalog, tongue, key);
	if (c != NULL)
		values_out->category = names_in(&c->short_name, tongue);
	if (dep != NULL)
		values_out->department = names_in(&dep->short_name, tongue);
	values_out->due.ms =
		rec->answered == 0 && rec->answer_due != 0 ? rec->answer_due : rec->solve_due;
}

/* A reply that was refused is a step of the case: somebody must see that the citizen heard nothing. */
static int reply_or_log(struct txn *t, struct desk *d, const struct reply *r, Pb__Case *rec,
			const char *what)
{
	Pb__Outbox *row = NULL;
	int err = reply_add(t, d, r, &row);
	struct case_step step = { .who = "odzivd", .what = what, .channel = r->channel };

	if (err == ERR_OK) {
		step.row = row->id;
		step.words = bytes_of(row->text);
	} else if (err_class(err) == ERR_IS_REJECT || err == ERR_CANCELLED) {
		step.what = "not answered";
		step.why = bytes_of(reply_refusal(err));
	} else {
		return err;
	}
	if (rec != NULL) {
		case_log(t, rec, &step, d->now, d->arena);
		case_put(t, rec);
	}
	return txn_err(t);
}

int matter_acknowledge(struct txn *t, struct desk *d, const Pb__Contact *contact, Pb__Case *rec,
		       Pb__Case *second, uint64_t message)
{
	struct reply r = {
		.kind = KIND_ACK,
		.text = second != NULL ? TEXT_ACK_TWO : TEXT_ACK,
		.tongue = desk_tongue(rec->language, rec->script, d->conf->profile),
		.channel = rec->channel,
		.from = rec->to,
		.to = bytes_of(contact->address),
		.contact = contact,
		.case_number = rec->number,
		.message = message,
	};

	matter_values(d, rec, r.tongue, &r.values);
	if (second != NULL) {
		struct text_values other;

		matter_values(d, second, r.tongue, &other);
		r.values.case_no2 = other.case_no;
		r.values.category2 = other.category;
	}
	return reply_or_log(t, d, &r, rec, "acknowledged");
}

static int tell_duty(struct txn *t, struct desk *d, const char *channel, Pb__Case *rec,
		     struct bytes words)
{
	const struct profile *p = d->conf->profile;
	size_t told = 0;

	for (size_t i = 0; i < p->n_members; i++) {
		struct reply r = {
			.kind = KIND_STAFF,
			.text = TEXT_DUTY,
			.tongue = p->tongue,
			.channel = channel,
			.from = "",
			.to = p->members[i].phone,
			.case_number = rec != NULL ? rec->number : "",
			.may_cut = true,
		};
		int err;

		if (!p->members[i].is_duty || p->members[i].phone.len == 0)
			continue;
		if (rec != NULL)
			matter_values(d, rec, p->tongue, &r.values);
		r.values.words = words;
		err = reply_or_log(t, d, &r, rec, "duty told");
		if (err != ERR_OK)
			return err;
		told++;
	}
	desk_note(d, "emergency", "emergency words came in%s%s; %zu duty officers get a text",
		  rec != NULL ? " as case " : "", rec != NULL ? rec->number : "", told);
	return ERR_OK;
}

int matter_emergency(struct txn *t, struct desk *d, const Pb__Contact *contact, const char *channel,
		     const char *to, Pb__Case *rec, struct bytes words, uint64_t message)
{
	struct reply r = {
		.kind = KIND_EMERGENCY,
		.text = TEXT_EMERGENCY,
		.tongue = reply_tongue(d, contact),
		.channel = channel,
		.from = to,
		.to = bytes_of(contact->address),
		.contact = contact,
		.case_number = rec != NULL ? rec->number : "",
		.message = message,
	};
	int err;

	if (rec != NULL)
		matter_values(d, rec, r.tongue, &r.values);
	r.values.numbers = d->conf->profile->emergency_numbers;
	err = reply_or_log(t, d, &r, rec, "emergency answer");
	return err == ERR_OK ? tell_duty(t, d, channel, rec, words) : err;
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
	};

	o.why = why_of(d, u, is_emergency ? BYTES_NONE : o.category->code);
	return matter_open(t, d, &o, rec_out);
}

static int link_two(struct txn *t, struct desk *d, Pb__Case *a, Pb__Case *b)
{
	char **of_a = arena_array(d->arena, 1, sizeof(*of_a)),
	     **of_b = arena_array(d->arena, 1, sizeof(*of_b));

	if (of_a == NULL || of_b == NULL)
		return ERR_NOMEM;
	of_a[0] = b->number;
	of_b[0] = a->number;
	a->linked = of_a;
	a->n_linked = 1;
	b->linked = of_b;
	b->n_linked = 1;
	case_put(t, a);
	case_put(t, b);
	return txn_err(t);
}

static int open_new(struct txn *t, struct desk *d, struct matter *m)
{
	const struct classified *u = m->understood;
	Pb__Case *rec, *second = NULL;
	int err = open_one(t, d, m, u->n_categories > 0 ? u->categories[0] : BYTES_NONE,
			   u->is_emergency, &rec);

	if (err == ERR_OK && u->n_categories > 1 && !u->is_emergency) {
		err = open_one(t, d, m, u->categories[1], false, &second);
		if (err == ERR_OK)
			err = link_two(t, d, rec, second);
	}
	if (err != ERR_OK)
		return err;
	m->first = rec;
	m->message->outcome = OUTCOME_CASE;
	m->message->case_number = rec->number;
	if (second != NULL)
		m->message->case_number2 = second->number;
	if (!u->is_emergency || m->emergency_told)
		return matter_acknowledge(t, d, m->contact, rec, second, m->message->id);
	return matter_emergency(t, d, m->contact, rec->channel, rec->to, rec,
				bytes_of(m->message->text), m->message->id);
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

int matter_join(struct txn *t, struct desk *d, struct matter *m, Pb__Case *rec, const char *what)
{
	struct case_step step = {
		.who = "citizen",
		.what = what,
		.message = m->message->id,
		.words = bytes_of(m->message->text),
		.channel = m->message->channel,
		.why = why_of(d, m->understood, BYTES_NONE),
	};

	rec->messages++;
	rec->last_heard = d->now.ms;
	case_log(t, rec, &step, d->now, d->arena);
	if (strcmp(what, "thanks") != 0)
		reopen(t, d, rec);
	if (rec->state == CASE_WAITING && rec->question_at != 0) {
		(void)case_move(rec, CASE_OPEN); /* waiting may always become open */
		rec->waiting_until = 0;
	}
	rec->question_at = 0;
	rec->question_row = 0;
	case_put(t, rec);
	m->first = rec;
	m->message->outcome = OUTCOME_JOINED;
	m->message->case_number = rec->number;
	return txn_err(t);
}

static int join_and_say(struct txn *t, struct desk *d, struct matter *m, Pb__Case *rec,
			const char *what)
{
	struct reply r = {
		.kind = KIND_ACK,
		.text = TEXT_JOINED,
		.tongue = reply_tongue(d, m->contact),
		.channel = m->message->channel,
		.from = m->message->to,
		.to = bytes_of(m->contact->address),
		.contact = m->contact,
		.case_number = rec->number,
		.message = m->message->id,
	};
	int err = matter_join(t, d, m, rec, what);

	if (err != ERR_OK)
		return err;
	matter_values(d, rec, r.tongue, &r.values);
	return reply_or_log(t, d, &r, rec, "acknowledged");
}

/* The newest case of the contact that `fits`; copied, because a walk's record dies with its call. */
struct pick {
	struct desk *d;
	struct txn *t;
	bool (*fits)(const Pb__Case *rec, const struct desk *d);
	Pb__Case *found;
	int err;
};

static int pick_one(const Pb__Case *rec, void *ctx)
{
	struct pick *p = ctx;

	if (!p->fits(rec, p->d))
		return ERR_OK;
	p->err = case_get(p->t, bytes_of(rec->number), p->d->arena, &p->found);
	return ERR_CANCELLED;
}

/* How many of a contact's newest cases are looked at for one that a text belongs to. */
#define PICK_AMONG 50

static int pick_case(struct txn *t, struct desk *d, uint64_t contact, bool open_only,
		     bool (*fits)(const Pb__Case *, const struct desk *), Pb__Case **rec_out)
{
	struct pick p = { .d = d, .t = t, .fits = fits };
	int err = case_of_contact(t, contact, open_only, PICK_AMONG, pick_one, &p);

	if (err != ERR_OK)
		return err;
	if (p.err != ERR_OK)
		return p.err;
	*rec_out = p.found;
	return p.found != NULL ? ERR_OK : ERR_NOENT;
}

static bool was_asked(const Pb__Case *rec, const struct desk *d)
{
	return rec->question_at != 0 && d->now.ms - rec->question_at <= d->conf->question_wait_ms;
}

static bool is_any(const Pb__Case *rec, const struct desk *d)
{
	(void)rec;
	(void)d;
	return true;
}

static bool is_of_late(const Pb__Case *rec, const struct desk *d)
{
	return rec->merged_into[0] == '\0' && d->now.ms - rec->last_heard <= FOLLOWUP_MS;
}

/* The case that the text names, when it is the contact's own; a merged one leads to where it went. */
static int named_case(struct txn *t, struct desk *d, const struct matter *m, Pb__Case **rec_out)
{
	struct bytes number = m->understood->case_no;
	Pb__Case *rec;
	int err;

	/* A chain of mergings ends somewhere; nobody merges ten times. */
	for (int hop = 0; hop < 10; hop++) {
		if (number.len == 0)
			return ERR_NOENT;
		err = case_get(t, number, d->arena, &rec);
		if (err != ERR_OK)
			return err_class(err) == ERR_IS_REJECT ? ERR_NOENT : err;
		if (rec->contact != m->contact->id)
			return ERR_NOENT;
		if (rec->merged_into[0] == '\0') {
			*rec_out = rec;
			return ERR_OK;
		}
		number = bytes_of(rec->merged_into);
	}
	return ERR_NOENT;
}

/* Where a text belongs that isn't a matter of its own. ERR_NOENT: it is one. */
static int find_home(struct txn *t, struct desk *d, const struct matter *m, Pb__Case **rec_out)
{
	const struct classified *u = m->understood;
	int err = named_case(t, d, m, rec_out);

	if (err != ERR_NOENT)
		return err;
	err = pick_case(t, d, m->contact->id, true, was_asked, rec_out);
	if (err != ERR_NOENT)
		return err;
	if (u->outcome == CLASS_FOLLOWUP) {
		err = pick_case(t, d, m->contact->id, true, is_any, rec_out);
		return err != ERR_NOENT
			       ? err
			       : pick_case(t, d, m->contact->id, false, is_of_late, rec_out);
	}
	/* Two problems in one text are never the one of before. */
	if (u->n_categories != 1 || (u->place.len == 0 && u->settlement.len == 0))
		return ERR_NOENT;
	return case_same_matter(t, m->contact->id, u->categories[0], u->place, u->settlement,
				d->arena, rec_out);
}

static int apply_thanks(struct txn *t, struct desk *d, struct matter *m)
{
	Pb__Case *rec;
	int err = pick_case(t, d, m->contact->id, false, is_of_late, &rec);

	if (err == ERR_OK)
		return matter_join(t, d, m, rec, "thanks");
	if (err != ERR_NOENT)
		return err;
	m->message->outcome = OUTCOME_NOT_ANSWERED;
	m->message->why = record_strc(d->arena, "thanks, without a case");
	return ERR_OK;
}

int matter_apply(struct txn *t, struct desk *d, struct matter *m)
{
	Pb__Case *home;
	int err;

	if (m->understood->is_emergency)
		return open_new(t, d, m);
	err = find_home(t, d, m, &home);
	if (err == ERR_OK && m->understood->outcome != CLASS_THANKS)
		return join_and_say(t, d, m, home, "message");
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (m->understood->outcome == CLASS_THANKS)
		return err == ERR_OK && home->question_at != 0
			       ? join_and_say(t, d, m, home, "message")
			       : apply_thanks(t, d, m);
	return open_new(t, d, m);
}
