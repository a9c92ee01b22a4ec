/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens at its time, and what doesn't while the clock can't be trusted. */
#include "gateway/flow/wakeups.h"

#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "tests/gateway/flow_fixture.h"
#include "tests/tap.h"

#define ANN "+381641234567"

static void test_late(struct flow *f)
{
	struct flow_answer a;
	struct staff_act act = { .number = bytes_of("SP-2026-000001"), .words = bytes_of("Popravljeno.") };

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
	return done_testing();
}
