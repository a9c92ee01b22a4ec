/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new configuration comes into force as a whole, or not at all. */
#include "gateway/flow/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/flow/reload_check.h"
#include "parsers/err.h"
#include "tests/gateway/flow_fixture.h"
#include "tests/tap.h"

#define ANN "+381641234567"

struct outcome {
	unsigned n;
	int err;
	char words[4096];
};

static void on_done(int err, const char *words, void *ctx)
{
	struct outcome *o = ctx;

	o->n++;
	o->err = err;
	snprintf(o->words, sizeof(o->words), "%s", words);
}

/* Writes odziv.ini anew: what the fixture wrote, with this behind it. */
static void rewrite(struct flow *f, const char *phones, const char *map_size, const char *more)
{
	FILE *ini = fopen(f->hall.conf->file, "w");

	fprintf(ini,
		"[odziv]\nprofile = %s\nstate_dir = %s\n[store]\nmap_size = %s\n"
		"[phones]\ntype = simulator\nfrom = 1955\n%s\n%s\n",
		f->hall.conf->profile_dir, f->hall.conf->state_dir, map_size, phones, more);
	fclose(ini);
}

static struct outcome reload(struct flow *f)
{
	struct outcome o = { 0 };

	core_reload(&f->core, f->hall.conf->file, on_done, &o);
	flow_pass(f, 10 * SECOND_MS);
	is_int(o.n, 1, "a reload tells its end once");
	return o;
}

static void test_restarts(struct flow *f)
{
	const struct conf *before = f->core.conf;
	struct outcome o;

	rewrite(f, "", "64M", "");
	o = reload(f);
	is_int(o.err, ERR_OK, "an equal configuration comes into force: %s", o.words);
	ok(f->core.conf != before, "with a pointer of its own");
	ok(flow_channel(f)->conf == &f->core.conf->channels[0],
	   "the channel reads the new section");
	is_int(f->n_stops, 0, "a channel whose section is the same isn't restarted");
	is_int(flow_passed(f, "in-reload"), 1, "the point in a reload is passed");
	rewrite(f, "window = 3\n", "64M", "");
	o = reload(f);
	is_int(o.err, ERR_OK, "a changed section comes into force: %s", o.words);
	is_int(f->n_stops, 1, "its channel is stopped");
	is_int(f->n_starts, 2, "and started");
	is_int(flow_channel(f)->conf->window, 3, "with the new value");
	rewrite(f, "window = 3\n", "64M", "[second]\ntype = simulator\nfrom = 1956\n");
	o = reload(f);
	is_int((long long)f->core.n_channels, 2, "a new section is a new channel");
	rewrite(f, "window = 3\n", "64M", "");
	o = reload(f);
	is_int((long long)f->core.n_channels, 1, "a section that is gone takes its channel along");
}

static void test_refusals(struct flow *f)
{
	const struct conf *before = f->core.conf;
	struct outcome o;

	rewrite(f, "windov = 3\n", "64M", "");
	o = reload(f);
	is_int(o.err, ERR_INVALID, "a faulty configuration is refused");
	ok(strstr(o.words, "windov") != NULL, "with words that name the fault: %s", o.words);
	ok(f->core.conf == before, "the old one stays in force");
	ok(flow_alarm(f, "reload-refused") != NULL, "an alarm says so");
	rewrite(f, "", "64M", "[http]\nhttp_listen = 127.0.0.1:8099\n");
	o = reload(f);
	is_int(o.err, ERR_INVALID, "what the process was built upon can't change");
	ok(strstr(o.words, "http_listen") != NULL, "and is named: %s", o.words);
	rewrite(f, "", "64M", "");
	o = reload(f);
	ok(flow_alarm(f, "reload-refused") == NULL, "a good one clears the alarm");
}

struct check {
	const struct conf *old, *next;
	struct faults *faults;
};

static int check(struct txn *t, void *ctx)
{
	struct check *c = ctx;

	return reload_check_store(t, c->old, c->next, c->faults);
}

/* The words of what the store has against this configuration; "" when nothing. */
static const char *against(struct flow *f, const struct conf *next, struct arena *a)
{
	struct faults faults = faults_in(a);
	struct check c = { f->core.conf, next, &faults };
	struct bytes line = BYTES_NONE;

	if (db_read(f->hall.store.db, (struct mono){ 0 }, check, &c) != ERR_OK)
		return "can't be read";
	if (faults.n == 0 || fault_line(&faults.list[0], a, &line) != ERR_OK)
		return "";
	return arena_str(a, line);
}

