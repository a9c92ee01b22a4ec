/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/kannel_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "parsers/err.h"

/* A connection that stood for so long was a good one: the next wait is short again. */
#define GOOD_AFTER_MS (10 * SECOND_MS)
/* Name and connection; a firewall that drops answers nothing. */
#define CONNECT_MS (10 * SECOND_MS)
/* Half-open connections are found by the kernel. */
#define KEEPALIVE_S 30
#define IN_BYTES    (2 * (KANNEL_BODY_MAX + 4))
#define WHY_SIZE    512

enum link_state { KL_WAITING, KL_RESOLVING, KL_CONNECTING, KL_UP, KL_CLOSING };

/* Frames that gather while others are being written. */
struct outbuf {
	struct arena *arena;
	struct strbuf text;
};

struct kannel_link {
	struct wire *wire;
	const struct kannel_link_events *events; /* NULL: freed, nobody listens */
	void *ctx;
	char host[256];
	unsigned port, n_tries;
	enum link_state state;
	unsigned n_pending; /* callbacks of libuv that will come */
	uv_getaddrinfo_t resolve;
	uv_tcp_t tcp;
	uv_connect_t connect;
	uv_write_t write;
	uv_timer_t turn; /* what the next turn of the loop does */
	bool is_writing, is_freed;
	bool is_paused;  /* the owner takes no frames for now */
	bool wants_read; /* and takes them again: from the next turn on */
	struct timer retry, deadline;
	int64_t wait_ms;
	struct mono up_at;
	struct outbuf out[2]; /* [0] gathers, [1] is being written */
	uint64_t seq, seq_left;
	uint8_t *in;
	size_t in_len;
};

static void start_try(struct kannel_link *l);

static void end_if_over(struct kannel_link *l)
{
	if (!l->is_freed || l->n_pending > 0)
		return;
	arena_free(&l->out[0].arena);
	arena_free(&l->out[1].arena);
	free(l->in);
	free(l);
}

static void stop_timer(struct kannel_link *l, struct timer *t)
{
	l->wire->host->timer(l->wire->host, t, (struct mono){ 0 });
}

static void arm_timer(struct kannel_link *l, struct timer *t, int64_t in_ms)
{
	struct host *h = l->wire->host;

	h->timer(h, t, (struct mono){ h->mono(h).ms + in_ms });
}

/* --- the end of a try or of a connection --- */

static void on_retry(struct timer *t)
{
	start_try((struct kannel_link *)((char *)t - offsetof(struct kannel_link, retry)));
}

static void wait_and_retry(struct kannel_link *l)
{
	l->state = KL_WAITING;
	if (!l->is_freed)
		arm_timer(l, &l->retry,
			  host_backoff(l->wire->host, &l->wait_ms, RECONNECT_FIRST_MS,
				       RECONNECT_MOST_MS));
}

static void on_tcp_closed(uv_handle_t *handle)
{
	struct kannel_link *l = handle->data;

	l->n_pending--;
	wait_and_retry(l);
	end_if_over(l);
}

static void go_down(struct kannel_link *l, int err, const char *why)
{
	struct host *h = l->wire->host;
	enum link_state was = l->state;

	if (was == KL_CLOSING || was == KL_WAITING)
		return;
	stop_timer(l, &l->deadline);
	uv_timer_stop(&l->turn);
	if (was == KL_UP && h->mono(h).ms - l->up_at.ms > GOOD_AFTER_MS)
		l->wait_ms = 0;
	/* Another version stays another version until somebody installs something. */
	if (err == ERR_VERSION)
		l->wait_ms = RECONNECT_MOST_MS;
	l->in_len = 0;
	if (was == KL_RESOLVING) {
		wait_and_retry(l);
	} else {
		l->state = KL_CLOSING;
		uv_close((uv_handle_t *)&l->tcp, on_tcp_closed);
	}
	if (l->events != NULL)
		l->events->on_down(err, why, l->ctx);
}

static void go_down_uv(struct kannel_link *l, const char *what, int status)
{
	char why[WHY_SIZE];

	snprintf(why, sizeof(why), "%s %s:%u: %s", what, l->host, l->port, uv_strerror(status));
	go_down(l, ERR_IO, why);
}

static void on_deadline(struct timer *t)
{
	struct kannel_link *l =
		(struct kannel_link *)((char *)t - offsetof(struct kannel_link, deadline));

	if (l->state == KL_RESOLVING) {
		/* The callback comes with UV_ECANCELED, or when the resolver gives up. */
		uv_cancel((uv_req_t *)&l->resolve);
		arm_timer(l, &l->deadline, CONNECT_MS);
		return;
	}
	go_down_uv(l, "can't connect to bearerbox at", UV_ETIMEDOUT);
}

/* --- frames in --- */

static void on_turn(uv_timer_t *timer);

