/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/text_smpp.h"

#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/json.h"
#include "parsers/smpp_receipt.h"
#include "parsers/smpp_text.h"

/* Room for the words of one PDU. */
#define WORDS_MAX ((size_t)1024 * 1024)
/* Where the headers of IP and TCP say their lengths, and what is in them. */
#define IPV4_LENGTH_AT   2
#define IPV4_PROTOCOL_AT 9
#define IPV6_LENGTH_AT   4
#define IPV6_NEXT_AT     6
#define TCP_OFFSET_AT    12

/* --- the dump --- */

static int hex_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (uint8_t)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "0x0010:  4500 003c": the offset of tcpdump goes, and the letters that -X writes behind two blanks. */
static struct bytes without_margins(struct bytes line)
{
	line = bytes_trim(bytes_cut(line, bytes_find(line, ':') + 1, line.len));
	for (size_t i = 0; i + 1 < line.len; i++) {
		if (line.ptr[i] == ' ' && line.ptr[i + 1] == ' ')
			return bytes_cut(line, 0, i);
	}
	return line;
}

/* What the packet of a dump carries: without the headers of IP and TCP, and what Ethernet fills up with. A PDU begins with 0. */
static struct bytes payload_of(struct bytes packet)
{
	struct rd r = rd_of(packet);
	uint8_t version = rd_u8(&r) >> 4;
	bool is_v6 = version == 6;
	size_t ip = is_v6 ? 40 : (size_t)(packet.len > 0 ? packet.ptr[0] & 15u : 0) * 4, end;

	if ((version != 4 && !is_v6) || packet.len < ip + 20 ||
	    packet.ptr[is_v6 ? IPV6_NEXT_AT : IPV4_PROTOCOL_AT] != IPPROTO_TCP)
		return packet;
	r = rd_of(bytes_cut(packet, is_v6 ? IPV6_LENGTH_AT : IPV4_LENGTH_AT, 2));
	end = rd_u16(&r) + (is_v6 ? ip : 0);
	ip += (size_t)(packet.ptr[ip + TCP_OFFSET_AT] >> 4) * 4;
	return bytes_cut(packet, ip, end > ip ? end - ip : 0);
}

struct dump {
	uint8_t *octets;
	size_t n_digits;
	size_t packet; /* where the last packet begins */
};

static void end_packet(struct dump *d)
{
	struct bytes packet = bytes_at(d->octets + d->packet, d->n_digits / 2 - d->packet);
	struct bytes payload = payload_of(packet);

	memmove(d->octets + d->packet, payload.ptr, payload.len);
	d->packet += payload.len;
	d->n_digits = 2 * d->packet;
}

static int add_line(struct dump *d, struct bytes line)
{
	for (size_t i = 0; i < line.len; i++) {
		int digit = hex_of(line.ptr[i]);
		size_t at = d->n_digits / 2;

		if (digit < 0 && (isspace(line.ptr[i]) || line.ptr[i] == ':'))
			continue;
		if (digit < 0)
			return ERR_INVALID;
		d->octets[at] =
			(uint8_t)(d->n_digits % 2 == 0 ? digit << 4 : d->octets[at] | digit);
		d->n_digits++;
	}
	return ERR_OK;
}

/* Between the packets of tcpdump stand lines that say when and between whom: only what has an offset counts. */
static int add_dump(struct dump *d, struct bytes text)
{
	struct bytes line;
	int err = ERR_OK;

	while (err == ERR_OK && bytes_split(&text, '\n', &line)) {
		line = bytes_trim(line);
		if (!bytes_starts(line, "0x"))
			continue;
		if (bytes_starts(line, "0x0000:"))
			end_packet(d);
		err = add_line(d, without_margins(line));
	}
	end_packet(d);
	return err;
}

static bool is_dump(struct bytes text)
{
	struct bytes line;

	while (bytes_split(&text, '\n', &line)) {
		line = bytes_trim(line);
		if (bytes_starts(line, "0x") && bytes_find(line, ':') < line.len)
			return true;
	}
	return false;
}

int smpp_hex(struct bytes text, struct arena *a, struct bytes *octets_out)
{
	struct dump d = { .octets = arena_alloc(a, text.len / 2 + 1) };
	int err;

	if (d.octets == NULL)
		return ERR_NOMEM;
	err = is_dump(text) ? add_dump(&d, text) : add_line(&d, text);
	if (err != ERR_OK)
		return err;
	*octets_out = bytes_at(d.octets, d.n_digits / 2);
	return d.n_digits % 2 == 0 ? ERR_OK : ERR_INVALID;
}

/* --- what stands in a PDU --- */

static void put_address(struct json *j, const char *name, const struct smpp_address *a)
{
	struct json *o = json_object();

	json_put_int(o, "ton", a->ton);
	json_put_int(o, "npi", a->npi);
	json_put_text(o, "address", a->digits);
	json_put_take(j, name, &o);
}

static void put_octets(struct json *j, const char *name, struct bytes octets)
{
	struct json *value = json_octets(octets);

	json_put_take(j, name, &value);
}

static void put_tlvs(struct json *j, const struct smpp_pdu *pdu)
{
	struct json *list = json_array();

	for (size_t i = 0; i < pdu->n_tlvs; i++) {
		struct json *o = json_object();
		const char *name = smpp_tag_text(pdu->tlvs[i].tag);

		json_put_int(o, "tag", pdu->tlvs[i].tag);
		json_put_text(o, "name", name == NULL ? BYTES_NONE : bytes_of(name));
		put_octets(o, "value", pdu->tlvs[i].value);
		json_append_take(list, &o);
	}
	json_put_take(j, "tlvs", &list);
	json_put_int(j, "tlvs_left_out", (int64_t)pdu->n_tlvs_more);
}

