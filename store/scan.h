/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan - walks that yield records instead of octets. Each record dies with the
 * call of fn; ERR_CANCELLED from fn ends the walk without an error.
 *
 * One record that can't be read hides no other: it is passed by, and the walk returns
 * ERR_CORRUPT when it has come to its end.
 */
#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include "store/db.h"
#include "store/key.h"
#include "store/record.h"

typedef int scan_fn(struct bytes key, const ProtobufCMessage *rec, void *ctx);

/* A table's own records, from <= key < to; to of length 0: to the end. */
int scan_table(struct txn *t, enum table table, struct bytes from, struct bytes to, enum walk way,
	       size_t limit, scan_fn *fn, void *ctx);
/*
 * The records that own the entries of a derived table that begin with prefix; key is the record's.
 */
int scan_owners(struct txn *t, enum table derived, const struct key *prefix, enum walk way,
		size_t limit, scan_fn *fn, void *ctx);

/*
 * Keys put aside, so that what follows may write to the table they came from. Grows in its arena.
 */
struct key_list {
	struct arena *arena;
	struct bytes *keys;
	size_t n;
	size_t cap;
	size_t n_made; /* key_list_add_newest()'s */
};
int key_list_add(struct key_list *l, struct bytes key); /* copied; ERR_NOMEM, ERR_LIMIT */
/*
 * Keeps the highest keys, all of one length, in room for twice as many as `most`; the lowest of the
 * list may be too many. most 0: keeps all.
 */
int key_list_add_newest(struct key_list *l, struct bytes key, size_t most);
/* A walk_fn: ctx is the list. */
int key_list_row(struct bytes key, struct bytes value, void *ctx);
/* The records of these keys, the highest key (the newest) first, each once; sorts the list. */
int scan_keys(struct txn *t, enum table table, struct key_list *keys, scan_fn *fn, void *ctx);

#endif
