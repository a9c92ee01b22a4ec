/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/smpp_link.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "conf/smpp_words.h"
#include "parsers/err.h"
#include "parsers/smpp_pdu.h"
#include "parsers/strbuf.h"

/* Name and connection; a firewall that drops answers nothing. */
#define CONNECT_MS (10 * SECOND_MS)
/* Half-open connections are found by the kernel too. */
#define KEEPALIVE_S 30
/* A PDU, and the beginning of the next. */
#define IN_BYTES  (2 * SMPP_FRAME_MAX)
#define WHY_SIZE  400
#define PEER_SIZE INET6_ADDRSTRLEN
/* SMSCs that wait to be accepted: there is one, perhaps two. */
#define BACKLOG 4

enum stream_state { ST_RESOLVING, ST_CONNECTING, ST_UP, ST_ENDED };

/* Octets that gather while others are being written. */
struct outbuf {
	struct arena *arena;
	struct strbuf text;
};

struct smpp_stream {
	struct wire *wire;
	const struct smpp_stream_events *events; /* NULL: nobody listens, or not yet */
	void *ctx;
	char host[254];
	unsigned port;
	enum stream_state state;
	unsigned n_pending; /* callbacks of libuv that will come */
	uv_getaddrinfo_t resolve;
	uv_tcp_t tcp;
	bool has_tcp;
	uv_connect_t connect;
	uv_write_t write;
	uv_timer_t turn; /* what the next turn of the loop does */
	struct timer deadline;
	bool is_writing, is_closed;
	bool is_paused, wants_read;
	bool is_down_told;
	char why[WHY_SIZE];   /* of ST_ENDED */
	struct outbuf out[2]; /* [0] gathers, [1] is being written */
	uint64_t seq, seq_left;
	uint8_t *in;
	size_t in_len;
};

struct smpp_listener {
	struct wire *wire;
	uv_tcp_t tcp;
	void (*on_call)(void *ctx, struct smpp_stream *s, const char *peer);
	void *ctx;
};

/* --- the end --- */

static void end_if_over(struct smpp_stream *s)
{
	if (!s->is_closed || s->n_pending > 0)
		return;
	arena_free(&s->out[0].arena);
	arena_free(&s->out[1].arena);
	free(s->in);
	free(s);
}

static void on_closed(uv_handle_t *handle)
{
	struct smpp_stream *s = handle->data;

	s->n_pending--;
	end_if_over(s);
}

static void on_turn(uv_timer_t *timer);

static void turn_soon(struct smpp_stream *s)
{
	if (!s->is_closed && !uv_is_active((uv_handle_t *)&s->turn))
		uv_timer_start(&s->turn, on_turn, 0, 0);
}

/* The owner is told in a turn of its own, never within a call of his. */
static void go_down(struct smpp_stream *s, const char *why)
{
	if (s->state == ST_ENDED)
		return;
	s->state = ST_ENDED;
	snprintf(s->why, sizeof(s->why), "%s", why);
	host_timer_stop(s->wire->host, &s->deadline);
	if (s->has_tcp)
		uv_read_stop((uv_stream_t *)&s->tcp);
	turn_soon(s);
}

static void go_down_uv(struct smpp_stream *s, const char *what, int status)
{
	char why[WHY_SIZE];

	snprintf(why, sizeof(why), "%s %s:%u: %s", what, s->host, s->port, uv_strerror(status));
	go_down(s, why);
}

static void on_deadline(struct timer *t)
{
	go_down_uv(CONTAINER_OF(t, struct smpp_stream, deadline), "can't connect to", UV_ETIMEDOUT);
}

/* --- octets in --- */

