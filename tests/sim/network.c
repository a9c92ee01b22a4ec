/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/network.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "parsers/contact.h"
#include "parsers/err.h"
#include "tests/sim/postoffice.h"
#include "tests/sim/smsc.h"

/* A result that was given may still wait for its commit this long, a stalled disk included. */
#define RESULT_SETTLES_MS (3 * MINUTE_MS)

static const struct contact_country serbia = { .code = "381", .trunk = "0" };

static int64_t wall_now(const struct network *n)
{
	return host_sim_wall(n->sim).ms;
}

static struct core *core_of(const struct net_link *link)
{
	return link->channel == NULL || link->net->sim->is_dead ? NULL : link->channel->core;
}

/* --- the link --- */

static void on_connected(void *ctx, uint64_t life)
{
	struct net_link *link = ctx;

	if (link->life != life || link->channel == NULL || link->net->sim->is_dead)
		return;
	if (link->is_cut) {
		host_sim_at(link->net->sim, 10 * SECOND_MS, on_connected, link, life);
		return;
	}
	link->is_up = true;
	link->up_ms = wall_now(link->net);
	diary_note(link->net->sim->diary, "%s is up", link->name);
	channel_set_state(link->channel, CHANNEL_UP, "connected");
}

/* Nobody will hear what became of these. */
static void forget_flying(struct net_link *link, bool tell)
{
	struct world *w = link->net->world;

	for (size_t i = w->n_shots; i-- > 0 && link->in_flight > 0;) {
		struct shot *s = &w->shots[i];

		if (!s->is_flying || s->link != link->index)
			continue;
		s->is_flying = false;
		s->unknown++;
		s->flew_at_death = link->net->sim->is_dead;
		link->in_flight--;
		if (tell && core_of(link) != NULL)
			dispatch_result(core_of(link)->dispatch, link->channel, s->row, s->segment,
					SEND_UNSURE, BYTES_NONE, bytes_of("the link broke"), 0);
	}
	link->in_flight = 0;
}

static void on_break(void *ctx, uint64_t life)
{
	struct net_link *link = ctx;
	struct network *n = link->net;

	if (link->life != life || !link->is_up || core_of(link) == NULL)
		return;
	diary_note(n->sim->diary, "%s breaks with %u under way", link->name, link->in_flight);
	link->is_up = false;
	link->life++;
	forget_flying(link, true);
	if (core_of(link) == NULL)
		return; /* it died of the news */
	channel_set_state(link->channel, CHANNEL_DOWN, "the link broke");
	host_sim_at(n->sim, chance_wait(&n->chance, 500, MINUTE_MS), on_connected, link,
		    link->life);
}

static void on_cut_over(void *ctx, uint64_t arg)
{
	struct net_link *link = ctx;

	(void)arg;
	link->is_cut = false;
}

void network_cut(struct network *n, unsigned index, int64_t for_ms)
{
	struct net_link *link = &n->links[index];

	if (index == SMPP_LINK) {
		smsc_cut(n->smsc, for_ms);
		return;
	}
	if (for_ms > 0) {
		link->is_cut = true;
		host_sim_at(n->sim, for_ms, on_cut_over, link, 0);
	}
	on_break(link, link->life);
}

static int link_start(struct channel *c)
{
	struct net_link *link = c->own;
	struct network *n = link->net;

	link->channel = c;
	link->is_up = false;
	link->life++;
	host_sim_at(n->sim, chance_between(&n->chance, 50, 3000), on_connected, link, link->life);
	return ERR_OK;
}

static void link_stop(struct channel *c)
{
	struct net_link *link = c->own;

	forget_flying(link, false);
	link->life++;
	link->is_up = false;
	link->channel = NULL;
}

void network_daemon_died(struct network *n)
{
	int64_t now = wall_now(n);

	/* Results that may not have been written; those that flew are found by link_stop(). */
	for (size_t i = n->world->n_shots; i-- > 0;) {
		struct shot *s = &n->world->shots[i];

		if (!s->is_flying && s->sends > 0 && now - s->result_ms < RESULT_SETTLES_MS)
			s->unknown++;
		if (now - s->first_ms > 10 * DAY_MS)
			break;
	}
}

