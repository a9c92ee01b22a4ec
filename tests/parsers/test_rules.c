/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rules - a clerk's rules recognise what they say, and say what is wrong with them. */
#include "parsers/rule_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *pattern, *text;
	const char *matched; /* NULL: no hit */
	const char *promise;
} rows[] = {
	{ "voda",               "Nema VODA!",                 "VODA",           "a word in any case" },
	{ "voda",               "nema vodama",                NULL,             "a word is a whole word" },
	{ "voda",               "нема вода",                  "вода",           "in any script" },
	{ "šaht",               "otvoren saht",               "saht",           "a rule with diacritics, a text without" },
	{ "saht",               "otvoren šaht",               "šaht",           "and the other way" },
	{ "đubre",              "puno dubre",                 "dubre",          "đ typed as d" },
	{ "đubre",              "puno djubre",                "djubre",         "đ typed as dj" },
	{ "djubre",             "пуно ђубре",                 "ђубре",          "đ in Cyrillic" },
	{ "vod(a,e,u)",         "nema vode danas",            "vode",           "endings" },
	{ "vod(a,e,u)",         "vodovod",                    NULL,             "no other endings" },
	{ "cev(,i,ovod*)",      "pukla cev",                  "cev",            "an empty ending" },
	{ "cev(,i,ovod*)",      "na cevovodu",                "cevovodu",       "a star in an ending" },
	{ "rasvet*",            "ulična rasvetom",            "rasvetom",       "a star behind" },
	{ "*deponija",          "minideponija tu",            "minideponija",   "a star before" },
	{ "divlj* depon*",      "Divlja, deponija",           "Divlja, deponija", "words one after the other" },
	{ "divlj* depon*",      "divlja je deponija",         NULL,             "nothing between" },
	{ "divlj* depon*",      "divlje. Deponija",           NULL,             "not over the end of a sentence" },
	{ "nema ... vode",      "nema ni kapi vode",          "nema ni kapi vode", "words between" },
	{ "nema ... vode",      "nema a b c d vode",          NULL,             "but at most three" },
	{ "voda | struja",      "ima li struja",              "struja",         "this or that" },
	{ "puk* BLIZU cev*",    "pukla nam je juče cev",      "pukla nam je juče cev", "near" },
	{ "puk* BLIZU cev*",    "cev je pukla",               "cev je pukla",   "near, the other order" },
	{ "puk* NEAR cev*",     "pukla. Cev je cela",         NULL,             "near means the same sentence" },
	{ "puk* | prs* BLIZU cev* | vod*", "voda prska, prsla", "voda prska",    "near has alternatives on both sides" },
	{ "pozar* OSIM gasenj*","Izbio požar u šumi",         "požar",          "except, and it isn't there" },
	{ "pozar* OSIM gasenj*","vozilo za gašenje požara",   NULL,             "except, and it is there" },
	{ "pozar* OSIM gasenj*","gašenje požara. Novi požar!", "požar",         "except looks at each sentence" },
	{ "st. pazov(a,i)",     "u St.Pazovi",                "St.Pazovi",      "an abbreviation without a blank" },
	{ "/c(?:e|ije)v\\w*/",  "pukla cijevi",               "cijevi",         "an expert's expression" },
	{ "/\\bgas\\b/ EXCEPT gasim", "gas i gasim",          NULL,             "except with an expert's expression" },
	{ "a",                  "to je a",                    "a",              "a word of one letter" },
	{ "dom",                "kod doma",                   NULL,             "prefix of another word" },
};

