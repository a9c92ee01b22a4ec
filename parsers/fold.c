/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/fold.h"

#include <assert.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* A broken octet becomes U+FFFD, three octets; letters grow less. */
#define GROWTH_MAX 3

#define CYRILLIC_FIRST 0x0400u
#define CYRILLIC_LAST  0x045Fu
#define CYRILLIC_LOWER 0x0430u

/* clang-format off */
/* U+0430 to U+045F: the Serbian letters, and their neighbours as well as Latin can say them. */
static const struct {
	const char *folded, *latin;
} cyrillic[] = {
	{ "a", "a" },   { "b", "b" },   { "v", "v" },   { "g", "g" },   { "d", "d" },   { "e", "e" },
	{ "z", "ž" },   { "z", "z" },   { "i", "i" },   { "j", "j" },   { "k", "k" },   { "l", "l" },
	{ "m", "m" },   { "n", "n" },   { "o", "o" },   { "p", "p" },   { "r", "r" },   { "s", "s" },
	{ "t", "t" },   { "u", "u" },   { "f", "f" },   { "h", "h" },   { "c", "c" },   { "c", "č" },
	{ "s", "š" },   { "sc", "šč" }, { "", "" },     { "i", "y" },   { "", "" },     { "e", "e" },
	{ "ju", "ju" }, { "ja", "ja" },
	{ "e", "e" },   { "e", "ë" },   { "dj", "đ" },  { "dj", "đ" },  { "e", "e" },   { "dz", "dz" },
	{ "i", "i" },   { "i", "i" },   { "j", "j" },   { "lj", "lj" }, { "nj", "nj" }, { "c", "ć" },
	{ "c", "ć" },   { "i", "i" },   { "u", "u" },   { "dz", "dž" },
};

/* What Unicode doesn't take apart by itself. */
static const struct {
	uint32_t cp;
	const char *folded;
} special[] = {
	{ 0x00D0, "dj" }, { 0x00F0, "dj" }, /* Đ typed as the Icelandic letter that looks the same */
	{ 0x0110, "dj" }, { 0x0111, "dj" },
	{ 0x00C6, "ae" }, { 0x00E6, "ae" }, { 0x0152, "oe" }, { 0x0153, "oe" },
	{ 0x00D8, "o" },  { 0x00F8, "o" },  { 0x0141, "l" },  { 0x0142, "l" },
	{ 0x00DF, "ss" }, { 0x0131, "i" },
	{ 0x2018, "'" },  { 0x2019, "'" },  { 0x201A, "'" },  { 0x201B, "'" }, { 0x00B4, "'" },
	{ 0x201C, "\"" }, { 0x201D, "\"" }, { 0x201E, "\"" }, { 0x201F, "\"" },
	{ 0x00AB, "\"" }, { 0x00BB, "\"" },
	{ 0x2010, "-" },  { 0x2011, "-" },  { 0x2012, "-" },  { 0x2013, "-" }, { 0x2014, "-" },
	{ 0x2212, "-" },  { 0xFFFD, "_" },
};
/* clang-format on */

bool fold_is_cyrillic(uint32_t cp)
{
	return cp >= CYRILLIC_FIRST && cp <= 0x052Fu;
}

bool fold_is_letter(uint32_t cp)
{
	return u_isalpha((UChar32)cp);
}

bool fold_is_upper(uint32_t cp)
{
	return u_isupper((UChar32)cp);
}

/* Capitals stand 32 below their small letters, but the first sixteen stand 80 below. */
static uint32_t cyrillic_lower(uint32_t cp)
{
	if (cp < 0x0410u)
		return cp + 0x50u;
	return cp < CYRILLIC_LOWER ? cp + 0x20u : cp;
}

static bool in_table(uint32_t cp)
{
	return cp >= CYRILLIC_FIRST && cp <= CYRILLIC_LAST;
}

