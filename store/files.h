/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * files - files that must be whole and on disk: copied, synced, digested. Blocking;
 * never on the loop thread.
 */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include "parsers/arena.h"
#include "parsers/keyed.h"
#include "store/db.h"

#define FILES_PATH_SIZE 4096

/* "DIR/NAME" into a buffer of FILES_PATH_SIZE; ERR_LIMIT. */
int files_path(char *path_out, const char *dir, const char *name);
/* Made (0700) with its parent synced; there already: ERR_OK. */
int files_make_dir(const char *path);
bool files_is_empty_dir(const char *path); /* also when it doesn't exist */
int files_sync_dir(const char *path);
/* All of a file, at most max octets (ERR_LIMIT). ERR_NOENT, ERR_IO. */
int files_read(const char *path, size_t max, struct arena *a, struct bytes *octets_out);
/* errno in our words. */
int files_err(void);
/* "PATH" and what stands behind it, into a buffer of FILES_PATH_SIZE; ERR_LIMIT. */
int files_beside(const char *path, const char *end, char *path_out);
/* SHA-256 of a file of any size. ERR_NOENT, ERR_IO. */
int files_sha256(const char *path, uint64_t *size_out, uint8_t sha256_out[KEYED_SHA256_BYTES]);
/* Beside, synced, renamed over, folder synced: there is the old file or the new one. Mode 0600. */
int files_write(const char *dir, const char *name, struct bytes octets);
/* A new file (ERR_EXIST), 0600, synced. size_out and digest_out as of files_digest. */
int files_copy(const char *from, const char *to, uint64_t *size_out, struct digest *digest_out);
/*
 * Gives a file all its octets on the disk. When the disk has no room (ERR_NOSPACE) it is as large
 * as before.
 */
int files_allocate(int fd, uint64_t octets);
/* Writes what comes out of a pipe; reads to its end even when that fails. progress may be NULL. */
int files_drain(int from, int to, uint64_t total, db_progress_fn *progress, void *ctx);
/* A chain over chunks of 1 MiB, so that a file of any size takes little memory. */
int files_digest(const char *path, uint64_t *size_out, struct digest *digest_out);

#endif
