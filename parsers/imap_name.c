/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/imap_name.h"

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* UTF-16BE as base64 without padding, between & and -. */
static void add_shifted(struct strbuf *out, struct bytes utf16)
{
	uint32_t bits = 0;
	unsigned n = 0;

	strbuf_addc(out, '&');
	for (size_t i = 0; i < utf16.len; i++) {
		bits = (bits << 8 | utf16.ptr[i]) & 0xFFFF;
		for (n += 8; n >= 6; n -= 6)
			strbuf_addc(out, alphabet[(bits >> (n - 6)) & 63]);
	}
	if (n > 0)
		strbuf_addc(out, alphabet[(bits << (6 - n)) & 63]);
	strbuf_addc(out, '-');
}

static bool is_plain(uint8_t c)
{
	return c >= ' ' && c < 0x7F;
}

/* The octets up to the first that is of the other kind. */
static size_t run_of(struct bytes name, bool plain)
{
	size_t n = 0;

	while (n < name.len && is_plain(name.ptr[n]) == plain)
		n++;
	return n;
}

int imap_name_encode(struct bytes name, struct arena *a, struct bytes *spelt_out)
{
	struct strbuf out = strbuf_in(a, 4 * IMAP_NAME_MAX);

	if (name.len > IMAP_NAME_MAX)
		return ERR_LIMIT;
	if (!utf8_is_valid(name))
		return ERR_INVALID;
	while (name.len > 0) {
		size_t plain = run_of(name, true), other;
		struct bytes utf16;

		for (size_t i = 0; i < plain; i++)
			strbuf_adds(&out, name.ptr[i] == '&' ? "&-"
							     : (char[]){ (char)name.ptr[i], '\0' });
		name = bytes_cut(name, plain, name.len);
		other = run_of(name, false);
		for (size_t i = 0; i < other; i++) {
			if (name.ptr[i] < 0x80)
				return ERR_INVALID;
		}
		if (other > 0) {
			int err = utf8_to_utf16be(a, bytes_cut(name, 0, other), &utf16);

			if (err != ERR_OK)
				return err;
			add_shifted(&out, utf16);
		}
		name = bytes_cut(name, other, name.len);
	}
	strbuf_adds(&out, ""); /* a name of nothing is a text too */
	return strbuf_finish(&out, spelt_out);
}
