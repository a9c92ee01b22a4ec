/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * office - the desk and a store without a daemon around them: texts become cases through the same
 * functions as in odzivd, a batch a transaction, at any moment of the past.
 */
#ifndef TESTS_BENCH_OFFICE_H
#define TESTS_BENCH_OFFICE_H

#include "gateway/desk/intake_apply.h"
#include "store/keep.h"

struct office {
	struct conf *conf;
	struct store store;
	struct arena *keep;  /* the texts of one batch */
	struct arena *arena; /* one application */
	struct desk desk;
	const char *channel; /* the configuration's first */
	struct wall now;     /* of the batch */
};

/* conf: the folder of an odziv.ini. The state_dir is taken from it unless one is given. Ends the program on any fault. */
void office_open(struct office *o, const char *conf, const char *state_dir, bool sync);
void office_close(struct office *o);

/* The n-th text of the load (bench_text), of the n-th citizen, as it comes off the link; understood as the loop does. */
struct office_text {
	struct message msg;
	struct classified understood;
};
void office_text(struct office *o, uint64_t n, struct office_text *text_out);
/* Within a transaction: as intake does. Ends the program when it isn't a new case. */
void office_take(struct office *o, struct txn *t, const struct office_text *text,
		 struct intake_found *found_out);
/* A fresh desk for one more step within the transaction. */
struct desk *office_desk(struct office *o);

#endif
