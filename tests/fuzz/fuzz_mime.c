/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_mime - whatever the octets, a mail comes of them: clean, within bounds, its own words never lost. */
#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/mail_parts.h"
#include "parsers/mail_read.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static const struct bytes own[] = { BYTES("kontakt@starapazova.example") };
static const struct mail_rules rules = {
	.case_prefix = BYTES("SP"),
	.instance = BYTES("stara-pazova"),
	.own = own,
	.n_own = ARRAY_LEN(own),
	.authserv_id = BYTES("mx.example"),
};

/* One line of clean text. */
static void check_line(struct bytes text)
{
	fuzz_require(utf8_is_valid(text));
	for (size_t i = 0; i < text.len; i++)
		fuzz_require(text.ptr[i] >= ' ' && text.ptr[i] != 0x7F);
}

static void check_people(const struct mail *m)
{
	fuzz_require(m->n_to <= m->n_people && m->n_people <= MAIL_PEOPLE_MAX);
	check_line(m->from.name);
	check_line(m->from.address);
	for (size_t i = 0; i < m->n_people; i++) {
		check_line(m->to[i].name);
		fuzz_require(m->to[i].address.len <= MAIL_ADDRESS_MAX);
	}
}

static void check_files(const struct mail *m)
{
	fuzz_require(m->n_files <= MAIL_FILES_MAX);
	for (size_t i = 0; i < m->n_files; i++) {
		check_line(m->files[i].name);
		check_line(m->files[i].type);
		fuzz_require(m->files[i].size == m->files[i].octets.len);
		fuzz_require(bytes_find(m->files[i].name, '/') == m->files[i].name.len);
	}
}

static void check(const struct mail *m)
{
	check_line(m->subject);
	check_line(m->message_id);
	fuzz_require(utf8_is_valid(m->text) && m->text.len <= MAIL_TEXT_MAX);
	fuzz_require(utf8_is_valid(m->own_text) && m->own_text.len <= MAIL_TEXT_MAX);
	fuzz_require(bytes_find(m->text, '\0') == m->text.len);
	fuzz_require(bytes_trim(m->text).len == 0 || m->own_text.len != 0);
	fuzz_require(m->n_tags <= MAIL_TAGS_MAX && m->n_tokens <= MAIL_TOKENS_MAX);
	fuzz_require(m->n_references <= MAIL_REFERENCES_MAX && m->n_faults <= MAIL_FAULTS_MAX);
	check_people(m);
	check_files(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mime_charsets *cs; /* once: opening them takes longer than reading */
	struct arena *a = arena_new(MAIL_READ_ARENA(size));
	struct mail m = { 0 };
	int err;

	if (cs == NULL) {
		keyed_init();
		cs = mime_charsets_open();
	}
	mime_charsets_need(cs, bytes_at(data, size));
	err = mail_read(bytes_at(data, size), false, &rules, cs, a, &m);
	fuzz_require(err == ERR_OK);
	check(&m);
	arena_free(&a);
	return 0;
}
