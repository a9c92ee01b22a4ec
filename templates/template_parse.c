/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/template.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/number.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "templates/template_node.h"

/* {~1{place?, {n#one={}|other={}}}} nests four deep; more than this nobody can read. */
#define DEPTH_MAX 8
#define CUT_MAX   1000
#define NO_NAME   SIZE_MAX
#define BIT(name) (UINT64_C(1) << (name))
/* Who made so many in one text wants to see the first ones only. */
#define FAULTS_MAX 20
/* The list of names in a fault. */
#define LIST_BYTES 512

struct parser {
	struct arena *arena;
	const struct template_terms *terms;
	struct faults *faults;
	struct bytes file;
	struct bytes text;
	size_t at;
	size_t line_at; /* the last place whose line was asked for, */
	unsigned line;  /* and that line */
	unsigned depth;
	unsigned plural_set; /* what the language needs; 0: not yet asked */
	size_t n_before;     /* faults of others */
	unsigned levels;
	uint64_t known;    /* names that have a value here */
	uint64_t may_lack; /* and those that may be absent */
	uint64_t guarded;  /* names that are surely present here */
	size_t about;      /* what {} means here, or NO_NAME */
	bool is_part;
	bool is_in_list;
	int err; /* sticky; ERR_INVALID: the syntax is broken and reading on would guess */
};

static struct node *parse_seq(struct parser *p, const char *stops);

/* Counts from the last place asked for, so a text of braces only is still read in one pass. */
static struct fault here(struct parser *p, size_t at)
{
	for (; p->line_at < at && p->line_at < p->text.len; p->line_at++)
		p->line += p->text.ptr[p->line_at] == '\n';
	for (; p->line_at > at; p->line_at--)
		p->line -= p->text.ptr[p->line_at - 1] == '\n';
	return (struct fault){ .file = p->file, .line = p->line };
}

static bool at_end(const struct parser *p)
{
	return p->at >= p->text.len;
}

/* The octet at this place, NUL past the end (clean text holds none). */
static char peek(const struct parser *p, size_t ahead)
{
	return p->at + ahead < p->text.len ? (char)p->text.ptr[p->at + ahead] : '\0';
}

static bool is_stop(const char *stops, char c)
{
	return c != '\0' && strchr(stops, c) != NULL;
}

static bool take(struct parser *p, char c)
{
	if (peek(p, 0) != c)
		return false;
	p->at++;
	return true;
}

static struct node *node_new(struct parser *p, enum node_kind kind)
{
	struct node *n = arena_alloc(p->arena, sizeof(*n));

	if (n == NULL) {
		p->err = arena_err(p->arena);
		return NULL;
	}
	n->kind = kind;
	n->line = here(p, p->at).line;
	n->name = NO_NAME;
	return n;
}

static void close_brace(struct parser *p, size_t opened)
{
	if (p->err != ERR_OK || take(p, '}'))
		return;
	faults_add(p->faults, here(p, opened),
		   "this brace is never closed: write } where its words end");
	p->err = ERR_INVALID;
}

/* A name, a filter, a plural class: small letters, digits, underscores. */
static struct bytes read_word(struct parser *p)
{
	size_t from = p->at;

	while ((peek(p, 0) >= 'a' && peek(p, 0) <= 'z') ||
	       (peek(p, 0) >= '0' && peek(p, 0) <= '9') || peek(p, 0) == '_')
		p->at++;
	return bytes_cut(p->text, from, p->at - from);
}

/* "case category due", and the same as an array for the nearest one. */
static const char *known_names(const struct parser *p, const char **list, size_t *n_out)
{
	struct strbuf words = strbuf_in(p->arena, LIST_BYTES);

	*n_out = 0;
	for (size_t i = 0; i < p->terms->n_names; i++) {
		if (!(p->known & BIT(i)))
			continue;
		list[(*n_out)++] = p->terms->names[i].name;
		strbuf_addf(&words, " {%s}", p->terms->names[i].name);
	}
	return strbuf_text(&words);
}

static void complain_of_name(struct parser *p, struct bytes name, size_t at)
{
	const char *list[TEMPLATE_NAMES_MAX];
	size_t n;
	const char *all = known_names(p, list, &n);
	const char *near = faults_nearest(name, list, n);

	if (near != NULL)
		faults_add(p->faults, here(p, at), "{%.*s} is not known here; did you mean {%s}?",
			   PRI_BYTES(name), near);
	else
		faults_add(p->faults, here(p, at), "{%.*s} is not known here; this text knows%s",
			   PRI_BYTES(name), all[0] == '\0' ? " no values" : all);
}

