/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/digest.h"

#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/staff_post.h"
#include "gateway/desk/tell.h"
#include "parsers/plant.h"
#include "parsers/utf8.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/held.h"
#include "store/messages.h"
#include "store/outbox.h"

#define META_STEP "digest-step"
/* Of one list: what a person reads, and what fits into an arena for all who read it. */
#define ITEMS_MAX 50
/* More late cases of a department than this are a list, not a mail each. */
#define EACH_MAX 5
/* More people than this in one department share a mailbox. */
#define READERS_MAX 10
/* Of the citizen's words in a reminder. */
#define WORDS_MAX 1000
/* Failed replies of so long ago, and no further back than so many rows. */
#define FAILED_MS   (3 * DAY_MS)
#define FAILED_LOOK 20000
/* More than this is "1000 and more" to anybody. */
#define COUNT_MAX 1000

/* --- gathering --- */

struct gather {
	struct desk *d;
	struct tongue tongue;
	struct letter_item *items;
	size_t n, n_all; /* of the list; and of what there is */
};

static int begin(struct gather *g)
{
	g->n = g->n_all = 0;
	g->items = arena_array(g->d->arena, ITEMS_MAX, sizeof(*g->items));
	return g->items != NULL ? ERR_OK : ERR_NOMEM;
}

/* The next item to fill; NULL: the list is full, it is only counted. */
static struct letter_item *next(struct gather *g)
{
	g->n_all++;
	return g->n < ITEMS_MAX ? &g->items[g->n++] : NULL;
}

static struct letter_list list_of(const struct gather *g)
{
	return (struct letter_list){ .items = g->items, .n = g->n };
}

/* What can't be read is verify's to name; what was gathered before it is told all the same. */
static int passable(int err)
{
	return err == ERR_CANCELLED || err == ERR_TIMEOUT || err_class(err) == ERR_IS_REJECT
		       ? ERR_OK
		       : err;
}

static int on_late(const Pb__Case *rec, void *ctx)
{
	struct gather *g = ctx;
	struct letter_item *item = next(g);

	return item != NULL ? tell_item(g->d, rec, g->tongue, item) : ERR_OK;
}

static int gather_late(struct txn *t, struct gather *g, struct bytes department)
{
	struct case_filter f = { .state = -1,
				 .late = true,
				 .now = g->d->now,
				 .department = department,
				 .limit = COUNT_MAX };
	int err = begin(g);

	return err == ERR_OK ? passable(case_list(t, &f, on_late, g)) : err;
}

static int on_held(const Pb__Held *rec, void *ctx)
{
	struct gather *g = ctx;
	const struct member *m = profile_member(g->d->conf->profile, bytes_of(rec->member));
	struct letter_item *item = next(g);

	if (item == NULL)
		return ERR_OK;
	*item = (struct letter_item){
		.case_no = arena_dup(g->d->arena, bytes_of(rec->case_number)),
		.member = m != NULL ? m->name : BYTES_NONE,
		.due = { rec->expires },
	};
	return ERR_OK;
}

static int on_unreadable(const Pb__Case *rec, void *ctx)
{
	struct gather *g = ctx;
	struct letter_item *item = strcmp(rec->kind, CASE_KIND_UNREADABLE) == 0 ? next(g) : NULL;

	return item != NULL ? tell_item(g->d, rec, g->tongue, item) : ERR_OK;
}

static int on_row(const Pb__Outbox *row, void *ctx)
{
	struct gather *g = ctx;
	struct letter_item *item;

	if (row->created < g->d->now.ms - FAILED_MS)
		return ERR_CANCELLED;
	item = row->contact != 0 && row->case_number[0] != '\0' ? next(g) : NULL;
	if (item != NULL)
		*item = (struct letter_item){
			.case_no = arena_dup(g->d->arena, bytes_of(row->case_number)),
			.words = arena_dup(g->d->arena, bytes_of(row->error)),
			.opened = { row->created },
		};
	return ERR_OK;
}

