/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/starter.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "parsers/err.h"
#include "store/files.h"
#include "store/outbox.h"

/* A store that is full may be enlarged by a reload at any time. */
#define STARTER_RETRY_MS (5 * SECOND_MS)

/* A rebuild says so often how far it is. */
#define STARTER_SAY_MS (5 * SECOND_MS)

/* LOOK: whether a backup comes first, which a reader makes; NOTE: that there is one. */
enum step { STEP_LOOK, STEP_NOTE, STEP_BEGIN, STEP_SLICE, STEP_ROWS };

struct starter {
	struct job job;
	struct core *core; /* NULL: stopped */
	struct host *host;
	struct arena *arena;
	struct timer timer;
	enum starter_work work;
	enum step step;
	struct wall now;
	core_done_fn *done;
	void *ctx;
	bool is_posted; /* the committer, or a reader, has it */
	/* of the backup before an upgrade */
	struct query query;
	struct store *store;
	struct conf *conf; /* held meanwhile */
	char dir[FILES_PATH_SIZE];
	char why[FILES_PATH_SIZE + 200];
	/* of the rebuild */
	size_t n_slices;
	struct mono began, said;
	/* set anew by each application */
	bool wants_backup;
	bool is_rebuilt;
	struct rebuild_stand stand;
	bool is_over;
	size_t n_rows;
	struct outbox_lost lost;
};

static bool is_asked_for(enum starter_work work)
{
	return work == STARTER_REBUILD || work == STARTER_ANEW;
}

static int slice(struct txn *t, struct starter *s)
{
	int err = rebuild_stands(t, &s->stand);

	s->is_rebuilt = err == ERR_OK;
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	return rebuild_slice(t, SLICE_ROWS, &s->is_over);
}

static int step_apply(struct txn *t, struct job *job)
{
	struct starter *s = (struct starter *)job;

	arena_reset(s->arena);
	s->is_over = s->wants_backup = false;
	s->n_rows = 0;
	s->lost = (struct outbox_lost){ 0 };
	switch (s->step) {
	case STEP_LOOK: return upgrade_wants_backup(t, &s->wants_backup);
	case STEP_NOTE: return upgrade_begins(t);
	case STEP_BEGIN: return rebuild_begin(t);
	case STEP_SLICE: return slice(t, s);
	case STEP_ROWS:
		return outbox_restart(t, BYTES_NONE, s->now, s->arena, &s->n_rows, &s->lost);
	}
	return ERR_BAD_STATE;
}

static void starter_free(struct starter *s)
{
	if (s->conf != NULL)
		conf_drop(&s->conf);
	arena_free(&s->arena);
	free(s);
}

static void finish(struct starter *s, int err)
{
	struct core *core = s->core;
	core_done_fn *done = s->done;
	void *ctx = s->ctx;

	core->starter = NULL;
	starter_free(s);
	done(err, ctx);
}

static void post(struct starter *s);

/* --- the backup that comes before an upgrade --- */

static int backup(struct txn *t, struct query *q)
{
	struct starter *s = CONTAINER_OF(q, struct starter, query);
	const char *files[] = { s->conf->file };

	(void)t;
	return backup_run(s->store, s->conf->state_dir, s->dir, s->conf->instance, files,
			  s->conf->file[0] != '\0' ? ARRAY_LEN(files) : 0, s->now, NULL, NULL,
			  s->why, sizeof(s->why));
}

/* Without it the upgrade goes on: it makes only tables anew that any version can make of the others. */
static void backup_failed(struct starter *s, int err)
{
	log_error("core", "event=no_backup dir=\"%s\" error=\"%s\"", s->dir,
		  s->why[0] != '\0' ? s->why : err_text(err));
	alarm_raise(s->core->alarms, "upgrade-without-backup",
		    "this version makes the store's tables anew and the backup before that failed: "
		    "%s; make one now: odziv backup DIR",
		    s->why[0] != '\0' ? s->why : err_text(err));
}

static void backup_done(struct query *q, int err)
{
	struct starter *s = CONTAINER_OF(q, struct starter, query);

	s->is_posted = false;
	if (s->core == NULL) {
		starter_free(s);
		return;
	}
	host_point(s->host, "upgrade-backup");
	if (err == ERR_OK)
		log_info("core",
			 "event=backup_before_upgrade dir=\"%s\" words=\"remove it when all is "
			 "well\"",
			 s->dir);
	else
		backup_failed(s, err);
	conf_drop(&s->conf);
	s->step = STEP_NOTE;
	post(s);
}

static void ask_backup(struct starter *s)
{
	struct tm tm = { 0 };
	time_t now = (time_t)(s->now.ms / SECOND_MS);
	char name[64];
	int err;

	gmtime_r(&now, &tm);
	(void)strftime(name, sizeof(name), "before-upgrade-%Y%m%dT%H%M%SZ", &tm);
	s->store = s->core->store;
	s->conf = conf_hold(s->core->conf);
	s->query = (struct query){
		.run = backup, .done = backup_done, .deadline_ms = -1, .without_store = true
	};
	log_info("core", "event=upgrade words=\"the store is of another version: a backup is made, "
			 "then its tables anew\"");
	err = files_path(s->dir, s->conf->state_dir, name);
	s->is_posted = true;
	if (err == ERR_OK)
		err = s->host->read(s->host, &s->query);
	if (err == ERR_OK)
		return;
	backup_done(&s->query, err);
}

