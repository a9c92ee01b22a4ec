/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_template - what the language of our texts says, and what it refuses. */
#include "templates/template.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

enum { V_CASE, V_PLACE, V_DUE, V_N, V_OTHER, V_COUNT };

static const struct value_name names[V_COUNT] = {
	[V_CASE] = { "case", VALUE_TEXT },   [V_PLACE] = { "place", VALUE_TEXT },
	[V_DUE] = { "due", VALUE_TIME },     [V_N] = { "n", VALUE_NUMBER },
	[V_OTHER] = { "other", VALUE_TEXT },
};

/* {other} exists, but not in this text; {place} may be absent. */
static const struct template_terms terms = {
	.names = names,
	.n_names = V_COUNT,
	.known = 1u << V_CASE | 1u << V_PLACE | 1u << V_DUE | 1u << V_N,
	.may_lack = 1u << V_PLACE,
	.tongue = { LANG_SR, SCRIPT_LATN },
};

static const struct template_value full[V_COUNT] = {
	[V_CASE] = { .text = BYTES("SP-1") },
	[V_PLACE] = { .text = BYTES("Svetosavska 14") },
	[V_DUE] = { .time = { INT64_C(1795698000000) } },
	[V_N] = { .number = 3 },
};

static const struct template_value empty[V_COUNT] = {
	[V_CASE] = { .text = BYTES("SP-1") },
};

static int part_of(void *ctx, struct bytes name, struct template_part *part_out)
{
	(void)ctx;
	if (bytes_is(name, "footer"))
		*part_out =
			(struct template_part){ bytes_of("words.txt"), 7, bytes_of("za {case}") };
	else if (bytes_is(name, "bad"))
		*part_out = (struct template_part){ bytes_of("words.txt"), 9, bytes_of("{what}") };
	else if (bytes_is(name, "nested"))
		*part_out =
			(struct template_part){ bytes_of("words.txt"), 9, bytes_of("{>footer}") };
	else
		return ERR_NOENT;
	return ERR_OK;
}

static int make(struct arena *a, const char *text, struct faults *f, struct template **t_out)
{
	int err = template_parse(a, &terms, bytes_of("ack.txt"), bytes_of(text), f, t_out);

	return err == ERR_OK ? template_link(*t_out, a, &terms, part_of, NULL, f) : err;
}

/* clang-format off */
static const struct {
	const char *text;
	const struct template_value *values;
	unsigned keep;
	const char *want;
	const char *promise;
} renders[] = {
	{ "Prijava {case}.\n", full, 10, "Prijava SP-1.", "a value stands in its place, the last line end goes" },
	{ "{due|short}", full, 10, "26.11. 14:00", "a time through its filter" },
	{ "{due}", full, 10, "26.11. 14:00", "a time without a filter is short" },
	{ "{due|time}", full, 10, "14:00", "only the time of day" },
	{ "A{place?, {}}.", full, 10, "A, Svetosavska 14.", "what depends on a value that is there" },
	{ "A{place?, {}}.", empty, 10, "A.", "what depends on a value that is not" },
	{ "{place!nepoznato mesto}", full, 10, "", "instead of a value that is there: nothing" },
	{ "{place!nepoznato mesto}", empty, 10, "nepoznato mesto", "instead of a value that is not" },
	{ "{due|long}", full, 10, "četvrtak, 26. novembar 2026. 14:00", "a time in words" },
	{ "{n?{} prijave}{n!ništa}", full, 10, "3 prijave", "a number that is there" },
	{ "{n?{} prijave}{n!ništa}", empty, 10, "ništa", "zero is absent" },
	{ "{place?{|plain}}", full, 10, "Svetosavska 14", "the plain form of what is plain" },
	{ "{due?do {|time}}", full, 10, "do 14:00", "{} takes filters" },
	{ "{due?do {}}", empty, 10, "", "a time of zero is absent" },
	{ "{place?{|cut:12|upper}}", full, 10, "SVETOSAVSKA", "filters follow one another; a cut ends at a word" },
	{ "{place?{|cut:4}}", full, 10, "Svet", "a cut within the first word stays there" },
	{ "{place?{|cut:14}}", full, 10, "Svetosavska 14", "nothing is cut that fits exactly" },
	{ "{n} {n#one=prijava|few=prijave|other=prijava}", full, 10, "3 prijave", "a plural of few" },
	{ "{n#one={} prijava|few={} prijave|other=nema}", full, 10, "3 prijave", "{} in a plural is the number" },
	{ "{n#one=a|few=b|other=nema}", empty, 10, "nema", "zero is other in Serbian" },
	{ "A{~1 b}{~2 c}", full, 10, "A b c", "everything may stay" },
	{ "A{~1 b}{~2 c}", full, 2, "A b", "the highest number goes first" },
	{ "A{~1 b}{~2 c}", full, 1, "A", "and then the rest" },
	{ "A{~1{place?, {}}}", full, 10, "A, Svetosavska 14", "braces within each other" },
	{ "A {>footer}", full, 10, "A za SP-1", "a part with a value" },
	{ "{{{case}}} {{x}}", full, 10, "{SP-1} {x}", "braces of the words themselves" },
	{ "a|b?c!d#e", full, 10, "a|b?c!d#e", "signs mean nothing outside of braces" },
	{ "\r\n a\r\nb \r\n", full, 10, "a\nb", "line ends are one character, blanks around go" },
};
/* clang-format on */

