/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/schema.h"

#include <inttypes.h>
#include <stddef.h>

#include "conf/conf.h"
#include "conf/limits.h"
#include "parsers/faults.h"

static const char *const unsure_names[] = {
	[UNSURE_RESEND] = "resend", [UNSURE_HOLD] = "hold", NULL
};
static const char *const level_names[] = { "error", "warning", "info", "debug", NULL };

#define AT(field) .at = offsetof(struct conf, field)
#define GIB       (UINT64_C(1024) * MIB)

/* clang-format off */
static const struct conf_key odziv_keys[] = {
	{ "profile",   KIND_PROFILE,  NULL,   1, 4095, AT(profile_dir),
	  .doc = "The town: a folder beside this file, a path, or the name of an installed profile.",
	  .example = "stara-pazova" },
	{ "state_dir", KIND_PATH,     NULL,   1, 4000, AT(state_dir),
	  .doc = "The folder of the store. Only this instance may use it.",
	  .example = STATE_DIR "/stara-pazova" },
	{ "instance",  KIND_NAME,     "",     0, 64,   AT(instance),
	  .doc = "The name of this instance. Empty: the name of the profile's folder. Never change it once cases exist." },
	{ "control",   KIND_PATH,     "",     0, 4095, AT(control_path),
	  .doc = "The socket that odziv(1) speaks to. Empty: control.sock in state_dir. An installed instance has "
		 "/run/odziv/NAME/control.sock.",
	  .example = RUN_DIR "/stara-pazova/control.sock" },
	{ "training",  KIND_BOOL,     "no",   0, 0,    AT(training),
	  .doc = "With yes everything is decided and kept, and nothing is sent." },
	{ "log_level", KIND_WORD,     "info", 0, 0,    AT(log_level), .choices = level_names,
	  .doc = "How much is said: error is what a person must act on." },
};

static const struct conf_key store_keys[] = {
	{ "map_size",            KIND_SIZE, "1G",  MIB, 1024 * GIB, AT(map_bytes),
	  .doc = "The store's file, allocated in full. A reload may enlarge it, nothing makes it smaller." },
	{ "min_free",            KIND_SIZE, "64M", 0,   1024 * GIB, AT(min_free_bytes),
	  .doc = "Below this much free disk no new messages are taken; answers and closing go on." },
	{ "intake_stop_percent", KIND_UINT, "85",  10,  95,         AT(intake_stop_percent),
	  .doc = "When this much of map_size is used no new messages are taken; answers and closing go on." },
};

static const struct conf_key desk_keys[] = {
	{ "part_wait",       KIND_DURATION, "5m",     1000,      HOUR_MS,     AT(part_wait_ms),
	  .doc = "How long we wait for the missing part of a long text, after the last part that came." },
	{ "question_wait",   KIND_DURATION, "72h",    MINUTE_MS, 30 * DAY_MS, AT(question_wait_ms),
	  .doc = "How long a further text may be the answer to a question of ours." },
	{ "validity",        KIND_DURATION, "48h",    MINUTE_MS, 14 * DAY_MS, AT(validity_ms),
	  .doc = "A reply that couldn't leave within this time is cancelled, and staff hear of it." },
	{ "unsure_wait",     KIND_DURATION, "5m",     1000,      DAY_MS,      AT(unsure_wait_ms),
	  .doc = "How long a receipt may still settle a reply of which nobody knows whether it left." },
	{ "on_unsure",       KIND_CHOICE,   "resend", 0,         0,           AT(on_unsure), .choices = unsure_names,
	  .doc = "What then becomes of it: sent again (a citizen may get it twice), or held until a person decides. With hold fewer "
		 "replies are made ready beforehand: sending is slower, and a crash leaves less to decide." },
	{ "quiet_from",      KIND_UINT,     "22",     0,         23,          AT(quiet_from_h),
	  .doc = "The local hour from which texts that can wait are held: reminders, surveys, notices. Equal to quiet_to: never." },
	{ "quiet_to",        KIND_UINT,     "7",      0,         23,          AT(quiet_to_h),
	  .doc = "The local hour at which they leave." },
	{ "late_notice",     KIND_UINT,     "8",      0,         23,          AT(late_notice_h),
	  .doc = "The local hour of the coordinator's daily text about late cases." },
	{ "plain",           KIND_BOOL,     "yes",    0,         0,           AT(plain),
	  .doc = "Texts in Latin script leave without diacritics: 160 characters a segment, not 70." },
	{ "sms_price",       KIND_TEXT,     "",       0,         64,          AT(sms_price),
	  .doc = "What a text costs the citizen, in words for HELP. Empty: nobody gave it." },
	{ "answer_prefixes", KIND_PREFIXES, "+3816",  1,         CONF_PREFIXES_MAX, AT(answer_prefixes),
	  .n_at = offsetof(struct conf, n_answer_prefixes),
	  .doc = "The beginnings of numbers that are answered, separated by commas. Texts of others are kept and shown." },
};

