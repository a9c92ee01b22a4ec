/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text_classify - `odziv classify` and `odziv profile check`: what the rules
 * make of a text, and what is wrong with a profile, as the JSON of the command line.
 *
 * Octets in, lines out; who reads files and prints is the caller.
 */
#ifndef GATEWAY_CLI_TEXT_CLASSIFY_H
#define GATEWAY_CLI_TEXT_CLASSIFY_H

#include "conf/profile.h"
#include "parsers/arena.h"

/* One object without line end, in the arena. The text needn't be clean. ERR_NOMEM, ERR_LIMIT. */
int text_classify_json(const struct profile *p, struct bytes text, struct arena *a,
		       struct bytes *line_out);

/*
 * A table whose first line names the columns, one of them `text`; "\n" "\t" "\\"
 * in it are escapes. `print` is called with one object a row, in order. ERR_INVALID:
 * why_out says what is wrong with the table. ERR_NOMEM.
 */
int text_classify_tsv(const struct profile *p, struct bytes table,
		      void (*print)(struct bytes line, void *ctx), void *ctx, char *why_out,
		      size_t why_size);

/*
 * {"ok": true, "problems": […], "warnings": […], "categories": 22, "rules": 300}:
 * faults as lines, the warnings apart. p may be NULL when it didn't load: counts are null.
 */
int text_profile_check_json(const struct profile *p, const struct faults *faults, struct arena *a,
			    struct bytes *line_out);

#endif
