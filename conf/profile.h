/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * profile - everything that makes the daemon the daemon of one town: categories,
 * departments, staff, rules, gazetteer, commands, texts, emergency numbers.
 *
 * Owns:     all it holds, in one arena; read-only after profile_load().
 * Promises: a profile that loads fits together: every department, category and
 *           member named anywhere exists, every rule hits its own example, and
 *           every text that must fit fits with the longest values.
 * Threads:  read by all; freed when the last job that began with it is done.
 */
#ifndef CONF_PROFILE_H
#define CONF_PROFILE_H

#include "parsers/faults.h"
#include "parsers/arena.h"
#include "parsers/classify.h"
#include "parsers/language.h"
#include "parsers/staff_words.h"
#include "templates/catalog.h"

/* Names are kept per language; Serbian has both scripts (Latin is derived from Cyrillic when absent). */
struct names {
	struct bytes sr_cyrl, sr_latn, hr, sk, hu, rom, en;
};

/* The name to use for a tongue, with the fallbacks hr, rom -> sr-Latn; sk, hu -> en -> sr-Latn. */
struct bytes names_in(const struct names *n, struct tongue t);

#define CLOCK_NONE INT64_C(-1)

struct category {
	struct bytes code;       /* "VOD" */
	struct names name;       /* long */
	struct names short_name; /* at most 22 characters, for an SMS */
	const struct department *department;
	int64_t first_answer_ms; /* 0 = at once; CLOCK_NONE = no clock */
	int64_t solution_ms;     /* CLOCK_NONE = no clock */
	unsigned priority;       /* 0 emergency … 4 low */
	bool is_public;
};

struct department {
	struct bytes code; /* "VODOVOD" */
	struct names name;
	struct names short_name; /* at most 26 characters */
	struct bytes mail;       /* that all who work there read, or none */
};

/* Local days since 1970 began (conf/calendar.h), both included. */
struct absence {
	uint32_t from, to; /* to 0: not absent; UINT32_MAX: nobody knows until when */
};

#define MEMBER_TONGUES_MAX 8

struct member {
	struct bytes id; /* "jelena" */
	struct bytes name;
	const struct department *department;
	struct bytes phone; /* "sms:+381…" or none */
	struct bytes
		mail; /* "jelena@town.rs", the domain in small letters, or none: the only From that proves her */
	struct tongue tongue; /* that we write to her in: the first of those she reads */
	struct tongue tongues[MEMBER_TONGUES_MAX];
	size_t n_tongues;
	struct absence absence;
	const struct member *substitute; /* or NULL */
	bool is_coordinator;
	bool is_duty; /* hears of emergencies */
};

struct profile {
	struct arena *arena;
	struct bytes name;        /* folder name, "stara-pazova" */
	struct names town;        /* "Stara Pazova" */
	struct bytes case_prefix; /* "SP" */
	struct bytes time_zone;   /* "Europe/Belgrade" */
	struct tongue tongue;     /* the default */
	struct tongue tongues[8]; /* those that we answer in */
	size_t n_tongues;
	struct bytes
		emergency_numbers; /* "112, 193": from profile.ini; placeholder marked when nobody gave it */
	const struct category *categories;
	size_t n_categories;
	const struct department *departments;
	size_t n_departments;
	const struct member *members;
	size_t n_members;
	const struct category *coordinator_category; /* what no rule knows goes here */
	const struct category *emergency_category;
	struct rules *rules;
	struct gazetteer *places;
	struct citizen_words *words;
	struct staff_words *staff_words; /* of orders in mails; empty without staff_words.txt */
	struct classifier
		classifier; /* borrows rules, places and words; case_year is set per call by a copy */
	struct catalog *catalog; /* the texts of all tongues */
};

/*
 * Reads the folder. Every fault found is added to faults (file, line, what would be right);
 * *profile_out is set only when there was none. ERR_INVALID when faults were added, ERR_NOMEM.
 */
int profile_load(const char *dir, struct faults *faults, struct profile **profile_out);
void profile_free(struct profile **p);

const struct category *profile_category(const struct profile *p,
					struct bytes code); /* NULL: unknown; any case */
const struct department *profile_department(const struct profile *p, struct bytes code);
const struct member *profile_member(const struct profile *p, struct bytes id);
const struct member *profile_coordinator(const struct profile *p);
/* Whose registered address this is, in any case; NULL: nobody's. */
const struct member *profile_member_of_mail(const struct profile *p, struct bytes address);
bool member_is_absent(const struct member *m, uint32_t day);
/* The member, or who stands in for her that day, or for him …; NULL when all of them are away. */
const struct member *member_present(const struct member *m, uint32_t day);
bool profile_answers_in(const struct profile *p, struct tongue t);

#endif
