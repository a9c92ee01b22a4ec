/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_parts.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/mail_fields.h"
#include "parsers/mime_files.h"
#include "parsers/mime_opaque.h"
#include "parsers/mime_render.h"
#include "parsers/mime_words.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* Signatures within signatures: a mail that went through several gateways. */
#define OPAQUE_DEPTH_MAX 3
/* Texts that are rendered before they are wanted, for the images they show. */
#define KEPT_MAX 16
/* "This is an HTML message, your program can't show it": a stub is not longer. */
#define STUB_OCTETS_MAX 400

struct kept {
	const struct mime_part *part;
	struct mime_rendered rendered;
};

struct look {
	struct mime_charsets *cs;
	struct arena *arena;
	struct mime_notes *notes;
	struct mail_parts *out;
	struct strbuf text;
	struct mail_file *files;
	struct kept kept[KEPT_MAX];
	size_t n_kept;
	bool is_silent;    /* within an alternative that isn't shown: only its attachments count */
	unsigned n_opaque; /* signatures around */
	int err;
};

static void visit(struct look *l, struct mime_part *p);

/* --- what a part is --- */

enum use {
	USE_TEXT,
	USE_FILE,
	USE_CALENDAR,
	USE_REPORT,
	USE_ORIGINAL,
	USE_OPAQUE,
	USE_TNEF,
	USE_NONE
};

/* clang-format off */
static const struct {
	const char *type;
	enum use use;
} uses[] = {
	{ "text/plain",                          USE_TEXT },
	{ "text/html",                           USE_TEXT },
	{ "text/enriched",                       USE_TEXT },
	{ "text/richtext",                       USE_TEXT },
	{ "application/xhtml+xml",               USE_TEXT },
	{ "message/partial",                     USE_TEXT },
	{ "text/calendar",                       USE_CALENDAR },
	{ "text/x-amp-html",                     USE_NONE },
	{ "text/watch-html",                     USE_NONE },
	{ "text/rfc822-headers",                 USE_ORIGINAL },
	{ "message/global-headers",              USE_ORIGINAL },
	{ "message/delivery-status",             USE_REPORT },
	{ "message/global-delivery-status",      USE_REPORT },
	{ "message/disposition-notification",    USE_REPORT },
	{ "message/global-disposition-notification", USE_REPORT },
	{ "message/feedback-report",             USE_REPORT },
	{ "application/pkcs7-signature",         USE_NONE },
	{ "application/x-pkcs7-signature",       USE_NONE },
	{ "application/pgp-signature",           USE_NONE },
	{ "application/pgp-keys",                USE_NONE },
	{ "application/pgp-encrypted",           USE_NONE },
	{ "application/pkcs7-mime",              USE_OPAQUE },
	{ "application/x-pkcs7-mime",            USE_OPAQUE },
	{ "application/ms-tnef",                 USE_TNEF },
	{ "application/vnd.ms-tnef",             USE_TNEF },
};
/* clang-format on */

static bool is_same(struct bytes text, const char *word)
{
	return text.len == strlen(word) && strncasecmp((const char *)text.ptr, word, text.len) == 0;
}

static struct bytes raw_name(const struct mime_part *p)
{
	struct bytes name = mime_param(&p->disposition, "filename");

	return name.len != 0 ? name : mime_param(&p->type, "name");
}

static bool is_attached(const struct mime_part *p)
{
	return bytes_is(p->disposition.main, "attachment");
}

/* A text with a name is a file, unless it is the first, or an alternative: some programs name what they write. */
static bool is_text_file(const struct look *l, const struct mime_part *p)
{
	bool is_alternative = p->parent != NULL && mime_is(p->parent, "multipart/alternative");

	if (is_attached(p))
		return raw_name(p).len != 0 || l->text.len != 0 || l->is_silent;
	return raw_name(p).len != 0 && l->text.len != 0 && !l->is_silent && !is_alternative;
}

static enum use use_of(const struct look *l, const struct mime_part *p)
{
	enum use use = mime_is_under(p, "text") ? USE_TEXT : USE_FILE;

	for (size_t i = 0; i < ARRAY_LEN(uses); i++)
		if (mime_is(p, uses[i].type))
			use = uses[i].use;
	if (is_same(raw_name(p), "winmail.dat"))
		return USE_TNEF;
	if (use == USE_FILE && is_same(raw_name(p), "smime.p7m"))
		return USE_OPAQUE;
	if (use == USE_FILE && is_same(raw_name(p), "smime.p7s"))
		return USE_NONE;
	return use == USE_TEXT && is_text_file(l, p) ? USE_FILE : use;
}

