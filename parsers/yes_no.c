/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/yes_no.h"

#include "parsers/err.h"
#include "parsers/fold.h"

/* Longer texts tell something. */
#define TEXT_MAX 120

/* Folded: ASCII, small, Cyrillic as Latin. A phrase is whole words; the longest of those that fit counts. */
static const struct {
	const char *phrase;
	enum yes_no says;
	bool is_filler; /* may stand beside it, says nothing alone */
} phrases[] = {
	/* clang-format off */
	{ "da",             SAID_YES, false }, { "d",              SAID_YES, false },
	{ "jeste",          SAID_YES, false }, { "jest",           SAID_YES, false },
	{ "reseno je",      SAID_YES, false }, { "reseno",         SAID_YES, false },
	{ "rijeseno",       SAID_YES, false }, { "popravljeno",    SAID_YES, false },
	{ "ano",            SAID_YES, false }, { "hej",            SAID_YES, false },
	{ "vyriesene",      SAID_YES, false }, { "opravene",       SAID_YES, false },
	{ "igen",           SAID_YES, false }, { "i",              SAID_YES, false },
	{ "megoldva",       SAID_YES, false }, { "yes",            SAID_YES, false },
	{ "y",              SAID_YES, false }, { "solved",         SAID_YES, false },
	{ "fixed",          SAID_YES, false }, { "ja",             SAID_YES, false },
	{ "ne",             SAID_NO,  false }, { "n",              SAID_NO,  false },
	{ "nije",           SAID_NO,  false }, { "nije reseno",    SAID_NO,  false },
	{ "nije rijeseno",  SAID_NO,  false }, { "nije popravljeno", SAID_NO, false },
	{ "jos nije",       SAID_NO,  false }, { "jos nije reseno", SAID_NO, false },
	{ "jos nije popravljeno", SAID_NO, false }, { "nie",       SAID_NO,  false },
	{ "nie je",         SAID_NO,  false }, { "nie je vyriesene", SAID_NO, false },
	{ "nie je opravene", SAID_NO, false }, { "nem",            SAID_NO,  false },
	{ "nincs",          SAID_NO,  false }, { "nincs megoldva", SAID_NO,  false },
	{ "nincs kesz",     SAID_NO,  false }, { "no",             SAID_NO,  false },
	{ "not solved",     SAID_NO,  false }, { "not fixed",      SAID_NO,  false },
	{ "it is not",      SAID_NO,  false }, { "nije jos",       SAID_NO,  false },
	{ "hvala",          SAID_YES, true },  { "hvala vam",      SAID_YES, true },
	{ "puno hvala",     SAID_YES, true },  { "dakujem",        SAID_YES, true },
	{ "koszonom",       SAID_YES, true },  { "thanks",         SAID_YES, true },
	{ "thank you",      SAID_YES, true },  { "postovani",      SAID_YES, true },
	{ "pozdrav",        SAID_YES, true },  { "je",             SAID_YES, true },
	/* clang-format on */
};

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Small letters with one blank between words: what people put between them says nothing here. */
static struct bytes plain_words(struct arena *a, struct bytes folded)
{
	uint8_t *out = arena_alloc(a, folded.len + 1);
	size_t len = 0;

	for (size_t i = 0; out != NULL && i < folded.len; i++) {
		if (is_letter(folded.ptr[i]))
			out[len++] = folded.ptr[i];
		else if (len != 0 && out[len - 1] != ' ')
			out[len++] = ' ';
	}
	while (len != 0 && out[len - 1] == ' ')
		len--;
	return bytes_at(out, out != NULL ? len : 0);
}

/* The longest phrase at the head of the words; ARRAY_LEN(phrases): none. */
static size_t longest(struct bytes words)
{
	size_t best = ARRAY_LEN(phrases), best_len = 0;

	for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
		size_t len = bytes_of(phrases[i].phrase).len;

		if (len > best_len && bytes_starts(words, phrases[i].phrase) &&
		    (words.len == len || words.ptr[len] == ' ')) {
			best = i;
			best_len = len;
		}
	}
	return best;
}

int yes_no_read(struct arena *a, struct bytes text, enum yes_no *said_out)
{
	struct folded folded;
	struct bytes words;
	bool has_said = false;
	enum yes_no said = SAID_YES;

	text = bytes_trim(text);
	if (text.len == 0 || text.len > TEXT_MAX)
		return ERR_NOENT;
	if (fold_text(a, text, &folded) != ERR_OK)
		return arena_err(a);
	words = plain_words(a, folded.text);
	while (words.len != 0) {
		size_t i = longest(words);
		size_t len;

		if (i == ARRAY_LEN(phrases))
			return ERR_NOENT;
		len = bytes_of(phrases[i].phrase).len;
		words = bytes_cut(words, len + 1, words.len);
		if (phrases[i].is_filler)
			continue;
		/* "no, it is" says both. */
		if (has_said && said != phrases[i].says)
			return ERR_NOENT;
		has_said = true;
		said = phrases[i].says;
	}
	if (!has_said)
		return ERR_NOENT;
	*said_out = said;
	return ERR_OK;
}
