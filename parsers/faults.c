/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/faults.h"

#include <string.h>

#include "parsers/edits.h"
#include "parsers/err.h"
#include "parsers/strbuf.h"

/* A fault is a line or two of words; more than this and something ran away. */
#define FAULT_WORDS_MAX   2048
#define NEAREST_EDITS_MAX 2
/* Shorter words begin too many names. */
#define NEAREST_BEGINNING 5

struct faults faults_in(struct arena *a)
{
	return (struct faults){ .arena = a };
}

static bool make_room(struct faults *f)
{
	size_t cap = f->cap == 0 ? 8 : f->cap * 2;
	struct fault *list;

	if (f->n < f->cap)
		return true;
	list = arena_array(f->arena, cap, sizeof(*list));
	if (list == NULL)
		return false;
	if (f->n != 0)
		memcpy(list, f->list, f->n * sizeof(*list));
	f->list = list;
	f->cap = cap;
	return true;
}

void faults_add(struct faults *f, struct fault fault, const char *format, ...)
{
	struct strbuf words = strbuf_in(f->arena, FAULT_WORDS_MAX);
	va_list ap;

	va_start(ap, format);
	strbuf_addv(&words, format, ap);
	va_end(ap);

	/* Counted before anything can fail: a fault that finds no memory must still keep us from loading. */
	if (!fault.is_warning)
		f->n_errors++;
	if (!make_room(f))
		return;
	fault.file = arena_dup(f->arena, fault.file);
	fault.section = arena_dup(f->arena, fault.section);
	fault.key = arena_dup(f->arena, fault.key);
	fault.words = strbuf_bytes(&words);
	f->list[f->n++] = fault;
}

int fault_line(const struct fault *f, struct arena *a, struct bytes *line_out)
{
	struct strbuf s = strbuf_in(a, 4 * FAULT_WORDS_MAX);

	if (f->file.len != 0)
		strbuf_add(&s, f->file);
	if (f->file.len != 0 && f->line != 0)
		strbuf_addf(&s, ":%u", f->line);
	if (f->file.len != 0)
		strbuf_adds(&s, ": ");
	if (f->is_warning)
		strbuf_adds(&s, "warning: ");
	if (f->section.len != 0)
		strbuf_addf(&s, "[%.*s] ", PRI_BYTES(f->section));
	if (f->key.len != 0)
		strbuf_addf(&s, "%.*s: ", PRI_BYTES(f->key));
	strbuf_add(&s, f->words);
	return strbuf_finish(&s, line_out);
}

const char *faults_nearest(struct bytes word, const char *const *names, size_t n)
{
	unsigned best_edits = NEAREST_EDITS_MAX + 1;
	const char *best = NULL;

	if (word.len == 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct bytes name = bytes_of(names[i]);
		unsigned e = edits_between(word, name);

		/* Two edits turn any short word into any other: that would be no help. */
		if (e < best_edits && e < word.len && e < name.len) {
			best_edits = e;
			best = names[i];
		}
	}
	/* "status_password" for "status_password_file": the beginning of a name, of one only. */
	for (size_t i = 0; i < n && best_edits > NEAREST_EDITS_MAX; i++) {
		if (word.len < NEAREST_BEGINNING ||
		    strncmp(names[i], (const char *)word.ptr, word.len) != 0)
			continue;
		if (best != NULL)
			return NULL;
		best = names[i];
	}
	return best;
}
