/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_fields.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "tests/tap.h"

#define PEOPLE_MAX 4

/* clang-format off */
static const struct {
	const char *raw, *want; /* want NULL: no address */
	const char *promise;
} addresses[] = {
	{ "pera@example.rs",            "pera@example.rs",     "an address" },
	{ " Pera.Peric@Example.RS ",    "Pera.Peric@example.rs", "the domain becomes small, the rest stays" },
	{ "pera@example.rs.",           "pera@example.rs",     "a dot at the end goes" },
	{ "pera@localhost",             "pera@localhost",      "a domain of one word" },
	{ "a+b=c/d!e#f@x.rs",           "a+b=c/d!e#f@x.rs",    "all that may stand before the @" },
	{ ".pera..p.@docomo.example",   ".pera..p.@docomo.example", "dots where RFC 5322 has none: such addresses exist" },
	{ "\"pera\"@x.rs",              "pera@x.rs",           "needless quotes go" },
	{ "p\xC3\xA9ra@\xC4\x8D" "a.rs", "p\xC3\xA9ra@\xC4\x8D" "a.rs", "letters of other alphabets" },
	{ "",                           NULL, "nothing" },
	{ "pera",                       NULL, "no @" },
	{ "@x.rs",                      NULL, "nobody" },
	{ "pera@",                      NULL, "no domain" },
	{ "pera@@x.rs",                 NULL, "two @" },
	{ "a@b@x.rs",                   NULL, "an @ in the local part" },
	{ "pera peric@x.rs",            NULL, "a blank" },
	{ "pera@x .rs",                 NULL, "a blank in the domain" },
	{ "\"pera peric\"@x.rs",        NULL, "a blank in quotes" },
	{ "\"a\\\"b\"@x.rs",            NULL, "a quote in quotes" },
	{ "pera@x..rs",                 NULL, "an empty label" },
	{ "pera@.rs",                   NULL, "an empty first label" },
	{ "pera@[10.0.0.1]",            NULL, "a domain literal" },
	{ "pera@x.rs\r\nRCPT TO:<b@y>", NULL, "a second SMTP command" },
	{ "pera\x01@x.rs",              NULL, "a control" },
	{ "pera\xC2\xA0p@x.rs",         NULL, "a blank of Unicode" },
	{ "pera\xE2\x80\x8B@x.rs",      NULL, "a blank without width" },
	{ "pera@x\xE2\x80\xAE.rs",      NULL, "a sign that turns the writing" },
	{ "\xE8@x.rs",                  NULL, "octets that are no UTF-8" },
	{ "<pera@x.rs>",                NULL, "brackets belong to the field" },
	{ "pera@x.rs>",                 NULL, "half a bracket" },
	{ "pera@x_y.rs",                "pera@x_y.rs", "an underscore in the domain, as in some offices" },
	{ "pera@x,rs",                  NULL, "a comma" },
};

