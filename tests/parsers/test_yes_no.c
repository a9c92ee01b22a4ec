/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yes_no - what is nothing but yes or no, and what says more. */
#include <string.h>

#include "parsers/err.h"
#include "parsers/yes_no.h"
#include "tests/tap.h"

static const struct {
	const char *text;
	int says; /* enum yes_no, or -1: neither */
} rows[] = {
	/* clang-format off */
	{ "DA", SAID_YES },            { "da, hvala!", SAID_YES },     { "Да", SAID_YES },
	{ "Јесте, хвала вам", SAID_YES }, { "d", SAID_YES },           { "Rešeno je.", SAID_YES },
	{ "Áno", SAID_YES },           { "Igen, köszönöm", SAID_YES }, { "yes", SAID_YES },
	{ "NE", SAID_NO },             { "Не!", SAID_NO },             { "nije", SAID_NO },
	{ "Nije popravljeno", SAID_NO }, { "još nije rešeno", SAID_NO }, { "ne, nije popravljeno", SAID_NO },
	{ "Nie, nie je vyriešené", SAID_NO }, { "Nem", SAID_NO },      { "not fixed", SAID_NO },
	{ "No", SAID_NO },             { "n", SAID_NO },
	{ "", -1 },                    { "hvala", -1 },                { "da ne", -1 },
	{ "ne radi semafor", -1 },     { "nema vode", -1 },            { "da li je rešeno", -1 },
	{ "nije to sve, i rupa je tu", -1 }, { "14", -1 },             { "?", -1 },
	/* clang-format on */
};

int main(void)
{
	struct arena *a = arena_new((size_t)1024 * 1024);

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum yes_no said;
		int err = yes_no_read(a, bytes_of(rows[i].text), &said);

		if (rows[i].says < 0)
			ok(err == ERR_NOENT, "'%s' is neither yes nor no", rows[i].text);
		else
			ok(err == ERR_OK && (int)said == rows[i].says, "'%s' is %s", rows[i].text,
			   rows[i].says == SAID_YES ? "yes" : "no");
	}
	arena_free(&a);
	return done_testing();
}
