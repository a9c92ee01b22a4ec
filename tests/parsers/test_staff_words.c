/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_staff_words - what a clerk orders in a mail, with the words of the town that has most languages. */
#include "parsers/staff_words.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/date_words.h"
#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "tests/tap.h"

#define WHERE "conf/profiles/stara-pazova/staff_words.txt"

/* All of it is read on Tuesday, 24 November 2026. */
static struct staff_context context = { .prefix = BYTES("SP") };

/* clang-format off */
/* want: "kind text|…" of the orders, code= case= day= tongue= where there are any. */
static const struct {
	const char *text, *want, *words;
	const char *promise;
} rows[] = {
	{ "Kvar je otklonjen.\n#reseno", "solve |", "Kvar je otklonjen.", "words and an order" },
	{ "#rešeno\nKvar je otklonjen.\n\nPozdrav", "solve |", "Kvar je otklonjen.\n\nPozdrav", "in the other order" },
	{ "# Rešeno", "solve |", "", "a blank, a capital" },
	{ "#РЕШЕНО", "solve |", "", "Cyrillic capitals" },
	{ "  \t#  решено!", "solve |", "", "blanks before, a sign behind" },
	{ "\xEF\xBB\xBF\xC2\xA0#reseno", "solve |", "", "blanks that nobody sees" },
	{ "\xEF\xBC\x83reseno", "solve |", "", "a mark of another keyboard" },
	{ "#vyriešené", "solve |", "", "sk" },
	{ "#Megoldva", "solve |", "", "hu" },
	{ "#riješeno", "solve |", "", "hr" },
	{ "#solved", "solve |", "", "en" },
	{ "#rešeno: zamenjena je cev", "solve |", "zamenjena je cev", "what stands behind solve is for the citizen" },
	{ "Poštovani,\n#rešeno zamenjena je cev\nPozdrav", "solve |", "Poštovani,\nzamenjena je cev\nPozdrav", "at its place" },
	{ "#Zatvori: nema osnova", "close nema osnova|", "", "close with a reason" },
	{ "#zatvori - nema osnova", "close nema osnova|", "", "behind a dash" },
	{ "#zatvori", "close |", "", "without: the desk knows whether one is needed" },
	{ "#prosledi KAN", "forward  code=KAN|", "", "forward" },
	{ "#prosledi: kan, nije naš vod", "forward nije naš vod code=KAN|", "", "in small letters, with a note" },
	{ "#проследи КАН", "forward  code=KAN|", "", "in Cyrillic" },
	{ "#preuzmi", "take |", "", "take" },
	{ "#pitaj\nKoja je kuća?", "ask |", "Koja je kuća?", "ask: the mail is the question" },
	{ "#pitaj: Koja je kuća?\nHvala", "ask Koja je kuća?|", "Hvala", "ask in one line" },
	{ "#prosledi KAN\n#interno\nOvo je izliv, nije naš vod.", "forward  code=KAN|note Ovo je izliv, nije naš vod.|", "", "a note: the rest of the mail" },
	{ "Stižemo.\n#interno\nRačun 12\n\n#preuzmi\nnemoj mu reći", "note Račun 12\n\nnemoj mu reći|take |", "Stižemo.", "also behind other orders" },
	{ "#interno: račun 12/26\nStižemo danas.", "note račun 12/26|", "Stižemo danas.", "a note in one line" },
	{ "#interno: ovo je jedna duga interna napomena koju je program\nprelomio na dva reda\nPoštovani,", "note ovo je jedna duga interna napomena koju je program\nprelomio na dva reda|", "Poštovani,", "a note whose line was broken" },
	{ "#interno: ovo je jedna duga interna napomena koju je program\n\nPoštovani,", "note ovo je jedna duga interna napomena koju je program|", "Poštovani,", "an empty line ends it" },
	{ "#interna beleška zovi ga", "note zovi ga|", "", "an order of two words" },
	{ "#interno", "note |", "", "a note without words" },
	{ "#cekaj 15.12.2026", "wait  day=2026-12-15|", "", "wait" },
	{ "#Čekaj do 15. decembra, stiže deo", "wait stiže deo day=2026-12-15|", "", "with words and why" },
	{ "#чекај сутра", "wait  day=2026-11-25|", "", "until tomorrow" },
	{ "#várj 2026. december 15.", "wait  day=2026-12-15|", "", "hu" },
	{ "#wait in 3 days", "wait  day=2026-11-27|", "", "en" },
	{ "#spoji SP-2026-000123", "merge  case=SP-2026-000123|", "", "merge" },
	{ "#spoji 123 isti kvar", "merge isti kvar case=SP-2026-000123|", "", "a bare number, of this year" },
	{ "#spoji sa СП-2025-7, isti kvar", "merge isti kvar case=SP-2025-000007|", "", "a number among words, in Cyrillic" },
	{ "#poveži #123", "link  case=SP-2026-000123|", "", "link" },
	{ "#podeli: drugo je rasveta", "split drugo je rasveta|", "", "split" },
	{ "#jezik sk", "language  tongue=sk|", "", "a language by its code" },
	{ "#jezik sr-Cyrl", "language  tongue=sr-Cyrl|", "", "Serbian in Cyrillic, by its code" },
	{ "#jezik mađarski", "language  tongue=hu|", "", "by its name" },
	{ "#jezik srpski", "language  tongue=sr-Latn|", "", "Serbian, typed in Latin" },
	{ "#језик српски", "language  tongue=sr-Cyrl|", "", "Serbian, typed in Cyrillic" },
	{ "#članak", "article |", "", "article" },
	{ "#pregled\nKvar je otklonjen.", "preview |", "Kvar je otklonjen.", "preview" },
	{ "#pomoc", "help |", "", "help" },
	{ "##rešeno", "solve |", "", "two marks" },
	{ "#reseno\r\n#preuzmi\r\n", "solve |take |", "", "CR is no part of a line" },
	{ "Sve je u redu.", "", "Sve je u redu.", "no order" },
	{ "", "", "", "nothing" },
	{ "\n\n \nZdravo\n\n", "", "Zdravo", "empty lines at both ends go" },
	{ "> #reseno", "", "> #reseno", "a quoted order is none" },
	{ "tel #1", "", "tel #1", "a mark within a line is none" },
	{ "- #reseno", "", "- #reseno", "nor behind a dash" },
};

