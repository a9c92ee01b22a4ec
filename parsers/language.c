/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/language.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/language_words.h"
#include "parsers/utf8.h"

/* Longer words are no function words, and tell us nothing that their beginning doesn't. */
#define WORD_MAX 32
/* A language isn't known better after a hundred words than after forty; bounds the work on a long mail. */
#define WORDS_MAX 200
/* One letter typed ten times ("jáááj") is no ten witnesses. */
#define LETTER_TIMES_MAX 4

#define SR  LANG_BIT(LANG_SR)
#define HR  LANG_BIT(LANG_HR)
#define SK  LANG_BIT(LANG_SK)
#define HU  LANG_BIT(LANG_HU)
#define ROM LANG_BIT(LANG_ROM)
#define EN  LANG_BIT(LANG_EN)

/* clang-format off */
static const char *const codes[LANG_COUNT] = {
	[LANG_NONE] = "", [LANG_SR] = "sr", [LANG_HR] = "hr", [LANG_SK] = "sk", [LANG_HU] = "hu",
	[LANG_ROM] = "rom", [LANG_EN] = "en",
};

/* Letters that narrow the choice (lower case). */
static const struct {
	uint32_t cp;
	unsigned who;
	unsigned weight;
} letters[] = {
	{ 0x0151, HU, 6 },           /* ő */
	{ 0x0171, HU, 6 },           /* ű */
	{ 0x00F6, HU, 3 },           /* ö */
	{ 0x00FC, HU, 3 },           /* ü */
	{ 0x00E1, HU | SK, 2 },      /* á */
	{ 0x00E9, HU | SK, 2 },      /* é */
	{ 0x00ED, HU | SK, 2 },      /* í */
	{ 0x00F3, HU | SK, 2 },      /* ó */
	{ 0x00FA, HU | SK, 2 },      /* ú */
	{ 0x00FD, SK, 4 },           /* ý */
	{ 0x00E4, SK, 2 },           /* ä */
	{ 0x00F4, SK, 4 },           /* ô */
	{ 0x013E, SK, 5 },           /* ľ */
	{ 0x013A, SK, 5 },           /* ĺ */
	{ 0x0155, SK, 5 },           /* ŕ */
	{ 0x0165, SK, 5 },           /* ť */
	{ 0x010F, SK, 5 },           /* ď */
	{ 0x0148, SK, 5 },           /* ň */
	{ 0x0107, SR | HR, 4 },      /* ć */
	{ 0x0111, SR | HR, 4 },      /* đ */
	{ 0x010D, SR | HR | SK, 1 }, /* č */
	{ 0x0161, SR | HR | SK, 1 }, /* š */
	{ 0x017E, SR | HR | SK, 1 }, /* ž */
	{ 'y',    HU | SK | EN, 1 },
	{ 'w',    EN, 2 },
	{ 'x',    EN, 1 },
	{ 'q',    EN, 2 },
};

/* Where the old yat shows: ekavian is Serbian, ijekavian we answer as Croatian. */
static const char *const ekavian[] = {
	"bel", "cela", "cele", "celo", "celu", "cena", "cene", "cev", "deca", "dece", "deci",
	"decu", "dete", "gde", "htel", "lep", "leva", "levo", "mesec", "mest", "mesto", "mleko",
	"nasled", "nedelj", "negde", "nigde", "obavest", "osvet", "ovde", "ozled", "pesac",
	"pesak", "posle", "povred", "primer", "rasvet", "razume", "reci", "reka", "reke", "resen",
	"sneg", "stet", "sused", "svetl", "uvek", "uveren", "vest", "videl", "vreme", "zahtev",
	"zeleo",
};
static const char *const ijekavian[] = { "vje", "mje", "sje", "pje", "tje", "rje", "bje", "gdje", "vdje", "nedjelj", "vidje" };
static const char *const ijekavian_heads[] = { "djec", "djete", "djevo" };
/* The same letters where no yat was: object, echo; and -ije- of foreign words. */
static const char *const no_yat[] = { "objek", "subje", "odjek", "sjedinj", "primorje", "hijer", "klijen",
				      "orijen", "prijem", "pacijen", "ambijen", "sijer", "rijer", "tijer",
				      "nijer", "dijer", "bijen", "pijen", "kijev", "vidjen" };
