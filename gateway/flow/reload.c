/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/reload.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "gateway/flow/reload_check.h"
#include "gateway/flow/wakeups.h"
#include "parsers/err.h"
#include "parsers/strbuf.h"

/* All faults of a configuration and their lines. */
#define FAULTS_ARENA_MAX (4 * MIB)
/* Between two channels that restart, so that not all of them are away together. */
#define RESTART_PAUSE_MS SECOND_MS

struct reload {
	struct query query;
	struct job grow;
	struct core *core;
	struct host *host;
	struct timer timer;
	char *path;
	struct arena *arena;
	struct faults faults;
	struct conf *old;  /* held until no channel points into it */
	struct conf *next; /* ours until it is in force */
	uint64_t map_bytes;
	uint64_t map_now_bytes; /* measured by the check: it may wait, the loop may not */
	reload_done_fn *done;
	void *ctx;
	bool is_away;    /* with the host */
	bool is_stopped; /* by core_stop() */
};

static void reload_free(struct reload *r)
{
	if (r->next != NULL)
		conf_drop(&r->next);
	if (r->old != NULL)
		conf_drop(&r->old);
	arena_free(&r->arena);
	free(r->path);
	free(r);
}

static const char *fault_words(struct reload *r)
{
	struct strbuf s = strbuf_in(r->arena, FAULTS_ARENA_MAX / 2);

	for (size_t i = 0; i < r->faults.n; i++) {
		struct bytes line;

		if (fault_line(&r->faults.list[i], r->arena, &line) != ERR_OK)
			break;
		if (i > 0)
			strbuf_addc(&s, '\n');
		strbuf_add(&s, line);
	}
	return strbuf_text(&s);
}

static void finish(struct reload *r, int err)
{
	if (err != ERR_OK && r->faults.n_errors == 0)
		faults_add(&r->faults, (struct fault){ .file = bytes_of(r->path) },
			   "the configuration in force stays: %s", err_text(err));
	r->core->reload = NULL;
	if (err == ERR_OK)
		alarm_clear(r->core->alarms, "reload-refused");
	else
		alarm_raise(r->core->alarms, "reload-refused",
			    "the new configuration was refused, the old one stays in force");
	r->done(err, fault_words(r), r->ctx);
	reload_free(r);
}

/* Is there still somebody to go on for? Frees it when not. */
static bool came_back(struct reload *r)
{
	r->is_away = false;
	if (!r->is_stopped)
		return true;
	reload_free(r);
	return false;
}

static void ask(struct reload *r, int (*run)(struct txn *, struct query *),
		void (*done)(struct query *, int), bool without_store)
{
	int err;

	r->query = (struct query){ .run = run,
				   .done = done,
				   .deadline_ms = without_store ? -1 : 0,
				   .without_store = without_store };
	r->is_away = true;
	err = r->host->read(r->host, &r->query);
	if (err == ERR_OK)
		return;
	r->is_away = false;
	finish(r, err);
}

/* --- channels: what changed restarts, one after the other --- */

static bool is_changed(const struct conf_channel *was, const struct conf_channel *is)
{
	return is == NULL || conf_differs_channel(was, is);
}

/* Does one thing; false when nothing was left to do. */
static bool restart_one(struct core *core)
{
	for (size_t i = 0; i < core->n_channels; i++) {
		struct channel *c = core->channels[i];
		const struct conf_channel *is = conf_channel(core->conf, c->conf->name);

		if (c->conf == is)
			continue;
		if (!is_changed(c->conf, is)) {
			c->conf = is;
			continue;
		}
		channel_close(core, c);
		if (is != NULL)
			(void)channel_open(core, is); /* it has logged why not */
		return true;
	}
	/* Before intake opens, core starts them all then. */
	for (size_t i = 0; core->is_open && i < core->conf->n_channels; i++) {
		const struct conf_channel *is = &core->conf->channels[i];

		if (core_channel(core, bytes_of(is->name)) == NULL &&
		    channel_open(core, is) == ERR_OK)
			return true;
	}
	return false;
}

static void restart_channels(struct reload *r)
{
	struct core *core = r->core;

	if (core->with_channels && restart_one(core)) {
		host_timer_in(r->host, &r->timer, RESTART_PAUSE_MS);
		return;
	}
	dispatch_wake_all(core->dispatch);
	finish(r, ERR_OK);
}

static void on_timer(struct timer *t)
{
	restart_channels(CONTAINER_OF(t, struct reload, timer));
}

