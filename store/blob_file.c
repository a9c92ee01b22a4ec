/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/blob_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parsers/clock.h"
#include "parsers/err.h"

#define NEW_FOLDER "new"
/* A file in new/ is being written for seconds, not for an hour. */
#define LEFT_OVER_S (HOUR_MS / SECOND_MS)
/* More files, or parts of the folder, than that are synced all at once. */
#define FEW 2

int blob_file_path(const char *folder, const uint8_t sha256[KEYED_SHA256_BYTES], char *path_out)
{
	char hex[2 * KEYED_SHA256_BYTES + 1];
	int len;

	keyed_hex(bytes_at(sha256, KEYED_SHA256_BYTES), hex, sizeof(hex));
	len = snprintf(path_out, FILES_PATH_SIZE, "%s/%.2s/%s", folder, hex, hex + 2);
	return len < 0 || len >= FILES_PATH_SIZE ? ERR_LIMIT : ERR_OK;
}

/* --- the folder --- */

static void drop_left_over(int dir_fd, const char *name)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    time(NULL) - st.st_mtime > LEFT_OVER_S)
		(void)unlinkat(dir_fd, name, 0); /* it may stay, it is only in the way */
}

static void sweep_new(const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		drop_left_over(dirfd(dir), entry->d_name);
	closedir(dir);
}

int blob_folder_open(const char *path, struct blob_folder *f_out)
{
	char new_path[FILES_PATH_SIZE];
	struct blob_folder f = { .n_new = 0 };
	int err = files_path(new_path, path, NEW_FOLDER);

	if (err == ERR_OK &&
	    strlen(path) + sizeof("/aa/") + 2 * KEYED_SHA256_BYTES > sizeof(f.path))
		err = ERR_LIMIT;
	if (err == ERR_OK)
		err = files_make_dir(path);
	if (err == ERR_OK)
		err = files_make_dir(new_path);
	if (err != ERR_OK)
		return err;
	sweep_new(new_path);
	memcpy(f.path, path, strlen(path) + 1);
	*f_out = f;
	return ERR_OK;
}

static void sync_clear(struct blob_folder *f)
{
	memset(f->unsynced, 0, sizeof(f->unsynced));
}

static bool is_unsynced(const struct blob_folder *f, unsigned n)
{
	return (f->unsynced[n / 64] & (UINT64_C(1) << (n % 64))) != 0;
}

/* The whole file system: one turn of its journal, where each file and folder alone takes one. */
static int sync_all(const struct blob_folder *f)
{
	int fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return files_err();
	err = syncfs(fd) == 0 ? ERR_OK : files_err();
	close(fd);
	return err;
}

static int sync_part(struct blob_folder *f, unsigned n)
{
	char name[8], path[FILES_PATH_SIZE];
	int err;

	snprintf(name, sizeof(name), "%02x", n);
	err = files_path(path, f->path, name);
	return err == ERR_OK ? files_sync_dir(path) : err;
}

static int sync_parts(struct blob_folder *f)
{
	unsigned n_unsynced = 0;
	int err = ERR_OK;

	for (unsigned n = 0; n < 256; n++)
		n_unsynced += is_unsynced(f, n);
	if (n_unsynced > FEW)
		return sync_all(f);
	for (unsigned n = 0; n < 256 && err == ERR_OK; n++) {
		if (is_unsynced(f, n))
			err = sync_part(f, n);
	}
	return err;
}

static int sync_files(const struct blob_folder *f)
{
	if (f->n_waiting > FEW)
		return sync_all(f);
	for (size_t i = 0; i < f->n_waiting; i++) {
		if (fdatasync(f->waiting[i].fd) != 0)
			return files_err();
	}
	return ERR_OK;
}

static int new_path(const struct blob_folder *f, unsigned number, char *path_out)
{
	int len = snprintf(path_out, FILES_PATH_SIZE, "%s/" NEW_FOLDER "/%ld-%u", f->path,
			   (long)getpid(), number);

	return len < 0 || len >= FILES_PATH_SIZE ? ERR_LIMIT : ERR_OK;
}

static int give_name(const struct blob_folder *f, const struct blob_new *w)
{
	char from[FILES_PATH_SIZE], to[FILES_PATH_SIZE];
	int err = new_path(f, w->number, from);
	char *stroke;

	if (err == ERR_OK)
		err = blob_file_path(f->path, w->sha256, to);
	if (err != ERR_OK)
		return err;
	if (rename(from, to) == 0)
		return ERR_OK;
	if (errno != ENOENT)
		return files_err();
	stroke = strrchr(to, '/'); /* the first one of its part */
	*stroke = '\0';
	err = files_make_dir(to);
	*stroke = '/';
	return err == ERR_OK && rename(from, to) != 0 ? files_err() : err;
}

static void mark_unsynced(struct blob_folder *f, const uint8_t *sha256)
{
	f->unsynced[sha256[0] / 64] |= UINT64_C(1) << (sha256[0] % 64);
}

