/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ask - a request of the control table, answered by the daemon over its socket
 * or, when none runs, by ourselves on the store.
 */
#ifndef GATEWAY_CLI_ASK_H
#define GATEWAY_CLI_ASK_H

#include "gateway/cli/args.h"
#include "parsers/json.h"

/* One row of an answer; dies with the call. */
typedef void ask_row_fn(const struct json *row, void *ctx);

struct asking {
	ask_row_fn *row;
	void *ctx;
	bool show_progress; /* on stderr, when it is a terminal */
};

/* Asks with the words and options of args. An exit status; the error was printed. */
int ask(const struct args *args, const struct asking *asking);
/* Whether a daemon answers on this configuration's socket. ERR_OK, ERR_NOENT, or why not (words printed). */
struct conf;
int ask_daemon(const struct conf *conf, int *fd_out);
/* Sends one request on fd and reads the answer up to its exit line. */
int ask_over(int fd, struct bytes request, const struct asking *asking);
/* The request line of args; more options may be put with json_put first. */
int ask_line(const struct args *args, struct bytes *line_out);
/* Loads the configuration, printing its faults. NULL: EXIT_FAILED. */
struct conf *ask_conf(const struct args *args);
/*
 * Root becomes the owner of the state folder, so that nothing in it turns root's; anybody else
 * must be allowed into it. An exit status; the error was printed.
 */
int ask_become_owner(const struct conf *conf);
/* What the store said went wrong, which names the file; else the path and the error's words. */
void ask_complain(const char *path, int err, const char *why);

#endif
