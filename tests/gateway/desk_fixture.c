/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/gateway/desk_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/calendar.h"
#include "conf/log.h"
#include "gateway/desk/clocks.h"
#include "store/answers.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/outbox.h"
#include "tests/tap.h"

#define ARENA_CAP (8u * 1024 * 1024)

static void bail(const char *what, const char *why)
{
	printf("Bail out! %s: %s\n", what, why);
	exit(1);
}

static void write_conf(const char *dir, const char *more)
{
	const char *top = getenv("TOP_SRCDIR");
	char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/odziv.ini", dir);
	f = fopen(path, "w");
	if (f == NULL)
		bail(path, "can't be written");
	fprintf(f,
		"[odziv]\nprofile = %s/conf/profiles/stara-pazova\nstate_dir = %s/state\n"
		"[phones]\ntype = simulator\nfrom = 1955\n%s\n",
		top != NULL ? top : ".", dir, more != NULL ? more : "");
	fclose(f);
}

/* What a section of a mailbox names; nobody logs in with it. */
static void write_secret(const char *dir)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/mail.password", dir);
	f = fopen(path, "w");
	if (f == NULL)
		bail(path, "can't be written");
	fprintf(f, "none\n");
	fclose(f);
	chmod(path, 0600);
}

static void load_conf(struct hall *h, const char *dir)
{
	struct faults faults = faults_in(h->keep);
	struct bytes line;
	int err = conf_load(dir, &faults, &h->conf);

	if (err == ERR_OK)
		return;
	for (size_t i = 0; i < faults.n; i++) {
		if (fault_line(&faults.list[i], h->keep, &line) == ERR_OK)
			diag("%.*s", PRI_BYTES(line));
	}
	bail(dir, err_text(err));
}

void hall_open(struct hall *h, const char *more)
{
	const char *dir = temp_dir();
	static unsigned n_halls; /* several in one test have a folder each */
	char own[500], state[520], why[256] = "";

	*h = (struct hall){ .now = { .ms = NOON_MS }, .times = 1 };
	h->arena = arena_new(ARENA_CAP);
	h->keep = arena_new(ARENA_CAP);
	if (h->arena == NULL || h->keep == NULL || keyed_init() != ERR_OK)
		bail("fixture", "out of memory");
	log_set_level(LOG_LEVEL_ERROR);
	if (calendar_set_zone("Europe/Belgrade") != ERR_OK)
		bail("Europe/Belgrade", "no such zone on this machine");
	snprintf(own, sizeof(own), "%s/hall-%u", dir, n_halls++);
	snprintf(state, sizeof(state), "%s/state", own);
	mkdir(own, 0700);
	mkdir(state, 0700);
	write_conf(own, more);
	write_secret(own);
	load_conf(h, own);
	if (store_open(h->conf->state_dir, 64u * 1024 * 1024, true, &h->store, why, sizeof(why)) !=
	    ERR_OK)
		bail(state, why);
}

void hall_close(struct hall *h)
{
	store_close(&h->store);
	conf_drop(&h->conf);
	arena_free(&h->arena);
	arena_free(&h->keep);
}

struct work {
	struct hall *h;
	hall_work_fn *fn;
	void *ctx;
};

static int run_work(struct txn *t, void *ctx)
{
	struct work *w = ctx;

	desk_begin(&w->h->desk, w->h->conf, &w->h->store.key, w->h->now, w->h->arena);
	return w->fn(t, &w->h->desk, w->ctx);
}

static int drop_work(struct txn *t, void *ctx)
{
	int err = run_work(t, ctx);

	return err != ERR_OK ? err : ERR_CANCELLED;
}

int hall_work(struct hall *h, hall_work_fn *work, void *ctx)
{
	struct work w = { .h = h, .fn = work, .ctx = ctx };

	for (unsigned i = 1; i < h->times; i++)
		(void)db_write(h->store.db, drop_work,
			       &w); /* dropped on purpose: what follows must not depend on it */
	return db_write(h->store.db, run_work, &w);
}

