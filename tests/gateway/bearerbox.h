/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bearerbox - a bearerbox of a few lines in the thread of the test, and what the flow would do with
 * what it hands out: written down and answered by the test.
 *
 * Takes the place of intake, dispatch, channel and alarms in the link.
 */
#ifndef TESTS_GATEWAY_BEARERBOX_H
#define TESTS_GATEWAY_BEARERBOX_H

#include "gateway/wire/host_uv.h"
#include "gateway/wire/kannel_box.h"
#include "parsers/kannel_frame.h"

#define PATIENCE_MS 20000
#define IN_MAX      ((size_t)64 * 1024)

#define ID_1 "11111111-2222-4333-8444-555555555555"
#define ID_2 "11111111-2222-4333-8444-666666666666"

extern uv_loop_t bb_loop;
extern struct wire bb_wire;
extern struct conf_channel bb_conf;

struct bb_saw {
	unsigned n_messages, n_receipts, n_results;
	struct message *msg;
	struct receipt receipt;
	char remote_id[64];
	intake_answer_fn *answer;
	void *ctx;
	uint64_t row;
	unsigned segment;
	enum send_outcome outcome;
	int64_t pause_ms;
	enum channel_state state;
	size_t n_faults;
	char fault[CHANNEL_FAULT_LEN];
};
extern struct bb_saw bb_saw; /* the last of each */

/* Texts that wait for their answers. */
#define FLOOD (BOX_FRAMES_MAX + 200)
struct bb_flood {
	bool is_on;
	size_t n, n_answered;
	intake_answer_fn *answer[FLOOD];
	void *ctx[FLOOD];
};
extern struct bb_flood bb_flood;

struct bb {
	int listener, fd;
	unsigned port;
	uint8_t in[IN_MAX];
	size_t len, done; /* received; of it read as frames */
	bool is_closed;
};
extern struct bb bb;

/* One turn of the loop, and what came from us. */
void bb_turn(void);
void bb_turns(int n);
bool bb_accept(void);
void bb_close(void);
/* The next frame from us; false: none within the time. It lives until the next one. */
bool bb_frame(struct kannel_frame *frame_out, int64_t within_ms);
void bb_send(const struct kannel_frame *frame);
/* A text of a citizen. */
struct kannel_frame bb_mo(const char *text, const char *id);
/* Part n of a reply of two. */
struct outgoing bb_segment(uint64_t row, unsigned n);
/* Libraries, loop, host and bearerbox; ends the test when that can't be. Then the channel to try. */
void bb_open(void);
struct channel *bb_channel(void);
/* Whether no handle is left. */
bool bb_end(void);

#endif
