/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

static const struct bytes lines[] = { BYTES("jedan@x.example"), BYTES("dva@y.example") };
static const struct mail_person people[] = {
	{ BYTES("Мара"), BYTES("mara@example.org") },
	{ BYTES(""), BYTES("kontakt@town.example") },
};
static const struct mail_file files[] = {
	{ .name = BYTES("račun.pdf"),
	  .type = BYTES("application/pdf"),
	  .size = 1234,
	  .sha256 = { 1, 2, 3 },
	  .is_executable = true },
};

static struct mail a_mail(void)
{
	struct mail m = {
		.from = people[0],
		.n_from = 1,
		.return_path = BYTES("mara@example.org"),
		.to = people,
		.n_to = 1,
		.n_people = 2,
		.subject = BYTES("Пукла цев"),
		.date = { 1700000000123 },
		.message_id = BYTES("1@example.org"),
		.references = lines,
		.n_references = 2,
		.text = BYTES("ред 1\nред 2\tкрај"),
		.own_text = BYTES("ред 1"),
		.own_is_unsure = true,
		.files = files,
		.n_files = 1,
		.automatic = MAIL_BOUNCE,
		.has_bounce = true,
		.bounce = { .status = BYTES("5.1.1"), .action = BYTES("failed") },
		.auth = { .dmarc = PROOF_PASS, .auth = PROOF_FAIL },
		.tags = lines,
		.n_tags = 1,
		.is_cut = true,
	};

	return m;
}

/* There and back. */
static int turn(const struct mail_frame *f, struct arena *a, struct mail_frame *back)
{
	struct bytes octets, body;
	enum mail_frame_kind kind;
	size_t taken;
	int err = mail_wire_encode(f, a, &octets);

	if (err == ERR_OK)
		err = mail_wire_cut(octets, 1 << 20, &kind, &body, &taken);
	if (err == ERR_OK && (kind != f->kind || taken != octets.len))
		err = ERR_BAD_STATE;
	return err == ERR_OK ? mail_wire_decode(kind, body, a, back) : err;
}

static void test_mail(struct arena *a)
{
	struct mail_frame f = { .kind = FRAME_ARRIVED }, b = { 0 };
	const struct mail *m = &b.arrived.mail;

	f.arrived.mail = a_mail();
	f.arrived.arrival = (struct mail_arrival){ .uid_validity = 7,
						   .uid = 4294967295u,
						   .received = { 1700000000999 },
						   .size = 99,
						   .blob = { 9, 8 },
						   .is_stale = true };
	is_int(turn(&f, a, &b), ERR_OK, "a mail that arrived goes there and back");
	is_text(m->from.name, "Мара", "with who sent it");
	ok(m->n_to == 1 && m->n_people == 2 && bytes_is(m->to[1].address, "kontakt@town.example"),
	   "with whom it was sent to");
	is_text(m->text, "ред 1\nред 2\tкрај", "with its words, lines and all");
	ok(m->n_files == 1 && m->files[0].size == 1234 && m->files[0].is_executable &&
		   memcmp(m->files[0].sha256, files[0].sha256, MAIL_SHA256_SIZE) == 0 &&
		   m->files[0].octets.len == 0,
	   "with its files, but not their octets");
	ok(m->has_bounce && bytes_is(m->bounce.status, "5.1.1") && m->automatic == MAIL_BOUNCE &&
		   m->auth.dmarc == PROOF_PASS && m->auth.auth == PROOF_FAIL,
	   "with what kind of mail it is, and what our server found");
	ok(m->n_references == 2 && m->n_tags == 1 && m->n_tokens == 0 && m->is_cut &&
		   m->date.ms == 1700000000123,
	   "with its lists, marks and date");
	ok(b.arrived.arrival.uid == 4294967295u && b.arrived.arrival.is_stale &&
		   b.arrived.arrival.blob[1] == 8,
	   "and with where it lies");
	f = (struct mail_frame){ .kind = FRAME_READ };
	is_int(turn(&f, a, &b), ERR_OK, "a mail of which nothing is known is a mail");
	ok(!b.arrived.mail.has_bounce && b.arrived.mail.text.len == 0, "and stays so");
}

static void test_dirt(struct arena *a)
{
	struct mail_frame f = { .kind = FRAME_READ }, b = { 0 };

	f.arrived.mail.subject = bytes_of("a\r\nBcc: x\x01 \xff");
	f.arrived.mail.text = bytes_of("a\r\nb\x07\xc2\x85"
				       "c");
	is_int(turn(&f, a, &b), ERR_OK, "a cell that sends dirt is heard all the same");
	is_text(b.arrived.mail.subject, "a Bcc: x \xef\xbf\xbd", "a line is one line, and clean");
	is_text(b.arrived.mail.text, "a\nbc", "words are clean");
	f.arrived.mail.automatic = (enum mail_automatic)77;
	is_int(turn(&f, a, &b), ERR_INVALID, "a number that means nothing is refused");
	f.arrived.mail.automatic = MAIL_BY_PERSON;
	f.arrived.mail.auth.dmarc = (enum mail_proof)3;
	is_int(turn(&f, a, &b), ERR_INVALID, "a proof that doesn't exist too");
}

