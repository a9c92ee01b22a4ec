/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wire - what the channels of the daemon have in common: the loop and the parts
 * that they use, and what they count.
 */
#ifndef GATEWAY_WIRE_WIRE_H
#define GATEWAY_WIRE_WIRE_H

#include <uv.h>

#include "conf/limits.h"
#include "gateway/flow/core.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "gateway/wire/http_server.h"
#include "gateway/wire/in_hand.h"
#include "gateway/wire/transfer.h"

/* Kannel's callbacks that came before the store was ready: held until then. */
struct wire_early {
	struct http_request *request;
	bool is_receipt;
};

struct wire {
	uv_loop_t *loop;
	struct host *host;
	struct core *core;
	struct transfer *transfer;
	struct http_server *http; /* NULL: no http_listen */
	struct in_hand *in_hand;  /* NULL: nobody notes it (tests) */
	struct wire_early early[HELD_MAX];
	size_t n_early;
	bool is_stopping; /* nothing new is taken or sent; what is under way ends */
};

/* For /metrics; since the channel started. */
struct channel_counts {
	uint64_t received; /* messages that were handed to intake */
	uint64_t kept;     /* and acknowledged */
	uint64_t retried;  /* told to come again, or posted again */
	uint64_t receipts;
	uint64_t sent, later, failed, unsure; /* segments, by outcome */
	uint64_t connects;                    /* of a link */
};

/* Begins what every channel of the daemon has as its own. */
struct wire_channel {
	struct wire *wire;
	struct channel_counts counts;
	size_t (*n_under_way)(
		const struct channel
			*c); /* segments without their outcome, messages without their answer */
};

/* channel_make_fn: by type and link; ctx is the struct wire. */
struct channel *wire_channel_make(const struct conf_channel *conf, void *wire);
static inline struct wire_channel *wire_channel(const struct channel *c)
{
	return c->own;
}
/* dispatch_result(), counted. error: words, or NULL. */
void wire_result(struct channel *c, uint64_t row, unsigned segment, enum send_outcome outcome,
		 const char *error, int64_t pause_ms);

/*
 * A message as it came off a channel, with raw, from_raw, to, coding, charset, udh,
 * smsc, remote_id and smsc_time set, all in its arena: decodes it and hands it to
 * intake, raw and unread when it ended us twice. The text of an SMSC's receipt that
 * lost its mark goes to intake as a receipt. answer as of intake_message_take().
 */
void wire_arrive_take(struct channel *c, struct message **msg, intake_answer_fn *answer, void *ctx);

/* The next of a row of growing waits, doubled from first to most, with a jitter of a quarter. */
int64_t wire_backoff(struct host *h, int64_t *wait_ms, int64_t first_ms, int64_t most_ms);

#endif
