/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_fields.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* A name is shown to people; what is longer is an attack. */
#define NAME_MAX_BYTES 512
/* RFC 2047 says 75; programs write longer ones, and the search for the end must be bounded. */
#define ENCODED_WORD_MAX 1000
/* Each unclosed quote or bracket is looked for to the end of the field. */
#define MENDS_MAX 8

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

static bool is_among(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* ---- tokens ---- */

/* How long what opens here is, its end included; the end is not there: all, and *is_open_out. */
static size_t span_of(struct bytes b, uint8_t open, uint8_t close, bool *is_open_out)
{
	size_t depth = 0;

	for (size_t i = 0; i < b.len; i++) {
		if (b.ptr[i] == '\\')
			i++;
		else if (b.ptr[i] == close && (open != close || depth != 0)) {
			if (--depth == 0)
				return i + 1;
		} else if (b.ptr[i] == open)
			depth++;
	}
	*is_open_out = true;
	return b.len;
}

/* "=?utf-8?q?a,b(c)?=": programs forget to encode what is special; 0 when it is none. */
static size_t encoded_word(struct bytes b)
{
	unsigned marks = 0;

	if (!bytes_starts(b, "=?"))
		return 0;
	b = bytes_cut(b, 0, ENCODED_WORD_MAX);
	for (size_t i = 2; i + 1 < b.len && !is_blank(b.ptr[i]); i++) {
		if (b.ptr[i] == '?' && b.ptr[i + 1] == '=' && marks >= 2)
			return i + 2;
		marks += b.ptr[i] == '?';
	}
	return 0;
}

static size_t word_of(struct bytes b, const char *alone)
{
	size_t len = encoded_word(b);

	if (len != 0)
		return len;
	while (len < b.len && !is_blank(b.ptr[len]) && b.ptr[len] != '"' && b.ptr[len] != '(' &&
	       !is_among(b.ptr[len], alone))
		len++;
	return len == 0 ? 1 : len;
}

static void take_enclosed(struct bytes *rest, uint8_t close, struct mail_field_token *t)
{
	size_t len = span_of(*rest, rest->ptr[0], close, &t->is_open);

	t->text = bytes_cut(*rest, 1, len - (t->is_open ? 1 : 2));
	*rest = bytes_cut(*rest, len, rest->len);
}

bool mail_field_next(struct bytes *rest, const char *alone, struct mail_field_token *token_out)
{
	struct mail_field_token t = { 0 };
	size_t i = 0, len;
	uint8_t c;

	while (i < rest->len && is_blank(rest->ptr[i]))
		i++;
	t.has_blank = i != 0;
	*rest = bytes_cut(*rest, i, rest->len);
	if (rest->len == 0)
		return false;
	c = rest->ptr[0];
	if (c == '"' || c == '(' || (c == '[' && is_among('[', alone))) {
		t.kind = c == '"' ? FIELD_QUOTED : c == '(' ? FIELD_COMMENT : FIELD_LITERAL;
		take_enclosed(rest, c == '"' ? '"' : c == '(' ? ')' : ']', &t);
	} else {
		t.kind = is_among(c, alone) ? FIELD_SPECIAL : FIELD_WORD;
		len = t.kind == FIELD_SPECIAL ? 1 : word_of(*rest, alone);
		t.text = bytes_cut(*rest, 0, len);
		*rest = bytes_cut(*rest, len, rest->len);
	}
	*token_out = t;
	return true;
}

int mail_field_unquote(struct arena *a, struct bytes quoted, struct bytes *text_out)
{
	uint8_t *out;
	size_t len = 0;

	*text_out = quoted;
	if (bytes_find(quoted, '\\') == quoted.len)
		return ERR_OK;
	out = arena_alloc(a, quoted.len);
	if (out == NULL)
		return arena_err(a);
	for (size_t i = 0; i < quoted.len; i++) {
		if (quoted.ptr[i] == '\\' && i + 1 < quoted.len)
			i++;
		out[len++] = quoted.ptr[i];
	}
	*text_out = bytes_at(out, len);
	return ERR_OK;
}

/* ---- one address ---- */

/* Blanks, controls, and signs that nobody sees: none may stand in an address. */
static const struct {
	uint32_t first, last;
} unseen[] = {
	{ 0x0000, 0x0020 }, { 0x007F, 0x00A0 },   { 0x00AD, 0x00AD }, { 0x034F, 0x034F },
	{ 0x061C, 0x061C }, { 0x115F, 0x1160 },   { 0x1680, 0x1680 }, { 0x180B, 0x180E },
	{ 0x2000, 0x200F }, { 0x2028, 0x202F },   { 0x205F, 0x206F }, { 0x3000, 0x3000 },
	{ 0x3164, 0x3164 }, { 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 },
	{ 0xFFF0, 0xFFFD }, { 0xE0000, 0xE0FFF },
};

static bool is_seen(struct bytes text)
{
	struct rd r = rd_of(text);
	uint32_t cp;

	while (utf8_next(&r, &cp))
		for (size_t i = 0; i < ARRAY_LEN(unseen); i++)
			if (cp >= unseen[i].first && cp <= unseen[i].last)
				return false;
	return true;
}

static bool is_local(struct bytes local)
{
	for (size_t i = 0; i < local.len; i++)
		if (is_among(local.ptr[i], "()<>[]:;@\\,\""))
			return false;
	return local.len != 0;
}

static bool is_domain(struct bytes domain)
{
	uint8_t before = '.';

	for (size_t i = 0; i < domain.len; i++) {
		uint8_t c = domain.ptr[i], small = c | 0x20;

		if (c == '.' && before == '.')
			return false;
		if (c < 0x80 && c != '.' && c != '-' && c != '_' && !(c >= '0' && c <= '9') &&
		    !(small >= 'a' && small <= 'z'))
			return false;
		before = c;
	}
	return before != '.';
}

/* "pera"@x is pera@x; a local part that needs its quotes is none that we write to. */
static int unquote_local(struct arena *a, struct bytes *local)
{
	if (local->len < 2 || local->ptr[0] != '"' || local->ptr[local->len - 1] != '"')
		return ERR_OK;
	return mail_field_unquote(a, bytes_cut(*local, 1, local->len - 2), local);
}

/* Where its last @ stands; 0: nowhere that could part two halves. */
static size_t last_at(struct bytes address)
{
	size_t at = address.len;

	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	return at == 0 ? 0 : at - 1;
}

bool mail_address_is_fit(struct bytes address)
{
	size_t at = last_at(address);

	return address.len <= MAIL_ADDRESS_MAX && is_local(bytes_cut(address, 0, at)) &&
	       is_domain(bytes_cut(address, at + 1, address.len)) && utf8_is_valid(address) &&
	       is_seen(address);
}

int mail_address(struct bytes raw, struct arena *a, struct bytes *address_out)
{
	struct bytes local, domain;
	size_t at;
	uint8_t buf[MAIL_ADDRESS_MAX];
	struct wr w = wr_of(buf, sizeof(buf));
	int err;

	raw = bytes_trim(raw);
	at = last_at(raw);
	local = bytes_cut(raw, 0, at);
	domain = bytes_cut(raw, at + 1, raw.len);
	/* A root's dot at the end changes nothing. */
	if (bytes_ends(domain, "."))
		domain.len--;
	err = unquote_local(a, &local);
	if (err != ERR_OK)
		return err;
	wr_put(&w, local);
	wr_u8(&w, '@');
	for (size_t i = 0; i < domain.len; i++)
		wr_u8(&w, domain.ptr[i] >= 'A' && domain.ptr[i] <= 'Z' ? domain.ptr[i] | 0x20
								       : domain.ptr[i]);
	if (wr_err(&w) != ERR_OK || !mail_address_is_fit(wr_bytes(&w)))
		return ERR_INVALID;
	*address_out = arena_dup(a, wr_bytes(&w));
	return address_out->ptr == NULL ? arena_err(a) : ERR_OK;
}

bool mail_address_is_same(struct bytes x, struct bytes y)
{
	return x.len != 0 && bytes_eq_any_case(x, y);
}

/* ---- lists of people ---- */

struct people {
	struct arena *arena;
	struct mail_person *list;
	size_t n_max, n;
	struct strbuf name;         /* of the person being read, names before a comma too */
	size_t name_from;           /* where in it this person's own begins, if the comma was one */
	struct bytes bare, comment; /* an address without <>; the last comment */
	struct bytes quoted;        /* the token before, when it was one */
	struct bytes lone;          /* the first name without any address */
	bool was_bracketed;         /* the last of the list waits for a comment as its name */
	unsigned mends;
	int err;
};

static void begin_name(struct people *p)
{
	/* Those beyond the list are only counted. */
	p->name = strbuf_in(p->arena, p->n < p->n_max ? NAME_MAX_BYTES : 0);
	p->name_from = 0;
}

/* A name decides nothing: what doesn't fit is left out. */
static void add_name(struct people *p, struct bytes word, bool has_blank)
{
	if (has_blank && p->name.len > p->name_from && p->name.len < p->name.max)
		strbuf_addc(&p->name, ' ');
	strbuf_add(&p->name, bytes_cut(word, 0, p->name.max - p->name.len));
	if (strbuf_err(&p->name) != ERR_OK)
		p->err = strbuf_err(&p->name);
}

static void add_person(struct people *p, struct bytes name, struct bytes address)
{
	if (p->n < p->n_max)
		p->list[p->n] = (struct mail_person){ .name = name, .address = address };
	p->n++;
	p->bare = BYTES_NONE;
	begin_name(p);
}

static struct bytes own_name(const struct people *p)
{
	struct bytes all = strbuf_bytes(&p->name);

	return bytes_trim(bytes_cut(all, p->name_from, all.len));
}

static void end_bare(struct people *p)
{
	struct bytes name = own_name(p);

	if (p->bare.len != 0)
		add_person(p, name.len != 0 ? name : p->comment, p->bare);
}

/* At a comma, a semicolon, or the end. A comma after nothing but words may stand within a name. */
static void end_person(struct people *p, bool may_go_on)
{
	struct mail_person *last = p->n != 0 && p->n <= p->n_max ? &p->list[p->n - 1] : NULL;

	if (p->bare.len != 0)
		end_bare(p);
	else if (p->was_bracketed && last != NULL && last->name.len == 0)
		last->name = p->name.len != 0 ? own_name(p) : p->comment;
	if (p->lone.len == 0 && p->n == 0)
		p->lone = own_name(p);
	if (p->was_bracketed || !may_go_on)
		begin_name(p);
	else if (p->name.len != 0) {
		add_name(p, bytes_of(", "), false);
		p->name_from = p->name.len;
	}
	p->was_bracketed = false;
	p->comment = BYTES_NONE;
}

/* "<a@x>", "<@relay:a@x>" of old, "<a@x" without an end. */
static void take_bracketed(struct people *p, struct bytes *rest)
{
	bool is_route = bytes_starts(*rest, "@"), is_quoted = false;
	struct bytes inner, address;
	size_t len = 0;
	int err;

	for (; len < rest->len; len++) {
		uint8_t c = rest->ptr[len];

		is_quoted ^= c == '"';
		if (!is_quoted && (c == '>' || c == '<' || (c == ',' && !is_route)))
			break;
	}
	inner = bytes_cut(*rest, 0, len);
	if (len < rest->len && rest->ptr[len] == '>')
		len++;
	*rest = bytes_cut(*rest, len, rest->len);
	if (is_route)
		inner = bytes_cut(inner, bytes_find(inner, ':') + 1, inner.len);
	err = mail_address(inner, p->arena, &address);
	if (err == ERR_INVALID)
		return;
	if (err != ERR_OK) {
		p->err = err;
		return;
	}
	if (p->name.len == 0)
		add_name(p, p->bare, false);
	add_person(p, bytes_trim(strbuf_bytes(&p->name)), address);
	p->was_bracketed = true;
}

/* A word; with an @ in it, it is an address if no bracket follows. */
static void take_word(struct people *p, const struct mail_field_token *t)
{
	struct bytes word = t->text, address;
	int err;

	if (p->quoted.ptr != NULL && !t->has_blank && word.ptr[0] == '@')
		word = bytes_at(p->quoted.ptr - 1, p->quoted.len + 2 + word.len);
	err = bytes_find(word, '@') == word.len ? ERR_INVALID
						: mail_address(word, p->arena, &address);
	if (err == ERR_OK) {
		end_bare(p);
		p->bare = address;
		return;
	}
	if (err != ERR_INVALID)
		p->err = err;
	add_name(p, t->text, t->has_blank);
}

/* A quote or bracket that never ends is none: what follows it is read as if it weren't there. */
static bool mend(struct people *p, struct bytes *rest, const struct mail_field_token *t)
{
	if (!t->is_open || p->mends == MENDS_MAX)
		return false;
	p->mends++;
	add_name(p, BYTES_NONE, true);
	*rest = t->text;
	return true;
}

static void take_token(struct people *p, struct bytes *rest, const struct mail_field_token *t)
{
	struct bytes text;
	int err;

	if (mend(p, rest, t))
		return;
	if (t->kind == FIELD_COMMENT)
		p->comment = bytes_trim(t->text);
	else if (t->kind == FIELD_WORD)
		take_word(p, t);
	else if (t->kind == FIELD_QUOTED) {
		err = mail_field_unquote(p->arena, t->text, &text);
		if (err != ERR_OK)
			p->err = err;
		else
			add_name(p, text, t->has_blank);
	} else if (t->text.ptr[0] == '<')
		take_bracketed(p, rest);
	else if (t->text.ptr[0] == ':')
		begin_name(p);
	else if (t->text.ptr[0] != '>')
		end_person(p, t->text.ptr[0] == ',');
	p->quoted = t->kind == FIELD_QUOTED ? t->text : BYTES_NONE;
}

int mail_address_list(struct bytes value, struct arena *a, struct mail_person *list, size_t n_max,
		      size_t *n_out)
{
	struct people p = { .arena = a, .list = list, .n_max = n_max };
	struct mail_field_token t;

	begin_name(&p);
	while (p.err == ERR_OK && mail_field_next(&value, "<>,;:", &t))
		take_token(&p, &value, &t);
	end_person(&p, false);
	if (p.err != ERR_OK)
		return p.err;
	if (p.n == 0 && p.lone.len != 0 && n_max != 0)
		list[0] = (struct mail_person){ .name = p.lone };
	*n_out = p.n == 0 && p.lone.len != 0 ? 1 : p.n;
	return ERR_OK;
}

/* ---- message ids ---- */

/* What stands between brackets, or a word with an @ where the field has no bracket. */
static struct bytes cut_id(struct bytes *rest)
{
	size_t from = bytes_find(*rest, '<'), to;
	struct bytes id;

	if (from == rest->len) {
		struct bytes word;

		while (rest->len != 0) {
			bytes_split(rest, ' ', &word);
			if (bytes_find(word, '@') != word.len)
				return bytes_trim(word);
		}
		return BYTES_NONE;
	}
	*rest = bytes_cut(*rest, from + 1, rest->len);
	for (to = 0; to < rest->len && rest->ptr[to] != '>' && rest->ptr[to] != '<'; to++)
		;
	id = bytes_cut(*rest, 0, to);
	*rest = bytes_cut(*rest, to + (to < rest->len && rest->ptr[to] == '>'), rest->len);
	/* Where one id has its brackets, words without are none. */
	if (bytes_find(*rest, '<') == rest->len)
		*rest = BYTES_NONE;
	return id;
}

/* Without blanks and controls; none when nothing is left, or too much. */
static int clean_id(struct bytes raw, struct arena *a, struct bytes *id_out)
{
	uint8_t buf[MAIL_ID_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	for (size_t i = 0; i < raw.len && wr_err(&w) == ERR_OK; i++)
		if (raw.ptr[i] > ' ' && raw.ptr[i] != 0x7F)
			wr_u8(&w, raw.ptr[i]);
	*id_out = BYTES_NONE;
	if (wr_err(&w) != ERR_OK || w.len == 0)
		return ERR_OK;
	return utf8_clean(a, wr_bytes(&w), id_out, NULL);
}

int mail_id_next(struct bytes *rest, struct arena *a, struct bytes *id_out)
{
	struct bytes id = BYTES_NONE;

	while (rest->len != 0) {
		int err = clean_id(cut_id(rest), a, &id);

		if (err != ERR_OK)
			return err;
		if (id.len != 0) {
			*id_out = id;
			return ERR_OK;
		}
	}
	return ERR_NOENT;
}

/* How many ids there are, none of them copied. */
static size_t count_ids(struct bytes value)
{
	size_t n = 0;

	while (value.len != 0)
		n += bytes_trim(cut_id(&value)).len != 0;
	return n;
}

int mail_id_list(struct bytes value, struct arena *a, struct bytes *list, size_t n_max,
		 size_t *n_out)
{
	size_t n = count_ids(value), skip = n > n_max ? n - n_max : 0, kept = 0;
	struct bytes id;

	while (skip != 0)
		skip -= bytes_trim(cut_id(&value)).len != 0;
	while (value.len != 0 && kept < n_max) {
		int err = clean_id(cut_id(&value), a, &id);

		if (err != ERR_OK)
			return err;
		if (id.len != 0)
			list[kept++] = id;
	}
	*n_out = kept;
	return ERR_OK;
}
