/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_fold - one plain form for all ways of writing, and the way back to the original. */
#include "parsers/fold.h"

#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text, *folded, *promise;
} rows[] = {
	{ "",                    "",                   "nothing folds to nothing" },
	{ "Pukla CEV",           "pukla cev",          "capitals become small" },
	{ "čćšžđ ČĆŠŽĐ",         "ccszdj ccszdj",      "Serbian Latin loses its marks, đ is dj" },
	{ "Нема воде",           "nema vode",          "Cyrillic becomes Latin" },
	{ "љњџђћ ЉЊЏЂЋ",         "ljnjdzdjc ljnjdzdjc", "the Serbian digraphs" },
	{ "Нема vode у Пазови",  "nema vode u pazovi", "a mixed text is one text" },
	{ "ľĺŕťďňôäý",           "llrtdnoay",          "Slovak" },
	{ "Nem ég az őű",        "nem eg az ou",       "Hungarian" },
	{ "c\xcc\x8c" "ev",         "cev",                "a mark that stands alone behind its letter" },
	{ "ko\xc2\xadmu\xe2\x80\x8bnal", "komunal",    "soft hyphens and zero-width blanks vanish" },
	{ "„voda“ – da’",        "\"voda\" - da'",     "typographic quotes and dashes" },
	{ "voda👍cev",           "voda cev",           "an emoji parts words" },
	{ "вода\nструја\tда",    "voda\nstruja da",    "line ends stay, a tab is a blank" },
	{ "ﬁrma Ⅷ",            "firma viii",     "compatibility forms" },
	{ "Ωμέγα",               "_____",              "letters that we have no Latin for" },
	{ "Ёж съел щуку",        "ez sel scuku",       "Russian as well as it goes" },
	{ "a\xffz",              "a_z",                "a broken octet is one unknown character" },
	{ "rаsvetа сesta",       "rasveta cesta",      "Cyrillic lookalikes in a Latin word are Latin" },
	{ "pупа код шkole",      "rupa kod skole",     "Latin lookalikes in a Cyrillic word are Cyrillic" },
	{ "k0ntejner g0ri j3dan", "kontejner gori jedan", "digits within a word are the letters they look like" },
	{ "14a ulaz2 h2o 17h30", "14a ulaz2 h2o 17h30", "house numbers and names keep their digits" },
	{ "pozzzar jaaako",      "pozar jako",         "stretched letters stand once" },
	{ "szerdan Anna",        "szerdan anna",       "double letters stay" },
};

static const struct {
	const char *text, *find, *original, *promise;
} quotes[] = {
	{ "Пукла је цев у улици",  "cev",     "цев",     "Cyrillic is quoted as written" },
	{ "Trošim džabe",          "trosim",  "Trošim",  "diacritics are quoted" },
	{ "код Њ улице",           "nj",      "Њ",       "a digraph is one letter" },
	{ "код Њ улице",           "n",       "Њ",       "half a digraph quotes the whole letter" },
	{ "c\xcc\x8c" "ev c\xcc\x8c", "c",       "c\xcc\x8c", "a letter is quoted with its mark" },
	{ "zz c\xcc\x8c",          "zz c",    "zz c\xcc\x8c", "also at the end" },
	{ "pozzzar ovde",          "pozar",   "pozzzar", "stretched letters are quoted as written" },
};

static const struct {
	const char *text, *latin, *promise;
} latins[] = {
	{ "Николе Тесле",   "Nikole Tesle",   "names keep their capitals" },
	{ "Његошева",       "Njegoševa",      "Њ at the head of a word is Nj" },
	{ "ЊЕГОШЕВА Љ",     "NJEGOŠEVA Lj",   "Њ within capitals is NJ" },
	{ "КОЊ",            "KONJ",           "also at the end of capitals" },
	{ "Ђорђе Џабић",    "Đorđe Džabić",   "đ and dž" },
	{ "Fő utca 12",     "Fő utca 12",     "Latin stays" },
	{ "\xd5\xd5\xd5\xd5", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "broken octets find room" },
	{ "",               "",               "nothing stays nothing" },
};
/* clang-format on */

static void check_quotes(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
		struct folded f = { 0 };
		const char *hit;
		size_t from;

		(void)fold_text(a, bytes_of(quotes[i].text), &f);
		hit = memmem(f.text.ptr, f.text.len, quotes[i].find, strlen(quotes[i].find));
		if (!ok(hit != NULL, "found: %s", quotes[i].promise))
			continue;
		from = (size_t)(hit - (const char *)f.text.ptr);
		is_text(folded_original(&f, from, from + strlen(quotes[i].find)),
			quotes[i].original, "%s", quotes[i].promise);
	}
}

/* Every code point keeps its bounds. */
static void check_all(void)
{
	char out[FOLD_CHAR_MAX];
	unsigned n_bad = 0;

	for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
		size_t n = fold_char(cp, out);

		for (size_t i = 0; i < n; i++)
			n_bad += out[i] != '\n' && (out[i] < ' ' || out[i] > '~');
		n_bad += n > FOLD_CHAR_MAX || (cp < 0x80 && n != 1);
		n_bad += n > 0 && out[0] >= 'A' && out[0] <= 'Z';
	}
	is_int(n_bad, 0, "every code point folds to at most four small ASCII characters");
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);
	struct folded f;
	struct bytes latin = BYTES_NONE;

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		f = (struct folded){ 0 };
		ok(fold_text(a, bytes_of(rows[i].text), &f) == ERR_OK, "folds: %s",
		   rows[i].promise);
		is_text(f.text, rows[i].folded, "%s", rows[i].promise);
		is_text(folded_original(&f, 0, f.text.len), f.text.len != 0 ? rows[i].text : "",
			"and back");
	}
	check_quotes(a);
	for (size_t i = 0; i < ARRAY_LEN(latins); i++) {
		(void)fold_latin(a, bytes_of(latins[i].text), &latin);
		is_text(latin, latins[i].latin, "%s", latins[i].promise);
	}
	check_all();
	arena_free(&a);
	return done_testing();
}
