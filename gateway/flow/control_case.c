/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control_case - the commands that list, show and change cases.
 */
#include "gateway/flow/control_request.h"

#include <string.h>

#include "conf/limits.h"
#include "gateway/desk/show.h"
#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/strbuf.h"
#include "store/cases.h"

/* A search prints fewer: people look at the first ones. */
#define SEARCH_DEFAULT 50

struct case_rows {
	struct txn *t;
	struct control *c;
};

static int case_row(const Pb__Case *rec, void *ctx)
{
	struct case_rows *rows = ctx;
	struct arena *a = arena_new(ARENA_MESSAGE_MAX);
	struct json *row;
	int err;

	if (a == NULL)
		return ERR_NOMEM;
	row = show_case(rows->t, rec, a, false);
	err = control_row_take(rows->c, &row);
	arena_free(&a);
	return err;
}

static int read_filter(struct control *c, struct case_filter *f)
{
	const struct profile *p = c->desk_job.conf->profile;
	struct bytes state = control_option(c, "state");
	enum case_state parsed;

	f->state = -1;
	if (state.len > 0) {
		if (case_state_parse(state, &parsed) != ERR_OK)
			return control_fail(
				c, ERR_INVALID,
				"--state: '%.*s' is none of new, open, waiting, solved, "
				"closed",
				PRI_BYTES(state));
		f->state = (int)parsed;
	}
	f->department = control_option(c, "department");
	if (f->department.len > 0 && profile_department(p, f->department) == NULL)
		return control_fail(c, ERR_INVALID, "--department: the profile has no '%.*s'",
				    PRI_BYTES(f->department));
	f->category = control_option(c, "category");
	if (f->category.len > 0 && profile_category(p, f->category) == NULL)
		return control_fail(c, ERR_INVALID, "--category: the profile has no '%.*s'",
				    PRI_BYTES(f->category));
	/* The records hold the profile's spelling. */
	if (f->department.len > 0)
		f->department = profile_department(p, f->department)->code;
	if (f->category.len > 0)
		f->category = profile_category(p, f->category)->code;
	f->late = control_flag(c, "late");
	f->now = c->desk_job.now;
	return control_limit(c, LIST_DEFAULT, &f->limit);
}

int control_case_list(struct txn *t, struct control *c)
{
	struct case_rows rows = { t, c };
	struct case_filter f = { 0 };
	int err = read_filter(c, &f);

	f.look_max = LIST_LOOK_MAX;
	return err == ERR_OK ? control_listed(c, case_list(t, &f, case_row, &rows)) : err;
}

int control_case_search(struct txn *t, struct control *c)
{
	struct case_rows rows = { t, c };
	struct case_filter f = { .state = -1, .now = c->desk_job.now };
	struct strbuf words = strbuf_in(control_scratch(c), CONTROL_LINE_MAX);
	struct folded folded;
	int err = control_limit(c, SEARCH_DEFAULT, &f.limit);

	for (size_t i = 0; i < c->n_words; i++) {
		if (i > 0)
			strbuf_addc(&words, ' ');
		strbuf_add(&words, c->words[i]);
	}
	if (err == ERR_OK)
		err = strbuf_err(&words);
	if (err == ERR_OK)
		err = fold_text(control_scratch(c), bytes_trim(strbuf_bytes(&words)), &folded);
	if (err != ERR_OK)
		return err;
	if (folded.text.len == 0)
		return control_fail(c, ERR_INVALID, "there is nothing to search for");
	f.words = folded.text;
	f.look_max = SEARCH_LOOK_MAX;
	return control_listed(c, case_list(t, &f, case_row, &rows));
}

static int show_number(struct txn *t, struct control *c, struct bytes number)
{
	struct arena *a = control_scratch(c);
	struct json *row;
	Pb__Case *rec;
	int err = case_get(t, number, a, &rec);

	if (err == ERR_INVALID)
		return control_fail(
			c, err, "'%.*s' is no case number: write it in full, as %.*s-2026-000123",
			PRI_BYTES(number), PRI_BYTES(c->desk_job.conf->profile->case_prefix));
	if (err == ERR_NOENT)
		return control_fail(c, err, "there is no case %.*s", PRI_BYTES(number));
	if (err != ERR_OK)
		return err;
	row = show_case(t, rec, a, true);
	return control_row_take(c, &row);
}

int control_case_show(struct txn *t, struct control *c)
{
	return show_number(t, c, c->words[0]);
}

/* What the second word of a command is to the desk. */
enum second { SECOND_WORDS, SECOND_OTHER };

/* clang-format off */
static const struct {
	const char *command;
	int (*act)(struct txn *t, struct desk *d, struct staff_act *act);
	enum second second;
} acts[] = {
	{ "case answer", staff_answer, SECOND_WORDS },
	{ "case note",   staff_note,   SECOND_WORDS },
	{ "case assign", staff_assign, SECOND_OTHER },
	{ "case status", staff_status, SECOND_OTHER },
	{ "case close",  staff_close,  SECOND_WORDS },
	{ "case reopen", staff_reopen, SECOND_WORDS },
	{ "case merge",  staff_merge,  SECOND_OTHER },
	{ "case new",    staff_new,    SECOND_WORDS },
};
/* clang-format on */

static void fill_act(struct control *c, enum second second)
{
	struct staff_act *act = &c->act;

	*act = (struct staff_act){ .number = c->words[0], .who = c->who };
	if (second == SECOND_WORDS)
		act->words = c->words[1];
	else
		act->other = c->words[1];
	if (c->n_words > 2)
		act->words = c->words[2];
	if (control_option(c, "category").len > 0)
		act->other = control_option(c, "category");
	act->is_question = control_flag(c, "question");
}

int control_case_act(struct txn *t, struct control *c)
{
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		int err;

		if (strcmp(acts[i].command, c->command->name) != 0)
			continue;
		fill_act(c, acts[i].second);
		err = acts[i].act(t, &c->desk_job.desk, &c->act);
		if (err != ERR_OK)
			return c->act.why[0] != '\0' ? control_fail(c, err, "%s", c->act.why) : err;
		return show_number(t, c, bytes_of(c->act.result));
	}
	return ERR_BAD_STATE;
}
