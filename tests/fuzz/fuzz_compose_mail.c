/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_compose_mail - whatever the values are, it is refused or a correct mail with our
 * fields only, each once. The input is the values, separated by NULs.
 */
#include <stdlib.h>

#include "parsers/err.h"
#include "parsers/utf8.h"
#include "templates/compose_mail.h"
#include "tests/fuzz/fuzz.h"
#include "tests/templates/mail_reader.h"

enum value {
	SUBJECT,
	FROM_NAME,
	TO_NAME,
	FROM,
	TO,
	REPLY_TO,
	MESSAGE_ID,
	IN_REPLY_TO,
	REFERENCE,
	UNSUBSCRIBE,
	FILE_NAME,
	FILE_TYPE,
	INSTANCE,
	TEXT,
	N_VALUES,
};

static const char *const ours[] = {
	"Date",
	"From",
	"To",
	"Reply-To",
	"Subject",
	"Message-ID",
	"In-Reply-To",
	"References",
	"Auto-Submitted",
	"X-Auto-Response-Suppress",
	"List-Unsubscribe",
	"X-Odziv",
	"Content-Language",
	"MIME-Version",
	"Content-Type",
	"Content-Transfer-Encoding",
};

/* What wasn't given is something ordinary, so that a short input reaches everything. */
static const struct bytes ordinary[N_VALUES] = {
	[SUBJECT] = BYTES("Voda"),
	[FROM] = BYTES("kontakt@pazova.example"),
	[TO] = BYTES("ann@x.example"),
	[MESSAGE_ID] = BYTES("r1@pazova.example"),
};

static void check_fields(struct arena *a, const struct read_mail *m)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		size_t count = mail_field_count(m, ours[i]);

		fuzz_require(count <= 1);
		n += count;
	}
	fuzz_require(n == m->n_fields);
	fuzz_require(mail_field_count(m, "From") == 1 && mail_field_count(m, "To") == 1);
	fuzz_require(utf8_is_valid(mail_words(a, mail_field(m, "Subject"))));
}

static void check_mail(struct arena *a, struct bytes octets, const struct mail_letter *in)
{
	struct read_mail m, part;

	fuzz_require(mail_read(a, octets, &m) == NULL);
	check_fields(a, &m);
	if (in->n_files == 0)
		return;
	fuzz_require(mail_part_count(a, &m) == 2);
	fuzz_require(mail_part(a, &m, 1, &part) == NULL && part.n_fields == 3);
	fuzz_require(bytes_eq(mail_content(a, &part), in->files[0].octets));
	fuzz_require(mail_part(a, &m, 0, &part) == NULL);
	if (!in->has_html) {
		struct bytes text = mail_content(a, &part);

		fuzz_require(text.len == 0 || text.ptr != NULL);
		fuzz_require(utf8_is_valid(text));
	}
}

static size_t split(struct bytes rest, struct bytes values[N_VALUES])
{
	size_t n = 0;

	for (size_t i = 0; i < N_VALUES; i++)
		values[i] = ordinary[i];
	while (n < N_VALUES - 1 && bytes_find(rest, '\0') < rest.len) {
		values[n] = bytes_cut(rest, 0, bytes_find(rest, '\0'));
		rest = bytes_cut(rest, values[n].len + 1, rest.len);
		n++;
	}
	values[n] = rest;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	struct bytes v[N_VALUES];
	uint8_t first = size > 0 ? data[0] : 0;
	struct mail_attachment file;
	struct mail_letter in = {
		.time_zone = "Europe/Belgrade",
		.date = { INT64_C(1795698000000) },
		.tongue = { LANG_SR, SCRIPT_CYRL },
		.submitted = (enum mail_submitted)(first % 3),
		.n_files = first / 3 % 2,
		.has_html = first / 6 % 2 == 1,
		.n_references = 1,
	};
	struct bytes octets;
	int err;

	(void)split(bytes_cut(bytes_at(data, size), 1, size), v);
	file = (struct mail_attachment){ v[FILE_NAME], v[FILE_TYPE], v[TEXT] };
	in.instance = arena_str(a, v[INSTANCE]);
	in.from = (struct mail_person){ v[FROM_NAME], v[FROM] };
	in.to = (struct mail_person){ v[TO_NAME], v[TO] };
	in.reply_to.address = v[REPLY_TO];
	in.subject = v[SUBJECT];
	in.text = v[TEXT];
	in.message_id = v[MESSAGE_ID];
	in.in_reply_to = v[IN_REPLY_TO];
	in.references = &v[REFERENCE];
	in.list_unsubscribe = v[UNSUBSCRIBE];
	in.files = &file;
	err = in.instance == NULL ? ERR_NOMEM : compose_mail(&in, a, &octets);
	fuzz_require(err == ERR_OK || err == ERR_INVALID || err == ERR_LIMIT || err == ERR_NOMEM);
	if (err == ERR_OK)
		check_mail(a, octets, &in);
	arena_free(&a);
	return 0;
}
