/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * message - one thing a person sent us, or one part of it, as it came off a
 * channel: decoded once, clean from here on. One arena holds all of it.
 */
#ifndef PARSERS_MESSAGE_H
#define PARSERS_MESSAGE_H

#include "parsers/arena.h"
#include "parsers/clock.h"
#include "parsers/mail.h"

/* How a mail lies at its server and with us; uid_validity and uid name it there. */
struct mail_arrival {
	uint32_t uid_validity;
	uint32_t uid;
	struct wall received;           /* INTERNALDATE */
	uint64_t size;                  /* of the raw mail, octets */
	uint8_t blob[MAIL_SHA256_SIZE]; /* the raw mail, synced in the folder of blobs */
	bool is_stale;      /* older than stale_after: a case without an automatic answer */
	bool is_unreadable; /* it crashed or stalled the cell: only the raw mail is known */
	struct bytes why;   /* of is_unreadable: "signal 11 after 120 ms" */
};

enum message_coding { CODING_GSM7 = 0, CODING_OCTETS = 1, CODING_UCS2 = 2 }; /* Kannel's numbers */

/* What came, where it isn't words of a person. */
enum message_kind {
	MESSAGE_WORDS,
	MESSAGE_USSD, /* a dialogue of codes: recorded only */
	MESSAGE_MMS,  /* the network says that pictures wait: only texts can be read here */
	MESSAGE_INDICATION /* the network's own: voicemail waits, a message of type 0, for the SIM card */
};

struct message {
	struct arena *arena;
	enum message_kind kind;
	struct bytes channel;
	struct bytes from;     /* "sms:+381641234567"; none when it can't be answered */
	struct bytes from_raw; /* as the network gave it */
	struct bytes to;       /* our short code */
	struct bytes text;     /* clean UTF-8; none for octets */
	struct bytes raw;      /* the octets as they came, before decoding */
	enum message_coding coding;
	struct bytes charset;
	struct bytes udh; /* with its length octet */
	struct bytes smsc;
	struct bytes remote_id; /* Kannel's id: the same on every repeat by Kannel */
	struct wall smsc_time;  /* 0: not given */
	uint16_t part_ref;
	uint8_t part_total;      /* 0: in one piece */
	uint8_t part_index;      /* 1-based */
	bool is_damaged;         /* text holds U+FFFD or lost octets: raw is kept beside it */
	const struct mail *mail; /* NULL: an SMS. text is its own_text then, from "mail:…" */
	const struct mail_arrival *arrival; /* of a mail, never NULL then */
	struct bytes fault;                 /* words: to the quarantine, unread; none: ordinary */
};

/* The message lives in its own arena of at most cap_bytes. NULL: out of memory. */
struct message *message_new(size_t cap_bytes);
void message_free(struct message **msg);
/* Text from raw by coding (and charset "UTF-8"/"UTF-16BE" where given); sets text, is_damaged. ERR_NOMEM, ERR_LIMIT. */
int message_decode(struct message *msg);
/* Reads the UDH: sets part_*; a total above part_max leaves it a message of its own. */
void message_read_udh(struct message *msg, unsigned part_max);

#endif