static const struct {
	const char *file;
	const char *line; /* the fault, or NULL: none */
	const char *promise;
} files[] = {
	{ "[VOD]\n4: voda\n primer: nema voda\n",             NULL,   "a whole rule" },
	{ "# c\n\n[VOD sk]\n4: voda\n example: voda\n not: vata\n", NULL, "comments, languages, English words" },
	{ "[pitanje]\n1: kada\n primer: Kada?\n[thanks]\n1: hvala\n primer: hvala\n", NULL, "cues" },
	{ "[VOD]\n4: voda\n5: cev\n primer: cev\n",           "f:2: the rule has no example", "a rule without an example" },
	{ "[VOD]\n4: voda\n",                                 "f:2: the rule has no example", "also at the end" },
	{ "[VOD]\n4: voda\n[KAN]\n",                          "f:2: the rule has no example", "also at the end of a section" },
	{ "[VOD]\n4: voda\n primer: nema vode\n",             "f:3: the rule above doesn't recognise its own example 'nema vode'", "an example that isn't hit" },
	{ "[VOD]\n4: vod*\n primer: voda\n nije: vodič\n",    "f:4: the rule above recognises 'vodič', and must not", "a counterexample that is hit" },
	{ "[VOD]\n voda\n",                                   "f:2: neither", "a line that is nothing" },
	{ "4: voda\n",                                        "f:1: a rule before the first [CATEGORY]", "a rule without a section" },
	{ "[VOD]\nprimer: voda\n",                            "f:2: an example without a rule above it", "an example without a rule" },
	{ "[VOD]\n4x: voda\nprimer: voda\n",                  "f:2: the weight '4x'", "a weight that is no number" },
	{ "[VOD]\n101: voda\nprimer: voda\n",                 "f:2: the weight '101'", "a weight too high" },
	{ "[VOD de]\n",                                       "f:1: the language 'de'", "a language that we don't have" },
	{ "[vodaa]\n",                                        "f:1: '[vodaa]' is neither", "a section that is nothing" },
	{ "[VOD]\n4: vod(a,e\nprimer: voda\n",                "f:2: 'vod(a,e': a bracket is missing", "an open bracket" },
	{ "[VOD]\n4: vod)a\nprimer: voda\n",                  "f:2: 'vod)a': a bracket is missing", "a closing bracket" },
	{ "[VOD]\n4: voda |\nprimer: voda\n",                 "f:2: a word is missing", "an empty alternative" },
	{ "[VOD]\n4: ... voda\nprimer: voda\n",               "f:2: '...' must stand between", "dots without a word before" },
	{ "[VOD]\n4: vo=da\nprimer: voda\n",                  "f:2: 'vo=da': no word", "a sign that is none" },
	{ "[VOD]\n4: /(voda/\nprimer: voda\n",                "f:2: the regular expression is wrong at its character", "a faulty expression" },
	{ "[VOD]\n4: /x*/\nprimer: voda\n",                   "f:2: the rule recognises even an empty text", "an expression that hits nothing at all" },
	{ "[VOD]\n4: v\xff\n",                                "f: not valid UTF-8", "a file in another encoding" },
};
/* clang-format on */

static void check_row(struct arena *a, size_t i)
{
	struct rules *r = rules_new();
	struct faults faults = faults_in(a);
	struct rule_info info = { .category = bytes_of("VOD"), .weight = 4, .line = 7 };
	struct rule_hits hits = { 0 };
	struct folded f = { 0 };
	struct bytes got = BYTES_NONE;

	(void)rules_add(r, &info, bytes_of("vod.rules"), bytes_of(rows[i].pattern), &faults);
	(void)fold_text(a, bytes_of(rows[i].text), &f);
	if (rules_count(r) == 1)
		(void)rules_match(r, a, f.text, &hits);
	if (hits.n == 1)
		got = folded_original(&f, hits.list[0].from, hits.list[0].to);
	ok(faults.n == 0, "loads: %s", rows[i].pattern);
	is_text(got, rows[i].matched == NULL ? "" : rows[i].matched, "%s", rows[i].promise);
	rules_free(&r);
}

static void check_file(struct arena *a, size_t i)
{
	struct rules *r = rules_new();
	struct faults faults = faults_in(a);
	struct bytes line = BYTES_NONE;
	int err = rule_file_add(r, bytes_of("f"), bytes_of(files[i].file), &faults);

	if (files[i].line == NULL) {
		ok(err == ERR_OK && faults.n == 0, "loads: %s", files[i].promise);
	} else {
		if (faults.n != 0)
			(void)fault_line(&faults.list[0], a, &line);
		ok(err == ERR_INVALID && faults.n == 1 && bytes_starts(line, files[i].line),
		   "is refused: %s", files[i].promise);
		if (!bytes_starts(line, files[i].line))
			diag("%zu faults, the first: %.*s", faults.n, PRI_BYTES(line));
	}
	rules_free(&r);
}

