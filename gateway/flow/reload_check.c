/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/reload_check.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "parsers/err.h"
#include "store/cases.h"
#include "store/outbox.h"

/* More missing names than this are one mistake, and need no further lines. */
#define MISSING_MAX 32

/* clang-format off */
static const struct {
	const char *section, *key;
	size_t at;
} fixed[] = {
	{ "odziv", "instance",      offsetof(struct conf, instance) },
	{ "odziv", "state_dir",     offsetof(struct conf, state_dir) },
	{ "odziv", "control",       offsetof(struct conf, control_path) },
	{ "http",  "http_listen",   offsetof(struct conf, http_listen) },
};
/* clang-format on */

static const char *text_at(const struct conf *c, size_t at)
{
	const char *text = *(const char *const *)((const char *)c + at);

	return text == NULL ? "" : text;
}

void reload_check_settings(const struct conf *old, const struct conf *next, struct faults *faults)
{
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
		const char *was = text_at(old, fixed[i].at), *is = text_at(next, fixed[i].at);
		struct fault f = { .file = bytes_of(next->file),
				   .section = bytes_of(fixed[i].section),
				   .key = bytes_of(fixed[i].key) };

		if (strcmp(was, is) != 0)
			faults_add(faults, f,
				   "'%s' can't become '%s' while odzivd runs; stop and start it",
				   was, is);
	}
	if (!bytes_eq(old->profile->time_zone, next->profile->time_zone))
		faults_add(faults, (struct fault){ .file = bytes_of(next->profile_dir) },
			   "the time zone can't change while odzivd runs; stop and start it");
}

/* --- what open cases need --- */

struct missing {
	const char *what; /* "category" … */
	struct bytes name;
	struct bytes number; /* of one case that needs it */
	size_t n_cases;
};

struct check {
	const struct conf *old, *next;
	struct arena *arena;
	struct missing list[MISSING_MAX];
	size_t n;
};

static void note(struct check *c, const char *what, const char *name, const char *number)
{
	struct bytes b = bytes_of(name);

	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->list[i].what, what) != 0 || !bytes_eq(c->list[i].name, b))
			continue;
		c->list[i].n_cases++;
		return;
	}
	if (c->n == MISSING_MAX)
		return;
	c->list[c->n++] = (struct missing){ .what = what,
					    .name = arena_dup(c->arena, b),
					    .number = arena_dup(c->arena, bytes_of(number)),
					    .n_cases = 1 };
}

static int check_case(const Pb__Case *rec, void *ctx)
{
	struct check *c = ctx;
	const struct profile *next = c->next->profile;
	struct tongue tongue = { (enum language)rec->language, (enum script)rec->script };

	if (rec->category[0] != '\0' && profile_category(next, bytes_of(rec->category)) == NULL)
		note(c, "category", rec->category, rec->number);
	if (rec->department[0] != '\0' &&
	    profile_department(next, bytes_of(rec->department)) == NULL)
		note(c, "department", rec->department, rec->number);
	if (tongue.language != LANG_NONE && profile_answers_in(c->old->profile, tongue) &&
	    !profile_answers_in(next, tongue))
		note(c, "language", tongue_name(tongue), rec->number);
	if (conf_channel(c->next, rec->channel) == NULL)
		note(c, "channel", rec->channel, rec->number);
	return ERR_OK;
}

static void tell_missing(const struct check *c, struct faults *faults)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct missing *m = &c->list[i];
		bool is_channel = strcmp(m->what, "channel") == 0;
		struct fault f = { .file = bytes_of(is_channel ? c->next->file
							       : c->next->profile_dir),
				   .is_warning = is_channel };

		faults_add(faults, f,
			   "%s '%.*s' is gone, and %zu open cases need it, such as %.*s; "
			   "keep it, or move or close them first",
			   m->what, PRI_BYTES(m->name), m->n_cases, PRI_BYTES(m->number));
	}
}

static int tell_waiting_rows(struct txn *t, const struct check *c, struct faults *faults)
{
	for (size_t i = 0; i < c->old->n_channels; i++) {
		const char *name = c->old->channels[i].name;
		struct fault f = { .file = bytes_of(c->next->file), .is_warning = true };
		struct outbox_load load;
		uint64_t n;
		int err;

		if (conf_channel(c->next, name) != NULL)
			continue;
		err = outbox_load(t, bytes_of(name), &load);
		if (err != ERR_OK)
			return err;
		n = load.queued + load.sending + load.unsure;
		if (n > 0)
			faults_add(faults, f,
				   "channel '%s' is gone, and %" PRIu64
				   " replies wait for it until their validity ends",
				   name, n);
	}
	return ERR_OK;
}

int reload_check_store(struct txn *t, const struct conf *old, const struct conf *next,
		       struct faults *faults)
{
	struct check c = { .old = old, .next = next, .arena = faults->arena };
	int err = case_each_open(t, check_case, &c);

	/* What can't be read is verify's to name; a new configuration makes it no worse. */
	if (err != ERR_OK && err != ERR_CORRUPT)
		return err;
	tell_missing(&c, faults);
	return tell_waiting_rows(t, &c, faults);
}