/* The index of the name that stands here; "" is the name around it. */
static size_t read_name(struct parser *p)
{
	size_t at = p->at;
	struct bytes name = read_word(p);

	if (name.len == 0 && p->about != NO_NAME)
		return p->about;
	if (name.len == 0) {
		faults_add(p->faults, here(p, at),
			   "after { comes the name of a value; {} only stands within {name?…}");
		p->err = ERR_INVALID;
		return NO_NAME;
	}
	for (size_t i = 0; i < p->terms->n_names; i++) {
		if ((p->known & BIT(i)) && bytes_is(name, p->terms->names[i].name))
			return i;
	}
	complain_of_name(p, name, at);
	return NO_NAME;
}

static const struct {
	const char *name;
	enum filter_kind kind;
	enum value_kind takes;
	const char *what; /* it works on */
} filters[] = {
	{ "short", FILTER_SHORT, VALUE_TIME, "times" },
	{ "long", FILTER_LONG, VALUE_TIME, "times" },
	{ "time", FILTER_TIME, VALUE_TIME, "times" },
	{ "upper", FILTER_UPPER, VALUE_TEXT, "words" },
	{ "cut", FILTER_CUT, VALUE_TEXT, "words" },
	{ "plain", FILTER_PLAIN, VALUE_TEXT, "words" },
};

/* The 20 of cut:20. */
static uint32_t read_cut(struct parser *p, size_t at)
{
	uint32_t n = 0;

	if (take(p, ':') && number_parse_u32(read_word(p), 1, CUT_MAX, &n) == ERR_OK)
		return n;
	faults_add(p->faults, here(p, at),
		   "cut needs how many letters may stay: write cut:20 (1 to %d)", CUT_MAX);
	return 0;
}

static void read_filter(struct parser *p, struct node *n)
{
	size_t at = p->at, i = 0;
	struct bytes word = read_word(p);
	struct filter f = { 0 };

	while (i < ARRAY_LEN(filters) && !bytes_is(word, filters[i].name))
		i++;
	if (i == ARRAY_LEN(filters) || n->n_filters == TEMPLATE_FILTERS_MAX) {
		faults_add(p->faults, here(p, at),
			   i == ARRAY_LEN(filters)
				   ? "there is no filter \"%.*s\"; there are short long time upper "
				     "cut:20 plain"
				   : "\"%.*s\" is one filter too many: three are enough",
			   PRI_BYTES(word));
		p->err = ERR_INVALID;
		return;
	}
	f.kind = filters[i].kind;
	if (f.kind == FILTER_CUT)
		f.n = read_cut(p, at);
	if (n->name != NO_NAME && p->terms->names[n->name].kind != filters[i].takes)
		faults_add(p->faults, here(p, at), "%s is for %s, {%s} is something else",
			   filters[i].name, filters[i].what, p->terms->names[n->name].name);
	n->filters[n->n_filters++] = f;
}

static void refuse_list(struct parser *p, const struct node *n, size_t opened)
{
	const char *name = p->terms->names[n->name].name;

	faults_add(p->faults, here(p, opened),
		   "{%s} is a list: write {*%s}, the words for one of them, and {/}", name, name);
}

static void parse_value(struct parser *p, struct node *n, size_t opened)
{
	uint64_t bit = n->name == NO_NAME ? 0 : BIT(n->name);

	n->kind = NODE_VALUE;
	while (p->err == ERR_OK && take(p, '|'))
		read_filter(p, n);
	if (p->err == ERR_OK && bit != 0 && p->terms->names[n->name].kind == VALUE_LIST)
		refuse_list(p, n, opened);
	else if (p->err == ERR_OK && (bit & p->may_lack & ~p->guarded)) {
		const char *name = p->terms->names[n->name].name;
		struct fault warning = here(p, opened);

		warning.is_warning = true;
		faults_add(p->faults, warning,
			   "{%s} may be absent, and nothing stands there then: write {%s?words "
			   "around {}}",
			   name, name);
	}
	close_brace(p, opened);
}

/* Of a mail: what began its line and ended just now takes the line's end with it. */
static bool take_line_end(struct parser *p, size_t opened)
{
	bool begins = opened == 0 || p->text.ptr[opened - 1] == '\n';

	return p->err == ERR_OK && p->terms->is_mail && begins && take(p, '\n');
}

static void append_line_end(struct parser *p, struct node *n)
{
	struct node *end = node_new(p, NODE_TEXT), **last = &n->child;

	if (end == NULL)
		return;
	end->text = bytes_of("\n");
	while (*last != NULL)
		last = &(*last)->next;
	*last = end;
}

