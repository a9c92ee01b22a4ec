/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_pdu - the PDUs of SMPP 3.4 (issue 1.2) as an ESME meets them: frames in, values out, and back.
 *
 * The only user of libsmpp34, which writes a log of each PDU past its end, refuses
 * what real SMSCs send, and keeps its state in two variables of the process. So it
 * is given only what can't hurt it: never a TLV, never a response, no text, and a
 * copy whose numbers it knows; the true values are put back from our own walk.
 * Threads: one, the loop's (the library's variables).
 * Everything decoded is a span of the frame, which must outlive it.
 */
#ifndef PARSERS_SMPP_PDU_H
#define PARSERS_SMPP_PDU_H

#include "parsers/arena.h"

#define SMPP_HEADER_SIZE 16
/* What is longer is no PDU of a text: the longest message_payload is 64 KiB (5.3.2.32). */
#define SMPP_FRAME_MAX ((size_t)64 * 1024)
/* More TLVs than any SMSC sends; the rest is counted. */
#define SMPP_TLVS_MAX     32
#define SMPP_SEQUENCE_MAX 0x7FFFFFFFu
/* Octets of short_message that we send (libsmpp34 packs up to 253; a segment has 140). */
#define SMPP_TEXT_MAX 253

/* clang-format off */
#define SMPP_ID_LIST(X) \
	X(SMPP_GENERIC_NACK,          0x80000000, "generic_nack") \
	X(SMPP_BIND_RECEIVER,         0x00000001, "bind_receiver") \
	X(SMPP_BIND_RECEIVER_RESP,    0x80000001, "bind_receiver_resp") \
	X(SMPP_BIND_TRANSMITTER,      0x00000002, "bind_transmitter") \
	X(SMPP_BIND_TRANSMITTER_RESP, 0x80000002, "bind_transmitter_resp") \
	X(SMPP_QUERY_SM,              0x00000003, "query_sm") \
	X(SMPP_QUERY_SM_RESP,         0x80000003, "query_sm_resp") \
	X(SMPP_SUBMIT_SM,             0x00000004, "submit_sm") \
	X(SMPP_SUBMIT_SM_RESP,        0x80000004, "submit_sm_resp") \
	X(SMPP_DELIVER_SM,            0x00000005, "deliver_sm") \
	X(SMPP_DELIVER_SM_RESP,       0x80000005, "deliver_sm_resp") \
	X(SMPP_UNBIND,                0x00000006, "unbind") \
	X(SMPP_UNBIND_RESP,           0x80000006, "unbind_resp") \
	X(SMPP_REPLACE_SM,            0x00000007, "replace_sm") \
	X(SMPP_REPLACE_SM_RESP,       0x80000007, "replace_sm_resp") \
	X(SMPP_CANCEL_SM,             0x00000008, "cancel_sm") \
	X(SMPP_CANCEL_SM_RESP,        0x80000008, "cancel_sm_resp") \
	X(SMPP_BIND_TRANSCEIVER,      0x00000009, "bind_transceiver") \
	X(SMPP_BIND_TRANSCEIVER_RESP, 0x80000009, "bind_transceiver_resp") \
	X(SMPP_OUTBIND,               0x0000000B, "outbind") \
	X(SMPP_ENQUIRE_LINK,          0x00000015, "enquire_link") \
	X(SMPP_ENQUIRE_LINK_RESP,     0x80000015, "enquire_link_resp") \
	X(SMPP_SUBMIT_MULTI,          0x00000021, "submit_multi") \
	X(SMPP_SUBMIT_MULTI_RESP,     0x80000021, "submit_multi_resp") \
	X(SMPP_ALERT_NOTIFICATION,    0x00000102, "alert_notification") \
	X(SMPP_DATA_SM,               0x00000103, "data_sm") \
	X(SMPP_DATA_SM_RESP,          0x80000103, "data_sm_resp")
/* clang-format on */

enum smpp_id {
#define X(name, number, text) name = (int)(number),
	SMPP_ID_LIST(X)
#undef X
};

/* What the answer to a request says (5.1.3): the few that we act on or send. */
enum smpp_status {
	SMPP_ROK = 0x00,
	SMPP_RINVMSGLEN = 0x01,
	SMPP_RINVCMDLEN = 0x02,
	SMPP_RINVCMDID = 0x03,
	SMPP_RINVBNDSTS = 0x04,
	SMPP_RALYBND = 0x05,
	SMPP_RSYSERR = 0x08,
	SMPP_RBINDFAIL = 0x0D,
	SMPP_RINVPASWD = 0x0E,
	SMPP_RINVSYSID = 0x0F,
	SMPP_RMSGQFUL = 0x14,
	SMPP_RTHROTTLED = 0x58,
	SMPP_RX_T_APPN = 0x64,
};

