/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_compose_letter - the texts of mails: subject, marker, lists, and nothing too long to leave. */
#include "templates/compose_letter.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/mail_reply.h"
#include "parsers/utf8.h"
#include "tests/tap.h"
#include "tests/templates/texts.h"

#define ZONE "Europe/Belgrade"
#define DUE  INT64_C(1795698000000) /* 2026-11-26 14:00 in Belgrade */

static const struct tongue tongues[] = {
	{ LANG_SR, SCRIPT_CYRL }, { LANG_SR, SCRIPT_LATN }, { LANG_HR, SCRIPT_LATN },
	{ LANG_SK, SCRIPT_LATN }, { LANG_HU, SCRIPT_LATN }, { LANG_ROM, SCRIPT_LATN },
	{ LANG_EN, SCRIPT_LATN },
};

static const struct tongue sr_latn = { LANG_SR, SCRIPT_LATN };

static const struct letter_item cases[] = {
	{ .case_no = BYTES("SP-2026-000001"),
	  .category = BYTES("Voda"),
	  .state = BYTES("u radu"),
	  .due = { DUE } },
	{ .case_no = BYTES("SP-2026-000002"),
	  .category = BYTES("Put"),
	  .place = BYTES("Banovci"),
	  .state = BYTES("nova") },
};

static const struct letter_item lines[] = { { .words = BYTES("#resseno") } };

static const struct letter_values sample = {
	.common = {
		.case_no = BYTES("SP-2026-000123"),
		.category = BYTES("Voda"),
		.department = BYTES("Vodovod"),
		.place = BYTES("Svetosavska 14"),
		.state = BYTES("u radu"),
		.words = BYTES("Ekipa je krenula.\nHvala."),
		.reason = BYTES("Popravljeno."),
		.town = BYTES("Stara Pazova"),
		.due = { DUE },
		.n = 2,
	},
	.tag = BYTES("[SP-2026-000123]"),
	.from = BYTES("pera@x.example"),
	.channel = BYTES("SMS"),
	.received = { DUE },
	.lines = { lines, ARRAY_LEN(lines) },
	.cases = { cases, ARRAY_LEN(cases) },
};

static struct letter composed(struct arena *a, const struct catalog *c, enum letter_name n,
			      struct tongue t, const struct letter_values *v)
{
	struct letter l = { .text = BYTES("(did not compose)") };

	(void)compose_letter(c, n, t, v, ZONE, a, &l);
	return l;
}

static void test_reads(struct arena *a, const struct catalog *c)
{
	struct letter l = composed(a, c, LETTER_ACK, sr_latn, &sample);
	struct letter_values v = sample;

	is_text(l.subject, "[SP-2026-000123] Primili smo vašu prijavu", "a subject");
	is_text(l.text,
		"=-=-= Odgovor napišite iznad ove linije =-=-=\n\n"
		"Poštovani,\n\nprimili smo vašu prijavu. Njen broj je SP-2026-000123.\n\n"
		"Oblast: Voda\nMesto: Svetosavska 14\nRešava: Vodovod\n"
		"Odgovor dobijate do: četvrtak, 26. novembar 2026. 14:00\n\n"
		"Ako želite nešto da dodate, odgovorite na ovu poruku. Stanje prijave možete da "
		"proverite porukom u kojoj piše STATUS i broj prijave.\n\nStara Pazova\n",
		"and its words, below the marker");
	v.common.place = BYTES_NONE;
	v.common.due.ms = 0;
	l = composed(a, c, LETTER_ACK, sr_latn, &v);
	ok(memmem(l.text.ptr, l.text.len, "Oblast: Voda\nRešava: Vodovod\n\nAko", 33) != NULL,
	   "what is absent leaves no empty line");
	l = composed(a, c, LETTER_STATUS_LIST, sr_latn, &sample);
	ok(memmem(l.text.ptr, l.text.len,
		  "SP-2026-000001 – Voda: u radu, rok 26.11. 14:00\n"
		  "SP-2026-000002 – Put, Banovci: nova\n\nStara Pazova\n",
		  100) != NULL,
	   "a list has a line for each");
	l = composed(a, c, LETTER_ANSWER, sr_latn, &sample);
	ok(bytes_starts(l.text, "=-=-= Odgovor napišite iznad ove linije =-=-=\n\nEkipa je "
				"krenula.\nHvala.\n\nBroj prijave"),
	   "a clerk's words are the mail, their lines stay");
	is_text(l.subject, "[SP-2026-000123] Odgovor na vašu prijavu",
		"without a subject of theirs");
	v.subject = bytes_of("Voda\r\nBcc: evil@x.example");
	l = composed(a, c, LETTER_ANSWER, sr_latn, &v);
	is_text(l.subject, "[SP-2026-000123] Re: Voda Bcc: evil@x.example",
		"a subject is one line");
}

