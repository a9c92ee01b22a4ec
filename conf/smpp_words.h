/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_words - what the settings of a direct link to an SMSC mean: HOST:PORT, numbers of
 * types, statuses. Strict: the whole text is it.
 */
#ifndef CONF_SMPP_WORDS_H
#define CONF_SMPP_WORDS_H

#include "parsers/bytes.h"

/* RFC 1035: 253 letters. */
struct smpp_endpoint {
	char host[254];
	unsigned port;
};
/* "smsc.example:2775", "10.0.0.1:2775", "[2001:db8::1]:2775". ERR_INVALID. */
int smpp_words_endpoint(struct bytes text, struct smpp_endpoint *endpoint_out);

struct smpp_statuses {
	uint32_t first, last;
};
/* "0x45", "69" or "0x400-0x4ff". ERR_INVALID, also for 0, which is no error. */
int smpp_words_statuses(struct bytes text, struct smpp_statuses *statuses_out);

/* A TON or NPI that was written; `automatic` for "auto". */
uint8_t smpp_words_type(const char *word, uint8_t automatic);

#endif
