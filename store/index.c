/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/index.h"

#include <assert.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/plant.h"
#include "parsers/receipt_id.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/due.h"
#include "store/key.h"

/* One record, its old form, both lists of keys: a row of 255 segments takes some 100 KiB. */
#define SCRATCH_MAX ((size_t)8 * 1024 * 1024)

/* How long things stay that nobody needs later. */
#define KEEP_EARLY_MS  DAY_MS
#define KEEP_PART_MS   (2 * DAY_MS)
#define KEEP_ACCESS_MS (365 * DAY_MS)

/* --- the list --- */

static void list_add(struct index_list *l, enum table table, const struct key *key,
		     struct bytes value)
{
	struct index_entry *e;

	if (l->err != ERR_OK)
		return;
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 8 : 2 * l->cap;
		struct index_entry *more = arena_array(l->arena, cap, sizeof(*more));

		for (size_t i = 0; more != NULL && i < l->n; i++)
			more[i] = l->entries[i];
		if (more == NULL) {
			l->err = arena_err(l->arena);
			return;
		}
		l->entries = more;
		l->cap = cap;
	}
	e = &l->entries[l->n];
	e->table = table;
	e->key = arena_dup(l->arena, key_bytes(key));
	e->value = arena_dup(l->arena, value);
	if (e->key.len != key->len || e->value.len != value.len)
		l->err = arena_err(l->arena);
	else
		l->n++;
}

static const struct index_entry *list_find(const struct index_list *l, const struct index_entry *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->entries[i].table == e->table && bytes_eq(l->entries[i].key, e->key))
			return &l->entries[i];
	return NULL;
}

static void add_expire(struct index_list *l, int64_t after_ms, enum table table, struct bytes key)
{
	struct key k;

	k.len = 0;
	key_time(&k, after_ms);
	key_u8(&k, (uint8_t)table);
	key_put(&k, key);
	list_add(l, TABLE_EXPIRE, &k, BYTES_NONE);
}

static void add_due(struct index_list *l, int64_t at_ms, enum due_kind kind, struct bytes key)
{
	struct key k;

	k.len = 0;
	key_time(&k, at_ms);
	key_u8(&k, (uint8_t)kind);
	key_put(&k, key);
	list_add(l, TABLE_DUE, &k, BYTES_NONE);
}

static void add_by_contact(struct index_list *l, uint64_t contact, enum by_contact kind,
			   struct bytes key)
{
	struct key k;

	if (contact == 0)
		return;
	k.len = 0;
	key_u64(&k, contact);
	key_u8(&k, (uint8_t)kind);
	key_put(&k, key);
	list_add(l, TABLE_BY_CONTACT, &k, BYTES_NONE);
}

/* Whoever reads the store without its key can't look up a mail that he knows of. */
static struct key digest_prefix(const struct keyed_key *key, struct bytes message_id)
{
	const struct bytes parts[] = { bytes_of("Message-ID"), message_id };
	struct digest d;
	struct key k;

	keyed_digest(key, parts, ARRAY_LEN(parts), &d);
	k.len = 0;
	key_put(&k, digest_bytes(&d));
	return k;
}

struct key index_thread_key(const struct keyed_key *key, struct bytes message_id, enum table owner)
{
	struct key k = digest_prefix(key, message_id);

	key_u8(&k, (uint8_t)owner);
	return k;
}

static void add_thread(struct index_list *l, const char *message_id, enum table owner,
		       struct bytes key)
{
	struct key k;

	if (message_id[0] == '\0')
		return;
	k = index_thread_key(l->key, bytes_of(message_id), owner);
	key_put(&k, key);
	list_add(l, TABLE_THREAD, &k, BYTES_NONE);
}

static void add_token(struct index_list *l, const char *token, struct bytes key)
{
	struct key k;

	if (token[0] == '\0')
		return;
	k.len = 0;
	key_text(&k, bytes_of(token));
	key_put(&k, key);
	list_add(l, TABLE_TOKEN, &k, BYTES_NONE);
}

/* A mail may bring the same file twice: it is one use. */
static void add_blob(struct index_list *l, const ProtobufCBinaryData *sha256, enum table owner,
		     struct bytes key)
{
	struct index_entry same = { .table = TABLE_BLOB };
	struct key k;

