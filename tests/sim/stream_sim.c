/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/stream_sim.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"

/* What a peer that doesn't read lets pile up at us. */
#define UNREAD_MAX ((uint64_t)4 * 1024 * 1024)
/* A connection that nobody answers is given up by the system. */
#define CONNECT_HANGS_MS (127 * SECOND_MS)

/* Octets of one direction; positions count from the stream's first. */
struct pipe {
	uint8_t *buf;
	size_t len, cap;
	uint64_t base;              /* of buf[0]: what is before it was taken */
	uint64_t left;              /* has left its writer */
	uint64_t come;              /* has come to its reader */
	bool is_leaving, is_coming; /* an event of it is under way */
};

struct smpp_stream {
	struct stream_sim *net;
	struct smpp_stream *next;
	unsigned refs; /* each end that is there, each event */
	const struct smpp_stream_events *events;
	void *near_ctx;
	void *own;
	unsigned port;
	struct pipe out, in; /* of the daemon */
	bool near_open, far_open;
	bool is_up;
	bool is_paused;
	bool is_down; /* on_down was called, or nothing is to be told any more */
	bool is_broken, is_hung_up;
	uint64_t hold_at; /* octets behind it don't come before hold_ms; 0: none held */
	int64_t hold_ms;
	unsigned n_said; /* since octets last came */
};

static uint64_t pipe_end(const struct pipe *p)
{
	return p->base + p->len;
}

static uint64_t pipe_add(struct pipe *p, struct bytes octets)
{
	if (p->len + octets.len > p->cap) {
		p->cap = 2 * (p->len + octets.len);
		p->buf = realloc(p->buf, p->cap);
		if (p->buf == NULL)
			abort();
	}
	if (octets.len > 0)
		memcpy(p->buf + p->len, octets.ptr, octets.len);
	p->len += octets.len;
	return pipe_end(p);
}

static struct bytes pipe_come(const struct pipe *p)
{
	return bytes_at(p->buf, (size_t)(p->come - p->base));
}

static void pipe_take(struct pipe *p, size_t n)
{
	memmove(p->buf, p->buf + n, p->len - n);
	p->len -= n;
	p->base += n;
}

/* --- life --- */

static void stream_free(struct smpp_stream *s)
{
	struct smpp_stream **at = &s->net->first;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s->out.buf);
	free(s->in.buf);
	free(s);
}

static void let_go(struct smpp_stream *s)
{
	if (--s->refs == 0)
		stream_free(s);
}

static void plan(struct smpp_stream *s, int64_t in_ms, sim_world_fn *fn)
{
	s->refs++;
	host_sim_at(s->net->sim, in_ms, fn, s, 0);
}

static int64_t latency(struct smpp_stream *s)
{
	struct chance *c = &s->net->chance;

	if (!s->net->is_calm && chance_of_1000(c, 10))
		return chance_between(c, 300, 3000);
	return chance_wait(c, 1, 40);
}

static void far_ends(struct smpp_stream *s)
{
	if (!s->far_open)
		return;
	s->far_open = false;
	s->net->far->on_gone(s->net->ctx, s);
	let_go(s);
}

/* --- from the daemon to the far end --- */

/* How much of what is under way comes now: all of it, or some octets. */
static uint64_t some_of(struct smpp_stream *s, uint64_t n)
{
	struct chance *c = &s->net->chance;

	if (chance_of_1000(c, 750) || n < 2)
		return n;
	return 1 + chance_below(c, n - 1);
}

static void on_arrives(void *ctx, uint64_t arg);

static void plan_arrival(struct smpp_stream *s)
{
	if (s->out.is_coming || s->out.come >= s->out.left)
		return;
	s->out.is_coming = true;
	plan(s, latency(s), on_arrives);
}

/* The far end hears what has come; the rest of a frame waits. */
static void far_hears(struct smpp_stream *s)
{
	size_t taken;

	if (!s->far_open || s->out.come == s->out.base)
		return;
	taken = s->net->far->on_octets(s->net->ctx, s, pipe_come(&s->out));
	pipe_take(&s->out, taken);
}

static void on_arrives(void *ctx, uint64_t arg)
{
	struct smpp_stream *s = ctx;

	(void)arg;
	s->out.is_coming = false;
	if (s->out.come < s->out.left)
		s->out.come += some_of(s, s->out.left - s->out.come);
	far_hears(s);
	if (s->out.come < s->out.left)
		plan_arrival(s);
	else if (!s->near_open || s->is_broken)
		far_ends(s);
	let_go(s);
}

static void on_leaves(void *ctx, uint64_t arg)
{
	struct smpp_stream *s = ctx;

	(void)arg;
	s->out.is_leaving = false;
	if (s->near_open && !s->is_broken && !s->net->sim->is_dead) {
		s->out.left = pipe_end(&s->out);
		plan_arrival(s);
	}
	let_go(s);
}

