/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/postoffice.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/limits.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "tests/sim/writers.h"

/* A relay that says nothing is given up after this. */
#define ANSWER_WAIT_MS (5 * MINUTE_MS)
/* Letters of so many days that a restored folder may hold again. */
#define RESTORED_DAYS 3
/* Where the mailbox's numbers begin. */
#define VALIDITY_FIRST 1700000000u

static int64_t wall_now(const struct postoffice *p)
{
	return host_sim_wall(p->net->sim).ms;
}

static struct core *core_of(const struct postoffice *p)
{
	return p->channel == NULL || p->net->sim->is_dead ? NULL : p->channel->core;
}

static struct letters *letters_of(const struct postoffice *p)
{
	return &p->net->world->letters;
}

/* --- the link --- */

static void on_connected(void *ctx, uint64_t life)
{
	struct postoffice *p = ctx;

	if (p->life != life || core_of(p) == NULL)
		return;
	p->is_up = true;
	p->up_ms = wall_now(p);
	diary_note(p->net->sim->diary, MAIL_CHANNEL " is up");
	channel_set_state(p->channel, CHANNEL_UP, "connected");
}

/* Nobody will hear what became of these. */
static void forget_flying(struct postoffice *p, bool tell)
{
	struct world *w = p->net->world;

	for (size_t i = w->n_shots; i-- > 0 && p->in_flight > 0;) {
		struct shot *s = &w->shots[i];

		if (!s->is_flying || s->link != MAIL_LINK)
			continue;
		s->is_flying = false;
		s->unknown++;
		s->flew_at_death = p->net->sim->is_dead;
		p->in_flight--;
		if (tell && core_of(p) != NULL)
			dispatch_result(core_of(p)->dispatch, p->channel, s->row, 0, SEND_UNSURE,
					BYTES_NONE, bytes_of("the connection broke"), 0);
	}
	p->in_flight = 0;
}

void postoffice_cut(struct postoffice *p, int64_t for_ms)
{
	if (!p->is_up || core_of(p) == NULL)
		return;
	diary_note(p->net->sim->diary, MAIL_CHANNEL " breaks with %u under way", p->in_flight);
	p->is_up = false;
	p->life++;
	forget_flying(p, true);
	if (core_of(p) == NULL)
		return; /* it died of the news */
	channel_set_state(p->channel, CHANNEL_DOWN, "the server is gone");
	host_sim_at(p->net->sim, for_ms, on_connected, p, p->life);
}

static int office_start(struct channel *c)
{
	struct postoffice *p = c->own;

	p->channel = c;
	p->is_up = false;
	p->life++;
	host_sim_at(p->net->sim, chance_between(&p->chance, 50, 3000), on_connected, p, p->life);
	return ERR_OK;
}

static void office_stop(struct channel *c)
{
	struct postoffice *p = c->own;

	forget_flying(p, false);
	p->life++;
	p->is_up = false;
	p->channel = NULL;
}

/* --- what leaves --- */

#define FLIGHT_BITS 16
#define FATE_BITS   8

static uint64_t flight_arg(size_t shot, const struct shot *s, unsigned fate)
{
	return (uint64_t)shot << (FLIGHT_BITS + FATE_BITS) | (s->flight & 0xffff) << FATE_BITS |
	       fate;
}

static void on_mailbox(void *ctx, uint64_t arg)
{
	struct postoffice *p = ctx;
	struct shot *s = &p->net->world->shots[arg >> (FLIGHT_BITS + FATE_BITS)];
	struct post *post = letters_post(letters_of(p), s->row);

	s->copies++;
	diary_note(p->net->sim->diary, "mailbox %s gets row %" PRIu64 ", copy %u", s->to, s->row,
		   s->copies);
	if (s->copies == 1)
		writers_read(p->writers, s, (size_t)(post - letters_of(p)->posts));
}

static void on_bounced(void *ctx, uint64_t post)
{
	struct postoffice *p = ctx;

	writers_bounce(p->writers, (size_t)post);
}

