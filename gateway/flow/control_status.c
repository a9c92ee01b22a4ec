/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control_status - the whole at a glance: channels, store, queues, alarms.
 */
#include "gateway/flow/control_request.h"

#include <string.h>

#include "gateway/flow/alarms.h"
#include "gateway/flow/intake.h"
#include "gateway/flow/space.h"
#include "parsers/err.h"
#include "store/cases.h"
#include "store/held.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/parts.h"

/* What of a mailbox waits for people. */
struct mail_load {
	uint64_t held;       /* words of staff that nobody has confirmed */
	uint64_t unreadable; /* open cases that only a person can read */
	uint64_t unanswered; /* open cases without an answer, those among them */
};

/* What a reader finds; the rest is the loop's own. By the section's place. */
struct found {
	struct outbox_load loads[CONF_CHANNELS_MAX];
	struct mail_load mails[CONF_CHANNELS_MAX];
	uint64_t parts_waiting, early;
	struct db_space map;
	uint64_t free_disk;
};

struct mail_count {
	struct txn *t;
	struct control *c;
};

static struct mail_load *mail_load_of(const struct mail_count *m, const char *channel)
{
	const struct conf *conf = m->c->desk_job.conf;
	struct found *found = m->c->own;

	for (size_t i = 0; i < conf->n_channels; i++)
		if (conf->channels[i].type == CHANNEL_MAIL &&
		    strcmp(conf->channels[i].name, channel) == 0)
			return &found->mails[i];
	return NULL;
}

static int count_case(const Pb__Case *rec, void *ctx)
{
	struct mail_load *load = mail_load_of(ctx, rec->channel);

	if (load == NULL)
		return ERR_OK;
	load->unanswered += rec->answered == 0;
	load->unreadable += strcmp(rec->kind, CASE_KIND_UNREADABLE) == 0;
	return ERR_OK;
}

static int count_held(const Pb__Held *rec, void *ctx)
{
	const struct mail_count *m = ctx;
	struct arena *a = arena_new(ARENA_MESSAGE_MAX);
	struct mail_load *load = NULL;
	Pb__Message *msg;

	if (a == NULL)
		return ERR_NOMEM;
	/* By which mailbox it came stands in the message alone. */
	if (message_get(m->t, rec->message, a, &msg) == ERR_OK)
		load = mail_load_of(m, msg->channel);
	if (load != NULL)
		load->held++;
	arena_free(&a);
	return ERR_OK;
}

/* What can't be read is verify's to name; the rest is shown. */
static int count_mails(struct txn *t, struct control *c)
{
	struct mail_count m = { .t = t, .c = c };
	int err = desk_mail_channel(c->desk_job.conf) != NULL ? case_each_open(t, count_case, &m)
							      : ERR_NOENT;

	if (err == ERR_OK || err == ERR_CORRUPT)
		err = held_each_waiting(t, count_held, &m);
	return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
}

static int find_in_store(struct txn *t, void *ctx)
{
	struct control *c = ctx;
	const struct conf *conf = c->desk_job.conf;
	struct found *found = c->own;
	int err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < conf->n_channels; i++)
		err = outbox_load(t, bytes_of(conf->channels[i].name), &found->loads[i]);
	if (err == ERR_OK)
		err = part_waiting(t, &found->parts_waiting);
	if (err == ERR_OK)
		err = early_count(t, &found->early);
	return err == ERR_OK ? count_mails(t, c) : err;
}

/* The space is asked for outside the snapshot: a reader twice in the store would stand in the way of a map that grows. */
static int find(struct txn *t, struct query *q)
{
	struct control *c = CONTAINER_OF(q, struct control, query);
	struct found *found = c->own;
	struct db *db = c->core->store->db;
	int err = db_read(db, (struct mono){ 0 }, find_in_store, c);

	(void)t;
	if (err == ERR_OK)
		err = space_free_disk(c->desk_job.conf->state_dir, &found->free_disk);
	found->map = db_space(db);
	return err;
}

static const char *type_text(enum conf_channel_type type)
{
	switch (type) {
	case CHANNEL_SIMULATOR: return "simulator";
	case CHANNEL_KANNEL: return "kannel";
	case CHANNEL_MAIL: return "mail";
	case CHANNEL_SMPP: return "smpp";
	}
	return "?";
}

static struct json *link_json(const struct channel_link *link)
{
	struct json *j = json_object();

	json_put_str(j, "name", link->name);
	json_put_str(j, "role", link->role);
	json_put_str(j, "state", link->state);
	json_put_time(j, "since", link->since.ms);
	json_put_int(j, "window", link->window);
	json_put_int(j, "window_used", link->window_used);
	json_put_int(j, "rate", link->rate_per_s);
	json_put_bool(j, "throttled", link->is_throttled);
	json_put_real(j, "throttled_to", (double)link->throttled_to / 1000);
	json_put_int(j, "throttles", (int64_t)link->n_throttled);
	json_put_str(j, "last_pdu", link->last_pdu);
	json_put_time(j, "last_pdu_at", link->last_pdu_at.ms);
	json_put_str(j, "why", link->why[0] == '\0' ? NULL : link->why);
	return j;
}

static struct json *links_json(const struct channel *live)
{
	struct json *list = json_array();
	struct channel_link link;

