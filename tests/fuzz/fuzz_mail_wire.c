/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_mail_wire - frames of a stream are read within the arena's cap or refused; what was
 * read is within its bounds, clean, and written and read again the same octets.
 */
#include "parsers/err.h"
#include "parsers/mail_wire.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

#define CAP ((size_t)1 << 22)

static void check_mail(const struct mail *m)
{
	fuzz_require(m->n_to <= m->n_people && m->n_people <= MAIL_PEOPLE_MAX);
	fuzz_require(m->n_files <= MAIL_FILES_MAX && m->n_references <= MAIL_REFERENCES_MAX);
	fuzz_require(m->n_tags <= MAIL_TAGS_MAX && m->n_tokens <= MAIL_TOKENS_MAX);
	fuzz_require(m->n_faults <= MAIL_FAULTS_MAX && m->automatic <= MAIL_RECEIPT);
	fuzz_require(utf8_is_valid(m->text) && utf8_is_valid(m->subject));
	fuzz_require(bytes_find(m->subject, '\n') == m->subject.len);
	for (size_t i = 0; i < m->n_people; i++)
		fuzz_require(utf8_is_valid(m->to[i].name));
}

static void turn(const struct mail_frame *f, struct arena *a)
{
	struct mail_frame again;
	struct bytes octets, second, body;
	enum mail_frame_kind kind;
	size_t taken;

	if (mail_wire_encode(f, a, &octets) != ERR_OK)
		return;
	fuzz_require(mail_wire_cut(octets, CAP, &kind, &body, &taken) == ERR_OK);
	fuzz_require(kind == f->kind && taken == octets.len);
	if (mail_wire_decode(kind, body, a, &again) == ERR_OK &&
	    mail_wire_encode(&again, a, &second) == ERR_OK)
		fuzz_require(bytes_eq(octets, second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(CAP);
	struct bytes stream = bytes_at(data, size), body;
	enum mail_frame_kind kind;
	size_t octets;

	while (mail_wire_cut(stream, size, &kind, &body, &octets) == ERR_OK) {
		struct mail_frame f;

		if (mail_wire_decode(kind, body, a, &f) == ERR_OK) {
			if (kind == FRAME_ARRIVED || kind == FRAME_READ)
				check_mail(&f.arrived.mail);
			turn(&f, a);
		}
		fuzz_require(arena_used(a) <= CAP);
		arena_reset(a);
		stream = bytes_cut(stream, octets, stream.len);
	}
	arena_free(&a);
	return 0;
}
