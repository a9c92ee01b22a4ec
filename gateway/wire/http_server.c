/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/http_server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/err.h"
#include "parsers/number.h"

/* How long a connection that must be looked at often may go unseen. */
#define SWEEP_SOON_MS  500
#define SWEEP_LATER_MS 5000
#define PEER_SIZE      64
#define BACKLOG        256

/* The kernel counts the end of a stream as an octet. */
#define END_OCTET 1

/* One connection of somebody's. */
struct http_conn {
	struct http_conn *next, **at;
	int fd;
	bool is_asking;       /* a request has begun and isn't complete */
	bool was_served;      /* some request came through */
	uint64_t since_ms;    /* when it began */
	uint64_t idle_octets; /* received when the last request was done */
	char peer[PEER_SIZE];
	struct http_request *request; /* begun and not completed */
};

enum request_state { REQUEST_NEW, REQUEST_HELD, REQUEST_ANSWERED, REQUEST_QUEUED };

/* From the request line until libmicrohttpd has sent the answer. */
struct http_request {
	struct http_server *server;
	struct MHD_Connection *mhd;
	struct http_conn *conn;
	enum request_state state;
	bool headers_seen;
	bool is_suspended;
	unsigned status;
	struct MHD_Response *response;
	size_t body_octets;
	struct bytes path, query; /* of uri */
	char uri[];
};

struct http_server {
	uv_loop_t *loop;
	struct MHD_Daemon *daemon;
	uv_poll_t poll;
	uv_timer_t run_timer, sweep_timer;
	unsigned n_open; /* libuv handles */
	bool is_running, wants_run, is_quiet;
	int listen_fd;
	unsigned port;
	uint64_t wait_ms; /* HEADER_WAIT_MS */
	struct http_conn *conns;
	struct http_route routes[HTTP_ROUTES_MAX];
	size_t n_routes;
	struct http_load load;
};

/* --- the loop --- */

static void on_run_timer(uv_timer_t *timer);

/* After every MHD_run its own idea of a time-out; 0 is common, its epoll is edge-triggered inside. */
static void run(struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG in_ms;

	s->wants_run = false;
	s->is_running = true;
	MHD_run(s->daemon);
	s->is_running = false;
	if (s->wants_run)
		uv_timer_start(&s->run_timer, on_run_timer, 0, 0);
	else if (MHD_get_timeout(s->daemon, &in_ms) == MHD_YES)
		uv_timer_start(&s->run_timer, on_run_timer, in_ms, 0);
	else
		uv_timer_stop(&s->run_timer);
}

