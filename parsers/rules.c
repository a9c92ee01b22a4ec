/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/rules.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "parsers/err.h"
#include "parsers/rule_words.h"

/* Rules are written by hand; a town has some hundreds. */
#define RULES_MAX         5000
#define RULES_ARENA_BYTES (64u << 20)
/* Steps that one rule may take on one text. A rule of words needs some hundred. */
#define MATCH_LIMIT 20000
/* How often a rule looks on behind a hit that its OSIM took back. */
#define VETO_TRIES_MAX 8
/* Characters of folded words: none, a to z, 0 to 9. */
#define N_CHARS (1 + 26 + 10)

/* Of a word, as indexes of characters; 0: any. */
struct beginning {
	uint8_t first, second, third;
};

struct beginnings {
	struct beginning list[RULE_STARTS_MAX];
	size_t n; /* 0: no telling */
};

struct rule {
	struct rule_info info;
	pcre2_code *hit;
	pcre2_code *veto;              /* or NULL */
	struct beginnings first, near; /* a text has a word of each */
};

struct rules {
	struct arena *arena;
	pcre2_match_context *limits;
	struct rule *list;
	size_t n, cap;
};

/* Which characters words of a text begin with: two and three of them; 0 stands behind a short word. */
struct starts {
	bool two[N_CHARS][N_CHARS];
	uint64_t three[N_CHARS][N_CHARS]; /* a bit for each third one */
};

struct rules *rules_new(void)
{
	struct rules *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->arena = arena_new(RULES_ARENA_BYTES);
	r->limits = pcre2_match_context_create(NULL);
	if (r->arena == NULL || r->limits == NULL) {
		rules_free(&r);
		return NULL;
	}
	(void)pcre2_set_match_limit(r->limits, MATCH_LIMIT); /* always 0 */
	return r;
}

void rules_free(struct rules **r)
{
	if (*r == NULL)
		return;
	for (size_t i = 0; i < (*r)->n; i++) {
		pcre2_code_free((*r)->list[i].hit);
		pcre2_code_free((*r)->list[i].veto);
	}
	pcre2_match_context_free((*r)->limits);
	arena_free(&(*r)->arena);
	free((*r)->list);
	free(*r);
	*r = NULL;
}

size_t rules_count(const struct rules *r)
{
	return r->n;
}

const struct rule_info *rules_info(const struct rules *r, size_t rule)
{
	return &r->list[rule].info;
}

/* ---- matching ---- */

static unsigned char_index(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		return 1u + c - 'a';
	if (c >= '0' && c <= '9')
		return 27u + c - '0';
	return 0;
}

/* An underscore is a letter to PCRE2 and none to us: a rule is then tried in vain, never left out. */
static void see_starts(struct bytes text, struct starts *starts_out)
{
	unsigned before = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned c = char_index(text.ptr[i]);
		unsigned next = i + 1 < text.len ? char_index(text.ptr[i + 1]) : 0;
		unsigned third = i + 2 < text.len ? char_index(text.ptr[i + 2]) : 0;

		if (before == 0 && c != 0) {
			starts_out->two[c][next] = true;
			starts_out->three[c][next] |= UINT64_C(1) << third;
		}
		before = c;
	}
}

static bool may_begin(const struct starts *starts, const struct beginning *b)
{
	if (b->third != 0)
		return (starts->three[b->first][b->second] >> b->third & 1) != 0;
	if (b->second != 0)
		return starts->two[b->first][b->second];
	/* A beginning of one letter: its ending, a star or nothing may follow. */
	for (unsigned next = 0; next < N_CHARS; next++) {
		if (starts->two[b->first][next])
			return true;
	}
	return false;
}

static bool has_one(const struct starts *starts, const struct beginnings *wanted)
{
	if (wanted->n == 0)
		return true;
	for (size_t i = 0; i < wanted->n; i++) {
		if (may_begin(starts, &wanted->list[i]))
			return true;
	}
	return false;
}