static void turn_soon(struct kannel_link *l)
{
	if (!uv_is_active((uv_handle_t *)&l->turn))
		uv_timer_start(&l->turn, on_turn, 0, 0);
}

static void on_frame(struct kannel_link *l, struct bytes body)
{
	struct kannel_frame frame;
	int err = kannel_frame_decode(body, &frame);

	if (err != ERR_OK) {
		go_down(l, ERR_VERSION,
			"bearerbox speaks another version of the box protocol than Kannel 1.4.5");
		return;
	}
	l->events->on_frame(&frame, body, l->ctx);
}

static void read_frames(struct kannel_link *l)
{
	size_t done = 0;

	while (l->state == KL_UP && !l->is_paused) {
		struct bytes body;
		size_t octets;
		int err = kannel_frame_cut(bytes_at(l->in + done, l->in_len - done),
					   KANNEL_BODY_MAX, &body, &octets);

		if (err == ERR_TRUNCATED)
			break;
		if (err != ERR_OK) {
			go_down(l, ERR_VERSION,
				"a frame of bearerbox is longer than any of Kannel 1.4.5");
			break;
		}
		done += octets;
		on_frame(l, body);
	}
	if (l->state != KL_UP)
		return;
	memmove(l->in, l->in + done, l->in_len - done);
	l->in_len -= done;
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct kannel_link *l = handle->data;

	(void)wanted;
	*buf = uv_buf_init((char *)l->in + l->in_len, (unsigned)(IN_BYTES - l->in_len));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct kannel_link *l = stream->data;

	(void)buf;
	if (n < 0) {
		go_down_uv(l, "the connection ended, bearerbox at", (int)n);
		return;
	}
	l->in_len += (size_t)n;
	read_frames(l);
}

static void read_again(struct kannel_link *l)
{
	l->wants_read = false;
	/* Whole frames may be here already. */
	read_frames(l);
	if (l->state == KL_UP && !l->is_paused)
		uv_read_start((uv_stream_t *)&l->tcp, on_alloc, on_read);
}

void kannel_link_pause(struct kannel_link *l, bool is_paused)
{
	if (l->is_paused == is_paused || l->state != KL_UP)
		return;
	l->is_paused = is_paused;
	l->wants_read = !is_paused;
	if (is_paused)
		uv_read_stop((uv_stream_t *)&l->tcp);
	else
		turn_soon(l);
}

/* --- frames out --- */

static void flush(struct kannel_link *l);

static void on_written(uv_write_t *write, int status)
{
	struct kannel_link *l = write->handle->data;

	l->n_pending--;
	l->is_writing = false;
	arena_reset(l->out[1].arena);
	if (l->state == KL_UP && status < 0)
		go_down_uv(l, "can't write to bearerbox at", status);
	else if (l->state == KL_UP && l->out[0].text.len > 0)
		flush(l);
	end_if_over(l);
}

static void flush(struct kannel_link *l)
{
	struct outbuf gathered = l->out[0];
	uv_buf_t buf;

	if (l->state == KL_UP && strbuf_err(&gathered.text) != ERR_OK) {
		go_down(l, ERR_IO, "bearerbox doesn't read what we send");
		return;
	}
	if (l->is_writing || l->state != KL_UP || gathered.text.len == 0)
		return;
	l->out[0] = l->out[1];
	l->out[0].text = strbuf_in(l->out[0].arena, KANNEL_OUT_MAX);
	l->out[1] = gathered;
	l->seq_left = l->seq;
	buf = uv_buf_init(gathered.text.buf, (unsigned)gathered.text.len);
	l->is_writing = true;
	l->n_pending++;
	if (uv_write(&l->write, (uv_stream_t *)&l->tcp, &buf, 1, on_written) != 0) {
		l->is_writing = false;
		l->n_pending--;
		go_down_uv(l, "can't write to bearerbox at", UV_EPIPE);
	}
}

static void on_turn(uv_timer_t *timer)
{
	struct kannel_link *l = timer->data;

	flush(l);
	if (l->wants_read && l->state == KL_UP)
		read_again(l);
}

int kannel_link_send(struct kannel_link *l, const struct kannel_frame *frame, uint64_t *seq_out)
{
	struct strbuf *out = &l->out[0].text;
	int err;

	if (l->state != KL_UP)
		return ERR_BAD_STATE;
	kannel_frame_encode(frame, out);
	err = strbuf_err(out);
	/* When it is full the connection ends, but in a turn of its own: who sends is in the middle of its lists. */
	turn_soon(l);
	if (err != ERR_OK)
		return err;
	l->seq++;
	if (seq_out != NULL)
		*seq_out = l->seq;
	return ERR_OK;
}

void kannel_link_drop(struct kannel_link *l, const char *why)
{
	if (l->state == KL_UP)
		flush(l);
	if (l->state == KL_UP)
		go_down(l, ERR_IO, why);
}

bool kannel_link_has_left(const struct kannel_link *l, uint64_t seq)
{
	return seq <= l->seq_left;
}

