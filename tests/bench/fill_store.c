/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fill_store - a store as it is after years: contacts, messages, cases with their trail, replies that
 * arrived, made through the rooms of the store and the desk, with the nightly sweeps in between.
 *
 *   fill_store --conf DIR --cases 1000000 [--open 10000] [--contacts N] [--years 3]
 *
 * All but the last --open cases are closed with an answer's trail. Three cases a contact unless said
 * otherwise. No syncs while it fills, one at the end. Shows progress on stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/cases.h"
#include "store/outbox.h"
#include "tests/bench/bench.h"
#include "tests/bench/office.h"

#define BATCH      500
#define SWEEP_ROWS 5000

struct fill {
	struct office office;
	uint64_t cases, open, contacts, years;
	uint64_t first, n; /* of the batch */
	struct wall begin;
	uint64_t remote_id;
	char numbers[BATCH][CASE_NUMBER_SIZE];
	size_t n_swept;
};

static void must(int err, const char *what)
{
	if (err != ERR_OK)
		bench_fail("%s: %s", what, err_text(err));
}

static struct wall time_of(const struct fill *f, uint64_t n)
{
	int64_t span = (int64_t)f->years * 365 * DAY_MS;

	return (struct wall){ f->begin.ms +
			      (int64_t)((double)span * (double)n / (double)f->cases) };
}

/* What dispatch and the network do with the acknowledgements of the batch. */
static void send_all(struct fill *f, struct txn *t)
{
	struct claimed claimed[64];
	size_t n;

	do {
		struct desk *d = office_desk(&f->office);

		must(outbox_claim(t, bytes_of(f->office.channel), d->now, 64, d->arena, claimed, &n,
				  NULL, NULL, NULL),
		     "claim");
		for (size_t i = 0; i < n; i++) {
			char id[32];
			struct send_result sent = { .row = claimed[i].row->id,
						    .segment = claimed[i].segment,
						    .outcome = SEND_OK };
			struct receipt arrived = { .state = RECEIPT_DELIVERED,
						   .row = claimed[i].row->id,
						   .segment = claimed[i].segment };
			Pb__Outbox *row;

			snprintf(id, sizeof(id), "%012llx", (unsigned long long)++f->remote_id);
			sent.remote_id = bytes_of(id);
			must(outbox_result(t, &sent, d->now, d->arena, &row), "result");
			arrived.at = d->now;
			must(outbox_receipt(t, bytes_of(f->office.channel), &arrived, d->now,
					    d->arena, &row),
			     "receipt");
		}
	} while (n > 0);
}

static void close_one(struct fill *f, struct txn *t, const char *number)
{
	struct desk *d = office_desk(&f->office);
	struct case_step step = { .who = "sim", .what = "state", .why = bytes_of("reseno") };
	Pb__Case *rec;

	must(case_get(t, bytes_of(number), d->arena, &rec), number);
	must(case_move(rec, CASE_CLOSED), number);
	rec->reason = record_strc(d->arena, "reseno");
	rec->answered = rec->solved = rec->closed = d->now.ms;
	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
}

/* Who wrote before has closed cases; whose case is open writes once, else the text would join it. */
static uint64_t citizen_of(const struct fill *f, uint64_t n)
{
	uint64_t closed = f->cases - f->open;

	return n < closed ? n % f->contacts : f->contacts + n - closed;
}

static int fill_batch(struct txn *t, void *ctx)
{
	struct fill *f = ctx;
	struct office_text text;
	struct intake_found found;
	char id[40];

	arena_reset(f->office.keep);
	for (uint64_t i = 0; i < f->n; i++) {
		uint64_t n = f->first + i;

		f->office.now = time_of(f, n);
		office_text(&f->office, citizen_of(f, n), &text);
		/* The same citizen's later text is another one. */
		snprintf(id, sizeof(id), "00000000-0000-4000-8000-%012llx", (unsigned long long)n);
		text.msg.remote_id = bytes_of(id);
		office_take(&f->office, t, &text, &found);
		snprintf(f->numbers[i], CASE_NUMBER_SIZE, "%s", found.case_number);
	}
	send_all(f, t);
	for (uint64_t i = 0; i < f->n; i++)
		if (f->first + i + f->open < f->cases)
			close_one(f, t, f->numbers[i]);
	return txn_err(t);
}

static int sweep_some(struct txn *t, void *ctx)
{
	struct fill *f = ctx;

	return sweep_slice(t, f->office.now, SWEEP_ROWS, &f->n_swept);
}

static void fill_all(struct fill *f)
{
	uint64_t begin = bench_now();

	for (f->first = 0; f->first < f->cases; f->first += f->n) {
		f->n = f->cases - f->first < BATCH ? f->cases - f->first : BATCH;
		must(db_write(f->office.store.db, fill_batch, f), "a batch");
		do
			must(db_write(f->office.store.db, sweep_some, f), "the sweep");
		while (f->n_swept == SWEEP_ROWS);
		if (f->first / BATCH % 40 == 39)
			fprintf(stderr, "\r   %llu of %llu cases, %.0f a second ",
				(unsigned long long)(f->first + f->n), (unsigned long long)f->cases,
				(double)(f->first + f->n) * 1e9 / (double)(bench_now() - begin));
	}
	fputc('\n', stderr);
	bench_print(f->cases, bench_now() - begin, NULL);
}

int main(int argc, char **argv)
{
	static struct fill f = { .years = 3 };
	const char *conf = NULL, *state = NULL;
	const struct bench_option options[] = {
		{ "--conf", NULL, &conf },           { "--state", NULL, &state },
		{ "--cases", &f.cases, NULL },       { "--open", &f.open, NULL },
		{ "--contacts", &f.contacts, NULL }, { "--years", &f.years, NULL },
	};
	struct timespec now;

	bench_options(argc, argv, options, sizeof(options) / sizeof(options[0]));
	if (conf == NULL || f.cases == 0)
		bench_fail("fill_store --conf DIR --cases N [--open N] [--contacts N] [--years N]");
	if (f.contacts == 0)
		f.contacts = f.cases / 3 + 1;
	office_open(&f.office, conf, state, false);
	clock_gettime(CLOCK_REALTIME, &now);
	f.begin.ms = (int64_t)now.tv_sec * 1000 - (int64_t)f.years * 365 * DAY_MS;
	fill_all(&f);
	office_close(&f.office);
	return 0;
}
