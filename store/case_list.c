/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of cases and the search in them (cases.h). Open cases are found by the
 * table "queue", all others by a walk from the newest; a search reads the words
 * of each case it meets, which is quick enough until a town needs a word index.
 */
#include "store/cases.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "store/index.h"
#include "store/messages.h"
#include "store/scan.h"

/* Keys of all open cases of a town. */
#define KEYS_ARENA_MAX ((size_t)64 * 1024 * 1024)
/* The folded words of one record. */
#define FOLD_ARENA_MAX ((size_t)16 * 1024 * 1024)

struct listing {
	struct txn *t;
	const struct case_filter *filter;
	struct arena *arena; /* for folding */
	case_fn *fn;
	void *ctx;
	size_t n;
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
	if (err == ERR_NOENT)
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
	if (!matches(l->filter, rec))
		return ERR_OK;
	if (l->filter->words.len != 0)
		err = case_has_words(l, rec, &has);
	if (err != ERR_OK || !has)
		return err;
	err = l->fn(rec, l->ctx);
	return err == ERR_OK && ++l->n == l->filter->limit ? ERR_CANCELLED : err;
}

static int gather_open(struct bytes key, struct bytes value, void *ctx)
{
	struct key_list *keys = ctx;

	(void)value;
	if (key.len < CASE_KEY_LEN)
		return ERR_CORRUPT;
	return key_list_add(keys, bytes_cut(key, key.len - CASE_KEY_LEN, CASE_KEY_LEN));
}

static int list_open(struct listing *l)
{
	struct key_list keys = { .arena = arena_new(KEYS_ARENA_MAX) };
	const struct case_filter *f = l->filter;
	struct key first, end;
	int err = keys.arena == NULL ? ERR_NOMEM : ERR_OK;

	first.len = 0;
	if (f->department.len != 0)
		key_text(&first, f->department);
	end = key_after(&first);
	if (err == ERR_OK)
		err = txn_walk(l->t, TABLE_QUEUE, key_bytes(&first), key_bytes(&end), WALK_UP, 0,
			       gather_open, &keys);
	if (err == ERR_OK)
		err = scan_keys(l->t, TABLE_CASE, &keys, on_case, l);
	arena_free(&keys.arena);
	return err;
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
