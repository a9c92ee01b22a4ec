/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/store/sample.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/counts.h"
#include "store/held.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/parts.h"
#include "tests/tap.h"

struct filling {
	struct txn *t;
	struct arena *a;
	uint64_t contact;
	uint64_t message;
	Pb__Case *open;
};

static Pb__File **add_files(struct filling *g)
{
	Pb__File **files = arena_array(g->a, 2, sizeof(*files));
	uint8_t *hash = arena_alloc(g->a, BLOB_HASH_SIZE);

	keyed_sha256(bytes_of(SAMPLE_BLOB), hash);
	/* The same picture twice. */
	for (size_t i = 0; i < 2; i++) {
		files[i] = arena_alloc(g->a, sizeof(**files));
		pb__file__init(files[i]);
		files[i]->name = record_strc(g->a, "cev.jpg");
		files[i]->sha256.data = hash;
		files[i]->sha256.len = BLOB_HASH_SIZE;
	}
	return files;
}

static Pb__Message *add_message(struct filling *g, enum msg_outcome outcome, const char *number)
{
	Pb__Message *msg = arena_alloc(g->a, sizeof(*msg));

	pb__message__init(msg);
	msg->id = txn_id(g->t, FIXTURE_NOW);
	msg->channel = record_strc(g->a, outcome == OUTCOME_COMMAND ? "other" : "sms");
	msg->contact = g->contact;
	msg->text = record_strc(g->a, "pukla cev");
	msg->received = FIXTURE_NOW.ms;
	msg->outcome = outcome;
	msg->case_number = record_strc(g->a, number);
	message_add(g->t, msg);
	g->message = msg->id;
	return msg;
}

static Pb__Case *add_case(struct filling *g, const char *place, enum case_state state)
{
	Pb__Case *rec = arena_alloc(g->a, sizeof(*rec));
	const struct bytes prefix = BYTES("SP");
	struct case_step step = { .who = "citizen",
				  .what = "opened",
				  .words = bytes_of("pukla cev") };
	Pb__Message *msg;

	pb__case__init(rec);
	rec->contact = g->contact;
	rec->state = state;
	rec->category = record_strc(g->a, "VOD");
	rec->department = record_strc(g->a, "vodovod");
	rec->place = record_strc(g->a, place);
	rec->opened = FIXTURE_NOW.ms;
	rec->answer_due = later(DAY_MS).ms;
	case_open(g->t, rec, prefix, 2026, NULL, FIXTURE_NOW, g->a);
	msg = add_message(g, OUTCOME_CASE, rec->number);
	rec->first_message = msg->id;
	step.message = msg->id;
	case_log(g->t, rec, &step, FIXTURE_NOW, g->a);
	step = (struct case_step){ .who = "ana", .what = "note", .note = bytes_of("call them") };
	case_log(g->t, rec, &step, later(1), g->a);
	case_put(g->t, rec);
	return rec;
}

/* A mail that its case names, what was answered, and words in a member's name that wait. */
static void add_mail(struct filling *g)
{
	Pb__Message *msg = arena_alloc(g->a, sizeof(*msg));
	Pb__Outbox *row = arena_alloc(g->a, sizeof(*row));
	Pb__Held held = PB__HELD__INIT;

	pb__message__init(msg);
	msg->id = txn_id(g->t, FIXTURE_NOW);
	msg->channel = record_strc(g->a, "mail");
	msg->contact = g->contact;
	msg->received = FIXTURE_NOW.ms;
	msg->outcome = OUTCOME_JOINED;
	msg->case_number = g->open->number;
	msg->message_id = record_strc(g->a, "one@example.org");
	msg->uid = 7;
	msg->files = add_files(g);
	msg->n_files = 2;
	message_add(g->t, msg);
	pb__outbox__init(row);
	row->channel = record_strc(g->a, "mail");
	row->case_number = g->open->number;
	row->message_id = record_strc(g->a, "two@example.org");
	row->token = record_strc(g->a, "saaaaaaaaaaaaaaaaa");
	row->bounce_token = record_strc(g->a, "baaaaaaaaaaaaaaaaa");
	outbox_add(g->t, row, 1, FIXTURE_NOW, g->a);
	held.case_number = g->open->number;
	held.member = record_strc(g->a, "ana");
	held.message = msg->id;
	held.row = row->id;
	held.expires = later(DAY_MS).ms;
	held_add(g->t, &held, FIXTURE_NOW);
	g->open->last_message = msg->id;
	case_put(g->t, g->open);
}

static void add_row(struct filling *g, size_t segments)
{
	Pb__Outbox *row = arena_alloc(g->a, sizeof(*row));

	pb__outbox__init(row);
	row->channel = record_strc(g->a, "sms");
	row->contact = g->contact;
	row->case_number = g->open->number;
	row->message = g->message;
	row->not_before = FIXTURE_NOW.ms;
	row->valid_until = later(2 * DAY_MS).ms;
	outbox_add(g->t, row, segments, FIXTURE_NOW, g->a);
}