	if (sha256->len != BLOB_HASH_SIZE)
		return;
	k.len = 0;
	key_put(&k, bytes_at(sha256->data, sha256->len));
	key_u8(&k, (uint8_t)owner);
	key_put(&k, key);
	same.key = key_bytes(&k);
	if (list_find(l, &same) == NULL)
		list_add(l, TABLE_BLOB, &k, BYTES_NONE);
}

/* --- one function per record type --- */

static void index_case(struct bytes key, const ProtobufCMessage *m, struct index_list *l)
{
	const Pb__Case *rec = (const Pb__Case *)m;
	bool is_open = case_is_open(rec);
	const char *where = rec->place[0] != '\0' ? rec->place : rec->settlement;
	struct key k;

	add_by_contact(l, rec->contact, is_open ? BY_OPEN_CASE : BY_CLOSED_CASE, key);
	if (is_open) {
		k.len = 0;
		key_text(&k, bytes_of(rec->department));
		key_u8(&k, (uint8_t)rec->state);
		key_time(&k, case_late_from(rec));
		key_put(&k, key);
		list_add(l, TABLE_QUEUE, &k, BYTES_NONE);
		if (!PLANT(PLANT_DUE_FORGOTTEN))
			add_due(l, case_due(rec), DUE_CASE, key);
	}
	if (rec->state == CASE_SOLVED && rec->solved_until != 0)
		add_due(l, rec->solved_until, DUE_SOLVED, key);
	if (rec->untold_from != 0)
		add_due(l, rec->untold_until, DUE_UNTOLD, key);
	if (where[0] != '\0') {
		k.len = 0;
		key_text(&k, bytes_of(where));
		key_text(&k, bytes_of(rec->category));
		key_time(&k, rec->opened);
		key_put(&k, key);
		list_add(l, TABLE_NEAR, &k, BYTES_NONE);
	}
}

static void index_message(struct bytes key, const ProtobufCMessage *m, struct index_list *l)
{
	const Pb__Message *rec = (const Pb__Message *)m;

	add_by_contact(l, rec->contact, BY_MESSAGE, key);
	add_thread(l, rec->message_id, TABLE_MESSAGE, key);
	add_blob(l, &rec->blob, TABLE_MESSAGE, key);
	for (size_t i = 0; i < rec->n_files; i++)
		add_blob(l, &rec->files[i]->sha256, TABLE_MESSAGE, key);
}

static void index_contact(struct bytes key, const ProtobufCMessage *m, struct index_list *l)
{
	const Pb__Contact *rec = (const Pb__Contact *)m;
	struct key k;

	if (rec->address[0] == '\0')
		return;
	k.len = 0;
	key_text(&k, bytes_of(rec->address));
	list_add(l, TABLE_ADDRESS, &k, key);
}

static void add_live(struct index_list *l, const Pb__Outbox *row, enum out_state state,
		     struct bytes key)
{
	uint8_t row_state = (uint8_t)row->state;
	struct key k;

	k.len = 0;
	key_text(&k, bytes_of(row->channel));
	key_u8(&k, (uint8_t)state);
	key_time(&k, row->not_before);
	key_put(&k, key);
	list_add(l, TABLE_OUTBOX_LIVE, &k, bytes_at(&row_state, 1));
}

static void add_remote_as(struct index_list *l, const Pb__Outbox *row, size_t segment,
			  struct bytes id, struct bytes key)
{
	struct key k;

	k.len = 0;
	key_text(&k, bytes_of(row->channel));
	key_text(&k, id);
	key_put(&k, key);
	key_u16(&k, (uint16_t)segment);
	list_add(l, TABLE_REMOTE, &k, BYTES_NONE);
}

/* By its id, and by the plain form of it where that is another. */
static void add_remote(struct index_list *l, const Pb__Outbox *row, size_t segment,
		       struct bytes key)
{
	struct bytes id = bytes_of(row->segments[segment]->remote_id);
	struct receipt_id plain = receipt_id_plain(id);

	if (id.len == 0)
		return;
	add_remote_as(l, row, segment, id, key);
	if (id.len <= RECEIPT_ID_MAX && !bytes_eq(id, receipt_id_bytes(&plain)))
		add_remote_as(l, row, segment, receipt_id_bytes(&plain), key);
}

