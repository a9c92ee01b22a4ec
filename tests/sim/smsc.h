/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smsc - an operator's two SMSCs behind the daemon's smpp channel: they speak real
 * PDUs over streams of tests/sim/stream_sim.h, so that what is tested is the
 * daemon's own gateway/smpp; and do all that SMSCs are known to do (smsc_acts.h).
 *
 * Owns:   sessions, what they asked, and what the daemon gave them to send.
 * Checks: what the daemon says is after the standard: whole frames, bound first,
 *         each sequence number once, answers only to what was asked on that link,
 *         the window, life signs, what it knows to be a text of its own.
 */
#ifndef TESTS_SIM_SMSC_H
#define TESTS_SIM_SMSC_H

#include "tests/sim/network.h"
#include "tests/sim/smsc_acts.h"

struct smsc;

/* What the channel's section says beside its type; the first of two is preferred. */
#define SMSC_CONF                                                                                  \
	"smsc = 127.0.0.1:2775, 127.0.0.1:2776\nsystem_id = odziv\npassword_file = "               \
	"smpp.password\n"
#define SMSC_PASSWORD "tajna"

struct smsc *smsc_new(struct network *n, uint64_t seed);
void smsc_free(struct smsc **m);
/* The daemon's own channel, watched. */
struct channel *smsc_make(struct smsc *m);
/* From now on there is weather. */
void smsc_begin(struct smsc *m);
/* The year is over: all is well and stays so. */
void smsc_rest(struct smsc *m);
/* A piece lies ready; it is given until it is acknowledged. */
void smsc_give(struct smsc *m, size_t piece, int64_t in_ms);
/* Both are gone for this long; 0: their links break. */
void smsc_cut(struct smsc *m, int64_t for_ms);
/* After the daemon's end: nothing of it is left open. */
void smsc_daemon_died(struct smsc *m);
/* On patrol, while the daemon has been up for a while. */
void smsc_patrol(struct smsc *m, int64_t up_for_ms);
const uint64_t *smsc_acts(const struct smsc *m); /* SMSC_ACTS of them */

#endif
