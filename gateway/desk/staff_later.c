/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/staff_later.h"

#include <string.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "gateway/desk/staff_post.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/messages.h"

/* Whoever is in danger may write on about it. */
#define EMERGENCY_WAIT_MS (5 * MINUTE_MS)
/* Words of one mail: what is cut here stands on the case. */
#define WORDS_MAX   (2 * LETTER_WORDS_MAX)
#define SUBJECT_MAX 500
/* Files of one mail that are looked at. */
#define FILES_MAX 50

static uint32_t hour_of(struct wall at)
{
	return (uint32_t)(at.ms / HOUR_MS);
}

/* Counts it where it may be mailed at once. */
static bool may_mail(struct txn *t, struct desk *d, const Pb__Case *rec)
{
	const struct conf_channel *c = desk_mail_channel(d->conf);
	struct bytes number = bytes_of(rec->number);

	if (c == NULL || c->mail.case_mails_hour == 0)
		return true;
	if (attempt_get(t, ATTEMPT_CASE_MAIL, number, hour_of(d->now)) >= c->mail.case_mails_hour)
		return false;
	attempt_add(t, ATTEMPT_CASE_MAIL, number, hour_of(d->now), 1, d->now);
	return true;
}

static int put_off(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg)
{
	struct case_step step = { .who = "odzivd",
				  .what = "staff told later",
				  .message = msg->id,
				  .why = bytes_of(
					  "many messages within the hour (case_mails_hour)") };
	int64_t until = ((int64_t)hour_of(d->now) + 1) * HOUR_MS;

	if (rec->is_emergency && until > d->now.ms + EMERGENCY_WAIT_MS)
		until = d->now.ms + EMERGENCY_WAIT_MS;
	if (rec->untold_from == 0) {
		rec->untold_from = msg->id;
		rec->untold_until = until;
		case_log(t, rec, &step, d->now, d->arena);
	}
	case_put(t, rec);
	return txn_err(t);
}

int staff_later_hear(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg)
{
	/* What is put off already isn't overtaken. */
	if (rec->untold_from == 0 && may_mail(t, d, rec))
		return staff_post_message(t, d, rec, msg);
	return put_off(t, d, rec, msg);
}

/* --- all of it in one mail --- */

struct gather {
	struct txn *t;
	struct desk *d;
	struct arena *scratch; /* of one message: they may be large, and many */
	uint64_t from, last;
	Pb__Message *all; /* as if it were one message */
	struct strbuf words;
	int64_t n;
};

static void add_words(struct gather *g, const Pb__Message *msg)
{
	struct local_time at = calendar_local((struct wall){ msg->received });
	struct bytes subject = utf8_cut(bytes_of(msg->subject), SUBJECT_MAX);

	strbuf_addf(&g->words, "%s--- %02d.%02d.%d. %02d:%02d ---\n%.*s%s%.*s",
		    g->words.len > 0 ? "\n\n" : "", at.day, at.month, at.year, at.hour, at.minute,
		    PRI_BYTES(subject), subject.len > 0 ? "\n" : "",
		    PRI_BYTES(utf8_cut(bytes_of(msg->text), LETTER_WORDS_MAX)));
}

static int add_files(struct gather *g, const Pb__Message *msg)
{
	struct arena *a = g->d->arena;

	for (size_t i = 0; i < msg->n_files && g->all->n_files < FILES_MAX; i++) {
		ProtobufCMessage *copy;
		struct bytes octets;
		int err = record_pack(&msg->files[i]->base, a, &octets);

		if (err == ERR_OK)
			err = record_unpack(msg->files[i]->base.descriptor, octets, a, &copy);
		if (err != ERR_OK)
			return err;
		g->all->files[g->all->n_files++] = (Pb__File *)copy;
	}
	return ERR_OK;
}

/* What the citizen wrote, by the trail; a message that stands in two of its steps counts once. */
static int on_step(const Pb__LogEntry *e, void *ctx)
{
	struct gather *g = ctx;
	Pb__Message *msg;
	int err;

	if (e->message < g->from || e->message == g->last || strcmp(e->who, "citizen") != 0)
		return ERR_OK;
	g->last = e->message;
	g->n++;
	if (g->words.len >= LETTER_WORDS_MAX)
		return ERR_OK;
	arena_reset(g->scratch);
	err = message_get(g->t, e->message, g->scratch, &msg);
	if (err != ERR_OK) /* verify names it; the others are told all the same */
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	if (g->all->received == 0)
		g->all->received = msg->received;
	add_words(g, msg);
	return add_files(g, msg);
}

static int gather(struct gather *g, const Pb__Case *rec)
{
	struct arena *a = g->d->arena;
	int err;

	g->all = arena_alloc(a, sizeof(*g->all));
	if (g->all == NULL)
		return ERR_NOMEM;
	pb__message__init(g->all);
	g->all->files = arena_array(a, FILES_MAX, sizeof(*g->all->files));
	g->words = strbuf_in(a, WORDS_MAX);
	if (g->all->files == NULL)
		return ERR_NOMEM;
	err = case_log_each(g->t, bytes_of(rec->number), on_step, g);
	g->all->text = record_str(a, strbuf_bytes(&g->words));
	return err;
}

int staff_later_tell(struct txn *t, struct desk *d, Pb__Case *rec)
{
	struct gather g = {
		.t = t, .d = d, .scratch = arena_new(ARENA_MESSAGE_MAX), .from = rec->untold_from
	};
	int err = g.scratch != NULL ? gather(&g, rec) : ERR_NOMEM;

	arena_free(&g.scratch);
	if (err != ERR_OK)
		return err;
	rec->untold_from = 0;
	rec->untold_until = 0;
	case_put(t, rec);
	/* The mail counts for its hour, so that a flood becomes one mail an hour. */
	(void)may_mail(t, d, rec);
	return g.n > 0 ? staff_post_messages(t, d, rec, g.all, g.n) : txn_err(t);
}
