/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * yes_no - whether a text is nothing but yes or no, in any of our languages, with the
 * courtesies and the few words that people put beside it: "NE", "nije popravljeno",
 * "Да, хвала". A text that says more is a matter of its own. No state.
 */
#ifndef PARSERS_YES_NO_H
#define PARSERS_YES_NO_H

#include "parsers/arena.h"

enum yes_no { SAID_YES, SAID_NO };

/* ERR_NOENT: it is neither; ERR_NOMEM. */
int yes_no_read(struct arena *a, struct bytes text, enum yes_no *said_out);

#endif
