/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/ini_scan.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

#define ARENA_MAX (4 * 1024 * 1024)

/* clang-format off */
static const struct {
	const char *text;
	const char *faults; /* one a line */
	const char *clean;
	const char *promise;
} rows[] = {
	{ "[a]\nx = 1\ny=2 ; why\n\n# z = 3\n", "",
	  "[a]\nx = 1\ny=2 ; why\n\n\n", "sections, keys, comments and empty lines are fine" },
	{ "[ Desk ] # the people\r\nPlain = yes\r\n", "",
	  "[desk]\nPlain = yes\n", "blanks, capitals, line ends of other systems and a comment behind a section too" },
	{ "\xef\xbb\xbf[a]\nx = 1", "", "[a]\nx = 1\n", "a byte order mark doesn't hide the first line" },
	{ "[a]\nx = 1\nx = 2\n", "f:3: [a] x: the key stands in line 2 already; keep one of the two\n",
	  "[a]\nx = 1\n\n", "a repeated key is a fault, the first one stays" },
	{ "[a]\nX = 1\nx = 2\n", "f:3: [a] x: the key stands in line 2 already; keep one of the two\n",
	  "[a]\nX = 1\n\n", "also when it differs by case" },
	{ "[a]\nx = 1\n[b]\nx = 1\n[A]\ny = 1\n",
	  "f:5: [a] the section stands in line 1 already; put its keys together there\n",
	  "[a]\nx = 1\n[b]\nx = 1\n[a]\ny = 1\n", "a repeated section is a fault" },
	{ "[a]\nurl = http://h/p;q\nn = 1\n",
	  "f:2: [a] url: the value would be cut before ';q'; put it into \"quotation marks\", or a blank before a comment\n",
	  "[a]\n\nn = 1\n", "a value that would be cut at ; is a fault" },
	{ "[a]\nurl = http://h/p#q\n",
	  "f:2: [a] url: the value would be cut before '#q'; put it into \"quotation marks\", or a blank before a comment\n",
	  "[a]\n\n", "and at #" },
	{ "[a]\ncolour=#fff\n",
	  "f:2: [a] colour: the value would be cut before '#fff'; put it into \"quotation marks\", or a blank before a comment\n",
	  "[a]\n\n", "also when nothing of it would be left" },
	{ "[a]\nurl = \"http://h/p;q#r\" # x\nv = 'it;s'\n", "",
	  "[a]\nurl = \"http://h/p;q#r\" # x\nv = 'it;s'\n", "inside quotation marks both may stand" },
	{ "[a]\nv = \"x\" y\n", "f:2: [a] v: 'y' stands behind the closing \" and would be left out\n",
	  "[a]\n\n", "text behind a closing quotation mark is a fault" },
	{ "[a]\nv = \"x\n", "f:2: [a] v: the value begins with \" but has no \" at its end\n",
	  "[a]\n\n", "so is one that isn't closed" },
	{ "[a]\nv = one \\\nw = two\n", "f:2: [a] v: a '\\' at the end would join this line with the next one; remove it\n",
	  "[a]\n\nw = two\n", "lines aren't joined in silence" },
	{ "[a]\n# one \\\nw = two\n", "", "[a]\n\nw = two\n", "a comment can't swallow the next line" },
	{ "x = 1\n[a]\n", "f:1: x: the key stands before the first [section]\n", "\n[a]\n", "a key needs a section" },
	{ "[a]\nnonsense\n= 3\na b = 4\n",
	  "f:2: [a] 'nonsense' is neither [section] nor key = value nor # comment\n"
	  "f:3: [a] '= 3' is neither [section] nor key = value nor # comment\n"
	  "f:4: [a] 'a b = 4' is neither [section] nor key = value nor # comment\n",
	  "[a]\n\n\n\n", "every line that says nothing is named" },
	{ "[a\nx = 1\n[]\n[b c]\n[d] e\ny = 2\n",
	  "f:1: '[a' is not a section; write [name] of letters, digits, '-' and '_'\n"
	  "f:3: '[]' is not a section; write [name] of letters, digits, '-' and '_'\n"
	  "f:4: '[b c]' is not a section; write [name] of letters, digits, '-' and '_'\n"
	  "f:5: '[d] e' is not a section; write [name] of letters, digits, '-' and '_'\n",
	  "\n\n\n\n\n\n", "keys of a broken section go to no other section" },
	{ "[a]\nx = \xc0\xaf\ny = 1\n", "f:2: [a] the line is not UTF-8; save the file as UTF-8\n",
	  "[a]\n\ny = 1\n", "overlong and broken UTF-8 is a fault" },
	{ "[a]\nx = 1\x07\n", "f:2: [a] a control character (0x07) stands at column 6; remove it\n",
	  "[a]\n\n", "so is a control character" },
	{ "", "", "", "an empty file has no faults" },
};
/* clang-format on */

