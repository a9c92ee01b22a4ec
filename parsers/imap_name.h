/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * imap_name - a mail folder's name as IMAP spells it: modified UTF-7 (RFC 3501 5.1.3).
 */
#ifndef PARSERS_IMAP_NAME_H
#define PARSERS_IMAP_NAME_H

#include "parsers/arena.h"

/* Of the name in UTF-8, octets. */
#define IMAP_NAME_MAX 1000

/* NUL behind it. ERR_INVALID: not UTF-8, or controls in it; ERR_LIMIT: too long; ERR_NOMEM. */
int imap_name_encode(struct bytes name, struct arena *a, struct bytes *spelt_out);

#endif
