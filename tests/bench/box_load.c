/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * box_load - plays bearerbox: odzivd connects to it as its box, gets texts handed out with so many
 * unacknowledged at a time, and gives its replies back.
 *
 *   box_load --port P [--receipts 1]
 *
 * Says `connected` when odzivd has introduced itself. Then each line on stdin is one round:
 *
 *   IN_FLIGHT COUNT FIRST REPLIES
 *
 * COUNT texts from number FIRST on, and REPLIES texts of odzivd that are waited for (0: whatever comes is
 * taken). Two lines answer it: the texts (p50, p99: from the frame to its acknowledgement, which comes
 * after the commit), and the replies from the round's begin. Replies are acknowledged at once,
 * with --receipts followed by the two receipts that a phone network sends.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/kannel_frame.h"
#include "tests/bench/bench.h"

#define IN_SIZE   ((size_t)1 << 20)
#define OUT_MAX   ((size_t)8 << 20)
#define UUID_SIZE 40
/* Nothing came for so long: odzivd is gone or hangs. */
#define SILENCE_MS 60000

struct round {
	uint64_t in_flight, count, first, replies;
	uint64_t n_sent, n_acked, n_replies;
	uint64_t begin, replied_at;
	uint64_t *sent_at; /* count of them */
	struct bench_times times;
};

struct box {
	int fd;
	uint64_t receipts;
	bool is_there;
	uint8_t *in;
	size_t in_len;
	struct arena *arena;
	struct strbuf out;
	struct round round;
};