static void swap(struct reload *r)
{
	struct core *core = r->core;

	conf_drop(&core->conf); /* r->old has a hold of its own */
	core->conf = r->next;
	r->next = NULL;
	intake_look(core->intake);
	wakeups_nudge(core->wakeups);
	restart_channels(r);
}

/* --- the map --- */

static int grow_apply(struct txn *t, struct job *job)
{
	/* Never called: the committer grows the map instead (store/committer.h). */
	(void)t;
	(void)job;
	return ERR_BAD_STATE;
}

static void grow_done(struct job *job, int err)
{
	struct reload *r = CONTAINER_OF(job, struct reload, grow);

	if (!came_back(r))
		return;
	if (err != ERR_OK) {
		faults_add(&r->faults,
			   (struct fault){ .file = bytes_of(r->path), .key = bytes_of("map_size") },
			   "the store can't grow to %" PRIu64 " MiB: %s", r->map_bytes >> 20,
			   err_text(err));
		finish(r, err);
		return;
	}
	log_info("reload", "event=map_grown mib=%" PRIu64, r->map_bytes >> 20);
	swap(r);
}

static void grow(struct reload *r)
{
	uint64_t now = r->map_now_bytes;
	struct fault f = { .file = bytes_of(r->path),
			   .key = bytes_of("map_size"),
			   .is_warning = true };
	int err;

	r->map_bytes = r->next->map_bytes;
	if (r->map_bytes < now)
		faults_add(&r->faults, f, "the store has %" PRIu64 " MiB already and can't shrink",
			   now >> 20);
	if (r->map_bytes <= now) {
		swap(r);
		return;
	}
	r->grow = (struct job){ .apply = grow_apply,
				.done = grow_done,
				.grow_map_bytes = r->map_bytes };
	r->is_away = true;
	err = r->host->write(r->host, &r->grow);
	if (err == ERR_OK)
		return;
	r->is_away = false;
	finish(r, err);
}

/* --- by itself, then against the store --- */

static int check_run(struct txn *t, struct query *q)
{
	struct reload *r = (struct reload *)q;

	r->map_now_bytes = db_space(r->core->store->db).map_bytes;
	return reload_check_store(t, r->old, r->next, &r->faults);
}

static void check_done(struct query *q, int err)
{
	struct reload *r = (struct reload *)q;

	if (!came_back(r))
		return;
	if (err == ERR_OK && r->faults.n_errors > 0)
		err = ERR_INVALID;
	if (err != ERR_OK) {
		finish(r, err);
		return;
	}
	host_point(r->host, "in-reload");
	grow(r);
}

static int load_run(struct txn *t, struct query *q)
{
	struct reload *r = (struct reload *)q;
	int err = conf_load(r->path, &r->faults, &r->next);

	(void)t;
	if (err == ERR_OK)
		reload_check_settings(r->old, r->next, &r->faults);
	return err;
}

static void load_done(struct query *q, int err)
{
	struct reload *r = (struct reload *)q;

	if (!came_back(r))
		return;
	if (err == ERR_OK)
		ask(r, check_run, check_done, false);
	else
		finish(r, err);
}

static struct reload *reload_new(struct core *core, const char *path)
{
	struct reload *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->core = core;
	r->host = core->host;
	r->timer.fire = on_timer;
	r->path = strdup(path);
	r->arena = arena_new(FAULTS_ARENA_MAX);
	r->old = conf_hold(core->conf);
	if (r->path == NULL || r->arena == NULL) {
		reload_free(r);
		return NULL;
	}
	r->faults = faults_in(r->arena);
	return r;
}

void core_reload(struct core *core, const char *path, reload_done_fn *done, void *ctx)
{
	struct reload *r;

	if (core->reload != NULL || core->is_stopping) {
		done(ERR_BUSY, "a reload is under way; try again when it is done", ctx);
		return;
	}
	r = reload_new(core, path);
	if (r == NULL) {
		done(ERR_NOMEM, err_text(ERR_NOMEM), ctx);
		return;
	}
	r->done = done;
	r->ctx = ctx;
	core->reload = r;
	ask(r, load_run, load_done, true);
}

void reload_stop(struct core *core)
{
	struct reload *r = core->reload;

	if (r == NULL)
		return;
	core->reload = NULL;
	r->is_stopped = true;
	host_timer_stop(r->host, &r->timer);
	if (!r->is_away)
		reload_free(r);
}
