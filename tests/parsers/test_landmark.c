/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_landmark - a word that says where something is says nothing of what it is. */
#include "parsers/landmark.h"

#include <string.h>

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text, *word;
	bool is_landmark;
	const char *promise;
} rows[] = {
	{ "rupa kod skole",               "skole",  true,  "behind 'kod'" },
	{ "smece iza stare skole",        "skole",  true,  "one adjective may stand between" },
	{ "rupa preko puta skole",        "skole",  true,  "two words that lead together" },
	{ "ode preko skole",              "skole",  false, "one of the two alone leads nowhere" },
	{ "skola nema vode",              "skola",  false, "what a sentence speaks of" },
	{ "u skoli je hladno",            "skoli",  false, "in it is not near it" },
	{ "kod zgrade lampa ne radi",     "lampa",  false, "the word behind a landmark is none" },
	{ "ispred, lampa ne radi",        "lampa",  false, "not over a comma" },
	{ "a hole next to the school",    "school", true,  "behind 'next to the'" },
	{ "we go to the school",          "school", false, "'to' alone" },
	{ "kocsma a templom mellett",     "templom", true, "before 'mellett'" },
	{ "jama pri skolke",              "skolke", true,  "behind 'pri'" },
};
/* clang-format on */

int main(void)
{
	plan(ARRAY_LEN(rows));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *at = strstr(rows[i].text, rows[i].word);
		size_t from = (size_t)(at - rows[i].text);

		ok(landmark_is(bytes_of(rows[i].text), from, from + strlen(rows[i].word)) ==
			   rows[i].is_landmark,
		   "%s", rows[i].promise);
	}
	return done_testing();
}
