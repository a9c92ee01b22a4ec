/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store_query - how long what people ask most takes in a filled store, warm.
 *
 *   store_query --conf DIR --count 1000 [--citizens N]
 *
 * STATUS: all that odzivd does with the text within its transaction (reading it, finding the contact and
 * its cases, writing the reply and its row), without the commit: the transaction is dropped. Citizens are
 * taken from all over the store. Then the newest 100 cases of the store, as `case list` reads them.
 * Prints medians in microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/cases.h"
#include "tests/bench/bench.h"
#include "tests/bench/office.h"

#define LIST_ROWS 100

struct asking {
	struct office office;
	uint64_t n, rows;
	enum msg_outcome outcome;
};

static int ask_status(struct txn *t, void *ctx)
{
	struct asking *k = ctx;
	char number[BENCH_NUMBER_SIZE], address[BENCH_NUMBER_SIZE + 4];
	struct classifier c = k->office.conf->profile->classifier;
	struct classified u;
	struct intake_found found;
	struct message msg = { .channel = bytes_of(k->office.channel), .to = bytes_of("1955") };
	struct intake_given given = { .msg = &msg, .understood = &u };
	int err;

	bench_number(k->n, number);
	snprintf(address, sizeof(address), "sms:%s", number);
	arena_reset(k->office.keep);
	msg.arena = k->office.keep;
	msg.from = bytes_of(address);
	msg.from_raw = bytes_of(number);
	msg.text = msg.raw = bytes_of("STATUS");
	err = classify(&c, msg.arena, msg.text, (struct tongue){ LANG_NONE, SCRIPT_NONE }, &u);
	if (err == ERR_OK)
		err = intake_apply(t, office_desk(&k->office), &given, &found);
	k->outcome = found.outcome;
	return err == ERR_OK ? ERR_CANCELLED : err;
}

static int count_row(const Pb__Case *rec, void *ctx)
{
	(void)rec;
	(*(uint64_t *)ctx)++;
	return ERR_OK;
}

static int list_newest(struct txn *t, void *ctx)
{
	struct asking *k = ctx;
	const struct case_filter f = { .state = -1, .now = k->office.now, .limit = LIST_ROWS };

	k->rows = 0;
	return case_list(t, &f, count_row, &k->rows);
}

static double median(struct asking *k, uint64_t count, uint64_t citizens, bool is_status)
{
	struct bench_times times;
	double us;

	bench_times_init(&times, count);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t begin;
		int err;

		k->n = i * 7919 % citizens;
		begin = bench_now();
		err = is_status ? db_write(k->office.store.db, ask_status, k)
				: db_read(k->office.store.db, (struct mono){ 0 }, list_newest, k);
		bench_times_add(&times, bench_now() - begin);
		if (err != (is_status ? ERR_CANCELLED : ERR_OK))
			bench_fail("a query failed: %s", err_text(err));
		if (is_status && k->outcome != OUTCOME_COMMAND)
			bench_fail("STATUS wasn't understood");
	}
	us = bench_median_us(&times);
	free(times.ns);
	return us;
}

int main(int argc, char **argv)
{
	static struct asking k;
	uint64_t count = 1000, citizens = 1000;
	const char *conf = NULL, *state = NULL;
	const struct bench_option options[] = {
		{ "--conf", NULL, &conf },
		{ "--state", NULL, &state },
		{ "--count", &count, NULL },
		{ "--citizens", &citizens, NULL },
	};
	struct timespec now;
	double status, list;

	bench_options(argc, argv, options, sizeof(options) / sizeof(options[0]));
	if (conf == NULL || count == 0)
		bench_fail("store_query --conf DIR --count N [--citizens N]");
	office_open(&k.office, conf, state, false);
	clock_gettime(CLOCK_REALTIME, &now);
	k.office.now.ms = (int64_t)now.tv_sec * 1000;
	(void)median(&k, count, citizens, true); /* warm */
	status = median(&k, count, citizens, true);
	list = median(&k, 100, citizens, false);
	printf("{\"status_us\":%.1f,\"list_us\":%.1f,\"rows\":%llu}\n", status, list,
	       (unsigned long long)k.rows);
	office_close(&k.office);
	return 0;
}