/* --- texts --- */

/* The rendered part, once made. NULL after an error. */
static const struct mime_rendered *render(struct look *l, const struct mime_part *p,
					  struct mime_rendered *room)
{
	for (size_t i = 0; i < l->n_kept; i++)
		if (l->kept[i].part == p)
			return &l->kept[i].rendered;
	l->err = mime_render(p, l->cs, MAIL_TEXT_MAX, l->arena, l->notes, room);
	if (l->err != ERR_OK)
		return NULL;
	if (l->n_kept < KEPT_MAX)
		l->kept[l->n_kept++] = (struct kept){ .part = p, .rendered = *room };
	return room;
}

static void add_text(struct look *l, struct bytes text)
{
	size_t left = MAIL_TEXT_MAX - l->text.len;

	if (text.len == 0)
		return;
	if (l->text.len != 0 && left > 2) {
		strbuf_adds(&l->text, "\n\n");
		left -= 2;
	}
	l->out->is_cut |= text.len > left;
	strbuf_add(&l->text, utf8_cut(text, left));
}

/* Where HTML says that quote and signature are, moved to where it stands in the whole text. */
static size_t moved(size_t at, size_t base, size_t len, bool is_end, bool has_begin)
{
	if (at != SIZE_MAX)
		return base + at;
	return is_end && has_begin ? base + len : SIZE_MAX;
}

static void note_marks(struct look *l, const struct html_text *h)
{
	struct mail_parts *o = l->out;
	size_t base = l->text.len - h->text.len;

	if (o->quote_at != SIZE_MAX || o->signature_at != SIZE_MAX || l->text.len < h->text.len)
		return;
	o->quote_at = moved(h->quote_at, base, h->text.len, false, false);
	o->quote_end = moved(h->quote_end, base, h->text.len, true, h->quote_at != SIZE_MAX);
	o->signature_at = moved(h->signature_at, base, h->text.len, false, false);
	o->signature_end =
		moved(h->signature_end, base, h->text.len, true, h->signature_at != SIZE_MAX);
}

static void take_text(struct look *l, const struct mime_part *p)
{
	struct mime_rendered room;
	const struct mime_rendered *r = l->is_silent ? NULL : render(l, p, &room);

	if (r == NULL)
		return;
	add_text(l, r->text);
	if (r->is_html && r->text.len != 0)
		note_marks(l, &r->html);
	l->out->is_encrypted |= r->is_encrypted;
	l->out->is_cut |= r->is_cut;
}

/* --- images that belong to a text --- */

static bool is_shown(const struct look *l, struct bytes id)
{
	for (size_t i = 0; id.len != 0 && i < l->n_kept; i++) {
		const struct html_text *h = &l->kept[i].rendered.html;

		for (size_t k = 0; l->kept[i].rendered.is_html && k < h->n_cids; k++)
			if (bytes_eq(h->cids[k], id))
				return true;
	}
	return false;
}

static bool is_logo(const struct look *l, const struct mime_part *p, size_t size)
{
	bool is_inline =
		bytes_is(p->disposition.main, "inline") ||
		(p->parent != NULL && mime_is(p->parent, "multipart/related") && !is_attached(p));

	if (!mime_is_under(p, "image"))
		return false;
	if (is_shown(l, p->id))
		return size <= MAIL_LOGO_MAX;
	return is_inline && l->text.len != 0 && size <= MAIL_SMALL_IMAGE_MAX;
}

static bool has_image_with_id(const struct mime_part *p)
{
	if (mime_is_under(p, "image") && p->id.len != 0)
		return true;
	for (const struct mime_part *kid = p->first; kid != NULL; kid = kid->next)
		if (has_image_with_id(kid))
			return true;
	return false;
}

/* So that what they show is known before the images come. */
static void render_html_ahead(struct look *l, const struct mime_part *p)
{
	struct mime_rendered room;

	if (mime_is(p, "text/html") && l->n_kept < KEPT_MAX)
		render(l, p, &room);
	for (const struct mime_part *kid = p->first; kid != NULL && l->err == ERR_OK;
	     kid = kid->next)
		render_html_ahead(l, kid);
}

/* --- files --- */

