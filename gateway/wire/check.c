/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/check.h"

#include <netdb.h>

#include "conf/conf.h"
#include "conf/smpp_words.h"
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

/* A name server that doesn't answer may know it later. */
static void look_up(const struct conf *conf, const struct conf_channel *c, const char *smsc,
		    struct faults *faults)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	struct fault where = { .file = bytes_of(conf->file),
			       .section = bytes_of(c->name),
			       .key = bytes_of("smsc") };
	struct smpp_endpoint e;
	int err = 0;

	if (smpp_words_endpoint(bytes_of(smsc), &e) == ERR_OK)
		err = getaddrinfo(e.host, NULL, &hints, &found);
	if (found != NULL)
		freeaddrinfo(found);
	if (err == 0)
		return;
	where.is_warning = err != EAI_NONAME;
	faults_add(faults, where, "no address for %s: %s", e.host, gai_strerror(err));
}

/* Only whoever checks by hand waits for name servers; the daemon tries again and again. */
static void check_smscs(const struct conf *conf, struct faults *faults)
{
	for (size_t i = 0; i < conf->n_channels; i++) {
		const struct conf_channel *c = &conf->channels[i];

		for (size_t k = 0; c->type == CHANNEL_SMPP && k < c->smpp.n_smscs; k++)
			look_up(conf, c, c->smpp.smscs[k], faults);
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
	if (err == ERR_OK && conf != NULL)
		check_smscs(conf, &faults);
	check_print_faults(&faults, out);
	if (err != ERR_OK && faults.n_errors == 0)
		fprintf(out, "%s: %s\n", path, err_text(err));
	else
		print_sum(path, &faults, out);
	conf_drop(&conf);
	arena_free(&a);
	return err == ERR_OK && faults.n_errors == 0 ? 0 : 1;
}
