/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/cli/ask.h"
#include "gateway/cli/print.h"

/* In a conversation a person waits this long for an answer before the prompt comes back. */
#define TALK_WAIT "3"

static void show_text(const struct json *row, void *ctx)
{
	(void)ctx;
	printf("  %.*s: %.*s\n", PRI_BYTES(json_get_text(row, "from")),
	       PRI_BYTES(json_get_text(row, "text")));
}

/* Each line typed is a text; the answers stand below it. Ends with the input. */
static int talk(const struct args *args)
{
	struct args one = *args;
	struct asking asking = { .row = show_text };
	bool is_person = isatty(STDIN_FILENO);
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int status = EXIT_DONE;

	one.n_words = 2;
	if (one.values[0] == NULL)
		one.values[0] = TALK_WAIT;
	if (is_person)
		printf("Phone %s. Type a text and Enter; Ctrl-D ends.\n", args->words[0]);
	while (status == EXIT_DONE) {
		if (is_person)
			fputs("> ", stdout);
		fflush(stdout);
		len = getline(&line, &cap, stdin);
		if (len < 0)
			break;
		line[strcspn(line, "\n")] = '\0';
		one.words[1] = line;
		status = ask(&one, &asking);
	}
	free(line);
	return status;
}

int phone_run(const struct args *args)
{
	struct printer p = { .args = args };
	struct asking asking = { .row = print_row, .ctx = &p };
	int status;

	if (args->n_words == 1)
		return talk(args);
	/* Whoever waits, also a script, sees a text when it comes. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	status = ask(args, &asking);
	print_end(&p);
	return p.broken ? EXIT_FAILED : status;
}
