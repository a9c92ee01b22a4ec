/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_home - the case that a citizen's mail belongs to, if there is one.
 *
 * Promises: a mail joins a case by our Message-ID or token and the same address. A
 *           number alone joins nothing, unless it is of a phone that was proven to be the
 *           same person's (join_codes.h), and whoever isn't proven to own his address
 *           (dmarc) joins nothing at all.
 * Threads:  any; reads only.
 */
#ifndef GATEWAY_DESK_MAIL_HOME_H
#define GATEWAY_DESK_MAIL_HOME_H

#include "gateway/desk/desk.h"
#include "parsers/classify.h"

/* By what it answers; of a sender who is proven also as home_find() does, but for numbers. ERR_NOENT. */
int mail_home_find(struct txn *t, struct desk *d, const Pb__Contact *contact,
		   const struct classified *u, Pb__Case **rec_out);
/* Only by what it answers. ERR_NOENT. */
int mail_home_answered(struct txn *t, struct desk *d, const Pb__Contact *contact,
		       Pb__Case **rec_out);
/* The row of ours that a mail answers, by In-Reply-To, then the newest of References. ERR_NOENT. */
int mail_home_row(struct txn *t, struct desk *d, const struct mail *m, Pb__Outbox **row_out);
/* The case that it only names, whosever that is; merged ones lead to where they went. ERR_NOENT. */
int mail_home_named(struct txn *t, struct desk *d, const struct classified *u, Pb__Case **rec_out);
/* Dmarc, dkim or our own login say that the address is its sender's. */
bool mail_is_proven(const struct mail *m);

#endif
