/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/smtp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/mail.h"
#include "parsers/number.h"

/* A reply's line (RFC 5321 4.5.3.1.5). Whoever sends longer ones speaks something else. */
#define LINE_SIZE 1024
/* All lines of one reply: the longest ones explain a policy in a dozen. Beyond, the loop would read for ever. */
#define REPLY_MAX ((size_t)16 * LINE_SIZE)
/* "MAIL FROM:<…> SIZE=… SMTPUTF8", "RCPT TO:<…>" and "DATA", with the longest addresses. */
#define COMMAND_SIZE (2 * (MAIL_ADDRESS_MAX + 64))
#define WORDS_SIZE   200
/* Below the five minutes that servers wait for a next mail (RFC 5321 4.5.3.2.7). */
#define IDLE_MS (30 * SECOND_MS)

/* What a server says that offers SMTPUTF8 and can't pass such a mail on (RFC 6531 3.5). */
#define NO_UTF8 553

enum talk {
	TALK_OPENING, /* the link isn't there yet */
	TALK_IDLE,
	TALK_RESET, /* RSET: what was refused before is forgotten */
	TALK_MAIL,
	TALK_RCPT,
	TALK_DATA,
	TALK_BODY,
};

struct conn {
	struct smtp *s;
	struct conn *next, **at;
	struct transfer_link *link;
	enum talk talk;
	bool has_size, has_utf8, has_pipelining;
	bool is_kept;       /* it carried a mail before */
	bool is_dirty;      /* a transaction was left open */
	bool may_retry;     /* the mail may go over another one, if this one turns out dead */
	struct timer timer; /* of the mail, or of being idle */
	/* the mail */
	struct smtp_mail mail;
	struct bytes body; /* its octets, or */
	uint8_t *stuffed;  /* those with the dots at the beginnings of lines doubled */
	smtp_done_fn *done;
	void *ctx;
	/* the first refusal, while what was said behind it is still answered; code 0: none */
	struct smtp_answer refusal;
	char refusal_words[WORDS_SIZE];
	/* what is to be written: commands, or the octets and what ends them */
	char command[COMMAND_SIZE];
	size_t command_len;
	struct bytes out, end;
	/* what was read */
	char line[LINE_SIZE];
	size_t line_len, reply_len;
	unsigned code;          /* of a reply that is complete, until it is acted on */
	char words[WORDS_SIZE]; /* the last line, printable */
};

struct smtp {
	struct transfer *transfer;
	struct host *host;
	struct transfer_server server;
	struct conn *conns;
};

static int send_by_new(struct smtp *s, const struct smtp_mail *m, smtp_done_fn *done, void *ctx);

/* --- beginning and end of a connection --- */

static void conn_close(struct conn *c)
{
	static const char quit[] = "QUIT\r\n";
	size_t n;

	host_timer_stop(c->s->host, &c->timer);
	/* Polite, if there is room; nobody waits for its answer. */
	if (c->link != NULL && c->talk == TALK_IDLE)
		(void)transfer_link_send(c->link, bytes_of(quit), &n);
	transfer_link_close(&c->link);
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	free(c->stuffed);
	free(c);
}

static enum smtp_step step_of(enum talk talk)
{
	switch (talk) {
	case TALK_OPENING:
	case TALK_IDLE:
	case TALK_RESET: return SMTP_HELLO;
	case TALK_MAIL: return SMTP_MAIL;
	case TALK_RCPT: return SMTP_RCPT;
	case TALK_DATA: return SMTP_DATA;
	case TALK_BODY: return SMTP_BODY;
	}
	return SMTP_HELLO;
}

