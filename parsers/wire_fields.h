/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wire_fields - the fields of our structs and those of the messages that carry them
 * (parsers/mail_wire.proto), by tables: one row a field, read and written by the same.
 *
 * Promises: texts that were read are clean UTF-8; numbers are within their rows'
 *           bounds. What is written borrows; what was read borrows from the message,
 *           or lives in the arena.
 */
#ifndef PARSERS_WIRE_FIELDS_H
#define PARSERS_WIRE_FIELDS_H

#include "parsers/arena.h"
#include "parsers/mail_wire.pb-c.h"

enum wire_field_type {
	WIRE_TEXT,   /* clean, lines and all */
	WIRE_LINE,   /* clean, in one line */
	WIRE_RAW,    /* as it is: a password, a path */
	WIRE_SHA256, /* exactly so many octets */
	WIRE_BOOL,
	WIRE_U32, /* at most max */
	WIRE_I64,
	WIRE_U64,
};

struct wire_field {
	enum wire_field_type type;
	size_t ours, theirs;
	uint32_t max;
};

/* A member that is called the same in struct s and in the generated Mw__S. */
#define WIRE_FIELD(type, s, S, member, max)                                                        \
	{                                                                                          \
		type, offsetof(struct s, member), offsetof(Mw__##S, member), max                   \
	}
#define WIRE_ANY UINT32_MAX

#define WIRE_READ(fields, message, a, ours)                                                        \
	wire_read_fields(fields, ARRAY_LEN(fields), message, a, ours)
#define WIRE_WRITE(fields, ours, message)                                                          \
	wire_write_fields(fields, ARRAY_LEN(fields), ours, message)

/* ERR_INVALID: a number or length out of its range. ERR_NOMEM, ERR_LIMIT of the arena. */
int wire_read_fields(const struct wire_field *fields, size_t n, const void *message,
		     struct arena *a, void *ours);
void wire_write_fields(const struct wire_field *fields, size_t n, const void *ours, void *message);

/* Lists of lines. ERR_LIMIT: more than max. */
int wire_read_lines(const ProtobufCBinaryData *from, size_t n, size_t max, struct arena *a,
		    const struct bytes **lines_out, size_t *n_out);
int wire_write_lines(const struct bytes *lines, size_t n, size_t max, struct arena *a,
		     ProtobufCBinaryData **to, size_t *n_to);

#endif
