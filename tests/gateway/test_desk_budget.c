/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What budgets hold back, and until when; nobody can use us against others. */
#include <stdio.h>
#include <string.h>

#include "conf/calendar.h"
#include "store/outbox.h"
#include "tests/gateway/desk_fixture.h"
#include "tests/tap.h"

#define ANA "+381641111111"

/* Rows that may leave in each hour or local day from now on, and the fullest of them. */
struct windows {
	struct hall *h;
	bool by_day;
	size_t n[100];
	size_t n_cancelled;
};

static int count_window(const Pb__Outbox *row, void *ctx)
{
	struct windows *w = ctx;
	struct wall at = { .ms = row->not_before };
	size_t i = w->by_day ? calendar_day(at) - calendar_day(w->h->now)
			     : (size_t)(at.ms / HOUR_MS - w->h->now.ms / HOUR_MS);

	if (row->state == OUT_CANCELLED || row->valid_until <= row->not_before)
		w->n_cancelled++;
	else if (i < ARRAY_LEN(w->n))
		w->n[i] += row->n_segments;
	return ERR_OK;
}

static int walk(struct txn *t, void *ctx)
{
	struct outbox_filter f = { .state = -1, .limit = 10000 };

	return outbox_list(t, &f, count_window, ctx);
}

static size_t fullest(struct hall *h, bool by_day, size_t *cancelled_out)
{
	struct windows w = { .h = h, .by_day = by_day };
	size_t most = 0;

	(void)db_read(h->store.db, (struct mono){ 0 }, walk, &w);
	for (size_t i = 0; i < ARRAY_LEN(w.n); i++)
		most = w.n[i] > most ? w.n[i] : most;
	*cancelled_out = w.n_cancelled;
	return most;
}

static void write_often(struct hall *h, const char *from, int n)
{
	char words[80];

	for (int i = 0; i < n; i++) {
		snprintf(words, sizeof(words), "Rupa na putu u Njegosevoj %d", i + 1);
		hall_text(h, from, words);
	}
}

static void a_storm_in_one_name(void)
{
	struct hall h;
	size_t waits, gone;

	hall_open(&h, "[budget]\nauto_replies_hour = 3\nsegments_day = 10\n");
	write_often(&h, ANA, 60);
	is_int(hall_rows(&h, ANA), 60, "each text of a storm has its row");
	ok(fullest(&h, false, &gone) <= 3, "no hour holds more replies than the budget");
	ok(fullest(&h, true, &gone) <= 10, "nor a day more segments, however far ahead");
	ok(gone > 0, "what finds no room within two days is not going to leave");
	ok(hall_noted(&h, "budget-contact"), "and an alarm says so");
	waits = hall_rows(&h, ANA);
	h.now.ms += 3 * DAY_MS;
	hall_clocks(&h);
	is_int(hall_rows(&h, ANA), waits, "it is kept");
	ok(hall_last_row(&h, ANA)->state == OUT_CANCELLED && hall_noted(&h, "reply-failed"),
	   "cancelled in the end, and staff hear of it");
	ok(hall_is_sound(&h), "everything adds up");
	hall_close(&h);
}

static void hard_means_hard(void)
{
	struct hall h;
	size_t gone;
	char from[32];

	hall_open(&h, "[budget]\nsegments_hour = 5\nbudget_hard = yes\n");
	for (int i = 0; i < 23; i++) {
		snprintf(from, sizeof(from), "+3816450000%02d", i);
		hall_text(&h, from, "Nema vode u Vojki");
	}
	is_int(fullest(&h, false, &gone), 5, "a hard budget is spread over hours, 5 in each");
	is_int(gone, 0, "and nothing of it is given up");
	ok(hall_noted(&h, "budget-hour"), "with an alarm");
	hall_text(&h, ANA, "Osecam gas na stepenistu");
	ok(hall_last_row(&h, ANA)->not_before <= h.now.ms, "danger doesn't wait for it");
	hall_close(&h);
}

static void money_of_a_month(void)
{
	struct hall h;
	const Pb__Outbox *row;

	hall_open(&h, "[budget]\nprice_segment = 2.50\nbudget_month = 5\nbudget_hard = yes\n");
	write_often(&h, ANA, 3);
	row = hall_last_row(&h, ANA);
	ok(calendar_local((struct wall){ .ms = row->not_before }).day == 1 &&
		   calendar_local((struct wall){ .ms = row->not_before }).hour == 0,
	   "the third text waits for the first of December, local time");
	ok(row->valid_until > row->not_before, "and leaves then");
	ok(hall_noted(&h, "budget-month"), "with an alarm");
	hall_close(&h);
}

static void staff_are_no_citizens(void)
{
	struct hall h;
	const char *duty = "+381600000002";
	char from[32];

	hall_open(&h, "[budget]\nauto_replies_hour = 3\nsegments_day = 4\n");
	for (int i = 0; i < 6; i++) {
		snprintf(from, sizeof(from), "+38164500000%d", i);
		hall_text(&h, from, "Osecam gas na stepenistu");
	}
	is_int(hall_rows(&h, duty), 6, "the duty officer hears of each danger");
	hall_text(&h, duty, "Nema vode u Surduku");
	ok(hall_last_row(&h, duty)->kind == KIND_ACK &&
		   hall_last_row(&h, duty)->not_before <= h.now.ms,
	   "and is answered like anybody when he writes as a citizen");
	hall_text(&h, duty, "STOP");
	hall_text(&h, ANA, "Osecam gas na stepenistu");
	ok(hall_last_row(&h, duty)->kind == KIND_STAFF, "his STOP doesn't end his duty");
	hall_close(&h);
}

static void larger_than_the_budget(void)
{
	struct hall h;

	hall_open(&h, "[budget]\nsegments_day = 1\n");
	hall_text(&h, ANA, "JEZIK cirilica");
	h.now.ms += DAY_MS;
	hall_text(&h, ANA, "Рупа на путу у Његошевој 5");
	ok(hall_last_row(&h, ANA)->n_segments > 1 && hall_last_row(&h, ANA)->not_before <= h.now.ms,
	   "a reply that is larger than a whole budget gets an empty window, or it would never "
	   "leave");
	hall_close(&h);
}

static void prefixes(void)
{
	struct hall h;
	char from[32];

	hall_open(&h, "[budget]\nprefix_segments_hour = 4\n");
	for (int i = 0; i < 6; i++) {
		snprintf(from, sizeof(from), "+38164500000%d", i);
		hall_text(&h, from, "Nema vode u Vojki");
	}
	ok(hall_last_row(&h, from)->not_before > h.now.ms,
	   "what is over a prefix's budget waits for the next hour");
	ok(hall_noted(&h, "budget-prefix"), "with an alarm");
	hall_close(&h);
}

int main(void)
{
	plan(0);
	a_storm_in_one_name();
	hard_means_hard();
	money_of_a_month();
	staff_are_no_citizens();
	prefixes();
	larger_than_the_budget();
	return done_testing();
}
