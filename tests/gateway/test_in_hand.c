/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * in_hand: what a message is remembered for after the program has died with it.
 * Each death is that of a forked child.
 */
#include "gateway/wire/in_hand.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/log.h"
#include "parsers/err.h"
#include "tests/tap.h"

static const char *dir;
static const struct keyed_key key = { .octets = { 1, 2, 3 } };

static void bail(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(1);
}

static struct message text_of(const char *text)
{
	return (struct message){
		.channel = BYTES("kannel"),
		.from_raw = BYTES("381641234567"),
		.raw = bytes_of(text),
	};
}

enum death {
	DIE_ABORT,
	DIE_SEGV,
	DIE_STACK,
	DIE_KILL,
	DIE_OUTSIDE,
	DIE_POLITE,
	DIE_AFTER,
	DIE_OTHER_THREAD
};

/* Runs away down the stack; the result depends on the deeper call, so it can't become a loop. */
static int __attribute__((noinline)) dig(volatile char *above)
{
	volatile char here[4096];

	here[0] = above[0];
	if (above[0] == 0)
		return 0;
	here[sizeof(here) - 1] = (char)dig(here);
	return here[0] + here[sizeof(here) - 1];
}

static void *die_beside(void *ctx)
{
	struct message other = text_of("what the other thread has");

	in_hand_note(ctx, &other);
	raise(SIGSEGV);
	return NULL;
}

static void die_as(struct in_hand *ih, enum death how)
{
	pthread_t thread;
	char top = 1;

	switch (how) {
	case DIE_ABORT: abort();
	case DIE_SEGV: raise(SIGSEGV); break;
	case DIE_STACK: _exit(dig(&top)); break;
	case DIE_KILL: kill(getpid(), SIGKILL); break;
	case DIE_OUTSIDE: kill(getpid(), SIGABRT); break;
	case DIE_POLITE: in_hand_close(&ih); break;
	case DIE_AFTER: in_hand_note(ih, NULL); abort();
	case DIE_OTHER_THREAD:
		pthread_create(&thread, NULL, die_beside, ih);
		pthread_join(thread, NULL);
		break;
	}
	_exit(0);
}

/* A life that ends with text in hand. */
static void live(const char *text, enum death how)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct rlimit none = { 0 };
		struct message msg = text_of(text);
		struct in_hand *ih;

		setrlimit(RLIMIT_CORE, &none);
		/* Sanitizers tell of each death; these are meant. */
		if (freopen("/dev/null", "w", stderr) == NULL ||
		    in_hand_open(dir, &key, &ih) != ERR_OK)
			_exit(3);
		/* What a sanitizer would do with the signal isn't what is tested. */
		for (int sig = 1; sig < 32; sig++)
			signal(sig, SIG_DFL);
		in_hand_catch(ih);
		in_hand_note(ih, &msg);
		die_as(ih, how);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
		bail("a child couldn't open the page");
}

static bool is_deadly(const char *text)
{
	struct message msg = text_of(text);
	struct in_hand *ih;
	bool deadly;

	if (in_hand_open(dir, &key, &ih) != ERR_OK)
		bail("the page can't be opened");
	deadly = in_hand_is_deadly(ih, &msg);
	in_hand_close(&ih);
	return deadly;
}

static bool is_deadly_after_two(const char *text, enum death how)
{
	live(text, how);
	live(text, how);
	return is_deadly(text);
}

static void test_deaths(void)
{
	live("abort", DIE_ABORT);
	ok(!is_deadly("abort"), "a message that we died with once is read again");
	live("abort", DIE_ABORT);
	ok(is_deadly("abort"), "a message that we died with twice is deadly");
	ok(!is_deadly("another"), "another text of the same sender isn't");
	ok(is_deadly_after_two("segv", DIE_SEGV), "SIGSEGV counts");
	ok(is_deadly_after_two("stack", DIE_STACK), "a stack that ran over counts");
	ok(is_deadly_after_two("outside", DIE_OUTSIDE),
	   "an abort from outside counts for what is in hand");
	ok(!is_deadly_after_two("kill", DIE_KILL), "kill -9 doesn't count");
	ok(!is_deadly_after_two("polite", DIE_POLITE), "a polite end doesn't count");
	ok(!is_deadly_after_two("after", DIE_AFTER), "a message that was put down doesn't count");
	ok(!is_deadly_after_two("beside", DIE_OTHER_THREAD),
	   "another thread's death isn't this message's");
	ok(is_deadly("what the other thread has"), "but that of the message which it had in hand");
}

static void test_marked_from_outside(void)
{
	for (int i = 0; i < 2; i++) {
		live("hangs", DIE_KILL);
		/* The page still says what was in hand: nobody opened it since. */
		in_hand_mark_dead(dir, "watchdog");
	}
	ok(is_deadly("hangs"), "what the watchdog ended twice is deadly");
	for (int i = 0; i < 2; i++) {
		live("signal", DIE_KILL);
		in_hand_mark_dead(dir, "signal");
	}
	ok(!is_deadly("signal"),
	   "what systemd calls a signal doesn't count twice, the handler saw it");
}

static void test_stuck(void)
{
	struct message msg = text_of("slow");
	struct in_hand *ih;

	if (in_hand_open(dir, &key, &ih) != ERR_OK)
		bail("the page can't be opened");
	in_hand_note(ih, &msg);
	ok(!in_hand_is_stuck(ih, 1000, 500), "a message that was just taken isn't stuck");
	ok(!in_hand_is_stuck(ih, 1400, 500), "nor within its time");
	ok(in_hand_is_stuck(ih, 1600, 500), "after that it is");
	in_hand_note(ih, &msg);
	ok(!in_hand_is_stuck(ih, 1700, 500), "an equal message taken anew begins anew");
	in_hand_note(ih, NULL);
	ok(!in_hand_is_stuck(ih, 9000, 500), "empty hands are never stuck");
	in_hand_close(&ih);
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

int main(void)
{
	if (keyed_init() != ERR_OK)
		bail("libsodium doesn't start");
	dir = temp_dir();
	log_set_sink(no_log, NULL);
	plan(18);
	test_deaths();
	test_marked_from_outside();
	test_stuck();
	return done_testing();
}
