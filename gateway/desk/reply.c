/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/reply.h"

#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/budget.h"
#include "parsers/plant.h"
#include "store/outbox.h"

#define K(kind) (1u << (kind))
/* Replies that nobody at the town hall wrote. */
#define AUTOMATIC                                                                                  \
	(K(KIND_ACK) | K(KIND_STATUS) | K(KIND_HELP) | K(KIND_REMINDER) | K(KIND_SURVEY) |         \
	 K(KIND_EMERGENCY))
/* After STOP people still hear that their text arrived, and what to do in danger. */
#define DESPITE_STOP (K(KIND_ACK) | K(KIND_EMERGENCY))
/* What can wait until morning. */
#define QUIET_WAITS (K(KIND_REMINDER) | K(KIND_SURVEY) | K(KIND_NOTICE) | K(KIND_LATE))
/* To our own people: not a citizen's budget. */
#define TO_STAFF (K(KIND_STAFF) | K(KIND_LATE))

/* Segments that a kind may take; what people write gets more room than what we generate. */
static unsigned segments_max(enum out_kind kind)
{
	switch (kind) {
	case KIND_ANSWER:
	case KIND_QUESTION:
	case KIND_NOTICE: return 6; /* closing has a clerk's reason in it */
	case KIND_ACK:
	case KIND_STATUS:
	case KIND_HELP:
	case KIND_REMINDER:
	case KIND_LATE:
	case KIND_SURVEY:
	case KIND_REFERRAL:
	case KIND_EMERGENCY:
	case KIND_STAFF:
	case KIND_CONFIRM: return 3;
	}
	return 3;
}

const char *reply_refusal(const struct desk *d, int err)
{
	if (err == ERR_ACCESS && d->refusal != NULL)
		return d->refusal;
	switch (err) {
	case ERR_ACCESS: return "the number is outside answer_prefixes";
	case ERR_CANCELLED: return "the citizen has stopped texts (STOP)";
	case ERR_LIMIT: return "the words are too long for a text";
	default: return "the reply could not be made";
	}
}

bool reply_leaves_after_stop(enum out_kind kind)
{
	/* What goes to our own people is none of the citizen's. */
	return (K(kind) & (DESPITE_STOP | TO_STAFF)) != 0;
}

struct tongue reply_tongue(const struct desk *d, const Pb__Contact *contact)
{
	return desk_tongue(contact->language, contact->script, d->conf->profile);
}

int reply_words(struct desk *d, const struct reply *r, struct composed *composed_out)
{
	const struct profile *p = d->conf->profile;
	struct compose_rules rules = {
		.plain = d->conf->plain,
		.max_segments = segments_max(r->kind),
		.time_zone = (const char *)p->time_zone.ptr,
	};

	return compose_sms(p->catalog, r->text, r->tongue, &r->values, &rules, d->arena,
			   composed_out);
}

static int compose(struct desk *d, const struct reply *r, struct composed *composed_out)
{
	int err = reply_words(d, r, composed_out);

	if (err != ERR_OK)
		return err;
	return composed_out->was_cut && !r->may_cut ? ERR_LIMIT : ERR_OK;
}

/* When it may leave: the budgets' word, then quiet hours on top of it. */
static struct wall may_leave(struct txn *t, struct desk *d, const struct reply *r,
			     unsigned segments, struct budget_answer *answer_out)
{
	struct budget_ask ask = {
		.to = r->to,
		.segments = segments,
		.is_automatic = (K(r->kind) & AUTOMATIC) != 0,
		.is_urgent = r->kind == KIND_EMERGENCY,
		.is_staff = (K(r->kind) & TO_STAFF) != 0,
	};
	struct wall when;

	budget_take(t, d, &ask, answer_out);
	when = answer_out->over ? answer_out->not_before : d->now;
	if ((K(r->kind) & QUIET_WAITS) != 0 &&
	    calendar_in_hours(when, d->conf->quiet_from_h, d->conf->quiet_to_h))
		when = calendar_next_hour(when, d->conf->quiet_to_h);
	return when;
}

static const char *our_number(const struct desk *d, const struct reply *r)
{
	const struct conf_channel *c;

	if (PLANT(PLANT_OTHER_CODE))
		return "1956";
	if (r->from != NULL && r->from[0] != '\0')
		return r->from;
	c = conf_channel(d->conf, r->channel);
	return c != NULL ? c->from : "";
}

/* How a text that one SMS can't hold leaves by its channel. */
static enum smpp_long long_form(const struct desk *d, const struct reply *r)
{
	const struct conf_channel *c = conf_channel(d->conf, r->channel);

	return c != NULL && c->type == CHANNEL_SMPP ? c->smpp.how : SMPP_LONG_UDH8;
}

static int write_row(struct txn *t, struct desk *d, const struct reply *r,
		     const struct composed *words, Pb__Outbox **row_out)
{
	Pb__Outbox *row = arena_alloc(d->arena, sizeof(*row));
	enum smpp_long form = long_form(d, r);
	unsigned paid = sms_plan_as(words->text, form).segments;
	struct budget_answer budget;
	struct wall when = may_leave(t, d, r, paid, &budget);
	int err;

	if (row == NULL)
		return ERR_NOMEM;
	pb__outbox__init(row);
	row->channel = record_strc(d->arena, r->channel);
	row->to = record_str(d->arena, r->to);
	row->contact = r->contact != NULL ? r->contact->id : 0;
	row->from = record_strc(d->arena, our_number(d, r));
	row->case_number = record_strc(d->arena, r->case_number != NULL ? r->case_number : "");
	row->kind = r->kind;
	row->encoding = words->plan.encoding;
	row->long_form = form;
	row->not_before = when.ms;
	/* Without room it is past its validity when it comes up: cancelled, and staff hear of it. */
	row->valid_until = when.ms + (budget.leaves ? d->conf->validity_ms : 0);
	row->text = record_str(d->arena, words->text);
	row->message = r->message;
	row->language = words->tongue.language;
	row->script = words->tongue.script;
	row->error = record_strc(d->arena, budget.over ? "budget" : "");
	err = outbox_add(t, row, form == SMPP_LONG_PAYLOAD ? 1 : paid, d->now, d->arena);
	if (err != ERR_OK)
		return err;
	if (row_out != NULL)
		*row_out = row;
	return txn_err(t);
}

int reply_add(struct txn *t, struct desk *d, const struct reply *r, Pb__Outbox **row_out)
{
	struct composed words;
	int err;

	d->refusal = NULL;
	if (bytes_starts(r->to, "mail:"))
		return reply_by_mail(t, d, r, row_out);
	if (r->contact != NULL && budget_prefix(d->conf, r->to) == NULL) {
		desk_note(d, "not-answered",
			  "a number outside answer_prefixes wrote; it got no answer");
		return ERR_ACCESS;
	}
	if (r->contact != NULL && r->contact->stopped && !r->despite_stop &&
	    !reply_leaves_after_stop(r->kind))
		return ERR_CANCELLED;
	err = compose(d, r, &words);
	if (err != ERR_OK)
		return err;
	err = write_row(t, d, r, &words, row_out);
	if (err == ERR_OK) {
		const struct conf_channel *c = conf_channel(d->conf, r->channel);

		if (c != NULL)
			desk_wake(d, c->name);
	}
	return err;
}