static void on_result(void *ctx, uint64_t arg)
{
	struct postoffice *p = ctx;
	struct shot *s = &p->net->world->shots[arg >> (FLIGHT_BITS + FATE_BITS)];
	enum send_outcome outcome = (enum send_outcome)(arg & 0x0f);

	if (!s->is_flying || (s->flight & 0xffff) != (arg >> FATE_BITS & 0xffff) ||
	    core_of(p) == NULL)
		return;
	s->is_flying = false;
	p->in_flight--;
	s->result_ms = wall_now(p);
	s->said_ok = outcome == SEND_OK;
	if (outcome == SEND_UNSURE)
		s->unknown++;
	if (outcome == SEND_FAILED)
		s->refused++;
	diary_note(p->net->sim->diary, MAIL_CHANNEL ": result %d of row %" PRIu64, (int)outcome,
		   s->row);
	dispatch_result(core_of(p)->dispatch, p->channel, s->row, 0, outcome, BYTES_NONE,
			outcome == SEND_OK ? BYTES_NONE : bytes_of("450 as it goes"), 0);
}

/* What shall become of it: mostly it arrives. */
static void decide_fate(struct postoffice *p, size_t shot)
{
	struct chance *c = &p->chance;
	struct shot *s = &p->net->world->shots[shot];
	struct host_sim *h = p->net->sim;
	int64_t result_in = chance_wait(c, 20, 4000);
	unsigned roll = (unsigned)chance_below(c, p->net->is_calm ? 100000 : 1000);
	enum send_outcome outcome = roll < 40   ? SEND_LATER
				    : roll < 50 ? SEND_FAILED
				    : roll < 70 ? SEND_UNSURE
						: SEND_OK;

	if (outcome == SEND_OK || (outcome == SEND_UNSURE && chance_of_1000(c, 500))) {
		if (!p->net->is_calm && chance_of_1000(c, 15))
			host_sim_at(h, chance_wait(c, SECOND_MS, 2 * DAY_MS), on_bounced, p,
				    (uint64_t)(letters_post(letters_of(p), s->row) -
					       letters_of(p)->posts));
		host_sim_at(h, chance_wait(c, 10, MINUTE_MS), on_mailbox, p,
			    flight_arg(shot, s, 0));
	}
	host_sim_at(h, outcome == SEND_UNSURE ? ANSWER_WAIT_MS : result_in, on_result, p,
		    flight_arg(shot, s, outcome));
}

/* "kontakt+TOKEN@…" */
static void read_token(const char *address, char *buf, size_t size)
{
	const char *plus = strchr(address, '+');
	size_t len = plus == NULL ? 0 : strcspn(plus + 1, "@");

	(void)snprintf(buf, size, "%.*s", (int)len, len == 0 ? "" : plus + 1);
}

static void note_post(struct postoffice *p, struct shot *s, const struct outgoing *out)
{
	struct post *post = letters_add_post(letters_of(p));
	struct bytes to = bytes_cut(out->to, strlen("mail:"), out->to.len);

	s->link = MAIL_LINK;
	s->first_ms = wall_now(p);
	(void)snprintf(s->to, sizeof(s->to), "%.*s", PRI_BYTES(to));
	(void)snprintf(s->from, sizeof(s->from), "%.*s", PRI_BYTES(out->from));
	s->text = strndup((const char *)out->text.ptr, out->text.len);
	if (s->text == NULL)
		abort();
	*post = (struct post){ .row = out->row,
			       .to = letters_resident(letters_of(p), to),
			       .kind = out->mail->kind,
			       .is_auto = out->mail->auto_submitted != 0 };
	(void)snprintf(post->message_id, sizeof(post->message_id), "%s", out->mail->message_id);
	read_token(out->mail->reply_to, post->token, sizeof(post->token));
	read_token(out->mail->return_path, post->bounce, sizeof(post->bounce));
}

static unsigned office_room(const struct channel *c)
{
	const struct postoffice *p = c->own;

	return !p->is_up || p->in_flight >= c->conf->window ? 0 : c->conf->window - p->in_flight;
}

static void check_copy(struct postoffice *p, const struct shot *s, const struct outgoing *out)
{
	const struct post *post = letters_post(letters_of(p), out->row);

	if (!bytes_is(out->text, s->text) || strcmp(post->message_id, out->mail->message_id) != 0)
		diary_violated(p->net->sim->diary, "a-copy-is-the-same",
			       "mail %" PRIu64
			       " leaves again with other words or another Message-ID",
			       out->row);
	if (s->is_flying)
		diary_violated(p->net->sim->diary, "sending-before-send",
			       "mail %" PRIu64 " leaves while it is under way", out->row);
}

