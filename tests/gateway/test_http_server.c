/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http_server: what a raw client of the HTTP port sees. Client and server are in
 * one thread: the client's socket doesn't block, and the loop turns in between.
 */
#include "gateway/wire/http_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/err.h"
#include "tests/tap.h"

/* Longer than anything here takes on a slow machine. */
#define PATIENCE_MS  20000
#define REPLY_MAX    ((size_t)4096)
#define HELD_IN_TEST (HELD_MAX + 8)

static uv_loop_t loop;
static struct http_server *server;
static char last_log[2048];
static struct http_request *held[HELD_IN_TEST];
static size_t n_held;
static size_t query_len;

static void on_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)ctx;
	if (strstr(line, "libmicrohttpd") == NULL)
		snprintf(last_log, sizeof(last_log), "%s", line);
}

/* --- handlers --- */

static void on_now(struct http_request *r, void *ctx)
{
	query_len = http_query(r).len;
	http_answer(r, 200, "text/plain", bytes_of(ctx));
}

static void on_hold(struct http_request *r, void *ctx)
{
	(void)ctx;
	if (http_hold(r))
		held[n_held++] = r;
	else
		http_answer(r, 503, NULL, BYTES_NONE);
}

static void on_hold_and_answer(struct http_request *r, void *ctx)
{
	(void)ctx;
	http_hold(r);
	http_answer(r, 200, NULL, BYTES_NONE);
}

/* --- the client --- */

struct client {
	int fd;
	bool is_closed;
	char reply[REPLY_MAX];
	size_t len;
};

static void client_open(struct client *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)http_server_port(server)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	*c = (struct client){ .fd = socket(AF_INET, SOCK_STREAM, 0) };
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		printf("Bail out! no connection\n");
		exit(1);
	}
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
}

static void client_read(struct client *c)
{
	ssize_t n = recv(c->fd, c->reply + c->len, REPLY_MAX - 1 - c->len, 0);

	if (n > 0)
		c->len += (size_t)n;
	c->is_closed |= n == 0 || (n < 0 && errno != EAGAIN);
	c->reply[c->len] = '\0';
}

/* A whole answer is here: headers and as much body as they say. */
static bool client_has_reply(const struct client *c)
{
	const char *end = strstr(c->reply, "\r\n\r\n");
	const char *length = strstr(c->reply, "Content-Length: ");

	return end != NULL && length != NULL &&
	       strlen(end + 4) >= (size_t)strtoul(length + 16, NULL, 10);
}

static void client_send(struct client *c, const char *data, size_t len)
{
	uint64_t until = uv_hrtime() / 1000000 + PATIENCE_MS;

	while (len > 0 && !c->is_closed && uv_hrtime() / 1000000 < until) {
		ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL);

		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
		c->is_closed |= n < 0 && errno != EAGAIN;
		uv_run(&loop, UV_RUN_NOWAIT);
		if (!c->is_closed)
			client_read(c);
	}
}

static void client_wait(struct client *c)
{
	uint64_t until = uv_hrtime() / 1000000 + PATIENCE_MS;

	while (!client_has_reply(c) && !c->is_closed && uv_hrtime() / 1000000 < until) {
		uv_run(&loop, UV_RUN_NOWAIT);
		client_read(c);
	}
}

static bool client_waits_for_close(struct client *c)
{
	uint64_t until = uv_hrtime() / 1000000 + PATIENCE_MS;

	while (!c->is_closed && uv_hrtime() / 1000000 < until) {
		uv_run(&loop, UV_RUN_NOWAIT);
		client_read(c);
	}
	return c->is_closed;
}

static void turn(int times)
{
	while (times-- > 0)
		uv_run(&loop, UV_RUN_NOWAIT);
}

static void client_close(struct client *c)
{
	close(c->fd);
	turn(20);
}

static int client_status(const struct client *c)
{
	return strncmp(c->reply, "HTTP/1.1 ", 9) == 0 ? atoi(c->reply + 9) : 0;
}

static const char *client_body(const struct client *c)
{
	const char *end = strstr(c->reply, "\r\n\r\n");

	return end != NULL ? end + 4 : "";
}

static int status_of(const char *request, size_t len, struct client *c)
{
	client_open(c);
	client_send(c, request, len);
	client_wait(c);
	return client_status(c);
}

/* --- what is promised --- */

