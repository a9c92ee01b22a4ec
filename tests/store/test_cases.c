/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases and contacts - numbers, moves, clocks, the trail, lists.
 */
#include "store/cases.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "store/contacts.h"
#include "store/due.h"
#include "store/key.h"
#include "store/messages.h"
#include "tests/store/fixture.h"
#include "tests/tap.h"

static const struct bytes prefix = BYTES("SP");

/* --- moves --- */

static void test_moves(void)
{
	static const struct {
		enum case_state from;
		const char
			*allowed; /* n o w s c: the first letters of the states, in their order */
	} rows[] = {
		{ CASE_NEW, "nosc" },   { CASE_OPEN, "nowsc" }, { CASE_WAITING, "nowsc" },
		{ CASE_SOLVED, "osc" }, { CASE_CLOSED, "oc" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int to = CASE_NEW; to <= CASE_CLOSED; to++) {
			const char *name = case_state_text((enum case_state)to);
			bool may = strchr(rows[i].allowed, name[0]) != NULL;
			Pb__Case rec = PB__CASE__INIT;
			int err;

			rec.state = rows[i].from;
			err = case_move(&rec, (enum case_state)to);
			ok(err == (may ? ERR_OK : ERR_BAD_STATE) &&
				   rec.state == (uint32_t)(may ? to : (int)rows[i].from),
			   "%s %s become %s", case_state_text(rows[i].from),
			   may ? "may" : "may not", name);
		}
}

/* --- clocks --- */

static void test_clocks(void)
{
	static const struct {
		uint32_t state;
		int64_t answer_due, solve_due, answered, waiting_until, told, due;
		bool late; /* at 500 */
		const char *promise;
	} rows[] = {
		/* clang-format off */
		{ CASE_NEW,     400, 900, 0,   0,   0,   400,                 true,  "the answer is due first" },
		{ CASE_NEW,     600, 900, 0,   0,   0,   600,                 false, "before its time nothing is late" },
		{ CASE_OPEN,    400, 900, 450, 0,   0,   900,                 false, "once answered, the solution counts" },
		{ CASE_NEW,     400, 900, 0,   0,   400, 900,                 true,  "what was told is late still, the next step is due" },
		{ CASE_OPEN,    400, 450, 0,   0,   450, 450 + 30 * DAY_MS,   true,  "when all was told, it comes up again after 30 days" },
		{ CASE_NEW,     0,   0,   0,   0,   0,   100 + 30 * DAY_MS,   false, "without a clock it comes up after 30 days" },
		{ CASE_WAITING, 400, 900, 0,   700, 400, 700,                 false, "a waiting case is woken by its date and isn't late" },
		{ CASE_WAITING, 800, 900, 0,   700, 0,   700,                 false, "the date may come before the clock" },
		{ CASE_SOLVED,  400, 450, 0,   0,   0,   0,                   false, "a solved case has no clock" },
		{ CASE_CLOSED,  400, 450, 0,   0,   0,   0,                   false, "nor has a closed one" },
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		Pb__Case rec = PB__CASE__INIT;

		rec.state = rows[i].state;
		rec.opened = 100;
		rec.answer_due = rows[i].answer_due;
		rec.solve_due = rows[i].solve_due;
		rec.answered = rows[i].answered;
		rec.waiting_until = rows[i].waiting_until;
		rec.late_told = rows[i].told;
		ok(case_due(&rec) == rows[i].due &&
			   case_is_late(&rec, (struct wall){ 500 }) == rows[i].late,
		   "%s", rows[i].promise);
	}
}

/* --- numbers, contacts --- */

static Pb__Case *new_case(struct fixture *f, uint64_t contact, const char *category,
			  const char *place)
{
	Pb__Case *rec = arena_alloc(f->arena, sizeof(*rec));

	pb__case__init(rec);
	rec->contact = contact;
	rec->category = record_strc(f->arena, category);
	rec->department =
		record_strc(f->arena, strcmp(category, "VOD") == 0 ? "vodovod" : "putevi");
	rec->place = record_strc(f->arena, place);
	rec->opened = FIXTURE_NOW.ms;
	rec->answer_due = later(2 * DAY_MS).ms;
	rec->solve_due = later(10 * DAY_MS).ms;
	return rec;
}

static int open_cases(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	Pb__Contact *ann, *same, *bob;
	Pb__Case *rec;

	is_int(contact_find(t, bytes_of("sms:+381641234567"), f->arena, &ann), ERR_NOENT,
	       "nobody is known at first");
	is_int(contact_need(t, bytes_of("sms:+381641234567"), FIXTURE_NOW, f->arena, &ann), ERR_OK,
	       "who writes is made a contact");
	contact_need(t, bytes_of("sms:+381641234567"), later(5), f->arena, &same);
	ok(same->id == ann->id && same->first_seen == FIXTURE_NOW.ms,
	   "the second time it is the same one");
	contact_need(t, bytes_of("sms:+381640000000"), FIXTURE_NOW, f->arena, &bob);
	ok(bob->id != ann->id, "another address is another contact");
	rec = new_case(f, ann->id, "VOD", "Svetosavska 14");
	is_int(case_open(t, rec, prefix, 2026, NULL, FIXTURE_NOW, f->arena), ERR_OK,
	       "a case is opened");
	is_text(bytes_of(rec->number), "SP-2026-000001", "the first of the year is number 1");
	rec = new_case(f, ann->id, "PUT", "");
	case_open(t, rec, prefix, 2026, NULL, FIXTURE_NOW, f->arena);
	is_text(bytes_of(rec->number), "SP-2026-000002", "then comes number 2");
	rec = new_case(f, bob->id, "VOD", "Svetosavska 14");
	case_open(t, rec, prefix, 2027, NULL, FIXTURE_NOW, f->arena);
	is_text(bytes_of(rec->number), "SP-2027-000001", "a new year begins again");
	is_int(case_open(t, rec, prefix, 26, NULL, FIXTURE_NOW, f->arena), ERR_INVALID,
	       "a year of two digits is none");
	return ERR_OK;
}

static int get_cases(struct txn *t, void *ctx)
{
	static const struct {
		const char *number;
		int err;
	} rows[] = {
		/* clang-format off */
		{ "SP-2026-000001",    ERR_OK },
		{ "sp-2026-1",         ERR_OK },
		{ "SP-2026-000000001", ERR_OK },
		{ "SP-2026-000009",    ERR_NOENT },
		{ "PE-2026-000001",    ERR_NOENT },
		{ "SP-2026-0000000001", ERR_INVALID },
		{ "SP-26-000001",      ERR_INVALID },
		{ "SP-2026-",          ERR_INVALID },
		{ "SP-2026-12x",       ERR_INVALID },
		{ "SP-2026-0",         ERR_INVALID },
		{ "-2026-1",           ERR_INVALID },
		{ "SP",                ERR_INVALID },
		{ "",                  ERR_INVALID },
		/* clang-format on */
	};
	struct fixture *f = ctx;
	Pb__Case *rec;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		is_int(case_get(t, bytes_of(rows[i].number), f->arena, &rec), rows[i].err,
		       "'%s': %s", rows[i].number, err_text(rows[i].err));
	is_int(case_same_matter(t, 0, bytes_of("VOD"), BYTES_NONE, BYTES_NONE, f->arena, &rec),
	       ERR_NOENT, "without a place nothing is the same matter");
	return ERR_OK;
}

/* --- lists --- */

struct seen_numbers {
	char text[256];
};

static int note_number(const Pb__Case *rec, void *ctx)
{
	struct seen_numbers *s = ctx;
	size_t len = strlen(s->text);

	snprintf(s->text + len, sizeof(s->text) - len, "%s%s", len ? " " : "", rec->number + 3);
	return ERR_OK;
}

static uint64_t contact_of(struct txn *t, struct fixture *f, const char *number)
{
	Pb__Case *rec;

	return case_get(t, bytes_of(number), f->arena, &rec) == ERR_OK ? rec->contact : 0;
}

static int lists(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t ann = contact_of(t, f, "SP-2026-1");
	struct seen_numbers all = { "" }, open = { "" }, one = { "" };
	Pb__Case *rec;

	case_of_contact(t, ann, false, 0, note_number, &all);
	is_text(bytes_of(all.text), "2026-000002 2026-000001", "a contact's cases, newest first");
	is_int(case_same_matter(t, ann, bytes_of("VOD"), bytes_of("Svetosavska 14"), BYTES_NONE,
				f->arena, &rec),
	       ERR_OK, "same category, same place: the same matter");
	is_int(case_same_matter(t, ann, bytes_of("VOD"), bytes_of("Svetosavska 15"), BYTES_NONE,
				f->arena, &rec),
	       ERR_NOENT, "another house is another matter");
	is_int(case_same_matter(t, ann, bytes_of("PUT"), bytes_of("Svetosavska 14"), BYTES_NONE,
				f->arena, &rec),
	       ERR_NOENT, "so is another category");
	case_get(t, bytes_of("SP-2026-2"), f->arena, &rec);
	case_move(rec, CASE_CLOSED);
	case_put(t, rec);
	case_of_contact(t, ann, true, 0, note_number, &open);
	is_text(bytes_of(open.text), "2026-000001", "a closed case is none of the open ones");
	case_of_contact(t, ann, false, 1, note_number, &one);
	is_text(bytes_of(one.text), "2026-000002", "but it is listed, and a limit holds");
	return ERR_OK;
}

static int villages(struct txn *t, void *ctx)
{
	static const struct {
		const char *place, *settlement;
		int err;
		const char *promise;
	} rows[] = {
		{ "Glavna 1", "Banovci", ERR_OK, "same street, same village: the same matter" },
		{ "Glavna 1", "Belegis", ERR_NOENT,
		  "the same street in another village is another" },
		{ "Glavna 1", "", ERR_OK,
		  "a street alone is enough when no other village is named" },
		{ "", "Banovci", ERR_NOENT,
		  "of a case with a street, a bare village says too little" },
		{ "", "Surduk", ERR_OK, "same village, no street on either side" },
	};
	struct fixture *f = ctx;
	Pb__Case *street = new_case(f, 9, "VOD", "Glavna 1"), *village = new_case(f, 9, "VOD", ""),
		 *rec;

	street->settlement = record_strc(f->arena, "Banovci");
	village->settlement = record_strc(f->arena, "Surduk");
	case_open(t, street, prefix, 2026, NULL, FIXTURE_NOW, f->arena);
	case_open(t, village, prefix, 2026, NULL, FIXTURE_NOW, f->arena);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		is_int(case_same_matter(t, 9, bytes_of("VOD"), bytes_of(rows[i].place),
					bytes_of(rows[i].settlement), f->arena, &rec),
		       rows[i].err, "%s", rows[i].promise);
	return ERR_INVALID; /* not kept */
}

/* What of the store can't be read, and what a look isn't long enough for. */
static int partial_lists(struct txn *t, void *ctx)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff };
	struct case_filter filter = { .state = CASE_CLOSED, .look_max = 1 };
	struct seen_numbers closed = { "" }, all = { "" }, open = { "" }, each = { "" },
			    his = { "" };
	struct key k;

	(void)ctx;
	is_int(case_list(t, &filter, note_number, &closed), ERR_TIMEOUT,
	       "a look that ends before the end says so");
	is_text(bytes_of(closed.text), "", "what is older isn't found");
	k.len = 0;
	key_case(&k, (struct case_no){ .year = 2026, .n = 1 });
	txn_put(t, TABLE_CASE, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	filter = (struct case_filter){ .state = -1 };
	is_int(case_list(t, &filter, note_number, &all), ERR_CORRUPT,
	       "of a case that can't be read the asker is told");
	is_text(bytes_of(all.text), "2027-000001 2026-000002", "and the others are listed");
	filter = (struct case_filter){
		.state = CASE_NEW, .late = true, .now = later(3 * DAY_MS), .limit = 9
	};
	is_int(case_list(t, &filter, note_number, &open), ERR_CORRUPT, "among open ones as well");
	is_text(bytes_of(open.text), "2027-000001", "and the others are listed there, too");
	is_int(case_each_open(t, note_number, &each), ERR_CORRUPT,
	       "and when all open ones are asked for");
	is_text(bytes_of(each.text), "2027-000001", "each comes that can be read");
	is_int(case_of_contact(t, 7, false, 9, note_number, &his), ERR_OK,
	       "a citizen is answered from those of his cases that can be read");
	return ERR_INVALID;
}

