/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/conf_print.h"

#include <stdlib.h>
#include <string.h>

#include "conf/load.h"
#include "conf/schema.h"
#include "parsers/err.h"
#include "tests/tap.h"

#define ARENA_MAX       (4 * 1024 * 1024)
#define TEXT_MAX        (64 * 1024)
#define SAMPLE_PATH_MAX 4096

static char *print(void (*fn)(FILE *out))
{
	char *text = calloc(1, TEXT_MAX);
	FILE *f = fmemopen(text, TEXT_MAX, "w");

	fn(f);
	fclose(f);
	return text;
}

/* "#key = value" and "#[section]" come to life; "# words" stay. */
static void uncomment(char *text)
{
	char *to = text;

	for (char *from = text; *from != '\0'; from++) {
		bool is_line = from == text || from[-1] == '\n';

		if (!is_line || from[0] != '#' || from[1] == ' ')
			*to++ = *from;
	}
	*to = '\0';
}

static bool read_sample(const char *text, struct arena *a, struct load_ini *ini)
{
	struct faults faults = faults_in(a);
	char path[SAMPLE_PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/sample.ini", temp_dir());
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
	if (load_ini(path, a, &faults, ini) != ERR_OK)
		return false;
	for (size_t i = 0; i < faults.n; i++)
		diag("%u: %.*s", faults.list[i].line, PRI_BYTES(faults.list[i].words));
	return faults.n == 0;
}

static unsigned in_of(const char *name)
{
	return strcmp(name, "simulator") == 0 ? IN_SIMULATOR
	       : strcmp(name, "kannel") == 0  ? IN_BOX
	       : strcmp(name, "mail") == 0    ? IN_MAIL
	       : strcmp(name, "smpp") == 0    ? IN_SMPP
					      : IN_HTTP;
}

static void test_has_key(const struct load_ini *ini, const char *section,
			 const struct conf_key *key)
{
	const struct load_entry *e = load_find(ini, bytes_of(section), key->name);

	ok(e != NULL && e->value != NULL, "[%s] %s stands in the sample", section, key->name);
	if (e != NULL && e->value != NULL && key->example == NULL)
		is_text(bytes_of(e->value), key->standard == NULL ? "" : key->standard,
			"with its default");
}

static void test_sample(void)
{
	static const char *const channels[] = { "simulator", "kannel", "shared", "smpp" };
	struct arena *a = arena_new(ARENA_MAX);
	struct load_ini ini = { 0 };
	char *text = print(conf_print_sample);

	ok(read_sample(text, a, &ini), "the sample is an ini file without a fault");
	is_text(bytes_of(load_find(&ini, bytes_of("odziv"), "profile")->value), "stara-pazova",
		"it names a profile");
	ok(load_find(&ini, bytes_of("desk"), "plain") == NULL, "and leaves defaults alone");
	ok(load_find(&ini, bytes_of("kannel"), NULL) == NULL,
	   "and the channels that a town must choose");

	uncomment(text);
	ok(read_sample(text, a, &ini), "so it is with all its keys");
	for (size_t i = 0; i < SCHEMA_SECTIONS; i++) {
		for (size_t k = 0; k < schema_sections[i].n_keys; k++)
			test_has_key(&ini, schema_sections[i].name, &schema_sections[i].keys[k]);
	}
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		for (size_t k = 0; k < schema_channel.n_keys; k++) {
			const struct conf_key *key = &schema_channel.keys[k];

			if ((key->in & in_of(channels[i])) == 0)
				continue;
			if (strcmp(key->name, "type") == 0 || strcmp(key->name, "link") == 0)
				continue; /* what they are makes the channels */
			test_has_key(&ini, channels[i], key);
		}
	}
	free(text);
	arena_free(&a);
}

static void test_manual(void)
{
	char *text = print(conf_print_manual);
	unsigned missing = 0;
	char head[128];

	for (size_t i = 0; i < SCHEMA_SECTIONS; i++) {
		snprintf(head, sizeof(head), ".SS [%s]\n", schema_sections[i].name);
		missing += strstr(text, head) == NULL;
		for (size_t k = 0; k < schema_sections[i].n_keys; k++) {
			snprintf(head, sizeof(head), ".TP\n.B %s\n",
				 schema_sections[i].keys[k].name);
			missing += strstr(text, head) == NULL;
		}
	}
	for (size_t k = 0; k < schema_channel.n_keys; k++) {
		snprintf(head, sizeof(head), ".TP\n.B %s\n", schema_channel.keys[k].name);
		missing += strstr(text, head) == NULL;
	}
	is_int(missing, 0, "every section and key has its place in the manual");
	ok(strstr(text, "\n'") == NULL && strstr(text, "\n\n") == NULL, "which is clean roff");
	free(text);
}

int main(void)
{
	plan(0);
	test_sample();
	test_manual();
	return done_testing();
}
