/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/unpacked.h"

#include "parsers/err.h"

struct memory {
	struct arena *arena;
	int err;
};

static void *take(void *ctx, size_t len)
{
	struct memory *memory = ctx;
	void *ptr = arena_alloc(memory->arena, len == 0 ? 1 : len);

	if (ptr == NULL)
		memory->err = arena_err(memory->arena);
	return ptr;
}

/* The arena frees. */
static void leave(void *ctx, void *ptr)
{
	(void)ctx;
	(void)ptr;
}

int unpacked_read(const ProtobufCMessageDescriptor *d, struct bytes octets, struct arena *a,
		  ProtobufCMessage **m_out)
{
	struct memory memory = { .arena = a };
	ProtobufCAllocator allocator = { take, leave, &memory };
	static const uint8_t none;
	ProtobufCMessage *m = protobuf_c_message_unpack(d, &allocator, octets.len,
							octets.len != 0 ? octets.ptr : &none);

	if (m == NULL)
		return memory.err != ERR_OK ? memory.err : ERR_INVALID;
	*m_out = m;
	return ERR_OK;
}
