/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/in_parts.h"

#include <stdio.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/desk/hearing.h"
#include "gateway/desk/home.h"
#include "gateway/desk/tell.h"
#include "parsers/plant.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/messages.h"
#include "store/parts.h"

/* Where words are missing. In no language, so that the rest is understood as it was written. */
#define GAP_MARK "[\xe2\x80\xa6]"
/* A part has 153 characters of up to 4 octets; a network that hands over more is cut, and marked. */
#define PART_TEXT_MAX ((size_t)160 * 4)
#define JOINED_MAX    (PART_TOTAL_MAX * (PART_TEXT_MAX + 2 * sizeof(GAP_MARK)))
/* All parts, and all of them once more behind it, numbered: more can't come late. */
#define GROWN_MAX (2 * JOINED_MAX + PART_TOTAL_MAX * sizeof("\n[255/255] "))

static void fill_part(const struct desk *d, const struct message *msg, Pb__Part *part)
{
	pb__part__init(part);
	part->channel = record_str(d->arena, msg->channel);
	part->from = record_str(d->arena, msg->from.len != 0 ? msg->from : msg->from_raw);
	part->to = record_str(d->arena, msg->to);
	part->ref = msg->part_ref;
	part->total = msg->part_total;
	part->index = msg->part_index;
	part->received = d->now.ms;
	part->text = record_str(d->arena, msg->text);
	part->raw.data = (uint8_t *)(uintptr_t)msg->raw.ptr;
	part->raw.len = msg->raw.len;
	part->coding = msg->coding;
	part->remote_id = record_str(d->arena, msg->remote_id);
	part->smsc = record_str(d->arena, msg->smsc);
	part->smsc_time = msg->smsc_time.ms;
	part->udh.data = (uint8_t *)(uintptr_t)msg->udh.ptr;
	part->udh.len = msg->udh.len;
	part->charset = record_str(d->arena, msg->charset);
}

static void add_words(struct strbuf *s, const Pb__Part *part)
{
	struct bytes text = bytes_of(part->text), kept = utf8_cut(text, PART_TEXT_MAX);

	strbuf_add(s, kept);
	if (kept.len < text.len)
		strbuf_adds(s, GAP_MARK);
}

static bool has_acted(const struct part_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->parts[i]->acted)
			return true;
	}
	return false;
}

/* Emergency words act at once, on the first part that holds them. rec: of a late part, else NULL. */
static int act_on_danger(struct txn *t, struct desk *d, Pb__Part *part, Pb__Case *rec)
{
	struct danger danger = { .channel = part->channel, .to = part->to, .rec = rec };
	struct classified u;
	Pb__Contact *contact;
	int err = hearing_contact(t, d, bytes_of(part->from), &contact);

	danger.words = utf8_cut(bytes_of(part->text), PART_TEXT_MAX);
	if (err == ERR_OK)
		err = hearing_understand(d, danger.words, contact, &u);
	if (err != ERR_OK || !u.is_emergency)
		return err;
	part->acted = true;
	part_put(t, part);
	danger.contact = contact;
	return tell_emergency(t, d, &danger);
}

/* Parts in order, a mark where one is missing; UCS-2 parts were decoded each by itself. */
static int join_text(struct desk *d, const struct part_set *set, struct bytes *text_out)
{
	struct strbuf s = strbuf_in(d->arena, JOINED_MAX);
	uint32_t next = 1;

	for (size_t i = 0; i < set->n; i++) {
		if (set->parts[i]->index != next)
			strbuf_adds(&s, GAP_MARK);
		if (!PLANT(PLANT_PART_LOST) || set->n == set->total || i > 0)
			add_words(&s, set->parts[i]);
		next = set->parts[i]->index + 1;
	}
	if (next != set->total + 1)
		strbuf_adds(&s, GAP_MARK);
	return strbuf_finish(&s, text_out);
}

/* A whole set, or one with gaps that nobody waits for any longer. */
static int become_message(struct txn *t, struct desk *d, struct part_set *set,
			  struct intake_found *found_out)
{
	const Pb__Part *first = set->parts[0];
	Pb__Message *rec = arena_alloc(d->arena, sizeof(*rec));
	struct bytes text;
	int err;

