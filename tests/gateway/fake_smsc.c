/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/gateway/fake_smsc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"

static struct fake_smsc *fake_of(struct host *h)
{
	return (struct fake_smsc *)h; /* its first member */
}

/* --- a clock --- */

static struct wall fake_wall(struct host *h)
{
	return fake_of(h)->wall;
}

static struct mono fake_mono(struct host *h)
{
	return fake_of(h)->mono;
}

static void fake_random(struct host *h, void *buf, size_t len)
{
	uint8_t *out = buf;

	for (size_t i = 0; i < len; i++) {
		fake_of(h)->chance = fake_of(h)->chance * 1664525 + 1013904223;
		out[i] = (uint8_t)(fake_of(h)->chance >> 24);
	}
}

static void fake_timer(struct host *h, struct timer *t, struct mono when)
{
	struct fake_smsc *f = fake_of(h);
	size_t i = 0;

	while (i < f->n_timers && f->timers[i] != t)
		i++;
	if (when.ms == 0) {
		if (i < f->n_timers) {
			f->timers[i] = f->timers[--f->n_timers];
			f->when[i] = f->when[f->n_timers];
		}
		return;
	}
	if (i == FAKE_TIMERS_MAX)
		abort();
	f->timers[i] = t;
	f->when[i] = when;
	f->n_timers += i == f->n_timers;
}

/* The earliest that is due by then, taken out; NULL: none. */
static struct timer *due(struct fake_smsc *f, struct mono until)
{
	size_t first = f->n_timers;
	struct timer *t;

	for (size_t i = 0; i < f->n_timers; i++) {
		if (f->when[i].ms <= until.ms &&
		    (first == f->n_timers || f->when[i].ms < f->when[first].ms))
			first = i;
	}
	if (first == f->n_timers)
		return NULL;
	t = f->timers[first];
	if (f->when[first].ms > f->mono.ms) {
		f->wall.ms += f->when[first].ms - f->mono.ms;
		f->mono = f->when[first];
	}
	fake_timer(&f->host, t, (struct mono){ 0 });
	return t;
}

void fake_smsc_pass(struct fake_smsc *f, int64_t ms)
{
	struct mono until = { f->mono.ms + ms };
	struct timer *t;

	while ((t = due(f, until)) != NULL)
		t->fire(t);
	f->wall.ms += until.ms - f->mono.ms;
	f->mono = until;
}

/* --- a network --- */

static struct fake_line *line_of(const struct smpp_stream *s)
{
	return (struct fake_line *)(uintptr_t)s;
}

static struct fake_line *new_line(struct smpp_network *n)
{
	struct fake_smsc *f = CONTAINER_OF(n, struct fake_smsc, network);
	struct fake_line *l = calloc(1, sizeof(*l));

	if (f->n_lines == FAKE_LINES_MAX || l == NULL) {
		free(l);
		return NULL;
	}
	l->network = n;
	f->lines[f->n_lines++] = l;
	return l;
}

static int line_open(struct smpp_network *n, const char *host, unsigned port,
		     const struct smpp_stream_events *events, void *ctx, struct smpp_stream **s_out)
{
	struct fake_line *l = new_line(n);

	if (l == NULL)
		return ERR_NOMEM;
	l->events = events;
	l->ctx = ctx;
	l->port = port;
	snprintf(l->host, sizeof(l->host), "%s", host);
	*s_out = (struct smpp_stream *)l;
	return ERR_OK;
}

static int line_write(struct smpp_stream *s, struct bytes octets, uint64_t *seq_out)
{
	struct fake_line *l = line_of(s);

	if (!l->is_up)
		return ERR_BAD_STATE;
	if (l->is_stuck || l->out_len + octets.len > sizeof(l->out))
		return ERR_LIMIT;
	memcpy(l->out + l->out_len, octets.ptr, octets.len);
	l->out_len += octets.len;
	*seq_out = ++l->seq;
	if (!l->is_held)
		l->seq_left = l->seq;
	return ERR_OK;
}

static bool line_has_left(const struct smpp_stream *s, uint64_t seq)
{
	return seq <= line_of(s)->seq_left;
}

static void hand_over(struct fake_line *l)
{
	size_t taken = 0;

	if (l->is_paused || l->is_closed || l->in_len == 0)
		return;
	taken = l->events->on_octets(l->ctx, bytes_at(l->in, l->in_len));
	if (l->is_closed)
		return;
	memmove(l->in, l->in + taken, l->in_len - taken);
	l->in_len -= taken;
}

static void line_pause(struct smpp_stream *s, bool is_paused)
{
	line_of(s)->is_paused = is_paused;
}

static void line_close(struct smpp_stream **s)
{
	struct fake_line *l = line_of(*s);

	l->is_up = false;
	l->is_closed = true;
	*s = NULL;
}

static int line_listen(struct smpp_network *n, const char *address,
		       void (*on_call)(void *ctx, struct smpp_stream *s, const char *peer),
		       void *ctx, struct smpp_listener **l_out, char *why, size_t why_size)
{
	struct fake_smsc *f = CONTAINER_OF(n, struct fake_smsc, network);

	(void)address;
	(void)why;
	(void)why_size;
	f->on_call = on_call;
	f->call_ctx = ctx;
	f->is_listening = true;
	*l_out = (struct smpp_listener *)f;
	return ERR_OK;
}

static void line_unlisten(struct smpp_listener **l)
{
	((struct fake_smsc *)*l)->is_listening = false;
	*l = NULL;
}

