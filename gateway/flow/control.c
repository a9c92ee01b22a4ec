/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/control_request.h"
#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "store/contacts.h"
#include "store/counts.h"

/* All rows of one answer. What is larger is for the store alone, where rows go out as they are made. */
#define ANSWER_MAX (64 * MIB)

static void control_alone(struct control *c);
static void control_later(struct control *c);

/* clang-format off */
static const struct control_command commands[] = {
	{ "case list",   CONTROL_READ,  NAMES_NOTHING, 0, 0, "state department category late limit", "[--state S] [--department D] [--category C] [--late] [--limit N]", control_case_list, NULL, false },
	{ "case search", CONTROL_READ,  NAMES_NOTHING, 1, 4, "limit", "WORDS [--limit N]", control_case_search, NULL, false },
	{ "case show",   CONTROL_READ,  NAMES_WORD,    1, 1, "", "NUMBER", control_case_show, NULL, false },
	{ "case answer", CONTROL_WRITE, NAMES_WORD,    2, 2, "question", "NUMBER TEXT [--question]", control_case_act, NULL, false },
	{ "case note",   CONTROL_WRITE, NAMES_WORD,    2, 2, "", "NUMBER TEXT", control_case_act, NULL, false },
	{ "case assign", CONTROL_WRITE, NAMES_WORD,    2, 2, "", "NUMBER MEMBER", control_case_act, NULL, false },
	{ "case status", CONTROL_WRITE, NAMES_WORD,    2, 3, "", "NUMBER STATE [DATE]", control_case_act, NULL, false },
	{ "case close",  CONTROL_WRITE, NAMES_WORD,    2, 2, "", "NUMBER REASON", control_case_act, NULL, false },
	{ "case reopen", CONTROL_WRITE, NAMES_WORD,    2, 2, "", "NUMBER REASON", control_case_act, NULL, false },
	{ "case merge",  CONTROL_WRITE, NAMES_WORD,    2, 2, "", "NUMBER INTO", control_case_act, NULL, false },
	{ "case new",    CONTROL_WRITE, NAMES_NOTHING, 2, 2, "category", "CONTACT TEXT [--category C]", control_case_act, NULL, false },
	{ "outbox list",   CONTROL_READ,  NAMES_NOTHING, 0, 0, "state case limit", "[--state S] [--case NUMBER] [--limit N]", control_outbox_list, NULL, false },
	{ "outbox show",   CONTROL_READ,  NAMES_WORD,    1, 1, "", "ID", control_outbox_show, NULL, false },
	{ "outbox retry",  CONTROL_WRITE, NAMES_WORD,    1, 1, "", "ID", control_outbox_act, NULL, false },
	{ "outbox cancel", CONTROL_WRITE, NAMES_WORD,    1, 1, "", "ID", control_outbox_act, NULL, false },
	{ "contact show",   CONTROL_READ, NAMES_CONTACT, 1, 1, "", "CONTACT", control_contact_show, NULL, false },
	{ "contact export", CONTROL_READ, NAMES_CONTACT, 1, 1, "", "CONTACT", control_contact_export, NULL, false },
	{ "contact forget", CONTROL_OWN,  NAMES_NOTHING, 1, 1, "", "CONTACT", NULL, control_later, false },
	{ "quarantine list",    CONTROL_READ,  NAMES_NOTHING, 0, 0, "limit", "[--limit N]", control_quarantine_list, NULL, false },
	{ "quarantine show",    CONTROL_READ,  NAMES_WORD,    1, 1, "", "ID", control_quarantine_show, NULL, false },
	{ "quarantine release", CONTROL_WRITE, NAMES_WORD,    1, 1, "", "ID", control_quarantine_act, NULL, false },
	{ "quarantine drop",    CONTROL_WRITE, NAMES_WORD,    1, 2, "", "ID [REASON]", control_quarantine_act, NULL, false },
	{ "balance", CONTROL_LOOK, NAMES_NOTHING, 0, 0, "from to", "[--from DATE --to DATE]", control_balance, NULL, false },
	{ "status",  CONTROL_OWN,  NAMES_NOTHING, 0, 0, "", "", NULL, control_status, false },
	{ "verify",  CONTROL_LOOK, NAMES_NOTHING, 0, 0, "", "", control_verify, NULL, true },
	{ "dump",    CONTROL_READ, NAMES_WORD,    0, 1, "", "[TABLE]", control_dump, NULL, true },
	{ "backup",  CONTROL_OWN,  NAMES_NOTHING, 1, 1, "", "DIR", NULL, control_backup, true },
	{ "rebuild", CONTROL_OWN,  NAMES_NOTHING, 0, 0, "", "", NULL, control_rebuild, false },
	{ "restore", CONTROL_OWN,  NAMES_NOTHING, 0, 1, "", "DIR", NULL, control_alone, false },
	{ "compact", CONTROL_OWN,  NAMES_NOTHING, 0, 0, "", "", NULL, control_alone, false },
	{ "phone",   CONTROL_OWN,  NAMES_NOTHING, 1, 2, "wait channel", "NUMBER [TEXT] [--wait SECONDS] [--channel NAME]", NULL, control_phone, false },
};
/* clang-format on */

