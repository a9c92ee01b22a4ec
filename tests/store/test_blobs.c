/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blobs: swept a day after nobody names them, never while a backup runs;
 * what verify says of them, and that they come back with a restore.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/err.h"
#include "store/blob_dir.h"
#include "store/files.h"
#include "store/messages.h"
#include "tests/store/sample.h"
#include "tests/tap.h"

#define MAP ((uint64_t)4 * 1024 * 1024)

struct town {
	char dir[400];
	struct store s;
	struct arena *a; /* of one transaction */
	uint8_t hash[BLOB_HASH_SIZE];
	uint64_t message;
	struct wall now;
	size_t n_gone;
	int err;
	struct findings found;
};

static void open_town(struct town *w, const char *name)
{
	char why[400] = "";

	*w = (struct town){ .now = FIXTURE_NOW };
	snprintf(w->dir, sizeof(w->dir), "%s/%s", temp_dir(), name);
	w->a = arena_new((size_t)4 * 1024 * 1024);
	if (keyed_init() != ERR_OK || mkdir(w->dir, 0700) != 0 ||
	    store_open(w->dir, MAP, true, &w->s, why, sizeof(why)) != ERR_OK) {
		printf("Bail out! %s: %s\n", w->dir, why);
		exit(1);
	}
}

static void close_town(struct town *w)
{
	store_close(&w->s);
	arena_free(&w->a);
}

static void path_of(const struct town *w, char *path_out)
{
	char folder[FILES_PATH_SIZE];

	blob_folder_of(w->dir, folder);
	blob_file_path(folder, w->hash, path_out);
}

static bool put(struct town *w, const char *octets)
{
	char path[FILES_PATH_SIZE];
	struct blob_folder folder;

	blob_folder_of(w->dir, path);
	return blob_folder_open(path, &folder) == ERR_OK &&
	       blob_file_put(&folder, bytes_of(octets), w->hash) == ERR_OK &&
	       blob_folder_sync(&folder) == ERR_OK;
}

/* Under its name, or put aside for its last day. */
static bool stands(const struct town *w, const char *octets)
{
	struct arena *a = arena_new(1000);
	char path[FILES_PATH_SIZE], idle[FILES_PATH_SIZE];
	struct bytes found = BYTES_NONE;

	path_of(w, path);
	files_beside(path, BLOB_IDLE, idle);
	if (files_read(path, 100, a, &found) != ERR_OK)
		(void)files_read(idle, 100, a, &found);
	arena_free(&a);
	return found.len == strlen(octets);
}

/* As if nobody had touched it for so long, by the clock of the test. */
static void age(struct town *w, int64_t ms)
{
	char path[FILES_PATH_SIZE];
	struct timespec at[2] = { { .tv_sec = (w->now.ms - ms) / 1000 },
				  { .tv_sec = (w->now.ms - ms) / 1000 } };

	path_of(w, path);
	if (utimensat(AT_FDCWD, path, at, 0) != 0)
		diag("%s: no such file", path);
}

static int name_it(struct txn *t, void *ctx)
{
	struct town *w = ctx;
	Pb__Message msg = PB__MESSAGE__INIT;

	msg.id = txn_id(t, w->now);
	msg.channel = record_strc(w->a, "mail");
	msg.received = w->now.ms;
	msg.outcome = OUTCOME_NOT_ANSWERED;
	msg.blob.data = w->hash;
	msg.blob.len = sizeof(w->hash);
	message_add(t, &msg);
	w->message = msg.id;
	return txn_err(t);
}

static int forget_it(struct txn *t, void *ctx)
{
	struct town *w = ctx;
	Pb__Message *msg;
	int err = message_get(t, w->message, w->a, &msg);

	if (err != ERR_OK)
		return err;
	msg->blob.len = 0;
	msg->uid = 1; /* it stays a mail */
	message_put(t, msg);
	return txn_err(t);
}