/* clang-format on */

const char *language_code(enum language l)
{
	return (unsigned)l < LANG_COUNT ? codes[l] : "";
}

const char *script_code(enum script s)
{
	switch (s) {
	case SCRIPT_NONE: return "";
	case SCRIPT_LATN: return "Latn";
	case SCRIPT_CYRL: return "Cyrl";
	}
	return "";
}

enum language language_of_code(struct bytes code)
{
	for (int l = LANG_SR; l < LANG_COUNT; l++) {
		if (bytes_is(code, codes[l]))
			return (enum language)l;
	}
	return LANG_NONE;
}

int tongue_parse(struct bytes name, struct tongue *tongue_out)
{
	struct tongue t = { .script = SCRIPT_LATN };

	if (bytes_is(name, "sr-Cyrl"))
		t = (struct tongue){ LANG_SR, SCRIPT_CYRL };
	else if (bytes_is(name, "sr-Latn"))
		t.language = LANG_SR;
	else
		t.language = language_of_code(name);
	if (t.language == LANG_NONE)
		return ERR_INVALID;
	*tongue_out = t;
	return ERR_OK;
}

const char *tongue_name(struct tongue t)
{
	if (t.language != LANG_SR)
		return language_code(t.language);
	return t.script == SCRIPT_CYRL ? "sr-Cyrl" : "sr-Latn";
}

/* What was seen so far of one text. */
struct witness {
	unsigned score[LANG_COUNT];
	unsigned n_latin, n_cyrillic, n_words;
	unsigned times[ARRAY_LEN(letters)];
	unsigned n_ekavian, n_ijekavian;
	char word[WORD_MAX + FOLD_CHAR_MAX]; /* folded */
	size_t len;
};

static void count(struct witness *w, unsigned who, unsigned weight)
{
	for (int l = LANG_SR; l < LANG_COUNT; l++) {
		if ((who & LANG_BIT(l)) != 0)
			w->score[l] += weight;
	}
}

static bool is_ekavian(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(ekavian); i++) {
		if (word[0] == ekavian[i][0] && strncmp(word, ekavian[i], strlen(ekavian[i])) == 0)
			return true;
	}
	return false;
}

static bool is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

/* "-ije-" before a consonant (cijev, snijeg), not the endings of "inspekcije", "nije". */
static bool has_ije(const char *word)
{
	const char *at = strstr(word, "ije");

	if (at == NULL || at[3] == '\0' || is_vowel(at[3]))
		return false;
	/* dobijem, dobiješ, dobijemo: verbs that are the same in both. */
	return strcmp(&at[3], "m") != 0 && strcmp(&at[3], "s") != 0 && strcmp(&at[3], "mo") != 0;
}

static bool is_ijekavian(const char *word)
{
	if (strchr(word, 'j') == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(no_yat); i++) {
		if (strstr(word, no_yat[i]) != NULL)
			return false;
	}
	if (has_ije(word))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(ijekavian_heads); i++) {
		if (strncmp(word, ijekavian_heads[i], strlen(ijekavian_heads[i])) == 0)
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(ijekavian); i++) {
		if (strstr(word, ijekavian[i]) != NULL)
			return true;
	}
	return false;
}

/* A yat is a witness for the family first; which of the two it means is asked at the end. */
static void see_yat(struct witness *w)
{
	bool is_one = is_ekavian(w->word), is_other = is_ijekavian(w->word);

	w->n_ekavian += is_one;
	w->n_ijekavian += is_other;
	if (is_one || is_other)
		count(w, SR | HR, 1);
}

static unsigned n_bits(unsigned who)
{
	unsigned n = 0;

	for (; who != 0; who &= who - 1)
		n++;
	return n;
}

