/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * verify - for every table and counter one row is dropped, one doubled, one
 * altered on disk, and each is named. And rebuild: derived tables come out the same.
 */
#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/counts.h"
#include "store/index.h"
#include "store/key.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "tests/store/sample.h"
#include "tests/tap.h"

/* --- one row, copied out so that it can be changed --- */

struct row {
	enum table table;
	size_t skip; /* take the one behind so many */
	uint8_t key[DB_KEY_MAX + 8], value[4096];
	size_t key_len, value_len;
};

static int keep_row(struct bytes key, struct bytes value, void *ctx)
{
	struct row *r = ctx;

	if (r->skip-- > 0)
		return ERR_OK;
	memcpy(r->key, key.ptr, key.len);
	memcpy(r->value, value.ptr, value.len);
	r->key_len = key.len;
	r->value_len = value.len;
	return ERR_CANCELLED;
}

static bool take_row(struct txn *t, struct row *r)
{
	r->key_len = 0;
	txn_walk(t, r->table, BYTES_NONE, BYTES_NONE, WALK_UP, 0, keep_row, r);
	return ok(r->key_len != 0, "there is something in %s", table_name(r->table));
}

static struct bytes row_key(const struct row *r)
{
	return bytes_at(r->key, r->key_len);
}

static struct bytes row_value(const struct row *r)
{
	return bytes_at(r->value, r->value_len);
}

/* --- what is done to it --- */

static void drop(struct txn *t, struct row *r)
{
	txn_drop(t, r->table, row_key(r));
}

/* The same under another key: the first octet is another one. */
static void duplicate(struct txn *t, struct row *r)
{
	r->key[0] ^= 1;
	txn_put(t, r->table, row_key(r), row_value(r));
	r->key[0] ^= 1;
}

/* Another value; where there is none, another key. */
static void alter(struct txn *t, struct row *r)
{
	if (r->value_len == 0) {
		drop(t, r);
		duplicate(t, r);
		return;
	}
	r->value[r->value_len - 1] ^= 0x41;
	txn_put(t, r->table, row_key(r), row_value(r));
}

static const struct {
	const char *name;
	void (*act)(struct txn *t, struct row *r);
} acts[] = {
	{ "dropped", drop },
	{ "doubled", duplicate },
	{ "altered", alter },
};

struct attempt_on {
	enum table table;
	size_t act;
	size_t skip;
	const char *found_in, *words;
};

/* Breaks one row, looks for what verify says of it, and keeps nothing. */
static int try_one(struct txn *t, void *ctx)
{
	const struct attempt_on *on = ctx;
	struct row r = { .table = on->table, .skip = on->skip };
	struct findings found;

	if (!take_row(t, &r))
		return ERR_INVALID;
	acts[on->act].act(t, &r);
	sample_verify(t, &found);
	if (!ok(findings_has(&found, on->found_in, on->words), "%s: one row is %s: %s: '%s'",
		table_name(on->table), acts[on->act].name, on->found_in, on->words))
		findings_show(&found);
	return ERR_INVALID;
}

static void test_derived(struct fixture *f)
{
	static const char *const words[] = { "is missing", "is too much", "" };

	for (int i = 0; i < TABLE_COUNT_ALL; i++)
		for (size_t act = 0; act < ARRAY_LEN(acts) && table_is_derived((enum table)i);
		     act++) {
			struct attempt_on on = { .table = (enum table)i,
						 .act = act,
						 .found_in = table_name((enum table)i),
						 .words = words[act] };

			db_write(f->db, try_one, &on);
		}
}

