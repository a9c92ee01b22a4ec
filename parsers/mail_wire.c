/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_wire.h"

#include "parsers/err.h"
#include "parsers/mail_wire.pb-c.h"
#include "parsers/unpacked.h"
#include "parsers/wire_fields.h"
#include "parsers/wire_mail.h"

#define ARRIVAL(type, member, max) WIRE_FIELD(type, mail_arrival, Arrival, member, max)
#define HELLO(type, member, max)   WIRE_FIELD(type, mail_hello, Hello, member, max)
#define BEGIN(type, member, max)   WIRE_FIELD(type, mail_begin, Begin, member, max)
#define UIDS(type, member, max)    WIRE_FIELD(type, mail_uids, Uids, member, max)
#define STATE(type, member, max)   WIRE_FIELD(type, mail_state, State, member, max)
#define FOLDER(type, member, max)  WIRE_FIELD(type, mail_folder, Folder, member, max)

/* clang-format off */
static const struct wire_field arrival_fields[] = {
	ARRIVAL(WIRE_U32, uid_validity, WIRE_ANY), ARRIVAL(WIRE_U32, uid, WIRE_ANY),
	ARRIVAL(WIRE_I64, received, 0),       ARRIVAL(WIRE_U64, size, 0),
	ARRIVAL(WIRE_SHA256, blob, 0),        ARRIVAL(WIRE_BOOL, is_stale, 0),
	ARRIVAL(WIRE_BOOL, is_unreadable, 0), ARRIVAL(WIRE_LINE, why, 0),
};
static const struct wire_field hello_fields[] = {
	HELLO(WIRE_LINE, channel, 0),        HELLO(WIRE_LINE, instance, 0),
	HELLO(WIRE_LINE, case_prefix, 0),    HELLO(WIRE_LINE, address, 0),
	HELLO(WIRE_RAW, blobs, 0),           HELLO(WIRE_RAW, ca_file, 0),
	HELLO(WIRE_LINE, host, 0),           HELLO(WIRE_U32, port, UINT16_MAX),
	HELLO(WIRE_U32, tls, 2),             HELLO(WIRE_U32, login, 1),
	HELLO(WIRE_RAW, user, 0),            HELLO(WIRE_RAW, password, 0),
	HELLO(WIRE_LINE, folder, 0),         HELLO(WIRE_LINE, done_folder, 0),
	HELLO(WIRE_LINE, refused_folder, 0), HELLO(WIRE_I64, stale_after_ms, 0),
	HELLO(WIRE_U64, mail_max, 0),        HELLO(WIRE_I64, poll_every_ms, 0),
	HELLO(WIRE_LINE, authserv_id, 0),
};
static const struct wire_field begin_fields[] = {
	BEGIN(WIRE_U32, uid_validity, WIRE_ANY), BEGIN(WIRE_U32, first_uid, WIRE_ANY), BEGIN(WIRE_I64, since, 0),
};
static const struct wire_field uids_fields[] = {
	UIDS(WIRE_U32, uid_validity, WIRE_ANY), UIDS(WIRE_U32, how, SETTLED_LATER),
	UIDS(WIRE_LINE, why, 0),           UIDS(WIRE_BOOL, is_last, 0),
};
static const struct wire_field state_fields[] = { STATE(WIRE_U32, state, 2), STATE(WIRE_LINE, words, 0) };
static const struct wire_field folder_fields[] = {
	FOLDER(WIRE_U32, uid_validity, WIRE_ANY), FOLDER(WIRE_U32, uid_next, WIRE_ANY), FOLDER(WIRE_U32, exists, WIRE_ANY),
};
/* clang-format on */

/* --- the kinds of frames --- */

typedef int read_fn(void *message, struct arena *a, struct mail_frame *f);
/* *message_out: made in the arena. */
typedef int write_fn(const struct mail_frame *f, struct arena *a, void *message);

static int read_hello(void *message, struct arena *a, struct mail_frame *f)
{
	const Mw__Hello *m = message;
	int err = WIRE_READ(hello_fields, m, a, &f->hello);

	if (err != ERR_OK)
		return err;
	return wire_read_lines(m->servers, m->n_servers, MAIL_HELLO_SERVERS_MAX, a,
			       &f->hello.servers, &f->hello.n_servers);
}

