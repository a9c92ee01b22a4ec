/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of mails in cells, whatever they do there: gateway/mail/mime_cell and sandbox. */
#include "gateway/mail/mime_cell.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "tests/tap.h"

#define BIG ((size_t)4 * 1024 * 1024)

/* --- what a mail makes of who reads it; the first word of the mail chooses --- */

static int read_well(struct bytes raw, struct arena *a, struct mail *mail)
{
	struct mail_file *files = arena_array(a, 2, sizeof(*files));

	mail->subject = raw;
	files[0] = (struct mail_file){
		.name = BYTES("a.txt"), .type = BYTES("text/plain"), .octets = raw, .size = raw.len
	};
	files[1] = files[0];
	files[1].octets = bytes_of("");
	files[1].size = 0;
	keyed_sha256(files[0].octets, files[0].sha256);
	keyed_sha256(files[1].octets, files[1].sha256);
	mail->files = files;
	mail->n_files = 2;
	return ERR_OK;
}

/* All of it is one file. */
static int read_big(struct bytes raw, struct arena *a, struct mail *mail)
{
	int err = read_well(raw, a, mail);

	mail->subject = bytes_of("big");
	return err;
}

static int crash(struct bytes raw, struct arena *a, struct mail *mail)
{
	(void)raw;
	(void)a;
	(void)mail;
	__builtin_trap();
}

static int stall(struct bytes raw, struct arena *a, struct mail *mail)
{
	(void)raw;
	(void)a;
	(void)mail;
	for (volatile unsigned long i = 0;; i++)
		;
	return ERR_OK;
}

static int fill(struct bytes raw, struct arena *a, struct mail *mail)
{
	(void)raw;
	(void)mail;
	while (arena_alloc(a, 1 << 16) != NULL)
		;
	return arena_err(a);
}

static int refuse(struct bytes raw, struct arena *a, struct mail *mail)
{
	(void)raw;
	(void)a;
	(void)mail;
	return ERR_INVALID;
}

/* The octets are others than the digest says. */
static int lie(struct bytes raw, struct arena *a, struct mail *mail)
{
	int err = read_well(raw, a, mail);

	((struct mail_file *)(uintptr_t)mail->files)[0].sha256[0] ^= 1;
	return err;
}

/* More octets than the mail had. */
static int blow_up(struct bytes raw, struct arena *a, struct mail *mail)
{
	int err = read_well(raw, a, mail);
	struct mail_file *file = (struct mail_file *)(uintptr_t)mail->files;

	file->octets = bytes_at(arena_alloc(a, 2 * BIG), 2 * BIG);
	file->size = 2 * BIG;
	keyed_sha256(file->octets, file->sha256);
	return err;
}

static int babble(struct bytes raw, struct arena *a, struct mail *mail)
{
	(void)raw;
	(void)a;
	(void)mail;
	_exit(write(SANDBOX_FD, "\0\0\0\3\x0axyz", 8) == 8 ? 0 : 1);
}

/* Says it all, and more. */
static int go_on(struct bytes raw, struct arena *a, struct mail *mail)
{
	(void)a;
	(void)mail;
	(void)raw;
	_exit(write(SANDBOX_FD, "\0\0\0\0\x0a\0", 6) == 6 ? 0 : 1);
}

static int open_file(struct bytes raw, struct arena *a, struct mail *mail)
{
	(void)raw;
	(void)a;
	(void)mail;
	_exit(open("/etc/passwd", O_RDONLY) >= 0 ? 0 : 7);
}

static int open_socket(struct bytes raw, struct arena *a, struct mail *mail)
{
	(void)raw;
	(void)a;
	(void)mail;
	_exit(socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 7);
}

static int make_child(struct bytes raw, struct arena *a, struct mail *mail)
{
	(void)raw;
	(void)a;
	(void)mail;
	_exit(fork() >= 0 ? 0 : 7);
}

