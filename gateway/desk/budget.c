/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/budget.h"

#include <inttypes.h>
#include <string.h>

#include "conf/calendar.h"
#include "parsers/contact.h"
#include "parsers/plant.h"
#include "store/counts.h"

/* What finds no room within this doesn't leave: who asks so much is a machine, or somebody's victim. */
#define LOOK_AHEAD_MS (2 * DAY_MS)
/* Windows that one look goes through: the hours of two months. */
#define WINDOWS_MAX 1500
/* The instance's budgets alarm from here on, so that somebody can act before they are used up. */
#define WARN_PERCENT 80

const char *budget_prefix(const struct conf *conf, struct bytes to)
{
	struct bytes number = bytes_starts(to, "sms:") ? bytes_cut(to, 4, to.len) : to;

	if (PLANT(PLANT_STRANGER))
		return "+";
	/* A sender of thirty digits may begin as ours do, and is nobody. */
	if (bytes_starts(to, "sms:") && !contact_is_phone(to))
		return NULL;
	for (size_t i = 0; i < conf->n_answer_prefixes; i++) {
		if (bytes_starts(number, conf->answer_prefixes[i]))
			return conf->answer_prefixes[i];
	}
	return NULL;
}

static uint32_t hour_of(struct wall at)
{
	return (uint32_t)(at.ms / HOUR_MS);
}

enum period { PER_HOUR, PER_DAY, PER_MONTH };

/* One budget: what is counted, for whom, in windows of which length. */
struct bound {
	enum attempt kind;
	enum period period;
	struct bytes subject;
	int64_t limit; /* 0: none */
	int64_t by;    /* what this row adds */
	bool is_whole; /* of the instance, not of a person or prefix */
	const char *alarm;
	const char *words;
};

#define BOUNDS_MAX 6
struct bounds {
	struct bound list[BOUNDS_MAX];
	size_t n;
};

static uint32_t window_of(const struct bound *b, struct wall at)
{
	switch (b->period) {
	case PER_HOUR: return hour_of(at);
	case PER_DAY: return calendar_day(at);
	case PER_MONTH: break;
	}
	return calendar_month(at);
}

static struct wall window_begins(const struct bound *b, uint32_t w)
{
	switch (b->period) {
	case PER_HOUR: return (struct wall){ .ms = (int64_t)w * HOUR_MS };
	case PER_DAY: return calendar_day_begins(w);
	case PER_MONTH: break;
	}
	return calendar_month_begins(w);
}

static int64_t used_at(struct txn *t, const struct bound *b, struct wall at)
{
	return attempt_get(t, b->kind, b->subject, window_of(b, at));
}

static void note_full(struct desk *d, const struct bound *b, int64_t used)
{
	if (b->is_whole)
		desk_note(d, b->alarm, "%s is used up: %" PRId64 " of %" PRId64, b->words, used,
			  b->limit);
	else if (b->kind == ATTEMPT_PREFIX_SEGMENTS)
		desk_note(d, b->alarm,
			  "numbers that begin with %.*s use more than %" PRId64 " segments an hour",
			  PRI_BYTES(b->subject), b->limit);
	else
		desk_note(d, b->alarm, "%s", b->words);
}

/* The first budget that holds a row back at this moment; a reply that alone exceeds one gets an empty window. */
static const struct bound *full_bound(struct txn *t, struct desk *d, const struct bounds *all,
				      struct wall at)
{
	for (size_t i = 0; i < all->n && !PLANT(PLANT_BUDGET_IGNORED); i++) {
		const struct bound *b = &all->list[i];
		int64_t used = used_at(t, b, at);

		if ((b->is_whole && !d->conf->budget.hard) || used == 0 || used + b->by <= b->limit)
			continue;
		note_full(d, b, used);
		return b;
	}
	return NULL;
}

