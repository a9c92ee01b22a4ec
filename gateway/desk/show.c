/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/show.h"

#include <inttypes.h>
#include <stdio.h>

#include "parsers/err.h"
#include "parsers/language.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/messages.h"
#include "store/outbox.h"

/* An export is of one person; nobody has more than this. */
#define EXPORT_MAX 100000
/* What `contact show` lists of each. */
#define SHOWN_MAX 20

static void put_tongue(struct json *j, uint32_t language, uint32_t script)
{
	struct tongue t = { .language = (enum language)language, .script = (enum script)script };

	if (language == LANG_NONE || language >= LANG_COUNT)
		json_put_null(j, "language");
	else
		json_put_str(j, "language", tongue_name(t));
}

static const char *address_of(struct txn *t, uint64_t contact, struct arena *a)
{
	Pb__Contact *rec;

	return contact != 0 && contact_get(t, contact, a, &rec) == ERR_OK ? rec->address : NULL;
}

/* The words of a step stand in its note, its message or its row; null once they are erased. */
static struct bytes words_of(struct txn *t, const Pb__LogEntry *e, struct arena *a)
{
	Pb__Message *msg;
	Pb__Outbox *row;

	if (e->note[0] != '\0')
		return bytes_of(e->note);
	if (e->row != 0 && outbox_get(t, e->row, a, &row) == ERR_OK)
		return bytes_of(row->text);
	if (e->message != 0 && message_get(t, e->message, a, &msg) == ERR_OK)
		return bytes_of(msg->text);
	return BYTES_NONE;
}

struct log_show {
	struct txn *t;
	struct arena *a;
	struct json *list;
};

/* Of a mail and of a row: what goes along. */
static void put_files(struct json *j, Pb__File *const *files, size_t n)
{
	struct json *list = json_array();

	for (size_t i = 0; i < n; i++) {
		struct json *file = json_object();
		struct json *hash =
			json_octets(bytes_at(files[i]->sha256.data, files[i]->sha256.len));

		json_put_str(file, "name", files[i]->name);
		json_put_str(file, "type", files[i]->type);
		json_put_int(file, "bytes", (int64_t)files[i]->size);
		json_put_take(file, "sha256", &hash);
		json_put_bool(file, "withheld", files[i]->executable);
		json_append_take(list, &file);
	}
	json_put_take(j, "attachments", &list);
}

/* What a step brought besides its words, where it is a mail. */
static void put_mail(struct log_show *s, const Pb__LogEntry *e, struct json *j)
{
	Pb__Message *msg;
	Pb__Outbox *row;

	if (e->row != 0 && outbox_get(s->t, e->row, s->a, &row) == ERR_OK) {
		if (row->subject[0] == '\0')
			return;
		json_put_str(j, "subject", row->subject);
		put_files(j, row->files, row->n_files);
	} else if (e->message != 0 && message_get(s->t, e->message, s->a, &msg) == ERR_OK &&
		   message_is_mail(msg)) {
		json_put_str(j, "subject", msg->subject);
		put_files(j, msg->files, msg->n_files);
	}
}

static int show_step(const Pb__LogEntry *e, void *ctx)
{
	struct log_show *s = ctx;
	struct json *j = json_object();
	struct bytes words = words_of(s->t, e, s->a);

	json_put_time(j, "at", e->at);
	json_put_str(j, "who", e->who);
	json_put_str(j, "what", e->what);
	json_put_str(j, "text", words.len != 0 ? (const char *)words.ptr : NULL);
	json_put_str(j, "channel", e->channel);
	json_put_str(j, "why", e->why);
	put_mail(s, e, j);
	json_append_take(s->list, &j);
	return ERR_OK;
}

static void put_linked(struct json *j, const Pb__Case *rec)
{
	struct json *list = json_array();

	for (size_t i = 0; i < rec->n_linked; i++) {
		struct json *number = json_text(bytes_of(rec->linked[i]));

		json_append_take(list, &number);
	}
	json_put_take(j, "linked", &list);
}

