/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_mail_reply - own words are words of the text, and there are some when the text has any.
 *
 * The first octet says what is known beside the text: a reply or not, a forward, places of HTML.
 */
#include <stdint.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/mail_reply.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

/* The line that begins at or behind the fraction n/8 of the text. */
static size_t place(struct bytes text, unsigned n)
{
	size_t at = text.len * n / 8;

	while (at > 0 && at < text.len && text.ptr[at - 1] != '\n')
		at++;
	return at;
}

/* Each line of it stands in the text, in this order. */
static void check_lines(struct bytes own, struct bytes text)
{
	struct bytes line;

	while (bytes_split(&own, '\n', &line)) {
		const uint8_t *at;

		if (line.len == 0)
			continue;
		at = memmem(text.ptr, text.len, line.ptr, line.len);
		fuzz_require(at != NULL);
		text = bytes_cut(text, (size_t)(at - text.ptr) + line.len, text.len);
	}
}

static void try_text(struct arena *a, struct bytes text, uint8_t how)
{
	struct mail_reply_in in = MAIL_REPLY_IN(text);
	struct mail_reply_out out;

	in.has_in_reply_to = how & 1;
	in.subject = bytes_of(how & 2 ? "Fwd: x" : how & 4 ? "Re: x" : "x");
	if (how & 8) {
		in.quote_at = place(text, 2);
		in.quote_end = how & 16 ? place(text, 5) : SIZE_MAX;
	}
	if (how & 32) {
		in.signature_at = place(text, how & 64 ? 1 : 6);
		in.signature_end = how & 128 ? place(text, 7) : SIZE_MAX;
	}
	if (mail_reply_own(&in, a, &out) != ERR_OK)
		return;
	fuzz_require((out.own.len == 0) == (bytes_trim(text).len == 0));
	fuzz_require(utf8_is_valid(out.own));
	check_lines(out.own, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 23);
	struct bytes text;

	if (size != 0 && utf8_clean(a, bytes_at(data + 1, size - 1), &text, NULL) == ERR_OK)
		try_text(a, text, data[0]);
	arena_free(&a);
	return 0;
}
