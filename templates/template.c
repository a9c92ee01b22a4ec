/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/template.h"

#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "templates/template_node.h"

/* Four times the longest template: values may be longer than their names. */
#define RENDERED_BYTES_MAX (4 * TEMPLATE_BYTES_MAX)

struct renderer {
	const struct template *template;
	const struct template_call *call;
	const struct template_value *values; /* the call's, or those of an item */
	struct arena *arena;
	struct strbuf out;
};

static int render_nodes(struct renderer *r, const struct node *first);

struct tongue template_tongue(const struct template *t)
{
	return t->tongue;
}

unsigned template_levels(const struct template *t)
{
	return t->levels;
}

static bool is_present(const struct renderer *r, size_t name)
{
	const struct template_value *v = &r->values[name];

	switch (r->template->kinds[name]) {
	case VALUE_TEXT: return v->text.len != 0;
	case VALUE_TIME: return v->time.ms != 0;
	case VALUE_NUMBER: return v->number != 0;
	case VALUE_LIST: return v->n_items != 0;
	}
	return false;
}

/* At most n letters; ends at a word when that leaves more than half. */
static struct bytes cut_letters(struct bytes text, uint32_t n)
{
	struct rd r = rd_of(text);
	uint32_t cp, i = 0;
	size_t end = 0, word = 0;

	while (i < n && utf8_next(&r, &cp)) {
		if (cp == ' ')
			word = end;
		end = (size_t)(r.ptr - text.ptr);
		i++;
	}
	if (end < text.len && text.ptr[end] != ' ' && word > end / 2)
		end = word;
	return bytes_trim(bytes_cut(text, 0, end));
}

static int filter_text(struct renderer *r, const struct filter *f, struct bytes *text)
{
	switch (f->kind) {
	case FILTER_UPPER: return words_upper(r->arena, r->template->tongue, *text, text);
	case FILTER_CUT: *text = cut_letters(*text, f->n); return ERR_OK;
	case FILTER_PLAIN: return gsm7_plain(r->arena, *text, text);
	case FILTER_SHORT:
	case FILTER_LONG:
	case FILTER_TIME: return ERR_OK;
	}
	return ERR_OK;
}

static int value_time(struct renderer *r, const struct node *n, struct bytes *text_out)
{
	enum words_form form = WORDS_SHORT;

	for (size_t i = 0; i < n->n_filters; i++) {
		if (n->filters[i].kind == FILTER_LONG)
			form = WORDS_LONG;
		if (n->filters[i].kind == FILTER_TIME)
			form = WORDS_TIME;
	}
	return words_time(r->arena, r->call->clock, r->template->tongue, r->call->time_zone,
			  r->values[n->name].time, form, text_out);
}

static int render_value(struct renderer *r, const struct node *n)
{
	const struct template_value *v = &r->values[n->name];
	struct bytes text = v->text;
	int err = ERR_OK;

	switch (r->template->kinds[n->name]) {
	case VALUE_NUMBER: strbuf_addf(&r->out, "%lld", (long long)v->number); return ERR_OK;
	case VALUE_TIME:
		if (v->time.ms != 0)
			err = value_time(r, n, &text);
		break;
	case VALUE_TEXT:
		for (size_t i = 0; i < n->n_filters && err == ERR_OK; i++)
			err = filter_text(r, &n->filters[i], &text);
		break;
	case VALUE_LIST: return ERR_OK; /* the parser refuses it */
	}
	if (err == ERR_OK)
		strbuf_add(&r->out, text);
	return err;
}

static int render_plural(struct renderer *r, const struct node *n)
{
	enum plural c = words_plural(r->template->tongue.language, r->values[n->name].number);

	return render_nodes(r, n->forms[c]);
}

static int render_each(struct renderer *r, const struct node *n)
{
	const struct template_value *outer = r->values, *list = &outer[n->name];
	int err = ERR_OK;

	for (size_t i = 0; i < list->n_items && err == ERR_OK; i++) {
		r->values = list->items + i * r->template->n_names;
		err = render_nodes(r, n->child);
	}
	r->values = outer;
	return err;
}

static int render_node(struct renderer *r, const struct node *n)
{
	switch (n->kind) {
	case NODE_TEXT: strbuf_add(&r->out, n->text); return ERR_OK;
	case NODE_VALUE: return render_value(r, n);
	case NODE_IF: return is_present(r, n->name) ? render_nodes(r, n->child) : ERR_OK;
	case NODE_UNLESS: return is_present(r, n->name) ? ERR_OK : render_nodes(r, n->child);
	case NODE_PLURAL: return render_plural(r, n);
	case NODE_MAY_GO: return n->level < r->call->keep ? render_nodes(r, n->child) : ERR_OK;
	case NODE_PART: return render_nodes(r, n->child);
	case NODE_EACH: return render_each(r, n);
	}
	return ERR_OK;
}

static int render_nodes(struct renderer *r, const struct node *first)
{
	int err = ERR_OK;

	for (const struct node *n = first; n != NULL && err == ERR_OK; n = n->next)
		err = render_node(r, n);
	return err;
}

int template_render(const struct template *t, const struct template_call *call, struct arena *a,
		    struct bytes *text_out)
{
	struct renderer r = {
		.template = t,
		.call = call,
		.values = call->values,
		.arena = a,
		.out = strbuf_in(a, RENDERED_BYTES_MAX),
	};
	struct bytes text;
	int err = render_nodes(&r, t->first);

	if (err != ERR_OK)
		return err;
	err = strbuf_finish(&r.out, &text);
	if (err == ERR_OK)
		*text_out = bytes_trim(text);
	return err;
}
