/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_place - settlements, streets and house numbers as people write them. */
#include "parsers/place.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

static const char table[] = "kind\tname\tsr_cyrl\tsk\tpattern\n"
			    "# what stands here is for the test\n"
			    "settlement\tStara Pazova\tСтара Пазова\tStará "
			    "Pazova\tstar(a,e,oj,u,om,ej) pazov(a,e,i,u,om,ej) | "
			    "st. pazov(a,e,i,u)\n"
			    "settlement\tNova Pazova\tНова Пазова\tNová "
			    "Pazova\tnov(a,e,oj,u,om,ej) pazov(a,e,i,u,om,ej)\n"
			    "settlement\tGolubinci\tГолубинци\tGolubince\tgolubin(ci,ce,cima,aca)\n"
			    "settlement\tVojka\tВојка\tVojka\tvoj(ka,ke,ku,kom,ci)\n"
			    "street\tNjegoševa\t\t\t\n"
			    "street\tĆirila i Metodija\t\t\t\n";

/* clang-format off */
static const struct {
	const char *text, *settlement, *place, *promise;
} rows[] = {
	{ "Pukla je cev u Svetosavskoj 14, voda tece",         "", "Svetosavska 14",    "an adjective before a number" },
	{ "pukla cev u svetosavskoj 14",                       "", "Svetosavska 14",    "without a single capital" },
	{ "PUKLA CEV U SVETOSAVSKOJ 14",                       "", "Svetosavska 14",    "with nothing but capitals" },
	{ "Пукла је цев у Светосавској 14",                    "", "Svetosavska 14",    "in Cyrillic" },
	{ "Pukla cev pukla cev Svetosavska 14",                "", "Svetosavska 14",    "already in the nominative" },
	{ "Voda Svetosavska 14",                               "", "Svetosavska 14",    "the first word of a text is no street" },
	{ "Mrak je celu noc, Sremska",                         "", "Sremska",           "an adjective alone behind a comma, at the end" },
	{ "Mrak je. Slavka Rodica",                            "", "Slavka Rodica",     "a name in the genitive alone at the end" },
	{ "Mrak je celu noc, Sremska jezera su daleko",        "", "",                  "not when the sentence goes on" },
	{ "Rupa u Ulici 7. jula",                              "", "7. jula",           "a street that is a date" },
	{ "Ne rade semafori na raskrsnici Pinkijeve i Sremske", "", "Pinkijeva i Sremska", "two streets that cross" },
	{ "Gradi na k.p. 3318/2 bez dozvole",                  "", "k.p. 3318/2",       "a parcel" },
	{ "na parceli broj 1220/3 kopa pesak",                 "", "k.p. 1220/3",       "a parcel in words" },
	{ "pukla cev 44.98713 20.16544",                       "", "44.98713, 20.16544", "coordinates" },
	{ "https://maps.example/?q=44.9855,20.1607 istovario", "", "44.9855, 20.1607",  "coordinates in a link" },
	{ "racun 1234.567 i 12.5, bez mere",                   "", "",                  "other numbers are no coordinates" },
	{ "Rupa ispred broja 9, Sremska",                      "", "Sremska 9",         "the number may stand before the street" },
	{ "Нема vode u Novoj Pazovi ul. Николе Тесле",         "Nova Pazova", "Nikole Tesle", "behind ul., in Cyrillic" },
	{ "nema vode ul nikole tesle 5",                       "", "Nikole Tesle 5",    "behind ul without capitals, up to the number" },
	{ "u celoj ulici nema vode",                           "", "",                  "a street without a name" },
	{ "parkirao na trotoaru Kralja Petra 33, ne mogu",     "", "Kralja Petra 33",   "a name of two words" },
	{ "iznad trotoara, Vuka Karadžića 2",                  "", "Vuka Karadžića 2",  "diacritics stay" },
	{ "kod Save Kovačevića 12a",                           "", "Save Kovačevića 12a", "a genitive in -ve isn't bent, a letter stays" },
	{ "Kralja Petra br. 5",                                "", "Kralja Petra 5",    "br. before the number" },
	{ "Kralja Petra 5/3",                                  "", "Kralja Petra 5/3",  "a stroke number" },
	{ "Kontejneri u Ulici Ćirila i Metodija, smrdi",       "", "Ćirila i Metodija", "a name with and" },
	{ "u ulici Petra i Pavla 7",                           "", "Petra i Pavla 7",   "also one that the gazetteer doesn't know" },
	{ "rasveta u Njegoševoj od broja 20 do 40",            "", "Njegoševa 20-40",   "a range of numbers" },
	{ "rasveta u njegosevoj",                              "", "Njegoševa",         "the gazetteer's own way of writing" },
	{ "Rasveta u Dositejevoj a ima i rupa ispred broja 8", "", "Dositejeva 8",      "a number further on" },
	{ "Nesvieti na ulici Janka Čmelíka, už týždeň",        "", "Janka Čmelíka",     "Slovak" },
	{ "Nem ég az utcai lámpa a Fő utcában",                "", "Fő utca",           "Hungarian" },
	{ "lámpa a Fő utca 12 előtt",                          "", "Fő utca 12",        "Hungarian with a number" },
	{ "Street light broken in front of Njegoseva 12, Stara Pazova", "Stara Pazova", "Njegoševa 12", "English" },
	{ "lights out in Dunavska street 4",                   "", "Dunavska 4",        "English with the word street" },
	{ "trotoar Borske ulice, na parnoj strani",            "", "Borska",            "an adjective before ulice" },
	{ "rupetina na putu Golubinci-Vojka",                  "Golubinci", "put Golubinci–Vojka", "of two settlements the first, and the road between them" },
	{ "u Novoj Pazovi 22330",                              "Nova Pazova", "",       "a post code is no house" },
	{ "u Novoj Pazovi 3 dana nema vode",                   "Nova Pazova", "",       "a settlement is no street" },
	{ "Kedy v Starej Pazove?",                             "Stara Pazova", "",      "Slovak cases" },
	{ "u St.Pazovi ne radi",                               "Stara Pazova", "",      "an abbreviation" },
	{ "voda tece vec 2 sata",                              "", "",                  "hours are no house" },
	{ "Nema struje od 18h, Voda 2 dana",                   "", "",                  "nor are days" },
	{ "ST 045 XX na trotoaru",                             "", "",                  "a number plate" },
	{ "Zovite me na 0601234567 ili Petra 060 123 456",     "", "",                  "telephone numbers" },
	{ "Osvojili ste 5000e u Zakonu 2025",                  "", "",                  "money and years" },
	{ "STATUS 123",                                        "", "",                  "a case number" },
	{ "Zovite 192 u Vojci",                                "Vojka", "",             "whom one should call is no street" },
	{ "Nestalo Vode, tel 0641234567 Zvao 20 puta",         "", "",                  "nor how often one called" },
	{ "Nema Vode od Petka 14 casova",                      "", "",                  "hours by the clock" },
	{ "Nema vode u Svetosavskoj 14 casova",                "", "Svetosavska",       "behind a street too" },
	{ "Linijom 31 u Vojku, Autobusom 605",                 "Vojka", "",             "bus lines" },
	{ "Pre 3 dana u Vojci, Vec 2 sata",                    "Vojka", "",             "how long ago" },
	{ "Njegoseva 12.3.2026",                               "", "Njegoševa",         "a day" },
	{ "Njegoseva 14:30 nestalo vode",                      "", "Njegoševa",         "an hour with minutes" },
	{ "Clan 20 Zakona, Petak 13",                          "", "",                  "laws and days of the week" },
	{ "",                                                  "", "",                  "nothing" },
	{ "👍 14",                                             "", "",                  "a number alone" },
};
/* clang-format on */

