/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control_keep - the commands that count, check, copy and mend the store.
 */
#include "gateway/flow/control_request.h"

#include <stdio.h>
#include <time.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/desk/show.h"
#include "parsers/err.h"
#include "parsers/number.h"
#include "parsers/strbuf.h"
#include "store/blobs.h"

/* What a check of the whole store may hold at a time. */
#define VERIFY_ARENA_MAX (64 * MIB)
/* More problems than this are one problem; all are counted. */
#define PROBLEMS_MAX 1000

/* --- balance --- */

/* "2026-11-24", at its beginning in UTC, as the counters are kept. */
static int read_day(struct control *c, const char *option, struct wall *at_out)
{
	struct bytes text = control_option(c, option), rest = text, part[3];
	static const uint32_t least[] = { 1970, 1, 1 }, most[] = { 9999, 12, 31 };
	uint32_t n[3];
	struct tm tm = { 0 };

	*at_out = (struct wall){ 0 };
	if (text.len == 0)
		return ERR_OK;
	for (size_t i = 0; i < 3; i++) {
		if (!bytes_split(&rest, '-', &part[i]) ||
		    number_parse_u32(part[i], least[i], most[i], &n[i]) != ERR_OK)
			return control_fail(c, ERR_INVALID,
					    "--%s: '%.*s' is no day such as 2026-11-24", option,
					    PRI_BYTES(text));
	}
	tm.tm_year = (int)n[0] - 1900;
	tm.tm_mon = (int)n[1] - 1;
	tm.tm_mday = (int)n[2];
	at_out->ms = (int64_t)timegm(&tm) * 1000;
	if (tm.tm_mday == (int)n[2] && rest.len == 0)
		return ERR_OK;
	return control_fail(c, ERR_INVALID, "--%s: there is no %.*s", option, PRI_BYTES(text));
}

int control_balance(struct txn *t, struct control *c)
{
	struct balance b;
	struct wall from, to;
	struct json *row;
	int err = read_day(c, "from", &from);

	if (err == ERR_OK)
		err = read_day(c, "to", &to);
	if (err != ERR_OK)
		return err;
	if (to.ms != 0)
		to.ms += DAY_MS; /* the day that is named belongs to it */
	err = balance_get(t, from, to, &b);
	if (err != ERR_OK)
		return err;
	row = show_balance(&b);
	if (!b.balanced) {
		c->exit = CONTROL_FAILED;
		(void)control_fail(c, ERR_OK, "it doesn't add up: run odziv verify");
	}
	return control_row_take(c, &row);
}

/* --- verify --- */

struct problems {
	struct json *list;
	uint64_t n;
};

static void on_problem(const struct problem *p, void *ctx)
{
	struct problems *problems = ctx;
	struct json *line;
	char words[512];

	if (problems->n++ >= PROBLEMS_MAX)
		return;
	(void)snprintf(words, sizeof(words), "%s: %s", p->table, p->words);
	line = json_text(bytes_of(words));
	json_append_take(problems->list, &line);
}

static int tell_verified(struct control *c, struct problems *problems, uint64_t n_records)
{
	struct json *row = json_object();

	json_put_bool(row, "ok", problems->n == 0);
	json_put_int(row, "records", (int64_t)n_records);
	json_put_take(row, "problems", &problems->list);
	if (problems->n > 0) {
		c->exit = CONTROL_FAILED;
		(void)control_fail(
			c, ERR_OK,
			"%llu problems; if all are in derived tables, odziv rebuild mends them",
			(unsigned long long)problems->n);
	}
	return control_row_take(c, &row);
}

