/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reply_mail - the mail that says what a text would (reply.h): which letter, whose
 * thread it goes on with, and whether a person wrote it.
 */
#include "gateway/desk/post.h"
#include "gateway/desk/reply.h"
#include "gateway/desk/tokens.h"
#include "store/cases.h"
#include "store/messages.h"

/* Texts without a letter are for phones only. */
#define NO_LETTER LETTER_COUNT

/* clang-format off */
static const enum letter_name letters[TEXT_COUNT] = {
	[TEXT_ACK]         = LETTER_ACK,
	[TEXT_ACK_TWO]     = LETTER_ACK_TWO,
	[TEXT_JOINED]      = LETTER_JOINED,
	[TEXT_EMERGENCY]   = LETTER_EMERGENCY,
	[TEXT_STATUS]      = LETTER_STATUS,
	[TEXT_STATUS_LIST] = LETTER_STATUS_LIST,
	[TEXT_STATUS_NONE] = LETTER_STATUS_NONE,
	[TEXT_HELP]        = LETTER_HELP,
	[TEXT_STOP]        = LETTER_STOP,
	[TEXT_START]       = LETTER_START,
	[TEXT_LANGUAGE]    = LETTER_LANGUAGE,
	[TEXT_ASK]         = LETTER_ASK,
	[TEXT_ANSWER]      = LETTER_ANSWER,
	[TEXT_QUESTION]    = LETTER_QUESTION,
	[TEXT_CLOSED]      = LETTER_CLOSED,
	[TEXT_LATE]        = NO_LETTER,
	[TEXT_DUTY]        = NO_LETTER,
	[TEXT_ATTACHMENTS] = NO_LETTER,
	[TEXT_SOLVED_ASK]  = LETTER_SOLVED_ASK,
	[TEXT_REOPENED]    = LETTER_REOPENED,
	[TEXT_JOIN_CODE]   = NO_LETTER,
	[TEXT_TEXTS_ONLY]  = NO_LETTER,
};
/* clang-format on */

static enum post_author author_of(enum out_kind kind)
{
	switch (kind) {
	case KIND_ACK:
	case KIND_STATUS:
	case KIND_HELP:
	case KIND_EMERGENCY: return POST_AUTO_REPLIED;
	case KIND_REMINDER:
	case KIND_LATE:
	case KIND_SURVEY:
	case KIND_STAFF:
	case KIND_CONFIRM: return POST_AUTO_GENERATED;
	case KIND_QUESTION:
	case KIND_ANSWER:
	case KIND_NOTICE:
	case KIND_REFERRAL: break;
	}
	return POST_BY_PERSON;
}

/* The mail of this person that the reply answers: the one in hand, or the newest of its case. */
static int find_answered(struct txn *t, struct desk *d, const struct reply *r,
			 const Pb__Message **answers_out)
{
	uint64_t id = r->message;
	Pb__Message *msg;
	Pb__Case *rec;
	int err = ERR_OK;

	*answers_out = NULL;
	if (d->heard != NULL && d->heard->id == r->message) {
		*answers_out = d->heard;
		return ERR_OK;
	}
	if (id == 0 && r->case_number[0] != '\0') {
		err = case_get(t, bytes_of(r->case_number), d->arena, &rec);
		id = err == ERR_OK ? rec->last_message : 0;
	}
	if (err == ERR_OK && id != 0)
		err = message_get(t, id, d->arena, &msg);
	if (err == ERR_OK && id != 0 && message_is_mail(msg) && r->contact != NULL &&
	    msg->contact == r->contact->id)
		*answers_out = msg;
	/* A thread that can't be found is a new one. */
	return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
}

int reply_by_mail(struct txn *t, struct desk *d, const struct reply *r, Pb__Outbox **row_out)
{
	char token[MAIL_TOKEN_SIZE] = "";
	struct post p = {
		.kind = r->kind,
		.letter = letters[r->text],
		.tongue = r->tongue,
		.values = r->letter,
		.channel = r->channel,
		.to = r->to,
		.contact = r->contact,
		.case_number = r->case_number,
		.message = r->message,
		.author = author_of(r->kind),
		.token = token,
		.files = r->files,
		.n_files = r->n_files,
	};
	int err;

	if (p.letter == NO_LETTER)
		return ERR_INVALID;
	if (r->contact != NULL && r->contact->stopped && !r->despite_stop &&
	    !reply_leaves_after_stop(r->kind))
		return ERR_CANCELLED;
	err = find_answered(t, d, r, &p.answers);
	if (err != ERR_OK)
		return err;
	p.values.common = r->values;
	p.values.common.town = names_in(&d->conf->profile->town, r->tongue);
	/* What no person wrote echoes nothing of what it answers: its sender may be somebody else's enemy. */
	if (p.author == POST_BY_PERSON && p.answers != NULL)
		p.values.subject = letter_subject_bare(bytes_of(p.answers->subject));
	if (r->contact != NULL && r->case_number[0] != '\0')
		token_citizen(d, r->case_number, r->contact->id, token);
	return post_add(t, d, &p, row_out);
}
