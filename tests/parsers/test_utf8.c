/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/utf8.h"

#include "parsers/err.h"
#include "tests/tap.h"

typedef int decode_fn(struct arena *a, struct bytes text, struct bytes *clean_out,
		      struct utf8_faults *faults_out);

/* clang-format off */
static const struct {
	decode_fn *decode;
	struct bytes from;
	const char *to;
	unsigned replaced, dropped;
	const char *promise;
} rows[] = {
	{ utf8_clean, BYTES("Рупа 😀"), "Рупа 😀", 0, 0, "valid text stays as it is" },
	{ utf8_clean, BYTES("a\r\nb\rc\n\rd"), "a\nb\nc\n\nd", 0, 0, "every line ends in LF" },
	{ utf8_clean, BYTES("a\0b\x07" "c\x7F\td"), "abc\td", 0, 3, "controls are dropped, TAB stays" },
	{ utf8_clean, BYTES("a\xC2\x85z"), "az", 0, 1, "so are the controls above 127" },
	{ utf8_clean, BYTES("\xC0\xAF"), "\uFFFD\uFFFD", 2, 0, "an overlong form is no character" },
	{ utf8_clean, BYTES("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD", 3, 0, "neither is a surrogate" },
	{ utf8_clean, BYTES("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD", 4, 0, "nor what is above U+10FFFF" },
	{ utf8_clean, BYTES("a\xE2\x82"), "a\uFFFD\uFFFD", 2, 0, "a character that is cut at the end" },
	{ utf8_clean, BYTES("\xE2(\xA1"), "\uFFFD(\uFFFD", 2, 0, "the octet after a broken one is read" },
	{ utf8_clean, BYTES("\uFFFD"), "\uFFFD", 0, 0, "a replacement that was written is no fault" },
	{ utf8_clean, BYTES(""), "", 0, 0, "nothing is clean" },
	{ utf8_from_utf16be, BYTES("\x04\x20\x04\x43\xD8\x3D\xDE\x00"), "Ру😀", 0, 0, "units and pairs" },
	{ utf8_from_utf16be, BYTES("\xFE\xFF\0a"), "a", 0, 0, "a byte order mark is no text" },
	{ utf8_from_utf16be, BYTES("\xD8\x3D\0a"), "\uFFFDa", 1, 0, "half a pair, and what follows is read" },
	{ utf8_from_utf16be, BYTES("\xDE\x00\0a"), "\uFFFDa", 1, 0, "the other half alone" },
	{ utf8_from_utf16be, BYTES("\0a\x04"), "a\uFFFD", 1, 0, "half a unit at the end" },
	{ utf8_from_utf16be, BYTES("\xD8\x3D"), "\uFFFD", 1, 0, "half a pair at the end" },
	{ utf8_from_utf16be, BYTES("\0\r\0\n"), "\n", 0, 0, "line ends here too" },
	{ utf8_from_latin1, BYTES("\xE9\x80\r\n"), "é\n", 0, 1, "every octet is a letter or a control" },
};
/* clang-format on */

static void test_cleaning(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *a = arena_new(4096);
		struct bytes clean = BYTES_NONE;
		struct utf8_faults faults = { 0 };
		int err = rows[i].decode(a, rows[i].from, &clean, &faults);

		is_text(clean, rows[i].to, "%s", rows[i].promise);
		ok(err == ERR_OK && faults.replaced == rows[i].replaced &&
			   faults.dropped == rows[i].dropped,
		   "… and the faults are counted");
		arena_free(&a);
	}
}

static void test_characters(void)
{
	static const uint32_t edges[] = { 0,      0x7F,   0x80,   0x7FF,   0x800,
					  0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF };
	bool fine = true;

	for (size_t i = 0; i < ARRAY_LEN(edges); i++) {
		uint8_t buf[4];
		struct rd r = rd_of(bytes_at(buf, utf8_put(edges[i], buf)));
		uint32_t cp = 1;

		fine = fine && utf8_next(&r, &cp) && cp == edges[i] && !utf8_next(&r, &cp);
	}
	ok(fine, "every edge of the code space is written and read");
	ok(utf8_is_valid(bytes_of("čЖ😀")) && !utf8_is_valid(bytes_of("\xC4")), "valid or not");
	is_int((long long)utf8_count(bytes_of("čЖ😀a")), 4, "characters are counted, not octets");
	is_text(utf8_cut(bytes_of("ačb"), 2), "a", "a cut never halves a character");
	is_text(utf8_cut(bytes_of("ačb"), 3), "ač", "a cut at a boundary is exact");
	is_text(utf8_cut(bytes_of("a😀"), 4), "a", "four octets are one character");
	is_text(utf8_cut(bytes_of("ab"), 9), "ab", "a short text isn't cut");
	is_text(utf8_cut(bytes_of("č"), 0), "", "nothing fits into nothing");
}

static void test_units(void)
{
	struct arena *a = arena_new(4096), *small = arena_new(3);
	struct bytes units = BYTES_NONE;

	ok(utf8_to_utf16be(a, bytes_of("aЖ😀"), &units) == ERR_OK &&
		   bytes_eq(units, bytes_at("\0a\x04\x16\xD8\x3D\xDE\0", 8)),
	   "an emoji is a pair of units");
	is_int(utf8_clean(small, bytes_of("abc"), &units, NULL), ERR_LIMIT,
	       "a text beyond the arena's cap is a limit");
	arena_free(&a);
	arena_free(&small);
}

int main(void)
{
	plan(0);
	test_cleaning();
	test_characters();
	test_units();
	return done_testing();
}
