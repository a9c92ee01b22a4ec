/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * place - where it is: the settlement by the gazetteer, the street and house
 * number by the gazetteer and by what street names look like.
 *
 * A street is a name of the gazetteer, or stands behind ul./ulica (utca behind
 * it in Hungarian), or is a name with capitals or an adjective (-skoj, -voj)
 * before a house number. It is given in Latin script, in the nominative where
 * a simple rule yields it (Svetosavskoj -> Svetosavska), else as written.
 *
 * Owns:    the names and their patterns; read-only after the last add.
 * Threads: place_find() by any number of threads at once.
 */
#ifndef PARSERS_PLACE_H
#define PARSERS_PLACE_H

#include "parsers/fold.h"
#include "parsers/rules.h"

struct gazetteer;

struct place {
	struct bytes settlement; /* the gazetteer's Latin name, or none */
	struct bytes place;      /* "Svetosavska 14", or none */
};

struct gazetteer *gazetteer_new(void); /* NULL: out of memory */
void gazetteer_free(struct gazetteer **g);
/*
 * Adds a table with the columns kind (settlement, street), name, sr_cyrl, sk,
 * hu, pattern (as in a rules file; may be empty: then the name itself, and for
 * an adjective its endings). ERR_INVALID when a fault was added, ERR_NOMEM.
 */
int gazetteer_add_file(struct gazetteer *g, struct bytes file, struct bytes text,
		       struct faults *faults);
size_t gazetteer_count(const struct gazetteer *g);
struct bytes gazetteer_name(const struct gazetteer *g, size_t i);
bool gazetteer_is_settlement(const struct gazetteer *g, size_t i);
/* Whether this folded text, a word or two, is a name of the gazetteer. */
bool gazetteer_knows(const struct gazetteer *g, struct arena *a, struct bytes folded);

/* Results live in the arena or the gazetteer. ERR_NOMEM. */
int place_find(const struct gazetteer *g, struct arena *a, const struct folded *text,
	       struct place *place_out);

#endif
