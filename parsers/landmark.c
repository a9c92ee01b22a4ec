/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/landmark.h"

/* clang-format off */
/* "do" and "za" are missing on purpose: "do kada", "za vodu". */
static const char *const before[] = {
	"kod", "ispred", "iza", "pored", "kraj", "blizu", "izmedju", "pokraj", "iznad", "nadomak",
	"vedla", "pred", "pri", "oproti", "blizko", "near", "beside", "behind", "opposite", "outside", "past",
};
static const char *const behind[] = { "mellett", "elott", "mogott", "kozott", "melletti", "elotti", "mogotti" };
static const char *const articles[] = { "the", "our", "my", "a", "an" };
/* Endings of adjectives in the genitive: "kod osnovne skole", "iza starog mlina". */
static const char *const adjectives[] = { "sne", "vne", "lne", "ske", "cke", "rne", "nog", "skog", "kog", "rog", "tog", "stare", "nove" };
/* Words that lead to a landmark only together. */
static const struct {
	const char *first, *second;
} pairs[] = {
	{ "preko", "puta" }, { "next", "to" }, { "close", "to" }, { "front", "of" },
};
/* clang-format on */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '"';
}

/* The word that ends before `end`, with blanks alone between; none: there is no such word. */
static struct bytes word_before(struct bytes t, size_t end)
{
	size_t to = end, from;

	while (to > 0 && is_blank(t.ptr[to - 1]))
		to--;
	from = to;
	while (from > 0 && t.ptr[from - 1] >= 'a' && t.ptr[from - 1] <= 'z')
		from--;
	return to == end ? BYTES_NONE : bytes_cut(t, from, to - from);
}

static struct bytes word_behind(struct bytes t, size_t from)
{
	size_t to;

	while (from < t.len && is_blank(t.ptr[from]))
		from++;
	to = from;
	while (to < t.len && t.ptr[to] >= 'a' && t.ptr[to] <= 'z')
		to++;
	return bytes_cut(t, from, to - from);
}

static bool is_one_of(struct bytes w, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes_is(w, list[i]))
			return true;
	}
	return false;
}

static bool ends_as_one_of(struct bytes w, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes_ends(w, list[i]))
			return true;
	}
	return false;
}

static size_t offset(struct bytes t, struct bytes word)
{
	return (size_t)(word.ptr - t.ptr);
}

static bool leads_to(struct bytes t, struct bytes word)
{
	struct bytes first = word_before(t, offset(t, word));

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (bytes_is(word, pairs[i].second) && bytes_is(first, pairs[i].first))
			return true;
	}
	return is_one_of(word, before, ARRAY_LEN(before));
}

bool landmark_is(struct bytes folded, size_t from, size_t to)
{
	struct bytes word = word_before(folded, from);

	if (is_one_of(word_behind(folded, to), behind, ARRAY_LEN(behind)))
		return true;
	if (word.len == 0)
		return false;
	if (is_one_of(word, articles, ARRAY_LEN(articles)) ||
	    ends_as_one_of(word, adjectives, ARRAY_LEN(adjectives)))
		word = word_before(folded, offset(folded, word));
	return word.len != 0 && leads_to(folded, word);
}
