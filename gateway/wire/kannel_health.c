/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/kannel_health.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/wire/url.h"
#include "parsers/err.h"
#include "parsers/kannel_conf.h"
#include "parsers/kannel_status.h"
#include "parsers/utf8.h"

/* The page comes from the same machine or the next one. */
#define STATUS_DEADLINE_MS (10 * SECOND_MS)
/* An operator edits it by hand: looked at so often, it needs no watch on the file. */
#define CONF_EVERY_MS (10 * MINUTE_MS)
#define CONF_TEXT_MAX MIB
#define URL_MAX       ((size_t)2048)

/* How long something stays said that happened once. 0: until it is taken back. */
static const int64_t said_for_ms[FAULTS] = {
	[FAULT_TOO_MANY] = 10 * MINUTE_MS,
	[FAULT_NOT_REPEATED] = DAY_MS,
};

/* With these Kannel is there, and texts don't get through all the same. */
static const bool is_degrading[FAULTS] = {
	[FAULT_VERSION] = true,     [FAULT_NOT_ROUTABLE] = true, [FAULT_REFUSED_US] = true,
	[FAULT_NO_BOX] = true,      [FAULT_FOREIGN_BOX] = true,  [FAULT_SMSC_DOWN] = true,
	[FAULT_NOT_RUNNING] = true,
};

struct said {
	char words[CHANNEL_FAULT_LEN]; /* "": nothing */
	struct mono at;
};

/* A look into Kannel's file, on a reader; it outlives us if it must. */
struct conf_look {
	struct query query;           /* first */
	struct kannel_health *health; /* NULL: nobody waits for it any more */
	struct arena *arena;
	char path[4096];
	struct kannel_conf_wants wants;
	struct faults faults;
	char words[CHANNEL_FAULTS_MAX][CHANNEL_FAULT_LEN];
	size_t n_words;
};

struct kannel_health {
	struct channel *channel;
	struct wire *wire;
	struct timer timer;
	struct transfer_call *call;
	struct conf_look *look;
	struct mono looked_at;
	bool link_is_up;
	char link_why[CHANNEL_FAULT_LEN];
	struct said said[FAULTS];
	char conf_words[CHANNEL_FAULTS_MAX][CHANNEL_FAULT_LEN];
	size_t n_conf_words;
};

/* --- what is shown --- */

static void show_state(struct kannel_health *k)
{
	enum channel_state state = k->link_is_up ? CHANNEL_UP : CHANNEL_DOWN;
	const char *why = k->link_why;

	for (size_t i = 0; state == CHANNEL_UP && i < FAULTS; i++) {
		if (is_degrading[i] && k->said[i].words[0] != '\0') {
			state = CHANNEL_DEGRADED;
			why = k->said[i].words;
		}
	}
	channel_set_state(k->channel, state, why);
}

static void show_faults(struct kannel_health *k)
{
	const char *list[FAULTS + CHANNEL_FAULTS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < FAULTS; i++) {
		if (k->said[i].words[0] != '\0')
			list[n++] = k->said[i].words;
	}
	for (size_t i = 0; i < k->n_conf_words; i++)
		list[n++] = k->conf_words[i];
	channel_set_faults(k->channel, list, n);
	show_state(k);
}

void kannel_health_set(struct kannel_health *k, enum kannel_fault fault, const char *words)
{
	struct said *said = &k->said[fault];
	const char *now = words != NULL ? words : "";

	said->at = k->wire->host->mono(k->wire->host);
	if (strncmp(said->words, now, sizeof(said->words) - 1) == 0)
		return;
	snprintf(said->words, sizeof(said->words), "%s", now);
	if (words != NULL)
		log_warning("kannel", "chan=%s event=fault words=\"%s\"", k->channel->conf->name,
			    words);
	show_faults(k);
}

void kannel_health_link(struct kannel_health *k, bool is_up, const char *why)
{
	k->link_is_up = is_up;
	snprintf(k->link_why, sizeof(k->link_why), "%s", why);
	show_state(k);
}

static void forget_old(struct kannel_health *k, struct mono now)
{
	for (size_t i = 0; i < FAULTS; i++) {
		if (said_for_ms[i] > 0 && k->said[i].words[0] != '\0' &&
		    now.ms - k->said[i].at.ms > said_for_ms[i])
			kannel_health_set(k, (enum kannel_fault)i, NULL);
	}
}

/* --- the status page --- */

static void judge_boxes(struct kannel_health *k, const struct kannel_status *s)
{
	const struct conf_channel *conf = k->channel->conf;
	bool is_box = conf->link == LINK_BOX;
	size_t n_boxes = 0;
	size_t n_unnamed = 0;

	for (size_t i = 0; i < s->n_boxes; i++) {
		if (!bytes_is(s->boxes[i].type, "smsbox"))
			continue;
		n_boxes++;
		n_unnamed += s->boxes[i].id.len == 0;
	}
	kannel_health_set(k, FAULT_NO_BOX,
			  !is_box && n_boxes == 0 ? "no smsbox is connected to bearerbox" : NULL);
	/* Without a name we are one of the unnamed. */
	kannel_health_set(k, FAULT_FOREIGN_BOX,
			  is_box && conf->box_id[0] == '\0' && n_unnamed > (k->link_is_up ? 1 : 0)
				  ? "another unnamed box is connected and takes some of the texts: "
				    "stop it, or "
				    "give us a box_id and Kannel a group smsbox-route"
				  : NULL);
}

