/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * texts - what citizens write: the kinds of the profile's examples, with what
 * each is owed.
 */
#ifndef TESTS_SIM_TEXTS_H
#define TESTS_SIM_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

enum owed {
	OWED_ANSWER,  /* at least one text back */
	OWED_MAYBE,   /* the rules decide: thanks, a second empty text within the hour … */
	OWED_SILENCE, /* nothing, ever */
};

enum text_use {
	USE_WORDS,   /* as it stands, with a word that makes it unlike all others */
	USE_EXACT,   /* as it stands: a command */
	USE_CASE,    /* %s is the writer's last case number */
	USE_LONG,    /* so long that it leaves in parts */
	USE_DAMAGED, /* with octets that are no text */
	USE_OCTETS,  /* no text at all: a ring tone, a setting */
	USE_FAULT,   /* the channel couldn't read its frame */
	USE_STOP,
	USE_START,
};

struct text_kind {
	const char *words;
	enum text_use use;
	enum owed owed;
	unsigned weight;
};

extern const struct text_kind text_kinds[];
extern const size_t n_text_kinds;

#endif
