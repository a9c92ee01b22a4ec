/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "gateway/desk/late.h"
#include "gateway/desk/desk.h"
#include "gateway/flow/alarms.h"
#include "parsers/err.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/due.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/scan.h"
#include "tests/sim/model_mail.h"
#include "tests/sim/smsc.h"

/* Whatever is due is acted on within this by a daemon that runs, a stalled disk included. */
#define SOON_MS (20 * MINUTE_MS)
/* A look that missed a message by this much meets it again. */
#define OVERLAP_MS (10 * MINUTE_MS)
/* A daemon that has nothing to do makes so many commits between two looks, and so many for each thing that happens. */
#define RESTING_BATCHES 190
#define BATCHES_A_THING 6
/* That a text was answered in time is on disk by then. */
#define NOTED_MS (3 * MINUTE_MS)

struct look {
	struct model *m;
	struct txn *t;
};

/* --- what was acknowledged is kept --- */

static int meet_message(const Pb__Message *rec, void *ctx)
{
	struct model *m = ctx;
	size_t piece;

	model_mail_met(m, rec);
	/* One of several parts is known by these. */
	if (rec->parts == 0 &&
	    world_piece_of(m->world, bytes_of(rec->remote_id),
			   bytes_at(rec->udh.data, rec->udh.len), bytes_of(rec->text),
			   bytes_at(rec->raw.data, rec->raw.len), &piece))
		m->world->pieces[piece].is_stored = true;
	return ERR_OK;
}

/* --- parts: they go two days after they came, so they are looked at while they are there --- */

struct parts_look {
	struct model *m;
	struct txn *t;
	struct arena *arena;
};

static int check_part_text(struct parts_look *l, const Pb__Part *part, const struct piece *p)
{
	const struct written *wr = &l->m->world->written[p->written];
	Pb__Message *msg;
	int err;

	arena_reset(l->arena);
	err = message_get(l->t, part->message, l->arena, &msg);
	if (err == ERR_NOENT)
		diary_violated(l->m->diary, "text-whole",
			       "part %u/%u from %s belongs to no message", part->index, part->total,
			       part->from);
	if (err != ERR_OK)
		return err == ERR_NOENT ? ERR_OK : err;
	if (strstr(msg->text, part->text) == NULL)
		diary_violated(l->m->diary, "text-whole",
			       "part %u/%u of message %" PRIu64 " is lost: %.80s", part->index,
			       part->total, msg->id, msg->text);
	if (part->state == PART_JOINED && strcmp(msg->text, wr->words) != 0 &&
	    !world_has_rival(l->m->world, p))
		diary_violated(l->m->diary, "text-whole",
			       "message %" PRIu64 " isn't what was written: %.80s", msg->id,
			       msg->text);
	return ERR_OK;
}

static int meet_part(struct bytes key, const ProtobufCMessage *rec, void *ctx)
{
	const Pb__Part *part = (const Pb__Part *)rec;
	struct parts_look *l = ctx;
	struct world *w = l->m->world;
	size_t i;

	(void)key;
	if (!world_piece_of(w, bytes_of(part->remote_id), bytes_at(part->udh.data, part->udh.len),
			    BYTES_NONE, BYTES_NONE, &i))
		return ERR_OK;
	w->pieces[i].is_stored = true;
	if (w->pieces[i].look == l->m->n_checks)
		diary_violated(l->m->diary, "repeats-are-recognised", "m%zu is kept twice", i);
	w->pieces[i].look = l->m->n_checks;
	w->pieces[i].message = part->message;
	if (part->state != PART_WAITING)
		return check_part_text(l, part, &w->pieces[i]);
	if (l->m->is_over)
		diary_violated(l->m->diary, "nothing-stays-open", "part %u/%u from %s still waits",
			       part->index, part->total, part->from);
	return ERR_OK;
}

