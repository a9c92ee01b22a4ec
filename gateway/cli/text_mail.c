/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/text_mail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/conf.h"
#include "conf/limits.h"
#include "gateway/cli/args.h"
#include "gateway/cli/ask.h"
#include "gateway/cli/text_mail_json.h"
#include "gateway/mail/mime_cell.h"
#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/mail_read.h"

/* What is read of a file when no configuration says it: the default of mail_max. */
#define MAIL_DEFAULT_MAX (30 * MIB)
/* The limits of the daemon's cells (DESIGN.md, section 10). */
#define CELL_WALL_MS (10 * SECOND_MS)
static const struct sandbox_limits cell_limits = {
	.cpu_s = 5,
	.memory_bytes = 512 * MIB,
	.stack_bytes = 100 * MIB,
};
/* An object with both texts of a mail, escaped. */
#define JSON_ARENA_MAX (64 * MIB)

/* --- for people --- */

static void say_person(const char *key, const struct mail_person *p)
{
	if (p->name.len == 0 && p->address.len == 0)
		return;
	printf("%-11s %.*s", key, PRI_BYTES(p->name));
	if (p->address.len != 0)
		printf("%s<%.*s>", p->name.len != 0 ? " " : "", PRI_BYTES(p->address));
	putchar('\n');
}

static void say(const char *key, struct bytes text)
{
	if (text.len != 0)
		printf("%-11s %.*s\n", key, PRI_BYTES(text));
}

static void say_date(struct wall date)
{
	time_t at = (time_t)(date.ms / 1000);
	struct tm tm;
	char text[32];

	if (date.ms == 0 || gmtime_r(&at, &tm) == NULL)
		return;
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm);
	say("date", bytes_of(text));
}

static void say_files(const struct mail *m)
{
	for (size_t i = 0; i < m->n_files; i++) {
		const struct mail_file *f = &m->files[i];

		printf("%-11s %.*s%s%.*s, %" PRIu64 " octets%s\n", "attachment", PRI_BYTES(f->name),
		       f->name.len != 0 ? ", " : "", PRI_BYTES(f->type), f->size,
		       f->is_executable ? ", can be run: withheld from staff" : "");
	}
}

static void say_marks(const struct mail *m)
{
	if (m->automatic != MAIL_BY_PERSON)
		printf("%-11s %s (%.*s)\n", "automatic", mail_automatic_text(m->automatic),
		       PRI_BYTES(m->automatic_why));
	if (m->has_bounce)
		printf("%-11s %.*s %.*s %.*s\n", "bounce", PRI_BYTES(m->bounce.recipient),
		       PRI_BYTES(m->bounce.action), PRI_BYTES(m->bounce.status));
	if (m->is_calendar)
		puts("an invitation, or the answer to one");
	if (m->is_cut)
		puts("longer than what was read");
	for (size_t i = 0; i < m->n_faults; i++)
		say("broken", m->faults[i]);
}

static void say_mail(const struct mail *m)
{
	say_person("from", &m->from);
	for (size_t i = 0; i < m->n_people; i++)
		say_person(i < m->n_to ? "to" : "cc", &m->to[i]);
	say("subject", m->subject);
	say_date(m->date);
	for (size_t i = 0; i < m->n_tags; i++)
		say("case", m->tags[i]);
	say_files(m);
	say_marks(m);
	printf("\n%.*s\n", PRI_BYTES(m->own_text));
	if (!bytes_eq(m->own_text, m->text))
		printf("\n(%zu of %zu octets of its text are shown; --json has all of it)\n",
		       m->own_text.len, m->text.len);
}

/* --- the command --- */

/* What the configuration says of us; conf NULL: nothing. Borrows from conf. */
struct knowledge {
	struct mail_rules rules;
	struct bytes own, servers[CONF_PEERS_MAX];
	struct tongue tongue;
	size_t max;
};

static const struct conf_channel *mail_channel(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_channels; i++)
		if (conf->channels[i].type == CHANNEL_MAIL)
			return &conf->channels[i];
	return NULL;
}

