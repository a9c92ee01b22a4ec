/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/err.h"

#define CHUNK_BYTES ((size_t)1024 * 1024)

int files_err(void)
{
	switch (errno) {
	case ENOENT: return ERR_NOENT;
	case EEXIST: return ERR_EXIST;
	case EACCES:
	case EPERM:
	case EROFS: return ERR_ACCESS;
	case ENOSPC:
	case EDQUOT:
	case EFBIG: return ERR_NOSPACE;
	default: return ERR_IO;
	}
}

int files_path(char *path_out, const char *dir, const char *name)
{
	int len = snprintf(path_out, FILES_PATH_SIZE, "%s/%s", dir, name);

	return len < 0 || len >= FILES_PATH_SIZE ? ERR_LIMIT : ERR_OK;
}

int files_beside(const char *path, const char *end, char *path_out)
{
	int len = snprintf(path_out, FILES_PATH_SIZE, "%s%s", path, end);

	return len < 0 || len >= FILES_PATH_SIZE ? ERR_LIMIT : ERR_OK;
}

int files_sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return files_err();
	err = fsync(fd) == 0 ? ERR_OK : files_err();
	close(fd);
	return err;
}

int files_make_dir(const char *path)
{
	char parent[FILES_PATH_SIZE];
	int err;

	if (mkdir(path, 0700) != 0)
		return errno == EEXIST ? ERR_OK : files_err();
	err = files_path(parent, path, "..");
	return err != ERR_OK ? err : files_sync_dir(parent);
}

bool files_is_empty_dir(const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);
	bool is_empty = true;

	if (dir == NULL)
		return errno == ENOENT;
	while (is_empty && (entry = readdir(dir)) != NULL)
		is_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	closedir(dir);
	return is_empty;
}

/* Fills buf as far as the file goes. */
static int read_full(int fd, uint8_t *buf, size_t size, size_t *len_out)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, buf + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return files_err();
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*len_out = len;
	return ERR_OK;
}

static int write_full(int fd, struct bytes octets)
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

int files_read(const char *path, size_t max, struct arena *a, struct bytes *octets_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *buf;
	size_t len;
	int err;

	if (fd < 0)
		return files_err();
	/* One octet more tells a file that is too large from one that just fits. */
	buf = arena_alloc(a, max + 1);
	err = buf == NULL ? arena_err(a) : read_full(fd, buf, max + 1, &len);
	close(fd);
	if (err != ERR_OK)
		return err;
	if (len > max)
		return ERR_LIMIT;
	*octets_out = bytes_at(buf, len);
	return ERR_OK;
}

int files_write(const char *dir, const char *name, struct bytes octets)
{
	char beside[FILES_PATH_SIZE], path[FILES_PATH_SIZE];
	int err = files_path(path, dir, name), fd;

	if (err != ERR_OK ||
	    (size_t)snprintf(beside, sizeof(beside), "%s.new", path) >= sizeof(beside))
		return ERR_LIMIT;
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return files_err();
	err = write_full(fd, octets);
	if (err == ERR_OK && fsync(fd) != 0)
		err = files_err();
	close(fd);
	if (err == ERR_OK && rename(beside, path) != 0)
		err = files_err();
	if (err != ERR_OK)
		(void)unlink(beside); /* the old file stands as it was */
	return err != ERR_OK ? err : files_sync_dir(dir);
}

/* Reads from one file, digests, and writes to the other one if there is one (to >= 0). */
static int pass_through(int from, int to, uint64_t *size_out, struct digest *digest_out)
{
	uint8_t *chunk = malloc(CHUNK_BYTES);
	struct digest d = { 0 };
	uint64_t size = 0;
	size_t len = CHUNK_BYTES;
	int err = chunk == NULL ? ERR_NOMEM : ERR_OK;

	while (err == ERR_OK && len == CHUNK_BYTES) {
		err = read_full(from, chunk, CHUNK_BYTES, &len);
		if (err == ERR_OK && to >= 0)
			err = write_full(to, bytes_at(chunk, len));
		if (err == ERR_OK && len != 0)
			keyed_digest(
				NULL,
				(const struct bytes[]){ digest_bytes(&d), bytes_at(chunk, len) }, 2,
				&d);
		size += err == ERR_OK ? len : 0;
	}
	free(chunk);
	if (err == ERR_OK) {
		*size_out = size;
		*digest_out = d;
	}
	return err;
}

int files_allocate(int fd, uint64_t octets)
{
	struct stat st;
	int rc;

	if (fstat(fd, &st) != 0)
		return files_err();
	do {
		rc = posix_fallocate(fd, 0, (off_t)octets);
	} while (rc == EINTR);
	if (rc == 0)
		return ERR_OK;
	/* What was taken before the disk was full is given back; if even that fails, the next open tries again. */
	if (ftruncate(fd, st.st_size) != 0)
		return files_err();
	errno = rc;
	return files_err();
}

int files_drain(int from, int to, uint64_t total, db_progress_fn *progress, void *ctx)
{
	uint8_t *chunk = malloc(CHUNK_BYTES), little[512];
	uint8_t *buf = chunk != NULL ? chunk : little;
	size_t size = chunk != NULL ? CHUNK_BYTES : sizeof(little);
	int err = ERR_OK;
	uint64_t done = 0;
	ssize_t n;

	while ((n = read(from, buf, size)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		if (err == ERR_OK)
			err = write_full(to, bytes_at(buf, (size_t)n));
		done += (uint64_t)n;
		if (err == ERR_OK && progress != NULL)
			progress(done, total > done ? total : done, ctx);
	}
	free(chunk);
	return err != ERR_OK || n == 0 ? err : ERR_IO;
}

int files_copy(const char *from, const char *to, uint64_t *size_out, struct digest *digest_out)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out, err;

	if (in < 0)
		return files_err();
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0) {
		err = files_err();
		close(in);
		return err;
	}
	err = pass_through(in, out, size_out, digest_out);
	if (err == ERR_OK && fsync(out) != 0)
		err = files_err();
	close(out);
	close(in);
	if (err != ERR_OK)
		(void)unlink(to); /* half a copy is worth nothing */
	return err;
}

int files_digest(const char *path, uint64_t *size_out, struct digest *digest_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return files_err();
	err = pass_through(fd, -1, size_out, digest_out);
	close(fd);
	return err;
}

int files_sha256(const char *path, uint64_t *size_out, uint8_t sha256_out[KEYED_SHA256_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *chunk = malloc(CHUNK_BYTES);
	struct keyed_sha256_state s;
	size_t len = CHUNK_BYTES;
	uint64_t size = 0;
	int err = fd < 0 ? files_err() : chunk == NULL ? ERR_NOMEM : ERR_OK;

	keyed_sha256_begin(&s);
	while (err == ERR_OK && len == CHUNK_BYTES) {
		err = read_full(fd, chunk, CHUNK_BYTES, &len);
		if (err != ERR_OK)
			break;
		keyed_sha256_add(&s, bytes_at(chunk, len));
		size += len;
	}
	if (fd >= 0)
		close(fd);
	free(chunk);
	if (err != ERR_OK)
		return err;
	keyed_sha256_end(&s, sha256_out);
	*size_out = size;
	return ERR_OK;
}
