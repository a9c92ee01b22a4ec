/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * index - the derived keys of each record: one function per record type, used
 * by put, by rebuild and by verify alike.
 *
 * Owns:     all derived tables.
 * Promises: they hold exactly what index_of() yields for the records that stand
 *           there; a put writes only what differs.
 * Threads:  what writes takes the committer's txn; index_of() anywhere.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "store/db.h"
#include "store/key.h"
#include "store/record.h"

/* Changes whenever index_of() yields other keys for the same record: then the daemon rebuilds. */
#define INDEX_VERSION 5

struct index_entry {
	enum table table;
	struct bytes key;
	struct bytes value;
};

/* Grows in its arena; the first error sticks. */
struct index_list {
	struct arena *arena;
	const struct keyed_key *key; /* of digests that are keys, txn_key(); NULL: they have none */
	struct index_entry *entries;
	size_t n;
	size_t cap;
	int err;
};

/* The kinds of "by_contact". Stored by number. */
enum by_contact { BY_OPEN_CASE = 1, BY_CLOSED_CASE, BY_MESSAGE, BY_ROW };

/* True when records of this table have derived keys. */
bool index_has(enum table table);
/* The derived keys of what stands under this key. */
int index_of(enum table table, struct bytes key, const ProtobufCMessage *rec,
	     struct index_list *list);
/* What the entries of "thread" begin with: of messages, or of rows, with this Message-ID. */
struct key index_thread_key(const struct keyed_key *key, struct bytes message_id, enum table owner);
/*
 * Whose a derived entry is: the table and key of the record that must yield it. ERR_CORRUPT: no
 * such form.
 */
int index_owner(enum table derived, struct bytes key, struct bytes value, enum table *table_out,
		struct bytes *key_out);

/*
 * Does the record that owns this entry yield it, with this value? False as well when there is
 * none.
 */
int index_is_true(struct txn *t, enum table derived, struct bytes key, struct bytes value,
		  bool *is_true_out);

/* Writes a record and brings its derived keys up to date; errors stick to the transaction. */
void index_put(struct txn *t, enum table table, struct bytes key, const ProtobufCMessage *rec);
/* The same for one that can't stand there yet: nothing is read. */
void index_put_new(struct txn *t, enum table table, struct bytes key, const ProtobufCMessage *rec);
/* Absent is no error. */
void index_drop(struct txn *t, enum table table, struct bytes key);
/* Reads one. ERR_NOENT, ERR_CORRUPT, ERR_NOMEM. */
int index_get(struct txn *t, enum table table, struct bytes key, struct arena *a,
	      ProtobufCMessage **rec_out);

#endif
