/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_auto - was this mail written by a person, or by a program: bounce, auto-reply,
 * list, bulk, receipt (RFC 3834, 3464, 8098, 2369; the marks that programs really set,
 * and the words of those that set none).
 *
 * What a program sends is recorded and never answered, so that two machines can't
 * write to each other for ever. All marks are read together; the first that fits, in
 * the order of mail_auto.c, says what it is. No state.
 *
 * Leaves: what a bounce does to its reply to the desk; the forms of bounces to
 *         parsers/mail_bounce.h. A list's mail that names our address in To is a
 *         mail to us all the same: automatic says only that nothing answers it.
 */
#ifndef PARSERS_MAIL_AUTO_H
#define PARSERS_MAIL_AUTO_H

#include "parsers/arena.h"
#include "parsers/mail.h"
#include "parsers/mail_headers.h"

/* Stands in each mail of ours, with the instance's name: where it comes back, our own words do. */
#define MAIL_OWN_MARK "X-Odziv"

struct mail_auto_in {
	const struct mail_headers *headers;
	struct bytes from;    /* address of From, or none */
	struct bytes subject; /* clean */
	struct bytes text;    /* all that can be read; clean */
	struct bytes
		report; /* decoded octets of message/delivery-status, disposition-notification … */
	struct bytes
		original; /* octets of message/rfc822 or text/rfc822-headers: the mail it is about */
	bool has_calendar;       /* a part of type text/calendar */
	const struct bytes *own; /* our addresses */
	size_t n_own;
	struct bytes instance; /* name of this town's instance, or none */
};

/*
 * Fills automatic, automatic_why, is_calendar, has_bounce, bounce and
 * has_null_return_path of the mail. ERR_NOMEM, ERR_LIMIT of the arena.
 */
int mail_auto_judge(const struct mail_auto_in *in, struct arena *a, struct mail *mail);

#endif