static void test_statuses(void)
{
	static const struct {
		const char *request;
		int status;
		const char *promise;
	} rows[] = {
		{ "GET /now?a=1 HTTP/1.1\r\nHost: h\r\n\r\n", 200, "a known path is answered" },
		{ "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", 404, "a wrong path is 404" },
		{ "GET /now/ HTTP/1.1\r\nHost: h\r\n\r\n", 404, "a path is exact" },
		{ "POST /now HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab", 405,
		  "a wrong method is 405" },
		{ "HEAD /now HTTP/1.1\r\nHost: h\r\n\r\n", 405, "HEAD is a wrong method too" },
		{ "GET /now HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab", 200,
		  "a small body is read and ignored" },
		{ "GET /hold-answer HTTP/1.1\r\nHost: h\r\n\r\n", 200,
		  "a request may be held and answered at once" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct client c;

		is_int(status_of(rows[i].request, strlen(rows[i].request), &c), rows[i].status,
		       "%s", rows[i].promise);
		if (rows[i].status != 200)
			ok(*client_body(&c) == '\0' && strstr(last_log, "peer=127.0.0.1") != NULL &&
				   strstr(last_log, "cause=") != NULL,
			   "%d has no body, and the log names peer and cause", rows[i].status);
		client_close(&c);
	}
}

static void test_large(void)
{
	static const char head[] =
		"GET /now HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n";
	static const char chunked[] =
		"GET /now HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
	size_t len = MIB + sizeof(head);
	char *request = malloc(len);
	struct client c;

	memset(request, 'x', len);
	memcpy(request, head, sizeof(head) - 1);
	is_int(status_of(request, sizeof(head) - 1, &c), 413, "a body announced as 1 MiB is 413");
	ok(client_waits_for_close(&c), "and the connection is closed");
	client_close(&c);

	client_open(&c);
	client_send(&c, chunked, sizeof(chunked) - 1);
	for (int i = 0; i < 5; i++) {
		memset(request, 'x', 65536);
		client_send(&c, "10000\r\n", 7);
		client_send(&c, request, 65536);
		client_send(&c, "\r\n", 2);
	}
	client_send(&c, "0\r\n\r\n", 5);
	client_wait(&c);
	is_int(client_status(&c), 413, "a body that grows above the bound unannounced is 413");
	client_close(&c);

	memset(request, 'x', len);
	memcpy(request, "GET /now?text=", 14);
	memcpy(request + 14 + 256 * KIB, " HTTP/1.1\r\nHost: h\r\n\r\n", 22);
	is_int(status_of(request, 14 + 256 * KIB + 22, &c), 200,
	       "a URL of 256 KiB, longer than any text that Kannel can join, is taken");
	is_int((long long)query_len, 5 + 256 * KIB, "whole");
	client_close(&c);
	memset(request, 'x', len);
	memcpy(request, "GET /now?text=", 14);
	last_log[0] = '\0';
	is_int(status_of(request, len, &c), 414, "a URL of 1 MiB is refused");
	client_waits_for_close(&c);
	client_close(&c);
	ok(strstr(last_log, "peer=127.0.0.1") != NULL, "and the log names the peer");
	free(request);
}

static void test_held(void)
{
	static const char request[] = "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n";
	struct client c, gone;

	client_open(&c);
	client_send(&c, request, sizeof(request) - 1);
	turn(50);
	client_read(&c);
	ok(n_held == 1 && c.len == 0, "a held request isn't answered");
	http_answer(held[--n_held], 200, NULL, BYTES_NONE);
	client_wait(&c);
	ok(client_status(&c) == 200 && *client_body(&c) == '\0', "until it is, with an empty body");
	c.len = 0;
	c.reply[0] = '\0';
	client_send(&c, request, sizeof(request) - 1);
	turn(50);
	http_answer(held[--n_held], 200, NULL, BYTES_NONE);
	client_wait(&c);
	is_int(client_status(&c), 200, "the connection is kept for the next one");
	client_close(&c);

	client_open(&gone);
	client_send(&gone, request, sizeof(request) - 1);
	turn(50);
	client_close(&gone);
	http_answer(held[--n_held], 200, NULL, BYTES_NONE);
	turn(50);
	ok(true, "an answer to a caller who left is no fault");
}

static void test_too_many_held(void)
{
	static const char request[] = "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n";
	static struct client many[HELD_MAX + 1];
	struct http_load load;

	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		client_open(&many[i]);
		client_send(&many[i], request, sizeof(request) - 1);
	}
	client_wait(&many[HELD_MAX]);
	is_int(client_status(&many[HELD_MAX]), 503, "above %d held requests the next is 503",
	       HELD_MAX);
	http_server_load(server, &load);
	is_int((long long)load.held, HELD_MAX, "and the held ones are counted");
	while (n_held > 0)
		http_answer(held[--n_held], 200, NULL, BYTES_NONE);
	client_wait(&many[0]);
	is_int(client_status(&many[0]), 200, "all of them are answered in one go");
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		client_wait(&many[i]);
		close(many[i].fd);
	}
	turn(50);
}

