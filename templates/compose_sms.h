/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compose_sms - a text of the catalog and values become the words of one SMS,
 * within its budget of segments.
 *
 * Pure; any thread. When the words exceed the text's own budget (or the caller's
 * max_segments, if that is less), the parts marked `{~n …}` are left out, highest
 * n first; a clerk's own words are then cut at a sentence. A text that can't be
 * shortened any more may still grow to max_segments.
 */
#ifndef TEMPLATES_COMPOSE_SMS_H
#define TEMPLATES_COMPOSE_SMS_H

#include "parsers/arena.h"
#include "parsers/clock.h"
#include "parsers/sms_text.h"
#include "templates/catalog.h"

/* What a text may name. Absent values are "" / 0 and count as absent for {x?…} and {x!…}. */
struct text_values {
	struct bytes case_no, case_no2;   /* {case} {case2} */
	struct bytes category, category2; /* {category} {category2}: short names in the tongue */
	struct bytes department;          /* {department}: short name */
	struct bytes place;               /* {place}: "Svetosavska 14", or the settlement */
	struct bytes state;               /* {state}: a word of the catalog */
	struct bytes words;               /* {words}: a clerk's or citizen's own words */
	struct bytes reason;              /* {reason} */
	struct bytes numbers;             /* {numbers}: emergency numbers */
	struct bytes town;                /* {town} */
	struct bytes cases;               /* {cases}: a list already in words */
	struct bytes
		price; /* {price}: of an SMS, as the operator wrote it; absent when nobody gave it */
	struct bytes address; /* {address}: our mail address */
	struct bytes code;    /* {code}: of six digits */
	struct wall due;      /* {due}, filters short long time */
	int64_t n;            /* {n}, {n#one=…|few=…|other=…} */
};

struct compose_rules {
	bool plain; /* fold Latin texts to GSM-7 (70 -> 160 characters); Cyrillic stays */
	unsigned max_segments; /* never more; 0: compose_budget() */
	const char *time_zone; /* "Europe/Belgrade" */
};

struct composed {
	struct bytes text; /* UTF-8, in the arena */
	struct sms_plan plan;
	struct tongue tongue; /* of the text that was used */
	bool was_cut;         /* words were cut to fit */
};

/* Indexed by enum text_value; also of a mail, whose other values are compose_letter's. */
void text_values_fill(struct template_value *to, const struct text_values *from);

/* How many segments a text may take in this tongue: fewer when GSM-7 writes it. */
unsigned compose_budget(enum text_name n, struct tongue t, bool plain);

/* ERR_LIMIT when it can't be made to fit (a fault that the check at load time excludes), ERR_NOMEM. */
int compose_sms(const struct catalog *c, enum text_name n, struct tongue t,
		const struct text_values *values, const struct compose_rules *rules,
		struct arena *a, struct composed *composed_out);

/*
 * The proof of `template check`: every text in every tongue with the longest
 * values given fits its budget (plain Latin acknowledgement: 1 GSM-7 segment;
 * Cyrillic, and Latin that isn't folded: 2 UCS-2 segments; others per text).
 * Faults name file and length. ERR_INVALID when there was one.
 */
struct longest {
	const struct text_values *values; /* one set a tongue, indexed like tongues */
	const struct tongue *tongues;
	size_t n_tongues;
	const char *time_zone;
};
int compose_check(const struct catalog *c, const struct longest *l, struct faults *faults);

#endif
