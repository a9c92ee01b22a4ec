/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/sms_text.h"

#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "parsers/utf8.h"

/* 140 octets hold 160 septets or 70 units; a UDH of six octets leaves 153 or 67, of seven 152 or 66. */
static const struct {
	unsigned alone, in_parts, in_parts_16;
} room[] = {
	[SMS_GSM7] = { 160, 153, 152 },
	[SMS_UCS2] = { 70, 67, 66 },
};

static unsigned units_of(uint32_t cp, enum sms_encoding encoding)
{
	if (encoding == SMS_GSM7)
		return gsm7_septets(cp);
	return cp >= 0x10000 ? 2 : 1;
}

/* Takes characters from the cursor up to `most` units; how many units that were. */
static unsigned take_segment(struct rd *r, enum sms_encoding encoding, unsigned most)
{
	unsigned used = 0;

	while (rd_left(r) != 0) {
		struct rd ahead = *r;
		uint32_t cp;
		unsigned units;

		utf8_next(&ahead, &cp);
		units = units_of(cp, encoding);
		if (used + units > most)
			break;
		used += units;
		*r = ahead;
	}
	return used;
}

struct sms_plan sms_plan_as(struct bytes text, enum smpp_long how)
{
	size_t septets = 0;
	struct sms_plan plan = { .encoding = gsm7_can(text, &septets) ? SMS_GSM7 : SMS_UCS2 };
	struct rd r = rd_of(text);
	uint32_t cp;

	plan.units = septets;
	while (plan.encoding == SMS_UCS2 && utf8_next(&r, &cp))
		plan.units += units_of(cp, SMS_UCS2);
	plan.per_segment = room[plan.encoding].alone;
	plan.segments = 1;
	if (plan.units <= plan.per_segment)
		return plan;
	plan.per_segment = how == SMPP_LONG_UDH16 ? room[plan.encoding].in_parts_16
						  : room[plan.encoding].in_parts;
	plan.segments = 0;
	for (r = rd_of(text); rd_left(&r) != 0; plan.segments++)
		take_segment(&r, plan.encoding, plan.per_segment);
	return plan;
}

struct sms_plan sms_plan_of(struct bytes text)
{
	return sms_plan_as(text, SMPP_LONG_UDH8);
}

const char *sms_encoding_text(enum sms_encoding e)
{
	switch (e) {
	case SMS_GSM7: return "GSM-7";
	case SMS_UCS2: return "UCS-2";
	}
	return "?";
}

static int make_udh(struct arena *a, enum smpp_long how, uint16_t ref, unsigned total,
		    unsigned index, struct bytes *udh_out)
{
	bool is_16 = how == SMPP_LONG_UDH16;
	uint8_t udh[7];
	struct wr w = wr_of(udh, sizeof(udh));

	wr_u8(&w, is_16 ? 6 : 5);
	wr_u8(&w, is_16 ? SMS_IE_CONCAT_16 : SMS_IE_CONCAT_8);
	wr_u8(&w, is_16 ? 4 : 3);
	if (is_16)
		wr_u8(&w, (uint8_t)(ref >> 8));
	wr_u8(&w, (uint8_t)ref);
	wr_u8(&w, (uint8_t)total);
	wr_u8(&w, (uint8_t)index);
	*udh_out = arena_dup(a, wr_bytes(&w));
	return udh_out->ptr == NULL ? arena_err(a) : ERR_OK;
}

static int make_octets(struct arena *a, enum sms_encoding encoding, struct bytes text,
		       struct bytes *octets_out)
{
	if (encoding == SMS_GSM7)
		return gsm7_encode(a, text, octets_out);
	return utf8_to_utf16be(a, text, octets_out);
}

static int split_whole(struct arena *a, struct bytes text, struct sms_segment **segments_out,
		       size_t *n_out)
{
	struct sms_segment *whole = arena_alloc(a, sizeof(*whole));
	int err;

	if (whole == NULL)
		return arena_err(a);
	whole->text = text;
	err = make_octets(a, sms_plan_of(text).encoding, text, &whole->octets);
	if (err != ERR_OK)
		return err;
	*segments_out = whole;
	*n_out = 1;
	return ERR_OK;
}

