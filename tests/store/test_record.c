/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record and key - octets and back, hostile octets, JSON with names, keys that sort and can be read.
 */
#include "store/record.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "store/key.h"
#include "tests/tap.h"

static void test_names(void)
{
	enum case_state c = CASE_CLOSED;
	enum out_state o = OUT_FAILED;
	bool same = true;

	for (int i = CASE_NEW; i <= CASE_CLOSED; i++)
		same = same &&
		       case_state_parse(bytes_of(case_state_text((enum case_state)i)), &c) ==
			       ERR_OK &&
		       (int)c == i;
	for (int i = OUT_QUEUED; i <= OUT_CANCELLED; i++)
		same = same &&
		       out_state_parse(bytes_of(out_state_text((enum out_state)i)), &o) == ERR_OK &&
		       (int)o == i;
	ok(same, "every state is read as it is written");
	is_int(case_state_parse(bytes_of("Open"), &c), ERR_INVALID, "'Open' is no state");
	is_int(out_state_parse(BYTES_NONE, &o), ERR_INVALID, "nothing is no state");
	ok(strcmp(case_state_text((enum case_state)99), "?") == 0,
	   "a number without a name is '?'");
	is_text(bytes_of(out_kind_text(KIND_EMERGENCY)), "emergency",
		"kinds have the names of the command line");
	is_text(bytes_of(msg_outcome_text(OUTCOME_NOT_ANSWERED)), "not_answered", "and outcomes");
}

static Pb__Outbox *sample(struct arena *a)
{
	Pb__Outbox *row = arena_alloc(a, sizeof(*row));

	pb__outbox__init(row);
	row->id = UINT64_C(7530887931494400000);
	row->state = OUT_SENDING;
	row->kind = KIND_ACK;
	row->language = 3;
	row->text = record_strc(a, "Примљено");
	row->segments = arena_array(a, 2, sizeof(*row->segments));
	for (row->n_segments = 0; row->n_segments < 2; row->n_segments++) {
		row->segments[row->n_segments] = arena_alloc(a, sizeof(**row->segments));
		pb__segment__init(row->segments[row->n_segments]);
		row->segments[row->n_segments]->state = OUT_SENT;
	}
	return row;
}

static void test_octets(void)
{
	struct arena *a = arena_new(1 << 20);
	Pb__Outbox *row = sample(a);
	struct bytes octets, again;
	ProtobufCMessage *m;
	Pb__Outbox *got;

	is_int(record_pack(&row->base, a, &octets), ERR_OK, "a record is packed");
	is_int(record_unpack(&pb__outbox__descriptor, octets, a, &m), ERR_OK, "and unpacked");
	got = (Pb__Outbox *)m;
	ok(got->id == row->id && got->n_segments == 2 && strcmp(got->text, row->text) == 0,
	   "as it was");
	ok(got->error != NULL && got->error[0] == '\0',
	   "texts that weren't set are empty, never NULL");
	record_pack(m, a, &again);
	ok(bytes_eq(octets, again), "the same octets come out of it");
	is_int(record_unpack(&pb__case__descriptor, BYTES_NONE, a, &m), ERR_OK,
	       "no octets are an empty record");
	arena_free(&a);
}

/* A newer program's field 500 stands in the record: it survives a rewrite by ours. */
static void test_unknown_field(void)
{
	static const uint8_t octets[] = { 0x08, 0x05, 0xa2, 0x1f, 0x03, 'n', 'e', 'w' };
	struct arena *a = arena_new(1 << 20);
	ProtobufCMessage *m;
	struct bytes again;

	is_int(record_unpack(&pb__message__descriptor, bytes_at(octets, sizeof(octets)), a, &m),
	       ERR_OK, "a field that we don't know is read over");
	((Pb__Message *)m)->outcome = OUTCOME_CASE;
	record_pack(m, a, &again);
	ok(memmem(again.ptr, again.len, "new", 3) != NULL,
	   "and is kept when we write the record again");
	arena_free(&a);
}