static void test_renders(void)
{
	for (size_t i = 0; i < ARRAY_LEN(renders); i++) {
		struct arena *a = arena_new(1 << 20);
		struct faults f = faults_in(a);
		struct template *t = NULL;
		struct bytes text = BYTES("(did not render)");
		struct template_call call = { renders[i].values, "Europe/Belgrade", renders[i].keep,
					      NULL };

		if (make(a, renders[i].text, &f, &t) == ERR_OK)
			(void)template_render(t, &call, a, &text);
		is_text(text, renders[i].want, "%s", renders[i].promise);
		arena_free(&a);
	}
}

/* clang-format off */
static const struct {
	const char *text;
	unsigned line;
	const char *says; /* some words of the fault */
} faulty[] = {
	{ "a\nb {cse}", 2, "did you mean {case}?" },
	{ "{qqqqqq}", 1, "this text knows {case} {place} {due} {n}" },
	{ "{other}", 1, "not known here" },
	{ "{n#one=a|other=b}", 1, "lacks few, which sr-Latn needs" },
	{ "\n\n{n#one=a|few=b|some=c}", 3, "a plural is written" },
	{ "{n#one=a|one=b|few=c|other=d}", 1, "one stands twice" },
	{ "{case#one=a|few=b|other=c}", 1, "not a number" },
	{ "{case|short}", 1, "short is for times" },
	{ "{due|cut:3}", 1, "cut is for words" },
	{ "{case|cut}", 1, "write cut:20" },
	{ "{case|cut:0}", 1, "write cut:20" },
	{ "{case|loud}", 1, "there is no filter \"loud\"" },
	{ "{case|upper|upper|upper|upper}", 1, "one filter too many" },
	{ "a\n{case", 2, "never closed" },
	{ "{place?a", 1, "never closed" },
	{ "a}b", 1, "closes nothing" },
	{ "{place?a}}", 1, "closes nothing" },
	{ "{}", 1, "name of a value" },
	{ "{Case}", 1, "name of a value" },
	{ "{case x}", 1, "after the name" },
	{ "{~x}", 1, "number from 1 to 9" },
	{ "{*cases}a{/}", 1, "for mail only" },
	{ "{>}", 1, "name of a part" },
	{ "a\n{>header}", 2, "there is no part" },
	{ "{>bad}", 9, "{what} is not known here" },
	{ "{>nested}", 9, "can't hold another part" },
	{ "{~1{~1{~1{~1{~1{~1{~1{~1{~1x}}}}}}}}}", 1, "within each other" },
	{ "\xc0\xaf", 1, "not UTF-8" },
};
/* clang-format on */

static bool has_fault(const struct faults *f, unsigned line, const char *words)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->list[i].line == line && !f->list[i].is_warning &&
		    memmem(f->list[i].words.ptr, f->list[i].words.len, words, strlen(words)) !=
			    NULL)
			return true;
	}
	for (size_t i = 0; i < f->n; i++)
		diag("%u: %.*s", f->list[i].line, PRI_BYTES(f->list[i].words));
	return false;
}

