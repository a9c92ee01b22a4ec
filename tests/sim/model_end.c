/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must hold when a year is over and all has settled (model.h).
 */
#include "tests/sim/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/desk/budget.h"
#include "parsers/err.h"
#include "parsers/sms_text.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/counts.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/parts.h"
#include "store/scan.h"
#include "tests/sim/model_mail.h"

#define CHECK_ARENA_MAX (64 * MIB)
/* STOP may be on disk this much sooner or later than its acknowledgement was heard. */
#define STOP_SLACK_MS (2 * MINUTE_MS)

/* A message's record, as far as rows refer to it. */
struct kept {
	uint64_t id;
	size_t written;
	enum msg_outcome outcome;
	unsigned rows; /* that answer it */
};

/* What of a contact's budget was used in the hour at hand. */
struct hour_use {
	int64_t hour;
	unsigned n;
};

struct check {
	struct model *m;
	struct world *w;
	struct diary *d;
	struct txn *t;
	struct arena *arena;
	struct kept *kept; /* by id */
	size_t n_kept, kept_cap;
	unsigned *records;    /* by piece */
	struct hour_use *use; /* by citizen */
	unsigned *deeds_done; /* by deed */
	const struct conf *conf;
};

static void *must(void *ptr)
{
	if (ptr == NULL)
		abort();
	return ptr;
}

/* --- messages and parts --- */

static struct kept *kept_find(const struct check *c, uint64_t id)
{
	size_t low = 0, high = c->n_kept;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c->kept[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->n_kept && c->kept[low].id == id ? &c->kept[low] : NULL;
}

static void keep(struct check *c, const Pb__Message *rec, size_t written)
{
	if (c->n_kept == c->kept_cap) {
		c->kept_cap = c->kept_cap == 0 ? 1024 : 2 * c->kept_cap;
		c->kept = must(reallocarray(c->kept, c->kept_cap, sizeof(*c->kept)));
	}
	c->kept[c->n_kept++] = (struct kept){ .id = rec->id,
					      .written = written,
					      .outcome = (enum msg_outcome)rec->outcome };
}

static void count_record(struct check *c, size_t piece)
{
	if (c->records[piece]++ > 0)
		diary_violated(c->d, "repeats-are-recognised", "m%zu (%.40s) is kept twice", piece,
			       c->w->written[c->w->pieces[piece].written].words);
	c->w->pieces[piece].is_stored = true;
}

static bool is_text(const struct text_kind *k)
{
	return k->use != USE_DAMAGED && k->use != USE_OCTETS && k->use != USE_FAULT;
}

/* A whole of several parts is known by them; where they went already, by what it says. */
static bool piece_of_message(const struct check *c, const Pb__Message *rec, size_t *piece_out)
{
	for (size_t i = 0; rec->parts > 0 && i < c->w->n_pieces; i++) {
		if (c->w->pieces[i].message != rec->id)
			continue;
		*piece_out = i;
		return true;
	}
	return world_piece_of(c->w, bytes_of(rec->remote_id), bytes_at(rec->udh.data, rec->udh.len),
			      bytes_of(rec->text), bytes_at(rec->raw.data, rec->raw.len),
			      piece_out);
}

static int on_message(struct bytes key, const ProtobufCMessage *m, void *ctx)
{
	const Pb__Message *rec = (const Pb__Message *)m;
	struct check *c = ctx;
	size_t piece = 0;
	const struct written *wr;

	(void)key;
	c->m->n_messages++;
	if (rec->outcome == OUTCOME_NONE || rec->outcome > OUTCOME_NOT_ANSWERED)
		diary_violated(c->d, "one-outcome-each", "message %" PRIu64 " has outcome %u",
			       rec->id, rec->outcome);
	if (rec->outcome == OUTCOME_QUARANTINE)
		c->m->n_quarantined++;
	if (strcmp(rec->channel, MAIL_CHANNEL) == 0) {
		c->m->n_mails++;
		model_mail_message(c->m, rec);
		return ERR_OK;
	}
	if (!piece_of_message(c, rec, &piece)) {
		diary_violated(c->d, "nothing-is-made-up", "message %" PRIu64 " of '%s'", rec->id,
			       rec->remote_id);
		return ERR_OK;
	}
	wr = &c->w->written[c->w->pieces[piece].written];
	if (rec->parts == 0)
		count_record(c, piece);
	if (rec->parts == 0 && is_text(wr->kind) && strcmp(rec->text, wr->words) != 0)
		diary_violated(c->d, "text-whole", "m%zu: '%.60s' became '%.60s'", piece, wr->words,
			       rec->text);
	keep(c, rec, c->w->pieces[piece].written);
	return ERR_OK;
}

static void check_pieces(struct check *c)
{
	for (size_t i = 0; i < c->w->n_pieces; i++) {
		const struct piece *p = &c->w->pieces[i];

		if (p->first_ms != 0 && !p->is_acked)
			diary_violated(c->d, "everybody-is-answered-once",
				       "m%zu was never acknowledged", i);
		if (p->total > 1 && p->is_stored)
			c->m->n_parts++;
	}
	c->m->scanned_ms = 0; /* all of them */
	model_check_kept(c->m);
}

/* --- rows --- */

static bool is_staff(const struct check *c, const char *to)
{
	const struct profile *p = c->conf->profile;

	for (size_t i = 0; i < p->n_members; i++)
		if (bytes_is(p->members[i].phone, to))
			return true;
	return false;
}

static struct citizen *citizen_of(const struct check *c, const Pb__Outbox *row)
{
	struct bytes to = bytes_of(row->to);

