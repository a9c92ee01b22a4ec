/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * landmark - whether a word says where something is, and not what: "kod škole",
 * "behind the bus stop", "a templom mellett".
 *
 * On folded text. No state; any thread.
 */
#ifndef PARSERS_LANDMARK_H
#define PARSERS_LANDMARK_H

#include "parsers/bytes.h"

/* The word or words from..to of the folded text; one adjective or article may stand before them. */
bool landmark_is(struct bytes folded, size_t from, size_t to);

#endif