static bool may_hit(const struct rule *rule, const struct starts *starts)
{
	return has_one(starts, &rule->first) && has_one(starts, &rule->near);
}

/* A full stop between digits (14.200) ends no sentence. */
static bool ends_sentence(struct bytes text, size_t at)
{
	uint8_t c = text.ptr[at];

	if (c == '!' || c == '?')
		return true;
	return c == '.' &&
	       (at + 1 == text.len || text.ptr[at + 1] == ' ' || text.ptr[at + 1] == '\n');
}

static struct bytes sentence_around(struct bytes text, size_t from, size_t to)
{
	while (from > 0 && !ends_sentence(text, from - 1))
		from--;
	while (to < text.len && !ends_sentence(text, to))
		to++;
	return bytes_cut(text, from, to - from);
}

enum look { LOOK_HIT, LOOK_NONE, LOOK_LIMITED };

static enum look look(const struct rules *r, const pcre2_code *code, struct bytes text, size_t from,
		      pcre2_match_data *data)
{
	const uint8_t *subject = text.len != 0 ? text.ptr : (const uint8_t *)"";
	int n = pcre2_match(code, subject, text.len, from, 0, data, r->limits);

	if (n >= 0)
		return LOOK_HIT;
	return n == PCRE2_ERROR_NOMATCH ? LOOK_NONE : LOOK_LIMITED;
}

/* The first place where the rule hits and its veto doesn't. */
static enum look look_rule(const struct rules *r, const struct rule *rule, struct bytes text,
			   pcre2_match_data *data, struct rule_hit *hit_out)
{
	size_t from = 0;

	for (unsigned i = 0; i < VETO_TRIES_MAX && from <= text.len; i++) {
		enum look found = look(r, rule->hit, text, from, data);
		const size_t *at = pcre2_get_ovector_pointer(data);

		if (found != LOOK_HIT)
			return found;
		/* \K in an expert's rule can put the beginning behind the end. */
		if (at[0] >= at[1])
			return LOOK_NONE;
		hit_out->from = (uint32_t)at[0];
		hit_out->to = (uint32_t)at[1];
		if (rule->veto == NULL)
			return LOOK_HIT;
		found = look(r, rule->veto, sentence_around(text, hit_out->from, hit_out->to), 0,
			     data);
		if (found != LOOK_HIT)
			return found == LOOK_NONE ? LOOK_HIT : found;
		from = hit_out->to;
	}
	return LOOK_NONE;
}

static void add_limited(struct rule_hits *hits, const struct rule *rule)
{
	if (hits->n_limited++ == 0)
		hits->limited = rule->info.name;
}

int rules_match(const struct rules *r, struct arena *a, struct bytes folded,
		struct rule_hits *hits_out)
{
	struct rule_hits hits = { 0 };
	struct starts starts = { 0 };
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);

	hits.list = arena_array(a, RULES_HITS_MAX, sizeof(*hits.list));
	if (data == NULL || hits.list == NULL) {
		pcre2_match_data_free(data);
		return ERR_NOMEM;
	}
	folded = bytes_cut(folded, 0, RULES_TEXT_MAX_BYTES);
	see_starts(folded, &starts);
	for (size_t i = 0; i < r->n && hits.n < RULES_HITS_MAX; i++) {
		struct rule_hit *hit = &hits.list[hits.n];
		enum look found;

		if (!may_hit(&r->list[i], &starts))
			continue;
		hit->rule = (uint32_t)i;
		found = look_rule(r, &r->list[i], folded, data, hit);
		if (found == LOOK_HIT)
			hits.n++;
		else if (found == LOOK_LIMITED)
			add_limited(&hits, &r->list[i]);
	}
	pcre2_match_data_free(data);
	*hits_out = hits;
	return ERR_OK;
}