/* Serbian and Croatian together are as telling as one language: they are parted later. */
static unsigned telling(unsigned who)
{
	return n_bits((who & HR) != 0 ? (who & ~HR) | SR : who) == 1 ? 4 : 1;
}

static void end_word(struct witness *w)
{
	unsigned who;

	if (w->len != 0 && w->n_words++ < WORDS_MAX) {
		w->word[w->len] = '\0';
		who = language_words_who(bytes_at(w->word, w->len));
		if (who != 0)
			count(w, who, telling(who));
		see_yat(w);
	}
	w->len = 0;
}

static void see_letter(struct witness *w, uint32_t cp)
{
	/* Of the plain letters only q, w, x and y tell something. */
	if (cp < 'w' && cp != 'q')
		return;
	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if (letters[i].cp == cp && w->times[i]++ < LETTER_TIMES_MAX)
			count(w, letters[i].who, letters[i].weight);
	}
}

static uint32_t lower(uint32_t cp)
{
	/* Enough for the letters of our table: pairs in Latin Extended-A are neighbours. */
	if ((cp >= 'A' && cp <= 'Z') || (cp >= 0xC0 && cp <= 0xDE))
		return cp + 0x20;
	if (cp >= 0x0139 && cp <= 0x0148)
		return cp + (cp & 1);
	if (cp >= 0x0179 && cp <= 0x017E)
		return cp + (cp & 1);
	if (cp >= 0x0100 && cp <= 0x0177)
		return cp | 1;
	return cp;
}

static void see(struct witness *w, uint32_t cp)
{
	if (!fold_is_letter(cp)) {
		char mark[FOLD_CHAR_MAX];

		/* A mark behind its letter (decomposed text) doesn't end the word. */
		if (fold_char(cp, mark) != 0)
			end_word(w);
		return;
	}
	if (fold_is_cyrillic(cp))
		w->n_cyrillic++;
	else
		w->n_latin++;
	see_letter(w, lower(cp));
	if (w->len < WORD_MAX)
		w->len += fold_char(cp, &w->word[w->len]);
}

static bool is_family(enum language l)
{
	return l == LANG_SR || l == LANG_HR;
}

/* One x or y of a name is no English: whoever wasn't expected needs more than that. */
#define LEAD_MIN 2

/* Among equals the one that was expected. */
static enum language best_of(const struct witness *w, enum language otherwise)
{
	enum language best = otherwise;

	for (int l = LANG_SR; l < LANG_COUNT; l++) {
		if (w->score[l] > w->score[best])
			best = (enum language)l;
	}
	return w->score[best] < w->score[otherwise] + LEAD_MIN ? otherwise : best;
}

static enum language part_family(const struct witness *w, enum language otherwise)
{
	unsigned sr = w->score[LANG_SR] + 2 * w->n_ekavian;
	unsigned hr = w->score[LANG_HR] + 3 * w->n_ijekavian;

	if (sr == hr)
		return is_family(otherwise) ? otherwise : LANG_SR;
	return sr > hr ? LANG_SR : LANG_HR;
}

struct language_guess language_guess(struct bytes text, struct tongue otherwise)
{
	struct witness w = { 0 };
	struct rd r = rd_of(text);
	struct language_guess g = { 0 };
	uint32_t cp;

	while (utf8_next(&r, &cp))
		see(&w, cp);
	end_word(&w);
	if (w.n_latin + w.n_cyrillic == 0)
		return g;
	if (w.n_cyrillic >= w.n_latin) {
		g = (struct language_guess){ LANG_SR, SCRIPT_CYRL, w.n_cyrillic };
		return g;
	}
	g.script = SCRIPT_LATN;
	if (otherwise.language == LANG_NONE)
		otherwise.language = LANG_SR;
	g.language = best_of(&w, otherwise.language);
	g.evidence = w.score[g.language];
	if (is_family(g.language) && g.evidence != 0)
		g.language = part_family(&w, otherwise.language);
	return g;
}
