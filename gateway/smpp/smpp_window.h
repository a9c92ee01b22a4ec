/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_window - the submits of one link that the SMSC hasn't answered, by sequence number.
 *
 * Promises: never more than `size` without an answer; each has a deadline, and behind it is
 *           late: it gives its place back, and its answer is still known when it comes, until
 *           the link breaks or SMPP_LATE_MAX later ones are late too.
 * Leaves:   what becomes of a segment to smpp.
 */
#ifndef GATEWAY_SMPP_SMPP_WINDOW_H
#define GATEWAY_SMPP_SMPP_WINDOW_H

#include "parsers/bytes.h"
#include "parsers/clock.h"

/* An SMSC that answers so many of ours late won't answer the oldest any more. */
#define SMPP_LATE_MAX 1000

struct smpp_window;

struct smpp_submit {
	uint32_t sequence;
	uint64_t row;
	unsigned segment;
	uint64_t written;  /* its number in the stream: smpp_network.has_left */
	struct mono until; /* its deadline; not before those of the ones before it */
	bool is_late;      /* told already: nobody waits for its answer */
};

int smpp_window_new(unsigned size, struct smpp_window **w_out);
void smpp_window_free(struct smpp_window **w);
unsigned smpp_window_size(const struct smpp_window *w);
unsigned smpp_window_used(const struct smpp_window *w); /* without the late ones */
/* ERR_BUSY: it is full. */
int smpp_window_add(struct smpp_window *w, const struct smpp_submit *submit);
/* Answered: it is taken out, a late one too. False: no submit of ours has this number. */
bool smpp_window_take(struct smpp_window *w, uint32_t sequence, struct smpp_submit *submit_out);
/* The oldest whose deadline has come; it is late from now on. False: none. */
bool smpp_window_expire(struct smpp_window *w, struct mono now, struct smpp_submit *submit_out);
/* The link broke: takes out the oldest. False: none is left, and the late ones are forgotten. */
bool smpp_window_break(struct smpp_window *w, struct smpp_submit *submit_out);
/* When the oldest will be late; 0: nothing is open. */
struct mono smpp_window_until(const struct smpp_window *w);

#endif
