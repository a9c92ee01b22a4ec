/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control - the command table: what `odziv` asks, over the socket or inline.
 *
 * A request is one JSON line of at most CONTROL_LINE_MAX (conf/limits.h):
 * {"command": "case list", "args": {…}, "words": […]}. args are the options without
 * their dashes, in text ("limit": "100"), or true for those without a value; words
 * are what stands behind the command, in text.
 * Answers are JSON lines: {"row": {…}} any number of times, then exactly one
 * {"exit": 0} or {"exit": 1, "error": "what, where, what to do"} (2: wrong usage); in between
 * {"progress": "words"} may come. Every read of citizens' data is logged with who.
 */
#ifndef GATEWAY_FLOW_CONTROL_H
#define GATEWAY_FLOW_CONTROL_H

#include "conf/limits.h" /* CONTROL_LINE_MAX bounds a request */
#include "gateway/flow/core.h"

/* One line of an answer, without its end; last: nothing follows and ctx isn't used again. */
typedef void control_line_fn(struct bytes line, bool last, void *ctx);

/* who: the user's name by SO_PEERCRED. Loop thread; fn may be called before this returns. */
void control_run(struct core *core, struct bytes request, const char *who, control_line_fn *fn,
		 void *ctx);
/* By core_stop(): requests that wait for time end now; those at the store end when it is done with them. */
void control_stop(struct core *core);
/*
 * Who asked with this ctx is gone: a request that only waits for him (a phone that
 * listens) ends now, with its last line; others end by themselves. True when one ended.
 */
bool control_gone(struct core *core, const void *ctx);

#endif