static void on_snaps(void *ctx, uint64_t arg)
{
	(void)arg;
	stream_sim_break(ctx);
	let_go(ctx);
}

/* Mostly with the turn of the loop; not while the peer's system takes nothing, perhaps for its link is dying. */
static void plan_leaving(struct smpp_stream *s)
{
	struct chance *c = &s->net->chance;
	int64_t in_ms = 0;

	if (s->out.is_leaving)
		return;
	s->out.is_leaving = true;
	if (!s->net->is_calm && chance_of_1000(c, 10))
		in_ms = chance_wait(c, 100, 20 * SECOND_MS);
	plan(s, in_ms, on_leaves);
	if (in_ms > 0 && chance_of_1000(c, 300))
		plan(s, in_ms / 2, on_snaps);
}

static int on_write(struct smpp_stream *s, struct bytes octets, uint64_t *seq_out)
{
	uint64_t end;

	if (s->net->sim->is_dead)
		return ERR_BAD_STATE; /* whatever it does, it doesn't */
	if (!s->is_up || s->is_down)
		return ERR_BAD_STATE;
	if (pipe_end(&s->out) - s->out.left + octets.len > UNREAD_MAX)
		return ERR_LIMIT;
	end = pipe_add(&s->out, octets);
	if (seq_out != NULL)
		*seq_out = end;
	s->net->far->on_written(s->net->ctx, s, octets, end);
	plan_leaving(s);
	return ERR_OK;
}

static bool on_has_left(const struct smpp_stream *s, uint64_t seq)
{
	return s->out.left >= seq;
}

/* --- from the far end to the daemon --- */

static void on_comes(void *ctx, uint64_t arg);

static void plan_coming(struct smpp_stream *s, int64_t in_ms)
{
	if (s->in.is_coming)
		return;
	s->in.is_coming = true;
	plan(s, in_ms, on_comes);
}

static bool is_held(const struct smpp_stream *s)
{
	return s->hold_at != 0 && s->net->sim->now_ms < s->hold_ms;
}

static uint64_t may_come(const struct smpp_stream *s)
{
	return is_held(s) && s->hold_at < pipe_end(&s->in) ? s->hold_at : pipe_end(&s->in);
}

static void tell_down(struct smpp_stream *s, const char *why)
{
	if (s->is_down || !s->near_open || s->net->sim->is_dead)
		return;
	s->is_down = true;
	s->events->on_down(s->near_ctx, why);
}

static void near_hears(struct smpp_stream *s)
{
	struct bytes in = pipe_come(&s->in);
	size_t taken;

	if (s->is_paused || s->is_down || !s->near_open || s->net->sim->is_dead || in.len == 0)
		return;
	s->net->acts[ACT_JOINED] += s->n_said > 1;
	s->n_said = 0;
	taken = s->events->on_octets(s->near_ctx, in);
	if (taken > in.len) {
		diary_violated(s->net->sim->diary, "frames-are-whole",
			       "%zu octets were taken of %zu", taken, in.len);
		taken = in.len;
	}
	pipe_take(&s->in, taken);
	s->net->far->on_taken(s->net->ctx, s, s->in.base);
}

static void on_comes(void *ctx, uint64_t arg)
{
	struct smpp_stream *s = ctx;
	uint64_t most;

	(void)arg;
	s->in.is_coming = false;
	if (s->is_broken) {
		tell_down(s, "the link broke");
		let_go(s);
		return;
	}
	most = may_come(s);
	if (s->in.come < most) {
		s->in.come += some_of(s, most - s->in.come);
		s->net->acts[ACT_CUT] += s->in.come < most;
	}
	near_hears(s);
	if (s->in.come < may_come(s))
		plan_coming(s, latency(s));
	else if (s->in.come < pipe_end(&s->in))
		plan_coming(s, s->hold_ms - s->net->sim->now_ms);
	else if (s->is_hung_up && !s->is_paused)
		tell_down(s, "the other side closed");
	let_go(s);
}

static void on_pause(struct smpp_stream *s, bool is_paused)
{
	s->is_paused = is_paused;
	if (!is_paused && s->near_open)
		plan_coming(s, 0);
}

uint64_t stream_sim_say(struct smpp_stream *s, struct bytes octets)
{
	uint64_t end = pipe_add(&s->in, octets);

	s->n_said++;
	if (!s->is_broken && s->near_open)
		plan_coming(s, latency(s));
	return end;
}

void stream_sim_hold(struct smpp_stream *s, size_t last, int64_t for_ms)
{
	if (is_held(s))
		return;
	s->hold_at = pipe_end(&s->in) - last;
	s->hold_ms = s->net->sim->now_ms + for_ms;
}

/* --- ends --- */

void stream_sim_hang_up(struct smpp_stream *s)
{
	if (!s->far_open)
		return;
	s->is_hung_up = true;
	plan_coming(s, latency(s));
	s->far_open = false;
	let_go(s);
}

