/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pages: what a supervisor and a collector read. The server is real, the core is a
 * few numbers of this test; the page of metrics is read as the OpenMetrics text says.
 */
#include "gateway/wire/pages.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "parsers/err.h"
#include "parsers/json.h"
#include "tests/tap.h"

#define PATIENCE_MS  20000
#define PAGE_MAX     ((size_t)64 * 1024)
#define FAMILIES_MAX 64
#define NAME_MAX_LEN 80

static uv_loop_t loop;
static struct core core;
static struct wire wire;
static struct pages pages;
static struct conf_channel conf = { .name = "kannel", .type = CHANNEL_KANNEL };
static struct wire_channel own;
static bool one_link(const struct channel *c, size_t i, struct channel_link *link_out)
{
	(void)c;
	*link_out = (struct channel_link){ .name = "smsc.example:2775/1",
					   .role = "transceiver",
					   .is_up = true,
					   .window_used = 3 };
	return i == 0;
}

static const struct channel_ops ops = { .link = one_link };
static struct channel channel = { .ops = &ops, .conf = &conf, .own = &own };
static struct alarm raised = { .name = "store-full" };
static bool is_open;
static size_t n_alarms;

bool intake_is_open(const struct intake *in, const char **why_out)
{
	(void)in;
	if (why_out != NULL)
		*why_out = "the store is full";
	return is_open;
}

size_t alarms_count(const struct alarms *a)
{
	(void)a;
	return n_alarms;
}

const struct alarm *alarms_at(const struct alarms *a, size_t i)
{
	(void)a;
	(void)i;
	return &raised;
}

const char *channel_state_text(enum channel_state state)
{
	return state == CHANNEL_UP ? "up" : "down";
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

/* --- the client --- */

static char page[PAGE_MAX];

/* The whole answer, headers first, until the server closes. */
static int get(const char *path)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)http_server_port(wire.http)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint64_t until = uv_hrtime() / 1000000 + PATIENCE_MS;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char request[128];
	size_t len = 0;
	ssize_t n = -1;

	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", path);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 ||
	    send(fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
		return 0;
	while (n != 0 && uv_hrtime() / 1000000 < until) {
		uv_run(&loop, UV_RUN_NOWAIT);
		n = recv(fd, page + len, PAGE_MAX - 1 - len, MSG_DONTWAIT);
		len += n > 0 ? (size_t)n : 0;
	}
	page[len] = '\0';
	close(fd);
	return strncmp(page, "HTTP/1.1 ", 9) == 0 ? atoi(page + 9) : 0;
}

static const char *body(void)
{
	const char *end = strstr(page, "\r\n\r\n");

	return end != NULL ? end + 4 : "";
}

/* --- health --- */

