/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of cases and the search in them (cases.h). Open cases are found by the
 * table "queue", late ones at the beginning of each department and state in it, all others by a walk from the newest; a search reads the words
 * of each case it meets, which is quick enough until a town needs a word index.
 */
#include "store/cases.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "store/index.h"
#include "store/messages.h"
#include "store/scan.h"

/* Keys of twice as many open cases as are asked for, or, without a limit, of all of a town. */
#define KEYS_ARENA_MAX ((size_t)64 * 1024 * 1024)
#define CASE_ARENA_MAX ((size_t)8 * 1024 * 1024)
/* The folded words of one record. */
#define FOLD_ARENA_MAX ((size_t)16 * 1024 * 1024)

struct listing {
	struct txn *t;
	const struct case_filter *filter;
	struct arena *arena; /* for folding */
	case_fn *fn;
	void *ctx;
	size_t n, n_looked;
};

/* --- words --- */

static int text_has(struct listing *l, const char *text, bool *has_out)
{
	struct bytes words = l->filter->words;
	struct folded folded;
	int err;

	if (text[0] == '\0')
		return ERR_OK;
	err = fold_text(l->arena, bytes_of(text), &folded);
	if (err == ERR_OK && folded.text.len != 0 &&
	    memmem(folded.text.ptr, folded.text.len, words.ptr, words.len) != NULL)
		*has_out = true;
	return err;
}

struct reading {
	struct listing *list;
	bool has;
};

static int read_entry(const Pb__LogEntry *e, void *ctx)
{
	struct reading *r = ctx;
	Pb__Message *msg;
	int err;

	if (e->message == 0)
		return ERR_OK;
	err = message_get(r->list->t, e->message, r->list->arena, &msg);
	if (err == ERR_OK)
		err = text_has(r->list, msg->text, &r->has);
	if (err == ERR_NOENT || err == ERR_CORRUPT)
		return ERR_OK;
	return err == ERR_OK && r->has ? ERR_CANCELLED : err;
}

static int case_has_words(struct listing *l, const Pb__Case *rec, bool *has_out)
{
	const char *fields[] = { rec->number, rec->place, rec->settlement, rec->reason };
	struct reading r = { .list = l };
	int err = ERR_OK;

	arena_reset(l->arena);
	for (size_t i = 0; i < ARRAY_LEN(fields) && err == ERR_OK && !r.has; i++)
		err = text_has(l, fields[i], &r.has);
	if (err == ERR_OK && !r.has)
		err = case_log_each(l->t, bytes_of(rec->number), read_entry, &r);
	/* A case is found by what of it can be read. */
	if (err == ERR_CORRUPT)
		err = ERR_OK;
	*has_out = r.has;
	return err;
}

/* --- the list --- */

static bool matches(const struct case_filter *f, const Pb__Case *rec)
{
	if (f->state >= 0 && rec->state != (uint32_t)f->state)
		return false;
	if (f->department.len != 0 && !bytes_is(f->department, rec->department))
		return false;
	if (f->category.len != 0 && !bytes_is(f->category, rec->category))
		return false;
	return !f->late || case_is_late(rec, f->now);
}

static int on_case(struct bytes key, const ProtobufCMessage *m, void *ctx)
{
	const Pb__Case *rec = (const Pb__Case *)m;
	struct listing *l = ctx;
	bool has = true;
	int err = ERR_OK;

	(void)key;
	if (l->filter->look_max != 0 && l->n_looked++ == l->filter->look_max)
		return ERR_TIMEOUT;
	if (!matches(l->filter, rec))
		return ERR_OK;
	if (l->filter->words.len != 0)
		err = case_has_words(l, rec, &has);
	if (err != ERR_OK || !has)
		return err;
	err = l->fn(rec, l->ctx);
	return err == ERR_OK && ++l->n == l->filter->limit ? ERR_CANCELLED : err;
}

/* --- open ones --- */

struct gather {
	struct key_list keys;
	struct listing *list;
	struct arena *arena; /* of one record */
	bool has_unreadable;
};

/* Behind the department and the state: when it is late, and its number. */
#define QUEUE_TAIL (8 + CASE_KEY_LEN)

static bool is_well_formed(struct bytes queue_key)
{
	return bytes_find(queue_key, 0) + 1 + 1 + QUEUE_TAIL == queue_key.len;
}

static uint8_t state_of(struct bytes queue_key)
{
	return queue_key.ptr[queue_key.len - QUEUE_TAIL - 1];
}

