/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/text.h"

#include "conf/conf.h"
#include "gateway/cli/ask.h"
#include "gateway/cli/print.h"
#include "gateway/cli/text_classify.h"
#include "gateway/cli/text_smpp.h"
#include "gateway/cli/text_template.h"
#include "parsers/err.h"
#include "parsers/smpp_pdu.h"
#include "parsers/utf8.h"

#define TEXT_MAX (1024u * 1024)

static int finish(const struct args *args, int err, struct bytes line)
{
	if (err == ERR_OK)
		return print_line(args, line);
	args_fail("%s: %s", args->command->name, err_text(err));
	return EXIT_FAILED;
}

struct tsv_print {
	const struct args *args;
	int status;
};

static void print_classified(struct bytes line, void *ctx)
{
	struct tsv_print *p = ctx;
	int status = print_line(p->args, line);

	if (status != EXIT_DONE)
		p->status = status;
}

static int classify_tsv(const struct args *args, const struct profile *p, const char *file)
{
	struct tsv_print print = { .args = args };
	char why[256] = "";
	struct bytes tsv;
	int err = args_file(args->arena, file, ARGS_STDIN_MAX, &tsv);

	if (err != ERR_OK)
		snprintf(why, sizeof(why), "%s", args_file_error(err));
	else
		err = text_classify_tsv(p, tsv, print_classified, &print, why, sizeof(why));
	if (err == ERR_OK)
		return print.status;
	args_fail("%s: %s", file, why[0] != '\0' ? why : err_text(err));
	return EXIT_FAILED;
}

int text_classify(const struct args *args)
{
	const char *tsv = args_option(args, "tsv");
	struct conf *conf;
	struct bytes line;
	int status;

	if ((tsv == NULL) == (args->n_words == 0)) {
		fputs("usage: odziv classify TEXT, or odziv classify --tsv FILE\n", stderr);
		return EXIT_USAGE;
	}
	conf = ask_conf(args);
	if (conf == NULL)
		return EXIT_FAILED;
	if (tsv != NULL)
		status = classify_tsv(args, conf->profile, tsv);
	else
		status = finish(args,
				text_classify_json(conf->profile, bytes_of(args->words[0]),
						   args->arena, &line),
				line);
	conf_drop(&conf);
	return status;
}

int text_sms(const struct args *args)
{
	struct bytes line = BYTES_NONE;
	int err = text_sms_json(bytes_of(args->words[0]), args->arena, &line);

	return finish(args, err, line);
}

int text_smpp(const struct args *args)
{
	struct bytes octets, frame, line;
	int status = EXIT_DONE;
	int err = smpp_hex(bytes_of(args->words[0]), args->arena, &octets);

	if (err != ERR_OK) {
		args_fail("smpp decode: this is no hex dump: pairs of hex digits, as tcpdump -x "
			  "or wireshark's 'copy as a hex stream' write them");
		return EXIT_FAILED;
	}
	while (octets.len > 0 && status == EXIT_DONE) {
		err = smpp_frame(octets, &frame);
		if (err == ERR_OK)
			err = smpp_decode_json(frame, args->arena, &line);
		if (err == ERR_TRUNCATED || err == ERR_LIMIT) {
			args_fail("smpp decode: no whole PDU begins here (%zu octets left): its "
				  "first four octets are its length, 16 to %zu; cut the headers of "
				  "IP and TCP off the dump",
				  octets.len, SMPP_FRAME_MAX);
			return EXIT_FAILED;
		}
		if (err != ERR_OK) {
			args_fail("smpp decode: %s", err_text(err));
			return EXIT_FAILED;
		}
		status = print_line(args, line);
		octets = bytes_cut(octets, frame.len, octets.len);
	}
	return status;
}

int text_template(const struct args *args)
{
	struct conf *conf = ask_conf(args);
	struct bytes line = BYTES_NONE, names;
	int err, status = EXIT_FAILED;

	if (conf == NULL)
		return EXIT_FAILED;
	err = text_template_show_json(conf->profile, conf->plain, bytes_of(args->words[0]),
				      bytes_of(args->words[1]), args->arena, &line);
	if (err == ERR_NOENT && text_template_names(args->arena, &names) == ERR_OK)
		args_fail("%s: no text of that name; there are: %.*s", args->words[0],
			  PRI_BYTES(names));
	else if (err == ERR_INVALID)
		args_fail("%s: no such language; write sr-Cyrl, sr-Latn, hr, sk, hu, rom or en",
			  args->words[1]);
	else
		status = finish(args, err, line);
	conf_drop(&conf);
	return status;
}

/* The checks load by themselves: what is wrong is their answer, not an error. */
static int check(const struct args *args,
		 int (*make)(const struct conf *conf, const struct faults *found, struct arena *a,
			     struct bytes *line_out))
{
	struct faults found = faults_in(args->arena);
	struct conf *conf = NULL;
	struct bytes line = BYTES_NONE;
	int err = conf_load_open(args->conf, &found, &conf), status;

	if (err != ERR_OK && found.n_errors == 0) {
		args_fail("%s: %s; name the configuration with -c DIR", args->conf, err_text(err));
		return EXIT_FAILED;
	}
	err = make(conf, &found, args->arena, &line);
	status = finish(args, err, line);
	conf_drop(&conf);
	return status;
}

static int make_template_check(const struct conf *conf, const struct faults *found, struct arena *a,
			       struct bytes *line_out)
{
	bool is_ok;

	return text_template_check_json(conf != NULL ? conf->profile : NULL,
					conf == NULL || conf->plain, found, a, line_out, &is_ok);
}

static int make_profile_check(const struct conf *conf, const struct faults *found, struct arena *a,
			      struct bytes *line_out)
{
	return text_profile_check_json(conf != NULL ? conf->profile : NULL, found, a, line_out);
}

int text_template_check(const struct args *args)
{
	return check(args, make_template_check);
}

int text_profile_check(const struct args *args)
{
	return check(args, make_profile_check);
}
