/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_classify - any octets as a text of a citizen: one outcome, within bounds, the same each time. */
#include <string.h>

#include "parsers/classify.h"
#include "parsers/err.h"
#include "parsers/rule_file.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static const char rules_text[] =
	"[VOD sr]\n3: vod(a,e,u)\n primer: voda\n4: pukl* BLIZU cev*\n primer: pukla je cev\n"
	"[RAS sk]\n5: osvetlen*\n primer: osvetlenie\n[PUT]\n4: rup(a,e)\n primer: rupa\n"
	"[EMG]\n20: gas* BLIZU osec* OSIM gasi*\n primer: osecam gas\n"
	"[pitanje]\n1: kad(,a)\n primer: kad\n[problem]\n1: ne ... radi\n primer: ne radi\n"
	"[opet]\n1: opet\n primer: opet\n[hvala]\n1: hvala\n primer: hvala\n"
	"[nezeljeno]\n6: /https?:/\n primer: http://x\n[status]\n1: sta je sa\n primer: sta je "
	"sa\n";
static const char places_text[] =
	"kind\tname\tpattern\nsettlement\tNova Pazova\tnov(a,oj) pazov(a,i)\n"
	"street\tNjegoševa\t\n";
static const char words_text[] = "STATUS: status\nHELP: pomoc\nSTOP: stop\nSTART: start\nLANGUAGE: "
				 "jezik\nfiller: molim\nsk: sk\nsr: sr\n";

static struct classifier town(void)
{
	static struct classifier c;
	static struct rules *rules;
	static struct gazetteer *places;
	static struct citizen_words *words;
	struct arena *a;
	struct faults f;

	if (c.rules != NULL)
		return c;
	a = arena_new(1 << 20);
	f = faults_in(a);
	rules = rules_new();
	places = gazetteer_new();
	words = citizen_words_new();
	fuzz_require(rule_file_add(rules, bytes_of("t.rules"), bytes_of(rules_text), &f) == ERR_OK);
	fuzz_require(gazetteer_add_file(places, bytes_of("g"), bytes_of(places_text), &f) ==
		     ERR_OK);
	fuzz_require(citizen_words_add_file(words, bytes_of("c"), bytes_of(words_text), &f) ==
		     ERR_OK);
	arena_free(&a);
	c = (struct classifier){ .rules = rules,
				 .places = places,
				 .words = words,
				 .case_prefix = bytes_of("SP"),
				 .case_year = 2026,
				 .emergency_category = bytes_of("EMG"),
				 .fallback_category = bytes_of("OPS"),
				 .otherwise = { LANG_SR, SCRIPT_LATN } };
	return c;
}

static bool is_within(struct bytes piece, struct bytes text)
{
	return piece.len == 0 ||
	       (piece.ptr >= text.ptr && piece.ptr + piece.len <= text.ptr + text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct classifier town_of_test = town();
	struct arena *a = arena_new(64u << 20);
	struct bytes text = bytes_at(data, size);
	struct classified c = { 0 }, again = { 0 };
	bool has_categories;

	fuzz_require(classify(&town_of_test, a, text, (struct tongue){ 0 }, &c) == ERR_OK);
	fuzz_require(classify(&town_of_test, a, text, (struct tongue){ 0 }, &again) == ERR_OK);
	fuzz_require(c.outcome == again.outcome && c.n_categories == again.n_categories);
	has_categories = c.outcome == CLASS_CASE || c.outcome == CLASS_INFORMATION ||
			 c.outcome == CLASS_FOLLOWUP;
	fuzz_require(has_categories == (c.n_categories != 0));
	fuzz_require((c.outcome == CLASS_COMMAND) == (c.command != CMD_NONE));
	fuzz_require((c.outcome == CLASS_EMPTY) == (c.guess.language == LANG_NONE));
	fuzz_require(!c.is_emergency || bytes_is(c.categories[0], "EMG"));
	fuzz_require(c.confidence >= 0 && c.confidence <= 1);
	for (size_t i = 0; i < c.n_why; i++)
		fuzz_require(is_within(c.why[i].matched, text) && c.why[i].matched.len != 0);
	if (utf8_is_valid(text))
		fuzz_require(utf8_is_valid(c.place));
	arena_free(&a);
	return 0;
}
