/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/cli/text_template.h"

#include "conf/longest.h"
#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "parsers/json.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "templates/compose_sms.h"

#define NAMES_BYTES_MAX 2048

/* The line, and the value is gone. */
static int finish(struct json **j, struct arena *a, struct bytes *line_out)
{
	int err = json_line(*j, a, line_out);

	json_free(j);
	return err;
}

int text_sms_json(struct bytes text, struct arena *a, struct bytes *line_out)
{
	struct bytes clean, plain;
	struct sms_plan plan;
	struct json *j;
	int err = utf8_clean(a, text, &clean, NULL);

	if (err == ERR_OK)
		err = gsm7_plain(a, clean, &plain);
	if (err != ERR_OK)
		return err;
	plan = sms_plan_of(clean);
	j = json_object();
	json_put_str(j, "encoding", sms_encoding_text(plan.encoding));
	json_put_int(j, "units", (int64_t)plan.units);
	json_put_int(j, "segments", plan.segments);
	json_put_int(j, "per_segment", plan.per_segment);
	json_put_text(j, "plain", plain);
	json_put_int(j, "plain_segments", sms_plan_of(plain).segments);
	return finish(&j, a, line_out);
}

int text_template_names(struct arena *a, struct bytes *names_out)
{
	struct strbuf s = strbuf_in(a, NAMES_BYTES_MAX);

	for (int n = 0; n < TEXT_COUNT; n++)
		strbuf_addf(&s, "%s%s", n != 0 ? " " : "", text_name_text((enum text_name)n));
	for (int n = 0; n < LETTER_COUNT; n++)
		strbuf_addf(&s, " %s", letter_name_text((enum letter_name)n));
	return strbuf_finish(&s, names_out);
}

/* One text with the longest values of one tongue. */
struct example {
	const struct profile *profile;
	enum text_name name;
	struct tongue tongue;
	const struct text_values *values;
	struct compose_rules rules;
};

static int put_example(const struct example *e, struct arena *a, struct json *j,
		       struct bytes *text_out)
{
	struct composed sms;
	int err =
		compose_sms(e->profile->catalog, e->name, e->tongue, e->values, &e->rules, a, &sms);

	if (err != ERR_OK)
		return err;
	json_put_str(j, "encoding", sms_encoding_text(sms.plan.encoding));
	json_put_int(j, "units", (int64_t)sms.plan.units);
	json_put_int(j, "segments", sms.plan.segments);
	json_put_int(j, "budget", compose_budget(e->name, sms.tongue, e->rules.plain));
	*text_out = sms.text;
	return ERR_OK;
}

static int show(const struct example *e, struct arena *a, struct bytes *line_out)
{
	const struct catalog *c = e->profile->catalog;
	struct json *j = json_object();
	struct bytes text;
	int err;

	json_put_str(j, "name", text_name_text(e->name));
	json_put_str(j, "language", tongue_name(e->tongue));
	json_put_str(j, "source", tongue_name(catalog_source(c, e->name, e->tongue)));
	json_put_text(j, "file", catalog_file(c, e->name, e->tongue));
	json_put_text(j, "template", catalog_written(c, e->name, e->tongue));
	err = put_example(e, a, j, &text);
	if (err == ERR_OK) {
		json_put_text(j, "text", text);
		return finish(&j, a, line_out);
	}
	json_free(&j);
	return err;
}

/* The same of a mail. */
struct mail_example {
	const struct profile *profile;
	enum letter_name name;
	struct tongue tongue;
};

static int compose_example(const struct mail_example *e, struct arena *a, struct letter *letter_out)
{
	struct letter_values values;
	const char *time_zone = arena_str(a, e->profile->time_zone);
	int err = profile_longest_letter(e->profile, e->tongue, a, &values);

	if (err == ERR_OK && time_zone == NULL)
		err = arena_err(a);
	return err != ERR_OK ? err
			     : compose_letter(e->profile->catalog, e->name, e->tongue, &values,
					      time_zone, a, letter_out);
}