static void test_open_cases(struct flow *f)
{
	struct arena *a = arena_new(MIB);
	struct faults faults = faults_in(a);
	struct conf *next = NULL;
	struct flow_answer answer;
	struct profile *p;
	size_t n;

	flow_text(f, ANN, "Pukla cev u Svetosavskoj 14, Nova Pazova", &answer);
	flow_settle(f);
	is_int(conf_load(f->hall.conf->file, &faults, &next), ERR_OK,
	       "a second configuration loads");
	p = next->profile;
	is_text(bytes_of(against(f, next, a)), "", "the store has nothing against an equal one");
	n = p->n_categories;
	p->n_categories = 0;
	ok(strstr(against(f, next, a), "category 'VOD'") != NULL,
	   "an open case may not lose its category");
	p->n_categories = n;
	n = p->n_departments;
	p->n_departments = 0;
	ok(strstr(against(f, next, a), "department '") != NULL, "nor its department");
	p->n_departments = n;
	n = p->n_tongues;
	p->n_tongues = 0;
	ok(strstr(against(f, next, a), "language '") != NULL, "nor its language");
	p->n_tongues = n;
	next->n_channels = 0;
	ok(strstr(against(f, next, a), "channel 'phones'") != NULL,
	   "that its channel is gone is a warning");
	next->n_channels = 1;
	conf_drop(&next);
	arena_free(&a);
}

/* The whole way: a profile that has no VODOVOD may not follow while a case of it is open. */
static void test_other_town(struct flow *f)
{
	const struct conf *before = f->core.conf;
	FILE *ini = fopen(f->hall.conf->file, "w");
	struct outcome o;

	fprintf(ini,
		"[odziv]\nprofile = %s/../pecinci\ninstance = %s\nstate_dir = %s\n"
		"[store]\nmap_size = 64M\n[phones]\ntype = simulator\nfrom = 1955\n",
		f->hall.conf->profile_dir, f->hall.conf->instance, f->hall.conf->state_dir);
	fclose(ini);
	o = reload(f);
	is_int(o.err, ERR_INVALID, "another town's profile is refused while a case is open");
	ok(strstr(o.words, "department 'VODOVOD' is gone") != NULL, "with what the case needs: %s",
	   o.words);
	ok(f->core.conf == before, "and the old one stays");
	rewrite(f, "", "64M", "");
}

/* Between the look at the store and the job that enlarges it, the loop has no store to wait for. */
static struct flow *hidden;
static int (*write_of_flow)(struct host *h, struct job *job);
static void (*point_of_flow)(struct host *h, const char *name);

static void hide_store(struct host *h, const char *name)
{
	if (strcmp(name, "in-reload") == 0)
		hidden->core.store = NULL;
	point_of_flow(h, name);
}

static int show_store(struct host *h, struct job *job)
{
	hidden->core.store = &hidden->hall.store;
	return write_of_flow(h, job);
}

static struct outcome reload_without_store(struct flow *f)
{
	struct outcome o;

	hidden = f;
	point_of_flow = f->host.point;
	write_of_flow = f->host.write;
	f->host.point = hide_store;
	f->host.write = show_store;
	o = reload(f);
	f->host.point = point_of_flow;
	f->host.write = write_of_flow;
	return o;
}

static void test_map(struct flow *f)
{
	uint64_t before = db_space(f->hall.store.db).map_bytes;
	struct outcome o;

	rewrite(f, "", "96M", "");
	o = reload_without_store(f);
	is_int(o.err, ERR_OK, "a larger map_size comes into force: %s", o.words);
	ok(db_space(f->hall.store.db).map_bytes > before, "and the map has grown");
	rewrite(f, "", "64M", "");
	o = reload(f);
	is_int(o.err, ERR_OK, "a smaller one is no fault");
	ok(strstr(o.words, "shrink") != NULL, "but a warning: %s", o.words);
}

static void test_one_at_a_time(struct flow *f)
{
	struct outcome first = { 0 }, second = { 0 };

	core_reload(&f->core, f->hall.conf->file, on_done, &first);
	core_reload(&f->core, f->hall.conf->file, on_done, &second);
	is_int(second.err, ERR_BUSY, "a second reload meanwhile is told to wait");
	flow_pass(f, 10 * SECOND_MS);
	is_int(first.err, ERR_OK, "the first one isn't disturbed");
	core_reload(&f->core, f->hall.conf->file, on_done, &first);
}

int main(void)
{
	struct flow *f = calloc(1, sizeof(*f));

	plan(0);
	flow_open(f, "");
	test_restarts(f);
	test_refusals(f);
	test_map(f);
	test_open_cases(f);
	test_other_town(f);
	test_one_at_a_time(f); /* and the stop that follows meets a reload under way */
	ok(hall_is_sound(&f->hall), "verify finds nothing");
	flow_close(f);
	free(f);
	return done_testing();
}
