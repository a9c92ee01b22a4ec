/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/smpp_pdu.h"

#include <string.h>

#include <smpp34.h>
#include <smpp34_structs.h>

#include "parsers/err.h"

/* The longest C-octet strings of the fixed parts, without their NUL (4.1 to 4.7). */
#define SERVICE_TYPE_MAX 5
#define ADDRESS_MAX      20
#define TIME_MAX         16
/* data_sm and alert_notification have longer addresses (4.7.1, 4.12.1). */
#define DATA_ADDRESS_MAX 64
#define RESPONSE         0x80000000u
/* The fixed part of a message without text: what the library is given. */
#define FIXED_MAX 128

/* --- names --- */

const char *smpp_id_text(uint32_t id)
{
	static const struct {
		uint32_t id;
		const char *text;
	} names[] = {
#define X(name, number, text) { number, text },
		SMPP_ID_LIST(X)
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].id == id)
			return names[i].text;
	}
	return NULL;
}

const char *smpp_tag_text(uint16_t tag)
{
	static const struct {
		uint16_t tag;
		const char *text;
	} names[] = {
#define X(name, number, text) { number, text },
		SMPP_TAG_LIST(X)
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].tag == tag)
			return names[i].text;
	}
	return NULL;
}

/* 5.1.3 */
static const struct {
	uint32_t status;
	const char *text;
} statuses[] = {
	{ 0x00, "ESME_ROK" },
	{ 0x01, "ESME_RINVMSGLEN" },
	{ 0x02, "ESME_RINVCMDLEN" },
	{ 0x03, "ESME_RINVCMDID" },
	{ 0x04, "ESME_RINVBNDSTS" },
	{ 0x05, "ESME_RALYBND" },
	{ 0x06, "ESME_RINVPRTFLG" },
	{ 0x07, "ESME_RINVREGDLVFLG" },
	{ 0x08, "ESME_RSYSERR" },
	{ 0x0A, "ESME_RINVSRCADR" },
	{ 0x0B, "ESME_RINVDSTADR" },
	{ 0x0C, "ESME_RINVMSGID" },
	{ 0x0D, "ESME_RBINDFAIL" },
	{ 0x0E, "ESME_RINVPASWD" },
	{ 0x0F, "ESME_RINVSYSID" },
	{ 0x11, "ESME_RCANCELFAIL" },
	{ 0x13, "ESME_RREPLACEFAIL" },
	{ 0x14, "ESME_RMSGQFUL" },
	{ 0x15, "ESME_RINVSERTYP" },
	{ 0x33, "ESME_RINVNUMDESTS" },
	{ 0x34, "ESME_RINVDLNAME" },
	{ 0x40, "ESME_RINVDESTFLAG" },
	{ 0x42, "ESME_RINVSUBREP" },
	{ 0x43, "ESME_RINVESMCLASS" },
	{ 0x44, "ESME_RCNTSUBDL" },
	{ 0x45, "ESME_RSUBMITFAIL" },
	{ 0x48, "ESME_RINVSRCTON" },
	{ 0x49, "ESME_RINVSRCNPI" },
	{ 0x50, "ESME_RINVDSTTON" },
	{ 0x51, "ESME_RINVDSTNPI" },
	{ 0x53, "ESME_RINVSYSTYP" },
	{ 0x54, "ESME_RINVREPFLAG" },
	{ 0x55, "ESME_RINVNUMMSGS" },
	{ 0x58, "ESME_RTHROTTLED" },
	{ 0x61, "ESME_RINVSCHED" },
	{ 0x62, "ESME_RINVEXPIRY" },
	{ 0x63, "ESME_RINVDFTMSGID" },
	{ 0x64, "ESME_RX_T_APPN" },
	{ 0x65, "ESME_RX_P_APPN" },
	{ 0x66, "ESME_RX_R_APPN" },
	{ 0x67, "ESME_RQUERYFAIL" },
	{ 0xC0, "ESME_RINVOPTPARSTREAM" },
	{ 0xC1, "ESME_ROPTPARNOTALLWD" },
	{ 0xC2, "ESME_RINVPARLEN" },
	{ 0xC3, "ESME_RMISSINGOPTPARAM" },
	{ 0xC4, "ESME_RINVOPTPARAMVAL" },
	{ 0xFE, "ESME_RDELIVERYFAILURE" },
	{ 0xFF, "ESME_RUNKNOWNERR" },
};

