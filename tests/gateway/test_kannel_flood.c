/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_box under a bearerbox that pours, or doesn't read, or hears of its texts after we stopped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parsers/err.h"
#include "tests/gateway/bearerbox.h"
#include "tests/tap.h"

/* Sends all of it, as fast as we take it. */
static void bb_pour(struct bytes octets)
{
	while (octets.len > 0) {
		ssize_t n = send(bb.fd, octets.ptr, octets.len, MSG_NOSIGNAL | MSG_DONTWAIT);

		octets = bytes_cut(octets, n > 0 ? (size_t)n : 0, octets.len);
		bb_turn();
	}
	bb_turns(50);
}

static void answer_flood(size_t n)
{
	while (bb_flood.n_answered < n) {
		size_t i = bb_flood.n_answered++;

		bb_flood.answer[i](bb_flood.ctx[i], ERR_OK);
	}
	bb_turns(50);
}

static size_t acks_seen(void)
{
	struct kannel_frame f;
	size_t n = 0;

	while (bb_frame(&f, 200))
		n += f.kind == KANNEL_ACK;
	return n;
}

static void test_flood(void)
{
	struct arena *a = arena_new(4 * MIB);
	struct strbuf out = strbuf_in(a, MIB);

	for (unsigned i = 0; i < FLOOD; i++) {
		struct kannel_frame f = bb_mo("one of many", ID_1);

		kannel_frame_encode(&f, &out);
	}
	bb.len = bb.done = 0;
	bb_flood.is_on = true;
	bb_pour(strbuf_bytes(&out));
	is_int((long long)bb_flood.n, BOX_FRAMES_MAX,
	       "a bearerbox that knows no bound keeps what is beyond ours");
	ok(strstr(bb_saw.fault, "smsbox-max-pending") != NULL, "and the fault says what to set");
	answer_flood(100);
	is_int((long long)bb_flood.n, BOX_FRAMES_MAX + 100, "as many come as were acknowledged");
	is_int((long long)acks_seen(), 100, "in acknowledgements that bearerbox sees");
	/* Bearerbox has room for the acknowledgements of 500. */
	for (size_t n = 600; n <= FLOOD; n += 500) {
		bb.len = bb.done = 0;
		answer_flood(n);
	}
	answer_flood(bb_flood.n);
	ok(bb_flood.n == FLOOD && !bb.is_closed,
	   "in the end all have come, by the same connection");
	bb.len = bb.done = 0;
	bb_flood.is_on = false;
	arena_free(&a);
}

/* More in one turn of the loop than waits for a bearerbox that doesn't read. */
static void test_full_link(struct channel *c)
{
	static char text[60 * KIB];
	struct outgoing out = bb_segment(100, 0);
	unsigned n = bb_saw.n_results, sent = 0;

	memset(text, 'a', sizeof(text));
	out.encoding = SMS_GSM7;
	out.text = bytes_at(text, sizeof(text));
	while (c->ops->room(c) > 0 && sent < 90) {
		out.row = 100 + sent++;
		c->ops->send(c, &out);
	}
	is_int(sent, 90, "there is room for all of them");
	ok(bb_saw.n_results > n && bb_saw.n_results < n + sent,
	   "what doesn't fit any more is for later at once");
	bb_turns(20);
	is_int(bb_saw.n_results - n, sent,
	       "each segment has one result when the link ends, and only one");
	ok(bb_saw.state == CHANNEL_DOWN && c->ops->room(c) == 0, "and the channel is down");
	bb_close();
	ok(bb_accept(), "we come back");
	bb_turns(20);
	is_int(c->ops->room(c), bb_conf.window, "with the whole window");
}

static void test_stop_while_posted(struct channel *c)
{
	struct kannel_frame f = bb_mo("answered after the end", ID_2);

	bb_close();
	ok(bb_accept(), "a last connection");
	bb_send(&f);
	c->ops->stop(c);
	bb_saw.answer(bb_saw.ctx, ERR_OK);
	ok(c->own == NULL, "an answer that comes after the channel has stopped is no fault");
}

int main(void)
{
	struct channel *c;

	plan(0);
	bb_open();
	c = bb_channel();
	bb_conf.window = 100;
	ok(c->ops->start(c) == ERR_OK && bb_accept(), "it connects");
	test_flood();
	test_full_link(c);
	test_stop_while_posted(c);
	free(c);
	ok(bb_end(), "no handle is left");
	return done_testing();
}
