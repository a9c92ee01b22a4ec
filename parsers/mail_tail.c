/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_tail.h"

#include <string.h>

#include "parsers/mail_reply_words.h"

/* A signature has fewer lines; behind dashes without their blank still fewer. */
#define SIGNATURE_LINES_MAX 15
#define BARE_LINES_MAX      8
/* "Sent from my Galaxy A54 via Outlook for Android", without the link. */
#define SENT_WITH_MAX 80
/* Disclaimers are looked for in so many last lines, and are at least so long. */
#define LEGAL_LINES_MAX  60
#define LEGAL_LENGTH_MIN 120
#define LEGAL_LENGTH_MAX 4000
/* Of what a disclaimer says (what, secret, for whom, by mistake, duties) so much must be there. */
#define LEGAL_TOPICS_MIN 3
/* What is drawn or said before a disclaimer's first word: "*** DISCLAIMER: ". */
#define LEGAL_HEAD_MAX 160

static bool is_own(const struct mail_line *l)
{
	return l->kind == LINE_OWN && !l->is_blank;
}

/* Lines with words in from..to. */
static size_t count_own(const struct mail_lines *l, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += is_own(&l->line[i]);
	return n;
}

/* Without "<https://aka.ms/…>" and what follows. */
static struct bytes without_link(struct bytes b)
{
	return bytes_trim(bytes_cut(b, 0, bytes_find(b, '<')));
}

/* "[cid:image001.png@01DA…]", "[image: logo.png]": where a picture stood, alone on its line. */
static bool is_picture(struct bytes b)
{
	return (bytes_starts(b, "[cid:") || bytes_starts(b, "[image:")) &&
	       bytes_find(b, ']') + 1 == b.len;
}

static void mark_pictures(struct mail_lines *l, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (l->line[i].kind == LINE_OWN && is_picture(l->line[i].folded))
			l->line[i].kind = LINE_NOISE;
}

static bool is_noise(const struct mail_line *l)
{
	struct bytes b = without_link(l->folded);

	if (reply_words_begins(WORDS_NOISE, l->folded))
		return true;
	return b.len <= SENT_WITH_MAX && bytes_find(b, '?') == b.len &&
	       reply_words_has(WORDS_SENT_WITH, b) && reply_words_has(WORDS_DEVICE, b);
}

/* Lines that programs add stand last; words of a person may sound alike further above. */
static void mark_noise(struct mail_lines *l, size_t from, size_t to)
{
	size_t below = 0;

	for (size_t i = to; i > from && below <= 1; i--) {
		struct mail_line *line = &l->line[i - 1];

		if (!is_own(line))
			continue;
		if (is_noise(line))
			line->kind = LINE_NOISE;
		else
			below++;
	}
}

static unsigned topics_of(struct bytes b)
{
	static const enum reply_words topics[] = { WORDS_LEGAL_SECRET, WORDS_LEGAL_WHOM,
						   WORDS_LEGAL_MISTAKE, WORDS_LEGAL_DUTY };
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(topics); i++)
		n += reply_words_has(topics[i], b);
	return n;
}

/* From line i to the end of its paragraph as one text; where that ends. */
static size_t paragraph_at(const struct mail_lines *l, size_t i, size_t to,
			   char buf[LEGAL_LENGTH_MAX], struct bytes *text_out)
{
	size_t len = 0;

	for (; i < to && is_own(&l->line[i]); i++) {
		struct bytes f = l->line[i].folded;

		if (len + f.len + 1 > LEGAL_LENGTH_MAX)
			continue;
		if (f.len != 0)
			memcpy(buf + len, f.ptr, f.len);
		len += f.len;
		buf[len++] = ' ';
	}
	*text_out = bytes_at(buf, len);
	return i;
}

static bool is_legal(struct bytes text)
{
	return text.len >= LEGAL_LENGTH_MIN &&
	       reply_words_has(WORDS_LEGAL_THING, bytes_cut(text, 0, LEGAL_HEAD_MAX)) &&
	       topics_of(text) >= LEGAL_TOPICS_MIN;
}

/* "DISCLAIMER:", "Napomena o poverljivosti": a short line above belongs to it if it is drawn or a title. */
static size_t with_title(const struct mail_lines *l, size_t from, size_t i)
{
	while (i > from) {
		const struct mail_line *above = &l->line[i - 1];
		bool is_title = bytes_find(above->folded, ' ') == above->folded.len &&
				(bytes_ends(above->folded, ":") ||
				 bytes_starts(above->folded, "disclaimer"));

		if (!mail_line_is_rule(above) && !is_title && !above->is_blank)
			break;
		i--;
	}
	return i;
}

static void mark_legal(struct mail_lines *l, size_t from, size_t to)
{
	size_t first = to > from + LEGAL_LINES_MAX ? to - LEGAL_LINES_MAX : from;
	char buf[LEGAL_LENGTH_MAX];
	struct bytes text;

	for (size_t i = first; i < to; i++) {
		size_t end, begin;

		/* Only a line that itself speaks of "this message" can begin one. */
		if (!is_own(&l->line[i]) ||
		    !reply_words_has(WORDS_LEGAL_THING,
				     bytes_cut(l->line[i].folded, 0, LEGAL_HEAD_MAX)))
			continue;
		end = paragraph_at(l, i, to, buf, &text);
		if (!is_legal(text))
			continue;
		begin = with_title(l, from, i);
		mail_lines_mark(l, begin, end, LINE_OWN, LINE_NOISE);
		i = end - 1;
	}
}

/* The line that begins a signature; `to` if none does. */
static size_t delimiter_at(const struct mail_lines *l, size_t from, size_t to, bool *is_bare_out)
{
	size_t bare = to, n_bare = 0;

	*is_bare_out = false;
	for (size_t i = from; i < to; i++) {
		if (l->line[i].kind != LINE_OWN)
			continue;
		if (l->line[i].is_delimiter)
			return i;
		if (bytes_is(l->line[i].raw, "--")) {
			n_bare++;
			bare = i;
		}
	}
	*is_bare_out = true;
	return n_bare == 1 ? bare : to;
}

static bool mark_signature(struct mail_lines *l, size_t from, size_t to)
{
	bool is_bare;
	size_t at = delimiter_at(l, from, to, &is_bare), lines;

	if (at == to)
		return false;
	lines = count_own(l, at + 1, to);
	if (lines > (is_bare ? BARE_LINES_MAX : SIGNATURE_LINES_MAX))
		return true;
	mail_lines_mark(l, at, to, LINE_OWN, LINE_SIGNATURE);
	return false;
}

bool mail_tail_mark(struct mail_lines *l, size_t from, size_t to)
{
	mark_pictures(l, from, to);
	mark_noise(l, from, to);
	mark_legal(l, from, to);
	mark_noise(l, from, to);
	return mark_signature(l, from, to);
}
