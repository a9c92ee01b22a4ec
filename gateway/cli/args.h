/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * args - the words and options of one call of `odziv`, read against the one
 * table of commands.
 */
#ifndef GATEWAY_CLI_ARGS_H
#define GATEWAY_CLI_ARGS_H

#include <stdio.h>

#include "parsers/arena.h"

#define ARGS_OPTIONS_MAX 8
#define ARGS_WORDS_MAX   4
/* A text from stdin: longer than any SMS or TSV of examples that a person makes. */
#define ARGS_STDIN_MAX (4u * 1024 * 1024)

#define ARGS_CONF_DEFAULT SYSCONF_DIR "/odziv.ini"

#define EXIT_DONE   0
#define EXIT_FAILED 1
#define EXIT_USAGE  2

struct args;

struct option_row {
	const char *name;  /* "limit"; NULL ends the list */
	const char *value; /* "N" in the help; NULL: takes none */
};

enum command_where {
	RUN_STORE,  /* by the daemon, else by us on the store */
	RUN_DAEMON, /* only with a daemon */
	RUN_ALONE,  /* only without one: the store is ours alone */
	RUN_LOCAL,  /* needs neither */
};

struct column {
	const char *key; /* NULL ends the list */
	const char *heading;
};

struct command_row {
	const char *name; /* "case list" */
	const char *
		words; /* "NUMBER TEXT", for the help; a last TEXT or REASON takes all that follows */
	const char *help;
	enum command_where where;
	unsigned min_words, max_words;
	struct option_row options[ARGS_OPTIONS_MAX];
	const struct column *columns; /* of a list, for people; NULL: shown whole */
	bool may_fail;                /* an object with "ok" or "balanced" false is exit status 1 */
	int (*run)(const struct args *args); /* RUN_LOCAL, RUN_ALONE and phone */
};

struct args {
	struct arena *arena;
	const char *conf; /* -c, else the default */
	bool json;
	const struct command_row *command;
	const char *words[ARGS_WORDS_MAX];
	size_t n_words;
	const char *values
		[ARGS_OPTIONS_MAX]; /* by place in command->options; "" for one without a value; NULL: not given */
};

/* EXIT_DONE with *args_out filled, or what to exit with after words were printed (help: EXIT_DONE and command NULL). */
int args_read(int argc, char **argv, struct args *args_out);
const char *args_option(const struct args *args, const char *name); /* NULL: not given */
void args_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2))); /* "error: …" on stderr */
/* All of a file (or stdin for "-"), NUL behind it. ERR_NOENT, ERR_LIMIT, ERR_NOMEM. */
int args_file(struct arena *a, const char *path, size_t max, struct bytes *text_out);
/* What args_file() didn't like, in the system's words: to whoever named the file it is no record. */
const char *args_file_error(int err);

extern const struct command_row commands[];
extern const size_t n_commands;

#endif