void stream_sim_break(struct smpp_stream *s)
{
	if (s->is_broken)
		return;
	s->is_broken = true;
	s->net->acts[ACT_UNSENT] += s->out.left < pipe_end(&s->out);
	plan_coming(s, latency(s));
	/* Of what had left, some may have come before. */
	if (s->far_open && s->out.come < s->out.left && chance_of_1000(&s->net->chance, 500))
		plan_arrival(s);
	else if (!s->out.is_coming)
		far_ends(s);
}

static void on_close(struct smpp_stream **stream)
{
	struct smpp_stream *s = *stream;

	*stream = NULL;
	if (!s->is_broken && !s->net->sim->is_dead && s->is_up &&
	    chance_of_1000(&s->net->chance, 500))
		s->out.left = pipe_end(&s->out); /* it leaves if it can */
	s->near_open = false;
	s->net->far->on_lost(s->net->ctx, s);
	if (s->far_open && s->out.come < s->out.left && !s->is_broken)
		plan_arrival(s);
	else if (s->far_open && !s->out.is_coming)
		plan(s, latency(s), on_arrives); /* the far end hears of it a moment later */
	let_go(s);
}

/* --- the beginning --- */

static void on_hangs(void *ctx, uint64_t arg)
{
	(void)arg;
	tell_down(ctx, "no answer to connecting");
	let_go(ctx);
}

static void on_connects(void *ctx, uint64_t arg)
{
	struct smpp_stream *s = ctx;
	struct stream_sim *n = s->net;

	(void)arg;
	if (!s->near_open || n->sim->is_dead) {
		let_go(s);
		return;
	}
	switch (n->far->on_connect(n->ctx, s, s->port)) {
	case STREAM_TAKEN:
		s->is_up = true;
		s->far_open = true;
		s->refs++;
		s->events->on_up(s->near_ctx);
		break;
	case STREAM_REFUSED:
		n->acts[ACT_CONNECT_REFUSED]++;
		tell_down(s, "connection refused");
		break;
	case STREAM_UNHEARD:
		n->acts[ACT_CONNECT_UNHEARD]++;
		plan(s, CONNECT_HANGS_MS, on_hangs);
		break;
	}
	let_go(s);
}

static int on_open(struct smpp_network *network, const char *host, unsigned port,
		   const struct smpp_stream_events *events, void *ctx, struct smpp_stream **s_out)
{
	struct stream_sim *n =
		(struct stream_sim *)((char *)network - offsetof(struct stream_sim, network));
	struct smpp_stream *s = calloc(1, sizeof(*s));

	(void)host;
	if (s == NULL)
		abort();
	*s = (struct smpp_stream){ .net = n,
				   .next = n->first,
				   .refs = 1,
				   .events = events,
				   .near_ctx = ctx,
				   .port = port,
				   .near_open = true };
	n->first = s;
	plan(s, chance_wait(&n->chance, 1, 2 * SECOND_MS), on_connects);
	*s_out = s;
	return ERR_OK;
}

/* --- what the far end asks --- */

bool stream_sim_has_left(const struct smpp_stream *s, uint64_t position)
{
	return s->out.left >= position;
}

bool stream_sim_has_come(const struct smpp_stream *s, uint64_t position)
{
	return s->in.come >= position;
}

bool stream_sim_is_far_open(const struct smpp_stream *s)
{
	return s->far_open;
}

bool stream_sim_is_stuck(const struct smpp_stream *s)
{
	return s->is_paused || is_held(s);
}

void stream_sim_set_own(struct smpp_stream *s, void *own)
{
	s->own = own;
}

void *stream_sim_own(const struct smpp_stream *s)
{
	return s->own;
}

bool stream_sim_has_news(const struct stream_sim *n)
{
	const struct smpp_stream *s = n->first;

	while (s != NULL && (!s->near_open || s->is_down || !(s->is_broken || s->is_hung_up)))
		s = s->next;
	return s != NULL;
}

size_t stream_sim_held(const struct stream_sim *n)
{
	size_t count = 0;

	for (const struct smpp_stream *s = n->first; s != NULL; s = s->next)
		count += s->near_open;
	return count;
}

void stream_sim_init(struct stream_sim *n, struct host_sim *sim, const struct stream_far *far,
		     void *ctx, uint64_t *acts, uint64_t seed)
{
	*n = (struct stream_sim){ .network = { .open = on_open,
					       .write = on_write,
					       .has_left = on_has_left,
					       .pause = on_pause,
					       .close = on_close },
				  .sim = sim,
				  .chance = chance_of(seed, "streams"),
				  .far = far,
				  .ctx = ctx,
				  .acts = acts };
}

/* The events that hold them don't fire any more. */
void stream_sim_fini(struct stream_sim *n)
{
	while (n->first != NULL)
		stream_free(n->first);
}