/* --- how it goes --- */

static void say_rebuild(struct starter *s)
{
	struct mono now = s->host->mono(s->host);

	if (!s->is_rebuilt)
		return;
	if (s->n_slices++ == 0)
		s->began = now;
	if (s->is_over) {
		log_info("core", "event=tables_made slices=%zu ms=%" PRId64, s->n_slices,
			 now.ms - s->began.ms);
	} else if (s->n_slices == 1 || now.ms - s->said.ms >= STARTER_SAY_MS) {
		s->said = now;
		log_info("core", "event=making_tables step=%u of=%u doing=%s table=%s slices=%zu",
			 s->stand.step, s->stand.n_steps, s->stand.doing, s->stand.table,
			 s->n_slices);
	}
}

static void step_failed(struct starter *s, int err)
{
	if (s->work == STARTER_INLINE || err_class(err) != ERR_IS_RETRY) {
		finish(s, err);
		return;
	}
	log_error("core", "event=not_ready error=\"%s\"", err_text(err));
	alarm_raise(s->core->alarms, err == ERR_STORE_FULL ? "store-full" : "store-not-ready",
		    "the store can't be made ready: %s; enlarge map_size and reload",
		    err_text(err));
	host_timer_in(s->host, &s->timer, STARTER_RETRY_MS);
}

/* The next thing to do; false when all is done. */
static bool advance(struct starter *s)
{
	switch (s->step) {
	case STEP_LOOK:
	case STEP_NOTE:
	case STEP_BEGIN: s->step = STEP_SLICE; return true;
	case STEP_SLICE:
		if (!s->is_over)
			return true;
		s->step = STEP_ROWS;
		return s->work == STARTER_START || s->work == STARTER_ANEW;
	case STEP_ROWS:
		if (s->n_rows > 0)
			log_info("core", "event=rows_unsure n=%zu", s->n_rows);
		if (s->lost.n > 0)
			alarm_note(
				s->core->alarms, "reply-unreadable",
				"reply %" PRIu64
				", which was leaving when we ended, can't be read (%zu of them): "
				"run odziv verify",
				s->lost.id, s->lost.n);
		return false;
	}
	return false;
}

static void step_done(struct job *job, int err)
{
	struct starter *s = (struct starter *)job;

	s->is_posted = false;
	if (s->core == NULL) {
		starter_free(s);
		return;
	}
	if (err != ERR_OK) {
		step_failed(s, err);
		return;
	}
	if (s->step == STEP_SLICE)
		say_rebuild(s);
	if (s->step == STEP_BEGIN || s->step == STEP_SLICE)
		host_point(s->host, "rebuild-slice");
	if (s->step == STEP_LOOK && s->wants_backup) {
		ask_backup(s);
		return;
	}
	if (advance(s)) {
		post(s);
		return;
	}
	alarm_clear(s->core->alarms, "store-full");
	alarm_clear(s->core->alarms, "store-not-ready");
	finish(s, ERR_OK);
}

static void post(struct starter *s)
{
	s->job = (struct job){ .apply = step_apply, .done = step_done };
	s->now = s->host->wall(s->host);
	s->is_posted = true; /* before, since a host may be done at once */
	if (s->host->write(s->host, &s->job) == ERR_OK)
		return;
	s->is_posted = false;
	host_timer_in(s->host, &s->timer, STARTER_RETRY_MS);
}

static void on_timer(struct timer *t)
{
	post(CONTAINER_OF(t, struct starter, timer));
}

int starter_run(struct core *core, enum starter_work work, core_done_fn *done, void *ctx)
{
	struct starter *s;

	if (core->starter != NULL)
		return ERR_BUSY;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return ERR_NOMEM;
	s->arena = arena_new(ARENA_MESSAGE_MAX);
	if (s->arena == NULL) {
		free(s);
		return ERR_NOMEM;
	}
	s->core = core;
	s->host = core->host;
	s->timer.fire = on_timer;
	s->work = work;
	s->step = is_asked_for(work) ? STEP_BEGIN : STEP_LOOK;
	s->done = done;
	s->ctx = ctx;
	core->starter = s;
	post(s);
	return ERR_OK;
}

void starter_stop(struct core *core)
{
	struct starter *s = core->starter;

	if (s == NULL)
		return;
	core->starter = NULL;
	/* Somebody asked for a rebuild and waits; the start itself nobody waits for. */
	if (is_asked_for(s->work))
		s->done(ERR_CANCELLED, s->ctx);
	s->core = NULL;
	if (s->is_posted)
		return; /* step_done() frees it */
	host_timer_stop(s->host, &s->timer);
	starter_free(s);
}
