/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tell - what people are told about a case: that it was opened or joined, and
 * in danger the number to call.
 *
 * Promises: a reply that was refused stands in the case's trail, with why.
 * Threads:  committer; repeatable.
 */
#ifndef GATEWAY_DESK_TELL_H
#define GATEWAY_DESK_TELL_H

#include "gateway/desk/desk.h"

struct reply;
struct text_values;
struct letter_item;

/* The values that every text about a case may name. */
void tell_values(const struct desk *d, const Pb__Case *rec, struct tongue tongue,
		 struct text_values *values_out);
/* The same as an item of a list in a mail: copied, since the case may be a walk's. ERR_NOMEM. */
int tell_item(const struct desk *d, const Pb__Case *rec, struct tongue tongue,
	      struct letter_item *item_out);
/* Adds the row and logs it as `what`, or why there is none. rec may be NULL. */
int tell_reply(struct txn *t, struct desk *d, const struct reply *r, Pb__Case *rec,
	       const char *what);
/* One new case, or two of one text, in the contact's tongue. */
int tell_acknowledged(struct txn *t, struct desk *d, const Pb__Contact *contact, Pb__Case *rec,
		      Pb__Case *second, uint64_t message);
int tell_joined(struct txn *t, struct desk *d, const Pb__Contact *contact,
		const Pb__Message *message, Pb__Case *rec);

/* Emergency words of a text, or of a part while the others are out. */
struct danger {
	const Pb__Contact *contact;
	const char *channel;
	const char *to;     /* our short code */
	Pb__Case *rec;      /* NULL: there is none yet */
	struct bytes words; /* for the duty officers */
	uint64_t message;   /* or 0 */
};
/* The number to call, at once and whatever the budget; the duty officers and the alarm. */
int tell_emergency(struct txn *t, struct desk *d, const struct danger *danger);

#endif
