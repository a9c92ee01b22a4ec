/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_text - what the message in a PDU is and says, and how a segment of ours becomes one.
 *
 * In:  data_coding as SMPP 3.4 (5.2.19) and GSM 03.38 number it, the link's meaning of 0,
 *      UDH, sar_* and message_payload. Out: the same, by what the SMSC understands.
 * Pure; no state. Spans of the PDU are copied into the message's arena.
 */
#ifndef PARSERS_SMPP_TEXT_H
#define PARSERS_SMPP_TEXT_H

#include "parsers/message.h"
#include "parsers/smpp_pdu.h"
#include "parsers/sms_text.h"

/* What data_coding 0 means at an SMSC. */
enum smpp_alphabet { SMPP_ALPHABET_GSM7, SMPP_ALPHABET_LATIN1, SMPP_ALPHABET_ASCII };

enum smpp_kind {
	SMPP_IS_TEXT,
	SMPP_IS_RECEIPT, /* smpp_receipt_read() */
	SMPP_IS_USSD,    /* recorded, not answered */
	SMPP_IS_MMS, /* somebody sent pictures: recorded, and answered that only texts are read */
	SMPP_IS_INDICATION /* voicemail waits, type 0, for the SIM card: recorded, not answered */
};
/* Of a deliver_sm or data_sm. A receipt also where its mark was lost and its text or TLVs say so. */
enum smpp_kind smpp_kind_of(const struct smpp_pdu *pdu);

/*
 * Fills what a message has before it is decoded: kind, from_raw, to, raw, coding, charset and
 * udh; message_read_udh() and message_decode() do the rest. sar_* become a UDH, so that a
 * part is a part however it was numbered. A sender that is a name, and couldn't be told from
 * a number, has "alpha:" before it. ERR_NOMEM, ERR_LIMIT of the arena.
 */
int smpp_text_in(const struct smpp_pdu *pdu, enum smpp_alphabet alphabet, struct message *msg);

/* One segment, as struct outgoing has it. */
struct smpp_text_out {
	enum sms_encoding encoding;
	struct bytes octets; /* SMS_GSM7: one septet an octet; SMS_UCS2: UTF-16BE */
	struct bytes text;   /* the same in UTF-8 */
	struct bytes udh;    /* its numbering with 8 or 16 bits, or none */
	enum smpp_alphabet alphabet;
	enum smpp_long how;
	uint16_t reference; /* of SMPP_LONG_SAR */
};
/* So many TLVs a text may need. */
#define SMPP_TEXT_TLVS_MAX 3
/*
 * Sets esm_class (only the bit of the UDH), data_coding and text of *m, and appends TLVs at
 * tlvs[*n_tlvs]. What data_coding 0 can't write here is written plainly (é as e, € as EUR),
 * or all of it in UCS-2 where that needs no second segment. ERR_INVALID: octets that are no
 * such segment; ERR_NOMEM, ERR_LIMIT of the arena.
 */
int smpp_text_out(const struct smpp_text_out *t, struct arena *a, struct smpp_message *m,
		  struct smpp_tlv *tlvs, size_t *n_tlvs);

#endif