	return bytes_starts(to, "sms:") ? world_citizen(c->w, bytes_cut(to, 4, to.len)) : NULL;
}

static void check_addressee(struct check *c, const Pb__Outbox *row, const struct citizen *who)
{
	if (row->contact == 0 && is_staff(c, row->to))
		return;
	if (who == NULL || !who->has_written || !who->is_answerable) {
		diary_violated(c->d, "only-who-wrote-is-answered", "row %" PRIu64 " goes to %s",
			       row->id, row->to);
		return;
	}
	if (strcmp(row->from, SHORT_CODE) != 0)
		diary_violated(c->d, "the-same-way-back", "row %" PRIu64 " leaves from %s", row->id,
			       row->from);
	if (row->message != 0 &&
	    strcmp(row->channel, c->m->machine->net->links[who->link].name) != 0)
		diary_violated(c->d, "the-same-way-back", "row %" PRIu64 " leaves by %s", row->id,
			       row->channel);
}

static void check_settled(struct check *c, const Pb__Outbox *row)
{
	switch ((enum out_state)row->state) {
	case OUT_SENT:
	case OUT_ARRIVED:
	case OUT_FAILED:
	case OUT_CANCELLED: return;
	case OUT_UNSURE:
		if (row->told_staff)
			return;
		break;
	case OUT_QUEUED:
		if (row->not_before > c->d->now.ms)
			return;
		break;
	case OUT_SENDING: break;
	}
	diary_violated(c->d, "nothing-stays-open", "row %" PRIu64 " is still %s", row->id,
		       out_state_text((enum out_state)row->state));
}

static void check_receipt(struct check *c, const Pb__Outbox *row, const struct shot *s,
			  enum out_state state)
{
	/* By an id that a death made us forget, nothing can be learned. */
	bool knows = s->link == 0 || s->unknown == 0;

