/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control_socket: what a member of the group can do to it. Client and socket are in
 * one thread; what the control table would do is written down and answered here.
 */
#include "gateway/wire/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf/log.h"
#include "gateway/flow/control.h"
#include "parsers/err.h"
#include "tests/tap.h"

#define PATIENCE_MS 20000
#define REPLY_MAX   ((size_t)4096)
#define CLIENTS     (CONTROL_CLIENTS_MAX + 1)

static uv_loop_t loop;
static struct core core;
static struct control_socket *sock;
static char path[200];
static char last_log[512];

/* --- what the control table does, written down --- */

static struct {
	unsigned n_runs, n_gone;
	char request[64], who[64];
	control_line_fn *fn; /* of the request that waits */
	void *ctx;
} saw;

void control_run(struct core *c, struct bytes request, const char *who, control_line_fn *fn,
		 void *ctx)
{
	(void)c;
	saw.n_runs++;
	snprintf(saw.request, sizeof(saw.request), "%.*s", PRI_BYTES(bytes_cut(request, 0, 60)));
	snprintf(saw.who, sizeof(saw.who), "%s", who);
	if (bytes_is(request, "wait")) {
		saw.fn = fn;
		saw.ctx = ctx;
		return;
	}
	fn(bytes_of("row"), false, ctx);
	fn(bytes_of("end"), true, ctx);
}

void control_stop(struct core *c)
{
	control_line_fn *fn = saw.fn;

	(void)c;
	saw.fn = NULL;
	if (fn != NULL)
		fn(bytes_of("stopped"), true, saw.ctx);
}

bool control_gone(struct core *c, const void *ctx)
{
	(void)c;
	(void)ctx;
	saw.n_gone++;
	return false;
}

static void on_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)ctx;
	snprintf(last_log, sizeof(last_log), "%s", line);
}

/* --- the client --- */

struct client {
	int fd;
	bool is_closed;
	char reply[REPLY_MAX];
	size_t len;
};

static void client_read(struct client *c)
{
	ssize_t n;

	uv_run(&loop, UV_RUN_NOWAIT);
	if (c->len == REPLY_MAX - 1)
		c->len = 0;
	n = recv(c->fd, c->reply + c->len, REPLY_MAX - 1 - c->len, MSG_DONTWAIT);
	if (n > 0)
		c->len += (size_t)n;
	c->is_closed |= n == 0 || (n < 0 && errno != EAGAIN);
	c->reply[c->len] = '\0';
}

static bool client_open(struct client *c)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	snprintf(to.sun_path, sizeof(to.sun_path), "%.100s", path);
	*c = (struct client){ .fd = socket(AF_UNIX, SOCK_STREAM, 0) };
	return connect(c->fd, (struct sockaddr *)&to, sizeof(to)) == 0;
}

static void client_send(struct client *c, const char *data, size_t len)
{
	uint64_t until = uv_hrtime() / 1000000 + PATIENCE_MS;

	while (len > 0 && !c->is_closed && uv_hrtime() / 1000000 < until) {
		ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
		client_read(c);
	}
}

/* Until the reply holds the words; false: it never did. */
static bool client_hears(struct client *c, const char *words)
{
	uint64_t until = uv_hrtime() / 1000000 + PATIENCE_MS;

	while (strstr(c->reply, words) == NULL && !c->is_closed && uv_hrtime() / 1000000 < until)
		client_read(c);
	return strstr(c->reply, words) != NULL;
}

static bool client_is_let_go(struct client *c)
{
	uint64_t until = uv_hrtime() / 1000000 + PATIENCE_MS;

	while (!c->is_closed && uv_hrtime() / 1000000 < until)
		client_read(c);
	return c->is_closed;
}

