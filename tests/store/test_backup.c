/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening, backup, restore, compact, dump: what survives, and what is refused in words.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/json.h"
#include "parsers/keyed.h"
#include "store/blobs.h"
#include "store/counts.h"
#include "store/files.h"
#include "tests/store/sample.h"
#include "tests/tap.h"

#define MAP ((uint64_t)4 * 1024 * 1024)

static char why[400];

/* Below the test's folder. */
static const char *at(const char *name)
{
	static char paths[8][FILES_PATH_SIZE];
	static unsigned turn;
	char *path = paths[turn++ % 8];

	snprintf(path, FILES_PATH_SIZE, "%s/%s", temp_dir(), name);
	return path;
}

static bool says(const char *words)
{
	if (strstr(why, words) != NULL)
		return true;
	diag("it says: %s", why);
	return false;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 0777 : 0;
}

static void flip_octet(const char *path, long offset)
{
	FILE *f = fopen(path, "r+b");
	int c;

	if (f == NULL)
		return;
	fseek(f, offset, offset < 0 ? SEEK_END : SEEK_SET);
	c = fgetc(f);
	fseek(f, -1, SEEK_CUR);
	fputc(c ^ 1, f);
	fclose(f);
}

static int count_problem(struct txn *t, void *ctx)
{
	struct findings *found = ctx;

	sample_verify(t, found);
	return ERR_OK;
}

static bool is_sound(struct store *s)
{
	struct findings found;

	if (db_read(s->db, (struct mono){ 0 }, count_problem, &found) != ERR_OK)
		return false;
	findings_show(&found);
	return found.n == 0;
}

static size_t rows_of(struct store *s, enum table table)
{
	struct fixture f = { .db = s->db };

	return fixture_rows(&f, table);
}

static int fill(struct store *s)
{
	struct fixture f = { .db = s->db, .arena = arena_new((size_t)16 * 1024 * 1024) };
	int err = db_write(s->db, sample_fill, &f);

	arena_free(&f.arena);
	return err;
}

/* --- opening --- */

static int put_version(struct txn *t, void *ctx)
{
	meta_put_u64(t, "version", *(uint64_t *)ctx);
	meta_put(t, "program", bytes_of("9.9.9"));
	return ERR_OK;
}

static int put_old_index(struct txn *t, void *ctx)
{
	(void)ctx;
	meta_put(t, "index", bytes_of("0 by_contact due"));
	return ERR_OK;
}

static int ask_rebuild(struct txn *t, void *ctx)
{
	return store_needs_rebuild(t, ctx);
}

static int some_slices(struct txn *t, void *ctx)
{
	return rebuild_slice(t, 1000, ctx);
}

static void test_lock_and_key(void)
{
	struct store s, other;
	struct keyed_key key;
	char pid[32];

	is_int(store_open(at("state"), MAP, false, &s, why, sizeof(why)), ERR_NOENT,
	       "nothing is made where it may not be");
	is_int(store_open(at("state"), MAP, true, &s, why, sizeof(why)), ERR_OK, "a store is made");
	ok(mode_of(at("state/key")) == 0600 && mode_of(at("state/lock")) == 0600,
	   "its key and lock are nobody else's");
	is_int(store_open(at("state"), MAP, true, &other, why, sizeof(why)), ERR_BUSY,
	       "a second owner is refused");
	snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	ok(says(pid), "with the process that has it");
	key = s.key;
	store_close(&s);
	is_int(store_open(at("state"), MAP, false, &s, why, sizeof(why)), ERR_OK,
	       "then it opens again");
	ok(memcmp(&key, &s.key, sizeof(key)) == 0, "with the same key");
	store_close(&s);
	chmod(at("state/key"), 0644);
	is_int(store_open(at("state"), MAP, false, &s, why, sizeof(why)), ERR_ACCESS,
	       "a key that others may read is refused");
	ok(says("chmod 0600"), "with what to do");
	chmod(at("state/key"), 0600);
	rename(at("state/key"), at("state/key.away"));
	is_int(store_open(at("state"), MAP, true, &s, why, sizeof(why)), ERR_NOENT,
	       "without its key a store isn't opened");
	ok(says("from a backup"), "with what to do");
	rename(at("state/key.away"), at("state/key"));
}

