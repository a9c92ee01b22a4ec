/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/text_classify.h"

#include <stdio.h>

#include "parsers/err.h"
#include "parsers/json.h"
#include "parsers/tsv.h"
#include "parsers/utf8.h"

/* One text with all that is made of it; a row is bounded by RULES_TEXT_MAX_BYTES, but not its octets. */
#define ROW_ARENA_BYTES (64u << 20)

/* None is null; json_put_text() would put "". */
static void put_or_null(struct json *j, const char *key, struct bytes text)
{
	if (text.len == 0)
		json_put_null(j, key);
	else
		json_put_text(j, key, text);
}

static void put_categories(struct json *j, const struct classified *c)
{
	struct json *list = json_array();

	for (size_t i = 0; i < c->n_categories; i++) {
		struct json *code = json_text(c->categories[i]);

		json_append_take(list, &code);
	}
	json_put_take(j, "categories", &list);
}

static void put_why(struct json *j, const struct classified *c)
{
	struct json *list = json_array();

	for (size_t i = 0; i < c->n_why; i++) {
		struct json *reason = json_object();

		put_or_null(reason, "category", c->why[i].category);
		json_put_text(reason, "rule", c->why[i].rule);
		json_put_text(reason, "matched", c->why[i].matched);
		json_put_int(reason, "weight", c->why[i].weight);
		json_append_take(list, &reason);
	}
	json_put_take(j, "why", &list);
}

/* Two digits: nobody is surer than that. */
static double rounded(double confidence)
{
	return (double)(long)(confidence * 100 + 0.5) / 100;
}

static struct json *object_of(const struct classified *c)
{
	struct json *j = json_object();

	json_put_str(j, "outcome", class_outcome_text(c->outcome));
	put_categories(j, c);
	json_put_bool(j, "question", c->is_question);
	put_or_null(j, "article", c->article);
	json_put_str(j, "command", citizen_command_text(c->command));
	put_or_null(j, "case", c->case_no);
	json_put_bool(j, "emergency", c->is_emergency);
	put_or_null(j, "quarantine_reason", c->quarantine_reason);
	json_put_str(j, "language", language_code(c->guess.language));
	json_put_str(j, "script", script_code(c->guess.script));
	put_or_null(j, "settlement", c->settlement);
	put_or_null(j, "place", c->place);
	json_put_real(j, "confidence", rounded(c->confidence));
	put_why(j, c);
	return j;
}

int text_classify_json(const struct profile *p, struct bytes text, struct arena *a,
		       struct bytes *line_out)
{
	struct classified c;
	struct json *j;
	int err = utf8_clean(a, text, &text, NULL);

	if (err == ERR_OK)
		err = classify(&p->classifier, a, text, (struct tongue){ 0 }, &c);
	if (err != ERR_OK)
		return err;
	j = object_of(&c);
	err = json_line(j, a, line_out);
	json_free(&j);
	return err;
}

static int classify_rows(const struct profile *p, struct tsv *t, struct arena *a,
			 void (*print)(struct bytes line, void *ctx), void *ctx)
{
	int err = ERR_OK;

	while (err == ERR_OK && tsv_next(t)) {
		struct bytes text, line;

		arena_reset(a);
		err = tsv_unescape(a, tsv_get(t, "text"), &text);
		if (err == ERR_OK)
			err = text_classify_json(p, text, a, &line);
		if (err == ERR_OK)
			print(line, ctx);
	}
	return err;
}

int text_classify_tsv(const struct profile *p, struct bytes table,
		      void (*print)(struct bytes line, void *ctx), void *ctx, char *why_out,
		      size_t why_size)
{
	struct arena *a;
	struct tsv t;
	int err;

	/* The mark that some editors put before UTF-8 is no part of a column's name. */
	if (bytes_starts(table, "\xEF\xBB\xBF"))
		table = bytes_cut(table, 3, table.len);
	if (tsv_begin(&t, TSV_RAW, table) != ERR_OK || !tsv_has(&t, "text")) {
		snprintf(why_out, why_size,
			 "the first line must name the columns, parted by tabs, and one of them "
			 "'text'");
		return ERR_INVALID;
	}
	a = arena_new(ROW_ARENA_BYTES);
	if (a == NULL)
		return ERR_NOMEM;
	err = classify_rows(p, &t, a, print, ctx);
	arena_free(&a);
	return err;
}

static void add_faults(const struct faults *faults, struct arena *a, struct json *problems,
		       struct json *warnings)
{
	for (size_t i = 0; i < faults->n; i++) {
		struct bytes words;
		struct json *text;

		if (fault_line(&faults->list[i], a, &words) != ERR_OK)
			words = faults->list[i].words;
		text = json_text(words);
		json_append_take(faults->list[i].is_warning ? warnings : problems, &text);
	}
}

int text_profile_check_json(const struct profile *p, const struct faults *faults, struct arena *a,
			    struct bytes *line_out)
{
	struct json *j = json_object(), *problems = json_array(), *warnings = json_array();
	int err;

	add_faults(faults, a, problems, warnings);
	json_put_bool(j, "ok", faults->n_errors == 0);
	json_put_take(j, "problems", &problems);
	json_put_take(j, "warnings", &warnings);
	if (p != NULL) {
		json_put_int(j, "categories", (int64_t)p->n_categories);
		json_put_int(j, "rules", (int64_t)rules_count(p->rules));
	} else {
		json_put_null(j, "categories");
		json_put_null(j, "rules");
	}
	err = json_line(j, a, line_out);
	json_free(&j);
	return err;
}
