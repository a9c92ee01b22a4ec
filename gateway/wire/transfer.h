/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * transfer - HTTP requests of ours under libuv's loop: Kannel's sendsms and status
 * page; the only user of libcurl.
 *
 * Owns:     the multi handle, its connections (kept alive) and all calls under way.
 * Promises: done is called exactly once a call, on the loop thread, never before
 *           transfer_get() returned; http and https only, no redirects, a deadline
 *           over all, a bounded answer; a request is sent once: libcurl would send
 *           it again by itself when a kept connection dies, and a text would go twice.
 * Threads:  the loop thread. Names are looked up by curl's own threads.
 */
#ifndef GATEWAY_WIRE_TRANSFER_H
#define GATEWAY_WIRE_TRANSFER_H

#include <uv.h>

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

#endif
