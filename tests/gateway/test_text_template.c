/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_text_template - the JSON of `sms show`, `template show` and `template check`. */
#include "gateway/cli/text_template.h"

#include <string.h>

#include "conf/longest.h"
#include "parsers/err.h"
#include "parsers/json.h"
#include "tests/tap.h"
#include "tests/templates/texts.h"

/* clang-format off */
static const struct {
	const char *text;
	const char *want;
	const char *promise;
} prices[] = {
	{ "Pukla cev", "{\"encoding\":\"GSM-7\",\"units\":9,\"segments\":1,\"per_segment\":160,\"plain\":\"Pukla cev\",\"plain_segments\":1}",
	  "plain Latin" },
	{ "Вода", "{\"encoding\":\"UCS-2\",\"units\":4,\"segments\":1,\"per_segment\":70,\"plain\":\"Voda\",\"plain_segments\":1}",
	  "Cyrillic and its plain form" },
	{ "5 \xe2\x82\xac", "{\"encoding\":\"GSM-7\",\"units\":4,\"segments\":1,\"per_segment\":160,\"plain\":\"5 \xe2\x82\xac\",\"plain_segments\":1}",
	  "the euro sign takes two septets" },
	{ "\xf0\x9f\x98\x80", "{\"encoding\":\"UCS-2\",\"units\":2,\"segments\":1,\"per_segment\":70,\"plain\":\"\",\"plain_segments\":1}",
	  "what can't be mapped is left out" },
	{ "", "{\"encoding\":\"GSM-7\",\"units\":0,\"segments\":1,\"per_segment\":160,\"plain\":\"\",\"plain_segments\":1}",
	  "nothing" },
};
/* clang-format on */

/* jansson may put blanks behind : and , or not: only what it says counts. */
static void is_same(struct bytes got, const char *want, const char *promise)
{
	struct arena *a = arena_new(1 << 20);
	struct json *g = NULL, *w = NULL;
	struct bytes got_line = BYTES_NONE, want_line = BYTES("?");

	(void)json_parse(got, &g, NULL, 0);
	(void)json_parse(bytes_of(want), &w, NULL, 0);
	(void)json_line(g, a, &got_line);
	(void)json_line(w, a, &want_line);
	if (!ok(bytes_eq(got_line, want_line), "%s", promise))
		diag("got %.*s", PRI_BYTES(got));
	json_free(&g);
	json_free(&w);
	arena_free(&a);
}

static void test_prices(struct arena *a)
{
	struct bytes line = BYTES_NONE;

	for (size_t i = 0; i < ARRAY_LEN(prices); i++) {
		(void)text_sms_json(bytes_of(prices[i].text), a, &line);
		is_same(line, prices[i].want, prices[i].promise);
	}
	is_int(text_sms_json(bytes_of("a\xff"), a, &line), ERR_OK,
	       "broken octets are no reason to fail");
}

/* clang-format off */
static const struct department departments[] = {
	{ .code = BYTES("VODOVOD"),
	  .short_name = { .sr_cyrl = BYTES("Водовод"), .sr_latn = BYTES("Vodovod"), .sk = BYTES("Vodáreň"), .en = BYTES("Water works") } },
	{ .code = BYTES("CISTOCA"),
	  .short_name = { .sr_cyrl = BYTES("Служба за путеве и чистоћу"), .sr_latn = BYTES("Služba za puteve i čistoću"),
			  .sk = BYTES("Služba ciest a čistoty"), .en = BYTES("Roads and cleaning") } },
};

static const struct category categories[] = {
	{ .code = BYTES("VOD"), .department = &departments[0],
	  .short_name = { .sr_cyrl = BYTES("Вода"), .sr_latn = BYTES("Voda"), .sk = BYTES("Voda"), .en = BYTES("Water") } },
	{ .code = BYTES("KAN"), .department = &departments[0],
	  .short_name = { .sr_cyrl = BYTES("Канализација и воде"), .sr_latn = BYTES("Kanalizacija i vode"),
			  .sk = BYTES("Kanalizácia"), .en = BYTES("Sewage") } },
};
/* clang-format on */

static struct profile profile_with(struct catalog *c)
{
	return (struct profile){
		.case_prefix = BYTES("SP"),
		.time_zone = BYTES("Europe/Belgrade"),
		.town = { .sr_cyrl = BYTES("Стара Пазова"),
			  .sr_latn = BYTES("Stara Pazova"),
			  .sk = BYTES("Stará Pazova"),
			  .en = BYTES("Stara Pazova") },
		.tongue = { LANG_SR, SCRIPT_LATN },
		.tongues = { { LANG_SR, SCRIPT_LATN },
			     { LANG_SR, SCRIPT_CYRL },
			     { LANG_SK, SCRIPT_LATN } },
		.n_tongues = 3,
		.emergency_numbers = BYTES("112, 193"),
		.categories = categories,
		.n_categories = ARRAY_LEN(categories),
		.departments = departments,
		.n_departments = ARRAY_LEN(departments),
		.catalog = c,
	};
}

