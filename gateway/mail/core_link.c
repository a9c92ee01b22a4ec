/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/core_link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "parsers/err.h"

/* A hello with its paths, or UIDs by the thousand. */
#define IN_BYTES ((size_t)256 * 1024)
#define IN_ARENA ((size_t)1024 * 1024)
/* A mail is packed beside itself. */
#define OUT_ARENA (3 * MAIL_WIRE_BODY_MAX)

struct core_link {
	int fd;
	uint8_t *in;
	size_t n_in;
	size_t n_used; /* of the frame that was given out last */
	struct arena *arena;
};

static int64_t mono_ms(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

int core_link_new(int fd, struct core_link **l_out)
{
	struct core_link *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return ERR_NOMEM;
	l->fd = fd;
	l->in = malloc(IN_BYTES);
	l->arena = arena_new(IN_ARENA);
	if (l->in == NULL || l->arena == NULL) {
		core_link_free(&l);
		return ERR_NOMEM;
	}
	*l_out = l;
	return ERR_OK;
}

void core_link_free(struct core_link **link)
{
	struct core_link *l = *link;

	if (l == NULL)
		return;
	*link = NULL;
	close(l->fd);
	arena_free(&l->arena);
	free(l->in);
	free(l);
}

int core_link_fd(const struct core_link *l)
{
	return l->fd;
}

static int write_all(int fd, struct bytes octets)
{
	while (octets.len > 0) {
		ssize_t n = send(fd, octets.ptr, octets.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_CANCELLED;
		octets = bytes_cut(octets, (size_t)n, octets.len);
	}
	return ERR_OK;
}

int core_link_send(struct core_link *l, const struct mail_frame *frame)
{
	struct arena *a = arena_new(OUT_ARENA);
	struct bytes octets;
	int err = a != NULL ? mail_wire_encode(frame, a, &octets) : ERR_NOMEM;

	if (err == ERR_OK)
		err = write_all(l->fd, octets);
	arena_free(&a);
	return err;
}

/* --- in --- */

/* ERR_TRUNCATED: not all of it is here. */
static int take(struct core_link *l, struct mail_frame *frame_out)
{
	struct bytes here = bytes_at(l->in, l->n_in), body;
	enum mail_frame_kind kind;
	size_t octets;
	int err = mail_wire_cut(here, 0, &kind, &body, &octets);

	if (err == ERR_TRUNCATED)
		return octets <= IN_BYTES ? ERR_TRUNCATED : ERR_CANCELLED;
	if (err == ERR_OK)
		err = mail_wire_decode(kind, body, l->arena, frame_out);
	if (err != ERR_OK)
		return ERR_CANCELLED;
	l->n_used = octets;
	return ERR_OK;
}

static int read_more(struct core_link *l, int64_t ms)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, (int)ms) <= 0)
		return ERR_TIMEOUT;
	n = read(l->fd, l->in + l->n_in, IN_BYTES - l->n_in);
	if (n < 0 && errno == EINTR)
		return ERR_OK;
	if (n <= 0)
		return ERR_CANCELLED;
	l->n_in += (size_t)n;
	return ERR_OK;
}

/* The frame that was given out is done with. */
static void forget(struct core_link *l)
{
	memmove(l->in, l->in + l->n_used, l->n_in - l->n_used);
	l->n_in -= l->n_used;
	l->n_used = 0;
	arena_reset(l->arena);
}

int core_link_next(struct core_link *l, int64_t ms, struct mail_frame *frame_out)
{
	int64_t until = mono_ms() + ms;
	int err;

	forget(l);
	while ((err = take(l, frame_out)) == ERR_TRUNCATED) {
		int64_t left = until - mono_ms();

		err = read_more(l, left > 0 ? left : 0);
		if (err != ERR_OK)
			return err;
	}
	return err;
}
