/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_params.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/mime_decode.h"
#include "parsers/mime_words.h"
#include "parsers/strbuf.h"

/* The longest name of a parameter, and of a character set in front of its value. */
#define NAME_OCTETS_MAX 48

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* One "name=value" as it stands there. */
struct piece {
	struct bytes name; /* without number and stars */
	struct bytes value;
	unsigned number; /* of a continuation, from 0 */
	bool is_numbered;
	bool is_percent; /* the name ended in a star */
};

struct pieces {
	struct piece list[MIME_PARAMS_MAX];
	size_t n;
};

static int lower(struct arena *a, struct bytes text, struct bytes *lower_out)
{
	uint8_t *copy;

	*lower_out = BYTES_NONE;
	if (text.len == 0)
		return ERR_OK;
	copy = arena_alloc(a, text.len);
	if (copy == NULL)
		return arena_err(a);
	for (size_t i = 0; i < text.len; i++)
		copy[i] =
			text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] | 0x20 : text.ptr[i];
	*lower_out = bytes_at(copy, text.len);
	return ERR_OK;
}

/* Cuts "…" off the rest; a backslash counts only before a quote mark or another: paths of Windows have many. */
static int quoted(struct arena *a, struct bytes *rest, struct bytes *value_out)
{
	uint8_t *out = arena_alloc(a, rest->len);
	size_t i, len = 0;

	if (out == NULL)
		return arena_err(a);
	for (i = 1; i < rest->len && rest->ptr[i] != '"'; i++) {
		bool is_escape = rest->ptr[i] == '\\' && i + 1 < rest->len &&
				 (rest->ptr[i + 1] == '"' || rest->ptr[i + 1] == '\\');

		i += is_escape;
		out[len++] = rest->ptr[i];
	}
	*rest = bytes_cut(*rest, i + 1, rest->len);
	*value_out = bytes_at(out, len);
	return ERR_OK;
}