/* A frame keeps 64 KiB from the stack; the compiler can't make a loop of it. */
static int deep(unsigned depth)
{
	volatile char room[65536];

	room[depth % sizeof(room)] = (char)depth;
	return depth == 0 ? room[0] : deep(depth - 1) + room[depth % sizeof(room)];
}

static int dig(struct bytes raw, struct arena *a, struct mail *mail)
{
	/* 62 MiB, which the usual 8 don't hold. */
	return deep(1000) == -1 ? ERR_INVALID : read_well(raw, a, mail);
}

static int dig_on(struct bytes raw, struct arena *a, struct mail *mail)
{
	if (sandbox_gaps() != NULL)
		signal(SIGSEGV,
		       SIG_DFL); /* a sanitizer has a handler; in a whole sandbox there is no such call */
	return deep(100000) == -1 ? ERR_INVALID : read_well(raw, a, mail);
}

static const struct {
	const char *word;
	int (*read)(struct bytes raw, struct arena *a, struct mail *mail);
} readers[] = {
	{ "crash", crash },
	{ "stall", stall },
	{ "fill", fill },
	{ "refuse", refuse },
	{ "lie", lie },
	{ "blow_up", blow_up },
	{ "babble", babble },
	{ "go_on", go_on },
	{ "open_file", open_file },
	{ "socket", open_socket },
	{ "make_child", make_child },
	{ "dig_on", dig_on },
	{ "dig", dig },
	{ "well", read_well },
	{ "big", read_big },
};

static int read_by_word(struct bytes raw, bool is_cut, struct arena *a, struct mail *mail_out,
			void *ctx)
{
	(void)ctx;
	mail_out->is_cut = is_cut;
	for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
		if (bytes_starts(raw, readers[i].word))
			return readers[i].read(raw, a, mail_out);
	}
	return ERR_BAD_STATE;
}

/* --- the tests --- */

static const struct cell_conf conf = {
	.read = read_by_word,
	.limits = { .cpu_s = 1,
		    .memory_bytes = (size_t)512 << 20,
		    .stack_bytes = (size_t)100 << 20 },
	.wall_ms = 3000,
	.at_once = 2,
};

struct results {
	char why[CELL_WHY_SIZE];
	char subject[64];
	bool has_files;
	unsigned n;
};

static void on_done(struct cell_task *t, void *ctx)
{
	struct results *r = ctx;

	r->n++;
	memcpy(r->why, t->why, sizeof(r->why));
	snprintf(r->subject, sizeof(r->subject), "%.*s",
		 PRI_BYTES(bytes_cut(t->mail.subject, 0, 60)));
	r->has_files = t->mail.n_files == 2 && bytes_eq(t->mail.files[0].octets, t->raw) &&
		       t->mail.files[1].octets.len == 0;
}

static struct results run(const char *mail)
{
	struct cell_task task = { .raw = bytes_of(mail) };
	struct results r = { .n = 0 };

	mime_cells_run(&conf, &task, 1, on_done, &r);
	return r;
}

static bool has_no_child(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static void test_good(void)
{
	struct results r = run("well done");

	ok(r.why[0] == '\0' && r.n == 1, "a mail is read");
	is_text(bytes_of(r.subject), "well done", "what was read comes out");
	ok(r.has_files, "with the octets of its files, and with a file of none");
	r = run("dig");
	ok(r.why[0] == '\0', "there are 100 MiB of stack to dig in (%s)", r.why);
	ok(has_no_child(), "no child is left");
}

static const struct {
	const char *mail, *why;
	const char *promise;
} bad[] = {
	/* clang-format off */
	{ "crash",   "signal 4 after",  "a mail that crashes it is told of as such" },
	{ "dig_on",  "signal 11 after",  "one that digs for ever too" },
	{ "fill",    "it needs more memory than a mail may have", "one that wants all memory is refused it" },
	{ "refuse",  "it couldn't be read", "one that can't be read is no crash" },
	{ "lie",     "what was read of it can't be trusted", "a file that isn't what its name says is none" },
	{ "blow_up", "what was read of it",  "more octets than went in can't come out" },
	{ "babble",  "what was read of it can't be trusted", "what isn't a mail isn't taken for one" },
	{ "go_on",   "what was read of it can't be trusted", "nor a mail with something behind it" },
	/* clang-format on */
};

static void test_bad(void)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct results r = run(bad[i].mail);

		ok(r.n == 1 && strncmp(r.why, bad[i].why, strlen(bad[i].why)) == 0 &&
			   r.subject[0] == '\0',
		   "%s (%s)", bad[i].promise, r.why);
	}
	ok(has_no_child(), "no child is left");
}

