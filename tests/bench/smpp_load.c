/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_load - one end of an SMPP link that costs next to nothing: as SMSC it shows what odzivd alone can do, as
 * ESME what the SMSC of the laboratory can.
 *
 *   smpp_load --port P --role smsc|esme
 *
 * Says `bound` when the link is. Then each line on stdin is one round, as box_load has them:
 *
 *   IN_FLIGHT COUNT FIRST REPLIES
 *
 * COUNT texts from number FIRST on (deliver_sm of an SMSC, submit_sm of an ESME), and REPLIES texts of the other
 * end that are waited for; each of them is answered at once. Two lines answer it: the texts (p50, p99: from the
 * PDU to its response), and the replies from the first one of the round.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/smpp_pdu.h"
#include "parsers/strbuf.h"
#include "tests/bench/bench.h"

#define IN_SIZE ((size_t)1 << 20)
#define OUT_MAX ((size_t)8 << 20)
/* Nothing came for so long: the other end is gone or hangs. */
#define SILENCE_MS 60000
/* Where the low octet of command_id stands. */
#define ID_AT       7
#define RESPONSE    0x80000000u
#define IS_TEXT(id) ((id) == SMPP_SUBMIT_SM || (id) == SMPP_DELIVER_SM)

struct round {
	uint64_t in_flight, count, first, replies;
	uint64_t n_sent, n_acked, n_replies;
	uint64_t begin, acked_at, first_reply_at, replied_at;
	uint64_t *sent_at; /* count of them */
	struct bench_times times;
};

struct peer {
	int fd;
	bool is_esme, is_bound;
	uint32_t base; /* the sequence of the round's first text */
	uint64_t n_ids;
	uint8_t *in;
	size_t in_len;
	struct arena *arena;
	struct strbuf out;
	struct round round;
};