/* The connection can't be used any more; its mail, if it has one, is told so. */
static void conn_lost(struct conn *c, enum transfer_fault fault, unsigned code, const char *words)
{
	struct smtp_answer a = { step_of(c->talk), code, fault, words };
	smtp_done_fn *done = c->talk == TALK_IDLE ? NULL : c->done;
	void *ctx = c->ctx;
	struct smtp *s = c->s;
	struct smtp_mail mail = c->mail;
	char copy[WORDS_SIZE];

	if (c->refusal.code != 0)
		a = c->refusal;
	snprintf(copy, sizeof(copy), "%s", a.words);
	a.words = copy;
	/* It was kept and had died: that is no word of the server's about this mail. */
	if (done != NULL && c->may_retry && c->talk <= TALK_MAIL && (code == 0 || code == 421)) {
		conn_close(c);
		if (send_by_new(s, &mail, done, ctx) == ERR_OK)
			return;
	} else {
		conn_close(c);
	}
	if (done != NULL)
		done(&a, ctx);
}

static void on_timer(struct timer *t)
{
	struct conn *c = CONTAINER_OF(t, struct conn, timer);

	if (c->talk == TALK_IDLE) {
		conn_close(c);
		return;
	}
	c->may_retry = false;
	conn_lost(c, TRANSFER_FINE, 0, "the server doesn't answer");
}

/* --- writing --- */

/* False: the connection is gone, and so is c. */
static bool conn_write(struct conn *c)
{
	while (c->out.len > 0 || c->end.len > 0) {
		size_t n = 0;
		int err;

		if (c->out.len == 0) {
			c->out = c->end;
			c->end = BYTES_NONE;
		}
		err = transfer_link_send(c->link, c->out, &n);
		if (err == ERR_BUSY) {
			transfer_link_want(c->link, true);
			return true;
		}
		if (err != ERR_OK) {
			conn_lost(c, TRANSFER_FINE, 0, "the connection broke");
			return false;
		}
		c->out = bytes_cut(c->out, n, c->out.len);
	}
	transfer_link_want(c->link, false);
	return true;
}

static void put(struct conn *c, const char *verb, const char *address, const char *more)
{
	size_t room = COMMAND_SIZE - c->command_len;
	bool is_bare = address == NULL;
	int len = snprintf(c->command + c->command_len, room, "%s%s%s%s%s\r\n", verb,
			   is_bare ? "" : "<", is_bare ? "" : address, is_bare ? "" : ">", more);

	c->command_len += len >= 0 && (size_t)len < room ? (size_t)len : 0;
	c->out = bytes_at(c->command, c->command_len);
	c->end = BYTES_NONE;
}

/* What is to be said next; put() adds to it. */
static void talk(struct conn *c, enum talk next, const char *verb, const char *address,
		 const char *more)
{
	c->talk = next;
	c->command_len = 0;
	put(c, verb, address, more);
}

static bool is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

static bool needs_utf8(const struct conn *c)
{
	return !is_ascii(c->mail.to) || !is_ascii(c->mail.from);
}

static void put_mail(struct conn *c)
{
	char more[48] = "";
	if (c->has_size)
		snprintf(more, sizeof(more), " SIZE=%zu", c->body.len);
	if (needs_utf8(c))
		snprintf(more + strlen(more), sizeof(more) - strlen(more), " SMTPUTF8");
	talk(c, TALK_MAIL, "MAIL FROM:", c->mail.from, more);
	if (!c->has_pipelining)
		return;
	put(c, "RCPT TO:", c->mail.to, "");
	put(c, "DATA", NULL, "");
}

/* What was said together with MAIL only waits for its answer. */
static void put_next(struct conn *c, enum talk next, const char *verb, const char *address)
{
	if (c->has_pipelining)
		c->talk = next;
	else
		talk(c, next, verb, address, "");
}

static void put_body(struct conn *c)
{
	bool has_end = c->body.len == 0 || bytes_ends(c->body, "\r\n");

	c->talk = TALK_BODY;
	c->out = c->body;
	c->end = bytes_of(has_end ? ".\r\n" : "\r\n.\r\n");
}

/* --- replies --- */

