/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odziv - the command line: reads its arguments against the table of commands and
 * has them done by the daemon, on the store, or here.
 */
#include <signal.h>

#include "conf/log.h"
#include "gateway/cli/args.h"
#include "gateway/cli/ask.h"
#include "gateway/cli/print.h"
#include "parsers/keyed.h"

/* A request, a TSV of examples and its results. */
#define ARENA_CAP (64u * 1024 * 1024)

static int run_store(const struct args *args)
{
	struct printer p = { .args = args };
	struct asking asking = { .row = print_row, .ctx = &p, .show_progress = true };
	int status = ask(args, &asking);

	print_end(&p);
	return p.failed || p.broken ? EXIT_FAILED : status;
}

int main(int argc, char **argv)
{
	struct args args = { .arena = arena_new(ARENA_CAP), .conf = ARGS_CONF_DEFAULT };
	int status;

	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_LEVEL_WARNING); /* a person reads our results, not the store's diary */
	if (args.arena == NULL || keyed_init() != 0) {
		args_fail("out of memory");
		return EXIT_FAILED;
	}
	status = args_read(argc, argv, &args);
	if (args.command != NULL)
		status = args.command->run != NULL ? args.command->run(&args) : run_store(&args);
	arena_free(&args.arena);
	return status;
}
