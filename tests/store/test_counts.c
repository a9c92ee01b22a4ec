/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * counts and messages - what must add up at any time, and what people may use only so often.
 */
#include "store/counts.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "store/messages.h"
#include "tests/store/fixture.h"
#include "tests/tap.h"

static const struct wall always = { 0 };

static uint64_t add_message(struct txn *t, struct fixture *f, enum msg_outcome outcome,
			    struct wall at)
{
	Pb__Message *msg = arena_alloc(f->arena, sizeof(*msg));

	pb__message__init(msg);
	msg->id = txn_id(t, at);
	msg->channel = record_strc(f->arena, "sms");
	msg->contact = 7;
	msg->received = at.ms;
	msg->outcome = outcome;
	message_add(t, msg);
	return msg->id;
}

static struct balance balance(struct txn *t, struct wall from, struct wall to)
{
	struct balance b = { 0 };

	if (balance_get(t, from, to, &b) != ERR_OK)
		diag("balance_get failed");
	return b;
}

static int count_id(const Pb__Message *rec, void *ctx)
{
	(void)rec;
	++*(size_t *)ctx;
	return ERR_OK;
}

static int messages(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct balance b = balance(t, always, always);
	uint64_t ids[OUTCOME_NOT_ANSWERED + 1];
	Pb__Message *msg;
	size_t n = 0, some = 0;
	bool one_each = true;

	ok(b.balanced && b.received_sms == 0, "an empty store is balanced");
	for (int o = OUTCOME_CASE; o <= OUTCOME_NOT_ANSWERED; o++)
		ids[o] = add_message(t, f, (enum msg_outcome)o, later((o - 1) * DAY_MS));
	b = balance(t, always, always);
	ok(b.balanced && b.received_sms == 6, "six messages are six outcomes");
	for (int o = OUTCOME_CASE; o <= OUTCOME_NOT_ANSWERED; o++)
		one_each = one_each && b.outcomes[o] == 1;
	ok(one_each, "one of each");
	b = balance(t, later(DAY_MS), later(3 * DAY_MS));
	ok(b.balanced && b.received_sms == 2 && b.outcomes[OUTCOME_JOINED] == 1,
	   "two days are a balance of their own");
	is_int(message_get(t, ids[OUTCOME_QUARANTINE], f->arena, &msg), ERR_OK,
	       "a quarantined message");
	msg->outcome = OUTCOME_CASE;
	message_put(t, msg);
	b = balance(t, always, always);
	ok(b.balanced && b.outcomes[OUTCOME_CASE] == 2 && b.outcomes[OUTCOME_QUARANTINE] == 0,
	   "that is released moves from one outcome to the other");
	ok(b.received_sms == 6, "and isn't received twice");
	message_of_contact(t, 7, 0, count_id, &n);
	message_of_contact(t, 7, 4, count_id, &some);
	ok(n == 6 && some == 4, "they are found by their contact, with a limit");
	n = some = 0;
	message_each(t, always, always, count_id, &n);
	message_each(t, later(DAY_MS), later(2 * DAY_MS), count_id, &some);
	ok(n == 6 && some == 1, "and by their time");
	msg->id++;
	message_put(t, msg);
	is_int(txn_err(t), ERR_NOENT, "what was never added can't be rewritten");
	return ERR_INVALID;
}

static int sums(struct txn *t, void *ctx)
{
	int64_t sum = -1;

	(void)ctx;
	count_add(t, COUNT_RECEIPTS, bytes_of("a"), FIXTURE_NOW, 2);
	count_add(t, COUNT_RECEIPTS, bytes_of("b"), FIXTURE_NOW, 3);
	count_add(t, COUNT_RECEIPTS, bytes_of("a"), later(DAY_MS), 4);
	count_add(t, COUNT_NO_RECEIPT, bytes_of("a"), FIXTURE_NOW, 100);
	count_sum(t, COUNT_RECEIPTS, BYTES_NONE, always, always, &sum);
	is_int(sum, 9, "over all channels and days");
	count_sum(t, COUNT_RECEIPTS, bytes_of("a"), always, always, &sum);
	is_int(sum, 6, "of one channel");
	count_sum(t, COUNT_RECEIPTS, bytes_of("a"), later(DAY_MS), always, &sum);
	is_int(sum, 4, "from a day on");
	count_sum(t, COUNT_RECEIPTS, bytes_of("a"), always, later(DAY_MS), &sum);
	is_int(sum, 2, "up to a day");
	count_sum(t, COUNT_SEGMENTS_SENT, BYTES_NONE, always, always, &sum);
	is_int(sum, 0, "what nobody counted is 0");
	return ERR_INVALID;
}

