/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_compose_sms - what a phone shows, and the proof that every text of ours
 * fits its budget in every tongue with the longest values a profile can yield.
 */
#include "templates/compose_sms.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/utf8.h"
#include "tests/tap.h"
#include "tests/templates/texts.h"

#define DUE INT64_C(1795698000000) /* 2026-11-26 14:00 in Belgrade */

static const struct compose_rules plain = { .plain = true, .time_zone = "Europe/Belgrade" };
static const struct compose_rules marked = { .plain = false, .time_zone = "Europe/Belgrade" };

static const struct text_values ordinary = {
	.case_no = BYTES("SP-2026-000123"),
	.case_no2 = BYTES("SP-2026-000124"),
	.category = BYTES("Vodovod"),
	.category2 = BYTES("Rasveta"),
	.department = BYTES("JKP Vodovod"),
	.place = BYTES("Svetosavska 14"),
	.state = BYTES("u radu"),
	.words = BYTES("Ekipa je krenula."),
	.reason = BYTES("Cev je popravljena."),
	.numbers = BYTES("112, 193"),
	.town = BYTES("Stara Pazova"),
	.cases = BYTES("SP-2026-000123 u radu; SP-2026-000124 nova"),
	.price = BYTES("3 din"),
	.due = { DUE },
	.n = 2,
};

#define TWENTY_TWO "Žuti čvor šđćž žabac X"
#define TWENTY_SIX "Služba za puteve i čišćenj"

/* The longest of everything: in Cyrillic where the tongue is, every letter one unit. */
static struct text_values longest_in(struct tongue t)
{
	bool is_cyrl = t.script == SCRIPT_CYRL;
	struct text_values v = ordinary;

	v.case_no = v.case_no2 = bytes_of("SP-2026-999999");
	v.category = v.category2 = bytes_of(is_cyrl ? "Водовод и канализација" : TWENTY_TWO);
	v.department = bytes_of(is_cyrl ? "Служба за путеве и чистоћу" : TWENTY_SIX);
	v.place = bytes_of(is_cyrl ? "Булевар војводе Степе Степановића 114а, Нова Пазова"
				   : "Bulevar vojvode Stepe Stepanovića 114a, Nova Pazova");
	v.state = bytes_of(is_cyrl ? "затворена" : "megérkezett");
	v.numbers = bytes_of("112, 192, 193, 194");
	v.town = bytes_of(is_cyrl ? "Сремски Карловци" : "Sremski Karlovci");
	v.price = bytes_of("3,60 din + PDV");
	v.n = 5;
	return v;
}

static const struct tongue tongues[] = {
	{ LANG_SR, SCRIPT_CYRL }, { LANG_SR, SCRIPT_LATN }, { LANG_HR, SCRIPT_LATN },
	{ LANG_SK, SCRIPT_LATN }, { LANG_HU, SCRIPT_LATN }, { LANG_ROM, SCRIPT_LATN },
	{ LANG_EN, SCRIPT_LATN },
};