static bool is_name_octet(uint8_t c)
{
	return c > ' ' && c < 0x7F && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

/* Whether "name=" begins here: a semicolon was forgotten before it. */
static bool begins_param(struct bytes b)
{
	size_t i = 0;

	while (i < b.len && is_name_octet(b.ptr[i]))
		i++;
	return i != 0 && i < b.len && b.ptr[i] == '=' && !(i + 1 < b.len && b.ptr[i + 1] == '?');
}

/* Without quotes: up to ';', blanks inside and all, unless another parameter begins behind one. */
static struct bytes unquoted(struct bytes *rest)
{
	size_t to = 0;
	struct bytes value;

	for (; to < rest->len && rest->ptr[to] != ';'; to++)
		if (is_blank(rest->ptr[to]) &&
		    begins_param(bytes_cut(*rest, to + 1, NAME_OCTETS_MAX)))
			break;
	value = bytes_trim(bytes_cut(*rest, 0, to));
	*rest = bytes_cut(*rest, to, rest->len);
	return value;
}

/* "filename*12*": name, number and the stars' meaning. */
static void split_name(struct bytes raw, struct piece *p)
{
	size_t star = bytes_find(raw, '*');
	struct bytes rest = bytes_cut(raw, star + 1, raw.len);

	p->name = bytes_trim(bytes_cut(raw, 0, star));
	if (star == raw.len)
		return;
	p->is_percent = rest.len == 0 || bytes_ends(rest, "*");
	for (size_t i = 0; i < rest.len && rest.ptr[i] >= '0' && rest.ptr[i] <= '9' && i < 4; i++) {
		p->is_numbered = true;
		p->number = p->number * 10 + (rest.ptr[i] - '0');
	}
}

static int take_piece(struct arena *a, struct bytes *rest, struct piece *p)
{
	size_t to = 0;
	struct bytes name;

	*p = (struct piece){ 0 };
	while (rest->len != 0 && (is_blank(rest->ptr[0]) || rest->ptr[0] == ';'))
		*rest = bytes_cut(*rest, 1, rest->len);
	while (to < rest->len && rest->ptr[to] != '=' && rest->ptr[to] != ';')
		to++;
	name = bytes_trim(bytes_cut(*rest, 0, to));
	if (to == rest->len || rest->ptr[to] == ';') { /* a word that is no parameter */
		*rest = bytes_cut(*rest, to, rest->len);
		return ERR_OK;
	}
	split_name(name, p);
	*rest = bytes_cut(*rest, to + 1, rest->len);
	while (rest->len != 0 && is_blank(rest->ptr[0]))
		*rest = bytes_cut(*rest, 1, rest->len);
	if (bytes_starts(*rest, "\""))
		return quoted(a, rest, &p->value);
	p->value = unquoted(rest);
	return ERR_OK;
}

static size_t percent_decode(struct bytes in, uint8_t *out)
{
	size_t len = 0;

	for (size_t i = 0; i < in.len; i++) {
		int high = i + 2 < in.len && in.ptr[i] == '%' ? mime_hex(in.ptr[i + 1]) : -1;
		int low = high < 0 ? -1 : mime_hex(in.ptr[i + 2]);

		out[len++] = low < 0 ? in.ptr[i] : (uint8_t)(high << 4 | low);
		i += low < 0 ? 0 : 2;
	}
	return len;
}

/* Takes "utf-8'sr'" off a first percent-encoded piece; some write one without it. */
static struct bytes take_charset(struct bytes *value)
{
	size_t first = bytes_find(*value, '\''), second;
	struct bytes name = bytes_cut(*value, 0, first);

	second = first + 1 + bytes_find(bytes_cut(*value, first + 1, value->len), '\'');
	if (second >= value->len || name.len > NAME_OCTETS_MAX ||
	    (name.len != 0 && !mime_charset_is_known(name)))
		return BYTES_NONE;
	*value = bytes_cut(*value, second + 1, value->len);
	return name;
}

static bool is_piece_of(const struct piece *p, struct bytes name)
{
	return (p->is_numbered || p->is_percent) && bytes_eq(p->name, name);
}

/* Appends one piece to what stands before it. */
static size_t gather(const struct piece *p, uint8_t *out)
{
	if (p->is_percent)
		return percent_decode(p->value, out);
	if (p->value.len != 0)
		memcpy(out, p->value.ptr, p->value.len);
	return p->value.len;
}

/* All pieces of the name, in the order of their numbers, into one text. */
static int join(struct mime_charsets *cs, struct arena *a, struct pieces *ps, struct bytes name,
		struct mime_param *param_out)
{
	size_t total = 0, len = 0;
	struct bytes charset = BYTES_NONE;
	struct mime_text t;
	uint8_t *out;
	int err;

	for (size_t i = 0; i < ps->n; i++)
		total += is_piece_of(&ps->list[i], name) ? ps->list[i].value.len : 0;
	out = arena_alloc(a, total);
	if (out == NULL)
		return arena_err(a);
	for (unsigned number = 0; number < MIME_PARAMS_MAX; number++)
		for (size_t i = 0; i < ps->n; i++) {
			struct piece *p = &ps->list[i];

			if (p->number != number || !is_piece_of(p, name))
				continue;
			if (number == 0 && p->is_percent)
				charset = take_charset(&p->value);
			len += gather(p, out + len);
		}
	param_out->octets = bytes_at(out, len);
	/* Words of RFC 2047 in pieces of RFC 2231: forbidden, and seen. */
	if (charset.len == 0 && bytes_starts(param_out->octets, "=?"))
		return mime_words(cs, a, param_out->octets, &param_out->value);
	err = mime_charset_text(cs, a, charset, param_out->octets, &t);
	if (err == ERR_OK)
		param_out->value = mime_one_line(a, t.text);
	return err;
}

static int collect(struct arena *a, struct bytes rest, struct pieces *ps)
{
	int err = ERR_OK;

	while (err == ERR_OK && rest.len != 0 && ps->n < MIME_PARAMS_MAX) {
		struct piece p;

		err = take_piece(a, &rest, &p);
		if (err == ERR_OK)
			err = lower(a, p.name, &p.name);
		if (err == ERR_OK && p.name.len != 0)
			ps->list[ps->n++] = p;
	}
	return err;
}

/* Its value, when this piece is the one that speaks for its name. */
static int add_param(struct mime_charsets *cs, struct arena *a, struct pieces *ps, size_t i,
		     struct mime_param *list, size_t *n)
{
	const struct piece *p = &ps->list[i];
	bool is_better = false, is_split = p->is_numbered || p->is_percent;
	int err;

	for (size_t k = 0; k < *n; k++)
		if (bytes_eq(list[k].name, p->name))
			return ERR_OK;
	for (size_t k = 0; k < ps->n; k++)
		is_better |= bytes_eq(ps->list[k].name, p->name) &&
			     (ps->list[k].is_numbered || ps->list[k].is_percent);
	if (is_better && !is_split)
		return ERR_OK; /* the split one comes and counts */
	list[*n] = (struct mime_param){ .name = p->name, .octets = p->value };
	if (is_split)
		err = join(cs, a, ps, p->name, &list[*n]);
	else
		err = mime_words(cs, a, p->value, &list[*n].value);
	*n += err == ERR_OK;
	return err;
}

/* "text/plain", "Text / Plain (comment)": up to ';', or a blank behind which a parameter begins. */
static struct bytes main_of(struct bytes *rest)
{
	struct bytes main = unquoted(rest);

	main = bytes_cut(main, 0, bytes_find(main, '('));
	return bytes_trim(main);
}

static int without_blanks(struct arena *a, struct bytes text, struct bytes *out)
{
	struct strbuf s = strbuf_in(a, text.len);

	for (size_t i = 0; i < text.len; i++)
		if (!is_blank(text.ptr[i]) && text.ptr[i] != '"' && text.ptr[i] > ' ' &&
		    text.ptr[i] < 0x7F)
			strbuf_addc(&s, (char)text.ptr[i]);
	*out = strbuf_bytes(&s);
	return strbuf_err(&s);
}

int mime_value(struct mime_charsets *cs, struct arena *a, struct bytes raw,
	       struct mime_value *value_out)
{
	struct mime_value v = { 0 };
	struct pieces *ps = arena_alloc(a, sizeof(*ps));
	struct mime_param *list;
	struct bytes rest = bytes_cut(raw, 0, MIME_WORDS_MAX);
	int err;

	if (ps == NULL)
		return arena_err(a);
	err = lower(a, main_of(&rest), &v.main);
	if (err == ERR_OK)
		err = without_blanks(a, v.main, &v.main);
	if (err == ERR_OK)
		err = collect(a, rest, ps);
	list = err != ERR_OK ? NULL : arena_array(a, ps->n + 1, sizeof(*list));
	if (list == NULL)
		return err != ERR_OK ? err : arena_err(a);
	for (size_t i = 0; i < ps->n && err == ERR_OK; i++)
		err = add_param(cs, a, ps, i, list, &v.n_params);
	v.params = list;
	if (err == ERR_OK)
		*value_out = v;
	return err;
}

static const struct mime_param *param_named(const struct mime_value *value, const char *name)
{
	for (size_t i = 0; i < value->n_params; i++)
		if (bytes_is(value->params[i].name, name))
			return &value->params[i];
	return NULL;
}

struct bytes mime_param(const struct mime_value *value, const char *name)
{
	const struct mime_param *p = param_named(value, name);

	return p == NULL ? BYTES_NONE : p->value;
}

struct bytes mime_param_octets(const struct mime_value *value, const char *name)
{
	const struct mime_param *p = param_named(value, name);

	return p == NULL ? BYTES_NONE : p->octets;
}
