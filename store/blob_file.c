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

static int sync_one(struct blob_folder *f, unsigned n)
{
	char name[8], path[FILES_PATH_SIZE];
	int err;

	snprintf(name, sizeof(name), "%02x", n);
	err = files_path(path, f->path, name);
	if (err == ERR_OK)
		err = files_sync_dir(path);
	if (err == ERR_OK)
		f->unsynced[n / 64] &= ~(UINT64_C(1) << (n % 64));
	return err;
}

int blob_folder_sync(struct blob_folder *f)
{
	int err = ERR_OK;

	for (unsigned n = 0; n < 256 && err == ERR_OK; n++) {
		if (f->unsynced[n / 64] & (UINT64_C(1) << (n % 64)))
			err = sync_one(f, n);
	}
	return err;
}

/* --- a file --- */

static int write_and_sync(int fd, struct bytes octets)
{
	while (octets.len != 0) {
		ssize_t n = write(fd, octets.ptr, octets.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return files_err();
		octets = bytes_cut(octets, (size_t)n, octets.len);
	}
	return fdatasync(fd) == 0 ? ERR_OK : files_err();
}

/* Several processes write here: the name has its process, and isn't taken when somebody had the same number before. */
static int make_new(struct blob_folder *f, char *path_out)
{
	int fd;

	do {
		int len = snprintf(path_out, FILES_PATH_SIZE, "%s/" NEW_FOLDER "/%ld-%u", f->path,
				   (long)getpid(), f->n_new++);

		if (len < 0 || len >= FILES_PATH_SIZE)
			return ERR_LIMIT;
		fd = open(path_out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	} while (fd < 0 && errno == EEXIST);
	return fd >= 0 ? fd : files_err();
}

static int write_new(struct blob_folder *f, struct bytes octets, const char *path)
{
	char new_path[FILES_PATH_SIZE];
	int fd = make_new(f, new_path);
	int err;

	if (fd < 0)
		return fd;
	err = write_and_sync(fd, octets);
	if (close(fd) != 0 && err == ERR_OK)
		err = files_err();
	if (err == ERR_OK && rename(new_path, path) != 0)
		err = files_err();
	if (err != ERR_OK)
		(void)unlink(new_path);
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
	if (!is_there(path, octets.len)) {
		err = write_new(f, octets, path);
		if (err == ERR_NOENT) { /* the first one of its folder */
			char *stroke = strrchr(path, '/');

			*stroke = '\0';
			err = files_make_dir(path);
			*stroke = '/';
			if (err == ERR_OK)
				err = write_new(f, octets, path);
		}
		if (err != ERR_OK)
			return err;
	}
	/* Also for one that was there: who put it may have died before he synced. */
	f->unsynced[sha256[0] / 64] |= UINT64_C(1) << (sha256[0] % 64);
	memcpy(sha256_out, sha256, sizeof(sha256));
	return ERR_OK;
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