static void index_outbox(struct bytes key, const ProtobufCMessage *m, struct index_list *l)
{
	static const enum out_state live[] = { OUT_QUEUED, OUT_SENDING, OUT_UNSURE };
	const Pb__Outbox *row = (const Pb__Outbox *)m;
	unsigned states = 0;

	add_by_contact(l, row->contact, BY_ROW, key);
	for (size_t i = 0; i < row->n_segments; i++) {
		/* A number that no version of ours knows counts as no state. */
		if (row->segments[i]->state <= OUT_CANCELLED)
			states |= 1u << row->segments[i]->state;
		add_remote(l, row, i, key);
	}
	for (size_t i = 0; i < ARRAY_LEN(live); i++)
		if (states & 1u << live[i])
			add_live(l, row, live[i], key);
	if ((states & 1u << OUT_UNSURE) && !row->told_staff)
		add_due(l, row->unsure_since, DUE_UNSURE, key);
	if (row->valid_until != 0 && (states & (1u << OUT_QUEUED | 1u << OUT_SENT)))
		add_due(l, row->valid_until, DUE_VALIDITY, key);
	add_thread(l, row->message_id, TABLE_OUTBOX, key);
	add_token(l, row->token, key);
	add_token(l, row->bounce_token, key);
	for (size_t i = 0; i < row->n_files; i++)
		add_blob(l, &row->files[i]->sha256, TABLE_OUTBOX, key);
}

static void index_held(struct bytes key, const ProtobufCMessage *m, struct index_list *l)
{
	const Pb__Held *rec = (const Pb__Held *)m;

	if (rec->state == HELD_WAITING)
		add_due(l, rec->expires, DUE_HELD, key);
}

static void index_part(struct bytes key, const ProtobufCMessage *m, struct index_list *l)
{
	const Pb__Part *rec = (const Pb__Part *)m;

	if (rec->state != PART_WAITING)
		add_expire(l, rec->received + KEEP_PART_MS, TABLE_PART, key);
	else if (rec->due != 0)
		add_due(l, rec->due, DUE_PARTS, key);
}

static void index_seen(struct bytes key, const ProtobufCMessage *m, struct index_list *l)
{
	const Pb__Seen *rec = (const Pb__Seen *)m;

	add_expire(l, rec->at + (rec->by_id ? SEEN_ID_KEEP_MS : SEEN_WORDS_KEEP_MS), TABLE_SEEN,
		   key);
}

static void index_early(struct bytes key, const ProtobufCMessage *m, struct index_list *l)
{
	add_expire(l, ((const Pb__Early *)m)->received + KEEP_EARLY_MS, TABLE_EARLY, key);
}

static void index_access(struct bytes key, const ProtobufCMessage *m, struct index_list *l)
{
	add_expire(l, ((const Pb__Access *)m)->at + KEEP_ACCESS_MS, TABLE_ACCESS, key);
}

typedef void index_fn(struct bytes key, const ProtobufCMessage *m, struct index_list *l);

static index_fn *const makers[TABLE_COUNT_ALL] = {
	[TABLE_MESSAGE] = index_message, [TABLE_CASE] = index_case,
	[TABLE_CONTACT] = index_contact, [TABLE_OUTBOX] = index_outbox,
	[TABLE_PART] = index_part,       [TABLE_SEEN] = index_seen,
	[TABLE_EARLY] = index_early,     [TABLE_ACCESS] = index_access,
	[TABLE_HELD] = index_held,
};

bool index_has(enum table table)
{
	return makers[table] != NULL;
}

int index_of(enum table table, struct bytes key, const ProtobufCMessage *rec,
	     struct index_list *list)
{
	if (makers[table] != NULL && key.len != 0)
		makers[table](key, rec, list);
	return list->err;
}

/* --- whose is it --- */

/* What follows the NULs of n texts at the beginning of a key. */
static struct bytes after_texts(struct bytes key, unsigned n)
{
	while (n-- > 0) {
		size_t end = bytes_find(key, 0);

		key = bytes_cut(key, end + 1, key.len);
	}
	return key;
}

static int owner_is(enum table table, struct bytes key, size_t len, enum table *table_out,
		    struct bytes *key_out)
{
	if (key.len != len)
		return ERR_CORRUPT;
	*table_out = table;
	*key_out = key;
	return ERR_OK;
}

