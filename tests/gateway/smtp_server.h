/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smtp_server - a mail server on the test's own loop that misbehaves as it is told by
 * the local part of the recipient, or of the sender for what begins with f:
 *
 *   ok         takes it
 *   r450 r550  the code at RCPT; d451 d554 at DATA; b451 b552 b554 b421 after the body;
 *              f450 f530 f550 at MAIL
 *   rstrcpt    resets at RCPT; hangrcpt never answers it
 *   dropdata   closes at DATA; dropbody in the middle of the body
 *   dropend    closes after the body without an answer; delivend too, but took it
 *   garbage    answers the body with nonsense; hang never answers it
 *   flood      answers RCPT with lines without an end; unasked with more than one answer
 *   early      refuses the body at its first line, and reads on
 *   slow       answers the body after a while; dropidle closes right after its 250
 *
 * Nothing is forgotten: every command and every body that came is kept.
 */
#ifndef TESTS_GATEWAY_SMTP_SERVER_H
#define TESTS_GATEWAY_SMTP_SERVER_H

#include <uv.h>

#include "parsers/bytes.h"

#define SMTP_LOG_MAX  ((size_t)64 * 1024)
#define SMTP_BODY_MAX ((size_t)8 * 1024 * 1024)

struct smtp_server {
	uv_tcp_t listener;
	unsigned port;
	unsigned greet;   /* 220, or what is said instead of it */
	bool offers_auth; /* the password is "secret" */
	bool offers_pipelining, offers_utf8;
	bool wants_body;   /* says 354 to DATA even without a recipient */
	bool drops_second; /* closes a connection at its second MAIL, unanswered */
	unsigned n_connections, n_open;
	unsigned n_taken;       /* mails that were accepted */
	unsigned n_groups;      /* times that DATA came together with what stands before it */
	char log[SMTP_LOG_MAX]; /* commands, a line each */
	size_t log_len;
	uint8_t body[SMTP_BODY_MAX]; /* of the last mail, dots unstuffed */
	size_t body_len;
};

/* On the loopback, at a port of its own. s is zeroed first. */
void smtp_server_start(struct smtp_server *s, uv_loop_t *loop);
void smtp_server_stop(struct smtp_server *s); /* run the loop afterwards */
bool smtp_server_heard(const struct smtp_server *s, const char *words); /* in its log */
void smtp_server_forget(struct smtp_server *s);                         /* log, body and counts */

#endif
