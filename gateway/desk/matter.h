/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * matter - a text that isn't a command opens a case, or joins the one that it
 * belongs to (gateway/desk/home.h), and is answered.
 *
 * What no rule knows goes to the coordinator's category. Danger is always
 * answered with the number to call; it joins a case of danger only.
 * Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_MATTER_H
#define GATEWAY_DESK_MATTER_H

#include "gateway/desk/desk.h"
#include "parsers/classify.h"

/* One text and all that is known of it. */
struct matter {
	Pb__Message *message; /* being filled; written by the caller afterwards */
	Pb__Contact *contact;
	const struct classified *understood;
	bool emergency_told; /* a part of it was answered already */
	Pb__Case *first;     /* result: the case it opened or joined, or NULL */
};

/* Opens or joins and answers; sets outcome, case numbers and why of the message. */
int matter_apply(struct txn *t, struct desk *d, struct matter *m);
/*
 * Words came for a case: it is logged, opened again when it was over, and no longer waits.
 * The caller counts the message.
 */
struct case_step;
int matter_hear(struct txn *t, struct desk *d, Pb__Case *rec, const struct case_step *step);
/* Each names the other; both are written. */
int matter_link(struct txn *t, struct desk *d, Pb__Case *a, Pb__Case *b);
/* Opens a case for a contact; words go into the trail by digest (message) or as a note (no message). */
struct case_opening {
	const struct category *category;
	struct bytes place, settlement;
	struct bytes note; /* words that stand in no message */
	struct bytes words;
	struct bytes why; /* the rule */
	const char *who;
	const char *channel;
	const char *to;             /* our short code */
	const Pb__Contact *contact; /* NULL: nobody knows who wrote */
	uint64_t message;
	struct tongue tongue;
	bool is_emergency;
	bool is_unproven;
	const char *kind; /* of the case, or NULL */
};
int matter_open(struct txn *t, struct desk *d, const struct case_opening *o, Pb__Case **rec_out);

#endif
