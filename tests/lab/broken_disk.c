/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * broken_disk - a disk that fails under one file, by LD_PRELOAD: while the file $BROKEN_KNOB stands, what
 * writes to $BROKEN_FILE ends in EIO. The knob holds "write" (octets don't get there) or "sync" (they
 * seem to, and the sync says that they didn't).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static bool knob_says(const char *what)
{
	const char *path = getenv("BROKEN_KNOB");
	FILE *f = path == NULL ? NULL : fopen(path, "r");
	char word[16] = "";
	bool is_so;

	if (f == NULL)
		return false;
	is_so = fscanf(f, "%15s", word) == 1 && strcmp(word, what) == 0;
	fclose(f);
	return is_so;
}

static bool fails(int fd, const char *what)
{
	const char *path = getenv("BROKEN_FILE");
	struct stat file, open_file;
	int kept = errno;
	bool is_broken = path != NULL && stat(path, &file) == 0 && fstat(fd, &open_file) == 0 &&
			 file.st_ino == open_file.st_ino && file.st_dev == open_file.st_dev &&
			 knob_says(what);

	errno = is_broken ? EIO : kept;
	return is_broken;
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
	return fails(fd, "write") ? -1 : REAL(pwrite)(fd, buf, n, at);
}

ssize_t write(int fd, const void *buf, size_t n)
{
	return fails(fd, "write") ? -1 : REAL(write)(fd, buf, n);
}

ssize_t writev(int fd, const struct iovec *iov, int n)
{
	return fails(fd, "write") ? -1 : REAL(writev)(fd, iov, n);
}

int fdatasync(int fd)
{
	return fails(fd, "sync") ? -1 : REAL(fdatasync)(fd);
}

int fsync(int fd)
{
	return fails(fd, "sync") ? -1 : REAL(fsync)(fd);
}
