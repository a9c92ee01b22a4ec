/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smpp_link: streams over real sockets; the other end is in the thread of the test. */
#include "gateway/wire/smpp_link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/log.h"
#include "gateway/wire/host_uv.h"
#include "parsers/err.h"
#include "tests/tap.h"

#define PATIENCE_MS 20000
#define ROOM        ((size_t)256 * 1024)

static uv_loop_t loop;
static struct host_uv *host;
static struct wire wire;
static struct smpp_network *network;

/* What the owner of a stream saw. */
static struct {
	unsigned n_up, n_octets, n_down;
	char why[400];
	uint8_t in[ROOM];
	size_t len;
	size_t take; /* octets that it takes at once; 0: all */
	bool closes; /* it closes the stream when octets come */
	struct smpp_stream *stream;
	char peer[64];
} saw;

static void on_up(void *ctx)
{
	(void)ctx;
	saw.n_up++;
}

static size_t on_octets(void *ctx, struct bytes in)
{
	size_t n = saw.take != 0 && in.len > saw.take ? saw.take : in.len;

	(void)ctx;
	saw.n_octets++;
	if (saw.closes)
		network->close(&saw.stream);
	if (saw.len + n > sizeof(saw.in))
		abort();
	memcpy(saw.in + saw.len, in.ptr, n);
	saw.len += n;
	return n;
}

static void on_down(void *ctx, const char *why)
{
	(void)ctx;
	saw.n_down++;
	snprintf(saw.why, sizeof(saw.why), "%s", why);
}

static const struct smpp_stream_events events = { on_up, on_octets, on_down };

static bool until(bool (*is_so)(void))
{
	int64_t end = wire.host->mono(wire.host).ms + PATIENCE_MS;

	while (!is_so() && wire.host->mono(wire.host).ms < end)
		uv_run(&loop, UV_RUN_NOWAIT);
	return is_so();
}

static void turns(int n)
{
	while (n-- > 0) {
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(500);
	}
}

static bool is_up(void)
{
	return saw.n_up == 1;
}

static bool is_down(void)
{
	return saw.n_down == 1;
}

static bool has_three(void)
{
	return saw.len >= 3;
}

static bool has_stream(void)
{
	return saw.stream != NULL;
}

/* --- an SMSC --- */

static int listener, fd;
static unsigned port;

static void smsc_listen(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int one = 1;

	listener = socket(AF_INET, SOCK_STREAM, 0);
	/* Its connections mustn't hold the port against the one who listens there later. */
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(listener, 4) != 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &len) != 0) {
		printf("Bail out! no socket\n");
		exit(1);
	}
	port = ntohs(at.sin_port);
}

static void open_stream(const char *name)
{
	memset(&saw, 0, sizeof(saw));
	ok(network->open(network, name, port, &events, NULL, &saw.stream) == ERR_OK, "a stream");
	ok(saw.n_up == 0 && saw.n_down == 0, "which tells nothing within the call that made it");
}

static void open_up(void)
{
	open_stream("127.0.0.1");
	ok(until(is_up), "it is up");
	fd = accept(listener, NULL, NULL);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
}

static ssize_t hear(char *buf, size_t size)
{
	int64_t end = wire.host->mono(wire.host).ms + PATIENCE_MS;
	ssize_t n = -1;

	while (n < 0 && wire.host->mono(wire.host).ms < end) {
		uv_run(&loop, UV_RUN_NOWAIT);
		n = recv(fd, buf, size, 0);
	}
	return n;
}

static void test_both_ways(void)
{
	char buf[64];
	uint64_t first, second;

	open_up();
	ok(network->write(saw.stream, bytes_of("one"), &first) == ERR_OK &&
		   network->write(saw.stream, bytes_of("two"), &second) == ERR_OK,
	   "two are written");
	ok(!network->has_left(saw.stream, first), "nothing leaves within a turn");
	ok(hear(buf, sizeof(buf)) == 6 && memcmp(buf, "onetwo", 6) == 0, "both leave in one write");
	ok(network->has_left(saw.stream, first) && network->has_left(saw.stream, second),
	   "and are known to have left");
	ok(send(fd, "abc", 3, 0) == 3 && until(has_three) && memcmp(saw.in, "abc", 3) == 0,
	   "what comes is handed over");
	saw.len = 0;
	saw.take = 2;
	ok(send(fd, "abc", 3, 0) == 3, "sent");
	turns(10);
	ok(saw.len == 2, "as much as the owner takes");
	saw.take = 0;
	ok(send(fd, "d", 1, 0) == 1, "sent");
	turns(10);
	ok(saw.len == 4 && memcmp(saw.in, "abcd", 4) == 0, "the rest comes with what follows");
	close(fd);
	ok(until(is_down) && strstr(saw.why, "127.0.0.1") != NULL, "its end is told: %s", saw.why);
	ok(network->write(saw.stream, bytes_of("x"), &first) == ERR_BAD_STATE,
	   "then nothing can be written");
	network->close(&saw.stream);
	turns(3);
}