/* Rows in all live states, one that was sent, and a receipt that came first. */
static void add_rows(struct filling *g)
{
	struct claimed claimed[4];
	Pb__Outbox *row;
	size_t n;
	const struct receipt early = { .remote_id = bytes_of("early"),
				       .state = RECEIPT_DELIVERED,
				       .at = FIXTURE_NOW };

	for (int i = 0; i < 3; i++)
		add_row(g, 1);
	outbox_claim(g->t, bytes_of("sms"), FIXTURE_NOW, 3, g->a, claimed, &n, NULL, NULL, NULL);
	for (size_t i = 0; i < 2; i++)
		outbox_result(g->t,
			      &(struct send_result){ .row = claimed[i].row->id,
						     .outcome = i == 0 ? SEND_OK : SEND_UNSURE,
						     .remote_id = bytes_of(i == 0 ? "r1" : "") },
			      FIXTURE_NOW, g->a, &row);
	add_row(g, 2);
	outbox_receipt(g->t, bytes_of("sms"), &early, FIXTURE_NOW, g->a, &row);
}

static void add_part(struct filling *g, uint32_t ref, uint32_t total, uint32_t index,
		     enum part_state settle)
{
	Pb__Part *rec = arena_alloc(g->a, sizeof(*rec));
	enum part_fate fate;
	struct part_set set;

	pb__part__init(rec);
	rec->channel = record_strc(g->a, "sms");
	rec->from = record_strc(g->a, "sms:+381641234567");
	rec->to = record_strc(g->a, "1234");
	rec->ref = ref;
	rec->total = total;
	rec->index = index;
	rec->received = FIXTURE_NOW.ms;
	rec->text = record_strc(g->a, index == 1 ? "one" : "two");
	if (part_add(g->t, rec, MINUTE_MS, FIXTURE_NOW, g->a, &fate, &set) == ERR_OK &&
	    fate != PART_REPEATED && settle != PART_WAITING)
		part_settle(g->t, &set, settle, g->message);
}

static void add_others(struct filling *g)
{
	Pb__Quarantine *q = arena_alloc(g->a, sizeof(*q));
	const struct bytes words = BYTES("pukla cev");
	Pb__Seen seen = PB__SEEN__INIT;
	struct digest d;

	pb__quarantine__init(q);
	q->message = add_message(g, OUTCOME_QUARANTINE, "")->id;
	q->id = txn_id(g->t, FIXTURE_NOW);
	q->reason = record_strc(g->a, "binary");
	q->received = FIXTURE_NOW.ms;
	quarantine_put(g->t, q);
	keyed_digest(NULL, &words, 1, &d);
	seen.at = FIXTURE_NOW.ms;
	seen.message = g->message;
	seen_put(g->t, &d, &seen);
	count_add(g->t, COUNT_REPEATS, bytes_of("sms"), FIXTURE_NOW, 2);
	count_add(g->t, COUNT_RECEIPTS, bytes_of("sms"), FIXTURE_NOW, 3);
	count_add(g->t, COUNT_NO_RECEIPT, bytes_of("sms"), FIXTURE_NOW, 1);
	attempt_add(g->t, ATTEMPT_AUTO_REPLY, bytes_of("sms:+381641234567"),
		    (uint32_t)(FIXTURE_NOW.ms / HOUR_MS), 1, FIXTURE_NOW);
	access_add(g->t, bytes_of("ana"), bytes_of("case show SP-2026-000001"), FIXTURE_NOW);
}

int sample_fill(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct filling g = { .t = t, .a = f->arena };
	Pb__Contact *contact;
	int err = contact_need(t, bytes_of("sms:+381641234567"), FIXTURE_NOW, g.a, &contact);

	if (err != ERR_OK)
		return err;
	g.contact = contact->id;
	g.open = add_case(&g, "Svetosavska 14", CASE_NEW);
	add_case(&g, "", CASE_CLOSED);
	add_message(&g, OUTCOME_JOINED, g.open->number);
	add_message(&g, OUTCOME_INFORMATION, "");
	add_message(&g, OUTCOME_COMMAND, "");
	add_message(&g, OUTCOME_NOT_ANSWERED, "");
	add_rows(&g);
	add_mail(&g);
	add_part(&g, 1, 2, 1, PART_WAITING);
	add_part(&g, 2, 2, 1, PART_WAITING);
	add_part(&g, 2, 2, 2, PART_JOINED);
	add_part(&g, 3, 3, 2, PART_GIVEN_UP);
	add_others(&g);
	return txn_err(t);
}

static void on_problem(const struct problem *p, void *ctx)
{
	struct findings *found = ctx;

	if (found->n < ARRAY_LEN(found->words)) {
		snprintf(found->tables[found->n], sizeof(found->tables[0]), "%s", p->table);
		snprintf(found->words[found->n], sizeof(found->words[0]), "%s", p->words);
	}
	found->n++;
}

void sample_verify(struct txn *t, struct findings *found_out)
{
	struct arena *a = arena_new((size_t)16 * 1024 * 1024);
	uint64_t n_records = 0;
	int err;

	found_out->n = 0;
	err = verify_run(t, a, on_problem, found_out, &n_records, NULL, NULL);
	if (err != ERR_OK)
		ok(false, "verify ran to its end: %s", err_text(err));
	arena_free(&a);
}

static size_t n_kept(const struct findings *found)
{
	return found->n < ARRAY_LEN(found->words) ? found->n : ARRAY_LEN(found->words);
}

bool findings_has(const struct findings *found, const char *table, const char *words)
{
	for (size_t i = 0; i < n_kept(found); i++)
		if (strcmp(found->tables[i], table) == 0 && strstr(found->words[i], words) != NULL)
			return true;
	return false;
}

void findings_show(const struct findings *found)
{
	for (size_t i = 0; i < n_kept(found); i++)
		diag("%s: %s", found->tables[i], found->words[i]);
}
