/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/classify.h"

#include <string.h>

#include "parsers/caseref.h"
#include "parsers/clauses.h"
#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/landmark.h"
#include "parsers/utf8.h"

/* A category that reaches this in a clause is what the clause is about; below it is a thing that is near. */
#define STRONG 4
/* So many times stronger, a category is what the whole text is about. */
#define DOMINANCE 3
/* Up to this a category is only hinted at, as by "opet curi". */
#define HINT     3
#define SPAM_MIN 6
/* From here on a category is what a problem is about, and from there on an emergency. */
#define KNOWN_MIN        2
#define EMERGENCY_WEIGHT 20
/* Thanks this clear ("hvala što ste popravili") stay thanks whatever they name. */
#define THANKS_CLEAR 5
/* A follow-up or a thank-you is short; who writes more has something to tell. */
#define SHORT_WORDS_MAX 12
/* A long letter with a question in it is answered by a person. */
#define LETTER_MIN_CHARS    300
#define LETTER_MIN_LINES    4
#define CATEGORIES_SEEN_MAX 24
/* So much of its language is in a text that the words of others are there by chance. */
#define LANGUAGE_SURE 8
/* What a word still says that only stands near: a landmark, another language's. */
#define ASIDE_WEIGHT 1

/* What speaks for one category. */
struct tally {
	struct bytes category;
	int total;
	int of_clause[CLAUSES_MAX];
	size_t first; /* the first place in the text */
};

struct work {
	const struct classifier *c;
	struct arena *arena;
	struct folded text;
	struct bytes told; /* the folded text; without a polite phrase when it tells more */
	bool tells_more;
	struct rule_hits hits;
	struct place place;
	struct clauses clauses;
	bool is_history[CLAUSES_MAX];
	bool is_dependent[CLAUSES_MAX];
	enum language sure; /* LANG_NONE: not sure enough */
	struct tally tallies[CATEGORIES_SEEN_MAX];
	size_t n_tallies;
	int cues[ROLE_PLACE]; /* weight by role */
	size_t n_words, n_chars, n_lines;
};

const char *class_outcome_text(enum class_outcome o)
{
	switch (o) {
	case CLASS_CASE: return "case";
	case CLASS_INFORMATION: return "information";
	case CLASS_COMMAND: return "command";
	case CLASS_FOLLOWUP: return "followup";
	case CLASS_THANKS: return "thanks";
	case CLASS_QUARANTINE: return "quarantine";
	case CLASS_EMPTY: return "empty";
	}
	return "?";
}

static void count_words(struct work *w)
{
	struct bytes t = w->told;
	bool was_word = false;

	w->n_words = 0;
	for (size_t i = 0; i < t.len; i++) {
		bool is_word = (t.ptr[i] >= 'a' && t.ptr[i] <= 'z') ||
			       (t.ptr[i] >= '0' && t.ptr[i] <= '9');

		w->n_words += is_word && !was_word;
		was_word = is_word;
	}
	w->n_chars = utf8_count(w->text.original);
	w->n_lines = 1;
	for (size_t i = 0; i < t.len; i++)
		w->n_lines += t.ptr[i] == '\n';
}

/* ---- tallies ---- */

static struct tally *tally_of(struct work *w, struct bytes category)
{
	for (size_t i = 0; i < w->n_tallies; i++) {
		if (bytes_eq(w->tallies[i].category, category))
			return &w->tallies[i];
	}
	if (w->n_tallies == CATEGORIES_SEEN_MAX)
		return NULL;
	w->tallies[w->n_tallies] = (struct tally){ .category = category, .first = SIZE_MAX };
	return &w->tallies[w->n_tallies++];
}