/* Every mail in every tongue, with what it may name and with only what it must. */
static void test_all(struct arena *a, const struct catalog *c)
{
	struct letter_values least = sample;
	unsigned good = 0, n = 0;

	least.common.place = BYTES_NONE;
	least.common.due.ms = 0;
	least.common.state = BYTES_NONE;
	for (size_t t = 0; t < ARRAY_LEN(tongues); t++) {
		for (int name = 0; name < LETTER_COUNT; name++) {
			const struct letter_values *values[] = { &sample, &least };

			for (size_t i = 0; i < ARRAY_LEN(values); i++) {
				struct letter l = composed(a, c, (enum letter_name)name, tongues[t],
							   values[i]);

				bool fine = l.subject.len > 0 &&
					    bytes_starts(l.text, MAIL_MARKER) &&
					    bytes_ends(l.text, "\n") && utf8_is_valid(l.text) &&
					    memmem(l.text.ptr, l.text.len, "\n\n\n", 3) == NULL &&
					    bytes_find(l.text, '{') == l.text.len;

				n++;
				good += fine;
				if (!fine)
					diag("%s in %s: %.*s\n%.*s",
					     letter_name_text((enum letter_name)name),
					     tongue_name(tongues[t]), PRI_BYTES(l.subject),
					     PRI_BYTES(l.text));
				arena_reset(a);
			}
		}
	}
	is_int(good, n, "every mail in every tongue composes, with values and without");
}

/* Romani reads Serbian; a short Croatian text may well be the Serbian one. */
static bool is_near(struct tongue a, struct tongue b)
{
	return a.language == LANG_ROM || b.language == LANG_ROM ||
	       (a.language == LANG_SR && b.language == LANG_HR);
}

/* The languages are their own: the same text in two of them is a copy that nobody translated. */
static void test_translated(const struct catalog *c)
{
	unsigned same = 0;

	for (int n = 0; n < LETTER_COUNT; n++) {
		for (size_t i = 0; i < ARRAY_LEN(tongues); i++) {
			struct letter_text one = catalog_letter(c, (enum letter_name)n, tongues[i]);

			for (size_t j = i + 1; j < ARRAY_LEN(tongues); j++) {
				struct letter_text two =
					catalog_letter(c, (enum letter_name)n, tongues[j]);

				if (is_near(tongues[i], tongues[j]))
					continue;
				if (!bytes_eq(one.written, two.written) ||
				    bytes_eq(one.file, two.file))
					continue;
				same++;
				diag("%.*s and %.*s", PRI_BYTES(one.file), PRI_BYTES(two.file));
			}
		}
	}
	is_int(same, 0, "no mail's text is the same in two languages");
}

static void test_limits(struct arena *a, const struct catalog *c)
{
	static char words[4 * LETTER_WORDS_MAX];
	static struct letter_item many[LETTER_ITEMS_MAX + 1];
	struct letter_values v = sample;
	struct letter l;

	memset(words, 'w', sizeof(words));
	v.common.words = bytes_at(words, sizeof(words));
	v.common.reason = v.suggestion = v.subject = v.from = v.common.words;
	l = composed(a, c, LETTER_STAFF_CASE, sr_latn, &v);
	ok(l.was_cut && l.text.len > LETTER_WORDS_MAX && l.text.len < 4 * LETTER_WORDS_MAX,
	   "words without end are cut, and the mail leaves");
	ok(memmem(l.text.ptr, l.text.len, "www […]", 9) != NULL, "with a mark where");
	l = composed(a, c, LETTER_ANSWER, sr_latn, &v);
	ok(l.subject.len <= LETTER_SUBJECT_MAX, "a subject too");
	v = sample;
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = cases[0];
	v.cases = (struct letter_list){ many, ARRAY_LEN(many) };
	v.common.n = ARRAY_LEN(many);
	l = composed(a, c, LETTER_STAFF_DIGEST, sr_latn, &v);
	ok(l.was_cut, "a list is cut at %d", LETTER_ITEMS_MAX);
	ok(memmem(l.subject.ptr, l.subject.len, "201", 3) != NULL, "and its number said");
}