const char *smpp_status_text(uint32_t status)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		if (statuses[i].status == status)
			return statuses[i].text;
	}
	return NULL;
}

/* --- frames --- */

int smpp_frame(struct bytes in, struct bytes *frame_out)
{
	struct rd r = rd_of(in);
	uint32_t length = rd_u32(&r);

	if (in.len < sizeof(length))
		return ERR_TRUNCATED;
	if (length < SMPP_HEADER_SIZE || length > SMPP_FRAME_MAX)
		return ERR_LIMIT;
	if (in.len < length)
		return ERR_TRUNCATED;
	*frame_out = bytes_cut(in, 0, length);
	return ERR_OK;
}

/* --- our own walk --- */

/* A C-octet string of at most max letters. It ends with its NUL or sticks with ERR_INVALID. */
static struct bytes read_text(struct rd *r, size_t max)
{
	struct bytes left = bytes_at(r->ptr, rd_left(r)), text;
	size_t len = bytes_find(left, 0);

	if (rd_err(r) != ERR_OK)
		return BYTES_NONE;
	if (len == left.len || len > max) {
		r->err = ERR_INVALID;
		return BYTES_NONE;
	}
	text = rd_take(r, len);
	(void)rd_u8(r);
	return text;
}

static struct smpp_address read_address(struct rd *r, size_t max)
{
	struct smpp_address a;

	a.ton = rd_u8(r);
	a.npi = rd_u8(r);
	a.digits = read_text(r, max);
	return a;
}

static void read_tlvs(struct rd *r, struct smpp_pdu *pdu)
{
	while (rd_left(r) > 0 && rd_err(r) == ERR_OK) {
		struct smpp_tlv tlv;

		tlv.tag = rd_u16(r);
		tlv.value = rd_take(r, rd_u16(r));
		if (rd_err(r) != ERR_OK)
			pdu->is_cut = true;
		else if (pdu->n_tlvs < SMPP_TLVS_MAX)
			pdu->tlvs[pdu->n_tlvs++] = tlv;
		else
			pdu->n_tlvs_more++;
	}
}

static void read_message(struct rd *r, struct smpp_message *m)
{
	m->service_type = read_text(r, SERVICE_TYPE_MAX);
	m->from = read_address(r, ADDRESS_MAX);
	m->to = read_address(r, ADDRESS_MAX);
	m->esm_class = rd_u8(r);
	m->protocol_id = rd_u8(r);
	m->priority = rd_u8(r);
	m->schedule = read_text(r, TIME_MAX);
	m->validity = read_text(r, TIME_MAX);
	m->registered_delivery = rd_u8(r);
	m->replace = rd_u8(r);
	m->data_coding = rd_u8(r);
	m->default_id = rd_u8(r);
	m->text = rd_take(r, rd_u8(r));
}

static void read_data(struct rd *r, struct smpp_message *m)
{
	m->service_type = read_text(r, SERVICE_TYPE_MAX);
	m->from = read_address(r, DATA_ADDRESS_MAX);
	m->to = read_address(r, DATA_ADDRESS_MAX);
	m->esm_class = rd_u8(r);
	m->registered_delivery = rd_u8(r);
	m->data_coding = rd_u8(r);
}

/* --- what the library is asked: whether it reads the same --- */

static uint8_t known_ton(uint8_t ton)
{
	return ton <= 6 ? ton : 0;
}

static uint8_t known_npi(uint8_t npi)
{
	static const uint8_t known[] = { 0, 1, 3, 4, 6, 8, 9, 10, 14, 18 };

	return memchr(known, npi, sizeof(known)) != NULL ? npi : 0;
}

static void put_text(struct wr *w, struct bytes text)
{
	wr_put(w, text);
	wr_u8(w, 0);
}

static void put_address(struct wr *w, const struct smpp_address *a)
{
	wr_u8(w, known_ton(a->ton));
	wr_u8(w, known_npi(a->npi));
	put_text(w, a->digits);
}

static bool is_text(const void *field, struct bytes text)
{
	return strlen(field) == text.len &&
	       (text.len == 0 || memcmp(field, text.ptr, text.len) == 0);
}

