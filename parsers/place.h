/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * place - where it is: the settlement by the gazetteer, the street and house
 * number by the gazetteer and by what street names look like.
 *
 * A street is a name of the gazetteer, or stands behind ul./ulica (before utca
 * in Hungarian), or is a name with capitals or an adjective (-skoj, -evoj)
 * before a house number, or stands alone between commas (", Sremska, Surduk").
 * Two that cross are both given ("Radnička i Cara Dušana"). It is given in Latin script, in the nominative where
 * a simple rule yields it (Svetosavskoj -> Svetosavska), else as written.
 *
 * No state; any thread.
 */
#ifndef PARSERS_PLACE_H
#define PARSERS_PLACE_H

#include "parsers/fold.h"
#include "parsers/gazetteer.h"

struct place {
	struct bytes settlement; /* the gazetteer's Latin name, or none */
	struct bytes place;      /* "Svetosavska 14", or none */
	size_t from, to;         /* where the street stands in the folded text; equal: nowhere */
};

/* Results live in the arena or the gazetteer. ERR_NOMEM. */
int place_find(const struct gazetteer *g, struct arena *a, const struct folded *text,
	       struct place *place_out);

#endif