/* clang-format off */
#define SMPP_TAG_LIST(X) \
	X(SMPP_TAG_DEST_ADDR_SUBUNIT,      0x0005, "dest_addr_subunit") \
	X(SMPP_TAG_STATUS_TEXT,            0x001D, "additional_status_info_text") \
	X(SMPP_TAG_RECEIPTED_MESSAGE_ID,   0x001E, "receipted_message_id") \
	X(SMPP_TAG_USER_MESSAGE_REFERENCE, 0x0204, "user_message_reference") \
	X(SMPP_TAG_SOURCE_PORT,            0x020A, "source_port") \
	X(SMPP_TAG_DESTINATION_PORT,       0x020B, "destination_port") \
	X(SMPP_TAG_SAR_MSG_REF_NUM,        0x020C, "sar_msg_ref_num") \
	X(SMPP_TAG_SAR_TOTAL_SEGMENTS,     0x020E, "sar_total_segments") \
	X(SMPP_TAG_SAR_SEGMENT_SEQNUM,     0x020F, "sar_segment_seqnum") \
	X(SMPP_TAG_SC_INTERFACE_VERSION,   0x0210, "sc_interface_version") \
	X(SMPP_TAG_NETWORK_ERROR_CODE,     0x0423, "network_error_code") \
	X(SMPP_TAG_MESSAGE_PAYLOAD,        0x0424, "message_payload") \
	X(SMPP_TAG_MORE_MESSAGES_TO_SEND,  0x0426, "more_messages_to_send") \
	X(SMPP_TAG_MESSAGE_STATE,          0x0427, "message_state") \
	X(SMPP_TAG_USSD_SERVICE_OP,        0x0501, "ussd_service_op")
/* clang-format on */

enum smpp_tag {
#define X(name, number, text) name = (number),
	SMPP_TAG_LIST(X)
#undef X
};

struct smpp_tlv {
	uint16_t tag;
	struct bytes value;
};

struct smpp_address {
	uint8_t ton, npi; /* as they came, also where the library knows none such */
	struct bytes digits;
};

/* submit_sm, deliver_sm and, with what it lacks left at 0, data_sm. */
struct smpp_message {
	struct bytes service_type;
	struct smpp_address from, to;
	uint8_t esm_class, protocol_id, priority, registered_delivery, replace, data_coding,
		default_id;
	struct bytes schedule, validity; /* as written */
	struct bytes text;               /* short_message, or message_payload where that is empty */
};

struct smpp_pdu {
	uint32_t id, status, sequence; /* as they came; id is one of enum smpp_id or unknown */
	struct smpp_message message;   /* submit_sm, deliver_sm, data_sm */
	struct bytes message_id;       /* of a response, or none */
	struct bytes system_id, password, system_type, address_range; /* bind, bind_resp, outbind */
	uint8_t interface_version;
	struct smpp_address source; /* alert_notification; also bind's addr_ton and addr_npi */
	struct smpp_tlv tlvs[SMPP_TLVS_MAX];
	size_t n_tlvs, n_tlvs_more;
	bool is_cut; /* the TLVs end in the middle of one: what stood before is here */
};

const char *smpp_id_text(uint32_t id);         /* NULL: unknown */
const char *smpp_tag_text(uint16_t tag);       /* NULL: unknown */
const char *smpp_status_text(uint32_t status); /* "ESME_RTHROTTLED"; NULL: not of the standard */

/*
 * The first frame of what came in so far. ERR_OK: *frame_out is it. ERR_TRUNCATED:
 * more must come. ERR_LIMIT: no length that a PDU has (generic_nack RINVCMDLEN,
 * then close: the stream can't be found again).
 */
int smpp_frame(struct bytes in, struct bytes *frame_out);
/*
 * A whole frame. Header, id and sequence are set in any case. ERR_OK also for
 * unknown ids and for responses without what they should have; ERR_INVALID: a
 * request whose fixed part doesn't fit (answer RINVMSGLEN, or keep it raw).
 */
int smpp_pdu_read(struct bytes frame, struct smpp_pdu *pdu_out);
/* The first TLV of that tag; NULL: none. */
const struct smpp_tlv *smpp_tlv(const struct smpp_pdu *pdu, uint16_t tag);
/* Its number, of 1 to 4 octets whatever its length should be. False: none, or longer. */
bool smpp_tlv_number(const struct smpp_pdu *pdu, uint16_t tag, uint32_t *number_out);
/* Its text, with or without a final NUL. */
struct bytes smpp_tlv_text(const struct smpp_pdu *pdu, uint16_t tag);

struct smpp_bind {
	enum smpp_id id; /* SMPP_BIND_TRANSCEIVER, _RECEIVER, _TRANSMITTER */
	struct bytes system_id, password, system_type, address_range; /* at most 15, 8, 12, 40 */
	uint8_t ton, npi;
};
/* Octets into the arena. ERR_LIMIT: a field is too long, ERR_INVALID: one has a NUL or a TON or NPI of no standard. */
int smpp_write_bind(const struct smpp_bind *bind, uint32_t sequence, struct arena *a,
		    struct bytes *frame_out);
/* A submit_sm; more than SMPP_TEXT_MAX octets of text travel as message_payload. */
int smpp_write_submit(const struct smpp_message *m, const struct smpp_tlv *tlvs, size_t n_tlvs,
		      uint32_t sequence, struct arena *a, struct bytes *frame_out);
/*
 * Header and, for deliver_sm_resp and data_sm_resp, an empty message_id: enquire_link,
 * unbind, all responses, generic_nack. The sequence goes out as it is, 0 too.
 */
#define SMPP_SIMPLE_MAX 17
struct bytes smpp_write_simple(uint32_t id, uint32_t status, uint32_t sequence,
			       uint8_t buf[SMPP_SIMPLE_MAX]);

#endif
