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

/* How a word begins, as indexes of characters; 0: any, or the word is shorter. */
struct beginning {
	uint8_t first, second, third;
};

struct beginnings {
	struct beginning list[RULE_STARTS_MAX];
	size_t n; /* 0: no telling */
};

struct rule {
	struct rule_info info;
	pcre2_code *hit;               /* anchored where begins_so */
	pcre2_code *veto;              /* or NULL */
	struct beginnings first, near; /* a text has a word of each */
	bool begins_so;                /* each hit begins with such a word */
};

/* A rule that a word may begin a hit of. */
struct opener {
	struct opener *next;
	uint32_t rule;
	uint8_t third;
};

struct rules {
	struct arena *arena;
	pcre2_match_context *limits;
	struct rule *list;
	size_t n, cap;
	struct opener *openers[N_CHARS][N_CHARS]; /* by the first two characters of a word */
};

struct word {
	uint32_t at;
	struct beginning begins;
};

/* What is known of one rule on one text. */
struct finding {
	uint32_t from, to;
	uint32_t next; /* no hit begins before */
	uint8_t n_tries;
	uint8_t look; /* enum look */
};

/* A text in hand: its words, and which characters they begin with. */
struct reading {
	struct bytes text;
	pcre2_match_data *data;
	struct word *words;
	size_t n_words;
	struct finding *findings; /* one for each rule */
	/* By the first two characters of a word: a bit for each third one. */
	uint64_t third[N_CHARS][N_CHARS];
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
static void see_words(struct reading *rd)
{
	struct bytes text = rd->text;
	unsigned before = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned c = char_index(text.ptr[i]);
		unsigned next, third;

		if (before == 0 && c != 0) {
			next = i + 1 < text.len ? char_index(text.ptr[i + 1]) : 0;
			third = i + 2 < text.len && next != 0 ? char_index(text.ptr[i + 2]) : 0;
			rd->third[c][next] |= UINT64_C(1) << third;
			rd->words[rd->n_words++] =
				(struct word){ (uint32_t)i,
					       { (uint8_t)c, (uint8_t)next, (uint8_t)third } };
		}
		before = c;
	}
}

static bool may_begin(const struct reading *rd, const struct beginning *b)
{
	if (b->third != 0)
		return (rd->third[b->first][b->second] >> b->third & 1) != 0;
	if (b->second != 0)
		return rd->third[b->first][b->second] != 0;
	/* A beginning of one letter: its ending, a star or nothing may follow. */
	for (unsigned next = 0; next < N_CHARS; next++) {
		if (rd->third[b->first][next] != 0)
			return true;
	}
	return false;
}

static bool has_one(const struct reading *rd, const struct beginnings *wanted)
{
	if (wanted->n == 0)
		return true;
	for (size_t i = 0; i < wanted->n; i++) {
		if (may_begin(rd, &wanted->list[i]))
			return true;
	}
	return false;
}

