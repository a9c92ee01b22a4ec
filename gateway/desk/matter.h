/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * matter - a text that isn't a command finds its case: a new one, or the one
 * that it belongs to.
 *
 * A text joins an open case of the same person only by number, as the answer to
 * a recent question of ours, or with the same category and place; otherwise it
 * is a case of its own. What no rule knows goes to the coordinator's category.
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
/* Joins a case, reopening it when it was over; what: "message" "thanks" "late part" … */
int matter_join(struct txn *t, struct desk *d, struct matter *m, Pb__Case *rec, const char *what);
/* The values that every text about a case may name. */
struct text_values;
void matter_values(const struct desk *d, const Pb__Case *rec, struct tongue tongue,
		   struct text_values *values_out);
/* Opens a case for a contact; words go into the trail by digest (message) or as a note (no message). */
struct case_opening {
	const struct category *category;
	struct bytes place, settlement;
	struct bytes note; /* words that stand in no message */
	struct bytes words;
	struct bytes why; /* the rule */
	const char *who;
	const char *channel;
	const char *to; /* our short code */
	const Pb__Contact *contact;
	uint64_t message;
	struct tongue tongue;
	bool is_emergency;
};
int matter_open(struct txn *t, struct desk *d, const struct case_opening *o, Pb__Case **rec_out);
/* Acknowledges one case (or two), in the contact's tongue; a refusal is logged on the case. */
int matter_acknowledge(struct txn *t, struct desk *d, const Pb__Contact *contact, Pb__Case *rec,
		       Pb__Case *second, uint64_t message);
/* Emergency words: the number to call, at once, and the duty officers hear of it. rec may be NULL (a part of a text). */
int matter_emergency(struct txn *t, struct desk *d, const Pb__Contact *contact, const char *channel,
		     const char *to, Pb__Case *rec, struct bytes words, uint64_t message);

#endif