/* {place?, {}}: within it the place is there, and {} is the place. */
static void parse_if(struct parser *p, struct node *n, size_t opened)
{
	uint64_t guarded = p->guarded;
	size_t about = p->about;

	n->kind = NODE_IF;
	if (n->name != NO_NAME)
		p->guarded |= BIT(n->name);
	p->about = n->name;
	n->child = parse_seq(p, "}");
	p->guarded = guarded;
	p->about = about;
	close_brace(p, opened);
	if (take_line_end(p, opened))
		append_line_end(p, n);
}

static void parse_unless(struct parser *p, struct node *n, size_t opened)
{
	n->kind = NODE_UNLESS;
	n->child = parse_seq(p, "}");
	close_brace(p, opened);
	if (take_line_end(p, opened))
		append_line_end(p, n);
}

static void check_forms(struct parser *p, unsigned given, size_t opened)
{
	if (p->plural_set == 0)
		p->plural_set = words_plural_set(p->terms->tongue.language);
	for (unsigned c = 0; c < PLURAL_COUNT; c++) {
		if ((p->plural_set & ~given) & (1u << c))
			faults_add(p->faults, here(p, opened),
				   "the plural lacks %s, which %s needs: write |%s=…",
				   plural_text((enum plural)c), tongue_name(p->terms->tongue),
				   plural_text((enum plural)c));
	}
}

/* one=prijava */
static void read_form(struct parser *p, struct node *n, unsigned *given)
{
	size_t at = p->at;
	struct bytes word = read_word(p);
	enum plural c;

	if (plural_parse(word, &c) != ERR_OK || !take(p, '=')) {
		faults_add(p->faults, here(p, at),
			   "a plural is written {n#one=…|few=…|other=…}, with zero one two few "
			   "many other");
		p->err = ERR_INVALID;
		return;
	}
	if (*given & (1u << c))
		faults_add(p->faults, here(p, at), "%s stands twice", plural_text(c));
	*given |= 1u << c;
	n->forms[c] = parse_seq(p, "|}");
}

static void parse_plural(struct parser *p, struct node *n, size_t opened)
{
	unsigned given = 0;
	size_t about = p->about;

	n->kind = NODE_PLURAL;
	n->forms = arena_array(p->arena, PLURAL_COUNT, sizeof(struct node *));
	if (n->forms == NULL) {
		p->err = arena_err(p->arena);
		return;
	}
	if (n->name != NO_NAME && p->terms->names[n->name].kind != VALUE_NUMBER)
		faults_add(p->faults, here(p, opened), "{%s} is not a number, so it has no plural",
			   p->terms->names[n->name].name);
	p->about = n->name;
	do
		read_form(p, n, &given);
	while (p->err == ERR_OK && take(p, '|'));
	p->about = about;
	if (p->err == ERR_OK)
		check_forms(p, given, opened);
	close_brace(p, opened);
}

static void parse_named(struct parser *p, struct node *n, size_t opened)
{
	n->name = read_name(p);
	if (p->err != ERR_OK)
		return;
	if (take(p, '?'))
		parse_if(p, n, opened);
	else if (take(p, '!'))
		parse_unless(p, n, opened);
	else if (take(p, '#'))
		parse_plural(p, n, opened);
	else if (peek(p, 0) == '|' || peek(p, 0) == '}' || at_end(p))
		parse_value(p, n, opened);
	else {
		faults_add(p->faults, here(p, p->at),
			   "after the name of a value comes one of } | ? ! #; a brace itself is "
			   "written {{");
		p->err = ERR_INVALID;
	}
}

static void parse_may_go(struct parser *p, struct node *n, size_t opened)
{
	char digit = peek(p, 0);

	n->kind = NODE_MAY_GO;
	if (digit < '1' || digit > '9') {
		faults_add(p->faults, here(p, opened),
			   "after {~ comes a number from 1 to 9: the highest is left out first");
		p->err = ERR_INVALID;
		return;
	}
	p->at++;
	n->level = (unsigned)(digit - '0');
	p->levels |= 1u << n->level;
	n->child = parse_seq(p, "}");
	close_brace(p, opened);
}

static void parse_part(struct parser *p, struct node *n, size_t opened)
{
	n->kind = NODE_PART;
	n->text = read_word(p);
	n->guarded = p->guarded;
	if (n->text.len == 0 || p->is_part || p->is_in_list) {
		faults_add(p->faults, here(p, opened),
			   p->is_part      ? "a part can't hold another part"
			   : p->is_in_list ? "a part can't stand within a repetition"
					   : "after {> comes the name of a part, as in {>footer}");
		p->err = ERR_INVALID;
		return;
	}
	close_brace(p, opened);
}

