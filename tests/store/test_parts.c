/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parts - long SMS: complete, repeated, late, references used again; and 'seen before?'.
 */
#include "store/parts.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "store/counts.h"
#include "store/due.h"
#include "tests/store/fixture.h"
#include "tests/tap.h"

#define WAIT_MS (5 * MINUTE_MS)

static const char *const fate_names[] = { "kept", "repeated", "completed", "late" };

static enum part_fate add(struct txn *t, struct fixture *f, uint32_t ref, uint32_t total,
			  uint32_t index, const char *text, struct wall now, struct part_set *set)
{
	Pb__Part *rec = arena_alloc(f->arena, sizeof(*rec));
	enum part_fate fate = (enum part_fate) - 1;
	int err;

	pb__part__init(rec);
	rec->channel = record_strc(f->arena, "sms");
	rec->from = record_strc(f->arena, "sms:+381641234567");
	rec->to = record_strc(f->arena, "1234");
	rec->ref = ref;
	rec->total = total;
	rec->index = index;
	rec->text = record_strc(f->arena, text);
	rec->received = now.ms;
	err = part_add(t, rec, WAIT_MS, now, f->arena, &fate, set);
	if (err != ERR_OK)
		diag("part_add: %s", err_text(err));
	return fate;
}

static void joined(const struct part_set *set, char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < set->n; i++)
		strncat(text, set->parts[i]->text, size - strlen(text) - 1);
}

static bool adds_up(struct txn *t, int64_t parts, int64_t in_messages, int64_t waiting,
		    int64_t given_up)
{
	struct balance b;

	return balance_get(t, (struct wall){ 0 }, (struct wall){ 0 }, &b) == ERR_OK && b.balanced &&
	       b.parts == parts && b.parts_joined == in_messages && b.parts_waiting == waiting &&
	       b.parts_given_up == given_up;
}

struct dues {
	size_t n;
	uint8_t key[DB_KEY_MAX];
	size_t key_len;
};

static int note_due(const struct due *d, void *ctx)
{
	struct dues *dues = ctx;

	dues->n += d->kind == DUE_PARTS;
	memcpy(dues->key, d->key.ptr, d->key.len);
	dues->key_len = d->key.len;
	return ERR_OK;
}

static int complete(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct part_set set;
	char text[64];
	uint64_t n = 0;

	is_text(bytes_of(fate_names[add(t, f, 7, 3, 2, "two", FIXTURE_NOW, &set)]), "kept",
		"a part waits for the others");
	is_text(bytes_of(fate_names[add(t, f, 7, 3, 2, "two", later(1), &set)]), "repeated",
		"the same one again changes nothing");
	ok(adds_up(t, 1, 0, 1, 0), "one part was received, one waits");
	is_text(bytes_of(fate_names[add(t, f, 7, 3, 3, "three", later(2), &set)]), "kept",
		"the second one waits too");
	is_text(bytes_of(fate_names[add(t, f, 7, 3, 1, "one", later(3), &set)]), "completed",
		"the last one completes them");
	joined(&set, text, sizeof(text));
	is_text(bytes_of(text), "onetwothree", "in their order, not as they came");
	part_settle(t, &set, PART_JOINED, 99);
	ok(adds_up(t, 3, 3, 0, 0), "three were received, three are joined");
	part_waiting(t, &n);
	is_int((long long)n, 0, "none waits");
	is_text(bytes_of(fate_names[add(t, f, 7, 3, 3, "three", later(4), &set)]), "repeated",
		"a repeat after that is still a repeat");
	is_text(bytes_of(fate_names[add(t, f, 7, 3, 3, "drei", later(5), &set)]), "kept",
		"other words with the same reference begin a new set");
	is_int(set.set, 1, "the second one");
	is_text(bytes_of(fate_names[add(t, f, 7, 2, 1, "eins", later(6), &set)]), "kept",
		"so does another total");
	ok(set.set == 0 && set.n == 1, "as a set of its own");
	ok(adds_up(t, 5, 3, 2, 0), "the sums hold");
	return ERR_INVALID;
}

static int given_up(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct dues none = { 0 }, due = { 0 }, after = { 0 };
	struct part_set set;
	char text[64];

	add(t, f, 8, 3, 1, "one", FIXTURE_NOW, &set);
	add(t, f, 8, 3, 3, "three", later(MINUTE_MS), &set);
	due_each(t, later(WAIT_MS), 0, 0, f->arena, note_due, &none);
	is_int((long long)none.n, 0, "the wait begins anew with each part");
	due_each(t, later(WAIT_MS + MINUTE_MS), 0, 0, f->arena, note_due, &due);
	is_int((long long)due.n, 1, "a set is due once, however many parts it has");
	is_int(part_set_get(t, bytes_at(due.key, due.key_len), f->arena, &set), ERR_OK,
	       "its key finds it");
	joined(&set, text, sizeof(text));
	is_text(bytes_of(text), "onethree", "with the parts that are there");
	ok(set.total == 3 && set.n == 2, "and how many there should be");
	part_settle(t, &set, PART_GIVEN_UP, 55);
	ok(adds_up(t, 2, 0, 0, 2), "two were received, two are given up");
	due_each(t, later(DAY_MS), 0, 0, f->arena, note_due, &after);
	is_int((long long)after.n, 0, "nothing is due any more");
	is_int(part_set_get(t, bytes_at(due.key, due.key_len), f->arena, &set), ERR_NOENT,
	       "an old key finds nothing to give up");
	is_text(bytes_of(fate_names[add(t, f, 8, 3, 2, "two", later(HOUR_MS), &set)]), "late",
		"the missing one comes late");
	ok(set.message == 55 && set.n == 1 && set.parts[0]->index == 2, "and knows its message");
	part_settle(t, &set, PART_GIVEN_UP, 55);
	ok(adds_up(t, 3, 0, 0, 3), "it counts once, however often it is settled");
	is_text(bytes_of(fate_names[add(t, f, 8, 3, 2, "two", later(HOUR_MS + 1), &set)]),
		"repeated", "again: a repeat");
	is_text(bytes_of(fate_names[add(t, f, 8, 3, 1, "uno", later(HOUR_MS + 2), &set)]), "kept",
		"other words: a new set");
	is_text(bytes_of(fate_names[add(t, f, 8, 3, 1, "one", later(HOUR_MS + 3), &set)]),
		"repeated", "a repeat of the old set is one, although a new set has begun");
	return ERR_INVALID;
}