static void office_send(struct channel *c, const struct outgoing *out)
{
	struct postoffice *p = c->own;
	struct shot *s;
	bool is_new;

	if (p->net->sim->is_dead)
		return;
	s = world_shot(p->net->world, out->row, out->segment, &is_new);
	if (is_new)
		note_post(p, s, out);
	else
		check_copy(p, s, out);
	s->sends++;
	p->net->world->n_sends++;
	s->left_ms = wall_now(p);
	s->flight++;
	s->is_flying = true;
	s->said_ok = false;
	p->in_flight++;
	diary_note(p->net->sim->diary, MAIL_CHANNEL ": row %" PRIu64 " leaves for %s", s->row,
		   s->to);
	decide_fate(p, (size_t)(s - p->net->world->shots));
}

static const struct channel_ops office_ops = {
	.start = office_start, .stop = office_stop, .room = office_room, .send = office_send
};

struct channel *postoffice_make(struct postoffice *p)
{
	struct channel *c = calloc(1, sizeof(*c));

	if (c != NULL) {
		c->ops = &office_ops;
		c->own = p;
	}
	return c;
}

/* --- what comes in --- */

struct told_letter {
	struct postoffice *post;
	size_t letter;
};

static void on_letter_due(void *ctx, uint64_t letter);
static void on_sent_again(void *ctx, uint64_t letter);

static void heard(struct postoffice *p, size_t index, int err)
{
	struct letter *l = &letters_of(p)->list[index];

	p->net->world->answers_told++;
	if (err == ERR_DUPLICATE) {
		p->net->world->repeats_told++;
		l->n_repeated++;
	} else {
		l->n_ok++;
	}
	diary_note(p->net->sim->diary, "letter %zu is kept: %s", index, err_text(err));
	l->acked_ms = wall_now(p);
	l->is_acked = true;
	/* The move is lost, the server says so to nobody, and it lies there as before. */
	if (!p->net->is_calm && chance_of_1000(&p->chance, 10))
		host_sim_at(p->net->sim, chance_wait(&p->chance, SECOND_MS, DAY_MS), on_letter_due,
			    p, index);
	/* An order of staff that comes twice is a mail of its own, and held. */
	else if (!p->net->is_calm && l->message_id[0] != '\0' && l->use != LETTER_CRASH &&
		 !letters_of(p)->residents[l->who].is_clerk && chance_of_1000(&p->chance, 20))
		host_sim_at(p->net->sim, chance_wait(&p->chance, SECOND_MS, DAY_MS), on_sent_again,
			    p, index);
}

static void on_letter_answered(void *ctx, int err)
{
	struct told_letter *told = ctx;
	struct postoffice *p = told->post;
	struct network *n = p->net;

	n->messages_under_way--;
	letters_of(p)->list[told->letter].is_under_way = false;
	if (n->sim->is_dead)
		;
	else if (err_class(err) == ERR_IS_OK && p->is_up)
		heard(p, told->letter, err);
	else if (err_class(err) == ERR_IS_REJECT)
		diary_violated(n->sim->diary, "nothing-is-refused", "letter %zu was refused: %s",
			       told->letter, err_text(err));
	free(told);
}

static struct bytes put(struct message *m, const char *text)
{
	return arena_dup(m->arena, bytes_of(text));
}

static const char *automatic_why(enum mail_automatic a)
{
	return a == MAIL_BY_PERSON ? "" : a == MAIL_BOUNCE ? "Return-Path: <>" : "Auto-Submitted";
}

static enum mail_automatic automatic_of(enum letter_use use)
{
	switch (use) {
	case LETTER_AUTO: return MAIL_AUTO_REPLY;
	case LETTER_BOUNCE: return MAIL_BOUNCE;
	case LETTER_LIST: return MAIL_LIST;
	default: return MAIL_BY_PERSON;
	}
}

/* As the cell would have read it. */
static struct mail *mail_of(const struct postoffice *p, struct message *m, size_t index)
{
	const struct letter *l = &letters_of(p)->list[index];
	struct mail *mail = arena_alloc(m->arena, sizeof(*mail));
	struct mail_person *to = arena_alloc(m->arena, sizeof(*to));
	struct bytes *tokens = arena_alloc(m->arena, sizeof(*tokens));

