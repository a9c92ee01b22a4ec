/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gazetteer - the names of a municipality's settlements and streets, in all
 * the forms that they take in a sentence.
 *
 * A table with the columns kind (settlement, street), name, sr_cyrl, sk, hu,
 * pattern. The pattern is written as in a rule file (parsers/rule_file.h); left
 * empty it is the name itself, and for a street that is an adjective its endings
 * (Svetosavska: svetosavsk(a,e,oj,u,om)).
 *
 * Owns:    the names and their patterns; read-only after the last add.
 * Threads: everything but the adding, by any number of threads at once.
 */
#ifndef PARSERS_GAZETTEER_H
#define PARSERS_GAZETTEER_H

#include "parsers/faults.h"
#include "parsers/rules.h"

enum gazetteer_kind { GAZ_SETTLEMENT, GAZ_STREET };

struct gazetteer_name {
	enum gazetteer_kind kind;
	struct bytes latin, sr_cyrl, sk, hu; /* all but latin may be none */
};

struct gazetteer;

struct gazetteer *gazetteer_new(void); /* NULL: out of memory */
void gazetteer_free(struct gazetteer **g);
/* ERR_INVALID when a fault was added, ERR_NOMEM. */
int gazetteer_add_file(struct gazetteer *g, struct bytes file, struct bytes text,
		       struct faults *faults);
size_t gazetteer_count(const struct gazetteer *g);
const struct gazetteer_name *gazetteer_name(const struct gazetteer *g, size_t i);
/* Where the names stand; the rule of a hit is the name's index. ERR_NOMEM. */
int gazetteer_match(const struct gazetteer *g, struct arena *a, struct bytes folded,
		    struct rule_hits *hits_out);

#endif
