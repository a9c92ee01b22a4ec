/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_language - script, letters, function words, and what we fall back to. */
#include "parsers/language.h"

#include "parsers/err.h"
#include "parsers/language_words.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text, *language, *script, *promise;
} rows[] = {
	{ "Pukla je cev u ulici i voda tece",                   "sr",  "Latn", "Serbian without diacritics" },
	{ "Нема воде у Белегишу од јутрос",                     "sr",  "Cyrl", "Serbian Cyrillic" },
	{ "Нема vode u Novoj Pazovi ul. Николе Тесле",          "sr",  "Latn", "mixed: the script with more letters" },
	{ "Не ради улична rasveta код школе",                   "sr",  "Cyrl", "mixed the other way" },
	{ "Ne radi ulična rasvjeta kod crkve",                  "hr",  "Latn", "ijekavian counts as Croatian" },
	{ "Moj zahtev za firmu je odbijen",                     "sr",  "Latn", "the -ije- of odbijen is in both" },
	{ "predviđena sredstva za sledeću godinu",              "sr",  "Latn", "nor is đ behind i a yat" },
	{ "Gdje mogu prijaviti kvar, netko je srušio znak",     "hr",  "Latn", "Croatian words" },
	{ "Ne radi ulicna rasveta kod crkve",                   "sr",  "Latn", "ekavian" },
	{ "Није ријешено, гдје је вода",                        "sr",  "Cyrl", "ijekavian in Cyrillic is answered in Serbian" },
	{ "Kanalizacija i inspekcije nisu dobre",               "sr",  "Latn", "the ending -ije is no ijekavian" },
	{ "Gradjevinska dozvola, objekat i orijentir",          "sr",  "Latn", "đ written as dj, and foreign words, aren't either" },
	{ "Curi u Karadjordjevoj, kako da dobijem vodu", "sr", "Latn", "nor are names and verbs with these letters" },
	{ "Nesvieti pouličné osvetlenie, už týždeň je tma",     "sk",  "Latn", "Slovak" },
	{ "Kedy odvazaju smeti a kde je kontajner",             "sk",  "Latn", "Slovak without diacritics" },
	{ "Nem ég az utcai lámpa a Fő utcában",                 "hu",  "Latn", "Hungarian" },
	{ "nem eg az utcai lampa es nincs viz",                 "hu",  "Latn", "Hungarian without diacritics" },
	{ "Street light broken in front of Njegoseva 12",       "en",  "Latn", "English" },
	{ "Where can I pay property tax?",                      "en",  "Latn", "a question in English" },
	{ "Nane amen pani ande mahala",                         "rom", "Latn", "Romani" },
	{ "xkcd",                                               "sr",  "Latn", "no evidence: the fallback" },
	{ "Svetosavska 14",                                     "sr",  "Latn", "an address says nothing" },
	{ "👍",                                                 "",    "",     "no letters, no language" },
	{ "?",                                                  "",    "",     "a sign is no letter" },
	{ "",                                                   "",    "",     "nothing is no language" },
	{ "\xff\xfe",                                           "",    "",     "broken octets are no letters" },
};

static const struct {
	const char *name;
	enum language language;
	enum script script;
} tongues[] = {
	{ "sr-Cyrl", LANG_SR, SCRIPT_CYRL },
	{ "sr-Latn", LANG_SR, SCRIPT_LATN },
	{ "hr", LANG_HR, SCRIPT_LATN },
	{ "sk", LANG_SK, SCRIPT_LATN },
	{ "hu", LANG_HU, SCRIPT_LATN },
	{ "rom", LANG_ROM, SCRIPT_LATN },
	{ "en", LANG_EN, SCRIPT_LATN },
};
/* clang-format on */

static void check_tongues(void)
{
	struct tongue t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(tongues); i++) {
		ok(tongue_parse(bytes_of(tongues[i].name), &t) == ERR_OK &&
			   t.language == tongues[i].language && t.script == tongues[i].script,
		   "%s is read", tongues[i].name);
		is_text(bytes_of(tongue_name(t)), tongues[i].name, "%s is written",
			tongues[i].name);
	}
	ok(tongue_parse(bytes_of("sr"), &t) == ERR_OK && t.script == SCRIPT_LATN,
	   "plain sr is Serbian in Latin");
	ok(tongue_parse(bytes_of("de"), &t) == ERR_INVALID, "German isn't known");
	ok(tongue_parse(BYTES_NONE, &t) == ERR_INVALID, "nothing is no tongue");
}

static void check_otherwise(void)
{
	struct tongue sk = { LANG_SK, SCRIPT_LATN }, hr = { LANG_HR, SCRIPT_LATN };

	ok(language_guess(bytes_of("Svetosavska 14"), sk).language == LANG_SK,
	   "without evidence the contact's last language stays");
	ok(language_guess(bytes_of("Svetosavska 14"), sk).evidence == 0,
	   "and the evidence is none");
	ok(language_guess(bytes_of("Nema vode kod nas"), hr).language == LANG_HR,
	   "a text that is Serbian as well as Croatian stays what it was");
	ok(language_guess(bytes_of("Nema vode kod nas i ne radi"), sk).language == LANG_SR,
	   "evidence beats the contact's last language");
}

static void check_words(void)
{
	unsigned n_lost = 0;

	for (size_t i = 0; i < language_words_count(); i++) {
		if (language_words_who(bytes_of(language_words_at(i))) != 0)
			continue;
		diag("not found, so not in its place: %s", language_words_at(i));
		n_lost++;
	}
	is_int(n_lost, 0, "every function word is found");
	is_int(language_words_who(bytes_of("zzz")), 0, "a word of nobody is nobody's");
}

int main(void)
{
	struct tongue none = { 0 };

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct language_guess g = language_guess(bytes_of(rows[i].text), none);

		is_text(bytes_of(language_code(g.language)), rows[i].language, "%s",
			rows[i].promise);
		is_text(bytes_of(script_code(g.script)), rows[i].script, "script: %s",
			rows[i].promise);
	}
	check_tongues();
	check_otherwise();
	check_words();
	return done_testing();
}
