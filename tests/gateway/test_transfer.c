/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * transfer: what becomes of our HTTP requests. The other side is in the same
 * thread: our own HTTP port, and a server of a few lines that misbehaves.
 */
#include "gateway/wire/transfer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/log.h"
#include "gateway/wire/http_server.h"
#include "gateway/wire/url.h"
#include "parsers/err.h"
#include "tests/tap.h"

#define PATIENCE_MS 20000
#define BODY_MAX    ((size_t)1000)

static uv_loop_t loop;
static struct transfer *transfer;
static struct http_server *server;
static struct http_request *held[TRANSFERS_MAX];
static size_t n_held;

static struct {
	unsigned n;
	int err;
	bool may_have_sent;
	unsigned status;
	char body[BODY_MAX + 1];
	char words[128];
} got;

static void on_done(const struct transfer_answer *a, void *ctx)
{
	(void)ctx;
	got.n++;
	got.err = a->err;
	got.may_have_sent = a->may_have_sent;
	got.status = a->status;
	snprintf(got.words, sizeof(got.words), "%s", a->words);
	snprintf(got.body, sizeof(got.body), "%.*s", PRI_BYTES(a->body));
}

/* --- the other side --- */

static void on_echo(struct http_request *r, void *ctx)
{
	(void)ctx;
	http_answer(r, 202, "text/plain", http_query(r));
}

static void on_hold(struct http_request *r, void *ctx)
{
	(void)ctx;
	http_hold(r);
	held[n_held++] = r;
}

static void on_large(struct http_request *r, void *ctx)
{
	static uint8_t large[2 * BODY_MAX];

	(void)ctx;
	http_answer(r, 200, NULL, bytes_at(large, sizeof(large)));
}

static int listen_anywhere(unsigned *port_out)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 4) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
		printf("Bail out! no server\n");
		exit(1);
	}
	*port_out = ntohs(at.sin_port);
	return fd;
}

static void get(unsigned port, const char *path, int64_t deadline_ms)
{
	char url[256];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", port, path);
	ok(transfer_get(transfer, url, deadline_ms, BODY_MAX, on_done, NULL, NULL) == ERR_OK,
	   "a call begins");
}

static bool wait_for(unsigned n)
{
	uint64_t until = uv_hrtime() / 1000000 + PATIENCE_MS;

	while (got.n < n && uv_hrtime() / 1000000 < until)
		uv_run(&loop, UV_RUN_NOWAIT);
	return got.n == n;
}

/* Reads a request from a connection, or gives -1 when none comes. */
static int serve_one(int listener, int fd, const char *answer)
{
	uint64_t until = uv_hrtime() / 1000000 + 2000;
	char in[4096];

	while (uv_hrtime() / 1000000 < until) {
		ssize_t n;

		uv_run(&loop, UV_RUN_NOWAIT);
		if (fd < 0)
			fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		n = recv(fd, in, sizeof(in), MSG_DONTWAIT);
		if (n <= 0)
			continue;
		if (answer == NULL) {
			close(fd);
			return -1;
		}
		ok(send(fd, answer, strlen(answer), MSG_NOSIGNAL) == (ssize_t)strlen(answer),
		   "the other side answers");
		return fd;
	}
	return -1;
}

/* --- what is promised --- */

static void test_answers(void)
{
	unsigned port = http_server_port(server);

	got.n = 0;
	get(port, "/echo?a=1", 5000);
	ok(got.n == 0, "nobody is told before the call returns");
	ok(wait_for(1) && got.err == ERR_OK && got.status == 202 && strcmp(got.body, "a=1") == 0,
	   "an answer comes with its status and body");
	get(port, "/nowhere", 5000);
	ok(wait_for(2) && got.err == ERR_OK && got.status == 404, "404 is an answer too");
	get(port, "/large", 5000);
	ok(wait_for(3) && got.err == ERR_LIMIT && strcmp(got.words, "the answer is too long") == 0,
	   "a body that is too long isn't taken, and the words say so");
}

static void test_deadline(void)
{
	got.n = 0;
	get(http_server_port(server), "/hold", 200);
	ok(wait_for(1) && got.err == ERR_TIMEOUT && got.may_have_sent,
	   "who doesn't answer within the deadline may have got it");
	http_answer(held[--n_held], 200, NULL, BYTES_NONE);
}

