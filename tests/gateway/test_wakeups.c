/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens at its time, and what doesn't while the clock can't be trusted. */
#include "gateway/flow/wakeups.h"

#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "parsers/err.h"
#include "tests/gateway/flow_fixture.h"
#include "tests/tap.h"

#define ANN "+381641234567"

static void test_late(struct flow *f)
{
	struct flow_answer a;
	struct staff_act act = { .number = bytes_of("SP-2026-000001"),
				 .words = bytes_of("Popravljeno.") };

	flow_text(f, ANN, "Pukla cev u Svetosavskoj 14, Nova Pazova", &a);
	flow_pass(f, MINUTE_MS);
	ok(flow_alarm(f, "late-cases") == NULL, "a case within its time raises no alarm");
	flow_pass(f, 30 * DAY_MS);
	ok(flow_alarm(f, "late-cases") != NULL, "a case past its deadline does");
	is_int(hall_staff(&f->hall, staff_close, &act), ERR_OK, "it is closed");
	wakeups_nudge(f->core.wakeups);
	flow_pass(f, 2 * MINUTE_MS);
	ok(flow_alarm(f, "late-cases") == NULL, "and the alarm is cleared");
}

static void test_parts(struct flow *f)
{
	struct flow_answer a;
	int64_t before = flow_count(f, COUNT_RECEIVED);

	flow_part(f, ANN, "Na uglu je rupa na putu, a ", 2, 1, &a);
	flow_pass(f, f->core.conf->part_wait_ms - MINUTE_MS);
	is_int(flow_count(f, COUNT_RECEIVED), before, "a part waits for the other");
	flow_pass(f, 2 * MINUTE_MS);
	is_int(flow_count(f, COUNT_RECEIVED), before + 1, "and is a message when its wait is over");
	is_int(flow_count(f, COUNT_PARTS_GIVEN_UP), 1, "counted as given up");
}

static void test_sweep(struct flow *f)
{
	unsigned before = flow_passed(f, "sweep");

	flow_pass(f, DAY_MS);
	is_int(flow_passed(f, "sweep"), before + 1, "the store is swept once a day");
	flow_pass(f, DAY_MS);
	is_int(flow_passed(f, "sweep"), before + 2, "every day");
}

static void test_jump(struct flow *f)
{
	struct flow_answer a;
	int64_t before = flow_count(f, COUNT_RECEIVED);

	flow_part(f, ANN, "Drugi deo se izgubio, prvi kaze: ", 2, 1, &a);
	flow_settle(f);
	f->wall.ms += HOUR_MS; /* the system's clock, not ours */
	flow_pass(f, MINUTE_MS + SECOND_MS);
	ok(flow_alarm(f, "clock-jumped") != NULL, "a clock that jumps by an hour raises an alarm");
	ok(wakeups_stand(f->core.wakeups), "and deadlines stand still");
	is_int(flow_count(f, COUNT_RECEIVED), before, "so nothing is acted on");
	flow_pass(f, 3 * MINUTE_MS);
	ok(!wakeups_stand(f->core.wakeups), "after a calm minute they go on");
	is_int(flow_count(f, COUNT_RECEIVED), before + 1, "and what is due is acted on");
	flow_pass(f, DAY_MS + HOUR_MS);
	ok(flow_alarm(f, "clock-jumped") == NULL, "a day later the alarm is gone by itself");
}

/* A receipt that couldn't come in may wait outside. */
static void test_unsure_waits_for_receipts(void)
{
	struct flow *f = calloc(1, sizeof(*f));
	struct flow_answer a;
	struct conf *conf;
	uint64_t least;

	flow_open(f, NULL);
	flow_pass(f, HOUR_MS);
	f->manner = NETWORK_SILENT;
	flow_text(f, ANN, "Pukla cev u Svetosavskoj 14, Nova Pazova", &a);
	flow_settle(f);
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[0].row, 0, SEND_UNSURE,
			BYTES_NONE, bytes_of("no answer"), 0);
	flow_settle(f);
	f->under_way = 0;
	is_int(hall_last_row(&f->hall, ANN)->state, OUT_UNSURE, "a reply may have left");
	conf = f->core.conf;
	least = conf->min_free_bytes;
	conf->min_free_bytes = UINT64_MAX;
	intake_look(f->core.intake);
	flow_pass(f, HOUR_MS);
	ok(!intake_is_open(f->core.intake, NULL), "intake is stopped for an hour");
	is_int((long long)f->n_sent, 1, "and it isn't sent again, for its receipt can't come in");
	conf->min_free_bytes = least;
	intake_look(f->core.intake);
	flow_pass(f, conf->unsure_wait_ms - 30 * SECOND_MS);
	ok(intake_is_open(f->core.intake, NULL), "intake is open again");
	is_int((long long)f->n_sent, 1, "now the receipt has its time");
	flow_pass(f, 2 * MINUTE_MS);
	is_int((long long)f->n_sent, 2, "without one it is sent again");
	ok(hall_is_sound(&f->hall), "verify finds nothing");
	flow_close(f);
	free(f);
}

int main(void)
{
	struct flow *f = calloc(1, sizeof(*f));

	plan(0);
	flow_open(f, NULL);
	test_late(f);
	test_parts(f);
	test_sweep(f);
	test_jump(f);
	ok(hall_is_sound(&f->hall), "verify finds nothing");
	flow_close(f);
	free(f);
	test_unsure_waits_for_receipts();
	return done_testing();
}
