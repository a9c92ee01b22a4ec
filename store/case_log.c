/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trail of a case (cases.h). The hash of an entry covers the one before it,
 * so a changed, dropped or added entry breaks the chain; words are only in it as
 * a digest with the store's key, so erasing them leaves the chain whole.
 */
#include "store/cases.h"

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/plant.h"
#include "store/index.h"
#include "store/scan.h"

static struct key key_of_entry(struct case_no no, uint32_t n)
{
	struct key k;

	k.len = 0;
	key_case(&k, no);
	key_u32(&k, n);
	return k;
}

static struct bytes data_bytes(const ProtobufCBinaryData *data)
{
	return bytes_at(data->data, data->len);
}

static void hash_entry(struct txn *t, const Pb__LogEntry *e, struct digest *hash_out)
{
	uint8_t octets[4 + 8 + 8 + 8];
	struct wr numbers = wr_of(octets, sizeof(octets));

	wr_u32(&numbers, e->n);
	wr_u64(&numbers, (uint64_t)e->at);
	wr_u64(&numbers, e->message);
	wr_u64(&numbers, e->row);
	keyed_digest(txn_key(t),
		     (const struct bytes[]){ data_bytes(&e->prev), wr_bytes(&numbers),
					     bytes_of(e->who), bytes_of(e->what),
					     data_bytes(&e->words_digest), bytes_of(e->channel),
					     bytes_of(e->why) },
		     7, hash_out);
}

static void keep_digest(struct arena *a, const struct digest *d, ProtobufCBinaryData *data_out)
{
	struct bytes copy = arena_dup(a, digest_bytes(d));

	*data_out =
		(ProtobufCBinaryData){ .len = copy.len, .data = (uint8_t *)(uintptr_t)copy.ptr };
}

void case_log(struct txn *t, Pb__Case *rec, const struct case_step *step, struct wall now,
	      struct arena *a)
{
	struct bytes prefix, words = step->note.len != 0 ? step->note : step->words;
	Pb__LogEntry e = PB__LOG_ENTRY__INIT;
	struct case_no no;
	struct digest d;
	struct key k;
	int err = case_no_parse(bytes_of(rec->number), &no, &prefix);

	if (err != ERR_OK) {
		txn_fail(t, err);
		return;
	}
	e.n = rec->log_entries + 1;
	e.at = now.ms;
	e.who = record_strc(a, step->who);
	e.what = record_strc(a, step->what);
	e.message = step->message;
	e.row = step->row;
	e.note = record_str(a, step->note);
	e.channel = record_strc(a, step->channel);
	e.why = record_str(a, step->why);
	if (!PLANT(PLANT_LOG_UNCHAINED) || e.n != 3)
		e.prev = rec->log_head;
	if (words.len != 0) {
		keyed_digest(txn_key(t), &words, 1, &d);
		keep_digest(a, &d, &e.words_digest);
	}
	hash_entry(t, &e, &d);
	keep_digest(a, &d, &e.hash);
	if (e.hash.len == 0 || (words.len != 0 && e.words_digest.len == 0))
		txn_fail(t, ERR_NOMEM);
	k = key_of_entry(no, e.n);
	index_put_new(t, TABLE_LOG, key_bytes(&k), &e.base);
	rec->log_entries = e.n;
	rec->log_head = e.hash;
}

struct log_each {
	log_fn *fn;
	void *ctx;
};

static int on_entry(struct bytes key, const ProtobufCMessage *rec, void *ctx)
{
	struct log_each *e = ctx;

	(void)key;
	return e->fn((const Pb__LogEntry *)rec, e->ctx);
}

int case_log_each(struct txn *t, struct bytes number, log_fn *fn, void *ctx)
{
	struct log_each e = { .fn = fn, .ctx = ctx };
	struct key first, end;
	struct bytes prefix;
	struct case_no no;
	int err = case_no_parse(number, &no, &prefix);

	if (err != ERR_OK)
		return err;
	first.len = 0;
	key_case(&first, no);
	end = key_after(&first);
	return scan_table(t, TABLE_LOG, key_bytes(&first), key_bytes(&end), WALK_UP, 0, on_entry,
			  &e);
}

struct chain {
	struct txn *t;
	struct digest head;
	uint32_t n;
	uint32_t bad;
};

static int check_entry(const Pb__LogEntry *e, void *ctx)
{
	struct chain *c = ctx;
	struct bytes before = c->n == 0 ? BYTES_NONE : digest_bytes(&c->head);
	struct bytes note = bytes_of(e->note);
	struct digest d;

	c->n++;
	if (e->n != c->n || !bytes_eq(data_bytes(&e->prev), before))
		goto bad;
	if (note.len != 0) {
		keyed_digest(txn_key(c->t), &note, 1, &d);
		if (!bytes_eq(digest_bytes(&d), data_bytes(&e->words_digest)))
			goto bad;
	}
	hash_entry(c->t, e, &c->head);
	if (bytes_eq(digest_bytes(&c->head), data_bytes(&e->hash)))
		return ERR_OK;
bad:
	c->bad = c->n;
	return ERR_CANCELLED;
}

int case_log_verify(struct txn *t, const Pb__Case *rec, bool *whole_out, uint32_t *bad_out)
{
	struct bytes head = data_bytes(&rec->log_head);
	struct chain c = { .t = t };
	int err = case_log_each(t, bytes_of(rec->number), check_entry, &c);

	if (err != ERR_OK)
		return err;
	if (c.bad == 0 && c.n != rec->log_entries)
		c.bad = (c.n < rec->log_entries ? c.n : rec->log_entries) + 1;
	if (c.bad == 0 && !bytes_eq(head, c.n == 0 ? BYTES_NONE : digest_bytes(&c.head)))
		c.bad = c.n;
	*whole_out = c.bad == 0;
	*bad_out = c.bad;
	return ERR_OK;
}