static int filters(struct txn *t, void *ctx)
{
	static const struct {
		int state;
		const char *department, *category, *words;
		int64_t now_ms; /* 0: no look for late ones */
		size_t limit;
		const char *want;
	} rows[] = {
		/* clang-format off */
		{ -1,          "",        "",    "",          0, 0, "2027-000001 2026-000002 2026-000001" },
		{ -1,          "",        "",    "",          0, 2, "2027-000001 2026-000002" },
		{ CASE_NEW,    "",        "",    "",          0, 0, "2027-000001 2026-000001" },
		{ CASE_NEW,    "",        "",    "",          0, 1, "2027-000001" },
		{ CASE_CLOSED, "",        "",    "",          0, 0, "2026-000002" },
		{ -1,          "putevi",  "",    "",          0, 0, "2026-000002" },
		{ CASE_NEW,    "putevi",  "",    "",          0, 0, "" },
		{ -1,          "",        "VOD", "",          0, 0, "2027-000001 2026-000001" },
		{ -1,          "",        "",    "",          3 * DAY_MS, 0, "2027-000001 2026-000001" },
		{ -1,          "",        "",    "",          DAY_MS, 0, "" },
		{ -1,          "",        "",    "savska 14", 0, 0, "2027-000001 2026-000001" },
		{ -1,          "",        "",    "pukla cev", 0, 0, "2026-000001" },
		{ -1,          "",        "",    "sp-2027",   0, 0, "2027-000001" },
		{ -1,          "",        "",    "nothing",   0, 0, "" },
		/* clang-format on */
	};

	(void)ctx;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct case_filter filter = {
			.state = rows[i].state,
			.department = bytes_of(rows[i].department),
			.category = bytes_of(rows[i].category),
			.words = bytes_of(rows[i].words),
			.late = rows[i].now_ms != 0,
			.now = later(rows[i].now_ms),
			.limit = rows[i].limit,
		};
		struct seen_numbers s = { "" };
		int err = case_list(t, &filter, note_number, &s);

		ok(err == ERR_OK && strcmp(s.text, rows[i].want) == 0,
		   "list: state %d department '%s' category '%s' words '%s' late %d limit %zu: "
		   "'%s'",
		   rows[i].state, rows[i].department, rows[i].category, rows[i].words, filter.late,
		   rows[i].limit, rows[i].want);
		if (strcmp(s.text, rows[i].want) != 0)
			diag("%s: got '%s'", err_text(err), s.text);
	}
	return ERR_OK;
}

