/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/space.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "parsers/err.h"

/*
 * What one message and all that it causes adds to the map, on the safe side
 * (measured: 2 to 4 KiB with its case, log, row and derived keys). Only a guess:
 * the nearer the mark, the more often we look.
 */
#define MESSAGE_MAP_BYTES (8 * KIB)
/* Granted before the first look, so that a start isn't held up by it. */
#define FIRST_GRANT 64
/* Opens again with this much room, so that it doesn't open and close with each message. */
#define REOPEN_MESSAGES 16
/* A look is worth a reader's time when it is older than this and something came in. */
#define LOOK_EVERY_MS (2 * SECOND_MS)
/* And also without anything: the disk fills by others. */
#define LOOK_IDLE_MS (10 * MINUTE_MS)
/* While closed, and after a look that failed. */
#define LOOK_CLOSED_MS (3 * SECOND_MS)

struct space {
	struct query query;
	struct core *core;
	struct conf *conf; /* of the look under way, held */
	struct timer timer;
	struct mono looked_at;
	struct mono open_since;
	size_t grant;     /* messages that may come in before the next look */
	size_t in_flight; /* counted, not settled */
	bool is_closed;
	bool is_looking;
	bool look_again;
	bool is_ending;
	char why[200];
	/* what the look found */
	struct db_space map;
	uint64_t free_disk;
};

int space_free_disk(const char *dir, uint64_t *bytes_out)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) != 0)
		return ERR_IO;
	*bytes_out = (uint64_t)fs.f_bavail * fs.f_frsize;
	return ERR_OK;
}

static int look_run(struct txn *t, struct query *q)
{
	struct space *s = (struct space *)q;

	(void)t;
	s->map = db_space(s->core->store->db);
	return space_free_disk(s->conf->state_dir, &s->free_disk);
}

static void close_gate(struct space *s)
{
	if (!s->is_closed)
		log_error("intake", "event=stopped why=\"%s\"", s->why);
	s->is_closed = true;
	s->grant = 0;
	alarm_raise(s->core->alarms, "intake-stopped", "%s", s->why);
}

static void open_gate(struct space *s)
{
	if (!s->is_closed)
		return;
	s->is_closed = false;
	s->open_since = s->core->host->mono(s->core->host);
	log_info("intake", "event=opened");
	alarm_clear(s->core->alarms, "intake-stopped");
}

/* Messages that still fit below the mark; 0 with the reason in s->why. */
static size_t messages_fit(struct space *s)
{
	uint64_t percent = s->core->conf->intake_stop_percent;
	uint64_t mark = s->map.map_bytes / 100 * percent;
	uint64_t room = mark > s->map.used_bytes ? mark - s->map.used_bytes : 0;

	if (s->free_disk < s->core->conf->min_free_bytes) {
		(void)snprintf(s->why, sizeof(s->why),
			       "the disk of %s has %" PRIu64 " MiB free, min_free is %" PRIu64
			       " MiB: make room",
			       s->core->conf->state_dir, s->free_disk >> 20,
			       s->core->conf->min_free_bytes >> 20);
		return 0;
	}
	(void)snprintf(s->why, sizeof(s->why),
		       "the store holds %" PRIu64 " of %" PRIu64 " KiB, intake stops at %" PRIu64
		       " %%: enlarge map_size and reload",
		       s->map.used_bytes >> 10, s->map.map_bytes >> 10, percent);
	return (size_t)(room / MESSAGE_MAP_BYTES);
}

static void judge(struct space *s)
{
	size_t fit = messages_fit(s);

	if (fit == 0 || (s->is_closed && fit < REOPEN_MESSAGES)) {
		close_gate(s);
		return;
	}
	open_gate(s);
	/* What was on its way during the look may not have been seen by it. */
	s->grant = fit > s->in_flight ? fit - s->in_flight : 0;
}

static void look_done(struct query *q, int err)
{
	struct space *s = (struct space *)q;
	struct host *h = s->core->host;

	s->is_looking = false;
	conf_drop(&s->conf);
	if (s->is_ending) {
		free(s);
		return;
	}
	s->looked_at = h->mono(h);
	if (err == ERR_OK) {
		judge(s);
	} else {
		(void)snprintf(s->why, sizeof(s->why), "the free space of the disk is unknown: %s",
			       err_text(err));
		close_gate(s);
	}
	host_timer_in(h, &s->timer, s->is_closed ? LOOK_CLOSED_MS : LOOK_IDLE_MS);
	if (s->look_again)
		space_look(s);
}

void space_look(struct space *s)
{
	struct host *h = s->core->host;

	if (s->is_looking) {
		s->look_again = true;
		return;
	}
	s->look_again = false;
	s->query = (struct query){ .run = look_run, .done = look_done, .without_store = true };
	s->is_looking = true;
	s->conf = conf_hold(s->core->conf);
	if (h->read(h, &s->query) == ERR_OK)
		return;
	s->is_looking = false;
	conf_drop(&s->conf);
	host_timer_in(h, &s->timer, LOOK_CLOSED_MS);
}

static void on_timer(struct timer *t)
{
	space_look(CONTAINER_OF(t, struct space, timer));
}

int space_new(struct core *core, struct space **s_out)
{
	struct space *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->core = core;
	s->grant = FIRST_GRANT;
	s->open_since = core->host->mono(core->host);
	s->timer.fire = on_timer;
	*s_out = s;
	return ERR_OK;
}

void space_free(struct space **space)
{
	struct space *s = *space;

	if (s == NULL)
		return;
	*space = NULL;
	host_timer_stop(s->core->host, &s->timer);
	s->is_ending = true;
	if (!s->is_looking)
		free(s);
}

int space_take(struct space *s)
{
	struct host *h = s->core->host;

	if (s->is_closed)
		return ERR_STOPPED;
	if (s->grant == 0 || h->mono(h).ms - s->looked_at.ms > LOOK_EVERY_MS) {
		if (!s->is_looking)
			space_look(s);
	}
	if (s->grant == 0)
		return ERR_BUSY;
	s->grant--;
	s->in_flight++;
	return ERR_OK;
}

void space_settle(struct space *s, int err)
{
	s->in_flight--;
	if (err != ERR_STORE_FULL)
		return;
	(void)snprintf(s->why, sizeof(s->why), "the store is full: enlarge map_size and reload");
	close_gate(s);
	if (!s->is_looking)
		space_look(s);
}

int64_t space_open_ms(const struct space *s)
{
	return s->is_closed ? 0 : s->core->host->mono(s->core->host).ms - s->open_since.ms;
}

bool space_is_open(const struct space *s, const char **why_out)
{
	if (s->is_closed && why_out != NULL)
		*why_out = s->why;
	return !s->is_closed;
}
