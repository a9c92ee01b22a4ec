/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mails of tests/parsers/mail, each beside what a person reads in it: every key
 * that stands in NN.json must come out of NN.eml as it stands there.
 */
#include <dirent.h>
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
#define MAILS_MIN 10

struct check {
	const struct json *got;
	struct arena *arena;
	const char *name;
	size_t n;
	bool is_same;
};

static struct bytes line_of(const struct json *j, struct arena *a)
{
	struct bytes line = BYTES_NONE;

	json_line(j, a, &line);
	return line;
}

static bool is_same(const struct json *want, const struct json *got, struct arena *a);

static bool same_member(const char *key, const struct json *want, void *ctx)
{
	struct check *c = ctx;

	c->is_same &= is_same(want, json_get(c->got, key), c->arena);
	return true;
}

/* Objects may hold more than is wanted, lists may not. */
static bool is_same(const struct json *want, const struct json *got, struct arena *a)
{
	struct check c = { .got = got, .arena = a, .is_same = true };

	if (json_is_object(want) && json_is_object(got)) {
		json_each(want, same_member, &c);
		return c.is_same;
	}
	if (json_is_array(want) && json_is_array(got)) {
		for (size_t i = 0; i < json_count(want); i++)
			c.is_same &= is_same(json_at(want, i), json_at(got, i), a);
		return c.is_same && json_count(want) == json_count(got);
	}
	return bytes_eq(line_of(want, a), line_of(got, a));
}

static bool check_member(const char *key, const struct json *want, void *ctx)
{
	struct check *c = ctx;
	const struct json *got = json_get(c->got, key);

	if (!ok(is_same(want, got, c->arena), "%s: %s", c->name, key)) {
		diag("want %.*s", PRI_BYTES(line_of(want, c->arena)));
		diag("got  %.*s", PRI_BYTES(line_of(got, c->arena)));
	}
	return true;
}

static struct json *read_mail(struct mime_charsets *cs, struct arena *a, const char *path)
{
	static const struct mail_rules rules;
	struct mail mail;
	struct bytes line, raw;
	struct json *j = NULL;
	size_t len;
	char *octets = read_source_file(path, &len);

	raw = bytes_at(octets, len);
	mime_charsets_need(cs, raw);
	if (mail_read(raw, false, &rules, cs, a, &mail) == ERR_OK &&
	    text_mail_json(&mail, (struct tongue){ 0 }, a, &line) == ERR_OK)
		json_parse(line, &j, NULL, 0);
	free(octets);
	return j;
}

static void check_mail(struct mime_charsets *cs, const char *name)
{
	struct arena *a = arena_new(1 << 26);
	struct json *want = NULL, *got;
	char path[512], why[128] = "";
	char *text;
	size_t len;

	snprintf(path, sizeof(path), FOLDER "/%s.json", name);
	text = read_source_file(path, &len);
	if (json_parse(bytes_at(text, len), &want, why, sizeof(why)) != ERR_OK)
		ok(false, "%s is no JSON: %s", path, why);
	free(text);
	snprintf(path, sizeof(path), FOLDER "/%s.eml", name);
	got = read_mail(cs, a, path);
	json_each(want, check_member, &(struct check){ .got = got, .arena = a, .name = name });
	json_free(&want);
	json_free(&got);
	arena_free(&a);
}

static int is_mail(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && strcmp(dot, ".eml") == 0;
}

int main(void)
{
	struct mime_charsets *cs = mime_charsets_open();
	struct dirent **list = NULL;
	char folder[1024];
	int n;

	plan(0);
	keyed_init();
	snprintf(folder, sizeof(folder), "%s/" FOLDER, getenv("TOP_SRCDIR"));
	n = scandir(folder, &list, is_mail, alphasort);
	ok(n >= MAILS_MIN, "%d mails lie there", n);
	for (int i = 0; i < n; i++) {
		*strrchr(list[i]->d_name, '.') = '\0';
		check_mail(cs, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	mime_charsets_close(&cs);
	return done_testing();
}
