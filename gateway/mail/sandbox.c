/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/sandbox.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "parsers/bytes.h"
#include "parsers/err.h"

#if defined(__x86_64__)
#define AUDIT_ARCH_OURS AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define AUDIT_ARCH_OURS AUDIT_ARCH_AARCH64
#endif

/* A sanitizer maps terabytes, and writes its report with calls of its own. */
static bool has_sanitizer(void)
{
	return strcmp(BUILD_SANITIZERS, "no") != 0;
}

const char *sandbox_gaps(void)
{
	if (has_sanitizer())
		return "built with sanitizers: no bound of memory, no bound of system calls";
#ifndef AUDIT_ARCH_OURS
	return "no bound of system calls on this processor";
#else
	return NULL;
#endif
}

/* --- limits --- */

static int set_limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit now, l = { soft, hard };

	if (getrlimit((__rlimit_resource_t)what, &now) != 0)
		return ERR_ACCESS;
	/* Never more than was left to us. */
	if (l.rlim_max > now.rlim_max)
		l.rlim_max = now.rlim_max;
	if (l.rlim_cur > l.rlim_max)
		l.rlim_cur = l.rlim_max;
	return setrlimit((__rlimit_resource_t)what, &l) == 0 ? ERR_OK : ERR_ACCESS;
}

/* What is mapped now, libraries and all: a limit counts it too. */
static rlim_t mapped_bytes(void)
{
	char text[32] = "";
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	unsigned long pages = 0;

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		(void)sscanf(text, "%lu", &pages);
	if (fd >= 0)
		close(fd);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static int set_limits(const struct sandbox_limits *l, rlim_t mapped)
{
	rlim_t memory = mapped + l->memory_bytes;
	const struct {
		int what;
		rlim_t soft, hard;
	} rows[] = {
		/* clang-format off */
		/* The soft one says SIGXCPU, so that the reason is known. */
		{ RLIMIT_CPU,    l->cpu_s,       l->cpu_s + 1 },
		{ RLIMIT_STACK,  l->stack_bytes, l->stack_bytes },
		{ RLIMIT_FSIZE,  0, 0 },
		{ RLIMIT_NPROC,  0, 0 },
		{ RLIMIT_CORE,   0, 0 },
		{ RLIMIT_NOFILE, 0, 0 },
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (set_limit(rows[i].what, rows[i].soft, rows[i].hard) != ERR_OK)
			return ERR_ACCESS;
	}
	return has_sanitizer() ? ERR_OK : set_limit(RLIMIT_AS, memory, memory);
}

/* --- system calls --- */

#ifdef AUDIT_ARCH_OURS
/* clang-format off */
#define ALLOW(call) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static const struct sock_filter calls[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_OURS, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(__NR_write),
	ALLOW(__NR_brk),
	ALLOW(__NR_mmap),
	ALLOW(__NR_munmap),
	ALLOW(__NR_mremap),
	ALLOW(__NR_madvise),
	ALLOW(__NR_exit_group),
	ALLOW(__NR_futex),
	ALLOW(__NR_rt_sigreturn),
	/* Where the kernel can't offer them without a call. */
	ALLOW(__NR_clock_gettime),
	ALLOW(__NR_gettimeofday),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};
/* clang-format on */

static int bound_calls(void)
{
	const struct sock_fprog program = { .len = ARRAY_LEN(calls),
					    .filter = (struct sock_filter *)(uintptr_t)calls };

	if (has_sanitizer())
		return ERR_OK;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? ERR_OK
									       : ERR_ACCESS;
}
#else
static int bound_calls(void)
{
	return ERR_OK;
}
#endif

/* --- entering --- */

static int close_all_but(int fd)
{
	if (fd != SANDBOX_FD && dup2(fd, SANDBOX_FD) < 0)
		return ERR_ACCESS;
	if (close_range(SANDBOX_FD + 1, ~0U, 0) != 0)
		return ERR_ACCESS;
	/* A sanitizer's report goes to stderr. */
	if (!has_sanitizer() && close_range(0, SANDBOX_FD - 1, 0) != 0)
		return ERR_ACCESS;
	return ERR_OK;
}

int sandbox_enter(int fd, pid_t parent, const struct sandbox_limits *limits)
{
	rlim_t mapped = mapped_bytes(); /* looks into /proc while there are descriptors */

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		return ERR_ACCESS;
	if (!has_sanitizer() && prctl(PR_SET_DUMPABLE, 0) != 0)
		return ERR_ACCESS;
	if (close_all_but(fd) != ERR_OK || set_limits(limits, mapped) != ERR_OK)
		return ERR_ACCESS;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return ERR_ACCESS;
	return bound_calls();
}
