/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record - protobuf-c records: pack, unpack into an arena, and JSON by a walk
 * over the descriptors. The structs are the generated ones (records.pb-c.h);
 * their strings are never NULL after record_unpack or the *_INIT macros.
 *
 * The enums that records hold by number are here, with their names.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "parsers/arena.h"
#include "parsers/json.h"
#include "store/records.pb-c.h"
#include "store/table.h"

enum case_state { CASE_NEW, CASE_OPEN, CASE_WAITING, CASE_SOLVED, CASE_CLOSED };
enum out_state {
	OUT_QUEUED,
	OUT_SENDING,
	OUT_SENT,
	OUT_ARRIVED,
	OUT_UNSURE,
	OUT_FAILED,
	OUT_CANCELLED,
};
/* clang-format off */
enum out_kind {
	KIND_ACK, KIND_STATUS, KIND_HELP, KIND_QUESTION, KIND_ANSWER, KIND_REMINDER, KIND_LATE,
	KIND_SURVEY, KIND_NOTICE, KIND_REFERRAL, KIND_EMERGENCY, KIND_STAFF, KIND_CONFIRM,
};
/* clang-format on */
enum msg_outcome {
	OUTCOME_NONE,
	OUTCOME_CASE,
	OUTCOME_JOINED,
	OUTCOME_INFORMATION,
	OUTCOME_COMMAND,
	OUTCOME_QUARANTINE,
	OUTCOME_NOT_ANSWERED,
};
enum part_state { PART_WAITING, PART_JOINED, PART_GIVEN_UP };
enum held_state { HELD_WAITING, HELD_CONFIRMED, HELD_EXPIRED };

const char *case_state_text(enum case_state s); /* "new" … */
int case_state_parse(struct bytes text, enum case_state *s_out);
const char *out_state_text(enum out_state s);
int out_state_parse(struct bytes text, enum out_state *s_out);
const char *out_kind_text(enum out_kind k);       /* "ack" … as COMMANDS.md lists them */
const char *msg_outcome_text(enum msg_outcome o); /* "case" "joined" … */
const char *held_state_text(enum held_state s);   /* "waiting" "confirmed" "expired" */

/* Packs into the arena. ERR_NOMEM, ERR_LIMIT. */
int record_pack(const ProtobufCMessage *m, struct arena *a, struct bytes *octets_out);
/* Unpacks into the arena: nothing to free. ERR_CORRUPT, ERR_NOMEM. */
int record_unpack(const ProtobufCMessageDescriptor *d, struct bytes octets, struct arena *a,
		  ProtobufCMessage **m_out);
/* All fields, enums by name, octets as hex. */
struct json *record_json(const ProtobufCMessage *m);
/* The descriptor of a table's values; NULL where they are no records. */
const ProtobufCMessageDescriptor *record_of_table(enum table t);
/*
 * A copy of text as C string for a record's field; never NULL (when memory is out, a "" that
 * record_pack knows and answers with ERR_NOMEM).
 */
char *record_str(struct arena *a, struct bytes text);
char *record_strc(struct arena *a, const char *text);

#endif