/* clang-format off */
static const struct {
	size_t tongue; /* in tongues */
	enum text_name name;
	const char *want;
} phones[] = {
	{ 0, TEXT_ACK, "Пријава SP-2026-000123 је примљена: Vodovod, Светосавска 14. Решава: JKP Vodovod. Одговор до 26.11. 14:00. Без порука: STOP" },
	{ 1, TEXT_ACK, "Prijava SP-2026-000123 je primljena: Vodovod, Svetosavska 14. Resava: JKP Vodovod. Odgovor do 26.11. 14:00. Bez poruka: STOP" },
	{ 2, TEXT_ACK, "Prijava SP-2026-000123 je zaprimljena: Vodovod, Svetosavska 14. Rjesava: JKP Vodovod. Odgovor do 26.11. 14:00. Bez poruka: STOP" },
	{ 3, TEXT_ACK, "Hlasenie SP-2026-000123 sme prijali: Vodovod, Svetosavska 14. Riesi: JKP Vodovod. Odpoved do 26.11. 14:00. Bez sprav: STOP" },
	{ 4, TEXT_ACK, "Megkaptuk, köszönjük. Bejelentés SP-2026-000123: Vodovod, Svetosavska 14. Intézi: JKP Vodovod. Valasz: 11.26. 14:00-ig. Leiratkozas: STOP" },
	{ 6, TEXT_ACK, "Report SP-2026-000123 received: Vodovod, Svetosavska 14. Handled by: JKP Vodovod. Answer by 26 Nov 14:00. No more texts: STOP" },
	{ 1, TEXT_EMERGENCY, "HITNO: odmah pozovite 112, 193! Ne cekajte odgovor na SMS. Prijava: SP-2026-000123." },
	{ 1, TEXT_STATUS_LIST, "Imate 2 prijave: SP-2026-000123 u radu; SP-2026-000124 nova." },
	{ 1, TEXT_HELP, "Stara Pazova: opisite problem i mesto. Stanje prijave: STATUS i broj. Bez poruka: STOP. Cena SMS: 3 din." },
	{ 1, TEXT_QUESTION, "SP-2026-000123: Ekipa je krenula. Molimo odgovorite na ovu poruku." },
	{ 1, TEXT_LATE, "2 prijave kasne: SP-2026-000123 u radu; SP-2026-000124 nova" },
};
/* clang-format on */

static void test_phones(struct arena *a, const struct catalog *c)
{
	for (size_t i = 0; i < ARRAY_LEN(phones); i++) {
		struct tongue t = tongues[phones[i].tongue];
		struct composed sms = { 0 };

		is_int(compose_sms(c, phones[i].name, t, &ordinary, &plain, a, &sms), ERR_OK,
		       "%s in %s", text_name_text(phones[i].name), tongue_name(t));
		is_text(sms.text, phones[i].want, "reads well");
	}
}

/* Every text in every tongue, plain and not, with the longest values. */
static void test_proof(struct arena *a, const struct catalog *c)
{
	for (size_t i = 0; i < ARRAY_LEN(tongues); i++) {
		struct text_values v = longest_in(tongues[i]);

		for (int n = 0; n < TEXT_COUNT; n++) {
			const struct compose_rules *rules[] = { &plain, &marked };

			for (size_t r = 0; r < ARRAY_LEN(rules); r++) {
				struct composed sms = { 0 };
				int err = compose_sms(c, (enum text_name)n, tongues[i], &v,
						      rules[r], a, &sms);
				unsigned budget = compose_budget((enum text_name)n, tongues[i],
								 rules[r]->plain);

				ok(err == ERR_OK && sms.plan.segments <= budget && !sms.was_cut,
				   "%s in %s%s: %zu units of %s fit in %u",
				   text_name_text((enum text_name)n), tongue_name(tongues[i]),
				   rules[r]->plain ? ", plain" : "", sms.plan.units,
				   sms_encoding_text(sms.plan.encoding), budget);
			}
		}
	}
}

/* The acceptance of an acknowledgement, in figures. */
static void test_ack(struct arena *a, const struct catalog *c)
{
	for (size_t i = 0; i < ARRAY_LEN(tongues); i++) {
		struct text_values v = longest_in(tongues[i]);
		struct composed sms = { 0 };
		bool is_cyrl = tongues[i].script == SCRIPT_CYRL;

		is_int((long long)utf8_count(v.category), 22, "a category of 22 characters");
		is_int((long long)utf8_count(v.department), 26, "a department of 26");
		(void)compose_sms(c, TEXT_ACK, tongues[i], &v, &plain, a, &sms);
		diag("%.*s", PRI_BYTES(sms.text));
		ok(sms.plan.encoding == (is_cyrl ? SMS_UCS2 : SMS_GSM7), "%s is written in %s",
		   tongue_name(tongues[i]), is_cyrl ? "UCS-2" : "GSM-7");
		ok(sms.plan.units <= (is_cyrl ? 134 : 160), "%zu units are one text on the phone",
		   sms.plan.units);
		ok(memmem(sms.text.ptr, sms.text.len, "14:00", 5) != NULL, "it says until when");
		ok(is_cyrl || memmem(sms.text.ptr, sms.text.len, "Bulevar vojvode", 15) != NULL,
		   "and where");
	}
}