static void test_faults(void)
{
	for (size_t i = 0; i < ARRAY_LEN(faulty); i++) {
		struct arena *a = arena_new(1 << 20);
		struct faults f = faults_in(a);
		struct template *t = NULL;

		is_int(make(a, faulty[i].text, &f, &t), ERR_INVALID, "refused: %s", faulty[i].text);
		ok(has_fault(&f, faulty[i].line, faulty[i].says), "line %u: \"%s\"", faulty[i].line,
		   faulty[i].says);
		arena_free(&a);
	}
}

static void test_absent(void)
{
	struct arena *a = arena_new(1 << 20);
	struct faults f = faults_in(a);
	struct template *t;

	is_int(make(a, "A {place}.", &f, &t), ERR_OK, "a value that may be absent can be named");
	ok(f.n == 1 && f.list[0].is_warning, "and that is worth a warning");
	is_int(make(a, "A{place?{>footer}, {place}}.", &f, &t), ERR_OK,
	       "within {place?…} it is there");
	is_int((long long)f.n, 1, "and nobody is warned");
	is_int(template_levels(t), 0, "nothing may be left out of it");
	is_int(make(a, "{~1 a{~3 b}}", &f, &t), ERR_OK, "levels within each other");
	is_int(template_levels(t), 1 << 1 | 1 << 3, "are both known");
	arena_free(&a);
}

/* A whole file of one piece of text again and again. */
static char *filled(const char *piece, size_t len)
{
	char *text = malloc(len + 1);
	size_t n = strlen(piece);

	for (size_t i = 0; i < len; i++)
		text[i] = piece[i % n];
	text[len] = '\0';
	return text;
}

static void test_limits(void)
{
	struct arena *a = arena_new(64 << 20);
	struct faults f = faults_in(a);
	struct template *t;
	char *largest = filled("{n} ", TEMPLATE_BYTES_MAX),
	     *larger = filled("a", TEMPLATE_BYTES_MAX + 1);
	char *rude = filled("{x}", TEMPLATE_BYTES_MAX);

	is_int(make(a, largest, &f, &t), ERR_OK, "64 KiB of values are a template");
	is_int(make(a, larger, &f, &t), ERR_INVALID, "one octet more is a fault");
	is_int((long long)f.n, 1, "of one line");
	is_int(make(a, rude, &f, &t), ERR_INVALID, "21,000 unknown names are refused");
	ok(f.n <= 1 + 20, "and not all of them are listed");
	free(largest);
	free(larger);
	free(rude);
	arena_free(&a);
}

/* However little memory there is, it ends with an error or with the whole text. */
static void test_little_memory(void)
{
	static const char text[] =
		"{place?{|upper|plain}} {due|long} {n#one=a|few=b|other=c} {>footer}";
	struct template_call call = { full, "Europe/Belgrade", TEMPLATE_KEEP_ALL, NULL };
	unsigned whole = 0, other = 0;

	for (size_t cap = 64; cap <= 8192; cap += 64) {
		struct arena *a = arena_new(cap), *of_faults = arena_new(1 << 16);
		struct faults f = faults_in(of_faults);
		struct template *t = NULL;
		struct bytes rendered;
		int err = make(a, text, &f, &t);

		if (err == ERR_OK)
			err = template_render(t, &call, a, &rendered);
		if (err == ERR_OK)
			whole += bytes_ends(rendered, "14:00 b za SP-1");
		else
			other += err != ERR_LIMIT;
		arena_free(&a);
		arena_free(&of_faults);
	}
	ok(whole > 0, "with enough memory the text is whole");
	is_int(other, 0, "with less it is ERR_LIMIT and nothing else");
}

static void test_values_are_not_logic(void)
{
	struct arena *a = arena_new(1 << 20);
	struct faults f = faults_in(a);
	struct template_value values[V_COUNT] = { [V_CASE] = { .text = BYTES("{due} {{ | {~1") } };
	struct template_call call = { values, "Europe/Belgrade", TEMPLATE_KEEP_ALL, NULL };
	struct template *t;
	struct bytes text = BYTES_NONE;

	if (make(a, "[{case}]", &f, &t) == ERR_OK)
		(void)template_render(t, &call, a, &text);
	is_text(text, "[{due} {{ | {~1]", "what a citizen wrote is words, whatever it looks like");
	arena_free(&a);
}

int main(void)
{
	plan(0);
	test_renders();
	test_faults();
	test_absent();
	test_limits();
	test_little_memory();
	test_values_are_not_logic();
	return done_testing();
}
