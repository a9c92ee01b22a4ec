/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * unpacked - a protobuf message out of octets, all of it in an arena: nothing to
 * free. For stored records (store/record) and the frames of mails (mail_wire).
 *
 * Threads: any.
 */
#ifndef PARSERS_UNPACKED_H
#define PARSERS_UNPACKED_H

#include <protobuf-c/protobuf-c.h>

#include "parsers/arena.h"

/* ERR_INVALID: these are no octets of such a message. ERR_NOMEM, ERR_LIMIT: the arena's. */
int unpacked_read(const ProtobufCMessageDescriptor *d, struct bytes octets, struct arena *a,
		  ProtobufCMessage **m_out);

#endif
