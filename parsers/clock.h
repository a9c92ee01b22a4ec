/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clock - the two kinds of time, as types that don't mix.
 *
 * Only the host reads a clock (gateway/flow/host.h); everyone else is told.
 */
#ifndef PARSERS_CLOCK_H
#define PARSERS_CLOCK_H

#include <stdint.h>

/* What a person would read on a clock: milliseconds since 1970, UTC. */
struct wall {
	int64_t ms;
};

/* Only for measuring how long: milliseconds of a clock that never jumps. */
struct mono {
	int64_t ms;
};

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

#endif
