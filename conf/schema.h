/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * schema - the one table of all settings: name, kind, default, range, place, words.
 *
 * The loader, the checker, the sample and odziv.ini(5) read it, so a setting
 * can't exist in only some of them. What a text of each kind means is in
 * conf/value.c.
 */
#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include "parsers/bytes.h"
#include "parsers/strbuf.h"

/* How a value is written, and what it becomes at its place. */
enum conf_kind {
	KIND_TEXT,      /* min to max octets; const char * */
	KIND_NAME,      /* letters, digits, '.', '_', '-'; const char * */
	KIND_DIGITS,    /* min to max digits; const char * */
	KIND_SENDER,    /* a short code, number or name that texts leave from; const char * */
	KIND_UINT,      /* unsigned */
	KIND_DURATION,  /* int64_t, milliseconds; so are min and max */
	KIND_SIZE,      /* uint64_t, octets; so are min and max */
	KIND_MONEY,     /* uint64_t, hundredths; so are min and max */
	KIND_BOOL,      /* bool */
	KIND_CHOICE,    /* an enum whose values are the places in choices */
	KIND_WORD,      /* one of choices as text; const char * */
	KIND_PREFIXES,  /* +381…, by commas; const char *[max] and size_t at n_at */
	KIND_PEERS,     /* IP addresses, by commas; const char *[max] and size_t at n_at */
	KIND_LISTEN,    /* ADDRESS:PORT; const char * */
	KIND_HOST,      /* a host's name or address; const char * */
	KIND_URL,       /* http:// or https://; const char * */
	KIND_PATH,      /* relative to the ini's folder; const char * */
	KIND_PROFILE,   /* a folder, or the name of an installed profile; const char * */
	KIND_ADDRESS,   /* a mail address; const char * */
	KIND_HOSTS,     /* host names, by commas, or none; const char *[max] and size_t at n_at */
	KIND_ENDPOINTS, /* HOST:PORT, by commas; const char *[max] and size_t at n_at */
	KIND_STATUSES, /* 0x45 or 0x400-0x4ff, by commas, or none; const char *[max] and size_t at n_at */
	KIND_SECRET, /* the path of a file that others can't read; its line as const char * */
};

/* Which sections a channel's key belongs to. */
#define IN_SIMULATOR 1u
#define IN_BOX       2u
#define IN_HTTP      4u
#define IN_MAIL      8u
#define IN_SMPP      16u
#define IN_KANNEL    (IN_BOX | IN_HTTP)
#define IN_NETWORK   (IN_KANNEL | IN_SMPP)
#define IN_PHONE     (IN_SIMULATOR | IN_NETWORK)
#define IN_ALL       (IN_PHONE | IN_MAIL)

struct conf_key {
	const char *name;
	enum conf_kind kind;
	const char *standard; /* as an operator would write it; NULL: it must be given */
	uint64_t min, max;
	size_t at;   /* in struct conf, or for a channel in struct conf_channel */
	size_t n_at; /* of lists: where their length goes */
	unsigned in;
	const char *const *choices; /* ends with NULL */
	const char *doc;            /* sentences, for the sample and the manual */
	const char *example;        /* what the sample writes instead of the default, or NULL */
};

struct conf_section {
	const char *name;
	const struct conf_key *keys;
	size_t n_keys;
	const char *doc;
};

#define SCHEMA_SECTIONS 5
extern const struct conf_section schema_sections[SCHEMA_SECTIONS];
/* The table of schema_channel stands in conf/schema_channel.c. Every other section is a channel: its name is the section's. */
extern const struct conf_section schema_channel;
#define SCHEMA_CHANNEL_KEYS_MAX 100

const struct conf_section *schema_section(struct bytes name); /* NULL: none of the five */
/* The key as it is in these kinds of section, else as it is in any other; NULL: nobody knows it. */
const struct conf_key *schema_key(const struct conf_section *section, struct bytes name,
				  unsigned in);
/* The nearest known name, or NULL. */
const char *schema_nearest_key(const struct conf_section *section, struct bytes name, unsigned in);
const char *schema_nearest_section(struct bytes name);
/* The sections that a mask means: "type = kannel", or NULL when all of them. */
const char *schema_in_words(unsigned in);
/* What may be written, as in "isn't …": "a whole number from 1 to 65535", "yes or no". */
void schema_put_expected(const struct conf_key *key, struct strbuf *out);

#endif