static const struct {
	const char *value;
	const char *want; /* "name <address>; …" of at most PEOPLE_MAX */
	size_t n;
	const char *promise;
} lists[] = {
	{ "", "", 0, "an empty field" },
	{ "pera@x.rs", "<pera@x.rs>", 1, "an address" },
	{ "<pera@x.rs>", "<pera@x.rs>", 1, "in brackets" },
	{ "Pera Peric <pera@x.rs>", "Pera Peric <pera@x.rs>", 1, "with a name" },
	{ "  Pera   Peric<pera@x.rs>", "Pera Peric <pera@x.rs>", 1, "without blanks, or with many" },
	{ "\"Peric, Pera\" <pera@x.rs>", "Peric, Pera <pera@x.rs>", 1, "a quoted name with a comma" },
	{ "\"Pera \\\"Kum\\\" P\" <pera@x.rs>", "Pera \"Kum\" P <pera@x.rs>", 1, "quotes in quotes" },
	{ "J.K. Dr. Peric, dipl. ing. <p@x>", "J.K. Dr. Peric, dipl. ing. <p@x>", 1, "commas in an unquoted name" },
	{ "pera@x.rs (Pera Peric)", "Pera Peric <pera@x.rs>", 1, "the name as a comment" },
	{ "<pera@x.rs> (Pera)", "Pera <pera@x.rs>", 1, "the same behind brackets" },
	{ "<pera@x.rs> Pera", "Pera <pera@x.rs>", 1, "a name behind the address" },
	{ "MAILER-DAEMON@mail.example (Mail Delivery System)", "Mail Delivery System <MAILER-DAEMON@mail.example>", 1, "Postfix's bounces" },
	{ "a@x.rs, B <b@y.rs>,<c@z.rs>", "<a@x.rs>; B <b@y.rs>; <c@z.rs>", 3, "three people" },
	{ "a@x.rs; b@y.rs", "<a@x.rs>; <b@y.rs>", 2, "parted by semicolons, as Outlook does" },
	{ "a@x.rs b@y.rs", "<a@x.rs>; <b@y.rs>", 2, "parted by blanks only: two, not the last" },
	{ "A <a@x.rs> <b@y.rs>", "A <a@x.rs>; <b@y.rs>", 2, "two in brackets are two people" },
	{ "Odsek: a@x.rs, B <b@y.rs>; , c@z.rs", "<a@x.rs>; B <b@y.rs>; <c@z.rs>", 3, "a group" },
	{ "undisclosed-recipients:;", "", 0, "an empty group" },
	{ "root", "root <>", 1, "a word: a person that can't be answered" },
	{ "root, pera@x.rs", "<pera@x.rs>", 1, "a word beside an address is nobody" },
	{ "Pera <>", "Pera <>", 1, "empty brackets" },
	{ "Pera <root>", "Pera <>", 1, "brackets without an address" },
	{ "pera@x.rs <p@y.rs>", "pera@x.rs <p@y.rs>", 1, "an address as a name: what is in brackets counts" },
	{ "\"pera@x.rs\" <p@y.rs>", "pera@x.rs <p@y.rs>", 1, "the same in quotes" },
	{ "=?utf-8?q?Peri=C4=87?= <p@x.rs>", "=?utf-8?q?Peri=C4=87?= <p@x.rs>", 1, "an encoded word stays" },
	{ "=?utf-8?q?Peric,_(Pera)_<a@b.c>?= <p@x.rs>", "=?utf-8?q?Peric,_(Pera)_<a@b.c>?= <p@x.rs>", 1, "whatever it holds" },
	{ "<@relay.rs,@mx.rs:pera@x.rs>", "<pera@x.rs>", 1, "a route of old" },
	{ "Pera <pera@x.rs", "Pera <pera@x.rs>", 1, "a bracket that never closes" },
	{ "Pera <pera@x.rs, Mika <m@y.rs>", "Pera <pera@x.rs>; Mika <m@y.rs>", 2, "the same before another person" },
	{ "\"Pera <pera@x.rs>", "Pera <pera@x.rs>", 1, "a quote that never closes" },
	{ "Pera (odsek <pera@x.rs>", "Pera odsek <pera@x.rs>", 1, "a comment that never closes" },
	{ "Pera (a (b) c) P <pera@x.rs>", "Pera P <pera@x.rs>", 1, "nested comments" },
	{ "\"pera\"@x.rs", "pera <pera@x.rs>", 1, "a quoted local part" },
	{ "mailto:pera@x.rs", "<pera@x.rs>", 1, "a link" },
	{ "'Pera' <'pera@x.rs'>", "'Pera' <>", 1, "an address in single quotes is none" },
	{ "a@x, b@x, c@x, d@x, e@x, f@x", "<a@x>; <b@x>; <c@x>; <d@x>", 6, "those beyond the list are counted" },
	{ ",,, ,a@x,,", "<a@x>", 1, "commas without people" },
	{ ">><<a@x>>", "<a@x>", 1, "brackets too many" },
};

static const struct {
	const char *value, *want; /* "a|b|" */
	const char *promise;
} ids[] = {
	{ "<a@b>", "a@b|", "an id" },
	{ "<a@b> <c@d>\t<e@f>", "a@b|c@d|e@f|", "several" },
	{ "<a@b><c@d>", "a@b|c@d|", "without a blank" },
	{ "<a b@c>", "ab@c|", "a blank within" },
	{ "Your message of \"Mon, 2 Mar\" from pera@x <q@w>", "q@w|", "words before it" },
	{ "<q@w> from pera@x", "q@w|", "words behind it" },
	{ "a@b", "a@b|", "no brackets" },
	{ "a@b c@d", "a@b|c@d|", "several without" },
	{ "pismo od juce", "", "words" },
	{ "<a@b", "a@b|", "a bracket that never closes" },
	{ "<<a@b>>", "a@b|", "brackets twice" },
	{ "<> < > <a@b>", "a@b|", "empty ones" },
	{ "<no-at-sign>", "no-at-sign|", "an id without @" },
	{ "<a\x01@b>", "a@b|", "controls go" },
	{ "<\xC4\x8D@b>", "\xC4\x8D@b|", "UTF-8 stays" },
	{ "", "", "nothing" },
};

static const struct {
	const char *value, *alone, *want; /* kind and text of each token */
	const char *promise;
} fields[] = {
	{ "a b", "", "W a|W b|", "words" },
	{ "a;b=c/d", ";=/", "W a|S ;|W b|S =|W c|S /|W d|", "special characters" },
	{ "a;b=c/d", "", "W a;b=c/d|", "only those that were asked for" },
	{ "\"a b\"c", "", "Q a b|W c|", "a quoted text" },
	{ "\"a\\\"b\"", "", "Q a\\\"b|", "with an escape" },
	{ "(a (b (c) \\) ) d)e", "", "C a (b (c) \\) ) d|W e|", "comments nest" },
	{ "(a", "", "C! a|", "a comment without an end" },
	{ "\"a\\", "", "Q! a\\|", "a quote without an end" },
	{ "[1:2]x", "[", "L 1:2|W x|", "a literal" },
	{ "a)b", "", "W a)b|", "a lone bracket is a letter" },
	{ "\"\" ()", "", "Q |C |", "empty ones" },
	{ " \t\r\n ", "", "", "nothing but blanks" },
};
/* clang-format on */

