/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Are the counters what was counted (verify.h)? Messages and their outcomes are
 * recounted day by day. Of parts, which go when they are settled, the sum must
 * hold. The others have a check in meta that changes with each of them.
 */
#include "store/verify.h"

#include <inttypes.h>
#include <stdio.h>

#include "parsers/err.h"
#include "store/counts.h"
#include "store/key.h"

static const char *count_name(enum count what)
{
	switch (what) {
	case COUNT_RECEIVED: return "received";
	case COUNT_REPEATS: return "repeats";
	case COUNT_OUT_CASE: return "outcome case";
	case COUNT_OUT_JOINED: return "outcome joined";
	case COUNT_OUT_INFORMATION: return "outcome information";
	case COUNT_OUT_COMMAND: return "outcome command";
	case COUNT_OUT_QUARANTINE: return "outcome quarantine";
	case COUNT_OUT_NOT_ANSWERED: return "outcome not_answered";
	case COUNT_PARTS: return "parts";
	case COUNT_PARTS_JOINED: return "parts joined";
	case COUNT_PARTS_GIVEN_UP: return "parts given up";
	case COUNT_RECEIPTS: return "receipts";
	case COUNT_SEGMENTS_SENT: return "segments sent";
	case COUNT_NO_RECEIPT: return "no receipt";
	case COUNT_MAILS: return "mails";
	}
	return "?";
}

static struct key key_of_day(const char *channel, int64_t at)
{
	struct key k;

	k.len = 0;
	key_u32(&k, day_of(at));
	key_text(&k, bytes_of(channel));
	return k;
}

static int add_to(struct tally *t, struct bytes key, size_t column, int64_t by)
{
	struct tally_row *row = tally_at(t, key);

	if (row == NULL)
		return ERR_NOMEM;
	row->n[column] += by;
	return ERR_OK;
}

int verify_count(struct verify *v, enum count what, const char *channel, int64_t at)
{
	struct key k = key_of_day(channel, at);

	key_u8(&k, (uint8_t)what);
	return add_to(&v->numbers, key_bytes(&k), 0, 1);
}

int verify_count_part(struct verify *v, enum parts_column column, const char *channel, int64_t at)
{
	struct key k = key_of_day(channel, at);

	return add_to(&v->parts, key_bytes(&k), column, 1);
}

/* --- what stands there --- */

static int read_number(struct verify *v, struct bytes key, enum count what, int64_t number)
{
	struct bytes day = bytes_cut(key, 0, key.len - 1);

	if (count_has_check(what)) {
		v->mixed[what] += count_mix(key) * (uint64_t)number;
		return ERR_OK;
	}
	switch ((int)what) {
	case COUNT_PARTS: return add_to(&v->parts, day, PARTS_ALL, number);
	case COUNT_PARTS_JOINED: return add_to(&v->parts, day, PARTS_JOINED, number);
	case COUNT_PARTS_GIVEN_UP: return add_to(&v->parts, day, PARTS_GIVEN_UP, number);
	default: return add_to(&v->numbers, key, 1, number);
	}
}

static int on_count(struct bytes key, struct bytes value, void *ctx)
{
	struct verify *v = ctx;
	struct rd r = rd_of(value);
	int64_t number = (int64_t)rd_u64(&r);
	struct bytes channel;
	enum count what;
	uint32_t day;

	v->n_records++;
	if (count_parse(key, &day, &channel, &what) != ERR_OK || value.len != 8 ||
	    what < COUNT_RECEIVED || what > COUNT_LAST) {
		verify_say(v, TABLE_COUNT, key, "can't be read");
		return ERR_OK;
	}
	if (number < 0)
		verify_say(v, TABLE_COUNT, key, "%s counts %" PRId64 ", less than nothing",
			   count_name(what), number);
	return read_number(v, key, what, number);
}

/* --- what should --- */

static void compare_numbers(struct verify *v)
{
	for (size_t i = 0; i < v->numbers.cap; i++) {
		const struct tally_row *row = &v->numbers.rows[i];

		if (row->key.len != 0 && row->n[0] != row->n[1])
			verify_say(v, TABLE_COUNT, row->key,
				   "%s counts %" PRId64 ", but %" PRId64 " messages make it so",
				   count_name((enum count)row->key.ptr[row->key.len - 1]),
				   row->n[1], row->n[0]);
	}
}

