/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/contact.h"

#include <string.h>

#include "tests/tap.h"

static const struct contact_country serbia = { .code = "381", .trunk = "0" };
static const struct contact_country nowhere = { .code = "", .trunk = "0" };
static const struct contact_country hungary = { .code = "36", .trunk = "06" };

/* clang-format off */
static const struct {
	const struct contact_country *country;
	const char *raw;
	enum contact_kind kind;
	const char *contact; /* "" unless a phone */
	const char *promise;
} rows[] = {
	{ &serbia, "+381641234567",      CONTACT_PHONE, "sms:+381641234567", "international, as SMPP gives it" },
	{ &serbia, "381641234567",       CONTACT_PHONE, "sms:+381641234567", "without the plus" },
	{ &serbia, "00381641234567",     CONTACT_PHONE, "sms:+381641234567", "with 00" },
	{ &serbia, "0641234567",         CONTACT_PHONE, "sms:+381641234567", "national" },
	{ &serbia, "064/123-45-67",      CONTACT_PHONE, "sms:+381641234567", "as people write it" },
	{ &serbia, "+381 (0)64 123 4567",CONTACT_PHONE, "sms:+381641234567", "with the trunk prefix in brackets" },
	{ &serbia, "641234567",          CONTACT_PHONE, "sms:+381641234567", "bare and short is national" },
	{ &serbia, "sms:+381641234567",  CONTACT_PHONE, "sms:+381641234567", "as we write it" },
	{ &serbia, "421905123456",       CONTACT_PHONE, "sms:+421905123456", "bare and long is international" },
	{ &serbia, "+36201234567",       CONTACT_PHONE, "sms:+36201234567",  "another country" },
	{ &serbia, "0036201234567",      CONTACT_PHONE, "sms:+36201234567",  "another country with 00" },
	{ &hungary, "06201234567",       CONTACT_PHONE, "sms:+36201234567",  "another trunk prefix" },
	{ &serbia, " 0641234567\r\n",    CONTACT_PHONE, "sms:+381641234567", "blanks around" },
	{ &nowhere, "+381641234567",     CONTACT_PHONE, "sms:+381641234567", "international needs no country" },
	{ &nowhere, "00381641234567",    CONTACT_PHONE, "sms:+381641234567", "neither does 00" },
	{ &nowhere, "0641234567",        CONTACT_BAD,   "", "national without a country is nobody" },
	{ &nowhere, "641234567",         CONTACT_BAD,   "", "also without the trunk prefix" },
	{ &serbia, "1955",               CONTACT_SHORT, "", "a short code" },
	{ &serbia, "+1955",              CONTACT_SHORT, "", "a short code with a plus" },
	{ &serbia, "TELENOR",            CONTACT_ALPHA, "", "a name" },
	{ &serbia, "Yettel 4U",          CONTACT_ALPHA, "", "a name with a digit" },
	{ &serbia, "Општина",            CONTACT_ALPHA, "", "a Cyrillic name" },
	{ &serbia, "",                   CONTACT_BAD,   "", "nothing" },
	{ &serbia, "+",                  CONTACT_BAD,   "", "a plus" },
	{ &serbia, "1234567890123456",   CONTACT_BAD,   "", "sixteen digits are no number" },
	{ &serbia, "+0641234567",        CONTACT_BAD,   "", "no country begins with 0" },
	{ &serbia, "0000000000",         CONTACT_BAD,   "", "nor does one with nothing but zeros" },
	{ &serbia, "064;123",            CONTACT_BAD,   "", "a sign that belongs into no number" },
	{ &serbia, "064+1234567",        CONTACT_BAD,   "", "a plus in the middle" },
	{ &serbia, "99999999999999999999999999999999999999", CONTACT_BAD, "", "more digits than we look at" },
};

