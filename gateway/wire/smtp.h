/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smtp - what is said to one SMTP server (RFC 5321): mails, one recipient a transaction,
 * over links that are kept open between them. Where the server offers it, all that stands
 * before the body is said at once (RFC 2920): two round trips a mail, not four.
 *
 * Owns:     its links, the idle ones too.
 * Promises: done is called once a mail, never before smtp_send() returned; it says how far
 *           the mail came and what the server answered to that, which alone decides
 *           what became of it. A link that was kept and turns out dead before it took
 *           anything costs a mail nothing: it goes over a new one, once, at once.
 * Threads:  the loop thread.
 * Leaves:   addresses are commands' words: they are checked before (compose_mail_can_address).
 */
#ifndef GATEWAY_WIRE_SMTP_H
#define GATEWAY_WIRE_SMTP_H

#include "gateway/flow/host.h"
#include "gateway/wire/transfer.h"

/* How far a mail came: the last thing that was said of it. */
enum smtp_step {
	SMTP_HELLO, /* connection, greeting, TLS, login: nothing was said of the mail */
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,
	SMTP_BODY, /* the server said 354: it may have all of it */
};

struct smtp_answer {
	enum smtp_step step;
	unsigned code;             /* what the server answered to that; 0: nothing, or nonsense */
	enum transfer_fault fault; /* of SMTP_HELLO */
	const char *words;         /* printable; live until done returns */
};
typedef void smtp_done_fn(const struct smtp_answer *a, void *ctx);

struct smtp_mail {
	const char *from;    /* return path; "" = the null one */
	const char *to;      /* one address */
	struct bytes octets; /* lines end in CRLF and nothing else */
	int64_t deadline_ms; /* for all of it, once a link stands */
};

struct smtp;

/* What server points to is borrowed for as long as smtp lives. ERR_NOMEM. */
int smtp_new(struct transfer *t, struct host *h, const struct transfer_server *server,
	     struct smtp **s_out);
/* Cuts off what is under way; done isn't called any more. */
void smtp_free(struct smtp **s);
/*
 * What m points to is borrowed until done. ERR_INVALID: an octet of its lines' ends is missing;
 * ERR_NOMEM, ERR_LIMIT. done isn't called then.
 */
int smtp_send(struct smtp *s, const struct smtp_mail *m, smtp_done_fn *done, void *ctx);

#endif