struct hearing {
	struct intake_given given;
	struct intake_found *found;
};

static int hear(struct txn *t, struct desk *d, void *ctx)
{
	struct hearing *a = ctx;

	return intake_apply(t, d, &a->given, a->found);
}

int hall_message(struct hall *h, const struct message *msg, bool link_has_just_started,
		 struct intake_found *found_out)
{
	struct classifier c = h->conf->profile->classifier;
	struct classified u;
	struct hearing a = { .given = { .msg = msg,
					.link_since.ms = link_has_just_started ? h->now.ms : 0 },
			     .found = found_out };
	int err = ERR_OK;

	c.case_year = calendar_local(h->now).year;
	if (msg->fault.len == 0 && msg->part_total <= 1) {
		err = classify(&c, h->keep, msg->text, (struct tongue){ 0 }, &u);
		a.given.understood = &u;
	}
	return err == ERR_OK ? hall_work(h, hear, &a) : err;
}

static struct message make(struct hall *h, const char *from, const char *text)
{
	char id[32], address[64];

	snprintf(id, sizeof(id), "id-%u", ++h->n_texts);
	snprintf(address, sizeof(address), "sms:%s", from);
	return (struct message){
		.channel = bytes_of("phones"),
		.from = arena_dup(h->keep, bytes_of(from[0] == '+' ? address : "")),
		.from_raw = arena_dup(h->keep, bytes_of(from)),
		.to = bytes_of("1955"),
		.text = arena_dup(h->keep, bytes_of(text)),
		.raw = arena_dup(h->keep, bytes_of(text)),
		.remote_id = arena_dup(h->keep, bytes_of(id)),
	};
}

struct message hall_part(struct hall *h, const char *from, const char *text, uint16_t ref,
			 uint8_t total, uint8_t index)
{
	struct message m = make(h, from, text);

	m.part_ref = ref;
	m.part_total = total;
	m.part_index = index;
	return m;
}

/* The acknowledgement came at once, so that a later twin is a person's. */
static int note_answer(struct txn *t, struct desk *d, void *ctx)
{
	(void)d;
	const struct intake_found *found = ctx;

	return found->turn != 0 ? answers_up_to(t, 0, found->turn)
				: answers_in_time(t, &found->seen);
}

void hall_answered(struct hall *h, const struct intake_found *found)
{
	struct intake_found f = *found;

	(void)hall_work(h, note_answer, &f); /* a test that needs it would fail on the twin */
}

struct intake_found hall_text(struct hall *h, const char *from, const char *text)
{
	struct message m = make(h, from, text);
	struct intake_found found = { 0 };
	int err = hall_message(h, &m, false, &found);
	struct desk said = h->desk;

	if (err != ERR_OK)
		bail(text, err_text(err));
	hall_answered(h, &found);
	h->desk.n_notes = said.n_notes;
	memcpy(h->desk.notes, said.notes, sizeof(said.notes));
	return found;
}

struct acting {
	int (*fn)(struct txn *, struct desk *, struct staff_act *);
	struct staff_act *act;
};

static int act(struct txn *t, struct desk *d, void *ctx)
{
	struct acting *a = ctx;

	return a->fn(t, d, a->act);
}

int hall_staff(struct hall *h, int (*act_fn)(struct txn *, struct desk *, struct staff_act *),
	       struct staff_act *staff)
{
	struct acting a = { .fn = act_fn, .act = staff };

	if (staff->who == NULL)
		staff->who = "jelena";
	return hall_work(h, act, &a);
}

static int clocks(struct txn *t, struct desk *d, void *ctx)
{
	return clocks_apply(t, d, 200, true, ctx);
}

int hall_clocks_once(struct hall *h)
{
	struct clocks_done done = { 0 };

	return hall_work(h, clocks, &done);
}

uint64_t hall_clocks(struct hall *h)
{
	struct clocks_done done;
	int err;

	do {
		done = (struct clocks_done){ 0 };
		err = hall_work(h, clocks, &done);
		if (err != ERR_OK)
			bail("clocks", err_text(err));
	} while (done.more);
	return done.late;
}

