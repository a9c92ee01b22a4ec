/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_meaning - what a status of the SMSC means for a segment or a bind, and how it is said
 * to people. Tables; no state.
 */
#ifndef GATEWAY_SMPP_SMPP_MEANING_H
#define GATEWAY_SMPP_SMPP_MEANING_H

#include "conf/conf.h"

enum smpp_verdict {
	SMPP_TAKEN,
	SMPP_THROTTLED, /* the link slows down, the segment leaves again at once */
	SMPP_LATER,     /* the segment is tried again by its own back-off */
	SMPP_UNBOUND,   /* the link isn't what we think: it begins anew */
	SMPP_REFUSED,   /* for good: staff hear of it */
};

#define SMPP_WORDS_SIZE 160

struct smpp_meaning {
	enum smpp_verdict verdict;
	bool is_ours;                /* every segment will meet it: a fault of what is configured */
	char words[SMPP_WORDS_SIZE]; /* "" when taken */
};

/* Of a submit_sm_resp, or a generic_nack in its place. */
struct smpp_meaning smpp_meaning_of_submit(uint32_t status, const struct conf_smpp *conf);

struct smpp_refusal {
	int64_t first_ms, most_ms; /* how long the next try waits, growing */
	char words[SMPP_WORDS_SIZE];
};
/* Of a bind_resp that isn't ESME_ROK. */
struct smpp_refusal smpp_meaning_of_bind(uint32_t status);

/* "ESME_RTHROTTLED 0x58", "0x401" */
void smpp_meaning_name(uint32_t status, char *buf, size_t size);

#endif