int model_look_at_parts(struct model *m, struct txn *t)
{
	struct parts_look l = { .m = m, .t = t, .arena = arena_new(ARENA_MESSAGE_MAX) };
	int err = l.arena == NULL ? ERR_NOMEM : ERR_OK;

	if (err == ERR_OK)
		err = scan_table(t, TABLE_PART, BYTES_NONE, BYTES_NONE, WALK_UP, 0, meet_part, &l);
	arena_free(&l.arena);
	return err;
}

static bool same_words(const struct world *w, const struct piece *p, const struct piece *q)
{
	return w->written[q->written].citizen == w->written[p->written].citizen &&
	       q->n_octets == p->n_octets && memcmp(q->octets, p->octets, p->n_octets) == 0 &&
	       q->udh_len == p->udh_len && memcmp(q->udh, p->udh, p->udh_len) == 0;
}

static bool died_between(const struct world *w, int64_t from_ms, int64_t to_ms)
{
	for (size_t i = 0; i < w->n_deaths; i++)
		if (w->deaths[i] >= from_ms && w->deaths[i] <= to_ms)
			return true;
	return false;
}

/* May p be taken for a repeat of q? Only where repeats were to be expected. */
static bool may_be_repeat(const struct world *w, const struct piece *p, const struct piece *q)
{
	int64_t age = p->first_ms - q->first_ms;

	/* Of parts their reference decides, for as long as they are kept. */
	if (p->total > 1 && age >= 0 && age < 3 * DAY_MS)
		return true;
	if (age < 0 || age > DAY_MS + 2 * HOUR_MS)
		return false;
	if (p->calm_ms <= SEEN_DIGEST_WINDOW_MS + SECOND_MS && age <= HOUR_MS + NOTED_MS)
		return true;
	/* It was answered late, or not at all, or a death made us forget that it was in time. */
	return q->tries > 1 || q->acked_ms - q->first_ms >= ANSWER_LATE_MS - 10 ||
	       p->first_ms - q->acked_ms < NOTED_MS ||
	       died_between(w, q->first_ms, q->acked_ms + NOTED_MS);
}

/* The same words from the same phone, so shortly before that they may be taken for the same text. */
static bool has_twin(const struct world *w, size_t index)
{
	const struct piece *p = &w->pieces[index];

	for (size_t i = 0; i < w->n_pieces; i++)
		if (i != index && w->pieces[i].first_ms != 0 && same_words(w, p, &w->pieces[i]) &&
		    may_be_repeat(w, p, &w->pieces[i]))
			return true;
	return false;
}

/* An SMSC isn't told what was kept and what was a repeat: both are acknowledged. */
static bool tells_repeats(const struct world *w, const struct piece *p)
{
	return w->citizens[w->written[p->written].citizen].link != SMPP_LINK;
}

void model_check_kept(struct model *m)
{
	const struct world *w = m->world;

	for (size_t i = w->n_pieces; i-- > 0;) {
		const struct piece *p = &w->pieces[i];

		if (p->first_ms != 0 && p->first_ms < m->scanned_ms - 8 * DAY_MS)
			return;
		if (!p->is_acked || p->is_stored)
			continue;
		if (p->n_ok > 0)
			diary_violated(m->diary, "acknowledged-is-kept",
				       "m%zu (%.40s) was acknowledged and isn't in the store", i,
				       w->written[p->written].words);
		else if (!has_twin(w, i))
			diary_violated(m->diary,
				       tells_repeats(w, p) ? "a-second-text-counts"
							   : "acknowledged-is-kept",
				       "m%zu (%.40s) was taken for a repeat", i,
				       w->written[p->written].words);
	}
}

/* --- what left was SENDING --- */

