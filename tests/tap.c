/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/tap.h"

#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned n_planned, n_run, n_failed;
static char dir[PATH_MAX];

void plan(unsigned n)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	n_planned = n;
	if (n != 0)
		printf("1..%u\n", n);
}

__attribute__((format(printf, 2, 0))) static bool say(bool passed, const char *words, va_list ap)
{
	n_run++;
	if (!passed)
		n_failed++;
	printf("%sok %u - ", passed ? "" : "not ", n_run);
	vprintf(words, ap);
	putchar('\n');
	return passed;
}

bool ok(bool passed, const char *words, ...)
{
	va_list ap;

	va_start(ap, words);
	say(passed, words, ap);
	va_end(ap);
	return passed;
}

bool is_int(long long got, long long want, const char *words, ...)
{
	va_list ap;

	va_start(ap, words);
	say(got == want, words, ap);
	va_end(ap);
	if (got != want)
		diag("got %lld, want %lld", got, want);
	return got == want;
}

bool is_text(struct bytes got, const char *want, const char *words, ...)
{
	bool same = bytes_is(got, want);
	va_list ap;

	va_start(ap, words);
	say(same, words, ap);
	va_end(ap);
	if (!same)
		diag("got \"%.*s\", want \"%s\"", PRI_BYTES(got), want);
	return same;
}

void diag(const char *words, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, words);
	vprintf(words, ap);
	va_end(ap);
	putchar('\n');
}

int done_testing(void)
{
	if (n_planned == 0)
		printf("1..%u\n", n_run);
	else if (n_planned != n_run)
		diag("planned %u, ran %u", n_planned, n_run);
	return n_failed == 0 && (n_planned == 0 || n_planned == n_run) ? 0 : 1;
}

char *read_source_file(const char *path, size_t *len_out)
{
	const char *top = getenv("TOP_SRCDIR");
	char full[PATH_MAX];
	FILE *f;
	char *text = NULL;
	size_t len = 0, got;

	snprintf(full, sizeof(full), "%s/%s", top != NULL ? top : ".", path);
	f = fopen(full, "rb");
	if (f == NULL) {
		printf("Bail out! %s can't be opened\n", full);
		exit(1);
	}
	do {
		text = realloc(text, len + 65536 + 1);
		if (text == NULL)
			abort();
		got = fread(text + len, 1, 65536, f);
		len += got;
	} while (got != 0);
	fclose(f);
	text[len] = '\0';
	*len_out = len;
	return text;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void drop_dir(void)
{
	nftw(dir, drop, 16, FTW_DEPTH | FTW_PHYS);
}

const char *temp_dir(void)
{
	const char *base = getenv("TMPDIR");

	if (dir[0] != '\0')
		return dir;
	snprintf(dir, sizeof(dir), "%s/odziv-test-XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(dir) == NULL) {
		printf("Bail out! no temporary folder\n");
		exit(1);
	}
	atexit(drop_dir);
	return dir;
}
