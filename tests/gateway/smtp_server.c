/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/gateway/smtp_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_OCTETS 2048
#define SLOW_MS         150
#define NAME_MAX_OCTETS 32
#define FLOOD_LINES     1000

enum state { COMMANDS, BODY, LOGIN, DEAF };

struct session {
	uv_tcp_t tcp;
	uv_timer_t timer;
	struct smtp_server *server;
	unsigned n_handles;
	enum state state;
	char line[LINE_MAX_OCTETS];
	size_t len;
	char from[NAME_MAX_OCTETS], to[NAME_MAX_OCTETS]; /* local parts */
	bool has_mail, has_rcpt;                         /* accepted */
	unsigned n_mails;
	char in[65536];
};

/* --- saying and leaving --- */

static void say(struct session *s, const char *line)
{
	char out[LINE_MAX_OCTETS];
	int len = snprintf(out, sizeof(out), "%s\r\n", line);
	uv_buf_t buf = uv_buf_init(out, (unsigned)len);

	uv_try_write((uv_stream_t *)&s->tcp, &buf, 1);
}

static void on_closed(uv_handle_t *handle)
{
	struct session *s = handle->data;

	if (--s->n_handles > 0)
		return;
	s->server->n_open--;
	free(s);
}

static void leave(struct session *s)
{
	if (uv_is_closing((uv_handle_t *)&s->tcp))
		return;
	uv_close((uv_handle_t *)&s->tcp, on_closed);
	uv_close((uv_handle_t *)&s->timer, on_closed);
}

static void reset(struct session *s)
{
	uv_tcp_close_reset(&s->tcp, on_closed);
	uv_close((uv_handle_t *)&s->timer, on_closed);
}

/* --- what it is told to do --- */

static bool is(const struct session *s, const char *name)
{
	return strcmp(s->to, name) == 0;
}

/* "r450" at its stage: says "450 …" and is true. */
static bool refuses(struct session *s, const char *name, char stage)
{
	char line[64];

	if (name[0] != stage || strlen(name) != 4 || name[1] < '4' || name[1] > '5')
		return false;
	snprintf(line, sizeof(line), "%s %c.1.1 refused at %c", name + 1, name[1], stage);
	say(s, line);
	return true;
}

static void on_slow(uv_timer_t *timer)
{
	struct session *s = timer->data;

	s->state = COMMANDS;
	s->server->n_taken++;
	say(s, "250 2.0.0 taken at last");
}

static void body_ended(struct session *s)
{
	s->state = COMMANDS;
	if (is(s, "dropend") || is(s, "delivend")) {
		s->server->n_taken += is(s, "delivend");
		leave(s);
	} else if (is(s, "early")) {
		return; /* it has said so already */
	} else if (is(s, "hang")) {
		s->state = DEAF;
	} else if (is(s, "garbage")) {
		say(s, "!!! what");
	} else if (is(s, "slow")) {
		s->state = DEAF;
		uv_timer_start(&s->timer, on_slow, SLOW_MS, 0);
	} else if (!refuses(s, s->to, 'b')) {
		s->server->n_taken++;
		say(s, "250 2.0.0 taken");
	}
	if (is(s, "b421") || is(s, "dropidle"))
		leave(s);
}

static void on_body_line(struct session *s, const char *line, size_t len)
{
	struct smtp_server *server = s->server;

	if (len == 1 && line[0] == '.') {
		body_ended(s);
		return;
	}
	if (is(s, "early") && server->body_len == 0)
		say(s, "552 5.3.4 I have seen enough");
	if (len > 0 && line[0] == '.') {
		line++;
		len--;
	}
	if (server->body_len + len + 2 > SMTP_BODY_MAX)
		return;
	memcpy(server->body + server->body_len, line, len);
	memcpy(server->body + server->body_len + len, "\r\n", 2);
	server->body_len += len + 2;
	if (is(s, "dropbody"))
		leave(s);
}

/* --- commands --- */

static void local_part(const char *line, char out[NAME_MAX_OCTETS])
{
	const char *from = strchr(line, '<');
	size_t len = from == NULL ? 0 : strcspn(from + 1, "@>");

	snprintf(out, NAME_MAX_OCTETS, "%.*s", (int)(len < NAME_MAX_OCTETS ? len : 0),
		 from == NULL ? "" : from + 1);
}

static void on_ehlo(struct session *s)
{
	say(s, "250-test");
	say(s, "250-SIZE 7000000");
	if (s->server->offers_auth)
		say(s, "250-AUTH PLAIN");
	if (s->server->offers_pipelining)
		say(s, "250-PIPELINING");
	if (s->server->offers_utf8)
		say(s, "250-SMTPUTF8");
	say(s, "250 8BITMIME");
}

/* AHVzZXIAc2VjcmV0 is NUL user NUL secret. */
static void on_auth(struct session *s, const char *given)
{
	s->state = COMMANDS;
	say(s, strstr(given, "AHVzZXIAc2VjcmV0") != NULL ? "235 2.7.0 welcome"
							 : "535 5.7.8 wrong password");
}

static void on_mail(struct session *s, const char *line)
{
	local_part(line, s->from);
	if (s->server->drops_second && s->n_mails > 0) {
		leave(s);
		return;
	}
	s->n_mails++;
	s->has_rcpt = false;
	s->has_mail = !refuses(s, s->from, 'f');
	if (s->has_mail)
		say(s, "250 2.1.0 ok");
}

