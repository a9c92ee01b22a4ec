/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_classify - what a text is, by a small town's rules of this test. The real rules: tests/conf/test_profile.c. */
#include "parsers/classify.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/rule_file.h"
#include "tests/tap.h"

static const char rules_text[] =
	"[VOD sr]\n3: vod(a,e,u)\n primer: voda\n2: curi\n primer: curi\n4: pukla ... cev\n "
	"primer: pukla je cev\n"
	"[VOD sk]\n3: vod(a,y,u)\n primer: vody\n"
	"[RAS sr]\n5: rasvet*\n primer: rasveta\n"
	"[RAS sk]\n5: poulicn*\n primer: poulicne\n"
	"[PUT sr]\n4: rup(a,e)\n primer: rupa\n1: put\n primer: put\n"
	"[EMG]\n20: gas BLIZU osecam\n primer: osecam gas\n"
	"[OPS]\n5: pohval*\n primer: pohvale\n"
	"[pitanje]\n1: kada | koliko\n primer: kada\n"
	"[problem]\n1: ne radi | nema | pukla\n primer: ne radi\n"
	"[opet]\n1: opet | jos nije\n primer: opet\n"
	"[hvala]\n1: hvala\n primer: hvala\n"
	"[hvala sr]\n5: hvala sto\n primer: hvala sto\n"
	"[status]\n1: sta je sa mojom prijavom\n primer: sta je sa mojom prijavom\n"
	"[nezeljeno]\n3: kliknite\n primer: kliknite\n3: nagrad(a,u)\n primer: nagrada\n"
	"[istorija]\n1: platim\n primer: platim\n"
	"[pitanje sr]\n2: koliko je\n primer: koliko je\n"
	"[uvreda]\n1: lopovi\n primer: lopovi\n";
static const char places_text[] = "kind\tname\tpattern\nsettlement\tSurduk\tsurduk(,a,u)"
				  "\nstreet\tVodovodska\t\nstreet\tRasvetska\t\n";
static const char words_text[] =
	"STATUS: status, stanje\nHELP: pomoc, help\nSTOP: stop\nSTART: start\n"
	"LANGUAGE: jezik\nsk: sk\nsr: sr\n";