static void line_adopt(struct smpp_stream *s, const struct smpp_stream_events *events, void *ctx)
{
	line_of(s)->events = events;
	line_of(s)->ctx = ctx;
}

void fake_smsc_init(struct fake_smsc *f)
{
	*f = (struct fake_smsc){
		.host = { .wall = fake_wall,
			  .mono = fake_mono,
			  .random = fake_random,
			  .timer = fake_timer },
		.network = { line_open, line_write, line_has_left, line_pause, line_close,
			     line_listen, line_unlisten, line_adopt },
		.mono = { 100000 },
		.wall = { INT64_C(1795554093000) },
	};
}

void fake_smsc_fini(struct fake_smsc *f)
{
	for (size_t i = 0; i < f->n_lines; i++)
		free(f->lines[i]);
	f->n_lines = 0;
}

struct fake_line *fake_smsc_last(struct fake_smsc *f)
{
	return f->n_lines > 0 ? f->lines[f->n_lines - 1] : NULL;
}

size_t fake_smsc_n_open(const struct fake_smsc *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_lines; i++)
		n += !f->lines[i]->is_closed;
	return n;
}

/* --- the other end --- */

void fake_line_up(struct fake_line *l)
{
	l->is_up = true;
	l->events->on_up(l->ctx);
}

void fake_line_down(struct fake_line *l, const char *why)
{
	if (!l->is_closed)
		l->events->on_down(l->ctx, why);
}

struct fake_line *fake_smsc_call(struct fake_smsc *f, const char *peer)
{
	struct fake_line *l;

	if (!f->is_listening)
		return NULL;
	l = new_line(&f->network);
	if (l == NULL)
		return NULL;
	l->is_up = true;
	f->on_call(f->call_ctx, (struct smpp_stream *)l, peer);
	return l->is_closed ? NULL : l;
}

void fake_line_send(struct fake_line *l, struct bytes octets)
{
	if (l->is_closed)
		return;
	if (l->in_len + octets.len > sizeof(l->in))
		abort();
	if (octets.len > 0)
		memcpy(l->in + l->in_len, octets.ptr, octets.len);
	l->in_len += octets.len;
	hand_over(l);
}

void fake_line_say(struct fake_line *l, uint32_t id, uint32_t status, uint32_t sequence)
{
	uint8_t buf[SMPP_SIMPLE_MAX];

	fake_line_send(l, smpp_write_simple(id, status, sequence, buf));
}

/* A response with a text behind its header. */
static void say_text(struct fake_line *l, uint32_t id, uint32_t status, uint32_t sequence,
		     const char *text)
{
	uint8_t buf[128];
	struct wr w = wr_of(buf, sizeof(buf));

	wr_u32(&w, SMPP_HEADER_SIZE + (uint32_t)strlen(text) + 1);
	wr_u32(&w, id);
	wr_u32(&w, status);
	wr_u32(&w, sequence);
	wr_put(&w, bytes_at(text, strlen(text) + 1));
	fake_line_send(l, wr_bytes(&w));
}

void fake_line_bind_resp(struct fake_line *l, const struct smpp_pdu *bind, uint32_t status)
{
	if (status == SMPP_ROK)
		say_text(l, bind->id | 0x80000000u, status, bind->sequence, "SMSC");
	else
		fake_line_say(l, bind->id | 0x80000000u, status, bind->sequence);
}

void fake_line_submit_resp(struct fake_line *l, uint32_t sequence, uint32_t status,
			   const char *message_id)
{
	if (message_id != NULL)
		say_text(l, (uint32_t)SMPP_SUBMIT_SM_RESP, status, sequence, message_id);
	else
		fake_line_say(l, (uint32_t)SMPP_SUBMIT_SM_RESP, status, sequence);
}

void fake_line_deliver(struct fake_line *l, uint32_t sequence, uint8_t esm_class, const char *text)
{
	uint8_t buf[512];
	struct wr w = wr_of(buf, sizeof(buf));
	struct wr length;

	wr_u32(&w, 0);
	wr_u32(&w, SMPP_DELIVER_SM);
	wr_u32(&w, 0);
	wr_u32(&w, sequence);
	wr_put(&w, bytes_at("\0\1\1"
			    "381641234567\0"
			    "\0\0"
			    "1955\0",
			    3 + 13 + 2 + 5));
	wr_u8(&w, esm_class);
	wr_put(&w, bytes_at("\0\0\0\0\0\0\0\0", 8));
	wr_u8(&w, (uint8_t)strlen(text));
	wr_put(&w, bytes_of(text));
	length = wr_of(buf, 4);
	wr_u32(&length, (uint32_t)w.len);
	fake_line_send(l, wr_bytes(&w));
}

bool fake_line_next(struct fake_line *l, struct smpp_pdu *pdu_out)
{
	struct bytes frame;

	/* What was paused and isn't any more. */
	hand_over(l);
	if (smpp_frame(bytes_at(l->out + l->out_done, l->out_len - l->out_done), &frame) != ERR_OK)
		return false;
	l->out_done += frame.len;
	return smpp_pdu_read(frame, pdu_out) == ERR_OK;
}

uint32_t fake_line_next_id(struct fake_line *l)
{
	struct smpp_pdu pdu;

	return fake_line_next(l, &pdu) ? pdu.id : 0;
}

struct fake_line *fake_smsc_bind(struct fake_smsc *f)
{
	struct fake_line *l = fake_smsc_last(f);
	struct smpp_pdu pdu;

	fake_line_up(l);
	if (fake_line_next(l, &pdu))
		fake_line_bind_resp(l, &pdu, SMPP_ROK);
	return l;
}