static void flush(struct peer *p)
{
	size_t done = 0;

	while (done < p->out.len) {
		struct pollfd poller = { .fd = p->fd, .events = POLLOUT };
		ssize_t n = write(p->fd, p->out.buf + done, p->out.len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			poll(&poller, 1, SILENCE_MS);
		else
			bench_fail("the connection broke: %s", strerror(errno));
	}
	arena_reset(p->arena);
	p->out = strbuf_in(p->arena, OUT_MAX);
}

static void send_octets(struct peer *p, struct bytes octets)
{
	strbuf_add(&p->out, octets);
	if (strbuf_err(&p->out) != ERR_OK)
		bench_fail("a PDU couldn't be made: %s", err_text(strbuf_err(&p->out)));
}

static void send_bind(struct peer *p)
{
	struct smpp_bind bind = { .id = SMPP_BIND_TRANSCEIVER,
				  .system_id = bytes_of("odziv"),
				  .password = bytes_of("lab") };
	struct bytes frame;

	if (smpp_write_bind(&bind, 1, p->arena, &frame) != ERR_OK)
		bench_fail("the bind couldn't be made");
	send_octets(p, frame);
}

static struct smpp_address address_of(const char *digits)
{
	return (struct smpp_address){ .ton = 1, .npi = 1, .digits = bytes_of(digits) };
}

/* In the alphabet of every SMSC; each opens a case. */
static const char *const sentences[] = {
	"Pukla je cev u Svetosavskoj %u, voda tece po trotoaru",
	"Ne radi ulicna rasveta u Njegosevoj %u, mrak je",
	"Rupa na putu kod broja %u u Karadjordjevoj",
	"Nije odneto smece iz Dositejeve %u vec nedelju dana",
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void make_text(uint64_t n, char text_out[BENCH_TEXT_SIZE])
{
	snprintf(text_out, BENCH_TEXT_SIZE,
		 sentences[n % (sizeof(sentences) / sizeof(sentences[0]))],
		 (unsigned)(n % 9999) + 1);
}
#pragma GCC diagnostic pop

/* A deliver_sm has the fields of a submit_sm. */
static void send_text(struct peer *p, uint64_t index)
{
	char number[BENCH_NUMBER_SIZE], text[BENCH_TEXT_SIZE];
	struct smpp_message m = { 0 };
	uint8_t copy[512];
	struct bytes frame;

	bench_number(p->round.first + index, number);
	make_text(p->round.first + index, text);
	m.text = bytes_of(text);
	m.from = address_of(p->is_esme ? "1955" : number + 1);
	m.to = address_of(p->is_esme ? number + 1 : "1955");
	if (smpp_write_submit(&m, NULL, 0, p->base + (uint32_t)index, p->arena, &frame) != ERR_OK ||
	    frame.len > sizeof(copy))
		bench_fail("a text couldn't be made");
	memcpy(copy, frame.ptr, frame.len);
	copy[ID_AT] = p->is_esme ? SMPP_SUBMIT_SM : SMPP_DELIVER_SM;
	p->round.sent_at[index] = bench_now();
	send_octets(p, bytes_at(copy, frame.len));
}

static void fill_window(struct peer *p)
{
	struct round *r = &p->round;

	while (r->n_sent < r->count && r->n_sent - r->n_acked < r->in_flight)
		send_text(p, r->n_sent++);
}

/* Of a submit_sm with an id of its own, of a deliver_sm with none; all others have the header alone. */
static void respond(struct peer *p, uint32_t id, uint32_t sequence)
{
	uint8_t buf[SMPP_SIMPLE_MAX], octets[SMPP_SIMPLE_MAX + 16];
	struct bytes simple = smpp_write_simple(id | RESPONSE, SMPP_ROK, sequence, buf);
	int n = 0;

	memcpy(octets, simple.ptr, simple.len);
	if (id == SMPP_SUBMIT_SM || id == SMPP_BIND_TRANSCEIVER) {
		n = snprintf((char *)octets + SMPP_HEADER_SIZE, 16, "%llx",
			     (unsigned long long)++p->n_ids);
		simple.len = SMPP_HEADER_SIZE + (size_t)n + 1;
		octets[3] = (uint8_t)simple.len;
	}
	send_octets(p, bytes_at(octets, simple.len));
}

static void on_response(struct peer *p, uint32_t id, uint32_t status, uint32_t sequence)
{
	struct round *r = &p->round;
	uint64_t index = sequence - p->base;

	if (status != SMPP_ROK)
		bench_fail("an answer with status 0x%x", (unsigned)status);
	if (id == SMPP_BIND_TRANSCEIVER)
		p->is_bound = true;
	if (!IS_TEXT(id))
		return;
	if (index >= r->n_sent)
		bench_fail("an answer to nothing: %u", (unsigned)sequence);
	bench_times_add(&r->times, bench_now() - r->sent_at[index]);
	if (++r->n_acked == r->count)
		r->acked_at = bench_now();
}

static void on_request(struct peer *p, uint32_t id, uint32_t sequence)
{
	struct round *r = &p->round;

	respond(p, id, sequence);
	if (id == SMPP_BIND_TRANSCEIVER)
		p->is_bound = true;
	if (!IS_TEXT(id))
		return;
	r->replied_at = bench_now();
	if (r->n_replies++ == 0)
		r->first_reply_at = r->replied_at;
}

static void on_frame(struct peer *p, struct bytes frame)
{
	struct rd r = rd_of(bytes_cut(frame, 4, SMPP_HEADER_SIZE));
	uint32_t id = rd_u32(&r), status = rd_u32(&r), sequence = rd_u32(&r);

	if ((id & RESPONSE) != 0)
		on_response(p, id & ~RESPONSE, status, sequence);
	else
		on_request(p, id, sequence);
}

static void read_frames(struct peer *p)
{
	size_t done = 0;
	struct bytes frame;
	ssize_t n = read(p->fd, p->in + p->in_len, IN_SIZE - p->in_len);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n == 0 && p->round.count == 0 && p->round.replies == 0)
		exit(0); /* the other end is stopped first */
	if (n <= 0)
		bench_fail("the connection ended: %s", n < 0 ? strerror(errno) : "closed");
	p->in_len += (size_t)n;
	while (smpp_frame(bytes_at(p->in + done, p->in_len - done), &frame) == ERR_OK) {
		on_frame(p, frame);
		done += frame.len;
	}
	memmove(p->in, p->in + done, p->in_len - done);
	p->in_len -= done;
}

/* Until something comes from the other end (and is handled), or from stdin when it may. */
static bool wait_for(struct peer *p, bool also_stdin)
{
	struct pollfd polled[] = { { .fd = p->fd, .events = POLLIN },
				   { .fd = also_stdin ? 0 : -1, .events = POLLIN } };

	if (poll(polled, 2, also_stdin ? -1 : SILENCE_MS) <= 0)
		bench_fail("silence after %llu answers and %llu replies",
			   (unsigned long long)p->round.n_acked,
			   (unsigned long long)p->round.n_replies);
	if (polled[0].revents != 0) {
		read_frames(p);
		flush(p);
	}
	return polled[1].revents != 0;
}

static void run_round(struct peer *p)
{
	struct round *r = &p->round;

	r->sent_at = bench_alloc(r->count + 1, sizeof(uint64_t));
	bench_times_init(&r->times, r->count);
	r->begin = r->acked_at = bench_now();
	while (r->n_acked < r->count || r->n_replies < r->replies) {
		fill_window(p);
		flush(p);
		wait_for(p, false);
	}
	bench_print(r->count, r->acked_at - r->begin, &r->times);
	bench_print(r->n_replies, r->replied_at - r->first_reply_at, NULL);
	p->base += (uint32_t)r->count;
	free(r->sent_at);
	free(r->times.ns);
	*r = (struct round){ 0 };
}

int main(int argc, char **argv)
{
	uint64_t port = 0;
	const char *role = "smsc";
	struct peer p = { .base = 2,
			  .in = bench_alloc(1, IN_SIZE),
			  .arena = arena_new(4 * OUT_MAX) };
	const struct bench_option options[] = { { "--port", &port, NULL },
						{ "--role", NULL, &role } };
	unsigned long long in_flight, count, first, replies;
	char line[200];

	bench_options(argc, argv, options, sizeof(options) / sizeof(options[0]));
	p.is_esme = strcmp(role, "esme") == 0;
	p.out = strbuf_in(p.arena, OUT_MAX);
	p.fd = p.is_esme ? bench_connect(port) : bench_accept(port);
	if (p.is_esme)
		send_bind(&p);
	flush(&p);
	while (!p.is_bound)
		wait_for(&p, false);
	printf("bound\n");
	fflush(stdout);
	for (;;) {
		while (!wait_for(&p, true))
			;
		if (fgets(line, sizeof(line), stdin) == NULL)
			return 0;
		if (sscanf(line, "%llu %llu %llu %llu", &in_flight, &count, &first, &replies) != 4)
			bench_fail("a round is IN_FLIGHT COUNT FIRST REPLIES, not %s", line);
		/* What came before its line is the round's too: odzivd sends as soon as it is bound. */
		p.round = (struct round){ .in_flight = in_flight,
					  .count = count,
					  .first = first,
					  .replies = replies,
					  .n_replies = p.round.n_replies,
					  .first_reply_at = p.round.first_reply_at,
					  .replied_at = p.round.replied_at };
		run_round(&p);
	}
}
