/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_text_classify - the JSON of `odziv classify` and `odziv profile check`, to the letter. */
#include "gateway/cli/text_classify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/json.h"
#include "tests/tap.h"

/* The keys that scripts read, in this order (COMMANDS of the command line). */
static const char *const keys[] = {
	"outcome",    "categories", "question",          "article",  "command",
	"case",       "emergency",  "quarantine_reason", "language", "script",
	"settlement", "place",      "confidence",        "why",
};

struct rows {
	struct arena *arena;
	struct bytes lines[8];
	size_t n;
};

static void keep(struct bytes line, void *ctx)
{
	struct rows *r = ctx;

	if (r->n < ARRAY_LEN(r->lines))
		r->lines[r->n] = arena_dup(r->arena, line);
	r->n++;
}

struct key_check {
	size_t n, n_wrong;
};

static bool check_key(const char *key, const struct json *value, void *ctx)
{
	struct key_check *c = ctx;

	(void)value;
	c->n_wrong += c->n >= ARRAY_LEN(keys) || strcmp(key, keys[c->n]) != 0;
	c->n++;
	return true;
}

static struct json *read_line(struct bytes line)
{
	struct json *j = NULL;

	if (json_parse(line, &j, NULL, 0) != ERR_OK)
		diag("no JSON: %.*s", PRI_BYTES(line));
	return j;
}

static void check_case(const struct profile *p, struct arena *a)
{
	struct key_check c = { 0 };
	struct bytes line = BYTES_NONE;
	struct json *j;
	const struct json *why;

	ok(text_classify_json(p, bytes_of("Пукла је цев у Светосавској 14, Нова Пазова"), a,
			      &line) == ERR_OK,
	   "a text becomes an object");
	ok(bytes_find(line, '\n') == line.len, "on one line");
	j = read_line(line);
	json_each(j, check_key, &c);
	ok(c.n == ARRAY_LEN(keys) && c.n_wrong == 0, "with all keys, in their order");
	is_text(json_get_text(j, "outcome"), "case", "the outcome");
	is_text(json_as_text(json_at(json_get(j, "categories"), 0)), "VOD", "the category");
	is_text(json_get_text(j, "script"), "Cyrl", "the script");
	is_text(json_get_text(j, "settlement"), "Nova Pazova", "the settlement");
	is_text(json_get_text(j, "place"), "Svetosavska 14", "the place");
	ok(json_is_null(json_get(j, "command")) && json_is_null(json_get(j, "case")) &&
		   json_is_null(json_get(j, "article")),
	   "what there isn't is null");
	why = json_at(json_get(j, "why"), 0);
	ok(bytes_starts(json_get_text(why, "rule"), "vod.rules:"), "a reason names its rule");
	ok(json_get_int(why, "weight", 0) > 0 && json_get_text(why, "matched").len != 0,
	   "its weight, and what it matched");
	json_free(&j);
}

static void check_others(const struct profile *p, struct arena *a)
{
	struct bytes line = BYTES_NONE;
	struct json *j;

	(void)text_classify_json(p, BYTES_NONE, a, &line);
	j = read_line(line);
	is_text(json_get_text(j, "outcome"), "empty", "no text is empty");
	ok(json_is_null(json_get(j, "language")) && json_is_null(json_get(j, "script")) &&
		   json_count(json_get(j, "categories")) == 0,
	   "and has no language and no category");
	json_free(&j);
	(void)text_classify_json(p, bytes_of("STATUS SP-2026-000123"), a, &line);
	j = read_line(line);
	is_text(json_get_text(j, "command"), "STATUS", "a command is named");
	is_text(json_get_text(j, "case"), "SP-2026-000123", "and its case");
	json_free(&j);
	(void)text_classify_json(p, bytes_at("voda \xff\x00 curi", 12), a, &line);
	j = read_line(line);
	ok(j != NULL, "octets that are no text still give JSON");
	json_free(&j);
}

static void check_table(const struct profile *p, struct arena *a)
{
	struct rows rows = { .arena = a };
	char why[160] = "";
	struct json *j;

	ok(text_classify_tsv(p,
			     bytes_of("\xEF\xBB\xBFid\ttext\n1\tnema vode\\nu "
				      "Surduku\n2\t\n3\r\n4\t\"rupa\"\n"),
			     keep, &rows, why, sizeof(why)) == ERR_OK,
	   "a table is read, with an editor's mark before it");
	is_int((long long)rows.n, 4, "each row is one object, also an empty one");
	j = read_line(rows.lines[0]);
	is_text(json_get_text(j, "settlement"), "Surduk", "escapes are line ends");
	json_free(&j);
	j = read_line(rows.lines[2]);
	is_text(json_get_text(j, "outcome"), "empty", "a row without the column is an empty text");
	json_free(&j);
	j = read_line(rows.lines[3]);
	is_text(json_as_text(json_at(json_get(j, "categories"), 0)), "PUT",
		"quotation marks are text");
	json_free(&j);
	rows.n = 0;
	ok(text_classify_tsv(p, bytes_of("id\tttext\n1\tx\n"), keep, &rows, why, sizeof(why)) ==
			   ERR_INVALID &&
		   rows.n == 0 && why[0] != '\0',
	   "a table without the column is refused in words");
	ok(text_classify_tsv(p, BYTES_NONE, keep, &rows, why, sizeof(why)) == ERR_INVALID,
	   "so is nothing");
}

static void check_profile_check(const struct profile *p, struct arena *a)
{
	struct faults f = faults_in(a);
	struct bytes line = BYTES_NONE;

	faults_add(&f, (struct fault){ .file = bytes_of("a.rules"), .line = 3, .is_warning = true },
		   "odd");
	(void)text_profile_check_json(p, &f, a, &line);
	ok(bytes_starts(line,
			"{\"ok\":true,\"problems\":[],\"warnings\":[\"a.rules:3: warning: odd\"]"),
	   "a profile with warnings is good");
	faults_add(&f, (struct fault){ .file = bytes_of("a.rules"), .line = 4 }, "wrong");
	(void)text_profile_check_json(NULL, &f, a, &line);
	ok(bytes_starts(line, "{\"ok\":false,\"problems\":[\"a.rules:4: wrong\"]"),
	   "one with a fault is not");
}

int main(void)
{
	const char *top = getenv("TOP_SRCDIR");
	struct arena *a = arena_new(64u << 20);
	struct faults f = faults_in(a);
	struct profile *p = NULL;
	char dir[4096];

	plan(0);
	snprintf(dir, sizeof(dir), "%s/conf/profiles/stara-pazova", top != NULL ? top : ".");
	if (ok(profile_load(dir, &f, &p) == ERR_OK, "the profile loads")) {
		check_case(p, a);
		check_others(p, a);
		check_table(p, a);
		check_profile_check(p, a);
	}
	profile_free(&p);
	arena_free(&a);
	return done_testing();
}