/* What a hit adds: the same words read by two rules (autobus, autobus) are hardly more than one witness. */
static int worth(const struct work *w, size_t i)
{
	const struct rule_hit *hit = &w->hits.list[i];
	const struct rule_info *info = rules_info(w->c->rules, hit->rule);
	bool is_other_language = false;
	int known = 0;

	for (size_t j = 0; j < i; j++) {
		const struct rule_hit *h = &w->hits.list[j];
		const struct rule_info *other = rules_info(w->c->rules, h->rule);

		if (other->role != ROLE_CATEGORY || !bytes_eq(other->category, info->category) ||
		    h->from >= hit->to || hit->from >= h->to)
			continue;
		is_other_language |= other->language != info->language;
		known = other->weight > known ? other->weight : known;
	}
	if (info->weight > known)
		return info->weight - known;
	return is_other_language ? 0 : 1;
}

/* "Vodovodska 3" is a street and says nothing of water. */
static bool is_in_street(const struct work *w, const struct rule_hit *hit)
{
	return hit->from >= w->place.from && hit->to <= w->place.to;
}

/* What an emergency's words say ("pali kablovi") they don't say of anything else. */
static bool is_in_emergency(const struct work *w, const struct rule_hit *hit)
{
	for (size_t i = 0; i < w->hits.n; i++) {
		const struct rule_hit *h = &w->hits.list[i];
		const struct rule_info *info = rules_info(w->c->rules, h->rule);

		if (h->rule != hit->rule && info->role == ROLE_CATEGORY &&
		    bytes_eq(info->category, w->c->emergency_category) && hit->from >= h->from &&
		    hit->to <= h->to)
			return true;
	}
	return false;
}

/* "kod škole": one word that only says where. */
static bool is_landmark(const struct work *w, const struct rule_hit *hit)
{
	struct bytes words = bytes_cut(w->told, hit->from, hit->to - hit->from);

	return bytes_find(words, ' ') == words.len && landmark_is(w->told, hit->from, hit->to);
}

/* Who writes Romani or Croatian uses Serbian words too; other languages don't mix. */
static bool is_foreign(const struct work *w, const struct rule_info *info)
{
	if (w->sure == LANG_NONE || info->language == LANG_NONE || info->language == w->sure)
		return false;
	return info->language != LANG_SR || (w->sure != LANG_HR && w->sure != LANG_ROM);
}

/* Whether a hit isn't what the text is about. An emergency always is. */
static bool is_aside(const struct work *w, const struct rule_hit *hit)
{
	const struct rule_info *info = rules_info(w->c->rules, hit->rule);

	if (bytes_eq(info->category, w->c->emergency_category))
		return false;
	return is_foreign(w, info) || is_landmark(w, hit);
}

static void mark_clauses(struct work *w)
{
	memset(w->is_history, 0, sizeof(w->is_history));
	for (size_t i = 0; i < w->clauses.n; i++)
		w->is_dependent[i] = i > 0 && clauses_depends(w->told, w->clauses.from[i]);
	for (size_t i = 0; i < w->hits.n; i++) {
		const struct rule_hit *hit = &w->hits.list[i];

		if (rules_info(w->c->rules, hit->rule)->role == ROLE_HISTORY)
			w->is_history[clauses_at(&w->clauses, hit->from)] = true;
	}
}

static void add_hit(struct work *w, size_t i, struct tally *t)
{
	const struct rule_hit *hit = &w->hits.list[i];
	int weight = worth(w, i);

	if (is_aside(w, hit))
		weight = weight < ASIDE_WEIGHT ? weight : ASIDE_WEIGHT;
	if (w->is_history[clauses_at(&w->clauses, hit->from)] && weight < EMERGENCY_WEIGHT)
		weight = (weight + 1) / 2;
	t->total += weight;
	t->of_clause[clauses_at(&w->clauses, hit->from)] += weight;
	if (hit->from < t->first)
		t->first = hit->from;
}