static const struct {
	const char *text;
	enum staff_misreading why;
	const char *line, *near;
	const char *promise;
} misreads[] = {
	{ "#hvala", STAFF_UNKNOWN, "#hvala", "", "a word that we don't know" },
	{ "#resno", STAFF_UNKNOWN, "#resno", "rešeno", "a typing error: asked, not done" },
	{ "#zatvri nema osnova", STAFF_UNKNOWN, "#zatvri nema osnova", "zatvori", "another one" },
	{ "#rešenost", STAFF_UNKNOWN, "#rešenost", "", "a longer word" },
	{ "#", STAFF_UNKNOWN, "#", "", "a mark alone" },
	{ "# # #", STAFF_UNKNOWN, "# # #", "", "marks alone" },
	{ "#prosledi", STAFF_NO_CODE, "#prosledi", "", "forward without whereto" },
	{ "#prosledi x", STAFF_NO_CODE, "#prosledi x", "", "with what can't be a code" },
	{ "#cekaj", STAFF_NO_DAY, "#cekaj", "", "wait without a day" },
	{ "#cekaj majstora", STAFF_NO_DAY, "#cekaj majstora", "", "wait for somebody" },
	{ "#cekaj 31.4.", STAFF_BAD_DAY, "#cekaj 31.4.", "", "a day that doesn't exist" },
	{ "#cekaj 1.11.2026", STAFF_BAD_DAY, "#cekaj 1.11.2026", "", "a day that is over" },
	{ "#cekaj 15.12.2062", STAFF_BAD_DAY, "#cekaj 15.12.2062", "", "a typing error in the year" },
	{ "#spoji", STAFF_NO_CASE, "#spoji", "", "merge with nothing" },
	{ "#spoji onaj drugi", STAFF_NO_CASE, "#spoji onaj drugi", "", "merge with words" },
	{ "#jezik", STAFF_NO_LANGUAGE, "#jezik", "", "no language" },
	{ "#jezik klingonski", STAFF_NO_LANGUAGE, "#jezik klingonski", "", "none that we speak" },
};
/* clang-format on */