int blob_folder_sync(struct blob_folder *f)
{
	int err = sync_files(f);

	for (size_t i = 0; i < f->n_waiting && err == ERR_OK; i++) {
		err = give_name(f, &f->waiting[i]);
		f->waiting[i].has_name = err == ERR_OK;
		mark_unsynced(f, f->waiting[i].sha256);
	}
	if (err == ERR_OK)
		err = sync_parts(f);
	if (err == ERR_OK)
		sync_clear(f);
	blob_folder_forget(f);
	return err;
}

void blob_folder_forget(struct blob_folder *f)
{
	char path[FILES_PATH_SIZE];

	for (size_t i = 0; i < f->n_waiting; i++) {
		close(f->waiting[i].fd);
		if (!f->waiting[i].has_name && new_path(f, f->waiting[i].number, path) == ERR_OK)
			(void)unlink(path);
	}
	f->n_waiting = 0;
}

/* --- a file --- */

static int write_all(int fd, struct bytes octets)
{
	while (octets.len != 0) {
		ssize_t n = write(fd, octets.ptr, octets.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return files_err();
		octets = bytes_cut(octets, (size_t)n, octets.len);
	}
	return ERR_OK;
}

/* Several processes write here: the name has its process, and isn't taken when somebody had the same number before. */
static int make_new(struct blob_folder *f, struct blob_new *w)
{
	char path[FILES_PATH_SIZE];

	do {
		int err = new_path(f, w->number = f->n_new++, path);

		if (err != ERR_OK)
			return err;
		w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	} while (w->fd < 0 && errno == EEXIST);
	return w->fd >= 0 ? ERR_OK : files_err();
}

static int write_new(struct blob_folder *f, struct bytes octets, const uint8_t *sha256)
{
	struct blob_new w = { .fd = -1 };
	char path[FILES_PATH_SIZE];
	int err = f->n_waiting == BLOB_NEW_MAX ? blob_folder_sync(f) : ERR_OK;

	if (err == ERR_OK)
		err = make_new(f, &w);
	if (err != ERR_OK)
		return err;
	memcpy(w.sha256, sha256, sizeof(w.sha256));
	err = write_all(w.fd, octets);
	if (err == ERR_OK) {
		f->waiting[f->n_waiting++] = w;
		return ERR_OK;
	}
	close(w.fd);
	if (new_path(f, w.number, path) == ERR_OK)
		(void)unlink(path);
	return err;
}

/* Whole, since a name means that; its time says that it is wanted again. */
static bool is_there(const char *path, size_t len)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == len &&
	       utimensat(AT_FDCWD, path, NULL, 0) == 0;
}

int blob_file_put(struct blob_folder *f, struct bytes octets,
		  uint8_t sha256_out[KEYED_SHA256_BYTES])
{
	char path[FILES_PATH_SIZE];
	uint8_t sha256[KEYED_SHA256_BYTES];
	int err;

	keyed_sha256(octets, sha256);
	err = blob_file_path(f->path, sha256, path);
	if (err != ERR_OK)
		return err;
	/* Also one that is there is synced: who put it may have died before he did. */
	if (is_there(path, octets.len))
		mark_unsynced(f, sha256);
	else
		err = write_new(f, octets, sha256);
	if (err == ERR_OK)
		memcpy(sha256_out, sha256, sizeof(sha256));
	return err;
}

static int read_whole(int fd, size_t max, struct arena *a, struct bytes *octets_out)
{
	struct stat st;
	uint8_t *buf;
	size_t len = 0;

	if (fstat(fd, &st) != 0)
		return files_err();
	if ((uint64_t)st.st_size > max)
		return ERR_LIMIT;
	buf = arena_alloc(a, (size_t)st.st_size + 1);
	if (buf == NULL)
		return arena_err(a);
	while (len < (size_t)st.st_size) {
		ssize_t n = read(fd, buf + len, (size_t)st.st_size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? files_err() : ERR_CORRUPT;
		len += (size_t)n;
	}
	*octets_out = bytes_at(buf, len);
	return ERR_OK;
}

int blob_file_read(const char *folder, const uint8_t sha256[KEYED_SHA256_BYTES], size_t max,
		   struct arena *a, struct bytes *octets_out)
{
	char path[FILES_PATH_SIZE];
	uint8_t found[KEYED_SHA256_BYTES];
	struct bytes octets;
	int err = blob_file_path(folder, sha256, path), fd;

	if (err != ERR_OK)
		return err;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return files_err();
	err = read_whole(fd, max, a, &octets);
	close(fd);
	if (err != ERR_OK)
		return err;
	keyed_sha256(octets, found);
	if (memcmp(found, sha256, sizeof(found)) != 0)
		return ERR_CORRUPT;
	*octets_out = octets;
	return ERR_OK;
}

int blob_file_drop(const char *folder, const uint8_t sha256[KEYED_SHA256_BYTES])
{
	char path[FILES_PATH_SIZE];
	int err = blob_file_path(folder, sha256, path);

	if (err == ERR_OK && unlink(path) != 0 && errno != ENOENT)
		err = files_err();
	return err;
}
