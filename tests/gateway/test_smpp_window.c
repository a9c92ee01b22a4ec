/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The submits that an SMSC hasn't answered: no more than the window, and none forgotten. */
#include "gateway/smpp/smpp_window.h"

#include "parsers/err.h"
#include "tests/tap.h"

static struct smpp_submit submit(uint32_t sequence, int64_t until_ms)
{
	return (struct smpp_submit){ .sequence = sequence,
				     .row = 1000 + sequence,
				     .until = { until_ms } };
}

static void fill(struct smpp_window *w, uint32_t first, unsigned n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct smpp_submit s = submit(first + i, 100 + (int64_t)i);

		if (smpp_window_add(w, &s) != ERR_OK)
			ok(false, "there is room for %u", (unsigned)i);
	}
}

static void test_window(void)
{
	struct smpp_window *w;
	struct smpp_submit s, got;

	ok(smpp_window_new(3, &w) == ERR_OK, "a window of three");
	ok(smpp_window_until(w).ms == 0, "has no deadline when nothing is open");
	fill(w, 1, 3);
	s = submit(4, 200);
	ok(smpp_window_add(w, &s) == ERR_BUSY && smpp_window_used(w) == 3,
	   "a fourth doesn't fit into a window of three");
	ok(smpp_window_until(w).ms == 100, "the oldest is late first");
	ok(smpp_window_take(w, 3, &got) && got.row == 1003 && !got.is_late,
	   "answers come in any order");
	ok(!smpp_window_take(w, 3, &got), "and once");
	ok(!smpp_window_take(w, 99, &got), "an answer to nothing is none");
	ok(smpp_window_used(w) == 2 && smpp_window_add(w, &s) == ERR_OK,
	   "an answer gives its place back");
	ok(smpp_window_take(w, 4, &got) && smpp_window_take(w, 1, &got) &&
		   smpp_window_take(w, 2, &got) && smpp_window_used(w) == 0,
	   "until nothing is open");
	fill(w, 5, 3);
	ok(smpp_window_used(w) == 3, "and it can be filled again");
	smpp_window_free(&w);
}

static void test_late(void)
{
	struct smpp_window *w;
	struct smpp_submit got;

	if (smpp_window_new(3, &w) != ERR_OK)
		return;
	fill(w, 1, 3);
	ok(!smpp_window_expire(w, (struct mono){ 99 }, &got),
	   "nothing is late before its deadline");
	ok(smpp_window_expire(w, (struct mono){ 101 }, &got) && got.sequence == 1,
	   "the oldest is late at its deadline");
	ok(smpp_window_expire(w, (struct mono){ 101 }, &got) && got.sequence == 2,
	   "each once, oldest first");
	ok(!smpp_window_expire(w, (struct mono){ 101 }, &got), "and no other");
	is_int(smpp_window_used(w), 1, "who is late gives its place back");
	ok(smpp_window_take(w, 2, &got) && got.is_late && got.row == 1002,
	   "a late answer is still known, and said to be late");
	ok(!smpp_window_take(w, 2, &got), "once");
	ok(smpp_window_break(w, &got) && got.sequence == 3 && !smpp_window_break(w, &got),
	   "when the link breaks each open one is told");
	ok(!smpp_window_take(w, 1, &got), "and the late ones are forgotten");
	smpp_window_free(&w);
}

static void test_many_late(void)
{
	struct smpp_window *w;
	struct smpp_submit s, got;
	bool are_late = true;

	if (smpp_window_new(2, &w) != ERR_OK)
		return;
	for (uint32_t i = 1; i <= SMPP_LATE_MAX + 5; i++) {
		s = submit(i, i);
		are_late = smpp_window_add(w, &s) == ERR_OK &&
			   smpp_window_expire(w, s.until, &got) && are_late;
	}
	ok(are_late, "an SMSC that never answers finds no end of places");
	ok(!smpp_window_take(w, 5, &got), "the oldest late ones are forgotten");
	ok(smpp_window_take(w, 6, &got) && smpp_window_take(w, SMPP_LATE_MAX + 5, &got),
	   "the last thousand aren't");
	smpp_window_free(&w);
}

int main(void)
{
	plan(0);
	test_window();
	test_late();
	test_many_late();
	return done_testing();
}
