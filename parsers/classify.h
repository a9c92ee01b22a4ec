/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * classify - what a text is: case, information, command, follow-up, thanks,
 * quarantine or empty; of which categories, where, in which language, and why.
 *
 * Pure: depends on the text, the classifier (rules, gazetteer, commands of a
 * profile) and the tongue to fall back to. May be used by several threads at
 * once. Of a very long text the first RULES_TEXT_MAX_BYTES are read.
 */
#ifndef PARSERS_CLASSIFY_H
#define PARSERS_CLASSIFY_H

#include "parsers/arena.h"
#include "parsers/citizen_words.h"
#include "parsers/language.h"
#include "parsers/place.h"
#include "parsers/rules.h"

#define CLASSIFY_CATEGORIES_MAX 2
#define CLASSIFY_REASONS_MAX    16

enum class_outcome {
	CLASS_CASE,
	CLASS_INFORMATION,
	CLASS_COMMAND,
	CLASS_FOLLOWUP,
	CLASS_THANKS,
	CLASS_QUARANTINE,
	CLASS_EMPTY,
};

struct class_reason {
	struct bytes category; /* code, or "" for a cue (question, problem, spam) */
	struct bytes rule;     /* "vod.rules:12" */
	struct bytes matched;  /* quoted from the original text */
	int weight;
};

struct classified {
	enum class_outcome outcome;
	/* Codes, in the order of the text; EMG first. */
	struct bytes categories[CLASSIFY_CATEGORIES_MAX];
	size_t n_categories;
	bool is_question;
	struct bytes article;         /* always none in this version */
	enum citizen_command command; /* CMD_NONE unless outcome is CLASS_COMMAND */
	struct tongue command_tongue; /* LANGUAGE: what was asked for; LANG_NONE: not understood */
	struct bytes case_no;         /* "SP-2026-000123" that the text names, or none */
	bool is_emergency;
	struct bytes quarantine_reason; /* words, or none */
	struct language_guess guess;
	struct bytes settlement; /* the gazetteer's Latin name, or none */
	struct bytes place;      /* "Svetosavska 14", or none */
	double confidence;       /* 0..1 */
	struct class_reason why[CLASSIFY_REASONS_MAX];
	size_t n_why;
};

/* What a profile gives the classifier; all borrowed, must outlive it. */
struct classifier {
	const struct rules *rules;
	const struct gazetteer *places;
	const struct citizen_words *words;
	struct bytes case_prefix; /* "SP" */
	int case_year; /* of a bare number in 'STATUS 123'; 0: bare numbers are left alone */
	struct bytes emergency_category; /* "EMG" */
	struct bytes fallback_category;  /* the coordinator's, "OPS" */
	struct tongue otherwise;         /* the profile's tongue */
};

/*
 * text: clean UTF-8. last: the contact's last tongue (language LANG_NONE: unknown).
 * All results live in the arena or in the classifier. ERR_NOMEM, ERR_LIMIT.
 */
int classify(const struct classifier *c, struct arena *a, struct bytes text, struct tongue last,
	     struct classified *classified_out);

/* "case" "information" … as the command line says it. */
const char *class_outcome_text(enum class_outcome o);

#endif
