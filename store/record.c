/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/record.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/language.h"
#include "parsers/unpacked.h"

/* Nothing that one person sends or one clerk writes makes a larger record. */
#define RECORD_MAX ((size_t)1024 * 1024)

/* --- names --- */

static const char *const case_states[] = {
	[CASE_NEW] = "new",       [CASE_OPEN] = "open",     [CASE_WAITING] = "waiting",
	[CASE_SOLVED] = "solved", [CASE_CLOSED] = "closed",
};

static const char *const out_states[] = {
	[OUT_QUEUED] = "queued",       [OUT_SENDING] = "sending", [OUT_SENT] = "sent",
	[OUT_ARRIVED] = "arrived",     [OUT_UNSURE] = "unsure",   [OUT_FAILED] = "failed",
	[OUT_CANCELLED] = "cancelled",
};

static const char *const out_kinds[] = {
	[KIND_ACK] = "ack",           [KIND_STATUS] = "status",       [KIND_HELP] = "help",
	[KIND_QUESTION] = "question", [KIND_ANSWER] = "answer",       [KIND_REMINDER] = "reminder",
	[KIND_LATE] = "late",         [KIND_SURVEY] = "survey",       [KIND_NOTICE] = "notice",
	[KIND_REFERRAL] = "referral", [KIND_EMERGENCY] = "emergency", [KIND_STAFF] = "staff",
	[KIND_CONFIRM] = "confirm",
};

static const char *const msg_outcomes[] = {
	[OUTCOME_NONE] = "none",
	[OUTCOME_CASE] = "case",
	[OUTCOME_JOINED] = "joined",
	[OUTCOME_INFORMATION] = "information",
	[OUTCOME_COMMAND] = "command",
	[OUTCOME_QUARANTINE] = "quarantine",
	[OUTCOME_NOT_ANSWERED] = "not_answered",
};

static const char *const part_states[] = {
	[PART_WAITING] = "waiting",
	[PART_JOINED] = "joined",
	[PART_GIVEN_UP] = "given_up",
};

static const char *const held_states[] = {
	[HELD_WAITING] = "waiting",
	[HELD_CONFIRMED] = "confirmed",
	[HELD_EXPIRED] = "expired",
};

static const char *name_of(const char *const *names, size_t n, uint32_t number)
{
	return number < n ? names[number] : "?";
}

static int number_of(const char *const *names, size_t n, struct bytes text, uint32_t *number_out)
{
	for (size_t i = 0; i < n; i++) {
		if (!bytes_is(text, names[i]))
			continue;
		*number_out = (uint32_t)i;
		return ERR_OK;
	}
	return ERR_INVALID;
}

const char *case_state_text(enum case_state s)
{
	return name_of(case_states, ARRAY_LEN(case_states), s);
}

int case_state_parse(struct bytes text, enum case_state *s_out)
{
	uint32_t number;
	int err = number_of(case_states, ARRAY_LEN(case_states), text, &number);

	if (err == ERR_OK)
		*s_out = (enum case_state)number;
	return err;
}

const char *out_state_text(enum out_state s)
{
	return name_of(out_states, ARRAY_LEN(out_states), s);
}

int out_state_parse(struct bytes text, enum out_state *s_out)
{
	uint32_t number;
	int err = number_of(out_states, ARRAY_LEN(out_states), text, &number);

	if (err == ERR_OK)
		*s_out = (enum out_state)number;
	return err;
}

const char *out_kind_text(enum out_kind k)
{
	return name_of(out_kinds, ARRAY_LEN(out_kinds), k);
}

const char *msg_outcome_text(enum msg_outcome o)
{
	return name_of(msg_outcomes, ARRAY_LEN(msg_outcomes), o);
}

const char *held_state_text(enum held_state s)
{
	return name_of(held_states, ARRAY_LEN(held_states), s);
}

static const char *case_state_name(uint32_t number)
{
	return case_state_text((enum case_state)number);
}

static const char *out_state_name(uint32_t number)
{
	return out_state_text((enum out_state)number);
}

