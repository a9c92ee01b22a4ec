/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smsc_pdu - the PDUs of SMPP 3.4 as the simulated SMSC reads and writes them:
 * octets of its own, after the standard, so that it proves something of ours.
 */
#ifndef TESTS_SIM_SMSC_PDU_H
#define TESTS_SIM_SMSC_PDU_H

#include "parsers/bytes.h"

#define PDU_HEADER 16u
/* The longest frame of the standard's texts, as we understand it. */
#define PDU_MOST (64u * 1024u)

enum pdu_id {
	PDU_BIND_RX = 0x1,
	PDU_BIND_TX = 0x2,
	PDU_SUBMIT = 0x4,
	PDU_DELIVER = 0x5,
	PDU_UNBIND = 0x6,
	PDU_BIND_TRX = 0x9,
	PDU_ENQUIRE = 0x15,
	PDU_ALERT = 0x102,
	PDU_DATA = 0x103,
	PDU_NOBODYS = 0x10299,
};
/* An answer's id is its request's with this; alone it is generic_nack. */
#define PDU_ANSWER 0x80000000u
#define PDU_NACK   0x80000000u

/* clang-format off */
enum pdu_tag {
	TAG_RECEIPTED_ID = 0x1E, TAG_SAR_REF = 0x20C, TAG_SAR_TOTAL = 0x20E, TAG_SAR_INDEX = 0x20F,
	TAG_NETWORK_ERROR = 0x423, TAG_PAYLOAD = 0x424, TAG_STATE = 0x427, TAG_NOBODYS = 0x1401,
};
enum pdu_status {
	STATUS_OK = 0, STATUS_LENGTH = 0x1, STATUS_COMMAND = 0x3, STATUS_NOT_BOUND = 0x4,
	STATUS_BOUND = 0x5, STATUS_SYSTEM = 0x8, STATUS_ADDRESSEE = 0xB, STATUS_BIND = 0xD,
	STATUS_PASSWORD = 0xE, STATUS_FULL = 0x14, STATUS_THROTTLED = 0x58, STATUS_LATER = 0x64,
};
/* clang-format on */

struct pdu {
	uint32_t id, status, sequence;
	struct bytes body;
};

/* The first frame of what came. 0: not all of it is here; SIZE_MAX: no frame has that length. */
size_t pdu_read(struct bytes in, struct pdu *pdu_out);

struct pdu_address {
	uint8_t ton, npi;
	struct bytes digits;
};

/* What a text is in, both ways. */
struct pdu_text {
	struct pdu_address from, to;
	uint8_t esm_class, protocol, coding, registered;
	const char *schedule; /* only written */
	struct bytes octets;  /* short_message, or message_payload */
	bool wants_payload;   /* written so */
	uint16_t sar_ref;
	uint8_t sar_total, sar_index; /* 0: not numbered so */
	struct bytes receipted_id;    /* none: no receipt that says it */
	uint8_t state;                /* of a receipt; 0: not said */
	bool has_nobodys;             /* a TLV that nobody knows, too */
};

/* False: not as the standard has it. */
bool pdu_read_submit(struct bytes body, struct pdu_text *text_out);
/* system_id and password of a bind. */
bool pdu_read_bind(struct bytes body, struct bytes *who_out, struct bytes *password_out);

void pdu_begin(struct wr *w, uint32_t id, uint32_t status, uint32_t sequence);
void pdu_string(struct wr *w, struct bytes text); /* with its NUL */
void pdu_tlv(struct wr *w, uint16_t tag, struct bytes value);
void pdu_number(struct wr *w, uint16_t tag, size_t len, uint32_t value);
void pdu_text(struct wr *w, uint32_t id,
	      const struct pdu_text *t); /* the body of a deliver_sm or data_sm */
/* Says how long it became. */
struct bytes pdu_end(struct wr *w);

#endif
