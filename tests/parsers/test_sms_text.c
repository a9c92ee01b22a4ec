/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/sms_text.h"

#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "tests/tap.h"

/* `n` times the piece, then the end. */
static struct bytes many(struct arena *a, const char *piece, size_t n, const char *end)
{
	struct strbuf s = strbuf_in(a, 1 << 20);

	for (size_t i = 0; i < n; i++)
		strbuf_adds(&s, piece);
	strbuf_adds(&s, end);
	return strbuf_bytes(&s);
}

/* clang-format off */
static const struct {
	const char *piece;
	size_t n;
	const char *end;
	struct sms_plan plan;
	const char *promise;
} plans[] = {
	{ "", 0, "",      { SMS_GSM7, 0, 1, 160 },    "an empty text is one segment" },
	{ "a", 160, "",   { SMS_GSM7, 160, 1, 160 },  "160 letters are one segment" },
	{ "a", 161, "",   { SMS_GSM7, 161, 2, 153 },  "161 are two" },
	{ "a", 306, "",   { SMS_GSM7, 306, 2, 153 },  "306 still are" },
	{ "a", 307, "",   { SMS_GSM7, 307, 3, 153 },  "307 are three" },
	{ "€", 80, "",    { SMS_GSM7, 160, 1, 160 },  "eighty euro signs fill a segment" },
	{ "€", 81, "",    { SMS_GSM7, 162, 2, 153 },  "an escape counts twice" },
	{ "€", 153, "",   { SMS_GSM7, 306, 3, 153 },  "an escape isn't cut: 76 fit into a part, not 76 and a half" },
	{ "ж", 70, "",    { SMS_UCS2, 70, 1, 70 },    "70 Cyrillic letters are one segment" },
	{ "ж", 71, "",    { SMS_UCS2, 71, 2, 67 },    "71 are two" },
	{ "ж", 134, "",   { SMS_UCS2, 134, 2, 67 },   "134 still are" },
	{ "ж", 135, "",   { SMS_UCS2, 135, 3, 67 },   "135 are three" },
	{ "a", 69, "č",   { SMS_UCS2, 70, 1, 70 },    "one letter that GSM-7 lacks makes all of it UCS-2" },
	{ "😀", 35, "",   { SMS_UCS2, 70, 1, 70 },    "an emoji is two units" },
	{ "😀", 67, "",   { SMS_UCS2, 134, 3, 67 },   "a pair isn't cut: 33 fit into a part" },
	{ "a", 66, "😀ž", { SMS_UCS2, 69, 1, 70 },    "what fits into one is never cut" },
};

static const struct {
	struct bytes udh;
	struct concat concat; /* total 0: no part */
	const char *promise;
} udhs[] = {
	{ BYTES("\x05\x00\x03\x4D\x02\x01"), { 0x4D, 8, 2, 1 }, "a reference of 8 bits" },
	{ BYTES("\x06\x08\x04\x12\x34\x03\x03"), { 0x1234, 16, 3, 3 }, "a reference of 16 bits" },
	{ BYTES("\x0B\x05\x04\x0B\x84\x23\xF0\x00\x03\x01\x02\x02"), { 1, 8, 2, 2 }, "ports before it don't matter" },
	{ BYTES("\x0B\x00\x03\x01\x02\x02\x08\x04\x00\x07\x05"), { 0 }, "an element that is cut makes all ill-formed" },
	{ BYTES("\x0B\x00\x03\x01\x02\x02\x08\x04\x00\x07\x05\x04"), { 7, 16, 5, 4 }, "of two the last counts" },
	{ BYTES("\x05\x00\x03\x4D\x02\x03"), { 0 }, "part 3 of 2 is none" },
	{ BYTES("\x05\x00\x03\x4D\x02\x00"), { 0 }, "part 0 is none" },
	{ BYTES("\x05\x00\x03\x4D\x00\x00"), { 0 }, "a total of 0 is none" },
	{ BYTES("\x04\x00\x02\x4D\x02"), { 0 }, "an element too short is none" },
	{ BYTES("\x06\x00\x03\x4D\x02\x01"), { 0 }, "a header longer than what is there is none" },
	{ BYTES("\x04\x00\x03\x4D\x02\x01"), { 0 }, "a header shorter than what is there is none" },
	{ BYTES("\x00"), { 0 }, "an empty header is none" },
	{ BYTES(""), { 0 }, "no header is none" },
	{ BYTES("\x05\x00\x03\x4D\x01\x01"), { 0x4D, 8, 1, 1 }, "part 1 of 1 is one" },
};
/* clang-format on */

