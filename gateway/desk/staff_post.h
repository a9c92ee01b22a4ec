/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_post - what our own people get by mail: a new case, a further message, what
 * could not be delivered, what wasn't understood, what waits for their word.
 *
 * A case's mail goes to its clerk, or to each member of its department who is there
 * today, or to who stands in, or to the coordinator: to somebody, always. Each has a
 * token of its own. Where no channel for mails is configured nothing is sent.
 * Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_STAFF_POST_H
#define GATEWAY_DESK_STAFF_POST_H

#include "gateway/desk/desk.h"
#include "templates/compose_letter.h"

/* A case is new to these people. msg NULL: its words are in `words`. */
int staff_post_case(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg,
		    struct bytes words);
/* The same of a case whose words are looked up: given to somebody else. */
int staff_post_again(struct txn *t, struct desk *d, Pb__Case *rec);
/* A further message of the citizen. */
int staff_post_message(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg);
/* Several as one: msg has the words and files of all n. */
int staff_post_messages(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg,
			int64_t n);
/* A row that is lost: words to a citizen, or, a step up to the coordinator, a mail to staff. */
int staff_post_lost(struct txn *t, struct desk *d, const Pb__Outbox *row, Pb__Case *rec);

/* To one member about one case (or none): letter and values are the caller's, the rest is done here. ERR_ACCESS as post_add(). */
enum staff_daily { STAFF_AT_ONCE, STAFF_DIGEST, STAFF_REMINDER };
struct staff_letter {
	enum letter_name name;
	enum staff_daily daily; /* what is told once a day is of a kind of its own */
	struct letter_values values;
	const struct member *member;
	const Pb__Case *rec; /* or NULL */
	const char *token;   /* NULL: the one for this case */
	uint64_t held;       /* or 0 */
	Pb__File **files;
	size_t n_files;
};
int staff_post_letter(struct txn *t, struct desk *d, const struct staff_letter *l,
		      Pb__Outbox **row_out);
/* The orders that a member may give by mail, with what each does. */
int staff_post_commands(struct desk *d, struct tongue tongue, struct letter_list *list_out);

#endif
