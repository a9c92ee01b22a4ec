/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/host_uv.h"

#include <assert.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/err.h"
#ifdef ODZIV_TEST_POINTS
#include "parsers/number.h"
#endif

/* One armed timer of somebody's; kept for the next one when it has fired. */
struct uv_own_timer {
	uv_timer_t uv;
	struct timer *timer; /* whose it is now; NULL: free */
	struct uv_own_timer *next_free;
	struct uv_own_timer *next;
};

/* One query on its way through the pool. */
struct uv_own_query {
	uv_work_t work;
	struct host_uv *h;
	struct query *query;
	struct uv_own_query *next;
};

struct host_uv {
	struct host host; /* first: struct host * is ours */
	uv_loop_t *loop;
	struct db *db;
	struct in_hand *in_hand;
	struct committer *committer;
	uv_async_t drain;
	/* After the callbacks of one turn of the loop: what they asked for is one batch. */
	uv_check_t after_poll;
	uv_prepare_t before_poll;
	bool has_queued;
	struct uv_own_timer *timers, *free_timers;
	struct uv_own_query *waiting, **waiting_tail;
	size_t n_waiting, n_running;
	struct host_uv_load load;
	struct mono moved; /* when the last job came back, or the first one was posted */
	size_t n_open;     /* handles that aren't closed yet */
};

/* --- clocks and chance --- */

static struct wall host_wall(struct host *h)
{
	struct timespec ts;

	(void)h;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (struct wall){ (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 };
}

static struct mono host_mono(struct host *h)
{
	(void)h;
	return (struct mono){ (int64_t)(uv_hrtime() / 1000000) };
}

static void host_random(struct host *h, void *buf, size_t len)
{
	(void)h;
	if (uv_random(NULL, NULL, buf, len, 0, NULL) != 0)
		die("host", "event=no_random");
}

/* --- timers --- */

static void on_timer(uv_timer_t *uv)
{
	struct uv_own_timer *own = (struct uv_own_timer *)uv;
	struct host_uv *h = uv->data;
	struct timer *t = own->timer;

	/* Given back first: whoever is called may free or arm its timer. */
	own->timer = NULL;
	own->next_free = h->free_timers;
	h->free_timers = own;
	t->host_own = NULL;
	t->fire(t);
}

static struct uv_own_timer *take_timer(struct host_uv *h)
{
	struct uv_own_timer *own = h->free_timers;