	if (mail == NULL || to == NULL || tokens == NULL)
		abort();
	*to = (struct mail_person){ .address = bytes_of(MAIL_ADDRESS) };
	*tokens = put(m, l->token);
	*mail = (struct mail){ .from = { .address =
						 put(m, letters_of(p)->residents[l->who].address) },
			       .n_from = 1,
			       .to = to,
			       .n_to = 1,
			       .n_people = 1,
			       .delivered_to = bytes_of(MAIL_ADDRESS),
			       .subject = put(m, l->subject),
			       .date = { .ms = l->at_ms },
			       .message_id = put(m, l->message_id),
			       .in_reply_to = put(m, l->in_reply_to),
			       .text = put(m, l->words),
			       .own_text = put(m, l->words),
			       .automatic = automatic_of(l->use),
			       .automatic_why = bytes_of(automatic_why(automatic_of(l->use))),
			       .auth = { .dmarc = l->dmarc },
			       .tokens = tokens,
			       .n_tokens = l->token[0] != '\0' };
	mail->return_path = mail->from.address;
	if (l->use == LETTER_BOUNCE) {
		mail->from.address = bytes_of("mailer-daemon@opstina.example");
		mail->return_path = BYTES_NONE;
		mail->has_null_return_path = true;
		mail->has_bounce = true;
		mail->bounce = (struct mail_bounce){ .status = bytes_of("5.1.1"),
						     .action = bytes_of("failed"),
						     .original_message_id = mail->in_reply_to };
	}
	return mail;
}

static struct message *letter_message(const struct postoffice *p, size_t index,
				      const uint8_t blob[MAIL_SHA256_SIZE])
{
	const struct letter *l = &letters_of(p)->list[index];
	struct message *m = message_new(ARENA_MESSAGE_MAX);
	struct mail_arrival *arrival = m == NULL ? NULL : arena_alloc(m->arena, sizeof(*arrival));
	struct strbuf from;

	if (arrival == NULL)
		abort();
	*arrival = (struct mail_arrival){ .uid_validity = l->uid_validity,
					  .uid = l->uid,
					  .received = { .ms = l->at_ms },
					  .size = 1000,
					  .is_stale = l->use == LETTER_OLD,
					  .is_unreadable = l->use == LETTER_CRASH };
	memcpy(arrival->blob, blob, sizeof(arrival->blob));
	m->arrival = arrival;
	m->to = bytes_of(MAIL_ADDRESS);
	if (l->use == LETTER_CRASH) {
		struct mail *nothing = arena_alloc(m->arena, sizeof(*nothing));

		arrival->why = bytes_of("signal 11");
		*nothing = (struct mail){ 0 };
		m->mail = nothing;
		return m;
	}
	m->mail = mail_of(p, m, index);
	m->text = m->mail->own_text;
	from = strbuf_in(m->arena, 256);
	strbuf_addf(&from, "mail:%.*s", PRI_BYTES(m->mail->from.address));
	m->from = strbuf_bytes(&from);
	m->from_raw = m->mail->from.address;
	return m;
}

/* The sweep goes by the file's time: by the town's clock, or a year would depend on the day it is played. */
static void age_blob(const struct postoffice *p, const uint8_t sha256[MAIL_SHA256_SIZE])
{
	char path[FILES_PATH_SIZE];
	struct timespec at = { .tv_sec = wall_now(p) / SECOND_MS };

	if (blob_file_path(p->blobs.path, sha256, path) != ERR_OK ||
	    utimensat(AT_FDCWD, path, (struct timespec[]){ at, at }, 0) != 0)
		abort();
}

/* The raw mail is on disk before anything is said of it. */
static void put_blob(struct postoffice *p, const struct letter *l, size_t index,
		     uint8_t blob_out[MAIL_SHA256_SIZE])
{
	char raw[800];

	(void)snprintf(raw, sizeof(raw), "Received: %u\nMessage-ID: <%zu.%s>\n\n%s", l->n_copies,
		       index, l->message_id, l->words);
	if (blob_file_put(&p->blobs, bytes_of(raw), blob_out) != ERR_OK ||
	    blob_folder_sync(&p->blobs) != ERR_OK)
		abort();
	age_blob(p, blob_out);
}