static int check_flown(struct look *l, const struct shot *s)
{
	struct arena *a = arena_new(ARENA_MESSAGE_MAX);
	Pb__Outbox *row;
	int err = a == NULL ? ERR_NOMEM : outbox_get(l->t, s->row, a, &row);

	if (err == ERR_OK && s->segment < row->n_segments &&
	    row->segments[s->segment]->state == OUT_QUEUED)
		diary_violated(l->m->diary, "sending-before-send",
			       "row %" PRIu64 ".%u was on its way and is QUEUED on disk", s->row,
			       s->segment);
	arena_free(&a);
	return err;
}

static int look_at_restart(struct txn *t, void *ctx)
{
	struct model *m = ctx;
	struct look l = { m, t };
	struct wall from = { m->scanned_ms > OVERLAP_MS ? m->scanned_ms - OVERLAP_MS : 0 };
	struct balance b;
	int err = message_each(t, from, (struct wall){ 0 }, meet_message, m);

	if (err == ERR_OK)
		err = model_look_at_parts(m, t);
	for (size_t i = 0; i < m->world->n_shots && err == ERR_OK; i++) {
		struct shot *s = &m->world->shots[i];

		if (s->flew_at_death)
			err = check_flown(&l, s);
		s->flew_at_death = false;
	}
	if (err == ERR_OK)
		err = balance_get(t, (struct wall){ 0 }, (struct wall){ 0 }, &b);
	if (err == ERR_OK && !b.balanced)
		diary_violated(m->diary, "balance-holds", "received isn't the sum of outcomes");
	return err;
}

void model_restart(struct model *m)
{
	int err;

	m->n_checks++;
	m->n_starts++;
	err = machine_look(m->machine, look_at_restart, m);
	if (err != ERR_OK)
		diary_violated(m->diary, "the-store-can-be-read", "%s", err_text(err));
	model_check_kept(m);
	model_mail_kept(m);
	m->scanned_ms = host_sim_wall(&m->machine->sim).ms;
}

/* --- nobody is late without being told of --- */

int model_check_due(struct model *m, struct txn *t, const Pb__Case *rec)
{
	struct bytes value, prefix;
	struct case_no no;
	struct key due;
	int err = case_no_parse(bytes_of(rec->number), &no, &prefix);

	due.len = 0;
	key_time(&due, case_due(rec));
	key_u8(&due, DUE_CASE);
	key_case(&due, no);
	if (err == ERR_OK &&
	    (case_due(rec) == 0 || txn_get(t, TABLE_DUE, key_bytes(&due), &value) != ERR_OK))
		diary_violated(m->diary, "open-cases-are-due", "%s is open and nothing is due",
			       rec->number);
	return err;
}

struct patrol {
	struct model *m;
	struct txn *t;
	struct wall now, day;
	uint64_t late;                 /* for a while already */
	bool wants_notice, has_notice; /* the coordinator's text */
	struct wall told_at;           /* when the day is told */
	bool wants_list, has_list;     /* the coordinator's mail */
	char listed[32];               /* a case that it must name */
	bool is_touched;               /* this case was touched by people today */
};

static int meet_notice(struct bytes key, const ProtobufCMessage *rec, void *ctx)
{
	const Pb__Outbox *row = (const Pb__Outbox *)rec;
	struct patrol *p = ctx;

	(void)key;
	if (row->kind != KIND_LATE)
		return ERR_OK;
	if (strcmp(row->channel, MAIL_CHANNEL) == 0)
		p->has_list = true;
	else
		p->has_notice = true;
	return ERR_OK;
}

/* A row whose time has come doesn't wait while its link has been up all the while. */
static int check_leaves(struct patrol *p, struct txn *t, const struct net_link *link)
{
	struct wall when;
	int err = outbox_next(t, bytes_of(link->name), &when);

	if (err == ERR_OK && link->is_up && p->now.ms - link->up_ms > SOON_MS &&
	    p->now.ms - when.ms > SOON_MS)
		diary_violated(p->m->diary, "what-may-leave-leaves",
			       "a row for %s waits since %d minutes", link->name,
			       (int)((p->now.ms - when.ms) / MINUTE_MS));
	return err == ERR_NOENT ? ERR_OK : err;
}