static void test_hostile(void)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t too_long[] = { 0x12, 0xff, 0xff, 0xff, 0xff, 0x07 };
	struct arena *a = arena_new(1 << 16);
	uint8_t many[8000];
	ProtobufCMessage *m;

	is_int(record_unpack(&pb__case__descriptor, bytes_at(rubbish, sizeof(rubbish)), a, &m),
	       ERR_CORRUPT, "rubbish is no record");
	is_int(record_unpack(&pb__case__descriptor, bytes_at(too_long, sizeof(too_long)), a, &m),
	       ERR_CORRUPT, "nor is a text of two gigabytes that isn't there");
	/* Empty segments: two octets each, some hundred when they are unpacked. */
	for (size_t i = 0; i < sizeof(many); i += 2) {
		many[i] = 0x4a;
		many[i + 1] = 0;
	}
	is_int(record_unpack(&pb__outbox__descriptor, bytes_at(many, sizeof(many)), a, &m),
	       ERR_LIMIT, "four thousand segments reach the arena's cap");
	arena_free(&a);
}

static void test_no_memory(void)
{
	struct arena *small = arena_new(8), *a = arena_new(1 << 16);
	Pb__Case rec = PB__CASE__INIT;
	struct bytes octets;

	rec.place = record_strc(small, "a text that doesn't fit");
	ok(rec.place != NULL && rec.place[0] == '\0',
	   "a text for which there is no memory is empty");
	is_int(record_pack(&rec.base, a, &octets), ERR_NOMEM, "and isn't written as if it were");
	arena_free(&small);
	arena_free(&a);
}

static void test_json(void)
{
	struct arena *a = arena_new(1 << 20);
	Pb__Outbox *row = sample(a);
	Pb__Part part = PB__PART__INIT;
	uint8_t raw[] = { 0x00, 0xff, 0x10 };
	struct json *j = record_json(&row->base);

	is_text(json_get_text(j, "state"), "sending", "states are shown by name");
	is_text(json_get_text(j, "kind"), "ack", "kinds too");
	is_text(json_get_text(j, "language"), "sk", "and languages");
	is_text(json_get_text(json_at(json_get(j, "segments"), 1), "state"), "sent",
		"in a list as well");
	is_int(json_get_int(j, "id", 0), INT64_C(7530887931494400000), "ids are numbers");
	is_text(json_get_text(j, "text"), "Примљено", "texts are texts");
	json_free(&j);
	part.raw = (ProtobufCBinaryData){ .len = sizeof(raw), .data = raw };
	part.acted = 1;
	j = record_json(&part.base);
	is_text(json_get_text(j, "raw"), "00ff10", "octets are hexadecimal");
	ok(json_is_true(json_get(j, "acted")), "yes and no are true and false");
	json_free(&j);
	arena_free(&a);
}

static void test_lists(void)
{
	uint64_t same[] = { 7, UINT64_C(7530887931494400000) };
	char *linked[] = { (char *)"SP-2026-000001" };
	Pb__Contact contact = PB__CONTACT__INIT;
	Pb__Case rec = PB__CASE__INIT;
	struct json *j;

	contact.same = same;
	contact.n_same = ARRAY_LEN(same);
	j = record_json(&contact.base);
	ok(json_count(json_get(j, "same")) == 2, "who is the same person is a list");
	json_free(&j);
	rec.linked = linked;
	rec.n_linked = ARRAY_LEN(linked);
	j = record_json(&rec.base);
	ok(json_count(json_get(j, "linked")) == 1, "linked cases are a list too");
	json_free(&j);
}

static bool is_listed(const ProtobufCFieldDescriptor *f)
{
	return f->label != PROTOBUF_C_LABEL_REPEATED || f->type == PROTOBUF_C_TYPE_MESSAGE ||
	       f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_UINT64;
}

