/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/check.h"

#include "conf/conf.h"
#include "parsers/err.h"

/* A profile with a fault in each of some thousand rules still fits. */
#define FAULTS_ARENA_MAX ((size_t)16 * 1024 * 1024)

void check_print_faults(const struct faults *faults, FILE *out)
{
	for (size_t i = 0; i < faults->n; i++) {
		struct bytes line = BYTES_NONE;

		if (fault_line(&faults->list[i], faults->arena, &line) == ERR_OK)
			fprintf(out, "%.*s\n", PRI_BYTES(line));
	}
}

static void print_count(FILE *out, const char *before, size_t n, const char *what)
{
	fprintf(out, "%s%zu %s%s", before, n, what, n == 1 ? "" : "s");
}

static void print_sum(const char *path, const struct faults *faults, FILE *out)
{
	size_t n_warnings = 0;

	for (size_t i = 0; i < faults->n; i++)
		n_warnings += faults->list[i].is_warning;
	fprintf(out, "%s: ", path);
	if (faults->n_errors == 0)
		fputs("ok", out);
	else
		print_count(out, "", faults->n_errors, "fault");
	if (n_warnings > 0)
		print_count(out, ", ", n_warnings, "warning");
	fputc('\n', out);
}

int check_print(const char *path, FILE *out)
{
	struct arena *a = arena_new(FAULTS_ARENA_MAX);
	struct conf *conf = NULL;
	struct faults faults;
	int err;

	if (a == NULL) {
		fprintf(out, "%s: %s\n", path, err_text(ERR_NOMEM));
		return 1;
	}
	faults = faults_in(a);
	err = conf_load(path, &faults, &conf);
	check_print_faults(&faults, out);
	if (err != ERR_OK && faults.n_errors == 0)
		fprintf(out, "%s: %s\n", path, err_text(err));
	else
		print_sum(path, &faults, out);
	conf_drop(&conf);
	arena_free(&a);
	return err == ERR_OK ? 0 : 1;
}
