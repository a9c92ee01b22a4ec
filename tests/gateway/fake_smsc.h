/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fake_smsc - a host whose clock the test moves, and a network whose other end is the test:
 * each connection that we open is a line, on which the test says what an SMSC would.
 */
#ifndef TESTS_GATEWAY_FAKE_SMSC_H
#define TESTS_GATEWAY_FAKE_SMSC_H

#include "gateway/flow/channel.h"
#include "gateway/smpp/smpp_stream.h"
#include "parsers/smpp_pdu.h"

/* No more can be opened. */
#define FAKE_LINES_MAX  256
#define FAKE_TIMERS_MAX 256
#define FAKE_OCTETS_MAX ((size_t)96 * 1024)

struct fake_line {
	struct smpp_network *network;
	const struct smpp_stream_events *events;
	void *ctx;
	char host[64];
	unsigned port;
	bool is_up, is_paused, is_closed, is_stuck; /* is_stuck: it takes no octet from us */
	bool is_held;                               /* what we write waits and hasn't left */
	uint64_t seq, seq_left;
	uint8_t out[FAKE_OCTETS_MAX]; /* what we wrote */
	size_t out_len, out_done;
	uint8_t in[FAKE_OCTETS_MAX]; /* what we haven't taken */
	size_t in_len;
};

struct fake_smsc {
	struct host host;
	struct smpp_network network;
	struct mono mono;
	struct wall wall;
	struct timer *timers[FAKE_TIMERS_MAX];
	struct mono when[FAKE_TIMERS_MAX];
	size_t n_timers;
	uint32_t chance;
	struct fake_line *lines[FAKE_LINES_MAX];
	size_t n_lines;
	void (*on_call)(void *ctx, struct smpp_stream *s, const char *peer);
	void *call_ctx;
	bool is_listening;
};

void fake_smsc_init(struct fake_smsc *f);
void fake_smsc_fini(struct fake_smsc *f);
/* Time passes: timers fire in their order. */
void fake_smsc_pass(struct fake_smsc *f, int64_t ms);
/* The line that was opened last; NULL: none. */
struct fake_line *fake_smsc_last(struct fake_smsc *f);
/* Lines that are neither closed by us nor refused. */
size_t fake_smsc_n_open(const struct fake_smsc *f);

void fake_line_up(struct fake_line *l);
void fake_line_down(struct fake_line *l, const char *why);
/* An SMSC connects to us, if we listen. NULL: we don't, or hung up at once. */
struct fake_line *fake_smsc_call(struct fake_smsc *f, const char *peer);
/* What the SMSC sends; taken at once unless we have paused. */
void fake_line_send(struct fake_line *l, struct bytes octets);
void fake_line_say(struct fake_line *l, uint32_t id, uint32_t status, uint32_t sequence);
void fake_line_bind_resp(struct fake_line *l, const struct smpp_pdu *bind, uint32_t status);
void fake_line_submit_resp(struct fake_line *l, uint32_t sequence, uint32_t status,
			   const char *message_id);
/* A text of a citizen, octets of the default alphabet. */
void fake_line_deliver(struct fake_line *l, uint32_t sequence, uint8_t esm_class, const char *text);
/* The next PDU that we wrote; false: none. It lives as long as the line. */
bool fake_line_next(struct fake_line *l, struct smpp_pdu *pdu_out);
/* Its id, 0 when there is none; for tests of one line. */
uint32_t fake_line_next_id(struct fake_line *l);
/* Connects the last line, and takes the bind that we say. */
struct fake_line *fake_smsc_bind(struct fake_smsc *f);

#endif
