/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pending - the numbers that a batch changes again and again, written once at its end.
 *
 * A text adds to half a dozen counters, and of 64 texts in a transaction most add to
 * the same ones. What is looked up stays here too, that it is missing as well.
 *
 * Owns:     what stands between the rooms and the engine for values of eight octets
 *           in the tables of numbers, within one write transaction.
 * Promises: what isn't held (no room, a long key, another length) goes to the engine.
 * Threads:  the committer.
 */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "parsers/bytes.h"
#include "store/table.h"

struct pending;

struct pending *pending_new(void); /* NULL: out of memory */
void pending_free(struct pending **p);
void pending_reset(struct pending *p); /* nothing is held */

enum pending_found { PENDING_UNKNOWN, PENDING_MISSING, PENDING_VALUE };

enum pending_found pending_look(const struct pending *p, enum table table, struct bytes key,
				struct bytes *value_out);
/* What the engine has; PENDING_MISSING: nothing under this key. */
void pending_note(struct pending *p, enum table table, struct bytes key, struct bytes value,
		  enum pending_found found);
/* False: not held, so it must be put now. */
bool pending_put(struct pending *p, enum table table, struct bytes key, struct bytes value);
void pending_forget(struct pending *p, enum table table, struct bytes key);
/* Hands out what was put and not handed out since; TABLE_COUNT_ALL: of all tables. */
typedef void pending_fn(enum table table, struct bytes key, struct bytes value, void *ctx);
void pending_flush(struct pending *p, enum table table, pending_fn *put, void *ctx);

#endif
