/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alarms - what a person must know of: named, with since and words; shown in
 * status and on /health, logged when raised and when cleared.
 */
#ifndef GATEWAY_FLOW_ALARMS_H
#define GATEWAY_FLOW_ALARMS_H

#include "gateway/flow/core.h"

#define ALARMS_MAX 64
/* A day: whoever looks once a morning sees it. */
#define ALARM_NOTE_MS DAY_MS

struct alarm {
	struct wall since;
	char name[64]; /* "late-cases" "channel-down:kannel" "budget-hour" … */
	char text[256];
	struct wall until; /* 0: until it is cleared */
};

int alarms_new(struct core *core, struct alarms **a_out);
void alarms_free(struct alarms **a);
/* Raised again only changes the words. */
void alarm_raise(struct alarms *a, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Something that happened and that nobody will clear: shown for ALARM_NOTE_MS after the last time. */
void alarm_note(struct alarms *a, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void alarms_expire(struct alarms *a, struct wall now);
void alarm_clear(struct alarms *a, const char *name);
size_t alarms_count(const struct alarms *a);
const struct alarm *alarms_at(const struct alarms *a, size_t i);

#endif
