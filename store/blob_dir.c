/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/blob_dir.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "parsers/err.h"
#include "store/files.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The digest that the folder and 62 letters make; false: there are no such letters. */
static bool read_hash(const char *name, unsigned shard, uint8_t sha256_out[BLOB_HASH_SIZE])
{
	sha256_out[0] = (uint8_t)shard;
	for (size_t i = 1; i < BLOB_HASH_SIZE; i++) {
		int high = hex_value(name[2 * (i - 1)]);
		int low = high < 0 ? -1 : hex_value(name[2 * (i - 1) + 1]);

		if (low < 0)
			return false;
		sha256_out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static enum blob_kind kind_of(const char *name, unsigned shard, uint8_t sha256_out[BLOB_HASH_SIZE])
{
	const char *rest = name + 2 * (BLOB_HASH_SIZE - 1);

	if (!read_hash(name, shard, sha256_out))
		return BLOB_IS_FOREIGN;
	if (*rest == '\0')
		return BLOB_IS_KEPT;
	return strcmp(rest, BLOB_IDLE) == 0 ? BLOB_IS_IDLE : BLOB_IS_FOREIGN;
}

static int each_name(const char *dir, unsigned shard, const char *name, blob_found_fn *fn,
		     void *ctx)
{
	char path[FILES_PATH_SIZE];
	struct blob_found f = { .name = name, .path = path };
	struct stat st;
	int err = files_path(path, dir, name);

	if (err != ERR_OK)
		return err;
	if (lstat(path, &st) != 0)
		return ERR_OK; /* gone meanwhile */
	f.path_len = strlen(path);
	f.kind = S_ISREG(st.st_mode) ? kind_of(name, shard, f.sha256) : BLOB_IS_FOREIGN;
	f.changed.ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	f.size = (uint64_t)st.st_size;
	return fn(&f, ctx);
}

int blob_dir_each(const char *state_dir, unsigned shard, blob_found_fn *fn, void *ctx)
{
	char path[FILES_PATH_SIZE];
	const struct dirent *entry;
	DIR *dir;
	int err = ERR_OK,
	    len = snprintf(path, sizeof(path), "%s/" BLOBS_DIR "/%02x", state_dir, shard);

	if (len < 0 || (size_t)len >= sizeof(path))
		return ERR_LIMIT;
	dir = opendir(path);
	if (dir == NULL)
		return files_err() == ERR_NOENT ? ERR_OK : files_err();
	while (err == ERR_OK && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			err = each_name(path, shard, entry->d_name, fn, ctx);
	closedir(dir);
	return err;
}

int blob_make_dirs(const char *state_dir, unsigned shard, char *dir_out)
{
	char top[FILES_PATH_SIZE], name[8];
	int err = blob_folder_of(state_dir, top);

	if (err == ERR_OK)
		err = files_make_dir(top);
	(void)snprintf(name, sizeof(name), "%02x", shard);
	if (err == ERR_OK)
		err = files_path(dir_out, top, name);
	return err == ERR_OK ? files_make_dir(dir_out) : err;
}
