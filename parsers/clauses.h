/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clauses - where one thing that a text says ends and the next begins.
 *
 * On folded text. A sentence's end parts, a comma, and a conjunction. No state.
 */
#ifndef PARSERS_CLAUSES_H
#define PARSERS_CLAUSES_H

#include "parsers/bytes.h"

#define CLAUSES_MAX 64

struct clauses {
	size_t from[CLAUSES_MAX]; /* each ends where the next begins; the first begins at 0 */
	size_t n;
};

void clauses_part(struct bytes folded, struct clauses *clauses_out);
/* Which clause stands at this octet. */
size_t clauses_at(const struct clauses *c, size_t at);
/* Where the clause that goes on at `from` ends: at a parting, or where "opet", "sad" begins something new. */
size_t clauses_end(struct bytes folded, size_t from);
/* Whether the clause only says why, when or what follows ("pa …", "jer …", "so …"): no matter of its own. */
bool clauses_depends(struct bytes folded, size_t from);
/* Whether a word as "ali", "sad", "opet" stands in it. */
bool clauses_turns(struct bytes folded);
/* Whether what stands at `from` says what the phrase before it is about: "… za rupu", "… o rasveti". */
bool clauses_goes_on_about(struct bytes folded, size_t from);

#endif