static size_t put(const char *text, char out[FOLD_CHAR_MAX])
{
	size_t len = strlen(text);

	assert(len <= FOLD_CHAR_MAX);
	memcpy(out, text, len);
	return len;
}

static size_t fold_ascii(uint32_t cp, char *out)
{
	if (cp >= 'A' && cp <= 'Z')
		*out = (char)(cp - 'A' + 'a');
	else if (cp == '\n' || (cp >= ' ' && cp < 0x7F))
		*out = (char)cp;
	else
		*out = ' ';
	return 1;
}

static const char *find_special(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		if (special[i].cp == cp)
			return special[i].folded;
	}
	return NULL;
}

/* A letter with its marks taken off; what isn't ASCII then has no Latin form. */
static size_t fold_decomposed(uint32_t cp, char out[FOLD_CHAR_MAX])
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&status);
	UChar units[32];
	int32_t n, i = 0;
	size_t len = 0;

	if (U_FAILURE(status))
		return 0;
	n = unorm2_getDecomposition(nfkd, u_tolower((UChar32)cp), units, ARRAY_LEN(units), &status);
	if (U_FAILURE(status) || n < 0)
		return 0;
	while (i < n && len < FOLD_CHAR_MAX) {
		UChar32 part;

		U16_NEXT(units, i, n, part);
		if (part < 0x80)
			len += fold_ascii((uint32_t)part, &out[len]);
	}
	return len;
}

static size_t fold_rest(uint32_t cp, char out[FOLD_CHAR_MAX])
{
	int8_t type = u_charType((UChar32)cp);
	size_t len;

	if (type == U_FORMAT_CHAR || (U_MASK(type) & U_GC_M_MASK) != 0)
		return 0;
	len = fold_decomposed(cp, out);
	if (len != 0)
		return len;
	return put(u_isalpha((UChar32)cp) ? "_" : " ", out);
}

size_t fold_char(uint32_t cp, char out[FOLD_CHAR_MAX])
{
	const char *known;

	if (cp < 0x80)
		return fold_ascii(cp, out);
	if (in_table(cp))
		return put(cyrillic[cyrillic_lower(cp) - CYRILLIC_LOWER].folded, out);
	known = find_special(cp);
	if (known != NULL)
		return put(known, out);
	return fold_rest(cp, out);
}

/* ---- words as they are meant ---- */

/* clang-format off */
/* Cyrillic letters that look like Latin ones; the folded form of what they look like. */
static const struct {
	uint32_t cyrillic;
	char latin;
} lookalikes[] = {
	{ 0x0410, 'a' }, { 0x0430, 'a' }, { 0x0412, 'b' }, { 0x0415, 'e' }, { 0x0435, 'e' }, { 0x041A, 'k' },
	{ 0x043A, 'k' }, { 0x041C, 'm' }, { 0x043C, 'm' }, { 0x041D, 'h' }, { 0x041E, 'o' }, { 0x043E, 'o' },
	{ 0x0420, 'p' }, { 0x0440, 'p' }, { 0x0421, 'c' }, { 0x0441, 'c' }, { 0x0422, 't' }, { 0x0442, 't' },
	{ 0x0423, 'y' }, { 0x0443, 'y' }, { 0x0425, 'x' }, { 0x0445, 'x' }, { 0x0405, 's' }, { 0x0455, 's' },
	{ 0x0406, 'i' }, { 0x0456, 'i' }, { 0x0408, 'j' }, { 0x0458, 'j' },
};
/* Digits that stand for letters within a word. */
static const char leet[] = "oi\0eas\0t";
/* clang-format on */

/* A word shorter than this with a digit in it is a name: "h2o", "b2b". */
#define LEET_LETTERS_MIN 3
/* No word of ours has a letter three times in a row. */
#define STRETCHED_MIN 3

static char lookalike_of(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(lookalikes); i++) {
		if (lookalikes[i].cyrillic == cp)
			return lookalikes[i].latin;
	}
	return 0;
}