/* A record that is gone, or stands under another key, is missed by those that name it, or by the counters. */
static void test_primary(struct fixture *f)
{
	static struct attempt_on rows[] = {
		/* clang-format off */
		{ TABLE_MESSAGE,    0, 0, "count",      "messages make it so" },
		{ TABLE_MESSAGE,    0, 0, "log",        "names as message message" },
		{ TABLE_MESSAGE,    0, 0, "case",       "names as first_message message" },
		{ TABLE_MESSAGE,    1, 0, "message",    "holds the record of" },
		{ TABLE_CASE,       0, 0, "log",        "names as its case case 2026-000001" },
		{ TABLE_CASE,       0, 0, "queue",      "is too much" },
		{ TABLE_CASE,       1, 0, "case",       "holds the record of 'SP-2026-000001'" },
		{ TABLE_LOG,        0, 0, "case",       "2026-000001: its log is broken at entry 1 of 2" },
		{ TABLE_LOG,        1, 0, "log",        "names as its case" },
		{ TABLE_LOG,        2, 0, "case",       "2026-000001: its log is broken at entry 1 of 2" },
		{ TABLE_CONTACT,    0, 0, "message",    "names as contact" },
		{ TABLE_CONTACT,    0, 0, "address",    "'sms:+381641234567': is too much" },
		{ TABLE_CONTACT,    1, 0, "contact",    "holds the record of" },
		{ TABLE_OUTBOX,     0, 0, "by_contact", "is too much" },
		{ TABLE_OUTBOX,     1, 0, "outbox",     "holds the record of" },
		{ TABLE_QUARANTINE, 1, 0, "quarantine", "holds the record of" },
		{ TABLE_PART,       0, 0, "count",      "are another number" },
		{ TABLE_PART,       1, 0, "due",        "is missing" },
		{ TABLE_SEEN,       0, 0, "expire",     "is too much" },
		{ TABLE_SEEN,       1, 0, "expire",     "is missing" },
		{ TABLE_EARLY,      0, 0, "expire",     "is too much" },
		{ TABLE_EARLY,      1, 0, "expire",     "is missing" },
		{ TABLE_ACCESS,     0, 0, "expire",     "is too much" },
		{ TABLE_ACCESS,     1, 0, "expire",     "is missing" },
		{ TABLE_HELD,       0, 0, "due",        "is too much" },
		{ TABLE_HELD,       1, 0, "held",       "holds the record of" },
		{ TABLE_HELD,       2, 0, "due",        "is missing" },
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		db_write(f->db, try_one, &rows[i]);
}

static int try_unreadable(struct txn *t, void *ctx)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff, 0xff, 0xff };
	struct row r = { .table = *(enum table *)ctx };
	struct findings found;
	char key[700], words[800];

	if (!take_row(t, &r))
		return ERR_INVALID;
	txn_put(t, r.table, row_key(&r), bytes_at(rubbish, sizeof(rubbish)));
	sample_verify(t, &found);
	snprintf(words, sizeof(words), "%s: can't be read",
		 key_words(r.table, row_key(&r), key, sizeof(key)));
	if (!ok(findings_has(&found, table_name(r.table), words), "%s: '%s'", table_name(r.table),
		words))
		findings_show(&found);
	return ERR_INVALID;
}

static void test_unreadable(struct fixture *f)
{
	for (int i = 0; i < TABLE_COUNT_ALL; i++) {
		enum table table = (enum table)i;

		if (!table_is_derived(table) && table != TABLE_META)
			db_write(f->db, try_unreadable, &table);
	}
}

/* --- counters --- */

struct counter {
	enum count what;
	const char *words;
	struct row row;
	bool is_there;
};

static int find_counter(struct bytes key, struct bytes value, void *ctx)
{
	struct counter *c = ctx;

	if (key.ptr[key.len - 1] != c->what)
		return ERR_OK;
	c->row.skip = 0;
	c->is_there = true;
	return keep_row(key, value, &c->row);
}

static int try_counter(struct txn *t, void *ctx)
{
	const struct attempt_on *on = ctx;
	struct counter c = { .what = (enum count)on->skip, .row.table = TABLE_COUNT };
	struct findings found;

	txn_walk(t, TABLE_COUNT, BYTES_NONE, BYTES_NONE, WALK_UP, 0, find_counter, &c);
	if (!ok(c.is_there, "something counts %s", on->words))
		return ERR_INVALID;
	acts[on->act].act(t, &c.row);
	sample_verify(t, &found);
	if (!ok(findings_has(&found, "count", on->words), "a counter of %s is %s: it is named",
		on->words, acts[on->act].name))
		findings_show(&found);
	return ERR_INVALID;
}