static void client_close(struct client *c)
{
	close(c->fd);
	for (int i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
}

static bool ask(struct client *c, const char *line, const char *answer)
{
	c->len = 0;
	c->reply[0] = '\0';
	client_send(c, line, strlen(line));
	return client_hears(c, answer);
}

/* The one that isn't answered at once. */
static void wait_for_request(void)
{
	uint64_t until = uv_hrtime() / 1000000 + PATIENCE_MS;

	while (saw.fn == NULL && uv_hrtime() / 1000000 < until)
		uv_run(&loop, UV_RUN_NOWAIT);
	/* What came with it is read too. */
	for (int i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
}

/* --- what is promised --- */

static void test_file(void)
{
	struct stat st;

	ok(stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 07777) == 0660,
	   "the socket is for its owner and group");
}

static void test_requests(void)
{
	const struct passwd *pw = getpwuid(geteuid());
	char name[64];
	struct client c;

	snprintf(name, sizeof(name), "uid:%u", (unsigned)geteuid());
	ok(client_open(&c) && ask(&c, "{\"who\": \"somebody else\"}\n", "row\nend\n"),
	   "a request is answered, a line a row");
	is_text(bytes_of(saw.who), pw != NULL ? pw->pw_name : name,
		"who asks is known by the kernel, not by what he says");
	ok(ask(&c, "one\ntwo\n", "row\nend\nrow\nend\n"), "two at once are answered one by one");
	is_text(bytes_of(saw.request), "two", "in order");
	saw.n_runs = 0;
	client_send(&c, "wait\nafter\n", 11);
	wait_for_request();
	is_int(saw.n_runs, 1, "the next one waits for the end of a long one");
	c.len = 0;
	saw.fn(bytes_of("late"), true, saw.ctx);
	saw.fn = NULL;
	ok(client_hears(&c, "late\nrow\nend\n"), "then comes");
	client_close(&c);
}

static void test_long_line(void)
{
	static char line[2 * CONTROL_LINE_MAX];
	struct client c;

	memset(line, 'x', sizeof(line));
	ok(client_open(&c), "a client");
	client_send(&c, line, sizeof(line));
	ok(client_hears(&c, "too long"), "whose line has no end is told so");
	ok(client_is_let_go(&c), "and let go");
	client_close(&c);
}

static void test_gone(void)
{
	struct client c;

	ok(client_open(&c), "a client");
	client_send(&c, "wait\nmore", 9);
	wait_for_request();
	client_close(&c);
	ok(saw.n_gone > 0 && saw.fn != NULL, "whose client leaves");
	saw.fn(bytes_of("row for nobody"), false, saw.ctx);
	saw.fn(bytes_of("end for nobody"), true, saw.ctx);
	saw.fn = NULL;
	ok(true, "may be answered all the same");
}

static void test_idle(void)
{
	static struct client many[CLIENTS];
	struct client last;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		ok(client_open(&many[i]) && ask(&many[i], "hello\n", "end"), "client %zu", i);
	ok(client_open(&last) && ask(&last, "hello\n", "end"),
	   "many who ask nothing keep nobody out");
	ok(client_is_let_go(&many[0]), "the first of them makes room");
	client_read(&many[1]);
	ok(!many[1].is_closed, "the others stay");
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		client_close(&many[i]);
	client_close(&last);
}

static void test_slow_reader(void)
{
	static char big[MIB];
	struct client slow, other;

	memset(big, 'r', sizeof(big));
	ok(client_open(&slow), "a client");
	client_send(&slow, "wait\n", 5);
	wait_for_request();
	for (size_t i = 0; i <= CONTROL_OUT_MAX / sizeof(big) + 2; i++)
		saw.fn(bytes_at(big, sizeof(big)), false, saw.ctx);
	ok(strstr(last_log, "doesn't read") != NULL,
	   "who doesn't read what he asked for is let go");
	ok(client_open(&other) && ask(&other, "hello\n", "end"), "others are answered");
	saw.fn(bytes_of("end"), true, saw.ctx);
	saw.fn = NULL;
	client_close(&other);
	client_close(&slow);
}

static void test_replace(void)
{
	struct control_socket *second = NULL;
	char why[256] = "", file[240];
	int fd;

	snprintf(file, sizeof(file), "%s.file", path);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
	close(fd);
	ok(control_socket_start(&loop, &core, file, &second, why, sizeof(why)) != ERR_OK &&
		   strstr(why, "another file") != NULL && access(file, F_OK) == 0,
	   "a file that is no socket is left alone");
	unlink(file);
	ok(symlink(path, file) == 0 &&
		   control_socket_start(&loop, &core, file, &second, why, sizeof(why)) != ERR_OK,
	   "nor is a symbolic link followed");
	unlink(file);
}

static void test_stop(void)
{
	struct client c, late;

	ok(client_open(&c), "a client");
	client_send(&c, "wait\n", 5);
	wait_for_request();
	control_socket_quiet(sock);
	ok(client_open(&late) && client_hears(&late, "stopping"), "at the end nobody new is heard");
	control_socket_stop(&sock);
	ok(sock == NULL && access(path, F_OK) != 0, "and the file is gone");
	close(c.fd);
	close(late.fd);
}

int main(void)
{
	char why[256] = "";

	log_set_sink(on_log, NULL);
	uv_loop_init(&loop);
	snprintf(path, sizeof(path), "%s/control.sock", temp_dir());
	plan(0);
	ok(control_socket_start(&loop, &core, path, &sock, why, sizeof(why)) == ERR_OK,
	   "it starts");
	test_file();
	test_requests();
	test_long_line();
	test_gone();
	test_idle();
	test_slow_reader();
	test_replace();
	test_stop();
	while (uv_run(&loop, UV_RUN_NOWAIT) != 0)
		;
	ok(uv_loop_close(&loop) == 0, "no handle is left");
	return done_testing();
}
