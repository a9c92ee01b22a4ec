/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_charset.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/mime_charset_names.h"
#include "parsers/mime_guess.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* Those of the table that a text without a usable name may be in, likeliest first. */
#define N_GUESSES 7
/* What its name is worth to a set, in the weights of mime_guess: about a letter. */
#define SAID_WEIGHT 4
/* So far is looked for the end of a name in a raw mail. */
#define NAME_MAX_OCTETS 48
/* So much of a text is weighed: a screen or two. */
#define SAMPLE_OCTETS 8192

struct mime_charsets {
	iconv_t open[CHARSET_ROWS]; /* or NOT_OPEN */
};

#define NOT_OPEN ((iconv_t)-1)

bool mime_charset_is_known(struct bytes name)
{
	bool is_unknown;

	return charset_named(name, &is_unknown) != NULL || (name.len != 0 && !is_unknown);
}

/* --- descriptors --- */

/* A first letter loads all that the conversion needs. */
static void open_row(struct mime_charsets *cs, const struct charset_row *row)
{
	char in[] = { 'a', 0, 0, 0 }, out[16];
	char *from = in, *to = out;
	size_t n_from = row->kind == CHARSET_ODD ? sizeof(in) : 1, n_to = sizeof(out);
	iconv_t cd = iconv_open("UTF-8", row->iconv);

	cs->open[row - charset_rows] = cd;
	if (cd == NOT_OPEN)
		return;
	(void)iconv(cd, &from, &n_from, &to, &n_to); /* what becomes of the letter is no matter */
}

struct mime_charsets *mime_charsets_open(void)
{
	struct mime_charsets *cs = calloc(1, sizeof(*cs));

	for (size_t i = 0; cs != NULL && i < CHARSET_ROWS; i++) {
		cs->open[i] = NOT_OPEN;
		if (charset_rows[i].when == CHARSET_AT_ONCE)
			open_row(cs, &charset_rows[i]);
	}
	return cs;
}

void mime_charsets_close(struct mime_charsets **cs)
{
	for (size_t i = 0; *cs != NULL && i < CHARSET_ROWS; i++)
		if ((*cs)->open[i] != NOT_OPEN)
			iconv_close((*cs)->open[i]);
	free(*cs);
	*cs = NULL;
}

/* The name that begins here, quoted or not, up to what can't be in one. */
static struct bytes name_at(struct bytes raw, size_t at)
{
	size_t from = at, to;

	while (from < raw.len && strchr(" \t\"'", raw.ptr[from]) != NULL && raw.ptr[from] != '\0')
		from++;
	for (to = from; to < raw.len && to - from <= NAME_MAX_OCTETS; to++)
		if (raw.ptr[to] <= ' ' || strchr("\"';?*", raw.ptr[to]) != NULL)
			break;
	return bytes_cut(raw, from, to - from);
}

static bool is_behind(struct bytes raw, size_t at, const char *word)
{
	size_t len = strlen(word);

	while (at != 0 && (raw.ptr[at - 1] == ' ' || raw.ptr[at - 1] == '*'))
		at--;
	return at >= len && strncasecmp((const char *)raw.ptr + at - len, word, len) == 0;
}

void mime_charsets_need(struct mime_charsets *cs, struct bytes raw)
{
	for (size_t i = 0; (i += bytes_find(bytes_cut(raw, i, raw.len), '=')) < raw.len; i++) {
		struct bytes name = BYTES_NONE;
		const struct charset_row *row;
		bool is_unknown;

		if (i + 1 < raw.len && raw.ptr[i + 1] == '?')
			name = name_at(raw, i + 2);
		else if (is_behind(raw, i, "charset"))
			name = name_at(raw, i + 1);
		row = name.len == 0 ? NULL : charset_named(name, &is_unknown);
		if (row != NULL && row->when == CHARSET_ON_DEMAND &&
		    cs->open[row - charset_rows] == NOT_OPEN)
			open_row(cs, row);
	}
}

/* --- conversion --- */