/* --- the trail --- */

static int write_trail(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	Pb__Message msg = PB__MESSAGE__INIT;
	struct case_step steps[] = {
		{ .who = "citizen",
		  .what = "opened",
		  .words = bytes_of("pukla cev"),
		  .channel = "sms" },
		{ .who = "ana", .what = "note", .note = bytes_of("call the plumber") },
		{ .who = "ana", .what = "state", .why = bytes_of("on it") },
	};
	Pb__Case *rec;

	msg.id = txn_id(t, FIXTURE_NOW);
	msg.text = record_strc(f->arena, "Пукла цев");
	msg.channel = record_strc(f->arena, "sms");
	msg.received = FIXTURE_NOW.ms;
	msg.outcome = OUTCOME_CASE;
	message_add(t, &msg);
	steps[0].message = msg.id;
	case_get(t, bytes_of("SP-2026-1"), f->arena, &rec);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		case_log(t, rec, &steps[i], later((int64_t)i), f->arena);
	case_put(t, rec);
	is_int(rec->log_entries, 3, "three steps are three entries");
	return txn_err(t);
}

static int note_what(const Pb__LogEntry *e, void *ctx)
{
	struct seen_numbers *s = ctx;
	size_t len = strlen(s->text);

	snprintf(s->text + len, sizeof(s->text) - len, "%s%u:%s", len ? " " : "", e->n, e->what);
	return ERR_OK;
}