static void test_counters(struct fixture *f)
{
	static const struct {
		enum count what;
		const char *words;
	} rows[] = {
		{ COUNT_RECEIVED, "received" },
		{ COUNT_REPEATS, "repeats" },
		{ COUNT_OUT_CASE, "outcome case" },
		{ COUNT_OUT_JOINED, "outcome joined" },
		{ COUNT_OUT_INFORMATION, "outcome information" },
		{ COUNT_OUT_COMMAND, "outcome command" },
		{ COUNT_OUT_QUARANTINE, "outcome quarantine" },
		{ COUNT_OUT_NOT_ANSWERED, "outcome not_answered" },
		{ COUNT_PARTS, "parts counts" },
		{ COUNT_PARTS_JOINED, "parts joined" },
		{ COUNT_PARTS_GIVEN_UP, "parts given up" },
		{ COUNT_RECEIPTS, "receipts" },
		{ COUNT_SEGMENTS_SENT, "segments sent" },
		{ COUNT_NO_RECEIPT, "no receipt" },
		{ COUNT_MAILS, "mails" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t act = 0; act < ARRAY_LEN(acts); act++) {
			struct attempt_on on = { .act = act,
						 .skip = rows[i].what,
						 .words = rows[i].words };

			db_write(f->db, try_counter, &on);
		}
}

/* --- meta --- */

static int try_meta(struct txn *t, void *ctx)
{
	const char *name = ctx;
	struct findings found;

	meta_put_u64(t, name, 1);
	sample_verify(t, &found);
	ok(findings_has(&found, "meta", name),
	   "meta: %s is lower than what was given out: it is named", name);
	txn_drop(t, TABLE_META, bytes_of(name));
	sample_verify(t, &found);
	ok(findings_has(&found, "meta", "missing"), "meta: %s is missing: it is named", name);
	return ERR_INVALID;
}

/* --- rebuild --- */

static int empty_derived(struct txn *t, void *ctx)
{
	struct row r;

	(void)ctx;
	for (int i = 0; i < TABLE_COUNT_ALL; i++) {
		if (!table_is_derived((enum table)i))
			continue;
		r = (struct row){ .table = (enum table)i };
		if (take_row(t, &r))
			drop(t, &r);
		r.key[0] ^= 2;
		txn_put(t, r.table, row_key(&r), row_value(&r));
	}
	return rebuild_begin(t);
}

static int close_and_queue(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	Pb__Outbox row = PB__OUTBOX__INIT;
	Pb__Contact *contact;
	Pb__Case *rec;
	int err = case_get(t, bytes_of("SP-2026-000001"), f->arena, &rec);

	if (err != ERR_OK)
		return err;
	case_move(rec, CASE_CLOSED);
	case_put(t, rec);
	row.channel = record_strc(f->arena, "sms");
	row.contact = rec->contact;
	is_int(contact_need(t, bytes_of("sms:+385911234567"), FIXTURE_NOW, f->arena, &contact),
	       ERR_BUSY, "while addresses are made anew nobody new is made");
	return outbox_add(t, &row, 1, FIXTURE_NOW, f->arena);
}

static int one_slice(struct txn *t, void *ctx)
{
	return rebuild_slice(t, 1, ctx);
}

static int note_findings(struct txn *t, void *ctx)
{
	sample_verify(t, ctx);
	return ERR_OK;
}

static int odd_form(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	Pb__Outbox row = PB__OUTBOX__INIT;
	struct findings found;

	row.channel = record_strc(f->arena, "sms");
	row.long_form = 9;
	outbox_add(t, &row, 1, FIXTURE_NOW, f->arena);
	sample_verify(t, &found);
	ok(findings_has(&found, "outbox", "form that doesn't exist, 9"),
	   "a reply that would leave as nobody knows is named");
	return ERR_INVALID;
}

static void test_rebuild(struct fixture *f)
{
	struct findings found;
	bool is_done = false;
	unsigned slices = 0;

	is_int(db_write(f->db, odd_form, f), ERR_INVALID, "its story ran to its end");
	is_int(db_write(f->db, one_slice, &is_done), ERR_OK,
	       "without a mark there is nothing to rebuild");
	ok(is_done, "and that is done at once");
	in_write(f, empty_derived);
	db_read(f->db, (struct mono){ 0 }, note_findings, &found);
	ok(findings_has(&found, "meta", "being made anew"),
	   "verify says that a rebuild is under way");
	for (is_done = false; !is_done && slices < 1000; slices++) {
		if (db_write(f->db, one_slice, &is_done) != ERR_OK)
			break;
		/* Life goes on, and a start in the middle goes on with it. */
		if (slices == 5)
			in_write(f, close_and_queue);
		if (slices % 10 == 9)
			fixture_reopen(f, FIXTURE_MAP);
	}
	ok(is_done && slices > 10, "it is done after %u slices, across starts and writes", slices);
	db_read(f->db, (struct mono){ 0 }, note_findings, &found);
	if (!is_int((long long)found.n, 0, "derived = rebuilt: verify finds nothing"))
		findings_show(&found);
}

int main(void)
{
	struct findings found;
	struct fixture f;
	size_t rows = 0;

	plan(0);
	fixture_open(&f, "verify", FIXTURE_MAP);
	db_read(f.db, (struct mono){ 0 }, note_findings, &found);
	is_int((long long)found.n, 0, "an empty store is sound");
	in_write(&f, sample_fill);
	db_read(f.db, (struct mono){ 0 }, note_findings, &found);
	if (!is_int((long long)found.n, 0, "a store with something in every table is sound"))
		findings_show(&found);
	for (int i = 0; i < TABLE_COUNT_ALL; i++)
		rows += fixture_rows(&f, (enum table)i);
	diag("%zu rows", rows);
	test_derived(&f);
	test_primary(&f);
	test_unreadable(&f);
	test_counters(&f);
	db_write(f.db, try_meta, (void *)(uintptr_t) "last_id");
	db_write(f.db, try_meta, (void *)(uintptr_t) "case/2026");
	test_rebuild(&f);
	fixture_close(&f);
	return done_testing();
}