int control_verify(struct txn *t, struct control *c)
{
	struct arena *a = arena_new(VERIFY_ARENA_MAX);
	struct problems problems = { .list = json_array() };
	uint64_t n_records = 0, n_files = 0;
	int err = a == NULL || problems.list == NULL ? ERR_NOMEM : ERR_OK;

	if (err == ERR_OK)
		err = verify_run(t, a, on_problem, &problems, &n_records, control_progress, c);
	if (err == ERR_OK)
		err = blob_verify(t, c->desk_job.conf->state_dir, c->desk_job.now, on_problem,
				  &problems, &n_files);
	if (err == ERR_OK)
		err = tell_verified(c, &problems, n_records + n_files);
	json_free(&problems.list);
	arena_free(&a);
	return err;
}

/* --- dump --- */

struct dump {
	struct control *c;
	int err;
};

static void on_dumped(struct bytes line, void *ctx)
{
	struct dump *dump = ctx;

	if (dump->err == ERR_OK)
		dump->err = control_row_line(dump->c, line);
}

static int no_table(struct control *c)
{
	struct strbuf names = strbuf_in(control_scratch(c), KIB);

	for (int i = 0; i < TABLE_COUNT_ALL; i++)
		strbuf_addf(&names, "%s%s", i > 0 ? ", " : "", table_name((enum table)i));
	return control_fail(c, ERR_INVALID, "the store has no table '%.*s'; there are: %s",
			    PRI_BYTES(bytes_cut(c->words[0], 0, 64)), strbuf_text(&names));
}

int control_dump(struct txn *t, struct control *c)
{
	struct dump dump = { .c = c };
	enum table table = TABLE_COUNT_ALL;
	int err;

	if (c->n_words > 0 && table_of_name(c->words[0], &table) != ERR_OK)
		return no_table(c);
	err = dump_run(t, table, control_scratch(c), on_dumped, &dump);
	if (dump.err == ERR_LIMIT)
		return control_fail(
			c, dump.err,
			"too much for a running daemon: name one table, or stop it first");
	return err == ERR_OK ? dump.err : err;
}

/* --- backup --- */

static int backup_query(struct txn *t, struct query *q)
{
	struct control *c = CONTAINER_OF(q, struct control, query);
	const struct conf *conf = c->desk_job.conf;
	const char *files[] = { conf->file };
	char *dir = arena_str(control_scratch(c), c->words[0]);

	(void)t;
	if (dir == NULL)
		return ERR_NOMEM;
	return backup_run(c->core->store, conf->state_dir, dir, conf->instance, files,
			  ARRAY_LEN(files), c->desk_job.now, control_progress, c, c->error,
			  sizeof(c->error));
}

static void backup_done(struct query *q, int err)
{
	struct control *c = CONTAINER_OF(q, struct control, query);
	struct json *row;

	host_point(c->core->host, "backup");
	log_info("control", "who=%s command=backup result=\"%s\"", c->who, err_text(err));
	if (err == ERR_OK) {
		row = json_object();
		json_put_text(row, "dir", c->words[0]);
		json_put_time(row, "at", c->desk_job.now.ms);
		err = control_row_take(c, &row);
	}
	control_end(c, err);
}

void control_backup(struct control *c)
{
	/* The daemon stands in another folder than the person who asks. */
	if (!bytes_starts(c->words[0], "/") && !c->core->host->is_inline) {
		control_end(c,
			    control_fail(c, ERR_INVALID, "'%.*s': name the folder by its full path",
					 PRI_BYTES(c->words[0])));
		return;
	}
	host_point(c->core->host, "backup");
	/* It takes a snapshot of its own; another one beside it would only hold pages. */
	control_ask(c, backup_query, backup_done, false, true);
}

/* --- rebuild --- */

static void on_rebuilt(int err, void *ctx)
{
	struct control *c = ctx;

	struct json *row;

	if (err == ERR_BUSY)
		(void)control_fail(c, err,
				   "the store is being made ready already; try again later");
	if (err == ERR_OK) {
		row = json_object();
		json_put_bool(row, "rebuilt", true);
		err = control_row_take(c, &row);
	}
	control_end(c, err);
}

void control_rebuild(struct control *c)
{
	core_rebuild(c->core, on_rebuilt, c);
}