static int sweep_all(struct txn *t, void *ctx)
{
	struct town *w = ctx;
	size_t n;

	w->n_gone = 0;
	w->err = ERR_OK;
	for (unsigned shard = 0; shard < BLOB_SHARDS && w->err == ERR_OK; shard++) {
		w->err = blob_sweep(t, w->dir, shard, w->now, &n);
		w->n_gone += n;
	}
	return ERR_OK;
}

static size_t sweep(struct town *w)
{
	return db_write(w->s.db, sweep_all, w) == ERR_OK ? w->n_gone : SIZE_MAX;
}

static void do_it(struct town *w, db_work_fn *work)
{
	if (db_write(w->s.db, work, w) != ERR_OK)
		ok(false, "the transaction is committed");
}

static void test_sweep(void)
{
	struct town w;
	int fd = -1;

	open_town(&w, "sweep");
	is_int((long long)sweep(&w), 0, "without blobs there is nothing to sweep");
	put(&w, "a picture");
	age(&w, HOUR_MS);
	sweep(&w);
	age(&w, HOUR_MS);
	ok(stands(&w, "a picture"), "what was just put stays: its record is on the way");
	do_it(&w, name_it);
	age(&w, 100 * DAY_MS);
	sweep(&w);
	age(&w, 100 * DAY_MS);
	ok(stands(&w, "a picture"), "what a record names stays, however old");
	do_it(&w, forget_it);
	is_int((long long)sweep(&w), 0, "what nobody names any more has one day");
	w.now.ms += DAY_MS - MINUTE_MS;
	is_int((long long)sweep(&w), 0, "a whole one");
	ok(stands(&w, "a picture"), "on which it is still there");
	w.now.ms += 2 * MINUTE_MS;
	ok(blob_hold(w.dir, &fd) == ERR_OK, "a backup begins");
	ok(sweep(&w) == 0 && w.err == ERR_BUSY && stands(&w, "a picture"),
	   "while it runs nothing goes");
	ok(put(&w, "a picture"), "what comes in is kept all the same");
	blob_let(fd);
	ok(sweep(&w) == 1 && stands(&w, "a picture"), "put again, only its old self goes");
	age(&w, 2 * DAY_MS);
	sweep(&w);
	w.now.ms += 2 * DAY_MS;
	ok(sweep(&w) == 1 && !stands(&w, "a picture"), "a day later it is gone");
	close_town(&w);
}

static void test_wake(void)
{
	struct town w;
	char path[FILES_PATH_SIZE];

	open_town(&w, "wake");
	put(&w, "a letter");
	age(&w, 2 * DAY_MS);
	sweep(&w);
	path_of(&w, path);
	ok(access(path, F_OK) != 0 && stands(&w, "a letter"), "idle, it is put aside");
	do_it(&w, name_it);
	w.now.ms += 2 * DAY_MS;
	sweep(&w);
	ok(access(path, F_OK) == 0 && stands(&w, "a letter"), "named again, it is back");
	close_town(&w);
}

static void on_problem(const struct problem *p, void *ctx)
{
	struct findings *found = ctx;

	snprintf(found->tables[0], sizeof(found->tables[0]), "%s", p->table);
	snprintf(found->words[0], sizeof(found->words[0]), "%s", p->words);
	found->n++;
}

static int verify(struct txn *t, void *ctx)
{
	struct town *w = ctx;
	uint64_t n;

	w->found.n = 0;
	w->found.words[0][0] = '\0';
	return blob_verify(t, w->dir, w->now, on_problem, &w->found, &n);
}

static bool finds(struct town *w, const char *words)
{
	if (db_read(w->s.db, (struct mono){ 0 }, verify, w) != ERR_OK)
		return false;
	if (words == NULL ? w->found.n == 0 : w->found.n == 1 && strstr(w->found.words[0], words))
		return true;
	diag("%zu: %s", w->found.n, w->found.words[0]);
	return false;
}

