/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/join_words.h"

#include <string.h>

#include "parsers/caseref.h"
#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* Who asks for this does so in a few sentences, at the beginning. */
#define TEXT_MAX 2000
/* Typed in two halves, as some phones show it. */
#define HALF (JOIN_CODE_DIGITS / 2)

/* Folded, whole words. A word that means something else on its own stands with its neighbour. */
static const char *const phrases[] = {
	/* clang-format off */
	/* sr, hr */
	"povezi", "povezite", "povezati", "povezem", "povezete", "povezivanje", "spoji", "spojite",
	"spojiti", "spojim", "spajanje", "pripoji", "pripojite", "pripojiti", "pridruzi", "pridruzite",
	"pridruziti", "objedini", "objedinite", "objediniti",
	/* sk */
	"spojte", "spojit", "prepojte", "prepojit", "prepojenie", "pripojte", "pripojit",
	/* hu */
	"osszekapcsolni", "osszekapcsolas", "osszekapcsolasat", "osszekotni", "kapcsoljak ossze", "kapcsolja ossze", "kapcsoljatok ossze",
	"kossek ossze", "kosse ossze", "osszekapcsolnak",
	/* en */
	"join", "link my", "link this", "link to my", "link report", "link case", "connect my",
	"connect this", "connect to my", "connect report", "connect case",
	/* clang-format on */
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* --- words --- */

/* " word word ": a blank before and behind each, whatever people put between them. */
static int plain_words(struct arena *a, struct bytes text, struct bytes *words_out)
{
	struct strbuf s = strbuf_in(a, FOLD_CHAR_MAX * TEXT_MAX + 2);
	struct folded folded;

	if (fold_text(a, text, &folded) != ERR_OK)
		return arena_err(a);
	strbuf_addc(&s, ' ');
	for (size_t i = 0; i < folded.text.len; i++) {
		if (is_word(folded.text.ptr[i]))
			strbuf_addc(&s, (char)folded.text.ptr[i]);
		else if (s.buf[s.len - 1] != ' ')
			strbuf_addc(&s, ' ');
	}
	if (s.buf != NULL && s.buf[s.len - 1] != ' ')
		strbuf_addc(&s, ' ');
	return strbuf_finish(&s, words_out);
}

/* How many words of the phrase stand at the head of the words, 0: another one does. */
static size_t phrase_len(struct bytes words, const char *phrase)
{
	size_t len = strlen(phrase), n = 1;

	if (!bytes_starts(words, phrase) || words.len <= len || words.ptr[len] != ' ')
		return 0;
	for (size_t i = 0; i < len; i++)
		n += phrase[i] == ' ';
	return n;
}

static size_t asking_len(struct bytes words)
{
	size_t best = 0;

	for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
		size_t n = phrase_len(words, phrases[i]);

		if (n > best)
			best = n;
	}
	return best;
}

static bool is_number(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!is_digit(word.ptr[i]))
			return false;
	return true;
}

static void read_words(struct bytes words, struct join_words *out)
{
	struct bytes word;
	size_t skip = 0;

	words = bytes_cut(words, 1, words.len);
	while (words.len != 0) {
		size_t n = skip == 0 ? asking_len(words) : 0;

		out->asks = out->asks || n != 0;
		skip += n;
		(void)bytes_split(&words, ' ', &word);
		if (skip != 0)
			skip--;
		else if (!is_number(word))
			out->n_others++;
	}
}

/* --- the code --- */

/* What stands beside digits and makes them part of something longer: a date, an amount, a number of a phone. */
static bool is_glue(uint8_t c)
{
	return c == '-' || c == '/' || c == '.' || c == ',' || c == '+' || c == ':' || c == '#';
}

static bool begins(struct bytes text, size_t at)
{
	uint8_t before = at > 0 ? text.ptr[at - 1] : ' ';

	if (is_word(before) || (is_glue(before) && before != ':' && before != '#'))
		return false;
	/* "12 345678": digits stand before the blank. */
	return at < 2 || before != ' ' || !is_digit(text.ptr[at - 2]);
}