static void test_version(void)
{
	uint64_t version = STORE_VERSION + 1;
	bool needs = false, is_done = false;
	struct store s;

	is_int(store_open(at("newer"), MAP, true, &s, why, sizeof(why)), ERR_OK, "a store");
	fill(&s);
	db_write(s.db, put_old_index, NULL);
	store_close(&s);
	is_int(store_open(at("newer"), MAP, false, &s, why, sizeof(why)), ERR_OK,
	       "a store whose derived tables are of another program is opened");
	db_read(s.db, (struct mono){ 0 }, ask_rebuild, &needs);
	ok(needs, "and asks for a rebuild");
	while (!is_done && db_write(s.db, some_slices, &is_done) == ERR_OK)
		;
	ok(is_sound(&s), "after which it is sound");
	db_write(s.db, put_version, &version);
	store_close(&s);
	is_int(store_open(at("newer"), MAP, false, &s, why, sizeof(why)), ERR_VERSION,
	       "a store of a newer program is refused");
	ok(says("odziv 9.9.9") && says("this is odziv " PACKAGE_VERSION), "with both their names");
}

/* --- backup while it is written to --- */

struct writer {
	struct store *store;
	unsigned n;
};

static void *write_on(void *arg)
{
	struct writer *w = arg;

	while (w->n < 60 && fill(w->store) == ERR_OK)
		w->n++;
	return NULL;
}

static void count_progress(const char *what, uint64_t done, uint64_t total, void *ctx)
{
	(void)what;
	(void)done;
	(void)total;
	++*(unsigned *)ctx;
}

static int backup(struct store *s, const char *state, const char *dir)
{
	const char *files[] = { at("odziv.ini") };
	unsigned told = 0;
	char path[FILES_PATH_SIZE];
	uint8_t hash[BLOB_HASH_SIZE];
	struct blob_folder folder;
	int err = blob_folder_of(state, path);

	if (err == ERR_OK)
		err = blob_folder_open(path, &folder);
	if (err == ERR_OK)
		err = blob_file_put(&folder, bytes_of(SAMPLE_BLOB), hash);
	if (err == ERR_OK)
		err = blob_folder_sync(&folder);

	if (err == ERR_OK)
		err = backup_run(s, state, dir, "test", files, 1, FIXTURE_NOW, count_progress,
				 &told, why, sizeof(why));

	if (err == ERR_OK && told == 0)
		diag("no progress was told");
	return err;
}

static void test_backup(void)
{
	struct writer w = { 0 };
	struct store s, restored;
	pthread_t thread;
	FILE *ini = fopen(at("odziv.ini"), "w");

	fputs("[odziv]\n", ini);
	fclose(ini);
	store_open_with(
		at("state"),
		&(struct db_limits){ .map_bytes = 4 * MAP, .readers = 4, .may_create = true }, &s,
		why, sizeof(why));
	fill(&s);
	w.store = &s;
	pthread_create(&thread, NULL, write_on, &w);
	is_int(backup(&s, at("state"), at("backup")), ERR_OK,
	       "a backup is made while the store is written to");
	pthread_join(thread, NULL);
	is_int(backup(&s, at("state"), at("backup")), ERR_EXIST,
	       "a folder that holds something isn't overwritten");
	ok(access(at("backup/files/odziv.ini"), R_OK) == 0, "the configuration is in it");
	ok(mode_of(at("backup/key")) == 0600, "and the key, which nobody else may read");
	is_int(restore_run(at("backup"), at("state"), MAP, NULL, NULL, why, sizeof(why)), ERR_EXIST,
	       "a store isn't restored over another one");
	is_int(restore_run(at("backup"), at("restored"), MAP, NULL, NULL, why, sizeof(why)), ERR_OK,
	       "it is restored");
	is_int(store_open(at("restored"), MAP, false, &restored, why, sizeof(why)), ERR_OK,
	       "and opened");
	ok(is_sound(&restored), "it is sound, whatever was written meanwhile");
	ok(memcmp(&restored.key, &s.key, sizeof(s.key)) == 0, "with the same key");
	ok(rows_of(&restored, TABLE_CASE) > 0 &&
		   rows_of(&restored, TABLE_CASE) <= rows_of(&s, TABLE_CASE),
	   "it holds the cases of one moment (%zu of %zu)", rows_of(&restored, TABLE_CASE),
	   rows_of(&s, TABLE_CASE));
	store_close(&restored);
	store_close(&s);
}