static bool is_whole(struct txn *t, struct fixture *f, uint32_t *bad_out)
{
	bool whole = false;
	Pb__Case *rec;

	return case_get(t, bytes_of("SP-2026-1"), f->arena, &rec) == ERR_OK &&
	       case_log_verify(t, rec, &whole, bad_out) == ERR_OK && whole;
}

static int read_trail(struct txn *t, void *ctx)
{
	struct seen_numbers s = { "" };
	uint32_t bad = 0;

	case_log_each(t, bytes_of("SP-2026-1"), note_what, &s);
	is_text(bytes_of(s.text), "1:opened 2:note 3:state", "the trail, oldest first");
	ok(is_whole(t, ctx, &bad), "its chain is whole");
	return ERR_OK;
}

static int load_entry(struct txn *t, struct fixture *f, uint32_t n, struct bytes *key_out,
		      ProtobufCMessage **m_out)
{
	static const uint8_t keys[][10] = { { 0x07, 0xea, 0, 0, 0, 1, 0, 0, 0, 1 },
					    { 0x07, 0xea, 0, 0, 0, 1, 0, 0, 0, 2 },
					    { 0x07, 0xea, 0, 0, 0, 1, 0, 0, 0, 3 } };
	struct bytes value;
	int err;

	*key_out = bytes_at(keys[n - 1], sizeof(keys[0]));
	err = txn_get(t, TABLE_LOG, *key_out, &value);
	return err != ERR_OK ? err
			     : record_unpack(&pb__log_entry__descriptor, value, f->arena, m_out);
}