static void refuse_repetition(struct parser *p, size_t opened)
{
	const char *words = "this {/} ends nothing";

	if (!p->terms->is_mail)
		words = "repetition {*…}…{/} is for mail only; an SMS has its list ready in "
			"{cases}";
	else if (p->is_in_list)
		words = "a repetition can't stand within another one";
	faults_add(p->faults, here(p, opened), "%s", words);
	p->err = ERR_INVALID;
}

/* What the items of this list may say; NULL: it is no list. */
static const struct template_item *item_of(const struct parser *p, size_t name)
{
	for (size_t i = 0; i < p->terms->n_items; i++) {
		if (p->terms->items[i].list == name)
			return &p->terms->items[i];
	}
	return NULL;
}

/* The words between {*list} and {/}, with what one item may say. */
static void parse_item(struct parser *p, struct node *n, const struct template_item *item,
		       size_t opened)
{
	struct parser outer = *p;

	p->known = item->known;
	p->may_lack = item->may_lack;
	p->guarded = 0;
	p->about = NO_NAME;
	p->is_in_list = true;
	n->child = parse_seq(p, "");
	p->known = outer.known;
	p->may_lack = outer.may_lack;
	p->guarded = outer.guarded;
	p->about = outer.about;
	p->is_in_list = false;
	if (p->err != ERR_OK)
		return;
	if (peek(p, 0) != '{' || peek(p, 1) != '/' || peek(p, 2) != '}') {
		faults_add(p->faults, here(p, opened),
			   "this repetition never ends: write {/} behind the words for one");
		p->err = ERR_INVALID;
		return;
	}
	opened = p->at;
	p->at += 3;
	(void)take_line_end(p, opened);
}

static void parse_each(struct parser *p, struct node *n, size_t opened)
{
	const struct template_item *item;

	n->kind = NODE_EACH;
	n->name = read_name(p);
	item = item_of(p, n->name);
	if (p->err == ERR_OK && n->name != NO_NAME && item == NULL)
		faults_add(p->faults, here(p, opened), "{%s} is not a list",
			   p->terms->names[n->name].name);
	/* Without knowing what it may say nothing behind it can be judged. */
	if (item == NULL) {
		p->err = ERR_INVALID;
		return;
	}
	close_brace(p, opened);
	(void)take_line_end(p, opened);
	if (p->err == ERR_OK)
		parse_item(p, n, item, opened);
}

static struct node *parse_brace(struct parser *p)
{
	size_t opened = p->at;
	struct node *n = node_new(p, NODE_TEXT);

	if (n == NULL)
		return NULL;
	p->at++;
	if (peek(p, 0) == '{') {
		n->text = bytes_cut(p->text, p->at++, 1);
		return n;
	}
	if (p->depth == DEPTH_MAX) {
		faults_add(p->faults, here(p, opened), "more than %d braces within each other",
			   DEPTH_MAX);
		p->err = ERR_INVALID;
		return NULL;
	}
	p->depth++;
	if (take(p, '~'))
		parse_may_go(p, n, opened);
	else if (take(p, '>'))
		parse_part(p, n, opened);
	else if (peek(p, 0) == '/' || (peek(p, 0) == '*' && (!p->terms->is_mail || p->is_in_list)))
		refuse_repetition(p, opened);
	else if (take(p, '*'))
		parse_each(p, n, opened);
	else
		parse_named(p, n, opened);
	p->depth--;
	return n;
}

/* Words up to the next brace or the end of what is being read. */
static struct node *parse_text(struct parser *p, const char *stops)
{
	struct node *n = node_new(p, NODE_TEXT);
	size_t from = p->at;

	if (n == NULL)
		return NULL;
	while (!at_end(p) && peek(p, 0) != '{' && peek(p, 0) != '}' && !is_stop(stops, peek(p, 0)))
		p->at++;
	n->text = bytes_cut(p->text, from, p->at - from);
	if (p->at > from)
		return n;
	/* A closing brace where none is open. */
	if (peek(p, 1) == '}') {
		n->text = bytes_cut(p->text, p->at, 1);
		p->at += 2;
		return n;
	}
	faults_add(p->faults, here(p, p->at),
		   "this brace closes nothing; a brace in the words is written }}");
	p->err = ERR_INVALID;
	return n;
}