/* What became of a segment was lost: then it is UNSURE, or was settled otherwise, but not SENDING for ever. */
static int check_hangs(struct patrol *p, struct txn *t, const struct shot *s, struct arena *a)
{
	Pb__Outbox *row;
	int err;

	if (s->unknown == 0 || s->is_flying || p->now.ms - s->left_ms < SOON_MS)
		return ERR_OK;
	arena_reset(a);
	err = outbox_get(t, s->row, a, &row);
	if (err == ERR_OK && s->segment < row->n_segments &&
	    row->segments[s->segment]->state == OUT_SENDING)
		diary_violated(p->m->diary, "nothing-hangs",
			       "row %" PRIu64 ".%u is SENDING, the network has nothing of it",
			       s->row, s->segment);
	return err;
}

static int check_recent(struct patrol *p, struct txn *t)
{
	const struct world *w = p->m->world;
	struct arena *a = arena_new(ARENA_MESSAGE_MAX);
	int err = a == NULL ? ERR_NOMEM : ERR_OK;

	for (size_t i = w->n_shots; i-- > 0 && err == ERR_OK;) {
		if (p->now.ms - w->shots[i].first_ms > 2 * DAY_MS)
			break;
		err = check_hangs(p, t, &w->shots[i], a);
	}
	arena_free(&a);
	return err;
}

static int meet_open(const Pb__Case *rec, void *ctx)
{
	return model_check_due(((struct patrol *)ctx)->m, ((struct patrol *)ctx)->t, rec);
}

static int check_open_cases(struct patrol *p, struct txn *t)
{
	static const enum case_state open_states[] = { CASE_NEW, CASE_OPEN, CASE_WAITING };
	int err = ERR_OK;

	p->t = t;
	for (size_t i = 0; i < ARRAY_LEN(open_states) && err == ERR_OK; i++) {
		struct case_filter f = { .state = open_states[i] };

		err = case_list(t, &f, meet_open, p);
	}
	return err;
}

/* --- the day's list --- */

static int meet_step(const Pb__LogEntry *entry, void *ctx)
{
	struct patrol *p = ctx;

	p->is_touched |= entry->at >= p->day.ms && strcmp(entry->who, "odzivd") != 0;
	return ERR_OK;
}

/* What nobody touched today was late then as it is now. */
static int meet_late(const Pb__Case *rec, void *ctx)
{
	struct patrol *p = ctx;
	int err;

	if (p->listed[0] != '\0')
		return ERR_OK;
	p->is_touched = false;
	err = case_log_each(p->t, bytes_of(rec->number), meet_step, p);
	if (err == ERR_OK && !p->is_touched)
		(void)snprintf(p->listed, sizeof(p->listed), "%s", rec->number);
	return err;
}

static int check_list(struct patrol *p, struct txn *t)
{
	struct case_filter late = { .state = -1, .late = true, .now = { p->told_at.ms - SOON_MS } };

	p->t = t;
	return p->wants_list && !p->has_list ? case_list(t, &late, meet_late, p) : ERR_OK;
}

static int look_on_patrol(struct txn *t, void *ctx)
{
	struct patrol *p = ctx;
	struct key first = key_of_id((uint64_t)p->day.ms << 22);
	int err = late_count(t, (struct wall){ p->now.ms - SOON_MS }, &p->late);

	if (err == ERR_OK)
		err = model_look_at_parts(p->m, t);
	for (size_t i = 0; i < WORLD_LINKS && err == ERR_OK; i++)
		err = check_leaves(p, t, &p->m->machine->net->links[i]);
	if (err == ERR_OK)
		err = check_recent(p, t);
	if (err == ERR_OK)
		err = check_open_cases(p, t);
	if (err == ERR_OK && (p->wants_notice || p->wants_list) && p->late > 0)
		err = scan_table(t, TABLE_OUTBOX, key_bytes(&first), BYTES_NONE, WALK_UP, 0,
				 meet_notice, p);
	return err == ERR_OK ? check_list(p, t) : err;
}

