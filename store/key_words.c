/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys in words that a person can read (key.h): one small pattern a table.
 */
#include "store/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "parsers/keyed.h"

/*
 * t text, c a case's number, d a day, T a time, h octets, m a digest, s a SHA-256, k another table's
 * key, 1 2 4 8 a number of so many octets.
 */
static const char *const patterns[TABLE_COUNT_ALL] = {
	[TABLE_MESSAGE] = "8",    [TABLE_CASE] = "c",     [TABLE_LOG] = "c4",
	[TABLE_CONTACT] = "8",    [TABLE_OUTBOX] = "8",   [TABLE_QUARANTINE] = "8",
	[TABLE_PART] = "ttt2121", [TABLE_SEEN] = "h",     [TABLE_EARLY] = "tt",
	[TABLE_COUNT] = "dt1",    [TABLE_META] = "h",     [TABLE_ACCESS] = "d8",
	[TABLE_ATTEMPT] = "14t",  [TABLE_ADDRESS] = "t",  [TABLE_BY_CONTACT] = "81k",
	[TABLE_QUEUE] = "t1Tc",   [TABLE_DUE] = "T1k",    [TABLE_OUTBOX_LIVE] = "t1T8",
	[TABLE_REMOTE] = "tt82",  [TABLE_NEAR] = "ttTc",  [TABLE_EXPIRE] = "T1k",
	[TABLE_HELD] = "8",       [TABLE_THREAD] = "m18", [TABLE_TOKEN] = "t8",
	[TABLE_BLOB] = "s18",
};

struct words {
	char *buf;
	size_t size;
	size_t len;
};

static void say(struct words *w, const char *text)
{
	int n = snprintf(w->buf + w->len, w->size - w->len, "%s", text);

	w->len += n > 0 ? (size_t)n : 0;
	if (w->len >= w->size)
		w->len = w->size - 1;
}

/* Text as it is, anything else as \xNN. */
static void say_octets(struct words *w, struct bytes octets)
{
	char one[8];

	for (size_t i = 0; i < octets.len; i++) {
		if (octets.ptr[i] >= 0x20 && octets.ptr[i] < 0x7f && octets.ptr[i] != '\\')
			snprintf(one, sizeof(one), "%c", octets.ptr[i]);
		else
			snprintf(one, sizeof(one), "\\x%02x", octets.ptr[i]);
		say(w, one);
	}
}

static void say_hex(struct words *w, struct bytes octets)
{
	char one[4];

	for (size_t i = 0; i < octets.len; i++) {
		snprintf(one, sizeof(one), "%02x", octets.ptr[i]);
		say(w, one);
	}
}

static void say_number(struct words *w, struct rd *r, char kind)
{
	char text[24];
	uint64_t v = 0;

	switch (kind) {
	case '1': v = rd_u8(r); break;
	case '2': v = rd_u16(r); break;
	case '4': v = rd_u32(r); break;
	default: v = rd_u64(r); break;
	}
	snprintf(text, sizeof(text), "%" PRIu64, v);
	say(w, text);
}

enum clock_words { DAY_ONLY, DAY_AND_TIME };

static void say_time(struct words *w, int64_t seconds, enum clock_words how)
{
	time_t at = (time_t)seconds;
	char text[40];
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL)
		snprintf(text, sizeof(text), "?");
	else if (how == DAY_ONLY)
		strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	else
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	say(w, text);
}

static void say_case(struct words *w, struct rd *r)
{
	struct case_no no = case_no_of_key(rd_take(r, CASE_KEY_LEN));
	char text[24];

	snprintf(text, sizeof(text), "%04u-%06u", no.year, no.n);
	say(w, text);
}

static void say_text(struct words *w, struct rd *r)
{
	struct bytes rest = bytes_at(r->ptr, rd_left(r));
	size_t len = bytes_find(rest, 0);

	say(w, "'");
	say_octets(w, rd_take(r, len));
	say(w, "'");
	if (rd_left(r) > 0)
		rd_u8(r); /* its NUL */
}

static void say_key(struct words *w, struct rd *r)
{
	if (rd_left(r) == CASE_KEY_LEN)
		say_case(w, r);
	else if (rd_left(r) == 8)
		say_number(w, r, '8');
	else
		say_octets(w, rd_take(r, rd_left(r)));
}

static void say_part(struct words *w, struct rd *r, char kind)
{
	switch (kind) {
	case 't': say_text(w, r); break;
	case 'c': say_case(w, r); break;
	case 'd': say_time(w, (int64_t)rd_u32(r) * (DAY_MS / SECOND_MS), DAY_ONLY); break;
	case 'T': say_time(w, (int64_t)(rd_u64(r) / 1000), DAY_AND_TIME); break;
	case 'h': say_octets(w, rd_take(r, rd_left(r))); break;
	case 'm': say_hex(w, rd_take(r, KEYED_DIGEST_BYTES)); break;
	case 's': say_hex(w, rd_take(r, BLOB_HASH_SIZE)); break;
	case 'k': say_key(w, r); break;
	default: say_number(w, r, kind); break;
	}
}

const char *key_words(enum table table, struct bytes key, char *buf, size_t size)
{
	struct words w = { .buf = buf, .size = size };
	struct rd r = rd_of(key);

	buf[0] = '\0';
	for (const char *p = patterns[table]; *p != '\0' && rd_err(&r) == 0; p++) {
		if (w.len != 0)
			say(&w, " ");
		say_part(&w, &r, *p);
	}
	/* A key of another form is shown as it is. */
	if (rd_err(&r) != 0 || rd_left(&r) != 0) {
		w.len = 0;
		say_octets(&w, key);
	}
	return buf;
}
