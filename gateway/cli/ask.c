/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/ask.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf/calendar.h"
#include "conf/conf.h"
#include "gateway/flow/control.h"
#include "gateway/flow/host_inline.h"
#include "gateway/wire/privileges.h"
#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/strbuf.h"
#include "store/keep.h"

struct conf *ask_conf(const struct args *args)
{
	struct faults faults = faults_in(args->arena);
	struct conf *conf = NULL;
	int err = conf_load_open(args->conf, &faults, &conf);

	for (size_t i = 0; i < faults.n && err != ERR_OK; i++) {
		struct bytes line;

		if (!faults.list[i].is_warning &&
		    fault_line(&faults.list[i], args->arena, &line) == ERR_OK)
			args_fail("%.*s", PRI_BYTES(line));
	}
	if (err != ERR_OK && faults.n_errors == 0)
		args_fail("%s: %s; name the configuration with -c DIR", args->conf, err_text(err));
	if (err != ERR_OK && strcmp(args->conf, ARGS_CONF_DEFAULT) == 0)
		args_fail("an instance is named with -c, such as: odziv -c " SYSCONF_DIR "/NAME %s",
			  args->command->name);
	if (err != ERR_OK)
		return NULL;
	/* Times that people read are the town's; an unknown zone was a fault of the profile already. */
	(void)calendar_set_zone((const char *)conf->profile->time_zone.ptr);
	return conf;
}

static void put_options(struct json *request, const struct args *args)
{
	struct json *options = json_object();

	for (size_t i = 0; i < ARGS_OPTIONS_MAX && args->command->options[i].name != NULL; i++) {
		if (args->values[i] == NULL)
			continue;
		if (args->command->options[i].value != NULL)
			json_put_text(options, args->command->options[i].name,
				      bytes_of(args->values[i]));
		else
			json_put_bool(options, args->command->options[i].name, true);
	}
	json_put_take(request, "args", &options);
}

/* A word as the daemon is told it: it stands in another folder than the person who names one. */
static const char *word_of(const struct args *args, size_t i)
{
	struct strbuf s = strbuf_in(args->arena, 2 * PATH_MAX);
	char here[PATH_MAX];

	if (strcmp(args->command->name, "backup") != 0 || args->words[i][0] == '/' ||
	    getcwd(here, sizeof(here)) == NULL)
		return args->words[i];
	strbuf_addf(&s, "%s/%s", here, args->words[i]);
	return strbuf_err(&s) == ERR_OK ? strbuf_text(&s) : args->words[i];
}

int ask_line(const struct args *args, struct bytes *line_out)
{
	struct json *request = json_object(), *words = json_array();
	int err;

	json_put_str(request, "command", args->command->name);
	put_options(request, args);
	for (size_t i = 0; i < args->n_words; i++) {
		struct json *word = json_text(bytes_of(word_of(args, i)));

		json_append_take(words, &word);
	}
	json_put_take(request, "words", &words);
	err = json_line(request, args->arena, line_out);
	json_free(&request);
	if (err == ERR_OK && line_out->len >= CONTROL_LINE_MAX)
		err = ERR_LIMIT;
	return err;
}

/* One line of an answer: a row, progress, or the exit. True when it was the last. */
static bool take_line(struct bytes line, const struct asking *asking, int *status_out)
{
	struct json *j;
	const struct json *row, *error, *note;
	bool is_last = false;

	if (json_parse(line, &j, NULL, 0) != ERR_OK) {
		args_fail("the answer can't be read; do odziv and odzivd have the same version?");
		*status_out = EXIT_FAILED;
		return true;
	}
	row = json_get(j, "row");
	error = json_get(j, "error");
	if (row != NULL) {
		asking->row(row, asking->ctx);
	} else if (json_get(j, "exit") != NULL) {
		*status_out = (int)json_get_int(j, "exit", EXIT_FAILED);
		if (!json_is_null(error))
			args_fail("%.*s", PRI_BYTES(json_as_text(error)));
		note = json_get(j, "note");
		if (!json_is_null(note))
			fprintf(stderr, "note: %.*s\n", PRI_BYTES(json_as_text(note)));
		is_last = true;
	} else if (asking->show_progress && isatty(STDERR_FILENO)) {
		fprintf(stderr, "%.*s\n", PRI_BYTES(json_get_text(j, "progress")));
	}
	json_free(&j);
	return is_last;
}

int ask_daemon(const struct conf *conf, int *fd_out)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(conf->control_path) >= sizeof(at.sun_path))
		return ERR_LIMIT;
	memcpy(at.sun_path, conf->control_path, strlen(conf->control_path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0) {
		*fd_out = fd;
		return ERR_OK;
	}
	/* A socket file that nobody listens on was left by a daemon that died. */
	if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) {
		close(fd);
		return ERR_NOENT;
	}
	args_fail("%s: %s; are you a member of the group odziv, and have you logged in since?",
		  conf->control_path, strerror(errno));
	close(fd);
	return ERR_ACCESS;
}

