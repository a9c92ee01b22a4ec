/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"

#define WORD_MAX   (1024 * 1024)
#define HELP_WIDTH 34

void args_fail(const char *format, ...)
{
	va_list ap;

	fputs("error: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int args_file(struct arena *a, const char *path, size_t max, struct bytes *text_out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	struct strbuf s = strbuf_in(a, max);
	char block[16384];
	size_t got;

	if (f == NULL)
		return -errno;
	while ((got = fread(block, 1, sizeof(block), f)) > 0)
		strbuf_add(&s, bytes_at(block, got));
	if (ferror(f))
		s.err = errno != 0 ? -errno : ERR_IO;
	if (f != stdin)
		fclose(f);
	return strbuf_finish(&s, text_out);
}

const char *args_file_error(int err)
{
	if (err == ERR_LIMIT)
		return "is larger than 4 MiB";
	return err > ERR_DUPLICATE ? strerror(-err) : err_text(err);
}

static void print_command(const struct command_row *c)
{
	char left[160];
	size_t at;

	at = (size_t)snprintf(left, sizeof(left), "%s%s%s", c->name, c->words[0] != '\0' ? " " : "",
			      c->words);
	for (const struct option_row *o = c->options; o->name != NULL && at < sizeof(left); o++)
		at += (size_t)snprintf(left + at, sizeof(left) - at, " [--%s%s%s]", o->name,
				       o->value != NULL ? " " : "",
				       o->value != NULL ? o->value : "");
	if (strlen(left) > HELP_WIDTH)
		printf("  %s\n  %-*s %s\n", left, HELP_WIDTH, "", c->help);
	else
		printf("  %-*s %s\n", HELP_WIDTH, left, c->help);
}

static void print_help(void)
{
	puts("odziv - cases, replies and the store of a municipal contact centre\n"
	     "\n"
	     "Usage: odziv [-c DIR|FILE] [--json] COMMAND …\n"
	     "\n"
	     "  -c DIR|FILE   the configuration: a folder with odziv.ini, or the file "
	     "(default: " ARGS_CONF_DEFAULT ");\n"
	     "                for commands that need no store also a bare profile folder\n"
	     "  --json        one JSON object a line, for scripts\n"
	     "  --            ends the options; a word '-' is read from standard input\n"
	     "\n"
	     "Exit status: 0 done, 1 failed (the reason is on stderr), 2 wrong usage.\n"
	     "While odzivd runs it does the work; otherwise odziv opens the store itself.\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; i < n_commands; i++)
		print_command(&commands[i]);
	puts("\nMore: man odziv, man odziv.ini, man odzivd");
}

static int usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int usage(const char *format, ...)
{
	va_list ap;

	fputs("usage: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputs("\nTry: odziv --help\n", stderr);
	return EXIT_USAGE;
}

/* A command's name is one or two words: the longest that fits wins. */
static const struct command_row *find_command(char **words, size_t n, size_t *used_out)
{
	char two[64];

	for (*used_out = 2; *used_out >= 1; (*used_out)--) {
		if (n < *used_out)
			continue;
		snprintf(two, sizeof(two), "%s%s%s", words[0], *used_out == 2 ? " " : "",
			 *used_out == 2 ? words[1] : "");
		for (size_t i = 0; i < n_commands; i++) {
			if (strcmp(commands[i].name, two) == 0)
				return &commands[i];
		}
	}
	return NULL;
}

static bool takes_all(const struct command_row *c)
{
	const char *last = strrchr(c->words, ' ');

	last = last != NULL ? last + 1 : c->words;
	return strstr(last, "TEXT") != NULL || strstr(last, "REASON") != NULL ||
	       strstr(last, "WORDS") != NULL;
}

/* All of standard input without the line ends behind it. NULL after words were printed. */
static const char *word_of_stdin(struct args *args)
{
	const char *word = NULL;
	struct bytes text;
	int err = args_file(args->arena, "-", ARGS_STDIN_MAX, &text);

	if (err != ERR_OK) {
		args_fail("standard input: %s", args_file_error(err));
		return NULL;
	}
	while (bytes_ends(text, "\n") || bytes_ends(text, "\r"))
		text.len--;
	if (bytes_find(text, '\0') < text.len)
		args_fail("standard input: holds a NUL octet, so it is no text");
	else if ((word = arena_str(args->arena, text)) == NULL)
		args_fail("out of memory");
	return word;
}

static int take_word(struct args *args, const char *word)
{
	const struct command_row *c = args->command;
	struct strbuf s = strbuf_in(args->arena, WORD_MAX);

	if (strcmp(word, "-") == 0)
		word = word_of_stdin(args);
	if (word == NULL)
		return EXIT_FAILED;
	if (args->n_words < c->max_words) {
		args->words[args->n_words++] = word;
		return EXIT_DONE;
	}
	if (c->max_words == 0 || !takes_all(c))
		return usage("odziv %s%s%s: '%s' is one word too many", c->name,
			     c->words[0] != '\0' ? " " : "", c->words, word);
	strbuf_addf(&s, "%s %s", args->words[args->n_words - 1], word);
	args->words[args->n_words - 1] = strbuf_text(&s);
	return EXIT_DONE;
}

static int option_place(const struct command_row *c, const char *name, size_t len)
{
	for (int i = 0; i < ARGS_OPTIONS_MAX && c->options[i].name != NULL; i++) {
		if (strlen(c->options[i].name) == len &&
		    strncmp(c->options[i].name, name, len) == 0)
			return i;
	}
	return -1;
}

/* Options of the command itself; *i moves past a value that follows. */
static int take_option(struct args *args, int argc, char **argv, int *i)
{
	const struct command_row *c = args->command;
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
	int place = option_place(c, name, len);

	if (place < 0)
		return usage("odziv %s has no option --%.*s", c->name, (int)len, name);
	if (c->options[place].value == NULL) {
		args->values[place] = "";
		return equals == NULL ? EXIT_DONE
				      : usage("--%s takes no value", c->options[place].name);
	}
	if (equals == NULL && *i + 1 >= argc)
		return usage("--%s needs a value: --%s %s", c->options[place].name,
			     c->options[place].name, c->options[place].value);
	args->values[place] = equals != NULL ? equals + 1 : argv[++*i];
	return EXIT_DONE;
}

/* -c and --json may stand anywhere; they are taken out first, so that the command's words are found. */
static int take_common(int *argc, char **argv, struct args *args)
{
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			while (i < *argc)
				argv[kept++] = argv[i++];
		} else if (strcmp(argv[i], "--json") == 0) {
			args->json = true;
		} else if (strcmp(argv[i], "-c") == 0) {
			if (i + 1 >= *argc)
				return usage("-c needs a folder or file");
			args->conf = argv[++i];
		} else {
			argv[kept++] = argv[i];
		}
	}
	*argc = kept;
	return EXIT_DONE;
}

static int read_rest(struct args *args, int argc, char **argv, int from, bool options_over)
{
	for (int i = from; i < argc; i++) {
		int status;

		if (!options_over && strcmp(argv[i], "--") == 0) {
			options_over = true;
			continue;
		}
		if (!options_over && strcmp(argv[i], "--help") == 0) {
			print_command(args->command);
			args->command = NULL;
			return EXIT_DONE;
		}
		if (!options_over && strncmp(argv[i], "--", 2) == 0)
			status = take_option(args, argc, argv, &i);
		else
			status = take_word(args, argv[i]);
		if (status != EXIT_DONE)
			return status;
	}
	if (args->n_words < args->command->min_words)
		return usage("odziv %s %s", args->command->name, args->command->words);
	return EXIT_DONE;
}

/* What was perhaps meant: the commands of the same group, such as all that begin with "case". */
static int no_command(char **words, size_t n)
{
	size_t len = strlen(words[0]), found = 0;

	fprintf(stderr, "usage: '%s%s%s' is no command of odziv", words[0], n > 1 ? " " : "",
		n > 1 ? words[1] : "");
	for (size_t i = 0; i < n_commands; i++) {
		const char *name = commands[i].name;

		if (strncmp(name, words[0], len) != 0 || name[len] != ' ')
			continue;
		fprintf(stderr, "%s%s", found++ == 0 ? "; there are: " : ", ", name);
	}
	fputs("\nTry: odziv --help\n", stderr);
	return EXIT_USAGE;
}

int args_read(int argc, char **argv, struct args *args_out)
{
	size_t used;
	int status = take_common(&argc, argv, args_out);
	bool options_over = argc > 1 && strcmp(argv[1], "--") == 0;

	if (status != EXIT_DONE)
		return status;
	if (options_over) {
		argc--;
		argv++;
	}
	if (argc == 1)
		return usage("odziv [-c DIR|FILE] [--json] COMMAND …");
	if (!options_over && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
			      strcmp(argv[1], "help") == 0)) {
		print_help();
		return EXIT_DONE;
	}
	if (!options_over && strcmp(argv[1], "--version") == 0) {
		puts("odziv " PACKAGE_VERSION);
		return EXIT_DONE;
	}
	args_out->command = find_command(argv + 1, (size_t)argc - 1, &used);
	if (args_out->command == NULL)
		return no_command(argv + 1, (size_t)argc - 1);
	status = read_rest(args_out, argc, argv, 1 + (int)used, options_over);
	if (status != EXIT_DONE)
		args_out->command = NULL;
	return status;
}

const char *args_option(const struct args *args, const char *name)
{
	int place = option_place(args->command, name, strlen(name));

	return place < 0 ? NULL : args->values[place];
}