/* The server said what becomes of the mail before it had all of it: what we said next it would take for the rest. */
static bool is_early(const struct conn *c)
{
	return c->talk == TALK_BODY && (c->out.len > 0 || c->end.len > 0);
}

/* The mail has its answer; the connection is free for the next one. */
static void conn_done(struct conn *c, unsigned code)
{
	struct smtp_answer a = { .step = step_of(c->talk), .code = code, .words = c->words };
	smtp_done_fn *done = c->done;
	void *ctx = c->ctx;
	char words[WORDS_SIZE];

	if (c->refusal.code != 0)
		a = c->refusal;
	snprintf(words, sizeof(words), "%s", a.words);
	a.words = words;
	if (is_early(c)) {
		conn_close(c);
		done(&a, ctx);
		return;
	}
	c->is_dirty = a.code / 100 != 2;
	c->is_kept = true;
	c->talk = TALK_IDLE;
	c->done = NULL;
	free(c->stuffed);
	c->stuffed = NULL;
	host_timer_in(c->s->host, &c->timer, IDLE_MS);
	/* It may send the next one, or end it all. */
	done(&a, ctx);
}

/* What is said after a yes to what was said. False: nothing more, or it makes no sense. */
static bool go_on(struct conn *c, unsigned code)
{
	unsigned yes = c->talk == TALK_DATA ? 3 : 2;

	if (code / 100 != yes)
		return false;
	switch (c->talk) {
	case TALK_RESET: put_mail(c); return true;
	case TALK_MAIL: put_next(c, TALK_RCPT, "RCPT TO:", c->mail.to); return true;
	case TALK_RCPT: put_next(c, TALK_DATA, "DATA", NULL); return true;
	case TALK_DATA: put_body(c); return true;
	case TALK_OPENING:
	case TALK_IDLE:
	case TALK_BODY: return false;
	}
	return false;
}

/* RCPT, or DATA, that was said behind what is refused now. */
static void keep_refusal(struct conn *c, unsigned code)
{
	snprintf(c->refusal_words, sizeof(c->refusal_words), "%s", c->words);
	c->refusal = (struct smtp_answer){ .step = step_of(c->talk),
					   .code = code,
					   .words = c->refusal_words };
}

/* The answers behind a refusal: the last of them, to DATA, or to RSET where it is our own, ends the mail. False: c may be gone. */
static bool on_rest(struct conn *c, unsigned code)
{
	if (c->talk == TALK_RCPT) {
		c->talk = TALK_DATA;
		return true;
	}
	/* A server that wants a body all the same gets none: a connection that ends here delivers nothing. */
	if (code / 100 == 3 || code == 421)
		conn_lost(c, TRANSFER_FINE, 0, c->words);
	else
		conn_done(c, code);
	return false;
}

/* False: c may be gone. */
static bool on_reply(struct conn *c, unsigned code)
{
	bool is_refusal = code >= 400 && code != 421;
	bool is_taken = c->talk == TALK_BODY && code / 100 == 2 && !is_early(c);

	if (c->refusal.code != 0)
		return on_rest(c, code);
	if (go_on(c, code))
		return conn_write(c);
	if (is_refusal && c->has_pipelining && (c->talk == TALK_MAIL || c->talk == TALK_RCPT)) {
		keep_refusal(c, code);
		c->talk = c->talk == TALK_MAIL ? TALK_RCPT : TALK_DATA;
		return true;
	}
	/* A refusal, or its yes to the body, is the mail's; anything else is the end of the connection. */
	if (c->talk >= TALK_MAIL && (is_refusal || is_taken))
		conn_done(c, code);
	else
		conn_lost(c, TRANSFER_FINE, code == 421 ? code : 0, c->words);
	return false;
}