static void hand_over(struct postoffice *p, size_t index)
{
	struct letter *l = &letters_of(p)->list[index];
	struct told_letter *told = malloc(sizeof(*told));
	uint8_t blob[MAIL_SHA256_SIZE];
	struct message *m;

	if (told == NULL)
		abort();
	put_blob(p, l, index, blob);
	if (l->n_copies == 0)
		memcpy(l->blob, blob, sizeof(blob));
	m = letter_message(p, index, blob);
	*told = (struct told_letter){ .post = p, .letter = index };
	l->tries++;
	l->is_under_way = true;
	p->net->world->n_tries++;
	p->net->messages_under_way++;
	if (l->first_ms == 0)
		l->first_ms = wall_now(p);
	if (l->use != LETTER_BOUNCE)
		letters_of(p)->residents[l->who].has_written = true;
	diary_note(p->net->sim->diary, MAIL_CHANNEL ": letter %zu from %s, try %u: %.60s", index,
		   letters_of(p)->residents[l->who].address, l->tries, l->words);
	intake_message_take(core_of(p)->intake, p->channel, &m, on_letter_answered, told);
}

static void on_letter_due(void *ctx, uint64_t index)
{
	struct postoffice *p = ctx;
	struct letter *l = &letters_of(p)->list[index];
	bool was_acked = l->is_acked;

	if (!l->is_under_way && p->is_up && core_of(p) != NULL)
		hand_over(p, (size_t)index);
	else if (was_acked)
		return;
	/* What lies in the folder is offered until it is kept. */
	if (!was_acked)
		host_sim_at(p->net->sim, chance_between(&p->chance, 15 * SECOND_MS, 90 * SECOND_MS),
			    on_letter_due, p, index);
}

static void on_letter_again(void *ctx, uint64_t index)
{
	struct postoffice *p = ctx;

	if (!letters_of(p)->list[index].is_acked)
		on_letter_due(ctx, index);
}

static void place(struct postoffice *p, struct letter *l)
{
	l->uid_validity = p->uid_validity;
	l->uid = p->uid_next++;
}

/* The sender's server never heard that it was kept, and sends it once more, by another way. */
static void on_sent_again(void *ctx, uint64_t index)
{
	struct postoffice *p = ctx;
	struct letter *l = &letters_of(p)->list[index];

	if (l->is_under_way)
		return;
	l->n_copies++;
	place(p, l);
	diary_note(p->net->sim->diary, MAIL_CHANNEL ": letter %" PRIu64 " is delivered once more",
		   index);
	on_letter_due(ctx, index);
}

static void on_delivered(void *ctx, uint64_t index)
{
	struct postoffice *p = ctx;

	place(p, &letters_of(p)->list[index]);
	on_letter_again(ctx, index);
}

void postoffice_deliver(struct postoffice *p, size_t letter, int64_t in_ms)
{
	host_sim_at(p->net->sim, in_ms, on_delivered, p, letter);
}

void postoffice_restore(struct postoffice *p)
{
	struct letters *all = letters_of(p);

	p->uid_validity++;
	p->uid_next = 1;
	diary_note(p->net->sim->diary, MAIL_CHANNEL ": the folder was restored, UIDVALIDITY %u",
		   p->uid_validity);
	for (size_t i = all->n; i-- > 0;) {
		struct letter *l = &all->list[i];

		if (wall_now(p) - l->at_ms > RESTORED_DAYS * DAY_MS)
			break;
		if (l->uid == 0 || l->is_under_way ||
		    (l->is_acked && !chance_of_1000(&p->chance, 200)))
			continue;
		place(p, l);
		if (l->is_acked)
			host_sim_at(p->net->sim, chance_wait(&p->chance, SECOND_MS, MINUTE_MS),
				    on_letter_due, p, i);
	}
}

void postoffice_init(struct postoffice *p, struct network *net, const char *state_dir,
		     uint64_t seed)
{
	char path[FILES_PATH_SIZE];

	*p = (struct postoffice){ .net = net,
				  .chance = chance_of(seed, "post office"),
				  .uid_validity = VALIDITY_FIRST,
				  .uid_next = 1 };
	if (blob_folder_of(state_dir, path) != ERR_OK ||
	    blob_folder_open(path, &p->blobs) != ERR_OK)
		abort();
}
