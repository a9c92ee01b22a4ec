/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/desk.h"

#include <string.h>

#include "parsers/strbuf.h"

/* Long enough for a sentence with a case number and an address in it. */
#define NOTE_MAX 240

void desk_begin(struct desk *d, const struct conf *conf, const struct keyed_key *key,
		struct wall now, struct arena *a)
{
	arena_reset(a);
	*d = (struct desk){ .conf = conf, .key = key, .now = now, .arena = a };
}

void desk_note(struct desk *d, const char *name, const char *format, ...)
{
	struct strbuf words = strbuf_in(d->arena, NOTE_MAX);
	va_list ap;

	/* The same alarm once an application: the first words stand. */
	for (size_t i = 0; i < d->n_notes; i++) {
		if (strcmp(d->notes[i].name, name) == 0)
			return;
	}
	if (d->n_notes == DESK_NOTES_MAX)
		return;
	va_start(ap, format);
	strbuf_addv(&words, format, ap);
	va_end(ap);
	d->notes[d->n_notes++] = (struct desk_note){ .name = name, .words = strbuf_bytes(&words) };
}

void desk_wake(struct desk *d, const char *channel)
{
	for (size_t i = 0; i < d->n_wake; i++) {
		if (strcmp(d->wake[i], channel) == 0)
			return;
	}
	if (d->n_wake < CONF_CHANNELS_MAX)
		d->wake[d->n_wake++] = channel;
}

static const struct conf_channel *first_channel(const struct conf *conf, bool is_mail)
{
	for (size_t i = 0; i < conf->n_channels; i++)
		if ((conf->channels[i].type == CHANNEL_MAIL) == is_mail)
			return &conf->channels[i];
	return NULL;
}

const struct conf_channel *desk_sms_channel(const struct conf *conf)
{
	return first_channel(conf, false);
}

const struct conf_channel *desk_mail_channel(const struct conf *conf)
{
	return first_channel(conf, true);
}

struct tongue desk_tongue(uint32_t language, uint32_t script, const struct profile *p)
{
	struct tongue t = { .language = (enum language)language, .script = (enum script)script };

	if (language == LANG_NONE || language >= LANG_COUNT)
		return p->tongue;
	/* Only Serbian is answered in two scripts; everybody else reads Latin. */
	if (t.language != LANG_SR || script == SCRIPT_NONE)
		t.script = SCRIPT_LATN;
	return t;
}
