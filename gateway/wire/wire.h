/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wire - what the channels of the daemon have in common: the loop and the parts
 * that they use, and what they count.
 */
#ifndef GATEWAY_WIRE_WIRE_H
#define GATEWAY_WIRE_WIRE_H

#include <uv.h>

#include "conf/limits.h"
#include "gateway/flow/arrive.h"
#include "gateway/flow/core.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "gateway/smpp/smpp_stream.h"
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
	struct in_hand *in_hand;  /* NULL: nobody notes it; the host asks it */
	struct wire_early early[HELD_MAX];
	size_t n_early;
	struct smpp_network smpp; /* what carries SMPP: smpp_link_network() */
	unsigned n_smpp_tries;
	bool is_stopping; /* nothing new is taken or sent; what is under way ends */
};

/* Begins what every channel of this room has as its own. */
struct wire_channel {
	struct wire *wire;
};

/* channel_make_fn: by type and link; ctx is the struct wire. */
struct channel *wire_channel_make(const struct conf_channel *conf, void *wire);
static inline struct wire_channel *wire_channel(const struct channel *c)
{
	return c->own;
}
/* dispatch_result() of a network that names no ids. error: words, or NULL. */
void wire_result(struct channel *c, uint64_t row, unsigned segment, enum send_outcome outcome,
		 const char *error, int64_t pause_ms);

#endif
