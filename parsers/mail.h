/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail - one mail, taken apart: what a person, a program or a server sent us, in
 * clean UTF-8, with everything that later decisions need and nothing more.
 *
 * Filled by mail_read() (parsers/mail_read.h) inside the cell, carried to the core by
 * parsers/mail_wire, read by the desk. All texts are borrowed from the arena that
 * it was made in; absent ones are empty. Only values stand here.
 */
#ifndef PARSERS_MAIL_H
#define PARSERS_MAIL_H

#include <stdbool.h>

#include "parsers/bytes.h"
#include "parsers/clock.h"

#define MAIL_PEOPLE_MAX     64 /* of To and Cc together */
#define MAIL_REFERENCES_MAX 32 /* the newest ones */
#define MAIL_FILES_MAX      64 /* attachments that are kept; more are counted as a fault */
#define MAIL_FAULTS_MAX     16
#define MAIL_TAGS_MAX       8
#define MAIL_TOKENS_MAX     8
#define MAIL_SERVERS_MAX    16  /* Authentication-Results fields that are read */
#define MAIL_ADDRESS_MAX    254 /* RFC 5321 4.5.3.1.3, less the angle brackets */
#define MAIL_SHA256_SIZE    32

/* An address is local@domain, the domain in lower case; empty where there is none that can be written to. */
struct mail_person {
	struct bytes name;
	struct bytes address;
};

struct mail_file {
	struct bytes name; /* without any path; "" when it has none */
	struct bytes type; /* "application/pdf", lower case */
	uint64_t size;     /* of the decoded octets, octets */
	uint8_t sha256[MAIL_SHA256_SIZE];
	bool is_executable; /* of a kind that is withheld from staff, by name, type or first octets */
	struct bytes
		octets; /* decoded; only between mail_read() and the writing of the blob, else none */
};

/* Why a mail is never answered by itself (RFC 3834, RFC 3464, RFC 8098, RFC 2369). */
enum mail_automatic {
	MAIL_BY_PERSON,
	MAIL_AUTO_REPLY,
	MAIL_BOUNCE,
	MAIL_LIST,
	MAIL_BULK,
	MAIL_RECEIPT, /* of reading or delivery */
};
const char *mail_automatic_text(
	enum mail_automatic
		a); /* NULL for a person; "auto-reply" "bounce" "list" "bulk" "receipt" */

struct mail_bounce {
	struct bytes recipient; /* Final-Recipient, or as the words say */
	struct bytes status;    /* "5.1.1"; empty when none was found */
	struct bytes action;    /* "failed" "delayed" "delivered" "relayed" "expanded" */
	struct bytes original_message_id;
};

/* What our own mail server found (RFC 8601), read together; a contradiction is a fail. */
enum mail_proof { PROOF_NONE, PROOF_PASS, PROOF_FAIL };

struct mail_auth {
	enum mail_proof dmarc;      /* for the domain of From */
	enum mail_proof dkim;       /* pass: aligned with From's domain */
	enum mail_proof auth;       /* SASL at our own server */
	struct bytes auth_identity; /* of auth=pass: smtp.auth, may be none */
};

struct mail {
	struct mail_person from;     /* the first From that has an address */
	unsigned n_from;             /* From addresses in all: staff commands need exactly one */
	struct mail_person reply_to; /* only when it differs from From */
	struct bytes return_path;    /* without <>; empty also for <> */
	bool has_null_return_path;
	const struct mail_person *to; /* To, then Cc */
	size_t n_to;                  /* of To */
	size_t n_people;              /* of To and Cc */
	struct bytes
		delivered_to; /* the address it was delivered to (Delivered-To, X-Original-To), none if unsaid */
	struct bytes subject;
	struct wall date;         /* 0: missing or impossible */
	struct bytes message_id;  /* without <> */
	struct bytes in_reply_to; /* the first of the field */
	const struct bytes *references;
	size_t n_references;
	struct bytes text; /* all that can be read, quotes too */
	struct bytes
		own_text;   /* without quotes, signature, disclaimer: never empty when text isn't */
	bool own_is_unsure; /* a quote may be in own_text: words are kept when in doubt */
	const struct mail_file *files;
	size_t n_files;
	enum mail_automatic automatic;
	struct bytes automatic_why; /* the mark that says so: "Auto-Submitted: auto-replied" */
	bool is_calendar;           /* an invitation or its answer */
	bool has_bounce;
	struct mail_bounce bounce;
	struct mail_auth auth; /* only with a configured authserv-id */
	const struct bytes *
		tags; /* case numbers in Subject, In-Reply-To, References, each once, in that order */
	size_t n_tags;
	const struct bytes
		*tokens; /* of Subject tags, To, Cc and Delivered-To, lower case, each once */
	size_t n_tokens;
	bool is_cut;                /* the mail was longer than what was read */
	bool is_encrypted;          /* S/MIME or PGP: we can't read it */
	const struct bytes *faults; /* what was broken and how it was read all the same */
	size_t n_faults;
};

#endif
