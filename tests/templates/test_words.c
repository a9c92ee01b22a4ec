/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_words - plural classes, times and Serbian Latin, as people write them. */
#include "templates/words.h"

#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "tests/tap.h"

#define NOVEMBER_26 INT64_C(1795698000000) /* 2026-11-26 13:00 UTC */
#define JULY_5      INT64_C(1783235100000) /* 2026-07-05 07:05 UTC */

#define CYRL                                                                                       \
	{                                                                                          \
		LANG_SR, SCRIPT_CYRL                                                               \
	}
#define LATN(l)                                                                                    \
	{                                                                                          \
		LANG_##l, SCRIPT_LATN                                                              \
	}

/* clang-format off */
static const struct {
	enum language language;
	int64_t n;
	enum plural want;
} plurals[] = {
	{ LANG_SR, 1, PLURAL_ONE },   { LANG_SR, 2, PLURAL_FEW },    { LANG_SR, 5, PLURAL_OTHER },
	{ LANG_SR, 21, PLURAL_ONE },  { LANG_SR, 11, PLURAL_OTHER }, { LANG_SR, 112, PLURAL_OTHER },
	{ LANG_HR, 104, PLURAL_FEW }, { LANG_SK, 1, PLURAL_ONE },    { LANG_SK, 4, PLURAL_FEW },
	{ LANG_SK, 21, PLURAL_OTHER }, { LANG_HU, 1, PLURAL_ONE },   { LANG_HU, 7, PLURAL_OTHER },
	{ LANG_EN, 1, PLURAL_ONE },   { LANG_EN, 0, PLURAL_OTHER },
};
/* clang-format on */

static void test_plurals(void)
{
	enum plural p = PLURAL_ZERO;

	for (size_t i = 0; i < ARRAY_LEN(plurals); i++)
		is_int(words_plural(plurals[i].language, plurals[i].n), plurals[i].want,
		       "%s: %lld is %s", language_code(plurals[i].language),
		       (long long)plurals[i].n, plural_text(plurals[i].want));
	is_int(words_plural_set(LANG_SR), 1 << PLURAL_ONE | 1 << PLURAL_FEW | 1 << PLURAL_OTHER,
	       "Serbian needs one, few and other");
	is_int(words_plural_set(LANG_SK), 1 << PLURAL_ONE | 1 << PLURAL_FEW | 1 << PLURAL_OTHER,
	       "Slovak needs them too; its many is for fractions");
	is_int(words_plural_set(LANG_HU), 1 << PLURAL_ONE | 1 << PLURAL_OTHER,
	       "Hungarian needs one and other");
	ok(plural_parse(bytes_of("few"), &p) == ERR_OK && p == PLURAL_FEW, "few is a class");
	is_int(plural_parse(bytes_of("some"), &p), ERR_INVALID, "some is none");
}

/* clang-format off */
static const struct {
	struct tongue tongue;
	enum words_form form;
	int64_t at;
	const char *want;
} times[] = {
	{ CYRL, WORDS_SHORT, NOVEMBER_26, "26.11. 14:00" },
	{ LATN(SR), WORDS_SHORT, JULY_5, "5.7. 09:05" },
	{ LATN(HR), WORDS_SHORT, NOVEMBER_26, "26.11. 14:00" },
	{ LATN(SK), WORDS_SHORT, NOVEMBER_26, "26.11. 14:00" },
	{ LATN(HU), WORDS_SHORT, NOVEMBER_26, "11.26. 14:00" },
	{ LATN(EN), WORDS_SHORT, NOVEMBER_26, "26 Nov 14:00" },
	{ LATN(ROM), WORDS_SHORT, NOVEMBER_26, "26.11. 14:00" },
	{ CYRL, WORDS_TIME, JULY_5, "09:05" },
	{ CYRL, WORDS_LONG, NOVEMBER_26, "четвртак, 26. новембар 2026. 14:00" },
	{ LATN(SR), WORDS_LONG, NOVEMBER_26, "četvrtak, 26. novembar 2026. 14:00" },
	{ LATN(SK), WORDS_LONG, NOVEMBER_26, "štvrtok 26. novembra 2026 o 14:00" },
	{ LATN(HU), WORDS_LONG, NOVEMBER_26, "2026. november 26., csütörtök 14:00" },
	{ LATN(EN), WORDS_LONG, NOVEMBER_26, "Thursday, 26 November 2026 at 14:00" },
};
/* clang-format on */

