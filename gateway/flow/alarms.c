/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/alarms.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "parsers/err.h"

struct alarms {
	struct core *core;
	struct alarm list[ALARMS_MAX]; /* oldest first */
	size_t n;
};

int alarms_new(struct core *core, struct alarms **a_out)
{
	struct alarms *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return ERR_NOMEM;
	a->core = core;
	*a_out = a;
	return ERR_OK;
}

void alarms_free(struct alarms **a)
{
	free(*a);
	*a = NULL;
}

static struct alarm *find(struct alarms *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->list[i].name, name) == 0)
			return &a->list[i];
	}
	return NULL;
}

static void put(struct alarms *a, const char *name, struct wall until, const char *format,
		va_list ap) __attribute__((format(printf, 4, 0)));

static void put(struct alarms *a, const char *name, struct wall until, const char *format,
		va_list ap)
{
	char text[sizeof(a->list[0].text)];
	struct alarm *alarm = find(a, name);

	(void)vsnprintf(text, sizeof(text), format, ap);
	if (alarm == NULL && a->n == ALARMS_MAX) {
		log_error("alarm", "event=not_shown name=%s text=\"%s\"", name, text);
		return;
	}
	if (alarm == NULL) {
		alarm = &a->list[a->n++];
		alarm->since = a->core->host->wall(a->core->host);
		(void)snprintf(alarm->name, sizeof(alarm->name), "%s", name);
		log_warning("alarm", "event=raised name=%s text=\"%s\"", name, text);
	}
	alarm->until = until;
	memcpy(alarm->text, text, sizeof(text));
}

void alarm_raise(struct alarms *a, const char *name, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put(a, name, (struct wall){ 0 }, format, ap);
	va_end(ap);
}

void alarm_note(struct alarms *a, const char *name, const char *format, ...)
{
	struct wall now = a->core->host->wall(a->core->host);
	va_list ap;

	va_start(ap, format);
	put(a, name, (struct wall){ now.ms + ALARM_NOTE_MS }, format, ap);
	va_end(ap);
}

static void drop(struct alarms *a, struct alarm *alarm)
{
	size_t behind = a->n - (size_t)(alarm - a->list) - 1;

	log_info("alarm", "event=cleared name=%s", alarm->name);
	memmove(alarm, alarm + 1, behind * sizeof(*alarm));
	a->n--;
}

void alarm_clear(struct alarms *a, const char *name)
{
	struct alarm *alarm = find(a, name);

	if (alarm != NULL)
		drop(a, alarm);
}

void alarms_expire(struct alarms *a, struct wall now)
{
	for (size_t i = a->n; i-- > 0;) {
		if (a->list[i].until.ms != 0 && a->list[i].until.ms <= now.ms)
			drop(a, &a->list[i]);
	}
}

size_t alarms_count(const struct alarms *a)
{
	return a->n;
}

const struct alarm *alarms_at(const struct alarms *a, size_t i)
{
	return &a->list[i];
}