/* A copy without text, times and TLVs, with numbers that it knows (its faults 1, 2, 7, 10, 11, 12, 18). */
static bool library_agrees(const struct smpp_message *m)
{
	uint8_t buf[FIXED_MAX] = { 0 };
	struct wr w = wr_of(buf, sizeof(buf));
	deliver_sm_t pdu;

	wr_u32(&w, 0);
	wr_u32(&w, DELIVER_SM);
	wr_u32(&w, SMPP_ROK);
	wr_u32(&w, 1);
	put_text(&w, m->service_type);
	put_address(&w, &m->from);
	put_address(&w, &m->to);
	wr_u8(&w, m->esm_class);
	wr_u8(&w, m->protocol_id);
	wr_u8(&w, m->priority);
	put_text(&w, BYTES_NONE);
	put_text(&w, BYTES_NONE);
	wr_u8(&w, m->registered_delivery);
	wr_u8(&w, m->replace);
	wr_u8(&w, m->data_coding);
	wr_u8(&w, m->default_id);
	wr_u8(&w, 0);
	if (wr_err(&w) != ERR_OK)
		return false;
	buf[3] = (uint8_t)w.len;
	memset(&pdu, 0, sizeof(pdu));
	return smpp34_unpack2(&pdu, buf, (int)w.len) == 0 &&
	       is_text(pdu.service_type, m->service_type) &&
	       is_text(pdu.source_addr, m->from.digits) &&
	       is_text(pdu.destination_addr, m->to.digits) && pdu.data_coding == m->data_coding;
}

/* --- a PDU --- */

static int read_sm(struct rd *r, struct smpp_pdu *pdu)
{
	const struct smpp_tlv *payload;

	if (pdu->id == SMPP_DATA_SM)
		read_data(r, &pdu->message);
	else
		read_message(r, &pdu->message);
	if (rd_err(r) != ERR_OK ||
	    (pdu->id == (uint32_t)SMPP_DELIVER_SM && !library_agrees(&pdu->message)))
		return ERR_INVALID;
	read_tlvs(r, pdu);
	payload = smpp_tlv(pdu, SMPP_TAG_MESSAGE_PAYLOAD);
	if (pdu->message.text.len == 0 && payload != NULL)
		pdu->message.text = payload->value;
	return ERR_OK;
}

static int read_bind(struct rd *r, struct smpp_pdu *pdu)
{
	pdu->system_id = read_text(r, 15);
	pdu->password = read_text(r, 8);
	if (pdu->id != (uint32_t)SMPP_OUTBIND) {
		pdu->system_type = read_text(r, 12);
		pdu->interface_version = rd_u8(r);
		pdu->source.ton = rd_u8(r);
		pdu->source.npi = rd_u8(r);
		pdu->address_range = read_text(r, 40);
	}
	return rd_err(r) == ERR_OK ? ERR_OK : ERR_INVALID;
}

static int read_alert(struct rd *r, struct smpp_pdu *pdu)
{
	pdu->source = read_address(r, DATA_ADDRESS_MAX);
	pdu->message.to = read_address(r, DATA_ADDRESS_MAX);
	if (rd_err(r) != ERR_OK)
		return ERR_INVALID;
	read_tlvs(r, pdu);
	return ERR_OK;
}

/* A name, with or without its NUL, or nothing at all; then TLVs. Responses in the wild have all of that. */
static void read_response(struct rd *r, struct smpp_pdu *pdu)
{
	struct bytes left = bytes_at(r->ptr, rd_left(r));
	struct bytes name = rd_take(r, bytes_find(left, 0));

	switch (pdu->id) {
	case (uint32_t)SMPP_BIND_RECEIVER_RESP:
	case (uint32_t)SMPP_BIND_TRANSMITTER_RESP:
	case (uint32_t)SMPP_BIND_TRANSCEIVER_RESP: pdu->system_id = bytes_cut(name, 0, 64); break;
	case (uint32_t)SMPP_GENERIC_NACK:
	case (uint32_t)SMPP_ENQUIRE_LINK_RESP:
	case (uint32_t)SMPP_UNBIND_RESP: return;
	default: pdu->message_id = bytes_cut(name, 0, 64); break;
	}
	if (rd_left(r) > 0)
		(void)rd_u8(r);
	if (pdu->id != (uint32_t)SMPP_QUERY_SM_RESP)
		read_tlvs(r, pdu);
}

