/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/mail_record.h"

#include <string.h>

#include "conf/limits.h"
#include "parsers/utf8.h"

/* What one record can hold of a mail's words; all of them are in the raw mail. */
#define WORDS_MAX (300 * KIB)
#define TEXT_MAX  (500 * KIB)
/* A Message-ID that is longer is no program's. */
#define MESSAGE_ID_MAX 998

static void set_octets(ProtobufCBinaryData *to, const uint8_t *octets, size_t len)
{
	to->data = (uint8_t *)(uintptr_t)octets;
	to->len = len;
}

static char *short_id(struct desk *d, struct bytes id)
{
	return record_str(d->arena, id.len <= MESSAGE_ID_MAX ? id : BYTES_NONE);
}

static int fill_files(struct desk *d, const struct mail *m, Pb__Message *rec)
{
	rec->files = arena_array(d->arena, m->n_files + 1, sizeof(*rec->files));
	if (rec->files == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < m->n_files; i++) {
		Pb__File *f = arena_alloc(d->arena, sizeof(*f));

		if (f == NULL)
			return ERR_NOMEM;
		pb__file__init(f);
		f->name = record_str(d->arena, m->files[i].name);
		f->type = record_str(d->arena, m->files[i].type);
		f->size = m->files[i].size;
		set_octets(&f->sha256, m->files[i].sha256, sizeof(m->files[i].sha256));
		f->executable = m->files[i].is_executable;
		rec->files[rec->n_files++] = f;
	}
	return ERR_OK;
}

static int fill_references(struct desk *d, const struct mail *m, Pb__Message *rec)
{
	rec->references = arena_array(d->arena, m->n_references + 1, sizeof(*rec->references));
	if (rec->references == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < m->n_references; i++)
		if (m->references[i].len != 0 && m->references[i].len <= MESSAGE_ID_MAX)
			rec->references[rec->n_references++] =
				record_str(d->arena, m->references[i]);
	return ERR_OK;
}

static void fill_arrival(const struct mail_arrival *at, Pb__Message *rec)
{
	rec->uid_validity = at->uid_validity;
	rec->uid = at->uid;
	rec->size = at->size;
	rec->stale = at->is_stale;
	rec->unreadable = at->is_unreadable;
	set_octets(&rec->blob, at->blob, sizeof(at->blob));
}

int mail_record_fill(struct desk *d, const struct message *msg, Pb__Message *rec)
{
	const struct mail *m = msg->mail;
	int err;

	/* The octets are a blob. */
	set_octets(&rec->raw, NULL, 0);
	rec->text = record_str(d->arena, utf8_cut(m->own_text, WORDS_MAX));
	if (!bytes_eq(m->text, m->own_text) || m->own_text.len > WORDS_MAX)
		rec->full_text = record_str(d->arena, utf8_cut(m->text, TEXT_MAX));
	rec->subject = record_str(d->arena, m->subject);
	rec->message_id = short_id(d, m->message_id);
	rec->in_reply_to = short_id(d, m->in_reply_to);
	rec->automatic = m->automatic;
	rec->unproven = m->auth.dmarc == PROOF_FAIL;
	rec->words_unsure = m->own_is_unsure;
	fill_arrival(msg->arrival, rec);
	err = fill_files(d, m, rec);
	return err == ERR_OK ? fill_references(d, m, rec) : err;
}

int mail_files_choose(struct desk *d, Pb__File *const *files, size_t n, uint64_t max_octets,
		      struct mail_files *files_out)
{
	struct mail_files chosen = { .go = arena_array(d->arena, n + 1, sizeof(*chosen.go)),
				     .withheld = arena_array(d->arena, n + 1,
							     sizeof(*chosen.withheld)) };
	uint64_t octets = 0;

	if (chosen.go == NULL || chosen.withheld == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (files[i]->executable || files[i]->size > max_octets - octets) {
			chosen.withheld[chosen.n_withheld++] = files[i];
			continue;
		}
		octets += files[i]->size;
		chosen.go[chosen.n_go++] = files[i];
	}
	*files_out = chosen;
	return ERR_OK;
}
