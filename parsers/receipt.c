/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "parsers/err.h"
#include "parsers/number.h"
#include "parsers/utf8.h"

/* What the network says beyond this helps nobody. */
#define ERROR_BYTES_MAX 120
/* "UNDELIV err:000000": further apart and something else stands between them. */
#define STAT_AND_ERR_MAX 32

/* Kannel's bits of a receipt (gw/dlr.h). */
enum {
	DLR_DELIVERED = 1,
	DLR_FAILED = 2,
	DLR_BUFFERED = 4,
	DLR_ACCEPTED = 8,
	DLR_REFUSED = 16,
	DLR_EXPIRED = 32,
	DLR_UNKNOWN = 64,
};

/* clang-format off */
/* SMPP 3.4, appendix B, and what it doesn't list: of SMPP 5, of habit, written in full. */
static const struct {
	const char *word;
	enum receipt_state state;
} words[] = {
	{ "DELIVRD", RECEIPT_DELIVERED },   { "EXPIRED", RECEIPT_FAILED },     { "DELETED", RECEIPT_FAILED },
	{ "UNDELIV", RECEIPT_FAILED },      { "REJECTD", RECEIPT_FAILED },     { "ACCEPTD", RECEIPT_PENDING },
	{ "UNKNOWN", RECEIPT_UNKNOWN },     { "ENROUTE", RECEIPT_PENDING },    { "BUFFRED", RECEIPT_PENDING },
	{ "SKIPPED", RECEIPT_PENDING },     { "SCHEDLD", RECEIPT_PENDING },    { "DELIVERED", RECEIPT_DELIVERED },
	{ "UNDELIVERED", RECEIPT_FAILED },  { "UNDELIVERABLE", RECEIPT_FAILED }, { "REJECTED", RECEIPT_FAILED },
	{ "FAILED", RECEIPT_FAILED },       { "ACCEPTED", RECEIPT_PENDING },   { "BUFFERED", RECEIPT_PENDING },
	{ "SCHEDULED", RECEIPT_PENDING },
};
/* clang-format on */

const char *receipt_state_text(enum receipt_state s)
{
	switch (s) {
	case RECEIPT_UNKNOWN: return "unknown";
	case RECEIPT_ACCEPTED: return "accepted";
	case RECEIPT_REFUSED: return "refused";
	case RECEIPT_PENDING: return "pending";
	case RECEIPT_DELIVERED: return "delivered";
	case RECEIPT_FAILED: return "failed";
	}
	return "?";
}

void receipt_row_format(uint64_t row, unsigned segment, char buf[RECEIPT_ROW_SIZE])
{
	snprintf(buf, RECEIPT_ROW_SIZE, "%" PRIu64 ".%u", row, segment);
}

int receipt_row_parse(struct bytes name, struct receipt *receipt_out)
{
	struct bytes rest = name, head;
	char again[RECEIPT_ROW_SIZE];
	uint32_t segment;
	uint64_t row;

	if (!bytes_split(&rest, '.', &head) ||
	    number_parse_u64(head, 1, UINT64_MAX, &row) != ERR_OK ||
	    number_parse_u32(rest, 0, UINT8_MAX, &segment) != ERR_OK)
		return ERR_INVALID;
	receipt_row_format(row, segment, again);
	if (!bytes_is(name, again))
		return ERR_INVALID;
	receipt_out->row = row;
	receipt_out->segment = segment;
	return ERR_OK;
}

/* Lower case isn't what an SMSC of the standard writes: not final, whatever it says. */
enum receipt_state receipt_state_of_word(struct bytes stat)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (bytes_is(stat, words[i].word))
			return words[i].state;
		if (bytes_is_any_case(stat, words[i].word))
			return RECEIPT_PENDING;
	}
	return RECEIPT_UNKNOWN;
}

enum receipt_key {
	KEY_ID,
	KEY_SUB,
	KEY_DLVRD,
	KEY_SUBMIT,
	KEY_DONE,
	KEY_STAT,
	KEY_ERR,
	KEY_TEXT,
	KEYS
};

/* clang-format off */
static const struct {
	const char *name;
	enum receipt_key key;
} key_names[] = {
	{ "id:", KEY_ID },                { "sub:", KEY_SUB },            { "dlvrd:", KEY_DLVRD },
	{ "submit date:", KEY_SUBMIT },   { "submit_date:", KEY_SUBMIT }, { "submitdate:", KEY_SUBMIT },
	{ "done date:", KEY_DONE },       { "done_date:", KEY_DONE },     { "donedate:", KEY_DONE },
	{ "stat:", KEY_STAT },            { "err:", KEY_ERR },            { "text:", KEY_TEXT },
};
/* clang-format on */

static bool is_between(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == ',' || c == ';';
}

/* The key that begins here, and its length; KEYS when none does. */
static enum receipt_key key_at(struct bytes text, size_t at, size_t *len_out)
{
	if (at > 0 && !is_between(text.ptr[at - 1]))
		return KEYS;
	for (size_t i = 0; i < ARRAY_LEN(key_names); i++) {
		size_t len = bytes_of(key_names[i].name).len;

		if (text.len - at >= len &&
		    strncasecmp((const char *)text.ptr + at, key_names[i].name, len) == 0) {
			*len_out = len;
			return key_names[i].key;
		}
	}
	return KEYS;
}

/* The next key from `at` on; text.len when there is none. */
static size_t next_key(struct bytes text, size_t at, enum receipt_key *key_out, size_t *len_out)
{
	for (; at < text.len; at++) {
		*key_out = key_at(text, at, len_out);
		if (*key_out != KEYS)
			return at;
	}
	*key_out = KEYS;
	return text.len;
}

