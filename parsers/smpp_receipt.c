/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/smpp_receipt.h"

#include "parsers/err.h"
#include "parsers/number.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* esm_class (5.2.12) */
#define ESM_UDH          0x40u
#define ESM_RECEIPT      0x04u
#define ESM_INTERMEDIATE 0x20u
#define ESM_ACKS         0x18u /* by the phone (0x08), by its owner (0x10) */
#define ESM_BROKEN_OFF   0x18u
#define CODING_UNICODE   8

/* clang-format off */
/* message_state (5.2.28), and of SMPP 5 what it added: 0 and 9. */
static const struct {
	const char *word;
	enum receipt_state state;
} states[] = {
	[0] = { "SCHEDULED", RECEIPT_PENDING },  [1] = { "ENROUTE", RECEIPT_PENDING },
	[2] = { "DELIVRD", RECEIPT_DELIVERED },  [3] = { "EXPIRED", RECEIPT_FAILED },
	[4] = { "DELETED", RECEIPT_FAILED },     [5] = { "UNDELIV", RECEIPT_FAILED },
	[6] = { "ACCEPTD", RECEIPT_PENDING },    [7] = { "UNKNOWN", RECEIPT_UNKNOWN },
	[8] = { "REJECTD", RECEIPT_FAILED },     [9] = { "SKIPPED", RECEIPT_PENDING },
};
/* clang-format on */

/* --- what stands in it --- */

static struct bytes words_of(const struct smpp_message *m)
{
	size_t udh = (m->esm_class & ESM_UDH) != 0 && m->text.len > 0 ? m->text.ptr[0] + 1u : 0;

	return bytes_cut(m->text, udh, m->text.len);
}

static bool state_of(const struct smpp_pdu *pdu, uint32_t *state_out)
{
	return smpp_tlv_number(pdu, SMPP_TAG_MESSAGE_STATE, state_out) &&
	       *state_out < ARRAY_LEN(states);
}

static bool names_one(const struct smpp_pdu *pdu)
{
	struct receipt_text parsed;

	return smpp_tlv_text(pdu, SMPP_TAG_RECEIPTED_MESSAGE_ID).len != 0 ||
	       (receipt_text_parse(words_of(&pdu->message), &parsed) == ERR_OK &&
		parsed.id.len != 0 && parsed.stat.len != 0);
}

bool smpp_receipt_is(const struct smpp_pdu *pdu)
{
	uint8_t marks = pdu->message.esm_class;
	uint32_t state;

	if ((marks & (ESM_RECEIPT | ESM_INTERMEDIATE)) != 0)
		return true;
	/* What a person's phone, or he himself, sends back may also be words. */
	if ((marks & ESM_ACKS) != 0 && (marks & ESM_ACKS) != ESM_BROKEN_OFF)
		return names_one(pdu);
	if (smpp_tlv_text(pdu, SMPP_TAG_RECEIPTED_MESSAGE_ID).len != 0 && state_of(pdu, &state))
		return true;
	return receipt_text_is(words_of(&pdu->message));
}

/* "YYMMDDhhmm" also looks like a number; a Unix time of ten digits has no such month, day or hour for most of its values. */
static bool is_calendar(struct bytes digits)
{
	uint32_t month, day, hour;

	return number_parse_u32(bytes_cut(digits, 2, 2), 1, 12, &month) == ERR_OK &&
	       number_parse_u32(bytes_cut(digits, 4, 2), 1, 31, &day) == ERR_OK &&
	       number_parse_u32(bytes_cut(digits, 6, 2), 0, 23, &hour) == ERR_OK;
}

/* Only a Unix time, in seconds or milliseconds, is the same on every clock; an SMSC's own zone isn't told. */
static struct wall time_of(struct bytes date)
{
	uint64_t n;

	if ((date.len != 10 && date.len != 13) || (date.len == 10 && is_calendar(date)) ||
	    number_parse_u64(date, 1, INT64_MAX / 1000, &n) != ERR_OK)
		return (struct wall){ 0 };
	return (struct wall){ (int64_t)(date.len == 10 ? n * 1000 : n) };
}

/* --- what it means --- */

/* One of the text alone: stat, or that one was delivered. */
static enum receipt_state state_in_text(const struct receipt_text *parsed)
{
	uint32_t n;

	if (parsed->stat.len == 0 && number_parse_u32(parsed->dlvrd, 1, UINT32_MAX, &n) == ERR_OK)
		return RECEIPT_DELIVERED;
	return parsed->state;
}

static enum receipt_state judge(const struct smpp_pdu *pdu, const struct receipt_text *parsed)
{
	uint8_t marks = pdu->message.esm_class;
	enum receipt_state state;
	uint32_t number;

	if (state_of(pdu, &number))
		state = states[number].state;
	else if (parsed->stat.len == 0 && (marks & (ESM_RECEIPT | ESM_INTERMEDIATE)) == 0)
		state = RECEIPT_DELIVERED; /* an acknowledgement needs no more words */
	else
		state = state_in_text(parsed);
	/* The SMSC goes on trying. */
	if ((marks & ESM_INTERMEDIATE) != 0 && (marks & ESM_RECEIPT) == 0 &&
	    state == RECEIPT_FAILED)
		state = RECEIPT_PENDING;
	return state;
}

/* "UNDELIV network 3 error 11": of TLVs; of a text its own words. */
static int explain(const struct smpp_pdu *pdu, const struct receipt_text *parsed, struct arena *a,
		   struct bytes *error_out)
{
	const struct smpp_tlv *network = smpp_tlv(pdu, SMPP_TAG_NETWORK_ERROR_CODE);
	struct strbuf s = strbuf_in(a, 200);
	uint32_t number;

	if (state_of(pdu, &number) &&
	    (parsed->stat.len == 0 || parsed->state != states[number].state))
		strbuf_adds(&s, states[number].word);
	else if (parsed->stat.len != 0)
		strbuf_add(&s, receipt_text_error(parsed));
	else
		strbuf_adds(&s, "a receipt without a state");
	if (network != NULL && network->value.len == 3) {
		struct rd r = rd_of(network->value);
		unsigned kind = rd_u8(&r);

		strbuf_addf(&s, " network %u error %u", kind, (unsigned)rd_u16(&r));
	}
	return strbuf_finish(&s, error_out);
}

static int plain_words(const struct smpp_message *m, struct arena *a, struct bytes *words_out)
{
	*words_out = words_of(m);
	return m->data_coding == CODING_UNICODE ? utf8_from_utf16be(a, *words_out, words_out, NULL)
						: ERR_OK;
}

int smpp_receipt_read(const struct smpp_pdu *pdu, struct arena *a, struct receipt *receipt_out)
{
	struct receipt r = { .remote_id = smpp_tlv_text(pdu, SMPP_TAG_RECEIPTED_MESSAGE_ID) };
	struct receipt_text parsed = { 0 };
	struct bytes words;
	int err = plain_words(&pdu->message, a, &words);

	if (err != ERR_OK)
		return err;
	(void)receipt_text_parse(words, &parsed); /* the TLVs may be all */
	r.remote_id = bytes_trim(r.remote_id);
	if (r.remote_id.len == 0)
		r.remote_id = parsed.id;
	if (r.remote_id.len == 0)
		return ERR_NOENT;
	r.state = judge(pdu, &parsed);
	r.at = time_of(parsed.done_date);
	if (r.state == RECEIPT_FAILED || r.state == RECEIPT_UNKNOWN)
		err = explain(pdu, &parsed, a, &r.error);
	if (err == ERR_OK)
		*receipt_out = r;
	return err;
}
