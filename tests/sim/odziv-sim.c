/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odziv-sim - a town on a virtual clock, with kills: scripts/simulate.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

static const char usage[] =
	"usage: odziv-sim [--seed N] [--seeds N] [--days D | --years Y] [--texts-per-day T]\n"
	"                 [--kills-per-day K] [--repeat N] [--profile DIR] [--verbose]\n";

static const struct option options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "seeds", required_argument, NULL, 'n' },
	{ "days", required_argument, NULL, 'd' },
	{ "years", required_argument, NULL, 'y' },
	{ "texts-per-day", required_argument, NULL, 't' },
	{ "kills-per-day", required_argument, NULL, 'k' },
	{ "repeat", required_argument, NULL, 'r' },
	{ "profile", required_argument, NULL, 'p' },
	{ "verbose", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

/* What a text on the command line holds; anything but a number of this range ends the program. */
static double number(const char *text, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (*end != '\0' || end == text || !(value >= least && value <= most)) {
		fprintf(stderr, "odziv-sim: %s: not a number from %g to %g\n%s", text, least, most,
			usage);
		exit(2);
	}
	return value;
}

static void print_points(const struct sim_result *r)
{
	for (int p = 0; p < SIM_DEATHS; p++)
		printf("  %-24s met %8" PRIu64 ", died %5" PRIu64 "\n",
		       sim_point_name((enum sim_point)p), r->points_met[p], r->deaths[p]);
}

static void print_acts(const struct sim_result *r)
{
	for (int a = 0; a < SMSC_ACTS; a++)
		printf("  %8" PRIu64 " times an SMSC %s\n", r->acts[a],
		       smsc_act_text((enum smsc_act)a));
}

static void print_result(uint64_t seed, const struct sim_result *r)
{
	int hit = 0;

	for (int p = 0; p < SIM_POINTS; p++)
		hit += r->deaths[p] > 0;
	printf("seed %" PRIu64 ": %.0f days, %" PRIu64 " messages (%" PRIu64 " in parts), %" PRIu64
	       " cases (%" PRIu64 " open), %" PRIu64 " replies, %" PRIu64
	       " texts on phones, %" PRIu64 " receipts, %" PRIu64 " deeds of clerks, %" PRIu64
	       " joined, %" PRIu64 " kills at %d of %d points, %" PRIu64 " checks; %.2f s%s%s\n",
	       seed, r->virtual_days, r->messages, r->parts, r->cases, r->open, r->rows, r->texts,
	       r->receipts, r->clerks, r->joined, r->kills, hit, SIM_POINTS, r->checks, r->real_s,
	       r->violated != NULL ? "; VIOLATED " : "", r->violated != NULL ? r->violated : "");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sim_options o = {
		.seed = 1, .days = 30, .texts_per_day = 60, .kills_per_day = 1.3, .repeat = 1
	};
	const char *profile = NULL;
	struct sim_result r;
	struct grounds grounds;
	uint64_t seeds = 1;
	int opt, failed = 0;

	while ((opt = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		switch (opt) {
		case 's': o.seed = (uint64_t)number(optarg, 0, 1e15); break;
		case 'n': seeds = (uint64_t)number(optarg, 1, 1e9); break;
		case 'd': o.days = number(optarg, 0, 36500); break;
		case 'y': o.days = 365 * number(optarg, 0, 100); break;
		case 't': o.texts_per_day = number(optarg, 0.1, 1e6); break;
		case 'k': o.kills_per_day = number(optarg, 0, 1e6); break;
		case 'r': o.repeat = (unsigned)number(optarg, 1, 10); break;
		case 'p': profile = optarg; break;
		case 'v': o.is_verbose = true; break;
		default: fputs(usage, stderr); return 2;
		}
	}
	grounds_open(&grounds, profile);
	/* 64 MiB and about 15 KiB a text; the file is allocated in full. */
	o.map_bytes = (uint64_t)64 * 1024 * 1024 + (uint64_t)(o.days * o.texts_per_day * 15 * 1024);
	for (uint64_t i = 0; i < seeds && failed == 0; i++, o.seed++) {
		sim_run(&grounds, &o, &r);
		print_result(o.seed, &r);
		failed = r.violated != NULL;
	}
	if (seeds == 1) {
		print_points(&r);
		print_acts(&r);
	}
	grounds_close(&grounds);
	return failed;
}