struct json *show_case(struct txn *t, const Pb__Case *rec, struct arena *a, bool with_log)
{
	struct json *j = json_object();
	struct log_show log = { .t = t, .a = a };

	json_put_str(j, "number", rec->number);
	json_put_str(j, "state", case_state_text((enum case_state)rec->state));
	json_put_str(j, "category", rec->category);
	json_put_str(j, "department", rec->department);
	json_put_str(j, "clerk", rec->clerk);
	json_put_str(j, "channel", rec->channel);
	json_put_str(j, "contact", address_of(t, rec->contact, a));
	put_tongue(j, rec->language, rec->script);
	json_put_str(j, "place", rec->place);
	json_put_str(j, "settlement", rec->settlement);
	json_put_time(j, "opened", rec->opened);
	json_put_time(j, "answer_due", rec->answer_due);
	json_put_time(j, "solve_due", rec->solve_due);
	json_put_time(j, "answered", rec->answered);
	json_put_time(j, "solved", rec->solved);
	json_put_time(j, "closed", rec->closed);
	json_put_str(j, "reason", rec->reason);
	json_put_int(j, "messages", rec->messages);
	json_put_str(j, "kind", rec->kind);
	json_put_bool(j, "unproven", rec->unproven);
	put_linked(j, rec);
	if (!with_log)
		return j;
	log.list = json_array();
	/* A trail that can't be read shows short; `odziv verify` names the entry. */
	(void)case_log_each(t, bytes_of(rec->number), show_step, &log);
	json_put_take(j, "log", &log.list);
	return j;
}

struct json *show_row(const Pb__Outbox *row)
{
	struct json *j = json_object();

	/* A number of 64 bits would lose digits in many readers of JSON. */
	char id[24];

	snprintf(id, sizeof(id), "%" PRIu64, row->id);
	json_put_str(j, "id", id);
	json_put_str(j, "channel", row->channel);
	json_put_str(j, "to", row->to);
	json_put_str(j, "case", row->case_number);
	json_put_str(j, "kind", out_kind_text((enum out_kind)row->kind));
	json_put_str(j, "state", out_state_text((enum out_state)row->state));
	json_put_int(j, "segments", (int64_t)row->n_segments);
	json_put_int(j, "attempts", row->attempts);
	json_put_time(j, "created", row->created);
	json_put_time(j, "not_before", row->not_before);
	json_put_time(j, "sent", row->sent);
	json_put_time(j, "arrived", row->arrived);
	json_put_str(j, "error", row->error);
	json_put_str(j, "text", row->text);
	if (row->subject[0] != '\0') {
		json_put_str(j, "subject", row->subject);
		json_put_str(j, "message_id", row->message_id);
		put_files(j, row->files, row->n_files);
	}
	return j;
}

static struct json *show_message(const Pb__Message *m)
{
	struct json *j = json_object();
	char id[24];

	snprintf(id, sizeof(id), "%" PRIu64, m->id);
	json_put_str(j, "id", id);
	json_put_str(j, "channel", m->channel);
	json_put_time(j, "received", m->received);
	json_put_str(j, "to", m->to);
	json_put_str(j, "outcome", msg_outcome_text((enum msg_outcome)m->outcome));
	json_put_str(j, "case", m->case_number);
	put_tongue(j, m->language, m->script);
	json_put_str(j, "place", m->place);
	json_put_str(j, "settlement", m->settlement);
	json_put_str(j, "text", m->text);
	if (message_is_mail(m)) {
		json_put_str(j, "subject", m->subject);
		json_put_str(j, "message_id", m->message_id);
		json_put_str(j, "why", m->why);
		put_files(j, m->files, m->n_files);
	}
	return j;
}

/* Gathers whatever a walk finds into a list. */
struct gather {
	struct txn *t;
	struct arena *a;
	struct json *list;
	bool with_log;
};

static int gather_case(const Pb__Case *rec, void *ctx)
{
	struct gather *g = ctx;
	struct json *j = show_case(g->t, rec, g->a, g->with_log);

	json_append_take(g->list, &j);
	return ERR_OK;
}

