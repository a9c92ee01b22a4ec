/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/tsv.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"

static struct bytes without_cr(struct bytes line)
{
	return bytes_ends(line, "\r") ? bytes_cut(line, 0, line.len - 1) : line;
}

static bool is_skipped(const struct tsv *t, struct bytes line)
{
	if (t->kind == TSV_RAW)
		return false;
	line = bytes_trim(line);
	return line.len == 0 || line.ptr[0] == '#';
}

/* The next line that counts. An empty line is a row of a raw table, the end of the text is not. */
static bool next_line(struct tsv *t, struct bytes *line_out)
{
	while (t->rest.len != 0) {
		(void)bytes_split(&t->rest, '\n', line_out);
		*line_out = without_cr(*line_out);
		t->line++;
		if (!is_skipped(t, *line_out))
			return true;
	}
	return false;
}

/* Fields beyond the room are counted, not kept. An empty line is one empty field. */
static size_t split(struct bytes line, struct bytes fields[TSV_COLUMNS_MAX])
{
	size_t n = 0;

	for (;;) {
		size_t tab = bytes_find(line, '\t');

		if (n < TSV_COLUMNS_MAX)
			fields[n] = bytes_cut(line, 0, tab);
		n++;
		if (tab == line.len)
			return n;
		line = bytes_cut(line, tab + 1, line.len);
	}
}

int tsv_begin(struct tsv *t, enum tsv_kind kind, struct bytes text)
{
	struct bytes line;

	*t = (struct tsv){ .kind = kind, .rest = text };
	if (!next_line(t, &line))
		return ERR_INVALID;
	t->n_columns = split(line, t->columns);
	if (t->n_columns > TSV_COLUMNS_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < t->n_columns; i++)
		t->columns[i] = bytes_trim(t->columns[i]);
	return ERR_OK;
}

bool tsv_next(struct tsv *t)
{
	struct bytes line;

	if (!next_line(t, &line))
		return false;
	t->n_fields = split(line, t->fields);
	return true;
}

static size_t column_of(const struct tsv *t, const char *column)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		if (bytes_is(t->columns[i], column))
			return i;
	}
	return TSV_COLUMNS_MAX;
}

bool tsv_has(const struct tsv *t, const char *column)
{
	return column_of(t, column) != TSV_COLUMNS_MAX;
}

struct bytes tsv_get(const struct tsv *t, const char *column)
{
	size_t i = column_of(t, column);

	if (i >= t->n_fields || i == TSV_COLUMNS_MAX)
		return BYTES_NONE;
	return t->kind == TSV_RAW ? t->fields[i] : bytes_trim(t->fields[i]);
}

int tsv_unescape(struct arena *a, struct bytes field, struct bytes *text_out)
{
	struct strbuf s = strbuf_in(a, field.len);

	for (size_t i = 0; i < field.len; i++) {
		uint8_t next = i + 1 < field.len ? field.ptr[i + 1] : 0;
		char plain = next == 'n' ? '\n' : next == 't' ? '\t' : next == '\\' ? '\\' : '\0';

		if (field.ptr[i] != '\\' || plain == '\0') {
			strbuf_addc(&s, (char)field.ptr[i]);
			continue;
		}
		strbuf_addc(&s, plain);
		i++;
	}
	return strbuf_finish(&s, text_out);
}

static bool is_known(struct bytes name, const char *const *known, size_t n_known)
{
	for (size_t i = 0; i < n_known; i++) {
		if (bytes_is(name, known[i]))
			return true;
	}
	return false;
}

static void complain_of_unknown(const struct tsv *t, struct fault at, const char *const *known,
				size_t n_known, struct faults *faults)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		const char *near;

		if (is_known(t->columns[i], known, n_known))
			continue;
		near = faults_nearest(t->columns[i], known, n_known);
		if (near != NULL)
			faults_add(faults, at, "nobody knows the column '%.*s'; did you mean '%s'?",
				   PRI_BYTES(t->columns[i]), near);
		else
			faults_add(faults, at, "nobody knows the column '%.*s'; remove it",
				   PRI_BYTES(t->columns[i]));
	}
}

int tsv_begin_checked(struct tsv *t, struct bytes file, struct bytes text, const char *const *known,
		      size_t n_known, size_t n_needed, struct faults *faults)
{
	size_t n_before = faults->n_errors;
	struct fault at = { .file = file };
	int err = tsv_begin(t, TSV_COMMENTED, text);

	at.line = t->line;
	if (err != ERR_OK) {
		faults_add(faults, at, "%s",
			   err == ERR_LIMIT ? "more columns than a table may have"
					    : "empty; its first line names the columns");
		return ERR_INVALID;
	}
	for (size_t i = 0; i < n_needed; i++) {
		if (!tsv_has(t, known[i]))
			faults_add(faults, at, "the column '%s' is missing", known[i]);
	}
	complain_of_unknown(t, at, known, n_known, faults);
	return faults->n_errors == n_before ? ERR_OK : ERR_INVALID;
}
