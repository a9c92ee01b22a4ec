/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/home.h"

#include <stdio.h>

#include "store/cases.h"
#include "store/contacts.h"

/* A follow-up ('opet curi') means a case of the last month, not one of last year. */
#define FOLLOWUP_MS (30 * DAY_MS)
/* How many of a contact's newest cases are looked at for one that a text belongs to. */
#define PICK_AMONG 50
/* A chain of mergings ends somewhere; nobody merges ten times. */
#define MERGED_MAX 10

/* The best case of the contact; a walk's record dies with its call, so its number is kept. */
struct pick {
	const struct desk *d;
	bool (*fits)(const Pb__Case *rec, const struct desk *d);
	int64_t (*worth)(const Pb__Case *rec); /* NULL: the newest case is the best */
	int64_t best;
	char number[CASE_NUMBER_SIZE];
};

static int pick_one(const Pb__Case *rec, void *ctx)
{
	struct pick *p = ctx;

	if (!p->fits(rec, p->d) || (p->number[0] != '\0' && p->worth(rec) <= p->best))
		return ERR_OK;
	snprintf(p->number, sizeof(p->number), "%s", rec->number);
	if (p->worth == NULL)
		return ERR_CANCELLED;
	p->best = p->worth(rec);
	return ERR_OK;
}

static int pick_case(struct txn *t, struct desk *d, uint64_t contact, bool open_only,
		     struct pick *p, Pb__Case **rec_out)
{
	int err;

	p->d = d;
	err = case_of_contact(t, contact, open_only, PICK_AMONG, pick_one, p);
	if (err != ERR_OK)
		return err;
	return p->number[0] != '\0' ? case_get(t, bytes_of(p->number), d->arena, rec_out)
				    : ERR_NOENT;
}

static bool was_asked(const Pb__Case *rec, const struct desk *d)
{
	return rec->question_at != 0 && d->now.ms - rec->question_at <= d->conf->question_wait_ms;
}

static int64_t asked_at(const Pb__Case *rec)
{
	return rec->question_at;
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

int home_asked(struct txn *t, struct desk *d, uint64_t contact, Pb__Case **rec_out)
{
	struct pick p = { .fits = was_asked, .worth = asked_at };

	return pick_case(t, d, contact, true, &p, rec_out);
}

int home_of_late(struct txn *t, struct desk *d, uint64_t contact, Pb__Case **rec_out)
{
	struct pick p = { .fits = is_of_late };

	return pick_case(t, d, contact, false, &p, rec_out);
}

static int is_own(struct txn *t, struct desk *d, uint64_t contact, const Pb__Case *rec,
		  bool *is_own_out)
{
	Pb__Contact *who;
	int err;

	*is_own_out = rec->contact == contact;
	if (*is_own_out || rec->contact == 0 || contact == 0)
		return ERR_OK;
	err = contact_get(t, contact, d->arena, &who);
	if (err == ERR_OK)
		*is_own_out = contact_is_same(who, rec->contact);
	return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
}

int home_named(struct txn *t, struct desk *d, uint64_t contact, struct bytes number,
	       Pb__Case **rec_out)
{
	Pb__Case *rec, *own = NULL;

	for (int hop = 0; hop < MERGED_MAX && number.len != 0; hop++) {
		bool is_his = false;
		int err = case_get(t, number, d->arena, &rec);

		if (err == ERR_OK)
			err = is_own(t, d, contact, rec, &is_his);
		if (err != ERR_OK && err_class(err) != ERR_IS_REJECT)
			return err;
		if (err != ERR_OK || !is_his)
			break;
		own = rec;
		number = bytes_of(rec->merged_into);
	}
	if (own != NULL)
		*rec_out = own;
	return own != NULL ? ERR_OK : ERR_NOENT;
}

int home_in_the_end(struct txn *t, struct desk *d, struct bytes number, Pb__Case **rec_out)
{
	int err = case_get(t, number, d->arena, rec_out);

	for (int hop = 0; hop < MERGED_MAX && err == ERR_OK; hop++) {
		if ((*rec_out)->merged_into[0] == '\0')
			break;
		err = case_get(t, bytes_of((*rec_out)->merged_into), d->arena, rec_out);
	}
	return err;
}

/* A case that was merged into somebody else's takes no more words of its own. */
static int find_named(struct txn *t, struct desk *d, uint64_t contact, struct bytes number,
		      Pb__Case **rec_out)
{
	int err = home_named(t, d, contact, number, rec_out);

	return err == ERR_OK && (*rec_out)->merged_into[0] != '\0' ? ERR_NOENT : err;
}

static int find_followed(struct txn *t, struct desk *d, uint64_t contact, Pb__Case **rec_out)
{
	struct pick any = { .fits = is_any };
	int err = pick_case(t, d, contact, true, &any, rec_out);

	return err != ERR_NOENT ? err : home_of_late(t, d, contact, rec_out);
}

int home_find(struct txn *t, struct desk *d, uint64_t contact, const struct classified *u,
	      Pb__Case **rec_out)
{
	int err = find_named(t, d, contact, u->case_no, rec_out);

	if (err == ERR_NOENT)
		err = home_asked(t, d, contact, rec_out);
	if (err != ERR_NOENT)
		return err;
	if (u->outcome == CLASS_FOLLOWUP)
		return find_followed(t, d, contact, rec_out);
	/* Two problems in one text are never the one of before; danger is one, whatever stands beside it. */
	if (u->n_categories == 0 || (u->n_categories > 1 && !u->is_emergency))
		return ERR_NOENT;
	return case_same_matter(t, contact, u->categories[0], u->place, u->settlement, d->arena,
				rec_out);
}
