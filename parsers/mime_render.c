/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_render.h"

#include <string.h>
#include <strings.h>

#include "parsers/err.h"
#include "parsers/mime_flowed.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* Encoded octets of one text that are looked at, for one that is shown: all of it may be "=D0=BF". */
#define ENCODED_FACTOR 4

static const char begin_signed[] = "-----BEGIN PGP SIGNED MESSAGE-----";
static const char begin_signature[] = "-----BEGIN PGP SIGNATURE-----";
static const char end_signature[] = "-----END PGP SIGNATURE-----";
static const char begin_message[] = "-----BEGIN PGP MESSAGE-----";
static const char end_message[] = "-----END PGP MESSAGE-----";

/* --- PGP in the text itself (RFC 9580, 7) --- */

enum armour { PLAIN, HEAD, SIGNED, SIGNATURE, ENCRYPTED };

/* What the line makes of the state; *shown_out is what of it is text, ptr NULL: nothing. */
static enum armour after_line(enum armour state, struct bytes line, struct bytes *shown_out)
{
	struct bytes bare = bytes_trim(line);

	*shown_out = BYTES_NONE;
	if (bytes_is(bare, begin_signed))
		return HEAD;
	if (bytes_is(bare, begin_message))
		return ENCRYPTED;
	if (state == SIGNED && bytes_is(bare, begin_signature))
		return SIGNATURE;
	if (state == HEAD)
		return bare.len == 0 ? SIGNED : HEAD;
	if (state == SIGNATURE)
		return bytes_is(bare, end_signature) ? PLAIN : SIGNATURE;
	if (state == ENCRYPTED)
		return bytes_is(bare, end_message) ? PLAIN : ENCRYPTED;
	/* A dash at the head of a signed line is escaped by another. */
	*shown_out =
		state == SIGNED && bytes_starts(line, "- ") ? bytes_cut(line, 2, line.len) : line;
	if (shown_out->ptr == NULL)
		*shown_out = bytes_of("");
	return state;
}

static int without_armour(struct arena *a, struct bytes text, struct bytes *text_out,
			  bool *is_encrypted_out)
{
	struct strbuf out = strbuf_in(a, text.len + 1);
	struct bytes rest = text, line, shown;
	enum armour state = PLAIN;

	while (bytes_split(&rest, '\n', &line)) {
		state = after_line(state, line, &shown);
		*is_encrypted_out |= state == ENCRYPTED;
		if (shown.ptr == NULL)
			continue;
		strbuf_add(&out, shown);
		strbuf_addc(&out, '\n');
	}
	return strbuf_finish(&out, text_out);
}

static bool holds(struct bytes text, const char *words)
{
	return text.len != 0 && memmem(text.ptr, text.len, words, strlen(words)) != NULL;
}

/* --- the text --- */

/* Empty lines at the ends, and blanks at the end: not the blanks that begin the first line. */
static struct bytes without_empty_lines(struct bytes text)
{
	size_t from = 0;

	for (size_t i = 0;
	     i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t' || text.ptr[i] == '\n');
	     i++)
		if (text.ptr[i] == '\n')
			from = i + 1;
	while (text.len > from && strchr(" \t\n", text.ptr[text.len - 1]) != NULL &&
	       text.ptr[text.len - 1] != '\0')
		text.len--;
	return bytes_cut(text, from, text.len);
}

static void note_decoding(const struct mime_decoded *d, const struct mime_text *t,
			  struct mime_notes *notes)
{
	if (d->is_not_encoded)
		mime_note(notes, "base64 that is none, shown as it came");
	if (d->rest.len != 0)
		mime_note(notes, "words behind the end of base64, left out");
	if (d->n_left_alone != 0)
		mime_note(notes, "quoted-printable with '=' that encodes nothing, kept");
	if (t->is_unknown)
		mime_note(notes, "an unknown character set, read as what its letters say");
	if (t->is_mislabelled)
		mime_note(notes, "a wrong character set, read as what its letters say");
	if (t->n_replaced != 0)
		mime_note(notes, "octets that are no letters of any set");
}

static bool begins(struct bytes text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len && strncasecmp((const char *)text.ptr, word, len) == 0;
}

/* By its type, or, whatever the type says, by its first words. */
static bool is_html(const struct mime_part *part, struct bytes text)
{
	text = bytes_trim(text);
	return mime_is(part, "text/html") || mime_is(part, "text/enriched") ||
	       mime_is(part, "text/richtext") || mime_is(part, "application/xhtml+xml") ||
	       begins(text, "<html") || begins(text, "<!doctype html");
}

static int render_html(struct bytes text, size_t max, struct arena *a, struct mime_rendered *out)
{
	int err = html_text(text, max, a, &out->html);

	out->is_html = true;
	out->text = out->html.text;
	out->is_cut |= out->html.is_cut;
	return err;
}

static int render_plain(const struct mime_part *part, struct bytes text, size_t max,
			struct arena *a, struct mime_rendered *out)
{
	bool is_delsp = begins(mime_param(&part->type, "delsp"), "yes");
	int err = ERR_OK;

	if (begins(mime_param(&part->type, "format"), "flowed"))
		err = mime_flowed(a, text, is_delsp, &text);
	if (err == ERR_OK && (holds(text, begin_signed) || holds(text, begin_message)))
		err = without_armour(a, text, &text, &out->is_encrypted);
	out->is_cut |= text.len > max;
	out->text = without_empty_lines(utf8_cut(text, max));
	return err;
}

int mime_render(const struct mime_part *part, struct mime_charsets *cs, size_t max, struct arena *a,
		struct mime_notes *notes, struct mime_rendered *out)
{
	struct bytes body = bytes_cut(part->body, 0, ENCODED_FACTOR * max);
	struct mime_decoded d;
	struct mime_text t;
	int err = mime_decode(a, part->encoding, body, &d);

	*out = (struct mime_rendered){ .is_cut = body.len < part->body.len };
	if (err == ERR_OK)
		err = mime_charset_text(cs, a, mime_param(&part->type, "charset"), d.octets, &t);
	if (err != ERR_OK)
		return err;
	note_decoding(&d, &t, notes);
	if (is_html(part, t.text))
		return render_html(t.text, max, a, out);
	return render_plain(part, t.text, max, a, out);
}
