/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_catalog - every text in every tongue, by fallback where there is none of its own. */
#include "templates/catalog.h"

#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"
#include "tests/templates/texts.h"

static const struct tongue sr_cyrl = { LANG_SR, SCRIPT_CYRL };
static const struct tongue sr_latn = { LANG_SR, SCRIPT_LATN };
static const struct tongue hr = { LANG_HR, SCRIPT_LATN };
static const struct tongue sk = { LANG_SK, SCRIPT_LATN };
static const struct tongue hu = { LANG_HU, SCRIPT_LATN };
static const struct tongue rom = { LANG_ROM, SCRIPT_LATN };
static const struct tongue en = { LANG_EN, SCRIPT_LATN };

static bool says(const struct faults *f, const char *words)
{
	for (size_t i = 0; i < f->n; i++) {
		if (memmem(f->list[i].words.ptr, f->list[i].words.len, words, strlen(words)) !=
		    NULL)
			return true;
	}
	for (size_t i = 0; i < f->n; i++)
		diag("%.*s:%u: %.*s", PRI_BYTES(f->list[i].file), f->list[i].line,
		     PRI_BYTES(f->list[i].words));
	return false;
}

static struct bytes rendered(struct arena *a, const struct catalog *c, enum text_name n,
			     struct tongue t)
{
	static const struct template_value values[TEXT_VALUE_COUNT] = {
		[TEXT_VALUE_CASE] = { .text = BYTES("SP-1") },
		[TEXT_VALUE_TOWN] = { .text = BYTES("Pazova") },
	};
	struct template_call call = { values, "Europe/Belgrade", TEMPLATE_KEEP_ALL, NULL };
	struct bytes text = BYTES("(did not render)");

	(void)template_render(catalog_text(c, n, t), &call, a, &text);
	return text;
}

static void test_ours(void)
{
	struct arena *a = arena_new(1 << 22);
	struct faults f = faults_in(a);
	struct catalog *c = texts_load(&f);

	is_int((long long)f.n_errors, 0, "the texts that we bring have no faults");
	is_int((long long)f.n, 1, "and one fallback:");
	ok(says(&f, "rom has no texts of its own, those of sr-Latn are used"),
	   "Romani reads Serbian");
	for (size_t i = 0; i < ARRAY_LEN(text_folders); i++) {
		struct tongue t;

		(void)tongue_parse(bytes_of(text_folders[i]), &t);
		ok(catalog_source(c, TEXT_ACK, t).language == t.language, "%s has its own texts",
		   text_folders[i]);
		ok(catalog_word(c, t, "state.open").len != 0, "%s has its own words",
		   text_folders[i]);
	}
	is_text(rendered(a, c, TEXT_JOINED, sr_cyrl), "Ваша порука је додата пријави SP-1. Хвала.",
		"Cyrillic");
	is_text(rendered(a, c, TEXT_JOINED, sr_latn), "Vaša poruka je dodata prijavi SP-1. Hvala.",
		"Latin is derived");
	is_text(rendered(a, c, TEXT_JOINED, rom), "Vaša poruka je dodata prijavi SP-1. Hvala.",
		"Romani falls back to it");
	is_text(catalog_word(c, sr_latn, "state.closed"), "zatvorena", "words are derived too");
	is_text(catalog_word(c, sk, "state.open"), "v riešení", "words have a tongue");
	is_text(catalog_word(c, sk, "no.such"), "", "an unknown word is none");
	catalog_free(&c);
	ok(c == NULL, "freed");
	catalog_free(&c);
	arena_free(&a);
}

