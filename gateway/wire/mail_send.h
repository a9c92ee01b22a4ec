/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_send - the way out of a mail channel: a row becomes a mail and leaves by
 * the channel's SMTP server, one recipient a transaction.
 *
 * Owns:     the mails under way, from send to result; the alarm "mail-out:NAME".
 * Promises: every row ends in one result. What the server took is SENT; what it
 *           refused for good at MAIL, RCPT, DATA or the body is FAILED; what was
 *           cut off after it said 354 and before it answered is UNSURE; all else
 *           is tried later, and a fault of the server's or of its settings (name,
 *           connection, certificate, login) is an alarm and no word about the mail.
 *           A row's Message-ID is the same at every try. No address or header of a
 *           row's can become a command or a header of its own.
 * Threads:  the loop thread; mails with files are put together on a reader.
 */
#ifndef GATEWAY_WIRE_MAIL_SEND_H
#define GATEWAY_WIRE_MAIL_SEND_H

#include "gateway/flow/channel.h"

struct mail_sender;

struct mail_sender_times {
	int64_t connect_ms;  /* until TLS stands */
	int64_t deadline_ms; /* of a mail without files; the octets of files add to it */
};

/* times: NULL for the daemon's own. wire_channel(c) must stand. ERR_NOMEM. */
int mail_sender_new(struct channel *c, const struct mail_sender_times *times,
		    struct mail_sender **s_out);
void mail_sender_free(struct mail_sender **s); /* no results any more */
/* How many mails may leave now. */
unsigned mail_sender_room(const struct mail_sender *s);
size_t mail_sender_under_way(const struct mail_sender *s);
/* out->mail isn't NULL. Ends in dispatch_result(), once. */
void mail_sender_send(struct mail_sender *s, const struct outgoing *out);
/* Why nothing leaves, in words for status; NULL while it does. */
const char *mail_sender_fault(const struct mail_sender *s);

#endif
