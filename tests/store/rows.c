/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/store/rows.h"

#include "parsers/err.h"
#include "tests/tap.h"

const struct bytes row_channel = BYTES("sms");

uint64_t row_add(struct txn *t, struct fixture *f, size_t segments, struct wall now)
{
	Pb__Outbox *row = arena_alloc(f->arena, sizeof(*row));

	pb__outbox__init(row);
	row->channel = record_strc(f->arena, "sms");
	row->to = record_strc(f->arena, "sms:+381641234567");
	row->contact = 77;
	row->case_number = record_strc(f->arena, "SP-2026-000001");
	row->kind = KIND_ACK;
	row->text = record_strc(f->arena, "hvala");
	row->not_before = now.ms;
	row->valid_until = now.ms + 2 * DAY_MS;
	if (outbox_add(t, row, segments, now, f->arena) != ERR_OK)
		diag("a row can't be added: %s", err_text(txn_err(t)));
	return row->id;
}

size_t row_claim(struct txn *t, struct fixture *f, size_t n, struct wall now, uint64_t *ids)
{
	struct claimed *c = arena_array(f->arena, n + 1, sizeof(*c));
	size_t got = 0;
	int err = outbox_claim(t, row_channel, now, n, f->arena, c, &got, NULL, NULL, NULL);

	if (err != ERR_OK)
		diag("claim: %s", err_text(err));
	for (size_t i = 0; i < got && ids != NULL; i++)
		ids[i] = c[i].row->id * 10 + c[i].segment;
	return got;
}

const char *row_state(struct txn *t, struct fixture *f, uint64_t id)
{
	Pb__Outbox *row;

	return outbox_get(t, id, f->arena, &row) == ERR_OK
		       ? out_state_text((enum out_state)row->state)
		       : "none";
}

int row_result(struct txn *t, struct fixture *f, uint64_t id, unsigned segment,
	       enum send_outcome outcome, const char *remote, struct wall now)
{
	struct send_result r = { .row = id,
				 .segment = segment,
				 .outcome = outcome,
				 .remote_id = bytes_of(remote),
				 .error = outcome == SEND_OK ? BYTES_NONE : bytes_of("no route"),
				 .not_before = { now.ms + MINUTE_MS } };
	Pb__Outbox *row;

	return outbox_result(t, &r, now, f->arena, &row);
}

int row_receipt(struct txn *t, struct fixture *f, uint64_t id, unsigned segment, const char *remote,
		enum receipt_state state, struct wall now)
{
	struct receipt r = { .row = id,
			     .segment = segment,
			     .remote_id = bytes_of(remote),
			     .state = state,
			     .error = state == RECEIPT_FAILED ? bytes_of("absent") : BYTES_NONE };
	Pb__Outbox *row;

	return outbox_receipt(t, row_channel, &r, now, f->arena, &row);
}

struct outbox_load row_load(struct txn *t)
{
	struct outbox_load load = { 0 };

	outbox_load(t, row_channel, &load);
	return load;
}

int64_t row_counted(struct txn *t, enum count what)
{
	int64_t sum = -1;

	count_sum(t, what, row_channel, (struct wall){ 0 }, (struct wall){ 0 }, &sum);
	return sum;
}