/* All texts and words of one tongue, each of them "{tongue} {name}". */
static void fill(struct catalog *c, const char *tongue, struct faults *f)
{
	for (int n = 0; n < TEXT_COUNT; n++)
		(void)texts_add(c, tongue, (enum text_name)n, tongue, f);
	(void)texts_add(
		c, tongue, TEXT_COUNT,
		"# a comment\n\nstate.new = new\nstate.open=open\nstate.waiting = w\n"
		"state.solved = s\nstate.closed = c\nlist.more = m\n"
		"mail.marker = m\nchannel.sms = s\nchannel.mail = m\n"
		"command.solve = c\ncommand.close = c\ncommand.forward = c\n"
		"command.take = c\ncommand.ask = c\ncommand.note = c\ncommand.wait = c\n"
		"command.merge = c\ncommand.split = c\ncommand.link = c\n"
		"command.language = c\ncommand.article = c\ncommand.preview = c\n"
		"command.help = c\n"
		"refused.unknown = r\nrefused.no_code = r\nrefused.no_day = r\n"
		"refused.bad_day = r\nrefused.no_case = r\nrefused.no_language = r\n"
		"refused.too_many = r\nrefused.no_answer = r\nrefused.not_open = r\n"
		"refused.other_case = r\nrefused.twice = r\nrefused.no_words = r\n"
		"refused.not_sent = r\nrefused.merged = r\nrefused.quote = r\nrefused.not_possible "
		"= r\n"
		"told.nothing = r\ntold.article = r\nheld.token = r\nheld.old = r\nheld.case = r\n"
		"held.person = r\nheld.proof = r\nheld.again = r\nanswer.rest = r\n",
		f);
	for (int n = 0; n < LETTER_COUNT; n++)
		(void)letters_add(c, tongue, (enum letter_name)n, "Subject: s\n\nbody\n", f);
}

static void test_fallbacks(void)
{
	struct arena *a = arena_new(1 << 22);
	struct faults f = faults_in(a);
	struct catalog *c = catalog_new();

	fill(c, "sr-Latn", &f);
	(void)texts_add(c, "en", TEXT_STOP, "en", &f);
	(void)texts_add(c, "hu", TEXT_ACK, "hu", &f);
	is_int(catalog_finish(c, &f), ERR_OK, "one tongue is enough for all");
	is_text(rendered(a, c, TEXT_STOP, sk), "en", "Slovak falls back to English");
	is_text(rendered(a, c, TEXT_STOP, hu), "en", "Hungarian too");
	is_text(rendered(a, c, TEXT_ACK, sk), "sr-Latn", "and then to Serbian Latin");
	is_text(rendered(a, c, TEXT_ACK, hu), "hu", "but not where it has its own");
	is_text(rendered(a, c, TEXT_ACK, hr), "sr-Latn", "Croatian falls back to Serbian Latin");
	is_text(rendered(a, c, TEXT_ACK, sr_cyrl), "sr-Latn", "Cyrillic too, when there is none");
	is_text(rendered(a, c, TEXT_ACK, en), "sr-Latn", "English as well");
	ok(catalog_source(c, TEXT_STOP, hu).language == LANG_EN, "the source is told");
	is_text(catalog_file(c, TEXT_STOP, hu), "en/stop.txt", "and its file");
	is_text(catalog_written(c, TEXT_STOP, hu), "en", "and how it was written");
	ok(catalog_source(c, TEXT_ACK, (struct tongue){ 0 }).language == LANG_SR,
	   "nobody's tongue is the town's");
	ok(says(&f, "stop: hu has none of its own, that of en is used"), "each use is a warning");
	is_int((long long)f.n_errors, 0, "and none is an error");
	catalog_free(&c);
	arena_free(&a);
}

