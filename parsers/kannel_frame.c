/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/kannel_frame.h"

#include <stddef.h>

#include "parsers/err.h"

#define LENGTH_OCTETS 4

enum field_type { FIELD_NUMBER, FIELD_TEXT };

struct field {
	enum field_type type;
	size_t offset;
};

#define NUMBER(member)                                                                             \
	{                                                                                          \
		FIELD_NUMBER, offsetof(struct kannel_frame, member)                                \
	}
#define TEXT(member)                                                                               \
	{                                                                                          \
		FIELD_TEXT, offsetof(struct kannel_frame, member)                                  \
	}

/* clang-format off */
/* gw/msg-decl.h of 1.4.5, in the order of the wire. */
static const struct field heartbeat_fields[] = { NUMBER(heartbeat.load) };
static const struct field admin_fields[] = { NUMBER(admin.command), TEXT(admin.boxc_id) };
static const struct field ack_fields[] = { NUMBER(ack.nack), NUMBER(ack.time), TEXT(ack.id) };
static const struct field sms_fields[] = {
	TEXT(sms.sender),       TEXT(sms.receiver),     TEXT(sms.udhdata),    TEXT(sms.msgdata),
	NUMBER(sms.time),       TEXT(sms.smsc_id),      TEXT(sms.smsc_number),TEXT(sms.foreign_id),
	TEXT(sms.service),      TEXT(sms.account),      TEXT(sms.id),         NUMBER(sms.sms_type),
	NUMBER(sms.mclass),     NUMBER(sms.mwi),        NUMBER(sms.coding),   NUMBER(sms.compress),
	NUMBER(sms.validity),   NUMBER(sms.deferred),   NUMBER(sms.dlr_mask), TEXT(sms.dlr_url),
	NUMBER(sms.pid),        NUMBER(sms.alt_dcs),    NUMBER(sms.rpi),      TEXT(sms.charset),
	TEXT(sms.boxc_id),      TEXT(sms.binfo),        NUMBER(sms.msg_left), NUMBER(sms.priority),
	NUMBER(sms.resend_try), NUMBER(sms.resend_time),TEXT(sms.meta_data),
};

static const struct {
	const struct field *fields;
	size_t n;
} layouts[] = {
	[KANNEL_HEARTBEAT] = { heartbeat_fields, ARRAY_LEN(heartbeat_fields) },
	[KANNEL_ADMIN]     = { admin_fields,     ARRAY_LEN(admin_fields) },
	[KANNEL_SMS]       = { sms_fields,       ARRAY_LEN(sms_fields) },
	[KANNEL_ACK]       = { ack_fields,       ARRAY_LEN(ack_fields) },
};
/* clang-format on */

static int32_t *number_at(struct kannel_frame *frame, const struct field *field)
{
	return (int32_t *)(void *)((char *)frame + field->offset);
}

static struct bytes *text_at(struct kannel_frame *frame, const struct field *field)
{
	return (struct bytes *)(void *)((char *)frame + field->offset);
}

struct kannel_frame kannel_frame_blank(enum kannel_kind kind)
{
	struct kannel_frame frame = { .kind = kind };

	for (size_t i = 0; i < layouts[kind].n; i++)
		if (layouts[kind].fields[i].type == FIELD_NUMBER)
			*number_at(&frame, &layouts[kind].fields[i]) = KANNEL_NONE;
	return frame;
}

int kannel_frame_cut(struct bytes received, size_t max_body, struct bytes *body_out,
		     size_t *octets_out)
{
	struct rd r = rd_of(received);
	uint32_t len = rd_u32(&r);

	if (rd_err(&r) != ERR_OK) {
		*octets_out = LENGTH_OCTETS;
		return ERR_TRUNCATED;
	}
	if (len > INT32_MAX || len > max_body)
		return ERR_LIMIT;
	*octets_out = LENGTH_OCTETS + (size_t)len;
	if (rd_left(&r) < len)
		return ERR_TRUNCATED;
	*body_out = rd_take(&r, len);
	return ERR_OK;
}

static int32_t read_number(struct rd *r)
{
	return (int32_t)rd_u32(r);
}

static struct bytes read_text(struct rd *r)
{
	int32_t len = read_number(r);
	const uint8_t *here = r->ptr;

	if (rd_err(r) != ERR_OK || len == KANNEL_NONE)
		return BYTES_NONE;
	if (len == 0)
		return bytes_at(here, 0);
	/* A negative length becomes one that no frame has. */
	return rd_take(r, len < 0 ? SIZE_MAX : (size_t)len);
}

int kannel_frame_decode(struct bytes body, struct kannel_frame *frame_out)
{
	struct rd r = rd_of(body);
	int32_t kind = read_number(&r);
	struct kannel_frame frame = { 0 };

	if (rd_err(&r) != ERR_OK || kind < 0 || (size_t)kind >= ARRAY_LEN(layouts))
		return ERR_VERSION;
	frame.kind = (enum kannel_kind)kind;
	for (size_t i = 0; i < layouts[kind].n; i++) {
		const struct field *field = &layouts[kind].fields[i];

		if (field->type == FIELD_NUMBER)
			*number_at(&frame, field) = read_number(&r);
		else
			*text_at(&frame, field) = read_text(&r);
	}
	if (rd_err(&r) != ERR_OK || rd_left(&r) != 0)
		return ERR_VERSION;
	*frame_out = frame;
	return ERR_OK;
}

static void add_number(struct strbuf *out, uint32_t v)
{
	uint8_t octets[4];
	struct wr w = wr_of(octets, sizeof(octets));

	wr_u32(&w, v);
	strbuf_add(out, wr_bytes(&w));
}

static void add_text(struct strbuf *out, struct bytes text)
{
	add_number(out, text.ptr == NULL ? (uint32_t)KANNEL_NONE : (uint32_t)text.len);
	strbuf_add(out, text);
}

/* The length is known last: it goes where room was left for it. */
static void write_length(struct strbuf *out, size_t at)
{
	struct wr w;

	if (strbuf_err(out) != ERR_OK)
		return;
	w = wr_of(out->buf + at, LENGTH_OCTETS);
	wr_u32(&w, (uint32_t)(out->len - at - LENGTH_OCTETS));
}

void kannel_frame_encode(const struct kannel_frame *frame, struct strbuf *out)
{
	struct kannel_frame copy = *frame;
	size_t at = out->len;

	add_number(out, 0);
	add_number(out, (uint32_t)frame->kind);
	for (size_t i = 0; i < layouts[frame->kind].n; i++) {
		const struct field *field = &layouts[frame->kind].fields[i];

		if (field->type == FIELD_NUMBER)
			add_number(out, (uint32_t)*number_at(&copy, field));
		else
			add_text(out, *text_at(&copy, field));
	}
	write_length(out, at);
}