static void test_longest(struct arena *a, const struct profile *p)
{
	struct faults f = faults_in(a);
	struct longest l = { 0 };

	is_int(profile_longest(p, a, &l), ERR_OK, "the longest values of a profile");
	is_int((long long)l.n_tongues, 3, "one set for each tongue");
	is_text(l.values[0].category, "Kanalizacija i vode", "the longest category");
	is_text(l.values[1].department, "Служба за путеве и чистоћу",
		"the longest department, in Cyrillic");
	is_text(l.values[2].state, "v riešení", "the longest state, in Slovak");
	is_text(l.values[0].case_no, "SP-2026-999999", "a number of six nines");
	is_int(compose_check(p->catalog, &l, &f), ERR_OK, "every text fits with them");
}

static void test_show(struct arena *a, const struct profile *p)
{
	struct bytes line = BYTES_NONE;
	struct json *j = NULL;

	is_int(text_template_show_json(p, true, bytes_of("ack"), bytes_of("hu"), a, &line), ERR_OK,
	       "a text in a tongue that the profile doesn't answer in");
	(void)json_parse(line, &j, NULL, 0);
	is_text(json_get_text(j, "name"), "ack", "its name");
	is_text(json_get_text(j, "source"), "hu", "where it comes from");
	is_text(json_get_text(j, "file"), "hu/ack.txt", "the file");
	ok(bytes_starts(json_get_text(j, "template"), "{~3Megkaptuk"), "as it was written");
	ok(bytes_starts(json_get_text(j, "text"), "Megkaptuk"), "as it reads");
	is_text(json_get_text(j, "encoding"), "GSM-7", "its encoding");
	is_int(json_get_int(j, "budget", 0), 1, "its budget");
	json_free(&j);
	is_int(text_template_show_json(p, true, bytes_of("nak"), bytes_of("hu"), a, &line),
	       ERR_NOENT, "a text that there isn't");
	is_int(text_template_show_json(p, true, bytes_of("ack"), bytes_of("xx"), a, &line),
	       ERR_INVALID, "a language that there isn't");
	(void)text_template_names(a, &line);
	ok(bytes_starts(line, "ack ack_two joined") &&
		   bytes_ends(line, "staff_no_answer staff_digest"),
	   "all names");
	is_int(text_template_show_json(p, true, bytes_of("mail_answer"), bytes_of("sk"), a, &line),
	       ERR_OK, "a mail's text");
	(void)json_parse(line, &j, NULL, 0);
	is_text(json_get_text(j, "subject"),
		"[SP-2026-999999 saabcdefghijklmnop] Re: Voda u dvorištu", "its subject");
	ok(bytes_starts(json_get_text(j, "text"), "=-=-= Odpoveď napíšte nad túto čiaru =-=-=\n\n"),
	   "and its words, below the marker");
	ok(bytes_starts(json_get_text(j, "template"), "Subject: {tag}"), "as it was written");
	json_free(&j);
}

static void test_check(struct arena *a, const struct profile *p, struct faults *f)
{
	struct bytes line = BYTES_NONE;
	const struct json *texts;
	struct json *j = NULL;
	bool is_ok = false;

	is_int(text_template_check_json(p, true, f, a, &line, &is_ok), ERR_OK, "the proof");
	(void)json_parse(line, &j, NULL, 0);
	texts = json_get(j, "texts");
	ok(is_ok && json_get_bool(j, "ok", false), "is good");
	is_int((long long)json_count(json_get(j, "problems")), 0, "without problems");
	is_int((long long)json_count(json_get(j, "warnings")), 1, "with one fallback");
	is_int((long long)json_count(texts), 3 * (TEXT_COUNT + LETTER_COUNT),
	       "and every text in every tongue");
	for (size_t i = 0; i < json_count(texts); i++) {
		const struct json *one = json_at(texts, i);

		if (json_get(one, "subject") == NULL &&
		    json_get_int(one, "segments", 99) > json_get_int(one, "budget", 0))
			ok(false, "%.*s fits", PRI_BYTES(json_get_text(one, "name")));
	}
	json_free(&j);

	faults_add(f, (struct fault){ .file = bytes_of("sk/ack.txt"), .line = 2 }, "is bad");
	is_int(text_template_check_json(NULL, true, f, a, &line, &is_ok), ERR_OK,
	       "a profile that didn't load");
	(void)json_parse(line, &j, NULL, 0);
	ok(!is_ok && !json_get_bool(j, "ok", true), "is not good");
	is_text(json_as_text(json_at(json_get(j, "problems"), 0)), "sk/ack.txt:2: is bad",
		"its problem is a line");
	json_free(&j);
}

int main(void)
{
	struct arena *a = arena_new(1 << 24);
	struct faults f = faults_in(a);
	struct catalog *c = texts_load(&f);
	struct profile p = profile_with(c);

	plan(0);
	test_prices(a);
	test_longest(a, &p);
	test_show(a, &p);
	test_check(a, &p, &f);
	catalog_free(&c);
	arena_free(&a);
	return done_testing();
}
