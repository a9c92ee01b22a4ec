/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/smpp_text.h"

#include "parsers/contact.h"
#include "parsers/err.h"
#include "parsers/smpp_receipt.h"
#include "parsers/strbuf.h"

/* esm_class (5.2.12): the text begins with a UDH; the conversation was broken off. */
#define ESM_UDH   0x40u
#define ESM_TYPE  0x3Cu
#define ESM_ABORT 0x18u
/* protocol_id (23.040, 9.2.3.9): type 0, and from here on what is for the phone or its card. */
#define PROTOCOL_TYPE_0    0x40u
#define PROTOCOL_FOR_PHONE 0x7Cu
#define PROTOCOL_LAST      0x7Fu

#define TON_INTERNATIONAL 1
#define TON_ALPHANUMERIC  5
/* Fewer digits are a short code, whatever its TON says. */
#define INTERNATIONAL_DIGITS_MIN 7

#define UDH_MAX 255
/* A numbering of 16 bits: id, length, reference, total, index. */
#define IE_CONCAT_16_SIZE 6

/* --- data_coding --- */

struct reading {
	enum message_coding coding;
	const char *charset; /* NULL: what 0 means on the link */
	bool is_waiting;     /* "voicemail waits" */
};

/* clang-format off */
#define DEFAULT { CODING_GSM7, NULL, false }
#define DATA    { CODING_OCTETS, "", false }
#define UCS2    { CODING_UCS2, "UTF-16BE", false }

/* SMPP's own numbers (5.2.19); what it reserves is read as 03.38 reads it. */
static const struct reading smpp_codings[16] = {
	[0x0] = DEFAULT,
	[0x1] = { CODING_GSM7, "UTF-8", false }, /* IA5, which is a part of it */
	[0x2] = DATA,
	[0x3] = { CODING_GSM7, "ISO-8859-1", false },
	[0x4] = DATA,
	[0x5] = { CODING_GSM7, "JIS_X0208", false },
	[0x6] = { CODING_GSM7, "ISO-8859-5", false },
	[0x7] = { CODING_GSM7, "ISO-8859-8", false },
	[0x8] = UCS2,
	[0x9] = { CODING_GSM7, "Shift_JIS", false }, /* pictograms are letters of its own area */
	[0xA] = { CODING_GSM7, "ISO-2022-JP", false },
	[0xB] = UCS2,
	[0xC] = DEFAULT,
	[0xD] = { CODING_GSM7, "JIS_X0212", false },
	[0xE] = { CODING_GSM7, "EUC-KR", false },
	[0xF] = DEFAULT,
};

/* GSM 03.38, section 4: the first row that fits. */
static const struct {
	uint8_t mask, value;
	struct reading reading;
} groups[] = {
	{ 0xA0, 0x20, DATA },                           /* general, compressed: with or without class or deletion */
	{ 0x8C, 0x04, DATA },                           /* general, 8 bit */
	{ 0x8C, 0x08, UCS2 },                           /* general, UCS-2 */
	{ 0x80, 0x00, DEFAULT },                        /* general */
	{ 0xC0, 0x80, DEFAULT },                        /* reserved: to be read as the default alphabet */
	{ 0xF0, 0xE0, { CODING_UCS2, "UTF-16BE", true } }, /* waits, store, UCS-2 */
	{ 0xE0, 0xC0, { CODING_GSM7, NULL, true } },    /* waits, discard or store */
	{ 0xF4, 0xF4, DATA },                           /* data/message class, 8 bit */
	{ 0xF0, 0xF0, DEFAULT },
};
/* clang-format on */

static struct reading reading_of(uint8_t data_coding)
{
	size_t i = 0;

	if (data_coding < ARRAY_LEN(smpp_codings))
		return smpp_codings[data_coding];
	while (i + 1 < ARRAY_LEN(groups) && (data_coding & groups[i].mask) != groups[i].value)
		i++;
	return groups[i].reading;
}

static const char *default_charset(enum smpp_alphabet alphabet)
{
	switch (alphabet) {
	case SMPP_ALPHABET_GSM7: return "GSM-7";
	case SMPP_ALPHABET_LATIN1: return "ISO-8859-1";
	case SMPP_ALPHABET_ASCII: return "UTF-8";
	}
	return "GSM-7";
}

/* --- UDH and numbering --- */