static void test_plans(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		struct bytes text = many(a, plans[i].piece, plans[i].n, plans[i].end);
		struct sms_plan got = sms_plan_of(text), want = plans[i].plan;

		ok(got.encoding == want.encoding && got.units == want.units &&
			   got.segments == want.segments && got.per_segment == want.per_segment,
		   "%s", plans[i].promise);
	}
}

static void test_udhs(void)
{
	for (size_t i = 0; i < ARRAY_LEN(udhs); i++) {
		struct concat got = { 0 }, want = udhs[i].concat;
		int err = sms_concat_decode(udhs[i].udh, &got);

		ok(err == (want.total == 0 ? ERR_NOENT : ERR_OK) && got.ref == want.ref &&
			   got.ref_bits == want.ref_bits && got.total == want.total &&
			   got.index == want.index,
		   "%s", udhs[i].promise);
	}
}

/* The promises of a split, for any text. */
static bool split_is_whole(struct arena *a, struct bytes text)
{
	struct sms_plan p = sms_plan_of(text);
	struct strbuf joined = strbuf_in(a, text.len);
	struct sms_segment *list = NULL;
	size_t n = 0;

	if (sms_split(a, text, 77, &list, &n) != ERR_OK || n != p.segments)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t octets = list[i].octets.len + list[i].udh.len;
		struct concat c;

		strbuf_add(&joined, list[i].text);
		if (p.encoding == SMS_UCS2 ? octets > 140 : list[i].octets.len > p.per_segment)
			return false;
		if (n > 1 && (sms_concat_decode(list[i].udh, &c) != ERR_OK || c.ref != 77 ||
			      c.total != n || c.index != i + 1 || c.ref_bits != 8))
			return false;
		if (n == 1 && list[i].udh.len != 0)
			return false;
	}
	return bytes_eq(strbuf_bytes(&joined), text);
}

static void test_splits(struct arena *a)
{
	struct sms_segment *list = NULL;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(plans); i++)
		ok(split_is_whole(a, many(a, plans[i].piece, plans[i].n, plans[i].end)),
		   "the segments are the text, each within its room (row %zu)", i);
	ok(sms_split(a, many(a, "a", 152, "€b"), 1, &list, &n) == ERR_OK && n == 1,
	   "155 septets stay in one piece");
	ok(sms_split(a, many(a, "a", 152, "€bcdefghijk"), 1, &list, &n) == ERR_OK && n == 2 &&
		   list[0].octets.len == 152 && list[1].octets.ptr[0] == GSM7_ESCAPE,
	   "an escape goes whole into the next segment");
	ok(sms_split(a, many(a, "ж", 66, "😀жжжж"), 1, &list, &n) == ERR_OK && n == 2 &&
		   list[0].octets.len == 132 && list[1].octets.ptr[0] == 0xD8,
	   "a pair goes whole into the next segment");
	ok(sms_split(a, bytes_of("Рупа"), 1, &list, &n) == ERR_OK && n == 1 &&
		   bytes_eq(list[0].octets, bytes_at("\x04\x20\x04\x43\x04\x3F\x04\x30", 8)),
	   "Cyrillic is UTF-16, high octet first");
	ok(sms_split(a, many(a, "a", 153 * 255, ""), 1, &list, &n) == ERR_OK && n == 255,
	   "255 segments can be numbered");
	is_int(sms_split(a, many(a, "a", 153 * 255, "b"), 1, &list, &n), ERR_LIMIT, "256 can't");
	is_text(bytes_of(sms_encoding_text(SMS_UCS2)), "UCS-2", "the encoding has a name");
}

int main(void)
{
	struct arena *a = arena_new(1 << 24);

	plan(0);
	test_plans(a);
	test_udhs();
	test_splits(a);
	arena_free(&a);
	return done_testing();
}