int ask_over(int fd, struct bytes request, const struct asking *asking)
{
	FILE *in = fdopen(fd, "r+");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int status = EXIT_FAILED;
	bool done = false;

	if (in == NULL) {
		close(fd);
		args_fail("out of memory");
		return EXIT_FAILED;
	}
	fwrite(request.ptr, 1, request.len, in);
	fputc('\n', in);
	fflush(in);
	while (!done && (len = getline(&line, &cap, in)) > 0) {
		if (line[len - 1] == '\n')
			len--;
		done = take_line(bytes_at(line, (size_t)len), asking, &status);
	}
	if (!done)
		args_fail("odzivd closed the connection before it had answered; look into its log");
	free(line);
	fclose(in);
	return status;
}

void ask_complain(const char *path, int err, const char *why)
{
	if (why[0] != '\0')
		args_fail("%s", why);
	else
		args_fail("%s: %s", path, err_text(err));
}

static int check_access(const struct conf *conf)
{
	if (access(conf->state_dir, R_OK | W_OK | X_OK) == 0 || errno != EACCES)
		return EXIT_DONE;
	args_fail("%s: no odzivd answers, and without it only root or the store's owner may do "
		  "this; start odzivd, or call odziv as one of them",
		  conf->state_dir);
	return EXIT_FAILED;
}

int ask_become_owner(const struct conf *conf)
{
	char why[256];
	struct stat st;

	if (geteuid() != 0)
		return check_access(conf);
	if (stat(conf->state_dir, &st) != 0 || st.st_uid == 0)
		return EXIT_DONE;
	if (privileges_drop(conf->state_dir, why, sizeof(why)) == ERR_OK)
		return EXIT_DONE;
	args_fail("%s", why);
	return EXIT_FAILED;
}

static const char *my_name(void)
{
	struct passwd *pw = getpwuid(getuid());

	return pw != NULL ? pw->pw_name : "unknown";
}

struct inline_answer {
	const struct asking *asking;
	int status;
};

static void on_line(struct bytes line, bool last, void *ctx)
{
	struct inline_answer *answer = ctx;

	(void)last; /* the exit line says it too */
	(void)take_line(line, answer->asking, &answer->status);
}

/* Without a daemon: the same table, in this process, with the store's lock in our hand. */
static int ask_inline(struct conf *conf, struct bytes request, const struct asking *asking)
{
	struct inline_answer answer = { .asking = asking, .status = EXIT_FAILED };
	char who[64], why[256] = "";
	struct core core = { 0 };
	struct store store;
	struct host *host;
	int err;

	snprintf(who, sizeof(who), "%s", my_name());
	if (ask_become_owner(conf) != EXIT_DONE)
		return EXIT_FAILED;
	err = store_open(conf->state_dir, conf->map_bytes, false, &store, why, sizeof(why));
	if (err != ERR_OK) {
		ask_complain(conf->state_dir, err, why);
		return EXIT_FAILED;
	}
	host = host_inline_new(&store);
	err = host != NULL ? core_start(&core, host, &store, conf_hold(conf), NULL, NULL, false)
			   : ERR_NOMEM;
	if (err == ERR_OK) {
		control_run(&core, request, who, on_line, &answer);
		core_stop(&core);
	} else {
		args_fail("%s: %s", conf->state_dir, err_text(err));
	}
	host_inline_free(&host);
	store_close(&store);
	return answer.status;
}

/* What `status` says when nobody is there: no failure, but a fact. */
static int no_daemon(const struct conf *conf, const struct asking *asking)
{
	struct json *j = json_object();

	json_put_bool(j, "daemon", false);
	json_put_str(j, "instance", conf->instance);
	json_put_str(j, "version", PACKAGE_VERSION);
	asking->row(j, asking->ctx);
	json_free(&j);
	return EXIT_DONE;
}

int ask(const struct args *args, const struct asking *asking)
{
	struct conf *conf = ask_conf(args);
	struct bytes request;
	int fd = -1, status = EXIT_FAILED, err;

	if (conf == NULL)
		return EXIT_FAILED;
	if (conf->file[0] == '\0') {
		args_fail("%s: is a profile without odziv.ini, so it has no store; name a folder "
			  "with odziv.ini",
			  args->conf);
	} else if ((err = ask_line(args, &request)) != ERR_OK) {
		args_fail("odziv %s: the words are too long; at most %d octets can be sent to the "
			  "daemon",
			  args->command->name, (int)CONTROL_LINE_MAX);
	} else if ((err = ask_daemon(conf, &fd)) == ERR_OK) {
		status = ask_over(fd, request, asking);
	} else if (err == ERR_NOENT && strcmp(args->command->name, "status") == 0) {
		status = no_daemon(conf, asking);
	} else if (err == ERR_NOENT && args->command->where == RUN_DAEMON) {
		args_fail("%s: no odzivd answers there; start it first", conf->control_path);
	} else if (err == ERR_NOENT) {
		status = ask_inline(conf, request, asking);
	}
	conf_drop(&conf);
	return status;
}
