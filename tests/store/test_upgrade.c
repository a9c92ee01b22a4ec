/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_upgrade - stores that earlier programs wrote come up: tests/store/old/COMMIT is a
 * backup made by the program of that commit. 076ed4c knew no mails: no held words, no
 * threads, tokens and blobs, so its numbers of tables are other ones too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/counts.h"
#include "store/due.h"
#include "store/outbox.h"
#include "tests/store/sample.h"
#include "tests/tap.h"

#define MAP ((uint64_t)4 * 1024 * 1024)
/* Far fewer than there are, so that a start can end between two slices. */
#define SLICE 10

static char why[400];

static const char *at(const char *name)
{
	static char paths[4][600];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, 600, "%s/%s", temp_dir(), name);
	return path;
}

static void restore(const char *name, struct store *s)
{
	const char *top = getenv("TOP_SRCDIR");
	char from[600];
	int err;

	snprintf(from, sizeof(from), "%s/tests/store/old/076ed4c", top != NULL ? top : ".");
	err = restore_run(from, at(name), MAP, NULL, NULL, why, sizeof(why));
	is_int(err, ERR_OK, "a backup of the earlier program is restored %s", why);
	err = store_open(at(name), MAP, false, s, why, sizeof(why));
	is_int(err, ERR_OK, "and opened %s", why);
}

static int ask_rebuild(struct txn *t, void *ctx)
{
	return store_needs_rebuild(t, ctx);
}

static bool needs_rebuild(struct store *s)
{
	bool needs = false;

	return db_read(s->db, (struct mono){ 0 }, ask_rebuild, &needs) == ERR_OK && needs;
}

static int ask_backup(struct txn *t, void *ctx)
{
	return upgrade_wants_backup(t, ctx);
}

static bool wants_backup(struct store *s)
{
	bool wants = false;

	return db_read(s->db, (struct mono){ 0 }, ask_backup, &wants) == ERR_OK && wants;
}

static int note_backup(struct txn *t, void *ctx)
{
	(void)ctx;
	return upgrade_begins(t);
}

static int ask_stand(struct txn *t, void *ctx)
{
	return rebuild_stands(t, ctx);
}

/* How far it is, or 0: nothing is being made. */
static unsigned stand(struct store *s)
{
	struct rebuild_stand at = { 0 };

	if (db_read(s->db, (struct mono){ 0 }, ask_stand, &at) != ERR_OK)
		return 0;
	return at.table != NULL && at.step <= at.n_steps ? at.step : UINT32_MAX;
}

static int one_slice(struct txn *t, void *ctx)
{
	return rebuild_slice(t, SLICE, ctx);
}

/* At most n slices; how many it took. */
static unsigned slices(struct store *s, unsigned n)
{
	bool is_done = false;
	unsigned i = 0;

	while (i < n && !is_done) {
		if (db_write(s->db, one_slice, &is_done) != ERR_OK)
			return 0;
		i++;
	}
	return i;
}

static int look(struct txn *t, void *ctx)
{
	sample_verify(t, ctx);
	return ERR_OK;
}

static bool is_sound(struct store *s)
{
	struct findings found = { 0 };

	if (db_read(s->db, (struct mono){ 0 }, look, &found) != ERR_OK)
		return false;
	findings_show(&found);
	return found.n == 0;
}

static void reopen(const char *name, struct store *s)
{
	store_close(s);
	is_int(store_open(at(name), MAP, false, s, why, sizeof(why)), ERR_OK, "it opens again %s",
	       why);
}

static int count_case(const Pb__Case *rec, void *ctx)
{
	(void)rec;
	++*(size_t *)ctx;
	return ERR_OK;
}

