/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cell_cost - what the cell costs a mail: mails read in this process, and the same
 * mails each in a child of its own, in a sandbox, one at a time and several at once.
 *
 *   cell_cost --kib 1 --count 500 --at-once 1
 *
 * Prints the milliseconds a mail of both, medians when one at a time.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/mail/mime_cell.h"
#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/mail_read.h"
#include "parsers/strbuf.h"
#include "tests/bench/bench.h"

/* As the mail process has it. */
#define CELL_CPU_S        5
#define CELL_MEMORY_BYTES ((size_t)512 << 20)
#define CELL_STACK_BYTES  ((size_t)100 << 20)
#define CELL_WALL_MS      10000

struct reader {
	struct mail_rules rules;
	struct mime_charsets *charsets;
};

static int read_mail(struct bytes raw, bool is_cut, struct arena *a, struct mail *mail_out,
		     void *ctx)
{
	const struct reader *reader = ctx;

	return mail_read(raw, is_cut, &reader->rules, reader->charsets, a, mail_out);
}

/* An ordinary mail with a text of so many KiB, in the way that Cyrillic travels. */
static struct bytes make_mail(uint64_t kib)
{
	static const char head[] =
		"Return-Path: <pera@citizen.example>\r\n"
		"Received: from citizen.example by mx.test.example; Mon, 4 May 2026 10:12:07 "
		"+0200\r\n"
		"From: =?utf-8?b?0J/QtdGA0LAg0J/QtdGA0LjRmw==?= <pera@citizen.example>\r\n"
		"To: kontakt@test.example\r\n"
		"Subject: =?utf-8?q?=D0=A0=D1=83=D0=BF=D0=B0?=\r\n"
		"Date: Mon, 4 May 2026 10:12:07 +0200\r\n"
		"Message-ID: <1@citizen.example>\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n";
	static const char line[] =
		"=D0=A3 =D1=83=D0=BB=D0=B8=D1=86=D0=B8 Svetosavska 14 je rupa.\r\n";
	size_t lines = (size_t)kib * 1024 / (sizeof line - 1) + 1;
	char *octets = bench_alloc(sizeof head + lines * sizeof line, 1);
	size_t n = sizeof head - 1;

	memcpy(octets, head, n);
	for (size_t i = 0; i < lines; i++, n += sizeof line - 1)
		memcpy(octets + n, line, sizeof line - 1);
	return bytes_at(octets, n);
}

static void read_here(struct reader *reader, struct bytes raw, uint64_t count,
		      struct bench_times *times)
{
	for (uint64_t i = 0; i < count; i++) {
		uint64_t begin = bench_now();
		struct arena *a = arena_new(MAIL_READ_ARENA(raw.len));
		struct mail mail;

		if (a == NULL || read_mail(raw, false, a, &mail, reader) != ERR_OK)
			bench_fail("the mail couldn't be read");
		arena_free(&a);
		bench_times_add(times, bench_now() - begin);
	}
}

static void must_be_read(struct cell_task *task, void *ctx)
{
	(void)ctx;
	if (task->why[0] != '\0')
		bench_fail("the cell said: %s", task->why);
}

static void read_in_cells(struct reader *reader, struct bytes raw, uint64_t count, uint64_t at_once,
			  struct bench_times *times)
{
	const struct cell_conf conf = {
		.read = read_mail,
		.ctx = reader,
		.limits = { .cpu_s = CELL_CPU_S,
			    .memory_bytes = CELL_MEMORY_BYTES,
			    .stack_bytes = CELL_STACK_BYTES },
		.wall_ms = CELL_WALL_MS,
		.at_once = (unsigned)at_once,
	};
	struct cell_task *tasks = bench_alloc(at_once, sizeof *tasks);

	for (uint64_t done = 0; done < count; done += at_once) {
		uint64_t begin = bench_now();

		for (uint64_t i = 0; i < at_once; i++)
			tasks[i] = (struct cell_task){ .raw = raw };
		mime_cells_run(&conf, tasks, at_once, must_be_read, NULL);
		bench_times_add(times, (bench_now() - begin) / at_once);
	}
}

int main(int argc, char **argv)
{
	uint64_t kib = 1, count = 500, at_once = 1;
	const struct bench_option options[] = {
		{ "--kib", &kib, NULL },
		{ "--count", &count, NULL },
		{ "--at-once", &at_once, NULL },
	};
	struct reader reader = { .rules = { .n_own = 0 } };
	struct bench_times here, cells;
	struct bytes raw;

	bench_options(argc, argv, options, sizeof options / sizeof *options);
	if (keyed_init() != ERR_OK || (reader.charsets = mime_charsets_open()) == NULL ||
	    at_once == 0)
		bench_fail("can't begin");
	raw = make_mail(kib);
	bench_times_init(&here, count);
	bench_times_init(&cells, count);
	read_here(&reader, raw, count, &here);
	read_in_cells(&reader, raw, count, at_once, &cells);
	printf("{\"parse_ms\":%.4f,\"cell_ms\":%.4f}\n", bench_median_us(&here) / 1000,
	       bench_median_us(&cells) / 1000);
	mime_charsets_close(&reader.charsets);
	return 0;
}
