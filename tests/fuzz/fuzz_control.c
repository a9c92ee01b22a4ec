/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line on the control socket, whatever it holds: the answer is JSON lines, the
 * last of them, and only that, says how it ended; and the store stays sound.
 */
#include "gateway/flow/control.h"

#include <string.h>

#include "conf/log.h"
#include "gateway/flow/host_inline.h"
#include "parsers/err.h"
#include "parsers/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/gateway/desk_fixture.h"

/* One store for all inputs, as a daemon has one for all callers. */
static struct hall hall;
static struct core core;
static struct host *host;

static void begin(void)
{
	hall_open(&hall, NULL);
	hall_text(&hall, "+381641111111", "Nema vode u Surduku");
	host = host_inline_new(&hall.store);
	fuzz_require(host != NULL);
	fuzz_require(core_start(&core, host, &hall.store, conf_hold(hall.conf), NULL, NULL,
				false) == ERR_OK);
	log_set_level(LOG_LEVEL_ERROR);
}

struct answer {
	unsigned n_last;
};

static void on_line(struct bytes line, bool last, void *ctx)
{
	struct answer *a = ctx;
	struct json *j;

	fuzz_require(a->n_last == 0);
	fuzz_require(json_parse(line, &j, NULL, 0) == ERR_OK);
	fuzz_require(last == (json_get(j, "exit") != NULL));
	json_free(&j);
	a->n_last += last;
}

/* What writes folders that the input names has no place in a fuzzer. */
static bool is_backup(struct bytes line)
{
	return memmem(line.ptr, line.len, "backup", 6) != NULL ||
	       memmem(line.ptr, line.len, "\\u", 2) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes line = bytes_at(data, size);
	struct answer a = { 0 };

	if (host == NULL)
		begin();
	if (size == 0 || is_backup(line))
		return 0;
	control_run(&core, line, "fuzz", on_line, &a);
	fuzz_require(a.n_last == 1);
	return 0;
}
