/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_faults - all faults in one go, each in one line, with the nearest name. */
#include "parsers/faults.h"
#include "parsers/err.h"
#include "tests/tap.h"

static const char *const names[] = { "port", "host",          "window",     "on_unsure",   "VOD",
				     "KAN",  "password_file", "status_url", "status_every" };

/* clang-format off */
static const struct {
	const char *word, *nearest, *promise;
} rows[] = {
	{ "prot",     "port",      "letters that changed places are one edit" },
	{ "widnwo",   "window",    "two transpositions are two edits" },
	{ "wndow",    "window",    "a lost letter is one edit" },
	{ "on-unsur", "on_unsure", "two edits are near" },
	{ "vod",      "VOD",       "case doesn't count" },
	{ "KNA",      "KAN",       "a code of three letters has neighbours" },
	{ "cheese",   NULL,        "a stranger has no neighbour" },
	{ "wnidowssx", NULL,       "three edits are far" },
	{ "password", "password_file", "the beginning of one name is near" },
	{ "status_",  NULL,        "the beginning of two names is near to neither" },
	{ "x",        NULL,        "one letter is near to nothing" },
	{ "",         NULL,        "nothing is near to nothing" },
};
/* clang-format on */

static void check_line(struct arena *a)
{
	struct faults f = faults_in(a);
	struct bytes line = BYTES_NONE;

	faults_add(&f,
		   (struct fault){ .file = bytes_of("odziv.ini"),
				   .line = 12,
				   .section = bytes_of("kannel"),
				   .key = bytes_of("port") },
		   "'%s' is not a whole number", "27x75");
	faults_add(&f, (struct fault){ .file = bytes_of("a.rules"), .is_warning = true },
		   "is empty");
	for (int i = 0; i < 100; i++)
		faults_add(&f, (struct fault){ 0 }, "fault %d", i);

	is_int((long long)f.n, 102, "every fault is kept, not only the first");
	is_int((long long)f.n_errors, 101, "a warning is no error");
	ok(fault_line(&f.list[0], a, &line) == ERR_OK, "a fault becomes a line");
	is_text(line, "odziv.ini:12: [kannel] port: '27x75' is not a whole number",
		"the line names file, line, section and key");
	(void)fault_line(&f.list[1], a, &line);
	is_text(line, "a.rules: warning: is empty", "a warning says so");
	(void)fault_line(&f.list[101], a, &line);
	is_text(line, "fault 99", "a fault without a place is only its words");
}

static void check_memory(void)
{
	struct arena *a = arena_new(16);
	struct faults f = faults_in(a);

	faults_add(&f, (struct fault){ .file = bytes_of("odziv.ini") }, "something long enough %s",
		   "to fail");
	is_int((long long)f.n_errors, 1, "a fault that finds no memory still counts");
	arena_free(&a);
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *got = faults_nearest(bytes_of(rows[i].word), names, ARRAY_LEN(names));

		is_text(bytes_of(got), rows[i].nearest == NULL ? "" : rows[i].nearest, "%s",
			rows[i].promise);
	}
	check_line(a);
	check_memory();
	arena_free(&a);
	return done_testing();
}
