/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * home - the case of a person that a text belongs to, if there is one.
 *
 * Promises: nobody's text finds a case of somebody else.
 * Threads:  any; reads only.
 */
#ifndef GATEWAY_DESK_HOME_H
#define GATEWAY_DESK_HOME_H

#include "gateway/desk/desk.h"
#include "parsers/classify.h"

/*
 * By number, as the answer to a recent question of ours, as a follow-up, or by the
 * same category and place. ERR_NOENT: it is a matter of its own.
 */
int home_find(struct txn *t, struct desk *d, uint64_t contact, const struct classified *u,
	      Pb__Case **rec_out);
/* The open case of which we asked something last, not too long ago. ERR_NOENT. */
int home_asked(struct txn *t, struct desk *d, uint64_t contact, Pb__Case **rec_out);
/* The case that was heard of last, over or not, within a month. ERR_NOENT. */
int home_of_late(struct txn *t, struct desk *d, uint64_t contact, Pb__Case **rec_out);
/*
 * A person's own case by its number, or of a contact that is proven to be the same person's; a merged
 * one leads to where it went, as far as that is theirs too. ERR_NOENT.
 */
int home_named(struct txn *t, struct desk *d, uint64_t contact, struct bytes number,
	       Pb__Case **rec_out);
/* Where a merged case went in the end, whosever that is. */
int home_in_the_end(struct txn *t, struct desk *d, struct bytes number, Pb__Case **rec_out);

#endif
