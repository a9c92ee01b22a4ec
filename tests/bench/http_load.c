/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http_load - callers of an HTTP port, each of which waits for its answer before it asks again.
 *
 *   http_load --port P --callers 64 --count 20000 [--first N] [--target mo|sendsms] [--secret S]
 *
 * Target `mo` calls as Kannel's get-url does, a text of another citizen each time: its 200 comes after
 * the commit that holds the message, its case and the queued reply. Target `sendsms` calls smsbox, whose
 * 202 comes when bearerbox has the text. Prints one line: messages a second, and p50 and p99 from the
 * call to the answer. Connections are kept.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define REQUEST_SIZE 4096
#define ANSWER_SIZE  4096
#define CALLERS_MAX  512

struct caller {
	int fd;
	uint64_t asked_at;
	size_t len;
	char answer[ANSWER_SIZE];
};

struct load {
	uint64_t port, callers, count, first;
	const char *target, *secret, *dlr_url;
	uint64_t n_asked, n_answered;
	struct bench_times times;
};

/* Percent-encodes as Kannel does: everything but letters, digits and a few. */
static void add_encoded(char *out, size_t *len, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *text != '\0' && *len + 4 < REQUEST_SIZE; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
			out[(*len)++] = (char)c;
			continue;
		}
		out[(*len)++] = '%';
		out[(*len)++] = hex[c >> 4];
		out[(*len)++] = hex[c & 15];
	}
	out[*len] = '\0';
}

static size_t make_request(const struct load *l, uint64_t n, char out[REQUEST_SIZE])
{
	char text[BENCH_TEXT_SIZE], number[BENCH_NUMBER_SIZE];
	size_t len;

	bench_text(n, text);
	bench_number(n, number);
	if (strcmp(l->target, "sendsms") == 0)
		len = (size_t)snprintf(
			out, REQUEST_SIZE,
			"GET /cgi-bin/sendsms?username=gw&password=gwpw&charset=UTF-8&"
			"coding=0&to=%%2B%s%s%s&text=",
			number + 1, l->dlr_url != NULL ? "&dlr-mask=31&dlr-url=" : "",
			l->dlr_url != NULL ? l->dlr_url : "");
	else
		len = (size_t)snprintf(
			out, REQUEST_SIZE,
			"GET /mo?key=%s&id=00000000-0000-4000-8000-%012llx&from=%%2B%s&"
			"to=1955&ts=1790000000&smsc=LAB&coding=0&charset=UTF-8&dcs=00&"
			"udh=&acct=&meta=&text=",
			l->secret, (unsigned long long)n, number + 1);
	add_encoded(out, &len, text);
	return len + (size_t)snprintf(out + len, REQUEST_SIZE - len,
				      " HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
				      "Connection: keep-alive\r\nUser-Agent: Kannel/1.4.5\r\n\r\n",
				      (unsigned)l->port);
}

static void ask(struct load *l, struct caller *c)
{
	char request[REQUEST_SIZE];
	size_t len;

	if (l->n_asked == l->count)
		return;
	len = make_request(l, l->first + l->n_asked++, request);
	c->len = 0;
	c->asked_at = bench_now();
	if (write(c->fd, request, len) != (ssize_t)len)
		bench_fail("a request couldn't be written: %s", strerror(errno));
}

/* The whole answer, with its body; 0: more is to come. */
static size_t answer_length(const struct caller *c)
{
	const char *end = memmem(c->answer, c->len, "\r\n\r\n", 4);
	const char *length;
	unsigned body = 0;

	if (end == NULL)
		return 0;
	length = strcasestr(c->answer, "\r\nContent-Length:");
	if (length != NULL && length < end && sscanf(length + 17, "%u", &body) != 1)
		bench_fail("an answer without a length: %s", c->answer);
	return (size_t)(end - c->answer) + 4 + body <= c->len ? c->len : 0;
}

static void on_readable(struct load *l, struct caller *c)
{
	ssize_t n = read(c->fd, c->answer + c->len, ANSWER_SIZE - 1 - c->len);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		bench_fail("a connection ended after %llu answers: %s",
			   (unsigned long long)l->n_answered, n < 0 ? strerror(errno) : "closed");
	c->len += (size_t)n;
	c->answer[c->len] = '\0';
	if (answer_length(c) == 0)
		return;
	if (strncmp(c->answer, "HTTP/1.1 20", 11) != 0)
		bench_fail("an answer that isn't 20x: %s", c->answer);
	bench_times_add(&l->times, bench_now() - c->asked_at);
	l->n_answered++;
	ask(l, c);
}

static void run(struct load *l)
{
	struct caller *callers = bench_alloc(l->callers, sizeof(*callers));
	struct epoll_event events[64];
	int ep = epoll_create1(EPOLL_CLOEXEC);

	for (uint64_t i = 0; i < l->callers; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &callers[i] };

		callers[i].fd = bench_connect(l->port);
		epoll_ctl(ep, EPOLL_CTL_ADD, callers[i].fd, &e);
	}
	for (uint64_t i = 0; i < l->callers; i++)
		ask(l, &callers[i]);
	while (l->n_answered < l->count) {
		int n = epoll_wait(ep, events, 64, 30000);

		if (n == 0)
			bench_fail("no answer for 30 s after %llu",
				   (unsigned long long)l->n_answered);
		for (int i = 0; i < n; i++)
			on_readable(l, events[i].data.ptr);
	}
}

int main(int argc, char **argv)
{
	struct load l = {
		.callers = 1, .count = 1000, .target = "mo", .secret = "laboratory-secret"
	};
	const struct bench_option options[] = {
		{ "--port", &l.port, NULL },       { "--callers", &l.callers, NULL },
		{ "--count", &l.count, NULL },     { "--first", &l.first, NULL },
		{ "--target", NULL, &l.target },   { "--secret", NULL, &l.secret },
		{ "--dlr-url", NULL, &l.dlr_url },
	};
	uint64_t begin;

	bench_options(argc, argv, options, sizeof(options) / sizeof(options[0]));
	if (l.port == 0 || l.callers == 0 || l.callers > CALLERS_MAX || l.callers > l.count)
		bench_fail(
			"http_load --port P --callers 1..%d --count N (at least a text a caller)",
			CALLERS_MAX);
	bench_times_init(&l.times, l.count);
	begin = bench_now();
	run(&l);
	bench_print(l.count, bench_now() - begin, &l.times);
	return 0;
}