int smpp_pdu_read(struct bytes frame, struct smpp_pdu *pdu_out)
{
	struct rd r = rd_of(frame);

	memset(pdu_out, 0, sizeof(*pdu_out));
	(void)rd_u32(&r);
	pdu_out->id = rd_u32(&r);
	pdu_out->status = rd_u32(&r);
	pdu_out->sequence = rd_u32(&r);
	if (rd_err(&r) != ERR_OK)
		return ERR_INVALID;
	switch (pdu_out->id) {
	case SMPP_SUBMIT_SM:
	case SMPP_DELIVER_SM:
	case SMPP_DATA_SM: return read_sm(&r, pdu_out);
	case SMPP_BIND_RECEIVER:
	case SMPP_BIND_TRANSMITTER:
	case SMPP_BIND_TRANSCEIVER:
	case SMPP_OUTBIND: return read_bind(&r, pdu_out);
	case SMPP_ALERT_NOTIFICATION: return read_alert(&r, pdu_out);
	default: break;
	}
	if ((pdu_out->id & RESPONSE) != 0 && smpp_id_text(pdu_out->id) != NULL)
		read_response(&r, pdu_out);
	return ERR_OK;
}

const struct smpp_tlv *smpp_tlv(const struct smpp_pdu *pdu, uint16_t tag)
{
	for (size_t i = 0; i < pdu->n_tlvs; i++) {
		if (pdu->tlvs[i].tag == tag)
			return &pdu->tlvs[i];
	}
	return NULL;
}

bool smpp_tlv_number(const struct smpp_pdu *pdu, uint16_t tag, uint32_t *number_out)
{
	const struct smpp_tlv *tlv = smpp_tlv(pdu, tag);

	if (tlv == NULL || tlv->value.len == 0 || tlv->value.len > sizeof(*number_out))
		return false;
	*number_out = 0;
	for (size_t i = 0; i < tlv->value.len; i++)
		*number_out = *number_out << 8 | tlv->value.ptr[i];
	return true;
}

struct bytes smpp_tlv_text(const struct smpp_pdu *pdu, uint16_t tag)
{
	const struct smpp_tlv *tlv = smpp_tlv(pdu, tag);

	return tlv == NULL ? BYTES_NONE : bytes_cut(tlv->value, 0, bytes_find(tlv->value, 0));
}

/* --- what we send --- */

/* A field of the library's with its NUL behind it (its fault 20). */
static int set_text(void *field, size_t size, struct bytes text)
{
	if (bytes_find(text, 0) != text.len)
		return ERR_INVALID;
	if (text.len >= size)
		return ERR_LIMIT;
	memset(field, 0, size);
	if (text.len > 0)
		memcpy(field, text.ptr, text.len);
	return ERR_OK;
}

struct field {
	void *to;
	size_t size;
	struct bytes text;
};

static int set_fields(const struct field *fields, size_t n)
{
	int err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = set_text(fields[i].to, fields[i].size, fields[i].text);
	return err;
}

static bool is_known(uint8_t ton, uint8_t npi)
{
	return known_ton(ton) == ton && known_npi(npi) == npi;
}

int smpp_write_bind(const struct smpp_bind *bind, uint32_t sequence, struct arena *a,
		    struct bytes *frame_out)
{
	uint8_t *buf = arena_alloc(a, FIXED_MAX);
	bind_transceiver_t pdu; /* one layout for all three */
	const struct field fields[] = {
		{ pdu.system_id, sizeof(pdu.system_id), bind->system_id },
		{ pdu.password, sizeof(pdu.password), bind->password },
		{ pdu.system_type, sizeof(pdu.system_type), bind->system_type },
		{ pdu.address_range, sizeof(pdu.address_range), bind->address_range },
	};
	int len = 0, err;

	if (buf == NULL)
		return ERR_NOMEM;
	if (!is_known(bind->ton, bind->npi) || sequence == 0 || sequence > SMPP_SEQUENCE_MAX)
		return ERR_INVALID;
	memset(&pdu, 0, sizeof(pdu));
	err = set_fields(fields, ARRAY_LEN(fields));
	if (err != ERR_OK)
		return err;
	pdu.command_id = (uint32_t)bind->id;
	pdu.sequence_number = sequence;
	pdu.interface_version = 0x34;
	pdu.addr_ton = bind->ton;
	pdu.addr_npi = bind->npi;
	if (smpp34_pack2(buf, FIXED_MAX, &len, &pdu) != 0)
		return ERR_INVALID;
	*frame_out = bytes_at(buf, (size_t)len);
	return ERR_OK;
}