struct row_search {
	struct hall *h;
	const char *to;
	size_t n, wanted; /* which one, the newest is 0 */
	uint64_t id;
};

static int count_row(const Pb__Outbox *row, void *ctx)
{
	struct row_search *s = ctx;

	if (s->to != NULL && strcmp(strchr(row->to, ':') + (s->to[0] != ':'), s->to) != 0)
		return ERR_OK;
	if (s->n++ == s->wanted)
		s->id = row->id;
	return ERR_OK;
}

static int search_rows(struct txn *t, void *ctx)
{
	struct outbox_filter f = { .state = -1, .limit = 10000 };

	return outbox_list(t, &f, count_row, ctx);
}

size_t hall_rows(struct hall *h, const char *to)
{
	struct row_search s = { .h = h, .to = to };

	if (db_read(h->store.db, (struct mono){ 0 }, search_rows, &s) != ERR_OK)
		bail("outbox", "can't be listed");
	return s.n;
}

struct fetch {
	struct hall *h;
	uint64_t id;
	const char *number;
	Pb__Outbox *row;
	Pb__Case *rec;
};

static int fetch(struct txn *t, void *ctx)
{
	struct fetch *f = ctx;

	if (f->number != NULL)
		return case_get(t, bytes_of(f->number), f->h->keep, &f->rec);
	return outbox_get(t, f->id, f->h->keep, &f->row);
}

const Pb__Outbox *hall_last_row(struct hall *h, const char *to)
{
	return hall_nth_row(h, to, 0);
}

const Pb__Outbox *hall_nth_row(struct hall *h, const char *to, size_t nth)
{
	struct row_search s = { .h = h, .to = to, .wanted = nth };
	struct fetch f = { .h = h };

	if (db_read(h->store.db, (struct mono){ 0 }, search_rows, &s) != ERR_OK || s.n <= nth)
		return NULL;
	f.id = s.id;
	return db_read(h->store.db, (struct mono){ 0 }, fetch, &f) == ERR_OK ? f.row : NULL;
}

const Pb__Case *hall_case(struct hall *h, const char *number)
{
	struct fetch f = { .h = h, .number = number };

	return db_read(h->store.db, (struct mono){ 0 }, fetch, &f) == ERR_OK ? f.rec : NULL;
}

bool hall_noted(const struct hall *h, const char *name)
{
	for (size_t i = 0; i < h->desk.n_notes; i++) {
		if (strcmp(h->desk.notes[i].name, name) == 0)
			return true;
	}
	return false;
}

static int deliver(struct txn *t, struct desk *d, void *ctx)
{
	struct claimed claimed[64];
	size_t n;
	int err = outbox_claim(t, bytes_of("phones"), d->now, 64, d->arena, claimed, &n, NULL, NULL,
			       NULL);
	Pb__Outbox *row;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct send_result r = { .row = claimed[i].row->id,
					 .segment = claimed[i].segment,
					 .outcome = SEND_OK };

		err = outbox_result(t, &r, d->now, d->arena, &row);
		if (err == ERR_OK)
			err = clocks_row_changed(t, d, row);
	}
	(void)ctx;
	return err;
}

void hall_sent(struct hall *h)
{
	if (hall_work(h, deliver, NULL) != ERR_OK)
		bail("deliver", "failed");
}

static void say_problem(const struct problem *p, void *ctx)
{
	(void)ctx;
	diag("%s: %s", p->table, p->words);
}

static int check(struct txn *t, void *ctx)
{
	struct hall *h = ctx;
	struct balance b;
	uint64_t n;
	int err = verify_run(t, h->keep, say_problem, NULL, &n, NULL, NULL);

	if (err == ERR_OK)
		err = balance_get(t, (struct wall){ 0 }, (struct wall){ 0 }, &b);
	return err == ERR_OK && !b.balanced ? ERR_CORRUPT : err;
}

bool hall_is_sound(struct hall *h)
{
	return db_read(h->store.db, (struct mono){ 0 }, check, h) == ERR_OK;
}
