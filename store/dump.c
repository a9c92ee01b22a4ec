/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole store as JSON lines, for people and other programs (keep.h).
 */
#include "store/keep.h"

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "store/key.h"

/* One record as JSON. */
#define LINE_ARENA_MAX ((size_t)32 * 1024 * 1024)

struct dump {
	enum table table;
	struct arena *each;
	line_fn *fn;
	void *ctx;
};

static int put_value(struct dump *d, struct json *line, struct bytes value)
{
	const ProtobufCMessageDescriptor *desc = record_of_table(d->table);
	ProtobufCMessage *rec;
	struct json *object;
	char *hex;

	if (desc != NULL && record_unpack(desc, value, d->each, &rec) == ERR_OK) {
		object = record_json(rec);
		json_put_take(line, "record", &object);
	} else if ((d->table == TABLE_COUNT || d->table == TABLE_ATTEMPT) && value.len == 8) {
		struct rd r = rd_of(value);

		json_put_int(line, "number", (int64_t)rd_u64(&r));
	} else {
		hex = arena_alloc(d->each, 2 * value.len + 1);
		if (hex == NULL)
			return arena_err(d->each);
		keyed_hex(value, hex, 2 * value.len + 1);
		json_put_text(line, "value", bytes_of(hex));
	}
	return ERR_OK;
}

static int on_row(struct bytes key, struct bytes value, void *ctx)
{
	struct dump *d = ctx;
	struct json *line = json_object();
	char key_text[2048];
	struct bytes octets;
	int err;

	arena_reset(d->each);
	json_put_str(line, "table", table_name(d->table));
	json_put_str(line, "key", key_words(d->table, key, key_text, sizeof(key_text)));
	err = put_value(d, line, value);
	if (err == ERR_OK)
		err = json_line(line, d->each, &octets);
	if (err == ERR_OK)
		d->fn(octets, d->ctx);
	json_free(&line);
	return err;
}

int dump_run(struct txn *t, enum table table, struct arena *a, line_fn *fn, void *ctx)
{
	struct dump d = { .each = arena_new(LINE_ARENA_MAX), .fn = fn, .ctx = ctx };
	int err = d.each == NULL ? ERR_NOMEM : ERR_OK;

	(void)a; /* a line is gone when fn returns, so the caller's arena needn't grow */
	for (int i = 0; i < TABLE_COUNT_ALL && err == ERR_OK; i++) {
		if (table != TABLE_COUNT_ALL && (int)table != i)
			continue;
		d.table = (enum table)i;
		err = txn_walk(t, d.table, BYTES_NONE, BYTES_NONE, WALK_UP, 0, on_row, &d);
	}
	arena_free(&d.each);
	return err;
}