static void hand_over(struct smpp_stream *s)
{
	size_t taken;

	if (s->events == NULL || s->is_paused || s->state != ST_UP || s->in_len == 0)
		return;
	s->n_pending++; /* it may be closed in there */
	taken = s->events->on_octets(s->ctx, bytes_at(s->in, s->in_len));
	s->n_pending--;
	if (s->is_closed) {
		end_if_over(s);
		return;
	}
	memmove(s->in, s->in + taken, s->in_len - taken);
	s->in_len -= taken;
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct smpp_stream *s = handle->data;

	(void)wanted;
	*buf = uv_buf_init((char *)s->in + s->in_len, (unsigned)(IN_BYTES - s->in_len));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct smpp_stream *s = stream->data;

	(void)buf;
	if (n < 0) {
		go_down_uv(s, n == UV_EOF ? "the SMSC hung up:" : "the connection ended:", (int)n);
		return;
	}
	s->in_len += (size_t)n;
	hand_over(s);
}

static void read_again(struct smpp_stream *s)
{
	s->wants_read = false;
	if (s->state != ST_UP || s->is_paused)
		return;
	uv_read_start((uv_stream_t *)&s->tcp, on_alloc, on_read);
	hand_over(s); /* whole PDUs may be here already; s may be gone afterwards */
}

static void stream_pause(struct smpp_stream *s, bool is_paused)
{
	if (s->is_paused == is_paused || s->state != ST_UP)
		return;
	s->is_paused = is_paused;
	s->wants_read = !is_paused;
	if (is_paused)
		uv_read_stop((uv_stream_t *)&s->tcp);
	else
		turn_soon(s);
}

/* --- octets out --- */

static void flush(struct smpp_stream *s);

static void on_written(uv_write_t *write, int status)
{
	struct smpp_stream *s = write->handle->data;

	s->n_pending--;
	s->is_writing = false;
	arena_reset(s->out[1].arena);
	if (s->state == ST_UP && status < 0)
		go_down_uv(s, "can't write to", status);
	else if (s->state == ST_UP && s->out[0].text.len > 0)
		flush(s);
	end_if_over(s);
}

static void flush(struct smpp_stream *s)
{
	struct outbuf gathered = s->out[0];
	uv_buf_t buf;

	if (s->is_writing || s->state != ST_UP || gathered.text.len == 0)
		return;
	s->out[0] = s->out[1];
	s->out[0].text = strbuf_in(s->out[0].arena, SMPP_OUT_MAX);
	s->out[1] = gathered;
	s->seq_left = s->seq;
	buf = uv_buf_init(gathered.text.buf, (unsigned)gathered.text.len);
	s->is_writing = true;
	s->n_pending++;
	if (uv_write(&s->write, (uv_stream_t *)&s->tcp, &buf, 1, on_written) != 0) {
		s->is_writing = false;
		s->n_pending--;
		go_down_uv(s, "can't write to", UV_EPIPE);
	}
}

static int stream_write(struct smpp_stream *s, struct bytes octets, uint64_t *seq_out)
{
	struct strbuf *out = &s->out[0].text;

	if (s->state != ST_UP)
		return ERR_BAD_STATE;
	strbuf_add(out, octets);
	turn_soon(s);
	if (strbuf_err(out) != ERR_OK)
		return strbuf_err(out);
	*seq_out = ++s->seq;
	return ERR_OK;
}

static bool stream_has_left(const struct smpp_stream *s, uint64_t seq)
{
	return seq <= s->seq_left;
}

/* s may be gone afterwards. */
static void on_turn(uv_timer_t *timer)
{
	struct smpp_stream *s = timer->data;

	flush(s);
	if (s->state == ST_ENDED && !s->is_down_told && s->events != NULL) {
		s->is_down_told = true;
		s->events->on_down(s->ctx, s->why);
	} else if (s->wants_read) {
		read_again(s);
	}
}

/* --- connecting --- */

static void is_up(struct smpp_stream *s)
{
	uv_tcp_nodelay(&s->tcp, 1);
	uv_tcp_keepalive(&s->tcp, 1, KEEPALIVE_S);
	s->state = ST_UP;
}

static void on_connected(uv_connect_t *connect, int status)
{
	struct smpp_stream *s = connect->handle->data;

	s->n_pending--;
	if (s->is_closed || s->state != ST_CONNECTING) {
		end_if_over(s);
		return;
	}
	if (status < 0) {
		go_down_uv(s, "can't connect to", status);
		return;
	}
	host_timer_stop(s->wire->host, &s->deadline);
	is_up(s);
	uv_read_start((uv_stream_t *)&s->tcp, on_alloc, on_read);
	s->events->on_up(s->ctx);
}