static void keep_words(struct conn *c, struct bytes line)
{
	size_t len = line.len < WORDS_SIZE - 1 ? line.len : WORDS_SIZE - 1;

	for (size_t i = 0; i < len; i++)
		c->words[i] = (char)(line.ptr[i] < ' ' || line.ptr[i] > '~' ? '?' : line.ptr[i]);
	c->words[len] = '\0';
}

/* Nothing else that we said waits for its answer. */
static bool is_last(const struct conn *c)
{
	return !c->has_pipelining || (c->talk != TALK_MAIL && c->talk != TALK_RCPT);
}

/* "250-more" goes on, "250 last" and "250" end a reply. False: c is gone. */
static bool on_line(struct conn *c)
{
	struct bytes line = bytes_trim(bytes_at(c->line, c->line_len));
	uint32_t code;

	c->line_len = 0;
	keep_words(c, line);
	if (number_parse_u32(bytes_cut(line, 0, 3), 200, 599, &code) != ERR_OK) {
		conn_lost(c, TRANSFER_FINE, 0, c->words);
		return false;
	}
	if (line.len > 3 && line.ptr[3] == '-')
		return true;
	c->reply_len = 0;
	if (!is_last(c))
		return on_reply(c, code);
	c->code = code;
	return true;
}

/* False: c is gone. */
static bool on_octets(struct conn *c, struct bytes octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		/* What it says to the body counts, whatever it shouts behind. */
		if (c->code != 0 && c->talk == TALK_BODY)
			return true;
		if (c->code != 0) {
			conn_lost(c, TRANSFER_FINE, 0, "the server answers what nobody asked");
			return false;
		}
		if (c->line_len == LINE_SIZE || c->reply_len++ == REPLY_MAX) {
			conn_lost(c, TRANSFER_FINE, 0, "a reply of the server's has no end");
			return false;
		}
		if (octets.ptr[i] != '\n')
			c->line[c->line_len++] = (char)octets.ptr[i];
		else if (!on_line(c))
			return false;
	}
	return true;
}

/* The last reply is acted on when nothing stands behind it: then our next command is what is answered next. */
static void on_ready(void *ctx)
{
	struct conn *c = ctx;
	char buf[LINE_SIZE];
	unsigned code;
	size_t n;
	int err;

	if (!conn_write(c))
		return;
	while ((err = transfer_link_recv(c->link, buf, sizeof(buf), &n)) == ERR_OK) {
		if (!on_octets(c, bytes_at(buf, n)))
			return;
		if (c->code != 0 && c->talk == TALK_BODY)
			break;
	}
	code = c->code;
	c->code = 0;
	if (code != 0 && !on_reply(c, code))
		return;
	if (err != ERR_BUSY)
		conn_lost(c, TRANSFER_FINE, 0, "the server closed the connection");
}

/* --- a mail --- */

/* The link stands; the mail's time runs from here. */
static void conn_begin(struct conn *c)
{
	host_timer_in(c->s->host, &c->timer, c->mail.deadline_ms);
	if (needs_utf8(c) && !c->has_utf8)
		c->refusal = (struct smtp_answer){
			.step = SMTP_RCPT,
			.code = NO_UTF8,
			.words = "the server doesn't take addresses like this (SMTPUTF8)",
		};
	/* Our own refusal comes with the server's next answer: nothing is over before smtp_send() returns. */
	if (c->is_dirty || c->refusal.code != 0)
		talk(c, TALK_RESET, "RSET", NULL, "");
	else
		put_mail(c);
}

static void on_opened(void *ctx, const struct transfer_opened *o)
{
	struct conn *c = ctx;

	c->has_size = o->has_size;
	c->has_utf8 = o->has_utf8;
	c->has_pipelining = o->has_pipelining;
	if (o->is_open) {
		conn_begin(c);
		(void)conn_write(c);
	} else {
		conn_lost(c, o->fault, o->code >= 400 ? o->code : 0, o->words);
	}
}

static const struct transfer_link_ops link_ops = { on_opened, on_ready };

