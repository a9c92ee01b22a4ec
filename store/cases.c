/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/cases.h"

#include <ctype.h>
#include <stdio.h>

#include "parsers/err.h"
#include "store/counts.h"
#include "store/index.h"
#include "store/scan.h"

/* Nobody has more cases than this; who does is an attacker, and a list of his may end. */
#define CONTACT_CASES_ARENA ((size_t)4 * 1024 * 1024)

/* A case without a clock comes up again after this. */
#define NO_CLOCK_MS (30 * DAY_MS)

#define TO(state) (1u << (state))

static const unsigned may_become[] = {
	/* Nobody has taken it: it waits for nothing yet. */
	[CASE_NEW] = TO(CASE_OPEN) | TO(CASE_SOLVED) | TO(CASE_CLOSED),
	/* A transfer makes it new again, with its number and clock. */
	[CASE_OPEN] = TO(CASE_NEW) | TO(CASE_WAITING) | TO(CASE_SOLVED) | TO(CASE_CLOSED),
	[CASE_WAITING] = TO(CASE_NEW) | TO(CASE_OPEN) | TO(CASE_SOLVED) | TO(CASE_CLOSED),
	/* Reopening. */
	[CASE_SOLVED] = TO(CASE_OPEN) | TO(CASE_CLOSED),
	[CASE_CLOSED] = TO(CASE_OPEN),
};

int case_move(Pb__Case *rec, enum case_state next)
{
	if (rec->state == (uint32_t)next)
		return ERR_OK;
	if (rec->state >= ARRAY_LEN(may_become) || !(may_become[rec->state] & TO(next)))
		return ERR_BAD_STATE;
	rec->state = next;
	return ERR_OK;
}

bool case_is_open(const Pb__Case *rec)
{
	return rec->state != CASE_SOLVED && rec->state != CASE_CLOSED;
}

/* The earlier one that lies after `told`; 0 is none. */
static int64_t sooner(int64_t due, int64_t candidate, int64_t told)
{
	return candidate > told && (due == 0 || candidate < due) ? candidate : due;
}

int64_t case_due(const Pb__Case *rec)
{
	int64_t due = 0;

	if (!case_is_open(rec))
		return 0;
	if (rec->answered == 0)
		due = sooner(due, rec->answer_due, rec->late_told);
	due = sooner(due, rec->solve_due, rec->late_told);
	if (rec->state == CASE_WAITING)
		due = sooner(due, rec->waiting_until, rec->late_told);
	if (due != 0)
		return due;
	return (rec->opened > rec->late_told ? rec->opened : rec->late_told) + NO_CLOCK_MS;
}

int64_t case_late_from(const Pb__Case *rec)
{
	int64_t from = 0;

	/* A waiting case is woken by its date, it isn't late by it. */
	if (!case_is_open(rec) || rec->state == CASE_WAITING)
		return CASE_NEVER_LATE;
	if (rec->answered == 0)
		from = sooner(from, rec->answer_due, 0);
	from = sooner(from, rec->solve_due, 0);
	return from != 0 ? from : CASE_NEVER_LATE;
}

bool case_is_late(const Pb__Case *rec, struct wall now)
{
	return case_late_from(rec) < now.ms;
}

/* --- one case --- */

static struct key key_of_case(struct case_no no)
{
	struct key k;

	k.len = 0;
	key_case(&k, no);
	return k;
}

int case_open(struct txn *t, Pb__Case *rec, struct bytes prefix, int local_year,
	      const struct case_step *step, struct wall now, struct arena *a)
{
	char number[CASE_NUMBER_SIZE], counter[sizeof("case/") + 4];
	uint64_t last = 0;
	struct case_no no;
	struct key k;
	int err;

	if (local_year < 1000 || local_year > 9999 || prefix.len == 0 || prefix.len > 8)
		return ERR_INVALID;
	snprintf(counter, sizeof(counter), "case/%04d", local_year);
	err = meta_get_u64(t, counter, &last);
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (last >= 999999999)
		return ERR_LIMIT;
	no = (struct case_no){ .year = (uint16_t)local_year, .n = (uint32_t)last + 1 };
	meta_put_u64(t, counter, no.n);
	snprintf(number, sizeof(number), "%.*s-%04u-%06u", PRI_BYTES(prefix), no.year, no.n);
	rec->number = record_strc(a, number);
	if (step != NULL)
		case_log(t, rec, step, now, a);
	k = key_of_case(no);
	index_put_new(t, TABLE_CASE, key_bytes(&k), &rec->base);
	return txn_err(t);
}

static bool same_letters(struct bytes a, struct bytes b)
{
	for (size_t i = 0; i < a.len && a.len == b.len; i++)
		if (toupper(a.ptr[i]) != toupper(b.ptr[i]))
			return false;
	return a.len == b.len;
}

int case_get(struct txn *t, struct bytes number, struct arena *a, Pb__Case **rec_out)
{
	struct bytes asked, prefix;
	struct case_no no, same;
	ProtobufCMessage *m;
	struct key k;
	int err = case_no_parse(number, &no, &asked);

	if (err != ERR_OK)
		return err;
	k = key_of_case(no);
	err = index_get(t, TABLE_CASE, key_bytes(&k), a, &m);
	if (err != ERR_OK)
		return err;
	if (case_no_parse(bytes_of(((Pb__Case *)m)->number), &same, &prefix) != ERR_OK)
		return ERR_CORRUPT;
	/* The number of another town is not one of ours. */
	if (!same_letters(asked, prefix))
		return ERR_NOENT;
	*rec_out = (Pb__Case *)m;
	return ERR_OK;
}

