/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * empty_http - a libmicrohttpd handler that answers 200 without a body and does nothing else, in the
 * mode that odzivd uses (external epoll, driven by one thread): what is left to gain in the handler.
 *
 *   empty_http --port P   runs until it is killed
 *
 * Also the trivial listener behind smsbox of 'Kannel alone'. Says `ready`, and at each line
 * that it reads from stdin how many requests came so far.
 */
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>

#include "tests/bench/bench.h"

static uint64_t n_requests;

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *body,
				  size_t *body_len, void **ctx)
{
	struct MHD_Response *empty = cls;
	static int seen;

	(void)url;
	(void)method;
	(void)version;
	(void)body;
	if (*ctx == NULL) {
		*ctx = &seen;
		return MHD_YES;
	}
	*body_len = 0;
	n_requests++;
	return MHD_queue_response(connection, MHD_HTTP_OK, empty);
}

static void serve(struct MHD_Daemon *d)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(d, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[] = { { .fd = info->epoll_fd, .events = POLLIN },
				{ .fd = 0, .events = POLLIN } };
	char line[64];

	for (;;) {
		unsigned MHD_LONG_LONG wait = 1000;

		if (MHD_get_timeout(d, &wait) != MHD_YES || wait > 1000)
			wait = 1000;
		poll(fds, 2, (int)wait);
		MHD_run(d);
		if (fds[1].revents == 0)
			continue;
		if (fgets(line, sizeof(line), stdin) == NULL)
			return;
		printf("%llu\n", (unsigned long long)n_requests);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	uint64_t port = 0;
	const struct bench_option options[] = { { "--port", &port, NULL } };
	struct MHD_Response *empty =
		MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	struct MHD_Daemon *d;

	bench_options(argc, argv, options, 1);
	d = MHD_start_daemon(MHD_USE_EPOLL, (uint16_t)port, NULL, NULL, on_request, empty,
			     MHD_OPTION_CONNECTION_LIMIT, 600u, MHD_OPTION_END);
	if (d == NULL)
		bench_fail("can't listen at port %u", (unsigned)port);
	printf("ready\n");
	fflush(stdout);
	serve(d);
	MHD_stop_daemon(d);
	MHD_destroy_response(empty);
	return 0;
}