static int owner_by_contact(struct bytes key, enum table *table_out, struct bytes *key_out)
{
	struct bytes rest = bytes_cut(key, 9, key.len);

	switch (key.len > 8 ? key.ptr[8] : 0) {
	case BY_OPEN_CASE:
	case BY_CLOSED_CASE: return owner_is(TABLE_CASE, rest, CASE_KEY_LEN, table_out, key_out);
	case BY_MESSAGE: return owner_is(TABLE_MESSAGE, rest, 8, table_out, key_out);
	case BY_ROW: return owner_is(TABLE_OUTBOX, rest, 8, table_out, key_out);
	default: return ERR_CORRUPT;
	}
}

static int owner_due(struct bytes key, enum table *table_out, struct bytes *key_out)
{
	struct bytes rest = bytes_cut(key, 9, key.len);

	switch (key.len > 8 ? key.ptr[8] : 0) {
	case DUE_CASE:
	case DUE_UNTOLD:
	case DUE_SOLVED: return owner_is(TABLE_CASE, rest, CASE_KEY_LEN, table_out, key_out);
	case DUE_HELD: return owner_is(TABLE_HELD, rest, 8, table_out, key_out);
	case DUE_PARTS: return owner_is(TABLE_PART, rest, rest.len, table_out, key_out);
	case DUE_UNSURE:
	case DUE_VALIDITY: return owner_is(TABLE_OUTBOX, rest, 8, table_out, key_out);
	default: return ERR_CORRUPT;
	}
}

static int owner_expire(struct bytes key, enum table *table_out, struct bytes *key_out)
{
	struct bytes rest = bytes_cut(key, 9, key.len);

	if (key.len < 10 || key.ptr[8] >= TABLE_COUNT_ALL || !index_has((enum table)key.ptr[8]))
		return ERR_CORRUPT;
	return owner_is((enum table)key.ptr[8], rest, rest.len, table_out, key_out);
}

/* "thread" and "blob": the table and id behind so many octets; only messages and rows have them. */
static int owner_behind(struct bytes key, size_t skip, enum table *table_out, struct bytes *key_out)
{
	struct bytes rest = bytes_cut(key, skip + 1, key.len);
	uint8_t owner = key.len > skip ? key.ptr[skip] : 0;

	if (key.len <= skip || (owner != TABLE_MESSAGE && owner != TABLE_OUTBOX))
		return ERR_CORRUPT;
	return owner_is((enum table)owner, rest, 8, table_out, key_out);
}

int index_owner(enum table derived, struct bytes key, struct bytes value, enum table *table_out,
		struct bytes *key_out)
{
	switch ((int)derived) {
	case TABLE_ADDRESS: return owner_is(TABLE_CONTACT, value, 8, table_out, key_out);
	case TABLE_BY_CONTACT: return owner_by_contact(key, table_out, key_out);
	case TABLE_QUEUE:
		return owner_is(TABLE_CASE, bytes_cut(after_texts(key, 1), 9, key.len),
				CASE_KEY_LEN, table_out, key_out);
	case TABLE_DUE: return owner_due(key, table_out, key_out);
	case TABLE_OUTBOX_LIVE:
		return owner_is(TABLE_OUTBOX, bytes_cut(after_texts(key, 1), 9, key.len), 8,
				table_out, key_out);
	case TABLE_REMOTE:
		return owner_is(TABLE_OUTBOX, bytes_cut(after_texts(key, 2), 0, 8), 8, table_out,
				key_out);
	case TABLE_NEAR:
		return owner_is(TABLE_CASE, bytes_cut(after_texts(key, 2), 8, key.len),
				CASE_KEY_LEN, table_out, key_out);
	case TABLE_EXPIRE: return owner_expire(key, table_out, key_out);
	case TABLE_THREAD: return owner_behind(key, KEYED_DIGEST_BYTES, table_out, key_out);
	case TABLE_TOKEN: return owner_is(TABLE_OUTBOX, after_texts(key, 1), 8, table_out, key_out);
	case TABLE_BLOB: return owner_behind(key, BLOB_HASH_SIZE, table_out, key_out);
	default: return ERR_CORRUPT;
	}
}

/* --- put, drop, get --- */