/* One step of iconv into out; false when all is read. What can't be decoded is one U+FFFD an octet. */
static bool convert_some(iconv_t cd, char **from, size_t *n_from, struct strbuf *out,
			 unsigned *n_bad)
{
	char chunk[4096], *to = chunk;
	size_t n_to = sizeof(chunk), result;
	int why;

	errno = 0;
	result = *n_from == 0 ? iconv(cd, NULL, NULL, &to, &n_to)
			      : iconv(cd, from, n_from, &to, &n_to);
	why = result == (size_t)-1 ? errno : 0;
	strbuf_add(out, bytes_at(chunk, sizeof(chunk) - n_to));
	if (why == EILSEQ || (why == EINVAL && *n_from != 0)) {
		strbuf_adds(out, "\xEF\xBF\xBD");
		(*n_bad)++;
		(*from)++;
		(*n_from)--;
	}
	return *n_from != 0;
}

static int convert(iconv_t cd, struct arena *a, struct bytes octets, struct bytes *text_out,
		   unsigned *n_bad_out)
{
	/* At most four octets of UTF-8 for one; iconv knows none that makes more, but for composed letters. */
	struct strbuf out = strbuf_in(a, 8 * octets.len + 16);
	char *from = (char *)(uintptr_t)octets.ptr; /* iconv's prototype lacks const */
	size_t n_from = octets.len;
	unsigned n_bad = 0;

	iconv(cd, NULL, NULL, NULL, NULL);
	while (convert_some(cd, &from, &n_from, &out, &n_bad) && strbuf_err(&out) == ERR_OK)
		;
	convert_some(cd, &from, &n_from, &out, &n_bad); /* a state that wants to be ended */
	*n_bad_out = n_bad;
	return strbuf_finish(&out, text_out);
}

static bool is_ascii(struct bytes octets)
{
	for (size_t i = 0; i < octets.len; i++)
		if (octets.ptr[i] >= 0x80)
			return false;
	return true;
}

/* --- which one --- */

/* From a word before the first octet beyond ASCII. */
static struct bytes sample_of(struct bytes octets)
{
	size_t at = 0, before;

	while (at < octets.len && octets.ptr[at] < 0x80)
		at++;
	before = at < 64 ? at : 64;
	return bytes_cut(octets, at - before, SAMPLE_OCTETS);
}

/* Well-formed pieces beyond ASCII, and octets that belong to none. A piece cut off at the end is neither. */
struct utf8_form {
	size_t n_good;
	size_t n_bad;
};

static struct utf8_form form_of(struct bytes octets)
{
	struct utf8_form f = { 0 };
	struct rd r = rd_of(octets);
	uint32_t cp;

	for (;;) {
		const uint8_t *at = r.ptr;

		if (!utf8_next(&r, &cp))
			return f;
		if (cp < 0x80)
			continue;
		if (r.ptr - at > 1)
			f.n_good++;
		else if (r.end - at > 3 || *at < 0xC0)
			f.n_bad++;
	}
}

/*
 * Letters with a caron are in windows-1252 too, and nobody in the west of Europe
 * writes them: where they stand, it is windows-1250 that was meant.
 */
static int weight_against_west(struct bytes sample)
{
	int weight = 0;

	for (size_t i = 0; i < sample.len; i++)
		weight += sample.ptr[i] == 0x8A || sample.ptr[i] == 0x8E || sample.ptr[i] == 0x9A ||
			  sample.ptr[i] == 0x9E;
	return 6 * weight;
}

/* What the sample is worth in one set; much below nothing when that isn't open. */
static int weigh(struct mime_charsets *cs, struct arena *a, const struct charset_row *row,
		 struct bytes sample, int *weight_out)
{
	struct bytes text;
	unsigned n_bad;
	int err;

	*weight_out = -(1 << 30);
	if (cs->open[row - charset_rows] == NOT_OPEN)
		return ERR_OK;
	err = convert(cs->open[row - charset_rows], a, sample, &text, &n_bad);
	if (err == ERR_OK)
		*weight_out =
			mime_guess_weight(text) -
			(strcmp(row->iconv, "WINDOWS-1252") == 0 ? weight_against_west(sample) : 0);
	return err;
}

static size_t count_high(struct bytes sample)
{
	size_t n = 0;

	for (size_t i = 0; i < sample.len; i++)
		n += sample.ptr[i] >= 0x80;
	return n;
}

