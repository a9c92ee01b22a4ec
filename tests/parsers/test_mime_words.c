/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_words.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/mime_params.h"
#include "parsers/strbuf.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *raw;
	const char *text;
	const char *promise;
} rows[] = {
	{ "Milica =?utf-8?q?Petrovi=C4=87?= <m@x>",        "Milica Petrović <m@x>", "a word of Q" },
	{ "=?utf-8?B?UGV0cm92acSH?=",                      "Petrović",     "a word of B" },
	{ "=?UTF-8?Q?a_b=5Fc?=",                           "a b_c",        "an underline is a blank" },
	{ "=?utf-8?q?a?= =?utf-8?q?b?=",                   "ab",           "blanks between words go" },
	{ "=?utf-8?q?a?=\r\n\t=?utf-8?q?b?=",              "ab",           "folded too" },
	{ "=?utf-8?q?a?= b =?utf-8?q?c?=",                 "a b c",        "blanks around others stay" },
	{ "=?utf-8?q?=C4?= =?utf-8?q?=8D?=",               "č",            "a character cut between two words" },
	{ "=?utf-8?b?xA==?= =?UTF-8?b?jQ==?=",             "č",            "in base64, each with its padding" },
	{ "=?utf-8?b?xA==?= =?UTF-8?q?=8D?=",              "č",            "between one of each kind" },
	{ "=?utf-8?q?ra=C4=8Dun za vodu?=",                "račun za vodu", "blanks inside a word" },
	{ "Re:=?utf-8?q?=C4=8D?=x",                        "Re:čx",        "glued to text on both sides" },
	{ "\"=?utf-8?q?=C4=8D?=\"",                        "\"č\"",        "in quotes" },
	{ "=?utf-8*sr?q?=C4=8D?=",                         "č",            "with a language" },
	{ "=?'utf-8'?q?=C4=8D?=",                          "č",            "with a quoted set" },
	{ "=??q?=C4=8D?=",                                 "č",            "without a set" },
	{ "=?x-none?q?=C4=8D?=",                           "č",            "with an unknown one" },
	{ "=? utf-8 ? Q ?=C4=8D?=",                        "č",            "with blanks between its pieces" },
	{ "=?utf-8?q?=C4=8Dasovi",                         "časovi",       "that never ends" },
	{ "=?utf-8?q?=C4=8Dasovi?",                        "časovi",       "that lost its last sign" },
	{ "=?utf-8?q?=C4=8D =?utf-8?q?=C5=A1?=",           "č š",          "that doesn't end before the next" },
	{ "=?utf-8?b?xI0 dalje",                           "č dalje",      "base64 that doesn't end" },
	{ "=?utf-8?b?x I 0=?=",                            "č",            "blanks in base64" },
	{ "=?utf-8?b?UGV0cm92acSH=?=",                     "Petrović",     "wrong padding" },
	{ "=?utf-8?q?a=zb=?=",                             "a=zb=",        "'=' that encodes nothing" },
	{ "=?utf-8?x?abc?=",                               "=?utf-8?x?abc?=", "an unknown encoding stays as it is" },
	{ "a =? b ?= c",                                   "a =? b ?= c",  "what only looks like a word stays" },
	{ "=?iso-8859-2?q?ra=E8un?= =?windows-1251?q?=E4=E0?=", "računда", "words of two sets" },
	{ "=?iso-8859-2?q?Po=9Atovani?=",                  "Poštovani",    "a set that is wrong" },
	{ "ra\xC4\x8Dun",                                  "račun",        "raw UTF-8" },
	{ "ra\xE8un za vodu \x9Aifra",                     "račun za vodu šifra", "raw windows-1250" },
	{ "\xCF\xEE\xF8\xF2\xEE\xE2\xE0\xED\xE8",          "Поштовани",    "raw windows-1251" },
	{ "ra\xC4\x8Dun =?utf-8?q?=C4=8D?=",               "račun č",      "raw and encoded" },
	{ "=?utf-8?Q?=3D=3Futf-8=3FB=3FxI0=3D=3F=3D?=",    "č",            "encoded twice" },
	{ "=?utf-8?q?a=00=0D=0Ab=07c?=",                   "a bc",         "controls and line ends don't get in" },
	{ " \t a \t b ",                                   "a   b",        "one line, no blanks at its ends" },
	{ "",                                              "",             "nothing" },
	{ "=?",                                            "=?",           "hardly anything" },
	{ "=?utf-8?q?" "?=",                                  "",             "an empty word" },
	{ "=?utf-8?q?",                                    "",             "the beginning of one" },
};