static void test_bounds(struct arena *a)
{
	struct mail_frame f = { .kind = FRAME_READ };
	static struct mail_person crowd[MAIL_PEOPLE_MAX + 1];
	struct bytes octets, body;
	enum mail_frame_kind kind;
	size_t taken;

	f.arrived.mail.to = crowd;
	f.arrived.mail.n_people = MAIL_PEOPLE_MAX + 1;
	is_int(mail_wire_encode(&f, a, &octets), ERR_LIMIT, "more people than allowed don't leave");
	f = (struct mail_frame){ .kind = FRAME_UIDS };
	f.uids.n = MAIL_WIRE_UIDS_MAX + 1;
	is_int(mail_wire_encode(&f, a, &octets), ERR_LIMIT, "nor more UIDs");
	is_int(mail_wire_cut(bytes_at("\0\0\0\1", 4), 9, &kind, &body, &taken), ERR_TRUNCATED,
	       "half a head isn't a frame yet");
	is_int((int)taken, MAIL_WIRE_HEAD, "and it says what it needs");
	is_int(mail_wire_cut(bytes_at("\0\0\0\2\x04", 5), 9, &kind, &body, &taken), ERR_TRUNCATED,
	       "nor is a head");
	is_int((int)taken, MAIL_WIRE_HEAD + 2, "which says the rest");
	is_int(mail_wire_cut(bytes_at("\x7f\0\0\0\x07", 5), 9, &kind, &body, &taken), ERR_LIMIT,
	       "a frame as long as the world isn't waited for");
	is_int(mail_wire_cut(bytes_at("\0\0\0\x0a\x0b", 5), 9, &kind, &body, &taken), ERR_LIMIT,
	       "octets have the bound that the reader gives");
	is_int(mail_wire_cut(bytes_at("\0\0\0\0\0", 5), 9, &kind, &body, &taken), ERR_INVALID,
	       "kind 0 is none");
	is_int(mail_wire_cut(bytes_at("\0\0\0\0\x0c", 5), 9, &kind, &body, &taken), ERR_INVALID,
	       "nor is the one behind the last");
	is_int(mail_wire_decode(FRAME_BEGIN, bytes_at("\x78\x01", 2), a, &f), ERR_INVALID,
	       "a field that we don't know is refused");
	is_int(mail_wire_decode(FRAME_ARRIVED, BYTES_NONE, a, &f), ERR_INVALID,
	       "a mail that came from nowhere too");
	is_int(mail_wire_decode(FRAME_ASK_UIDS, bytes_of("x"), a, &f), ERR_INVALID,
	       "and a question with something in it");
}

static void test_rest(struct arena *a)
{
	static const uint32_t uids[] = { 1, 300, 4294967295u };
	struct mail_frame f = { .kind = FRAME_HELLO }, b = { 0 };

	f.hello = (struct mail_hello){ .channel = BYTES("kontakt"),
				       .password = BYTES("s\xffp\x01"),
				       .port = 993,
				       .tls = 1,
				       .mail_max = 1 << 20,
				       .servers = lines,
				       .n_servers = 2 };
	is_int(turn(&f, a, &b), ERR_OK, "a hello goes there and back");
	ok(bytes_is(b.hello.channel, "kontakt") && b.hello.port == 993 && b.hello.n_servers == 2 &&
		   bytes_eq(b.hello.password, f.hello.password),
	   "with the password as it is");
	f = (struct mail_frame){ .kind = FRAME_SETTLED };
	f.uids = (struct mail_uids){
		.uid_validity = 7, .uids = uids, .n = 3, .how = SETTLED_REFUSED
	};
	is_int(turn(&f, a, &b), ERR_OK, "so do UIDs");
	ok(b.uids.n == 3 && b.uids.uids[2] == 4294967295u && b.uids.how == SETTLED_REFUSED,
	   "and what became of them");
	f = (struct mail_frame){ .kind = FRAME_BEGIN, .begin = { 7, 12, { 1700000000000 } } };
	ok(turn(&f, a, &b) == ERR_OK && b.begin.first_uid == 12 &&
		   b.begin.since.ms == 1700000000000,
	   "so does where a mailbox begins");
	f = (struct mail_frame){ .kind = FRAME_FOLDER, .folder = { 7, 12, 3 } };
	ok(turn(&f, a, &b) == ERR_OK && b.folder.exists == 3, "and what a folder holds");
	f = (struct mail_frame){ .kind = FRAME_STATE, .state = { 2, BYTES("quota") } };
	ok(turn(&f, a, &b) == ERR_OK && b.state.state == 2 && bytes_is(b.state.words, "quota"),
	   "and how the mailbox is");
	f = (struct mail_frame){ .kind = FRAME_ASK_UIDS };
	ok(turn(&f, a, &b) == ERR_OK && b.kind == FRAME_ASK_UIDS, "and a question without a body");
	f = (struct mail_frame){ .kind = FRAME_OCTETS, .octets = BYTES("\x00\xff") };
	ok(turn(&f, a, &b) == ERR_OK && b.octets.len == 2, "and octets");
}

int main(void)
{
	struct arena *a = arena_new(1 << 24);

	plan(0);
	test_mail(a);
	test_dirt(a);
	test_bounds(a);
	test_rest(a);
	arena_free(&a);
	return done_testing();
}
