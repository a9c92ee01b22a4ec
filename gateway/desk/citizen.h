/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * citizen - STATUS, HELP, STOP, START, LANGUAGE, and a text without words.
 *
 * STATUS answers only the contact's own cases; a foreign and a missing number get
 * the same words, and after five misses an hour silence. STOP keeps the case and
 * stops the texts. Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_CITIZEN_H
#define GATEWAY_DESK_CITIZEN_H

#include "gateway/desk/matter.h"

/* m->understood->outcome is CLASS_COMMAND. Sets outcome and command of the message. */
int citizen_command(struct txn *t, struct desk *d, struct matter *m);
/* A text without letters: the first one an hour is asked what is meant. */
int citizen_empty(struct txn *t, struct desk *d, struct matter *m);

#endif