static const char *out_kind_name(uint32_t number)
{
	return out_kind_text((enum out_kind)number);
}

static const char *msg_outcome_name(uint32_t number)
{
	return msg_outcome_text((enum msg_outcome)number);
}

static const char *part_state_name(uint32_t number)
{
	return name_of(part_states, ARRAY_LEN(part_states), number);
}

static const char *held_state_name(uint32_t number)
{
	return held_state_text((enum held_state)number);
}

static const char *language_name(uint32_t number)
{
	return number < LANG_COUNT ? language_code((enum language)number) : "?";
}

static const char *script_name(uint32_t number)
{
	return number <= SCRIPT_CYRL ? script_code((enum script)number) : "?";
}

/* Which numbers of a record are an enum's; message NULL: of any record. */
static const struct {
	const ProtobufCMessageDescriptor *record;
	const char *field;
	const char *(*name)(uint32_t number);
} enum_fields[] = {
	/* clang-format off */
	{ &pb__case__descriptor,    "state",    case_state_name },
	{ &pb__outbox__descriptor,  "state",    out_state_name },
	{ &pb__segment__descriptor, "state",    out_state_name },
	{ &pb__outbox__descriptor,  "kind",     out_kind_name },
	{ &pb__message__descriptor, "outcome",  msg_outcome_name },
	{ &pb__part__descriptor,    "state",    part_state_name },
	{ &pb__held__descriptor,    "state",    held_state_name },
	{ NULL,                     "language", language_name },
	{ NULL,                     "script",   script_name },
	/* clang-format on */
};

/* --- octets --- */

/* Stands where a text should, when memory was out: packing finds it by its address. */
static const char lost_text[1];

static bool has_lost_text(const ProtobufCMessage *m)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;

	for (unsigned i = 0; i < d->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &d->fields[i];

		if (f->type == PROTOBUF_C_TYPE_STRING && f->label != PROTOBUF_C_LABEL_REPEATED &&
		    *(char *const *)(const void *)((const char *)m + f->offset) == lost_text)
			return true;
	}
	return false;
}

int record_pack(const ProtobufCMessage *m, struct arena *a, struct bytes *octets_out)
{
	size_t len = protobuf_c_message_get_packed_size(m);
	uint8_t *octets;

	if (has_lost_text(m))
		return ERR_NOMEM;
	if (len > RECORD_MAX)
		return ERR_LIMIT;
	octets = arena_alloc(a, len == 0 ? 1 : len);
	if (octets == NULL)
		return arena_err(a);
	*octets_out = bytes_at(octets, protobuf_c_message_pack(m, octets));
	return ERR_OK;
}

int record_unpack(const ProtobufCMessageDescriptor *d, struct bytes octets, struct arena *a,
		  ProtobufCMessage **m_out)
{
	int err = unpacked_read(d, octets, a, m_out);

	return err == ERR_INVALID ? ERR_CORRUPT : err;
}

const ProtobufCMessageDescriptor *record_of_table(enum table t)
{
	static const ProtobufCMessageDescriptor *const descriptors[TABLE_COUNT_ALL] = {
		[TABLE_MESSAGE] = &pb__message__descriptor,
		[TABLE_CASE] = &pb__case__descriptor,
		[TABLE_LOG] = &pb__log_entry__descriptor,
		[TABLE_CONTACT] = &pb__contact__descriptor,
		[TABLE_OUTBOX] = &pb__outbox__descriptor,
		[TABLE_QUARANTINE] = &pb__quarantine__descriptor,
		[TABLE_PART] = &pb__part__descriptor,
		[TABLE_SEEN] = &pb__seen__descriptor,
		[TABLE_EARLY] = &pb__early__descriptor,
		[TABLE_ACCESS] = &pb__access__descriptor,
		[TABLE_HELD] = &pb__held__descriptor,
	};

	return (size_t)t < TABLE_COUNT_ALL ? descriptors[t] : NULL;
}

char *record_str(struct arena *a, struct bytes text)
{
	char *copy = arena_str(a, text);

	return copy != NULL ? copy : (char *)(uintptr_t)lost_text;
}