int rules_try(const struct rules *r, size_t rule, struct bytes folded)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	struct rule_hit hit;
	enum look found;

	if (data == NULL)
		return ERR_NOMEM;
	found = look_rule(r, &r->list[rule], bytes_cut(folded, 0, RULES_TEXT_MAX_BYTES), data,
			  &hit);
	pcre2_match_data_free(data);
	switch (found) {
	case LOOK_HIT: return ERR_OK;
	case LOOK_NONE: return ERR_NOENT;
	case LOOK_LIMITED: return ERR_LIMIT;
	}
	return ERR_LIMIT;
}

/* ---- adding ---- */

static bool make_room(struct rules *r)
{
	size_t cap = r->cap == 0 ? 64 : r->cap * 2;
	struct rule *list;

	if (r->n < r->cap)
		return true;
	list = reallocarray(r->list, cap, sizeof(*list));
	if (list == NULL)
		return false;
	r->list = list;
	r->cap = cap;
	return true;
}

static pcre2_code *compile(struct bytes regex, struct fault at, struct faults *faults)
{
	const uint32_t options = PCRE2_DOTALL | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
				 PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
	PCRE2_UCHAR words[160];
	PCRE2_SIZE offset;
	int number;
	pcre2_code *code = pcre2_compile(regex.ptr, regex.len, options, &number, &offset, NULL);

	if (code == NULL) {
		(void)pcre2_get_error_message(number, words, sizeof(words));
		faults_add(faults, at, "the regular expression is wrong at its character %zu: %s",
			   offset + 1, (const char *)words);
		return NULL;
	}
	/* Without JIT the same match only takes longer. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

static int compile_rule(struct rules *r, struct rule *rule, const struct rule_regex *regex,
			struct fault at, struct faults *faults)
{
	pcre2_match_data *data;

	rule->hit = compile(regex->hit, at, faults);
	if (rule->hit == NULL)
		return ERR_INVALID;
	if (regex->veto.len != 0) {
		rule->veto = compile(regex->veto, at, faults);
		if (rule->veto == NULL)
			return ERR_INVALID;
	}
	data = pcre2_match_data_create(1, NULL);
	if (data == NULL)
		return ERR_NOMEM;
	if (look(r, rule->hit, BYTES_NONE, 0, data) == LOOK_HIT) {
		faults_add(faults, at, "the rule recognises even an empty text");
		pcre2_match_data_free(data);
		return ERR_INVALID;
	}
	pcre2_match_data_free(data);
	return ERR_OK;
}

static void take_starts(struct beginnings *to, const struct rule_starts *starts)
{
	for (size_t i = 0; i < starts->n; i++) {
		const struct rule_start *s = &starts->list[i];

		to->list[i] = (struct beginning){
			.first = (uint8_t)char_index((uint8_t)s->first),
			.second = (uint8_t)char_index((uint8_t)s->second),
			.third = (uint8_t)char_index((uint8_t)s->third),
		};
	}
	to->n = starts->n;
}

int rules_add(struct rules *r, const struct rule_info *info, struct bytes file,
	      struct bytes pattern, struct faults *faults)
{
	struct fault at = { .file = file, .line = info->line };
	struct rule rule = { .info = *info };
	struct rule_regex regex;
	struct bytes why = BYTES_NONE;
	int err = rule_words_translate(r->arena, pattern, &regex, &why);

	if (err == ERR_INVALID)
		faults_add(faults, at, "%.*s", PRI_BYTES(why));
	if (err != ERR_OK)
		return err;
	if (r->n == RULES_MAX) {
		faults_add(faults, at, "more than %d rules", RULES_MAX);
		return ERR_INVALID;
	}
	if (!make_room(r))
		return ERR_NOMEM;
	rule.info.name = arena_dup(r->arena, info->name);
	rule.info.category = arena_dup(r->arena, info->category);
	take_starts(&rule.first, &regex.first);
	take_starts(&rule.near, &regex.near);
	err = compile_rule(r, &rule, &regex, at, faults);
	if (err != ERR_OK) {
		pcre2_code_free(rule.hit);
		pcre2_code_free(rule.veto);
		return err;
	}
	r->list[r->n++] = rule;
	return ERR_OK;
}
