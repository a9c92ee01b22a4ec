/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log - one event, one line, the ids first: time, level, component, key=value pairs.
 *
 * Its target and level are the program's only writable globals besides those
 * that libraries impose. Any thread; a line is one write, but for those of a
 * thread that holds its lines. No message text, no secret, shortened numbers only.
 */
#ifndef CONF_LOG_H
#define CONF_LOG_H

#include <stdbool.h>

#include "parsers/clock.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* stderr from the start at info; under systemd (JOURNAL_STREAM) lines carry <3> prefixes and no time. */
void log_set_level(enum log_level level);
int log_level_parse(const char *name, enum log_level *level_out);
/* For tests and the simulation: lines go to fn instead (NULL: stderr again). */
typedef void log_sink_fn(enum log_level level, const char *line, void *ctx);
void log_set_sink(log_sink_fn *fn, void *ctx);

/*
 * From now on what this thread says of level info and debug waits for log_flush(), or for a line
 * that can't wait: of the loop, which calls it before it sleeps. false: no more.
 */
void log_hold(bool is_on);
void log_flush(void);
/* Writes what is held, from the handler of a signal that ends us. */
void log_last_words(void);

/* Lines that couldn't be written since the start (a full disk); the next line that gets through says so too. */
unsigned long long log_lost(void);

/* Whoever passes outside text may rely on it: control characters become '?', so an event stays one line. */
void log_line(enum log_level level, const char *component, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
#define log_error(component, ...)   log_line(LOG_LEVEL_ERROR, component, __VA_ARGS__)
#define log_warning(component, ...) log_line(LOG_LEVEL_WARNING, component, __VA_ARGS__)
#define log_info(component, ...)    log_line(LOG_LEVEL_INFO, component, __VA_ARGS__)
#define log_debug(component, ...)   log_line(LOG_LEVEL_DEBUG, component, __VA_ARGS__)

/* Says why and ends the process at once (abort is not used: no core with citizens' data). Exit status 1. */
void die(const char *component, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
