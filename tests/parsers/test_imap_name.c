/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/imap_name.h"

#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

static const struct {
	const char *name, *spelt;
	const char *promise;
} rows[] = {
	/* clang-format off */
	{ "INBOX",       "INBOX",             "a plain name is spelt as it is" },
	{ "odziv/done.2", "odziv/done.2",     "with whatever divides it" },
	{ "A&B",         "A&-B",              "an ampersand is two characters" },
	{ "Обрађено",    "&BB4EMQRABDAEUgQ1BD0EPg-", "Cyrillic is shifted" },
	{ "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-", "as the standard's own example" },
	{ "Döne",        "D&APY-ne",          "one letter too" },
	{ "x😀",         "x&2D3eAA-",         "and what needs two units" },
	{ "",            "",                  "nothing is nothing" },
	/* clang-format on */
};

int main(void)
{
	struct arena *a = arena_new(1 << 16);
	char longest[IMAP_NAME_MAX + 1];
	struct bytes spelt;

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ok(imap_name_encode(bytes_of(rows[i].name), a, &spelt) == ERR_OK &&
			   bytes_is(spelt, rows[i].spelt),
		   "%s", rows[i].promise);
	is_int(imap_name_encode(bytes_of("a\r\nDELETE INBOX"), a, &spelt), ERR_INVALID,
	       "a name can't hold a second command");
	is_int(imap_name_encode(bytes_of("\xff"), a, &spelt), ERR_INVALID, "nor what isn't UTF-8");
	memset(longest, 'a', sizeof(longest));
	is_int(imap_name_encode(bytes_at(longest, sizeof(longest)), a, &spelt), ERR_LIMIT,
	       "nor be longer than any");
	arena_free(&a);
	return done_testing();
}