static void on_run_timer(uv_timer_t *timer)
{
	run(timer->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct http_server *s = poll->data;

	(void)events;
	/* After any POLLERR libuv has stopped the handle for good. */
	if (status == UV_EBADF)
		uv_poll_start(poll, UV_READABLE, on_poll);
	run(s);
}

/* However many requests a batch resumes, one run follows. */
static void run_soon(struct http_server *s)
{
	if (s->is_running)
		s->wants_run = true;
	else if (!s->wants_run) {
		s->wants_run = true;
		uv_timer_start(&s->run_timer, on_run_timer, 0, 0);
	}
}

/* --- slow connections --- */

/* glibc 2.36's struct ends where the kernel's goes on (linux/tcp.h, which can't be included beside it). */
struct tcp_info_more {
	struct tcp_info known;
	uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
};

static uint64_t octets_received(int fd)
{
	struct tcp_info_more info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return 0;
	return info.bytes_received;
}

/* True when the connection has to be looked at soon again. */
static bool look_at(struct http_server *s, struct http_conn *c, uint64_t now)
{
	if (!c->is_asking && octets_received(c->fd) > c->idle_octets) {
		c->is_asking = true;
		c->since_ms = now;
	}
	if (!c->is_asking)
		return false;
	if (now - c->since_ms < s->wait_ms)
		return true;
	log_warning("http", "event=closed peer=%s cause=\"the request wasn't complete in %u ms\"",
		    c->peer, (unsigned)s->wait_ms);
	s->load.slow++;
	c->is_asking = false;
	c->was_served = true; /* said already */
	c->idle_octets = UINT64_MAX;
	/* libmicrohttpd sees the end of the stream and closes. */
	shutdown(c->fd, SHUT_RDWR);
	return false;
}

static void on_sweep(uv_timer_t *timer)
{
	struct http_server *s = timer->data;
	uint64_t now = uv_now(s->loop);
	bool is_soon = false;

	for (struct http_conn *c = s->conns; c != NULL; c = c->next)
		is_soon |= look_at(s, c, now);
	if (s->conns != NULL)
		uv_timer_start(timer, on_sweep, is_soon ? SWEEP_SOON_MS : SWEEP_LATER_MS, 0);
}

static void sweep_soon(struct http_server *s)
{
	if (!uv_is_active((uv_handle_t *)&s->sweep_timer) ||
	    uv_timer_get_due_in(&s->sweep_timer) > SWEEP_SOON_MS)
		uv_timer_start(&s->sweep_timer, on_sweep, SWEEP_SOON_MS, 0);
}

/* IPv4 in IPv6 is written as IPv4: that is how an operator lists his peers. */
static void name_peer(const struct sockaddr *addr, char *peer, size_t size)
{
	static const char mapped[] = "::ffff:";
	socklen_t len = addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
						    : sizeof(struct sockaddr_in);

	if (getnameinfo(addr, len, peer, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(peer, size, "?");
	if (strncmp(peer, mapped, sizeof(mapped) - 1) == 0 && strchr(peer, '.') != NULL)
		memmove(peer, peer + sizeof(mapped) - 1, strlen(peer) - sizeof(mapped) + 2);
}

static struct http_conn *conn_new(struct http_server *s, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *addr =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct http_conn *c = calloc(1, sizeof(*c));

	if (c == NULL || fd == NULL || addr == NULL) {
		free(c);
		return NULL;
	}
	c->fd = fd->connect_fd;
	c->is_asking = true;
	c->since_ms = uv_now(s->loop);
	name_peer(addr->client_addr, c->peer, sizeof(c->peer));
	c->next = s->conns;
	c->at = &s->conns;
	if (s->conns != NULL)
		s->conns->at = &c->next;
	s->conns = c;
	s->load.connections++;
	sweep_soon(s);
	return c;
}

static void request_free(struct http_request *r)
{
	r->server->load.requests--;
	if (r->conn != NULL)
		r->conn->request = NULL;
	if (r->response != NULL)
		MHD_destroy_response(r->response);
	free(r);
}

static void conn_free(struct http_server *s, struct http_conn *c)
{
	/* More parameters than its memory holds: libmicrohttpd never tells the end of such a request. */
	if (c->request != NULL)
		request_free(c->request);
	/* libmicrohttpd may have answered by itself: a URL above its memory, broken headers. */
	if (!c->was_served && octets_received(c->fd) > END_OCTET)
		log_warning("http", "event=closed peer=%s cause=\"no request that can be read\"",
			    c->peer);
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	/* libmicrohttpd takes the listening socket up again only in its next run, and nothing else may cause one. */
	if (s->load.connections == CONNECTIONS_MAX)
		run_soon(s);
	s->load.connections--;
	free(c);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct http_server *s = cls;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = conn_new(s, mhd);
	} else if (*socket_context != NULL) {
		conn_free(s, *socket_context);
		*socket_context = NULL;
	}
}

/* --- requests --- */

static struct http_conn *conn_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

/* The request line is here, before libmicrohttpd has touched it. What we return is the request's context. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	size_t len = strlen(uri);
	struct http_request *r = calloc(1, sizeof(*r) + len + 1);
	struct bytes rest;

	if (r == NULL)
		return NULL;
	r->server = cls;
	r->server->load.requests++;
	r->mhd = mhd;
	r->conn = conn_of(mhd);
	if (r->conn != NULL)
		r->conn->request = r;
	memcpy(r->uri, uri, len);
	rest = bytes_at(r->uri, len);
	r->path = bytes_cut(rest, 0, bytes_find(rest, '?'));
	r->query = bytes_cut(rest, r->path.len + 1, len);
	if (r->conn != NULL && !r->conn->is_asking) {
		r->conn->is_asking = true;
		r->conn->since_ms = uv_now(r->server->loop);
		sweep_soon(r->server);
	}
	return r;
}

static void count_answer(struct http_load *l, unsigned status)
{
	size_t i = 0;

	while (i < l->n_answers && l->answers[i].status != status)
		i++;
	if (i == ARRAY_LEN(l->answers))
		return;
	if (i == l->n_answers) {
		l->answers[i].status = status;
		l->n_answers++;
	}
	l->answers[i].n++;
}

static enum MHD_Result queue_answer(struct http_request *r)
{
	enum MHD_Result result;

	if (r->response == NULL)
		return MHD_NO;
	count_answer(&r->server->load, r->status);
	result = MHD_queue_response(r->mhd, r->status, r->response);
	r->state = REQUEST_QUEUED;
	return result;
}

void http_answer(struct http_request *r, unsigned status, const char *type, struct bytes body)
{
	struct http_server *s = r->server;

	r->status = status;
	r->response = MHD_create_response_from_buffer(
		body.len, body.len > 0 ? (void *)(uintptr_t)body.ptr : "",
		body.len > 0 ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_PERSISTENT);
	if (r->response != NULL && type != NULL)
		MHD_add_response_header(r->response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (r->response != NULL &&
	    (status == MHD_HTTP_CONTENT_TOO_LARGE || s->load.connections > CONNECTIONS_KEPT_MAX))
		MHD_add_response_header(r->response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (r->response != NULL && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(r->response, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_GET);
	r->state = REQUEST_ANSWERED;
	if (r->is_suspended) {
		r->is_suspended = false;
		s->load.held--;
		MHD_resume_connection(r->mhd);
		run_soon(s);
	}
}

bool http_hold(struct http_request *r)
{
	struct http_load *l = &r->server->load;

	if (l->held >= HELD_MAX)
		return false;
	l->held++;
	if (l->held > l->held_most)
		l->held_most = l->held;
	r->state = REQUEST_HELD;
	r->is_suspended = true;
	MHD_suspend_connection(r->mhd);
	return true;
}

const char *http_peer(const struct http_request *r)
{
	return r->conn != NULL ? r->conn->peer : "?";
}

struct bytes http_query(const struct http_request *r)
{
	return r->query;
}

static void refuse(struct http_request *r, unsigned status, const char *cause)
{
	log_warning("http", "event=refused peer=%s status=%u cause=\"%s\"", http_peer(r), status,
		    cause);
	http_answer(r, status, NULL, BYTES_NONE);
}

static const struct http_route *find_route(const struct http_server *s, struct bytes path)
{
	for (size_t i = 0; i < s->n_routes; i++) {
		if (bytes_is(path, s->routes[i].path))
			return &s->routes[i];
	}
	return NULL;
}

static uint64_t announced_body(struct http_request *r)
{
	const char *value = MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND,
							MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t octets = 0;

	if (value == NULL)
		return 0;
	/* What is no number is libmicrohttpd's to refuse; what doesn't fit is too much. */
	return number_parse_u64(bytes_of(value), 0, UINT64_MAX, &octets) == ERR_LIMIT ? UINT64_MAX
										      : octets;
}

/* The headers are complete. True: it is refused already. */
static bool refuse_by_headers(struct http_request *r, const char *method)
{
	if (announced_body(r) > HTTP_BODY_MAX)
		refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
	else if (find_route(r->server, r->path) == NULL)
		refuse(r, MHD_HTTP_NOT_FOUND, "wrong path");
	else if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		refuse(r, MHD_HTTP_METHOD_NOT_ALLOWED, "wrong method");
	else
		return false;
	return true;
}

/* Nothing more is awaited from the peer for this request. */
static void stop_watching(struct http_request *r)
{
	if (r->conn == NULL)
		return;
	r->conn->is_asking = false;
	r->conn->was_served = true;
	r->conn->idle_octets = octets_received(r->conn->fd);
}

static void request_is_complete(struct http_request *r)
{
	const struct http_route *route = find_route(r->server, r->path);

	stop_watching(r);
	if (r->body_octets > HTTP_BODY_MAX)
		refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
	else if (r->server->is_quiet)
		http_answer(r, MHD_HTTP_SERVICE_UNAVAILABLE, NULL, BYTES_NONE);
	else
		route->fn(r, route->ctx);
}

/*
 * Called with the headers, with each piece of a body, at its end, and once more
 * when a held request was resumed. An answer that is queued with the headers lets
 * libmicrohttpd close the connection instead of reading the body.
 */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **context)
{
	struct http_request *r = *context;

	(void)cls;
	(void)mhd;
	(void)url;
	(void)version;
	(void)upload;
	if (r == NULL)
		return MHD_NO;
	if (!r->headers_seen) {
		r->headers_seen = true;
		if (!refuse_by_headers(r, method))
			return MHD_YES;
		stop_watching(r);
	} else if (*upload_size > 0) {
		r->body_octets += *upload_size;
		*upload_size = 0;
		/* In the middle of a body nothing can be answered: end it. */
		return r->body_octets > 4 * HTTP_BODY_MAX ? MHD_NO : MHD_YES;
	} else if (r->state == REQUEST_NEW) {
		request_is_complete(r);
	}
	/* Held: libmicrohttpd comes again. */
	return r->state == REQUEST_ANSWERED ? queue_answer(r) : MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct http_request *r = *context;

	(void)cls;
	(void)mhd;
	(void)code;
	if (r != NULL)
		request_free(r);
	*context = NULL;
}