static void on_fault(struct cell_task *t, void *ctx)
{
	*(bool *)ctx = t->is_our_fault && strcmp(t->why, "the sandbox can't be entered") == 0;
}

/* As where a unit of systemd forbids limits. */
static bool forbid_limits(void)
{
	struct sock_filter calls[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prlimit64, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = ARRAY_LEN(calls), .filter = calls };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

static void test_unsafe(void)
{
	struct cell_task task = { .raw = bytes_of("well") };
	bool is_our_fault = false;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (!forbid_limits())
			_exit(2);
		mime_cells_run(&conf, &task, 1, on_fault, &is_our_fault);
		_exit(is_our_fault ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "where no limits can be set nothing is read, and the mail isn't blamed");
}

/* What only the kernel can promise, in a build that lets it. */
static void test_walls(void)
{
	static const char *const mails[] = { "open_file", "socket", "make_child" };
	bool is_whole = sandbox_gaps() == NULL;

	for (size_t i = 0; i < ARRAY_LEN(mails); i++) {
		struct results r = run(mails[i]);

		ok(r.why[0] != '\0' && (!is_whole || strncmp(r.why, "signal 31", 9) == 0),
		   "%s: %s (%s)", mails[i],
		   is_whole ? "the kernel ends it" : "it can't, and is not believed", r.why);
	}
}

static void on_many(struct cell_task *t, void *ctx)
{
	struct results *r = ctx;

	if (t->why[0] == '\0')
		r->n++;
	else
		memcpy(r->why, t->why, sizeof(r->why));
}

static void test_several(void)
{
	struct cell_task tasks[40];
	struct results r = { .n = 0 };
	struct timespec from, to;

	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		tasks[i] = (struct cell_task){ .raw = bytes_of(i == 0 ? "stall" : "well") };
	clock_gettime(CLOCK_MONOTONIC, &from);
	mime_cells_run(&conf, tasks, ARRAY_LEN(tasks), on_many, &r);
	clock_gettime(CLOCK_MONOTONIC, &to);
	is_int(r.n, 39, "beside one that stalls all others are read");
	ok(strstr(r.why, "more time") != NULL || strstr(r.why, "longer than") != NULL,
	   "which costs its limits (%s)", r.why);
	ok(to.tv_sec - from.tv_sec <= 4, "and no more");
	ok(has_no_child(), "no child is left");
}

/* 4 MiB in, 4 MiB out. */
static void test_big(const char *word, const char *why, const char *promise)
{
	char *octets = calloc(1, BIG);
	struct cell_task task = { .raw = bytes_at(octets, BIG), .is_cut = true };
	struct results r = { .n = 0 };

	memcpy(octets, word, strlen(word));
	octets[BIG - 1] = 'y';
	mime_cells_run(&conf, &task, 1, on_done, &r);
	ok(strcmp(r.why, why) == 0 && r.has_files == (why[0] == '\0'), "%s (%s)", promise, r.why);
	free(octets);
}

int main(void)
{
	plan(0);
	keyed_init();
	diag("%s", sandbox_gaps() != NULL ? sandbox_gaps() : "the sandbox is whole");
	test_good();
	test_bad();
	test_walls();
	test_unsafe();
	test_several();
	test_big("big", "", "a large attachment comes out whole");
	test_big("well", "it couldn't be read", "words beyond any frame aren't cut in silence");
	return done_testing();
}
