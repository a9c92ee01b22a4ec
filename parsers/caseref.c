/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/caseref.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/number.h"
#include "parsers/utf8.h"

#define YEAR_FIRST 2000
#define YEAR_LAST  2099
/* "SP - 2026 - 123": a blank, a dash, a blank; one more for a typing error. */
#define SEPARATORS_MAX 4
/* Digits written without anything between year and number: at least the six that we print. */
#define GLUED_NUMBER_MIN 6

/* clang-format off */
/* What a Latin capital of a prefix may look like: by sound (СП for SP) or by shape (СР for CP). */
static const struct {
	uint16_t cp; /* small letter */
	char sound, shape;
} strangers[] = {
	{ 0x0430, 'A', 'A' }, { 0x0431, 'B', 0 },   { 0x0432, 'V', 'B' }, { 0x0433, 'G', 0 },
	{ 0x0434, 'D', 0 },   { 0x0435, 'E', 'E' }, { 0x0436, 'Z', 0 },   { 0x0437, 'Z', 0 },
	{ 0x0438, 'I', 0 },   { 0x0458, 'J', 'J' }, { 0x043A, 'K', 'K' }, { 0x043B, 'L', 0 },
	{ 0x043C, 'M', 'M' }, { 0x043D, 'N', 'H' }, { 0x043E, 'O', 'O' }, { 0x043F, 'P', 0 },
	{ 0x0440, 'R', 'P' }, { 0x0441, 'S', 'C' }, { 0x0442, 'T', 'T' }, { 0x0443, 'U', 'Y' },
	{ 0x0444, 'F', 0 },   { 0x0445, 'H', 'X' }, { 0x0446, 'C', 0 },   { 0x0447, 'C', 0 },
	{ 0x0448, 'S', 0 },   { 0x0452, 'D', 0 },   { 0x0455, 0, 'S' },   { 0x0456, 'I', 'I' },
	{ 0x045B, 'C', 0 },   { 0x0107, 'C', 'C' }, { 0x010D, 'C', 'C' }, { 0x0111, 'D', 'D' },
	{ 0x0161, 'S', 'S' }, { 0x017E, 'Z', 'Z' },
};

static const struct {
	uint32_t first, last;
} separators[] = {
	{ '\t', '\n' }, { ' ', ' ' }, { '#', '#' }, { '-', '/' }, { ':', ':' }, { '_', '_' },
	{ 0x00A0, 0x00A0 }, { 0x00AD, 0x00AD }, { 0x2000, 0x2015 }, { 0x202F, 0x202F },
	{ 0x2212, 0x2212 }, { 0xFE58, 0xFE58 }, { 0xFE63, 0xFE63 }, { 0xFF0D, 0xFF0D },
};
/* clang-format on */

static bool prefix_is_fine(struct bytes prefix)
{
	for (size_t i = 0; i < prefix.len; i++)
		if (prefix.ptr[i] < 'A' || prefix.ptr[i] > 'Z')
			return false;
	return prefix.len >= 1 && prefix.len <= CASEREF_PREFIX_MAX;
}

int caseref_format(struct bytes prefix, int year, uint32_t n, char buf[CASEREF_SIZE])
{
	if (!prefix_is_fine(prefix) || year < YEAR_FIRST || year > YEAR_LAST || n == 0 ||
	    n > CASEREF_NUMBER_MAX)
		return ERR_LIMIT;
	snprintf(buf, CASEREF_SIZE, "%.*s-%d-%06u", PRI_BYTES(prefix), year, n);
	return ERR_OK;
}

int caseref_parse(struct bytes number, int *year_out, uint32_t *n_out)
{
	struct bytes rest = number, prefix, year, again;
	char buf[CASEREF_SIZE];
	uint32_t y, n;

	if (!bytes_split(&rest, '-', &prefix) || !bytes_split(&rest, '-', &year) ||
	    number_parse_u32(year, YEAR_FIRST, YEAR_LAST, &y) != ERR_OK ||
	    number_parse_u32(rest, 1, CASEREF_NUMBER_MAX, &n) != ERR_OK ||
	    caseref_format(prefix, (int)y, n, buf) != ERR_OK)
		return ERR_INVALID;
	/* One spelling for one case: what we would write is what we read. */
	again = bytes_of(buf);
	if (!bytes_eq(again, number))
		return ERR_INVALID;
	if (year_out != NULL)
		*year_out = (int)y;
	if (n_out != NULL)
		*n_out = n;
	return ERR_OK;
}

static uint32_t small(uint32_t cp)
{
	if (cp >= 0x0400 && cp <= 0x040F)
		return cp + 0x50;
	if (cp >= 0x0410 && cp <= 0x042F)
		return cp + 0x20;
	/* Ć Č Đ Š and Ž, which stand before their small letters. */
	return cp == 0x0106 || cp == 0x010C || cp == 0x0110 || cp == 0x0160 || cp == 0x017D ? cp + 1
											    : cp;
}

static bool letter_is(uint32_t cp, uint8_t capital)
{
	if (cp < 0x80)
		return (cp & ~0x20u) == capital;
	cp = small(cp);
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++)
		if (strangers[i].cp == cp)
			return strangers[i].sound == (char)capital ||
			       strangers[i].shape == (char)capital;
	return false;
}

