/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sms_text - what a text costs as SMS, and how it is taken apart and put together.
 *
 * A text that GSM-7 can write goes out so (160 septets, 153 in parts), any other
 * in UCS-2 (70 units, 67 in parts). Texts are valid UTF-8. Pure; no state.
 */
#ifndef PARSERS_SMS_TEXT_H
#define PARSERS_SMS_TEXT_H

#include "parsers/arena.h"

/* A part's number is one octet. */
#define SMS_SEGMENTS_MAX 255

/* Stored in records by number: add at the end, never renumber. */
enum sms_encoding { SMS_GSM7, SMS_UCS2 };

struct sms_plan {
	enum sms_encoding encoding;
	size_t units;         /* septets (an escape is two) or UTF-16 units, UDH not counted */
	unsigned segments;    /* 1 also for an empty text: it is sent and paid */
	unsigned per_segment; /* 160 or 153, 70 or 67, as it applies */
};

/* Segments may be more than SMS_SEGMENTS_MAX: such a text can't be sent. */
struct sms_plan sms_plan_of(struct bytes text);
const char *sms_encoding_text(enum sms_encoding e); /* "GSM-7" "UCS-2" */

struct sms_segment {
	struct bytes text;   /* UTF-8, a span of the whole text */
	struct bytes octets; /* SMS_GSM7: one septet an octet; SMS_UCS2: UTF-16BE; without UDH */
	struct bytes udh;    /* with its length octet; none for a text of one segment */
};

/*
 * The segments in order, in the arena; no pair of units and no escape is cut.
 * ERR_LIMIT: more than SMS_SEGMENTS_MAX, or the arena's cap; ERR_NOMEM.
 */
int sms_split(struct arena *a, struct bytes text, uint8_t ref, struct sms_segment **segments_out,
	      size_t *n_out);

/* Which part of what a text is. */
struct concat {
	uint16_t ref;
	uint8_t ref_bits; /* 8 or 16: equal numbers of different widths are different references */
	uint8_t total;    /* 1..255 */
	uint8_t index;    /* 1..total */
};

/*
 * Reads a UDH (with its length octet). ERR_NOENT: it holds no numbering that
 * makes sense, or is ill-formed: the text is a message of its own.
 */
int sms_concat_decode(struct bytes udh, struct concat *concat_out);

#endif