static void test_addresses(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct bytes got = BYTES_NONE;
		int err = mail_address(bytes_of(addresses[i].raw), a, &got);

		if (addresses[i].want == NULL)
			ok(err == ERR_INVALID, "no address: %s", addresses[i].promise);
		else
			is_text(got, addresses[i].want, "%s", addresses[i].promise);
	}
	ok(mail_address_is_same(bytes_of("Pera@x.rs"), bytes_of("pera@x.rs")),
	   "the same mailbox in another case");
	ok(!mail_address_is_same(BYTES_NONE, BYTES_NONE), "nobody is not the same as nobody");
	ok(!mail_address_is_same(bytes_of("pera@x.rs"), bytes_of("pera@x.rss")), "another one");
}

static void test_address_length(struct arena *a)
{
	char long_one[300];
	struct bytes got;

	memset(long_one, 'a', sizeof(long_one));
	memcpy(long_one + MAIL_ADDRESS_MAX - 5, "@x.rs", 5);
	ok(mail_address(bytes_at(long_one, MAIL_ADDRESS_MAX), a, &got) == ERR_OK,
	   "254 octets are an address");
	memcpy(long_one + MAIL_ADDRESS_MAX - 4, "@x.rs", 5);
	long_one[MAIL_ADDRESS_MAX - 5] = 'a';
	ok(mail_address(bytes_at(long_one, MAIL_ADDRESS_MAX + 1), a, &got) == ERR_INVALID,
	   "255 are none");
}

static void test_lists(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct mail_person people[PEOPLE_MAX];
		struct strbuf s = strbuf_in(a, 4096);
		size_t n = 99;

		mail_address_list(bytes_of(lists[i].value), a, people, PEOPLE_MAX, &n);
		for (size_t k = 0; k < n && k < PEOPLE_MAX; k++)
			strbuf_addf(&s, "%s%.*s%s<%.*s>", k == 0 ? "" : "; ",
				    PRI_BYTES(people[k].name), people[k].name.len != 0 ? " " : "",
				    PRI_BYTES(people[k].address));
		is_text(strbuf_bytes(&s), lists[i].want, "%s", lists[i].promise);
		is_int((long long)n, (long long)lists[i].n, "how many");
	}
}

static void test_ids(struct arena *a)
{
	struct bytes list[2], value = bytes_of("<a@1> <b@2> <c@3> <d@4>");
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct bytes rest = bytes_of(ids[i].value), id;
		struct strbuf s = strbuf_in(a, 4096);

		while (mail_id_next(&rest, a, &id) == ERR_OK)
			strbuf_addf(&s, "%.*s|", PRI_BYTES(id));
		is_text(strbuf_bytes(&s), ids[i].want, "ids: %s", ids[i].promise);
	}
	mail_id_list(value, a, list, 2, &n);
	ok(n == 2 && bytes_is(list[0], "c@3") && bytes_is(list[1], "d@4"),
	   "of many the newest, in their order");
	mail_id_list(bytes_of("<a@1>"), a, list, 2, &n);
	ok(n == 1 && bytes_is(list[0], "a@1"), "of few all");
}

static void test_fields(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct bytes rest = bytes_of(fields[i].value);
		struct strbuf s = strbuf_in(a, 4096);
		struct mail_field_token t;

		while (mail_field_next(&rest, fields[i].alone, &t))
			strbuf_addf(&s, "%c%s %.*s|", "WQCLS"[t.kind], t.is_open ? "!" : "",
				    PRI_BYTES(t.text));
		is_text(strbuf_bytes(&s), fields[i].want, "tokens: %s", fields[i].promise);
	}
}

/* A hostile field of the greatest size: that it ends soon is the promise. */
static void test_hostile(struct arena *a)
{
	static const char *const pieces[] = {
		"(",    "\"",      "\\\"",  "<", "=?",  "=?,", "=?a?q?",   ",",
		"a@b,", "a@b ",    "<a@b>", "[", "x, ", ":",   "\"a\"@b,", "<@a,",
		"\"\\", "<a@b> (", "((",    ")", ">",   "a",
	};

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct mail_person people[PEOPLE_MAX];
		struct wr w;
		struct bytes id, rest;
		size_t n;
		int err;

		arena_reset(a);
		w = wr_of(arena_alloc(a, 256u << 10), 256u << 10);
		while (wr_err(&w) == ERR_OK)
			wr_put(&w, bytes_of(pieces[i]));
		err = mail_address_list(wr_bytes(&w), a, people, PEOPLE_MAX, &n);
		rest = wr_bytes(&w);
		while (mail_id_next(&rest, a, &id) == ERR_OK)
			;
		ok(err == ERR_OK, "256 KiB of '%s' come to an end", pieces[i]);
	}
}

int main(void)
{
	struct arena *a = arena_new(32u << 20);

	plan(0);
	test_addresses(a);
	test_address_length(a);
	test_lists(a);
	test_ids(a);
	test_fields(a);
	test_hostile(a);
	arena_free(&a);
	return done_testing();
}
