/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tsv - tables as text: columns parted by tabs, the first line names them.
 *
 * No quoting. A profile's tables may hold comment lines (#) and blank lines; a
 * table of texts (`classify --tsv`) is raw, each line is a row. Everything is
 * borrowed from the text.
 */
#ifndef PARSERS_TSV_H
#define PARSERS_TSV_H

#include "parsers/arena.h"
#include "parsers/faults.h"

#define TSV_COLUMNS_MAX 40

enum tsv_kind { TSV_COMMENTED, TSV_RAW };

struct tsv {
	enum tsv_kind kind;
	struct bytes rest;
	struct bytes columns[TSV_COLUMNS_MAX];
	size_t n_columns;
	unsigned line;                        /* of the row read last */
	struct bytes fields[TSV_COLUMNS_MAX]; /* of the row read last */
	size_t n_fields;
};

/* Reads the line of names. ERR_INVALID when there is none, ERR_LIMIT when it has too many columns. */
int tsv_begin(struct tsv *t, enum tsv_kind kind, struct bytes text);
/* The next row; false at the end. Missing fields are empty, fields too many are counted in n_fields only. */
bool tsv_next(struct tsv *t);
bool tsv_has(const struct tsv *t, const char *column);
/* The field of this row, blanks around it off (not when raw); none when there is no such column. */
struct bytes tsv_get(const struct tsv *t, const char *column);
/* "\n" "\t" "\\" in a raw field become what they stand for. ERR_NOMEM. */
int tsv_unescape(struct arena *a, struct bytes field, struct bytes *text_out);
/*
 * Begins a profile's table and complains of what is wrong with its shape: no
 * names, a needed column missing, a column that nobody knows (with the nearest
 * name). known: all names, the first n_needed of them must be there. ERR_INVALID.
 */
int tsv_begin_checked(struct tsv *t, struct bytes file, struct bytes text, const char *const *known,
		      size_t n_known, size_t n_needed, struct faults *faults);

#endif
