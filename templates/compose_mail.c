/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/compose_mail.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/mail_auto.h"
#include "parsers/mail_fields.h"
#include "parsers/utf8.h"
#include "templates/mail_body.h"
#include "templates/mail_head.h"
#include "templates/words.h"

/* Headers, references and a text of several times its length in quoted-printable, and its HTML. */
#define LETTER_BYTES_MAX (16u * 1024 * 1024)
/* Headers of one attachment: a name of 255 octets, each in three letters. */
#define PART_HEAD_MAX 2048
#define TYPE_MAX      127
/* Of an instance's name: the configuration's, or that of a folder; a header line has 998 octets (RFC 5322 2.1.1). */
#define INSTANCE_MAX 255
/* Of our Message-ID, so that two mails of ours within each other don't end each other's parts. */
#define BOUNDARY_ID_MAX 40
#define BOUNDARY_SIZE   (BOUNDARY_ID_MAX + 16)

/* The two multiparts of a mail; "=_" stands in no line of base64 or quoted-printable. */
enum boundary { OUTER, INNER };

struct composer {
	const struct mail_letter *in;
	struct arena *arena;
	struct strbuf s;
	struct bytes text; /* clean */
	char boundaries[2][BOUNDARY_SIZE];
};

/* --- what may be written --- */

bool compose_mail_can_address(struct bytes address)
{
	return mail_address_is_fit(address);
}

static int check(const struct mail_letter *in)
{
	bool fits =
		compose_mail_can_address(in->from.address) &&
		compose_mail_can_address(in->to.address) && head_id_is_safe(in->message_id) &&
		(in->reply_to.address.len == 0 || compose_mail_can_address(in->reply_to.address)) &&
		(in->list_unsubscribe.len == 0 || head_id_is_safe(in->list_unsubscribe));

	if (strlen(in->instance) > INSTANCE_MAX)
		return ERR_LIMIT;
	return fits ? ERR_OK : ERR_INVALID;
}

/* --- headers --- */

/* Those that are ids at all, and the one that is answered behind them. */
static int safe_references(const struct composer *c, struct bytes **ids_out, size_t *n_out)
{
	const struct mail_letter *in = c->in;
	struct bytes *ids = arena_array(c->arena, in->n_references + 1, sizeof(*ids));
	size_t n = 0;

	if (ids == NULL)
		return arena_err(c->arena);
	for (size_t i = 0; i < in->n_references; i++) {
		if (head_id_is_safe(in->references[i]) &&
		    !bytes_eq(in->references[i], in->in_reply_to))
			ids[n++] = in->references[i];
	}
	if (head_id_is_safe(in->in_reply_to))
		ids[n++] = in->in_reply_to;
	*ids_out = ids;
	*n_out = n;
	return ERR_OK;
}

static int write_thread(struct composer *c)
{
	struct bytes *ids;
	size_t n;
	int err = safe_references(c, &ids, &n);

	if (err != ERR_OK)
		return err;
	head_ids(&c->s, "Message-ID", &c->in->message_id, 1);
	if (head_id_is_safe(c->in->in_reply_to))
		head_ids(&c->s, "In-Reply-To", &c->in->in_reply_to, 1);
	if (n > 0)
		head_ids(&c->s, "References", ids, n);
	return ERR_OK;
}

static void write_marks(struct composer *c)
{
	const struct mail_letter *in = c->in;
	const char *language = tongue_name(in->tongue);

	if (in->submitted != MAIL_BY_HAND) {
		strbuf_addf(&c->s, "Auto-Submitted: %s\r\n",
			    in->submitted == MAIL_AUTO_REPLIED ? "auto-replied" : "auto-generated");
		strbuf_adds(&c->s, "X-Auto-Response-Suppress: All\r\n");
	}
	if (in->list_unsubscribe.len > 0)
		head_ids(&c->s, "List-Unsubscribe", &in->list_unsubscribe, 1);
	head_word(&c->s, MAIL_OWN_MARK, in->instance);
	if (in->tongue.language != LANG_NONE)
		head_word(&c->s, "Content-Language", language);
	strbuf_adds(&c->s, "MIME-Version: 1.0\r\n");
}

static int write_headers(struct composer *c)
{
	const struct mail_letter *in = c->in;
	int minutes;
	int err = words_offset(in->time_zone, in->date, &minutes);

	if (err != ERR_OK)
		return err;
	head_date(&c->s, in->date, minutes);
	head_person(&c->s, "From", &in->from);
	head_person(&c->s, "To", &in->to);
	if (in->reply_to.address.len > 0)
		head_person(&c->s, "Reply-To", &in->reply_to);
	head_text(&c->s, "Subject", in->subject);
	err = write_thread(c);
	write_marks(c);
	return err;
}

/* --- the text --- */

static void make_boundaries(struct composer *c)
{
	struct bytes id = bytes_cut(c->in->message_id, 0, BOUNDARY_ID_MAX);

	for (int b = OUTER; b <= INNER; b++) {
		struct wr w = wr_of(c->boundaries[b], BOUNDARY_SIZE - 1);

		wr_put(&w, bytes_of(b == OUTER ? "=_odziv_" : "=_words_"));
		for (size_t i = 0; i < id.len; i++) {
			uint8_t l = id.ptr[i];
			bool fits = (l >= 'a' && l <= 'z') || (l >= 'A' && l <= 'Z') ||
				    (l >= '0' && l <= '9');

			wr_u8(&w, fits ? l : '_');
		}
		c->boundaries[b][w.len] = '\0';
	}
}