/* A date runs to the next key, any other value to the next blank. */
static struct bytes value_of(enum receipt_key key, struct bytes value)
{
	size_t len = 0, end;

	value = bytes_trim(value);
	for (end = value.len; end > 0 && is_between(value.ptr[end - 1]); end--)
		continue;
	value = bytes_cut(value, 0, end);
	if (key == KEY_SUBMIT || key == KEY_DONE)
		return value;
	while (len < value.len && !is_between(value.ptr[len]))
		len++;
	return bytes_cut(value, 0, len);
}

/* The values by key; the first of a kind counts, and text: is the last, since people write what they like. */
static void read_keys(struct bytes text, struct bytes values[KEYS])
{
	enum receipt_key key;
	size_t key_len, at = next_key(text, 0, &key, &key_len);

	while (key != KEYS && key != KEY_TEXT) {
		enum receipt_key following;
		size_t following_len, from = at + key_len;
		size_t to = next_key(text, from, &following, &following_len);

		if (values[key].ptr == NULL)
			values[key] = value_of(key, bytes_cut(text, from, to - from));
		at = to;
		key = following;
		key_len = following_len;
	}
}

int receipt_text_parse(struct bytes text, struct receipt_text *parsed_out)
{
	struct bytes values[KEYS] = { 0 };

	read_keys(text, values);
	if (values[KEY_ID].len == 0 && values[KEY_STAT].len == 0)
		return ERR_NOENT;
	*parsed_out = (struct receipt_text){
		.id = values[KEY_ID],
		.dlvrd = values[KEY_DLVRD],
		.stat = values[KEY_STAT],
		.err = values[KEY_ERR],
		.submit_date = values[KEY_SUBMIT],
		.done_date = values[KEY_DONE],
		.state = receipt_state_of_word(values[KEY_STAT]),
	};
	return ERR_OK;
}

static bool is_known_word(struct bytes stat)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (bytes_is(stat, words[i].word))
			return true;
	return false;
}

bool receipt_text_is(struct bytes text)
{
	struct receipt_text parsed;

	text = bytes_trim(text);
	if (text.len < 3 || strncasecmp((const char *)text.ptr, "id:", 3) != 0 ||
	    receipt_text_parse(text, &parsed) != ERR_OK)
		return false;
	return parsed.id.len != 0 && is_known_word(parsed.stat) &&
	       (parsed.submit_date.len != 0 || parsed.done_date.len != 0 || parsed.err.len != 0);
}

/* Words for a person: what was said when that is clean text, else ours. */
static struct bytes said(struct bytes text, const char *otherwise)
{
	text = utf8_cut(bytes_trim(text), ERROR_BYTES_MAX);
	if (text.len == 0 || !utf8_is_valid(text))
		return bytes_of(otherwise);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' || text.ptr[i] == 0x7F)
			return bytes_of(otherwise);
	return text;
}

static bool has_controls(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ')
			return true;
	return false;
}

/* "UNDELIV", or "UNDELIV err:011" where that stands behind it: without the person's own text. */
static struct bytes stat_and_err(const struct receipt_text *parsed)
{
	const uint8_t *from = parsed->stat.ptr, *to;
	struct bytes both;

	if (parsed->err.len == 0)
		return parsed->stat;
	to = parsed->err.ptr + parsed->err.len;
	if (to <= from || to - from > STAT_AND_ERR_MAX)
		return parsed->stat;
	both = bytes_at(from, (size_t)(to - from));
	return has_controls(both) ? parsed->stat : both;
}

struct bytes receipt_text_error(const struct receipt_text *parsed)
{
	return said(stat_and_err(parsed), "unreadable words of the network");
}

/* Kannel says "failed" also for words that it doesn't know: stat knows better. */
static void read_failed(int status, struct bytes text, struct receipt *r)
{
	struct receipt_text parsed;

	if (receipt_text_parse(text, &parsed) == ERR_OK && parsed.stat.len != 0) {
		r->state = parsed.state;
		if (r->state == RECEIPT_FAILED || r->state == RECEIPT_UNKNOWN)
			r->error = receipt_text_error(&parsed);
		return;
	}
	r->state = status & DLR_UNKNOWN ? RECEIPT_UNKNOWN : RECEIPT_FAILED;
	r->error = said(text, status & DLR_UNKNOWN   ? "unknown"
			      : status & DLR_EXPIRED ? "expired"
						     : "failed");
}

void receipt_of_kannel(int status, struct bytes text, struct receipt *receipt_out)
{
	receipt_out->error = BYTES_NONE;
	if (status > 0 && (status & DLR_DELIVERED) != 0) {
		receipt_out->state = RECEIPT_DELIVERED;
	} else if (status > 0 && (status & DLR_FAILED) != 0) {
		read_failed(status, text, receipt_out);
	} else if (status > 0 && (status & DLR_REFUSED) != 0) {
		receipt_out->state = RECEIPT_REFUSED;
		receipt_out->error = said(text, "refused");
	} else if (status > 0 && (status & DLR_BUFFERED) != 0) {
		receipt_out->state = RECEIPT_PENDING;
	} else if (status > 0 && (status & DLR_ACCEPTED) != 0) {
		receipt_out->state = RECEIPT_ACCEPTED;
	} else {
		receipt_out->state = RECEIPT_UNKNOWN;
		receipt_out->error = said(text, "a receipt without a status");
	}
}
