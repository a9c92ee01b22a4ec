/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * phones - the phone network behind Kannel's fake SMSC: it puts texts in and counts what comes out.
 *
 *   phones --port P        the port of bearerbox's `smsc = fake`
 *
 * Says `connected`. Then each line on stdin is one round: `COUNT FIRST WANTED`: COUNT texts from number
 * FIRST on are written, as fast as bearerbox reads them, and WANTED texts are waited for. One
 * line answers: how many came out, from the first one to the last one. Kannel's fake SMSC speaks lines.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define OUT_SIZE   65536
#define SILENCE_MS 60000

struct net {
	int fd;
	uint64_t count, first, wanted, n_written, n_came, first_at, came_at;
	char out[OUT_SIZE];
	size_t out_len, out_done;
};

static void fill_out(struct net *net)
{
	char text[BENCH_TEXT_SIZE], number[BENCH_NUMBER_SIZE];

	if (net->out_done < net->out_len)
		return;
	net->out_done = net->out_len = 0;
	while (net->n_written < net->count && net->out_len + 512 < OUT_SIZE) {
		bench_text(net->first + net->n_written, text);
		bench_number(net->first + net->n_written, number);
		net->out_len += (size_t)snprintf(net->out + net->out_len, OUT_SIZE - net->out_len,
						 "%s 1955 text %s\n", number, text);
		net->n_written++;
	}
}

static void put_out(struct net *net)
{
	ssize_t n = write(net->fd, net->out + net->out_done, net->out_len - net->out_done);

	if (n < 0 && errno != EAGAIN)
		bench_fail("bearerbox's connection broke: %s", strerror(errno));
	net->out_done += n > 0 ? (size_t)n : 0;
}

static void take_in(struct net *net)
{
	char in[65536];
	ssize_t n = read(net->fd, in, sizeof(in));

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		bench_fail("bearerbox's connection ended");
	if (net->n_came == 0)
		net->first_at = bench_now();
	for (const char *at = in; (at = memchr(at, '\n', (size_t)(in + n - at))) != NULL; at++)
		net->n_came++;
	net->came_at = bench_now();
}

static bool step(struct net *net, bool also_stdin)
{
	bool has_more = net->out_done < net->out_len || net->n_written < net->count;
	struct pollfd p[] = { { .fd = net->fd,
				.events = (short)(POLLIN | (has_more ? POLLOUT : 0)) },
			      { .fd = also_stdin ? 0 : -1, .events = POLLIN } };

	if (poll(p, 2, also_stdin ? -1 : SILENCE_MS) <= 0)
		bench_fail("silence: %llu of %llu texts came out", (unsigned long long)net->n_came,
			   (unsigned long long)net->wanted);
	if ((p[0].revents & POLLIN) != 0)
		take_in(net);
	if ((p[0].revents & POLLOUT) != 0) {
		fill_out(net);
		put_out(net);
	}
	return p[1].revents != 0;
}

int main(int argc, char **argv)
{
	static struct net net;
	uint64_t port = 0;
	const struct bench_option options[] = { { "--port", &port, NULL } };
	unsigned long long count, first, wanted;
	char line[200];

	bench_options(argc, argv, options, 1);
	net.fd = bench_connect(port);
	printf("connected\n");
	fflush(stdout);
	for (;;) {
		while (!step(&net, true))
			;
		if (fgets(line, sizeof(line), stdin) == NULL)
			return 0;
		if (sscanf(line, "%llu %llu %llu", &count, &first, &wanted) != 3)
			bench_fail("a round is COUNT FIRST WANTED, not %s", line);
		net.count = count;
		net.first = first;
		net.wanted = wanted;
		net.n_written = net.n_came = 0;
		net.first_at = net.came_at = bench_now();
		while (net.n_came < wanted || net.n_written < count || net.out_done < net.out_len)
			step(&net, false);
		bench_print(net.n_came, net.came_at - net.first_at, NULL);
	}
}
