/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a record says of others (verify.h): each thing it names must exist.
 */
#include "store/verify.h"

#include <inttypes.h>
#include <stdio.h>

#include "parsers/err.h"
#include "parsers/sms_text.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/index.h"
#include "store/key.h"
#include "store/messages.h"
#include "store/outbox.h"

/* --- what is named must exist --- */

static int check_key(struct verify *v, struct bytes key, const char *field, enum table named,
		     const struct key *named_key)
{
	struct bytes value;
	char text[700];
	int err = txn_get(v->t, named, key_bytes(named_key), &value);

	if (err == ERR_NOENT) {
		key_words(named, key_bytes(named_key), text, sizeof(text));
		verify_say(v, v->table, key, "names as %s %s %s, which doesn't exist", field,
			   table_name(named), text);
	}
	return err == ERR_NOENT ? ERR_OK : err;
}

static int check_id(struct verify *v, struct bytes key, const char *field, enum table named,
		    uint64_t id)
{
	struct key k = key_of_id(id);

	return id == 0 ? ERR_OK : check_key(v, key, field, named, &k);
}

static int check_case(struct verify *v, struct bytes key, const char *field, const char *number)
{
	struct bytes prefix;
	struct case_no no;
	struct key k;

	if (number[0] == '\0')
		return ERR_OK;
	if (case_no_parse(bytes_of(number), &no, &prefix) != ERR_OK) {
		verify_say(v, v->table, key, "names as %s '%s', which is no case number", field,
			   number);
		return ERR_OK;
	}
	k.len = 0;
	key_case(&k, no);
	return check_key(v, key, field, TABLE_CASE, &k);
}

/* Ids are given out in order, and a key is the id of its record. */
static void check_own_id(struct verify *v, struct bytes key, uint64_t id)
{
	if (id != id_of_key(key))
		verify_say(v, v->table, key, "holds the record of %" PRIu64, id);
	if (id > v->highest_id)
		v->highest_id = id;
}

/* --- one function per table --- */

static int check_message(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	const Pb__Message *rec = (const Pb__Message *)m;
	int err = check_id(v, key, "contact", TABLE_CONTACT, rec->contact);

	check_own_id(v, key, rec->id);
	if (err == ERR_OK)
		err = check_case(v, key, "case_number", rec->case_number);
	if (err == ERR_OK)
		err = check_case(v, key, "case_number2", rec->case_number2);
	if (err == ERR_OK)
		err = verify_count(v, COUNT_RECEIVED, rec->channel, rec->received);
	if (err == ERR_OK && message_is_mail(rec))
		err = verify_count(v, COUNT_MAILS, rec->channel, rec->received);
	if (err != ERR_OK)
		return err;
	if (rec->outcome == OUTCOME_NONE || rec->outcome > OUTCOME_NOT_ANSWERED) {
		verify_say(v, v->table, key, "has no outcome");
		return ERR_OK;
	}
	return verify_count(v, count_of_outcome((enum msg_outcome)rec->outcome), rec->channel,
			    rec->received);
}

static int check_trail(struct verify *v, struct bytes key, const Pb__Case *rec)
{
	uint32_t bad = 0;
	bool is_whole;
	int err = case_log_verify(v->t, rec, &is_whole, &bad);

	if (err == ERR_CORRUPT) /* said where the entry itself is read */
		return ERR_OK;
	if (err == ERR_OK && !is_whole)
		verify_say(v, v->table, key, "its log is broken at entry %u of %u", bad,
			   rec->log_entries);
	return err;
}

static int note_number(struct verify *v, struct case_no no)
{
	char year[8];
	struct tally_row *row;

	snprintf(year, sizeof(year), "%04u", no.year);
	row = tally_at(&v->years, bytes_of(year));
	if (row == NULL)
		return ERR_NOMEM;
	if (no.n > row->n[0])
		row->n[0] = no.n;
	return ERR_OK;
}

static int check_case_record(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	const Pb__Case *rec = (const Pb__Case *)m;
	struct case_no no = case_no_of_key(key), own = { 0 };
	struct bytes prefix;
	int err = note_number(v, no);

	if (case_no_parse(bytes_of(rec->number), &own, &prefix) != ERR_OK || own.year != no.year ||
	    own.n != no.n)
		verify_say(v, v->table, key, "holds the record of '%s'", rec->number);
	if (rec->state > CASE_CLOSED)
		verify_say(v, v->table, key, "is in a state that doesn't exist, %u", rec->state);
	if (err == ERR_OK)
		err = check_id(v, key, "contact", TABLE_CONTACT, rec->contact);
	if (err == ERR_OK)
		err = check_id(v, key, "first_message", TABLE_MESSAGE, rec->first_message);
	if (err == ERR_OK)
		err = check_id(v, key, "last_message", TABLE_MESSAGE, rec->last_message);
	if (err == ERR_OK)
		err = check_id(v, key, "question_row", TABLE_OUTBOX, rec->question_row);
	if (err == ERR_OK)
		err = check_id(v, key, "solve_row", TABLE_OUTBOX, rec->solve_row);
	if (err == ERR_OK)
		err = check_case(v, key, "merged_into", rec->merged_into);
	for (size_t i = 0; i < rec->n_linked && err == ERR_OK; i++)
		err = check_case(v, key, "linked", rec->linked[i]);
	return err == ERR_OK ? check_trail(v, key, rec) : err;
}

