/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_quote.h"

#include <string.h>

#include "parsers/mail_reply_words.h"

/* Programs wrap an attribution over so many lines, and it is no longer than that. */
#define WRAPPED_LINES_MAX 3
#define ATTRIBUTION_MAX   400
/* A bare "Ana wrote:" is short. */
#define BARE_MAX 100
/* A block has so many lines, with those that a long To takes. */
#define BLOCK_LINES_MAX 14
#define BLOCK_WORD_MAX  24

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_digit_at(struct bytes b, size_t i)
{
	return i < b.len && is_digit(b.ptr[i]);
}

static bool has_digit(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (is_digit(b.ptr[i]))
			return true;
	return false;
}

/* 1990 to 2099, alone. */
static bool has_year(struct bytes b)
{
	for (size_t i = 0; i + 4 <= b.len; i++) {
		if (i > 0 && is_digit(b.ptr[i - 1]))
			continue;
		if ((b.ptr[i] == '2' && b.ptr[i + 1] == '0') ||
		    (b.ptr[i] == '1' && b.ptr[i + 1] == '9'))
			if (is_digit_at(b, i + 2) && is_digit_at(b, i + 3) &&
			    !is_digit_at(b, i + 4))
				return true;
	}
	return false;
}

/* Digits of a number from *i on; *i is then behind them and the sign and blanks that follow. */
static size_t number_at(struct bytes b, size_t *i)
{
	size_t from = *i, len;

	while (is_digit_at(b, *i))
		(*i)++;
	len = *i - from;
	if (*i < b.len && (b.ptr[*i] == '/' || b.ptr[*i] == '.'))
		(*i)++;
	while (*i < b.len && b.ptr[*i] == ' ')
		(*i)++;
	return len;
}

/* 4/4/12, 2.3.26, 2. 3. 2026: two short numbers and a year; an address such as 10.1.12.7 is none. */
static bool has_short_date(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++) {
		size_t k = i, day, month, year;

		if (!is_digit(b.ptr[i]) ||
		    (i > 0 && (is_digit(b.ptr[i - 1]) || b.ptr[i - 1] == '.')))
			continue;
		day = number_at(b, &k);
		month = number_at(b, &k);
		year = number_at(b, &k);
		if (day >= 1 && day <= 2 && month >= 1 && month <= 2 && (year == 2 || year == 4) &&
		    !(is_digit_at(b, k) && b.ptr[k - 1] == '.'))
			return true;
	}
	return false;
}

/* 9:05, 14:00. */
static bool has_time(struct bytes b)
{
	for (size_t i = 1; i + 2 < b.len; i++)
		if (b.ptr[i] == ':' && is_digit(b.ptr[i - 1]) && is_digit(b.ptr[i + 1]) &&
		    is_digit(b.ptr[i + 2]))
			return true;
	return false;
}

static bool has_address(struct bytes b)
{
	size_t at = bytes_find(b, '@');

	return at > 0 && at + 1 < b.len && b.ptr[at - 1] != ' ' && b.ptr[at + 1] != ' ';
}

/* "pon, 2. mart", "Mo., 3. Mai", "ut 13. 4.": a word that may be a weekday, and what follows it there. */
static bool begins_with_weekday(struct bytes b)
{
	size_t i = 0;

	while (i < b.len && b.ptr[i] >= 'a' && b.ptr[i] <= 'z')
		i++;
	if (i == 0 || i + 2 >= b.len || !reply_words_is(WORDS_WEEKDAY, bytes_cut(b, 0, i)))
		return false;
	return b.ptr[i] == ',' || (b.ptr[i] == '.' && b.ptr[i + 1] != '\0') ||
	       (b.ptr[i] == ' ' && is_digit(b.ptr[i + 1]));
}

/* "2026. okt. 20.", "12.3.2026", "2026-03-02". */
static bool begins_with_date(struct bytes b)
{
	size_t i = 0;

	while (i < b.len && is_digit(b.ptr[i]))
		i++;
	return i > 0 && i <= 4 && i < b.len &&
	       (b.ptr[i] == '.' || b.ptr[i] == '-' || b.ptr[i] == '/') && has_year(b);
}

static bool is_intro(struct bytes b)
{
	return (reply_words_begins(WORDS_INTRO, b) && has_digit(b)) || begins_with_date(b) ||
	       (begins_with_weekday(b) && has_digit(b));
}

/* What a text that ends with a colon is, taken as one line. */
static enum quote_sure judge_attribution(struct bytes b)
{
	bool wrote = reply_words_has(WORDS_WROTE, b), address = has_address(b);
	bool year = has_year(b) || (wrote && has_short_date(b)), time = has_time(b);