static void store_entry(struct txn *t, struct fixture *f, struct bytes key,
			const ProtobufCMessage *m)
{
	struct bytes octets;

	if (record_pack(m, f->arena, &octets) == ERR_OK)
		txn_put(t, TABLE_LOG, key, octets);
}

static int erase_words(struct txn *t, void *ctx)
{
	ProtobufCMessage *m;
	struct bytes key;
	uint32_t bad = 0;

	load_entry(t, ctx, 2, &key, &m);
	((Pb__LogEntry *)m)->note = record_strc(((struct fixture *)ctx)->arena, "");
	store_entry(t, ctx, key, m);
	ok(is_whole(t, ctx, &bad), "erasing the words of an entry leaves the chain whole");
	((Pb__LogEntry *)m)->note = record_strc(((struct fixture *)ctx)->arena, "call nobody");
	store_entry(t, ctx, key, m);
	ok(!is_whole(t, ctx, &bad) && bad == 2, "other words in their place don't");
	return ERR_INVALID;
}

static int change_who(struct txn *t, void *ctx)
{
	ProtobufCMessage *m;
	struct bytes key;
	uint32_t bad = 0;

	load_entry(t, ctx, 3, &key, &m);
	((Pb__LogEntry *)m)->who = record_strc(((struct fixture *)ctx)->arena, "bora");
	store_entry(t, ctx, key, m);
	ok(!is_whole(t, ctx, &bad) && bad == 3, "another name in an entry breaks the chain there");
	return ERR_INVALID;
}

static int drop_entry(struct txn *t, void *ctx)
{
	ProtobufCMessage *m;
	struct bytes key;
	uint32_t bad = 0;

	load_entry(t, ctx, 3, &key, &m);
	txn_drop(t, TABLE_LOG, key);
	ok(!is_whole(t, ctx, &bad) && bad == 3, "an entry that is gone from the end is missed");
	load_entry(t, ctx, 1, &key, &m);
	txn_drop(t, TABLE_LOG, key);
	ok(!is_whole(t, ctx, &bad) && bad == 1, "and one from the beginning");
	return ERR_INVALID;
}

/* --- what is due --- */

struct seen_due {
	char text[256];
	struct txn *t;
	struct arena *arena;
};

static int note_due(const struct due *d, void *ctx)
{
	struct seen_due *s = ctx;
	size_t len = strlen(s->text);
	Pb__Case *rec;

	if (due_case(d, s->t, s->arena, &rec) == ERR_OK)
		snprintf(s->text + len, sizeof(s->text) - len, "%s%s", len ? " " : "",
			 rec->number + 3);
	return ERR_OK;
}

/* --- late ones among many --- */

#define MANY 10000

static struct seen_numbers late_ones(struct txn *t, const char *department, uint64_t *n_reads_out)
{
	struct case_filter filter = { .state = -1,
				      .department = bytes_of(department),
				      .late = true,
				      .now = later(3 * DAY_MS),
				      .limit = 100 };
	struct seen_numbers seen = { "" };
	uint64_t before = txn_n_reads(t);

	is_int(case_list(t, &filter, note_number, &seen), ERR_OK, "late ones are listed");
	*n_reads_out = txn_n_reads(t) - before;
	return seen;
}

