/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_read.h"

#include <stdint.h>

#include "parsers/err.h"
#include "parsers/mail_auth.h"
#include "parsers/mail_auto.h"
#include "parsers/mail_date.h"
#include "parsers/mail_fields.h"
#include "parsers/mail_parts.h"
#include "parsers/mail_reply.h"
#include "parsers/mail_tags.h"
#include "parsers/mail_token.h"
#include "parsers/mime_words.h"

struct reader {
	struct arena *arena;
	struct mime_charsets *cs;
	const struct mail_rules *rules;
	const struct mail_headers *headers;
	struct mime_notes notes;
	struct mail *mail;
	int err;
};

static struct bytes header(const struct reader *r, const char *name)
{
	return mail_header(r->headers, name, 0);
}

/* --- people --- */

/* Names as people read them: words of RFC 2047 decoded. */
static void decode_names(struct reader *r, struct mail_person *list, size_t n)
{
	for (size_t i = 0; i < n && r->err == ERR_OK; i++)
		r->err = mime_words(r->cs, r->arena, list[i].name, &list[i].name);
}

/* Adds the people of all fields of that name; *n grows up to n_max. */
static void read_people(struct reader *r, const char *name, struct mail_person *list, size_t n_max,
			size_t *n)
{
	size_t n_fields = mail_header_count(r->headers, name);

	for (size_t i = 0; i < n_fields && r->err == ERR_OK; i++) {
		size_t found = 0, room = n_max - *n;

		r->err = mail_address_list(mail_header(r->headers, name, i), r->arena, list + *n,
					   room, &found);
		if (r->err != ERR_OK)
			return;
		if (found > room)
			mime_note(&r->notes, "more people in To and Cc than are read");
		found = found < room ? found : room;
		decode_names(r, list + *n, found);
		*n += found;
	}
}

static void read_from(struct reader *r)
{
	struct mail_person list[MAIL_PEOPLE_MAX];
	size_t n = 0;

	read_people(r, "From", list, ARRAY_LEN(list), &n);
	if (r->err != ERR_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		if (list[i].address.len == 0)
			continue;
		if (r->mail->n_from++ == 0)
			r->mail->from = list[i];
	}
	if (r->mail->n_from == 0 && n != 0)
		r->mail->from = list[0];
	if (mail_header_count(r->headers, "From") > 1)
		mime_note(&r->notes, "several From fields, the first address counts");
	if (r->mail->n_from == 0)
		mime_note(&r->notes, "no sender that can be answered");
}

static void read_reply_to(struct reader *r)
{
	struct mail_person list[4];
	size_t n = 0;

	read_people(r, "Reply-To", list, ARRAY_LEN(list), &n);
	for (size_t i = 0; i < n && r->err == ERR_OK; i++) {
		if (list[i].address.len == 0)
			continue;
		if (!mail_address_is_same(list[i].address, r->mail->from.address))
			r->mail->reply_to = list[i];
		return;
	}
}

static void read_recipients(struct reader *r)
{
	struct mail_person *list = arena_array(r->arena, MAIL_PEOPLE_MAX, sizeof(*list));

	if (list == NULL) {
		r->err = arena_err(r->arena);
		return;
	}
	r->mail->to = list;
	read_people(r, "To", list, MAIL_PEOPLE_MAX, &r->mail->n_people);
	r->mail->n_to = r->mail->n_people;
	read_people(r, "Cc", list, MAIL_PEOPLE_MAX, &r->mail->n_people);
}

/* An address that stands alone in its field, with brackets or without. */
static struct bytes lone_address(struct reader *r, struct bytes value)
{
	struct mail_person person = { 0 };
	size_t n = 0;

	if (value.len == 0 || r->err != ERR_OK)
		return BYTES_NONE;
	r->err = mail_address_list(value, r->arena, &person, 1, &n);
	return n == 0 ? BYTES_NONE : person.address;
}

static void read_envelope(struct reader *r)
{
	static const char *const names[] = { "Delivered-To", "X-Original-To", "Envelope-To",
					     "X-Envelope-To" };

	r->mail->return_path = lone_address(r, header(r, "Return-Path"));
	for (size_t i = 0; i < ARRAY_LEN(names) && r->mail->delivered_to.len == 0; i++)
		r->mail->delivered_to = lone_address(r, header(r, names[i]));
}

/* --- what it is about, and what it answers --- */

static void read_subject(struct reader *r)
{
	struct wall date;

	if (r->err != ERR_OK)
		return;
	r->err = mime_words(r->cs, r->arena, header(r, "Subject"), &r->mail->subject);
	if (mail_header_count(r->headers, "Subject") > 1)
		mime_note(&r->notes, "several Subject fields, the first counts");
	if (mail_date(header(r, "Date"), &date) == ERR_OK)
		r->mail->date = date;
	else
		mime_note(&r->notes, "no date, or an impossible one");
}

static struct bytes first_id(struct reader *r, const char *name)
{
	struct bytes rest = header(r, name), id = BYTES_NONE;
	int err = r->err != ERR_OK ? r->err : mail_id_next(&rest, r->arena, &id);

	if (err != ERR_OK && err != ERR_NOENT)
		r->err = err;
	return err == ERR_OK ? id : BYTES_NONE;
}

