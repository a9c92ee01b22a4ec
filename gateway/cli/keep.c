/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "conf/conf.h"
#include "gateway/cli/ask.h"
#include "gateway/cli/print.h"
#include "parsers/err.h"
#include "store/keep.h"

static void on_progress(const char *what, uint64_t done, uint64_t total, void *ctx)
{
	(void)ctx;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%s %" PRIu64 " of %" PRIu64 "%s", what, done, total,
			done == total ? "\n" : "");
}

/* NULL when a daemon has the store: two writers must not meet. */
static struct conf *conf_alone(const struct args *args)
{
	struct conf *conf = ask_conf(args);
	int fd, err;

	if (conf == NULL)
		return NULL;
	if (conf->file[0] == '\0') {
		args_fail("%s: is a profile without odziv.ini, so it has no store", args->conf);
		conf_drop(&conf);
		return NULL;
	}
	err = ask_daemon(conf, &fd);
	if (err == ERR_OK) {
		close(fd);
		args_fail("%s: odzivd runs; stop it first, because %s needs the store alone",
			  conf->state_dir, args->command->name);
	}
	if (err != ERR_NOENT || ask_become_owner(conf) != EXIT_DONE)
		conf_drop(&conf);
	return conf;
}

static int say_done(const struct args *args, const char *key, const char *value)
{
	struct json *j = json_object();
	struct bytes line;
	int err;

	json_put_bool(j, "ok", true);
	json_put_str(j, key, value);
	err = json_line(j, args->arena, &line);
	json_free(&j);
	return err == ERR_OK ? print_line(args, line) : EXIT_FAILED;
}

int keep_restore(const struct args *args)
{
	struct conf *conf = conf_alone(args);
	char why[256] = "";
	int err, status;

	if (conf == NULL)
		return EXIT_FAILED;
	err = restore_run(args->words[0], conf->state_dir, conf->map_bytes, on_progress, NULL, why,
			  sizeof(why));
	if (err != ERR_OK)
		ask_complain(args->words[0], err, why);
	status = err == ERR_OK ? say_done(args, "state_dir", conf->state_dir) : EXIT_FAILED;
	conf_drop(&conf);
	return status;
}

int keep_compact(const struct args *args)
{
	struct conf *conf = conf_alone(args);
	char why[256] = "";
	struct store store;
	int err, status;

	if (conf == NULL)
		return EXIT_FAILED;
	err = store_open(conf->state_dir, conf->map_bytes, false, &store, why, sizeof(why));
	if (err == ERR_OK) {
		err = compact_run(&store, conf->state_dir, conf->map_bytes, why, sizeof(why));
		store_close(&store);
	}
	if (err != ERR_OK)
		ask_complain(conf->state_dir, err, why);
	status = err == ERR_OK ? say_done(args, "state_dir", conf->state_dir) : EXIT_FAILED;
	conf_drop(&conf);
	return status;
}