static int write_hello(const struct mail_frame *f, struct arena *a, void *message)
{
	Mw__Hello *m = message;

	mw__hello__init(m);
	WIRE_WRITE(hello_fields, &f->hello, m);
	return wire_write_lines(f->hello.servers, f->hello.n_servers, MAIL_HELLO_SERVERS_MAX, a,
				&m->servers, &m->n_servers);
}

static int read_begin(void *message, struct arena *a, struct mail_frame *f)
{
	return WIRE_READ(begin_fields, message, a, &f->begin);
}

static int write_begin(const struct mail_frame *f, struct arena *a, void *message)
{
	(void)a;
	mw__begin__init(message);
	WIRE_WRITE(begin_fields, &f->begin, message);
	return ERR_OK;
}

static int read_uids(void *message, struct arena *a, struct mail_frame *f)
{
	const Mw__Uids *m = message;

	if (m->n_uids > MAIL_WIRE_UIDS_MAX)
		return ERR_LIMIT;
	f->uids.uids = m->uids;
	f->uids.n = m->n_uids;
	return WIRE_READ(uids_fields, m, a, &f->uids);
}

static int write_uids(const struct mail_frame *f, struct arena *a, void *message)
{
	Mw__Uids *m = message;

	(void)a;
	if (f->uids.n > MAIL_WIRE_UIDS_MAX)
		return ERR_LIMIT;
	mw__uids__init(m);
	WIRE_WRITE(uids_fields, &f->uids, m);
	m->uids = (uint32_t *)(uintptr_t)f->uids.uids; /* only read by what packs it */
	m->n_uids = f->uids.n;
	return ERR_OK;
}

static int read_state(void *message, struct arena *a, struct mail_frame *f)
{
	return WIRE_READ(state_fields, message, a, &f->state);
}

static int write_state(const struct mail_frame *f, struct arena *a, void *message)
{
	(void)a;
	mw__state__init(message);
	WIRE_WRITE(state_fields, &f->state, message);
	return ERR_OK;
}

static int read_folder(void *message, struct arena *a, struct mail_frame *f)
{
	return WIRE_READ(folder_fields, message, a, &f->folder);
}

static int write_folder(const struct mail_frame *f, struct arena *a, void *message)
{
	(void)a;
	mw__folder__init(message);
	WIRE_WRITE(folder_fields, &f->folder, message);
	return ERR_OK;
}

static int read_arrived(void *message, struct arena *a, struct mail_frame *f)
{
	Mw__Arrived *m = message;
	int err;

	if (m->arrival == NULL || m->mail == NULL)
		return ERR_INVALID;
	err = WIRE_READ(arrival_fields, m->arrival, a, &f->arrived.arrival);
	return err == ERR_OK ? wire_read_mail(m->mail, a, &f->arrived.mail) : err;
}

static int write_arrived(const struct mail_frame *f, struct arena *a, void *message)
{
	Mw__Arrived *m = message;

	mw__arrived__init(m);
	m->arrival = arena_alloc(a, sizeof(*m->arrival));
	m->mail = arena_alloc(a, sizeof(*m->mail));
	if (m->arrival == NULL || m->mail == NULL)
		return arena_err(a);
	mw__arrival__init(m->arrival);
	WIRE_WRITE(arrival_fields, &f->arrived.arrival, m->arrival);
	return wire_write_mail(&f->arrived.mail, a, m->mail);
}

static int read_read(void *message, struct arena *a, struct mail_frame *f)
{
	return wire_read_mail(message, a, &f->arrived.mail);
}

static int write_read(const struct mail_frame *f, struct arena *a, void *message)
{
	return wire_write_mail(&f->arrived.mail, a, message);
}