/* Some SMSCs lose the mark of the UDH; "é@¥" with a total and an index behind it isn't what people begin with. */
static size_t unmarked_udh(struct bytes text)
{
	struct bytes udh = bytes_cut(text, 0, text.len > 0 ? text.ptr[0] + 1u : 0);
	struct concat concat;

	if ((udh.len != 6 && udh.len != 7) || sms_concat_decode(udh, &concat) != ERR_OK ||
	    concat.total < 2)
		return 0;
	return udh.len;
}

/* A UDH longer than the text is none: then all of it is text. */
static void split_udh(const struct smpp_message *m, struct bytes *udh_out, struct bytes *text_out)
{
	size_t len = m->text.len > 0 ? m->text.ptr[0] + 1u : 0;

	if ((m->esm_class & ESM_UDH) == 0)
		len = unmarked_udh(m->text);
	if (len > m->text.len)
		len = 0;
	*udh_out = bytes_cut(m->text, 0, len);
	*text_out = bytes_cut(m->text, len, m->text.len);
}

static bool read_sar(const struct smpp_pdu *pdu, struct concat *concat_out)
{
	uint32_t ref, total, index;

	if (!smpp_tlv_number(pdu, SMPP_TAG_SAR_MSG_REF_NUM, &ref) ||
	    !smpp_tlv_number(pdu, SMPP_TAG_SAR_TOTAL_SEGMENTS, &total) ||
	    !smpp_tlv_number(pdu, SMPP_TAG_SAR_SEGMENT_SEQNUM, &index))
		return false;
	if (total < 2 || total > UINT8_MAX || index == 0 || index > total)
		return false;
	*concat_out = (struct concat){ (uint16_t)ref, 16, (uint8_t)total, (uint8_t)index };
	return true;
}

/* The UDH that says what the TLVs say, unless the text's own has a numbering already. */
static int udh_with_sar(const struct smpp_pdu *pdu, struct bytes own, struct arena *a,
			struct bytes *udh_out)
{
	struct bytes elements = bytes_cut(own, 1, own.len);
	uint8_t buf[UDH_MAX + 1];
	struct wr w = wr_of(buf, sizeof(buf));
	struct concat c, sar;

	*udh_out = own;
	if (sms_concat_decode(own, &c) == ERR_OK || !read_sar(pdu, &sar) ||
	    elements.len + IE_CONCAT_16_SIZE > UDH_MAX)
		return ERR_OK;
	wr_u8(&w, (uint8_t)(elements.len + IE_CONCAT_16_SIZE));
	wr_put(&w, elements);
	wr_u8(&w, SMS_IE_CONCAT_16);
	wr_u8(&w, IE_CONCAT_16_SIZE - 2);
	wr_u16(&w, sar.ref);
	wr_u8(&w, sar.total);
	wr_u8(&w, sar.index);
	*udh_out = arena_dup(a, wr_bytes(&w));
	return udh_out->ptr == NULL ? arena_err(a) : ERR_OK;
}

/* --- what it is --- */

/* WAP push and its secure form, and the ports of WSP: pictures and what announces them. */
static bool is_wap_port(uint32_t port)
{
	return port == 2948 || port == 2949 || (port >= 9200 && port <= 9203);
}

static bool goes_to_wap(const struct smpp_pdu *pdu, struct bytes udh)
{
	struct bytes octets;
	struct rd r;
	uint32_t port;

	if (smpp_tlv_number(pdu, SMPP_TAG_DESTINATION_PORT, &port) && is_wap_port(port))
		return true;
	if (!sms_udh_element(udh, SMS_IE_PORTS_16, &octets))
		return false;
	r = rd_of(octets);
	return is_wap_port(rd_u16(&r));
}

static bool is_mms(const struct smpp_pdu *pdu, struct bytes udh, struct bytes text)
{
	return goes_to_wap(pdu, udh) ||
	       (reading_of(pdu->message.data_coding).coding == CODING_OCTETS &&
		bytes_holds(text, "application/vnd.wap"));
}

static bool is_ussd(const struct smpp_pdu *pdu)
{
	return bytes_is_any_case(pdu->message.service_type, "USSD") ||
	       smpp_tlv(pdu, SMPP_TAG_USSD_SERVICE_OP) != NULL;
}

