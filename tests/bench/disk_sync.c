/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * disk_sync - how many commits a second the disk itself can take: in a file of the store's size,
 * allocated in full, some pages of 4 KiB written here and there, fdatasync, then one page of meta data
 * written and synced, which is what LMDB does for one commit; and fdatasync of one page alone.
 *
 *   disk_sync --dir DIR --bytes 67108864 --pages 20 --count 1000
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define PAGE 4096

static void put_page(int fd, uint64_t at)
{
	static char page[PAGE];

	page[at % PAGE]++;
	if (pwrite(fd, page, PAGE, (off_t)(at * PAGE)) != PAGE)
		bench_fail("can't write: %s", strerror(errno));
}

static void sync_file(int fd)
{
	if (fdatasync(fd) != 0)
		bench_fail("can't sync: %s", strerror(errno));
}

static void one_commit(int fd, uint64_t n, uint64_t pages, uint64_t in_file)
{
	/* Dirty pages of a B-tree lie apart; a prime step spreads them over the whole file. */
	for (uint64_t i = 0; i < pages; i++)
		put_page(fd, 2 + (n * pages + i) * 7919 % (in_file - 2));
	sync_file(fd);
	put_page(fd, n % 2);
	sync_file(fd);
}

static void one_page(int fd, uint64_t n, uint64_t pages, uint64_t in_file)
{
	(void)pages;
	put_page(fd, n * 7919 % in_file);
	sync_file(fd);
}

static void measure(int fd, uint64_t count, uint64_t pages, uint64_t in_file,
		    void (*step)(int, uint64_t, uint64_t, uint64_t))
{
	struct bench_times times;
	uint64_t begin = bench_now(), before = begin;

	bench_times_init(&times, count);
	for (uint64_t n = 0; n < count; n++) {
		uint64_t after;

		step(fd, n, pages, in_file);
		after = bench_now();
		bench_times_add(&times, after - before);
		before = after;
	}
	bench_print(count, before - begin, &times);
}

int main(int argc, char **argv)
{
	uint64_t octets = 64u << 20, pages = 20, count = 1000;
	const char *dir = ".";
	const struct bench_option options[] = {
		{ "--dir", NULL, &dir },
		{ "--bytes", &octets, NULL },
		{ "--pages", &pages, NULL },
		{ "--count", &count, NULL },
	};
	char path[4096];
	int fd, err;

	bench_options(argc, argv, options, sizeof(options) / sizeof(options[0]));
	snprintf(path, sizeof(path), "%s/disk_sync.tmp", dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		bench_fail("can't open %s: %s", path, strerror(errno));
	(void)unlink(path);
	err = posix_fallocate(fd, 0, (off_t)octets);
	if (err != 0)
		bench_fail("can't allocate %s: %s", path, strerror(err));
	sync_file(fd);
	measure(fd, count, pages, octets / PAGE, one_page);
	measure(fd, count, pages, octets / PAGE, one_commit);
	return 0;
}