void network_daemon_buried(struct network *n)
{
	if (n->messages_under_way != 0 || n->receipts_under_way != 0)
		diary_violated(n->sim->diary, "everybody-is-answered-once",
			       "%d messages and %d receipts got no answer at all",
			       (int)n->messages_under_way, (int)n->receipts_under_way);
	smsc_daemon_died(n->smsc);
}

/* --- what leaves --- */

/* A shot's flight and what shall become of it, as the argument of an event. */
#define FLIGHT_BITS 16
#define FATE_BITS   8

static uint64_t flight_arg(size_t shot, const struct shot *s, unsigned fate)
{
	return (uint64_t)shot << (FLIGHT_BITS + FATE_BITS) | (s->flight & 0xffff) << FATE_BITS |
	       fate;
}

struct flight_of {
	size_t shot;
	unsigned flight, fate;
};

static struct flight_of flight_read(uint64_t arg)
{
	return (struct flight_of){ .shot = (size_t)(arg >> (FLIGHT_BITS + FATE_BITS)),
				   .flight = (arg >> FATE_BITS) & 0xffff,
				   .fate = arg & 0xff };
}

/* What the network calls this copy of this segment. */
static void name_of_flight(struct flight_of f, char *buf, size_t size)
{
	(void)snprintf(buf, size, "n%zu-%u", f.shot, f.flight);
}

/* --- receipts --- */

enum {
	FATE_RECEIPT = 0x0f, /* the state */
	FATE_UNKNOWN = 0x10, /* of nothing that we sent */
	FATE_LIE = 0x20,     /* after the right one */
};

struct told_receipt {
	struct network *net;
	uint64_t arg;
};

static void on_receipt_due(void *ctx, uint64_t arg);

static void plan_receipt(struct network *n, uint64_t arg, int64_t in_ms)
{
	host_sim_at(n->sim, in_ms, on_receipt_due, n, arg);
}

static void receipt_believed(struct network *n, uint64_t arg)
{
	struct flight_of f = flight_read(arg);
	struct shot *s = &n->world->shots[f.shot];
	enum receipt_state state = (enum receipt_state)(f.fate & FATE_RECEIPT);

	n->world->receipts_told++;
	if (f.fate & FATE_UNKNOWN)
		return;
	s->receipt_ms = wall_now(n);
	if (f.fate & FATE_LIE)
		s->lied_after = true;
	else if (state == RECEIPT_DELIVERED)
		s->arrived_told = true;
	else
		s->failed_told = true;
	if (state == RECEIPT_DELIVERED && !s->failed_told && !(f.fate & FATE_LIE) &&
	    chance_of_1000(&n->chance, 20))
		plan_receipt(n, flight_arg(f.shot, s, RECEIPT_FAILED | FATE_LIE),
			     chance_wait(&n->chance, 1, DAY_MS));
	if (chance_of_1000(&n->chance, 30))
		plan_receipt(n, arg, chance_wait(&n->chance, 1, HOUR_MS));
}

static void on_receipt_answered(void *ctx, int err)
{
	struct told_receipt *told = ctx;
	struct network *n = told->net;

	n->receipts_under_way--;
	if (n->sim->is_dead || err_class(err) != ERR_IS_OK)
		plan_receipt(n, told->arg, chance_wait(&n->chance, 3 * SECOND_MS, MINUTE_MS));
	else
		receipt_believed(n, told->arg);
	free(told);
}

static void tell_receipt(struct network *n, struct net_link *link, uint64_t arg)
{
	struct flight_of f = flight_read(arg);
	const struct shot *s = &n->world->shots[f.shot];
	struct told_receipt *told = malloc(sizeof(*told));
	char name[40] = "nobody-knows";
	struct receipt r = { .state = (enum receipt_state)(f.fate & FATE_RECEIPT),
			     .at = { .ms = wall_now(n) } };

	if (told == NULL)
		abort();
	*told = (struct told_receipt){ .net = n, .arg = arg };
	if (!(f.fate & FATE_UNKNOWN))
		name_of_flight(f, name, sizeof(name));
	if (link->index == 0 && !(f.fate & FATE_UNKNOWN)) {
		r.row = s->row;
		r.segment = s->segment;
	} else {
		r.remote_id = bytes_of(name);
	}
	if (r.state == RECEIPT_FAILED)
		r.error = bytes_of("UNDELIV");
	n->receipts_under_way++;
	diary_note(n->sim->diary, "%s: receipt %s of row %" PRIu64 ".%u (%s)", link->name,
		   receipt_state_text(r.state), s->row, s->segment, name);
	intake_receipt(core_of(link)->intake, link->channel, &r, on_receipt_answered, told);
}

