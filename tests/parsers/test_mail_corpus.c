/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_mail_corpus - whole mails in the forms of real programs, each beside what is to be read in it.
 *
 * tests/parsers/mail/NAME.json holds keys of `odziv mail show --json` with their values (of an
 * object those that count), and two keys of its own: text_has, words that stand in the text, and
 * own_begins, with which the own words begin. NNN-name are written by write_corpus.py there, from
 * what was put in; NN by hand.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/cli/text_mail_json.h"
#include "parsers/err.h"
#include "parsers/json.h"
#include "parsers/keyed.h"
#include "parsers/mail_read.h"
#include "tests/tap.h"

#define FOLDER    "tests/parsers/mail"
#define MAILS_MIN 120
#define MAILS_MAX 400
#define WHY_BYTES 600

struct look {
	const struct json *got;
	char why[WHY_BYTES]; /* the first difference; "" when there is none */
};

static bool is_same(const struct json *got, const struct json *want);

struct member {
	const struct json *got;
	bool is_same;
};

static bool on_member(const char *key, const struct json *value, void *ctx)
{
	struct member *m = ctx;

	m->is_same = is_same(json_get(m->got, key), value);
	return m->is_same;
}

static bool is_same(const struct json *got, const struct json *want)
{
	struct member m = { .got = got, .is_same = true };

	if (json_is_null(want))
		return json_is_null(got);
	if (json_is_text(want))
		return json_is_text(got) && bytes_eq(json_as_text(got), json_as_text(want));
	if (json_is_int(want))
		return json_is_int(got) && json_as_int(got, 0) == json_as_int(want, 0);
	if (json_is_object(want)) {
		json_each(want, on_member, &m);
		return json_is_object(got) && m.is_same;
	}
	if (!json_is_array(want))
		return json_is_true(got) == json_is_true(want);
	if (!json_is_array(got) || json_count(got) != json_count(want))
		return false;
	for (size_t i = 0; i < json_count(want); i++)
		if (!is_same(json_at(got, i), json_at(want, i)))
			return false;
	return true;
}

static bool stands_in(struct bytes text, struct bytes words)
{
	return words.len == 0 ||
	       (text.len != 0 && memmem(text.ptr, text.len, words.ptr, words.len));
}

static bool has_all(struct bytes text, const struct json *words)
{
	for (size_t i = 0; i < json_count(words); i++)
		if (!stands_in(text, json_as_text(json_at(words, i))))
			return false;
	return true;
}

static bool fits(const struct look *l, const char *key, const struct json *want)
{
	struct bytes text = json_get_text(l->got, "text"), own = json_get_text(l->got, "own_text");
	struct bytes begin = json_as_text(want);

	if (strcmp(key, "text_has") == 0)
		return has_all(text, want);
	if (strcmp(key, "own_begins") == 0)
		return bytes_eq(bytes_cut(own, 0, begin.len), begin);
	return is_same(json_get(l->got, key), want);
}

static bool on_key(const char *key, const struct json *want, void *ctx)
{
	struct look *l = ctx;
	struct arena *a = arena_new((size_t)8 << 20);
	const char *shown = strcmp(key, "text_has") == 0     ? "text"
			    : strcmp(key, "own_begins") == 0 ? "own_text"
							     : key;
	struct bytes is = BYTES_NONE, should = BYTES_NONE;

	if (!fits(l, key, want)) {
		(void)json_line(json_get(l->got, shown), a, &is);
		(void)json_line(want, a, &should);
		snprintf(l->why, sizeof(l->why), "%s: got %.*s, want %.*s", key,
			 PRI_BYTES(bytes_cut(is, 0, 280)), PRI_BYTES(bytes_cut(should, 0, 280)));
	}
	arena_free(&a);
	return l->why[0] == '\0';
}

static int read_mail(struct bytes raw, struct mime_charsets *cs, struct arena *a,
		     struct bytes *line_out)
{
	const struct bytes own = BYTES("kontakt@starapazova.example");
	struct mail_rules rules = { .case_prefix = bytes_of("SP"),
				    .instance = bytes_of("pazova"),
				    .own = &own,
				    .n_own = 1 };
	struct tongue tongue = { 0 };
	struct mail mail;
	int err;

	mime_charsets_need(cs, raw);
	err = mail_read(raw, false, &rules, cs, a, &mail);
	return err == ERR_OK ? text_mail_json(&mail, tongue, a, line_out) : err;
}

/* Is it exact? name: "001-gmail". */
static bool check_mail(const char name[NAME_MAX + 1], struct mime_charsets *cs)
{
	struct look l = { .why = "it can't be read" };
	struct json *want = NULL, *got = NULL;
	char path[NAME_MAX + sizeof(FOLDER) + sizeof("/.json")];
	struct arena *a;
	struct bytes line;
	size_t raw_len, json_len;
	char *raw, *text;

	snprintf(path, sizeof(path), FOLDER "/%s.eml", name);
	raw = read_source_file(path, &raw_len);
	snprintf(path, sizeof(path), FOLDER "/%s.json", name);
	text = read_source_file(path, &json_len);
	a = arena_new(MAIL_READ_ARENA(raw_len));
	if (json_parse(bytes_at(text, json_len), &want, l.why, sizeof(l.why)) == ERR_OK &&
	    read_mail(bytes_at(raw, raw_len), cs, a, &line) == ERR_OK &&
	    json_parse(line, &got, l.why, sizeof(l.why)) == ERR_OK) {
		l.why[0] = '\0';
		l.got = got;
		json_each(want, on_key, &l);
	}
	if (!ok(l.why[0] == '\0', "%s", name))
		diag("%s", l.why);
	json_free(&want);
	json_free(&got);
	arena_free(&a);
	free(raw);
	free(text);
	return l.why[0] == '\0';
}

static int is_mail(const struct dirent *entry)
{
	return bytes_ends(bytes_of(entry->d_name), ".eml");
}

int main(void)
{
	struct mime_charsets *cs = mime_charsets_open();
	const char *top = getenv("TOP_SRCDIR");
	char path[PATH_MAX], base[NAME_MAX + 1];
	struct dirent **list;
	unsigned exact = 0;
	int n;

	plan(0);
	if (keyed_init() != ERR_OK || cs == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/" FOLDER, top == NULL ? "." : top);
	n = scandir(path, &list, is_mail, alphasort);
	ok(n >= MAILS_MIN && n <= MAILS_MAX, "%d mails are there", n);
	for (int i = 0; i < n; i++) {
		struct bytes name = bytes_of(list[i]->d_name);

		snprintf(base, sizeof(base), "%.*s", PRI_BYTES(bytes_cut(name, 0, name.len - 4)));
		exact += check_mail(base, cs);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	diag("%u of %d mails are read exactly", exact, n);
	mime_charsets_close(&cs);
	return done_testing();
}
