/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/fill.h"

#include <string.h>

#include "conf/limits.h"
#include "conf/schema.h"
#include "conf/value.h"
#include "parsers/err.h"

#define WHY_MAX 1024
/* A channel's name stands in logs, contacts and the store's keys. */
#define CHANNEL_NAME_MAX 32
#define DEFAULT_CHANNEL  "simulator"

struct fill {
	struct conf *conf;
	const struct load_ini *ini;
	struct faults *faults;
	struct value_into into;
	bool is_bare; /* no file: nothing can be missing */
};

static struct fault at_entry(const struct fill *f, const struct load_entry *e)
{
	return (struct fault){
		.file = f->ini->file, .line = e->line, .section = e->section, .key = e->key
	};
}

static int put(struct fill *f, const struct conf_key *key, struct bytes text, struct fault where)
{
	struct strbuf why = strbuf_in(f->conf->arena, WHY_MAX);
	int err = value_put(key, text, &f->into, &why);

	if (err != ERR_INVALID)
		return err;
	faults_add(f->faults, where, "%s", strbuf_text(&why));
	return ERR_OK;
}

static void miss(struct fill *f, const struct conf_key *key, struct bytes section)
{
	struct strbuf words = strbuf_in(f->conf->arena, WHY_MAX);
	const struct load_entry *header = load_find(f->ini, section, NULL);
	struct fault where = { .file = f->ini->file,
			       .line = header == NULL ? 0 : header->line,
			       .section = section,
			       .key = bytes_of(key->name) };

	if (f->is_bare)
		return;
	schema_put_expected(key, &words);
	if (key->example != NULL)
		strbuf_addf(&words, ", such as %s", key->example);
	faults_add(f->faults, where, "is missing; write %s = %s", key->name, strbuf_text(&words));
}

/* One key of one section: what was written, else the default. */
static int fill_key(struct fill *f, const struct conf_key *key, struct bytes section)
{
	const struct load_entry *e = load_find(f->ini, section, key->name);

	if (e != NULL && e->value == NULL)
		return ERR_OK; /* its line is a fault already */
	if (e != NULL)
		return put(f, key, bytes_of(e->value), at_entry(f, e));
	if (key->standard != NULL)
		return put(f, key, bytes_of(key->standard),
			   (struct fault){ .section = section, .key = bytes_of(key->name) });
	miss(f, key, section);
	return ERR_OK;
}

/* These two say what the other keys of a channel are, so fill_type() has judged them already. */
static bool is_type_key(const struct conf_key *key)
{
	return strcmp(key->name, "type") == 0 || strcmp(key->name, "link") == 0;
}

static int fill_keys(struct fill *f, const struct conf_section *section, struct bytes name,
		     unsigned in)
{
	int err = ERR_OK;

	for (size_t i = 0; i < section->n_keys && err == ERR_OK; i++) {
		const struct conf_key *key = &section->keys[i];

		if ((key->in == 0 || (key->in & in) != 0) && !is_type_key(key))
			err = fill_key(f, key, name);
	}
	return err;
}

/* A key of the schema that stands where it does nothing. */
static void complain_misplaced(struct fill *f, const struct conf_key *key,
			       const struct load_entry *e, unsigned in)
{
	struct fault where = at_entry(f, e);

	/* Who tries the other link keeps the keys of both; who sets host for a simulator is mistaken. */
	where.is_warning = (in & IN_KANNEL) != 0 && (key->in & IN_KANNEL) != 0;
	faults_add(f->faults, where, "has no effect with %s; it belongs to %s", schema_in_words(in),
		   schema_in_words(key->in));
}

static void check_known(struct fill *f, const struct conf_section *section,
			const struct load_entry *e, unsigned in)
{
	const struct conf_key *key = schema_key(section, e->key, in);
	const char *near;

	if (key != NULL && (key->in == 0 || (key->in & in) != 0))
		return;
	if (key != NULL) {
		complain_misplaced(f, key, e, in);
		return;
	}
	near = schema_nearest_key(section, e->key, in);
	if (near != NULL)
		faults_add(f->faults, at_entry(f, e), "is no known key; did you mean %s?", near);
	else
		faults_add(f->faults, at_entry(f, e), "is no known key; odziv.ini(5) lists them");
}

static void check_keys_known(struct fill *f, const struct conf_section *section, struct bytes name,
			     unsigned in)
{
	for (size_t i = 0; i < f->ini->n; i++) {
		const struct load_entry *e = &f->ini->entries[i];

		if (e->key.len > 0 && bytes_eq(e->section, name))
			check_known(f, section, e, in);
	}
}

