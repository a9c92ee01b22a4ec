/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/utf8.h"

/* The journal and syslog take longer lines, but a person reads them: more is a mistake of ours. */
#define LOG_LINE_MAX 2048
/* The time, the level and the line end, which stand outside LOG_LINE_MAX. */
#define LOG_FRAME_MAX 64
/* "2026-11-26T14:00:00" */
#define TIME_SECONDS 19
/* More than a turn of the loop says under load. */
#define HELD_MAX (32 * 1024)

static const struct {
	const char *name;
	const char *journal; /* sd-daemon(3): the priority in front of a line */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", "<3>" },
	[LOG_LEVEL_WARNING] = { "warning", "<4>" },
	[LOG_LEVEL_INFO] = { "info", "<6>" },
	[LOG_LEVEL_DEBUG] = { "debug", "<7>" },
};

/* The log's target and level: process-wide on purpose, so that any thread and any file can speak. */
static atomic_int level_now = LOG_LEVEL_INFO;
static log_sink_fn *sink;
static void *sink_ctx;
static atomic_ullong lines_lost;
static atomic_ullong lines_lost_told;
static bool is_journal;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* systemd.exec(5): JOURNAL_STREAM is inherited by children too, so stderr must really be that stream. */
static void find_target(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev;
	unsigned long long ino;
	struct stat st;

	is_journal = stream != NULL && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
		     fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

void log_set_level(enum log_level level)
{
	atomic_store(&level_now, (int)level);
}

int log_level_parse(const char *name, enum log_level *level_out)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (strcmp(name, levels[i].name) == 0) {
			*level_out = (enum log_level)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

void log_set_sink(log_sink_fn *fn, void *ctx)
{
	sink = fn;
	sink_ctx = ctx;
}

unsigned long long log_lost(void)
{
	return atomic_load(&lines_lost);
}

static bool write_all(const char *buf, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDERR_FILENO, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		buf += n;
		len -= (size_t)n;
	}
	return true;
}

/* What the holding thread said and nobody wrote yet; whoever touches it has the lock. */
static struct {
	pthread_mutex_t lock;
	bool is_on;
	pthread_t holder;
	char lines[HELD_MAX];
	size_t len;
	unsigned n;
} held = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool write_held(void)
{
	bool is_written = held.len == 0 || write_all(held.lines, held.len);

	if (!is_written)
		atomic_fetch_add(&lines_lost, held.n);
	held.len = 0;
	held.n = 0;
	return is_written;
}

static bool may_wait(enum log_level level)
{
	return held.is_on && level >= LOG_LEVEL_INFO && pthread_equal(pthread_self(), held.holder);
}

/* Lines of several threads don't mix, and none overtakes one that stands before it. */
static bool put_line(enum log_level level, const char *line, size_t len)
{
	bool is_written = true;

	pthread_mutex_lock(&held.lock);
	if (!may_wait(level) || held.len + len > sizeof(held.lines))
		is_written = write_held();
	if (may_wait(level)) {
		memcpy(held.lines + held.len, line, len);
		held.len += len;
		held.n++;
	} else {
		is_written = write_all(line, len);
		if (!is_written)
			atomic_fetch_add(&lines_lost, 1);
	}
	pthread_mutex_unlock(&held.lock);
	return is_written;
}

static size_t put_time(char *buf, size_t cap)
{
	struct timespec ts;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	return strftime(buf, cap, "%Y-%m-%dT%H:%M:%S", &tm) +
	       (size_t)snprintf(buf + TIME_SECONDS, cap - TIME_SECONDS, ".%03dZ ",
				(int)(ts.tv_nsec / 1000000));
}

static bool write_line(enum log_level level, const char *text, size_t len)
{
	const char *name = is_journal ? levels[level].journal : levels[level].name;
	char buf[LOG_FRAME_MAX + LOG_LINE_MAX];
	size_t n = is_journal ? 0 : put_time(buf, LOG_FRAME_MAX);

	memcpy(buf + n, name, strlen(name));
	n += strlen(name);
	if (!is_journal)
		buf[n++] = ' ';
	memcpy(buf + n, text, len);
	n += len;
	buf[n++] = '\n';
	return put_line(level, buf, n);
}

/* A full disk takes the log too: what is missing is counted, and said as soon as a line gets through. */
static void tell_lost(void)
{
	unsigned long long lost = atomic_load(&lines_lost);
	unsigned long long told = atomic_exchange(&lines_lost_told, lost);
	char text[LOG_FRAME_MAX];

	if (lost <= told)
		return;
	snprintf(text, sizeof(text), "%-8s event=lost lines=%llu", "log", lost - told);
	write_line(LOG_LEVEL_ERROR, text, strlen(text));
}

/* Also the second row of controls, whatever breaks a line elsewhere, and what turns the way of reading. */
static bool is_dangerous(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

static bool is_plain(const char *text)
{
	while (*text >= 0x20 && *text < 0x7f)
		text++;
	return *text == '\0';
}

/* Whoever sends us a line end or an escape must not write our log: an event stays one line of text. */
static void make_one_line(char *text)
{
	struct rd r = rd_of(bytes_of(text));
	const uint8_t *at = r.ptr;
	size_t len = 0;
	uint32_t cp;

	if (is_plain(text))
		return;
	for (; utf8_next(&r, &cp); at = r.ptr) {
		size_t octets = (size_t)(r.ptr - at);

		if (is_dangerous(cp) || (cp == UTF8_REPLACEMENT && octets == 1)) {
			text[len++] = '?';
			continue;
		}
		memmove(text + len, at, octets);
		len += octets;
	}
	text[len] = '\0';
}

static void log_va(enum log_level level, const char *component, const char *format, va_list ap)
	__attribute__((format(printf, 3, 0)));

static void log_va(enum log_level level, const char *component, const char *format, va_list ap)
{
	char text[LOG_LINE_MAX];
	size_t head = (size_t)snprintf(text, sizeof(text), "%-8.32s ", component);
	int len = vsnprintf(text + head, sizeof(text) - head, format, ap);

	if (len < 0)
		return;
	if ((size_t)len >= sizeof(text) - head)
		text[utf8_cut(bytes_of(text), strlen(text)).len] = '\0';
	make_one_line(text);
	if (sink != NULL) {
		sink(level, text, sink_ctx);
		return;
	}
	pthread_once(&once, find_target);
	if (write_line(level, text, strlen(text)))
		tell_lost();
}

void log_hold(bool is_on)
{
	pthread_mutex_lock(&held.lock);
	(void)write_held(); /* what is lost is counted */
	held.is_on = is_on;
	held.holder = pthread_self();
	pthread_mutex_unlock(&held.lock);
}

void log_flush(void)
{
	pthread_mutex_lock(&held.lock);
	(void)write_held(); /* what is lost is counted */
	pthread_mutex_unlock(&held.lock);
}

void log_last_words(void)
{
	(void)write_all(held.lines, held.len); /* the process ends */
}

void log_line(enum log_level level, const char *component, const char *format, ...)
{
	va_list ap;

	if ((int)level > atomic_load(&level_now))
		return;
	va_start(ap, format);
	log_va(level, component, format, ap);
	va_end(ap);
}

void die(const char *component, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_va(LOG_LEVEL_ERROR, component, format, ap);
	va_end(ap);
	_exit(EXIT_FAILURE);
}
