/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * transfer - what we ask of other servers under libuv's loop: HTTP requests (Kannel's
 * sendsms and status page), and links to SMTP servers; the only user of libcurl here.
 *
 * Owns:     the multi handles, HTTP's connections (kept alive) and all calls under way.
 * Promises: done is called exactly once a call, on the loop thread, never before
 *           transfer_get() returned; http and https only, no redirects, a deadline
 *           over all, a bounded answer; a request is sent once: libcurl would send
 *           it again by itself when a kept connection dies, and a text would go twice.
 *           A link is a connection on which greeting, EHLO, TLS (verified) and login are
 *           done; what is said on it from then on is its owner's (smtp.c). libcurl could send
 *           whole mails, but it waits for the answer to the body in a loop of its own
 *           (smtp_done, smtp_block_statemach), and everything else would stand still.
 * Threads:  the loop thread. Names are looked up by curl's own threads.
 */
#ifndef GATEWAY_WIRE_TRANSFER_H
#define GATEWAY_WIRE_TRANSFER_H

#include <uv.h>

#include "conf/conf.h"
#include "parsers/bytes.h"

/* Calls at the same time, and so many connections at most. */
#define TRANSFERS_MAX 64
/* smsbox lets go of idle connections after 60 s; an older one isn't used again. */
#define TRANSFER_IDLE_MAX_S 30L

struct transfer;
struct transfer_call;

struct transfer_answer {
	int err; /* ERR_OK: an answer came; ERR_TIMEOUT; ERR_LIMIT: it was too long; ERR_CANCELLED; ERR_IO */
	bool may_have_sent; /* when err isn't ERR_OK: the request may have reached the other side */
	unsigned status;
	struct bytes body; /* lives until done returns */
	const char *words; /* of err */
};
typedef void transfer_done_fn(const struct transfer_answer *a, void *ctx);

int transfer_new(uv_loop_t *loop, struct transfer **t_out);
/* Calls under way end with ERR_CANCELLED. Runs the loop until its handles are closed. */
void transfer_free(struct transfer **t);

/* ERR_BUSY: TRANSFERS_MAX are under way; ERR_NOMEM. done isn't called then. call_out may be NULL. */
int transfer_get(struct transfer *t, const char *url, int64_t deadline_ms, size_t body_max,
		 transfer_done_fn *done, void *ctx, struct transfer_call **call_out);
/* Nobody wants to know any more: done isn't called. The request may go on to the other side. */
void transfer_forget(struct transfer_call *call);
size_t transfer_count(const struct transfer *t);

/* --- links --- */

struct transfer_link;

struct transfer_server {
	const char *host;
	unsigned port;
	enum conf_tls
		tls; /* STARTTLS that isn't offered is a fault, never a reason to go on in the clear */
	const char *ca_file; /* "" = the system's */
	const char *helo;
	const char *user; /* "" = no login */
	const char *password;
	int64_t connect_ms; /* until all of it is done */
};

/* What keeps any mail from leaving. */
enum transfer_fault { TRANSFER_FINE, TRANSFER_UNREACHABLE, TRANSFER_NO_TLS, TRANSFER_NO_LOGIN };

struct transfer_opened {
	bool is_open;
	bool has_size, has_utf8, has_pipelining; /* what is offered (EHLO) */
	enum transfer_fault fault;               /* when it isn't open */
	unsigned code;                           /* the server's last reply, 0: none */
	const char *words; /* its line, else libcurl's; lives until opened returns */
};

struct transfer_link_ops {
	/* Once, never before transfer_link_open() returned. Close it when it isn't open. */
	void (*opened)(void *ctx, const struct transfer_opened *o);
	/* There may be something to read, or room to write: read until ERR_BUSY, TLS holds octets back. */
	void (*ready)(void *ctx);
};

/* What server points to is copied. ERR_NOMEM, ERR_LIMIT (a name too long). */
int transfer_link_open(struct transfer *t, const struct transfer_server *server,
		       const struct transfer_link_ops *ops, void *ctx,
		       struct transfer_link **link_out);
/* At once, whatever is under way; nothing is called any more. All are closed before transfer_free(). */
void transfer_link_close(struct transfer_link **link);
/* ERR_OK: n_out octets, at least one; ERR_BUSY: ready tells when; ERR_IO: the link is gone. */
int transfer_link_send(struct transfer_link *link, struct bytes octets, size_t *n_out);
int transfer_link_recv(struct transfer_link *link, void *buf, size_t size, size_t *n_out);
/* Whether ready is called for room to write, too. */
void transfer_link_want(struct transfer_link *link, bool wants_to_write);

#endif
