/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * network - three phone networks behind the daemon's channels, and what they do to
 * a text: repeat (with the same id and with new ones), delay, reorder, double,
 * throttle, refuse, lose the answer, break the link; and lie in receipts.
 *
 * The first is like Kannel: an id that stays the same on every repeat, receipts
 * that name row and segment. The second is like a bare SMSC: a new id on every
 * repeat, receipts that name the id which it gave to the segment. The third is one,
 * and speaks SMPP (tests/sim/smsc.h); what is common to all is noted here.
 */
#ifndef TESTS_SIM_NETWORK_H
#define TESTS_SIM_NETWORK_H

#include "gateway/flow/channel.h"
#include "gateway/flow/core.h"
#include "tests/sim/host_sim.h"
#include "tests/sim/world.h"

#define SHORT_CODE "1955"

struct network;
struct postoffice;
struct smsc;

struct net_link {
	struct network *net;
	unsigned index;
	const char *name;        /* of the channel's section */
	struct channel *channel; /* the daemon's, NULL when it isn't there */
	bool is_up;
	bool is_cut; /* an outage: it doesn't come up by itself */
	uint64_t life;
	unsigned in_flight;
	int64_t up_ms; /* wall, since when */
};

struct network {
	struct host_sim *sim;
	struct world *world;
	struct chance chance;
	struct net_link links[WORLD_LINKS];
	bool is_calm; /* the year is over: nothing breaks any more, so that all may settle */
	struct postoffice *post; /* behind the channel of type mail */
	struct smsc *smsc;       /* behind the channel of type smpp */
	bool dies_on_try; /* when the next text is handed over, its commit is to be the last */
	void (*on_send)(void *ctx); /* told once when a segment leaves, or NULL */
	void *on_send_ctx;
	void (*on_text)(void *ctx, size_t citizen,
			const char *text); /* a phone shows it, or NULL */
	void *on_text_ctx;
	uint64_t messages_under_way, receipts_under_way; /* the daemon owes an answer */
};

void network_init(struct network *n, struct host_sim *sim, struct world *world, uint64_t seed);
/* For core_start(): channels whose other end is this network; ctx is it. */
channel_make_fn network_make_channel;
/* A piece is ready to be carried to us. */
void network_submit(struct network *n, size_t piece, int64_t in_ms);
/* The daemon died: what it was telling is not heard, what was flying is unknown. Before core_stop(). */
void network_daemon_died(struct network *n);
/* After core_stop(): everybody was answered, nothing is left open. */
void network_daemon_buried(struct network *n);
/* The link is lost for this long; 0: as long as it takes to connect again. */
void network_cut(struct network *n, unsigned link, int64_t for_ms);

/* --- for all whose phones these are --- */

/* A piece is handed over; calm_ms: since nobody had reason to repeat. */
void network_note_try(struct network *n, const struct net_link *link, size_t piece,
		      int64_t calm_ms);
/* It was acknowledged, as new or as a repeat: that isn't told. */
void network_note_heard(struct network *n, size_t piece);
/* A segment leaves the daemon's dispatch. */
struct shot *network_note_leaving(struct network *n, struct net_link *link,
				  const struct outgoing *out);
/* It arrives, after so long. */
void network_phone_gets(struct network *n, size_t shot, int64_t in_ms);

#endif