static void on_receipt_due(void *ctx, uint64_t arg)
{
	struct network *n = ctx;
	struct net_link *link = &n->links[n->world->shots[flight_read(arg).shot].link];

	if (link->is_up && core_of(link) != NULL)
		tell_receipt(n, link, arg);
	else
		plan_receipt(n, arg, chance_wait(&n->chance, 3 * SECOND_MS, MINUTE_MS));
}

/* Some never come, some late, some are wrong from the start. */
static void plan_receipts(struct network *n, uint64_t flight, int64_t result_in_ms)
{
	struct chance *c = &n->chance;
	uint64_t arg = flight - (flight & 0xff);
	int64_t in_ms = chance_wait(c, SECOND_MS, MINUTE_MS);

	if (chance_of_1000(c, 40))
		return;
	if (chance_of_1000(c, 60))
		in_ms = chance_wait(c, MINUTE_MS, 5 * HOUR_MS);
	if (chance_of_1000(c, 30) && result_in_ms > 1)
		in_ms = chance_between(c, 0,
				       result_in_ms - 1); /* before the answer that names it */
	if (chance_of_1000(c, 5))
		plan_receipt(n, arg | RECEIPT_DELIVERED | FATE_UNKNOWN, in_ms);
	plan_receipt(n, arg | (chance_of_1000(c, 50) ? RECEIPT_FAILED : RECEIPT_DELIVERED), in_ms);
}

/* --- a segment on its way to a phone --- */

static void read_case_number(struct citizen *c, const char *text)
{
	const char *at = strstr(text, "SP-");

	if (at == NULL || strlen(at) < 14)
		return;
	(void)snprintf(c->last_case, sizeof(c->last_case), "%.14s", at);
}

static void on_phone(void *ctx, uint64_t arg)
{
	struct network *n = ctx;
	struct shot *s = &n->world->shots[flight_read(arg).shot];
	struct citizen *c = world_citizen(n->world, bytes_of(s->to));

	s->copies++;
	diary_note(n->sim->diary, "phone %s gets row %" PRIu64 ".%u, copy %u", s->to, s->row,
		   s->segment, s->copies);
	if (c == NULL)
		return;
	c->n_got++;
	read_case_number(c, s->text);
	if (n->on_text != NULL && s->copies == 1)
		n->on_text(n->on_text_ctx, (size_t)(c - n->world->citizens), s->text);
}

static void on_result(void *ctx, uint64_t arg)
{
	struct network *n = ctx;
	struct flight_of f = flight_read(arg);
	struct shot *s = &n->world->shots[f.shot];
	struct net_link *link = &n->links[s->link];
	enum send_outcome outcome = (enum send_outcome)(f.fate & 0x0f);
	bool throttled = (f.fate & 0x80) != 0;
	char name[40];

	if (!s->is_flying || (s->flight & 0xffff) != f.flight || core_of(link) == NULL)
		return;
	s->is_flying = false;
	link->in_flight--;
	s->result_ms = wall_now(n);
	s->said_ok = outcome == SEND_OK;
	if (outcome == SEND_UNSURE)
		s->unknown++;
	if (outcome == SEND_FAILED)
		s->refused++;
	name_of_flight(f, name, sizeof(name));
	diary_note(n->sim->diary, "%s: result %d of row %" PRIu64 ".%u", link->name, (int)outcome,
		   s->row, s->segment);
	dispatch_result(core_of(link)->dispatch, link->channel, s->row, s->segment, outcome,
			outcome == SEND_OK ? bytes_of(name) : BYTES_NONE,
			outcome == SEND_OK ? BYTES_NONE : bytes_of("as it goes"),
			throttled ? THROTTLE_MS : 0);
}

