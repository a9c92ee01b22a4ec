/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/blobs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/err.h"
#include "store/blob_dir.h"
#include "store/files.h"

/* --- the lock: many back up, one sweeps --- */

static int lock_blobs(const char *state_dir, int how, int *fd_out)
{
	char path[FILES_PATH_SIZE];
	int fd, err = files_path(path, state_dir, BLOBS_DIR "/" BLOBS_LOCK);

	if (err != ERR_OK)
		return err;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return files_err();
	if (flock(fd, how) == 0) {
		*fd_out = fd;
		return ERR_OK;
	}
	err = errno == EWOULDBLOCK ? ERR_BUSY : files_err();
	close(fd);
	return err;
}

int blob_hold(const char *state_dir, int *fd_out)
{
	int err = lock_blobs(state_dir, LOCK_SH, fd_out);

	if (err != ERR_NOENT)
		return err;
	*fd_out = -1;
	return ERR_OK;
}

void blob_let(int fd)
{
	if (fd >= 0)
		close(fd);
}

int blob_folder_of(const char *state_dir, char *path_out)
{
	return files_path(path_out, state_dir, BLOBS_DIR);
}

/* --- who names it --- */

static int count_use(struct bytes key, struct bytes value, void *ctx)
{
	(void)key;
	(void)value;
	++*(uint64_t *)ctx;
	return ERR_OK;
}

int blob_uses(struct txn *t, const uint8_t sha256[BLOB_HASH_SIZE], uint64_t *n_out)
{
	struct key first, end;

	first.len = 0;
	key_put(&first, bytes_at(sha256, BLOB_HASH_SIZE));
	end = key_after(&first);
	*n_out = 0;
	return txn_walk(t, TABLE_BLOB, key_bytes(&first), key_bytes(&end), WALK_UP, 0, count_use,
			n_out);
}

/* --- the sweep --- */

struct sweep {
	struct txn *t;
	struct wall now;
	size_t n_done;
};

/* Nobody names it since a day. */
static bool is_past(const struct sweep *s, const struct blob_found *f)
{
	return s->now.ms - f->changed.ms >= DAY_MS;
}

static int take_away(struct sweep *s, const struct blob_found *f)
{
	if (unlink(f->path) != 0 && errno != ENOENT)
		return files_err();
	s->n_done++;
	return ERR_OK;
}

/* Found used again; or, if it was put anew meanwhile, a second one of the same. */
static int wake(struct sweep *s, const struct blob_found *f)
{
	char path[FILES_PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%.*s", (int)(f->path_len - (sizeof(BLOB_IDLE) - 1)),
		       f->path);
	if (access(path, F_OK) == 0)
		return take_away(s, f);
	return rename(f->path, path) == 0 ? ERR_OK : files_err();
}

/* Put again since we looked: its time says so (blob_file.h), and it isn't idle after all. */
static bool is_young_again(const char *path, const struct blob_found *f)
{
	struct stat st;

	return stat(path, &st) == 0 &&
	       (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 != f->changed.ms;
}

static int lull(const struct sweep *s, const struct blob_found *f)
{
	char idle[FILES_PATH_SIZE];
	/* Its day begins now. */
	const struct timespec now[2] = { { .tv_sec = s->now.ms / SECOND_MS },
					 { .tv_sec = s->now.ms / SECOND_MS } };
	int err = files_beside(f->path, BLOB_IDLE, idle);

	if (err == ERR_OK && rename(f->path, idle) != 0)
		err = files_err();
	if (err == ERR_OK && is_young_again(idle, f))
		return rename(idle, f->path) == 0 ? ERR_OK : files_err();
	if (err == ERR_OK && utimensat(AT_FDCWD, idle, now, 0) != 0)
		err = files_err();
	return err;
}

static int on_file(const struct blob_found *f, void *ctx)
{
	struct sweep *s = ctx;
	uint64_t uses;
	int err;

	if (f->kind == BLOB_IS_FOREIGN)
		return ERR_OK; /* verify names it */
	err = blob_uses(s->t, f->sha256, &uses);
	if (err != ERR_OK)
		return err;
	if (f->kind == BLOB_IS_IDLE)
		return uses != 0 ? wake(s, f) : is_past(s, f) ? take_away(s, f) : ERR_OK;
	return uses == 0 && is_past(s, f) ? lull(s, f) : ERR_OK;
}

int blob_sweep(struct txn *t, const char *state_dir, unsigned shard, struct wall now,
	       size_t *n_done_out)
{
	struct sweep s = { .t = t, .now = now };
	int fd, err = lock_blobs(state_dir, LOCK_EX | LOCK_NB, &fd);

	*n_done_out = 0;
	if (err != ERR_OK)
		return err;
	err = blob_dir_each(state_dir, shard, on_file, &s);
	blob_let(fd);
	*n_done_out = s.n_done;
	return err;
}