static bool is_separator(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(separators); i++)
		if (cp >= separators[i].first && cp <= separators[i].last)
			return true;
	return false;
}

static bool is_digit(uint32_t cp)
{
	return cp >= '0' && cp <= '9';
}

/* Letters and digits, near enough: what may not stand before a number. */
static bool is_word(uint32_t cp)
{
	if (cp < 0x80)
		return is_digit(cp) || ((cp & ~0x20u) >= 'A' && (cp & ~0x20u) <= 'Z');
	/* Between the two stand punctuation and signs; behind them private use and emoji. */
	return (cp >= 0x00C0 && cp < 0x2000) || (cp >= 0x2C00 && cp < 0xE000);
}

static bool take_prefix(struct rd *r, struct bytes prefix)
{
	for (size_t i = 0; i < prefix.len; i++) {
		uint32_t cp;

		if (!utf8_next(r, &cp) || !letter_is(cp, prefix.ptr[i]))
			return false;
	}
	return true;
}

static size_t skip_separators(struct rd *r, size_t most)
{
	size_t n = 0;

	while (n < most) {
		struct rd ahead = *r;
		uint32_t cp;

		if (!utf8_next(&ahead, &cp) || !is_separator(cp))
			break;
		*r = ahead;
		n++;
	}
	return n;
}

/* All digits that stand here. */
static struct bytes take_digits(struct rd *r)
{
	const uint8_t *from = r->ptr;
	size_t len = 0;

	while (len < rd_left(r) && is_digit(from[len]))
		len++;
	return rd_take(r, len);
}

static bool year_of(struct bytes digits, int *year_out)
{
	uint32_t year;

	if (digits.len != 4 || number_parse_u32(digits, YEAR_FIRST, YEAR_LAST, &year) != ERR_OK)
		return false;
	*year_out = (int)year;
	return true;
}

static bool number_of(struct bytes digits, uint32_t *n_out)
{
	return digits.len <= 9 && number_parse_u32(digits, 1, CASEREF_NUMBER_MAX, n_out) == ERR_OK;
}

/* "2026-123" or "2026000123". */
static bool take_year_and_number(struct rd *r, int *year_out, uint32_t *n_out)
{
	struct bytes digits = take_digits(r);

	if (digits.len >= 4 + GLUED_NUMBER_MIN)
		return year_of(bytes_cut(digits, 0, 4), year_out) &&
		       number_of(bytes_cut(digits, 4, digits.len), n_out);
	return year_of(digits, year_out) && skip_separators(r, SEPARATORS_MAX) > 0 &&
	       number_of(take_digits(r), n_out);
}

static int give(struct arena *a, struct bytes prefix, int year, uint32_t n,
		struct bytes *number_out)
{
	char buf[CASEREF_SIZE];
	int err = caseref_format(prefix, year, n, buf);
	struct bytes number;

	if (err != ERR_OK)
		return err;
	number = arena_dup(a, bytes_of(buf));
	if (number.ptr == NULL)
		return arena_err(a);
	*number_out = number;
	return ERR_OK;
}

int caseref_find_next(struct bytes *rest, struct bytes prefix, struct arena *a,
		      struct bytes *number_out)
{
	struct rd r = rd_of(*rest);
	uint32_t cp = 0;

	if (!prefix_is_fine(prefix))
		return ERR_LIMIT;
	do {
		struct rd ahead = r;
		uint32_t n;
		int year;

		if (is_word(cp) || !take_prefix(&ahead, prefix))
			continue;
		skip_separators(&ahead, SEPARATORS_MAX);
		if (!take_year_and_number(&ahead, &year, &n))
			continue;
		*rest = bytes_at(ahead.ptr, rd_left(&ahead));
		return give(a, prefix, year, n, number_out);
	} while (utf8_next(&r, &cp));
	return ERR_NOENT;
}

int caseref_find(struct bytes text, struct bytes prefix, struct arena *a, struct bytes *number_out)
{
	return caseref_find_next(&text, prefix, a, number_out);
}

/* Nothing but punctuation may follow a bare number. */
static bool is_rest_empty(struct rd r)
{
	uint32_t cp;

	while (utf8_next(&r, &cp))
		if (!is_separator(cp) && (cp >= 0x80 || strchr("!?,;)\"'", (int)cp) == NULL))
			return false;
	return true;
}

int caseref_bare(struct bytes text, struct bytes prefix, int year, struct arena *a,
		 struct bytes *number_out)
{
	struct rd r = rd_of(text), ahead;
	uint32_t n;

	if (!prefix_is_fine(prefix))
		return ERR_LIMIT;
	skip_separators(&r, text.len);
	ahead = r;
	if (take_prefix(&ahead, prefix)) {
		r = ahead;
		skip_separators(&r, SEPARATORS_MAX);
	}
	ahead = r;
	if (!take_year_and_number(&ahead, &year, &n)) {
		ahead = r;
		if (!number_of(take_digits(&ahead), &n))
			return ERR_NOENT;
	}
	return is_rest_empty(ahead) ? give(a, prefix, year, n, number_out) : ERR_NOENT;
}
