/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/office.h"

#include <stdio.h>
#include <string.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "conf/log.h"
#include "tests/bench/bench.h"

#define BATCH_ARENA (256 * MIB)

static void load_conf(struct office *o, const char *path)
{
	struct faults faults = faults_in(o->keep);
	struct bytes line;

	if (conf_load(path, &faults, &o->conf) == ERR_OK)
		return;
	for (size_t i = 0; i < faults.n; i++)
		if (fault_line(&faults.list[i], o->keep, &line) == ERR_OK)
			fprintf(stderr, "%.*s\n", PRI_BYTES(line));
	bench_fail("%s can't be used", path);
}

void office_open(struct office *o, const char *conf, const char *state_dir, bool sync)
{
	struct db_limits limits = { .readers = READERS, .sync = sync, .may_create = true };
	char why[512];

	*o = (struct office){ .keep = arena_new(BATCH_ARENA), .arena = arena_new(BATCH_ARENA) };
	if (o->keep == NULL || o->arena == NULL || keyed_init() != ERR_OK)
		bench_fail("out of memory");
	log_set_level(LOG_LEVEL_WARNING);
	load_conf(o, conf);
	if (calendar_set_zone((const char *)o->conf->profile->time_zone.ptr) != ERR_OK)
		bench_fail("no such time zone on this machine");
	o->channel = o->conf->channels[0].name;
	limits.map_bytes = o->conf->map_bytes;
	if (store_open_with(state_dir != NULL ? state_dir : o->conf->state_dir, &limits, &o->store,
			    why, sizeof(why)) != ERR_OK)
		bench_fail("%s", why);
}

void office_close(struct office *o)
{
	store_close(&o->store);
	conf_drop(&o->conf);
	arena_free(&o->keep);
	arena_free(&o->arena);
}

static struct bytes keep_text(struct office *o, const char *format, const char *text)
{
	char buf[BENCH_TEXT_SIZE + 8];

	snprintf(buf, sizeof(buf), "%s%s", format, text);
	return arena_dup(o->keep, bytes_of(buf));
}

void office_text(struct office *o, uint64_t n, struct office_text *text_out)
{
	struct classifier c = o->conf->profile->classifier;
	char number[BENCH_NUMBER_SIZE], text[BENCH_TEXT_SIZE], id[40];

	bench_number(n, number);
	bench_text(n, text);
	snprintf(id, sizeof(id), "00000000-0000-4000-8000-%012llx", (unsigned long long)n);
	text_out->msg = (struct message){
		.arena = o->keep,
		.channel = bytes_of(o->channel),
		.from = keep_text(o, "sms:", number),
		.from_raw = keep_text(o, "", number),
		.to = bytes_of("1955"),
		.text = keep_text(o, "", text),
		.charset = bytes_of("UTF-8"),
		.smsc = bytes_of("LAB"),
		.remote_id = keep_text(o, "", id),
		.smsc_time = o->now,
	};
	text_out->msg.raw = text_out->msg.text;
	c.case_year = calendar_local(o->now).year;
	if (classify(&c, o->keep, text_out->msg.text, (struct tongue){ LANG_NONE, SCRIPT_NONE },
		     &text_out->understood) != ERR_OK)
		bench_fail("a text can't be understood: %s", text);
}

struct desk *office_desk(struct office *o)
{
	desk_begin(&o->desk, o->conf, &o->store.key, o->now, o->arena);
	return &o->desk;
}

void office_take(struct office *o, struct txn *t, const struct office_text *text,
		 struct intake_found *found_out)
{
	const struct intake_given given = { .msg = &text->msg, .understood = &text->understood };
	int err = intake_apply(t, office_desk(o), &given, found_out);

	if (err != ERR_OK)
		bench_fail("a text can't be taken: %s", err_text(err));
	if (found_out->outcome != OUTCOME_CASE)
		bench_fail("a text made no new case: %.*s", PRI_BYTES(text->msg.text));
}
