/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compacting (keep.h): a copy without free pages beside the store, then one
 * rename. There is the old file or the new one, whole, at any moment.
 */
#include "store/keep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "store/files.h"

struct paths {
	char store[FILES_PATH_SIZE];
	char beside[FILES_PATH_SIZE];
	char old_data[FILES_PATH_SIZE];
	char new_data[FILES_PATH_SIZE];
	char where[FILES_PATH_SIZE + 8];
};

static int make_paths(struct paths *p, const char *state_dir)
{
	int err = files_path(p->store, state_dir, "store");

	if (err == ERR_OK)
		err = files_path(p->beside, state_dir, "store.new");
	if (err == ERR_OK)
		err = files_path(p->old_data, p->store, "data.mdb");
	if (err == ERR_OK)
		err = files_path(p->new_data, p->beside, "data.mdb");
	snprintf(p->where, sizeof(p->where), "lmdb:%s", p->store);
	return err;
}

/* What an earlier one that was killed may have left. */
static void clear(const struct paths *p)
{
	(void)unlink(p->new_data);
	(void)rmdir(p->beside);
}

static int swap(const struct paths *p)
{
	if (rename(p->new_data, p->old_data) != 0)
		return errno == ENOSPC ? ERR_NOSPACE : ERR_IO;
	return files_sync_dir(p->store);
}

int compact_run(struct store *s, const char *state_dir, uint64_t map_bytes, char *why_out,
		size_t why_size)
{
	const struct db_limits limits = { .map_bytes = map_bytes,
					  .readers = READERS,
					  .sync = true };
	struct paths p;
	int err = make_paths(&p, state_dir), opened;

	if (err == ERR_OK) {
		clear(&p);
		err = files_make_dir(p.beside);
	}
	if (err == ERR_OK)
		err = db_copy(s->db, p.beside, true, NULL, NULL);
	if (err != ERR_OK) {
		snprintf(why_out, why_size, "%s: can't be copied beside itself: %s", state_dir,
			 err_text(err));
		clear(&p);
		return err;
	}
	db_close(&s->db);
	err = swap(&p);
	clear(&p);
	/* Whichever of the two files is there now. */
	opened = db_open(p.where, &limits, &s->db);
	if (opened == ERR_OK)
		db_set_key(s->db, &s->key);
	if (err == ERR_OK)
		err = opened;
	if (err != ERR_OK)
		snprintf(why_out, why_size, "%s: %s", p.store, err_text(err));
	return err;
}