static bool ends(struct bytes text, size_t at)
{
	uint8_t behind = at < text.len ? text.ptr[at] : ' ';
	uint8_t next = at + 1 < text.len ? text.ptr[at + 1] : ' ';

	if (is_word(behind))
		return false;
	return (!is_glue(behind) && behind != ' ') || !is_digit(next);
}

static size_t digits_at(struct bytes text, size_t at)
{
	size_t n = 0;

	while (at + n < text.len && is_digit(text.ptr[at + n]))
		n++;
	return n;
}

/* The length of a code that stands here, in one piece or two halves; 0: none does. */
static size_t code_len(struct bytes text, size_t at)
{
	size_t n = digits_at(text, at), len = n;

	if (n == HALF && at + n < text.len &&
	    (text.ptr[at + n] == ' ' || text.ptr[at + n] == '-') &&
	    digits_at(text, at + n + 1) == HALF) {
		n = JOIN_CODE_DIGITS;
		len = JOIN_CODE_DIGITS + 1;
	}
	return n == JOIN_CODE_DIGITS && begins(text, at) && ends(text, at + len) ? len : 0;
}

static void take_code(struct bytes piece, char code_out[JOIN_CODE_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < piece.len; i++)
		if (is_digit(piece.ptr[i]))
			code_out[n++] = (char)piece.ptr[i];
	code_out[n] = '\0';
}

static void read_codes(struct bytes text, struct join_words *out)
{
	char code[JOIN_CODE_SIZE];

	for (size_t at = 0; at < text.len;) {
		size_t len = code_len(text, at);

		if (len == 0) {
			at += digits_at(text, at) + 1;
			continue;
		}
		take_code(bytes_cut(text, at, len), code);
		at += len;
		if (out->n_codes == 0)
			memcpy(out->code, code, sizeof(code));
		/* Of any further ones it only matters that they are others. */
		if (out->n_codes == 0 || strcmp(code, out->code) != 0)
			out->n_codes++;
	}
}

/* The last piece of "SP 2026 000123" looks like a code and is none. */
static int without_case_numbers(struct arena *a, struct bytes text, struct bytes prefix,
				struct bytes *text_out)
{
	struct bytes copy = arena_dup(a, text), rest = copy, number;
	int err = copy.len == text.len ? ERR_OK : ERR_NOMEM;

	while (err == ERR_OK && (err = caseref_find_next(&rest, prefix, a, &number)) == ERR_OK) {
		uint8_t *end = (uint8_t *)(uintptr_t)copy.ptr + (rest.ptr - copy.ptr);

		while (end > copy.ptr && is_digit(end[-1]))
			*--end = 'x';
	}
	*text_out = copy;
	return err == ERR_NOMEM ? err : ERR_OK;
}

int join_words_read(struct arena *a, struct bytes text, struct bytes prefix,
		    struct join_words *words_out)
{
	struct join_words found = { 0 };
	struct bytes words, rest;
	int err;

	text = utf8_cut(text, TEXT_MAX);
	err = plain_words(a, text, &words);
	if (err == ERR_OK)
		err = without_case_numbers(a, text, prefix, &rest);
	if (err != ERR_OK)
		return err;
	read_words(words, &found);
	read_codes(rest, &found);
	*words_out = found;
	return ERR_OK;
}

void join_code_hide(char *text, const char *code)
{
	struct bytes all = bytes_of(text);
	char here[JOIN_CODE_SIZE];

	for (size_t at = 0; at < all.len;) {
		size_t len = code_len(all, at);

		if (len == 0) {
			at += digits_at(all, at) + 1;
			continue;
		}
		take_code(bytes_cut(all, at, len), here);
		if (strcmp(here, code) == 0)
			memset(text + at, '*', len);
		at += len;
	}
}
