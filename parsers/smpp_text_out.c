/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_text_out - a segment of ours as a submit_sm has it (smpp_text.h).
 */
#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "parsers/smpp_text.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

#define ESM_UDH        0x40u
#define CODING_DEFAULT 0
#define CODING_UNICODE 8
/* What one SMS holds. */
#define SEGMENT_OCTETS  140
#define SEGMENT_SEPTETS 160
#define SEGMENT_UNITS   70
/* With a numbering that the SMSC makes of sar_*. */
#define SAR_UDH_OCTETS 6
/* No character becomes more letters than this. */
#define PLAIN_MAX 4

/* clang-format off */
/* What GSM-7 has and ASCII hasn't: in good words, and in one letter where there is no room. */
static const struct {
	uint16_t cp;
	const char *plain, *letter;
} plains[] = {
	{ 0x00A1, "", "" },       { 0x00A3, "GBP", "L" },   { 0x00A4, "*", "*" },     { 0x00A5, "JPY", "Y" },
	{ 0x00A7, "par.", "p" },  { 0x00BF, "", "" },       { 0x00C4, "A", "A" },     { 0x00C5, "A", "A" },
	{ 0x00C6, "AE", "A" },    { 0x00C7, "C", "C" },     { 0x00C9, "E", "E" },     { 0x00D1, "N", "N" },
	{ 0x00D6, "O", "O" },     { 0x00D8, "O", "O" },     { 0x00DC, "U", "U" },     { 0x00DF, "ss", "s" },
	{ 0x00E0, "a", "a" },     { 0x00E4, "a", "a" },     { 0x00E5, "a", "a" },     { 0x00E6, "ae", "a" },
	{ 0x00E8, "e", "e" },     { 0x00E9, "e", "e" },     { 0x00EC, "i", "i" },     { 0x00F1, "n", "n" },
	{ 0x00F2, "o", "o" },     { 0x00F6, "o", "o" },     { 0x00F8, "o", "o" },     { 0x00F9, "u", "u" },
	{ 0x00FC, "u", "u" },     { 0x0393, "G", "G" },     { 0x0394, "D", "D" },     { 0x0398, "Th", "T" },
	{ 0x039B, "L", "L" },     { 0x039E, "X", "X" },     { 0x03A0, "P", "P" },     { 0x03A3, "S", "S" },
	{ 0x03A6, "F", "F" },     { 0x03A8, "Ps", "P" },    { 0x03A9, "O", "O" },     { 0x20AC, "EUR", "E" },
};
/* clang-format on */

enum plainness { IN_WORDS, IN_LETTERS };

static const char *plain_of(uint32_t cp, enum plainness how)
{
	for (size_t i = 0; i < ARRAY_LEN(plains); i++)
		if (plains[i].cp == cp)
			return how == IN_WORDS ? plains[i].plain : plains[i].letter;
	return NULL;
}

/* The text in the octets of an SMSC's alphabet. ERR_INVALID: a character that no text of GSM-7 has. */
static int write_plainly(struct bytes text, uint32_t last, enum plainness how, struct arena *a,
			 struct bytes *octets_out)
{
	struct strbuf s = strbuf_in(a, PLAIN_MAX * text.len + 1);
	struct rd r = rd_of(text);
	uint32_t cp;

	while (utf8_next(&r, &cp)) {
		const char *plain;

		if (cp <= last) {
			strbuf_addc(&s, (char)cp);
			continue;
		}
		plain = plain_of(cp, how);
		if (plain == NULL)
			return ERR_INVALID;
		strbuf_adds(&s, plain);
	}
	return strbuf_finish(&s, octets_out);
}

/* Of octets that are Latin-1: what they take of a segment, where the SMSC writes GSM-7. */
static size_t septets_of(struct bytes octets)
{
	size_t n = 0;

	for (size_t i = 0; i < octets.len; i++)
		n += gsm7_septets(octets.ptr[i]);
	return n;
}

static bool is_whole(const struct smpp_text_out *t)
{
	return t->how == SMPP_LONG_PAYLOAD && t->udh.len == 0;
}

/* Septets that this segment may have. */
static size_t room_of(const struct smpp_text_out *t)
{
	size_t udh = t->how == SMPP_LONG_SAR && t->udh.len > 0 ? SAR_UDH_OCTETS : t->udh.len;

	if (is_whole(t))
		return SIZE_MAX;
	return udh < SEGMENT_OCTETS ? (SEGMENT_OCTETS - udh) * 8 / 7 : 0;
}

