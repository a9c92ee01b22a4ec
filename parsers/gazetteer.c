/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/gazetteer.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/strbuf.h"
#include "parsers/tsv.h"
#include "parsers/utf8.h"

#define GAZETTEER_ARENA_BYTES (32u << 20)
#define FILE_MAX_BYTES        (1 << 20)
#define NAMES_MAX             4000
#define PATTERN_MAX_BYTES     500

struct gazetteer {
	struct arena *arena;
	struct rules *rules; /* one a name, in the same order */
	struct gazetteer_name *names;
	size_t n, cap;
};

struct gazetteer *gazetteer_new(void)
{
	struct gazetteer *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->arena = arena_new(GAZETTEER_ARENA_BYTES);
	g->rules = rules_new();
	if (g->rules == NULL || g->arena == NULL)
		gazetteer_free(&g);
	return g;
}

void gazetteer_free(struct gazetteer **g)
{
	if (*g == NULL)
		return;
	rules_free(&(*g)->rules);
	arena_free(&(*g)->arena);
	free(*g);
	*g = NULL;
}

size_t gazetteer_count(const struct gazetteer *g)
{
	return g->n;
}

const struct gazetteer_name *gazetteer_name(const struct gazetteer *g, size_t i)
{
	return &g->names[i];
}

int gazetteer_match(const struct gazetteer *g, struct arena *a, struct bytes folded,
		    struct rule_hits *hits_out)
{
	return rules_match(g->rules, a, folded, hits_out);
}

static bool is_adjective(struct bytes folded)
{
	static const char *const endings[] = { "ska", "cka", "eva", "ova", "ina" };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		if (bytes_ends(folded, endings[i]))
			return bytes_find(folded, ' ') == folded.len;
	}
	return false;
}

/* Without a pattern: the name, and a feminine adjective in all its cases. */
static int pattern_of_name(struct gazetteer *g, struct bytes name, struct bytes *pattern_out)
{
	struct strbuf s = strbuf_in(g->arena, PATTERN_MAX_BYTES);
	struct folded f;
	int err = fold_text(g->arena, name, &f);

	if (err != ERR_OK)
		return err;
	if (is_adjective(f.text))
		strbuf_addf(&s, "%.*s(a,e,oj,u,om)",
			    PRI_BYTES(bytes_cut(f.text, 0, f.text.len - 1)));
	else
		strbuf_add(&s, f.text);
	return strbuf_finish(&s, pattern_out);
}

static bool make_room(struct gazetteer *g)
{
	size_t cap = g->cap == 0 ? 64 : g->cap * 2;
	struct gazetteer_name *names;

	if (g->n < g->cap)
		return true;
	names = arena_array(g->arena, cap, sizeof(*names));
	if (names == NULL)
		return false;
	if (g->n != 0)
		memcpy(names, g->names, g->n * sizeof(*names));
	g->names = names;
	g->cap = cap;
	return true;
}

static int add_name(struct gazetteer *g, const struct tsv *t, struct bytes file,
		    struct faults *faults)
{
	struct fault at = { .file = file, .line = t->line };
	struct bytes kind = tsv_get(t, "kind"), pattern = tsv_get(t, "pattern");
	struct rule_info info = { .name = file, .role = ROLE_PLACE, .weight = 1, .line = t->line };
	struct gazetteer_name n = {
		.kind = bytes_is(kind, "street") ? GAZ_STREET : GAZ_SETTLEMENT,
		.latin = arena_dup(g->arena, tsv_get(t, "name")),
		.sr_cyrl = arena_dup(g->arena, tsv_get(t, "sr_cyrl")),
		.sk = arena_dup(g->arena, tsv_get(t, "sk")),
		.hu = arena_dup(g->arena, tsv_get(t, "hu")),
	};
	int err = ERR_OK;

	if (!bytes_is(kind, "street") && !bytes_is(kind, "settlement")) {
		faults_add(faults, at, "the kind '%.*s' is neither settlement nor street",
			   PRI_BYTES(kind));
		return ERR_OK;
	}
	if (n.latin.len == 0 || g->n == NAMES_MAX) {
		faults_add(faults, at, n.latin.len == 0 ? "the name is missing" : "too many names");
		return ERR_OK;
	}
	if (!make_room(g))
		return ERR_NOMEM;
	if (pattern.len == 0)
		err = pattern_of_name(g, n.latin, &pattern);
	if (err != ERR_OK)
		return err;
	err = rules_add(g->rules, &info, file, pattern, faults);
	if (err == ERR_OK)
		g->names[g->n++] = n;
	return err == ERR_NOMEM ? err : ERR_OK;
}

int gazetteer_add_file(struct gazetteer *g, struct bytes file, struct bytes text,
		       struct faults *faults)
{
	static const char *const columns[] = { "kind", "name", "pattern", "sr_cyrl",
					       "sk",   "hu",   "source" };
	size_t n_before = faults->n_errors;
	struct tsv t;
	int err;

	if (text.len > FILE_MAX_BYTES || !utf8_is_valid(text)) {
		faults_add(faults, (struct fault){ .file = file },
			   "larger than %d octets, or not valid UTF-8", FILE_MAX_BYTES);
		return ERR_INVALID;
	}
	err = tsv_begin_checked(&t, file, text, columns, ARRAY_LEN(columns), 3, faults);
	while (err == ERR_OK && tsv_next(&t))
		err = add_name(g, &t, file, faults);
	if (err != ERR_OK)
		return err;
	return faults->n_errors == n_before ? ERR_OK : ERR_INVALID;
}
