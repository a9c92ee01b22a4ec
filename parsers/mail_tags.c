/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_tags.h"

#include "parsers/caseref.h"
#include "parsers/err.h"
#include "parsers/number.h"

/* Digits of a number that stands without a known prefix: fewer may be anything. */
#define DIGITS_MIN 6
#define DIGITS_MAX 9
/* "-2026-" */
#define YEAR_LEN 6

static void add(struct mail_tags *t, struct bytes number)
{
	for (size_t i = 0; i < t->n; i++)
		if (bytes_eq(t->list[i], number))
			return;
	if (t->n < MAIL_TAGS_MAX)
		t->list[t->n++] = number;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The letters that end at `at`, in capitals; 0 when there are none, too many, or more than letters. */
static size_t prefix_before(struct bytes text, size_t at, char prefix[CASEREF_PREFIX_MAX])
{
	size_t from = at;

	while (from != 0 && is_letter(text.ptr[from - 1]))
		from--;
	if (at - from > CASEREF_PREFIX_MAX ||
	    (from != 0 && (is_digit(text.ptr[from - 1]) || text.ptr[from - 1] >= 0x80)))
		return 0;
	for (size_t i = from; i < at; i++)
		prefix[i - from] = (char)(text.ptr[i] & ~0x20);
	return at - from;
}

static size_t digits_at(struct bytes text, size_t at)
{
	size_t n = 0;

	while (at + n < text.len && is_digit(text.ptr[at + n]))
		n++;
	return n;
}

/* "-2026-000123" at `at`: ERR_NOENT when none stands there. */
static int number_at(struct bytes text, size_t at, struct arena *a, struct bytes *number_out)
{
	char prefix[CASEREF_PREFIX_MAX], buf[CASEREF_SIZE];
	size_t n_prefix = prefix_before(text, at, prefix), n_digits;
	uint32_t year, n;

	if (n_prefix == 0 || digits_at(text, at + 1) != 4 || at + 5 >= text.len ||
	    text.ptr[at + 5] != '-')
		return ERR_NOENT;
	n_digits = digits_at(text, at + YEAR_LEN);
	if (n_digits < DIGITS_MIN || n_digits > DIGITS_MAX ||
	    number_parse_u32(bytes_cut(text, at + 1, 4), 2000, 2099, &year) != ERR_OK ||
	    number_parse_u32(bytes_cut(text, at + YEAR_LEN, n_digits), 1, CASEREF_NUMBER_MAX, &n) !=
		    ERR_OK ||
	    caseref_format(bytes_at(prefix, n_prefix), (int)year, n, buf) != ERR_OK)
		return ERR_NOENT;
	*number_out = arena_dup(a, bytes_of(buf));
	return number_out->ptr == NULL ? arena_err(a) : ERR_OK;
}

static int of_any_prefix(struct mail_tags *t, struct arena *a, struct bytes text)
{
	for (size_t i = 1; i < text.len; i++) {
		struct bytes number;
		int err;

		if (text.ptr[i] != '-')
			continue;
		err = number_at(text, i, a, &number);
		if (err == ERR_OK)
			add(t, number);
		else if (err != ERR_NOENT)
			return err;
	}
	return ERR_OK;
}

int mail_tags_of_text(struct mail_tags *t, struct arena *a, struct bytes prefix, struct bytes text)
{
	struct bytes rest = text, number;
	int err;

	if (prefix.len == 0)
		return of_any_prefix(t, a, text);
	while ((err = caseref_find_next(&rest, prefix, a, &number)) == ERR_OK)
		add(t, number);
	return err == ERR_NOENT ? ERR_OK : err;
}