static int attempts(struct txn *t, void *ctx)
{
	const struct bytes ann = BYTES("sms:+381641234567"), all = BYTES("");

	(void)ctx;
	is_int(attempt_get(t, ATTEMPT_AUTO_REPLY, ann, 10), 0, "nobody has used anything");
	attempt_add(t, ATTEMPT_AUTO_REPLY, ann, 10, 1, FIXTURE_NOW);
	attempt_add(t, ATTEMPT_AUTO_REPLY, ann, 10, 2, FIXTURE_NOW);
	attempt_add(t, ATTEMPT_ALL_SEGMENTS, all, 10, 5, FIXTURE_NOW);
	is_int(attempt_get(t, ATTEMPT_AUTO_REPLY, ann, 10), 3, "one contact, one hour");
	is_int(attempt_get(t, ATTEMPT_AUTO_REPLY, ann, 11), 0, "the next hour begins anew");
	is_int(attempt_get(t, ATTEMPT_AUTO_REPLY, all, 10), 0, "another subject");
	is_int(attempt_get(t, ATTEMPT_SEGMENTS, ann, 10), 0, "another kind");
	is_int(attempt_get(t, ATTEMPT_ALL_SEGMENTS, all, 10), 5,
	       "the whole instance has no subject");
	return ERR_INVALID;
}

static int names(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct bytes value;
	uint64_t number;

	is_int(meta_get_u64(t, "x", &number), ERR_NOENT, "a name without a value");
	meta_put_u64(t, "x", UINT64_MAX);
	is_int(meta_get_u64(t, "x", &number), ERR_OK, "has one then");
	ok(number == UINT64_MAX, "the same");
	meta_put(t, "x", bytes_of("text"));
	is_int(meta_get_u64(t, "x", &number), ERR_CORRUPT, "text is no number");
	meta_get(t, "x", f->arena, &value);
	is_text(value, "text", "but text");
	return ERR_INVALID;
}

static int list_reason(const Pb__Quarantine *rec, void *ctx)
{
	strncat(ctx, rec->reason, 8);
	return ERR_OK;
}

static int quarantine(struct txn *t, void *ctx)
{
	static const char *const reasons[] = { "a", "b", "c" };
	char all[32] = "", open[32] = "", one[32] = "";
	struct fixture *f = ctx;
	Pb__Quarantine *q;
	uint64_t ids[3];

	for (size_t i = 0; i < 3; i++) {
		Pb__Quarantine rec = PB__QUARANTINE__INIT;

		rec.id = ids[i] = txn_id(t, FIXTURE_NOW);
		rec.reason = record_strc(f->arena, reasons[i]);
		quarantine_put(t, &rec);
	}
	quarantine_get(t, ids[1], f->arena, &q);
	q->settled = FIXTURE_NOW.ms;
	quarantine_put(t, q);
	quarantine_list(t, false, 0, list_reason, all);
	quarantine_list(t, true, 0, list_reason, open);
	quarantine_list(t, true, 1, list_reason, one);
	is_text(bytes_of(all), "cba", "the quarantine, newest first");
	is_text(bytes_of(open), "ca", "what nobody settled");
	is_text(bytes_of(one), "c", "with a limit");
	return ERR_INVALID;
}

int main(void)
{
	static db_work_fn *const stories[] = { messages, sums, attempts, names, quarantine };
	struct fixture f;

	plan(0);
	fixture_open(&f, "counts", FIXTURE_MAP);
	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		int err = db_write(f.db, stories[i], &f);

		ok(err == ERR_INVALID || err == ERR_NOENT, "story %zu ran to its end", i + 1);
	}
	fixture_close(&f);
	return done_testing();
}
