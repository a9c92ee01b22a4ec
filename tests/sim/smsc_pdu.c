/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/smsc_pdu.h"

#include <string.h>

#include "parsers/err.h"

size_t pdu_read(struct bytes in, struct pdu *pdu_out)
{
	struct rd r = rd_of(in);
	uint32_t len = rd_u32(&r);

	if (in.len < 4)
		return 0;
	if (len < PDU_HEADER || len > PDU_MOST)
		return SIZE_MAX;
	if (in.len < len)
		return 0;
	pdu_out->id = rd_u32(&r);
	pdu_out->status = rd_u32(&r);
	pdu_out->sequence = rd_u32(&r);
	pdu_out->body = bytes_cut(in, PDU_HEADER, len - PDU_HEADER);
	return len;
}

/* --- reading --- */

static struct bytes read_string(struct rd *r, size_t most)
{
	const uint8_t *begin = r->ptr;
	size_t len = 0;

	while (rd_left(r) > 0 && rd_u8(r) != 0)
		len++;
	/* Its NUL was the last octet that was read. */
	if (r->ptr == begin || r->ptr[-1] != 0 || len >= most)
		r->err = ERR_INVALID;
	return bytes_at(begin, len);
}

static struct pdu_address read_address(struct rd *r)
{
	struct pdu_address a;

	a.ton = rd_u8(r);
	a.npi = rd_u8(r);
	a.digits = read_string(r, 21);
	return a;
}

static void read_tlvs(struct rd *r, struct pdu_text *t)
{
	while (rd_left(r) > 0 && r->err == ERR_OK) {
		uint16_t tag = rd_u16(r);
		struct bytes value = rd_take(r, rd_u16(r));
		struct rd v = rd_of(value);

		switch (tag) {
		case TAG_PAYLOAD: t->octets = value; break;
		case TAG_SAR_REF: t->sar_ref = rd_u16(&v); break;
		case TAG_SAR_TOTAL: t->sar_total = rd_u8(&v); break;
		case TAG_SAR_INDEX: t->sar_index = rd_u8(&v); break;
		default: break;
		}
		if (v.err != ERR_OK)
			r->err = v.err;
	}
}

bool pdu_read_submit(struct bytes body, struct pdu_text *text_out)
{
	struct rd r = rd_of(body);
	struct pdu_text t = { 0 };

	(void)read_string(&r, 6); /* service_type */
	t.from = read_address(&r);
	t.to = read_address(&r);
	t.esm_class = rd_u8(&r);
	t.protocol = rd_u8(&r);
	(void)rd_u8(&r);           /* priority_flag */
	(void)read_string(&r, 17); /* schedule_delivery_time */
	(void)read_string(&r, 17); /* validity_period */
	t.registered = rd_u8(&r);
	(void)rd_u8(&r); /* replace_if_present_flag */
	t.coding = rd_u8(&r);
	(void)rd_u8(&r); /* sm_default_msg_id */
	t.octets = rd_take(&r, rd_u8(&r));
	read_tlvs(&r, &t);
	*text_out = t;
	return rd_err(&r) == ERR_OK;
}

bool pdu_read_bind(struct bytes body, struct bytes *who_out, struct bytes *password_out)
{
	struct rd r = rd_of(body);

	*who_out = read_string(&r, 16);
	*password_out = read_string(&r, 9);
	(void)read_string(&r, 13); /* system_type */
	if (rd_u8(&r) != 0x34)     /* interface_version */
		return false;
	(void)rd_u8(&r);
	(void)rd_u8(&r);
	(void)read_string(&r, 41); /* address_range */
	return rd_err(&r) == ERR_OK && rd_left(&r) == 0;
}

/* --- writing --- */

void pdu_begin(struct wr *w, uint32_t id, uint32_t status, uint32_t sequence)
{
	w->len = 0;
	wr_u32(w, 0);
	wr_u32(w, id);
	wr_u32(w, status);
	wr_u32(w, sequence);
}

void pdu_string(struct wr *w, struct bytes text)
{
	wr_put(w, text);
	wr_u8(w, 0);
}

void pdu_tlv(struct wr *w, uint16_t tag, struct bytes value)
{
	wr_u16(w, tag);
	wr_u16(w, (uint16_t)value.len);
	wr_put(w, value);
}

void pdu_number(struct wr *w, uint16_t tag, size_t len, uint32_t value)
{
	uint8_t octets[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
			     (uint8_t)value };

	pdu_tlv(w, tag, bytes_at(octets + sizeof(octets) - len, len));
}

static void write_address(struct wr *w, const struct pdu_address *a)
{
	wr_u8(w, a->ton);
	wr_u8(w, a->npi);
	pdu_string(w, a->digits);
}

static void write_rest_of_deliver(struct wr *w, const struct pdu_text *t)
{
	bool is_short = !t->wants_payload && t->octets.len <= 254;

	wr_u8(w, t->esm_class);
	wr_u8(w, t->protocol);
	wr_u8(w, 0);
	pdu_string(w, bytes_of(t->schedule));
	pdu_string(w, BYTES_NONE);
	wr_u8(w, t->registered);
	wr_u8(w, 0);
	wr_u8(w, t->coding);
	wr_u8(w, 0);
	wr_u8(w, is_short ? (uint8_t)t->octets.len : 0);
	if (is_short)
		wr_put(w, t->octets);
	else
		pdu_tlv(w, TAG_PAYLOAD, t->octets);
}

static void write_rest_of_data(struct wr *w, const struct pdu_text *t)
{
	wr_u8(w, t->esm_class);
	wr_u8(w, t->registered);
	wr_u8(w, t->coding);
	pdu_tlv(w, TAG_PAYLOAD, t->octets);
}

void pdu_text(struct wr *w, uint32_t id, const struct pdu_text *t)
{
	pdu_string(w, BYTES_NONE); /* service_type */
	write_address(w, &t->from);
	write_address(w, &t->to);
	if (id == PDU_DATA)
		write_rest_of_data(w, t);
	else
		write_rest_of_deliver(w, t);
	if (t->has_nobodys)
		pdu_tlv(w, TAG_NOBODYS, bytes_of("whatever"));
	if (t->sar_total != 0) {
		pdu_number(w, TAG_SAR_REF, 2, t->sar_ref);
		pdu_number(w, TAG_SAR_TOTAL, 1, t->sar_total);
		pdu_number(w, TAG_SAR_INDEX, 1, t->sar_index);
	}
	if (t->receipted_id.len != 0)
		pdu_tlv(w, TAG_RECEIPTED_ID, t->receipted_id);
	if (t->state != 0)
		pdu_number(w, TAG_STATE, 1, t->state);
}

struct bytes pdu_end(struct wr *w)
{
	struct wr head = wr_of(w->buf, 4);

	wr_u32(&head, (uint32_t)w->len);
	return wr_bytes(w);
}