static void flush(struct box *b)
{
	size_t done = 0;

	while (done < b->out.len) {
		struct pollfd p = { .fd = b->fd, .events = POLLOUT };
		ssize_t n = write(b->fd, b->out.buf + done, b->out.len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			poll(&p, 1, SILENCE_MS);
		else
			bench_fail("odzivd's connection broke: %s", strerror(errno));
	}
	arena_reset(b->arena);
	b->out = strbuf_in(b->arena, OUT_MAX);
}

static void send_frame(struct box *b, const struct kannel_frame *f)
{
	kannel_frame_encode(f, &b->out);
	if (strbuf_err(&b->out) != ERR_OK)
		bench_fail("a frame couldn't be made: %s", err_text(strbuf_err(&b->out)));
}

static void send_text(struct box *b, uint64_t index)
{
	struct kannel_frame f = kannel_frame_blank(KANNEL_SMS);
	char id[UUID_SIZE], number[BENCH_NUMBER_SIZE], text[BENCH_TEXT_SIZE];

	bench_number(b->round.first + index, number);
	bench_text(b->round.first + index, text);
	snprintf(id, sizeof(id), "00000000-0000-4000-8000-%012llx",
		 (unsigned long long)(b->round.first + index));
	f.sms.sms_type = KANNEL_MO;
	f.sms.sender = bytes_of(number);
	f.sms.receiver = bytes_of("1955");
	f.sms.udhdata = bytes_at("", 0);
	f.sms.msgdata = bytes_of(text);
	f.sms.time = 1790000000;
	f.sms.smsc_id = bytes_of("LAB");
	f.sms.id = bytes_of(id);
	f.sms.coding = 0;
	b->round.sent_at[index] = bench_now();
	send_frame(b, &f);
}

static void fill_window(struct box *b)
{
	struct round *r = &b->round;

	while (r->n_sent < r->count && r->n_sent - r->n_acked < r->in_flight)
		send_text(b, r->n_sent++);
}

static void on_ack(struct box *b, const struct kannel_frame *f)
{
	struct round *r = &b->round;
	char id[UUID_SIZE];
	uint64_t index;

	snprintf(id, sizeof(id), "%.*s", PRI_BYTES(f->ack.id));
	index = strlen(id) == 36 ? strtoull(id + 24, NULL, 16) - r->first : r->count;
	if (f->ack.nack != KANNEL_ACK_OK || index >= r->n_sent)
		bench_fail("an acknowledgement that isn't one: %d of %s", (int)f->ack.nack, id);
	bench_times_add(&r->times, bench_now() - r->sent_at[index]);
	r->n_acked++;
}

static void send_receipt(struct box *b, const struct kannel_sms *mt, int status)
{
	struct kannel_frame f = kannel_frame_blank(KANNEL_SMS);
	static uint64_t n;
	char id[UUID_SIZE];

	snprintf(id, sizeof(id), "00000000-0000-4000-9000-%012llx", (unsigned long long)++n);
	f.sms.sms_type = KANNEL_REPORT_MO;
	f.sms.sender = mt->receiver;
	f.sms.receiver = mt->sender;
	f.sms.udhdata = bytes_at("", 0);
	f.sms.msgdata = bytes_of(status == 8 ? "ACK/" : "id:1 stat:DELIVRD err:000");
	f.sms.time = 1790000000;
	f.sms.smsc_id = bytes_of("LAB");
	f.sms.id = bytes_of(id);
	f.sms.foreign_id = bytes_of(id + 24);
	f.sms.dlr_mask = status;
	f.sms.dlr_url = mt->dlr_url;
	send_frame(b, &f);
}

static void on_reply(struct box *b, const struct kannel_frame *f)
{
	struct kannel_frame ack = kannel_frame_blank(KANNEL_ACK);

	ack.ack.nack = KANNEL_ACK_OK;
	ack.ack.id = f->sms.id;
	send_frame(b, &ack);
	b->round.n_replies++;
	b->round.replied_at = bench_now();
	if (b->receipts != 0) {
		send_receipt(b, &f->sms, 8);
		send_receipt(b, &f->sms, 1);
	}
}

static bool is_of_receipt(const struct kannel_frame *f)
{
	return f->ack.id.len == 36 && memcmp(f->ack.id.ptr + 19, "9000", 4) == 0;
}

static void on_frame(struct box *b, const struct kannel_frame *f)
{
	switch (f->kind) {
	case KANNEL_HEARTBEAT: break;
	case KANNEL_ADMIN: b->is_there |= f->admin.command == KANNEL_IDENTIFY; break;
	case KANNEL_SMS: on_reply(b, f); break;
	case KANNEL_ACK:
		if (!is_of_receipt(f))
			on_ack(b, f);
		break;
	}
}

static void read_frames(struct box *b)
{
	size_t done = 0, octets;
	struct bytes body;
	struct kannel_frame f;
	ssize_t n = read(b->fd, b->in + b->in_len, IN_SIZE - b->in_len);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		bench_fail("odzivd's connection ended: %s", n < 0 ? strerror(errno) : "closed");
	b->in_len += (size_t)n;
	while (kannel_frame_cut(bytes_at(b->in + done, b->in_len - done), KANNEL_BODY_MAX, &body,
				&octets) == ERR_OK) {
		if (kannel_frame_decode(body, &f) != ERR_OK)
			bench_fail("odzivd sent what is no frame");
		on_frame(b, &f);
		done += octets;
	}
	memmove(b->in, b->in + done, b->in_len - done);
	b->in_len -= done;
}

/* Until something comes from odzivd (and is handled), or from stdin when it may. */
static bool wait_for(struct box *b, bool also_stdin)
{
	struct pollfd p[] = { { .fd = b->fd, .events = POLLIN },
			      { .fd = also_stdin ? 0 : -1, .events = POLLIN } };

	if (poll(p, 2, also_stdin ? -1 : SILENCE_MS) <= 0)
		bench_fail("silence after %llu acknowledgements and %llu replies",
			   (unsigned long long)b->round.n_acked,
			   (unsigned long long)b->round.n_replies);
	if (p[0].revents != 0) {
		read_frames(b);
		flush(b);
	}
	return p[1].revents != 0;
}

static void run_round(struct box *b)
{
	struct round *r = &b->round;
	uint64_t acked_at = 0;

	r->sent_at = bench_alloc(r->count + 1, sizeof(uint64_t));
	bench_times_init(&r->times, r->count);
	r->begin = r->replied_at = bench_now();
	while (r->n_acked < r->count || r->n_replies < r->replies) {
		fill_window(b);
		flush(b);
		wait_for(b, false);
		if (acked_at == 0 && r->n_acked == r->count)
			acked_at = bench_now();
	}
	bench_print(r->count, (acked_at != 0 ? acked_at : bench_now()) - r->begin, &r->times);
	bench_print(r->n_replies, r->replied_at - r->begin, NULL);
	free(r->sent_at);
	free(r->times.ns);
	*r = (struct round){ 0 };
}

int main(int argc, char **argv)
{
	uint64_t port = 0;
	struct box b = { .in = bench_alloc(1, IN_SIZE), .arena = arena_new(4 * OUT_MAX) };
	const struct bench_option options[] = { { "--port", &port, NULL },
						{ "--receipts", &b.receipts, NULL } };
	unsigned long long in_flight, count, first, replies;
	char line[200];

	bench_options(argc, argv, options, sizeof(options) / sizeof(options[0]));
	b.out = strbuf_in(b.arena, OUT_MAX);
	b.fd = bench_accept(port);
	while (!b.is_there)
		wait_for(&b, false);
	printf("connected\n");
	fflush(stdout);
	for (;;) {
		while (!wait_for(&b, true))
			;
		if (fgets(line, sizeof(line), stdin) == NULL)
			return 0;
		if (sscanf(line, "%llu %llu %llu %llu", &in_flight, &count, &first, &replies) != 4)
			bench_fail("a round is IN_FLIGHT COUNT FIRST REPLIES, not %s", line);
		/* Replies of an earlier round that come now aren't this one's. */
		b.round = (struct round){
			.in_flight = in_flight, .count = count, .first = first, .replies = replies
		};
		run_round(&b);
	}
}
