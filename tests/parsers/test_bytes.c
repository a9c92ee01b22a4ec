/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/bytes.h"

#include "parsers/err.h"
#include "tests/tap.h"

static void test_views(void)
{
	static const struct bytes word = BYTES("odziv");
	struct bytes rest = bytes_of("a,,b,"), head;

	ok(bytes_eq(bytes_of(NULL), BYTES_NONE), "no text is no octets");
	ok(bytes_is(word, "odziv") && !bytes_is(word, "odzi"), "a literal knows its length");
	ok(bytes_is_any_case(word, "OdZIV") && !bytes_is_any_case(word, "odzi") &&
		   !bytes_is_any_case(bytes_of("o{"), "o[") && bytes_is_any_case(BYTES_NONE, ""),
	   "letters are the same in either case, other signs aren't");
	ok(bytes_holds(word, "dzi") && bytes_holds(word, "odziv") && !bytes_holds(word, "odzivi") &&
		   !bytes_holds(BYTES_NONE, "o"),
	   "a word stands somewhere in a text, or doesn't");
	ok(bytes_starts(word, "od") && !bytes_starts(word, "odzivi"),
	   "a beginning is no longer than the text");
	ok(bytes_ends(word, "iv") && !bytes_ends(word, "xodziv"),
	   "an end is no longer than the text");
	ok(bytes_cmp(word, bytes_of("odzivi")) < 0 && bytes_cmp(bytes_of("p"), word) > 0 &&
		   bytes_cmp(word, word) == 0,
	   "order is by octets, the shorter first");
	is_text(bytes_cut(word, 3, 99), "iv", "a cut beyond the end is clamped");
	is_text(bytes_cut(word, 99, 1), "", "a cut behind the end is empty");
	is_text(bytes_trim(bytes_of(" \t\r\n a b \n")), "a b",
		"blanks go off both ends, not out of the middle");
	is_text(bytes_trim(bytes_of("  ")), "", "nothing but blanks is nothing");
	ok(bytes_split(&rest, ',', &head) && bytes_is(head, "a"), "the first piece is cut off");
	ok(bytes_split(&rest, ',', &head) && head.len == 0,
	   "an empty piece in the middle is a piece");
	ok(bytes_split(&rest, ',', &head) && bytes_is(head, "b"),
	   "the last piece ends at its separator");
	ok(!bytes_split(&rest, ',', &head), "nothing left is no piece");
	is_int((long long)bytes_find(word, 'x'), 5, "an octet that isn't there is at the end");
}

static void test_reading(void)
{
	static const struct bytes octets =
		BYTES("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10");
	struct rd r = rd_of(octets);

	ok(rd_u8(&r) == 0x01 && rd_u16(&r) == 0x0203 && rd_u32(&r) == 0x04050607 &&
		   rd_u64(&r) == 0x08090A0B0C0D0E0FULL,
	   "numbers are read with the high octet first");
	ok(rd_left(&r) == 1 && rd_err(&r) == ERR_OK, "one octet is left");
	ok(rd_u16(&r) == 0 && rd_err(&r) == ERR_TRUNCATED,
	   "a number that isn't all there is zero and an error");
	ok(rd_u8(&r) == 0 && rd_take(&r, 1).len == 0, "after an error nothing is read");
	r = rd_of(octets);
	ok(rd_take(&r, SIZE_MAX).len == 0 && rd_err(&r) == ERR_TRUNCATED,
	   "an absurd length doesn't wrap around");
	r = rd_of(BYTES_NONE);
	ok(rd_left(&r) == 0 && rd_take(&r, 0).len == 0 && rd_err(&r) == ERR_OK,
	   "taking nothing of nothing is fine");
}

static void test_writing(void)
{
	uint8_t buf[16];
	struct wr w = wr_of(buf, sizeof(buf));

	wr_u8(&w, 1);
	wr_u16(&w, 0x0203);
	wr_u32(&w, 0x04050607);
	wr_u64(&w, 0x08090A0B0C0D0E0FULL);
	ok(bytes_eq(wr_bytes(&w), bytes_at("\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 15)),
	   "numbers are written with the high octet first");
	wr_u16(&w, 1);
	ok(wr_err(&w) == ERR_LIMIT && wr_bytes(&w).len == 15,
	   "what doesn't fit is an error and leaves what stood there");
	wr_u8(&w, 1);
	ok(wr_bytes(&w).len == 15, "after an error nothing is written");
}

int main(void)
{
	plan(0);
	test_views();
	test_reading();
	test_writing();
	return done_testing();
}
