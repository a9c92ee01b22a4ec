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

/*
 * How a text of several segments leaves. Stored in records by number: add at the end, never
 * renumber. The names are SMPP's; every other link has UDH8.
 */
enum smpp_long {
	SMPP_LONG_UDH8,   /* numbered by us, references of 8 bits */
	SMPP_LONG_UDH16,  /* the same with 16 bits: a segment holds a letter less */
	SMPP_LONG_SAR,    /* numbered in sar_* TLVs; the SMSC makes the UDH */
	SMPP_LONG_PAYLOAD /* whole, in message_payload; the SMSC takes it apart */
};

struct sms_plan {
	enum sms_encoding encoding;
	size_t units;         /* septets (an escape is two) or UTF-16 units, UDH not counted */
	unsigned segments;    /* 1 also for an empty text: it is sent and paid */
	unsigned per_segment; /* 160 or 153, 70 or 67, as it applies */
};

/* Segments may be more than SMS_SEGMENTS_MAX: such a text can't be sent. What leaves whole is paid as UDH8. */
struct sms_plan sms_plan_as(struct bytes text, enum smpp_long how);
struct sms_plan sms_plan_of(struct bytes text);     /* as UDH8 */
const char *sms_encoding_text(enum sms_encoding e); /* "GSM-7" "UCS-2" */

struct sms_segment {
	struct bytes text;   /* UTF-8, a span of the whole text */
	struct bytes octets; /* SMS_GSM7: one septet an octet; SMS_UCS2: UTF-16BE; without UDH */
	struct bytes udh;    /* with its length octet; none for a text of one segment */
};

/*
 * The segments in order, in the arena; no pair of units and no escape is cut. PAYLOAD: one,
 * however long. ERR_LIMIT: more than SMS_SEGMENTS_MAX, or the arena's cap; ERR_NOMEM.
 */
int sms_split_as(struct arena *a, struct bytes text, enum smpp_long how, uint16_t ref,
		 struct sms_segment **segments_out, size_t *n_out);
int sms_split(struct arena *a, struct bytes text, uint8_t ref, struct sms_segment **segments_out,
	      size_t *n_out); /* as UDH8 */

/* What a UDH may tell (3GPP TS 23.040, 9.2.3.24). */
enum sms_element {
	SMS_IE_CONCAT_8 = 0x00,
	SMS_IE_INDICATION = 0x01, /* voicemail waits */
	SMS_IE_PORTS_8 = 0x04,
	SMS_IE_PORTS_16 = 0x05, /* its recipient's, its sender's */
	SMS_IE_CONCAT_16 = 0x08,
	SMS_IE_VOICE_MAIL = 0x23,
	SMS_IE_SINGLE_SHIFT = 0x24, /* the table behind an escape is a nation's */
	SMS_IE_LOCKING_SHIFT = 0x25,
};
/* The octets of the last such element of a UDH (with its length octet); false: none, or the UDH is ill-formed. */
bool sms_udh_element(struct bytes udh, enum sms_element id, struct bytes *octets_out);

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