/* No language and no script are null, anything else has a form. */
static bool is_shown(const struct json *j, const char *field)
{
	const struct json *value = json_get(j, field);

	return value != NULL && (!json_is_null(value) || strcmp(field, "language") == 0 ||
				 strcmp(field, "script") == 0);
}

/* Every field of every record has a type that record_json() knows. */
static void test_all_fields(void)
{
	struct arena *a = arena_new(1 << 20);

	for (int i = 0; i < TABLE_COUNT_ALL; i++) {
		const ProtobufCMessageDescriptor *d = record_of_table((enum table)i);
		bool shown = true;
		ProtobufCMessage *m;
		struct json *j;

		if (d == NULL)
			continue;
		m = arena_alloc(a, d->sizeof_message);
		protobuf_c_message_init(d, m);
		j = record_json(m);
		for (unsigned f = 0; f < d->n_fields; f++)
			shown = shown && is_shown(j, d->fields[f].name) && is_listed(&d->fields[f]);
		ok(shown, "every field of %s is shown", table_name((enum table)i));
		json_free(&j);
	}
	arena_free(&a);
}

static void test_tables(void)
{
	enum table table = TABLE_COUNT_ALL;

	is_int(table_of_name(bytes_of("outbox_live"), &table), ERR_OK,
	       "a table is found by its name");
	ok(table == TABLE_OUTBOX_LIVE && table_is_derived(table) && !table_is_derived(TABLE_OUTBOX),
	   "and knows whether it is derived");
	is_int(table_of_name(bytes_of("rows"), &table), ERR_NOENT, "'rows' is no table");
}

/* --- keys --- */

static struct key time_key(int64_t ms)
{
	struct key k;

	k.len = 0;
	key_time(&k, ms);
	return k;
}

static void test_keys(void)
{
	struct key early = time_key(255), late = time_key(256), before = time_key(-5), end;
	struct key text, k;
	char words[200];

	ok(bytes_cmp(key_bytes(&early), key_bytes(&late)) < 0, "keys sort as their numbers do");
	ok(bytes_cmp(key_bytes(&before), key_bytes(&early)) < 0, "what is before 1970 is 1970");
	text.len = 0;
	key_text(&text, bytes_of("vod"));
	is_int((long long)text.len, 4, "text ends with NUL");
	text.len = 0;
	key_text(&text, bytes_at("a\0b", 3));
	is_int((long long)text.len, 2, "and has none inside");
	k = key_of_id(5);
	end = key_after(&k);
	is_int((long long)id_of_key(key_bytes(&end)), 6, "the end of a walk is the next key");
	k = key_of_id(UINT64_MAX);
	end = key_after(&k);
	is_int((long long)end.len, 0, "behind the last key is the end of the table");
	k.len = 0;
	key_case(&k, (struct case_no){ 2026, 123 });
	is_text(bytes_of(key_words(TABLE_CASE, key_bytes(&k), words, sizeof(words))), "2026-000123",
		"a key in words");
	k.len = 0;
	key_text(&k, bytes_of("vodovod"));
	key_u8(&k, 1);
	key_time(&k, INT64_C(1795503600000));
	key_case(&k, (struct case_no){ 2026, 7 });
	is_text(bytes_of(key_words(TABLE_QUEUE, key_bytes(&k), words, sizeof(words))),
		"'vodovod' 1 2026-11-24T07:00:00Z 2026-000007", "one of many parts");
	is_text(bytes_of(key_words(TABLE_QUEUE, bytes_at("a\x01", 2), words, sizeof(words))),
		"a\\x01", "one of another form is shown as it is");
	is_text(bytes_of(key_words(TABLE_QUEUE, key_bytes(&k), words, 8)), "'vodovo",
		"in a small buffer it is cut");
}

int main(void)
{
	plan(0);
	if (keyed_init() != ERR_OK)
		return 1;
	test_names();
	test_octets();
	test_unknown_field();
	test_hostile();
	test_no_memory();
	test_json();
	test_lists();
	test_all_fields();
	test_tables();
	test_keys();
	return done_testing();
}