static bool at_item_end(const struct parser *p)
{
	return p->is_in_list && peek(p, 0) == '{' && peek(p, 1) == '/';
}

static struct node *parse_seq(struct parser *p, const char *stops)
{
	struct node *first = NULL, **last = &first;

	while (p->err == ERR_OK && !at_end(p) && !is_stop(stops, peek(p, 0)) && !at_item_end(p) &&
	       p->faults->n_errors - p->n_before < FAULTS_MAX) {
		struct node *n = peek(p, 0) == '{' ? parse_brace(p) : parse_text(p, stops);

		if (n == NULL)
			break;
		*last = n;
		last = &n->next;
	}
	return first;
}

/* Line ends and blanks behind the last word are the editor's, not the text's. */
static struct bytes without_end(struct bytes text)
{
	while (text.len > 0 && memchr(" \t\r\n", text.ptr[text.len - 1], 4) != NULL)
		text.len--;
	return text;
}

/* Runs the parser over the whole text; ERR_INVALID when faults were added. */
static int parse_all(struct parser *p, struct bytes text, struct node **first_out)
{
	int err;

	p->n_before = p->faults->n_errors;
	if (text.len > TEMPLATE_BYTES_MAX || !utf8_is_valid(text)) {
		faults_add(p->faults, here(p, 0),
			   text.len > TEMPLATE_BYTES_MAX ? "longer than 64 KiB" : "not UTF-8");
		return ERR_INVALID;
	}
	err = utf8_clean(p->arena, without_end(text), &p->text, NULL);
	if (err != ERR_OK)
		return err;
	*first_out = parse_seq(p, "");
	if (p->err != ERR_OK)
		return p->err;
	return p->faults->n_errors > p->n_before ? ERR_INVALID : ERR_OK;
}

int template_parse(struct arena *a, const struct template_terms *terms, struct bytes file,
		   struct bytes text, struct faults *faults, struct template **template_out)
{
	struct parser p = { .arena = a,
			    .terms = terms,
			    .faults = faults,
			    .file = file,
			    .line = terms->line == 0 ? 1 : terms->line,
			    .known = terms->known,
			    .may_lack = terms->may_lack,
			    .about = NO_NAME };
	struct template *t = arena_alloc(a, sizeof(*t));
	int err;

	if (t == NULL)
		return arena_err(a);
	t->file = file;
	t->tongue = terms->tongue;
	t->n_names = terms->n_names;
	for (size_t i = 0; i < terms->n_names && i < TEMPLATE_NAMES_MAX; i++)
		t->kinds[i] = terms->names[i].kind;
	err = parse_all(&p, text, &t->first);
	if (err != ERR_OK)
		return err;
	t->levels = p.levels;
	*template_out = t;
	return ERR_OK;
}

struct linker {
	struct template *template;
	struct arena *arena;
	const struct template_terms *terms;
	template_part_fn *part;
	void *ctx;
	struct faults *faults;
};

static int link_part(const struct linker *l, struct node *n)
{
	struct template_part part;
	struct parser p = { .arena = l->arena,
			    .terms = l->terms,
			    .faults = l->faults,
			    .about = NO_NAME,
			    .known = l->terms->known,
			    .may_lack = l->terms->may_lack,
			    .guarded = n->guarded,
			    .is_part = true };
	int err = l->part(l->ctx, n->text, &part);

	if (err == ERR_NOENT) {
		faults_add(l->faults, (struct fault){ .file = l->template->file, .line = n->line },
			   "{>%.*s}: there is no part of this name; write part.%.*s = … into "
			   "words.txt",
			   PRI_BYTES(n->text), PRI_BYTES(n->text));
		return ERR_INVALID;
	}
	if (err != ERR_OK)
		return err;
	p.file = part.file;
	p.line = part.line;
	err = parse_all(&p, part.text, &n->child);
	l->template->levels |= p.levels;
	return err;
}

static int link_nodes(const struct linker *l, struct node *first)
{
	int err = ERR_OK;

	for (struct node *n = first; n != NULL && err == ERR_OK; n = n->next) {
		if (n->kind == NODE_PART)
			err = link_part(l, n);
		else
			err = link_nodes(l, n->child);
		for (size_t i = 0; n->forms != NULL && i < PLURAL_COUNT && err == ERR_OK; i++)
			err = link_nodes(l, n->forms[i]);
	}
	return err;
}

int template_link(struct template *t, struct arena *a, const struct template_terms *terms,
		  template_part_fn *part, void *ctx, struct faults *faults)
{
	struct linker l = { t, a, terms, part, ctx, faults };

	return link_nodes(&l, t->first);
}