static void judge_smscs(struct kannel_health *k, const struct kannel_status *s)
{
	char words[CHANNEL_FAULT_LEN] = "";
	size_t n_down = 0;

	for (size_t i = 0; i < s->n_smscs; i++) {
		const struct kannel_smsc_status *smsc = &s->smscs[i];

		if (!smsc->is_online && n_down++ == 0)
			snprintf(words, sizeof(words), "SMSC '%.*s' isn't online: %.*s",
				 PRI_BYTES(utf8_cut(smsc->id.len > 0 ? smsc->id : smsc->name, 60)),
				 PRI_BYTES(utf8_cut(smsc->status, 60)));
	}
	if (s->n_smscs == 0)
		snprintf(words, sizeof(words), "Kannel has no SMSC");
	if (n_down > 1) {
		size_t len = strlen(words);

		snprintf(words + len, sizeof(words) - len, " (and %zu more)", n_down - 1);
	}
	kannel_health_set(k, FAULT_SMSC_DOWN, words[0] != '\0' ? words : NULL);
}

static void judge(struct kannel_health *k, const struct kannel_status *s)
{
	char words[CHANNEL_FAULT_LEN];

	kannel_health_set(k, FAULT_PASSWORD,
			  s->is_denied ? "Kannel's status page refuses status_password_file"
				       : NULL);
	if (s->is_denied)
		return;
	snprintf(words, sizeof(words), "Kannel isn't running as it should: %.*s",
		 PRI_BYTES(utf8_cut(s->status, 100)));
	kannel_health_set(k, FAULT_NOT_RUNNING, s->is_running ? NULL : words);
	kannel_health_set(
		k, FAULT_RECEIPTS,
		k->channel->conf->dlr && bytes_is(s->dlr_storage, "internal")
			? "Kannel keeps receipts in memory and forgets them at each restart: set "
			  "dlr-storage = spool and dlr-spool"
			: NULL);
	judge_boxes(k, s);
	judge_smscs(k, s);
}

static void on_status(const struct transfer_answer *a, void *ctx)
{
	struct kannel_health *k = ctx;
	struct arena *arena = arena_new(4 * KANNEL_STATUS_MAX);
	struct kannel_status *s = arena != NULL ? arena_alloc(arena, sizeof(*s)) : NULL;
	char words[CHANNEL_FAULT_LEN];
	int err = a->err;

	k->call = NULL;
	if (s == NULL) {
		arena_free(&arena);
		return;
	}
	if (err == ERR_OK)
		err = a->status == 200 ? kannel_status_parse(a->body, arena, s) : ERR_INVALID;
	if (err == ERR_OK) {
		kannel_health_set(k, FAULT_NO_STATUS, NULL);
		judge(k, s);
	} else if (err != ERR_CANCELLED) {
		snprintf(words, sizeof(words), "status_url can't be read: %s",
			 a->err != ERR_OK ? a->words : "no status of Kannel is there");
		kannel_health_set(k, FAULT_NO_STATUS, words);
	}
	arena_free(&arena);
}

static void ask_status(struct kannel_health *k)
{
	const struct conf_channel *conf = k->channel->conf;
	struct arena *arena;
	struct strbuf url;

	if (conf->status_url[0] == '\0' || k->call != NULL)
		return;
	arena = arena_new(8 * URL_MAX);
	if (arena == NULL)
		return;
	url = strbuf_in(arena, URL_MAX);
	strbuf_adds(&url, conf->status_url);
	url_param(&url, "password", bytes_of(conf->status_password));
	/* A look that can't be taken now is taken the next time. */
	if (strbuf_err(&url) == ERR_OK)
		(void)transfer_get(k->wire->transfer, strbuf_text(&url), STATUS_DEADLINE_MS,
				   KANNEL_STATUS_MAX, on_status, k, &k->call);
	arena_free(&arena);
}

/* --- Kannel's own configuration --- */

