/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/load.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "parsers/ini_scan.h"
#include "tests/tap.h"

#define ARENA_MAX (4 * 1024 * 1024)

/* clang-format off */
static const struct {
	const char *text;
	const char *value; /* of x; NULL: a fault */
	const char *promise;
} rows[] = {
	{ "[a]\nx = 27x75\n",        "27x75",  "a value is text, never a number that begins so" },
	{ "[a]\nx = \"a;b#c\" ; d\n", "a;b#c", "quotation marks keep ; and #" },
	{ "[a]\nx = ' b '\n",        " b ",    "and blanks" },
	{ "[a]\nx = b ; c\n",        "b",      "a comment isn't part of a value" },
	{ "[a]\nx =\n",              "",       "a value may be empty" },
	{ "[a]\nx = \"\"\n",         "",       "also in quotation marks" },
	{ "[a]\nx = k=v\n",          "k=v",    "a value may hold a =" },
	{ "[A]\nX = \xd0\x9f=\xd0\xbf\n", "\xd0\x9f=\xd0\xbf", "names are in lower case, values as they are" },
	{ "[a]\nx = b;c\n",          NULL,     "what iniparser would cut has no value" },
	{ "[a]\nnonsense\n[b]\n[c\n[a]\nx = 1\n", "1", "lines that iniparser gives up at don't end the reading" },
	{ "[a]\n# \\\nx = 1\n",      "1",      "nor does a comment that it would join" },
};
/* clang-format on */

static void test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *a = arena_new(ARENA_MAX);
		struct faults f = faults_in(a);
		struct load_ini ini = { 0 };
		const struct load_entry *e;

		load_text(bytes_of(rows[i].text), "f", a, &f, &ini);
		e = load_find(&ini, bytes_of("a"), "x");
		if (rows[i].value == NULL)
			ok(e != NULL && e->value == NULL && f.n == 1, "%s", rows[i].promise);
		else
			is_text(bytes_of(e == NULL ? NULL : e->value), rows[i].value, "%s",
				rows[i].promise);
		arena_free(&a);
	}
}

static void test_longest(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct faults f = faults_in(a);
	struct load_ini ini = { 0 };
	char text[INI_LINE_MAX + 64];
	const struct load_entry *e;

	snprintf(text, sizeof(text), "[a]\nx = %0*d\ny = 2\n", INI_LINE_MAX - 4, 1);
	load_text(bytes_of(text), "f", a, &f, &ini);
	e = load_find(&ini, bytes_of("a"), "x");
	ok(e != NULL && e->value != NULL && strlen(e->value) == INI_LINE_MAX - 4,
	   "iniparser reads the longest line that the scan lets through");
	e = load_find(&ini, bytes_of("a"), "y");
	ok(e != NULL && e->value != NULL && strcmp(e->value, "2") == 0, "and the one behind it");
	arena_free(&a);
}

static int load(const char *name, struct bytes *words_out, struct arena *a)
{
	struct faults f = faults_in(a);
	struct load_ini ini = { 0 };
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s/%s", temp_dir(), name);
	err = load_ini(path, a, &f, &ini);
	*words_out = f.n == 1 ? f.list[0].words : BYTES_NONE;
	return err;
}

static void test_files(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct bytes words;
	char path[4096];
	FILE *f;

	is_int(load("nothing", &words, a), ERR_NOENT, "a file that isn't there is a fault");
	is_text(words, "can't be read: No such file or directory", "in words");
	is_int(load(".", &words, a), ERR_IO, "so is a folder");
	is_text(words, "can't be read: Is a directory", "in words");

	snprintf(path, sizeof(path), "%s/fifo", temp_dir());
	mkfifo(path, 0600);
	is_int(load("fifo", &words, a), ERR_IO, "a fifo doesn't hold us for ever");
	is_text(words, "can't be read: Invalid argument", "in words");

	snprintf(path, sizeof(path), "%s/big", temp_dir());
	f = fopen(path, "w");
	for (size_t i = 0; i <= CONF_FILE_MAX; i++)
		fputc('\n', f);
	fclose(f);
	is_int(load("big", &words, a), ERR_LIMIT, "a file of another kind isn't read whole");
	is_text(words, "has more than 256 KiB; this is no configuration", "in words");
	arena_free(&a);
}

int main(void)
{
	plan(0);
	test_rows();
	test_longest();
	test_files();
	return done_testing();
}