char *record_strc(struct arena *a, const char *text)
{
	return record_str(a, bytes_of(text));
}

/* --- JSON --- */

static void put_hex(struct json *object, const char *name, const ProtobufCBinaryData *data)
{
	static const char digits[] = "0123456789abcdef";
	struct arena *a = arena_new(2 * RECORD_MAX + 64);
	uint8_t *hex = a != NULL ? arena_alloc(a, 2 * data->len + 1) : NULL;

	for (size_t i = 0; hex != NULL && i < data->len; i++) {
		hex[2 * i] = (uint8_t)digits[data->data[i] >> 4];
		hex[2 * i + 1] = (uint8_t)digits[data->data[i] & 15];
	}
	if (hex != NULL)
		json_put_text(object, name, bytes_at(hex, 2 * data->len));
	else
		json_put_null(object, name);
	arena_free(&a);
}

static const char *enum_text(const ProtobufCMessageDescriptor *d, const char *field,
			     uint32_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(enum_fields); i++)
		if ((enum_fields[i].record == NULL || enum_fields[i].record == d) &&
		    strcmp(enum_fields[i].field, field) == 0)
			return enum_fields[i].name(number);
	return NULL;
}

static void put_u32(struct json *object, const ProtobufCMessageDescriptor *d, const char *name,
		    uint32_t number)
{
	const char *text = enum_text(d, name, number);

	if (text != NULL)
		json_put_str(object, name, text);
	else
		json_put_int(object, name, number);
}

/* The types of lists and of fields that records.proto uses; the test of this file walks all descriptors. */
static struct json *item_json(const ProtobufCFieldDescriptor *f, const void *list, size_t i)
{
	switch ((int)f->type) {
	case PROTOBUF_C_TYPE_MESSAGE: return record_json(((ProtobufCMessage *const *)list)[i]);
	case PROTOBUF_C_TYPE_STRING: return json_text(bytes_of(((char *const *)list)[i]));
	case PROTOBUF_C_TYPE_UINT64: return json_int((int64_t)((const uint64_t *)list)[i]);
	default: return json_text(BYTES_NONE);
	}
}

static struct json *list_json(const ProtobufCFieldDescriptor *f, const void *list, size_t n)
{
	struct json *array = json_array();

	for (size_t i = 0; i < n; i++) {
		struct json *item = item_json(f, list, i);

		json_append_take(array, &item);
	}
	return array;
}

static void put_field(struct json *object, const ProtobufCMessageDescriptor *d,
		      const ProtobufCFieldDescriptor *f, const ProtobufCMessage *m)
{
	const char *at = (const char *)m + f->offset;

	switch ((int)f->type) {
	case PROTOBUF_C_TYPE_UINT32:
		put_u32(object, d, f->name, *(const uint32_t *)(const void *)at);
		break;
	case PROTOBUF_C_TYPE_UINT64:
		json_put_int(object, f->name, (int64_t) * (const uint64_t *)(const void *)at);
		break;
	case PROTOBUF_C_TYPE_INT64:
		json_put_int(object, f->name, *(const int64_t *)(const void *)at);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		json_put_bool(object, f->name, *(const protobuf_c_boolean *)(const void *)at != 0);
		break;
	case PROTOBUF_C_TYPE_STRING:
		json_put_text(object, f->name, bytes_of(*(char *const *)(const void *)at));
		break;
	case PROTOBUF_C_TYPE_BYTES:
		put_hex(object, f->name, (const ProtobufCBinaryData *)(const void *)at);
		break;
	default: json_put_null(object, f->name); break;
	}
}

struct json *record_json(const ProtobufCMessage *m)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;
	struct json *object = json_object();

	for (unsigned i = 0; i < d->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &d->fields[i];
		struct json *list;

		if (f->label != PROTOBUF_C_LABEL_REPEATED) {
			put_field(object, d, f, m);
			continue;
		}
		list = list_json(
			f, *(void *const *)((const char *)m + f->offset),
			*(const size_t *)(const void *)((const char *)m + f->quantifier_offset));
		json_put_take(object, f->name, &list);
	}
	return object;
}
