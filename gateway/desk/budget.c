/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/budget.h"

#include <inttypes.h>
#include <string.h>

#include "conf/calendar.h"
#include "store/counts.h"

/* How far ahead a window with room is looked for; a row lives 48 hours, so further makes no sense. */
#define HOURS_AHEAD 48
#define DAYS_AHEAD  3
/* The instance's budgets alarm from here on, so that somebody can act before they are used up. */
#define WARN_PERCENT 80

const char *budget_prefix(const struct conf *conf, struct bytes to)
{
	struct bytes number = bytes_starts(to, "sms:") ? bytes_cut(to, 4, to.len) : to;

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

/* One bound of a person or prefix: what is counted, for whom, in windows of an hour or a local day. */
struct bound {
	enum attempt kind;
	struct bytes subject;
	int64_t limit; /* 0: none */
	int64_t by;
	bool is_daily;
};

/* The first window from `from` on that has room; the last one looked at when none has. */
static uint32_t window_with_room(struct txn *t, const struct bound *b, uint32_t from)
{
	uint32_t ahead = b->is_daily ? DAYS_AHEAD : HOURS_AHEAD;
	uint32_t w = from;

	while (w < from + ahead) {
		int64_t used = attempt_get(t, b->kind, b->subject, w);

		/* A reply that alone exceeds the bound gets an empty window, else it would wait for ever. */
		if (used + b->by <= b->limit || used == 0)
			break;
		w++;
	}
	return w;
}

static struct wall window_begins(const struct bound *b, uint32_t w)
{
	return b->is_daily ? calendar_day_begins(w) : (struct wall){ .ms = (int64_t)w * HOUR_MS };
}

static uint32_t window_of(const struct bound *b, struct wall at)
{
	return b->is_daily ? calendar_day(at) : hour_of(at);
}

/* Moves *when to where the bound has room, and says whether that is later. */
static bool bound_delays(struct txn *t, const struct bound *b, struct wall *when)
{
	uint32_t now = window_of(b, *when);
	uint32_t w;

	if (b->limit == 0)
		return false;
	w = window_with_room(t, b, now);
	if (w == now)
		return false;
	*when = window_begins(b, w);
	return true;
}

/* The instance's bounds: an alarm at 80 % and one when used up; true when it is used up. */
static bool whole_is_over(struct txn *t, struct desk *d, enum attempt kind, uint32_t window,
			  int64_t limit, int64_t by, const char *name, const char *words)
{
	int64_t used;

	if (limit == 0)
		return false;
	used = attempt_get(t, kind, BYTES_NONE, window) + by;
	if (used > limit)
		desk_note(d, name, "%s is used up: %" PRId64 " of %" PRId64, words, used, limit);
	else if (used * 100 >= limit * WARN_PERCENT)
		desk_note(d, name, "%s is used to %" PRId64 " of %" PRId64, words, used, limit);
	return used > limit;
}

/* Where the instance's budgets let the row leave; only budget_hard makes it wait. */
static bool whole_delays(struct txn *t, struct desk *d, unsigned segments, struct wall *when)
{
	const struct conf_budget *b = &d->conf->budget;
	bool hour = whole_is_over(t, d, ATTEMPT_ALL_SEGMENTS, hour_of(*when), b->segments_hour,
				  segments, "budget-hour", "the budget of segments an hour");
	bool day = whole_is_over(t, d, ATTEMPT_ALL_DAY, calendar_day(*when), b->segments_day_all,
				 segments, "budget-day", "the budget of segments a day");
	bool month = whole_is_over(t, d, ATTEMPT_MONEY, calendar_month(*when),
				   (int64_t)b->money_month, (int64_t)(segments * b->price_segment),
				   "budget-month", "the budget of money a month");

	if (!b->hard || !(hour || day || month))
		return false;
	if (month)
		*when = calendar_month_begins(calendar_month(*when) + 1);
	else if (day)
		*when = calendar_day_begins(calendar_day(*when) + 1);
	else
		*when = (struct wall){ .ms = ((int64_t)hour_of(*when) + 1) * HOUR_MS };
	return true;
}

static void take_whole(struct txn *t, struct desk *d, unsigned segments, struct wall when)
{
	const struct conf_budget *b = &d->conf->budget;

	attempt_add(t, ATTEMPT_ALL_SEGMENTS, BYTES_NONE, hour_of(when), segments, d->now);
	attempt_add(t, ATTEMPT_ALL_DAY, BYTES_NONE, calendar_day(when), segments, d->now);
	if (b->price_segment != 0)
		attempt_add(t, ATTEMPT_MONEY, BYTES_NONE, calendar_month(when),
			    (int64_t)(segments * b->price_segment), d->now);
}

void budget_take(struct txn *t, struct desk *d, const struct budget_ask *ask,
		 struct budget_answer *answer_out)
{
	const struct conf_budget *b = &d->conf->budget;
	const char *prefix = budget_prefix(d->conf, ask->to);
	const struct bound bounds[] = {
		{ ATTEMPT_AUTO_REPLY, ask->to, ask->is_automatic ? b->auto_replies_hour : 0, 1,
		  false },
		{ ATTEMPT_SEGMENTS, ask->to, b->segments_day, ask->segments, true },
		{ ATTEMPT_PREFIX_SEGMENTS, bytes_of(prefix), b->prefix_segments_hour, ask->segments,
		  false },
	};
	struct wall when = d->now;
	bool over = false;

	for (size_t i = 0; i < ARRAY_LEN(bounds) && !ask->is_urgent; i++) {
		if (!bound_delays(t, &bounds[i], &when))
			continue;
		over = true;
		if (bounds[i].kind == ATTEMPT_PREFIX_SEGMENTS)
			desk_note(d, "budget-prefix",
				  "numbers that begin with %s use more than %u segments an hour",
				  prefix, b->prefix_segments_hour);
		else
			desk_note(d, "budget-contact",
				  "a number uses more texts than its budget; the rest waits");
	}
	if (whole_delays(t, d, ask->segments, &when) && !ask->is_urgent)
		over = true;
	else if (!over)
		when = d->now;
	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		if (bounds[i].limit != 0)
			attempt_add(t, bounds[i].kind, bounds[i].subject,
				    window_of(&bounds[i], when), bounds[i].by, d->now);
	}
	take_whole(t, d, ask->segments, when);
	*answer_out = (struct budget_answer){ .over = over };
	if (over)
		answer_out->not_before = when;
}
