/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * slow_sync - a slow disk, by LD_PRELOAD: fsync and fdatasync take as many milliseconds longer as
 * the file $SLOW_SYNC says; without the file they are as fast as ever.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void delay(void)
{
	const char *path = getenv("SLOW_SYNC");
	FILE *f = path == NULL ? NULL : fopen(path, "r");
	long ms = 0;

	if (f == NULL)
		return;
	if (fscanf(f, "%ld", &ms) != 1)
		ms = 0;
	fclose(f);
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

int fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");

	delay();
	return real(fd);
}

int fdatasync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");

	delay();
	return real(fd);
}