bool kannel_link_is_up(const struct kannel_link *l)
{
	return l->state == KL_UP;
}

/* --- a try --- */

static void on_connected(uv_connect_t *connect, int status)
{
	struct kannel_link *l = connect->handle->data;

	l->n_pending--;
	if (l->state != KL_CONNECTING) {
		end_if_over(l);
		return;
	}
	if (status < 0) {
		go_down_uv(l, "can't connect to bearerbox at", status);
		return;
	}
	stop_timer(l, &l->deadline);
	uv_tcp_nodelay(&l->tcp, 1);
	uv_tcp_keepalive(&l->tcp, 1, KEEPALIVE_S);
	/* What the last connection didn't take; nothing is being written, its close came after its writes. */
	arena_reset(l->out[0].arena);
	l->out[0].text = strbuf_in(l->out[0].arena, KANNEL_OUT_MAX);
	l->seq_left = l->seq;
	l->is_paused = l->wants_read = false;
	l->state = KL_UP;
	l->up_at = l->wire->host->mono(l->wire->host);
	uv_read_start((uv_stream_t *)&l->tcp, on_alloc, on_read);
	l->events->on_up(l->ctx);
}

static const struct addrinfo *nth_address(const struct addrinfo *list, unsigned n)
{
	const struct addrinfo *at = list;

	for (unsigned i = 0; i < n; i++)
		at = at->ai_next != NULL ? at->ai_next : list;
	return at;
}

static void on_resolved(uv_getaddrinfo_t *resolve, int status, struct addrinfo *found)
{
	struct kannel_link *l =
		(struct kannel_link *)((char *)resolve - offsetof(struct kannel_link, resolve));
	int err;

	l->n_pending--;
	if (l->is_freed || status < 0) {
		uv_freeaddrinfo(found);
		if (!l->is_freed)
			go_down_uv(l, "no address for bearerbox", status);
		end_if_over(l);
		return;
	}
	uv_tcp_init(l->wire->loop, &l->tcp);
	l->tcp.data = l;
	l->n_pending++; /* until it is closed */
	l->state = KL_CONNECTING;
	/* A name with several addresses: each try takes the next one. */
	err = uv_tcp_connect(&l->connect, &l->tcp, nth_address(found, l->n_tries++)->ai_addr,
			     on_connected);
	uv_freeaddrinfo(found);
	if (err == 0)
		l->n_pending++;
	else
		go_down_uv(l, "can't connect to bearerbox at", err);
}

static void start_try(struct kannel_link *l)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	char port[16];
	int err;

	snprintf(port, sizeof(port), "%u", l->port);
	l->state = KL_RESOLVING;
	arm_timer(l, &l->deadline, CONNECT_MS);
	err = uv_getaddrinfo(l->wire->loop, &l->resolve, on_resolved, l->host, port, &hints);
	if (err == 0)
		l->n_pending++;
	else
		go_down_uv(l, "no address for bearerbox", err);
}

/* --- the part --- */

int kannel_link_new(struct wire *w, const char *host, unsigned port,
		    const struct kannel_link_events *events, void *ctx, struct kannel_link **l_out)
{
	struct kannel_link *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return ERR_NOMEM;
	l->in = malloc(IN_BYTES);
	/* A strbuf that grows leaves its smaller selves in the arena. */
	l->out[0].arena = arena_new(4 * (size_t)KANNEL_OUT_MAX);
	l->out[1].arena = arena_new(4 * (size_t)KANNEL_OUT_MAX);
	if (l->in == NULL || l->out[0].arena == NULL || l->out[1].arena == NULL) {
		l->is_freed = true;
		end_if_over(l);
		return ERR_NOMEM;
	}
	l->wire = w;
	l->events = events;
	l->ctx = ctx;
	snprintf(l->host, sizeof(l->host), "%s", host);
	l->port = port;
	l->retry.fire = on_retry;
	l->deadline.fire = on_deadline;
	uv_timer_init(w->loop, &l->turn);
	l->turn.data = l;
	l->n_pending = 1; /* the timer, until it is closed */
	*l_out = l;
	start_try(l);
	return ERR_OK;
}

static void on_turn_closed(uv_handle_t *handle)
{
	struct kannel_link *l = handle->data;

	l->n_pending--;
	end_if_over(l);
}

void kannel_link_free(struct kannel_link **link)
{
	struct kannel_link *l = *link;

	if (l == NULL)
		return;
	*link = NULL;
	l->events = NULL;
	flush(l); /* acknowledgements of this turn leave while they can */
	l->is_freed = true;
	stop_timer(l, &l->retry);
	if (l->state == KL_RESOLVING)
		uv_cancel((uv_req_t *)&l->resolve);
	go_down(l, ERR_CANCELLED, "stopped");
	stop_timer(l, &l->deadline);
	uv_close((uv_handle_t *)&l->turn, on_turn_closed);
}
