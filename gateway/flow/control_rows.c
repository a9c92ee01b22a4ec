/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control_rows - the commands about replies, contacts and the quarantine.
 */
#include "gateway/flow/control_request.h"

#include <inttypes.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/desk/show.h"
#include "parsers/err.h"
#include "store/contacts.h"
#include "store/messages.h"
#include "store/outbox.h"

typedef int act_fn(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act);

/* clang-format off */
static const struct {
	const char *command;
	act_fn *act;
} acts[] = {
	{ "outbox retry",       staff_outbox_retry },
	{ "outbox cancel",      staff_outbox_cancel },
	{ "quarantine release", staff_quarantine_release },
	{ "quarantine drop",    staff_quarantine_drop },
};
/* clang-format on */

/* Reads the id and does what the command is called. */
static int act_on_id(struct txn *t, struct control *c, uint64_t *id_out)
{
	int err = control_id(c, c->words[0], id_out);

	if (err != ERR_OK)
		return err;
	c->act = (struct staff_act){ .who = c->who };
	if (c->n_words > 1)
		c->act.words = c->words[1];
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (strcmp(acts[i].command, c->command->name) != 0)
			continue;
		err = acts[i].act(t, &c->desk_job.desk, *id_out, &c->act);
		if (err != ERR_OK && c->act.why[0] != '\0')
			return control_fail(c, err, "%s", c->act.why);
		return err;
	}
	return ERR_BAD_STATE;
}

/* --- replies --- */

static int outbox_row(const Pb__Outbox *row, void *ctx)
{
	struct json *j = show_row(row);

	return control_row_take(ctx, &j);
}

int control_outbox_list(struct txn *t, struct control *c)
{
	struct outbox_filter f = { .state = -1, .case_number = control_option(c, "case") };
	struct bytes state = control_option(c, "state");
	enum out_state parsed;
	int err = control_limit(c, LIST_DEFAULT, &f.limit);

	if (err != ERR_OK)
		return err;
	if (state.len > 0) {
		if (out_state_parse(state, &parsed) != ERR_OK)
			return control_fail(c, ERR_INVALID,
					    "--state: '%.*s' is none of queued, sending, sent, "
					    "arrived, unsure, failed, cancelled",
					    PRI_BYTES(state));
		f.state = (int)parsed;
	}
	f.look_max = LIST_LOOK_MAX;
	return control_listed(c, outbox_list(t, &f, outbox_row, c));
}

static int show_reply(struct txn *t, struct control *c, uint64_t id)
{
	Pb__Outbox *row;
	int err = outbox_get(t, id, control_scratch(c), &row);

	if (err == ERR_NOENT)
		return control_fail(c, err, "there is no reply %" PRIu64, id);
	return err == ERR_OK ? outbox_row(row, c) : err;
}

int control_outbox_show(struct txn *t, struct control *c)
{
	uint64_t id;
	int err = control_id(c, c->words[0], &id);

	return err == ERR_OK ? show_reply(t, c, id) : err;
}

int control_outbox_act(struct txn *t, struct control *c)
{
	uint64_t id;
	int err = act_on_id(t, c, &id);

	return err == ERR_OK ? show_reply(t, c, id) : err;
}

/* --- contacts --- */

typedef struct json *contact_show_fn(struct txn *t, const Pb__Contact *rec, struct arena *a);

static int show_person(struct txn *t, struct control *c, contact_show_fn *show)
{
	struct arena *a = control_scratch(c);
	struct bytes address;
	Pb__Contact *rec;
	struct json *row;
	int err = control_contact(c, c->words[0], &address);

	if (err != ERR_OK)
		return err;
	err = contact_find(t, address, a, &rec);
	if (err == ERR_NOENT)
		return control_fail(c, err, "nobody is known as %.*s", PRI_BYTES(address));
	if (err != ERR_OK)
		return err;
	row = show(t, rec, a);
	return control_row_take(c, &row);
}

int control_contact_show(struct txn *t, struct control *c)
{
	return show_person(t, c, show_contact);
}

int control_contact_export(struct txn *t, struct control *c)
{
	return show_person(t, c, show_export);
}

/* --- the quarantine --- */

static int quarantine_row(const Pb__Quarantine *rec, void *ctx)
{
	struct json *j = show_quarantine(rec, false);

	return control_row_take(ctx, &j);
}

int control_quarantine_list(struct txn *t, struct control *c)
{
	size_t limit;
	int err = control_limit(c, LIST_DEFAULT, &limit);

	return err == ERR_OK ? control_listed(c, quarantine_list(t, true, limit, quarantine_row, c))
			     : err;
}

static int show_held(struct txn *t, struct control *c, uint64_t id)
{
	Pb__Quarantine *rec;
	struct json *row;
	int err = quarantine_get(t, id, control_scratch(c), &rec);

	if (err == ERR_NOENT)
		return control_fail(c, err, "the quarantine holds no %" PRIu64, id);
	if (err != ERR_OK)
		return err;
	row = show_quarantine(rec, true);
	return control_row_take(c, &row);
}

int control_quarantine_show(struct txn *t, struct control *c)
{
	uint64_t id;
	int err = control_id(c, c->words[0], &id);

	return err == ERR_OK ? show_held(t, c, id) : err;
}

int control_quarantine_act(struct txn *t, struct control *c)
{
	uint64_t id;
	int err = act_on_id(t, c, &id);

	return err == ERR_OK ? show_held(t, c, id) : err;
}