/* ERR_INVALID: a CR or an LF alone. How many lines begin with a dot, otherwise. */
static int count_dots(struct bytes octets, size_t *n_out)
{
	size_t n = 0;

	for (size_t i = 0; i < octets.len; i++) {
		uint8_t o = octets.ptr[i];
		bool begins = i == 0 || octets.ptr[i - 1] == '\n';

		if (o == '\n' && (i == 0 || octets.ptr[i - 1] != '\r'))
			return ERR_INVALID;
		if (o == '\r' && (i + 1 == octets.len || octets.ptr[i + 1] != '\n'))
			return ERR_INVALID;
		n += begins && o == '.';
	}
	*n_out = n;
	return ERR_OK;
}

/* RFC 5321 4.5.2: a dot at the beginning of a line is doubled. */
static uint8_t *stuff(struct bytes octets, size_t n_dots)
{
	uint8_t *out = malloc(octets.len + n_dots), *to = out;

	for (size_t i = 0; out != NULL && i < octets.len; i++) {
		if (octets.ptr[i] == '.' && (i == 0 || octets.ptr[i - 1] == '\n'))
			*to++ = '.';
		*to++ = octets.ptr[i];
	}
	return out;
}

static int conn_take(struct conn *c, const struct smtp_mail *m, smtp_done_fn *done, void *ctx)
{
	size_t n_dots;
	int err = count_dots(m->octets, &n_dots);

	if (err != ERR_OK)
		return err;
	c->mail = *m;
	c->refusal = (struct smtp_answer){ 0 };
	c->body = m->octets;
	if (n_dots > 0) {
		c->stuffed = stuff(m->octets, n_dots);
		if (c->stuffed == NULL)
			return ERR_NOMEM;
		c->body = bytes_at(c->stuffed, m->octets.len + n_dots);
	}
	c->done = done;
	c->ctx = ctx;
	return ERR_OK;
}

static struct conn *conn_new(struct smtp *s)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->s = s;
	c->timer.fire = on_timer;
	c->next = s->conns;
	c->at = &s->conns;
	if (s->conns != NULL)
		s->conns->at = &c->next;
	s->conns = c;
	return c;
}

static struct conn *conn_idle(struct smtp *s)
{
	struct conn *c = s->conns;

	while (c != NULL && c->talk != TALK_IDLE)
		c = c->next;
	return c;
}

/* --- the part --- */

static int send_by_new(struct smtp *s, const struct smtp_mail *m, smtp_done_fn *done, void *ctx)
{
	struct conn *c = conn_new(s);
	int err = c == NULL ? ERR_NOMEM : conn_take(c, m, done, ctx);

	if (err == ERR_OK)
		err = transfer_link_open(s->transfer, &s->server, &link_ops, c, &c->link);
	if (err != ERR_OK && c != NULL)
		conn_close(c);
	return err;
}

int smtp_send(struct smtp *s, const struct smtp_mail *m, smtp_done_fn *done, void *ctx)
{
	struct conn *c = conn_idle(s);
	int err;

	if (c == NULL)
		return send_by_new(s, m, done, ctx);
	err = conn_take(c, m, done, ctx);
	if (err != ERR_OK)
		return err;
	c->may_retry = true;
	conn_begin(c);
	/* It is written when the loop comes to it: nothing is over before we return. */
	transfer_link_want(c->link, true);
	return ERR_OK;
}

int smtp_new(struct transfer *t, struct host *h, const struct transfer_server *server,
	     struct smtp **s_out)
{
	struct smtp *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	*s = (struct smtp){ .transfer = t, .host = h, .server = *server };
	*s_out = s;
	return ERR_OK;
}

void smtp_free(struct smtp **smtp)
{
	struct smtp *s = *smtp;

	if (s == NULL)
		return;
	while (s->conns != NULL)
		conn_close(s->conns);
	free(s);
	*smtp = NULL;
}