	if (!wrote)
		return year && address && bytes_find(b, '<') < b.len ? QUOTE_SURE : QUOTE_NOT;
	if (address && (year || time))
		return QUOTE_SURE;
	if (time && year && is_intro(b))
		return QUOTE_SURE;
	if (address || (year && is_intro(b)))
		return QUOTE_LIKELY;
	return b.len <= BARE_MAX ? QUOTE_IF_FOLLOWED : QUOTE_NOT;
}

/* Lines from..i as one; ERR by false when it is too long for an attribution. */
static bool join(const struct mail_lines *l, size_t from, size_t i, char buf[ATTRIBUTION_MAX],
		 struct bytes *joined_out)
{
	size_t len = 0;

	for (size_t k = from; k <= i; k++) {
		struct bytes f = l->line[k].folded;

		if (l->line[k].is_blank || l->line[k].depth != l->line[i].depth ||
		    len + f.len + 1 >= ATTRIBUTION_MAX)
			return false;
		if (len != 0)
			buf[len++] = ' ';
		if (f.len != 0)
			memcpy(buf + len, f.ptr, f.len);
		len += f.len;
	}
	*joined_out = bytes_at(buf, len);
	return true;
}

/* Is this longer reading of an attribution the better one? */
static bool is_better(const struct quote_head *h, enum quote_sure sure, struct bytes first_line,
		      struct bytes was_first)
{
	if (sure > h->sure)
		return true;
	/* "<a@b> wrote:" hangs below its name; "um 10:11 schrieb X:" below its day. */
	if (sure < h->sure || is_intro(was_first))
		return false;
	return bytes_starts(was_first, "<") || (is_intro(first_line) && has_year(first_line));
}

/* Yahoo on phones writes the first words of the quote behind the colon, on the same line. */
static bool is_run_on(struct bytes b)
{
	if (!is_intro(b))
		return false;
	for (size_t i = 1; i + 1 < b.len && i < ATTRIBUTION_MAX; i++) {
		bool is_end = b.ptr[i] == ':' && b.ptr[i + 1] == ' ' && !is_digit(b.ptr[i - 1]);

		if (is_end)
			return judge_attribution(bytes_cut(b, 0, i + 1)) == QUOTE_SURE;
	}
	return false;
}

/* Zoho puts no colon: "---- On Mon, 2 Mar 2026 10:01:00 +0100 <a@b> wrote ----". */
static bool is_without_colon(struct bytes b)
{
	while (b.len != 0 && (b.ptr[b.len - 1] == '-' || b.ptr[b.len - 1] == ' '))
		b.len--;
	while (b.len != 0 && (b.ptr[0] == '-' || b.ptr[0] == ' '))
		b = bytes_cut(b, 1, b.len);
	return b.len < ATTRIBUTION_MAX && is_intro(b) && has_year(b) && has_time(b) &&
	       has_address(b) && (bytes_ends(b, " wrote") || bytes_ends(b, " schrieb"));
}

static struct quote_head attribution_at(const struct mail_lines *l, size_t i)
{
	struct quote_head h = { .sure = QUOTE_NOT, .from = i, .to = i + 1 };
	char buf[ATTRIBUTION_MAX];
	struct bytes joined;

	if (is_run_on(l->line[i].folded) || is_without_colon(l->line[i].folded))
		h.sure = QUOTE_SURE;
	if (!bytes_ends(l->line[i].folded, ":"))
		return h;
	for (size_t n = 0; n < WRAPPED_LINES_MAX && n <= i; n++) {
		enum quote_sure sure;

		if (!join(l, i - n, i, buf, &joined))
			break;
		sure = judge_attribution(joined);
		if (n == 0)
			h.sure = sure;
		else if (is_better(&h, sure, l->line[i - n].folded, l->line[h.from].folded))
			h = (struct quote_head){ .sure = sure, .from = i - n, .to = i + 1 };
	}
	return h;
}

enum head_role { ROLE_NONE, ROLE_FROM, ROLE_SENT, ROLE_TO, ROLE_SUBJECT, ROLE_OTHER };

/* Which header a line is: the word before its colon says it. */
static enum head_role role_of(const struct mail_line *line)
{
	static const enum reply_words words[] = { WORDS_FROM, WORDS_SENT, WORDS_TO, WORDS_SUBJECT,
						  WORDS_OTHER };
	size_t colon = bytes_find(line->folded, ':');
	struct bytes word = bytes_cut(line->folded, 0, colon);

	if (colon == line->folded.len || colon > BLOCK_WORD_MAX)
		return ROLE_NONE;
	while (word.len != 0 && (word.ptr[word.len - 1] == ' ' || word.ptr[word.len - 1] == '*'))
		word.len--;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (reply_words_is(words[i], word))
			return (enum head_role)(ROLE_FROM + i);
	return ROLE_NONE;
}

