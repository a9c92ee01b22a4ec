/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_words.h"

#include <string.h>
#include <strings.h>

#include "parsers/err.h"
#include "parsers/mime_decode.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* "iso-8859-16*de-Latn" is a long one; what is longer isn't a character set. */
#define CHARSET_NAME_MAX 48

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* --- one encoded word --- */

struct word {
	struct bytes charset; /* may be none: "=??q?a?=" */
	bool is_base64;
	struct bytes coded;
	size_t len; /* of all of it, "=?" and "?=" too */
};

/* "=?charset?q?", with blanks anywhere; how long it is, 0 when none begins here. */
static size_t word_head(struct bytes b, struct word *w)
{
	size_t to, at;
	struct bytes how;

	if (!bytes_starts(b, "=?"))
		return 0;
	to = 2 + bytes_find(bytes_cut(b, 2, CHARSET_NAME_MAX + 1), '?');
	if (to >= b.len || b.ptr[to] != '?')
		return 0;
	w->charset = bytes_trim(bytes_cut(b, 2, to - 2));
	if (bytes_find(w->charset, ' ') != w->charset.len)
		return 0;
	at = to + 1;
	to = at + bytes_find(bytes_cut(b, at, 4), '?');
	if (to >= b.len || b.ptr[to] != '?')
		return 0;
	how = bytes_trim(bytes_cut(b, at, to - at));
	if (how.len != 1 || strchr("qQbB", how.ptr[0]) == NULL)
		return 0;
	w->is_base64 = (how.ptr[0] | 0x20) == 'b';
	return to + 1;
}

/*
 * Where the coded text ends: at "?=", or, when that is missing, before the next
 * "=?" or at the end; a word of base64 also ends at a blank then. ("=?=" is the
 * padding of base64 and the end of its word.)
 */
static size_t coded_len(struct bytes b, bool is_base64, size_t *end_len_out)
{
	size_t blank = b.len;

	*end_len_out = 0;
	for (size_t i = 0; i < b.len; i++) {
		uint8_t next = i + 1 < b.len ? b.ptr[i + 1] : '\0';

		if (b.ptr[i] == '?' && next == '=') {
			*end_len_out = 2;
			return i;
		}
		if (b.ptr[i] == '=' && next == '?' && (i + 2 >= b.len || b.ptr[i + 2] != '='))
			return is_base64 && blank < i ? blank : i;
		if (is_blank(b.ptr[i]) && blank == b.len)
			blank = i;
	}
	return is_base64 ? blank : b.len;
}

static bool word_at(struct bytes b, struct word *w)
{
	size_t head = word_head(b, w), end_len;

	if (head == 0)
		return false;
	b = bytes_cut(b, head, b.len);
	w->coded = bytes_cut(b, 0, coded_len(b, w->is_base64, &end_len));
	w->len = head + w->coded.len + end_len;
	/* "=?utf-8?q?text?" lost its last sign. */
	if (end_len == 0 && bytes_ends(w->coded, "?"))
		w->coded.len--;
	return true;
}

/* --- a text of words and others --- */

struct reading {
	struct mime_charsets *cs;
	struct arena *arena;
	struct strbuf out;
	uint8_t *
		octets; /* of words side by side in one set: a character may be split between them */
	size_t n_octets;
	struct bytes charset; /* of those */
	int err;
};

static void put(struct reading *r, struct bytes charset, struct bytes octets)
{
	struct mime_text t;

	if (r->err != ERR_OK || octets.len == 0)
		return;
	r->err = mime_charset_text(r->cs, r->arena, charset, octets, &t);
	if (r->err == ERR_OK)
		strbuf_add(&r->out, t.text);
}

static void put_words(struct reading *r)
{
	put(r, r->charset, bytes_at(r->octets, r->n_octets));
	r->n_octets = 0;
}

static bool is_same_set(struct bytes x, struct bytes y)
{
	return x.len == y.len && strncasecmp((const char *)x.ptr, (const char *)y.ptr, x.len) == 0;
}

static void take_word(struct reading *r, const struct word *w)
{
	if (r->n_octets != 0 && !is_same_set(r->charset, w->charset))
		put_words(r);
	r->charset = w->charset;
	r->n_octets +=
		(w->is_base64 ? mime_decode_b : mime_decode_q)(w->coded, r->octets + r->n_octets);
}

/* Text between words: blanks only are dropped when words stand on both sides. */
static void take_text(struct reading *r, struct bytes text, bool is_between)
{
	if (text.len == 0 || (is_between && bytes_trim(text).len == 0))
		return;
	put_words(r);
	put(r, BYTES_NONE, text);
}

static void read_all(struct reading *r, struct bytes raw)
{
	size_t at = 0, from = 0; /* text begins at from */
	bool is_behind_word = false;
	struct word w;

	while (at < raw.len) {
		size_t next = at + bytes_find(bytes_cut(raw, at, raw.len), '=');

		if (next >= raw.len)
			break;
		at = next;
		if (!word_at(bytes_cut(raw, at, raw.len), &w)) {
			at++;
			continue;
		}
		take_text(r, bytes_cut(raw, from, at - from), is_behind_word);
		take_word(r, &w);
		at += w.len;
		from = at;
		is_behind_word = true;
	}
	take_text(r, bytes_cut(raw, from, raw.len), false);
	put_words(r);
}

struct bytes mime_one_line(struct arena *a, struct bytes text)
{
	uint8_t *copy = text.len == 0 ? NULL : arena_alloc(a, text.len);

	if (copy == NULL)
		return BYTES_NONE;
	for (size_t i = 0; i < text.len; i++)
		copy[i] = text.ptr[i] < ' ' ? ' ' : text.ptr[i];
	return bytes_trim(bytes_at(copy, text.len));
}

static int read_once(struct mime_charsets *cs, struct arena *a, struct bytes raw,
		     struct bytes *text_out)
{
	struct reading r = { .cs = cs, .arena = a, .out = strbuf_in(a, 8 * raw.len + 16) };

	r.octets = arena_alloc(a, raw.len);
	if (r.octets == NULL)
		return arena_err(a);
	read_all(&r, raw);
	if (r.err == ERR_OK)
		r.err = strbuf_err(&r.out);
	if (r.err == ERR_OK)
		*text_out = mime_one_line(a, strbuf_bytes(&r.out));
	return r.err;
}

int mime_words(struct mime_charsets *cs, struct arena *a, struct bytes raw, struct bytes *text_out)
{
	int err;

	*text_out = BYTES_NONE;
	raw = bytes_trim(bytes_cut(raw, 0, MIME_WORDS_MAX));
	if (raw.len == 0)
		return ERR_OK;
	err = read_once(cs, a, raw, text_out);
	/* Some gateways encode what is encoded: then all of it is a word again. */
	if (err == ERR_OK && bytes_starts(*text_out, "=?") && bytes_ends(*text_out, "?=") &&
	    !bytes_eq(*text_out, raw))
		err = read_once(cs, a, *text_out, text_out);
	return err;
}