static int check_log(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	const Pb__LogEntry *rec = (const Pb__LogEntry *)m;
	struct key k;
	int err;

	k.len = 0;
	key_case(&k, case_no_of_key(key));
	err = check_key(v, key, "its case", TABLE_CASE, &k);
	if (err == ERR_OK)
		err = check_id(v, key, "message", TABLE_MESSAGE, rec->message);
	return err == ERR_OK ? check_id(v, key, "row", TABLE_OUTBOX, rec->row) : err;
}

static int check_contact(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	const Pb__Contact *rec = (const Pb__Contact *)m;
	int err = check_case(v, key, "join_case", rec->join_case);

	check_own_id(v, key, rec->id);
	if (err == ERR_OK)
		err = check_case(v, key, "join_own_case", rec->join_own_case);
	for (size_t i = 0; i < rec->n_same && err == ERR_OK; i++)
		err = check_id(v, key, "same", TABLE_CONTACT, rec->same[i]);
	return err;
}

static int check_outbox(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	const Pb__Outbox *row = (const Pb__Outbox *)m;
	int err;

	check_own_id(v, key, row->id);
	for (size_t i = 0; i < row->n_segments; i++)
		if (row->segments[i]->state > OUT_CANCELLED)
			verify_say(v, v->table, key,
				   "segment %zu is in a state that doesn't exist, %u", i,
				   row->segments[i]->state);
	if (row->long_form > SMPP_LONG_PAYLOAD)
		verify_say(v, v->table, key, "leaves in a form that doesn't exist, %u",
			   row->long_form);
	if (row->n_segments == 0)
		verify_say(v, v->table, key, "has no segments");
	else if (row->state != (uint32_t)outbox_state(row))
		verify_say(v, v->table, key, "is %s, but its segments make it %s",
			   out_state_text((enum out_state)row->state),
			   out_state_text(outbox_state(row)));
	err = check_id(v, key, "contact", TABLE_CONTACT, row->contact);
	if (err == ERR_OK)
		err = check_case(v, key, "case_number", row->case_number);
	if (err == ERR_OK)
		err = check_id(v, key, "held", TABLE_HELD, row->held);
	return err == ERR_OK ? check_id(v, key, "message", TABLE_MESSAGE, row->message) : err;
}

static int check_held(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	const Pb__Held *rec = (const Pb__Held *)m;
	int err = check_case(v, key, "case_number", rec->case_number);

	check_own_id(v, key, rec->id);
	if (rec->state > HELD_EXPIRED)
		verify_say(v, v->table, key, "is in a state that doesn't exist, %u", rec->state);
	if (err == ERR_OK)
		err = check_id(v, key, "message", TABLE_MESSAGE, rec->message);
	return err == ERR_OK ? check_id(v, key, "row", TABLE_OUTBOX, rec->row) : err;
}

static int check_quarantine(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	const Pb__Quarantine *rec = (const Pb__Quarantine *)m;

	check_own_id(v, key, rec->id);
	return check_id(v, key, "message", TABLE_MESSAGE, rec->message);
}

static int check_part(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	static const enum parts_column columns[] = {
		[PART_WAITING] = IS_WAITING,
		[PART_JOINED] = IS_JOINED,
		[PART_GIVEN_UP] = IS_GIVEN_UP,
	};
	const Pb__Part *rec = (const Pb__Part *)m;
	int err;

	if (rec->state > PART_GIVEN_UP) {
		verify_say(v, v->table, key, "is in a state that doesn't exist, %u", rec->state);
		return ERR_OK;
	}
	err = verify_count_part(v, columns[rec->state], rec->channel, rec->received);
	return err == ERR_OK ? check_id(v, key, "message", TABLE_MESSAGE, rec->message) : err;
}

static int check_seen(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	return check_id(v, key, "message", TABLE_MESSAGE, ((const Pb__Seen *)m)->message);
}

static int check_access(struct verify *v, struct bytes key, const ProtobufCMessage *m)
{
	check_own_id(v, key, ((const Pb__Access *)m)->id);
	return ERR_OK;
}

int verify_record(struct verify *v, struct bytes key, const ProtobufCMessage *rec)
{
	static int (*const checks[TABLE_COUNT_ALL])(struct verify * v, struct bytes key,
						    const ProtobufCMessage *m) = {
		[TABLE_MESSAGE] = check_message, [TABLE_CASE] = check_case_record,
		[TABLE_LOG] = check_log,         [TABLE_CONTACT] = check_contact,
		[TABLE_OUTBOX] = check_outbox,   [TABLE_QUARANTINE] = check_quarantine,
		[TABLE_PART] = check_part,       [TABLE_SEEN] = check_seen,
		[TABLE_ACCESS] = check_access,   [TABLE_HELD] = check_held,
	};

	return checks[v->table] != NULL ? checks[v->table](v, key, rec) : ERR_OK;
}