static void test_slow(void)
{
	static const char part[] = "GET /now HTTP/1.1\r\nHost: h\r\n";
	struct client silent, slow, kept;

	http_server_set_wait(server, 300);
	client_open(&silent);
	ok(client_waits_for_close(&silent), "who says nothing is let go");
	client_close(&silent);
	client_open(&slow);
	client_send(&slow, part, sizeof(part) - 1);
	ok(client_waits_for_close(&slow),
	   "headers that aren't complete in time end the connection");
	ok(strstr(last_log, "wasn't complete") != NULL &&
		   strstr(last_log, "peer=127.0.0.1") != NULL,
	   "and the log names peer and cause");
	client_close(&slow);
	is_int(status_of("GET /now HTTP/1.1\r\nHost: h\r\n\r\n", 30, &kept), 200,
	       "a connection that was served");
	for (int i = 0; i < 8; i++) {
		usleep(100000);
		turn(3);
	}
	client_read(&kept);
	ok(!kept.is_closed,
	   "stays open while it is idle, since Kannel loses what it writes to a closed one");
	client_send(&kept, part, sizeof(part) - 1);
	ok(client_waits_for_close(&kept), "but not when it begins a request and doesn't end it");
	client_close(&kept);
	http_server_set_wait(server, HEADER_WAIT_MS);
}

static void test_broken(void)
{
	static const char *const rubbish[] = {
		"\r\n\r\n\r\n",
		"GET\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00",
		"GET /now?text=%zz%00%c0%af&text=2 HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET /now HTTP/9.9\r\n\r\n",
		"GET /now HTTP/1.1\r\nno colon here\r\n\r\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(rubbish); i++) {
		struct client c;

		client_open(&c);
		client_send(&c, rubbish[i], strlen(rubbish[i]));
		turn(20);
		client_close(&c);
	}
	ok(true, "rubbish ends nothing");
}

/* libmicrohttpd says nothing to such a request, and nothing of its end. */
static void test_many_parameters(void)
{
	static const char end[] = " HTTP/1.1\r\nHost: h\r\n\r\n";
	size_t n = 10000;
	size_t len = strlen("GET /now?") + 4 * n;
	char *request = malloc(len + sizeof(end));
	struct http_load load;
	struct client c;

	memcpy(request, "GET /now?", strlen("GET /now?"));
	for (size_t i = 0; i < n; i++)
		memcpy(request + strlen("GET /now?") + 4 * i, "&a=b", 4);
	memcpy(request + len, end, sizeof(end));
	http_server_set_wait(server, 300);
	client_open(&c);
	client_send(&c, request, len + sizeof(end) - 1);
	turn(20);
	client_close(&c);
	for (int i = 0; i < 20; i++) {
		usleep(100000);
		turn(3);
	}
	http_server_load(server, &load);
	ok(load.connections == 0 && load.requests == 0,
	   "more parameters than fit end with their connection");
	http_server_set_wait(server, HEADER_WAIT_MS);
	free(request);
}

/* Beyond the limit nobody is accepted; who waits is served when a place is free. */
static void test_many(void)
{
	static struct client many[CONNECTIONS_MAX + 8];
	static const char request[] = "GET /now HTTP/1.1\r\nHost: h\r\n\r\n";
	struct http_load load;

	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		client_open(&many[i]);
		turn(1);
	}
	turn(100);
	http_server_load(server, &load);
	is_int((long long)load.connections, CONNECTIONS_MAX,
	       "%d connections are accepted, not one more", CONNECTIONS_MAX);
	client_send(&many[CONNECTIONS_MAX], request, sizeof(request) - 1);
	turn(50);
	client_read(&many[CONNECTIONS_MAX]);
	ok(many[CONNECTIONS_MAX].len == 0 && !many[CONNECTIONS_MAX].is_closed,
	   "the next one waits");
	for (size_t i = 0; i < 16; i++)
		close(many[i].fd);
	client_wait(&many[CONNECTIONS_MAX]);
	is_int(client_status(&many[CONNECTIONS_MAX]), 200, "and is served when a place is free");
	for (size_t i = 16; i < ARRAY_LEN(many); i++)
		close(many[i].fd);
	turn(200);
}

int main(void)
{
	static char body[] = "now\n";
	const struct http_route routes[] = {
		{ "/now", on_now, body },
		{ "/hold", on_hold, NULL },
		{ "/hold-answer", on_hold_and_answer, NULL },
	};
	char why[256] = "";
	struct http_load load;

	log_set_sink(on_log, NULL);
	uv_loop_init(&loop);
	plan(0);
	ok(http_server_start(&loop, "nonsense", -1, routes, 3, &server, why, sizeof(why)) ==
			   ERR_INVALID &&
		   strstr(why, "nonsense") != NULL,
	   "an address that is none is refused in words");
	if (http_server_start(&loop, "127.0.0.1:0", -1, routes, ARRAY_LEN(routes), &server, why,
			      sizeof(why)) != ERR_OK) {
		printf("Bail out! %s\n", why);
		return 1;
	}
	test_statuses();
	test_large();
	test_held();
	test_too_many_held();
	test_slow();
	test_broken();
	test_many_parameters();
	test_many();
	http_server_load(server, &load);
	is_int((long long)load.connections, 0, "no connection is left");
	http_server_stop(&server);
	ok(uv_loop_close(&loop) == 0, "and no handle");
	return done_testing();
}
