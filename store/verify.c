/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is the store sound (keep.h)? First all records are read: each must be readable,
 * what it names must exist, and its derived rows must stand there. Then no
 * derived table may have a row more, and the counters must be what was counted.
 */
#include "store/verify.h"

#include <stdarg.h>
#include <stdio.h>

#include "parsers/err.h"
#include "store/index.h"
#include "store/key.h"

/* One record with its derived keys. */
#define EACH_ARENA_MAX ((size_t)16 * 1024 * 1024)
#define WORDS_SIZE     1500
#define ROWS_A_LOOK    1024

void verify_say(struct verify *v, enum table table, struct bytes key, const char *format, ...)
{
	char words[WORDS_SIZE], key_text[700];
	struct problem p = { .table = table_name(table), .words = words };
	va_list ap;
	int len = snprintf(words, sizeof(words),
			   "%s: ", key_words(table, key, key_text, sizeof(key_text)));

	va_start(ap, format);
	vsnprintf(words + len, sizeof(words) - (size_t)len, format, ap);
	va_end(ap);
	v->fn(&p, v->ctx);
}

static void tell_progress(struct verify *v)
{
	if (++v->n_records % ROWS_A_LOOK == 0 && v->progress != NULL)
		v->progress(table_name(v->table), v->n_records, 0, v->progress_ctx);
}

/* --- derived rows of one record --- */

static int check_entry(struct verify *v, struct bytes owner, const struct index_entry *e)
{
	char owner_text[700];
	struct bytes value;
	int err = txn_get(v->t, e->table, e->key, &value);

	v->expected[e->table]++;
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	key_words(v->table, owner, owner_text, sizeof(owner_text));
	if (err == ERR_NOENT) {
		v->misses[e->table] = true;
		verify_say(v, e->table, e->key, "is missing, %s %s should have it",
			   table_name(v->table), owner_text);
	} else if (!bytes_eq(value, e->value)) {
		verify_say(v, e->table, e->key, "holds another value than %s %s should have here",
			   table_name(v->table), owner_text);
	}
	return ERR_OK;
}

static int check_derived(struct verify *v, struct bytes key, const ProtobufCMessage *rec)
{
	struct index_list list = { .arena = v->each, .key = txn_key(v->t) };
	int err = index_of(v->table, key, rec, &list);

	for (size_t i = 0; i < list.n && err == ERR_OK; i++)
		err = check_entry(v, key, &list.entries[i]);
	return err;
}

static int on_record(struct bytes key, struct bytes value, void *ctx)
{
	const ProtobufCMessageDescriptor *d;
	struct verify *v = ctx;
	ProtobufCMessage *rec = NULL;
	int err = ERR_OK;

	tell_progress(v);
	arena_reset(v->each);
	d = record_of_table(v->table);
	if (d != NULL)
		err = record_unpack(d, value, v->each, &rec);
	else if (v->table == TABLE_ATTEMPT && value.len != 8)
		err = ERR_CORRUPT;
	if (err == ERR_CORRUPT) {
		verify_say(v, v->table, key, "can't be read");
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = check_derived(v, key, rec);
	return err == ERR_OK && rec != NULL ? verify_record(v, key, rec) : err;
}

/* --- rows that nobody yields --- */

static int count_row(struct bytes key, struct bytes value, void *ctx)
{
	struct verify *v = ctx;

	(void)key;
	(void)value;
	tell_progress(v);
	v->found[v->table]++;
	return ERR_OK;
}

static int on_derived(struct bytes key, struct bytes value, void *ctx)
{
	struct verify *v = ctx;
	struct bytes owner_key;
	enum table owner;
	char owner_text[700];
	bool is_true;
	int err = index_is_true(v->t, v->table, key, value, &is_true);

	if (err != ERR_OK || is_true)
		return err;
	if (index_owner(v->table, key, value, &owner, &owner_key) != ERR_OK)
		verify_say(v, v->table, key, "has no form that a record could have made");
	else
		verify_say(v, v->table, key, "is too much, %s %s doesn't have it",
			   table_name(owner),
			   key_words(owner, owner_key, owner_text, sizeof(owner_text)));
	return ERR_OK;
}

static int check_derived_table(struct verify *v)
{
	int err = txn_walk(v->t, v->table, BYTES_NONE, BYTES_NONE, WALK_UP, 0, count_row, v);

	/* All that should be there is, and nothing else can be: no need to look at each. */
	if (err != ERR_OK || (v->found[v->table] == v->expected[v->table] && !v->misses[v->table]))
		return err;
	return txn_walk(v->t, v->table, BYTES_NONE, BYTES_NONE, WALK_UP, 0, on_derived, v);
}

/* --- all --- */

static int check_table(struct verify *v, enum table table)
{
	v->table = table;
	/* They are looked at with what was counted, at the end. */
	if (table == TABLE_COUNT || table == TABLE_META)
		return ERR_OK;
	if (table_is_derived(table))
		return check_derived_table(v);
	return txn_walk(v->t, table, BYTES_NONE, BYTES_NONE, WALK_UP, 0, on_record, v);
}

static int check_all(struct verify *v)
{
	int err = ERR_OK;

	for (int i = 0; i < TABLE_COUNT_ALL && err == ERR_OK; i++)
		if (!table_is_derived((enum table)i))
			err = check_table(v, (enum table)i);
	for (int i = 0; i < TABLE_COUNT_ALL && err == ERR_OK; i++)
		if (table_is_derived((enum table)i))
			err = check_table(v, (enum table)i);
	if (err == ERR_OK)
		err = verify_counts(v);
	return err == ERR_OK ? verify_meta(v) : err;
}

int verify_run(struct txn *t, struct arena *a, problem_fn *fn, void *ctx, uint64_t *n_records_out,
	       keep_progress_fn *progress, void *progress_ctx)
{
	struct verify v = { .t = t,
			    .fn = fn,
			    .ctx = ctx,
			    .progress = progress,
			    .progress_ctx = progress_ctx,
			    .numbers.arena = a,
			    .parts.arena = a,
			    .years.arena = a };
	int err;

	v.each = arena_new(EACH_ARENA_MAX);
	if (v.each == NULL)
		return ERR_NOMEM;
	err = check_all(&v);
	arena_free(&v.each);
	if (err == ERR_OK)
		*n_records_out = v.n_records;
	return err;
}