static void take_file(struct look *l, const struct mime_part *p)
{
	struct mime_decoded d;
	struct mail_file f = { .type = p->type.main };

	l->err = mime_decode(l->arena, p->encoding, p->body, &d);
	if (l->err == ERR_OK)
		l->err = mime_file_name(l->arena, raw_name(p), &f.name);
	if (l->err != ERR_OK || is_logo(l, p, d.octets.len) ||
	    (f.name.len == 0 && d.octets.len == 0))
		return;
	if (l->out->n_files == MAIL_FILES_MAX) {
		mime_note(l->notes, "more attachments than are kept");
		return;
	}
	f.size = d.octets.len;
	f.octets = d.octets;
	f.is_executable = mime_file_is_executable(f.name, f.type, d.octets);
	keyed_sha256(d.octets, f.sha256);
	l->files[l->out->n_files++] = f;
}

/* --- signatures, reports, forwards --- */

static void take_opaque(struct look *l, const struct mime_part *p)
{
	struct mime_decoded d;
	struct bytes content = BYTES_NONE;
	struct mime_part *inner;
	enum mime_opaque kind = OPAQUE_UNKNOWN;

	l->err = mime_decode(l->arena, p->encoding, p->body, &d);
	if (l->err == ERR_OK)
		l->err = mime_opaque(d.octets, l->arena, &kind, &content);
	if (l->err != ERR_OK)
		return;
	l->out->is_encrypted |= kind == OPAQUE_ENCRYPTED;
	if (kind == OPAQUE_UNKNOWN) {
		mime_note(l->notes, "S/MIME that can't be read");
		take_file(l, p);
	}
	if (kind != OPAQUE_SIGNED || content.len == 0 || l->n_opaque == OPAQUE_DEPTH_MAX)
		return;
	l->err = mime_parse(content, l->cs, l->arena, l->notes, &inner);
	if (l->err != ERR_OK)
		return;
	l->n_opaque++;
	visit(l, inner);
	l->n_opaque--;
}

static void take_decoded(struct look *l, const struct mime_part *p, struct bytes *out)
{
	struct mime_decoded d;

	if (out->len != 0)
		return;
	l->err = mime_decode(l->arena, p->encoding, p->body, &d);
	if (l->err == ERR_OK)
		*out = d.octets;
}

/* "---------- Forwarded message ---------", whose it is, and what it is about: as programs write it. */
static void add_forward_head(struct look *l, const struct mime_part *mail)
{
	struct strbuf head = strbuf_in(l->arena, MAIL_TEXT_MAX);
	struct bytes from = BYTES_NONE, subject = BYTES_NONE;

	l->err = mime_words(l->cs, l->arena, mail_header(&mail->headers, "From", 0), &from);
	if (l->err == ERR_OK)
		l->err = mime_words(l->cs, l->arena, mail_header(&mail->headers, "Subject", 0),
				    &subject);
	strbuf_adds(&head, "---------- Forwarded message ---------");
	if (from.len != 0)
		strbuf_addf(&head, "\nFrom: %.*s", PRI_BYTES(from));
	if (subject.len != 0)
		strbuf_addf(&head, "\nSubject: %.*s", PRI_BYTES(subject));
	if (l->err == ERR_OK)
		add_text(l, strbuf_bytes(&head));
}

static bool is_in_report(const struct look *l, const struct mime_part *p)
{
	/* Some bounces are multipart/mixed with the parts of a report. */
	return p->parent != NULL &&
	       (mime_is(p->parent, "multipart/report") || l->out->report.len != 0);
}

static void take_message(struct look *l, struct mime_part *p)
{
	if (is_in_report(l, p)) {
		if (l->out->original.len == 0)
			l->out->original = p->body;
		return;
	}
	if (!l->is_silent)
		add_forward_head(l, p->first);
	if (l->err == ERR_OK)
		visit(l, p->first);
}

/* --- alternatives --- */

/* The text part that speaks for an alternative: itself, or the first within; NULL when it has none. */
static const struct mime_part *voice(const struct look *l, const struct mime_part *p)
{
	if (p->kind == MIME_LEAF)
		return use_of(l, p) == USE_TEXT ? p : NULL;
	for (const struct mime_part *kid = p->first; kid != NULL; kid = kid->next) {
		const struct mime_part *found = voice(l, kid);

		if (found != NULL)
			return found;
	}
	return NULL;
}

static bool is_stub(struct bytes text)
{
	struct bytes rest = text;

	if (text.len == 0)
		return true;
	if (text.len > STUB_OCTETS_MAX)
		return false;
	for (; rest.len >= 4; rest = bytes_cut(rest, 1, rest.len))
		if (strncasecmp((const char *)rest.ptr, "html", 4) == 0)
			return true;
	return false;
}

