/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of replies with time: validity, doubt, silence of the network. */
#include <string.h>

#include "gateway/desk/clocks.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/key.h"
#include "store/outbox.h"
#include "tests/gateway/desk_fixture.h"
#include "tests/tap.h"

#define ANA "+381641111111"

/* Claims what may leave; with an outcome, all of it ends so. */
struct sending {
	bool has_outcome;
	enum send_outcome outcome;
	struct wall not_before;
};

static int send_all(struct txn *t, struct desk *d, void *ctx)
{
	struct sending *s = ctx;
	struct claimed claimed[64];
	size_t n;
	Pb__Outbox *row;
	int err = outbox_claim(t, bytes_of("phones"), d->now, 64, d->arena, claimed, &n, NULL, NULL,
			       NULL);

	for (size_t i = 0; i < n && s->has_outcome && err == ERR_OK; i++) {
		struct send_result r = { .row = claimed[i].row->id,
					 .segment = claimed[i].segment,
					 .outcome = s->outcome,
					 .not_before = s->not_before };

		err = outbox_result(t, &r, d->now, d->arena, &row);
	}
	return err;
}

static void sent_as(struct hall *h, enum send_outcome outcome)
{
	struct sending s = { .has_outcome = true, .outcome = outcome };

	hall_work(h, send_all, &s);
}

static uint32_t trail_of(struct hall *h, const char *number)
{
	return hall_case(h, number)->log_entries;
}

static void never_left(void)
{
	struct hall h;
	struct intake_found f;
	uint32_t steps;

	hall_open(&h, NULL);
	f = hall_text(&h, ANA, "Nema vode u Surduku");
	steps = trail_of(&h, f.case_number);
	h.now.ms += h.conf->validity_ms - SECOND_MS;
	hall_clocks(&h);
	ok(hall_last_row(&h, ANA)->state == OUT_QUEUED, "within its validity a reply waits");
	steps = trail_of(&h, f.case_number);
	h.now.ms += 2 * SECOND_MS;
	hall_clocks_once(&h);
	ok(hall_last_row(&h, ANA)->state == OUT_CANCELLED, "past it, it is cancelled");
	is_text(bytes_of(hall_last_row(&h, ANA)->error), "past validity", "and says why");
	ok(hall_noted(&h, "reply-failed") && trail_of(&h, f.case_number) > steps,
	   "staff hear of it, and the case's trail");
	steps = trail_of(&h, f.case_number);
	hall_clocks(&h);
	ok(trail_of(&h, f.case_number) == steps, "once");
	ok(hall_is_sound(&h), "everything adds up");
	hall_close(&h);
}

static int no_receipts(struct txn *t, struct desk *d, void *ctx)
{
	(void)d;
	return count_sum(t, COUNT_NO_RECEIPT, BYTES_NONE, (struct wall){ 0 }, (struct wall){ 0 },
			 ctx);
}

static void no_receipt(void)
{
	struct hall h;
	int64_t n = 0;

	hall_open(&h, NULL);
	hall_text(&h, ANA, "Nema vode u Surduku");
	sent_as(&h, SEND_OK);
	h.now.ms += h.conf->validity_ms + SECOND_MS;
	hall_clocks(&h);
	hall_clocks(&h);
	hall_work(&h, no_receipts, &n);
	ok(hall_last_row(&h, ANA)->state == OUT_SENT && n == 1,
	   "what the network never spoke of again stays sent, and is counted once");
	hall_close(&h);
}

static int first_segment_sent(struct txn *t, struct desk *d, void *ctx)
{
	struct send_result r = { .row = *(uint64_t *)ctx, .outcome = SEND_OK };
	Pb__Outbox *row;

	return outbox_result(t, &r, d->now, d->arena, &row);
}

static const char long_words[] =
	"Ekipa je na terenu, kvar je pronadjen u ulici iza skole, radovi traju do "
	"veceri, voda ce doci oko dvadeset sati, cisterna stoji kod crkve, hvala na "
	"strpljenju i izvinite.";

static void still_being_sent(void)
{
	struct hall h;
	struct sending only_claimed = { 0 };
	const Pb__Outbox *row;
	struct staff_act act;
	struct intake_found f;
	uint64_t id;

	hall_open(&h, NULL);
	f = hall_text(&h, ANA, "Nema vode u Surduku");
	sent_as(&h, SEND_OK);
	act = (struct staff_act){ .number = bytes_of(f.case_number),
				  .words = bytes_of(long_words) };
	hall_staff(&h, staff_answer, &act);
	hall_work(&h, send_all, &only_claimed);
	id = hall_last_row(&h, ANA)->id;
	hall_work(&h, first_segment_sent, &id);
	h.now.ms += h.conf->validity_ms + SECOND_MS;
	hall_clocks(&h);
	row = hall_last_row(&h, ANA);
	ok(row->state == OUT_SENDING && row->valid_until > h.now.ms,
	   "what is being sent when its validity ends gets an end all the same");
	hall_close(&h);
}

