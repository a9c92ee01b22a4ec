/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream_sim - what carries octets in the simulation: streams between the daemon
 * and an SMSC, late, cut and joined anywhere, broken at any time.
 *
 * Owns:     the octets under way and the streams, until both ends have let go.
 * Promises: octets come in order; what had left when the daemon closed or died may
 *           come, what had left when the link broke comes or doesn't.
 * Leaves:   what they say to tests/sim/smsc.h, the far end.
 */
#ifndef TESTS_SIM_STREAM_SIM_H
#define TESTS_SIM_STREAM_SIM_H

#include "gateway/smpp/smpp_stream.h"
#include "tests/sim/host_sim.h"
#include "tests/sim/smsc_acts.h"

enum stream_fate { STREAM_TAKEN, STREAM_REFUSED, STREAM_UNHEARD };

/* What the far end is told, and the model's eyes at the near one. Positions count octets from the stream's first. */
struct stream_far {
	/* Somebody connects. */
	enum stream_fate (*on_connect)(void *ctx, struct smpp_stream *s, unsigned port);
	/* All that isn't taken yet; returns how much was. */
	size_t (*on_octets)(void *ctx, struct smpp_stream *s, struct bytes in);
	/* Nothing comes any more: the far end's part is over. */
	void (*on_gone)(void *ctx, struct smpp_stream *s);
	/* The daemon wrote this, up to that position; nobody else knows of it. */
	void (*on_written)(void *ctx, struct smpp_stream *s, struct bytes octets, uint64_t end);
	/* The daemon took what was said up to there. */
	void (*on_taken)(void *ctx, struct smpp_stream *s, uint64_t position);
	/* The daemon closed it, or died: it won't hear anything on it any more. */
	void (*on_lost)(void *ctx, struct smpp_stream *s);
};

struct stream_sim {
	struct smpp_network network; /* what the daemon is given */
	struct host_sim *sim;
	struct chance chance;
	bool is_calm;
	const struct stream_far *far;
	void *ctx;
	uint64_t *acts; /* SMSC_ACTS of them */
	struct smpp_stream *first;
};

void stream_sim_init(struct stream_sim *n, struct host_sim *sim, const struct stream_far *far,
		     void *ctx, uint64_t *acts, uint64_t seed);
void stream_sim_fini(struct stream_sim *n);
/* One has ended, and the daemon doesn't know it yet. */
bool stream_sim_has_news(const struct stream_sim *n);
/* How many the daemon has open. */
size_t stream_sim_held(const struct stream_sim *n);

/* The far end says this; returns the position behind it. */
uint64_t stream_sim_say(struct smpp_stream *s, struct bytes octets);
/* All but the last so many octets of what was said come only after this time. */
void stream_sim_hold(struct smpp_stream *s, size_t last, int64_t for_ms);
/* The far end closes; what it said before still comes. on_gone isn't called. */
void stream_sim_hang_up(struct smpp_stream *s);
/* The link breaks under both. on_gone is called, perhaps after some octets more. */
void stream_sim_break(struct smpp_stream *s);
/* Whether the daemon's octets before this position have left it, and the far end's have come to it. */
bool stream_sim_has_left(const struct smpp_stream *s, uint64_t position);
bool stream_sim_has_come(const struct smpp_stream *s, uint64_t position);
bool stream_sim_is_far_open(const struct smpp_stream *s);
/* Octets that can't come now: a half frame is held, or the daemon doesn't read. */
bool stream_sim_is_stuck(const struct smpp_stream *s);
/* For who is at the far end. */
void stream_sim_set_own(struct smpp_stream *s, void *own);
void *stream_sim_own(const struct smpp_stream *s);

#endif