/* What a word's letters are, when both scripts are in it. */
enum mixture { MIXED_NOT, MIXED_LATIN, MIXED_CYRILLIC };

/* A word with a letter that only Cyrillic has is Cyrillic, else the lookalikes are. */
static enum mixture look_at_word(struct rd r)
{
	bool has_latin = false, has_cyrillic = false, has_own = false;
	uint32_t cp;

	while (utf8_next(&r, &cp) && u_isalpha((UChar32)cp)) {
		if (!fold_is_cyrillic(cp)) {
			has_latin = true;
			continue;
		}
		has_cyrillic = true;
		has_own |= lookalike_of(cp) == 0;
	}
	if (!has_latin || !has_cyrillic)
		return MIXED_NOT;
	return has_own ? MIXED_CYRILLIC : MIXED_LATIN;
}

/* The letter of the word's own script that this one looks like; 0: as it is. */
static uint32_t meant(uint32_t cp, enum mixture m)
{
	UChar32 upper = u_toupper((UChar32)cp);

	if (m == MIXED_LATIN && fold_is_cyrillic(cp))
		return (uint32_t)(uint8_t)lookalike_of(cp);
	if (m != MIXED_CYRILLIC || cp >= 0x80)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(lookalikes); i++) {
		if (lookalikes[i].latin == u_tolower(upper) &&
		    lookalikes[i].cyrillic < CYRILLIC_LOWER)
			return lookalikes[i].cyrillic;
	}
	return 0;
}

/* Cyrillic letters begin with these octets; texts of one script need no second look. */
static bool has_two_scripts(struct bytes text)
{
	bool has_latin = false, has_cyrillic = false;

	for (size_t i = 0; i < text.len; i++) {
		has_latin |= (text.ptr[i] | 0x20) >= 'a' && (text.ptr[i] | 0x20) <= 'z';
		has_cyrillic |= text.ptr[i] == 0xD0 || text.ptr[i] == 0xD1;
	}
	return has_latin && has_cyrillic;
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "k0ntejner" is kontejner: digits between the letters of one word. */
static void read_leet(char *word, size_t len)
{
	size_t n_letters = 0, last = 0;

	for (size_t i = 0; i < len; i++) {
		n_letters += is_small(word[i]);
		last = is_small(word[i]) ? i : last;
	}
	if (!is_small(word[0]) || n_letters < LEET_LETTERS_MIN)
		return;
	for (size_t i = 1; i < last; i++) {
		size_t digit = (size_t)(word[i] - '0');

		if (is_digit(word[i]) && digit + 1 < sizeof(leet) && leet[digit] != '\0')
			word[i] = leet[digit];
	}
}

/* Letters that somebody leant on ("jaaako") become one; the new length. */
static size_t shorten(char *text, uint32_t *at, size_t len)
{
	size_t out = 0, i = 0;

	while (i < len) {
		size_t run = 1;

		while (is_small(text[i]) && i + run < len && text[i + run] == text[i] &&
		       at[i + run] != at[i + run - 1])
			run++;
		for (size_t k = 0; k < (run >= STRETCHED_MIN ? 1 : run); k++) {
			text[out] = text[i];
			at[out++] = at[i + k];
		}
		i += run;
	}
	return out;
}

static void read_words(char *text, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && (is_small(text[i]) || is_digit(text[i])))
			continue;
		if (i > from)
			read_leet(&text[from], i - from);
		from = i + 1;
	}
}