static void test_verify(void)
{
	struct town w;
	char path[FILES_PATH_SIZE], other[FILES_PATH_SIZE + 8];
	FILE *f;

	open_town(&w, "verify");
	ok(finds(&w, NULL), "no blobs are sound");
	put(&w, "a mail");
	do_it(&w, name_it);
	ok(finds(&w, NULL), "one that a record names is sound");
	path_of(&w, path);
	snprintf(other, sizeof(other), "%s.away", path);
	rename(path, other);
	f = fopen(path, "w");
	fputs("a Mail", f);
	fclose(f);
	unlink(other);
	ok(finds(&w, "other octets than its name says"), "one that was altered is named");
	unlink(path);
	ok(finds(&w, "its file is missing, message "), "one that is missing is named");
	put(&w, "a mail");
	put(&w, "nobody's");
	age(&w, HOUR_MS);
	ok(finds(&w, NULL), "one that nobody names yet may be on its way");
	age(&w, 4 * DAY_MS);
	ok(finds(&w, "nobody names it"), "days later it is a stray one");
	sweep(&w);
	w.now.ms += 2 * DAY_MS;
	sweep(&w);
	ok(finds(&w, NULL), "which the sweep takes");
	snprintf(other, sizeof(other), "%s/" BLOBS_DIR "/%02x/notes.txt", w.dir, w.hash[0]);
	f = fopen(other, "w");
	if (f != NULL)
		fclose(f);
	ok(f != NULL && finds(&w, "notes.txt: is no blob of ours"), "what isn't ours is named");
	close_town(&w);
}

static void test_backup(void)
{
	struct town w, back = { .now = FIXTURE_NOW };
	char dir[300], path[FILES_PATH_SIZE], linked[FILES_PATH_SIZE], why[400] = "";
	struct stat a, b;
	FILE *f;

	open_town(&w, "backed-up");
	put(&w, "a contract");
	do_it(&w, name_it);
	snprintf(dir, sizeof(dir), "%s/backup", temp_dir());
	ok(backup_run(&w.s, w.dir, dir, "town", NULL, 0, w.now, NULL, NULL, why, sizeof(why)) ==
		   ERR_OK,
	   "a backup is made %s", why);
	path_of(&w, path);
	snprintf(back.dir, sizeof(back.dir), "%s", dir);
	memcpy(back.hash, w.hash, sizeof(back.hash));
	path_of(&back, linked);
	ok(stat(path, &a) == 0 && stat(linked, &b) == 0 && a.st_ino == b.st_ino,
	   "its blobs take no room: they are links");
	close_town(&w);
	back.a = arena_new((size_t)4 * 1024 * 1024);
	snprintf(back.dir, sizeof(back.dir), "%s/restored", temp_dir());
	ok(restore_run(dir, back.dir, MAP, NULL, NULL, why, sizeof(why)) == ERR_OK &&
		   stands(&back, "a contract"),
	   "restored, it can be read %s", why);
	path_of(&back, path);
	ok(stat(linked, &b) == 0 && stat(path, &a) == 0 && a.st_ino != b.st_ino,
	   "and is a copy of its own");
	unlink(linked);
	f = fopen(linked, "w");
	fputs("a contrast", f);
	fclose(f);
	snprintf(back.dir, sizeof(back.dir), "%s/altered", temp_dir());
	ok(restore_run(dir, back.dir, MAP, NULL, NULL, why, sizeof(why)) == ERR_CORRUPT &&
		   strstr(why, "altered or damaged") != NULL,
	   "a backup whose blob was altered isn't restored");
	unlink(linked);
	ok(restore_run(dir, back.dir, MAP, NULL, NULL, why, sizeof(why)) == ERR_CORRUPT &&
		   strstr(why, "0 files are there, the backup had 1") != NULL,
	   "nor one that lost it");
	snprintf(path, sizeof(path), "%s/" BLOBS_DIR, back.dir);
	ok(access(path, F_OK) != 0, "and nothing of it stays");
	arena_free(&back.a);
}

int main(void)
{
	plan(0);
	test_sweep();
	test_wake();
	test_verify();
	test_backup();
	return done_testing();
}
