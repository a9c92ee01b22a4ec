/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/kannel_frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

/* A frame as a bearerbox 1.4.5 sent it. */
static struct bytes recorded(const char *name)
{
	char path[200];
	size_t len;
	char *octets;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/kannel_frame/%s", name);
	octets = read_source_file(path, &len);
	return bytes_at(octets, len);
}

static void forget(struct bytes b)
{
	free((void *)(uintptr_t)b.ptr);
}

static bool same_frame(struct arena *a, const struct kannel_frame *frame, struct bytes wire)
{
	struct strbuf out = strbuf_in(a, 1 << 16);

	kannel_frame_encode(frame, &out);
	return strbuf_err(&out) == ERR_OK && bytes_eq(strbuf_bytes(&out), wire);
}

static void test_recorded(struct arena *a)
{
	struct bytes wire = recorded("mo_text"), body = BYTES_NONE;
	struct kannel_frame f = { 0 };
	size_t octets = 0;

	ok(kannel_frame_cut(wire, KANNEL_BODY_MAX, &body, &octets) == ERR_OK && octets == wire.len,
	   "a recorded frame is a whole frame");
	is_int(kannel_frame_decode(body, &f), ERR_OK, "and can be read");
	ok(f.kind == KANNEL_SMS && f.sms.sms_type == KANNEL_MO && f.sms.coding == 0,
	   "it is a text from a person");
	is_text(f.sms.sender, "381641234567", "with its sender");
	is_text(f.sms.receiver, "1955", "its recipient");
	is_text(f.sms.msgdata, "Rupa na putu", "its words");
	is_text(f.sms.smsc_id, "FAKE", "its SMSC");
	is_int((long long)f.sms.id.len, 36, "its id");
	ok(f.sms.time > 1700000000 && f.sms.dlr_mask == KANNEL_NONE && f.sms.charset.ptr == NULL,
	   "its time; what isn't set reads as none");
	ok(same_frame(a, &f, wire), "written again it is the same octets");
	forget(wire);
	wire = recorded("mo_ucs2");
	ok(kannel_frame_cut(wire, KANNEL_BODY_MAX, &body, &octets) == ERR_OK &&
		   kannel_frame_decode(body, &f) == ERR_OK && f.sms.coding == 2 &&
		   bytes_eq(f.sms.msgdata, bytes_at("\x04\x20\x04\x43\xD8\x3D\xDE\x00", 8)),
	   "Cyrillic and an emoji arrive as UTF-16");
	ok(same_frame(a, &f, wire), "and are the same octets again");
	forget(wire);
}

static void test_writing(struct arena *a)
{
	struct kannel_frame f = kannel_frame_blank(KANNEL_ADMIN);

	f.admin.command = KANNEL_IDENTIFY;
	ok(same_frame(a, &f, bytes_at("\0\0\0\x0C\0\0\0\1\0\0\0\3\xFF\xFF\xFF\xFF", 16)),
	   "a box without a name has none");
	f.admin.boxc_id = bytes_of("");
	ok(same_frame(a, &f, bytes_at("\0\0\0\x0C\0\0\0\1\0\0\0\3\0\0\0\0", 16)),
	   "a box with an empty name has one");
	f.admin.boxc_id = bytes_of("odziv");
	ok(same_frame(a, &f, bytes_at("\0\0\0\x11\0\0\0\1\0\0\0\3\0\0\0\5odziv", 21)),
	   "a box with a name says it");
	f = kannel_frame_blank(KANNEL_HEARTBEAT);
	f.heartbeat.load = 7;
	ok(same_frame(a, &f, bytes_at("\0\0\0\x08\0\0\0\0\0\0\0\7", 12)), "a heartbeat has a load");
	f = kannel_frame_blank(KANNEL_ACK);
	f.ack.nack = KANNEL_ACK_OK;
	f.ack.id = bytes_of("0604b67d-dbcc-4f33-b07e-1b7be6d2e968");
	ok(same_frame(a, &f,
		      bytes_at("\0\0\0\x34\0\0\0\3\0\0\0\0\xFF\xFF\xFF\xFF\0\0\0\x24"
			       "0604b67d-dbcc-4f33-b07e-1b7be6d2e968",
			       56)),
	   "an acknowledgement names the id");
}

static void test_sticking(struct arena *a)
{
	struct kannel_frame f = kannel_frame_blank(KANNEL_ACK);
	struct strbuf two = strbuf_in(a, 100), small = strbuf_in(a, 10);
	struct bytes body;
	size_t octets;

	kannel_frame_encode(&f, &two);
	kannel_frame_encode(&f, &two);
	ok(kannel_frame_cut(strbuf_bytes(&two), 100, &body, &octets) == ERR_OK &&
		   octets == two.len / 2,
	   "two frames stand one behind the other");
	kannel_frame_encode(&f, &small);
	is_int(strbuf_err(&small), ERR_LIMIT, "a frame that doesn't fit is an error");
}

/* clang-format off */
static const struct {
	struct bytes received;
	int err;
	size_t octets;
	const char *promise;
} cuts[] = {
	{ BYTES(""),                             ERR_TRUNCATED, 4,  "nothing yet: the length is needed" },
	{ BYTES("\0\0\0"),                       ERR_TRUNCATED, 4,  "a part of the length" },
	{ BYTES("\0\0\0\x08\0\0"),               ERR_TRUNCATED, 12, "a part of the body: the whole is needed" },
	{ BYTES("\0\0\0\x08\0\0\0\0\0\0\0\7xx"), ERR_OK,        12, "what follows stays" },
	{ BYTES("\0\0\0\0"),                     ERR_OK,        4,  "an empty body is a frame, though of no version" },
	{ BYTES("\0\0\1\1"),                     ERR_LIMIT,     0,  "longer than we read" },
	{ BYTES("\xFF\xFF\xFF\xFF"),             ERR_LIMIT,     0,  "a negative length" },
};

static const struct {
	struct bytes body;
	const char *promise;
} misfits[] = {
	{ BYTES(""),                                          "nothing" },
	{ BYTES("\0\0\0\x04\0\0\0\0"),                        "a datagram of a WAP box" },
	{ BYTES("\xFF\xFF\xFF\xFF\0\0\0\0"),                  "a type below zero" },
	{ BYTES("\0\0\0\0\0\0\0"),                            "a number that is cut" },
	{ BYTES("\0\0\0\0\0\0\0\7x"),                         "octets left over" },
	{ BYTES("\0\0\0\1\0\0\0\3\0\0\0\5odzi"),              "a text that runs past the end" },
	{ BYTES("\0\0\0\1\0\0\0\3\xFF\xFF\xFF\xFE"),          "a text of length -2" },
	{ BYTES("\0\0\0\1\0\0\0\3\x7F\xFF\xFF\xFF"),          "a text of two gigabytes" },
	{ BYTES("\0\0\0\2\0\0\0\1a\0\0\0\1b"),                "an sms with two of its fields" },
};
/* clang-format on */

static void test_refusing(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		struct bytes body;
		size_t octets = 0;
		int err = kannel_frame_cut(cuts[i].received, 256, &body, &octets);

		ok(err == cuts[i].err && octets == cuts[i].octets, "%s", cuts[i].promise);
	}
	for (size_t i = 0; i < ARRAY_LEN(misfits); i++) {
		struct kannel_frame f;

		is_int(kannel_frame_decode(misfits[i].body, &f), ERR_VERSION, "another version: %s",
		       misfits[i].promise);
	}
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);

	plan(0);
	test_recorded(a);
	test_writing(a);
	test_sticking(a);
	test_refusing();
	arena_free(&a);
	return done_testing();
}