static void read_ids(struct reader *r)
{
	struct bytes *list = arena_array(r->arena, MAIL_REFERENCES_MAX, sizeof(*list));

	r->mail->message_id = first_id(r, "Message-ID");
	r->mail->in_reply_to = first_id(r, "In-Reply-To");
	if (r->err == ERR_OK)
		r->err = list == NULL ? arena_err(r->arena)
				      : mail_id_list(header(r, "References"), r->arena, list,
						     MAIL_REFERENCES_MAX, &r->mail->n_references);
	r->mail->references = list;
}

static void read_tags(struct reader *r)
{
	struct mail_tags *t = arena_alloc(r->arena, sizeof(*t));
	struct bytes prefix = r->rules->case_prefix;
	struct mail *m = r->mail;

	if (t == NULL && r->err == ERR_OK)
		r->err = arena_err(r->arena);
	if (r->err == ERR_OK)
		r->err = mail_tags_of_text(t, r->arena, prefix, m->subject);
	if (r->err == ERR_OK)
		r->err = mail_tags_of_text(t, r->arena, prefix, m->in_reply_to);
	for (size_t i = 0; i < m->n_references && r->err == ERR_OK; i++)
		r->err = mail_tags_of_text(t, r->arena, prefix, m->references[i]);
	if (r->err != ERR_OK)
		return;
	m->tags = t->list;
	m->n_tags = t->n;
}

static void read_tokens(struct reader *r)
{
	struct mail_tokens *t = arena_alloc(r->arena, sizeof(*t));
	struct mail *m = r->mail;

	if (t == NULL && r->err == ERR_OK)
		r->err = arena_err(r->arena);
	if (r->err == ERR_OK)
		r->err = mail_tokens_of_subject(t, r->arena, m->subject);
	for (size_t i = 0; i < m->n_people && r->err == ERR_OK; i++)
		r->err = mail_tokens_of_address(t, r->arena, m->to[i].address);
	if (r->err == ERR_OK)
		r->err = mail_tokens_of_address(t, r->arena, m->delivered_to);
	if (r->err != ERR_OK)
		return;
	m->tokens = t->list;
	m->n_tokens = t->n;
}

/* --- words and files --- */

static void judge(struct reader *r, const struct mail_parts *p)
{
	struct mail_auto_in in = {
		.headers = r->headers,
		.from = r->mail->from.address,
		.subject = r->mail->subject,
		.text = p->text,
		.report = p->report,
		.original = p->original,
		.has_calendar = p->has_calendar,
		.own = r->rules->own,
		.n_own = r->rules->n_own,
		.instance = r->rules->instance,
	};

	if (r->err == ERR_OK)
		r->err = mail_auto_judge(&in, r->arena, r->mail);
}

static void read_proof(struct reader *r)
{
	struct mail_auth_servers ours = {
		.authserv_id = r->rules->authserv_id,
		.hosts = r->rules->servers,
		.n_hosts = r->rules->n_servers,
	};

	if (r->err == ERR_OK)
		r->err = mail_auth_read(r->headers, &ours, r->mail->from.address, r->mail->n_from,
					r->arena, &r->mail->auth);
}

static void read_words(struct reader *r, const struct mail_parts *p)
{
	struct mail *m = r->mail;

	struct mail_reply_in in = {
		.text = p->text,
		.quote_at = p->quote_at,
		.quote_end = p->quote_end,
		.signature_at = p->signature_at,
		.signature_end = p->signature_end,
		.from = m->from.address,
		.subject = m->subject,
		.has_in_reply_to = m->in_reply_to.len != 0 || m->n_references != 0,
	};
	struct mail_reply_out own = { 0 };

	if (r->err == ERR_OK)
		r->err = mail_reply_own(&in, r->arena, &own);
	m->text = p->text;
	m->own_text = own.own;
	m->own_is_unsure = own.is_unsure;
	m->files = p->files;
	m->n_files = p->n_files;
	m->is_encrypted = p->is_encrypted;
	m->is_cut |= p->is_cut;
}

static void read_faults(struct reader *r)
{
	struct bytes *list = arena_array(r->arena, MAIL_FAULTS_MAX, sizeof(*list));
	size_t n = r->notes.n < MAIL_FAULTS_MAX ? r->notes.n : MAIL_FAULTS_MAX;

	if (list == NULL && r->err == ERR_OK)
		r->err = arena_err(r->arena);
	for (size_t i = 0; i < n && r->err == ERR_OK; i++)
		list[i] = bytes_of(r->notes.list[i]);
	r->mail->faults = list;
	r->mail->n_faults = n;
}

int mail_read(struct bytes raw, bool is_cut, const struct mail_rules *rules,
	      struct mime_charsets *cs, struct arena *a, struct mail *mail_out)
{
	struct mail mail = { .is_cut = is_cut };
	struct reader r = { .arena = a, .cs = cs, .rules = rules, .mail = &mail };
	struct mail_parts parts = { 0 };
	struct mime_part *root = NULL;

	r.err = mime_parse(raw, cs, a, &r.notes, &root);
	if (r.err != ERR_OK)
		return r.err;
	r.headers = &root->headers;
	if (r.headers->n == 0)
		mime_note(&r.notes, "no headers, all of it is read as text");
	read_from(&r);
	read_reply_to(&r);
	read_recipients(&r);
	read_envelope(&r);
	read_subject(&r);
	read_ids(&r);
	if (r.err == ERR_OK)
		r.err = mail_parts_read(root, cs, a, &r.notes, &parts);
	read_words(&r, &parts);
	judge(&r, &parts);
	read_proof(&r);
	read_tags(&r);
	read_tokens(&r);
	read_faults(&r);
	if (r.err == ERR_OK)
		*mail_out = mail;
	return r.err;
}