	if (!s->arrived_told || s->failed_told || s->refused > 0 || !knows ||
	    state == OUT_ARRIVED || (state == OUT_CANCELLED && s->unknown > 0))
		return;
	diary_violated(
		c->d,
		s->lied_after && state == OUT_FAILED ? "arrived-stays" : "receipts-are-believed",
		"row %" PRIu64 ".%u arrived and is %s", row->id, s->segment, out_state_text(state));
}

static void check_segment(struct check *c, const Pb__Outbox *row, unsigned i, struct bytes words)
{
	const struct shot *s = world_find_shot(c->w, row->id, i);
	enum out_state state = (enum out_state)row->segments[i]->state;

	if (s == NULL) {
		if (state == OUT_SENT || state == OUT_ARRIVED)
			diary_violated(c->d, "what-is-sent-has-left",
				       "row %" PRIu64 ".%u is %s, the network never saw it",
				       row->id, i, out_state_text(state));
		return;
	}
	if ((state == OUT_SENT || state == OUT_ARRIVED) && s->copies == 0)
		diary_violated(c->d, "what-is-sent-has-left",
			       "row %" PRIu64 ".%u is %s, no phone got it", row->id, i,
			       out_state_text(state));
	if (!bytes_is(words, s->text) || strcmp(s->from, row->from) != 0 ||
	    !bytes_ends(bytes_of(row->to), s->to))
		diary_violated(c->d, "phones-and-rows-agree",
			       "row %" PRIu64 ".%u: the phone got '%.60s'", row->id, i, s->text);
	if (s->copies > 1 + s->unknown && !s->failed_told && s->refused == 0)
		diary_violated(c->d, "copies-are-bounded",
			       "row %" PRIu64 ".%u came %u times, its fate was unknown %u times",
			       row->id, i, s->copies, s->unknown);
	if (state == OUT_FAILED && s->link != MAIL_LINK && s->refused == 0 && !s->failed_told &&
	    !s->lied_after)
		diary_violated(c->d, "what-failed-was-refused",
			       "row %" PRIu64 ".%u is failed, nobody refused it", row->id, i);
	check_receipt(c, row, s, state);
}

static int check_mail(struct check *c, const Pb__Outbox *row)
{
	if (row->n_segments == 1)
		check_segment(c, row, 0, bytes_of(row->text));
	else
		diary_violated(c->d, "phones-and-rows-agree", "mail %" PRIu64 " has %zu segments",
			       row->id, row->n_segments);
	return ERR_OK;
}

static int check_segments(struct check *c, const Pb__Outbox *row)
{
	struct sms_segment *segments;
	size_t n;
	int err;

	arena_reset(c->arena);
	err = sms_split_as(c->arena, bytes_of(row->text), (enum smpp_long)row->long_form,
			   (uint16_t)row->reference, &segments, &n);
	if (err != ERR_OK)
		return err;
	if (n != row->n_segments)
		diary_violated(c->d, "phones-and-rows-agree",
			       "row %" PRIu64 " has %zu segments, its words %zu", row->id,
			       row->n_segments, n);
	for (size_t i = 0; i < n && i < row->n_segments; i++)
		check_segment(c, row, (unsigned)i, segments[i].text);
	return ERR_OK;
}

/* On a network that isn't told what was a repeat, its own record shows that it wasn't. */
static bool is_own_stop(const struct check *c, const struct stop *s)
{
	return c->w->citizens[s->citizen].link == SMPP_LINK && c->records[s->piece] > 0;
}

/* STOP: one confirmation, then only that a text has come, and what to do in danger. */
static void check_stopped(struct check *c, const Pb__Outbox *row, const struct citizen *who)
{
	const struct kept *k = kept_find(c, row->message);

	if (row->kind == KIND_ACK || row->kind == KIND_EMERGENCY || who == NULL)
		return;
	for (size_t i = 0; i < c->w->n_stops; i++) {
		const struct stop *s = &c->w->stops[i];

		if ((!s->is_sure && !is_own_stop(c, s)) || who != &c->w->citizens[s->citizen] ||
		    row->created < s->from_ms + STOP_SLACK_MS ||
		    (s->to_ms != 0 && row->created >= s->to_ms))
			continue;
		if (k != NULL && c->w->written[k->written].kind->use == USE_STOP)
			continue;
		diary_violated(c->d, "stop-is-kept",
			       "row %" PRIu64 " (%s) was made for %s, who had said STOP", row->id,
			       out_kind_text((enum out_kind)row->kind), who->number);
	}
}

static bool is_automatic(const Pb__Outbox *row)
{
	return row->kind == KIND_ACK || row->kind == KIND_STATUS || row->kind == KIND_HELP;
}

/* Counted are only those that left in the hour they were made in: their window is known for sure. */
static void check_budget(struct check *c, const Pb__Outbox *row, const struct citizen *who)
{
	const struct shot *s = world_find_shot(c->w, row->id, 0);
	int64_t hour = row->created / HOUR_MS;
	struct hour_use *use;

	if (who == NULL || s == NULL || !is_automatic(row) || s->first_ms / HOUR_MS != hour)
		return;
	use = &c->use[who - c->w->citizens];
	if (use->hour != hour)
		*use = (struct hour_use){ .hour = hour };
	if (++use->n > c->conf->budget.auto_replies_hour)
		diary_violated(c->d, "budgets-hold",
			       "row %" PRIu64 " is the %uth automatic text to %s in an hour",
			       row->id, use->n, who->number);
}

/* The deed whose words these are. */
static size_t deed_of(const struct check *c, const char *text)
{
	const char *at = strstr(text, "zq");
	size_t n = 0, unit = 1;

	for (; at != NULL && at[2] >= 'a' && at[2] <= 'z'; at++, unit *= 26)
		n += (size_t)(at[2] - 'a') * unit;
	return at == NULL || n < 1000000 || n - 1000000 >= c->w->n_deeds ? SIZE_MAX : n - 1000000;
}

static void note_deed(struct check *c, const Pb__Outbox *row)
{
	size_t i = deed_of(c, row->text);

	if (i == SIZE_MAX || (row->kind != KIND_ANSWER && row->kind != KIND_QUESTION))
		return;
	if (c->deeds_done[i]++ > 0)
		diary_violated(c->d, "what-clerks-were-told-is-done",
			       "row %" PRIu64 " says it a second time", row->id);
}

static int on_row(struct bytes key, const ProtobufCMessage *m, void *ctx)
{
	const Pb__Outbox *row = (const Pb__Outbox *)m;
	struct check *c = ctx;
	const struct citizen *who = citizen_of(c, row);
	struct kept *k = kept_find(c, row->message);

	(void)key;
	c->m->n_rows++;
	if (k != NULL)
		k->rows++;
	model_mail_row(c->m, row);
	check_settled(c, row);
	if (strcmp(row->channel, MAIL_CHANNEL) == 0) {
		model_mail_address(c->m, row);
		note_deed(c, row);
		return check_mail(c, row);
	}
	check_addressee(c, row, who);
	check_stopped(c, row, who);
	check_budget(c, row, who);
	note_deed(c, row);
	return check_segments(c, row);
}

static int check_shots(struct check *c)
{
	for (size_t i = 0; i < c->w->n_shots; i++) {
		Pb__Outbox *row;
		int err;

		arena_reset(c->arena);
		err = outbox_get(c->t, c->w->shots[i].row, c->arena, &row);
		if (err == ERR_NOENT)
			diary_violated(c->d, "phones-and-rows-agree",
				       "%s got row %" PRIu64 ", which isn't kept",
				       c->w->shots[i].to, c->w->shots[i].row);
		else if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* --- answers --- */

static bool was_stopped(const struct check *c, const struct written *wr)
{
	const struct piece *p = &c->w->pieces[wr->first_piece];

	for (size_t i = 0; i < c->w->n_stops; i++) {
		const struct stop *s = &c->w->stops[i];

		if (s->citizen == wr->citizen && p->acked_ms >= c->w->pieces[s->piece].first_ms &&
		    (s->to_ms == 0 || p->first_ms <= s->to_ms + STOP_SLACK_MS))
			return true;
	}
	return false;
}

static bool is_command(const struct text_kind *k)
{
	return k->use == USE_EXACT || strncmp(k->words, "STATUS", 6) == 0;
}

static void check_answers(struct check *c)
{
	for (size_t i = 0; i < c->n_kept; i++) {
		const struct kept *k = &c->kept[i];
		const struct written *wr = &c->w->written[k->written];

		if (k->rows > 0 && k->outcome == OUTCOME_QUARANTINE)
			diary_violated(c->d, "silence-is-kept", "'%.60s' was answered", wr->words);
		if (k->rows > 0 || wr->kind->owed != OWED_ANSWER ||
		    !c->w->citizens[wr->citizen].is_answerable ||
		    (is_command(wr->kind) && was_stopped(c, wr)))
			continue;
		diary_violated(c->d, "everybody-gets-an-answer",
			       "message %" PRIu64 " from %s: '%.60s'", k->id,
			       c->w->citizens[wr->citizen].number, wr->words);
	}
}

/* --- cases --- */

static int on_case(struct bytes key, const ProtobufCMessage *m, void *ctx)
{
	const Pb__Case *rec = (const Pb__Case *)m;
	struct check *c = ctx;

	(void)key;
	c->m->n_cases++;
	if (!case_is_open(rec))
		return ERR_OK;
	c->m->n_open++;
	return model_check_due(c->m, c->t, rec);
}

struct trail {
	const struct deed *deed;
	bool found;
};

static int on_step(const Pb__LogEntry *entry, void *ctx)
{
	struct trail *trail = ctx;

	trail->found |= strcmp(entry->why, trail->deed->words) == 0 ||
			strcmp(entry->note, trail->deed->words) == 0;
	return ERR_OK;
}

static int check_deed(struct check *c, const struct deed *d, unsigned rows)
{
	struct trail trail = { .deed = d, .found = rows > 0 };
	int err = ERR_OK;

	if (!d->is_told)
		return ERR_OK;
	if (d->kind != DEED_ANSWER)
		err = case_log_each(c->t, bytes_of(d->number), on_step, &trail);
	if (err == ERR_OK && !trail.found)
		diary_violated(c->d, "what-clerks-were-told-is-done", "%s: '%.60s' isn't there",
			       d->number, d->words);
	return err;
}

static int on_contact(struct bytes key, const ProtobufCMessage *m, void *ctx)
{
	const Pb__Contact *rec = (const Pb__Contact *)m;
	struct check *c = ctx;
	int err = ERR_OK;

	(void)key;
	for (size_t i = 0; i < rec->n_same && err == ERR_OK; i++) {
		Pb__Contact *same;

		arena_reset(c->arena);
		err = contact_get(c->t, rec->same[i], c->arena, &same);
		if (err == ERR_OK)
			model_mail_joined(c->m, rec, same);
	}
	return err;
}

/* --- the whole --- */

static void on_problem(const struct problem *p, void *ctx)
{
	diary_violated(ctx, "verify-finds-nothing", "%s: %s", p->table, p->words);
}

static int check_verify(struct check *c)
{
	struct arena *a = arena_new(CHECK_ARENA_MAX);
	uint64_t n;
	int err = a == NULL ? ERR_NOMEM : verify_run(c->t, a, on_problem, c->d, &n, NULL, NULL);

	arena_free(&a);
	return err;
}

static int check_balance(struct check *c)
{
	struct balance b;
	int err = balance_get(c->t, (struct wall){ 0 }, (struct wall){ 0 }, &b);
	uint64_t tries = 0;

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < c->w->n_pieces; i++)
		tries += c->w->pieces[i].tries;
	for (size_t i = 0; i < c->w->letters.n; i++)
		tries += c->w->letters.list[i].tries;
	if (!b.balanced || b.received_sms + b.received_mail != (int64_t)c->m->n_messages ||
	    b.received_mail != (int64_t)c->m->n_mails || b.parts != (int64_t)c->m->n_parts ||
	    b.parts_waiting != 0)
		diary_violated(c->d, "balance-holds",
			       "received %" PRId64 " of %" PRIu64 ", parts %" PRId64 " of %" PRIu64,
			       b.received_sms, c->m->n_messages, b.parts, c->m->n_parts);
	if (b.repeats < (int64_t)c->w->repeats_told || b.repeats > (int64_t)tries)
		diary_violated(c->d, "balance-holds",
			       "%" PRId64 " repeats counted, %" PRIu64 " told, %" PRIu64 " tries",
			       b.repeats, c->w->repeats_told, tries);
	return ERR_OK;
}

static int scan(struct check *c, enum table table, scan_fn *fn)
{
	return scan_table(c->t, table, BYTES_NONE, BYTES_NONE, WALK_UP, 0, fn, c);
}

static int check_all(struct txn *t, void *ctx)
{
	struct check *c = ctx;
	int err;

	c->t = t;
	c->m->is_over = true;
	c->m->n_checks++;
	err = model_look_at_parts(c->m, t);
	if (err == ERR_OK)
		err = scan(c, TABLE_MESSAGE, on_message);
	if (err == ERR_OK) {
		check_pieces(c);
		model_mail_end(c->m);
	}
	if (err == ERR_OK)
		err = scan(c, TABLE_OUTBOX, on_row);
	if (err == ERR_OK)
		err = check_shots(c);
	if (err == ERR_OK)
		check_answers(c);
	if (err == ERR_OK)
		err = scan(c, TABLE_CASE, on_case);
	if (err == ERR_OK)
		err = scan(c, TABLE_CONTACT, on_contact);
	if (err == ERR_OK)
		model_mail_joins(c->m);
	for (size_t i = 0; i < c->w->n_deeds && err == ERR_OK; i++)
		err = check_deed(c, &c->w->deeds[i], c->deeds_done[i]);
	if (err == ERR_OK)
		err = check_balance(c);
	return err == ERR_OK ? check_verify(c) : err;
}

void model_end(struct model *m)
{
	struct check c = {
		.m = m, .w = m->world, .d = m->diary, .conf = m->machine->grounds->confs[0]
	};
	int err;

	m->n_messages = m->n_mails = m->n_cases = m->n_rows = m->n_parts = m->n_quarantined = 0;
	c.arena = must(arena_new(CHECK_ARENA_MAX));
	c.records = must(calloc(c.w->n_pieces + 1, sizeof(*c.records)));
	c.use = must(calloc(c.w->n_citizens, sizeof(*c.use)));
	c.deeds_done = must(calloc(c.w->n_deeds + 1, sizeof(*c.deeds_done)));
	err = machine_look(m->machine, check_all, &c);
	if (err != ERR_OK)
		diary_violated(m->diary, "the-store-can-be-read", "%s", err_text(err));
	free(c.deeds_done);
	free(c.use);
	free(c.records);
	free(c.kept);
	arena_free(&c.arena);
}

/* --- two years compared --- */

struct digesting {
	struct digest so_far;
	struct arena *arena;
};

static void on_dumped(struct bytes line, void *ctx)
{
	struct digesting *g = ctx;
	struct bytes parts[] = { digest_bytes(&g->so_far), line };

	keyed_digest(NULL, parts, ARRAY_LEN(parts), &g->so_far);
}

static int dump_all(struct txn *t, void *ctx)
{
	struct digesting *g = ctx;

	return dump_run(t, TABLE_COUNT_ALL, g->arena, on_dumped, g);
}

int model_digest(struct model *m, struct digest *digest_out)
{
	struct digesting g = { .arena = must(arena_new(CHECK_ARENA_MAX)) };
	int err = machine_look(m->machine, dump_all, &g);

	arena_free(&g.arena);
	*digest_out = g.so_far;
	return err;
}
