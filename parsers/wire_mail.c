/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/wire_mail.h"

#include "parsers/err.h"
#include "parsers/wire_fields.h"

#define PERSON(type, member, max) WIRE_FIELD(type, mail_person, Person, member, max)
#define FILE_(type, member, max)  WIRE_FIELD(type, mail_file, File, member, max)
#define BOUNCE(type, member, max) WIRE_FIELD(type, mail_bounce, Bounce, member, max)
#define AUTH(type, member, max)   WIRE_FIELD(type, mail_auth, Auth, member, max)
#define MAIL(type, member, max)   WIRE_FIELD(type, mail, Mail, member, max)

/* clang-format off */
/* clang-format off */
static const struct wire_field person_fields[] = { PERSON(WIRE_LINE, name, 0), PERSON(WIRE_LINE, address, 0) };
static const struct wire_field file_fields[] = {
	FILE_(WIRE_LINE, name, 0),   FILE_(WIRE_LINE, type, 0), FILE_(WIRE_U64, size, 0),
	FILE_(WIRE_SHA256, sha256, 0), FILE_(WIRE_BOOL, is_executable, 0),
};
static const struct wire_field bounce_fields[] = {
	BOUNCE(WIRE_LINE, recipient, 0), BOUNCE(WIRE_LINE, status, 0),
	BOUNCE(WIRE_LINE, action, 0),    BOUNCE(WIRE_LINE, original_message_id, 0),
};
static const struct wire_field auth_fields[] = {
	AUTH(WIRE_U32, dmarc, PROOF_FAIL), AUTH(WIRE_U32, dkim, PROOF_FAIL),
	AUTH(WIRE_U32, auth, PROOF_FAIL),  AUTH(WIRE_LINE, auth_identity, 0),
};
/* What has a list or a message of its own stands in mail_lists() and below it. */
static const struct wire_field mail_fields[] = {
	MAIL(WIRE_U32, n_from, WIRE_ANY),         MAIL(WIRE_LINE, return_path, 0),
	MAIL(WIRE_BOOL, has_null_return_path, 0), MAIL(WIRE_LINE, delivered_to, 0),
	MAIL(WIRE_LINE, subject, 0),         MAIL(WIRE_I64, date, 0),
	MAIL(WIRE_LINE, message_id, 0),      MAIL(WIRE_LINE, in_reply_to, 0),
	MAIL(WIRE_TEXT, text, 0),            MAIL(WIRE_TEXT, own_text, 0),
	MAIL(WIRE_BOOL, own_is_unsure, 0),   MAIL(WIRE_U32, automatic, MAIL_RECEIPT),
	MAIL(WIRE_LINE, automatic_why, 0),   MAIL(WIRE_BOOL, is_calendar, 0),
	MAIL(WIRE_BOOL, is_cut, 0),          MAIL(WIRE_BOOL, is_encrypted, 0),
};
/* clang-format on */

_Static_assert(sizeof(enum mail_proof) == sizeof(uint32_t), "an enum is read as a number");
_Static_assert(sizeof(struct wall) == sizeof(int64_t), "a moment is read as a number");