/* A block begins with From; GMX and some phones write the date above it. */
static bool begins_block(const struct mail_lines *l, size_t i)
{
	enum head_role role = role_of(&l->line[i]);

	return role == ROLE_FROM ||
	       (role == ROLE_SENT && i + 1 < l->n && !l->line[i + 1].is_blank &&
		role_of(&l->line[i + 1]) == ROLE_FROM);
}

static bool has_role(unsigned roles, enum head_role role)
{
	return roles & (1u << role);
}

/*
 * A block that begins at line i. Somebody may write a letter's heading by hand, "Od: … Za: …
 * Predmet: …", so without a date it is only likely.
 */
static struct quote_head block_at(const struct mail_lines *l, size_t i)
{
	struct quote_head h = { .sure = QUOTE_NOT, .from = i, .to = i + 1 };
	enum head_role first = role_of(&l->line[i]);
	unsigned roles = 1u << first, depth = l->line[i].depth;
	bool is_dated = first == ROLE_SENT && has_digit(l->line[i].folded);

	if (!begins_block(l, i))
		return h;
	for (size_t k = i + 1; k < l->n && k < i + BLOCK_LINES_MAX; k++) {
		const struct mail_line *line = &l->line[k];
		enum head_role role = role_of(line);

		if (line->is_blank || line->depth != depth)
			break;
		if (role == ROLE_NONE)
			continue; /* a long To goes on */
		if (has_role(roles, role) && role != ROLE_OTHER)
			break;
		is_dated = is_dated || (role == ROLE_SENT && has_digit(line->folded));
		roles |= 1u << role;
		h.to = k + 1;
	}
	if (is_dated && (has_role(roles, ROLE_TO) || has_role(roles, ROLE_SUBJECT)))
		h.sure = QUOTE_SURE;
	else if (roles & ~((1u << ROLE_FROM) | (1u << ROLE_OTHER)))
		h.sure = QUOTE_LIKELY;
	h.is_block = h.sure != QUOTE_NOT;
	return h;
}

/* The words between dashes; none when there are no dashes. */
static struct bytes between_dashes(struct bytes b)
{
	size_t from = 0, to = b.len;

	while (from < to && (b.ptr[from] == '-' || b.ptr[from] == '_' || b.ptr[from] == '='))
		from++;
	while (to > from && (b.ptr[to - 1] == '-' || b.ptr[to - 1] == '_' || b.ptr[to - 1] == '='))
		to--;
	if (from < 2 || b.len - to < 2)
		return BYTES_NONE;
	b = bytes_trim(bytes_cut(b, from, to - from));
	if (bytes_ends(b, ":"))
		b.len--;
	return b;
}

/* A separator at line i, with the block that may follow it. */
static struct quote_head separator_at(const struct mail_lines *l, size_t i)
{
	struct bytes folded = l->line[i].folded, words = between_dashes(folded);
	struct quote_head h = { .sure = QUOTE_NOT, .from = i, .to = i + 1 }, block;
	size_t next;

	h.is_forward = reply_words_is(WORDS_FORWARDED, words) ||
		       reply_words_begins(WORDS_FORWARD_BEGINS, folded);
	if (!h.is_forward && !reply_words_is(WORDS_ORIGINAL, words))
		return h;
	h.sure = QUOTE_SURE;
	next = mail_lines_next(l, i + 1);
	if (next == l->n)
		return h;
	block = block_at(l, next);
	if (block.sure != QUOTE_NOT)
		h.to = block.to;
	h.is_block = block.is_block;
	return h;
}

struct quote_head quote_head_at(const struct mail_lines *l, size_t i)
{
	struct quote_head h = separator_at(l, i);

	if (h.sure == QUOTE_NOT)
		h = block_at(l, i);
	if (h.sure == QUOTE_NOT)
		h = attribution_at(l, i);
	return h;
}

/* Behind "[SP-2026-000123 TOKEN] " and "[EXT] ". */
static struct bytes behind_tags(struct bytes b)
{
	b = bytes_trim(b);
	while (bytes_starts(b, "[") && bytes_find(b, ']') < b.len)
		b = bytes_trim(bytes_cut(b, bytes_find(b, ']') + 1, b.len));
	return b;
}

bool quote_subject_is_forward(struct bytes subject_folded)
{
	return reply_words_begins(WORDS_SUBJECT_FORWARD, behind_tags(subject_folded));
}

bool quote_subject_is_reply(struct bytes subject_folded)
{
	return reply_words_begins(WORDS_SUBJECT_REPLY, behind_tags(subject_folded));
}
