/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ini_scan - the cheap look at an ini file before iniparser reads it.
 *
 * iniparser merges repeated sections, lets the last of repeated keys win, cuts
 * values at ; and # and after a closing quotation mark, joins lines that end
 * with a backslash, all in silence, and gives up at the first line it can't
 * read. So each line is judged here, becomes a fault with its number if it
 * would be read as something else than what stands there, and is left out of
 * the clean text, which iniparser then reads to the end.
 */
#ifndef PARSERS_INI_SCAN_H
#define PARSERS_INI_SCAN_H

#include "parsers/faults.h"

/* iniparser 4.1 takes 1,024 octets a line with its end and its NUL. */
#define INI_LINE_MAX 1022
/* A configuration has some hundred lines; more is another kind of file. */
#define INI_ENTRIES_MAX 2000
/* After so many faults a person has seen that this is no ini file. */
#define INI_FAULTS_MAX 50

/* A [section] line (key is none) or a key's line; names in lower case, as iniparser has them. */
struct ini_entry {
	struct bytes section;
	struct bytes key;
	unsigned line;
};

struct ini_scan {
	struct ini_entry *entries; /* each section and each key once, in the order of the file */
	size_t n;
	struct bytes clean; /* the same lines; those with a fault are empty */
};

/*
 * Adds every fault of the text to faults, under the name `file`. The result
 * is whole even when there were some, and lives in the arena. ERR_NOMEM.
 */
int ini_scan(struct bytes text, struct bytes file, struct arena *a, struct faults *faults,
	     struct ini_scan *scan_out);
/* Where a key stands, or with no key its section; 0: nowhere. */
unsigned ini_scan_line(const struct ini_scan *scan, struct bytes section, struct bytes key);

#endif