static int fill_submit(submit_sm_t *pdu, const struct smpp_message *m, uint32_t sequence)
{
	const struct field fields[] = {
		{ pdu->service_type, sizeof(pdu->service_type), m->service_type },
		{ pdu->source_addr, sizeof(pdu->source_addr), m->from.digits },
		{ pdu->destination_addr, sizeof(pdu->destination_addr), m->to.digits },
		{ pdu->schedule_delivery_time, sizeof(pdu->schedule_delivery_time), m->schedule },
		{ pdu->validity_period, sizeof(pdu->validity_period), m->validity },
	};

	memset(pdu, 0, sizeof(*pdu));
	if (!is_known(m->from.ton, m->from.npi) || !is_known(m->to.ton, m->to.npi) ||
	    sequence == 0 || sequence > SMPP_SEQUENCE_MAX)
		return ERR_INVALID;
	pdu->command_id = SUBMIT_SM;
	pdu->sequence_number = sequence;
	pdu->source_addr_ton = m->from.ton;
	pdu->source_addr_npi = m->from.npi;
	pdu->dest_addr_ton = m->to.ton;
	pdu->dest_addr_npi = m->to.npi;
	pdu->esm_class = m->esm_class;
	pdu->protocol_id = m->protocol_id;
	pdu->priority_flag = m->priority;
	pdu->registered_delivery = m->registered_delivery;
	pdu->replace_if_present_flag = m->replace;
	pdu->data_coding = m->data_coding;
	pdu->sm_default_msg_id = m->default_id;
	if (m->text.len > 0 && m->text.len <= SMPP_TEXT_MAX) {
		pdu->sm_length = (uint8_t)m->text.len;
		memcpy(pdu->short_message, m->text.ptr, m->text.len);
	}
	return set_fields(fields, ARRAY_LEN(fields));
}

static void put_tlv(struct wr *w, const struct smpp_tlv *tlv)
{
	wr_u16(w, tlv->tag);
	wr_u16(w, (uint16_t)tlv->value.len);
	wr_put(w, tlv->value);
}

int smpp_write_submit(const struct smpp_message *m, const struct smpp_tlv *tlvs, size_t n_tlvs,
		      uint32_t sequence, struct arena *a, struct bytes *frame_out)
{
	struct smpp_tlv payload = { SMPP_TAG_MESSAGE_PAYLOAD, m->text };
	size_t room = FIXED_MAX + SMPP_TEXT_MAX + 4 + m->text.len;
	submit_sm_t pdu;
	uint8_t *buf;
	struct wr w;
	int len = 0, err;

	for (size_t i = 0; i < n_tlvs; i++)
		room += 4 + tlvs[i].value.len;
	if (room > SMPP_FRAME_MAX)
		return ERR_LIMIT;
	buf = arena_alloc(a, room);
	if (buf == NULL)
		return ERR_NOMEM;
	err = fill_submit(&pdu, m, sequence);
	if (err != ERR_OK)
		return err;
	if (smpp34_pack2(buf, (int)room, &len, &pdu) != 0)
		return ERR_INVALID;
	/* TLVs are ours: the library's log of them has no bound, and it takes 1,024 octets of payload at most. */
	w = wr_of(buf, room);
	w.len = (size_t)len;
	if (m->text.len > SMPP_TEXT_MAX)
		put_tlv(&w, &payload);
	for (size_t i = 0; i < n_tlvs; i++)
		put_tlv(&w, &tlvs[i]);
	if (wr_err(&w) != ERR_OK)
		return wr_err(&w);
	*frame_out = wr_bytes(&w);
	w = wr_of(buf, 4);
	wr_u32(&w, (uint32_t)frame_out->len);
	return ERR_OK;
}

struct bytes smpp_write_simple(uint32_t id, uint32_t status, uint32_t sequence,
			       uint8_t buf[SMPP_SIMPLE_MAX])
{
	bool has_id = id == (uint32_t)SMPP_DELIVER_SM_RESP || id == (uint32_t)SMPP_DATA_SM_RESP;
	struct wr w = wr_of(buf, SMPP_SIMPLE_MAX);

	wr_u32(&w, SMPP_HEADER_SIZE + (has_id ? 1 : 0));
	wr_u32(&w, id);
	wr_u32(&w, status);
	wr_u32(&w, sequence);
	if (has_id)
		wr_u8(&w, 0); /* message_id must be empty (4.6.2) */
	return wr_bytes(&w);
}