	for (size_t i = 0; live->ops->link(live, i, &link); i++) {
		struct json *j = link_json(&link);

		json_append_take(list, &j);
	}
	return list;
}

/* live: NULL when no daemon runs, or when it couldn't be started. */
static void add_channel(struct json *list, const struct conf_channel *conf,
			const struct channel *live, const struct found *found, size_t at)
{
	const struct outbox_load *load = &found->loads[at];
	const struct mail_load *mails = &found->mails[at];

	static const struct channel absent = { .state = CHANNEL_DOWN };
	const struct channel *c = live == NULL ? &absent : live;
	struct json *j = json_object(), *faults = json_array(), *links;

	json_put_str(j, "name", conf->name);
	json_put_str(j, "type", type_text(conf->type));
	json_put_str(j, "state", channel_state_text(c->state));
	json_put_time(j, "since", c->since.ms);
	json_put_time(j, "last_in", c->last_in.ms);
	json_put_time(j, "last_out", c->last_out.ms);
	json_put_int(j, "queued", (int64_t)load->queued);
	json_put_int(j, "sending", (int64_t)load->sending);
	json_put_int(j, "unsure", (int64_t)load->unsure);
	if (conf->type == CHANNEL_MAIL) {
		json_put_int(j, "held", (int64_t)mails->held);
		json_put_int(j, "unreadable", (int64_t)mails->unreadable);
		json_put_int(j, "unanswered", (int64_t)mails->unanswered);
	}
	for (size_t i = 0; i < c->n_faults; i++) {
		struct json *fault = json_text(bytes_of(c->faults[i]));

		json_append_take(faults, &fault);
	}
	json_put_take(j, "faults", &faults);
	if (live != NULL && live->ops->link != NULL) {
		links = links_json(live);
		json_put_take(j, "links", &links);
	}
	json_append_take(list, &j);
}

static struct json *channels_json(const struct control *c, const struct found *found)
{
	const struct conf *conf = c->desk_job.conf;
	struct json *list = json_array();

	for (size_t i = 0; i < conf->n_channels; i++)
		add_channel(list, &conf->channels[i],
			    core_channel(c->core, bytes_of(conf->channels[i].name)), found, i);
	return list;
}

static struct json *store_json(const struct control *c, const struct found *found)
{
	struct json *j = json_object();
	const char *why = NULL;
	bool is_open = !c->core->host->is_inline && intake_is_open(c->core->intake, &why);

	json_put_int(j, "used_bytes", (int64_t)found->map.used_bytes);
	json_put_int(j, "map_bytes", (int64_t)found->map.map_bytes);
	json_put_int(j, "free_disk_bytes", (int64_t)found->free_disk);
	json_put_str(j, "intake", is_open ? "open" : "stopped");
	json_put_str(j, "why", is_open ? NULL : c->core->host->is_inline ? "no daemon runs" : why);
	return j;
}

static struct json *queues_json(const struct control *c, const struct found *found)
{
	struct json *j = json_object();

	json_put_int(j, "jobs", (int64_t)intake_waiting(c->core->intake));
	json_put_int(j, "parts_waiting", (int64_t)found->parts_waiting);
	json_put_int(j, "early", (int64_t)found->early);
	return j;
}

static struct json *alarms_json(const struct control *c)
{
	const struct alarms *alarms = c->core->alarms;
	struct json *list = json_array();

	for (size_t i = 0; i < alarms_count(alarms); i++) {
		const struct alarm *alarm = alarms_at(alarms, i);
		struct json *j = json_object();

		json_put_time(j, "since", alarm->since.ms);
		json_put_str(j, "name", alarm->name);
		json_put_str(j, "text", alarm->text);
		json_append_take(list, &j);
	}
	return list;
}

static struct json *status_json(const struct control *c, const struct found *found)
{
	struct core *core = c->core;
	int64_t up_ms = core->host->mono(core->host).ms - core->started_mono.ms;
	struct json *j = json_object(), *part;

	json_put_bool(j, "daemon", !core->host->is_inline);
	json_put_str(j, "instance", core->conf->instance);
	json_put_str(j, "version", PACKAGE_VERSION);
	json_put_int(j, "uptime_s", core->host->is_inline ? 0 : up_ms / 1000);
	json_put_bool(j, "training", core->conf->training);
	part = channels_json(c, found);
	json_put_take(j, "channels", &part);
	part = store_json(c, found);
	json_put_take(j, "store", &part);
	part = queues_json(c, found);
	json_put_take(j, "queues", &part);
	part = alarms_json(c);
	json_put_take(j, "alarms", &part);
	return j;
}

static void tell(struct query *q, int err)
{
	struct control *c = CONTAINER_OF(q, struct control, query);
	struct json *row;

	if (err == ERR_OK && c->core->is_stopping)
		err = control_fail(c, ERR_CANCELLED, "odzivd is stopping");
	if (err == ERR_OK) {
		row = status_json(c, c->own);
		err = control_row_take(c, &row);
	}
	control_end(c, err);
}

void control_status(struct control *c)
{
	c->own = arena_alloc(control_scratch(c), sizeof(struct found));
	if (c->own == NULL)
		control_end(c, ERR_NOMEM);
	else
		control_ask(c, find, tell, true, true);
}
