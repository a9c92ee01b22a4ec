/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smsc_own - what the files of the simulated SMSC share; nobody else includes it.
 */
#ifndef TESTS_SIM_SMSC_OWN_H
#define TESTS_SIM_SMSC_OWN_H

#include "tests/sim/smsc.h"
#include "tests/sim/smsc_pdu.h"
#include "tests/sim/stream_sim.h"

#define SMSC_PLACES  2
#define SMSC_PORT    2775u
#define SESSIONS_MAX 16
#define ASKED_MAX    64
#define SMSC_WINDOW  10u
/* Frames of ours that are larger are made for the occasion. */
#define SMSC_FRAME_MAX 512

enum asked_kind {
	ASKED_NOTHING,
	ASKED_ENQUIRE,
	ASKED_PIECE,
	ASKED_RECEIPT,
	ASKED_UNBIND,
	ASKED_STRANGE, /* a PDU that it shouldn't know */
};

/* A request of the SMSC's that has no answer yet, or not in time. */
struct asked {
	enum asked_kind kind;
	uint32_t sequence;
	uint64_t arg; /* the piece, the receipt */
	int64_t at_ms;
	bool is_given_up;
};

struct session {
	struct smsc *smsc;
	struct smpp_stream *stream; /* NULL: a free slot */
	unsigned place;
	uint64_t n; /* its number, unlike all others, for events */
	bool may_tx, may_rx;
	int64_t bound_ms;      /* since when, wall; 0: it isn't bound */
	bool is_leaving;       /* unbind was sent */
	bool is_mute;          /* reads, and says nothing */
	bool is_spoiled;       /* octets were sent after which no frame can be found */
	uint32_t sequence;     /* of the last request of ours */
	uint32_t heard;        /* of the daemon's last, 0: none yet */
	int64_t throttled_ms;  /* when the daemon heard that it sends too fast; wall */
	int64_t held_until_ms; /* half a PDU lay on the way */
	struct asked asked[ASKED_MAX];
	size_t next_asked;
};

/* A submit_sm, from its writing until both ends have let go of its stream. */
struct submit {
	struct submit *next;
	struct smpp_stream *stream;
	uint64_t n;
	uint32_t sequence;
	uint64_t written;  /* the position behind it */
	uint64_t answered; /* the position behind its answer, 0: none was said */
	uint32_t status;   /* of the answer */
	size_t shot;
	unsigned flight;
	int64_t at_ms, wait_ms; /* written when; how long the daemon waits for an answer */
	enum sms_encoding encoding;
	uint8_t *octets; /* udh and text */
	size_t n_udh, n_octets;
	bool is_seen, is_heard, is_unknown, is_lost;
};

enum smsc_mood {
	MOOD_FINE,
	MOOD_SLOW,  /* answers take long */
	MOOD_BUSY,  /* every tenth is throttled, queues are full */
	MOOD_SULKY, /* binds are refused */
	MOOD_DOWN,  /* it isn't there */
};

struct smsc {
	struct network *net;
	struct net_link *link;
	struct stream_sim streams;
	struct chance chance;
	uint64_t acts[SMSC_ACTS];
	struct channel_ops ops; /* the channel's, watched */
	const struct channel_ops *real;
	struct {
		enum smsc_mood mood;
		int64_t since_ms; /* in this mood, wall */
		unsigned n_submits;
	} places[SMSC_PLACES];
	struct session sessions[SESSIONS_MAX];
	uint64_t n_sessions;
	unsigned last_place; /* where the last bind was taken */
	int64_t parted_ms;   /* when the last bound one ended; wall */
	int64_t unrest_ms;   /* when the last link came or went, or the daemon; wall */
	uint8_t frame[PDU_MOST], text[PDU_MOST]; /* the one being written */
	struct submit *submits;
	uint64_t n_submits;
	/* the send() in hand: whose octets are written now */
	const struct outgoing *sending;
	size_t sending_shot;
	bool has_written;
};

/* --- smsc.c --- */

int64_t smsc_now(const struct smsc *m); /* wall */
struct session *smsc_session_of(const struct smpp_stream *s);
struct session *smsc_session(struct smsc *m, uint64_t n); /* NULL: it is over */
/* One that may be given texts; not this one if another can be had. NULL: none. */
struct session *smsc_receiver(struct smsc *m, const struct session *but);
/* A new request's number, noted with what it is for. */
uint32_t smsc_ask(struct session *s, enum asked_kind kind, uint64_t arg);
/* Its link is gone: it is asked again on another. */
void smsc_ask_again(struct smsc *m, const struct asked *asked);
/* Says a frame and returns the position behind it. */
uint64_t smsc_say(struct session *s, struct bytes frame);
/* The session ends: whatever was asked is asked again elsewhere. */
void smsc_end(struct session *s, bool is_broken);
/* An answer or nack: what it answers, taken off the list. NULL, and violated: nothing of this session's. */
bool smsc_answered(struct session *s, const struct pdu *pdu, struct asked *asked_out);

void smsc_say_simple(struct session *s, uint32_t id, uint32_t status, uint32_t sequence);
/* Something changed: can the daemon send now? For the model. */
void smsc_look_at_link(struct smsc *m);

/* --- smsc_weather.c: what happens without being asked --- */

/* From now on it asks now and then whether the daemon lives; an event, of its number. */
sim_world_fn smsc_weather_enquire;
/* This link is of no use any more: the daemon must notice, and leave. */
void smsc_weather_is_left(struct session *s);

/* --- smsc_in.c: texts of citizens --- */

void smsc_in_again(struct smsc *m, uint64_t piece, int64_t in_ms);
void smsc_in_answered(struct session *s, const struct pdu *pdu, const struct asked *asked);

/* --- smsc_out.c: texts to phones, and receipts --- */

void smsc_out_send(struct channel *c, const struct outgoing *out); /* channel_ops.send, watched */
void smsc_out_written(struct smsc *m, struct smpp_stream *s, struct bytes octets, uint64_t end);
void smsc_out_submit(struct session *s, const struct pdu *pdu);
void smsc_out_taken(struct smsc *m, const struct smpp_stream *s, uint64_t position);
void smsc_out_lost(struct smsc *m, const struct smpp_stream *s);
void smsc_out_gone(struct smsc *m, const struct smpp_stream *s);
void smsc_out_free(struct smsc *m);

/* --- smsc_receipts.c --- */

/* Of an accepted submit: some of them, in time. answer_in_ms: when it is answered, 0: never. */
void smsc_receipts_plan(struct smsc *m, size_t shot, unsigned flight, int64_t answer_in_ms);
void smsc_receipt_again(struct smsc *m, uint64_t receipt, int64_t in_ms);
void smsc_receipt_answered(struct smsc *m, uint64_t receipt);
/* What the SMSC calls this copy of this segment, in its answer. */
void smsc_name(size_t shot, unsigned flight, char *buf, size_t size);

#endif