static void test_altered(void)
{
	static const struct {
		const char *file;
		long offset;
	} rows[] = {
		{ "backup/store/data.mdb", 9000 },
		{ "backup/store/data.mdb", -1 },
		{ "backup/key", 3 },
		{ "backup/files/odziv.ini", 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		flip_octet(at(rows[i].file), rows[i].offset);
		is_int(restore_run(at("backup"), at("twice"), MAP, NULL, NULL, why, sizeof(why)),
		       ERR_CORRUPT, "a backup with one octet changed in %s is refused",
		       rows[i].file);
		ok(says(rows[i].file), "by name");
		ok(access(at("twice/store"), F_OK) != 0 && access(at("twice/key"), F_OK) != 0,
		   "and nothing stays");
		flip_octet(at(rows[i].file), rows[i].offset);
	}
	is_int(restore_run(at("nowhere"), at("twice"), MAP, NULL, NULL, why, sizeof(why)),
	       ERR_NOENT, "a folder without a manifest is no backup");
	ok(says("no backup is there"), "it says so");
}

/* A store that was broken before the backup: the manifest is right, the content isn't. */
static int break_it(struct txn *t, void *ctx)
{
	(void)ctx;
	count_add(t, COUNT_RECEIVED, bytes_of("sms"), FIXTURE_NOW, 5);
	return ERR_OK;
}

static void test_unsound(void)
{
	struct store s;

	store_open(at("broken"), MAP, true, &s, why, sizeof(why));
	fill(&s);
	db_write(s.db, break_it, NULL);
	is_int(backup(&s, at("broken"), at("backup2")), ERR_OK,
	       "a store that isn't sound is copied all the same");
	store_close(&s);
	is_int(restore_run(at("backup2"), at("restored2"), MAP, NULL, NULL, why, sizeof(why)),
	       ERR_CORRUPT, "but not restored");
	ok(says("received counts"), "with what is wrong with it");
	ok(access(at("restored2/store/data.mdb"), F_OK) != 0, "and nothing stays");
}

/* --- a restore that is killed --- */

static void die_at(const char *what, uint64_t done, uint64_t total, void *ctx)
{
	(void)done;
	(void)total;
	if (strcmp(what, ctx) == 0)
		_exit(9);
}

/* Restores in a child, which ends when it is told of this progress. */
static void restore_killed_at(const char *what)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		(void)restore_run(at("backup"), at("killed"), MAP, die_at, (void *)(uintptr_t)what,
				  why, sizeof(why));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 9, "a restore is killed at %s", what);
}

static void refused_and_restored(const char *when)
{
	struct store s;

	is_int(store_open(at("killed"), MAP, true, &s, why, sizeof(why)), ERR_BAD_STATE,
	       "%s: no start opens or makes a store", when);
	ok(says("restore.new: a restore is under way or was cut off"), "it says what happened");
	is_int(restore_run(at("backup"), at("killed"), MAP, NULL, NULL, why, sizeof(why)), ERR_OK,
	       "the next restore takes away what was left and runs to its end");
	ok(access(at("killed/restore.new"), F_OK) != 0, "its folder is gone");
	is_int(store_open(at("killed"), MAP, true, &s, why, sizeof(why)), ERR_OK, "it is opened");
	ok(is_sound(&s), "and sound");
	store_close(&s);
}

static void remove_killed(void)
{
	unlink(at("killed/store/data.mdb"));
	unlink(at("killed/store/lock.mdb"));
	rmdir(at("killed/store"));
	unlink(at("killed/key"));
}

static void test_killed(void)
{
	static const char *const moments[] = { "store/data.mdb", "key", "verify" };
	struct store s;

	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		restore_killed_at(moments[i]);
		refused_and_restored(moments[i]);
		remove_killed();
	}
	/* Between its last two steps nobody can be told: what stands on the disk then is made here. */
	is_int(restore_run(at("backup"), at("killed"), MAP, NULL, NULL, why, sizeof(why)), ERR_OK,
	       "one more");
	mkdir(at("killed/restore.new"), 0700);
	rename(at("killed/key"), at("killed/restore.new/key"));
	refused_and_restored("between the store and its key");
	mkdir(at("killed/restore.new"), 0700);
	is_int(store_open(at("killed"), MAP, false, &s, why, sizeof(why)), ERR_OK,
	       "killed after the last step: it is whole, and opened");
	ok(access(at("killed/restore.new"), F_OK) != 0, "the empty folder goes");
	is_int(restore_run(at("backup"), at("killed"), MAP, NULL, NULL, why, sizeof(why)),
	       ERR_EXIST, "nothing is restored into a store that runs");
	store_close(&s);
	rename(at("killed/key"), at("killed/key.away"));
	is_int(restore_run(at("backup"), at("killed"), MAP, NULL, NULL, why, sizeof(why)),
	       ERR_EXIST, "a store that lost its key isn't mistaken for one half restored");
}