/* As a link with alphabet = gsm7 would read it. */
static void put_words(struct json *j, const struct smpp_pdu *pdu)
{
	struct message *msg = message_new(WORDS_MAX);

	if (msg == NULL)
		return;
	if (smpp_text_in(pdu, SMPP_ALPHABET_GSM7, msg) == ERR_OK) {
		put_octets(j, "udh", msg->udh);
		if (message_decode(msg) == ERR_OK)
			json_put_text(j, "text", msg->text);
		message_read_udh(msg, UINT8_MAX);
	}
	if (msg->part_total > 1) {
		json_put_int(j, "part", msg->part_index);
		json_put_int(j, "parts", msg->part_total);
	}
	message_free(&msg);
}

static void put_receipt(struct json *j, const struct smpp_pdu *pdu)
{
	struct arena *a = arena_new(WORDS_MAX);
	struct receipt_text parsed = { 0 };
	struct receipt r = { 0 };
	struct json *o = json_object();

	if (a != NULL)
		(void)smpp_receipt_read(pdu, a, &r); /* it may name no id: that is seen then */
	(void)receipt_text_parse(pdu->message.text, &parsed);
	json_put_text(o, "id", r.remote_id);
	json_put_text(o, "stat", parsed.stat);
	json_put_str(o, "state", receipt_state_text(r.state));
	json_put_text(o, "err", parsed.err);
	json_put_text(o, "words", r.error);
	json_put_take(j, "receipt", &o);
	arena_free(&a);
}

static const char *kind_text(enum smpp_kind kind)
{
	switch (kind) {
	case SMPP_IS_TEXT: return "text";
	case SMPP_IS_RECEIPT: return "receipt";
	case SMPP_IS_USSD: return "ussd";
	case SMPP_IS_MMS: return "mms";
	case SMPP_IS_INDICATION: return "indication";
	}
	return "?";
}

static void put_message(struct json *j, const struct smpp_pdu *pdu)
{
	const struct smpp_message *m = &pdu->message;

	json_put_text(j, "service_type", m->service_type);
	put_address(j, "from", &m->from);
	put_address(j, "to", &m->to);
	json_put_int(j, "esm_class", m->esm_class);
	json_put_int(j, "protocol_id", m->protocol_id);
	json_put_int(j, "priority", m->priority);
	json_put_text(j, "schedule", m->schedule);
	json_put_text(j, "validity", m->validity);
	json_put_int(j, "registered_delivery", m->registered_delivery);
	json_put_int(j, "data_coding", m->data_coding);
	put_octets(j, "octets", m->text);
	json_put_str(j, "kind", kind_text(smpp_kind_of(pdu)));
	put_words(j, pdu);
	if (smpp_kind_of(pdu) == SMPP_IS_RECEIPT)
		put_receipt(j, pdu);
}

static void put_bind(struct json *j, const struct smpp_pdu *pdu)
{
	json_put_text(j, "system_id", pdu->system_id);
	/* A dump is shown to others: that there is a password is enough. */
	json_put_bool(j, "has_password", pdu->password.len > 0);
	json_put_text(j, "system_type", pdu->system_type);
	json_put_int(j, "interface_version", pdu->interface_version);
	json_put_text(j, "address_range", pdu->address_range);
}

static void put_body(struct json *j, const struct smpp_pdu *pdu)
{
	switch (pdu->id) {
	case SMPP_SUBMIT_SM:
	case SMPP_DELIVER_SM:
	case SMPP_DATA_SM: put_message(j, pdu); break;
	case SMPP_BIND_RECEIVER:
	case SMPP_BIND_TRANSMITTER:
	case SMPP_BIND_TRANSCEIVER:
	case SMPP_OUTBIND: put_bind(j, pdu); break;
	case SMPP_ALERT_NOTIFICATION: put_address(j, "source", &pdu->source); break;
	default: break;
	}
	if (pdu->message_id.len > 0)
		json_put_text(j, "message_id", pdu->message_id);
	if ((pdu->id & 0x80000000u) != 0 && pdu->system_id.len > 0)
		json_put_text(j, "system_id", pdu->system_id);
	put_tlvs(j, pdu);
}

int smpp_decode_json(struct bytes frame, struct arena *a, struct bytes *line_out)
{
	struct json *j = json_object(), *faults = json_array();
	struct smpp_pdu pdu;
	int err = smpp_pdu_read(frame, &pdu);
	const char *name = smpp_id_text(pdu.id), *status = smpp_status_text(pdu.status);
	struct json *fault = NULL;

	json_put_int(j, "length", (int64_t)frame.len);
	json_put_str(j, "command", name != NULL ? name : "unknown");
	json_put_int(j, "command_id", pdu.id);
	json_put_int(j, "command_status", pdu.status);
	json_put_str(j, "status", status != NULL ? status : "not of the standard");
	json_put_int(j, "sequence", pdu.sequence);
	put_body(j, &pdu);
	if (err != ERR_OK)
		fault = json_text(bytes_of("its fixed part doesn't fit"));
	else if (pdu.is_cut)
		fault = json_text(bytes_of("it ends in the middle of a TLV"));
	if (fault != NULL)
		json_append_take(faults, &fault);
	json_put_take(j, "faults", &faults);
	err = json_line(j, a, line_out);
	json_free(&j);
	return err;
}
