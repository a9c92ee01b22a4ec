/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blob_file - raw mails and attachments: a file each, named by the SHA-256 of its octets.
 *
 * Owns:     the files below one folder: aa/ and 62 more hex letters; new/ holds
 *           what isn't whole yet.
 * Promises: under its name a file is whole, always. What was put stands there, on disk,
 *           after blob_folder_sync(): many files cost hardly more than one. To put the
 *           same octets again changes nothing but the file's time: who drops unused ones
 *           must leave young ones alone.
 * Threads:  any, also several processes at once; blocking, never on the loop.
 * Leaves:   who uses which file to the store (table "blob").
 */
#ifndef STORE_BLOB_FILE_H
#define STORE_BLOB_FILE_H

#include "parsers/arena.h"
#include "parsers/keyed.h"
#include "store/files.h"

/* Files that wait for a sync; one more makes it happen. */
#define BLOB_NEW_MAX 64

struct blob_new {
	int fd;
	unsigned number; /* of its name in new/ */
	bool has_name;   /* the one of its octets */
	uint8_t sha256[KEYED_SHA256_BYTES];
};

struct blob_folder {
	char path[FILES_PATH_SIZE];
	struct blob_new waiting[BLOB_NEW_MAX];
	size_t n_waiting;
	uint64_t unsynced[4]; /* a bit a folder aa/ */
	unsigned n_new;       /* for names in new/ */
};

/* Made when it isn't there (its parent must be); what a death left in new/ an hour ago goes. */
int blob_folder_open(const char *path, struct blob_folder *f_out);
/* Not before blob_folder_sync() do they stand under their name, and on disk. ERR_NOSPACE, ERR_IO. */
int blob_file_put(struct blob_folder *f, struct bytes octets,
		  uint8_t sha256_out[KEYED_SHA256_BYTES]);
/* All that was put since the last one; when it fails, nothing of it counts. */
int blob_folder_sync(struct blob_folder *f);
/* What was put since then is given up. */
void blob_folder_forget(struct blob_folder *f);

/* FOLDER/aa/…; path_out has FILES_PATH_SIZE octets. ERR_LIMIT. */
int blob_file_path(const char *folder, const uint8_t sha256[KEYED_SHA256_BYTES], char *path_out);
/* All of it, into the arena. ERR_NOENT; ERR_LIMIT: longer than max; ERR_CORRUPT: other octets than its name says. */
int blob_file_read(const char *folder, const uint8_t sha256[KEYED_SHA256_BYTES], size_t max,
		   struct arena *a, struct bytes *octets_out);
/* One that isn't there is no error. Not synced: a drop that a power cut undoes is made again. */
int blob_file_drop(const char *folder, const uint8_t sha256[KEYED_SHA256_BYTES]);

#endif