static void control_alone(struct control *c)
{
	control_end(c, control_fail(c, ERR_BUSY, "%s: needs the store alone; stop odzivd first",
				    c->command->name));
}

static void control_later(struct control *c)
{
	control_end(c, control_fail(c, ERR_BAD_STATE,
				    "%s: this version can't erase yet; nothing was changed",
				    c->command->name));
}

/* --- who looked --- */

/* An address is personal: the trail names the contact by its id. */
static void note_contact(struct txn *t, struct control *c, struct strbuf *what)
{
	struct bytes address;
	Pb__Contact *contact;

	if (control_contact(c, c->words[0], &address) == ERR_OK &&
	    contact_find(t, address, c->desk_job.arena, &contact) == ERR_OK)
		strbuf_addf(what, " %" PRIu64, contact->id);
}

static int note_access(struct txn *t, struct control *c)
{
	struct strbuf what = strbuf_in(c->desk_job.arena, 200);

	strbuf_adds(&what, c->command->name);
	if (c->command->names == NAMES_WORD && c->n_words > 0)
		strbuf_addf(&what, " %.*s", PRI_BYTES(bytes_cut(c->words[0], 0, 64)));
	if (c->command->names == NAMES_CONTACT)
		note_contact(t, c, &what);
	access_add(t, bytes_of(c->who), strbuf_bytes(&what), c->desk_job.now);
	return txn_err(t);
}

/* --- reads: the note, then the rows --- */

static int read_run(struct txn *t, struct query *q)
{
	struct control *c = CONTAINER_OF(q, struct control, query);

	return c->command->run(t, c);
}

static void read_done(struct query *q, int err)
{
	control_end(CONTAINER_OF(q, struct control, query), err);
}

static void start_read(struct control *c)
{
	c->streams = c->core->host->is_inline;
	arena_reset(c->desk_job.arena);
	control_ask(c, read_run, read_done, !c->command->has_no_deadline, false);
}

static int access_apply(struct txn *t, struct job *job)
{
	struct control *c = (struct control *)job;

	desk_job_begin(&c->desk_job);
	return note_access(t, c);
}

static void access_done(struct job *job, int err)
{
	struct control *c = (struct control *)job;

	c->error[0] = '\0'; /* of note_contact(): the command says it better */
	if (err != ERR_OK)
		control_end(c, control_fail(c, err,
					    "who looks can't be noted, so nothing is shown: %s",
					    err_text(err)));
	else
		start_read(c);
}

/* --- writes --- */

static int write_apply(struct txn *t, struct job *job)
{
	struct control *c = (struct control *)job;
	int err;

	desk_job_begin(&c->desk_job);
	c->rows = NULL;
	c->rows_end = &c->rows;
	arena_reset(c->out);
	c->error[0] = '\0';
	err = c->command->run(t, c);
	if (err != ERR_OK)
		return err;
	return note_access(t, c);
}

static void write_done(struct job *job, int err)
{
	struct control *c = (struct control *)job;

	if (err == ERR_OK)
		desk_job_told(&c->desk_job);
	log_info("control", "who=%s command=\"%s\" case=%s result=\"%s\"", c->who, c->command->name,
		 c->act.result, err_text(err));
	control_end(c, err);
}

static void post(struct control *c, int (*apply)(struct txn *, struct job *),
		 void (*done)(struct job *, int))
{
	struct host *h = c->core->host;
	int err;

	c->desk_job.job = (struct job){ .apply = apply, .done = done };
	err = h->write(h, &c->desk_job.job);
	if (err != ERR_OK)
		control_end(c, err);
}

/* --- the request --- */