static void write_differences(struct txn *t, const struct index_list *before,
			      const struct index_list *after)
{
	for (size_t i = 0; i < before->n; i++)
		if (list_find(after, &before->entries[i]) == NULL)
			txn_drop(t, before->entries[i].table, before->entries[i].key);
	for (size_t i = 0; i < after->n; i++) {
		const struct index_entry *e = &after->entries[i];
		const struct index_entry *old = list_find(before, e);

		if (old == NULL || !bytes_eq(old->value, e->value))
			txn_put(t, e->table, e->key, e->value);
	}
}

int index_get(struct txn *t, enum table table, struct bytes key, struct arena *a,
	      ProtobufCMessage **rec_out)
{
	struct bytes octets;
	int err = txn_get(t, table, key, &octets);

	return err != ERR_OK ? err : record_unpack(record_of_table(table), octets, a, rec_out);
}

/* The keys of what stands there now; none when nothing does. */
static int list_old(struct txn *t, enum table table, struct bytes key, struct index_list *list)
{
	ProtobufCMessage *old;
	int err = index_get(t, table, key, list->arena, &old);

	if (err == ERR_OK)
		err = index_of(table, key, old, list);
	return err == ERR_NOENT ? ERR_OK : err;
}

int index_is_true(struct txn *t, enum table derived, struct bytes key, struct bytes value,
		  bool *is_true_out)
{
	struct index_list list = { .arena = arena_new(SCRATCH_MAX), .key = txn_key(t) };
	const struct index_entry want = { .table = derived, .key = key }, *found;
	struct bytes owner_key;
	enum table owner;
	int err = list.arena == NULL ? ERR_NOMEM : ERR_OK;

	*is_true_out = false;
	if (err == ERR_OK && index_owner(derived, key, value, &owner, &owner_key) == ERR_OK) {
		err = list_old(t, owner, owner_key, &list);
		found = list_find(&list, &want);
		*is_true_out = found != NULL && bytes_eq(found->value, value);
	}
	arena_free(&list.arena);
	/* A record that can't be read yields nothing. */
	return err == ERR_CORRUPT ? ERR_OK : err;
}

enum stands { IS_NEW, MAY_STAND };

static int put(struct txn *t, enum table table, struct bytes key, const ProtobufCMessage *rec,
	       enum stands stands, struct arena *a)
{
	struct index_list before = { .arena = a, .key = txn_key(t) }, after = before;
	struct bytes octets;
	int err = ERR_OK;

	if (stands == MAY_STAND && index_has(table))
		err = list_old(t, table, key, &before);
	if (err == ERR_OK)
		err = index_of(table, key, rec, &after);
	if (err == ERR_OK)
		err = record_pack(rec, a, &octets);
	if (err != ERR_OK)
		return err;
	txn_put(t, table, key, octets);
	write_differences(t, &before, &after);
	return ERR_OK;
}

static void put_in_scratch(struct txn *t, enum table table, struct bytes key,
			   const ProtobufCMessage *rec, enum stands stands)
{
	struct arena *a;
	int err;

	if (txn_err(t) != ERR_OK)
		return;
	a = arena_new(SCRATCH_MAX);
	err = a == NULL ? ERR_NOMEM : put(t, table, key, rec, stands, a);
	if (err != ERR_OK)
		txn_fail(t, err);
	arena_free(&a);
}

void index_put(struct txn *t, enum table table, struct bytes key, const ProtobufCMessage *rec)
{
	assert(rec->descriptor == record_of_table(table));
	put_in_scratch(t, table, key, rec, MAY_STAND);
}

void index_put_new(struct txn *t, enum table table, struct bytes key, const ProtobufCMessage *rec)
{
	assert(rec->descriptor == record_of_table(table));
	put_in_scratch(t, table, key, rec, IS_NEW);
}

void index_drop(struct txn *t, enum table table, struct bytes key)
{
	struct index_list none = { 0 };
	struct index_list list = { .arena = arena_new(SCRATCH_MAX), .key = txn_key(t) };
	int err = list.arena == NULL ? ERR_NOMEM : list_old(t, table, key, &list);

	if (err != ERR_OK)
		txn_fail(t, err);
	else
		write_differences(t, &list, &none);
	txn_drop(t, table, key);
	arena_free(&list.arena);
}
