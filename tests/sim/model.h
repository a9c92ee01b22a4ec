/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model - what must hold, whatever happened: the world that people saw against
 * the store that the daemon kept. Every invariant has a name; the first that
 * doesn't hold ends the year (tests/sim/diary.h).
 */
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include "store/record.h"
#include "tests/sim/machine.h"

struct model {
	struct machine *machine;
	struct world *world;
	struct diary *diary;
	int64_t scanned_ms; /* messages received before this were met already */
	uint64_t n_checks;
	uint64_t n_starts;
	uint64_t batches_before, heard_before; /* at the last patrol */
	bool doubts;
	bool is_over; /* everything should have settled */
	/* counted by the end's check */
	uint64_t n_messages, n_mails, n_cases, n_open, n_rows, n_parts, n_quarantined;
};

void model_init(struct model *m, struct machine *machine, struct world *world);
/* After every death, before the next start: quick. */
void model_restart(struct model *m);
/*
 * Every few hours, while it runs: is somebody told of what is late? A case may have become so a
 * moment ago, by being reopened: then m->doubts, and the second look, minutes later, decides.
 */
void model_patrol(struct model *m, bool is_second_look);
/* When all has settled: everything. */
void model_end(struct model *m);
/* Parts that are there now, in a snapshot; by the functions above. */
int model_look_at_parts(struct model *m, struct txn *t);
/* What was acknowledged in the last days, after the look that met it. */
void model_check_kept(struct model *m);
/* Something is due of this open case. */
int model_check_due(struct model *m, struct txn *t, const Pb__Case *rec);
/* A digest of all records, for comparing two years. */
int model_digest(struct model *m, struct digest *digest_out);

#endif
