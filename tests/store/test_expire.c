/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sweep - what goes, on which day, and that nothing else does.
 */
#include <string.h>

#include "parsers/err.h"
#include "store/counts.h"
#include "store/outbox.h"
#include "store/parts.h"
#include "tests/store/sample.h"
#include "tests/tap.h"

struct sweep {
	struct wall now;
	size_t n, limit;
};

static int sweep(struct txn *t, void *ctx)
{
	struct sweep *s = ctx;

	return sweep_slice(t, s->now, s->limit, &s->n);
}

static size_t swept_at(struct fixture *f, int64_t ms)
{
	struct sweep s = { .now = later(ms), .limit = 1000 };

	return db_write(f->db, sweep, &s) == ERR_OK ? s.n : SIZE_MAX;
}

static int see(struct txn *t, void *ctx)
{
	static const struct {
		const char *words;
		bool by_id;
	} rows[] = { { "by id", true }, { "by words", false } };

	(void)ctx;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes words = bytes_of(rows[i].words);
		Pb__Seen rec = PB__SEEN__INIT;
		struct digest d;

		keyed_digest(NULL, &words, 1, &d);
		rec.at = FIXTURE_NOW.ms;
		rec.by_id = rows[i].by_id;
		seen_put(t, &d, &rec);
	}
	return ERR_OK;
}

static int early(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	const struct receipt r = { .remote_id = bytes_of("r"), .state = RECEIPT_DELIVERED };
	Pb__Outbox *row;

	return outbox_receipt(t, bytes_of("sms"), &r, FIXTURE_NOW, f->arena, &row) == ERR_NOENT
		       ? ERR_OK
		       : ERR_INVALID;
}

static int attempt(struct txn *t, void *ctx)
{
	(void)ctx;
	attempt_add(t, ATTEMPT_AUTO_REPLY, bytes_of("x"), (uint32_t)(FIXTURE_NOW.ms / HOUR_MS), 1,
		    FIXTURE_NOW);
	attempt_add(t, ATTEMPT_AUTO_REPLY, bytes_of("x"), (uint32_t)(FIXTURE_NOW.ms / HOUR_MS), 1,
		    FIXTURE_NOW);
	return ERR_OK;
}

static int look(struct txn *t, void *ctx)
{
	(void)ctx;
	access_add(t, bytes_of("ana"), bytes_of("case list"), FIXTURE_NOW);
	return ERR_OK;
}

static int part(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	Pb__Part waiting = PB__PART__INIT, settled = PB__PART__INIT;
	enum part_fate fate;
	struct part_set set;

	waiting.total = settled.total = 2;
	waiting.index = settled.index = 1;
	settled.ref = 1;
	waiting.received = settled.received = FIXTURE_NOW.ms;
	part_add(t, &waiting, MINUTE_MS, FIXTURE_NOW, f->arena, &fate, &set);
	part_add(t, &settled, MINUTE_MS, FIXTURE_NOW, f->arena, &fate, &set);
	part_settle(t, &set, PART_GIVEN_UP, 0);
	return ERR_OK;
}

static void test_days(void)
{
	static const struct {
		const char *name;
		db_work_fn *make;
		enum table table;
		int64_t stays_ms, goes_ms; /* all that go are gone at goes_ms, none at stays_ms */
		size_t made, kept;
		const char *promise;
	} rows[] = {
		/* clang-format off */
		{ "seen1",   see,     TABLE_SEEN,    DAY_MS,      3 * DAY_MS,   2, 1, "'seen' by words goes after a day" },
		{ "seen2",   see,     TABLE_SEEN,    0,           32 * DAY_MS,  2, 0, "'seen' by id goes after 30 days" },
		{ "early",   early,   TABLE_EARLY,   DAY_MS,      3 * DAY_MS,   1, 0, "an early receipt goes after a day" },
		{ "attempt", attempt, TABLE_ATTEMPT, 40 * DAY_MS, 42 * DAY_MS,  1, 0, "a budget's number goes 40 days after its period" },
		{ "access",  look,    TABLE_ACCESS, 365 * DAY_MS, 367 * DAY_MS, 1, 0, "who looked is known for a year" },
		{ "part",    part,    TABLE_PART,    2 * DAY_MS,  4 * DAY_MS,   2, 1, "a settled part goes after two days, a waiting one stays" },
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture f;
		size_t before, after;

		fixture_open(&f, rows[i].name, FIXTURE_MAP);
		in_write(&f, rows[i].make);
		swept_at(&f, rows[i].stays_ms);
		before = fixture_rows(&f, rows[i].table);
		swept_at(&f, rows[i].goes_ms);
		after = fixture_rows(&f, rows[i].table);
		if (!ok(before == rows[i].made && after == rows[i].kept, "%s", rows[i].promise))
			diag("%zu before, %zu after", before, after);
		fixture_close(&f);
	}
}

static int note_findings(struct txn *t, void *ctx)
{
	sample_verify(t, ctx);
	return ERR_OK;
}

/* An entry that no record made, for a record that isn't past its day. */
static int lie(struct txn *t, void *ctx)
{
	static const uint8_t key[] = { 0, 0, 0, 0, 0, 0, 0, 1, TABLE_SEEN };
	struct bytes words = bytes_of("by id");
	uint8_t octets[sizeof(key) + KEYED_DIGEST_BYTES];
	struct digest d;

	(void)ctx;
	keyed_digest(NULL, &words, 1, &d);
	memcpy(octets, key, sizeof(key));
	memcpy(octets + sizeof(key), d.octets, sizeof(d.octets));
	txn_put(t, TABLE_EXPIRE, bytes_at(octets, sizeof(octets)), BYTES_NONE);
	return ERR_OK;
}

static void test_slices(void)
{
	struct findings found;
	struct fixture f;
	size_t cases, messages, total = 0, slices = 0;
	struct sweep s = { .now = later(400 * DAY_MS), .limit = 2 };

	fixture_open(&f, "slices", FIXTURE_MAP);
	in_write(&f, sample_fill);
	cases = fixture_rows(&f, TABLE_CASE);
	messages = fixture_rows(&f, TABLE_MESSAGE);
	do {
		s.n = 0;
		if (db_write(f.db, sweep, &s) != ERR_OK)
			break;
		total += s.n;
		slices++;
	} while (s.n == s.limit);
	ok(total > 4 && slices > 2, "a year later %zu rows go, in %zu slices", total, slices);
	ok(fixture_rows(&f, TABLE_EXPIRE) == 0, "nothing is left to expire");
	ok(cases == fixture_rows(&f, TABLE_CASE) && messages == fixture_rows(&f, TABLE_MESSAGE),
	   "cases and messages stay");
	db_read(f.db, (struct mono){ 0 }, note_findings, &found);
	if (!is_int((long long)found.n, 0, "and the store is sound"))
		findings_show(&found);
	in_write(&f, see);
	in_write(&f, lie);
	swept_at(&f, 0);
	ok(fixture_rows(&f, TABLE_SEEN) == 2, "a wrong entry removes nothing but itself");
	db_read(f.db, (struct mono){ 0 }, note_findings, &found);
	is_int((long long)found.n, 0, "and is gone");
	fixture_close(&f);
}

int main(void)
{
	plan(0);
	test_days();
	test_slices();
	return done_testing();
}