static void test_refused(void)
{
	unsigned port;
	int fd = listen_anywhere(&port);
	uint64_t begin = uv_hrtime();

	close(fd);
	got.n = 0;
	get(port, "/", 5000);
	ok(wait_for(1) && got.err == ERR_IO && !got.may_have_sent,
	   "who doesn't listen hasn't got it");
	ok(uv_hrtime() - begin < UINT64_C(100000000), "and that is known at once");
}

/* libcurl alone would send the request again on a new connection: a text would go twice. */
static void test_kept_connection_dies(void)
{
	static const char answer[] = "HTTP/1.1 202 OK\r\nContent-Length: 1\r\n\r\nx";
	unsigned port;
	int listener = listen_anywhere(&port);
	int fd;

	got.n = 0;
	get(port, "/first", 5000);
	fd = serve_one(listener, -1, answer);
	ok(fd >= 0 && wait_for(1) && got.err == ERR_OK, "a connection is kept");
	get(port, "/second", 5000);
	serve_one(listener, fd, NULL);
	ok(wait_for(2) && got.err != ERR_OK && got.may_have_sent,
	   "when it dies after the request, nobody knows whether it was taken");
	for (int i = 0; i < 50; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	fd = accept(listener, NULL, NULL);
	ok(fd < 0 || recv(fd, (char[16]){ 0 }, 16, MSG_DONTWAIT) <= 0, "and it isn't sent again");
	if (fd >= 0)
		close(fd);
	close(listener);
}

static void test_redirect(void)
{
	static const char answer[] =
		"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
	unsigned port;
	int listener = listen_anywhere(&port);
	int fd;

	got.n = 0;
	get(port, "/", 5000);
	fd = serve_one(listener, -1, answer);
	ok(wait_for(1) && got.err == ERR_OK && got.status == 302, "a redirect isn't followed");
	close(fd);
	close(listener);
	ok(transfer_get(transfer, "file:///etc/passwd", 1000, BODY_MAX, on_done, NULL, NULL) ==
			   ERR_OK &&
		   wait_for(2) && got.err != ERR_OK,
	   "a file is no address");
}

static void test_bounds(void)
{
	struct transfer_call *call;
	char url[256];
	size_t n = 0;

	got.n = 0;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/hold", http_server_port(server));
	while (transfer_get(transfer, url, 20000, BODY_MAX, on_done, NULL, &call) == ERR_OK)
		n++;
	is_int((long long)n, TRANSFERS_MAX, "so many calls at a time, the next one is busy");
	while (n_held < n)
		uv_run(&loop, UV_RUN_NOWAIT);
	transfer_forget(call);
	while (n_held > 0)
		http_answer(held[--n_held], 200, NULL, BYTES_NONE);
	ok(wait_for((unsigned)n - 1), "all are answered but the one that nobody wants to know of");
}

static void test_url(void)
{
	struct arena *a = arena_new(4096);
	struct strbuf url = strbuf_in(a, 1024);

	strbuf_adds(&url, "http://h/p");
	url_param(&url, "text", bytes_of("a b&c=ž%"));
	url_param_number(&url, "coding", 0);
	is_text(strbuf_bytes(&url), "http://h/p?text=a%20b%26c%3D%C5%BE%25&coding=0",
		"parameters are encoded, the first after a question mark");
	arena_free(&a);
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

int main(void)
{
	const struct http_route routes[] = {
		{ "/echo", on_echo, NULL },
		{ "/hold", on_hold, NULL },
		{ "/large", on_large, NULL },
	};
	char why[256] = "";

	log_set_sink(no_log, NULL);
	uv_loop_init(&loop);
	if (transfer_new(&loop, &transfer) != ERR_OK ||
	    http_server_start(&loop, "127.0.0.1:0", -1, routes, ARRAY_LEN(routes), &server, why,
			      sizeof(why)) != ERR_OK) {
		printf("Bail out! %s\n", why);
		return 1;
	}
	plan(0);
	test_answers();
	test_deadline();
	test_refused();
	test_kept_connection_dies();
	test_redirect();
	test_bounds();
	test_url();
	got.n = 0;
	get(http_server_port(server), "/hold", 20000);
	while (n_held == 0)
		uv_run(&loop, UV_RUN_NOWAIT);
	transfer_free(&transfer);
	ok(got.n == 1 && got.err == ERR_CANCELLED, "what is under way at the end is told so");
	http_answer(held[0], 200, NULL, BYTES_NONE);
	http_server_stop(&server);
	ok(uv_loop_close(&loop) == 0, "and no handle is left");
	return done_testing();
}