static int gather_all(struct txn *t, struct gather *g, struct letter_values *v)
{
	struct outbox_filter failed = { .state = OUT_FAILED,
					.limit = COUNT_MAX,
					.look_max = FAILED_LOOK };
	int err = gather_late(t, g, BYTES_NONE);

	if (err != ERR_OK)
		return err;
	v->cases = list_of(g);
	v->common.n = (int64_t)g->n_all;
	err = begin(g);
	if (err == ERR_OK)
		err = passable(held_each_waiting(t, on_held, g));
	v->held = list_of(g);
	if (err == ERR_OK)
		err = begin(g);
	if (err == ERR_OK)
		err = passable(case_each_open(t, on_unreadable, g));
	v->unreadable = list_of(g);
	if (err == ERR_OK)
		err = begin(g);
	if (err == ERR_OK)
		err = passable(outbox_list(t, &failed, on_row, g));
	v->failed = list_of(g);
	return err;
}

/* --- telling --- */

static bool reads_mail(const struct member *m)
{
	return m != NULL && m->mail.len != 0;
}

/* Who is there today, or, since somebody must find it, the member. */
static const struct member *reader_of(const struct desk *d, const struct member *m)
{
	const struct member *there = m != NULL ? member_present(m, calendar_day(d->now)) : NULL;

	return reads_mail(there) ? there : reads_mail(m) ? m : NULL;
}

/* A letter that can't leave is the store's or the configuration's matter, not a reason to stop the clocks. */
static int post(struct txn *t, struct desk *d, const struct staff_letter *l, Pb__Outbox **row_out)
{
	int err = staff_post_letter(t, d, l, row_out);

	if (err_class(err) != ERR_IS_REJECT)
		return err;
	desk_note(d, "digest", "the day's mail to %.*s was not sent: %s", PRI_BYTES(l->member->id),
		  d->refusal != NULL ? d->refusal : err_text(err));
	return ERR_OK;
}

static int tell_coordinator(struct txn *t, struct desk *d, bool *told_out)
{
	const struct member *who = reader_of(d, profile_coordinator(d->conf->profile));
	struct staff_letter l = { .name = LETTER_STAFF_DIGEST,
				  .member = who,
				  .daily = STAFF_DIGEST };
	struct gather g = { .d = d };
	int err;

	*told_out = false;
	if (who == NULL || PLANT(PLANT_DIGEST_FORGOTTEN))
		return ERR_OK;
	g.tongue = who->tongue;
	err = gather_all(t, &g, &l.values);
	if (err != ERR_OK ||
	    l.values.cases.n + l.values.held.n + l.values.unreadable.n + l.values.failed.n == 0)
		return err;
	*told_out = true;
	return post(t, d, &l, NULL);
}

static int log_reminded(struct txn *t, struct desk *d, Pb__Case *rec, const struct member *who,
			const Pb__Outbox *row)
{
	struct case_step step = { .who = "odzivd",
				  .what = "reminded",
				  .row = row->id,
				  .channel = row->channel,
				  .why = who->id };

	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	return txn_err(t);
}

/* With the words that wait for an answer, and a token to answer by. */
static int remind_of(struct txn *t, struct desk *d, const struct member *who, Pb__Case *rec)
{
	struct staff_letter l = {
		.name = LETTER_STAFF_REMINDER, .member = who, .rec = rec, .daily = STAFF_REMINDER
	};
	Pb__Outbox *row = NULL;
	Pb__Message *msg;
	int err = rec->last_message != 0 ? message_get(t, rec->last_message, d->arena, &msg)
					 : ERR_NOENT;

	if (err != ERR_OK && err_class(err) != ERR_IS_REJECT)
		return err;
	tell_values(d, rec, who->tongue, &l.values.common);
	/* What was due, even if it was at once. */
	l.values.common.due.ms = case_late_from(rec);
	if (err == ERR_OK) {
		l.values.common.words = utf8_cut(bytes_of(msg->text), WORDS_MAX);
		l.values.received.ms = msg->received;
	}
	err = post(t, d, &l, &row);
	return err == ERR_OK && row != NULL ? log_reminded(t, d, rec, who, row) : err;
}

