/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_frame - the frames between bearerbox and its boxes, as Kannel 1.4.5 has them.
 *
 * A frame is a length of four octets and a body: type, then big-endian fields.
 * The layout belongs to one version and says nowhere which: a body whose fields
 * don't fit exactly is ERR_VERSION, so that the link can name it.
 * A text may be none (ptr NULL, -1 on the wire) or empty (ptr set, no length);
 * that differs: a box that calls itself "" gets nothing, silently.
 * Everything decoded is a span of the body. No state.
 */
#ifndef PARSERS_KANNEL_FRAME_H
#define PARSERS_KANNEL_FRAME_H

#include "parsers/strbuf.h"

/*
 * Body of the longest frame. 255 parts of 153 letters, two octets each in UTF-8,
 * are 77 KiB; more than Kannel can join doesn't come.
 */
#define KANNEL_BODY_MAX ((size_t)128 * 1024)
#define KANNEL_NONE     (-1) /* a number that isn't set */

enum kannel_kind { KANNEL_HEARTBEAT, KANNEL_ADMIN, KANNEL_SMS, KANNEL_ACK };
enum kannel_admin {
	KANNEL_SHUTDOWN,
	KANNEL_SUSPEND,
	KANNEL_RESUME,
	KANNEL_IDENTIFY,
	KANNEL_RESTART
};
enum kannel_sms_type {
	KANNEL_MO = 0,        /* from a person */
	KANNEL_MT_REPLY = 1,  /* to a person, as the answer of a service */
	KANNEL_MT_PUSH = 2,   /* to a person */
	KANNEL_REPORT_MO = 3, /* a receipt, from the network to a box */
	KANNEL_REPORT_MT = 4,
};
enum kannel_nack {
	KANNEL_ACK_OK = 0,
	KANNEL_ACK_FAILED = 1, /* to them: drop it. From them: can't be routed */
	KANNEL_ACK_LATER = 2,  /* to them: never, it comes back at once, for ever */
	KANNEL_ACK_QUEUED = 3, /* from them: kept, no connection is up */
};

struct kannel_sms {
	struct bytes sender, receiver, udhdata, msgdata;
	int32_t time; /* seconds since 1970 */
	struct bytes smsc_id, smsc_number, foreign_id, service, account;
	struct bytes id; /* a UUID as text */
	int32_t sms_type, mclass, mwi, coding, compress, validity, deferred, dlr_mask;
	struct bytes dlr_url;
	int32_t pid, alt_dcs, rpi;
	struct bytes charset, boxc_id, binfo;
	int32_t msg_left, priority, resend_try, resend_time;
	struct bytes meta_data;
};

struct kannel_frame {
	enum kannel_kind kind;
	union {
		struct {
			int32_t load;
		} heartbeat;
		struct {
			int32_t command; /* enum kannel_admin, or what we don't know */
			struct bytes boxc_id;
		} admin;
		struct kannel_sms sms;
		struct {
			int32_t nack; /* enum kannel_nack */
			int32_t time;
			struct bytes id;
		} ack;
	};
};

/* A frame of this kind in which nothing is set: numbers KANNEL_NONE, texts none. */
struct kannel_frame kannel_frame_blank(enum kannel_kind kind);

/*
 * Looks for one whole frame at the beginning of what was received.
 * ERR_OK: *body_out is its body, *octets_out what it took from `received`.
 * ERR_TRUNCATED: *octets_out octets are needed from the frame's beginning.
 * ERR_LIMIT: longer than max_body, or negative: the stream can't be read on.
 */
int kannel_frame_cut(struct bytes received, size_t max_body, struct bytes *body_out,
		     size_t *octets_out);

/* ERR_VERSION: unknown type, fields that run past the end, or octets left over. */
int kannel_frame_decode(struct bytes body, struct kannel_frame *frame_out);
/* Adds the whole frame, length first. Errors stick in out. */
void kannel_frame_encode(const struct kannel_frame *frame, struct strbuf *out);

#endif