static const struct conf_key budget_keys[] = {
	{ "auto_replies_hour",    KIND_UINT,  "20",    0, 1000000, AT(budget.auto_replies_hour),
	  .doc = "Automatic replies to one contact in an hour. 0: no limit, as in the next ones." },
	{ "segments_day",         KIND_UINT,  "60",    0, 1000000, AT(budget.segments_day),
	  .doc = "Segments to one contact in a day." },
	{ "prefix_segments_hour", KIND_UINT,  "0",     0, 1000000, AT(budget.prefix_segments_hour),
	  .doc = "Segments in an hour to all numbers of one of the answer_prefixes." },
	{ "segments_hour",        KIND_UINT,  "1000",  0, 1000000, AT(budget.segments_hour),
	  .doc = "Segments of the whole instance in an hour." },
	{ "segments_day_all",     KIND_UINT,  "10000", 0, 10000000, AT(budget.segments_day_all),
	  .doc = "Segments of the whole instance in a day." },
	{ "budget_month",         KIND_MONEY, "0",     0, UINT64_C(100000000000), AT(budget.money_month),
	  .doc = "Money of the whole instance in a month, in the currency of price_segment." },
	{ "price_segment",        KIND_MONEY, "0",     0, 1000000, AT(budget.price_segment),
	  .doc = "What one segment costs the town hall." },
	{ "budget_hard",          KIND_BOOL,  "no",    0, 0,       AT(budget.hard),
	  .doc = "With no, what is over the instance's budget leaves and raises an alarm; with yes it waits. Over a contact's "
		 "budget a reply always waits." },
};

static const struct conf_key http_keys[] = {
	{ "http_listen", KIND_LISTEN, "", 0, 64, AT(http_listen),
	  .doc = "Address and port of /health, /metrics and Kannel's callbacks, such as 127.0.0.1:8080. Keep it private. "
		 "Empty: none." },
};

#define SECTION(title, table, words) { .name = title, .keys = table, .n_keys = ARRAY_LEN(table), .doc = words }

const struct conf_section schema_sections[SCHEMA_SECTIONS] = {
	SECTION("odziv",  odziv_keys,  "The instance."),
	SECTION("store",  store_keys,  "What survives a crash."),
	SECTION("desk",   desk_keys,   "How messages are answered."),
	SECTION("budget", budget_keys, "What bounds the texts that we send. Each budget raises an alarm when it is used up; what is over it is kept and shown."),
	SECTION("http",   http_keys,   "The private port."),
};
/* clang-format on */

const struct conf_section *schema_section(struct bytes name)
{
	for (size_t i = 0; i < SCHEMA_SECTIONS; i++) {
		if (bytes_is(name, schema_sections[i].name))
			return &schema_sections[i];
	}
	return NULL;
}

const struct conf_key *schema_key(const struct conf_section *section, struct bytes name,
				  unsigned in)
{
	const struct conf_key *elsewhere = NULL;

	for (size_t i = 0; i < section->n_keys; i++) {
		const struct conf_key *key = &section->keys[i];

		if (!bytes_is(name, key->name))
			continue;
		if (key->in == 0 || (key->in & in) != 0)
			return key;
		if (elsewhere == NULL)
			elsewhere = key;
	}
	return elsewhere;
}

const char *schema_nearest_key(const struct conf_section *section, struct bytes name, unsigned in)
{
	const char *names[SCHEMA_CHANNEL_KEYS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < section->n_keys && n < SCHEMA_CHANNEL_KEYS_MAX; i++) {
		if (section->keys[i].in == 0 || (section->keys[i].in & in) != 0)
			names[n++] = section->keys[i].name;
	}
	return faults_nearest(name, names, n);
}

const char *schema_nearest_section(struct bytes name)
{
	const char *names[SCHEMA_SECTIONS];

	for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
		names[i] = schema_sections[i].name;
	return faults_nearest(name, names, SCHEMA_SECTIONS);
}

const char *schema_in_words(unsigned in)
{
	switch (in) {
	case IN_SIMULATOR: return "type = simulator";
	case IN_KANNEL: return "type = kannel";
	case IN_BOX: return "link = box";
	case IN_HTTP: return "link = http";
	case IN_SMPP: return "type = smpp";
	case IN_NETWORK: return "type = kannel or smpp";
	case IN_PHONE: return "type = kannel, smpp or simulator";
	case IN_ALL & ~IN_SMPP: return "type = kannel, mail or simulator";
	case IN_MAIL: return "type = mail";
	}
	return NULL;
}

struct unit {
	uint64_t size;
	const char *name;
};