/* None has a clock that runs out soon, but one that was told of already, one that waits, and one more. */
static int open_many(struct txn *t, void *ctx)
{
	(void)ctx;
	for (int i = 0; i < MANY && txn_err(t) == ERR_OK; i++) {
		struct arena *a = arena_new((size_t)4096);
		struct fixture small = { .arena = a };
		Pb__Case *rec = new_case(&small, 1, i % 2 == 0 ? "VOD" : "PUT", "");

		rec->state = i % 3 == 0 ? CASE_NEW : CASE_OPEN;
		rec->answer_due = i == 4000 || i == 7000 || i == 7001 ? later(DAY_MS).ms
								      : later(9 * DAY_MS).ms;
		if (i == 7000)
			rec->late_told = later(DAY_MS).ms;
		if (i == 7001)
			rec->state = CASE_WAITING;
		rec->waiting_until = i == 7001 ? later(DAY_MS).ms : 0;
		case_open(t, rec, bytes_of("SP"), 2026, NULL, FIXTURE_NOW, a);
		arena_free(&a);
	}
	return txn_err(t);
}

static int few_are_late(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct seen_numbers late;
	Pb__Case *rec;
	uint64_t n;

	late = late_ones(t, "", &n);
	is_text(bytes_of(late.text), "2026-007001 2026-004001",
		"of %d open cases the late ones are found, told or not, and not the waiting one",
		MANY);
	ok(n < 40, "without a look at the others: %llu reads", (unsigned long long)n);
	late = late_ones(t, "putevi", &n);
	is_text(bytes_of(late.text), "", "none of them is the roads department's");
	case_get(t, bytes_of("SP-2026-7002"), f->arena, &rec);
	is_int(case_move(rec, CASE_OPEN), ERR_OK, "who waited waits no longer");
	case_put(t, rec);
	late = late_ones(t, "putevi", &n);
	is_text(bytes_of(late.text), "2026-007002", "then its case is late at once");
	rec->answered = later(2 * DAY_MS).ms;
	case_put(t, rec);
	late = late_ones(t, "putevi", &n);
	is_text(bytes_of(late.text), "", "until it is answered");
	return ERR_INVALID;
}

static void test_many(void)
{
	struct fixture f;

	fixture_open(&f, "many", 4 * FIXTURE_MAP);
	in_write(&f, open_many);
	is_int(db_write(f.db, few_are_late, &f), ERR_INVALID,
	       "the story of few late ones ran to its end");
	fixture_close(&f);
}

static int due_cases(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct seen_due s = { .t = t, .arena = f->arena }, none = s, one = s;
	struct wall at;
	Pb__Case *rec;

	is_int(due_next(t, 0, &at), ERR_OK, "open cases are due some time");
	is_int(at.ms, later(2 * DAY_MS).ms, "first when the first answer is");
	due_each(t, later(2 * DAY_MS - 1), 0, 0, f->arena, note_due, &none);
	is_text(bytes_of(none.text), "", "a millisecond before, nothing is due");
	due_each(t, later(2 * DAY_MS), 0, 0, f->arena, note_due, &s);
	is_text(bytes_of(s.text), "2026-000001 2027-000001", "then both open cases are");
	due_each(t, later(2 * DAY_MS), 0, 1, f->arena, note_due, &one);
	is_text(bytes_of(one.text), "2026-000001", "a limit holds");
	case_get(t, bytes_of("SP-2026-1"), f->arena, &rec);
	rec->late_told = case_due(rec);
	case_put(t, rec);
	memset(s.text, 0, sizeof(s.text));
	due_each(t, later(2 * DAY_MS), 0, 0, f->arena, note_due, &s);
	is_text(bytes_of(s.text), "2027-000001",
		"one that was told is due again with its solution only");
	return ERR_OK;
}

int main(void)
{
	struct fixture f;

	plan(0);
	test_moves();
	test_clocks();
	fixture_open(&f, "cases", FIXTURE_MAP);
	in_write(&f, open_cases);
	in_read(&f, get_cases);
	in_write(&f, lists);
	is_int(db_write(f.db, villages, &f), ERR_INVALID, "the villages are not kept");
	in_write(&f, write_trail);
	in_read(&f, read_trail);
	in_read(&f, filters);
	is_int(db_write(f.db, partial_lists, &f), ERR_INVALID, "what was broken isn't kept");
	ok(db_write(f.db, erase_words, &f) == ERR_INVALID &&
		   db_write(f.db, change_who, &f) == ERR_INVALID &&
		   db_write(f.db, drop_entry, &f) == ERR_INVALID,
	   "what these tests broke is dropped again");
	in_write(&f, due_cases);
	fixture_close(&f);
	test_many();
	return done_testing();
}
