/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/place_marks.h"

#include "parsers/err.h"
#include "parsers/strbuf.h"

#define PARCEL_DIGITS_MAX 6
#define MARK_MAX_BYTES    40
/* Degrees north and east of any place of ours, and how exact a position must be to be one. */
#define DEGREES_DIGITS  2
#define DECIMALS_MIN    3
#define DECIMALS_MAX    8
#define APART_MAX_BYTES 3

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static size_t digits_at(struct bytes t, size_t i)
{
	size_t from = i;

	while (i < t.len && is_digit(t.ptr[i]))
		i++;
	return i - from;
}

static bool stands_at(struct bytes t, size_t i, const char *words)
{
	return bytes_starts(bytes_cut(t, i, t.len), words);
}

static bool begins_word(struct bytes t, size_t i)
{
	return i == 0 || !is_word(t.ptr[i - 1]);
}

/* How long a word for a parcel stands at i: "k.p.", "parceli", "parc. c."; 0: none. */
static size_t parcel_word(struct bytes t, size_t i)
{
	static const char *const words[] = { "k.p.", "k.c.", "kp.",    "k.p",
					     "kp ",  "kc ",  "parcel", "parc." };

	for (size_t w = 0; begins_word(t, i) && w < ARRAY_LEN(words); w++) {
		if (stands_at(t, i, words[w]))
			return bytes_of(words[w]).len;
	}
	return 0;
}

/* Behind the word: the rest of it, "br.", "c.", "broj" and blanks; where the number begins, or t.len. */
static size_t parcel_number(struct bytes t, size_t i)
{
	static const char *const between[] = {
		"broj", "br.", "br", "c.", "cislo", "number", "no."
	};

	while (i < t.len && t.ptr[i] >= 'a' && t.ptr[i] <= 'z')
		i++;
	for (size_t step = 0; step < ARRAY_LEN(between); step++) {
		while (i < t.len && t.ptr[i] == ' ')
			i++;
		if (stands_at(t, i, between[step]))
			i += bytes_of(between[step]).len;
	}
	return i < t.len && is_digit(t.ptr[i]) ? i : t.len;
}

/* The length of "3318/2" at i; 0: no parcel's number. */
static size_t parcel_length(struct bytes t, size_t i)
{
	size_t n = digits_at(t, i), rest;

	if (n == 0 || n > PARCEL_DIGITS_MAX)
		return 0;
	if (i + n >= t.len || t.ptr[i + n] != '/')
		return n;
	rest = digits_at(t, i + n + 1);
	return rest != 0 ? n + 1 + rest : n;
}

static struct bytes find_parcel(struct bytes t)
{
	for (size_t i = 0; i < t.len; i++) {
		size_t word = parcel_word(t, i), at, n;

		if (word == 0)
			continue;
		at = parcel_number(t, i + word);
		n = parcel_length(t, at);
		if (n != 0)
			return bytes_cut(t, at, n);
	}
	return BYTES_NONE;
}

/* The length of "44.9412" at i; 0: no degrees. */
static size_t degrees_at(struct bytes t, size_t i)
{
	size_t n;

	if ((i > 0 && is_digit(t.ptr[i - 1])) || digits_at(t, i) != DEGREES_DIGITS)
		return 0;
	i += DEGREES_DIGITS;
	if (i >= t.len || t.ptr[i] != '.')
		return 0;
	n = digits_at(t, i + 1);
	return n >= DECIMALS_MIN && n <= DECIMALS_MAX ? DEGREES_DIGITS + 1 + n : 0;
}

static bool find_coordinates(struct bytes t, struct bytes *north_out, struct bytes *east_out)
{
	for (size_t i = 0; i < t.len; i++) {
		size_t n = degrees_at(t, i), at = i + n, east;

		if (n == 0)
			continue;
		while (at < t.len && at - i - n < APART_MAX_BYTES &&
		       (t.ptr[at] == ' ' || t.ptr[at] == ','))
			at++;
		east = degrees_at(t, at);
		if (at == i + n || east == 0)
			continue;
		*north_out = bytes_cut(t, i, n);
		*east_out = bytes_cut(t, at, east);
		return true;
	}
	return false;
}

int place_mark(struct arena *a, struct bytes folded, struct bytes *mark_out)
{
	struct strbuf out = strbuf_in(a, MARK_MAX_BYTES);
	struct bytes parcel = find_parcel(folded), north, east;

	if (parcel.len != 0)
		strbuf_addf(&out, "k.p. %.*s", PRI_BYTES(parcel));
	else if (find_coordinates(folded, &north, &east))
		strbuf_addf(&out, "%.*s, %.*s", PRI_BYTES(north), PRI_BYTES(east));
	else
		return ERR_OK;
	return strbuf_finish(&out, mark_out) == ERR_NOMEM ? ERR_NOMEM : ERR_OK;
}