/* The likeliest set of a text that isn't UTF-8; the one it was called by needs less to win. */
static int guess(struct mime_charsets *cs, struct arena *a, const struct charset_row *said,
		 struct bytes octets, const struct charset_row **row_out)
{
	struct bytes sample = sample_of(octets);
	const struct charset_row *best = said;
	int most = 0, err = ERR_OK;

	if (said != NULL) {
		err = weigh(cs, a, said, sample, &most);
		most += SAID_WEIGHT + (int)(count_high(sample) / 4);
	}
	/* The first row is UTF-8, which it isn't. */
	for (size_t i = 1; i < N_GUESSES && err == ERR_OK; i++) {
		int weight;

		err = weigh(cs, a, &charset_rows[i], sample, &weight);
		if (err == ERR_OK && (best == NULL || weight > most)) {
			best = &charset_rows[i];
			most = weight;
		}
	}
	*row_out = best;
	return err;
}

static int choose(struct mime_charsets *cs, struct arena *a, const struct charset_row *said,
		  struct bytes octets, const struct charset_row **row_out)
{
	struct utf8_form form;

	*row_out = said;
	if (said != NULL && said->kind == CHARSET_ODD)
		return ERR_OK;
	if (said != NULL && said->kind == CHARSET_SEVERAL) {
		unsigned n_bad;
		struct bytes text;
		int err =
			convert(cs->open[said - charset_rows], a, sample_of(octets), &text, &n_bad);

		form = form_of(octets);
		/* A few characters may look like UTF-8 by chance, more don't. */
		if (form.n_bad == 0 && (form.n_good > 2 || (n_bad != 0 && form.n_good != 0)))
			*row_out = &charset_rows[0];
		return err;
	}
	form = form_of(octets);
	if (form.n_good != 0 && form.n_bad == 0) {
		*row_out = &charset_rows[0];
		return ERR_OK;
	}
	if (said != NULL && said->kind == CHARSET_UTF8 && form.n_good >= form.n_bad)
		return ERR_OK;
	if (said != NULL && said->kind == CHARSET_ONE)
		return ERR_OK;
	return guess(cs, a, said != NULL && said->kind == CHARSET_UTF8 ? NULL : said, octets,
		     row_out);
}

static struct bytes without_mark(struct bytes octets)
{
	return bytes_starts(octets, "\xEF\xBB\xBF") ? bytes_cut(octets, 3, octets.len) : octets;
}

/* A byte order mark beats what the name says: UTF-16 is never meant to look like that by chance. */
static const struct charset_row *marked(struct bytes octets)
{
	bool is_unknown;

	if (octets.len < 4 || octets.len % 2 != 0)
		return NULL;
	if ((octets.ptr[0] == 0xFF && octets.ptr[1] == 0xFE) ||
	    (octets.ptr[0] == 0xFE && octets.ptr[1] == 0xFF))
		return charset_named(bytes_of("utf-16"), &is_unknown);
	return NULL;
}

int mime_charset_text(struct mime_charsets *cs, struct arena *a, struct bytes name,
		      struct bytes octets, struct mime_text *text_out)
{
	struct mime_text t = { .charset = "US-ASCII" };
	struct utf8_faults faults = { 0 };
	const struct charset_row *said = charset_named(name, &t.is_unknown), *row = said;
	unsigned n_bad = 0;
	int err = ERR_OK;

	if (said != NULL && cs->open[said - charset_rows] == NOT_OPEN) {
		t.is_unknown = true;
		said = row = NULL;
	}
	if (marked(octets) != NULL)
		row = marked(octets);
	else if (!is_ascii(octets))
		err = choose(cs, a, said, octets, &row);
	if (err == ERR_OK && row != NULL && row->kind != CHARSET_UTF8 &&
	    (row->kind == CHARSET_ODD || !is_ascii(octets)))
		err = convert(cs->open[row - charset_rows], a, octets, &octets, &n_bad);
	if (err == ERR_OK)
		err = utf8_clean(a, without_mark(octets), &t.text, &faults);
	if (err != ERR_OK)
		return err;
	if (row != NULL)
		t.charset = row->iconv;
	t.is_mislabelled = said != NULL && row != said;
	t.n_replaced = n_bad + faults.replaced;
	*text_out = t;
	return ERR_OK;
}