static const struct {
	const char *contact, *shortened;
	const char *promise;
} shorts[] = {
	{ "sms:+381641234567",    "+3816…567",       "a phone shows its country and end" },
	{ "sms:+12345678",        "+123…",           "a short phone shows less" },
	{ "mail:ann@example.org", "a…@example.org",  "a mail shows its first letter and domain" },
	{ "mail:@example.org",    "…",               "a mail without a name shows nothing" },
	{ "mail:a@b\nc",          "…",               "nothing that could break a line of the log" },
	{ "TELENOR",              "…",               "what is neither shows nothing" },
	{ "",                     "…",               "nobody shows nothing" },
};
/* clang-format on */

static void test_numbers(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes contact = BYTES_NONE;
		enum contact_kind kind =
			contact_of_number(bytes_of(rows[i].raw), rows[i].country, a, &contact);

		ok(kind == rows[i].kind && bytes_is(contact, rows[i].contact), "\"%s\": %s",
		   rows[i].raw, rows[i].promise);
	}
	ok(contact_is_phone(bytes_of("sms:+381641234567")) &&
		   !contact_is_phone(bytes_of("sms:+38164123456x")) &&
		   !contact_is_phone(bytes_of("mail:a@b")) && !contact_is_phone(BYTES_NONE) &&
		   !contact_is_phone(bytes_of("sms:+")),
	   "only our own form is a phone");
	is_text(contact_digits(bytes_of("sms:+381641234567")), "381641234567",
		"digits for sending have no plus");
	ok(contact_digits(bytes_of("mail:a@b")).ptr == NULL, "a mail has no digits");
}

static const struct {
	const char *address, *contact;
	const char *promise;
} mails[] = {
	/* clang-format off */
	{ " Ann@Example.ORG ",      "mail:ann@example.org", "an address is one in any case" },
	{ "a.b+c=d@x.example",      "mail:a.b+c=d@x.example", "with what a local part may hold" },
	{ "мара@пример.срб",        "mail:мара@пример.срб", "and in any script" },
	{ "a@x",                    "mail:a@x",             "a domain may have one name" },
	{ "",                       "",                     "nothing is nobody" },
	{ "root",                   "",                     "nor is a name without domain" },
	{ "@x.example",             "",                     "nor a domain without name" },
	{ "a@",                     "",                     "nor a name with half an at" },
	{ "a@b@c.example",          "",                     "nor two of them" },
	{ "a@x>\r\nRCPT TO:<b@y",   "",                     "nothing that ends an SMTP command" },
	{ "a b@x.example",          "",                     "no blank" },
	{ "\"a b\"@x.example",      "",                     "no quotes" },
	{ "a,b@x.example",          "",                     "no list" },
	{ "a@x.example\xff",        "",                     "no octets that aren't UTF-8" },
	{ "a@.example",             "",                     "no domain that begins with a dot" },
	{ "a@x..example",           "",                     "nor one with an empty name in it" },
	{ "a\u200b@x.example",      "",                     "nothing that nobody sees" },
	/* clang-format on */
};

static void test_mails(struct arena *a)
{
	char longest[300];

	for (size_t i = 0; i < ARRAY_LEN(mails); i++)
		is_text(contact_of_address(bytes_of(mails[i].address), a), mails[i].contact, "%s",
			mails[i].promise);
	memset(longest, 'a', sizeof(longest));
	longest[1] = '@';
	ok(contact_of_address(bytes_at(longest, CONTACT_ADDRESS_MAX), a).len != 0 &&
		   contact_of_address(bytes_at(longest, CONTACT_ADDRESS_MAX + 1), a).len == 0,
	   "as long as SMTP allows, and no longer");
	is_text(contact_address(bytes_of("mail:a@b")), "a@b", "a mail has an address");
	ok(!contact_is_mail(bytes_of("sms:+381641234567")) && !contact_is_mail(bytes_of("mail:a")),
	   "what isn't a mail has none");
}

static void test_logs(void)
{
	char buf[CONTACT_SHORTENED_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(shorts); i++)
		is_text(bytes_of(contact_shortened(bytes_of(shorts[i].contact), buf)),
			shorts[i].shortened, "%s", shorts[i].promise);
}

int main(void)
{
	struct arena *a = arena_new(1 << 16);

	plan(0);
	test_numbers(a);
	test_mails(a);
	test_logs();
	arena_free(&a);
	return done_testing();
}
