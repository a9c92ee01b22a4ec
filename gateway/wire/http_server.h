/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http_server - the HTTP port under libuv's loop: Kannel's HTTP link, health and
 * metrics; the only user of libmicrohttpd.
 *
 * Owns:     the listening socket and all connections.
 * Promises: a request that is held costs no thread and is answered exactly once;
 *           wrong path 404, wrong method 405, a body over HTTP_BODY_MAX 413, all with
 *           an empty body and one line in the log; headers that aren't complete in
 *           HEADER_WAIT_MS end the connection; beyond CONNECTIONS_MAX nobody is accepted.
 * Threads:  the loop thread.
 * Leaves:   peers, secrets and parameters to the handlers.
 *
 * libmicrohttpd does not: bound the time of a request (only idleness), so we watch
 * connections and shut down the slow ones; tell of a request that it answers by
 * itself (414, broken headers), so we say so when such a connection ends.
 */
#ifndef GATEWAY_WIRE_HTTP_SERVER_H
#define GATEWAY_WIRE_HTTP_SERVER_H

#include <uv.h>

#include "parsers/bytes.h"

struct http_server;
struct http_request;

/* Loop thread. Answers, or holds and answers later; one http_answer() a request. */
typedef void http_handler_fn(struct http_request *r, void *ctx);

struct http_route {
	const char *path; /* "/mo" */
	http_handler_fn *fn;
	void *ctx;
};
#define HTTP_ROUTES_MAX 8

/*
 * Listens on "ADDRESS:PORT" ("[::1]:8080" too), or on fd when it isn't -1: a socket
 * that the service manager owns. Port 0: any; http_server_port() tells. The routes
 * are copied. why_out gets words on every error.
 */
int http_server_start(uv_loop_t *loop, const char *listen, int fd, const struct http_route *routes,
		      size_t n_routes, struct http_server **s_out, char *why_out, size_t why_size);
unsigned http_server_port(const struct http_server *s);
/* Test aid: another time than HEADER_WAIT_MS. */
void http_server_set_wait(struct http_server *s, int64_t ms);
/* Nobody new is accepted: the end is near. Connections that are open go on. */
void http_server_quiet(struct http_server *s);
/* Every held request must have been answered before. Runs the loop until its handles are closed. */
void http_server_stop(struct http_server **s);

/* --- inside a handler, and until the answer --- */
const char *http_peer(const struct http_request *r); /* "127.0.0.1", without port */
struct bytes
http_query(const struct http_request *r); /* behind "?", as it came; lives until the answer */
/* The request waits for http_answer(). False: HELD_MAX wait already, answer now. */
bool http_hold(struct http_request *r);
/* type NULL: no content type. The body is copied. r is gone afterwards. */
void http_answer(struct http_request *r, unsigned status, const char *type, struct bytes body);

/* For /metrics. */
struct http_load {
	size_t connections, requests, held, held_most;
	uint64_t slow; /* connections that were ended because they took too long */
	struct {
		unsigned status;
		uint64_t n;
	} answers[8];
	size_t n_answers;
};
void http_server_load(const struct http_server *s, struct http_load *load_out);

#endif