/* The first moment from now on at which every budget has room. */
static struct wall first_room(struct txn *t, struct desk *d, const struct bounds *all,
			      bool *has_room_out)
{
	struct wall when = d->now;

	*has_room_out = true;
	for (size_t i = 0; i < WINDOWS_MAX; i++) {
		const struct bound *full = full_bound(t, d, all, when);

		if (full == NULL)
			return when;
		if (!full->is_whole && when.ms >= d->now.ms + LOOK_AHEAD_MS)
			break;
		when = window_begins(full, window_of(full, when) + 1);
	}
	*has_room_out = false;
	return when;
}

static void warn_of_whole(struct txn *t, struct desk *d, const struct bound *b, struct wall when)
{
	int64_t used = used_at(t, b, when) + b->by;

	if (used > b->limit)
		note_full(d, b, used);
	else if (used * 100 >= b->limit * WARN_PERCENT)
		desk_note(d, b->alarm, "%s is used to %" PRId64 " of %" PRId64, b->words, used,
			  b->limit);
}

static void take(struct txn *t, struct desk *d, const struct bounds *all, struct wall when)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct bound *b = &all->list[i];

		if (b->is_whole)
			warn_of_whole(t, d, b, when);
		attempt_add(t, b->kind, b->subject, window_of(b, when), b->by, d->now);
	}
}

static void add_bound(struct bounds *all, struct bound b)
{
	if (b.limit != 0)
		all->list[all->n++] = b;
}

/* Of the person and the prefix: our own people's phones have none. */
static void add_persons(struct bounds *all, const struct desk *d, const struct budget_ask *ask)
{
	static const char words[] = "a number uses more texts than its budget; the rest waits";
	const struct conf_budget *b = &d->conf->budget;
	struct bytes prefix = bytes_of(budget_prefix(d->conf, ask->to));

	if (ask->is_automatic)
		add_bound(all, (struct bound){ ATTEMPT_AUTO_REPLY, PER_HOUR, ask->to,
					       b->auto_replies_hour, 1, false, "budget-contact",
					       words });
	add_bound(all, (struct bound){ ATTEMPT_SEGMENTS, PER_DAY, ask->to, b->segments_day,
				       ask->segments, false, "budget-contact", words });
	add_bound(all, (struct bound){ ATTEMPT_PREFIX_SEGMENTS, PER_HOUR, prefix,
				       b->prefix_segments_hour, ask->segments, false,
				       "budget-prefix", NULL });
}

static void add_whole(struct bounds *all, const struct desk *d, unsigned segments)
{
	const struct conf_budget *b = &d->conf->budget;

	add_bound(all, (struct bound){ ATTEMPT_ALL_SEGMENTS, PER_HOUR, BYTES_NONE, b->segments_hour,
				       segments, true, "budget-hour",
				       "the budget of segments an hour" });
	add_bound(all,
		  (struct bound){ ATTEMPT_ALL_DAY, PER_DAY, BYTES_NONE, b->segments_day_all,
				  segments, true, "budget-day", "the budget of segments a day" });
	if (b->price_segment != 0)
		add_bound(all, (struct bound){ ATTEMPT_MONEY, PER_MONTH, BYTES_NONE,
					       (int64_t)b->money_month,
					       (int64_t)(segments * b->price_segment), true,
					       "budget-month", "the budget of money a month" });
}

void budget_take(struct txn *t, struct desk *d, const struct budget_ask *ask,
		 struct budget_answer *answer_out)
{
	struct bounds all = { 0 };
	struct budget_answer answer = { .leaves = true };
	struct wall when = d->now;

	if (!ask->is_staff)
		add_persons(&all, d, ask);
	add_whole(&all, d, ask->segments);
	if (!ask->is_urgent && !ask->is_staff)
		when = first_room(t, d, &all, &answer.leaves);
	/* What isn't going to leave takes nothing from what is. */
	if (answer.leaves)
		take(t, d, &all, when);
	answer.over = when.ms != d->now.ms || !answer.leaves;
	if (answer.over)
		answer.not_before = when;
	*answer_out = answer;
}
