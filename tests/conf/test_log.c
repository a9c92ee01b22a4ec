/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/err.h"
#include "tests/tap.h"

#define TEXT_MAX 8192

static char last[TEXT_MAX];
static unsigned n_lines;

static void on_line(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)ctx;
	snprintf(last, sizeof(last), "%s", line);
	n_lines++;
}

static void test_sink(void)
{
	char big[3 * 1024];

	log_set_sink(on_line, NULL);
	log_info("smpp", "chan=%s event=%s", "smsc1", "bound");
	is_text(bytes_of(last), "smpp     chan=smsc1 event=bound",
		"a line is its component, then its pairs");
	log_debug("smpp", "event=seen");
	is_int(n_lines, 1, "debug lines stay away at level info");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("smpp", "event=seen");
	is_int(n_lines, 2, "and come at level debug");
	log_info("intake", "from=%s", "a\nb\r\x1b[2J\x7f");
	is_text(bytes_of(last), "intake   from=a?b??[2J?",
		"nobody can begin a line of his own in our log");
	log_info("intake", "from=%s",
		 "\xc2\x9b"
		 "31m\xe2\x80\xa8x\xe2\x80\xae\x9b\xff\xc5\xbe");
	is_text(bytes_of(last), "intake   from=?31m?x???\xc5\xbe",
		"nor hide an escape in it, turn its words round, or leave octets that are no text");

	for (size_t i = 0; i < sizeof(big) - 1; i += 2)
		memcpy(big + i, "\xd0\x96", 2);
	big[sizeof(big) - 1] = '\0';
	log_info("intake", "x=%s", big);
	ok(strlen(last) < 2048 && strlen(last) > 2000, "a line has an end");
	ok((unsigned char)last[strlen(last) - 1] == 0x96, "which is no half character");
	log_set_level(LOG_LEVEL_INFO);
	log_set_sink(NULL, NULL);
}

static void test_levels(void)
{
	enum log_level level = LOG_LEVEL_DEBUG;

	ok(log_level_parse("warning", &level) == ERR_OK && level == LOG_LEVEL_WARNING,
	   "levels have names");
	ok(log_level_parse("warn", &level) == ERR_INVALID, "and no short ones");
}

static void say_two_things(void)
{
	log_info("intake", "msg=%d event=kept", 7);
	die("store", "event=commit_failed error=\"%s\"", "no");
}

/* Runs fn in a child whose stderr is `path`; with as_journal the environment says that this is the journal. */
static int run_with_stderr(const char *path, bool as_journal, void (*fn)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		char stream[64];
		struct stat st;

		dup2(fd, STDERR_FILENO);
		fstat(fd, &st);
		snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
			 (unsigned long long)st.st_ino + (as_journal ? 0 : 1));
		setenv("JOURNAL_STREAM", stream, 1);
		fn();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *text_of(const char *path)
{
	static char text[TEXT_MAX];
	FILE *f = fopen(path, "r");
	size_t len = f == NULL ? 0 : fread(text, 1, sizeof(text) - 1, f);

	text[len] = '\0';
	if (f != NULL)
		fclose(f);
	return text;
}

static void test_stderr(void)
{
	char path[4096];
	const char *text;
	unsigned ms;
	char z;
	int end = 0;

	snprintf(path, sizeof(path), "%s/log", temp_dir());
	is_int(run_with_stderr(path, false, say_two_things), 1, "to die is to end with status 1");
	text = text_of(path);
	ok(sscanf(text, "20%*2d-%*2d-%*2dT%*2d:%*2d:%*2d.%3u%c info intake   msg=7 event=kept%n",
		  &ms, &z, &end) == 2 &&
		   z == 'Z' && text[end] == '\n',
	   "on stderr a line begins with the time in UTC and its level");
	ok(strstr(text, "Z error store    event=commit_failed error=\"no\"\n") != NULL,
	   "who dies says why");
	run_with_stderr(path, true, say_two_things);
	is_text(bytes_of(text_of(path)),
		"<6>intake   msg=7 event=kept\n<3>store    event=commit_failed error=\"no\"\n",
		"the journal gets a priority and keeps its own time");
}

static void lose_two_lines(void)
{
	int kept = dup(STDERR_FILENO);
	int full = open("/dev/full", O_WRONLY);

	log_info("intake", "msg=0");
	dup2(full, STDERR_FILENO);
	log_info("intake", "msg=1");
	log_info("intake", "msg=2");
	dup2(kept, STDERR_FILENO);
	log_info("intake", "msg=3");
	log_info("intake", "msg=4");
	_exit(log_lost() == 2 ? 0 : 3);
}

static void test_full_disk(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/full", temp_dir());
	is_int(run_with_stderr(path, true, lose_two_lines), 0,
	       "lines that a full disk refused are counted");
	is_text(bytes_of(text_of(path)),
		"<6>intake   msg=0\n<6>intake   msg=3\n<3>log      event=lost lines=2\n<6>intake   "
		"msg=4\n",
		"and told once, when there is room again");
}

static void *say_elsewhere(void *ctx)
{
	log_info("other", "msg=2");
	return ctx;
}

static void hold_lines(void)
{
	pthread_t other;

	log_hold(true);
	log_info("loop", "msg=1");
	if (pthread_create(&other, NULL, say_elsewhere, NULL) == 0)
		pthread_join(other, NULL);
	log_info("loop", "msg=3");
	log_error("loop", "msg=4");
	log_info("loop", "msg=5");
	log_flush();
	log_info("loop", "msg=6");
	_exit(0);
}

/* One write for all of them, or nothing of them gets through. */
static void lose_held_lines(void)
{
	int kept = dup(STDERR_FILENO);
	int full = open("/dev/full", O_WRONLY);

	log_hold(true);
	log_info("loop", "msg=1");
	log_info("loop", "msg=2");
	dup2(full, STDERR_FILENO);
	log_flush();
	dup2(kept, STDERR_FILENO);
	log_hold(false);
	log_info("loop", "msg=3");
	_exit(log_lost() == 2 ? 0 : 3);
}

static void test_hold(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/held", temp_dir());
	is_int(run_with_stderr(path, true, hold_lines), 0, "a thread may hold its lines");
	is_text(bytes_of(text_of(path)),
		"<6>loop     msg=1\n<6>other    msg=2\n<6>loop     msg=3\n<3>loop     msg=4\n"
		"<6>loop     msg=5\n",
		"in order, errors and other threads' lines at once, and until it flushes");
	is_int(run_with_stderr(path, true, lose_held_lines), 0, "held lines that are lost count");
	is_text(bytes_of(text_of(path)), "<6>loop     msg=3\n<3>log      event=lost lines=2\n",
		"and are told of");
}

int main(void)
{
	plan(0);
	test_sink();
	test_levels();
	test_stderr();
	test_full_disk();
	test_hold();
	return done_testing();
}
