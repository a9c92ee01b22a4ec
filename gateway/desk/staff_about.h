/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_about - what a mail to staff says of a case, on one screen: what the citizen
 * wrote, where, by when, what else is near, what the same person wrote before.
 *
 * Threads: any; reads only.
 */
#ifndef GATEWAY_DESK_STAFF_ABOUT_H
#define GATEWAY_DESK_STAFF_ABOUT_H

#include "gateway/desk/desk.h"
#include "gateway/desk/mail_record.h"
#include "templates/compose_letter.h"

/* What doesn't depend on who reads it. */
struct staff_about {
	struct bytes words;
	struct bytes subject;
	struct wall received;
	struct mail_files files;
	int64_t n; /* messages that these are the words of, when there are several */
};

/* msg NULL: only words. */
int staff_about_make(struct desk *d, const Pb__Message *msg, struct bytes words,
		     uint64_t attach_max, struct staff_about *about_out);
int staff_about_values(struct txn *t, struct desk *d, const Pb__Case *rec,
		       const struct staff_about *about, struct tongue tongue,
		       struct letter_values *values_out);
/* How an answer on this channel leaves, in words. */
struct bytes staff_about_channel(const struct desk *d, const char *channel, struct tongue tongue);
/* Files as items of a mail's list. */
int staff_about_files(struct desk *d, struct tongue tongue, Pb__File *const *files, size_t n,
		      struct letter_list *list_out);

#endif