static void tally_hits(struct work *w)
{
	mark_clauses(w);
	for (size_t i = 0; i < w->hits.n; i++) {
		const struct rule_hit *hit = &w->hits.list[i];
		const struct rule_info *info = rules_info(w->c->rules, hit->rule);
		struct tally *t;

		if (info->role != ROLE_CATEGORY) {
			w->cues[info->role] += info->weight;
			continue;
		}
		if (is_in_street(w, hit) || (!bytes_eq(info->category, w->c->emergency_category) &&
					     is_in_emergency(w, hit)))
			continue;
		t = tally_of(w, info->category);
		if (t != NULL)
			add_hit(w, i, t);
	}
}

static bool is_emergency_category(const struct work *w, const struct tally *t)
{
	return bytes_eq(t->category, w->c->emergency_category);
}

/* The strongest category but the emergency and `without`; of equals the earlier one. */
static const struct tally *strongest(const struct work *w, const struct tally *without)
{
	const struct tally *best = NULL;

	for (size_t i = 0; i < w->n_tallies; i++) {
		const struct tally *t = &w->tallies[i];

		if (t == without || is_emergency_category(w, t))
			continue;
		if (best == NULL || t->total > best->total ||
		    (t->total == best->total && t->first < best->first))
			best = t;
	}
	return best;
}

static int best_total(const struct work *w)
{
	const struct tally *best = strongest(w, NULL);

	return best != NULL ? best->total : 0;
}

/* Whether a category rules a clause of its own: strong there, and stronger than any other. */
static bool rules_clause(const struct work *w, const struct tally *t, size_t clause)
{
	if (t->of_clause[clause] < STRONG || w->is_dependent[clause])
		return false;
	for (size_t i = 0; i < w->n_tallies; i++) {
		const struct tally *other = &w->tallies[i];

		if (other != t && other->of_clause[clause] >= t->of_clause[clause])
			return false;
	}
	return true;
}

static bool rules_any(const struct work *w, const struct tally *t)
{
	for (size_t i = 0; i < w->clauses.n; i++) {
		if (rules_clause(w, t, i))
			return true;
	}
	return false;
}

/* A second matter: a strong problem in a clause of its own, beside the first in one of its own. */
static const struct tally *second_matter(const struct work *w, const struct tally *first)
{
	const struct tally *best = NULL;

	/* Beside praise, or a word with the coordinator, what is named is what it is about. */
	if (bytes_eq(first->category, w->c->fallback_category) || !rules_any(w, first))
		return NULL;
	for (size_t i = 0; i < w->n_tallies; i++) {
		const struct tally *t = &w->tallies[i];

		if (t == first || is_emergency_category(w, t) ||
		    bytes_eq(t->category, w->c->fallback_category) ||
		    DOMINANCE * t->total <= first->total || !rules_any(w, t))
			continue;
		if (best == NULL || t->total > best->total)
			best = t;
	}
	return best;
}

/* ---- the outcome ---- */

static void put_category(struct classified *out, struct bytes category)
{
	out->categories[out->n_categories++] = category;
}

static double trust(int score, int other)
{
	return (double)score / (score + (other > 0 ? other : 0) + 1);
}

static void choose_categories(const struct work *w, bool may_be_two, struct classified *out)
{
	const struct tally *first = strongest(w, NULL), *second = NULL;
	const struct tally *rival = strongest(w, first);

	if (out->is_emergency) {
		put_category(out, w->c->emergency_category);
		out->confidence = 0.95;
		if (first != NULL && first->total >= STRONG)
			put_category(out, first->category);
		return;
	}
	if (first == NULL) {
		put_category(out, w->c->fallback_category);
		out->confidence = 0.2;
		return;
	}
	if (may_be_two)
		second = second_matter(w, first);
	if (second == rival)
		rival = NULL;
	out->confidence = trust(first->total, rival != NULL ? rival->total : 0);
	if (second != NULL && second->first < first->first) {
		put_category(out, second->category);
		second = NULL;
	}
	put_category(out, first->category);
	if (second != NULL)
		put_category(out, second->category);
}

static bool is_short(const struct work *w)
{
	return w->n_words <= SHORT_WORDS_MAX;
}

static bool has_place(const struct classified *out)
{
	return out->place.len != 0 || out->settlement.len != 0;
}