void case_put(struct txn *t, const Pb__Case *rec)
{
	struct bytes prefix;
	struct case_no no;
	struct key k;
	int err = case_no_parse(bytes_of(rec->number), &no, &prefix);

	if (err != ERR_OK) {
		txn_fail(t, err);
		return;
	}
	k = key_of_case(no);
	index_put(t, TABLE_CASE, key_bytes(&k), &rec->base);
}

/* --- a contact's cases --- */

/* The newest of one kind, at most limit: the newest of both kinds are among them. */
static int keys_of_contact(struct txn *t, uint64_t contact, enum by_contact kind, size_t limit,
			   struct key_list *list)
{
	struct key prefix = key_of_id(contact), end;
	size_t first = list->n;
	int err;

	key_u8(&prefix, (uint8_t)kind);
	end = key_after(&prefix);
	err = txn_walk(t, TABLE_BY_CONTACT, key_bytes(&prefix), key_bytes(&end), WALK_DOWN, limit,
		       key_list_row, list);
	for (size_t i = first; i < list->n; i++)
		list->keys[i] = bytes_cut(list->keys[i], prefix.len, CASE_KEY_LEN);
	return err;
}

struct limited {
	case_fn *fn;
	void *ctx;
	size_t n, limit;
};

static int count_down(struct bytes key, const ProtobufCMessage *rec, void *ctx)
{
	struct limited *l = ctx;
	int err = l->fn((const Pb__Case *)rec, l->ctx);

	(void)key;
	return err == ERR_OK && ++l->n == l->limit ? ERR_CANCELLED : err;
}

int case_of_contact(struct txn *t, uint64_t contact, bool open_only, size_t limit, case_fn *fn,
		    void *ctx)
{
	struct key_list keys = { .arena = arena_new(CONTACT_CASES_ARENA) };
	struct limited l = { .fn = fn, .ctx = ctx, .limit = limit };
	int err = keys.arena == NULL ? ERR_NOMEM : ERR_OK;

	if (err == ERR_OK)
		err = keys_of_contact(t, contact, BY_OPEN_CASE, limit, &keys);
	if (err == ERR_OK && !open_only)
		err = keys_of_contact(t, contact, BY_CLOSED_CASE, limit, &keys);
	if (err == ERR_OK)
		err = scan_keys(t, TABLE_CASE, &keys, count_down, &l);
	arena_free(&keys.arena);
	/* One of his cases that can't be read is no reason to refuse what he writes; verify names it. */
	return err == ERR_CORRUPT ? ERR_OK : err;
}

/* Nobody has more open matters; who floods us must not make each further text dearer. */
#define SAME_MATTER_AMONG 50

struct matter {
	struct bytes category, place, settlement;
	struct bytes number; /* in number_octets */
	char number_octets[CASE_NUMBER_SIZE];
};

static bool same_place(const Pb__Case *rec, const struct matter *m)
{
	if (m->place.len != 0)
		return bytes_is(m->place, rec->place) &&
		       (m->settlement.len == 0 || rec->settlement[0] == '\0' ||
			bytes_is(m->settlement, rec->settlement));
	/* Of a case with a street, a bare settlement says too little. */
	return m->settlement.len != 0 && rec->place[0] == '\0' &&
	       bytes_is(m->settlement, rec->settlement);
}

static int on_case_of_matter(const Pb__Case *rec, void *ctx)
{
	struct matter *m = ctx;

	if (!bytes_is(m->category, rec->category) || !same_place(rec, m))
		return ERR_OK;
	snprintf(m->number_octets, sizeof(m->number_octets), "%s", rec->number);
	m->number = bytes_of(m->number_octets);
	return ERR_CANCELLED;
}

int case_same_matter(struct txn *t, uint64_t contact, struct bytes category, struct bytes place,
		     struct bytes settlement, struct arena *a, Pb__Case **rec_out)
{
	struct matter m = { .category = category, .place = place, .settlement = settlement };
	int err;

	if (place.len == 0 && settlement.len == 0)
		return ERR_NOENT;
	err = case_of_contact(t, contact, true, SAME_MATTER_AMONG, on_case_of_matter, &m);
	if (err != ERR_OK)
		return err;
	return m.number.len == 0 ? ERR_NOENT : case_get(t, m.number, a, rec_out);
}

struct near {
	struct wall since;
	case_fn *fn;
	void *ctx;
};

static int on_near(struct bytes key, const ProtobufCMessage *m, void *ctx)
{
	const Pb__Case *rec = (const Pb__Case *)m;
	const struct near *n = ctx;

	(void)key;
	return rec->opened < n->since.ms ? ERR_CANCELLED : n->fn(rec, n->ctx);
}

int case_near(struct txn *t, const Pb__Case *rec, struct wall since, case_fn *fn, void *ctx)
{
	const char *where = rec->place[0] != '\0' ? rec->place : rec->settlement;
	struct near n = { .since = since, .fn = fn, .ctx = ctx };
	struct key prefix;

	if (where[0] == '\0')
		return ERR_OK;
	prefix.len = 0;
	key_text(&prefix, bytes_of(where));
	key_text(&prefix, bytes_of(rec->category));
	return scan_owners(t, TABLE_NEAR, &prefix, WALK_DOWN, 0, on_near, &n);
}
