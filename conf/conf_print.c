/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/conf_print.h"

#include <string.h>

#include "conf/schema.h"
#include "parsers/arena.h"

/* Comments of the sample are broken before this column. */
#define COLUMNS   98
#define WORDS_MAX 512

/* The sample's channels: one that works at once, and the others to choose from. */
static const struct {
	const char *name;
	const char *type;
	const char *link; /* NULL: the type has none */
	const char *words;
	unsigned in;
	bool is_live;
} channels[] = {
	{ "simulator", "simulator", NULL,
	  "A phone network inside the daemon: odziv phone speaks to it.", IN_SIMULATOR, true },
	{ "kannel", "kannel", "box", "Kannel, with odzivd as one of its boxes.", IN_BOX, false },
	{ "shared", "kannel", "http", "Kannel, through an smsbox that others use too.", IN_HTTP,
	  false },
	{ "smpp", "smpp", NULL, "The SMSC of an operator, met directly (odziv-smpp(7)).", IN_SMPP,
	  false },
	{ "mail", "mail", NULL, "A mailbox, and the relay that our mails leave by.", IN_MAIL,
	  false },
};

/* fn gets the words of what may be written. */
static void with_expected(const struct conf_key *key, void (*fn)(FILE *out, const char *words),
			  FILE *out)
{
	struct arena *a = arena_new(2 * WORDS_MAX);
	struct strbuf words = strbuf_in(a, WORDS_MAX);

	schema_put_expected(key, &words);
	fn(out, strbuf_text(&words));
	arena_free(&a);
}

/* --- the sample --- */

static void put_comment(FILE *out, const char *text)
{
	struct bytes rest = bytes_of(text);
	struct bytes word;
	size_t column = 0;

	while (bytes_split(&rest, ' ', &word)) {
		if (column > 0 && column + 1 + word.len > COLUMNS) {
			fputc('\n', out);
			column = 0;
		}
		column += (size_t)fprintf(out, column == 0 ? "# %.*s" : " %.*s", PRI_BYTES(word));
	}
	fputc('\n', out);
}

static void put_expected_comment(FILE *out, const char *words)
{
	fprintf(out, "# Value: %s.\n", words);
}

/* A value that the scan would cut or trim needs its quotation marks. */
static const char *quote_of(const char *value)
{
	return strpbrk(value, ";#") == NULL ? "" : "\"";
}

static void put_setting(FILE *out, const char *key, const char *value, bool is_live)
{
	fprintf(out, "%s%s =%s%s%s%s\n", is_live ? "" : "#", key, value[0] == '\0' ? "" : " ",
		quote_of(value), value, quote_of(value));
}

static void put_sample_key(FILE *out, const struct conf_key *key, bool is_live)
{
	put_comment(out, key->doc);
	with_expected(key, put_expected_comment, out);
	put_setting(out, key->name, key->example != NULL ? key->example : key->standard,
		    is_live && key->example != NULL);
	fputc('\n', out);
}

static void put_sample_section(FILE *out, const struct conf_section *section)
{
	put_comment(out, section->doc);
	fprintf(out, "[%s]\n\n", section->name);
	for (size_t i = 0; i < section->n_keys; i++)
		put_sample_key(out, &section->keys[i], true);
}

static bool is_head_key(const struct conf_key *key)
{
	return strcmp(key->name, "type") == 0 || strcmp(key->name, "link") == 0;
}

static void put_sample_channel(FILE *out, size_t n)
{
	put_comment(out, channels[n].words);
	fprintf(out, "%s[%s]\n", channels[n].is_live ? "" : "#", channels[n].name);
	put_setting(out, "type", channels[n].type, channels[n].is_live);
	if (channels[n].link != NULL)
		put_setting(out, "link", channels[n].link, channels[n].is_live);
	fputc('\n', out);
	for (size_t i = 0; i < schema_channel.n_keys; i++) {
		const struct conf_key *key = &schema_channel.keys[i];

		if ((key->in & channels[n].in) != 0 && !is_head_key(key))
			put_sample_key(out, key, channels[n].is_live);
	}
}

void conf_print_sample(FILE *out)
{
	put_comment(out, "odziv.ini - one instance of odziv. odziv.ini(5) says more.");
	put_comment(out, "A key behind a # shows its default, or an example where there is none.");
	put_comment(out,
		    "Check a change with: odzivd -t -c FILE; then: systemctl reload odzivd@NAME");
	fputc('\n', out);
	for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
		put_sample_section(out, &schema_sections[i]);
	put_comment(out, schema_channel.doc);
	fputc('\n', out);
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		put_sample_channel(out, i);
}

/* --- the manual --- */

/* roff reads a dash, a backslash, and a dot or quote at the beginning of a line, as its own. */
static void put_roff(FILE *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	for (; *text != '\0'; text++) {
		if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else
			fputc(*text, out);
	}
}

static void put_expected_roff(FILE *out, const char *words)
{
	fputs("Value: ", out);
	put_roff(out, words);
	fputs(".\n", out);
}

static void put_default(FILE *out, const char *standard)
{
	if (standard == NULL) {
		fputs(".br\nMust be given.\n", out);
		return;
	}
	fputs(".br\nDefault: ", out);
	put_roff(out, standard[0] == '\0' ? "empty" : standard);
	fputs(".\n", out);
}

static void put_manual_key(FILE *out, const struct conf_key *key)
{
	const char *in = schema_in_words(key->in);

	fputs(".TP\n.B ", out);
	put_roff(out, key->name);
	fputc('\n', out);
	if (in != NULL)
		fprintf(out, "(%s)\n", in);
	put_roff(out, key->doc);
	fputs("\n.br\n", out);
	with_expected(key, put_expected_roff, out);
	put_default(out, key->standard);
}

static void put_manual_section(FILE *out, const struct conf_section *section, const char *title)
{
	fputs(".SS ", out);
	put_roff(out, title);
	fputc('\n', out);
	put_roff(out, section->doc);
	fputc('\n', out);
	for (size_t i = 0; i < section->n_keys; i++)
		put_manual_key(out, &section->keys[i]);
}

void conf_print_manual(FILE *out)
{
	char title[64];

	for (size_t i = 0; i < SCHEMA_SECTIONS; i++) {
		snprintf(title, sizeof(title), "[%s]", schema_sections[i].name);
		put_manual_section(out, &schema_sections[i], title);
	}
	put_manual_section(out, &schema_channel, "Channels");
}