/* --- beginning and end --- */

__attribute__((format(printf, 2, 0))) static void log_library(void *cls, const char *format,
							      va_list ap)
{
	char line[256];

	(void)cls;
	vsnprintf(line, sizeof(line), format, ap);
	line[strcspn(line, "\n")] = '\0';
	log_debug("http", "event=libmicrohttpd words=\"%s\"", line);
}

/* "127.0.0.1:8080" or "[::1]:8080". */
static int split_listen(const char *listen, char *host, size_t host_size, const char **port_out)
{
	const char *colon = strrchr(listen, ':');
	size_t len;

	if (colon == NULL)
		return ERR_INVALID;
	len = (size_t)(colon - listen);
	if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']') {
		listen++;
		len -= 2;
	}
	if (len == 0 || len >= host_size)
		return ERR_INVALID;
	memcpy(host, listen, len);
	host[len] = '\0';
	*port_out = colon + 1;
	return ERR_OK;
}

static int open_socket(const char *listen_at, int *fd_out, char *why, size_t why_size)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	char host[PEER_SIZE];
	const char *port;
	int one = 1;
	int fd;

	if (split_listen(listen_at, host, sizeof(host), &port) != ERR_OK ||
	    getaddrinfo(host, port, &hints, &found) != 0) {
		snprintf(why, why_size, "http_listen '%s' is no ADDRESS:PORT; write 127.0.0.1:8080",
			 listen_at);
		return ERR_INVALID;
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
	    bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		snprintf(why, why_size, "can't listen on http_listen %s: %s", listen_at,
			 strerror(errno));
		freeaddrinfo(found);
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	freeaddrinfo(found);
	*fd_out = fd;
	return ERR_OK;
}