static int second_segment_failed(struct txn *t, struct desk *d, void *ctx)
{
	struct send_result r = { .row = *(uint64_t *)ctx, .segment = 1, .outcome = SEND_FAILED };
	Pb__Outbox *row;

	return outbox_result(t, &r, d->now, d->arena, &row);
}

static void in_halves(void)
{
	struct hall h;
	struct sending only_claimed = { 0 };
	struct staff_act act;
	struct intake_found f;
	int64_t n = 0;
	uint64_t id;

	hall_open(&h, NULL);
	f = hall_text(&h, ANA, "Nema vode u Surduku");
	sent_as(&h, SEND_OK);
	act = (struct staff_act){ .number = bytes_of(f.case_number),
				  .words = bytes_of(long_words) };
	hall_staff(&h, staff_answer, &act);
	hall_work(&h, send_all, &only_claimed);
	id = hall_last_row(&h, ANA)->id;
	hall_work(&h, first_segment_sent, &id);
	hall_work(&h, second_segment_failed, &id);
	h.now.ms += h.conf->validity_ms + SECOND_MS;
	hall_clocks(&h);
	hall_work(&h, no_receipts, &n);
	is_int(n, 2,
	       "of a reply of which a part failed and a part was never heard of again, the silence "
	       "is counted");
	is_int(hall_last_row(&h, ANA)->valid_until, 0, "and it isn't due again for ever");
	hall_close(&h);
}

static int move_row(struct txn *t, struct desk *d, void *ctx)
{
	Pb__Outbox *row;
	int err = outbox_get(t, *(uint64_t *)ctx, d->arena, &row);

	if (err != ERR_OK)
		return err;
	row->channel = record_strc(d->arena, "abolished");
	outbox_put(t, row);
	return txn_err(t);
}

static void channel_is_gone(void)
{
	struct hall h;
	uint64_t id;

	hall_open(&h, NULL);
	hall_text(&h, ANA, "Nema vode u Surduku");
	hall_clocks_once(&h);
	ok(!hall_noted(&h, "channel-gone"), "replies wait for channels that are there");
	id = hall_last_row(&h, ANA)->id;
	hall_work(&h, move_row, &id);
	hall_clocks_once(&h);
	ok(hall_noted(&h, "channel-gone"),
	   "of a reply whose channel isn't there any more staff hear");
	hall_close(&h);
}

static int spoil_case(struct txn *t, struct desk *d, void *ctx)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff };
	struct bytes prefix;
	struct case_no no;
	struct key k;

	(void)d;
	case_no_parse(bytes_of(ctx), &no, &prefix);
	k.len = 0;
	key_case(&k, no);
	txn_put(t, TABLE_CASE, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	return ERR_OK;
}

static int next_due(struct txn *t, struct desk *d, void *ctx)
{
	return clocks_apply(t, d, 200, true, ctx);
}

static void unreadable_is_due(void)
{
	struct hall h;
	struct intake_found f;
	struct clocks_done done = { 0 };

	hall_open(&h, NULL);
	f = hall_text(&h, ANA, "Nema vode u Surduku");
	hall_work(&h, spoil_case, f.case_number);
	h.now.ms += 365 * DAY_MS;
	hall_clocks_once(&h);
	ok(hall_noted(&h, "due-passed-by"), "of a case that is due and can't be read staff hear");
	hall_clocks(&h);
	hall_work(&h, next_due, &done);
	is_int((long long)done.n, 0, "and it isn't looked at again and again");
	hall_close(&h);
}

static void doubt(const char *setting, enum out_state want, const char *promise)
{
	struct hall h;

	hall_open(&h, setting);
	hall_text(&h, ANA, "Nema vode u Surduku");
	sent_as(&h, SEND_UNSURE);
	h.now.ms += h.conf->unsure_wait_ms - SECOND_MS;
	hall_clocks(&h);
	ok(hall_last_row(&h, ANA)->state == OUT_UNSURE, "doubt has five minutes to settle");
	h.now.ms += 2 * SECOND_MS;
	hall_clocks_once(&h);
	ok(hall_last_row(&h, ANA)->state == want, "%s", promise);
	if (want == OUT_UNSURE)
		ok(hall_noted(&h, "unsure-replies"), "who is told");
	ok(hall_is_sound(&h), "everything adds up");
	hall_close(&h);
}

int main(void)
{
	plan(0);
	never_left();
	no_receipt();
	still_being_sent();
	in_halves();
	unreadable_is_due();
	channel_is_gone();
	doubt("[desk]\non_unsure = resend\n", OUT_QUEUED, "then it is sent again");
	doubt("[desk]\non_unsure = hold\n", OUT_UNSURE, "or waits for a person");
	return done_testing();
}