static int badly_formed(struct txn *t, void *ctx)
{
	static const struct {
		uint32_t ref, total, index;
	} rows[] = { { 1, 0, 1 }, { 1, 3, 0 }, { 1, 3, 4 }, { 1, 256, 1 }, { 65536, 3, 1 } };
	struct fixture *f = ctx;
	enum part_fate fate;
	struct part_set set;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		Pb__Part rec = PB__PART__INIT;

		rec.ref = rows[i].ref;
		rec.total = rows[i].total;
		rec.index = rows[i].index;
		is_int(part_add(t, &rec, WAIT_MS, FIXTURE_NOW, f->arena, &fate, &set), ERR_INVALID,
		       "part %u of %u with reference %u is none", rows[i].index, rows[i].total,
		       rows[i].ref);
	}
	ok(!txn_has_written(t), "and nothing was written");
	return ERR_INVALID;
}

static int hostile_senders(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	char *from = arena_alloc(f->arena, 3001);
	enum part_fate fate = PART_REPEATED;
	struct part_set set;

	memset(from, 'x', 3000);
	for (int i = 0; i < 2; i++) {
		Pb__Part rec = PB__PART__INIT;

		/* They differ in the last letter only. */
		from[2999] = (char)('a' + i);
		rec.channel = rec.from = rec.to = record_strc(f->arena, from);
		rec.total = 2;
		rec.index = 1;
		is_int(part_add(t, &rec, WAIT_MS, FIXTURE_NOW, f->arena, &fate, &set), ERR_OK,
		       "a sender of 3,000 letters fits into a key");
		is_int((long long)fate, PART_KEPT, "and isn't mistaken for another one");
	}
	return ERR_INVALID;
}

/* One reference, and with each part other words: each begins a new set. */
static int many_sets(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct fixture small = { .db = f->db, .arena = arena_new((size_t)8 * 1024) };
	struct part_set set;
	Pb__Part last = PB__PART__INIT;
	enum part_fate fate = PART_KEPT;
	char text[16];
	unsigned n = 0;

	for (; n < 500 && fate == PART_KEPT; n++) {
		snprintf(text, sizeof(text), "text %u", n);
		arena_reset(small.arena);
		fate = add(t, &small, 9, 3, 1, text, later(n), &set);
	}
	is_int(n, 500, "500 sets of one reference: none asks for more memory than the first");
	is_int(set.set, 499, "each is one of its own");
	arena_reset(small.arena);
	is_int(add(t, &small, 9, 3, 1, "text 498", later(n), &set), PART_REPEATED,
	       "a repeat from the set before is one");
	is_int(add(t, &small, 9, 3, 2, "more", later(n), &set), PART_KEPT,
	       "what is missing in the newest set joins it");
	ok(set.set == 499 && set.n == 2, "and no other");
	last.channel = record_strc(f->arena, "sms");
	last.from = record_strc(f->arena, "sms:+381641234567");
	last.to = record_strc(f->arena, "1234");
	last.ref = 9;
	last.total = 3;
	last.index = 1;
	last.set = 65535;
	part_put(t, &last);
	arena_reset(small.arena);
	last.text = record_strc(f->arena, "one too many");
	is_int(part_add(t, &last, WAIT_MS, FIXTURE_NOW, f->arena, &fate, &set), ERR_LIMIT,
	       "the last number of a set isn't passed: nothing is written over");
	arena_free(&small.arena);
	return ERR_INVALID;
}

static int seen_before(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct digest key;
	Pb__Seen rec = PB__SEEN__INIT, *got;
	const struct bytes words = BYTES("pukla cev");

	keyed_digest(NULL, &words, 1, &key);
	is_int(seen_get(t, &key, f->arena, &got), ERR_NOENT, "nothing was seen before");
	rec.at = FIXTURE_NOW.ms;
	rec.message = 5;
	seen_put(t, &key, &rec);
	is_int(seen_get(t, &key, f->arena, &got), ERR_OK, "then it was");
	ok(got->message == 5 && got->answered == 0, "with its message, not answered yet");
	rec.answered = later(3).ms;
	seen_put(t, &key, &rec);
	seen_get(t, &key, f->arena, &got);
	ok(got->answered == later(3).ms, "and answered later");
	return ERR_INVALID;
}

int main(void)
{
	static db_work_fn *const stories[] = { complete,        given_up,  badly_formed,
					       hostile_senders, many_sets, seen_before };
	struct fixture f;

	plan(0);
	fixture_open(&f, "parts", FIXTURE_MAP);
	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		is_int(db_write(f.db, stories[i], &f), ERR_INVALID, "story %zu ran to its end",
		       i + 1);
	fixture_close(&f);
	return done_testing();
}