static void write_multipart(struct composer *c, const char *kind, enum boundary b)
{
	strbuf_addf(&c->s, "Content-Type: multipart/%s;\r\n boundary=\"%s\"\r\n\r\n", kind,
		    c->boundaries[b]);
}

static void write_boundary(struct strbuf *s, const char *boundary, const char *end)
{
	strbuf_addf(s, "--%s%s\r\n", boundary, end);
}

static void write_words(struct composer *c, const char *type, struct bytes words)
{
	strbuf_addf(&c->s,
		    "Content-Type: text/%s; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		    type);
	body_quoted_printable(&c->s, words);
}

/* The text alone, or with the same in HTML, which programs that can show it take. */
static int write_text(struct composer *c)
{
	struct strbuf html = strbuf_in(c->arena, LETTER_BYTES_MAX);
	struct bytes page;
	int err;

	if (!c->in->has_html) {
		write_words(c, "plain", c->text);
		return ERR_OK;
	}
	body_html(&html, c->text,
		  c->in->tongue.language == LANG_NONE ? "" : tongue_name(c->in->tongue));
	err = strbuf_finish(&html, &page);
	if (err != ERR_OK)
		return err;
	write_multipart(c, "alternative", INNER);
	write_boundary(&c->s, c->boundaries[INNER], "");
	write_words(c, "plain", c->text);
	write_boundary(&c->s, c->boundaries[INNER], "");
	write_words(c, "html", page);
	write_boundary(&c->s, c->boundaries[INNER], "--");
	return ERR_OK;
}

/* --- attachments --- */

static bool is_token_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '+' || c == '_';
}

/* "image/jpeg"; mails and multiparts may not be in base64, so they go as octets. */
static bool is_type(struct bytes type)
{
	size_t slash = bytes_find(type, '/');

	if (slash == 0 || slash + 1 >= type.len || type.len > TYPE_MAX ||
	    bytes_starts(type, "message/") || bytes_starts(type, "multipart/"))
		return false;
	for (size_t i = 0; i < type.len; i++) {
		if (i != slash && !is_token_char(type.ptr[i]))
			return false;
	}
	return true;
}

/* Of a text that is no ASCII, in the one character set that we can be sure of. */
static const char *charset_of(const struct mail_attachment *file, struct bytes type)
{
	if (!bytes_starts(type, "text/") || !utf8_is_valid(file->octets))
		return "";
	for (size_t i = 0; i < file->octets.len; i++) {
		if (file->octets.ptr[i] >= 0x80)
			return "; charset=utf-8";
	}
	return "";
}

/* The boundary before a file, and its headers. */
static int part_head(struct composer *c, const struct mail_attachment *file, struct bytes *head_out)
{
	struct strbuf s = strbuf_in(c->arena, PART_HEAD_MAX);
	struct bytes type = is_type(file->type) ? file->type : bytes_of("application/octet-stream");

	write_boundary(&s, c->boundaries[OUTER], "");
	strbuf_addf(&s, "Content-Type: %.*s%s\r\nContent-Transfer-Encoding: base64\r\n",
		    PRI_BYTES(type), charset_of(file, type));
	head_disposition(&s, c->arena, file->name);
	strbuf_adds(&s, "\r\n");
	return strbuf_finish(&s, head_out);
}

/* Everything is measured first, so that large files are written once, in one piece of memory. */
static int add_files(struct composer *c, struct bytes letter, struct bytes *octets_out)
{
	const struct mail_letter *in = c->in;
	struct bytes *heads = arena_array(c->arena, in->n_files, sizeof(*heads));
	struct strbuf end = strbuf_in(c->arena, BOUNDARY_SIZE + 8);
	struct wr w;
	size_t size = letter.len;
	void *buf;

	if (heads == NULL)
		return arena_err(c->arena);
	for (size_t i = 0; i < in->n_files; i++) {
		int err = part_head(c, &in->files[i], &heads[i]);

		if (err != ERR_OK)
			return err;
		size += heads[i].len + body_base64_size(in->files[i].octets.len);
	}
	write_boundary(&end, c->boundaries[OUTER], "--");
	size += end.len;
	buf = arena_alloc(c->arena, size);
	if (buf == NULL)
		return arena_err(c->arena);
	w = wr_of(buf, size);
	wr_put(&w, letter);
	for (size_t i = 0; i < in->n_files; i++) {
		wr_put(&w, heads[i]);
		body_base64_lines(&w, in->files[i].octets);
	}
	wr_put(&w, strbuf_bytes(&end));
	*octets_out = wr_bytes(&w);
	return wr_err(&w);
}

int compose_mail(const struct mail_letter *in, struct arena *a, struct bytes *octets_out)
{
	struct composer c = { .in = in, .arena = a, .s = strbuf_in(a, LETTER_BYTES_MAX) };
	struct bytes letter;
	int err = check(in);

	if (err == ERR_OK)
		err = utf8_clean(a, in->text, &c.text, NULL);
	if (err != ERR_OK)
		return err;
	make_boundaries(&c);
	err = write_headers(&c);
	if (err == ERR_OK && in->n_files > 0) {
		write_multipart(&c, "mixed", OUTER);
		write_boundary(&c.s, c.boundaries[OUTER], "");
	}
	if (err == ERR_OK)
		err = write_text(&c);
	if (err == ERR_OK)
		err = strbuf_finish(&c.s, &letter);
	if (err != ERR_OK)
		return err;
	if (in->n_files > 0)
		return add_files(&c, letter, octets_out);
	*octets_out = letter;
	return ERR_OK;
}