/* The process may write no file as large as the store: for us the same as a full disk. */
static void test_no_room(void)
{
	struct rlimit before, small;
	struct store s;
	int err;

	store_open(at("roomless"), MAP, true, &s, why, sizeof(why));
	fill(&s);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = 65536;
	setrlimit(RLIMIT_FSIZE, &small);
	err = backup(&s, at("roomless"), at("backup3"));
	setrlimit(RLIMIT_FSIZE, &before);
	is_int(err, ERR_NOSPACE, "a backup that the disk can't hold fails");
	ok(says("backup3/store: no space left"), "in words");
	ok(access(at("backup3"), F_OK) != 0, "and takes no room");
	is_int(backup(&s, at("roomless"), at("backup3")), ERR_OK,
	       "with room again, it is made in the same place");
	store_close(&s);
}

/* --- compact --- */

static int drop_log(struct txn *t, void *ctx)
{
	bool is_done;

	(void)ctx;
	/* What a rebuild leaves behind are pages that nobody uses. */
	rebuild_begin(t);
	return rebuild_slice(t, 100000, &is_done);
}

static void test_compact(void)
{
	struct db_space before, after;
	struct store s;
	size_t cases;

	store_open(at("compacted"), MAP, true, &s, why, sizeof(why));
	for (int i = 0; i < 50; i++)
		fill(&s);
	db_write(s.db, drop_log, NULL);
	cases = rows_of(&s, TABLE_CASE);
	before = db_space(s.db);
	is_int(compact_run(&s, at("compacted"), MAP, why, sizeof(why)), ERR_OK,
	       "a store is compacted");
	after = db_space(s.db);
	ok(after.used_bytes <= before.used_bytes, "it uses no more than before (%llu, %llu)",
	   (unsigned long long)before.used_bytes, (unsigned long long)after.used_bytes);
	is_int((long long)after.map_bytes, (long long)MAP, "and has its whole map again");
	ok(rows_of(&s, TABLE_CASE) == cases && is_sound(&s), "nothing of it is gone");
	is_int(fill(&s), ERR_OK, "it can be written to");
	ok(access(at("compacted/store.new"), F_OK) != 0, "nothing is left beside it");
	store_close(&s);
	is_int(store_open(at("compacted"), MAP, false, &s, why, sizeof(why)), ERR_OK,
	       "and opened again");
	store_close(&s);
}

/* --- dump --- */

struct dumped {
	size_t n, bad;
	bool has_state;
};

static void on_line(struct bytes line, void *ctx)
{
	struct dumped *d = ctx;
	struct json *j = NULL;

	d->n++;
	if (json_parse(line, &j, NULL, 0) != ERR_OK || json_get_text(j, "table").len == 0 ||
	    (json_get(j, "record") == NULL && json_get(j, "number") == NULL &&
	     json_get(j, "value") == NULL))
		d->bad++;
	d->has_state =
		d->has_state || bytes_is(json_get_text(json_get(j, "record"), "state"), "closed");
	json_free(&j);
}

static int dump_all(struct txn *t, void *ctx)
{
	struct arena *a = arena_new(1024);
	int err = dump_run(t, TABLE_COUNT_ALL, a, on_line, ctx);

	arena_free(&a);
	return err;
}

static int dump_cases(struct txn *t, void *ctx)
{
	return dump_run(t, TABLE_CASE, NULL, on_line, ctx);
}

static void test_dump(void)
{
	struct dumped all = { 0 }, cases = { 0 };
	struct store s;
	size_t rows = 0;

	store_open(at("dumped"), MAP, true, &s, why, sizeof(why));
	fill(&s);
	is_int(db_read(s.db, (struct mono){ 0 }, dump_all, &all), ERR_OK,
	       "the whole store is dumped");
	for (int i = 0; i < TABLE_COUNT_ALL; i++)
		rows += rows_of(&s, (enum table)i);
	ok(all.n == rows && all.bad == 0, "one JSON line for each of %zu rows", rows);
	ok(all.has_state, "states by their names");
	db_read(s.db, (struct mono){ 0 }, dump_cases, &cases);
	is_int((long long)cases.n, 2, "one table is dumped by itself");
	store_close(&s);
}

int main(void)
{
	plan(0);
	if (keyed_init() != ERR_OK)
		return 1;
	test_lock_and_key();
	test_version();
	test_backup();
	test_altered();
	test_killed();
	test_unsound();
	test_no_room();
	test_compact();
	test_dump();
	return done_testing();
}