static struct staff_words *load(struct arena *a)
{
	struct staff_words *w = staff_words_new();
	struct faults faults = faults_in(a);
	struct bytes line;
	size_t len;
	char *text = read_source_file(WHERE, &len);
	int err = staff_words_add_file(w, bytes_of(WHERE), bytes_at(text, len), &faults);

	ok(err == ERR_OK, "the words of the town load");
	for (size_t i = 0; i < faults.n; i++)
		if (fault_line(&faults.list[i], a, &line) == ERR_OK)
			diag("%.*s", PRI_BYTES(line));
	free(text);
	return w;
}

static void show_order(struct strbuf *s, const struct staff_order *o)
{
	uint32_t first;
	int year = date_year(o->day), month = 1;

	strbuf_addf(s, "%s %.*s", staff_order_text(o->kind), PRI_BYTES(o->text));
	if (o->code.len != 0)
		strbuf_addf(s, " code=%.*s", PRI_BYTES(o->code));
	if (o->case_no.len != 0)
		strbuf_addf(s, " case=%.*s", PRI_BYTES(o->case_no));
	while (o->day != 0 && month < 12 && date_day(year, month + 1, 1, &first) == ERR_OK &&
	       first <= o->day)
		month++;
	if (o->day != 0 && date_day(year, month, 1, &first) == ERR_OK)
		strbuf_addf(s, " day=%d-%02d-%02u", year, month, o->day - first + 1);
	if (o->tongue.language != LANG_NONE)
		strbuf_addf(s, " tongue=%s", tongue_name(o->tongue));
	strbuf_addc(s, '|');
}

static void test_rows(const struct staff_words *w, struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct staff_orders o;
		struct strbuf s;

		arena_reset(a);
		s = strbuf_in(a, 4096);
		staff_words_read(w, bytes_of(rows[i].text), &context, a, &o);
		for (size_t k = 0; k < o.n; k++)
			show_order(&s, &o.list[k]);
		is_text(strbuf_bytes(&s), rows[i].want, "%s", rows[i].promise);
		is_text(o.words, rows[i].words, "and the words to the citizen");
		ok(o.n_misread == 0, "nothing was misread");
	}
}

static void test_misreads(const struct staff_words *w, struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(misreads); i++) {
		struct staff_orders o;
		struct strbuf s;

		arena_reset(a);
		s = strbuf_in(a, 4096);
		strbuf_addf(&s, "Zdravo\n%s\nPozdrav", misreads[i].text);
		staff_words_read(w, strbuf_bytes(&s), &context, a, &o);
		ok(o.n == 0 && o.n_misread == 1 && o.misread[0].why == misreads[i].why, "%s",
		   misreads[i].promise);
		is_text(o.misread[0].line, misreads[i].line, "it is quoted back");
		is_text(o.misread[0].near, misreads[i].near, "with what may have been meant");
		is_text(o.words, "Zdravo\nPozdrav", "and goes to nobody");
	}
}