static void start(struct control *c)
{
	bool needs_store = c->command->how != CONTROL_OWN || c->command->start == control_backup;

	if (needs_store && !c->core->is_open) {
		control_end(c, control_fail(c, ERR_STOPPED,
					    "the store is being made ready; odziv status shows how "
					    "far it is, try again then"));
		return;
	}
	if (c->command->has_no_deadline && c->core->n_long >= LONG_QUERIES_MAX) {
		control_end(c, control_fail(c, ERR_BUSY,
					    "%d checks, dumps or backups are under way; try again "
					    "when one of them is done",
					    LONG_QUERIES_MAX));
		return;
	}
	c->is_long = c->command->has_no_deadline;
	if (c->is_long) {
		c->core->n_long++;
		control_progress_begin(c);
	}
	switch (c->command->how) {
	case CONTROL_READ: post(c, access_apply, access_done); return;
	case CONTROL_LOOK: start_read(c); return;
	case CONTROL_WRITE: post(c, write_apply, write_done); return;
	case CONTROL_OWN: c->command->start(c); return;
	}
}

static int usage(struct control *c)
{
	c->exit = CONTROL_USAGE;
	return control_fail(c, ERR_INVALID, "usage: odziv %s%s%s", c->command->name,
			    c->command->usage[0] == '\0' ? "" : " ", c->command->usage);
}

static bool is_among(const char *list, const char *word)
{
	struct bytes rest = bytes_of(list), head;

	while (bytes_split(&rest, ' ', &head)) {
		if (bytes_is(head, word))
			return true;
	}
	return false;
}

struct option_check {
	const struct control *c;
	bool is_good;
};

static bool check_option(const char *key, const struct json *value, void *ctx)
{
	struct option_check *check = ctx;

	check->is_good = is_among(check->c->command->options, key) &&
			 (json_is_text(value) || json_is_true(value));
	return check->is_good;
}

static int read_words(struct control *c)
{
	const struct json *words = json_get(c->request, "words");
	struct option_check check = { .c = c, .is_good = true };

	c->n_words = json_count(words);
	if (c->n_words < c->command->words_min || c->n_words > c->command->words_max)
		return usage(c);
	for (size_t i = 0; i < c->n_words; i++) {
		if (!json_is_text(json_at(words, i)))
			return usage(c);
		c->words[i] = json_as_text(json_at(words, i));
	}
	c->args = json_get(c->request, "args");
	json_each(c->args, check_option, &check);
	return check.is_good ? ERR_OK : usage(c);
}

static const struct control_command *command_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (bytes_is(name, commands[i].name))
			return &commands[i];
	}
	return NULL;
}

static int read_request(struct control *c, struct bytes line)
{
	char why[160];
	struct bytes name;

	c->exit = CONTROL_DONE;
	if (line.len > CONTROL_LINE_MAX)
		return control_fail(c, ERR_LIMIT, "the request is longer than %zu octets",
				    (size_t)CONTROL_LINE_MAX);
	if (json_parse(line, &c->request, why, sizeof(why)) != ERR_OK)
		return control_fail(c, ERR_INVALID, "the request is no JSON: %s", why);
	name = json_get_text(c->request, "command");
	c->command = command_find(name);
	if (c->command == NULL) {
		c->exit = CONTROL_USAGE;
		return control_fail(c, ERR_INVALID, "there is no command '%.*s'",
				    PRI_BYTES(bytes_cut(name, 0, 64)));
	}
	return read_words(c);
}

static struct control *control_new(struct core *core)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->out = arena_new(ANSWER_MAX);
	if (c->out == NULL || desk_job_init(&c->desk_job, core) != ERR_OK) {
		arena_free(&c->out);
		free(c);
		return NULL;
	}
	c->core = core;
	c->rows_end = &c->rows;
	return c;
}

void control_run(struct core *core, struct bytes request, const char *who, control_line_fn *fn,
		 void *ctx)
{
	static const struct bytes stopping = BYTES("{\"exit\":1,\"error\":\"odzivd is stopping\"}");
	static const struct bytes no_memory = BYTES("{\"exit\":1,\"error\":\"out of memory\"}");
	struct control *c = core->is_stopping ? NULL : control_new(core);
	int err;

	if (c == NULL) {
		fn(core->is_stopping ? stopping : no_memory, true, ctx);
		return;
	}
	(void)snprintf(c->who, sizeof(c->who), "%s", who);
	c->fn = fn;
	c->fn_ctx = ctx;
	err = read_request(c, request);
	if (err == ERR_OK)
		start(c);
	else
		control_end(c, err);
}