/* clang-format off */
static const struct {
	const char *text, *outcome, *categories, *promise;
} rows[] = {
	{ "Pukla je cev u Surduku",              "case",        "VOD",     "a problem that a rule knows" },
	{ "Пукла је цев",                        "case",        "VOD",     "in Cyrillic" },
	{ "Gledam kroz prozor",                  "case",        "OPS",     "what no rule knows goes to the coordinator" },
	{ "Kada dolazi voda?",                   "information", "VOD",     "a question without a problem" },
	{ "Kada cete doci, nema vode",           "case",        "VOD",     "a question with a problem is a case" },
	{ "Kada radi bioskop?",                  "information", "OPS",     "a question that no rule knows" },
	{ "Ne radi rasveta u Njegosevoj a ima i rupa ispred broja 8", "case", "RAS+PUT", "two problems in two clauses" },
	{ "Ima rupa kod mosta, ne radi rasveta", "case",        "PUT+RAS", "two problems stand in the order of the text" },
	{ "Ne radi rasveta, jer je rupa velika", "case",        "RAS",     "a clause that only says why is no second problem" },
	{ "Rasvetu platim svake godine, a rupa je tu", "case",  "PUT",     "what one pays is not what is wrong" },
	{ "rupa kod rasvete, tu je",             "case",        "PUT",     "a landmark is no matter" },
	{ "koliko je rasveta skupa a nema je",   "information", "RAS",     "a question that outweighs the word of trouble" },
	{ "rupa bez rasvete",                    "case",        "RAS",     "two words in one clause are one matter" },
	{ "Pukla je cev, voda na putu",          "case",        "VOD",     "a place that is only near is no matter" },
	{ "Osecam gas u zgradi",                 "case",        "EMG",     "an emergency" },
	{ "Ne radi rasveta. I osecam gas!",      "case",        "EMG+RAS", "the emergency first, the matter behind it" },
	{ "Kada cete doci, osecam gas",          "case",        "EMG",     "an emergency is no question" },
	{ "opet curi",                           "followup",    "VOD",     "words that only the case explains" },
	{ "jos nije",                            "followup",    "OPS",     "also without a category" },
	{ "opet ne radi rasveta",                "case",        "RAS",     "again, but it says what: a case" },
	{ "opet curi u Surduku",                 "case",        "VOD",     "again, but it says where: a case" },
	{ "Nije dobro, SP-2026-000123 curi",     "followup",    "VOD",     "a case number joins" },
	{ "Hvala vam puno",                      "thanks",      "",        "thanks" },
	{ "Hvala, ali nema vode",                "case",        "VOD",     "thanks with a problem is a case" },
	{ "Sve pohvale za rasvetu, i ima rupa",  "case",        "OPS",     "what is praised, and what is beside it, is no second case" },
	{ "Sve pohvale za nov put",              "case",        "OPS",     "praise goes to the coordinator" },
	{ "kliknite i uzmite nagradu",           "quarantine",  "",        "advertising" },
	{ "kliknite ovde",                       "case",        "OPS",     "one suspicious word isn't enough" },
	{ "kliknite i uzmite nagradu, pukla je cev", "case",    "VOD",     "nor is advertising with a problem" },
	{ "Lopovi, nema vode!",                  "case",        "VOD",     "abuse never drops a message" },
	{ "",                                    "empty",       "",        "nothing" },
	{ "?",                                   "empty",       "",        "a sign" },
	{ "👍",                                  "empty",       "",        "an emoji" },
	{ "12345",                               "empty",       "",        "only digits" },
	{ "STATUS",                              "command",     "",        "a command" },
	{ "Sta je sa mojom prijavom",            "command",     "",        "a command in other words" },
	{ "Sta je sa mojom prijavom, opet je pukla cev u Surduku", "case", "VOD", "a question about a case beside a problem" },
	{ "Sta je sa mojom prijavom opet je pukla cev u Surduku", "case", "VOD", "also without a comma" },
	{ "Pukla je cev. Sta je sa mojom prijavom?", "case",    "VOD",     "the problem first" },
	{ "Sta je sa mojom prijavom, jos nije",  "followup",    "OPS",     "beside words that only the case explains" },
	{ "Sta je sa mojom prijavom za rupu",    "command",     "",        "what the case is about is no new problem" },
	{ "Sta je sa mojom prijavom, nema odgovora", "command", "",        "nor is impatience" },
	{ "Sta je sa mojom prijavom za rupu, sad je pukla cev", "case", "VOD", "what it is about isn't the problem beside it" },
	{ "Sta je sa mojom prijavom SP-2026-000123, opet curi", "followup", "VOD", "with its number" },
	{ "STATUS 123 opet curi",                "followup",    "VOD",     "a command's word, a number and a problem" },
	{ "STATUS pukla je cev",                 "case",        "VOD",     "a command's word and a problem" },
	{ "Hvala sto ste resili rasvetu",        "thanks",      "",        "thanks that name what was mended" },
	{ "Hvala sto ste resili rasvetu, sad je pukla cev", "case", "VOD", "thanks and a problem are the problem" },
	{ "Hvala sto ste resili rasvetu. Osecam gas", "case",   "EMG",     "or the emergency" },
	{ "SP-2026-000123",                      "command",     "",        "a case number alone asks for its state" },
	{ "statsu",                              "command",     "",        "a typing error in a command" },
	{ "stop bacanju",                        "case",        "OPS",     "a command's word in a text is no command" },
	{ "Vodovodska 3",                        "case",        "OPS",     "a street's name is no matter" },
	{ "Rasvetska ulica, pukla je cev",       "case",        "VOD",     "nor in a text" },
};
/* clang-format on */

struct town {
	struct rules *rules;
	struct gazetteer *places;
	struct citizen_words *words;
	struct classifier classifier;
};

static struct town town_new(struct arena *a, const char *more_rules)
{
	struct town t = { rules_new(), gazetteer_new(), citizen_words_new(), { 0 } };
	struct faults f = faults_in(a);

	(void)rule_file_add(t.rules, bytes_of("t.rules"), bytes_of(rules_text), &f);
	(void)rule_file_add(t.rules, bytes_of("m.rules"), bytes_of(more_rules), &f);
	(void)gazetteer_add_file(t.places, bytes_of("g.tsv"), bytes_of(places_text), &f);
	(void)citizen_words_add_file(t.words, bytes_of("c.txt"), bytes_of(words_text), &f);
	ok(f.n == 0, "the town's files load");
	t.classifier = (struct classifier){
		.rules = t.rules,
		.places = t.places,
		.words = t.words,
		.case_prefix = bytes_of("SP"),
		.case_year = 2026,
		.emergency_category = bytes_of("EMG"),
		.fallback_category = bytes_of("OPS"),
		.otherwise = { LANG_SR, SCRIPT_LATN },
	};
	return t;
}

static void town_free(struct town *t)
{
	rules_free(&t->rules);
	gazetteer_free(&t->places);
	citizen_words_free(&t->words);
}

static struct bytes joined(struct arena *a, const struct classified *c)
{
	char *out = arena_alloc(a, 64);
	size_t len = 0;

	for (size_t i = 0; i < c->n_categories; i++) {
		if (i != 0)
			out[len++] = '+';
		memcpy(out + len, c->categories[i].ptr, c->categories[i].len);
		len += c->categories[i].len;
	}
	return bytes_at(out, len);
}

static struct classified read_text(const struct town *t, struct arena *a, const char *text)
{
	struct classified c = { 0 };