/* In UCS-2 without a second segment; of parts all are in one alphabet, or phones don't join them. */
static bool fits_ucs2(const struct smpp_text_out *t, struct arena *a, struct bytes *octets_out)
{
	return t->udh.len == 0 && !is_whole(t) &&
	       utf8_to_utf16be(a, t->text, octets_out) == ERR_OK &&
	       octets_out->len <= 2 * SEGMENT_UNITS;
}

/* data_coding 0 at an SMSC that has another alphabet than the phones. */
static int encode_plainly(const struct smpp_text_out *t, struct arena *a, uint8_t *coding_out,
			  struct bytes *octets_out)
{
	uint32_t last = t->alphabet == SMPP_ALPHABET_LATIN1 ? 0xFF : 0x7F;
	int err = write_plainly(t->text, last, IN_WORDS, a, octets_out);

	*coding_out = CODING_DEFAULT;
	if (err != ERR_OK || septets_of(*octets_out) <= room_of(t))
		return err;
	if (fits_ucs2(t, a, octets_out)) {
		*coding_out = CODING_UNICODE;
		return ERR_OK;
	}
	return write_plainly(t->text, last, IN_LETTERS, a, octets_out);
}

static int encode(const struct smpp_text_out *t, struct arena *a, uint8_t *coding_out,
		  struct bytes *octets_out)
{
	*coding_out = t->encoding == SMS_UCS2 ? CODING_UNICODE : CODING_DEFAULT;
	*octets_out = t->octets;
	if (t->encoding == SMS_UCS2 || t->alphabet == SMPP_ALPHABET_GSM7)
		return ERR_OK;
	return encode_plainly(t, a, coding_out, octets_out);
}

static int put_number(uint16_t tag, uint16_t number, size_t size, struct arena *a,
		      struct smpp_tlv *tlvs, size_t *n_tlvs)
{
	uint8_t buf[2];
	struct wr w = wr_of(buf, sizeof(buf));

	if (size == 2)
		wr_u16(&w, number);
	else
		wr_u8(&w, (uint8_t)number);
	tlvs[*n_tlvs] = (struct smpp_tlv){ tag, arena_dup(a, wr_bytes(&w)) };
	if (tlvs[*n_tlvs].value.ptr == NULL)
		return arena_err(a);
	++*n_tlvs;
	return ERR_OK;
}

static int put_sar(const struct smpp_text_out *t, const struct concat *c, struct arena *a,
		   struct smpp_tlv *tlvs, size_t *n_tlvs)
{
	int err = put_number(SMPP_TAG_SAR_MSG_REF_NUM, t->reference, 2, a, tlvs, n_tlvs);

	if (err == ERR_OK)
		err = put_number(SMPP_TAG_SAR_TOTAL_SEGMENTS, c->total, 1, a, tlvs, n_tlvs);
	if (err == ERR_OK)
		err = put_number(SMPP_TAG_SAR_SEGMENT_SEQNUM, c->index, 1, a, tlvs, n_tlvs);
	return err;
}

static int put_udh(const struct smpp_text_out *t, struct bytes octets, struct arena *a,
		   struct smpp_message *m)
{
	struct strbuf s = strbuf_in(a, SMPP_TEXT_MAX);

	strbuf_add(&s, t->udh);
	strbuf_add(&s, octets);
	m->esm_class |= ESM_UDH;
	return strbuf_finish(&s, &m->text);
}

int smpp_text_out(const struct smpp_text_out *t, struct arena *a, struct smpp_message *m,
		  struct smpp_tlv *tlvs, size_t *n_tlvs)
{
	struct bytes octets;
	struct concat concat;
	uint8_t coding;
	size_t most;
	int err = encode(t, a, &coding, &octets);

	if (err != ERR_OK)
		return err;
	m->esm_class &= (uint8_t)~ESM_UDH;
	m->data_coding = coding;
	m->text = octets;
	most = coding == CODING_UNICODE ? SEGMENT_OCTETS : SEGMENT_SEPTETS;
	if (is_whole(t) && octets.len > most) {
		tlvs[(*n_tlvs)++] = (struct smpp_tlv){ SMPP_TAG_MESSAGE_PAYLOAD, octets };
		m->text = BYTES_NONE;
		return ERR_OK;
	}
	if (t->udh.len + octets.len > SMPP_TEXT_MAX)
		return ERR_INVALID;
	if (t->udh.len == 0)
		return ERR_OK;
	if (t->how == SMPP_LONG_SAR && sms_concat_decode(t->udh, &concat) == ERR_OK)
		return put_sar(t, &concat, a, tlvs, n_tlvs);
	return put_udh(t, octets, a, m);
}