void network_phone_gets(struct network *n, size_t shot, int64_t in_ms)
{
	host_sim_at(n->sim, in_ms, on_phone, n, flight_arg(shot, &n->world->shots[shot], 0));
}

/* What shall become of it: mostly it arrives. */
static void decide_fate(struct network *n, size_t shot)
{
	struct chance *c = &n->chance;
	struct shot *s = &n->world->shots[shot];
	int64_t result_in = chance_wait(c, 20, 2000);
	unsigned roll = (unsigned)chance_below(c, n->is_calm ? 100000 : 1000);

	if (roll < 20) {
		host_sim_at(n->sim, result_in, on_result, n,
			    flight_arg(shot, s, SEND_LATER | 0x80));
		return;
	}
	if (roll < 45) {
		host_sim_at(n->sim, result_in, on_result, n, flight_arg(shot, s, SEND_LATER));
		return;
	}
	if (roll < 57) {
		host_sim_at(n->sim, result_in, on_result, n, flight_arg(shot, s, SEND_FAILED));
		return;
	}
	if (roll >= 80 || chance_of_1000(c, 500)) {
		network_phone_gets(n, shot, chance_wait(c, 10, 5000));
		plan_receipts(n, flight_arg(shot, s, 0), result_in);
	}
	if (roll < 80)
		host_sim_at(n->sim, SEND_DEADLINE_MS, on_result, n,
			    flight_arg(shot, s, SEND_UNSURE));
	else
		host_sim_at(n->sim, result_in, on_result, n, flight_arg(shot, s, SEND_OK));
}

static void note_shot(struct network *n, struct shot *s, const struct outgoing *out,
		      const struct net_link *link)
{
	struct bytes to =
		bytes_starts(out->to, "sms:") ? bytes_cut(out->to, 4, out->to.len) : out->to;

	s->link = link->index;
	s->first_ms = wall_now(n);
	(void)snprintf(s->to, sizeof(s->to), "%.*s", PRI_BYTES(to));
	(void)snprintf(s->from, sizeof(s->from), "%.*s", PRI_BYTES(out->from));
	s->text = strndup((const char *)out->text.ptr, out->text.len);
	if (s->text == NULL)
		abort();
}

static unsigned link_room(const struct channel *c)
{
	const struct net_link *link = c->own;

	return !link->is_up || link->in_flight >= c->conf->window
		       ? 0
		       : c->conf->window - link->in_flight;
}

struct shot *network_note_leaving(struct network *n, struct net_link *link,
				  const struct outgoing *out)
{
	bool is_new;
	struct shot *s = world_shot(n->world, out->row, out->segment, &is_new);

	if (is_new)
		note_shot(n, s, out, link);
	else if (!bytes_is(out->text, s->text))
		diary_violated(n->sim->diary, "a-copy-is-the-same",
			       "row %" PRIu64 ".%u leaves again with other words", out->row,
			       out->segment);
	if (s->is_flying)
		diary_violated(n->sim->diary, "copies-are-bounded",
			       "row %" PRIu64 ".%u leaves while it is under way", out->row,
			       out->segment);
	s->sends++;
	n->world->n_sends++;
	s->left_ms = wall_now(n);
	s->flight++;
	s->is_flying = true;
	s->said_ok = false;
	diary_note(n->sim->diary, "%s: row %" PRIu64 ".%u leaves for %s", link->name, s->row,
		   s->segment, s->to);
	if (n->on_send != NULL)
		n->on_send(n->on_send_ctx);
	return s;
}

static void link_send(struct channel *c, const struct outgoing *out)
{
	struct net_link *link = c->own;
	struct network *n = link->net;
	struct shot *s;

	if (n->sim->is_dead)
		return;
	s = network_note_leaving(n, link, out);
	link->in_flight++;
	decide_fate(n, (size_t)(s - n->world->shots));
}

static const struct channel_ops network_ops = {
	.start = link_start, .stop = link_stop, .room = link_room, .send = link_send
};

struct channel *network_make_channel(const struct conf_channel *conf, void *ctx)
{
	struct network *n = ctx;
	struct channel *c;

