/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/contacts.h"

#include "parsers/err.h"
#include "store/index.h"
#include "store/keep.h"
#include "store/key.h"

int contact_get(struct txn *t, uint64_t id, struct arena *a, Pb__Contact **rec_out)
{
	struct key k = key_of_id(id);

	return index_get(t, TABLE_CONTACT, key_bytes(&k), a, (ProtobufCMessage **)rec_out);
}

int contact_find(struct txn *t, struct bytes address, struct arena *a, Pb__Contact **rec_out)
{
	struct bytes id;
	struct key k;
	int err;

	k.len = 0;
	key_text(&k, address);
	err = txn_get(t, TABLE_ADDRESS, key_bytes(&k), &id);
	return err != ERR_OK ? err : contact_get(t, id_of_key(id), a, rec_out);
}

int contact_meet(struct txn *t, struct bytes address, struct wall now, struct arena *a,
		 Pb__Contact **rec_out, bool *is_new_out)
{
	int err = contact_find(t, address, a, rec_out);
	Pb__Contact *rec;
	bool is_rebuilt;

	*is_new_out = false;
	if (err != ERR_NOENT)
		return err;
	/* While addresses are being made anew nobody knows who isn't there. */
	err = store_needs_rebuild(t, &is_rebuilt);
	if (err != ERR_OK || is_rebuilt)
		return err != ERR_OK ? err : ERR_BUSY;
	rec = arena_alloc(a, sizeof(*rec));
	if (rec == NULL)
		return arena_err(a);
	pb__contact__init(rec);
	rec->id = txn_id(t, now);
	rec->address = record_str(a, address);
	rec->first_seen = now.ms;
	rec->last_seen = now.ms;
	*rec_out = rec;
	*is_new_out = true;
	return ERR_OK;
}

int contact_need(struct txn *t, struct bytes address, struct wall now, struct arena *a,
		 Pb__Contact **rec_out)
{
	bool is_new;
	int err = contact_meet(t, address, now, a, rec_out, &is_new);

	if (err == ERR_OK && is_new)
		contact_put_new(t, *rec_out);
	return err != ERR_OK ? err : txn_err(t);
}

void contact_put_new(struct txn *t, const Pb__Contact *rec)
{
	struct key k = key_of_id(rec->id);

	index_put_new(t, TABLE_CONTACT, key_bytes(&k), &rec->base);
}

void contact_put(struct txn *t, const Pb__Contact *rec)
{
	struct key k = key_of_id(rec->id);

	index_put(t, TABLE_CONTACT, key_bytes(&k), &rec->base);
}

bool contact_is_same(const Pb__Contact *rec, uint64_t id)
{
	if (id == 0)
		return false;
	for (size_t i = 0; i < rec->n_same; i++)
		if (rec->same[i] == id)
			return true;
	return rec->id == id;
}