	if (classify(&t->classifier, a, bytes_of(text), (struct tongue){ 0 }, &c) != ERR_OK)
		diag("classify failed on: %s", text);
	return c;
}

static void check_details(const struct town *t, struct arena *a)
{
	struct classified c = read_text(t, a, "Пукла је цев, Светосавска 14, Сурдук");

	is_text(c.place, "Svetosavska 14", "the place is in Latin");
	is_text(c.settlement, "Surduk", "the settlement as the gazetteer has it");
	ok(c.guess.language == LANG_SR && c.guess.script == SCRIPT_CYRL, "language and script");
	is_text(c.why[0].matched, "Пукла је цев", "a reason quotes the original");
	is_text(c.why[0].rule, "t.rules:6", "and names the rule by file and line");
	is_int(c.why[0].weight, 4, "with its weight");
	ok(c.confidence > 0.5 && c.confidence < 1.0, "what is clear is said with confidence");
	c = read_text(t, a, "Gledam kroz prozor");
	ok(c.confidence < 0.5, "what no rule knows is not");

	c = read_text(t, a, "STATUS 123");
	ok(c.command == CMD_STATUS, "STATUS is a command");
	is_text(c.case_no, "SP-2026-000123", "its bare number belongs to this year");
	c = read_text(t, a, "JEZIK SK");
	ok(c.command == CMD_LANGUAGE && c.command_tongue.language == LANG_SK,
	   "LANGUAGE knows which");
	c = read_text(t, a, "Nije dobro, sp 2026 123 curi");
	is_text(c.case_no, "SP-2026-000123", "a loosely typed number in a text");
	c = read_text(t, a, "STATUS 123 opet curi");
	is_text(c.case_no, "SP-2026-000123", "a bare number behind STATUS in a longer text");
	c = read_text(t, a, "Sta je sa mojom prijavom sp 2026 123, opet curi");
	is_text(c.case_no, "SP-2026-000123", "a number beside a question about the case");
	c = read_text(t, a, "Hvala, rupa ispred broja 8 sad curi");
	ok(c.case_no.len == 0, "other numbers are no case");
	c = read_text(t, a, "kliknite i uzmite nagradu");
	ok(c.quarantine_reason.len != 0, "a quarantine has a reason");
	c = read_text(t, a, "Lopovi, nema vode!");
	ok(c.n_why >= 2, "abuse stands among the reasons");
	c = read_text(t, a, "poulicne");
	ok(c.guess.language == LANG_SK, "one word: the language of the rule that knows it");
	c = read_text(t, a, "voda");
	ok(c.guess.language == LANG_SR, "a word of two languages stays the fallback's");
}

/* A word that the rules know is no mistyped command. */
static void check_typo_veto(struct arena *a)
{
	struct town t = town_new(a, "[PUT]\n4: stanjr\n primer: stanjr\n");

	is_text(bytes_of(class_outcome_text(read_text(&t, a, "stanjr").outcome)), "case",
		"a word of the rules isn't read as STATUS");
	is_text(bytes_of(class_outcome_text(read_text(&t, a, "stanej").outcome)), "command",
		"a word of nobody is");
	town_free(&t);
}

static void check_rude(const struct town *t, struct arena *a)
{
	size_t len = 1 << 20;
	char *text = malloc(len + 1);
	struct classified c = { 0 };

	memset(text, ',', len);
	text[len] = '\0';
	ok(classify(&t->classifier, a, bytes_at(text, len), (struct tongue){ 0 }, &c) == ERR_OK &&
		   c.outcome == CLASS_EMPTY,
	   "a megabyte of commas is empty");
	for (size_t i = 0; i < len; i++)
		text[i] = "pukla cev, "[i % 11];
	ok(classify(&t->classifier, a, bytes_at(text, len), (struct tongue){ 0 }, &c) == ERR_OK &&
		   c.outcome == CLASS_CASE,
	   "a megabyte of a problem is a case");
	ok(classify(&t->classifier, a, bytes_at("\xff\xfe\x80voda\xc3", 8), (struct tongue){ 0 },
		    &c) == ERR_OK,
	   "broken octets are read all the same");
	free(text);
}

int main(void)
{
	struct arena *a = arena_new(64u << 20);
	struct town t = town_new(a, "");

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct classified c = read_text(&t, a, rows[i].text);

		is_text(bytes_of(class_outcome_text(c.outcome)), rows[i].outcome, "%s",
			rows[i].promise);
		is_text(joined(a, &c), rows[i].categories, "categories: %s", rows[i].promise);
		ok(c.is_emergency == (strncmp(rows[i].categories, "EMG", 3) == 0),
		   "emergency or not");
	}
	check_details(&t, a);
	check_typo_veto(a);
	check_rude(&t, a);
	town_free(&t);
	arena_free(&a);
	return done_testing();
}