static bool may_hit(const struct rule *rule, const struct reading *rd)
{
	return has_one(rd, &rule->first) && has_one(rd, &rule->near);
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

enum look { LOOK_NONE, LOOK_HIT, LOOK_LIMITED };

static enum look look(const struct rules *r, const pcre2_code *code, struct bytes text, size_t from,
		      pcre2_match_data *data)
{
	const uint8_t *subject = text.len != 0 ? text.ptr : (const uint8_t *)"";
	int n = pcre2_match(code, subject, text.len, from, 0, data, r->limits);

	if (n >= 0)
		return LOOK_HIT;
	return n == PCRE2_ERROR_NOMATCH ? LOOK_NONE : LOOK_LIMITED;
}

/* Whether the rule hits at `at` (anchored) or behind it, and its veto doesn't. f->next: where to look on. */
static enum look look_from(const struct rules *r, const struct rule *rule, struct reading *rd,
			   size_t at, struct finding *f)
{
	const size_t *ends = pcre2_get_ovector_pointer(rd->data);
	enum look found = look(r, rule->hit, rd->text, at, rd->data);

	f->next = (uint32_t)at + 1;
	if (found != LOOK_HIT)
		return found;
	/* \K in an expert's rule can put the beginning behind the end. */
	if (ends[0] >= ends[1]) {
		f->next = UINT32_MAX;
		return LOOK_NONE;
	}
	f->from = (uint32_t)ends[0];
	f->to = (uint32_t)ends[1];
	if (rule->veto == NULL)
		return LOOK_HIT;
	found = look(r, rule->veto, sentence_around(rd->text, f->from, f->to), 0, rd->data);
	if (found != LOOK_HIT)
		return found == LOOK_NONE ? LOOK_HIT : found;
	f->next = ++f->n_tries < VETO_TRIES_MAX ? f->to : UINT32_MAX;
	return LOOK_NONE;
}

/* The first place where the rule hits and its veto doesn't, wherever it begins. */
static void look_anywhere(const struct rules *r, const struct rule *rule, struct reading *rd,
			  struct finding *f)
{
	uint8_t before;

	do {
		before = f->n_tries;
		f->look = (uint8_t)look_from(r, rule, rd, f->next, f);
	} while (f->n_tries != before && f->next <= rd->text.len);
}

static void look_at_word(const struct rules *r, const struct rule *rule, struct reading *rd,
			 const struct word *word, struct finding *f)
{
	if (f->look == LOOK_NONE && word->at >= f->next && (rule->near.n == 0 || may_hit(rule, rd)))
		f->look = (uint8_t)look_from(r, rule, rd, word->at, f);
}

static void look_at_openers(const struct rules *r, struct reading *rd, const struct word *word,
			    const struct opener *o)
{
	for (; o != NULL; o = o->next) {
		if (o->third == 0 || o->third == word->begins.third)
			look_at_word(r, &r->list[o->rule], rd, word, &rd->findings[o->rule]);
	}
}

static void reading_fini(struct reading *rd)
{
	pcre2_match_data_free(rd->data);
	free(rd->words);
	free(rd->findings);
}

static int reading_init(struct reading *rd, const struct rules *r, struct bytes folded)
{
	*rd = (struct reading){ .text = bytes_cut(folded, 0, RULES_TEXT_MAX_BYTES) };
	rd->data = pcre2_match_data_create(1, NULL);
	rd->words = calloc(rd->text.len / 2 + 1, sizeof(*rd->words));
	rd->findings = calloc(r->n + 1, sizeof(*rd->findings));
	if (rd->data == NULL || rd->words == NULL || rd->findings == NULL) {
		reading_fini(rd);
		return ERR_NOMEM;
	}
	see_words(rd);
	return ERR_OK;
}

static void add_limited(struct rule_hits *hits, const struct rule *rule)
{
	if (hits->n_limited++ == 0)
		hits->limited = rule->info.name;
}

static void gather(const struct rules *r, const struct reading *rd, struct rule_hits *hits)
{
	for (size_t i = 0; i < r->n && hits->n < RULES_HITS_MAX; i++) {
		const struct finding *f = &rd->findings[i];

		if (f->look == LOOK_HIT)
			hits->list[hits->n++] = (struct rule_hit){ (uint32_t)i, f->from, f->to };
		else if (f->look == LOOK_LIMITED)
			add_limited(hits, &r->list[i]);
	}
}

int rules_match(const struct rules *r, struct arena *a, struct bytes folded,
		struct rule_hits *hits_out)
{
	struct rule_hits hits = { 0 };
	struct reading rd;

	hits.list = arena_array(a, RULES_HITS_MAX, sizeof(*hits.list));
	if (hits.list == NULL || reading_init(&rd, r, folded) != ERR_OK)
		return ERR_NOMEM;
	for (size_t i = 0; i < rd.n_words; i++) {
		const struct beginning *b = &rd.words[i].begins;

		look_at_openers(r, &rd, &rd.words[i], r->openers[b->first][b->second]);
		/* those of one letter */
		if (b->second != 0)
			look_at_openers(r, &rd, &rd.words[i], r->openers[b->first][0]);
	}
	for (size_t i = 0; i < r->n; i++) {
		if (!r->list[i].begins_so && may_hit(&r->list[i], &rd))
			look_anywhere(r, &r->list[i], &rd, &rd.findings[i]);
	}
	gather(r, &rd, &hits);
	reading_fini(&rd);
	*hits_out = hits;
	return ERR_OK;
}

int rules_try(const struct rules *r, size_t rule, struct bytes folded)
{
	struct reading rd;
	struct finding *f;
	enum look found;

	if (reading_init(&rd, r, folded) != ERR_OK)
		return ERR_NOMEM;
	f = &rd.findings[rule];
	if (!r->list[rule].begins_so)
		look_anywhere(r, &r->list[rule], &rd, f);
	for (size_t i = 0; i < rd.n_words && r->list[rule].begins_so; i++)
		look_at_word(r, &r->list[rule], &rd, &rd.words[i], f);
	found = (enum look)f->look;
	reading_fini(&rd);
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

static pcre2_code *compile(struct bytes regex, uint32_t more, struct fault at,
			   struct faults *faults)
{
	const uint32_t options = PCRE2_DOTALL | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
				 PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY | more;
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

	rule->begins_so = regex->begins_so;
	rule->hit = compile(regex->hit, rule->begins_so ? PCRE2_ANCHORED : 0, at, faults);
	if (rule->hit == NULL)
		return ERR_INVALID;
	if (regex->veto.len != 0) {
		rule->veto = compile(regex->veto, 0, at, faults);
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

/* Notes that words which begin so may begin a hit; a beginning that stands there already is enough. */
static int open_with(struct rules *r, uint32_t rule, const struct beginnings *starts)
{
	for (size_t i = 0; i < starts->n; i++) {
		const struct beginning *b = &starts->list[i];
		struct opener **list = &r->openers[b->first][b->second], *o = *list;

		while (o != NULL && o->rule == rule && o->third != b->third)
			o = o->next;
		if (o != NULL && o->rule == rule)
			continue;
		o = arena_alloc(r->arena, sizeof(*o));
		if (o == NULL)
			return ERR_NOMEM;
		*o = (struct opener){ *list, rule, b->third };
		*list = o;
	}
	return ERR_OK;
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
	if (err == ERR_OK && rule.begins_so)
		err = open_with(r, (uint32_t)r->n, &rule.first);
	if (err == ERR_OK && rule.begins_so)
		err = open_with(r, (uint32_t)r->n, &rule.near);
	if (err != ERR_OK) {
		pcre2_code_free(rule.hit);
		pcre2_code_free(rule.veto);
		return err;
	}
	r->list[r->n++] = rule;
	return ERR_OK;
}