static bool is_spam(const struct work *w)
{
	return w->cues[ROLE_SPAM] >= SPAM_MIN && best_total(w) < STRONG;
}

/* By number, or words such as "opet curi" that only make sense to whoever knows the case. */
static bool is_followup(const struct work *w, const struct classified *out)
{
	if (out->case_no.len != 0)
		return true;
	return w->cues[ROLE_FOLLOWUP] != 0 && is_short(w) && !has_place(out) &&
	       best_total(w) <= HINT;
}

static bool is_thanks(const struct work *w, const struct classified *out)
{
	if (w->tells_more)
		return false;
	if (w->cues[ROLE_THANKS] >= THANKS_CLEAR && is_short(w))
		return true;
	return w->cues[ROLE_THANKS] != 0 && is_short(w) && !has_place(out) &&
	       best_total(w) <= HINT && w->cues[ROLE_PROBLEM] == 0 && !out->is_question;
}

static bool is_information(const struct work *w, const struct classified *out)
{
	bool is_letter = w->n_chars >= LETTER_MIN_CHARS || w->n_lines >= LETTER_MIN_LINES;

	return out->is_question &&
	       (w->cues[ROLE_PROBLEM] == 0 || w->cues[ROLE_QUESTION] > w->cues[ROLE_PROBLEM]) &&
	       !is_letter && !w->tells_more;
}

static void decide(const struct work *w, struct classified *out)
{
	for (size_t i = 0; i < w->n_tallies; i++)
		out->is_emergency |= is_emergency_category(w, &w->tallies[i]);
	out->is_question = w->cues[ROLE_QUESTION] != 0;
	out->confidence = 0.9;

	if (out->is_emergency) {
		out->outcome = CLASS_CASE;
	} else if (is_spam(w)) {
		out->outcome = CLASS_QUARANTINE;
		out->quarantine_reason = bytes_of("looks like advertising or fraud");
	} else if (w->cues[ROLE_STATUS] != 0 && !w->tells_more) {
		out->outcome = CLASS_COMMAND;
		out->command = CMD_STATUS;
	} else if (is_followup(w, out)) {
		out->outcome = CLASS_FOLLOWUP;
	} else if (is_thanks(w, out)) {
		out->outcome = CLASS_THANKS;
	} else if (is_information(w, out)) {
		out->outcome = CLASS_INFORMATION;
	} else {
		out->outcome = CLASS_CASE;
	}
	if (out->outcome == CLASS_CASE || out->outcome == CLASS_FOLLOWUP ||
	    out->outcome == CLASS_INFORMATION)
		choose_categories(w, out->outcome == CLASS_CASE, out);
}

/* ---- why ---- */

static bool is_chosen(const struct classified *out, struct bytes category)
{
	for (size_t i = 0; i < out->n_categories; i++) {
		if (bytes_eq(out->categories[i], category))
			return true;
	}
	return false;
}

static void add_reason(const struct work *w, const struct rule_hit *hit, struct classified *out)
{
	const struct rule_info *info = rules_info(w->c->rules, hit->rule);

	if (out->n_why == CLASSIFY_REASONS_MAX)
		return;
	out->why[out->n_why++] = (struct class_reason){
		.category = info->category,
		.rule = info->name,
		.matched = folded_original(&w->text, hit->from, hit->to),
		.weight = info->weight,
	};
}

/* First what decided, then the cues, then what spoke for something else. */
static void explain(const struct work *w, struct classified *out)
{
	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < w->hits.n; i++) {
			const struct rule_hit *hit = &w->hits.list[i];
			const struct rule_info *info = rules_info(w->c->rules, hit->rule);
			bool is_cue = info->role != ROLE_CATEGORY;
			int rank = is_cue ? 1 : is_chosen(out, info->category) ? 0 : 2;

			if (rank == pass && (is_cue || !is_in_street(w, hit)))
				add_reason(w, hit, out);
		}
	}
}