static void know(struct knowledge *k, const struct conf *conf)
{
	const struct conf_channel *c;

	k->max = MAIL_DEFAULT_MAX;
	if (conf == NULL)
		return;
	k->rules.case_prefix = conf->profile->case_prefix;
	k->rules.instance = bytes_of(conf->instance);
	k->tongue = conf->profile->tongue;
	c = mail_channel(conf);
	if (c == NULL)
		return;
	k->max = (size_t)c->mail.mail_max;
	k->own = bytes_of(c->from);
	k->rules.own = &k->own;
	k->rules.n_own = 1;
	k->rules.authserv_id = bytes_of(c->mail.authserv_id);
	for (size_t i = 0; i < c->mail.n_servers; i++)
		k->servers[i] = bytes_of(c->mail.servers[i]);
	k->rules.servers = k->servers;
	k->rules.n_servers = c->mail.n_servers;
}

/* The first max octets of a file, malloc'd; NULL and errno. */
static uint8_t *read_file(const char *path, size_t max, size_t *len_out, bool *is_cut_out)
{
	FILE *f = fopen(path, "rb");
	uint8_t *octets = f == NULL ? NULL : malloc(max + 1);
	size_t len = 0;

	if (octets != NULL)
		len = fread(octets, 1, max + 1, f);
	if (octets != NULL && ferror(f)) {
		free(octets);
		octets = NULL;
	}
	if (f != NULL)
		fclose(f);
	*is_cut_out = len > max;
	*len_out = len > max ? max : len;
	return octets;
}

/* What the cell reads with, and what becomes of what it read. */
struct showing {
	const struct args *args;
	const struct knowledge *k;
	struct mime_charsets *cs;
	int status;
};

static int read_in_cell(struct bytes raw, bool is_cut, struct arena *a, struct mail *mail_out,
			void *ctx)
{
	const struct showing *s = ctx;

	return mail_read(raw, is_cut, &s->k->rules, s->cs, a, mail_out);
}

static void on_read(struct cell_task *task, void *ctx)
{
	struct showing *s = ctx;
	struct arena *a = arena_new(JSON_ARENA_MAX);
	struct bytes line;
	int err = a == NULL ? ERR_NOMEM : ERR_OK;

	if (task->why[0] != '\0') {
		args_fail("%s: this mail can't be read: %s", s->args->words[0], task->why);
	} else if (err == ERR_OK && !s->args->json) {
		say_mail(&task->mail);
		s->status = EXIT_DONE;
	} else if (err == ERR_OK &&
		   (err = text_mail_json(&task->mail, s->k->tongue, a, &line)) == ERR_OK) {
		printf("%.*s\n", PRI_BYTES(line));
		s->status = EXIT_DONE;
	}
	if (err != ERR_OK)
		args_fail("%s: %s", s->args->words[0], err_text(err));
	arena_free(&a);
}

/* Reads it as the daemon would: in a cell, within its limits. */
static int show(const struct args *args, const struct knowledge *k, struct bytes raw, bool is_cut)
{
	struct showing s = { .args = args, .k = k, .cs = mime_charsets_open() };
	struct cell_conf cell = {
		.read = read_in_cell, .ctx = &s, .limits = cell_limits, .wall_ms = CELL_WALL_MS
	};
	struct cell_task task = { .raw = raw, .is_cut = is_cut };

	s.status = EXIT_FAILED;
	if (s.cs == NULL) {
		args_fail("out of memory");
		return EXIT_FAILED;
	}
	mime_charsets_need(s.cs, raw);
	fflush(stdout); /* what waits there is the parent's to write */
	mime_cells_run(&cell, &task, 1, on_read, &s);
	mime_charsets_close(&s.cs);
	return fflush(stdout) != 0 ? EXIT_FAILED : s.status;
}

int text_mail_show(const struct args *args)
{
	bool is_named = strcmp(args->conf, ARGS_CONF_DEFAULT) != 0, is_cut = false;
	struct conf *conf = is_named ? ask_conf(args) : NULL;
	struct knowledge k = { 0 };
	size_t len = 0;
	uint8_t *octets;
	int status = EXIT_FAILED;

	if (is_named && conf == NULL)
		return EXIT_FAILED;
	know(&k, conf);
	octets = read_file(args->words[0], k.max, &len, &is_cut);
	if (octets == NULL)
		args_fail("%s: %s", args->words[0], strerror(errno));
	else
		status = show(args, &k, bytes_at(octets, len), is_cut);
	free(octets);
	conf_drop(&conf);
	return status;
}
