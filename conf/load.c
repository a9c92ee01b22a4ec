/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/load.h"

#include <fcntl.h>
#include <iniparser.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "parsers/ini_scan.h"

/* "/proc/self/fd/" and a number */
#define FD_PATH_MAX 64

static int read_all(int fd, uint8_t *buf, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO; /* shorter than fstat said: somebody writes it just now */
		buf += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

static int read_fd(int fd, size_t max, struct arena *a, struct bytes *octets_out)
{
	struct stat st;
	uint8_t *buf;
	int err;

	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return ERR_IO;
	}
	if ((uint64_t)st.st_size > max)
		return ERR_LIMIT;
	buf = arena_alloc(a, (size_t)st.st_size + 1);
	if (buf == NULL)
		return ERR_NOMEM;
	err = read_all(fd, buf, (size_t)st.st_size);
	if (err == ERR_OK)
		*octets_out = bytes_at(buf, (size_t)st.st_size);
	return err;
}

int load_file(const char *path, size_t max, struct arena *a, struct bytes *octets_out)
{
	/* Without O_NONBLOCK a fifo in the file's place would hold us here for ever. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_NOENT : ERR_IO;
	err = read_fd(fd, max, a, octets_out);
	close(fd);
	return err;
}

/* iniparser reads files by their name; this is one that nobody else can change. */
static dictionary *parse(struct bytes clean)
{
	char path[FD_PATH_MAX];
	dictionary *d = NULL;
	int fd = memfd_create("odziv.ini", MFD_CLOEXEC);

	if (fd < 0)
		return NULL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, clean.ptr, clean.len) == (ssize_t)clean.len)
		d = iniparser_load(path);
	close(fd);
	return d;
}

static int copy_value(const dictionary *d, const struct ini_entry *from, struct arena *a,
		      struct load_entry *to)
{
	char name[2 * INI_LINE_MAX + 2];
	const char *value;

	*to = (struct load_entry){ .section = from->section, .key = from->key, .line = from->line };
	if (from->key.len == 0)
		return ERR_OK;
	snprintf(name, sizeof(name), "%.*s:%.*s", PRI_BYTES(from->section), PRI_BYTES(from->key));
	value = iniparser_getstring(d, name, NULL);
	if (value == NULL)
		return ERR_OK;
	to->value = arena_str(a, bytes_of(value));
	return to->value == NULL ? ERR_NOMEM : ERR_OK;
}

static int copy_values(const dictionary *d, const struct ini_scan *scan, struct arena *a,
		       struct load_ini *ini)
{
	int err = ERR_OK;

	ini->entries = arena_array(a, scan->n + 1, sizeof(*ini->entries));
	if (ini->entries == NULL)
		return ERR_NOMEM;
	for (; ini->n < scan->n && err == ERR_OK; ini->n++)
		err = copy_value(d, &scan->entries[ini->n], a, &ini->entries[ini->n]);
	return err;
}

static int complain(struct faults *faults, const char *path, int err)
{
	struct fault where = { .file = bytes_of(path) };

	if (err == ERR_LIMIT)
		faults_add(faults, where, "has more than %zu KiB; this is no configuration",
			   CONF_FILE_MAX / KIB);
	else if (err == ERR_NOENT || err == ERR_IO)
		faults_add(faults, where, "can't be read: %s", strerror(errno));
	return err;
}

int load_text(struct bytes text, const char *path, struct arena *a, struct faults *faults,
	      struct load_ini *ini_out)
{
	struct load_ini ini = { .file = bytes_of(path) };
	struct ini_scan scan;
	dictionary *d;
	int err = ini_scan(text, ini.file, a, faults, &scan);

	if (err != ERR_OK)
		return err;
	d = parse(scan.clean);
	if (d == NULL) {
		faults_add(faults, (struct fault){ .file = ini.file }, "iniparser can't read it");
		return ERR_IO;
	}
	err = copy_values(d, &scan, a, &ini);
	iniparser_freedict(d);
	if (err == ERR_OK)
		*ini_out = ini;
	return err;
}

int load_ini(const char *path, struct arena *a, struct faults *faults, struct load_ini *ini_out)
{
	struct bytes text = BYTES_NONE;
	int err = load_file(path, CONF_FILE_MAX, a, &text);

	if (err != ERR_OK)
		return complain(faults, path, err);
	return load_text(text, path, a, faults, ini_out);
}

const struct load_entry *load_find(const struct load_ini *ini, struct bytes section,
				   const char *key)
{
	struct bytes name = bytes_of(key);

	for (size_t i = 0; i < ini->n; i++) {
		const struct load_entry *e = &ini->entries[i];

		if (bytes_eq(e->section, section) && bytes_eq(e->key, name))
			return e;
	}
	return NULL;
}