/* ---- language ---- */

/* Where letters and function words say nothing, the language of the rules that hit may. */
static void guess_by_rules(const struct work *w, struct classified *out)
{
	int score[LANG_COUNT] = { 0 };
	int best = LANG_NONE;
	bool is_even = false;

	if (out->guess.evidence != 0 || out->guess.script != SCRIPT_LATN)
		return;
	for (size_t i = 0; i < w->hits.n; i++) {
		const struct rule_info *info = rules_info(w->c->rules, w->hits.list[i].rule);

		if (info->language != LANG_NONE)
			score[info->language] += info->weight;
	}
	for (int l = LANG_SR; l < LANG_COUNT; l++) {
		is_even = score[l] == score[best] ? true : score[l] > score[best] ? false : is_even;
		if (score[l] > score[best])
			best = l;
	}
	/* The Serbian rules are the Croatian ones too. */
	if (is_even || best == LANG_NONE || (best == LANG_SR && out->guess.language == LANG_HR))
		return;
	out->guess.language = (enum language)best;
}

/* ---- commands ---- */

/* A word that the town's rules or gazetteer know is no mistyped command. */
static int is_known_word(const struct work *w, struct bytes word, bool *is_known_out)
{
	struct rule_hits hits;
	int err = rules_match(w->c->rules, w->arena, word, &hits);

	*is_known_out = err == ERR_OK && hits.n != 0;
	if (err != ERR_OK || *is_known_out)
		return err;
	err = gazetteer_match(w->c->places, w->arena, word, &hits);
	*is_known_out = err == ERR_OK && hits.n != 0;
	return err;
}

/* ERR_NOENT when the text is no command. A case number alone asks for its state. */
static int read_command(const struct work *w, struct classified *out)
{
	const struct classifier *c = w->c;
	struct citizen_request r = { .command = CMD_STATUS };
	bool is_known = false;
	int err =
		citizen_words_read(c->words, w->arena, &w->text, c->case_prefix, c->case_year, &r);

	if (err == ERR_NOENT)
		err = caseref_bare(w->text.original, c->case_prefix,
				   c->case_year != 0 ? c->case_year : 2000, w->arena, &r.case_no);
	if (err != ERR_OK)
		return err == ERR_NOMEM ? err : ERR_NOENT;
	if (r.typo.len != 0)
		err = is_known_word(w, r.typo, &is_known);
	if (err != ERR_OK || is_known)
		return err != ERR_OK ? err : ERR_NOENT;
	out->outcome = CLASS_COMMAND;
	out->command = r.command;
	if (r.language != LANG_NONE)
		out->guess.language = r.language;
	out->command_tongue = r.tongue;
	out->case_no = r.case_no;
	out->confidence = r.typo.len != 0 ? 0.8 : 1.0;
	return ERR_OK;
}

/* In full anywhere, or bare behind STATUS: "STATUS 123 opet curi". */
static int find_case_no(const struct work *w, struct classified *out)
{
	const struct classifier *c = w->c;
	int err = caseref_find(w->text.original, c->case_prefix, w->arena, &out->case_no);

	if (err == ERR_NOENT && c->case_year != 0)
		err = citizen_words_number(c->words, w->arena, &w->text, c->case_prefix,
					   c->case_year, &out->case_no);
	return err == ERR_NOMEM ? err : ERR_OK;
}

/* ---- more than a polite phrase ---- */

/* "šta je sa mojom prijavom", "hvala što ste popravili …" */
static bool is_polite(const struct rule_info *info)
{
	return info->role == ROLE_STATUS ||
	       (info->role == ROLE_THANKS && info->weight >= THANKS_CLEAR);
}