	if (conf->type == CHANNEL_MAIL)
		return postoffice_make(n->post);
	if (conf->type == CHANNEL_SMPP)
		return smsc_make(n->smsc);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->ops = &network_ops;
	for (size_t i = 0; i < WORLD_LINKS; i++)
		if (strcmp(conf->name, n->links[i].name) == 0)
			c->own = &n->links[i];
	return c;
}

/* --- what comes in --- */

struct told_piece {
	struct network *net;
	size_t piece;
};

static void note_commands(struct network *n, size_t index, bool is_sure)
{
	const struct piece *p = &n->world->pieces[index];
	const struct written *wr = &n->world->written[p->written];
	struct stop *stop;

	if (wr->kind->use != USE_STOP)
		return;
	stop = world_add_stop(n->world);
	*stop = (struct stop){
		.citizen = wr->citizen, .from_ms = wall_now(n), .piece = index, .is_sure = is_sure
	};
}

static void end_stops(struct network *n, unsigned citizen)
{
	for (size_t i = 0; i < n->world->n_stops; i++) {
		struct stop *s = &n->world->stops[i];

		if (s->citizen == citizen && s->to_ms == 0)
			s->to_ms = wall_now(n);
	}
}

static void heard(struct network *n, size_t index, const char *what, bool is_sure)
{
	struct piece *p = &n->world->pieces[index];

	n->world->answers_told++;
	p->acked_ms = wall_now(n);
	diary_note(n->sim->diary, "m%zu is acknowledged: %s", index, what);
	if (!p->is_acked)
		note_commands(n, index, is_sure);
	p->is_acked = true;
}

/* Whether it was a repeat isn't told. */
void network_note_heard(struct network *n, size_t index)
{
	heard(n, index, "ok", false);
}

static void heard_in_words(struct network *n, size_t index, int err)
{
	struct piece *p = &n->world->pieces[index];

	if (err == ERR_DUPLICATE) {
		n->world->repeats_told++;
		p->n_repeated++;
	} else {
		p->n_ok++;
	}
	heard(n, index, err_text(err), err == ERR_OK);
}

static void on_piece_answered(void *ctx, int err)
{
	struct told_piece *told = ctx;
	struct network *n = told->net;
	struct piece *p = &n->world->pieces[told->piece];
	struct net_link *link =
		&n->links[n->world->citizens[n->world->written[p->written].citizen].link];

	n->messages_under_way--;
	p->under_way--;
	if (n->sim->is_dead)
		;
	else if (!link->is_up)
		diary_note(n->sim->diary, "m%zu: the answer isn't heard", told->piece);
	else if (!n->is_calm && chance_of_1000(&n->chance, 8)) {
		diary_note(n->sim->diary, "m%zu: the link breaks with the answer in it",
			   told->piece);
		host_sim_at(n->sim, 0, on_break, link, link->life);
	} else if (err_class(err) == ERR_IS_OK)
		heard_in_words(n, told->piece, err);
	else if (err_class(err) == ERR_IS_REJECT)
		diary_violated(n->sim->diary, "nothing-is-refused", "m%zu was refused: %s",
			       told->piece, err_text(err));
	free(told);
}

static void name_piece(const struct network *n, struct message *m, size_t index)
{
	const struct piece *p = &n->world->pieces[index];
	unsigned link = n->world->citizens[n->world->written[p->written].citizen].link;
	char id[40];

	(void)snprintf(id, sizeof(id), "m%zu.%u", index, link == 0 ? 0 : p->tries);
	m->remote_id = arena_dup(m->arena, bytes_of(id));
}

static struct message *piece_message(const struct network *n, size_t index)
{
	const struct piece *p = &n->world->pieces[index];
	const struct citizen *c = &n->world->citizens[n->world->written[p->written].citizen];
	struct message *m = message_new(ARENA_MESSAGE_MAX);