static const struct addrinfo *nth_address(const struct addrinfo *list, unsigned n)
{
	const struct addrinfo *at = list;

	for (unsigned i = 0; i < n; i++)
		at = at->ai_next != NULL ? at->ai_next : list;
	return at;
}

static void use_tcp(struct smpp_stream *s)
{
	uv_tcp_init(s->wire->loop, &s->tcp);
	s->tcp.data = s;
	s->has_tcp = true;
}

static void on_resolved(uv_getaddrinfo_t *resolve, int status, struct addrinfo *found)
{
	struct smpp_stream *s = CONTAINER_OF(resolve, struct smpp_stream, resolve);
	int err = status;

	s->n_pending--;
	if (s->is_closed || s->state != ST_RESOLVING) {
		uv_freeaddrinfo(found);
		end_if_over(s);
		return;
	}
	if (err == 0) {
		use_tcp(s);
		s->state = ST_CONNECTING;
		/* A name with several addresses: each connection takes the next one. */
		err = uv_tcp_connect(&s->connect, &s->tcp,
				     nth_address(found, s->wire->n_smpp_tries++ % 64)->ai_addr,
				     on_connected);
		s->n_pending += err == 0;
	}
	uv_freeaddrinfo(found);
	if (err != 0)
		go_down_uv(s, s->has_tcp ? "can't connect to" : "no address for", err);
}

static void look_up(struct smpp_stream *s)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	char port[16];
	int err;

	snprintf(port, sizeof(port), "%u", s->port);
	s->state = ST_RESOLVING;
	s->deadline.fire = on_deadline;
	host_timer_in(s->wire->host, &s->deadline, CONNECT_MS);
	err = uv_getaddrinfo(s->wire->loop, &s->resolve, on_resolved, s->host, port, &hints);
	if (err == 0)
		s->n_pending++;
	else
		go_down_uv(s, "no address for", err);
}

static struct smpp_stream *stream_new(struct wire *w)
{
	struct smpp_stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->in = malloc(IN_BYTES);
	/* A strbuf that grows leaves its smaller selves in the arena. */
	s->out[0].arena = arena_new(4 * (size_t)SMPP_OUT_MAX);
	s->out[1].arena = arena_new(4 * (size_t)SMPP_OUT_MAX);
	if (s->in == NULL || s->out[0].arena == NULL || s->out[1].arena == NULL) {
		s->is_closed = true;
		end_if_over(s);
		return NULL;
	}
	s->wire = w;
	s->out[0].text = strbuf_in(s->out[0].arena, SMPP_OUT_MAX);
	uv_timer_init(w->loop, &s->turn);
	s->turn.data = s;
	return s;
}

static int stream_open(struct smpp_network *n, const char *host, unsigned port,
		       const struct smpp_stream_events *events, void *ctx,
		       struct smpp_stream **s_out)
{
	struct smpp_stream *s = stream_new(CONTAINER_OF(n, struct wire, smpp));

	if (s == NULL)
		return ERR_NOMEM;
	s->events = events;
	s->ctx = ctx;
	s->port = port;
	snprintf(s->host, sizeof(s->host), "%s", host);
	*s_out = s;
	look_up(s);
	return ERR_OK;
}

static void stream_close(struct smpp_stream **stream)
{
	struct smpp_stream *s = *stream;

	if (s == NULL)
		return;
	*stream = NULL;
	flush(s); /* answers of this turn leave while they can */
	host_timer_stop(s->wire->host, &s->deadline);
	if (s->state == ST_RESOLVING)
		uv_cancel((uv_req_t *)&s->resolve);
	s->state = ST_ENDED;
	s->events = NULL;
	s->is_closed = true;
	if (s->has_tcp) {
		s->n_pending++;
		uv_close((uv_handle_t *)&s->tcp, on_closed);
	}
	s->n_pending++;
	uv_close((uv_handle_t *)&s->turn, on_closed);
}