	if (own != NULL) {
		h->free_timers = own->next_free;
		return own;
	}
	own = calloc(1, sizeof(*own));
	if (own == NULL)
		die("host", "event=out_of_memory");
	uv_timer_init(h->loop, &own->uv);
	own->uv.data = h;
	own->next = h->timers;
	h->timers = own;
	h->n_open++;
	return own;
}

static void host_timer(struct host *host, struct timer *t, struct mono when)
{
	struct host_uv *h = (struct host_uv *)host;
	struct uv_own_timer *own = t->host_own;
	int64_t in_ms;

	if (when.ms == 0) {
		if (own == NULL)
			return;
		uv_timer_stop(&own->uv);
		own->timer = NULL;
		own->next_free = h->free_timers;
		h->free_timers = own;
		t->host_own = NULL;
		return;
	}
	if (own == NULL) {
		own = take_timer(h);
		own->timer = t;
		t->host_own = own;
	}
	/* libuv counts from the loop's own, older idea of now. */
	uv_update_time(h->loop);
	in_ms = when.ms - host_mono(host).ms;
	uv_timer_start(&own->uv, on_timer, in_ms > 0 ? (uint64_t)in_ms : 0, 0);
}

/* --- writes --- */

/* Committer thread. libuv merges calls, so the loop drains the whole list. */
static void wake_loop(void *ctx)
{
	struct host_uv *h = ctx;

	uv_async_send(&h->drain);
}

static void on_drain(uv_async_t *uv)
{
	struct host_uv *h = uv->data;

	h->moved = host_mono(&h->host);
	h->load.batches_done++;
	committer_drain(h->committer);
}

static int host_write(struct host *host, struct job *job)
{
	struct host_uv *h = (struct host_uv *)host;

	if (committer_depth(h->committer) == 0)
		h->moved = host_mono(host);
	h->has_queued = true;
	return committer_queue(h->committer, job);
}

static void kick(struct host_uv *h)
{
	if (h->has_queued && h->committer != NULL)
		committer_kick(h->committer);
	h->has_queued = false;
}

static void on_after_poll(uv_check_t *uv)
{
	kick(uv->data);
}

/* Then the loop may sleep: what it said must not wait until it wakes. */
static void on_before_poll(uv_prepare_t *uv)
{
	kick(uv->data);
	log_flush();
}

/* They keep nobody awake: the loop ends without them. */
static void start_turns(struct host_uv *h)
{
	uv_check_init(h->loop, &h->after_poll);
	uv_prepare_init(h->loop, &h->before_poll);
	h->after_poll.data = h->before_poll.data = h;
	uv_check_start(&h->after_poll, on_after_poll);
	uv_prepare_start(&h->before_poll, on_before_poll);
	uv_unref((uv_handle_t *)&h->after_poll);
	uv_unref((uv_handle_t *)&h->before_poll);
	h->n_open += 2;
}

/* --- reads --- */

static int run_in_snapshot(struct txn *t, void *ctx)
{
	struct query *q = ctx;

	return q->run(t, q);
}

/* A reader's thread. */
static void on_read(uv_work_t *work)
{
	struct uv_own_query *own = (struct uv_own_query *)work;
	struct query *q = own->query;
	int64_t deadline_ms = q->deadline_ms == 0 ? QUERY_DEADLINE_MS : q->deadline_ms;
	struct mono deadline = { 0 };

	if (deadline_ms > 0)
		deadline.ms = host_mono(&own->h->host).ms + deadline_ms;
	q->err = q->without_store ? q->run(NULL, q)
				  : db_read(own->h->db, deadline, run_in_snapshot, q);
}

static void start_reads(struct host_uv *h);

static void on_read_done(uv_work_t *work, int status)
{
	struct uv_own_query *own = (struct uv_own_query *)work;
	struct host_uv *h = own->h;
	struct query *q = own->query;

	free(own);
	h->n_running--;
	h->load.queries_done++;
	start_reads(h);
	q->done(q, status == 0 ? q->err : ERR_CANCELLED);
}

static void start_reads(struct host_uv *h)
{
	while (h->n_running < READERS && h->waiting != NULL) {
		struct uv_own_query *own = h->waiting;

		h->waiting = own->next;
		if (h->waiting == NULL)
			h->waiting_tail = &h->waiting;
		h->n_waiting--;
		h->n_running++;
		uv_queue_work(h->loop, &own->work, on_read, on_read_done);
	}
}

static int host_read(struct host *host, struct query *q)
{
	struct host_uv *h = (struct host_uv *)host;
	struct uv_own_query *own;

	if (h->n_waiting >= QUERIES_MAX)
		return ERR_BUSY;
	own = calloc(1, sizeof(*own));
	if (own == NULL)
		return ERR_NOMEM;
	own->h = h;
	own->query = q;
	*h->waiting_tail = own;
	h->waiting_tail = &own->next;
	h->n_waiting++;
	start_reads(h);
	return ERR_OK;
}

/* --- what may end us --- */

static void host_note_in_hand(struct host *host, const struct message *msg)
{
	in_hand_note(((struct host_uv *)host)->in_hand, msg);
}

static bool host_knows_deadly(struct host *host, const struct message *msg)
{
	return in_hand_is_deadly(((struct host_uv *)host)->in_hand, msg);
}

#ifdef ODZIV_TEST_POINTS
/* ODZIV_DIE_AT=name[:n]: the n-th time that the point is passed, as by kill -9. Any thread. */
static void host_point_die(struct host *h, const char *name)
{
	static atomic_uint passed;
	const char *at = getenv("ODZIV_DIE_AT");
	size_t len = at != NULL ? strcspn(at, ":") : 0;
	uint32_t n = 1;

	(void)h;
	if (at == NULL || strlen(name) != len || strncmp(at, name, len) != 0)
		return;
	if (at[len] == ':' && number_parse_u32(bytes_of(at + len + 1), 1, UINT32_MAX, &n) != ERR_OK)
		die("host", "event=bad_die_at");
	if (atomic_fetch_add(&passed, 1) + 1 == n) {
		log_flush();
		kill(getpid(), SIGKILL);
	}
}

static void committer_point_die(const char *name, void *ctx)
{
	host_point_die(ctx, name);
}
#endif

/* --- beginning and end --- */

int host_uv_new(uv_loop_t *loop, struct db *db, struct in_hand *in_hand, struct host_uv **h_out)
{
	struct host_uv *h = calloc(1, sizeof(*h));
	char threads[8];
	int err;

	if (h == NULL)
		return ERR_NOMEM;
	/* Read by libuv when its pool is first used. */
	snprintf(threads, sizeof(threads), "%d", POOL_THREADS);
	setenv("UV_THREADPOOL_SIZE", threads, 1);
	h->host = (struct host){
		.wall = host_wall,
		.mono = host_mono,
		.random = host_random,
		.timer = host_timer,
		.write = host_write,
		.read = host_read,
		.in_hand = in_hand != NULL ? host_note_in_hand : NULL,
		.is_deadly = in_hand != NULL ? host_knows_deadly : NULL,
	};
	log_hold(true);
	h->loop = loop;
	h->db = db;
	h->in_hand = in_hand;
	h->waiting_tail = &h->waiting;
	uv_async_init(loop, &h->drain, on_drain);
	h->drain.data = h;
	h->n_open = 1;
	start_turns(h);
	err = committer_start(db, JOBS_MAX, wake_loop, h, &h->committer);
	if (err != ERR_OK) {
		host_uv_free(&h);
		return err;
	}
#ifdef ODZIV_TEST_POINTS
	h->host.point = host_point_die;
	committer_set_point(h->committer, committer_point_die, &h->host);
#endif
	*h_out = h;
	return ERR_OK;
}

struct host *host_uv_host(struct host_uv *h)
{
	return &h->host;
}

void host_uv_load(struct host_uv *h, struct host_uv_load *load_out)
{
	*load_out = h->load;
	load_out->jobs = committer_depth(h->committer);
	load_out->queries = h->n_waiting + h->n_running;
	if (load_out->jobs > 0)
		load_out->oldest_ms = host_mono(&h->host).ms - h->moved.ms;
}

static void on_closed(uv_handle_t *handle)
{
	((struct host_uv *)handle->data)->n_open--;
}

void host_uv_free(struct host_uv **host)
{
	struct host_uv *h = *host;

	if (h == NULL)
		return;
	if (h->committer != NULL)
		committer_stop(&h->committer);
	while (h->n_running + h->n_waiting > 0)
		uv_run(h->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&h->drain, on_closed);
	uv_close((uv_handle_t *)&h->after_poll, on_closed);
	uv_close((uv_handle_t *)&h->before_poll, on_closed);
	for (struct uv_own_timer *own = h->timers; own != NULL; own = own->next)
		uv_close((uv_handle_t *)&own->uv, on_closed);
	while (h->n_open > 0)
		uv_run(h->loop, UV_RUN_ONCE);
	while (h->timers != NULL) {
		struct uv_own_timer *own = h->timers;

		h->timers = own->next;
		free(own);
	}
	free(h);
	*host = NULL;
	log_hold(false);
}