static bool is_alarmed(const struct core *core, const char *name)
{
	for (size_t i = 0; i < alarms_count(core->alarms); i++)
		if (strcmp(alarms_at(core->alarms, i)->name, name) == 0)
			return true;
	return false;
}

/* What status would show, for the diary. */
static void note_alarms(struct model *m, const struct core *core)
{
	for (size_t i = 0; i < alarms_count(core->alarms); i++)
		diary_note(m->diary, "alarm %s: %.120s", alarms_at(core->alarms, i)->name,
			   alarms_at(core->alarms, i)->text);
}

/* Work comes from what happens, not from the daemon's own wheels turning. */
static void check_rests(struct model *m)
{
	const uint64_t *met = m->machine->sim.points_met;
	uint64_t batches = met[POINT_AFTER_COMMIT] - met[POINT_REBUILD_SLICE] - met[POINT_SWEEP];
	uint64_t heard = m->world->n_tries + m->world->receipts_told + m->world->n_sends +
			 m->world->n_deeds + m->n_starts;
	uint64_t most = RESTING_BATCHES + BATCHES_A_THING * (heard - m->heard_before);

	if (batches - m->batches_before > most)
		diary_violated(m->diary, "it-rests", "%" PRIu64 " batches since the last look",
			       batches - m->batches_before);
	m->batches_before = batches;
	m->heard_before = heard;
}

void model_patrol(struct model *m, bool is_second_look)
{
	struct machine *machine = m->machine;
	struct patrol p = { .m = m, .now = host_sim_wall(&machine->sim) };
	const struct core *core = machine->core;
	int err;

	m->doubts = false;
	check_rests(m);
	if (core == NULL || p.now.ms - machine->up_ms < SOON_MS)
		return;
	if (machine->open_ms == 0)
		diary_violated(m->diary, "it-opens", "intake is shut %d minutes after the start",
			       (int)((p.now.ms - machine->up_ms) / MINUTE_MS));
	if (!core->is_open)
		return; /* a rebuild */
	smsc_patrol(machine->net->smsc, p.now.ms - machine->up_ms);
	p.day = calendar_day_begins(calendar_day(p.now));
	p.wants_notice = calendar_local(p.now).hour > (int)core->conf->late_notice_h &&
			 core->conf->profile->n_members > 0;
	p.told_at = calendar_next_hour(p.day, core->conf->late_notice_h);
	p.wants_list = p.wants_notice && desk_mail_channel(core->conf) != NULL &&
		       profile_coordinator(core->conf->profile) != NULL &&
		       profile_coordinator(core->conf->profile)->mail.len != 0;
	m->n_checks++;
	err = machine_look(machine, look_on_patrol, &p);
	if (err != ERR_OK)
		diary_violated(m->diary, "the-store-can-be-read", "%s", err_text(err));
	m->doubts = p.late > 0 && (!is_alarmed(core, "late-cases") ||
				   (p.wants_notice && !p.has_notice) || p.listed[0] != '\0');
	if (!m->doubts || !is_second_look)
		return;
	note_alarms(m, core);
	if (!is_alarmed(core, "late-cases"))
		diary_violated(m->diary, "late-is-told", "%" PRIu64 " cases are late, no alarm",
			       p.late);
	else if (p.listed[0] != '\0')
		diary_violated(m->diary, "the-day-is-told",
			       "%s was late this morning, no mail to the coordinator today",
			       p.listed);
	else
		diary_violated(m->diary, "the-coordinator-is-told",
			       "%" PRIu64 " cases are late, no text to the coordinator today",
			       p.late);
}

void model_init(struct model *m, struct machine *machine, struct world *world)
{
	*m = (struct model){ .machine = machine, .world = world, .diary = machine->diary };
}