/* The lists of plain lines of a mail. */
struct line_list {
	size_t ours, n_ours, theirs, n_theirs, max;
};
#define LINES(member, max)                                                                         \
	{                                                                                          \
		offsetof(struct mail, member), offsetof(struct mail, n_##member),                  \
			offsetof(Mw__Mail, member), offsetof(Mw__Mail, n_##member), max            \
	}
static const struct line_list mail_lists[] = {
	LINES(references, MAIL_REFERENCES_MAX),
	LINES(tags, MAIL_TAGS_MAX),
	LINES(tokens, MAIL_TOKENS_MAX),
	LINES(faults, MAIL_FAULTS_MAX),
};

#define AT(base, offset, type) ((type *)(void *)((char *)(base) + (offset)))

static int read_mail_lists(Mw__Mail *m, struct arena *a, struct mail *mail)
{
	int err = ERR_OK;

	for (size_t i = 0; i < ARRAY_LEN(mail_lists) && err == ERR_OK; i++) {
		const struct line_list *l = &mail_lists[i];

		err = wire_read_lines(*AT(m, l->theirs, ProtobufCBinaryData *),
				      *AT(m, l->n_theirs, size_t), l->max, a,
				      AT(mail, l->ours, const struct bytes *),
				      AT(mail, l->n_ours, size_t));
	}
	return err;
}

static int write_mail_lists(const struct mail *given, struct arena *a, Mw__Mail *m)
{
	struct mail mail = *given;
	int err = ERR_OK;

	for (size_t i = 0; i < ARRAY_LEN(mail_lists) && err == ERR_OK; i++) {
		const struct line_list *l = &mail_lists[i];

		err = wire_write_lines(*AT(&mail, l->ours, const struct bytes *),
				       *AT(&mail, l->n_ours, size_t), l->max, a,
				       AT(m, l->theirs, ProtobufCBinaryData *),
				       AT(m, l->n_theirs, size_t));
	}
	return err;
}

/* --- a mail --- */

static int read_people(const Mw__Mail *m, struct arena *a, struct mail *mail)
{
	struct mail_person *people =
		arena_array(a, m->n_people == 0 ? 1 : m->n_people, sizeof(*people));
	int err = ERR_OK;

	if (m->n_people > MAIL_PEOPLE_MAX)
		return ERR_LIMIT;
	if (people == NULL)
		return arena_err(a);
	for (size_t i = 0; i < m->n_people && err == ERR_OK; i++)
		err = WIRE_READ(person_fields, m->people[i], a, &people[i]);
	if (err == ERR_OK && m->n_to > m->n_people)
		err = ERR_INVALID;
	mail->to = people;
	mail->n_to = m->n_to;
	mail->n_people = m->n_people;
	return err;
}

static int read_files(const Mw__Mail *m, struct arena *a, struct mail *mail)
{
	struct mail_file *files = arena_array(a, m->n_files == 0 ? 1 : m->n_files, sizeof(*files));
	int err = ERR_OK;

	if (m->n_files > MAIL_FILES_MAX)
		return ERR_LIMIT;
	if (files == NULL)
		return arena_err(a);
	for (size_t i = 0; i < m->n_files && err == ERR_OK; i++)
		err = WIRE_READ(file_fields, m->files[i], a, &files[i]);
	mail->files = files;
	mail->n_files = m->n_files;
	return err;
}

int wire_read_mail(Mw__Mail *m, struct arena *a, struct mail *mail_out)
{
	struct mail mail = { 0 };
	int err = WIRE_READ(mail_fields, m, a, &mail);

	if (err == ERR_OK && m->from != NULL)
		err = WIRE_READ(person_fields, m->from, a, &mail.from);
	if (err == ERR_OK && m->reply_to != NULL)
		err = WIRE_READ(person_fields, m->reply_to, a, &mail.reply_to);
	if (err == ERR_OK && m->bounce != NULL) {
		mail.has_bounce = true;
		err = WIRE_READ(bounce_fields, m->bounce, a, &mail.bounce);
	}
	if (err == ERR_OK && m->auth != NULL)
		err = WIRE_READ(auth_fields, m->auth, a, &mail.auth);
	if (err == ERR_OK)
		err = read_people(m, a, &mail);
	if (err == ERR_OK)
		err = read_files(m, a, &mail);
	if (err == ERR_OK)
		err = read_mail_lists(m, a, &mail);
	*mail_out = mail;
	return err;
}

static Mw__Person *write_person(const struct mail_person *p, struct arena *a)
{
	Mw__Person *to = arena_alloc(a, sizeof(*to));

	if (to == NULL)
		return NULL;
	mw__person__init(to);
	WIRE_WRITE(person_fields, p, to);
	return to;
}

static int write_people(const struct mail *mail, struct arena *a, Mw__Mail *m)
{
	if (mail->n_people > MAIL_PEOPLE_MAX || mail->n_to > mail->n_people)
		return ERR_LIMIT;
	m->people = arena_array(a, mail->n_people + 1, sizeof(*m->people));
	m->from = write_person(&mail->from, a);
	m->reply_to = write_person(&mail->reply_to, a);
	if (m->people == NULL || m->from == NULL || m->reply_to == NULL)
		return arena_err(a);
	for (; m->n_people < mail->n_people; m->n_people++) {
		m->people[m->n_people] = write_person(&mail->to[m->n_people], a);
		if (m->people[m->n_people] == NULL)
			return arena_err(a);
	}
	m->n_to = (uint32_t)mail->n_to;
	return ERR_OK;
}

static int write_files(const struct mail *mail, struct arena *a, Mw__Mail *m)
{
	Mw__File *files;

	if (mail->n_files > MAIL_FILES_MAX)
		return ERR_LIMIT;
	m->files = arena_array(a, mail->n_files + 1, sizeof(*m->files));
	files = arena_array(a, mail->n_files + 1, sizeof(*files));
	if (m->files == NULL || files == NULL)
		return arena_err(a);
	for (; m->n_files < mail->n_files; m->n_files++) {
		mw__file__init(&files[m->n_files]);
		WIRE_WRITE(file_fields, &mail->files[m->n_files], &files[m->n_files]);
		m->files[m->n_files] = &files[m->n_files];
	}
	return ERR_OK;
}

int wire_write_mail(const struct mail *mail, struct arena *a, Mw__Mail *m)
{
	int err;

	mw__mail__init(m);
	WIRE_WRITE(mail_fields, mail, m);
	m->auth = arena_alloc(a, sizeof(*m->auth));
	m->bounce = mail->has_bounce ? arena_alloc(a, sizeof(*m->bounce)) : NULL;
	if (m->auth == NULL || (mail->has_bounce && m->bounce == NULL))
		return arena_err(a);
	mw__auth__init(m->auth);
	WIRE_WRITE(auth_fields, &mail->auth, m->auth);
	if (mail->has_bounce) {
		mw__bounce__init(m->bounce);
		WIRE_WRITE(bounce_fields, &mail->bounce, m->bounce);
	}
	err = write_people(mail, a, m);
	if (err == ERR_OK)
		err = write_files(mail, a, m);
	if (err == ERR_OK)
		err = write_mail_lists(mail, a, m);
	return err;
}
