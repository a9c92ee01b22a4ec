/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * post - words by mail become an outbox row: a letter of the catalog with its
 * envelope, its thread, and the tokens by which an answer or a bounce finds back.
 *
 * Promises: nobody makes us write to ourselves, and what no person wrote leaves
 *           within acks_day and acks_hour only, with a null return path.
 * Threads:  committer; repeatable.
 */
#ifndef GATEWAY_DESK_POST_H
#define GATEWAY_DESK_POST_H

#include "gateway/desk/desk.h"
#include "templates/compose_letter.h"

/* RFC 3834; stored by number. */
enum post_author { POST_BY_PERSON, POST_AUTO_REPLIED, POST_AUTO_GENERATED };

struct post {
	enum out_kind kind;
	enum letter_name letter;
	struct tongue tongue;
	struct letter_values values; /* tag is made here, where there is a case or token */
	const char *channel;
	struct bytes to;            /* "mail:…" */
	const Pb__Contact *contact; /* NULL: staff */
	const char *case_number;    /* or "" */
	uint64_t message;           /* that it answers, or 0 */
	const Pb__Message *answers; /* whose thread it goes on with, or NULL */
	enum post_author author;
	const char *token;   /* that an answer brings back; "": none */
	bool token_in_tag;   /* in the subject too, even where the address can hold it */
	struct bytes member; /* of staff, or none */
	uint64_t held;       /* or 0 */
	Pb__File **files;
	size_t n_files;
};

/* ERR_ACCESS: it must not leave, d->refusal says why. */
int post_add(struct txn *t, struct desk *d, const struct post *p, Pb__Outbox **row_out);

/* Whether an automatic answer may go to this address now: ERR_ACCESS with d->refusal. Counts it. */
int post_may_answer(struct txn *t, struct desk *d, const struct conf_channel *c, struct bytes to);
/* "kontakt@…" or any "kontakt+…@…" of a channel of ours. */
bool post_is_ours(const struct conf *conf, struct bytes address);
/* The references of an answer to this mail: its own, and its Message-ID. In the arena. */
int post_references(struct desk *d, const Pb__Message *answers, char ***list_out, size_t *n_out);

#endif