static int tell_without_phrases(const struct work *w, struct bytes *told_out)
{
	uint8_t *told = arena_alloc(w->arena, w->told.len + 1);

	if (told == NULL)
		return ERR_NOMEM;
	memcpy(told, w->told.ptr, w->told.len);
	for (size_t i = 0; i < w->hits.n; i++) {
		const struct rule_hit *hit = &w->hits.list[i];
		const struct rule_info *info = rules_info(w->c->rules, hit->rule);
		size_t to = hit->to;

		if (!is_polite(info))
			continue;
		/* What one thanks for is told in the same breath; a question may say what it is about. */
		if (info->role == ROLE_THANKS || clauses_goes_on_about(w->told, to))
			to = clauses_end(w->told, to);
		memset(told + hit->from, ' ', to - hit->from);
		told[hit->from] = '.';
	}
	*told_out = bytes_at((const char *)told, w->told.len);
	return ERR_OK;
}

/* A problem that a rule knows, "ali voda …", or "jos nije …". */
static bool is_news(const struct work *w, struct bytes told, const struct rule_hits *hits)
{
	int problem = clauses_turns(told), known = 0, followup = 0;

	for (size_t i = 0; i < hits->n; i++) {
		const struct rule_info *info = rules_info(w->c->rules, hits->list[i].rule);

		problem += info->role == ROLE_PROBLEM;
		followup += info->role == ROLE_FOLLOWUP;
		if (info->role == ROLE_CATEGORY)
			known += info->weight;
	}
	return followup != 0 || (problem != 0 && known >= KNOWN_MIN) || known >= EMERGENCY_WEIGHT;
}

/*
 * A question about a case or thanks, and a problem beside it: then the problem is
 * what the text says, and the phrase is read as if it weren't there.
 */
static int look_beside_phrases(struct work *w)
{
	struct rule_hits hits;
	struct bytes told;
	bool has_phrase = false;
	int err;

	for (size_t i = 0; i < w->hits.n; i++)
		has_phrase |= is_polite(rules_info(w->c->rules, w->hits.list[i].rule));
	if (!has_phrase)
		return ERR_OK;
	err = tell_without_phrases(w, &told);
	if (err == ERR_OK)
		err = rules_match(w->c->rules, w->arena, told, &hits);
	if (err != ERR_OK || !is_news(w, told, &hits))
		return err;
	w->told = told;
	w->hits = hits;
	w->tells_more = true;
	return ERR_OK;
}

static int read_meaning(struct work *w, struct classified *out)
{
	int err;

	w->told = w->text.text;
	err = rules_match(w->c->rules, w->arena, w->told, &w->hits);
	if (err == ERR_OK)
		err = place_find(w->c->places, w->arena, &w->text, &w->place);
	if (err == ERR_OK)
		err = find_case_no(w, out);
	if (err == ERR_OK)
		err = look_beside_phrases(w);
	if (err != ERR_OK)
		return err;
	out->settlement = w->place.settlement;
	out->place = w->place.place;
	clauses_part(w->told, &w->clauses);
	count_words(w);
	w->sure = out->guess.evidence >= LANGUAGE_SURE ? out->guess.language : LANG_NONE;
	tally_hits(w);
	guess_by_rules(w, out);
	decide(w, out);
	explain(w, out);
	return ERR_OK;
}

int classify(const struct classifier *c, struct arena *a, struct bytes text, struct tongue last,
	     struct classified *classified_out)
{
	struct classified out = { 0 };
	struct work *w = arena_alloc(a, sizeof(*w));
	int err;

	if (w == NULL)
		return ERR_NOMEM;
	w->c = c;
	w->arena = a;
	text = utf8_cut(text, RULES_TEXT_MAX_BYTES);
	err = fold_text(a, text, &w->text);
	if (err != ERR_OK)
		return err;
	out.guess = language_guess(text, last.language != LANG_NONE ? last : c->otherwise);
	if (out.guess.language == LANG_NONE) {
		out.outcome = CLASS_EMPTY;
		out.confidence = 1.0;
	} else {
		err = read_command(w, &out);
		if (err == ERR_NOENT)
			err = read_meaning(w, &out);
	}
	if (err == ERR_OK)
		*classified_out = out;
	return err;
}