static const struct {
	const ProtobufCMessageDescriptor *descriptor; /* NULL: octets, or nothing */
	read_fn *read;
	write_fn *write;
} kinds[] = {
	/* clang-format off */
	[FRAME_HELLO]    = { &mw__hello__descriptor,   read_hello,   write_hello },
	[FRAME_BEGIN]    = { &mw__begin__descriptor,   read_begin,   write_begin },
	[FRAME_SETTLED]  = { &mw__uids__descriptor,    read_uids,    write_uids },
	[FRAME_ASK_UIDS] = { NULL,                     NULL,         NULL },
	[FRAME_STATE]    = { &mw__state__descriptor,   read_state,   write_state },
	[FRAME_FOLDER]   = { &mw__folder__descriptor,  read_folder,  write_folder },
	[FRAME_ARRIVED]  = { &mw__arrived__descriptor, read_arrived, write_arrived },
	[FRAME_UIDS]     = { &mw__uids__descriptor,    read_uids,    write_uids },
	[FRAME_MOVED]    = { &mw__uids__descriptor,    read_uids,    write_uids },
	[FRAME_READ]     = { &mw__mail__descriptor,    read_read,    write_read },
	[FRAME_OCTETS]   = { NULL,                     NULL,         NULL },
	/* clang-format on */
};

static bool is_kind(uint32_t kind)
{
	return kind >= FRAME_HELLO && kind < ARRAY_LEN(kinds);
}

int mail_wire_cut(struct bytes received, size_t octets_max, enum mail_frame_kind *kind_out,
		  struct bytes *body_out, size_t *octets_out)
{
	struct rd r = rd_of(received);
	uint32_t len = rd_u32(&r);
	uint8_t kind = rd_u8(&r);

	if (rd_err(&r) != ERR_OK) {
		*octets_out = MAIL_WIRE_HEAD;
		return ERR_TRUNCATED;
	}
	if (!is_kind(kind))
		return ERR_INVALID;
	if (len > (kind == FRAME_OCTETS ? octets_max : MAIL_WIRE_BODY_MAX))
		return ERR_LIMIT;
	*octets_out = MAIL_WIRE_HEAD + (size_t)len;
	if (rd_left(&r) < len)
		return ERR_TRUNCATED;
	*kind_out = (enum mail_frame_kind)kind;
	*body_out = rd_take(&r, len);
	return ERR_OK;
}

int mail_wire_decode(enum mail_frame_kind kind, struct bytes body, struct arena *a,
		     struct mail_frame *frame_out)
{
	struct mail_frame frame = { .kind = kind };
	ProtobufCMessage *m;
	int err = ERR_OK;

	if (kinds[kind].descriptor == NULL) {
		frame.octets = body;
		if (kind != FRAME_OCTETS && body.len > 0)
			return ERR_INVALID;
	} else {
		err = unpacked_read(kinds[kind].descriptor, body, a, &m);
		if (err != ERR_OK)
			return err;
		if (m->n_unknown_fields > 0)
			return ERR_INVALID;
		err = kinds[kind].read(m, a, &frame);
	}
	if (err == ERR_OK)
		*frame_out = frame;
	return err;
}

static int pack(enum mail_frame_kind kind, const ProtobufCMessage *m, struct bytes octets,
		struct arena *a, struct bytes *octets_out)
{
	size_t len = m != NULL ? protobuf_c_message_get_packed_size(m) : octets.len;
	struct wr w;
	uint8_t *buf;

	if (len > (kind == FRAME_OCTETS ? UINT32_MAX : MAIL_WIRE_BODY_MAX))
		return ERR_LIMIT;
	buf = arena_alloc(a, MAIL_WIRE_HEAD + len);
	if (buf == NULL)
		return arena_err(a);
	w = wr_of(buf, MAIL_WIRE_HEAD + len);
	wr_u32(&w, (uint32_t)len);
	wr_u8(&w, (uint8_t)kind);
	if (m != NULL)
		protobuf_c_message_pack(m, buf + MAIL_WIRE_HEAD);
	else
		wr_put(&w, octets);
	*octets_out = bytes_at(buf, MAIL_WIRE_HEAD + len);
	return ERR_OK;
}

int mail_wire_encode(const struct mail_frame *frame, struct arena *a, struct bytes *octets_out)
{
	enum mail_frame_kind kind = frame->kind;
	ProtobufCMessage *m;
	int err;

	if (kinds[kind].descriptor == NULL)
		return pack(kind, NULL, kind == FRAME_OCTETS ? frame->octets : BYTES_NONE, a,
			    octets_out);
	m = arena_alloc(a, kinds[kind].descriptor->sizeof_message);
	if (m == NULL)
		return arena_err(a);
	err = kinds[kind].write(frame, a, m);
	return err == ERR_OK ? pack(kind, m, BYTES_NONE, a, octets_out) : err;
}