static void check_info(struct arena *a)
{
	struct rules *r = rules_new();
	struct faults faults = faults_in(a);
	const struct rule_info *info;

	(void)rule_file_add(
		r, bytes_of("vod.rules"),
		bytes_of("\n[VOD sk]\n\n14: voda\n primer: voda\n[hvala]\n1: fala\n primer: fala"),
		&faults);
	if (!ok(rules_count(r) == 2, "two rules were read"))
		goto out;
	info = rules_info(r, 0);
	is_text(info->name, "vod.rules:4", "a rule is named by file and line");
	is_text(info->category, "VOD", "its category");
	is_int(info->weight, 14, "its weight");
	ok(info->language == LANG_SK && info->role == ROLE_CATEGORY, "its language and role");
	is_int(info->section_line, 2, "where its section begins");
	info = rules_info(r, 1);
	ok(info->role == ROLE_THANKS && info->category.len == 0, "a cue has no category");
out:
	rules_free(&r);
}

/* An expression that needs exponential time must end, count as no hit and be named. */
static void check_limits(struct arena *a)
{
	struct rules *r = rules_new();
	struct faults faults = faults_in(a);
	struct rule_info info = { .name = bytes_of("slow.rules:1"), .weight = 1 };
	struct rule_hits hits = { 0 };
	char *text = malloc(1 << 20);

	memset(text, 'a', 1 << 20);
	(void)rules_add(r, &info, bytes_of("f"), bytes_of("/(?:a+)+[bc]/"), &faults);
	info.name = bytes_of("deep.rules:1");
	(void)rules_add(r, &info, bytes_of("f"), bytes_of("/(?:(a)|b)*[cd]/"), &faults);
	is_int((long long)rules_count(r), 2, "two hostile expressions load");
	ok(rules_match(r, a, bytes_at(text, 1 << 20), &hits) == ERR_OK,
	   "they end on a megabyte of a");
	ok(hits.n == 0 && hits.n_limited >= 1, "they hit nothing and reached their limit");
	is_text(hits.limited, "slow.rules:1", "the first one that did is named");
	rules_free(&r);
	free(text);
}

/* The quick look at how words begin must never leave out a rule that would hit. */
static void check_starts(struct arena *a)
{
	static const char *const texts[] = {
		"a",         "-voda",         "(voda)",        "x_voda voda", "1. maj", "d'voda",
		"stan gori", "zovi",          "ejete",         "pala voda",   "p voda", "gorivo",
		"ab voda",   "voda je pukla", "pukla je voda", "voda curi"
	};
	static const char *const patterns[] = { "a",
						"voda",
						"voda",
						"voda",
						"1. maj",
						"voda",
						"(kuca,stan) gori",
						"(po,)zovi",
						"(d,e)jete",
						"pa(o,la,lo) voda",
						"p(,a) voda",
						"/\\bgor(?:i|ivo)\\b/",
						"/\\babc?\\b/",
						"pukla | prsla BLIZU vod(a,e)",
						"pukla | prsla BLIZU vod(a,e)",
						"(curi,tece) BLIZU *oda" };
	unsigned n_missed = 0;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct rules *r = rules_new();
		struct faults faults = faults_in(a);
		struct rule_info info = { .weight = 1 };
		struct rule_hits hits = { 0 };

		(void)rules_add(r, &info, bytes_of("f"), bytes_of(patterns[i]), &faults);
		(void)rules_match(r, a, bytes_of(texts[i]), &hits);
		n_missed += hits.n != 1;
		rules_free(&r);
	}
	is_int(n_missed, 0, "words beside signs and digits are found");
}

int main(void)
{
	struct arena *a = arena_new(64u << 20);

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(a, i);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		check_file(a, i);
	check_info(a);
	check_limits(a);
	check_starts(a);
	arena_free(&a);
	return done_testing();
}
