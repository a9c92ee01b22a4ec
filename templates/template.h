/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * template - the language of our texts: values, never logic.
 *
 *   {case}                      a value
 *   {due|short}                 through filters: short long time upper cut:20 plain
 *   {place?, {}}                only if there is a place; {} is the place
 *   {place!nepoznato mesto}     only if there is none
 *   {n#one=…|few=…|other=…}     by the plural class of n
 *   {~2 Bez poruka: STOP}       may be left out, the highest number first
 *   {>footer}                   the words "part.footer" of the same tongue
 *   {*cases}…{/}                once for each of a list; {case} in it is that item's
 *   {{ and }}                   a brace ("}}" only outside of braces)
 *
 * Repetition is for mail and refused elsewhere with words. In a mail a {name?…},
 * {name!…}, {*list} or {/} that has a line to itself takes the line's end with it,
 * so that what is absent leaves no empty line.
 *
 * Owns:     nothing; a template lives in the arena it was parsed into.
 * Promises: a template that parsed and linked renders whatever the values are:
 *           names are known, plural classes complete, filters fit their value.
 *           A value that may be absent, named outside {name?…}, is a warning.
 * Threads:  any; read-only once linked.
 */
#ifndef TEMPLATES_TEMPLATE_H
#define TEMPLATES_TEMPLATE_H

#include "parsers/arena.h"
#include "parsers/clock.h"
#include "parsers/faults.h"
#include "parsers/language.h"

#define TEMPLATE_BYTES_MAX (64 * 1024)
#define TEMPLATE_NAMES_MAX 64
/* Keeps all of {~1…} to {~9…}. */
#define TEMPLATE_KEEP_ALL 10

enum value_kind { VALUE_TEXT, VALUE_TIME, VALUE_NUMBER, VALUE_LIST };

struct value_name {
	const char *name;
	enum value_kind kind;
};

/* What an item of a list may say; only these names stand within {*list}…{/}. */
struct template_item {
	size_t list;    /* which of the names it is */
	uint64_t known; /* bits as in struct template_terms */
	uint64_t may_lack;
};

/* What one template may say. Borrowed while parsing and linking only. */
struct template_terms {
	const struct value_name *names;
	size_t n_names;    /* at most TEMPLATE_NAMES_MAX */
	uint64_t known;    /* bit i: names[i] has a value here */
	uint64_t may_lack; /* bit i: it may be absent, so it should stand within {name?…} */
	struct tongue tongue;
	bool is_mail;                      /* repetition is allowed */
	const struct template_item *items; /* one for each name that is a list */
	size_t n_items;
	unsigned line; /* where in its file the text begins; 0: the first line */
};

/* Indexed like names. Absent: "", 0, a list of none. */
struct template_value {
	struct bytes text;
	struct wall time;
	int64_t number;
	const struct template_value *items; /* n_items times as many as there are names */
	size_t n_items;
};

struct words_clock;

struct template_call {
	const struct template_value *values;
	const char *time_zone;
	unsigned keep;             /* {~n…} stays when n < keep */
	struct words_clock *clock; /* or NULL */
};

/* A part's words and where they stand. */
struct template_part {
	struct bytes file;
	unsigned line;
	struct bytes text;
};
/* ERR_NOENT when the tongue has no such part. */
typedef int template_part_fn(void *ctx, struct bytes name, struct template_part *part_out);

struct template;

/*
 * Line ends and blanks at the end of the text don't count. Adds what is wrong
 * to faults, with the line. ERR_INVALID when something was; ERR_NOMEM, ERR_LIMIT
 * of the arena.
 */
int template_parse(struct arena *a, const struct template_terms *terms, struct bytes file,
		   struct bytes text, struct faults *faults, struct template **template_out);
/* Puts the parts in their places; once, before the first rendering. A part can't hold a part. */
int template_link(struct template *t, struct arena *a, const struct template_terms *terms,
		  template_part_fn *part, void *ctx, struct faults *faults);

struct tongue template_tongue(const struct template *t);
/* Bit n: there is a {~n…}. */
unsigned template_levels(const struct template *t);
/* UTF-8 in the arena, blanks at both ends off. ERR_NOMEM, ERR_LIMIT, ERR_INVALID (no such time zone). */
int template_render(const struct template *t, const struct template_call *call, struct arena *a,
		    struct bytes *text_out);

#endif
