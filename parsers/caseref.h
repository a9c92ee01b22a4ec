/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * caseref - case numbers: "SP-2026-000123", as we write and as people type them.
 *
 * Prefix of the profile (1 to 8 capital letters A-Z), year, number of 1 to 9
 * digits without the zeros. The canonical form has at least six digits. No state.
 */
#ifndef PARSERS_CASEREF_H
#define PARSERS_CASEREF_H

#include "parsers/arena.h"

#define CASEREF_SIZE       32 /* the longest canonical form is 23 letters and a NUL */
#define CASEREF_PREFIX_MAX 8
#define CASEREF_NUMBER_MAX 999999999u

/* ERR_LIMIT when prefix, year (2000..2099) or number (from 1) is out of range. */
int caseref_format(struct bytes prefix, int year, uint32_t n, char buf[CASEREF_SIZE]);
/* Reads the canonical form only. ERR_INVALID. Outs may be NULL. */
int caseref_parse(struct bytes number, int *year_out, uint32_t *n_out);

/*
 * The first case number that a free text names, in canonical form in the arena.
 * Forgiving: small letters, Cyrillic letters for the prefix (СП-2026-123), other
 * dashes, blanks, strokes or nothing between the pieces. ERR_NOENT, ERR_NOMEM, ERR_LIMIT.
 */
int caseref_find(struct bytes text, struct bytes prefix, struct arena *a, struct bytes *number_out);
/* The same, and *rest becomes what stands behind it: call again for the next one. */
int caseref_find_next(struct bytes *rest, struct bytes prefix, struct arena *a,
		      struct bytes *number_out);
/*
 * A text that is nothing but a number, as behind STATUS: "123", "#123", "000123",
 * "2026-123", or the full form. year: of a number without one. ERR_NOENT as above.
 */
int caseref_bare(struct bytes text, struct bytes prefix, int year, struct arena *a,
		 struct bytes *number_out);

#endif
