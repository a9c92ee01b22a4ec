/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load - an ini file as sections, keys, values and lines; the only user of iniparser.
 *
 * iniparser gives the text of a value, never its meaning: it reads 27x75 as 27
 * and ture as true. What it does in silence is caught before by parsers/ini_scan,
 * and it reads what that left, from memory: the file that was judged is the file
 * that is read.
 */
#ifndef CONF_LOAD_H
#define CONF_LOAD_H

#include "parsers/faults.h"

/* A section (key is none) or a key. Names are in lower case. */
struct load_entry {
	struct bytes section;
	struct bytes key;
	const char *value; /* NULL: a section, or a line that is already a fault */
	unsigned line;
};

struct load_ini {
	struct bytes file;
	struct load_entry *entries; /* in the order of the file, each name once */
	size_t n;
};

/*
 * Reads a file; all that it gives lives in the arena. What is wrong with a line
 * becomes a fault and the others are read all the same (ERR_OK). A file that
 * can't be read at all is a fault too: ERR_NOENT, ERR_IO, ERR_LIMIT. ERR_NOMEM.
 */
int load_ini(const char *path, struct arena *a, struct faults *faults, struct load_ini *ini_out);
/* The same from memory; path is the name in faults, and is borrowed. */
int load_text(struct bytes text, const char *path, struct arena *a, struct faults *faults,
	      struct load_ini *ini_out);
/* The entry of a key, or with key NULL of a section; NULL: it isn't there. */
const struct load_entry *load_find(const struct load_ini *ini, struct bytes section,
				   const char *key);
/* A regular file's octets; ERR_NOENT, ERR_IO, ERR_LIMIT (more than max), ERR_NOMEM. errno says why. */
int load_file(const char *path, size_t max, struct arena *a, struct bytes *octets_out);

#endif