static int read_text(const char *path, struct arena *a, struct bytes *text_out)
{
	uint8_t *buf = arena_alloc(a, CONF_TEXT_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t n = 0;

	while (buf != NULL && fd >= 0 && len < CONF_TEXT_MAX &&
	       (n = read(fd, buf + len, CONF_TEXT_MAX - len)) > 0)
		len += (size_t)n;
	if (fd >= 0)
		close(fd);
	if (buf == NULL || fd < 0 || n < 0)
		return buf == NULL ? ERR_NOMEM : ERR_IO;
	*text_out = bytes_at(buf, len);
	return ERR_OK;
}

/* A reader's thread. */
static int look_run(struct txn *t, struct query *q)
{
	struct conf_look *look = (struct conf_look *)q;
	struct bytes text;
	int err = read_text(look->path, look->arena, &text);

	(void)t;
	if (err == ERR_OK)
		kannel_conf_check(bytes_of(look->path), text, &look->wants, &look->faults);
	return err;
}

/* Errors first; what doesn't fit is counted in the last line. */
static void look_words(struct conf_look *look)
{
	for (int warnings = 0; warnings < 2; warnings++) {
		for (size_t i = 0; i < look->faults.n; i++) {
			struct bytes line;

			if (look->faults.list[i].is_warning != (warnings == 1) ||
			    fault_line(&look->faults.list[i], look->arena, &line) != ERR_OK)
				continue;
			if (look->n_words < CHANNEL_FAULTS_MAX)
				snprintf(look->words[look->n_words++], CHANNEL_FAULT_LEN, "%.*s",
					 PRI_BYTES(line));
		}
	}
	if (look->faults.n > CHANNEL_FAULTS_MAX)
		snprintf(look->words[CHANNEL_FAULTS_MAX - 1], CHANNEL_FAULT_LEN,
			 "kannel_conf: %zu more lines are dangerous; the log has all of them",
			 look->faults.n - CHANNEL_FAULTS_MAX + 1);
}

static void look_log(const struct kannel_health *k, struct conf_look *look)
{
	for (size_t i = 0; i < look->faults.n; i++) {
		struct bytes line;

		if (fault_line(&look->faults.list[i], look->arena, &line) == ERR_OK)
			log_warning("kannel", "chan=%s event=dangerous_line words=\"%.*s\"",
				    k->channel->conf->name, PRI_BYTES(line));
	}
}

static void look_done(struct query *q, int err)
{
	struct conf_look *look = (struct conf_look *)q;
	struct kannel_health *k = look->health;

	if (k != NULL) {
		k->look = NULL;
		if (err == ERR_OK)
			look_words(look);
		else
			snprintf(look->words[look->n_words++], CHANNEL_FAULT_LEN,
				 "kannel_conf can't be read: %s", err_text(err));
		if (look->n_words != k->n_conf_words ||
		    memcmp(look->words, k->conf_words, sizeof(look->words)) != 0) {
			look_log(k, look);
			memcpy(k->conf_words, look->words, sizeof(look->words));
			k->n_conf_words = look->n_words;
			show_faults(k);
		}
	}
	arena_free(&look->arena);
	free(look);
}

static void look_at_conf(struct kannel_health *k, struct mono now)
{
	const struct conf_channel *conf = k->channel->conf;
	struct conf_look *look;

	if (conf->kannel_conf[0] == '\0' || k->look != NULL ||
	    (k->looked_at.ms != 0 && now.ms - k->looked_at.ms < CONF_EVERY_MS))
		return;
	look = calloc(1, sizeof(*look));
	if (look == NULL)
		return;
	look->arena = arena_new(4 * CONF_TEXT_MAX);
	if (look->arena == NULL) {
		free(look);
		return;
	}
	look->query = (struct query){ .run = look_run, .done = look_done, .without_store = true };
	look->health = k;
	look->faults = faults_in(look->arena);
	snprintf(look->path, sizeof(look->path), "%s", conf->kannel_conf);
	look->wants = (struct kannel_conf_wants){
		.link = conf->link == LINK_BOX ? KANNEL_CONF_BOX : KANNEL_CONF_HTTP,
		.box_id = arena_dup(look->arena, bytes_of(conf->box_id)),
		.max_segments = SEGMENTS_MAX,
	};
	k->looked_at = now;
	k->look = look;
	if (k->wire->host->read(k->wire->host, &look->query) != ERR_OK)
		look_done(&look->query, ERR_BUSY);
}

/* --- the part --- */

static void on_time(struct timer *t)
{
	struct kannel_health *k =
		(struct kannel_health *)((char *)t - offsetof(struct kannel_health, timer));
	struct host *h = k->wire->host;
	struct mono now = h->mono(h);

	h->timer(h, t, (struct mono){ now.ms + k->channel->conf->status_every_ms });
	forget_old(k, now);
	look_at_conf(k, now);
	ask_status(k);
}

int kannel_health_start(struct channel *c, struct kannel_health **k_out)
{
	struct kannel_health *k = calloc(1, sizeof(*k));
	struct host *h = c->core->host;

	if (k == NULL)
		return ERR_NOMEM;
	k->channel = c;
	k->wire = wire_channel(c)->wire;
	k->timer.fire = on_time;
	h->timer(h, &k->timer, (struct mono){ h->mono(h).ms + 1 });
	*k_out = k;
	return ERR_OK;
}

void kannel_health_stop(struct kannel_health **health)
{
	struct kannel_health *k = *health;

	if (k == NULL)
		return;
	k->wire->host->timer(k->wire->host, &k->timer, (struct mono){ 0 });
	if (k->call != NULL)
		transfer_forget(k->call);
	if (k->look != NULL)
		k->look->health = NULL;
	free(k);
	*health = NULL;
}
