/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_fixture - mails to the town hall of desk_fixture: a channel of type mail
 * beside its phones, and one call a mail.
 */
#ifndef TESTS_GATEWAY_MAIL_FIXTURE_H
#define TESTS_GATEWAY_MAIL_FIXTURE_H

#include "tests/gateway/desk_fixture.h"

#define OUR_ADDRESS "kontakt@town.example"
/* For hall_open(): a mailbox on the loopback. */
#define MAIL_SECTION                                                                               \
	"[mail]\ntype = mail\nfrom = " OUR_ADDRESS "\nimap_host = 127.0.0.1\nimap_tls = none\n"    \
	"imap_password_file = mail.password\nsmtp_host = 127.0.0.1\nsmtp_tls = none\n"             \
	"authserv_id = mx.town.example\n"

/* What a test says of a mail; what it leaves out is as of an ordinary one. */
struct given_mail {
	const char *from; /* "ana@example.org" */
	const char *to;   /* NULL: OUR_ADDRESS */
	const char *subject;
	const char *text;  /* own words */
	const char *quote; /* behind them, in all of the text */
	const char *id;    /* NULL: one of its own */
	const char *in_reply_to;
	const char *token;
	const char *tag; /* case number in its subject */
	enum mail_proof dmarc, auth;
	const char *login; /* of auth */
	bool is_unsure;    /* a quote may be in its text */
	unsigned n_from;
	enum mail_automatic automatic;
	const struct mail_bounce *bounce;
	const struct mail_file *files;
	size_t n_files;
	bool is_stale;
	bool is_unreadable;
	const char *repeat_of; /* octets that came before */
};

struct intake_found hall_mail(struct hall *h, const struct given_mail *given);
/* The newest mail of ours to "ana@example.org"; NULL: none. */
const Pb__Outbox *hall_mail_to(struct hall *h, const char *address);
size_t hall_mails_to(struct hall *h, const char *address);
const Pb__Message *hall_message_of(struct hall *h, uint64_t id);
/* All mails that may leave are taken by the server. */
void hall_mails_sent(struct hall *h);
/* Whether the case's trail has such a step, with these words in its why or note. */
bool hall_logged(struct hall *h, const char *number, const char *what, const char *words);
bool hall_linked(struct hall *h, const char *number, const char *to);

#endif