static void test_check(struct arena *a, struct catalog *c)
{
	struct text_values values[ARRAY_LEN(tongues)];
	struct longest l = { values, tongues, ARRAY_LEN(tongues), "Europe/Belgrade" };
	struct faults f = faults_in(a);

	for (size_t i = 0; i < ARRAY_LEN(tongues); i++)
		values[i] = longest_in(tongues[i]);
	is_int(compose_check(c, &l, &f), ERR_OK, "compose_check finds no fault in our texts");
	(void)texts_add(
		c, "hr", TEXT_ACK,
		"Poštovani, hvala lijepa na vašoj prijavi {case} ({category}), koju smo primili "
		"i proslijedili na rješavanje službi {department}, koja odgovara do {due?{}}.",
		&f);
	is_int(catalog_finish(c, &f), ERR_OK, "a wordy acknowledgement");
	is_int(compose_check(c, &l, &f), ERR_INVALID, "is found out");
	ok(f.n_errors == 2 && bytes_is(f.list[f.n - 1].file, "hr/ack.txt"),
	   "folded and with its marks, by its file");
	diag("%.*s", PRI_BYTES(f.list[f.n - 1].words));
}

#define SMILE      "\xf0\x9f\x98\x80"
#define TEN_SMILES SMILE SMILE SMILE SMILE SMILE SMILE SMILE SMILE SMILE SMILE

/* clang-format off */
static const char long_words[] =
	"Ekipa je danas bila na terenu. Utvrđeno je da je cev pukla na dva mesta. "
	"Prvo mesto je popravljeno odmah. Drugo mesto čeka deo koji stiže sutra. "
	"Voda će biti puštena sutra do podne. Hvala na strpljenju i na prijavi.";
/* clang-format on */

static void test_cut(struct arena *a, const struct catalog *c)
{
	struct text_values v = ordinary;
	struct compose_rules rules = plain;
	struct composed sms = { 0 };

	rules.max_segments = 1;
	v.words = bytes_of(long_words);
	is_int(compose_sms(c, TEXT_ANSWER, tongues[1], &v, &rules, a, &sms), ERR_OK, "long words");
	is_text(sms.text,
		"SP-2026-000123: Ekipa je danas bila na terenu. Utvrdjeno je da je cev pukla na "
		"dva "
		"mesta. Prvo mesto je popravljeno odmah. ...",
		"end at a sentence");
	ok(sms.was_cut && sms.plan.segments == 1, "and it is told");
	is_int(compose_sms(c, TEXT_QUESTION, tongues[1], &v, &rules, a, &sms), ERR_OK,
	       "in a question");
	ok(bytes_ends(sms.text, "... Molimo odgovorite na ovu poruku."), "what follows them stays");
	rules.max_segments = 0;
	is_int(compose_sms(c, TEXT_ANSWER, tongues[1], &v, &rules, a, &sms), ERR_OK,
	       "by its own budget");
	ok(!sms.was_cut && sms.plan.segments == 2, "the same answer is whole in two segments");
	v.words = bytes_of(TEN_SMILES TEN_SMILES TEN_SMILES TEN_SMILES);
	rules.plain = false;
	rules.max_segments = 1;
	is_int(compose_sms(c, TEXT_ANSWER, tongues[1], &v, &rules, a, &sms), ERR_OK,
	       "forty smiles");
	ok(utf8_is_valid(sms.text) && sms.plan.segments == 1, "are cut between two of them");
}