static int see(struct txn *t, void *ctx)
{
	struct case_filter all = { .state = -1, .limit = 100 };
	struct arena *a = ctx;
	size_t n = 0, n_of_contact = 0;
	Pb__Contact *who = NULL;
	Pb__Case *rec = NULL;
	struct balance b = { 0 };
	struct wall next;

	is_int(case_list(t, &all, count_case, &n), ERR_OK, "cases are listed");
	is_int((int64_t)n, 4, "all of them are there");
	is_int(case_get(t, bytes_of("SP-2026-000003"), a, &rec), ERR_OK, "one can be read");
	ok(rec != NULL && rec->state == CASE_CLOSED &&
		   strcmp(rec->reason, "nije nadležnost opštine") == 0 && rec->n_linked == 0 &&
		   rec->kind[0] == '\0',
	   "as it was, and what it didn't know is empty");
	is_int(contact_find(t, bytes_of("sms:+381641112233"), a, &who), ERR_OK,
	       "people are found by number");
	if (who != NULL)
		(void)case_of_contact(t, who->id, false, 100, count_case, &n_of_contact);
	is_int((int64_t)n_of_contact, 2, "with their cases");
	is_int(due_next(t, 0, &next), ERR_OK, "something is due");
	is_int(balance_get(t, (struct wall){ 0 }, (struct wall){ 0 }, &b), ERR_OK, "the balance");
	ok(b.balanced && b.received_sms == 6 && b.received_mail == 0, "holds");
	return ERR_OK;
}

static void comes_up(void)
{
	struct arena *a = arena_new(4u << 20);
	struct fixture f = { .arena = a };
	struct store s;
	unsigned whole;

	restore("one", &s);
	ok(needs_rebuild(&s), "it asks for its derived tables");
	ok(wants_backup(&s), "and for a backup before");
	reopen("one", &s);
	ok(wants_backup(&s), "until there is one");
	is_int(db_write(s.db, note_backup, NULL), ERR_OK, "then that is noted");
	ok(needs_rebuild(&s) && !wants_backup(&s), "and the tables are asked for alone");
	whole = slices(&s, 1000);
	ok(whole > 6 && !needs_rebuild(&s), "they are made in slices (%u)", whole);
	ok(is_sound(&s), "then it is sound");
	db_read(s.db, (struct mono){ 0 }, see, a);
	f.db = s.db;
	is_int(db_write(s.db, sample_fill, &f), ERR_OK, "mails go into it");
	ok(is_sound(&s), "and it stays sound");
	reopen("one", &s);
	ok(!needs_rebuild(&s), "nothing is made twice");
	store_close(&s);

	restore("two", &s);
	is_int(stand(&s), 1, "how far a start is can be said: at the first table");
	is_int(slices(&s, whole - 2), whole - 2, "a start that ends between slices");
	ok(stand(&s) > 1 && stand(&s) < UINT32_MAX, "further on after some slices (%u)", stand(&s));
	reopen("two", &s);
	ok(needs_rebuild(&s), "goes on");
	is_int(whole - 2 + slices(&s, 1000), whole, "where it stood");
	ok(is_sound(&s), "and ends well");
	store_close(&s);
	arena_free(&a);
}

/* As the earlier program leaves it when it ends in the middle of its own rebuild. */
static int half_made_by_old(struct txn *t, void *ctx)
{
	static const uint8_t mark[] = { 2, 3, 0, 0, 0, 0, 0, 0, 0, 1 };

	(void)ctx;
	meta_put(t, "index",
		 bytes_of("2 address by_contact queue due outbox_live remote near expire"));
	meta_put(t, "rebuild", bytes_at(mark, sizeof(mark)));
	return txn_err(t);
}

static void back_and_forth(void)
{
	struct store s;

	restore("three", &s);
	(void)slices(&s, 5);
	is_int(db_write(s.db, half_made_by_old, NULL), ERR_OK,
	       "the earlier program comes back, and ends in the middle of making its tables");
	reopen("three", &s);
	ok(needs_rebuild(&s), "they are made anew");
	(void)slices(&s, 1000);
	ok(!needs_rebuild(&s) && is_sound(&s), "from the beginning, by our numbers");
	store_close(&s);
}

int main(void)
{
	plan(0);
	if (keyed_init() != ERR_OK)
		return 1;
	comes_up();
	back_and_forth();
	return done_testing();
}
