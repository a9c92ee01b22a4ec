/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * receipt - the network's word on what became of a segment, from whatever it
 * was said in: Kannel's status bits, or the text of an SMSC. No state.
 */
#ifndef PARSERS_RECEIPT_H
#define PARSERS_RECEIPT_H

#include "parsers/arena.h"
#include "parsers/clock.h"

/* Stored in records by number: add at the end, never renumber. */
enum receipt_state {
	RECEIPT_UNKNOWN,   /* says nothing that we could rely on: changes no state */
	RECEIPT_ACCEPTED,  /* the SMSC took it */
	RECEIPT_REFUSED,   /* the SMSC refused it, for good */
	RECEIPT_PENDING,   /* still under way */
	RECEIPT_DELIVERED, /* final */
	RECEIPT_FAILED,    /* final */
};

struct receipt {
	uint64_t row;           /* our row, 0: not named */
	unsigned segment;       /* 0-based, of that row */
	struct bytes remote_id; /* the network's id, or none */
	enum receipt_state state;
	struct bytes error; /* words for REFUSED, FAILED and UNKNOWN; a span of what was read */
	struct wall at;     /* 0: not said */
};

const char *receipt_state_text(enum receipt_state s); /* "unknown" "accepted" … */

/* The name of a segment that travels in Kannel's dlr_url: "40177.0". */
#define RECEIPT_ROW_SIZE 32
void receipt_row_format(uint64_t row, unsigned segment, char buf[RECEIPT_ROW_SIZE]);
/* Sets row and segment; ERR_INVALID for anything else than what we write. */
int receipt_row_parse(struct bytes name, struct receipt *receipt_out);

/*
 * State and error of Kannel's status bits and the text beside them: "ACK/",
 * "NACK/0x00000045/Submit failed", or the SMSC's own words. The rest of
 * *receipt_out is left alone.
 */
void receipt_of_kannel(int status, struct bytes text, struct receipt *receipt_out);

/*
 * "id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…" in any order, all optional,
 * blanks, commas or semicolons between them.
 */
struct receipt_text {
	struct bytes id, dlvrd, stat, err, submit_date, done_date; /* spans, or none */
	enum receipt_state state;                                  /* of stat */
};
/* ERR_NOENT: neither id nor stat stands there. */
int receipt_text_parse(struct bytes text, struct receipt_text *parsed_out);
/* Words for a person of a state that is FAILED or UNKNOWN: "UNDELIV err:011"; a span, or words of ours. */
struct bytes receipt_text_error(const struct receipt_text *parsed);
enum receipt_state
receipt_state_of_word(struct bytes stat); /* "DELIVRD" …; an unknown word is not final */
/*
 * Is an ordinary text a receipt that lost its mark? Only when it begins with
 * "id:" and has a stat of eight known words and a date or err besides: a person
 * who writes "id: 5" wants an answer.
 */
bool receipt_text_is(struct bytes text);

#endif
