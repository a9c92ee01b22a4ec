/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_cell - mails are taken apart one by one, each in a child that was forked for
 * it and sits in a sandbox: what crashes or stalls it costs one mail its words, and
 * nobody anything else.
 *
 * Promises: a mail costs at most its limits; what comes out of a cell is bounded and
 *           clean (parsers/mail_wire), and its files have the digests that it says.
 *           No child is left behind.
 * Threads:  a process without other children; blocking.
 */
#ifndef GATEWAY_MAIL_MIME_CELL_H
#define GATEWAY_MAIL_MIME_CELL_H

#include <stdbool.h>
#include <sys/types.h>

#include "gateway/mail/sandbox.h"
#include "parsers/arena.h"
#include "parsers/clock.h"
#include "parsers/mail.h"

/* In the child: mail_read(). The arena is the child's. */
typedef int cell_read_fn(struct bytes raw, bool is_cut, struct arena *a, struct mail *mail_out,
			 void *ctx);

struct cell_conf {
	cell_read_fn *read;
	void *ctx;
	struct sandbox_limits limits; /* of memory besides what the mail's own octets need */
	int64_t wall_ms;
	unsigned at_once;
};

#define CELL_WHY_SIZE 80

struct cell_task {
	struct bytes raw; /* borrowed until it is done */
	bool is_cut;
	/* Found, until done() returns: */
	struct mail mail; /* its files' octets too */
	/* Of mail; done() may take it, and leave NULL. The octets go in any case. */
	struct arena *arena;
	char why[CELL_WHY_SIZE]; /* "": it was read; else in words why not */
	bool was_killed;         /* by somebody else: no fault of the mail's */
	bool is_our_fault;       /* there was no cell, or not a safe one: it is to be read later */
	int64_t took_ms;
	/* mime_cell's own: */
	pid_t pid;
	int fd;
	struct mono started;
	uint8_t *got;
	size_t n_got, got_room;
};

/* Each task once, in the order in which they end. */
typedef void cell_done_fn(struct cell_task *task, void *ctx);
void mime_cells_run(const struct cell_conf *c, struct cell_task *tasks, size_t n,
		    cell_done_fn *done, void *ctx);

#endif