/* clang-format off */
static const struct {
	enum letter_name name;
	const char *text;
	const char *says;
} faulty[] = {
	{ LETTER_ACK, "no subject", "begins with a line \"Subject: …\"" },
	{ LETTER_ACK, "Subject:\n\nx", "begins with a line \"Subject: …\"" },
	{ LETTER_ACK, "Subject: a\nb\n\nc", "begins with a line \"Subject: …\"" },
	{ LETTER_ACK, "Subject: a\n\n \n", "begins with a line \"Subject: …\"" },
	{ LETTER_ACK, " ", "the text is empty" },
	{ LETTER_ACK, "Subject: {reason}\n\nx", "{reason} is not known here" },
	{ LETTER_STOP, "Subject: a\n\n{case}", "this text knows {town} {tag}" },
	{ LETTER_STATUS_LIST, "Subject: a\n\n{cases}", "{cases} is a list: write {*cases}" },
	{ LETTER_STATUS_LIST, "Subject: a\n\n{*cases}{case}", "never ends" },
	{ LETTER_STATUS_LIST, "Subject: a\n\n{*cases}{file}{/}", "{file} is not known here" },
	{ LETTER_STATUS_LIST, "Subject: a\n\n{*cases}{*cases}x{/}{/}", "within another one" },
	{ LETTER_STATUS_LIST, "Subject: a\n\nx{/}", "ends nothing" },
	{ LETTER_STATUS_LIST, "Subject: a\n\n{*n}x{/}", "{n} is not a list" },
	{ LETTER_STATUS_LIST, "Subject: a\n\n{*near}x{/}", "{near} is not known here" },
	{ LETTER_STATUS_LIST, "Subject: a\n\n{*cases}{>x}{/}", "can't stand within a repetition" },
	{ LETTER_STATUS_LIST, "Subject: a\n\n{*cases}{place?x{/}", "never closed" },
};
/* clang-format on */

static bool says(const struct faults *f, const char *words)
{
	for (size_t i = 0; i < f->n; i++) {
		if (memmem(f->list[i].words.ptr, f->list[i].words.len, words, strlen(words)) !=
		    NULL)
			return true;
		diag("%u: %.*s", f->list[i].line, PRI_BYTES(f->list[i].words));
	}
	return false;
}

static void test_faults(struct arena *a)
{
	struct catalog *c = catalog_new();

	for (size_t i = 0; i < ARRAY_LEN(faulty); i++) {
		struct faults f = faults_in(a);

		is_int(letters_add(c, "sr-Latn", faulty[i].name, faulty[i].text, &f), ERR_INVALID,
		       "refused: %s", faulty[i].says);
		ok(says(&f, faulty[i].says), "in words");
	}
	{
		struct faults f = faults_in(a);

		(void)letters_add(c, "sr-Latn", LETTER_STOP, "Subject: a\n\nb\n{case}\n", &f);
		ok(f.n == 1 && f.list[0].line == 4, "a fault names its line in the file");
	}
	catalog_free(&c);
}

/* clang-format off */
static const struct {
	const char *subject, *bare;
} subjects[] = {
	{ "Voda", "Voda" },
	{ "Re: Voda", "Voda" },
	{ "RE: Odg: [SP-2026-000123 sabc] Fwd: Voda: curi", "Voda: curi" },
	{ "Re[2]: Voda", "Voda" },
	{ "Одг: Вода", "Вода" },
	{ "[hitno] Voda", "[hitno] Voda" },
	{ "Vodovod: curi", "Vodovod: curi" },
	{ "Re:", "" },
	{ "[", "[" },
	{ "", "" },
};

static const struct {
	uint64_t octets;
	const char *en, *sr;
} sizes[] = {
	{ 0, "0 KB", "0 KB" },
	{ 500, "0.5 KB", "0,5 KB" },
	{ 1024, "1 KB", "1 KB" },
	{ 120 * 1024, "120 KB", "120 KB" },
	{ 3355443, "3.2 MB", "3,2 MB" },
	{ UINT64_C(30) << 20, "30 MB", "30 MB" },
};
/* clang-format on */

static void test_small_words(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
		is_text(letter_subject_bare(bytes_of(subjects[i].subject)), subjects[i].bare,
			"bare: %s", subjects[i].subject);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		is_text(letter_size(a, tongues[6], sizes[i].octets), sizes[i].en, "a size");
		is_text(letter_size(a, sr_latn, sizes[i].octets), sizes[i].sr, "with a comma");
	}
}

int main(void)
{
	struct arena *a = arena_new(32u << 20), *kept = arena_new(1u << 20);
	struct faults f = faults_in(kept);
	struct catalog *c = texts_load(&f);

	plan(0);
	test_reads(a, c);
	test_all(a, c);
	test_translated(c);
	test_limits(a, c);
	test_faults(a);
	test_small_words(a);
	catalog_free(&c);
	arena_free(&a);
	arena_free(&kept);
	return done_testing();
}
