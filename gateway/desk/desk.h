/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * desk - what every decision is given: the moment, the configuration, the
 * store's key, and an arena for one application of it.
 *
 * Everything in gateway/desk/ is repeatable: it depends on what it is given and
 * on the transaction, and touches nothing else.
 */
#ifndef GATEWAY_DESK_DESK_H
#define GATEWAY_DESK_DESK_H

#include "conf/conf.h"
#include "parsers/clock.h"
#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/mail.h"
#include "store/db.h"
#include "store/record.h"

/* Something that people should know of, found while deciding; the flow raises it after the commit. */
struct desk_note {
	const char *name; /* of an alarm: "budget-hour" "emergency" … */
	struct bytes words;
};
#define DESK_NOTES_MAX 8

struct desk {
	const struct conf *conf;
	const struct keyed_key *key;
	struct wall now;
	struct arena *arena; /* emptied before each application */
	/* Receipts weren't heard for as long as unsure_wait: replies that are unsure wait on. */
	bool is_deaf;
	struct desk_note notes[DESK_NOTES_MAX];
	size_t n_notes;
	const char *wake[CONF_CHANNELS_MAX]; /* channels that got rows */
	size_t n_wake;
	/* of a mail that is being heard */
	const struct mail *mail;  /* NULL: it is no mail */
	const Pb__Message *heard; /* not written yet; NULL: none */
	const char *silence;      /* why it gets no automatic answer; NULL: it may get one */
	const char *refusal; /* why the last reply was refused, where its error says too little */
};

/* A desk for one application; the arena is reset. */
void desk_begin(struct desk *d, const struct conf *conf, const struct keyed_key *key,
		struct wall now, struct arena *a);
void desk_note(struct desk *d, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A channel (its name outlives the application) got a row: dispatch looks at it after the commit. */
void desk_wake(struct desk *d, const char *channel);
/* The first channel for texts, and for mails; NULL: none is configured. */
const struct conf_channel *desk_sms_channel(const struct conf *conf);
const struct conf_channel *desk_mail_channel(const struct conf *conf);
/* How to write to somebody whose record holds these numbers; the profile's tongue when it holds none. */
struct tongue desk_tongue(uint32_t language, uint32_t script, const struct profile *p);

#endif