/* --- who connects to us --- */

/* An IPv4 address is written as one, also where it came by a socket of both kinds. */
static void peer_of(const uv_tcp_t *tcp, char peer[PEER_SIZE], unsigned *port_out)
{
	static const char mapped[] = "::ffff:";
	struct sockaddr_storage at;
	int len = sizeof(at);
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&at;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&at;

	snprintf(peer, PEER_SIZE, "?");
	*port_out = 0;
	if (uv_tcp_getpeername(tcp, (struct sockaddr *)&at, &len) != 0)
		return;
	if (at.ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, peer, PEER_SIZE);
	else if (at.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &v6->sin6_addr, peer, PEER_SIZE);
	*port_out = ntohs(at.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
	if (strncmp(peer, mapped, strlen(mapped)) == 0 && strchr(peer, '.') != NULL)
		memmove(peer, peer + strlen(mapped), strlen(peer + strlen(mapped)) + 1);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct smpp_listener *l = listener->data;
	struct smpp_stream *s = status == 0 ? stream_new(l->wire) : NULL;
	char peer[PEER_SIZE];

	if (s == NULL)
		return; /* it stays in the backlog, and gives up */
	use_tcp(s);
	if (uv_accept(listener, (uv_stream_t *)&s->tcp) != 0) {
		stream_close(&s);
		return;
	}
	is_up(s);
	peer_of(&s->tcp, peer, &s->port);
	snprintf(s->host, sizeof(s->host), "%s", peer);
	l->on_call(l->ctx, s, peer);
}

static void stream_adopt(struct smpp_stream *s, const struct smpp_stream_events *events, void *ctx)
{
	s->events = events;
	s->ctx = ctx;
	s->wants_read = true;
	turn_soon(s);
}

static int address_of(const char *written, struct sockaddr_storage *at)
{
	struct smpp_endpoint e;

	if (smpp_words_endpoint(bytes_of(written), &e) != ERR_OK)
		return UV_EINVAL;
	if (uv_ip4_addr(e.host, (int)e.port, (struct sockaddr_in *)at) == 0)
		return 0;
	return uv_ip6_addr(e.host, (int)e.port, (struct sockaddr_in6 *)at);
}

static void on_listener_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void stop_listening(struct smpp_listener **l)
{
	if (*l != NULL)
		uv_close((uv_handle_t *)&(*l)->tcp, on_listener_closed);
	*l = NULL;
}

static int start_listening(struct smpp_network *n, const char *address,
			   void (*on_call)(void *ctx, struct smpp_stream *s, const char *peer),
			   void *ctx, struct smpp_listener **l_out, char *why, size_t why_size)
{
	struct smpp_listener *l = calloc(1, sizeof(*l));
	struct sockaddr_storage at;
	int err = address_of(address, &at);

	if (l == NULL)
		return ERR_NOMEM;
	l->wire = CONTAINER_OF(n, struct wire, smpp);
	l->on_call = on_call;
	l->ctx = ctx;
	uv_tcp_init(l->wire->loop, &l->tcp);
	l->tcp.data = l;
	if (err == 0)
		err = uv_tcp_bind(&l->tcp, (const struct sockaddr *)&at, 0);
	if (err == 0)
		err = uv_listen((uv_stream_t *)&l->tcp, BACKLOG, on_connection);
	if (err != 0) {
		snprintf(why, why_size, "%s: %s", address, uv_strerror(err));
		stop_listening(&l);
		return ERR_INVALID;
	}
	*l_out = l;
	return ERR_OK;
}

struct smpp_network *smpp_link_network(struct wire *w)
{
	w->smpp = (struct smpp_network){
		.open = stream_open,
		.write = stream_write,
		.has_left = stream_has_left,
		.pause = stream_pause,
		.close = stream_close,
		.listen = start_listening,
		.unlisten = stop_listening,
		.adopt = stream_adopt,
	};
	return &w->smpp;
}
