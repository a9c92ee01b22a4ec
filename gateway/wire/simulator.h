/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulator - a phone network inside the daemon, so that it can be tried with no
 * server at all: `odziv phone` is the other end.
 *
 * Owns:     what phones got, SIM_INBOX_MAX texts, the oldest forgotten.
 * Promises: what a phone sends comes in through intake like any text, and again
 *           until it is kept; what we send arrives, whole when it came in segments,
 *           and has its receipt.
 * Threads:  the loop thread.
 */
#ifndef GATEWAY_WIRE_SIMULATOR_H
#define GATEWAY_WIRE_SIMULATOR_H

#include "gateway/wire/wire.h"

/* Texts kept for phones that nobody has looked at. */
#define SIM_INBOX_MAX 1000
/* Texts of phones that aren't kept yet, and of ours that are on their way in several segments. */
#define SIM_PENDING_MAX 256

struct channel *simulator_make(struct wire *w);

#endif