static void test_absent(struct arena *a, const struct catalog *c)
{
	static const struct text_values bare = {
		.case_no = BYTES("SP-2026-000123"),
		.category = BYTES("Vodovod"),
		.department = BYTES("JKP Vodovod"),
		.numbers = BYTES("112"),
		.town = BYTES("Pazova"),
	};
	struct composed sms = { 0 };

	(void)compose_sms(c, TEXT_ACK, tongues[1], &bare, &plain, a, &sms);
	is_text(sms.text,
		"Prijava SP-2026-000123 je primljena: Vodovod. Resava: JKP Vodovod. Bez poruka: "
		"STOP",
		"without place and date nothing is left of them");
	(void)compose_sms(c, TEXT_HELP, tongues[6], &bare, &plain, a, &sms);
	ok(memmem(sms.text.ptr, sms.text.len, "Price", 5) == NULL,
	   "no price is named that nobody gave");
	(void)compose_sms(c, TEXT_HELP, tongues[5], &bare, &plain, a, &sms);
	ok(sms.tongue.language == LANG_SR,
	   "whoever reads Romani is told in which tongue he is answered");
}

/* What a citizen wrote as a place can't cost him the acknowledgement, in any tongue. */
static void test_odd_places(struct arena *a, const struct catalog *c)
{
	static const char *const places[] = {
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		TEN_SMILES TEN_SMILES TEN_SMILES,
		"\n\n\n\n",
		"đđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđđ",
		"{case}",
		"   ",
	};

	for (size_t i = 0; i < ARRAY_LEN(places) * ARRAY_LEN(tongues) * 2; i++) {
		struct tongue t = tongues[i / 2 % ARRAY_LEN(tongues)];
		const struct compose_rules *rules = i % 2 == 0 ? &plain : &marked;
		struct text_values v = longest_in(t);
		struct composed sms = { 0 };

		v.place = bytes_of(places[i / 2 / ARRAY_LEN(tongues)]);
		ok(compose_sms(c, TEXT_ACK, t, &v, rules, a, &sms) == ERR_OK &&
			   sms.plan.segments <= compose_budget(TEXT_ACK, t, rules->plain),
		   "%s%s: a place like %.12s", tongue_name(t), rules->plain ? ", plain" : "",
		   i / 2 / ARRAY_LEN(tongues) == 2 ? "line ends" : (const char *)v.place.ptr);
	}
}

static void test_refused(struct arena *a, const struct catalog *c)
{
	struct text_values v = ordinary;
	struct compose_rules rules = plain;
	struct composed sms = { .plan.units = 7 };

	v.category = bytes_of(long_words);
	is_int(compose_sms(c, TEXT_STATUS, tongues[1], &v, &rules, a, &sms), ERR_LIMIT,
	       "a text that nothing may be cut of is refused when it is too long");
	is_int((long long)sms.plan.units, 7, "and nothing was written");
	rules.max_segments = 3;
	is_int(compose_sms(c, TEXT_STATUS, tongues[1], &v, &rules, a, &sms), ERR_OK,
	       "but it may grow to what the caller allows");
	is_int(sms.plan.segments, 2, "and takes what it needs");
	is_int(compose_sms(c, TEXT_HELP, tongues[1], &ordinary, &rules, a, &sms), ERR_OK,
	       "a text that fits");
	is_int(sms.plan.segments, 1, "keeps to its own budget whatever is allowed");
	rules.time_zone = "Nowhere";
	is_int(compose_sms(c, TEXT_ACK, tongues[1], &ordinary, &rules, a, &sms), ERR_INVALID,
	       "a zone that doesn't exist");
}

int main(void)
{
	struct arena *a = arena_new(1 << 24);
	struct faults f = faults_in(a);
	struct catalog *c = texts_load(&f);

	plan(0);
	test_phones(a, c);
	test_proof(a, c);
	test_ack(a, c);
	test_cut(a, c);
	test_absent(a, c);
	test_odd_places(a, c);
	test_refused(a, c);
	test_check(a, c);
	catalog_free(&c);
	arena_free(&a);
	return done_testing();
}