static int gather_row(const Pb__Outbox *row, void *ctx)
{
	struct gather *g = ctx;
	struct json *j = show_row(row);

	json_append_take(g->list, &j);
	return ERR_OK;
}

static int gather_message(const Pb__Message *m, void *ctx)
{
	struct gather *g = ctx;
	struct json *j = show_message(m);

	json_append_take(g->list, &j);
	return ERR_OK;
}

static struct json *contact_with(struct txn *t, const Pb__Contact *rec, struct arena *a,
				 size_t limit, bool whole)
{
	struct json *j = json_object();
	struct gather g = { .t = t, .a = a, .with_log = whole };

	json_put_str(j, "contact", rec->address);
	put_tongue(j, rec->language, rec->script);
	json_put_bool(j, "language_chosen", rec->language_chosen);
	json_put_bool(j, "stopped", rec->stopped);
	json_put_time(j, "stopped_at", rec->stopped_at);
	json_put_time(j, "first_seen", rec->first_seen);
	json_put_time(j, "last_seen", rec->last_seen);
	g.list = json_array();
	for (size_t i = 0; i < rec->n_same; i++) {
		struct json *same = json_text(bytes_of(address_of(t, rec->same[i], a)));

		json_append_take(g.list, &same);
	}
	json_put_take(j, "same", &g.list);
	g.list = json_array();
	(void)case_of_contact(t, rec->id, false, limit, gather_case,
			      &g); /* what can't be read is verify's to name */
	json_put_take(j, "cases", &g.list);
	g.list = json_array();
	(void)message_of_contact(t, rec->id, limit, gather_message, &g);
	json_put_take(j, "messages", &g.list);
	g.list = json_array();
	(void)outbox_of_contact(t, rec->id, limit, gather_row, &g);
	json_put_take(j, "replies", &g.list);
	return j;
}

struct json *show_contact(struct txn *t, const Pb__Contact *rec, struct arena *a)
{
	return contact_with(t, rec, a, SHOWN_MAX, false);
}

struct json *show_export(struct txn *t, const Pb__Contact *rec, struct arena *a)
{
	return contact_with(t, rec, a, EXPORT_MAX, true);
}

struct json *show_quarantine(const Pb__Quarantine *rec, bool with_raw)
{
	struct json *j = json_object();
	char id[24];

	snprintf(id, sizeof(id), "%" PRIu64, rec->id);
	json_put_str(j, "id", id);
	json_put_str(j, "channel", rec->channel);
	json_put_str(j, "from", rec->from);
	json_put_str(j, "to", rec->to);
	json_put_str(j, "reason", rec->reason);
	json_put_time(j, "received", rec->received);
	json_put_str(j, "settled_as", rec->settled_as);
	json_put_time(j, "settled", rec->settled);
	json_put_int(j, "bytes", (int64_t)rec->raw.len);
	json_put_str(j, "text", rec->text);
	if (with_raw) {
		/* The octets as hex: whatever they are, they are shown and never run through a terminal. */
		struct json *raw = json_octets(bytes_at(rec->raw.data, rec->raw.len));

		json_put_take(j, "raw", &raw);
	}
	return j;
}

struct json *show_balance(const struct balance *b)
{
	struct json *j = json_object(), *part = json_object();

	json_put_int(part, "sms", b->received_sms);
	json_put_int(part, "mail", b->received_mail);
	json_put_take(j, "received", &part);
	json_put_int(j, "repeats", b->repeats);
	part = json_object();
	for (int o = OUTCOME_CASE; o <= OUTCOME_NOT_ANSWERED; o++)
		json_put_int(part, msg_outcome_text((enum msg_outcome)o), b->outcomes[o]);
	json_put_take(j, "outcomes", &part);
	part = json_object();
	json_put_int(part, "received", b->parts);
	json_put_int(part, "joined", b->parts_joined);
	json_put_int(part, "waiting", b->parts_waiting);
	json_put_int(part, "given_up", b->parts_given_up);
	json_put_take(j, "parts", &part);
	json_put_bool(j, "balanced", b->balanced);
	return j;
}
