/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/text_mail_json.h"

#include "parsers/json.h"

/* Absent is null. */
static void put_or_null(struct json *j, const char *key, struct bytes text)
{
	if (text.len == 0)
		json_put_null(j, key);
	else
		json_put_text(j, key, text);
}

static struct json *person_json(const struct mail_person *p)
{
	struct json *j = json_object();

	json_put_text(j, "name", p->name);
	put_or_null(j, "address", p->address);
	return j;
}

static void put_people(struct json *j, const char *key, const struct mail_person *list, size_t n)
{
	struct json *array = json_array();

	for (size_t i = 0; i < n; i++) {
		struct json *person = person_json(&list[i]);

		json_append_take(array, &person);
	}
	json_put_take(j, key, &array);
}

static void put_texts(struct json *j, const char *key, const struct bytes *list, size_t n)
{
	struct json *array = json_array();

	for (size_t i = 0; i < n; i++) {
		struct json *text = json_text(list[i]);

		json_append_take(array, &text);
	}
	json_put_take(j, key, &array);
}

static void put_files(struct json *j, const struct mail *m)
{
	struct json *array = json_array();

	for (size_t i = 0; i < m->n_files; i++) {
		const struct mail_file *f = &m->files[i];
		struct json *file = json_object();
		struct json *sha256 = json_octets(bytes_at(f->sha256, sizeof(f->sha256)));

		json_put_text(file, "name", f->name);
		json_put_text(file, "type", f->type);
		json_put_int(file, "bytes", (int64_t)f->size);
		json_put_take(file, "sha256", &sha256);
		json_put_bool(file, "executable", f->is_executable);
		json_append_take(array, &file);
	}
	json_put_take(j, "attachments", &array);
}

static void put_bounce(struct json *j, const struct mail *m)
{
	struct json *bounce;

	if (!m->has_bounce) {
		json_put_null(j, "bounce");
		return;
	}
	bounce = json_object();
	put_or_null(bounce, "recipient", m->bounce.recipient);
	put_or_null(bounce, "status", m->bounce.status);
	put_or_null(bounce, "action", m->bounce.action);
	put_or_null(bounce, "original_message_id", m->bounce.original_message_id);
	json_put_take(j, "bounce", &bounce);
}

static void put_head(struct json *j, const struct mail *m)
{
	struct json *from = person_json(&m->from);

	json_put_take(j, "from", &from);
	put_people(j, "to", m->to, m->n_to);
	json_put_text(j, "subject", m->subject);
	json_put_time(j, "date", m->date.ms);
	put_or_null(j, "message_id", m->message_id);
	put_or_null(j, "in_reply_to", m->in_reply_to);
	put_texts(j, "references", m->references, m->n_references);
}

static const char *proof_text(enum mail_proof p)
{
	switch (p) {
	case PROOF_NONE: return NULL;
	case PROOF_PASS: return "pass";
	case PROOF_FAIL: return "fail";
	}
	return NULL;
}

/* Keys that COMMANDS doesn't name: what else the desk will know. */
static void put_more(struct json *j, const struct mail *m)
{
	struct json *auth = json_object();

	put_people(j, "cc", m->to + m->n_to, m->n_people - m->n_to);
	put_or_null(j, "reply_to", m->reply_to.address);
	json_put_bool(j, "own_text_unsure", m->own_is_unsure);
	json_put_bool(j, "calendar", m->is_calendar);
	json_put_bool(j, "encrypted", m->is_encrypted);
	json_put_str(auth, "dmarc", proof_text(m->auth.dmarc));
	json_put_str(auth, "dkim", proof_text(m->auth.dkim));
	json_put_str(auth, "auth", proof_text(m->auth.auth));
	json_put_take(j, "auth", &auth);
}

int text_mail_json(const struct mail *m, struct tongue otherwise, struct arena *a,
		   struct bytes *line_out)
{
	struct language_guess guess = language_guess(m->own_text, otherwise);
	struct json *j = json_object();
	int err;

	put_head(j, m);
	json_put_text(j, "text", m->text);
	json_put_text(j, "own_text", m->own_text);
	json_put_str(j, "language", language_code(guess.language));
	json_put_str(j, "script", script_code(guess.script));
	put_files(j, m);
	json_put_str(j, "automatic", mail_automatic_text(m->automatic));
	put_or_null(j, "automatic_why", m->automatic_why);
	put_texts(j, "tags", m->tags, m->n_tags);
	put_bounce(j, m);
	json_put_bool(j, "cut", m->is_cut);
	put_texts(j, "faults", m->faults, m->n_faults);
	put_more(j, m);
	err = json_line(j, a, line_out);
	json_free(&j);
	return err;
}