/* "main|name=value|name=value" */
static const struct {
	const char *raw;
	const char *value;
	const char *promise;
} values[] = {
	{ "text/plain; charset=utf-8",                     "text/plain|charset=utf-8", "a type and a set" },
	{ "Text/Plain; CHARSET=\"UTF-8\"; format=flowed",  "text/plain|charset=UTF-8|format=flowed", "any case, quoted" },
	{ "text/plain charset=utf-8",                      "text/plain|charset=utf-8", "a semicolon is missing" },
	{ "text/plain; charset=utf-8 format=flowed",       "text/plain|charset=utf-8|format=flowed", "and between two" },
	{ "text/plain; charset = utf-8 ;; x",              "text/plain|charset=utf-8", "blanks, empty ones, words" },
	{ "text/plain (comment); charset=x",               "text/plain|charset=x", "a comment behind the type" },
	{ "text / plain",                                  "text/plain",           "blanks in the type" },
	{ "attachment; filename=my file.pdf",              "attachment|filename=my file.pdf", "blanks in an unquoted name" },
	{ "attachment; filename=\"my; file=1.pdf\"",       "attachment|filename=my; file=1.pdf", "anything in a quoted one" },
	{ "attachment; filename=\"a\\\"b.pdf\"",           "attachment|filename=a\"b.pdf", "a quote mark in it" },
	{ "attachment; filename=\"C:\\temp\\a.pdf\"",      "attachment|filename=C:\\temp\\a.pdf", "a path of Windows" },
	{ "attachment; filename=\"a.pdf",                  "attachment|filename=a.pdf", "no end of the quote" },
	{ "attachment; filename==?utf-8?q?ra=C4=8Dun.pdf?=", "attachment|filename=račun.pdf", "a word, unquoted" },
	{ "attachment; filename=\"=?utf-8?q?ra=C4=8D?= =?utf-8?q?un.pdf?=\"", "attachment|filename=račun.pdf", "words, quoted" },
	{ "attachment; filename=\"ra\xC4\x8Dun.pdf\"",     "attachment|filename=račun.pdf", "raw UTF-8" },
	{ "attachment; filename=\"ra\xE8un \x9A.pdf\"",    "attachment|filename=račun š.pdf", "raw windows-1250" },
	{ "attachment; filename*=utf-8''ra%C4%8Dun.pdf",   "attachment|filename=račun.pdf", "percent-encoded" },
	{ "attachment; filename*=\"utf-8'sr'ra%C4%8Dun.pdf\"", "attachment|filename=račun.pdf", "and quoted, with a language" },
	{ "attachment; filename*=windows-1250''ra%E8un.pdf", "attachment|filename=račun.pdf", "in another set" },
	{ "attachment; filename*=''ra%C4%8Dun.pdf",        "attachment|filename=račun.pdf", "without a set" },
	{ "attachment; filename*=ra%C4%8Dun.pdf",          "attachment|filename=račun.pdf", "without anything before it" },
	{ "attachment; filename*=it's.pdf",                "attachment|filename=it's.pdf", "an apostrophe is no set" },
	{ "attachment; filename*0*=utf-8''ra%C4; filename*1*=%8Dun; filename*2=.pdf", "attachment|filename=račun.pdf",
	  "in pieces, a character cut between two" },
	{ "attachment; filename*1=\"un.pdf\"; filename*0=\"rac\"", "attachment|filename=racun.pdf", "pieces in the wrong order" },
	{ "attachment; filename*0=\"=?utf-8?q?ra=C4=8D\"; filename*1=\"un?=\"", "attachment|filename=račun", "words in pieces" },
	{ "attachment; filename=racun.pdf; filename*=utf-8''ra%C4%8Dun.pdf", "attachment|filename=račun.pdf",
	  "of both forms the encoded counts" },
	{ "attachment; filename=a.pdf; filename=b.pdf",    "attachment|filename=a.pdf", "of two equal ones the first" },
	{ "attachment; filename*=utf-8''100%",             "attachment|filename=100%", "a percent sign that encodes nothing" },
	{ "multipart/mixed; boundary=\"a b'c\"",           "multipart/mixed|boundary=a b'c", "a boundary" },
	{ "multipart/mixed; boundary='",                   "multipart/mixed|boundary='", "one that is a quote mark" },
	{ "",                                              "",                     "nothing" },
	{ ";=;*=;\"",                                      "",                     "rubbish" },
};
/* clang-format on */

static struct bytes flat(struct arena *a, const struct mime_value *v)
{
	struct strbuf s = strbuf_in(a, 4096);

	strbuf_add(&s, v->main);
	for (size_t i = 0; i < v->n_params; i++)
		strbuf_addf(&s, "|%.*s=%.*s", PRI_BYTES(v->params[i].name),
			    PRI_BYTES(v->params[i].value));
	return strbuf_bytes(&s);
}

/* So many that anything but a linear reader would be seen. */
static void test_floods(struct mime_charsets *cs, struct arena *a)
{
	struct strbuf s = strbuf_in(a, 1 << 22);
	struct bytes text = BYTES_NONE;
	struct mime_value v = { 0 };

	for (int i = 0; i < 100000; i++)
		strbuf_adds(&s, "=?utf-8?q?a");
	is_int(mime_words(cs, a, strbuf_bytes(&s), &text), ERR_OK, "100,000 words without an end");
	s = strbuf_in(a, 1 << 22);
	strbuf_adds(&s, "x/y");
	for (int i = 0; i < 50000; i++)
		strbuf_addf(&s, "; a%d*%d*=b", i % 7, i);
	is_int(mime_value(cs, a, strbuf_bytes(&s), &v), ERR_OK, "50,000 parameters");
	ok(v.n_params <= MIME_PARAMS_MAX, "of which few are read");
}

int main(void)
{
	struct arena *a = arena_new(1 << 24);
	struct mime_charsets *cs = mime_charsets_open();

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes text = BYTES_NONE;

		mime_words(cs, a, bytes_of(rows[i].raw), &text);
		is_text(text, rows[i].text, "word: %s", rows[i].promise);
	}
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct mime_value v = { 0 };

		mime_value(cs, a, bytes_of(values[i].raw), &v);
		is_text(flat(a, &v), values[i].value, "parameter: %s", values[i].promise);
	}
	test_floods(cs, a);
	mime_charsets_close(&cs);
	arena_free(&a);
	return done_testing();
}
