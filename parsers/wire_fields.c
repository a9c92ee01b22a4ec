/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/wire_fields.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/mail.h"
#include "parsers/mail_wire.pb-c.h"
#include "parsers/utf8.h"

static bool is_clean(struct bytes b, bool in_one_line)
{
	for (size_t i = 0; i < b.len; i++) {
		if (b.ptr[i] == 0x7F || (b.ptr[i] == 0xC2 && i + 1 < b.len && b.ptr[i + 1] < 0xA0))
			return false;
		if (b.ptr[i] < 0x20 && (in_one_line || (b.ptr[i] != '\n' && b.ptr[i] != '\t')))
			return false;
	}
	return utf8_is_valid(b);
}

/* Nearly always it is clean already: then it is borrowed. */
static int read_text(ProtobufCBinaryData d, bool in_one_line, struct arena *a,
		     struct bytes *text_out)
{
	struct bytes text = bytes_at(d.data, d.len);
	int err;

	if (!is_clean(text, in_one_line)) {
		err = utf8_clean(a, text, &text, NULL);
		if (err != ERR_OK)
			return err;
		for (size_t i = 0; in_one_line && i < text.len; i++) {
			if (text.ptr[i] < 0x20) /* a copy of ours, in the arena */
				((uint8_t *)(uintptr_t)text.ptr)[i] = ' ';
		}
	}
	*text_out = text.len != 0 ? text : BYTES_NONE;
	return ERR_OK;
}

static int read_u32(const void *theirs, uint32_t max, void *ours)
{
	uint32_t number;

	memcpy(&number, theirs, sizeof(number));
	if (number > max)
		return ERR_INVALID;
	memcpy(ours, &number, sizeof(number));
	return ERR_OK;
}

static int read_field(const struct wire_field *f, const void *message, struct arena *a, void *ours)
{
	const void *from = (const char *)message + f->theirs;
	void *to = (char *)ours + f->ours;
	const ProtobufCBinaryData *octets = from;

	switch (f->type) {
	case WIRE_TEXT: return read_text(*octets, false, a, to);
	case WIRE_LINE: return read_text(*octets, true, a, to);
	case WIRE_RAW: *(struct bytes *)to = bytes_at(octets->data, octets->len); return ERR_OK;
	case WIRE_SHA256:
		if (octets->len != MAIL_SHA256_SIZE)
			return ERR_INVALID;
		memcpy(to, octets->data, MAIL_SHA256_SIZE);
		return ERR_OK;
	case WIRE_BOOL: *(bool *)to = *(const protobuf_c_boolean *)from != 0; return ERR_OK;
	case WIRE_U32: return read_u32(from, f->max, to);
	case WIRE_I64:
	case WIRE_U64: memcpy(to, from, sizeof(uint64_t)); return ERR_OK;
	}
	return ERR_INVALID;
}

int wire_read_fields(const struct wire_field *fields, size_t n, const void *message,
		     struct arena *a, void *ours)
{
	int err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = read_field(&fields[i], message, a, ours);
	return err;
}

static void write_field(const struct wire_field *f, const void *ours, void *message)
{
	const void *from = (const char *)ours + f->ours;
	void *to = (char *)message + f->theirs;
	ProtobufCBinaryData *octets = to;
	const struct bytes *text = from;

	switch (f->type) {
	case WIRE_TEXT:
	case WIRE_LINE:
	case WIRE_RAW:
		*octets = (ProtobufCBinaryData){ text->len, (uint8_t *)(uintptr_t)text->ptr };
		break;
	case WIRE_SHA256:
		*octets = (ProtobufCBinaryData){ MAIL_SHA256_SIZE, (uint8_t *)(uintptr_t)from };
		break;
	case WIRE_BOOL: *(protobuf_c_boolean *)to = *(const bool *)from; break;
	case WIRE_U32: memcpy(to, from, sizeof(uint32_t)); break;
	case WIRE_I64:
	case WIRE_U64: memcpy(to, from, sizeof(uint64_t)); break;
	}
}

void wire_write_fields(const struct wire_field *fields, size_t n, const void *ours, void *message)
{
	for (size_t i = 0; i < n; i++)
		write_field(&fields[i], ours, message);
}

int wire_read_lines(const ProtobufCBinaryData *from, size_t n, size_t max, struct arena *a,
		    const struct bytes **lines_out, size_t *n_out)
{
	struct bytes *lines;
	int err = ERR_OK;

	if (n > max)
		return ERR_LIMIT;
	lines = arena_array(a, n == 0 ? 1 : n, sizeof(*lines));
	if (lines == NULL)
		return arena_err(a);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = read_text(from[i], true, a, &lines[i]);
	*lines_out = lines;
	*n_out = n;
	return err;
}

int wire_write_lines(const struct bytes *lines, size_t n, size_t max, struct arena *a,
		     ProtobufCBinaryData **to, size_t *n_to)
{
	if (n > max)
		return ERR_LIMIT;
	*to = arena_array(a, n == 0 ? 1 : n, sizeof(**to));
	if (*to == NULL)
		return arena_err(a);
	for (size_t i = 0; i < n; i++)
		(*to)[i] =
			(ProtobufCBinaryData){ lines[i].len, (uint8_t *)(uintptr_t)lines[i].ptr };
	*n_to = n;
	return ERR_OK;
}
