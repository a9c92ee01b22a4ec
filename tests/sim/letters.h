/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * letters - what people wrote by mail, and what of ours reached their mailboxes.
 *
 * Plain data, a part of the world (tests/sim/world.h): the post office and the
 * writers write it, the model compares it with the store.
 */
#ifndef TESTS_SIM_LETTERS_H
#define TESTS_SIM_LETTERS_H

#include "parsers/clock.h"
#include "parsers/mail.h"

/* Shots of this link are mails. */
#define MAIL_LINK    3u
#define MAIL_CHANNEL "posta"
#define MAIL_ADDRESS "kontakt@opstina.example"
#define NO_POST      SIZE_MAX
#define NO_LETTER    SIZE_MAX

enum letter_use {
	LETTER_REPORT,   /* a matter of its own */
	LETTER_COMMAND,  /* STATUS and its like */
	LETTER_FURTHER,  /* an answer to a mail of ours */
	LETTER_AUTO,     /* a machine answers, perhaps with a token in its address */
	LETTER_BOUNCE,   /* a mail of ours came back */
	LETTER_LIST,     /* a newsletter */
	LETTER_CRASH,    /* the cell dies of it */
	LETTER_OLD,      /* it lay somewhere for a week */
	LETTER_CLERK,    /* a clerk answers her mail */
	LETTER_UNPROVEN, /* a clerk answers, and our server can't tell that it is she */
	LETTER_CONFIRM,  /* she says that it was */
	LETTER_FORGED,   /* somebody writes in a clerk's name, with her token */
	LETTER_STOLEN,   /* another member uses a clerk's token */
	LETTER_JOIN,     /* somebody asks to be joined with a phone */
	LETTER_CODE,     /* he brings the code, or another */
};

/* Somebody with a mailbox: a business, or a member of the roster. */
struct resident {
	char address[80];
	bool is_clerk;
	bool has_written;
	size_t last_post; /* the newest of ours with a token, or NO_POST */
	size_t post_before;
};

struct letter {
	size_t who;
	enum letter_use use;
	char *subject, *words;
	char tag[24]; /* digits that stand in no other letter; "" when its words don't matter */
	char message_id[64];
	char in_reply_to[128];
	char token[40];
	enum mail_proof dmarc;
	uint8_t blob[MAIL_SHA256_SIZE]; /* its raw mail, once it was handed over */
	uint32_t uid, uid_validity;
	int64_t at_ms, first_ms, acked_ms; /* wall */
	unsigned tries, n_ok, n_repeated;
	unsigned
		n_copies; /* times that its server delivered it once more, with other trace fields */
	bool is_under_way; /* handed over and not answered */
	bool is_acked;
	unsigned n_records, n_said; /* records and rows with its words that the model met */
	uint64_t record;
};

/* What a mail of ours says beside the words of its shot. */
struct post {
	uint64_t row;
	size_t to; /* a resident, or SIZE_MAX: nobody that we know */
	unsigned kind;
	char message_id[128];
	char token[40];  /* of Reply-To */
	char bounce[40]; /* of the return path */
	bool is_auto;
};

/* A phone and a mailbox of one person. */
struct joining {
	size_t resident, citizen;
	int64_t asked_ms;
	bool is_waiting;  /* he asked, and got no code yet */
	bool has_brought; /* a code that his phone got: only then the two may be joined */
	bool is_spied;    /* somebody else asked for his phone: which code he brings is chance */
	bool is_sure; /* he asked and brings once, so the two must be joined when it was in time */
	size_t asking, bringing; /* the letters of that */
	bool is_joined;          /* the model met it in the store */
};

struct letters {
	struct joining *joinings;
	size_t n_joinings;
	struct resident *residents;
	size_t n_residents;
	struct letter *list;
	size_t n, cap;
	struct post *posts;
	size_t n_posts, posts_cap;
};

void letters_fini(struct letters *l);
struct letter *letters_add(struct letters *l);
struct post *letters_add_post(struct letters *l);
struct post *letters_post(struct letters *l, uint64_t row); /* NULL: none */
/* The resident with this address (without "mail:"), or SIZE_MAX. */
size_t letters_resident(const struct letters *l, struct bytes address);
/* The letter whose raw mail this is; SIZE_MAX: not ours. */
size_t letters_of_blob(const struct letters *l, struct bytes blob);

#endif