static void check_row(const struct gazetteer *g, struct arena *a, size_t i)
{
	struct place p = { 0 };
	struct folded f = { 0 };

	(void)fold_text(a, bytes_of(rows[i].text), &f);
	ok(place_find(g, a, &f, &p) == ERR_OK, "reads: %s", rows[i].text);
	is_text(p.place, rows[i].place, "%s", rows[i].promise);
	is_text(p.settlement, rows[i].settlement, "settlement: %s", rows[i].promise);
}

static void check_faults(struct arena *a)
{
	struct gazetteer *g = gazetteer_new();
	struct faults faults = faults_in(a);
	struct bytes line = BYTES_NONE;

	ok(gazetteer_add_file(g, bytes_of("g.tsv"), bytes_of("kind\tnaem\tpattern\n"), &faults) ==
		   ERR_INVALID,
	   "a table with a misspelt column is refused");
	(void)fault_line(&faults.list[1], a, &line);
	is_text(line, "g.tsv:1: nobody knows the column 'naem'; did you mean 'name'?",
		"and it is named");
	faults = faults_in(a);
	(void)gazetteer_add_file(
		g, bytes_of("g.tsv"),
		bytes_of("kind\tname\tpattern\ntown\tX\t\nstreet\t\t\nstreet\tX\tx(a\n"), &faults);
	is_int((long long)faults.n, 3,
	       "an unknown kind, a missing name and a broken pattern are three faults");
	gazetteer_free(&g);
}

/* The rudest input: long, without end, and still an answer in bounded memory. */
static void check_long(const struct gazetteer *g, struct arena *a)
{
	size_t len = 16384;
	char *text = malloc(len);
	struct place p = { 0 };
	struct folded f = { 0 };

	for (size_t i = 0; i < len; i++)
		text[i] = "Ab 1 "[i % 5];
	(void)fold_text(a, bytes_at(text, len), &f);
	ok(place_find(g, a, &f, &p) == ERR_OK, "ten thousand words end");
	memset(text, 'X', len);
	text[1] = 'x';
	text[len - 2] = ' ';
	text[len - 1] = '5';
	(void)fold_text(a, bytes_at(text, len), &f);
	ok(place_find(g, a, &f, &p) == ERR_OK && p.place.len == 0, "an endless word is no street");
	free(text);
}

int main(void)
{
	struct arena *a = arena_new(16u << 20);
	struct gazetteer *g = gazetteer_new();
	struct faults faults = faults_in(a);

	plan(0);
	ok(gazetteer_add_file(g, bytes_of("gazetteer.tsv"), bytes_of(table), &faults) == ERR_OK,
	   "a gazetteer loads");
	is_int((long long)gazetteer_count(g), 6, "with all its names");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(g, a, i);
	check_long(g, a);
	check_faults(a);
	gazetteer_free(&g);
	arena_free(&a);
	return done_testing();
}
