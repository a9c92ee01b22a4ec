/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reply - words of the catalog and values become an outbox row, if this person
 * may be written to at all, within the budgets, outside quiet hours: a text, or
 * the mail that says the same (post.h).
 *
 * Promises: nobody outside answer_prefixes gets anything; after STOP only what
 *           STOP allows; each refusal is told to the caller, who logs it.
 * Threads:  committer; repeatable.
 */
#ifndef GATEWAY_DESK_REPLY_H
#define GATEWAY_DESK_REPLY_H

#include "gateway/desk/desk.h"
#include "templates/compose_letter.h"

struct reply {
	enum out_kind kind;
	enum text_name text;
	struct tongue tongue;
	struct text_values values;
	struct letter_values letter; /* what only a mail can say; its common ones are `values` */
	Pb__File **files;            /* that go along by mail */
	size_t n_files;
	const char *channel;        /* by which the question came */
	const char *from;           /* our short code that it came to; "" = the channel's */
	struct bytes to;            /* "sms:+381…" or "mail:…" */
	const Pb__Contact *contact; /* NULL: staff */
	const char *case_number;    /* or "" */
	uint64_t message;           /* that it answers, or 0 */
	bool may_cut;               /* words longer than the budget may be cut; else ERR_LIMIT */
	bool despite_stop;          /* the confirmation of STOP itself */
};

/*
 * ERR_ACCESS: the number may not be answered. ERR_CANCELLED: the person said STOP.
 * ERR_LIMIT: too long. *row_out gets the row; it may be NULL.
 */
int reply_add(struct txn *t, struct desk *d, const struct reply *r, Pb__Outbox **row_out);
/* The words of an SMS as they would leave; composed_out->was_cut says that they had to be cut. */
int reply_words(struct desk *d, const struct reply *r, struct composed *composed_out);
/* Why the last reply was refused, for the log and for staff. */
const char *reply_refusal(const struct desk *d, int err);
/* reply_add() to "mail:…" (reply_mail.c). */
int reply_by_mail(struct txn *t, struct desk *d, const struct reply *r, Pb__Outbox **row_out);

/* Whether such a row may leave to somebody who said STOP. */
bool reply_leaves_after_stop(enum out_kind kind);
/* The contact's tongue: chosen, else the text's, else the last, else the profile's. */
struct tongue reply_tongue(const struct desk *d, const Pb__Contact *contact);

#endif