static void test_own_wins(void)
{
	struct arena *a = arena_new(1 << 22);
	struct faults f = faults_in(a);
	struct catalog *c = catalog_new();

	fill(c, "sr-Cyrl", &f);
	(void)texts_add(c, "sr-Cyrl", TEXT_ACK, "\xef\xbb\xbfново {case}{>крај}\n", &f);
	is_int((long long)f.n_errors, 1, "the name of a part is in Latin letters");
	is_int(texts_add(c, "sr-Cyrl", TEXT_ACK, "\xef\xbb\xbfново {case} {>footer}\n", &f), ERR_OK,
	       "a text may be given again");
	(void)texts_add(c, "sr-Latn", TEXT_STOP, "moj", &f);
	(void)texts_add(c, "sr-Cyrl", TEXT_COUNT,
			"part.footer = \xd1\x99\xd1\x83\xd0\xb4\xd0\xb8 {case}\n", &f);
	is_int(catalog_finish(c, &f), ERR_OK, "it all fits together");
	is_text(rendered(a, c, TEXT_ACK, sr_cyrl), "ново SP-1 људи SP-1", "the later one is used");
	is_text(rendered(a, c, TEXT_ACK, sr_latn), "novo SP-1 ljudi SP-1",
		"and derived, with its part");
	is_text(rendered(a, c, TEXT_STOP, sr_latn), "moj",
		"a Latin text of one's own is not derived");
	catalog_free(&c);
	arena_free(&a);
}

/* clang-format off */
static const struct {
	enum text_name name;
	const char *text;
	const char *says;
} faulty[] = {
	{ TEXT_ACK, "{reason}", "{reason} is not known here" },
	{ TEXT_ACK, "{plase?x}", "did you mean {place}?" },
	{ TEXT_HELP, "{case}", "this text knows {town} {price}" },
	{ TEXT_STOP, "{case}", "this text knows no values" },
	{ TEXT_LATE, "{n#one=a|other=b}", "lacks few" },
	{ TEXT_STATUS_LIST, "{*cases}{/}", "for mail only" },
	{ TEXT_STOP, " \n", "the text is empty" },
	{ TEXT_COUNT, "state.neww = a", "did you mean state.new?" },
	{ TEXT_COUNT, "colour = a", "no such word" },
	{ TEXT_COUNT, "state.new", "key = text" },
	{ TEXT_COUNT, "state.new =", "key = text" },
	{ TEXT_COUNT, "state.new = \xff", "not UTF-8" },
};
/* clang-format on */

static void test_faults(void)
{
	struct arena *a = arena_new(1 << 22);
	struct catalog *c = catalog_new();
	struct faults f = faults_in(a);

	for (size_t i = 0; i < ARRAY_LEN(faulty); i++) {
		f = faults_in(a);
		is_int(texts_add(c, "sr-Cyrl", faulty[i].name, faulty[i].text, &f), ERR_INVALID,
		       "refused: %s", faulty[i].text);
		ok(says(&f, faulty[i].says), "with words: %s", faulty[i].says);
	}
	f = faults_in(a);
	(void)texts_add(c, "sk", TEXT_COUNT, "# 1\n\nstate.open = a\nstate.opn = b\n", &f);
	ok(f.n == 1 && f.list[0].line == 4 && bytes_is(f.list[0].file, "sk/words.txt"),
	   "a word's fault names file and line");
	catalog_free(&c);
	c = catalog_new();
	f = faults_in(a);
	(void)texts_add(c, "en", TEXT_ACK, "x", &f);
	is_int(catalog_finish(c, &f), ERR_INVALID, "a catalog with one text is not whole");
	ok(says(&f, "there is no text \"stop\" to fall back to"), "the missing texts are named");
	ok(says(&f, "there is no word \"state.new\" to fall back to"), "and the words");
	catalog_free(&c);
	arena_free(&a);
}

int main(void)
{
	enum text_name n = TEXT_COUNT;

	plan(0);
	ok(text_name_parse(bytes_of("status_list"), &n) == ERR_OK && n == TEXT_STATUS_LIST,
	   "a text is known by its file's stem");
	is_int(text_name_parse(bytes_of("words"), &n), ERR_INVALID, "words is no text");
	test_ours();
	test_fallbacks();
	test_own_wins();
	test_faults();
	return done_testing();
}