/* Of one department. */
struct readers {
	const struct member *list[READERS_MAX];
	size_t n;
};

static void add_reader(struct readers *r, const struct member *m)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i] == m)
			return;
	if (m != NULL && r->n < READERS_MAX)
		r->list[r->n++] = m;
}

/* The coordinator has it all in the digest. */
static void find_readers(const struct desk *d, const struct department *dep, struct readers *r)
{
	const struct profile *p = d->conf->profile;
	const struct member *coordinator = reader_of(d, profile_coordinator(p));

	*r = (struct readers){ 0 };
	for (size_t i = 0; i < p->n_members; i++) {
		const struct member *m = &p->members[i];
		const struct member *who = m->department == dep ? reader_of(d, m) : NULL;

		if (who != coordinator)
			add_reader(r, who);
	}
}

/* Whose it is hears of it; of what is nobody's, all who could take it. */
static int remind_case(struct txn *t, struct desk *d, struct bytes number,
		       const struct readers *all)
{
	const struct member *clerk;
	Pb__Case *rec;
	int err = case_get(t, number, d->arena, &rec);

	if (err != ERR_OK)
		return passable(err);
	clerk = reader_of(d, profile_member(d->conf->profile, bytes_of(rec->clerk)));
	if (clerk != NULL)
		return remind_of(t, d, clerk, rec);
	for (size_t i = 0; i < all->n && err == ERR_OK; i++)
		err = remind_of(t, d, all->list[i], rec);
	return err;
}

static int list_for(struct txn *t, struct desk *d, const struct department *dep,
		    const struct member *who)
{
	struct staff_letter l = { .name = LETTER_STAFF_DIGEST,
				  .member = who,
				  .daily = STAFF_REMINDER };
	struct gather g = { .d = d, .tongue = who->tongue };
	int err = gather_late(t, &g, dep->code);

	l.values.cases = list_of(&g);
	l.values.common.n = (int64_t)g.n_all;
	return err == ERR_OK ? post(t, d, &l, NULL) : err;
}

static int remind_department(struct txn *t, struct desk *d, const struct department *dep,
			     bool *told_out)
{
	struct gather g = { .d = d, .tongue = d->conf->profile->tongue };
	struct readers r;
	int err = gather_late(t, &g, dep->code);

	*told_out = err == ERR_OK && g.n != 0;
	find_readers(d, dep, &r);
	if (g.n_all > EACH_MAX) {
		for (size_t i = 0; i < r.n && err == ERR_OK; i++)
			err = list_for(t, d, dep, r.list[i]);
		return err;
	}
	for (size_t i = 0; i < g.n && err == ERR_OK; i++)
		err = remind_case(t, d, g.items[i].case_no, &r);
	return err;
}

/* --- the day --- */

/* Steps of a day: the coordinator, then each department. */
static int take_step(struct txn *t, struct desk *d, uint64_t step, bool *told_out)
{
	return step == 0 ? tell_coordinator(t, d, told_out)
			 : remind_department(t, d, &d->conf->profile->departments[step - 1],
					     told_out);
}

int digest_step(struct txn *t, struct desk *d, bool *more_out)
{
	uint64_t n_steps = 1 + d->conf->profile->n_departments;
	uint64_t day = calendar_day(d->now), kept = 0, step;
	bool told = false;
	int err = meta_get_u64(t, META_STEP, &kept);

	*more_out = false;
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (desk_mail_channel(d->conf) == NULL ||
	    calendar_local(d->now).hour < (int)d->conf->late_notice_h)
		return ERR_OK;
	/* The day above, how many steps of it are done below. */
	step = kept >> 32 == day ? kept & UINT32_MAX : 0;
	if (step >= n_steps)
		return ERR_OK;
	err = ERR_OK;
	while (step < n_steps && !told && err == ERR_OK)
		err = take_step(t, d, step++, &told);
	if (err != ERR_OK)
		return err;
	meta_put_u64(t, META_STEP, day << 32 | step);
	*more_out = step < n_steps;
	return txn_err(t);
}