static struct bytes lines_of(const struct faults *f, struct arena *a, char *buf, size_t cap)
{
	size_t len = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct bytes line = BYTES_NONE;

		fault_line(&f->list[i], a, &line);
		len += (size_t)snprintf(buf + len, cap - len, "%.*s\n", PRI_BYTES(line));
	}
	return bytes_at(buf, len);
}

static void test_rows(void)
{
	char buf[8192];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *a = arena_new(ARENA_MAX);
		struct faults f = faults_in(a);
		struct ini_scan scan;

		ok(ini_scan(bytes_of(rows[i].text), bytes_of("f"), a, &f, &scan) == ERR_OK, "%s",
		   rows[i].promise);
		is_text(lines_of(&f, a, buf, sizeof(buf)), rows[i].faults, "its faults");
		is_text(scan.clean, rows[i].clean, "what iniparser gets to read");
		arena_free(&a);
	}
}

static void test_positions(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct faults f = faults_in(a);
	struct ini_scan scan;

	ini_scan(bytes_of("\n[A]\nx = 1\n[b]\nX = 2\n"), bytes_of("f"), a, &f, &scan);
	is_int(ini_scan_line(&scan, bytes_of("a"), BYTES_NONE), 2, "a section has a line");
	is_int(ini_scan_line(&scan, bytes_of("a"), bytes_of("x")), 3, "a key has one");
	is_int(ini_scan_line(&scan, bytes_of("b"), bytes_of("x")), 5, "of its own section");
	is_int(ini_scan_line(&scan, bytes_of("b"), bytes_of("y")), 0,
	       "and what isn't there has none");
	arena_free(&a);
}

static void test_bounds(void)
{
	static char text[64 * 1024];
	struct arena *a = arena_new(ARENA_MAX);
	struct faults f = faults_in(a);
	struct ini_scan scan;
	size_t len;

	len = (size_t)snprintf(text, sizeof(text), "[a]\nx = %0*d\n", INI_LINE_MAX - 4, 1);
	ini_scan(bytes_at(text, len), bytes_of("f"), a, &f, &scan);
	is_int((long long)f.n, 0, "a line may have %d octets", INI_LINE_MAX);
	len = (size_t)snprintf(text, sizeof(text), "[a]\nx = %0*d\n", INI_LINE_MAX - 3, 1);
	ini_scan(bytes_at(text, len), bytes_of("f"), a, &f, &scan);
	ok(f.n == 1 && bytes_is(f.list[0].words, "the line has 1023 octets; a line may have 1022"),
	   "and not one more");

	f = faults_in(a);
	ini_scan(bytes_at("[a]\nx = 1\0 2\n", 13), bytes_of("f"), a, &f, &scan);
	ok(f.n == 1 && f.list[0].line == 2, "a NUL hides nothing");

	f = faults_in(a);
	memset(text, '\n', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i += 2)
		text[i] = '?';
	ini_scan(bytes_at(text, sizeof(text)), bytes_of("f"), a, &f, &scan);
	ok(f.n == INI_FAULTS_MAX + 1, "a file that is no ini file is told so in %d lines",
	   INI_FAULTS_MAX + 1);
	arena_free(&a);
}

int main(void)
{
	plan(0);
	test_rows();
	test_positions();
	test_bounds();
	return done_testing();
}
