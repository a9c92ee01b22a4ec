/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_link - one connection to bearerbox after the other: whole frames in,
 * whole frames out, again and again until it is freed.
 *
 * Owns:     the socket, its buffers, and the waits between tries (RECONNECT_…).
 * Promises: on_up and on_down alternate; on_frame only in between; frames that are
 *           sent in one turn of the loop leave in one write; a name is looked up on
 *           libuv's pool.
 * Threads:  the loop thread.
 * Leaves:   what frames mean to kannel_box.
 */
#ifndef GATEWAY_WIRE_KANNEL_LINK_H
#define GATEWAY_WIRE_KANNEL_LINK_H

#include "gateway/wire/wire.h"
#include "parsers/kannel_frame.h"

/* What bearerbox hasn't read yet; more means that it hangs. */
#define KANNEL_OUT_MAX (4 * 1024 * 1024)

struct kannel_link;

struct kannel_link_events {
	void (*on_up)(void *ctx);
	/* frame and body live until it returns. */
	void (*on_frame)(const struct kannel_frame *frame, struct bytes body, void *ctx);
	/* Also for a try that failed: then without on_up before. err: ERR_VERSION, or ERR_IO. */
	void (*on_down)(int err, const char *why, void *ctx);
};

/* host is borrowed. The first try begins at once. */
int kannel_link_new(struct wire *w, const char *host, unsigned port,
		    const struct kannel_link_events *events, void *ctx, struct kannel_link **l_out);
/* No event comes any more; memory goes when libuv has let go. */
void kannel_link_free(struct kannel_link **l);
/* No frame comes until it is called again with false: bearerbox keeps the rest. A new connection isn't paused. */
void kannel_link_pause(struct kannel_link *l, bool is_paused);
/* Ends this connection; the next try follows. Nothing when it is down. */
void kannel_link_drop(struct kannel_link *l, const char *why);
/* seq_out (may be NULL): the frame's number, see kannel_link_has_left(). ERR_BAD_STATE: down. ERR_LIMIT, ERR_NOMEM. */
int kannel_link_send(struct kannel_link *l, const struct kannel_frame *frame, uint64_t *seq_out);
/* Was it given to the socket? Then the other side may have it, whatever happened. */
bool kannel_link_has_left(const struct kannel_link *l, uint64_t seq);
bool kannel_link_is_up(const struct kannel_link *l);

#endif
