/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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
	    lchown(state_dir, pw->pw_uid, pw->pw_gid) != 0 || stat(state_dir, st) != 0)
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

/*
 * Where everything belongs to root (a container, a folder for trying things out) there is nobody to become.
 * Uid 0 without a single capability, and without a way to get one, is a user like any other who owns those files.
 */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) != 0)
		return ERR_ACCESS;
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
			return ERR_ACCESS;
	}
	return syscall(SYS_capset, &header, none) == 0 ? ERR_OK : ERR_ACCESS;
}

static int drop_to(const char *state_dir, const struct stat *st, char *why_out, size_t why_size)
{
	const struct passwd *pw = getpwuid(st->st_uid);
	/* A folder that root made for a user may still be of root's group: that group isn't taken along. */
	gid_t gid = st->st_gid == 0 && pw != NULL ? pw->pw_gid : st->st_gid;

	if (become(st->st_uid, gid) != ERR_OK) {
		snprintf(why_out, why_size, "can't become the owner of %s (uid %u): %s", state_dir,
			 (unsigned)st->st_uid, strerror(errno));
		return ERR_ACCESS;
	}
	log_info("odzivd", "event=dropped_root uid=%u gid=%u", (unsigned)st->st_uid, (unsigned)gid);
	return ERR_OK;
}

int privileges_drop(const char *state_dir, char *why_out, size_t why_size)
{
	struct stat st;

	if (geteuid() != 0)
		return ERR_OK;
	if (stat(state_dir, &st) != 0 && make_state_dir(state_dir, &st) != ERR_OK)
		st.st_uid = 0;
	if (st.st_uid != 0)
		return drop_to(state_dir, &st, why_out, why_size);
	if (drop_capabilities() != ERR_OK) {
		snprintf(why_out, why_size,
			 "%s belongs to root, so odzivd has nobody to become, and root's "
			 "capabilities can't be "
			 "dropped: %s; give the folder to a user: chown USER %s",
			 state_dir, strerror(errno), state_dir);
		return ERR_ACCESS;
	}
	log_warning("odzivd",
		    "event=dropped_capabilities uid=0 why=\"%s belongs to root; give it to a user "
		    "of its own\"",
		    state_dir);
	return ERR_OK;
}

void privileges_harden(void)
{
	struct rlimit none = { 0 };
	struct rlimit files = { RLIM_INFINITY, RLIM_INFINITY };

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