static bool is_indication(const struct smpp_message *m, struct bytes udh)
{
	struct bytes octets;

	return reading_of(m->data_coding).is_waiting || m->protocol_id == PROTOCOL_TYPE_0 ||
	       (m->protocol_id >= PROTOCOL_FOR_PHONE && m->protocol_id <= PROTOCOL_LAST) ||
	       (m->esm_class & ESM_TYPE) == ESM_ABORT ||
	       sms_udh_element(udh, SMS_IE_INDICATION, &octets) ||
	       sms_udh_element(udh, SMS_IE_VOICE_MAIL, &octets);
}

enum smpp_kind smpp_kind_of(const struct smpp_pdu *pdu)
{
	struct bytes udh, text;

	split_udh(&pdu->message, &udh, &text);
	if (smpp_receipt_is(pdu))
		return SMPP_IS_RECEIPT;
	if (is_ussd(pdu))
		return SMPP_IS_USSD;
	if (is_mms(pdu, udh, text))
		return SMPP_IS_MMS;
	return is_indication(&pdu->message, udh) ? SMPP_IS_INDICATION : SMPP_IS_TEXT;
}

static enum message_kind message_kind_of(enum smpp_kind kind)
{
	switch (kind) {
	case SMPP_IS_USSD: return MESSAGE_USSD;
	case SMPP_IS_MMS: return MESSAGE_MMS;
	case SMPP_IS_INDICATION: return MESSAGE_INDICATION;
	case SMPP_IS_TEXT:
	case SMPP_IS_RECEIPT: break;
	}
	return MESSAGE_WORDS;
}

/* --- who wrote --- */

static bool is_digits(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return true;
}

/* A name that consists of digits isn't that number: an answer would reach a stranger. */
static bool reads_as_number(struct bytes name, struct arena *a)
{
	static const struct contact_country anywhere = { .code = "1", .trunk = "0" };
	struct bytes contact;

	return contact_of_number(name, &anywhere, a, &contact) != CONTACT_ALPHA;
}

static struct bytes sender_of(const struct smpp_address *from, struct arena *a)
{
	struct strbuf s = strbuf_in(a, from->digits.len + sizeof("alpha:"));

	if (from->ton == TON_ALPHANUMERIC && reads_as_number(from->digits, a))
		strbuf_adds(&s, "alpha:");
	else if (from->ton == TON_INTERNATIONAL && is_digits(from->digits) &&
		 from->digits.len >= INTERNATIONAL_DIGITS_MIN && !bytes_starts(from->digits, "00"))
		strbuf_adds(&s, "+");
	strbuf_add(&s, from->digits);
	return strbuf_bytes(&s);
}

/*
 * An MMS is announced by its centre, and names who sent it: "+381641234567/TYPE=PLMN"
 * (OMA-TS-MMS-ENC, 8). None: it names nobody.
 */
static struct bytes mms_sender(struct bytes octets)
{
	size_t end = 0, from;

	while (end < octets.len && !bytes_starts(bytes_cut(octets, end, octets.len), "/TYPE=PLMN"))
		end++;
	from = end == octets.len ? 0 : end;
	while (from > 0 && octets.ptr[from - 1] >= '0' && octets.ptr[from - 1] <= '9')
		from--;
	if (from > 0 && octets.ptr[from - 1] == '+')
		from--;
	return end == octets.len ? BYTES_NONE : bytes_cut(octets, from, end - from);
}

/* --- a message --- */

int smpp_text_in(const struct smpp_pdu *pdu, enum smpp_alphabet alphabet, struct message *msg)
{
	const struct smpp_message *m = &pdu->message;
	struct reading reading = reading_of(m->data_coding);
	const char *charset = reading.charset != NULL ? reading.charset : default_charset(alphabet);
	struct bytes udh, text, named;
	int err;

	split_udh(m, &udh, &text);
	err = udh_with_sar(pdu, udh, msg->arena, &udh);
	if (err != ERR_OK)
		return err;
	msg->kind = message_kind_of(smpp_kind_of(pdu));
	named = msg->kind == MESSAGE_MMS ? mms_sender(text) : BYTES_NONE;
	msg->from_raw =
		named.len != 0 ? arena_dup(msg->arena, named) : sender_of(&m->from, msg->arena);
	msg->to = arena_dup(msg->arena, m->to.digits);
	msg->raw = arena_dup(msg->arena, text);
	msg->udh = arena_dup(msg->arena, udh);
	msg->coding = reading.coding;
	msg->charset = arena_dup(msg->arena, bytes_of(charset));
	return arena_err(msg->arena);
}
