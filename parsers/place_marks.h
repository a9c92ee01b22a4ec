/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * place_marks - places that are numbers: a cadastral parcel ("k.p. 3318/2"),
 * coordinates ("44.9412, 20.2107"), also within a map's link.
 *
 * On folded text. No state; any thread.
 */
#ifndef PARSERS_PLACE_MARKS_H
#define PARSERS_PLACE_MARKS_H

#include "parsers/arena.h"
#include "parsers/bytes.h"

/* The first parcel, else the first coordinates, in the arena; none: mark_out stays as it was. ERR_NOMEM. */
int place_mark(struct arena *a, struct bytes folded, struct bytes *mark_out);

#endif