/* The largest unit that divides it, as an operator would write it. */
static void put_in_units(uint64_t value, const struct unit *units, struct strbuf *out)
{
	while (units->size > 1 && (value == 0 || value % units->size != 0))
		units++;
	strbuf_addf(out, "%" PRIu64 "%s", value / units->size, units->name);
}

static const struct unit durations[] = {
	{ DAY_MS, "d" }, { HOUR_MS, "h" }, { MINUTE_MS, "m" }, { SECOND_MS, "s" }, { 1, "ms" },
};
static const struct unit sizes[] = { { GIB, "G" }, { MIB, "M" }, { KIB, "K" }, { 1, "" } };

static void put_range(const struct conf_key *key, const char *what, const struct unit *units,
		      struct strbuf *out)
{
	strbuf_addf(out, "%s from ", what);
	put_in_units(key->min, units, out);
	strbuf_adds(out, " to ");
	put_in_units(key->max, units, out);
}

static void put_number(const struct conf_key *key, const char *words, struct strbuf *out)
{
	put_range(key, words, &sizes[ARRAY_LEN(sizes) - 1], out);
}

static void put_duration(const struct conf_key *key, const char *words, struct strbuf *out)
{
	put_range(key, words, durations, out);
}

static void put_size(const struct conf_key *key, const char *words, struct strbuf *out)
{
	put_range(key, words, sizes, out);
}

static void put_money(const struct conf_key *key, const char *words, struct strbuf *out)
{
	strbuf_addf(out, "%s, at most %" PRIu64, words, key->max / 100);
}

static void put_choices(const struct conf_key *key, const char *words, struct strbuf *out)
{
	(void)words;
	for (size_t i = 0; key->choices[i] != NULL; i++) {
		if (i > 0)
			strbuf_adds(out, key->choices[i + 1] == NULL ? " or " : ", ");
		strbuf_adds(out, key->choices[i]);
	}
}

static void put_list(const struct conf_key *key, const char *words, struct strbuf *out)
{
	strbuf_addf(out, "a list of at most %" PRIu64 " %s", key->max, words);
}

static void put_at_most(const struct conf_key *key, const char *words, struct strbuf *out)
{
	strbuf_addf(out, "at most %" PRIu64 " %s", key->max, words);
}

static void put_words(const struct conf_key *key, const char *words, struct strbuf *out)
{
	(void)key;
	strbuf_adds(out, words);
}

/* clang-format off */
static const struct {
	void (*put)(const struct conf_key *key, const char *words, struct strbuf *out);
	const char *words;
} expected[] = {
	[KIND_TEXT]     = { put_at_most,  "octets of text" },
	[KIND_NAME]     = { put_at_most,  "letters, digits, '.', '_' and '-'" },
	[KIND_DIGITS]   = { put_at_most,  "digits" },
	[KIND_SENDER]   = { put_words,    "a number of at most 15 digits or a name of at most 11 letters and digits" },
	[KIND_UINT]     = { put_number,   "a whole number" },
	[KIND_DURATION] = { put_duration, "a duration (30s, 5m, 4h, 2d)" },
	[KIND_SIZE]     = { put_size,     "a size (64K, 8M, 1G)" },
	[KIND_MONEY]    = { put_money,    "an amount such as 3.60" },
	[KIND_BOOL]     = { put_words,    "yes or no" },
	[KIND_CHOICE]   = { put_choices,  NULL },
	[KIND_WORD]     = { put_choices,  NULL },
	[KIND_PREFIXES] = { put_list,     "beginnings of numbers such as +3816, +38760" },
	[KIND_PEERS]    = { put_list,     "addresses such as 127.0.0.1, ::1" },
	[KIND_LISTEN]   = { put_words,    "ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080" },
	[KIND_HOST]     = { put_words,    "a host's name or address" },
	[KIND_URL]      = { put_words,    "a URL that begins with http:// or https://" },
	[KIND_PATH]     = { put_words,    "a path, relative to the folder of this file" },
	[KIND_PROFILE]  = { put_words,    "a profile's folder or the name of an installed profile" },
	[KIND_ADDRESS]  = { put_words,    "a mail address such as kontakt@opstina.example" },
	[KIND_HOSTS]    = { put_list,     "names of hosts such as mx1.opstina.example" },
	[KIND_ENDPOINTS] = { put_list,    "hosts with their ports such as smsc.example:2775" },
	[KIND_STATUSES] = { put_list,     "statuses such as 0x45 or 0x400-0x4ff" },
	[KIND_SECRET]   = { put_words,    "the path of a file with one line, readable by its owner and group only" },
};
/* clang-format on */

void schema_put_expected(const struct conf_key *key, struct strbuf *out)
{
	expected[key->kind].put(key, expected[key->kind].words, out);
}