unsigned fill_channel_in(const struct conf_channel *channel)
{
	if (channel->type == CHANNEL_SIMULATOR)
		return IN_SIMULATOR;
	if (channel->type == CHANNEL_MAIL)
		return IN_MAIL;
	if (channel->type == CHANNEL_SMPP)
		return IN_SMPP;
	return channel->link == LINK_BOX ? IN_BOX : IN_HTTP;
}

/* Says which keys the section has before any of them is judged. False: its type is a fault. */
static int fill_type(struct fill *f, struct bytes name, struct conf_channel *channel,
		     bool *is_known_out)
{
	size_t before = f->faults->n_errors;
	int err = fill_key(f, schema_key(&schema_channel, bytes_of("type"), IN_ALL), name);

	*is_known_out = f->faults->n_errors == before;
	if (err != ERR_OK || !*is_known_out || channel->type != CHANNEL_KANNEL)
		return err;
	err = fill_key(f, schema_key(&schema_channel, bytes_of("link"), IN_KANNEL), name);
	*is_known_out = f->faults->n_errors == before;
	return err;
}

static int fill_channel(struct fill *f, const struct load_entry *header)
{
	struct conf_channel *channel = &f->conf->channels[f->conf->n_channels];
	bool is_known = false;
	unsigned in;
	int err;

	if (f->conf->n_channels == CONF_CHANNELS_MAX || header->section.len > CHANNEL_NAME_MAX) {
		faults_add(f->faults, at_entry(f, header),
			   "there may be %d channels, with names of at most %d octets",
			   CONF_CHANNELS_MAX, CHANNEL_NAME_MAX);
		return ERR_OK;
	}
	channel->name = arena_str(f->conf->arena, header->section);
	if (channel->name == NULL)
		return ERR_NOMEM;
	f->conf->n_channels++;
	f->into.base = channel;
	err = fill_type(f, header->section, channel, &is_known);
	in = is_known ? fill_channel_in(channel) : IN_ALL;
	check_keys_known(f, &schema_channel, header->section, in);
	return err == ERR_OK && is_known ? fill_keys(f, &schema_channel, header->section, in) : err;
}

static void complain_section(struct fill *f, const struct load_entry *header)
{
	const char *near = schema_nearest_section(header->section);

	if (near != NULL)
		faults_add(f->faults, at_entry(f, header),
			   "is no known section; did you mean [%s]?", near);
	else
		faults_add(f->faults, at_entry(f, header),
			   "is neither a known section nor a channel; a channel needs type = "
			   "kannel, type = smpp, type = mail or type = simulator");
}

/* A section with a type is a channel; one without may be a slip of the pen. */
static int fill_other_section(struct fill *f, const struct load_entry *header)
{
	if (schema_section(header->section) != NULL)
		return ERR_OK;
	if (load_find(f->ini, header->section, "type") != NULL)
		return fill_channel(f, header);
	complain_section(f, header);
	return ERR_OK;
}

/* Without any channel the daemon still is a whole: the phone network is inside. */
static int fill_default_channel(struct fill *f)
{
	struct conf_channel *channel = &f->conf->channels[0];

	*channel = (struct conf_channel){ .name = DEFAULT_CHANNEL, .type = CHANNEL_SIMULATOR };
	f->conf->n_channels = 1;
	f->into.base = channel;
	return fill_keys(f, &schema_channel, bytes_of(DEFAULT_CHANNEL), IN_SIMULATOR);
}

static int fill_channels(struct fill *f)
{
	size_t before = f->faults->n_errors;
	int err = ERR_OK;

	for (size_t i = 0; i < f->ini->n && err == ERR_OK; i++) {
		if (f->ini->entries[i].key.len == 0)
			err = fill_other_section(f, &f->ini->entries[i]);
	}
	if (err == ERR_OK && f->conf->n_channels == 0 && f->faults->n_errors == before)
		err = fill_default_channel(f);
	return err;
}

int fill_conf(struct conf *conf, const struct load_ini *ini, const char *dir, struct faults *faults)
{
	struct fill f = { .conf = conf,
			  .ini = ini,
			  .faults = faults,
			  .into = { .base = conf,
				    .dir = dir,
				    .arena = conf->arena,
				    .without_secrets = conf->without_secrets },
			  .is_bare = ini->file.len == 0 };
	int err = ERR_OK;

	for (size_t i = 0; i < SCHEMA_SECTIONS && err == ERR_OK; i++) {
		struct bytes name = bytes_of(schema_sections[i].name);

		err = fill_keys(&f, &schema_sections[i], name, 0);
		if (err == ERR_OK)
			check_keys_known(&f, &schema_sections[i], name, 0);
	}
	return err == ERR_OK ? fill_channels(&f) : err;
}