int fold_text(struct arena *a, struct bytes text, struct folded *folded_out)
{
	/* One octet folds to one; a character of two or more octets to at most FOLD_CHAR_MAX. */
	size_t cap = 2 * text.len, len = 0;
	char *folded = arena_alloc(a, cap + FOLD_CHAR_MAX);
	uint32_t *at = arena_array(a, cap + 1, sizeof(*at));
	bool may_mix = has_two_scripts(text), was_letter = false;
	struct rd r = rd_of(text), before = r;
	enum mixture mixture = MIXED_NOT;
	uint32_t cp, from = 0;

	if (folded == NULL || at == NULL || text.len > UINT32_MAX)
		return ERR_NOMEM;
	while (utf8_next(&r, &cp)) {
		uint32_t other = 0;
		size_t n;

		if (may_mix && u_isalpha((UChar32)cp) && !was_letter)
			mixture = look_at_word(before);
		was_letter = may_mix && u_isalpha((UChar32)cp);
		if (was_letter && mixture != MIXED_NOT)
			other = meant(cp, mixture);
		n = fold_char(other != 0 ? other : cp, &folded[len]);
		assert(len + n <= cap);
		for (size_t i = 0; i < n; i++)
			at[len + i] = from;
		len += n;
		from = (uint32_t)(text.len - rd_left(&r));
		before = r;
	}
	read_words(folded, len);
	len = shorten(folded, at, len);
	at[len] = (uint32_t)text.len;
	*folded_out = (struct folded){ .original = text, .text = bytes_at(folded, len), .at = at };
	return ERR_OK;
}

/* The end is where the next folded character begins: marks that folded to nothing stay with their letter. */
struct bytes folded_original(const struct folded *f, size_t from, size_t to)
{
	assert(from <= to && to <= f->text.len);
	while (to < f->text.len && to > from && f->at[to] == f->at[to - 1])
		to++;
	return bytes_cut(f->original, f->at[from], f->at[to] - f->at[from]);
}

/* Љ is LJ within capitals and Lj at the head of a word. */
static void add_latin(struct strbuf *s, uint32_t cp, bool is_in_capitals)
{
	struct bytes latin = bytes_of(cyrillic[cyrillic_lower(cp) - CYRILLIC_LOWER].latin);
	struct rd r = rd_of(latin);
	bool is_upper = cp < CYRILLIC_LOWER;
	uint32_t letter;
	uint8_t buf[4];

	while (utf8_next(&r, &letter)) {
		if (is_upper)
			letter = (uint32_t)u_toupper((UChar32)letter);
		is_upper = is_upper && is_in_capitals;
		strbuf_add(s, bytes_at(buf, utf8_put(letter, buf)));
	}
}

int fold_latin(struct arena *a, struct bytes text, struct bytes *latin_out)
{
	struct strbuf s = strbuf_in(a, GROWTH_MAX * text.len);
	struct rd r = rd_of(text);
	bool was_upper = false;
	uint32_t cp, next;
	uint8_t buf[4];

	while (utf8_next(&r, &cp)) {
		struct rd ahead = r;
		bool has_next = utf8_next(&ahead, &next) && u_isalpha((UChar32)next);

		if (in_table(cp))
			add_latin(&s, cp, has_next ? u_isupper((UChar32)next) : was_upper);
		else
			strbuf_add(&s, bytes_at(buf, utf8_put(cp, buf)));
		was_upper = u_isupper((UChar32)cp);
	}
	return strbuf_finish(&s, latin_out);
}

int fold_title(struct arena *a, struct bytes text, struct bytes *title_out)
{
	struct strbuf s = strbuf_in(a, GROWTH_MAX * text.len);
	struct rd r = rd_of(text);
	bool is_head = true;
	uint32_t cp, next;
	uint8_t buf[4];

	while (utf8_next(&r, &cp)) {
		struct rd ahead = r;
		bool has_next = utf8_next(&ahead, &next) && u_isalpha((UChar32)next);
		UChar32 c = is_head && has_next ? u_toupper((UChar32)cp) : u_tolower((UChar32)cp);

		strbuf_add(&s, bytes_at(buf, utf8_put((uint32_t)c, buf)));
		is_head = !u_isalpha((UChar32)cp);
	}
	return strbuf_finish(&s, title_out);
}
