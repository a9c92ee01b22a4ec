/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * print - rows as JSON lines for scripts, or aligned for people.
 */
#ifndef GATEWAY_CLI_PRINT_H
#define GATEWAY_CLI_PRINT_H

#include "gateway/cli/args.h"
#include "parsers/json.h"

struct printer {
	const struct args *args;
	struct json *rows; /* kept back for alignment, when a list is shown to people */
	bool failed;       /* a row said "ok" or "balanced": false */
	bool broken;       /* standard output failed */
};

void print_row(const struct json *row, void *printer);
/* Shows what was kept back. */
void print_end(struct printer *p);
/* A whole object for people: "key  value" lines, lists of objects indented. */
void print_object(const struct json *object, int indent);
/* The line of a local command: as it is, or for people. An exit status (as may_fail says). */
int print_line(const struct args *args, struct bytes line);

#endif
