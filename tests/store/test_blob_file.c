/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/blob_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/err.h"
#include "tests/tap.h"

static char folder[FILES_PATH_SIZE];

static unsigned files_in(const char *name)
{
	char path[FILES_PATH_SIZE];
	const struct dirent *entry;
	unsigned n = 0;
	DIR *dir;

	if (files_path(path, folder, name) != ERR_OK || (dir = opendir(path)) == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void age(const char *path, time_t seconds)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = seconds } };

	utimensat(AT_FDCWD, path, times, 0);
}

static void overwrite(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	ok(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "(a disk that lies)");
	close(fd);
}

static void test_put(struct blob_folder *f, struct arena *a)
{
	static const uint8_t abc[KEYED_SHA256_BYTES] = {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
		0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
		0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
	};
	uint8_t sha[KEYED_SHA256_BYTES];
	char path[FILES_PATH_SIZE];
	struct bytes octets;
	struct stat st;

	is_int(blob_file_put(f, bytes_of("abc"), sha), ERR_OK, "octets are put");
	is_int(blob_file_read(folder, sha, 3, a, &octets), ERR_NOENT,
	       "they don't stand there before they are synced");
	ok(memcmp(sha, abc, sizeof(abc)) == 0, "their name is their SHA-256");
	is_int(blob_folder_sync(f), ERR_OK, "and synced");
	ok(f->unsynced[0xba / 64] == 0, "with nothing left to sync");
	is_int(blob_file_path(folder, sha, path), ERR_OK, "they have a path");
	ok(strstr(path, "/ba/7816bf") != NULL && stat(path, &st) == 0 &&
		   (st.st_mode & 0777) == 0600,
	   "which nobody else can read");
	ok(blob_file_read(folder, sha, 3, a, &octets) == ERR_OK && bytes_is(octets, "abc"),
	   "and are read again");
	is_int(blob_file_read(folder, sha, 2, a, &octets), ERR_LIMIT, "but no more than is wanted");
	is_int(files_in("new"), 0, "nothing is left beside");
	age(path, 1000);
	is_int(blob_file_put(f, bytes_of("abc"), sha), ERR_OK, "the same octets can be put again");
	ok(stat(path, &st) == 0 && st.st_mtime > 1000 && files_in("ba") == 1,
	   "it is the same file, and young again");
	ok(f->unsynced[0xba / 64] != 0,
	   "which is synced once more: who put it first may have died");
	ok(blob_file_put(f, BYTES_NONE, sha) == ERR_OK && blob_folder_sync(f) == ERR_OK &&
		   blob_file_read(folder, sha, 0, a, &octets) == ERR_OK && octets.len == 0,
	   "no octets are octets too");
}

static void test_broken(struct blob_folder *f, struct arena *a)
{
	uint8_t sha[KEYED_SHA256_BYTES];
	char path[FILES_PATH_SIZE];
	struct bytes octets;

	blob_file_put(f, bytes_of("whole"), sha);
	blob_folder_sync(f);
	blob_file_path(folder, sha, path);
	overwrite(path, "hole!");
	is_int(blob_file_read(folder, sha, 100, a, &octets), ERR_CORRUPT,
	       "other octets than the name says aren't given out");
	overwrite(path, "ho");
	ok(blob_file_put(f, bytes_of("whole"), sha) == ERR_OK && blob_folder_sync(f) == ERR_OK &&
		   blob_file_read(folder, sha, 100, a, &octets) == ERR_OK,
	   "a file that lost its end is made whole by the next put");
	is_int(blob_file_drop(folder, sha), ERR_OK, "it can be dropped");
	is_int(blob_file_drop(folder, sha), ERR_OK, "twice");
	is_int(blob_file_read(folder, sha, 100, a, &octets), ERR_NOENT, "and is gone then");
}

static void test_left_over(struct blob_folder *f)
{
	char old[FILES_PATH_SIZE], young[FILES_PATH_SIZE];

	files_path(old, folder, "new/1-0");
	files_path(young, folder, "new/2-0");
	close(open(old, O_WRONLY | O_CREAT, 0600));
	close(open(young, O_WRONLY | O_CREAT, 0600));
	age(old, 1000);
	is_int(blob_folder_open(folder, f), ERR_OK, "a folder that is there is opened");
	ok(access(old, F_OK) != 0 && access(young, F_OK) == 0,
	   "what a death left goes, what somebody writes now stays");
	unlink(young);
}

/* Two processes put the same hundred files. */
static void test_together(struct blob_folder *f)
{
	bool all = true;
	int status = 1;
	pid_t pid = fork();

	for (unsigned i = 0; i < 100; i++) {
		uint8_t sha[KEYED_SHA256_BYTES];

		all = blob_file_put(f, bytes_at(&i, sizeof(i)), sha) == ERR_OK && all;
	}
	all = blob_folder_sync(f) == ERR_OK && all;
	if (pid == 0)
		_exit(all ? 0 : 1);
	waitpid(pid, &status, 0);
	ok(all && status == 0 && files_in("new") == 0,
	   "two processes put the same files without a word");
}

/* What is given up leaves nothing; what is more than waits at once is synced on the way. */
static void test_given_up(struct blob_folder *f, struct arena *a)
{
	uint8_t sha[KEYED_SHA256_BYTES], first[KEYED_SHA256_BYTES];
	struct bytes octets;

	blob_file_put(f, bytes_of("given up"), sha);
	blob_folder_forget(f);
	ok(blob_folder_sync(f) == ERR_OK && files_in("new") == 0 &&
		   blob_file_read(folder, sha, 100, a, &octets) == ERR_NOENT,
	   "what is given up leaves nothing");
	for (unsigned i = 1000; i <= 1000 + BLOB_NEW_MAX; i++)
		blob_file_put(f, bytes_at(&i, sizeof(i)), i == 1000 ? first : sha);
	ok(f->n_waiting == 1 && blob_file_read(folder, first, 100, a, &octets) == ERR_OK,
	   "more than may wait is synced on the way");
	blob_folder_sync(f);
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);
	struct blob_folder f;

	plan(0);
	keyed_init();
	files_path(folder, temp_dir(), "blobs");
	is_int(blob_folder_open(folder, &f), ERR_OK, "a folder is made");
	is_int(blob_folder_open("/nowhere/at/all", &f), ERR_NOENT, "but not its parents");
	is_int(blob_folder_open(folder, &f), ERR_OK, "it can be opened again");
	test_put(&f, a);
	test_broken(&f, a);
	test_left_over(&f);
	test_given_up(&f, a);
	test_together(&f);
	arena_free(&a);
	return done_testing();
}
