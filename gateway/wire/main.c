/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odzivd - the daemon: its options, and the list of its parts.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "gateway/mail/mail_main.h"
#include "gateway/wire/app.h"
#include "gateway/wire/check.h"
#include "parsers/err.h"

#define EXIT_USAGE 2

/* Start goes down this table, stop comes back up, and a failed start undoes exactly what was started. */
static const struct part {
	const char *name;
	int (*start)(struct app *app);
	void (*stop)(struct app *app);
} parts[] = {
	/* clang-format off */
	{ "conf",     app_conf_start,     app_conf_stop },     /* and becoming who we are */
	{ "process",  app_process_start,  app_process_stop },
	{ "store",    app_store_start,    app_store_stop },
	{ "in_hand",  app_in_hand_start,  app_in_hand_stop },
	{ "host",     app_host_start,     app_host_stop },     /* loop, committer, readers */
	{ "transfer", app_transfer_start, app_transfer_stop },
	{ "http",     app_http_start,     app_http_stop },     /* stops after the channels have answered */
	{ "core",     app_core_start,     app_core_stop },     /* intake, dispatch, wakeups, channels */
	{ "control",  app_control_start,  app_control_stop },
	{ "signals",  app_signals_start,  app_signals_stop },
	/* clang-format on */
};

static int run(struct app *app)
{
	size_t up = 0;
	int err = ERR_OK;

	while (up < ARRAY_LEN(parts) && (err = parts[up].start(app)) == ERR_OK)
		up++;
	if (err == ERR_OK) {
		uv_run(&app->loop, UV_RUN_DEFAULT);
	} else {
		log_error("odzivd", "event=not_started part=%s error=\"%s\"", parts[up].name,
			  app->why[0] != '\0' ? app->why : err_text(err));
	}
	while (up-- > 0)
		parts[up].stop(app);
	if (err == ERR_OK)
		log_info("odzivd", "event=stopped");
	return err == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* --- options --- */

static const char help_text[] =
	"odzivd - the SMS gateway of a municipal contact centre\n"
	"\n"
	"  odzivd [-c PATH] [-f]          run, in the foreground, until SIGTERM\n"
	"  odzivd -t [-c PATH]            check the configuration, name every fault, and end\n"
	"  odzivd --version [-v]          the version; with -v also what this build was made with\n"
	"  odzivd --help                  this page\n"
	"\n"
	"  -c, --config PATH   a folder with odziv.ini, or such a file (default " SYSCONF_DIR
	"/odziv.ini)\n"
	"  -f, --foreground    what it does anyway; for scripts that say so\n"
	"  -t, --test          as above; exit status 0 when the daemon would start with it\n"
	"      --mark-in-hand  for ExecStopPost: after the watchdog or the memory limit ended the "
	"daemon,\n"
	"                      count the messages that it had in hand\n"
	"\n"
	"A first start, with no server at all:\n"
	"  mkdir /tmp/town && cat > /tmp/town/odziv.ini <<E\n"
	"  [odziv]\n"
	"  profile = stara-pazova\n"
	"  state_dir = /tmp/town/state\n"
	"  [phones]\n"
	"  type = simulator\n"
	"  E\n"
	"  odzivd -c /tmp/town &                       wait for the line with event=ready\n"
	"  odziv -c /tmp/town phone 0641234567 'Pukla cev u Svetosavskoj 14'\n"
	"  odziv -c /tmp/town case list\n"
	"\n"
	"It doesn't run as root: started by root it becomes the owner of state_dir.\n"
	"Log: one line an event on stderr, or the journal. SIGHUP reloads the configuration, "
	"SIGTERM stops\n"
	"politely: what is under way is finished first, at most 10 s.\n"
	"HTTP (http_listen): /health, /metrics, and /mo and /dlr for Kannel's HTTP link.\n"
	"\n"
	"Exit status: 0 stopped as asked, 1 failed (the log says why), 2 wrong usage.\n"
	"More: odzivd(8), odziv.ini(5), odziv(1).\n";

enum { OPT_VERSION = 256, OPT_HELP, OPT_MARK, OPT_ROLE };

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "test", no_argument, NULL, 't' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "mark-in-hand", no_argument, NULL, OPT_MARK },
	{ "role", required_argument, NULL, OPT_ROLE }, /* odzivd starts itself with it */
	{ 0 },
};

struct asked {
	const char *path;
	const char *role; /* NULL: the daemon */
	bool is_test, is_version, is_verbose, is_mark;
};

static void print_version(bool is_verbose)
{
	printf("odzivd " PACKAGE_VERSION "\n");
	if (!is_verbose)
		return;
	printf("  sanitizers    " BUILD_SANITIZERS "\n"
	       "  hardening     " BUILD_HARDENING "\n"
#ifdef ODZIV_TEST_POINTS
	       "  test points   yes\n"
#else
	       "  test points   no\n"
#endif
	       "  compiler      " __VERSION__ "\n"
	       "  profiles      " PROFILES_DIR "\n"
	       "  configuration " SYSCONF_DIR "\n");
}

/* ExecStopPost: systemd says in $SERVICE_RESULT how the daemon ended. */
static int mark_in_hand(const char *path)
{
	struct arena *a = arena_new(4 * MIB);
	struct faults faults = faults_in(a);
	struct conf *conf = NULL;
	int err = a != NULL ? conf_load(path, &faults, &conf) : ERR_NOMEM;

	if (err == ERR_OK)
		err = in_hand_mark_dead(conf->state_dir, getenv("SERVICE_RESULT"));
	conf_drop(&conf);
	arena_free(&a);
	return err == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* False: *status_out is how it ends. */
static bool read_options(int argc, char **argv, struct asked *asked, int *status_out)
{
	int option;

	*status_out = EXIT_SUCCESS;
	while ((option = getopt_long(argc, argv, "c:ftv", options, NULL)) != -1) {
		switch (option) {
		case 'c': asked->path = optarg; break;
		case 'f': break;
		case 't': asked->is_test = true; break;
		case 'v': asked->is_verbose = true; break;
		case OPT_VERSION: asked->is_version = true; break;
		case OPT_MARK: asked->is_mark = true; break;
		case OPT_ROLE: asked->role = optarg; break;
		case OPT_HELP: fputs(help_text, stdout); return false;
		default: *status_out = EXIT_USAGE; return false;
		}
	}
	if (asked->role != NULL && strcmp(asked->role, "mail") != 0) {
		fprintf(stderr, "odzivd: there is no role '%s'\n", asked->role);
		*status_out = EXIT_USAGE;
		return false;
	}
	if (optind == argc)
		return true;
	fprintf(stderr, "odzivd: '%s' isn't an option; odzivd --help lists them\n", argv[optind]);
	*status_out = EXIT_USAGE;
	return false;
}

int main(int argc, char **argv)
{
	struct asked asked = { .path = SYSCONF_DIR "/odziv.ini" };
	/* Large, and there is one of it. */
	static struct app app;
	int status;

	if (!read_options(argc, argv, &asked, &status))
		return status;
	if (asked.role != NULL)
		return mail_main();
	if (asked.is_version) {
		print_version(asked.is_verbose);
		return EXIT_SUCCESS;
	}
	if (asked.is_test)
		return check_print(asked.path, stdout);
	if (asked.is_mark)
		return mark_in_hand(asked.path);
	app.conf_path = asked.path;
	app.listen_fd = -1;
	return run(&app);
}