/* The state stands in the key, and so does when it is late; for all else the record is read. */
static int gather_open(struct bytes key, struct bytes value, void *ctx)
{
	struct gather *g = ctx;
	const struct case_filter *f = g->list->filter;
	struct bytes number;
	ProtobufCMessage *rec;
	int err = ERR_OK;

	(void)value;
	if (!is_well_formed(key))
		return ERR_CORRUPT;
	if (f->state >= 0 && state_of(key) != f->state)
		return ERR_OK;
	number = bytes_cut(key, key.len - CASE_KEY_LEN, CASE_KEY_LEN);
	if (f->category.len != 0) {
		arena_reset(g->arena);
		err = index_get(g->list->t, TABLE_CASE, number, g->arena, &rec);
		g->has_unreadable = g->has_unreadable || err == ERR_CORRUPT;
		if (err == ERR_NOENT || err == ERR_CORRUPT ||
		    (err == ERR_OK && !matches(f, (const Pb__Case *)rec)))
			return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	/* Who has the words isn't known yet. */
	return key_list_add_newest(&g->keys, number, f->words.len != 0 ? 0 : f->limit);
}

static int note_head(struct bytes key, struct bytes value, void *ctx)
{
	struct key *head = ctx;

	(void)value;
	if (!is_well_formed(key))
		return ERR_CORRUPT;
	head->len = 0;
	key_put(head, bytes_cut(key, 0, key.len - QUEUE_TAIL));
	return ERR_OK;
}

/*
 * Of each department and state only the entries before now: one look finds the next pair that has
 * any, so what isn't late costs nothing, however much of it there is.
 */
static int gather_late(struct listing *l, struct key from, const struct key *end, struct gather *g)
{
	int err = ERR_OK;

	while (err == ERR_OK) {
		struct key head = { .len = 0 }, now;

		err = txn_walk(l->t, TABLE_QUEUE, key_bytes(&from), key_bytes(end), WALK_UP, 1,
			       note_head, &head);
		if (err != ERR_OK || head.len == 0)
			return err;
		now = head;
		key_time(&now, l->filter->now.ms);
		err = txn_walk(l->t, TABLE_QUEUE, key_bytes(&head), key_bytes(&now), WALK_UP, 0,
			       gather_open, g);
		from = key_after(&head);
	}
	return err;
}

static int list_open(struct listing *l)
{
	struct gather g = { .keys.arena = arena_new(KEYS_ARENA_MAX),
			    .list = l,
			    .arena = arena_new(CASE_ARENA_MAX) };
	const struct case_filter *f = l->filter;
	struct key first, end;
	int err = g.keys.arena == NULL || g.arena == NULL ? ERR_NOMEM : ERR_OK, walked;

	first.len = 0;
	if (f->department.len != 0)
		key_text(&first, f->department);
	end = key_after(&first);
	if (err == ERR_OK)
		err = f->late ? gather_late(l, first, &end, &g)
			      : txn_walk(l->t, TABLE_QUEUE, key_bytes(&first), key_bytes(&end),
					 WALK_UP, 0, gather_open, &g);
	walked = err;
	/* Past the deadline what was gathered is shown. */
	if (err == ERR_OK || err == ERR_TIMEOUT)
		err = scan_keys(l->t, TABLE_CASE, &g.keys, on_case, l);
	if (err == ERR_OK)
		err = walked != ERR_OK ? walked : g.has_unreadable ? ERR_CORRUPT : ERR_OK;
	arena_free(&g.keys.arena);
	arena_free(&g.arena);
	return err;
}

static int on_open_case(struct bytes key, const ProtobufCMessage *rec, void *ctx)
{
	const struct listing *l = ctx;

	(void)key;
	return l->fn((const Pb__Case *)rec, l->ctx);
}

int case_each_open(struct txn *t, case_fn *fn, void *ctx)
{
	struct listing l = { .fn = fn, .ctx = ctx };
	const struct key all = { .len = 0 };

	return scan_owners(t, TABLE_QUEUE, &all, WALK_UP, 0, on_open_case, &l);
}

static bool wants_open_only(const struct case_filter *f)
{
	return f->late || (f->state >= 0 && f->state != CASE_SOLVED && f->state != CASE_CLOSED);
}

int case_list(struct txn *t, const struct case_filter *f, case_fn *fn, void *ctx)
{
	struct listing l = { .t = t, .filter = f, .fn = fn, .ctx = ctx };
	int err;

	l.arena = arena_new(FOLD_ARENA_MAX);
	if (l.arena == NULL)
		return ERR_NOMEM;
	if (wants_open_only(f))
		err = list_open(&l);
	else
		err = scan_table(t, TABLE_CASE, BYTES_NONE, BYTES_NONE, WALK_DOWN, 0, on_case, &l);
	arena_free(&l.arena);
	return err;
}
