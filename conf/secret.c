/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "parsers/utf8.h"

static int refuse(struct strbuf *why, const char *words)
{
	strbuf_adds(why, words);
	return ERR_INVALID;
}

static int check_file(int fd, struct strbuf *why)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return refuse(why, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(why, "is not a file");
	if ((st.st_mode & S_IRWXO) != 0)
		return refuse(why, "is open to everyone on this machine; chmod 0640 or 0600, and "
				   "change the secret");
	if ((st.st_mode & S_IWGRP) != 0)
		return refuse(why, "can be changed by its group; chmod 0640 or 0600");
	return ERR_OK;
}

static bool is_one_clean_line(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return false;
	}
	return utf8_is_valid(text);
}

static int take_line(struct bytes text, struct arena *a, struct strbuf *why,
		     const char **secret_out)
{
	if (text.len > SECRET_MAX)
		return refuse(why, "is too long for a secret");
	if (bytes_ends(text, "\n"))
		text.len--;
	if (bytes_ends(text, "\r"))
		text.len--;
	if (text.len == 0)
		return refuse(why, "is empty; write the secret into it, on one line");
	if (!is_one_clean_line(text))
		return refuse(why,
			      "is not one line of text; write the secret into it, on one line");
	*secret_out = arena_str(a, text);
	return *secret_out == NULL ? ERR_NOMEM : ERR_OK;
}

static int read_fd(int fd, struct arena *a, struct strbuf *why, const char **secret_out)
{
	char buf[SECRET_MAX + 1];
	ssize_t len = read(fd, buf, sizeof(buf));
	int err;

	if (len < 0)
		return refuse(why, strerror(errno));
	err = take_line(bytes_at(buf, (size_t)len), a, why, secret_out);
	explicit_bzero(buf, sizeof(buf));
	return err;
}

int secret_read(const char *path, struct arena *a, struct strbuf *why, const char **secret_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err;

	if (fd < 0) {
		strbuf_addf(why, "can't be read: %s%s", strerror(errno),
			    errno == EACCES
				    ? "; chgrp odziv and chmod 0640 let odzivd and those who "
				      "may call odziv read it"
				    : "");
		return ERR_INVALID;
	}
	err = check_file(fd, why);
	if (err == ERR_OK)
		err = read_fd(fd, a, why, secret_out);
	close(fd);
	return err;
}