	if (rec == NULL)
		return ERR_NOMEM;
	err = join_text(d, set, &text);
	if (err != ERR_OK)
		return err;
	pb__message__init(rec);
	rec->id = txn_id(t, d->now);
	rec->channel = first->channel;
	rec->from = first->from;
	rec->to = first->to;
	rec->text = record_str(d->arena, text);
	rec->coding = first->coding;
	rec->charset = first->charset;
	rec->smsc = first->smsc;
	rec->remote_id = first->remote_id;
	rec->smsc_time = first->smsc_time;
	rec->received = d->now.ms;
	rec->parts = set->total;
	rec->parts_missing = set->total - (uint32_t)set->n;
	err = hearing_decide(t, d, rec, bytes_of(first->from), NULL, has_acted(set), found_out);
	if (err != ERR_OK)
		return err;
	part_settle(t, set, set->n == set->total ? PART_JOINED : PART_GIVEN_UP, rec->id);
	return txn_err(t);
}

int parts_give_up(struct txn *t, struct desk *d, struct bytes part_key)
{
	struct part_set set;
	struct intake_found found = { 0 };
	int err = part_set_get(t, part_key, d->arena, &set);

	if (err != ERR_OK)
		return err == ERR_NOENT ? ERR_OK : err;
	return set.n != 0 ? become_message(t, d, &set, &found) : ERR_OK;
}

/* ---- too late ---- */

/* It joins the case of its message, wherever that went; the message is counted there already. */
static int join_late(struct txn *t, struct desk *d, const Pb__Message *msg, Pb__Part *part)
{
	struct case_step step = {
		.who = "citizen",
		.what = "late part",
		.message = msg->id,
		.words = bytes_of(part->text),
		.channel = part->channel,
	};
	Pb__Case *rec;
	int err = home_in_the_end(t, d, bytes_of(msg->case_number), &rec);

	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	err = matter_hear(t, d, rec, &step);
	/* Of a case of danger the number to call went out already. */
	if (err != ERR_OK || rec->is_emergency)
		return err;
	return act_on_danger(t, d, part, rec);
}

/* What people read first stays as it was; the late words stand behind it, marked. */
static int grow(struct desk *d, Pb__Message *msg, const Pb__Part *part)
{
	struct strbuf s = strbuf_in(d->arena, GROWN_MAX);
	struct bytes text;
	int err;

	strbuf_addf(&s, "%s\n[%u/%u] ", msg->text, part->index, part->total);
	add_words(&s, part);
	err = strbuf_finish(&s, &text);
	if (err != ERR_OK)
		return err;
	msg->text = record_str(d->arena, text);
	if (msg->parts_missing > 0)
		msg->parts_missing--;
	return ERR_OK;
}

static int hear_late(struct txn *t, struct desk *d, Pb__Part *part, struct part_set *set,
		     struct intake_found *found_out)
{
	Pb__Message *msg;
	int err = message_get(t, set->message, d->arena, &msg);

	if (err == ERR_OK)
		err = grow(d, msg, part);
	if (err != ERR_OK)
		return err;
	part_settle(t, set, PART_GIVEN_UP, msg->id);
	if (msg->case_number[0] == '\0' && msg->outcome != OUTCOME_QUARANTINE)
		/* Without it there was nothing to deal with; now there is. */
		return hearing_again(t, d, msg, found_out);
	message_put(t, msg);
	found_out->message = msg->id;
	found_out->outcome = (enum msg_outcome)msg->outcome;
	snprintf(found_out->case_number, sizeof(found_out->case_number), "%s", msg->case_number);
	return msg->case_number[0] != '\0' ? join_late(t, d, msg, part) : txn_err(t);
}

/* ---- a part comes ---- */

int in_parts_keep(struct txn *t, struct desk *d, const struct message *msg,
		  struct intake_found *found_out)
{
	Pb__Part *part = arena_alloc(d->arena, sizeof(*part));
	struct part_set set;
	enum part_fate fate;
	int err;

	if (part == NULL)
		return ERR_NOMEM;
	fill_part(d, msg, part);
	err = part_add(t, part, d->conf->part_wait_ms, d->now, d->arena, &fate, &set);
	if (err != ERR_OK)
		return err;
	switch (fate) {
	case PART_REPEATED:
		found_out->is_repeat = true;
		count_add(t, COUNT_REPEATS, msg->channel, d->now, 1);
		return txn_err(t);
	case PART_KEPT: return has_acted(&set) ? txn_err(t) : act_on_danger(t, d, part, NULL);
	case PART_COMPLETED: return become_message(t, d, &set, found_out);
	case PART_LATE: return hear_late(t, d, part, &set, found_out);
	}
	return ERR_BAD_STATE;
}