	if (m == NULL)
		abort();
	m->from_raw = arena_dup(m->arena, bytes_of(c->number));
	(void)contact_of_number(m->from_raw, &serbia, m->arena, &m->from);
	m->to = bytes_of(SHORT_CODE);
	m->coding = p->coding;
	m->charset = bytes_of(p->charset);
	m->raw = arena_dup(m->arena, bytes_at(p->octets, p->n_octets));
	m->udh = arena_dup(m->arena, bytes_at(p->udh, p->udh_len));
	m->smsc = bytes_of(n->links[c->link].name);
	m->smsc_time.ms = n->world->written[p->written].at_ms;
	if (message_decode(m) != ERR_OK)
		abort();
	message_read_udh(m, PART_TOTAL_MAX);
	if (p->has_fault)
		m->fault = bytes_of("the frame can't be read");
	name_piece(n, m, index);
	return m;
}

static void on_piece_due(void *ctx, uint64_t index);

void network_note_try(struct network *n, const struct net_link *link, size_t index, int64_t calm_ms)
{
	struct piece *p = &n->world->pieces[index];
	const struct written *wr = &n->world->written[p->written];

	if (n->dies_on_try)
		n->sim->armed[POINT_BEFORE_COMMIT] = 1;
	n->dies_on_try = false;
	p->tries++;
	n->world->n_tries++;
	if (p->first_ms == 0)
		p->first_ms = wall_now(n);
	if (p->tries == 1 || calm_ms < p->calm_ms)
		p->calm_ms = calm_ms;
	n->world->citizens[wr->citizen].has_written = true;
	if (wr->kind->use == USE_START)
		end_stops(n, wr->citizen);
	diary_note(n->sim->diary, "%s: m%zu from %s, try %u: %.60s", link->name, index,
		   n->world->citizens[wr->citizen].number, p->tries, wr->words);
}

static void hand_over(struct network *n, struct net_link *link, size_t index)
{
	struct piece *p = &n->world->pieces[index];
	struct told_piece *told = malloc(sizeof(*told));
	struct message *m = piece_message(n, index);

	if (told == NULL)
		abort();
	*told = (struct told_piece){ .net = n, .piece = index };
	p->under_way++;
	n->messages_under_way++;
	network_note_try(n, link, index, wall_now(n) - link->up_ms);
	intake_message_take(core_of(link)->intake, link->channel, &m, on_piece_answered, told);
}

static void on_piece_due(void *ctx, uint64_t index)
{
	struct network *n = ctx;
	struct piece *p = &n->world->pieces[index];
	struct net_link *link =
		&n->links[n->world->citizens[n->world->written[p->written].citizen].link];

	if (p->is_acked)
		return;
	if (link->is_up && core_of(link) != NULL)
		hand_over(n, link, (size_t)index);
	/* Unless it is answered by then, it comes again. */
	host_sim_at(n->sim, chance_between(&n->chance, 15 * SECOND_MS, 45 * SECOND_MS),
		    on_piece_due, n, index);
}

/* Kannel can hand over again what it was answered for, after a crash of its own. */
static void on_piece_again(void *ctx, uint64_t index)
{
	struct network *n = ctx;
	struct net_link *link = &n->links[0];

	if (link->is_up && core_of(link) != NULL && n->world->pieces[index].is_acked)
		hand_over(n, link, (size_t)index);
}

void network_submit(struct network *n, size_t index, int64_t in_ms)
{
	const struct piece *p = &n->world->pieces[index];
	unsigned link = n->world->citizens[n->world->written[p->written].citizen].link;

	if (link == SMPP_LINK) {
		smsc_give(n->smsc, index, in_ms);
		return;
	}
	host_sim_at(n->sim, in_ms, on_piece_due, n, index);
	if (link == 0 && chance_of_1000(&n->chance, 15))
		host_sim_at(n->sim, in_ms + chance_wait(&n->chance, 1, 5 * DAY_MS), on_piece_again,
			    n, index);
}

void network_init(struct network *n, struct host_sim *sim, struct world *world, uint64_t seed)
{
	static const char *const names[WORLD_LINKS] = { "mobile-a", "mobile-b", SMPP_CHANNEL };

	*n = (struct network){ .sim = sim, .world = world, .chance = chance_of(seed, "network") };
	for (unsigned i = 0; i < WORLD_LINKS; i++)
		n->links[i] = (struct net_link){ .net = n, .index = i, .name = names[i] };
}