static unsigned port_of(int fd)
{
	struct sockaddr_storage addr = { 0 };
	socklen_t len = sizeof(addr);
	char port[16] = "";
	uint32_t n = 0;

	if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&addr, len, NULL, 0, port, sizeof(port),
			NI_NUMERICSERV) != 0)
		return 0;
	/* A unix socket has none: 0 then. */
	(void)number_parse_u32(bytes_of(port), 0, 65535, &n);
	return n;
}

static struct MHD_Daemon *start_daemon(struct http_server *s)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
				NULL, NULL, on_request, s,                  /* */
				MHD_OPTION_EXTERNAL_LOGGER, log_library, s, /* first, as it asks */
				MHD_OPTION_LISTEN_SOCKET, s->listen_fd,     /* */
				MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,     /* */
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_CONNECTION_MEMORY, /* */
				MHD_OPTION_CONNECTION_TIMEOUT,
				(unsigned)(HTTP_IDLE_MS / SECOND_MS),           /* */
				MHD_OPTION_URI_LOG_CALLBACK, on_uri, s,         /* */
				MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, /* */
				MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,   /* */
				MHD_OPTION_END);
}

int http_server_start(uv_loop_t *loop, const char *listen_at, int fd,
		      const struct http_route *routes, size_t n_routes, struct http_server **s_out,
		      char *why_out, size_t why_size)
{
	struct http_server *s = calloc(1, sizeof(*s));
	int err = ERR_OK;

	if (s == NULL)
		return ERR_NOMEM;
	s->loop = loop;
	s->wait_ms = HEADER_WAIT_MS;
	s->listen_fd = fd;
	if (fd == -1)
		err = open_socket(listen_at, &s->listen_fd, why_out, why_size);
	if (err != ERR_OK) {
		free(s);
		return err;
	}
	s->port = port_of(s->listen_fd);
	s->n_routes = n_routes < HTTP_ROUTES_MAX ? n_routes : HTTP_ROUTES_MAX;
	memcpy(s->routes, routes, s->n_routes * sizeof(routes[0]));
	s->daemon = start_daemon(s);
	if (s->daemon == NULL) {
		snprintf(why_out, why_size, "libmicrohttpd doesn't start");
		close(s->listen_fd);
		free(s);
		return ERR_IO;
	}
	uv_timer_init(loop, &s->run_timer);
	uv_timer_init(loop, &s->sweep_timer);
	uv_poll_init(loop, &s->poll,
		     MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
	s->run_timer.data = s->sweep_timer.data = s->poll.data = s;
	s->n_open = 3;
	uv_poll_start(&s->poll, UV_READABLE, on_poll);
	run(s);
	*s_out = s;
	return ERR_OK;
}

unsigned http_server_port(const struct http_server *s)
{
	return s->port;
}

void http_server_set_wait(struct http_server *s, int64_t ms)
{
	s->wait_ms = (uint64_t)ms;
}

void http_server_quiet(struct http_server *s)
{
	if (s->is_quiet)
		return;
	s->is_quiet = true;
	/* A socket of the service manager's stays open elsewhere: callers wait there for our next life. */
	MHD_quiesce_daemon(s->daemon);
	run_soon(s);
}

static void on_closed(uv_handle_t *handle)
{
	((struct http_server *)handle->data)->n_open--;
}

void http_server_stop(struct http_server **server)
{
	struct http_server *s = *server;

	if (s == NULL)
		return;
	http_server_quiet(s);
	/* What was answered last gets a chance to leave. */
	MHD_run(s->daemon);
	uv_close((uv_handle_t *)&s->poll, on_closed);
	uv_close((uv_handle_t *)&s->run_timer, on_closed);
	uv_close((uv_handle_t *)&s->sweep_timer, on_closed);
	while (s->n_open > 0)
		uv_run(s->loop, UV_RUN_ONCE);
	MHD_stop_daemon(s->daemon);
	close(s->listen_fd);
	free(s);
	*server = NULL;
}

void http_server_load(const struct http_server *s, struct http_load *load_out)
{
	*load_out = s->load;
}
