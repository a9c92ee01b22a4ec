/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/err.h"

/* Who owns state_dir when an installed machine starts us for the first time as root. */
static const char service_user[] = "odziv";
/* Beside connections: the store, the log, libuv, Kannel, readers. */
#define OTHER_FILES 256

/* The folder isn't there yet: it is made for the service's user, if there is one. */
static int make_state_dir(const char *state_dir, struct stat *st)
{
	const struct passwd *pw = getpwnam(service_user);

	if (pw == NULL || mkdir(state_dir, 0750) != 0 ||
	    chown(state_dir, pw->pw_uid, pw->pw_gid) != 0 || stat(state_dir, st) != 0)
		return ERR_ACCESS;
	return ERR_OK;
}

static int become(uid_t uid, gid_t gid)
{
	const struct passwd *pw = getpwuid(uid);

	if ((pw != NULL ? initgroups(pw->pw_name, gid) : setgroups(0, NULL)) != 0 ||
	    setgid(gid) != 0 || setuid(uid) != 0)
		return ERR_ACCESS;
	/* It must not be possible to come back. */
	return setuid(0) == 0 ? ERR_ACCESS : ERR_OK;
}

int privileges_drop(const char *state_dir, char *why_out, size_t why_size)
{
	struct stat st;

	if (geteuid() != 0)
		return ERR_OK;
	if ((stat(state_dir, &st) != 0 && make_state_dir(state_dir, &st) != ERR_OK) ||
	    st.st_uid == 0) {
		snprintf(why_out, why_size,
			 "odzivd doesn't run as root, and %s has no other owner whom it could "
			 "become; "
			 "install -d -o USER -g GROUP -m 0750 %s, or start it as that user",
			 state_dir, state_dir);
		return ERR_ACCESS;
	}
	if (become(st.st_uid, st.st_gid) != ERR_OK) {
		snprintf(why_out, why_size, "can't become the owner of %s (uid %u): %s", state_dir,
			 (unsigned)st.st_uid, strerror(errno));
		return ERR_ACCESS;
	}
	log_info("odzivd", "event=dropped_root uid=%u gid=%u", (unsigned)st.st_uid,
		 (unsigned)st.st_gid);
	return ERR_OK;
}

void privileges_harden(void)
{
	struct rlimit none = { 0 };
	struct rlimit files;

	umask(007);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setrlimit(RLIMIT_CORE, &none);
	/* A kernel that pipes cores to a program doesn't look at the limit. A sanitizer reads its own memory through /proc. */
	if (strcmp(BUILD_SANITIZERS, "no") == 0)
		(void)prctl(PR_SET_DUMPABLE, 0);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if (files.rlim_cur < CONNECTIONS_MAX + OTHER_FILES)
		log_warning("odzivd",
			    "event=few_files limit=%llu words=\"%d connections need LimitNOFILE of "
			    "%d\"",
			    (unsigned long long)files.rlim_cur, CONNECTIONS_MAX,
			    CONNECTIONS_MAX + OTHER_FILES);
}
