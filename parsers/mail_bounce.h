/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_bounce - what a mail server says became of a mail: by RFC 3464's report, else
 * by the words of those that write none (qmail, Exim, Exchange, Gmail, Yahoo, Domino…).
 *
 * Only what `failed` is a failure, whatever the number says: "failed" with 4.4.7 is a
 * server that gave up. A part of mail_auto (mail_auto.h says what `in` is). No state.
 */
#ifndef PARSERS_MAIL_BOUNCE_H
#define PARSERS_MAIL_BOUNCE_H

#include "parsers/mail_auto.h"

/* The blocks of message/delivery-status; the worst recipient counts. ERR_NOENT: none is there. ERR_NOMEM, ERR_LIMIT. */
int mail_bounce_of_report(const struct mail_auto_in *in, struct arena *a,
			  struct mail_bounce *bounce_out);
/* What speaks for a bounce beside its words. */
enum bounce_marks {
	BOUNCE_UNMARKED,
	BOUNCE_MARKED,   /* a null return path or the like: no person sent it */
	BOUNCE_REPORTED, /* it calls itself a delivery report: the words only describe it */
};
/* By sender, subject and words. why_out: the words that say so. ERR_NOENT: it is no bounce. ERR_NOMEM, ERR_LIMIT. */
int mail_bounce_of_words(const struct mail_auto_in *in, enum bounce_marks marked, struct arena *a,
			 struct mail_bounce *bounce_out, struct bytes *why_out);
/* Whether the mail it is about will not arrive: not for delayed, delivered, relayed, expanded. */
bool mail_bounce_is_failure(const struct mail_bounce *b);
/* Whether the address is one that mail servers write from: mailer-daemon, postmaster … */
bool mail_bounce_is_server(struct bytes address);

#endif