/* The plain text, unless there is another that says more. */
static const struct mime_part *choose(struct look *l, const struct mime_part *p)
{
	const struct mime_part *plain = NULL, *other = NULL;
	struct mime_rendered room;
	const struct mime_rendered *r;

	for (const struct mime_part *kid = p->first; kid != NULL; kid = kid->next) {
		const struct mime_part *speaks = voice(l, kid);

		if (speaks == NULL)
			continue;
		if (mime_is(speaks, "text/plain") && plain == NULL)
			plain = kid;
		else
			other = kid;
	}
	if (plain == NULL || other == NULL)
		return plain == NULL ? other : plain;
	r = render(l, voice(l, plain), &room);
	if (r == NULL || !is_stub(r->text))
		return plain;
	return other;
}

static void take_alternative(struct look *l, struct mime_part *p)
{
	const struct mime_part *chosen = choose(l, p);
	bool was_silent = l->is_silent;

	for (struct mime_part *kid = p->first; kid != NULL && l->err == ERR_OK; kid = kid->next) {
		l->is_silent = was_silent || kid != chosen;
		visit(l, kid);
	}
	l->is_silent = was_silent;
}

/* --- all parts --- */

static void take_leaf(struct look *l, struct mime_part *p)
{
	switch (use_of(l, p)) {
	case USE_TEXT: take_text(l, p); return;
	case USE_FILE: take_file(l, p); return;
	case USE_CALENDAR:
		l->out->has_calendar = true;
		if (is_attached(p))
			take_file(l, p);
		return;
	case USE_REPORT: take_decoded(l, p, &l->out->report); return;
	case USE_ORIGINAL: take_decoded(l, p, &l->out->original); return;
	case USE_OPAQUE: take_opaque(l, p); return;
	case USE_TNEF:
		mime_note(l->notes, "TNEF (winmail.dat): Outlook's own packing, not opened");
		take_file(l, p);
		return;
	case USE_NONE: return;
	}
}

static void visit(struct look *l, struct mime_part *p)
{
	if (p == NULL || l->err != ERR_OK)
		return;
	if (p->kind == MIME_LEAF) {
		take_leaf(l, p);
	} else if (p->kind == MIME_MESSAGE) {
		take_message(l, p);
	} else if (mime_is(p, "multipart/encrypted")) {
		l->out->is_encrypted = true;
	} else if (mime_is(p, "multipart/alternative")) {
		take_alternative(l, p);
	} else {
		for (struct mime_part *kid = p->first; kid != NULL; kid = kid->next)
			visit(l, kid);
	}
}

/* A mail whose parts say nothing may have been written before them, by a program that forgot a line. */
static void take_preamble(struct look *l, const struct mime_part *root)
{
	struct mime_text t;

	if (l->err != ERR_OK || l->text.len != 0 || l->out->n_files != 0 || l->out->is_encrypted ||
	    root->preamble.len == 0 ||
	    memmem(root->preamble.ptr, root->preamble.len, "MIME", 4) != NULL)
		return;
	l->err = mime_charset_text(l->cs, l->arena, BYTES_NONE,
				   bytes_cut(root->preamble, 0, MAIL_TEXT_MAX), &t);
	if (l->err == ERR_OK)
		add_text(l, bytes_trim(t.text));
}

int mail_parts_read(struct mime_part *root, struct mime_charsets *cs, struct arena *a,
		    struct mime_notes *notes, struct mail_parts *out)
{
	struct mail_parts parts = {
		.quote_at = SIZE_MAX,
		.quote_end = SIZE_MAX,
		.signature_at = SIZE_MAX,
		.signature_end = SIZE_MAX,
	};
	struct look *l = arena_alloc(a, sizeof(*l));

	if (l == NULL)
		return arena_err(a);
	*l = (struct look){ .cs = cs, .arena = a, .notes = notes, .out = &parts };
	l->text = strbuf_in(a, MAIL_TEXT_MAX + 2);
	l->files = arena_array(a, MAIL_FILES_MAX, sizeof(*l->files));
	if (l->files == NULL)
		return arena_err(a);
	if (has_image_with_id(root))
		render_html_ahead(l, root);
	visit(l, root);
	take_preamble(l, root);
	if (l->err == ERR_OK)
		l->err = strbuf_err(&l->text);
	if (parts.is_encrypted)
		mime_note(notes, "encrypted: what is written can't be read here");
	if (parts.is_cut)
		mime_note(notes, "more text than is read");
	parts.text = strbuf_bytes(&l->text);
	parts.files = l->files;
	*out = parts;
	return l->err;
}
