/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_stream - what carries the octets of SMPP: libuv's TCP in the daemon, its own in the
 * simulation.
 *
 * A stream is one connection, from the try to its end. Its events come on the loop
 * thread, never from within a call that the owner makes.
 * Leaves: frames, and what they mean, to smpp_session.
 */
#ifndef GATEWAY_SMPP_SMPP_STREAM_H
#define GATEWAY_SMPP_SMPP_STREAM_H

#include "parsers/bytes.h"

struct smpp_stream;
struct smpp_listener;

struct smpp_stream_events {
	void (*on_up)(void *ctx); /* connected */
	/* All that is not yet taken; returns how many were taken (0: wait for more). */
	size_t (*on_octets)(void *ctx, struct bytes in);
	/* Also when connecting failed; the stream is to be closed then. */
	void (*on_down)(void *ctx, const char *why);
};

/* What makes streams: libuv's, or the simulation's. Embedded where its own things are. */
struct smpp_network {
	/* ERR_OK: on_up or on_down comes later. host and events are borrowed until close. ERR_NOMEM. */
	int (*open)(struct smpp_network *n, const char *host, unsigned port,
		    const struct smpp_stream_events *events, void *ctx, struct smpp_stream **s_out);
	/* Copies. ERR_LIMIT when the peer doesn't read (4 MiB), ERR_NOMEM, ERR_BAD_STATE: not up. */
	int (*write)(struct smpp_stream *s, struct bytes octets, uint64_t *seq_out);
	/* Given to the socket? Then the peer may have it. */
	bool (*has_left)(const struct smpp_stream *s, uint64_t seq);
	/* No octets come until it is called with false; what is here already comes a turn later. */
	void (*pause)(struct smpp_stream *s, bool is_paused);
	/* No event comes any more. What was written leaves if it can. Also from within an event. */
	void (*close)(struct smpp_stream **s);

	/* Outbind, where the SMSC connects to us. NULL: this network can't listen. */

	/*
	 * address: "127.0.0.1:2776". on_call hands over each connection that came, with the
	 * address of who is there; the stream waits for adopt(), or close(). ERR_INVALID with
	 * words in why when nobody can listen there. ERR_NOMEM.
	 */
	int (*listen)(struct smpp_network *n, const char *address,
		      void (*on_call)(void *ctx, struct smpp_stream *s, const char *peer),
		      void *ctx, struct smpp_listener **l_out, char *why, size_t why_size);
	void (*unlisten)(struct smpp_listener **l);
	/* Events come from now on, later than this call; on_up doesn't. */
	void (*adopt)(struct smpp_stream *s, const struct smpp_stream_events *events, void *ctx);
};

#endif
