/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/threads.h"

#include "parsers/err.h"
#include "store/index.h"

static int note_id(struct bytes key, struct bytes value, void *ctx)
{
	(void)value;
	*(uint64_t *)ctx = id_of_key(key);
	return ERR_OK;
}

/* Ids grow with time: the last one is the newest. */
static int newest(struct txn *t, enum table table, const struct key *prefix, uint64_t *id_out)
{
	struct key end = key_after(prefix);
	uint64_t id = 0;
	int err =
		txn_walk(t, table, key_bytes(prefix), key_bytes(&end), WALK_DOWN, 1, note_id, &id);

	if (err != ERR_OK)
		return err;
	if (id == 0)
		return ERR_NOENT;
	*id_out = id;
	return ERR_OK;
}

static int of_message_id(struct txn *t, struct bytes message_id, enum table owner, uint64_t *id_out)
{
	struct key prefix;

	if (message_id.len == 0)
		return ERR_NOENT;
	prefix = index_thread_key(txn_key(t), message_id, owner);
	return newest(t, TABLE_THREAD, &prefix, id_out);
}

int thread_row(struct txn *t, struct bytes message_id, uint64_t *row_out)
{
	return of_message_id(t, message_id, TABLE_OUTBOX, row_out);
}

int thread_message(struct txn *t, struct bytes message_id, uint64_t *message_out)
{
	return of_message_id(t, message_id, TABLE_MESSAGE, message_out);
}

int token_row(struct txn *t, struct bytes token, uint64_t *row_out)
{
	struct key prefix;

	if (token.len == 0)
		return ERR_NOENT;
	prefix.len = 0;
	key_text(&prefix, token);
	return newest(t, TABLE_TOKEN, &prefix, row_out);
}