/* Broken files say where. */
static void test_files(struct arena *a)
{
	/* clang-format off */
	static const struct {
		const char *text, *want;
	} files[] = {
		{ "solvee: x\n", "f:1: 'solvee' is no order and no tongue; did you mean solve?" },
		{ "rešeno\n", "f:1: 'rešeno' is no order and no tongue; did you mean solve: or sr-Cyrl:?" },
		{ "solve xx: x\n", "f:1: 'solve xx' is no order and no tongue; did you mean solve: or sr-Cyrl:?" },
		{ "solve: x\nclose: x\n", "f:2: 'x' already means something else" },
		{ "solve: !?\n", "f:1: '!?' holds no word that can be typed" },
		{ "# c\n\nsolve: x\n", "f: no words for 'close'" },
		{ "sk: s\nhu: s\n", "f:2: 's' already means something else" },
		{ "\xFF", "f: larger than 65536 octets, or not valid UTF-8" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct staff_words *w = staff_words_new();
		struct faults faults;
		struct bytes line = BYTES_NONE;
		bool has = false;

		arena_reset(a);
		faults = faults_in(a);
		ok(staff_words_add_file(w, bytes_of("f"), bytes_of(files[i].text), &faults) ==
			   ERR_INVALID,
		   "a broken file is refused");
		for (size_t k = 0; k < faults.n; k++)
			has |= fault_line(&faults.list[k], a, &line) == ERR_OK &&
			       bytes_is(line, files[i].want);
		ok(has, "%s", files[i].want);
		staff_words_free(&w);
	}
}

static void test_showing(const struct staff_words *w)
{
	struct tongue sr = { LANG_SR, SCRIPT_LATN }, hu = { LANG_HU, SCRIPT_LATN },
		      rom = { LANG_ROM, SCRIPT_LATN };

	is_text(staff_words_show(w, STAFF_SOLVE, sr), "rešeno", "help shows the first word");
	is_text(staff_words_show(w, STAFF_SOLVE, hu), "megoldva", "in the language of who reads");
	is_text(staff_words_show(w, STAFF_SOLVE, rom), "rešeno",
		"or the common one where it has none");
	for (int kind = 0; kind < STAFF_ORDER_KINDS; kind++)
		ok(staff_words_show(w, (enum staff_order_kind)kind, hu).len != 0, "'%s' has a word",
		   staff_order_text((enum staff_order_kind)kind));
}

static void test_many(const struct staff_words *w, struct arena *a)
{
	static const char *const pieces[] = { "#reseno\n", "#x\n",           "#interno\n",   "\n",
					      "#",         "#cekaj 15.12. ", "#interno: a ", "a" };
	size_t size = 512u << 10;

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct staff_orders o;
		struct wr text;

		arena_reset(a);
		text = wr_of(arena_alloc(a, size), size);
		while (wr_err(&text) == ERR_OK)
			wr_put(&text, bytes_of(pieces[i]));
		ok(staff_words_read(w, wr_bytes(&text), &context, a, &o) == ERR_OK &&
			   o.n <= STAFF_ORDERS_MAX && o.n_misread <= STAFF_MISREAD_MAX,
		   "512 KiB of '%.8s' come to an end", pieces[i]);
	}
}

/* One order too many is never left out in silence. */
static void test_too_many(const struct staff_words *w, struct arena *a)
{
	struct staff_orders o;
	struct strbuf s;

	arena_reset(a);
	s = strbuf_in(a, 4096);
	for (int i = 0; i <= STAFF_ORDERS_MAX; i++)
		strbuf_adds(&s, "#preuzmi\n");
	staff_words_read(w, strbuf_bytes(&s), &context, a, &o);
	ok(o.n == STAFF_ORDERS_MAX && o.n_misread == 1 && o.misread[0].why == STAFF_TOO_MANY,
	   "one order too many is said");
}

int main(void)
{
	struct arena *a = arena_new(4u << 20);
	struct staff_words *w;

	plan(0);
	date_day(2026, 11, 24, &context.today);
	w = load(a);
	test_rows(w, a);
	test_misreads(w, a);
	test_showing(w);
	test_many(w, a);
	test_too_many(w, a);
	test_files(a);
	staff_words_free(&w);
	arena_free(&a);
	return done_testing();
}