static void test_pause(void)
{
	open_up();
	network->pause(saw.stream, true);
	ok(send(fd, "abc", 3, 0) == 3, "sent");
	turns(10);
	is_int((long long)saw.len, 0, "while it is paused nothing comes");
	network->pause(saw.stream, false);
	is_int((long long)saw.len, 0, "nor within the call that ends it");
	ok(until(has_three), "then it does");
	saw.len = 0;
	saw.closes = true;
	ok(send(fd, "abc", 3, 0) == 3, "sent");
	turns(10);
	ok(saw.stream == NULL && saw.len == 3 && saw.n_down == 0,
	   "a stream may be closed from within its event, and says nothing then");
	close(fd);
}

static void test_last_words(void)
{
	char buf[64];
	uint64_t seq;

	open_up();
	ok(network->write(saw.stream, bytes_of("bye"), &seq) == ERR_OK, "written");
	network->close(&saw.stream);
	ok(hear(buf, sizeof(buf)) == 3, "what was written before the end leaves");
	ok(hear(buf, sizeof(buf)) == 0, "then it ends");
	close(fd);
}

static void test_not_read(void)
{
	static uint8_t octets[60000];
	uint64_t seq, n = 0;
	int err = ERR_OK;

	open_up();
	while (err == ERR_OK && n < 1000) {
		err = network->write(saw.stream, bytes_at(octets, sizeof(octets)), &seq);
		n++;
		if (n % 10 == 0)
			uv_run(&loop, UV_RUN_NOWAIT);
	}
	ok(err == ERR_LIMIT, "who doesn't read is found after some megabytes (%llu)",
	   (unsigned long long)(n * sizeof(octets)));
	network->close(&saw.stream);
	close(fd);
	turns(3);
}

static void test_cant(void)
{
	unsigned right = port;

	open_stream("no..such..host"); /* no name server is asked for that */
	ok(until(is_down) && strstr(saw.why, "no..such..host") != NULL,
	   "a name that isn't known is told: %s", saw.why);
	network->close(&saw.stream);
	port = 1;
	open_stream("127.0.0.1");
	ok(until(is_down) && strstr(saw.why, "127.0.0.1:1") != NULL,
	   "so is a port where nobody is: %s", saw.why);
	network->close(&saw.stream);
	port = right;
	open_stream("localhost");
	network->close(&saw.stream);
	turns(20);
	ok(saw.n_up == 0 && saw.n_down == 0, "one that is closed while it looks up says nothing");
}

/* --- who connects to us --- */

static void on_call(void *ctx, struct smpp_stream *s, const char *peer)
{
	(void)ctx;
	saw.stream = s;
	snprintf(saw.peer, sizeof(saw.peer), "%s", peer);
}

static void test_called(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct smpp_listener *l = NULL;
	char address[64], why[128] = "", buf[8];
	uint64_t seq;

	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	ok(network->listen(network, address, on_call, NULL, &l, why, sizeof(why)) == ERR_INVALID &&
		   strstr(why, address) != NULL,
	   "a port that is taken can't be listened at: %s", why);
	/* Its own port is free once the SMSC of this test doesn't listen any more. */
	close(listener);
	memset(&saw, 0, sizeof(saw));
	ok(network->listen(network, address, on_call, NULL, &l, why, sizeof(why)) == ERR_OK,
	   "one that is free can");
	if (l == NULL)
		return;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	at.sin_port = htons((uint16_t)port);
	ok(connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && send(fd, "abc", 3, 0) == 3,
	   "somebody connects and speaks");
	ok(until(has_stream) && strcmp(saw.peer, "127.0.0.1") == 0, "it is told who");
	turns(10);
	is_int((long long)saw.len, 0, "nothing is heard of him before he is taken");
	network->adopt(saw.stream, &events, NULL);
	ok(saw.len == 0 && until(has_three), "then it is");
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	ok(network->write(saw.stream, bytes_of("ok"), &seq) == ERR_OK &&
		   hear(buf, sizeof(buf)) == 2,
	   "and answered");
	network->close(&saw.stream);
	network->unlisten(&l);
	close(fd);
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

int main(void)
{
	plan(0);
	log_set_sink(no_log, NULL);
	uv_loop_init(&loop);
	if (host_uv_new(&loop, NULL, NULL, &host) != ERR_OK) {
		printf("Bail out! no host\n");
		return 1;
	}
	wire.loop = &loop;
	wire.host = host_uv_host(host);
	network = smpp_link_network(&wire);
	smsc_listen();
	test_both_ways();
	test_pause();
	test_last_words();
	test_not_read();
	test_cant();
	test_called();
	host_uv_free(&host);
	turns(3);
	ok(uv_loop_close(&loop) == 0, "no handle is left");
	return done_testing();
}
