/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens before a start takes anything: gateway/flow/starter. */
#include "gateway/flow/starter.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/log.h"
#include "store/keep.h"
#include "tests/gateway/flow_fixture.h"
#include "tests/tap.h"

#define ANN "+381641234567"

static char said[4096]; /* lines of the log about tables */

static void hear_log(enum log_level level, const char *line, void *ctx)
{
	size_t len = strlen(said);

	(void)level;
	(void)ctx;
	if (strstr(line, "event=making_tables") != NULL ||
	    strstr(line, "event=tables_made") != NULL)
		snprintf(said + len, sizeof(said) - len, "%s\n", line);
}

/* As store_open() does when it finds the tables of another version. */
static int be_older(struct txn *t, struct desk *d, void *ctx)
{
	(void)d;
	(void)ctx;
	upgrade_owes_backup(t);
	return rebuild_begin(t);
}

static size_t backups(struct flow *f, char *first, size_t size)
{
	char pattern[512];
	glob_t found = { 0 };
	size_t n;

	snprintf(pattern, sizeof(pattern), "%s/before-upgrade-*/manifest.json",
		 f->core.conf != NULL ? f->core.conf->state_dir : f->hall.conf->state_dir);
	n = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
	if (n > 0)
		snprintf(first, size, "%s", found.gl_pathv[0]);
	globfree(&found);
	return n;
}

static void test_upgrade(void)
{
	struct flow *f = calloc(1, sizeof(*f));
	struct flow_answer a;
	char manifest[512] = "", data[600];

	flow_open(f, NULL);
	is_int((long long)backups(f, manifest, sizeof(manifest)), 0,
	       "an ordinary start makes no backup");
	is_int(flow_passed(f, "upgrade-backup"), 0, "nor asks for one");
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	flow_stop(f);
	is_int(hall_work(&f->hall, be_older, NULL), ERR_OK, "the store is another version's");
	log_set_level(LOG_LEVEL_INFO); /* the fixture wants to hear less */
	flow_start(f);
	ok(f->is_open, "the next start comes up");
	is_int((long long)backups(f, manifest, sizeof(manifest)), 1, "after a backup");
	snprintf(data, sizeof(data), "%.*s/store/data.mdb",
		 (int)(strrchr(manifest, '/') - manifest), manifest);
	is_int(access(data, F_OK), 0, "of the store");
	ok(strstr(said, "event=tables_made") != NULL, "the log says when its tables are made");
	ok(flow_alarm(f, "upgrade-without-backup") == NULL, "nobody need look");
	ok(hall_is_sound(&f->hall), "verify finds nothing");
	flow_stop(f);
	flow_start(f);
	is_int((long long)backups(f, manifest, sizeof(manifest)), 1,
	       "and no further start makes one");
	flow_close(f);
	free(f);
}

/* What can't be copied must not keep a town from its texts for the sake of a copy. */
static void test_no_backup(void)
{
	struct flow *f = calloc(1, sizeof(*f));
	struct flow_answer a;
	char manifest[512], key[512], away[512];

	flow_open(f, NULL);
	flow_stop(f);
	is_int(hall_work(&f->hall, be_older, NULL), ERR_OK, "the store is another version's");
	snprintf(key, sizeof(key), "%s/key", f->hall.conf->state_dir);
	snprintf(away, sizeof(away), "%s/key.away", f->hall.conf->state_dir);
	is_int(rename(key, away), 0, "and its key can't be copied");
	flow_start(f);
	ok(f->is_open, "where no backup can be made the start comes up all the same");
	ok(flow_alarm(f, "upgrade-without-backup") != NULL, "and an alarm says so");
	is_int((long long)backups(f, manifest, sizeof(manifest)), 0, "half a backup isn't left");
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	is_int(a.err, ERR_OK, "texts are taken");
	ok(hall_is_sound(&f->hall), "verify finds nothing");
	(void)rename(away, key);
	flow_close(f);
	free(f);
}

int main(void)
{
	plan(0);
	log_set_sink(hear_log, NULL);
	test_upgrade();
	test_no_backup();
	return done_testing();
}
