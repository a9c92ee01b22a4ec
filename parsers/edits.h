/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * edits - how many typing errors lie between two words.
 *
 * A letter too many, too few or another one is one error, and so are two
 * neighbours that changed places. Case of ASCII doesn't count. No state.
 */
#ifndef PARSERS_EDITS_H
#define PARSERS_EDITS_H

#include "parsers/bytes.h"

/* Very many when one of them is longer than 64 octets and they differ. */
unsigned edits_between(struct bytes a, struct bytes b);

#endif
