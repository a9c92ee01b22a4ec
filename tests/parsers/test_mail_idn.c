/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_idn.h"

#include "parsers/err.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *address, *ascii; /* NULL: none */
	const char *promise;
} rows[] = {
	{ "ana@example.org", "ana@example.org", "an ASCII domain stays as it is" },
	{ "Ana@EXAMPLE.org", "Ana@EXAMPLE.org", "its letters too" },
	{ "a@xn--90a3ac", "a@xn--90a3ac", "and one that is converted already" },
	{ "info@пример.срб", "info@xn--e1afmkfd.xn--90a3ac", "Cyrillic under the country's own name" },
	{ "info@ПРИМЕР.СРБ", "info@xn--e1afmkfd.xn--90a3ac", "in capitals the same" },
	{ "jozef@žilina.sk", "jozef@xn--ilina-tib.sk", "letters with marks" },
	{ "a@straße.de", "a@xn--strae-oqa.de", "a sharp s is a letter of its own (IDNA 2008)" },
	{ "жарко@пример.срб", "жарко@xn--e1afmkfd.xn--90a3ac", "the name before the @ stays" },
	{ "a@b@пример.срб", "a@b@xn--e1afmkfd.xn--90a3ac", "the last @ is the domain's" },
	{ "nobody", "nobody", "without a domain nothing is done" },
	{ "a@прим ер.срб", NULL, "a space is in no domain" },
	{ "a@\xff\xfeж.срб", NULL, "nor are broken octets" },
	{ "a@-ж-.срб", NULL, "a label doesn't begin with a hyphen" },
	{ "a@.ж", NULL, "nor is one empty" },
};
/* clang-format on */

int main(void)
{
	struct arena *a = arena_new(1 << 16);

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes out;
		int err = mail_idn_ascii(bytes_of(rows[i].address), a, &out);

		if (rows[i].ascii != NULL && err == ERR_OK)
			is_text(out, rows[i].ascii, "%s", rows[i].promise);
		else
			ok(rows[i].ascii == NULL && err == ERR_INVALID, "%s", rows[i].promise);
	}
	arena_free(&a);
	return done_testing();
}
