/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/check.h"

#include <string.h>

#include "conf/conf.h"
#include "parsers/err.h"
#include "tests/tap.h"

#define TEXT_MAX 8192

/* What is said of it is the test's matter, not what stands in the file: conf has tests of its own. */
static enum { GOOD, DOUBTFUL, BAD, NO_MEMORY, UNKNOWN_HOST } verdict;

static struct conf with_smscs = {
	.file = "odziv.ini",
	.channels = { { .name = "smsc1",
			.type = CHANNEL_SMPP,
			.smpp = { .smscs = { "127.0.0.1:2775", "no..such..host:2775",
					     "[::1]:2775" },
				  .n_smscs = 3 } } },
	.n_channels = 1,
};

int conf_load(const char *path, struct faults *faults, struct conf **conf_out)
{
	struct fault where = { .file = bytes_of(path), .line = 3, .section = bytes_of("desk") };

	if (verdict == NO_MEMORY)
		return ERR_NOMEM;
	if (verdict == BAD) {
		where.key = bytes_of("plain");
		faults_add(faults, where, "'ture' isn't yes or no");
		where.key = bytes_of("zzz");
		faults_add(faults, where, "is no known key");
	}
	if (verdict == DOUBTFUL || verdict == BAD) {
		where.key = bytes_of("validity");
		where.is_warning = true;
		faults_add(faults, where, "is short");
	}
	*conf_out = verdict == UNKNOWN_HOST ? &with_smscs : NULL;
	return faults->n_errors == 0 ? ERR_OK : ERR_INVALID;
}

void conf_drop(struct conf **c)
{
	*c = NULL;
}

/* clang-format off */
static const struct {
	int verdict;
	int status;
	const char *text;
	const char *promise;
} rows[] = {
	{ GOOD, 0, "odziv.ini: ok\n", "a good configuration is ok" },
	{ DOUBTFUL, 0, "odziv.ini:3: warning: [desk] validity: is short\nodziv.ini: ok, 1 warning\n",
	  "a warning is said, and keeps nothing from starting" },
	{ BAD, 1, "odziv.ini:3: [desk] plain: 'ture' isn't yes or no\nodziv.ini:3: [desk] zzz: is no known key\n"
	  "odziv.ini:3: warning: [desk] validity: is short\nodziv.ini: 2 faults, 1 warning\n",
	  "every fault has a line, and the last line counts them" },
	{ UNKNOWN_HOST, 1, "odziv.ini: [smsc1] smsc: no address for no..such..host: Name or service not known\nodziv.ini: 1 fault\n",
	  "an SMSC whose name nobody knows is a fault, numbers need no name server" },
	{ NO_MEMORY, 1, "odziv.ini: out of memory\n", "what is no fault of the file is said in its own words" },
};
/* clang-format on */

int main(void)
{
	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[TEXT_MAX] = "";
		FILE *f = fmemopen(text, sizeof(text), "w");
		int status;

		verdict = rows[i].verdict;
		status = check_print("odziv.ini", f);
		fclose(f);
		is_text(bytes_of(text), rows[i].text, "%s", rows[i].promise);
		is_int(status, rows[i].status, "and the exit status says the same");
	}
	return done_testing();
}
