/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_pace - how fast one link sends: what was configured, and what its SMSC takes.
 *
 * Promises: no burst beyond a tenth of a second's worth; an SMSC that throttles is given a
 *           pause, doubled while it takes nothing; when it refuses more than an eighth the
 *           link slows down to what it took in that second, and each second without a
 *           refusal makes it faster again, up to what was configured.
 * Data with rules: read by status, changed by these functions only.
 */
#ifndef GATEWAY_SMPP_SMPP_PACE_H
#define GATEWAY_SMPP_SMPP_PACE_H

#include "parsers/bytes.h"
#include "parsers/clock.h"

struct smpp_pace {
	unsigned rate_per_s;   /* configured; 0: no limit */
	int64_t found;         /* what the SMSC takes, thousandths a second; 0: nothing found */
	int64_t allowance;     /* millionths of a message */
	struct mono at;        /* when that was */
	struct mono until;     /* nothing leaves before */
	int64_t pause_ms;      /* the last pause; 0: the SMSC took one since */
	struct mono second_at; /* the second that is being counted */
	unsigned n_taken, n_throttled;
	uint64_t n_throttled_all;
};

void smpp_pace_init(struct smpp_pace *p, unsigned rate_per_s, struct mono now);
/* How many may leave now. */
unsigned smpp_pace_room(struct smpp_pace *p, struct mono now);
/* Milliseconds until there is room; 0: there is. */
int64_t smpp_pace_wait(struct smpp_pace *p, struct mono now);
/* One leaves. */
void smpp_pace_sent(struct smpp_pace *p, struct mono now);
/* The SMSC took one; it took none, since we are too fast or its queue is full. */
void smpp_pace_taken(struct smpp_pace *p, struct mono now);
void smpp_pace_throttled(struct smpp_pace *p, struct mono now);
bool smpp_pace_is_throttled(const struct smpp_pace *p, struct mono now);

#endif