/* With and without a clock it must be the same. */
static void test_times(struct arena *a, struct words_clock *clock)
{
	struct bytes text = BYTES_NONE;

	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		(void)words_time(a, clock, times[i].tongue, "Europe/Belgrade",
				 (struct wall){ times[i].at }, times[i].form, &text);
		is_text(text, times[i].want, "%s writes the time so", tongue_name(times[i].tongue));
		if (times[i].form == WORDS_SHORT)
			ok(gsm7_can(text, NULL) && text.len <= 12,
			   "in GSM-7, at most 12 characters");
	}
	is_int(words_time(a, clock, times[0].tongue, "Europe/Pazova", (struct wall){ JULY_5 },
			  WORDS_TIME, &text),
	       ERR_INVALID, "an unknown time zone is not silently Greenwich");
	is_int(words_time(
		       a, clock, times[0].tongue,
		       "Europe/a_name_that_is_longer_than_any_zone_the_world_has_ever_had_or_will",
		       (struct wall){ JULY_5 }, WORDS_TIME, &text),
	       ERR_INVALID, "nor is a name too long to be one");
}

static void test_two_zones(struct arena *a, struct words_clock *clock)
{
	static const struct {
		const char *zone, *want;
	} rows[] = {
		{ "Europe/Belgrade", "14:00" },
		{ "Europe/London", "13:00" },
		{ "Europe/Belgrade", "14:00" },
	};
	struct bytes text = BYTES_NONE;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)words_time(a, clock, times[0].tongue, rows[i].zone,
				 (struct wall){ NOVEMBER_26 }, WORDS_TIME, &text);
		is_text(text, rows[i].want, "a clock tells the time of %s", rows[i].zone);
	}
}

/* clang-format off */
static const struct {
	const char *cyrillic;
	const char *latin;
} scripts[] = {
	{ "Љубав, Његошева, Џеп, Ђорђе, ћуприја", "Ljubav, Njegoševa, Džep, Đorđe, ćuprija" },
	{ "ЉУБАВ ЊЕГОШ ЏЕП", "LJUBAV NJEGOŠ DŽEP" },
	{ "пошаљите START {case|cut:20}", "pošaljite START {case|cut:20}" },
	{ "š đ č ž ő ľ € \xf0\x9f\x98\x80", "š đ č ž ő ľ € \xf0\x9f\x98\x80" },
	{ "", "" },
};
/* clang-format on */

/* clang-format off */
static const struct {
	const char *latin;
	const char *cyrillic;
} names[] = {
	{ "Njegoševa 4a", "Његошева 4а" },
	{ "Ljube Čupe, Džordža Vašingtona 12/b", "Љубе Чупе, Џорџа Вашингтона 12/б" },
	{ "NOVA PAZOVA", "НОВА ПАЗОВА" },
	{ "Petra I br. 3", "Петра И бр. 3" },
	{ "ulica XIV, deo II", "улица XIV, део II" },
	{ "York 5, Štúrova 2", "York 5, Štúrova 2" },
	{ "Светосавска 14", "Светосавска 14" },
	{ "", "" },
};
/* clang-format on */

static void test_names(struct arena *a)
{
	struct bytes text = BYTES_NONE;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)words_cyrillic(a, bytes_of(names[i].latin), &text);
		is_text(text, names[i].cyrillic, "Cyrillic of: %s", names[i].latin);
	}
}

static void test_scripts(struct arena *a)
{
	struct bytes text = BYTES_NONE;

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		(void)words_latin(a, bytes_of(scripts[i].cyrillic), &text);
		is_text(text, scripts[i].latin, "Latin of: %s", scripts[i].cyrillic);
	}
	(void)words_upper(a, (struct tongue)LATN(SR), bytes_of("čuvaj đake"), &text);
	is_text(text, "ČUVAJ ĐAKE", "capitals of Latin");
	(void)words_upper(a, (struct tongue)CYRL, bytes_of("хитно"), &text);
	is_text(text, "ХИТНО", "capitals of Cyrillic");
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);
	struct words_clock *clock = words_clock_new();

	plan(0);
	test_plurals();
	test_times(a, NULL);
	test_times(a, clock);
	test_two_zones(a, clock);
	test_scripts(a);
	test_names(a);
	words_clock_free(&clock);
	arena_free(&a);
	return done_testing();
}