static int split_parts(struct arena *a, struct bytes text, enum smpp_long how, uint16_t ref,
		       struct sms_segment **segments_out, size_t *n_out)
{
	struct sms_plan plan = sms_plan_as(text, how);
	struct rd r = rd_of(text);
	struct sms_segment *list;
	int err = ERR_OK;

	if (plan.segments > SMS_SEGMENTS_MAX)
		return ERR_LIMIT;
	list = arena_array(a, plan.segments, sizeof(*list));
	if (list == NULL)
		return arena_err(a);
	for (unsigned i = 0; i < plan.segments && err == ERR_OK; i++) {
		size_t from = text.len - rd_left(&r);

		take_segment(&r, plan.encoding, plan.per_segment);
		list[i].text = bytes_cut(text, from, text.len - rd_left(&r) - from);
		err = make_octets(a, plan.encoding, list[i].text, &list[i].octets);
		if (err == ERR_OK && plan.segments > 1)
			err = make_udh(a, how, ref, plan.segments, i + 1, &list[i].udh);
	}
	if (err != ERR_OK)
		return err;
	*segments_out = list;
	*n_out = plan.segments;
	return ERR_OK;
}

int sms_split_as(struct arena *a, struct bytes text, enum smpp_long how, uint16_t ref,
		 struct sms_segment **segments_out, size_t *n_out)
{
	return how == SMPP_LONG_PAYLOAD ? split_whole(a, text, segments_out, n_out)
					: split_parts(a, text, how, ref, segments_out, n_out);
}

int sms_split(struct arena *a, struct bytes text, uint8_t ref, struct sms_segment **segments_out,
	      size_t *n_out)
{
	return split_parts(a, text, SMPP_LONG_UDH8, ref, segments_out, n_out);
}

/* The next element of a UDH whose length octet was read; false at its end or where it is ill-formed. */
static bool next_element(struct rd *r, uint8_t *id_out, struct bytes *octets_out)
{
	if (rd_left(r) == 0)
		return false;
	*id_out = rd_u8(r);
	*octets_out = rd_take(r, rd_u8(r));
	return rd_err(r) == ERR_OK;
}

bool sms_udh_element(struct bytes udh, enum sms_element id, struct bytes *octets_out)
{
	struct rd r = rd_of(udh);
	struct bytes octets, found = BYTES_NONE;
	bool is_there = false;
	uint8_t which;

	if (rd_u8(&r) != rd_left(&r))
		return false;
	/* 9.2.3.24: of elements that exclude each other the last one counts. */
	while (next_element(&r, &which, &octets)) {
		if (which == id) {
			found = octets;
			is_there = true;
		}
	}
	if (!is_there || rd_err(&r) != ERR_OK)
		return false;
	*octets_out = found;
	return true;
}

/* Reads one element's octets; false when it isn't a numbering that makes sense. */
static bool read_concat(uint8_t id, struct bytes octets, struct concat *concat_out)
{
	struct rd r = rd_of(octets);
	struct concat c = { .ref_bits = id == SMS_IE_CONCAT_8 ? 8 : 16 };

	if (id != SMS_IE_CONCAT_8 && id != SMS_IE_CONCAT_16)
		return false;
	c.ref = id == SMS_IE_CONCAT_8 ? rd_u8(&r) : rd_u16(&r);
	c.total = rd_u8(&r);
	c.index = rd_u8(&r);
	if (rd_err(&r) != ERR_OK || rd_left(&r) != 0 || c.index == 0 || c.index > c.total)
		return false;
	*concat_out = c;
	return true;
}

int sms_concat_decode(struct bytes udh, struct concat *concat_out)
{
	struct rd r = rd_of(udh);
	struct concat found;
	struct bytes octets;
	bool is_part = false;
	uint8_t id;

	if (rd_u8(&r) != rd_left(&r))
		return ERR_NOENT;
	while (next_element(&r, &id, &octets)) {
		if (read_concat(id, octets, &found))
			is_part = true;
	}
	if (!is_part || rd_err(&r) != ERR_OK)
		return ERR_NOENT;
	*concat_out = found;
	return ERR_OK;
}