/* As much as the line takes at once; the end never comes. */
static void flood(struct session *s)
{
	for (size_t i = 0; i < FLOOD_LINES; i++)
		say(s,
		    "250-and this has to be said as well, before there can be any talk of an end");
}

static void on_rcpt(struct session *s, const char *line)
{
	local_part(line, s->to);
	if (is(s, "rstrcpt"))
		reset(s);
	else if (is(s, "hangrcpt"))
		s->state = DEAF;
	else if (is(s, "flood"))
		flood(s);
	else if (is(s, "unasked"))
		say(s, "250 ok\r\n354 go on\r\n250 taken");
	else if (!s->has_mail)
		say(s, "503 5.5.1 MAIL first");
	else if (!refuses(s, s->to, 'r')) {
		s->has_rcpt = true;
		say(s, "250 2.1.5 ok");
	}
}

static void on_data(struct session *s)
{
	s->server->body_len = 0;
	if (!s->has_rcpt && !s->server->wants_body) {
		say(s, "554 5.5.1 no recipient");
	} else if (is(s, "dropdata")) {
		leave(s);
	} else if (!refuses(s, s->to, 'd')) {
		say(s, "354 go on");
		s->state = BODY;
	}
}

static void note(struct smtp_server *server, const char *line)
{
	int n = snprintf(server->log + server->log_len, SMTP_LOG_MAX - server->log_len, "%s\n",
			 line);

	if (n > 0 && (size_t)n < SMTP_LOG_MAX - server->log_len)
		server->log_len += (size_t)n;
}

static bool begins(const char *line, const char *command)
{
	return strncasecmp(line, command, strlen(command)) == 0;
}

static void on_command(struct session *s, const char *line)
{
	note(s->server, line);
	if (s->state == LOGIN)
		on_auth(s, line);
	else if (begins(line, "EHLO"))
		on_ehlo(s);
	else if (begins(line, "AUTH PLAIN "))
		on_auth(s, line);
	else if (begins(line, "AUTH PLAIN")) {
		say(s, "334 ");
		s->state = LOGIN;
	} else if (begins(line, "MAIL FROM"))
		on_mail(s, line);
	else if (begins(line, "RCPT TO"))
		on_rcpt(s, line);
	else if (begins(line, "DATA"))
		on_data(s);
	else if (begins(line, "QUIT")) {
		say(s, "221 2.0.0 bye");
		leave(s);
	} else
		say(s, "250 ok");
}

static void on_octet(struct session *s, char c)
{
	if (c != '\n') {
		if (s->len < sizeof(s->line) - 1)
			s->line[s->len++] = c;
		return;
	}
	if (s->len > 0 && s->line[s->len - 1] == '\r')
		s->len--;
	s->line[s->len] = '\0';
	if (s->state == BODY)
		on_body_line(s, s->line, s->len);
	else if (s->state != DEAF)
		on_command(s, s->line);
	s->len = 0;
}

/* --- connections --- */

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct session *s = handle->data;

	(void)size;
	*buf = uv_buf_init(s->in, sizeof(s->in));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct session *s = stream->data;

	if (n < 0) {
		leave(s);
		return;
	}
	s->server->n_groups += memmem(buf->base, (size_t)n, "\nDATA\r\n", 7) != NULL;
	for (ssize_t i = 0; i < n && !uv_is_closing((uv_handle_t *)stream); i++)
		on_octet(s, buf->base[i]);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct smtp_server *server = listener->data;
	struct session *s = calloc(1, sizeof(*s));
	char greeting[64];

	if (s == NULL || status != 0)
		abort();
	uv_tcp_init(listener->loop, &s->tcp);
	uv_timer_init(listener->loop, &s->timer);
	s->tcp.data = s->timer.data = s;
	s->n_handles = 2;
	s->server = server;
	server->n_connections++;
	server->n_open++;
	if (uv_accept(listener, (uv_stream_t *)&s->tcp) != 0)
		abort();
	uv_read_start((uv_stream_t *)&s->tcp, on_alloc, on_read);
	snprintf(greeting, sizeof(greeting), "%u test ESMTP", server->greet);
	say(s, greeting);
	if (server->greet != 220)
		leave(s);
}

void smtp_server_start(struct smtp_server *s, uv_loop_t *loop)
{
	struct sockaddr_in at;
	int len = sizeof(at);

	memset(s, 0, sizeof(*s));
	s->greet = 220;
	uv_tcp_init(loop, &s->listener);
	s->listener.data = s;
	uv_ip4_addr("127.0.0.1", 0, &at);
	if (uv_tcp_bind(&s->listener, (const struct sockaddr *)&at, 0) != 0 ||
	    uv_listen((uv_stream_t *)&s->listener, 16, on_connection) != 0 ||
	    uv_tcp_getsockname(&s->listener, (struct sockaddr *)&at, &len) != 0) {
		printf("Bail out! no SMTP server\n");
		exit(1);
	}
	s->port = ntohs(at.sin_port);
}

void smtp_server_stop(struct smtp_server *s)
{
	uv_close((uv_handle_t *)&s->listener, NULL);
}

bool smtp_server_heard(const struct smtp_server *s, const char *words)
{
	return strstr(s->log, words) != NULL;
}

void smtp_server_forget(struct smtp_server *s)
{
	s->log[0] = '\0';
	s->log_len = s->body_len = 0;
	s->n_taken = s->n_connections = s->n_groups = 0;
}
