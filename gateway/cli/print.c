/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

#define COLUMN_MAX 40
#define KEY_WIDTH  16
/* One cell or value for people. */
#define VALUE_MAX 65536
#define LINE_CAP  (64u * 1024 * 1024)

/* "2026-11-24T20:37:13.120Z" as local "2026-11-24 20:37"; anything else as it is. */
static struct bytes for_people(struct bytes text, struct arena *a)
{
	struct strbuf s = strbuf_in(a, 32);
	struct tm tm = { 0 }, local;
	char iso[20];
	time_t at;

	if (text.len < 20 || text.ptr[4] != '-' || text.ptr[10] != 'T' ||
	    text.ptr[text.len - 1] != 'Z')
		return text;
	snprintf(iso, sizeof(iso), "%.19s", (const char *)text.ptr);
	if (strptime(iso, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return text;
	at = timegm(&tm);
	localtime_r(&at, &local);
	strbuf_addf(&s, "%04d-%02d-%02d %02d:%02d", local.tm_year + 1900, local.tm_mon + 1,
		    local.tm_mday, local.tm_hour, local.tm_min);
	return strbuf_bytes(&s);
}

static struct bytes value_text(const struct json *j, struct arena *a)
{
	struct strbuf s = strbuf_in(a, VALUE_MAX);
	struct bytes line;

	if (json_is_null(j))
		return bytes_of("-");
	if (json_is_text(j))
		return for_people(json_as_text(j), a);
	if (json_line(j, a, &line) == ERR_OK)
		strbuf_add(&s, line);
	return strbuf_bytes(&s);
}

/* Line ends inside a cell would break the table; the last cell of a row may be as long as it is. */
static struct bytes cell_text(const struct json *row, const struct column *c, struct arena *a)
{
	struct bytes text = value_text(json_get(row, c->key), a);

	text = bytes_cut(text, 0, bytes_find(text, '\n'));
	return c[1].key == NULL ? text : utf8_cut(text, COLUMN_MAX * 2);
}

static void print_padded(struct bytes text, size_t width, bool is_last)
{
	size_t have = utf8_count(text);

	printf("%.*s", PRI_BYTES(text));
	for (size_t i = have; i < width && !is_last; i++)
		putchar(' ');
	fputs(is_last ? "\n" : "  ", stdout);
}

static void print_table(const struct json *rows, const struct column *columns, struct arena *a)
{
	size_t widths[16] = { 0 }, n = 0;

	for (const struct column *c = columns; c->key != NULL && n < ARRAY_LEN(widths); c++, n++) {
		widths[n] = strlen(c->heading);
		for (size_t i = 0; i < json_count(rows); i++) {
			size_t len = utf8_count(cell_text(json_at(rows, i), c, a));

			if (len > widths[n])
				widths[n] = len;
		}
	}
	for (size_t k = 0; k < n; k++)
		print_padded(bytes_of(columns[k].heading), widths[k], k + 1 == n);
	for (size_t i = 0; i < json_count(rows); i++) {
		for (size_t k = 0; k < n; k++)
			print_padded(cell_text(json_at(rows, i), &columns[k], a), widths[k],
				     k + 1 == n);
	}
}

struct member_print {
	int indent;
	struct arena *arena;
};

static void print_list(const struct json *list, const struct member_print *m)
{
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *item = json_at(list, i);

		if (json_is_object(item)) {
			print_object(item, m->indent + 2);
			if (i + 1 < json_count(list))
				putchar('\n');
		} else {
			printf("%*s%.*s\n", m->indent + 2, "",
			       PRI_BYTES(value_text(item, m->arena)));
		}
	}
}

static bool print_member(const char *key, const struct json *value, void *ctx)
{
	struct member_print *m = ctx;

	if (json_is_array(value) && json_count(value) == 0)
		return true;
	if (json_is_array(value) || json_is_object(value)) {
		printf("%*s%s\n", m->indent, "", key);
		if (json_is_object(value))
			print_object(value, m->indent + 2);
		else
			print_list(value, m);
		return true;
	}
	if (!json_is_null(value))
		printf("%*s%-*s %.*s\n", m->indent, "", KEY_WIDTH, key,
		       PRI_BYTES(value_text(value, m->arena)));
	return true;
}

void print_object(const struct json *object, int indent)
{
	struct member_print m = { .indent = indent, .arena = arena_new(LINE_CAP) };

	if (m.arena == NULL)
		return;
	json_each(object, print_member, &m);
	arena_free(&m.arena);
}

static bool says_no(const struct json *row, const char *key)
{
	const struct json *j = json_get(row, key);

	return j != NULL && !json_is_null(j) && !json_is_true(j);
}

void print_row(const struct json *row, void *printer)
{
	struct printer *p = printer;
	struct arena *a = arena_new(LINE_CAP);
	struct bytes line;

	if (a == NULL)
		return;
	p->failed |= p->args->command->may_fail && (says_no(row, "ok") || says_no(row, "balanced"));
	if (p->args->json || strcmp(p->args->command->name, "dump") == 0) {
		if (json_line(row, a, &line) == ERR_OK)
			printf("%.*s\n", PRI_BYTES(line));
	} else if (p->args->command->columns != NULL) {
		struct json *copy = json_copy(row);

		if (p->rows == NULL)
			p->rows = json_array();
		json_append_take(p->rows, &copy);
	} else {
		print_object(row, 0);
	}
	p->broken |= ferror(stdout) != 0;
	arena_free(&a);
}

void print_end(struct printer *p)
{
	struct arena *a = p->rows != NULL ? arena_new(LINE_CAP) : NULL;

	if (a != NULL)
		print_table(p->rows, p->args->command->columns, a);
	arena_free(&a);
	json_free(&p->rows);
	if (fflush(stdout) != 0)
		p->broken = true;
}

int print_line(const struct args *args, struct bytes line)
{
	struct printer p = { .args = args };
	struct json *j;

	if (json_parse(line, &j, NULL, 0) != ERR_OK) {
		args_fail("the result can't be written as JSON");
		return EXIT_FAILED;
	}
	print_row(j, &p);
	json_free(&j);
	print_end(&p);
	return p.failed || p.broken ? EXIT_FAILED : EXIT_DONE;
}