static int show_mail(const struct mail_example *e, struct arena *a, struct bytes *line_out)
{
	struct letter_text source = catalog_letter(e->profile->catalog, e->name, e->tongue);
	struct letter mail;
	struct json *j;
	int err = compose_example(e, a, &mail);

	if (err != ERR_OK)
		return err;
	j = json_object();
	json_put_str(j, "name", letter_name_text(e->name));
	json_put_str(j, "language", tongue_name(e->tongue));
	json_put_str(j, "source", tongue_name(source.tongue));
	json_put_text(j, "file", source.file);
	json_put_text(j, "template", source.written);
	json_put_text(j, "subject", mail.subject);
	json_put_text(j, "text", mail.text);
	return finish(&j, a, line_out);
}

int text_template_show_json(const struct profile *p, bool plain, struct bytes name,
			    struct bytes language, struct arena *a, struct bytes *line_out)
{
	struct example e = { .profile = p, .rules = { .plain = plain } };
	struct text_values values;
	struct mail_example mail = { .profile = p };
	bool is_mail = letter_name_parse(name, &mail.name) == ERR_OK;
	int err = is_mail ? ERR_OK : text_name_parse(name, &e.name);

	if (err != ERR_OK)
		return ERR_NOENT;
	err = tongue_parse(language, &e.tongue);
	mail.tongue = e.tongue;
	if (err == ERR_OK && is_mail)
		return show_mail(&mail, a, line_out);
	if (err == ERR_OK)
		err = profile_longest_in(p, e.tongue, a, &values);
	if (err != ERR_OK)
		return err;
	e.values = &values;
	e.rules.time_zone = arena_str(a, p->time_zone);
	return e.rules.time_zone == NULL ? arena_err(a) : show(&e, a, line_out);
}

static int add_texts(const struct profile *p, bool plain, struct arena *a, struct json *texts)
{
	struct longest l;
	int err = profile_longest(p, a, &l);

	for (size_t i = 0; err == ERR_OK && i < l.n_tongues; i++) {
		for (int n = 0; err == ERR_OK && n < TEXT_COUNT; n++) {
			struct example e = { p,
					     (enum text_name)n,
					     l.tongues[i],
					     &l.values[i],
					     { .plain = plain, .time_zone = l.time_zone } };
			struct json *one = json_object();
			struct bytes text;

			json_put_str(one, "name", text_name_text(e.name));
			json_put_str(one, "language", tongue_name(e.tongue));
			err = put_example(&e, a, one, &text);
			json_append_take(texts, &one);
		}
	}
	return err;
}

static int add_mails(const struct profile *p, struct arena *a, struct json *texts)
{
	int err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < p->n_tongues; i++) {
		for (int n = 0; err == ERR_OK && n < LETTER_COUNT; n++) {
			struct mail_example e = { p, (enum letter_name)n, p->tongues[i] };
			struct letter mail = { 0 };
			struct json *one = json_object();

			err = compose_example(&e, a, &mail);
			json_put_str(one, "name", letter_name_text(e.name));
			json_put_str(one, "language", tongue_name(e.tongue));
			json_put_text(one, "subject", mail.subject);
			json_append_take(texts, &one);
		}
	}
	return err;
}

/* The lines of errors, or of warnings. */
static int add_faults(const struct faults *found, bool are_warnings, struct arena *a,
		      struct json *lines)
{
	for (size_t i = 0; i < found->n; i++) {
		struct bytes line;
		struct json *one;
		int err;

		if (found->list[i].is_warning != are_warnings)
			continue;
		err = fault_line(&found->list[i], a, &line);
		if (err != ERR_OK)
			return err;
		one = json_text(line);
		json_append_take(lines, &one);
	}
	return ERR_OK;
}

int text_template_check_json(const struct profile *p, bool plain, const struct faults *found,
			     struct arena *a, struct bytes *line_out, bool *is_ok_out)
{
	struct json *j = json_object(), *problems = json_array(), *warnings = json_array();
	struct json *texts = json_array();
	bool is_ok = found->n_errors == 0 && p != NULL;
	int err = add_faults(found, false, a, problems);

	if (err == ERR_OK)
		err = add_faults(found, true, a, warnings);
	if (err == ERR_OK && p != NULL)
		err = add_texts(p, plain, a, texts);
	if (err == ERR_OK && p != NULL)
		err = add_mails(p, a, texts);
	json_put_bool(j, "ok", is_ok);
	json_put_take(j, "problems", &problems);
	json_put_take(j, "warnings", &warnings);
	json_put_take(j, "texts", &texts);
	if (err != ERR_OK) {
		json_free(&j);
		return err;
	}
	*is_ok_out = is_ok;
	return finish(&j, a, line_out);
}
