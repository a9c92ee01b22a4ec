/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/late.h"

#include <inttypes.h>

#include "conf/calendar.h"
#include "gateway/desk/reply.h"
#include "parsers/plant.h"
#include "parsers/strbuf.h"
#include "store/cases.h"
#include "store/counts.h"

/* More than this is "1000 and more" to anybody. */
#define LATE_COUNT_MAX 1000
/* Numbers that one SMS can name. */
#define LATE_NAMED 4

#define META_NOTICE_DAY "late-notice-day"

struct late_walk {
	uint64_t n;
	struct strbuf *named; /* or NULL */
};

static int count_late(const Pb__Case *rec, void *ctx)
{
	struct late_walk *w = ctx;

	if (w->named != NULL && w->n < LATE_NAMED)
		strbuf_addf(w->named, "%s%s", w->n != 0 ? ", " : "", rec->number);
	w->n++;
	return ERR_OK;
}

static int walk_late(struct txn *t, struct wall now, struct late_walk *w)
{
	struct case_filter f = { .state = -1, .late = true, .now = now, .limit = LATE_COUNT_MAX };

	return case_list(t, &f, count_late, w);
}

int late_count(struct txn *t, struct wall now, uint64_t *late_out)
{
	struct late_walk w = { 0 };
	int err = walk_late(t, now, &w);

	*late_out = w.n;
	return err;
}

static int tell_coordinator(struct txn *t, struct desk *d, const struct late_walk *w)
{
	const struct profile *p = d->conf->profile;
	const struct member *who = profile_coordinator(p);
	const struct conf_channel *phones = desk_sms_channel(d->conf);
	struct reply r = {
		.kind = KIND_LATE,
		.text = TEXT_LATE,
		.tongue = p->tongue,
		.from = "",
		.case_number = "",
		.may_cut = true,
	};
	int err;

	if (who == NULL || who->phone.len == 0 || phones == NULL) {
		desk_note(d, "late-notice",
			  "%" PRIu64
			  " cases are late and the coordinator has no phone in staff.tsv",
			  w->n);
		return ERR_OK;
	}
	r.channel = phones->name;
	r.to = who->phone;
	r.values.n = (int64_t)w->n;
	r.values.cases = strbuf_bytes(w->named);
	r.values.town = names_in(&p->town, r.tongue);
	err = reply_add(t, d, &r, NULL);
	if (err == ERR_LIMIT)
		desk_note(d, "late-notice",
			  "the text for %" PRIu64 " late cases doesn't fit an SMS", w->n);
	return err == ERR_LIMIT ? ERR_OK : err;
}

struct wall late_next(const struct desk *d)
{
	/* Within the hour's first second it is still that hour's. */
	return calendar_next_hour((struct wall){ .ms = d->now.ms + SECOND_MS },
				  d->conf->late_notice_h);
}

int late_notice(struct txn *t, struct desk *d, uint64_t *late_out)
{
	struct strbuf named = strbuf_in(d->arena, LATE_NAMED * CASE_NUMBER_SIZE);
	struct late_walk w = { .named = &named };
	uint64_t today = calendar_day(d->now), told = 0;
	int err = meta_get_u64(t, META_NOTICE_DAY, &told);

	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	err = walk_late(t, d->now, &w);
	if (err_class(err) == ERR_IS_REJECT) {
		/* Those that were counted before it are late all the same. */
		desk_note(d, "late-uncounted",
			  "late cases can't all be counted: %s; look with: odziv verify",
			  err_text(err));
		err = ERR_OK;
	}
	*late_out = w.n;
	if (err != ERR_OK || w.n == 0 || told == today ||
	    calendar_local(d->now).hour < (int)d->conf->late_notice_h)
		return err;
	if (PLANT(PLANT_NOTICE_SILENT))
		return ERR_OK;
	meta_put_u64(t, META_NOTICE_DAY, today);
	return tell_coordinator(t, d, &w);
}