static void test_health(void)
{
	static const struct {
		bool is_open, is_stopping;
		int status;
		const char *holds;
		const char *promise;
	} rows[] = {
		{ true, false, 200, "\"ok\":true,\"intake\":\"open\",\"why\":null",
		  "200 when a message would be kept" },
		{ false, false, 503,
		  "\"ok\":false,\"intake\":\"stopped\",\"why\":\"the store is full\"",
		  "503 when intake is closed, with the cause" },
		{ true, true, 503, "\"ok\":false", "503 while we are stopping" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		is_open = rows[i].is_open;
		wire.is_stopping = rows[i].is_stopping;
		is_int(get("/health"), rows[i].status, "%s", rows[i].promise);
		ok(strstr(body(), rows[i].holds) != NULL && strchr(body(), '\n') != NULL &&
			   strchr(body(), '\n')[1] == '\0',
		   "in one line of JSON");
	}
	wire.is_stopping = false;
	is_open = true;
	channel.state = CHANNEL_DOWN;
	n_alarms = 1;
	is_int(get("/health"), 200, "a channel that is down is another's illness");
	ok(strstr(body(), "{\"name\":\"kannel\",\"state\":\"down\"}") != NULL &&
		   strstr(body(), "\"alarms\":[\"store-full\"]") != NULL,
	   "but shown, and so are alarms");
	ok(strstr(page, "application/json") != NULL, "with its type");
}

/* --- metrics --- */

static struct {
	char name[NAME_MAX_LEN], type[16];
} families[FAMILIES_MAX];
static size_t n_families;

static bool is_suffix(const char *rest, const char *type)
{
	if (strcmp(type, "counter") == 0)
		return strcmp(rest, "_total") == 0;
	return strcmp(rest, strcmp(type, "info") == 0 ? "_info" : "") == 0;
}

/* "# TYPE name type": each once, and all samples of a family behind it. */
static bool read_type(const char *line)
{
	size_t i = n_families;

	if (i == FAMILIES_MAX ||
	    sscanf(line, "# TYPE %79s %15s", families[i].name, families[i].type) != 2)
		return false;
	while (i-- > 0) {
		if (strcmp(families[i].name, families[n_families].name) == 0)
			return false;
	}
	n_families++;
	return true;
}

static bool read_sample(const char *line)
{
	size_t len = strcspn(line, "{ ");
	const char *value = strrchr(line, ' ');
	char name[NAME_MAX_LEN], *end;
	size_t family;

	if (n_families == 0 || len >= sizeof(name) || value == NULL)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)len, line);
	family = strlen(families[n_families - 1].name);
	(void)strtod(value + 1, &end);
	return strncmp(name, families[n_families - 1].name, family) == 0 &&
	       is_suffix(name + family, families[n_families - 1].type) && *end == '\0';
}

static void test_metrics(void)
{
	char *line = page, *rest;
	bool all_right = true, has_end = false;

	channel.counts.received = 7;
	is_int(get("/metrics"), 200, "metrics are there");
	ok(strstr(page, "application/openmetrics-text; version=1.0.0; charset=utf-8") != NULL,
	   "with the type of OpenMetrics 1.0");
	ok(strstr(page, "\nodziv_messages_received_total{channel=\"kannel\"} 7\n") != NULL,
	   "what a channel counted stands under its name");
	ok(strstr(page, "\nodziv_link_window_used{channel=\"kannel\",link=\"smsc.example:2775/1\","
			"role=\"transceiver\"} 3\n") != NULL,
	   "and what each of its links shows under the link's");
	rest = strstr(page, "\r\n\r\n");
	for (rest = rest != NULL ? rest + 4 : page; all_right && *rest != '\0';) {
		line = rest;
		rest += strcspn(rest, "\n");
		all_right = *rest == '\n' && !has_end;
		*rest = '\0';
		rest += all_right;
		has_end = strcmp(line, "# EOF") == 0;
		if (strncmp(line, "# TYPE ", 7) == 0)
			all_right &= read_type(line);
		else if (line[0] != '#')
			all_right &= read_sample(line);
		else
			all_right &= has_end || strncmp(line, "# HELP ", 7) == 0;
	}
	ok(all_right, "each family is declared once, each sample is of the one above it (%s)",
	   line);
	ok(has_end && n_families > 15, "and the page ends with # EOF");
}

static void start(void)
{
	const struct http_route routes[] = {
		{ "/health", pages_health, &pages },
		{ "/metrics", pages_metrics, &pages },
	};
	char why[256] = "";

	if (host_uv_new(&loop, NULL, NULL, &pages.host) != ERR_OK ||
	    http_server_start(&loop, "127.0.0.1:0", -1, routes, ARRAY_LEN(routes), &wire.http, why,
			      sizeof(why)) != ERR_OK) {
		printf("Bail out! %s\n", why);
		exit(1);
	}
	wire.core = &core;
	pages.wire = &wire;
	own.wire = &wire;
	core.channels[0] = &channel;
	core.n_channels = 1;
}

int main(void)
{
	log_set_sink(no_log, NULL);
	uv_loop_init(&loop);
	plan(0);
	start();
	test_health();
	test_metrics();
	http_server_stop(&wire.http);
	host_uv_free(&pages.host);
	ok(uv_loop_close(&loop) == 0, "no handle is left");
	return done_testing();
}