static void compare_parts(struct verify *v)
{
	for (size_t i = 0; i < v->parts.cap; i++) {
		const struct tally_row *row = &v->parts.rows[i];
		const int64_t *n = row->n;

		if (row->key.len == 0)
			continue;
		if (n[PARTS_ALL] != n[PARTS_JOINED] + n[PARTS_GIVEN_UP] + n[IS_WAITING])
			verify_say(v, TABLE_COUNT, row->key,
				   "parts counts %" PRId64 ", but parts joined %" PRId64
				   " + parts given up %" PRId64 " + waiting %" PRId64
				   " are another number",
				   n[PARTS_ALL], n[PARTS_JOINED], n[PARTS_GIVEN_UP], n[IS_WAITING]);
		/* Settled parts go after two days, so there may be fewer than were counted, never more. */
		if (n[IS_JOINED] > n[PARTS_JOINED] || n[IS_GIVEN_UP] > n[PARTS_GIVEN_UP])
			verify_say(v, TABLE_COUNT, row->key,
				   "parts joined counts %" PRId64 " and parts given up %" PRId64
				   ", but there are %" PRId64 " and %" PRId64,
				   n[PARTS_JOINED], n[PARTS_GIVEN_UP], n[IS_JOINED],
				   n[IS_GIVEN_UP]);
	}
}

static int compare_checks(struct verify *v)
{
	for (int i = COUNT_RECEIVED; i <= COUNT_LAST; i++) {
		enum count what = (enum count)i;
		struct key k = count_check_key(what);
		struct bytes value;
		struct rd r;
		int err;

		if (!count_has_check(what))
			continue;
		err = txn_get(v->t, TABLE_META, key_bytes(&k), &value);
		if (err != ERR_OK && err != ERR_NOENT)
			return err;
		r = rd_of(err == ERR_OK ? value : BYTES_NONE);
		if (rd_u64(&r) != v->mixed[what])
			verify_say(v, TABLE_COUNT, BYTES_NONE,
				   "%s: an entry was dropped, added or changed, the check in meta "
				   "is another",
				   count_name(what));
	}
	return ERR_OK;
}

int verify_counts(struct verify *v)
{
	int err = txn_walk(v->t, TABLE_COUNT, BYTES_NONE, BYTES_NONE, WALK_UP, 0, on_count, v);

	if (err != ERR_OK)
		return err;
	compare_numbers(v);
	compare_parts(v);
	return compare_checks(v);
}

/* --- meta --- */

static void check_at_least(struct verify *v, const char *name, uint64_t least, const char *why)
{
	uint64_t value = 0;
	int err = meta_get_u64(v->t, name, &value);

	if (err == ERR_CORRUPT)
		verify_say(v, TABLE_META, bytes_of(name), "can't be read");
	else if (value < least)
		verify_say(v, TABLE_META, bytes_of(name), "is %s%" PRIu64 ", but %s %" PRIu64,
			   err == ERR_NOENT ? "missing or " : "", value, why, least);
}

static int count_meta(struct bytes key, struct bytes value, void *ctx)
{
	struct verify *v = ctx;

	(void)key;
	(void)value;
	v->n_records++;
	return ERR_OK;
}

int verify_meta(struct verify *v)
{
	char name[16];
	bool is_rebuilt;
	int err = txn_walk(v->t, TABLE_META, BYTES_NONE, BYTES_NONE, WALK_UP, 0, count_meta, v);

	if (err == ERR_OK)
		err = store_needs_rebuild(v->t, &is_rebuilt);
	if (err != ERR_OK)
		return err;
	if (is_rebuilt)
		verify_say(v, TABLE_META, bytes_of("rebuild"),
			   "derived tables are being made anew");
	check_at_least(v, "last_id", v->highest_id, "there is a record with id");
	for (size_t i = 0; i < v->years.cap; i++) {
		if (v->years.rows[i].key.len == 0)
			continue;
		snprintf(name, sizeof(name), "case/%.*s", PRI_BYTES(v->years.rows[i].key));
		check_at_least(v, name, (uint64_t)v->years.rows[i].n[0],
			       "there is a case with number");
	}
	return ERR_OK;
}
