/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/control_request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "parsers/contact.h"
#include "parsers/err.h"
#include "parsers/number.h"
#include "parsers/strbuf.h"

/* --- what was asked --- */

struct bytes control_option(const struct control *c, const char *name)
{
	return json_get_text(c->args, name);
}

bool control_flag(const struct control *c, const char *name)
{
	return json_get_bool(c->args, name, false);
}

int control_limit(struct control *c, size_t otherwise, size_t *limit_out)
{
	struct bytes text = control_option(c, "limit");
	uint64_t limit;

	if (text.len == 0) {
		*limit_out = otherwise;
		return ERR_OK;
	}
	if (number_parse_u64(text, 1, LIST_MAX, &limit) != ERR_OK)
		return control_fail(c, ERR_INVALID, "--limit: '%.*s' is no number from 1 to %d",
				    PRI_BYTES(text), LIST_MAX);
	*limit_out = (size_t)limit;
	return ERR_OK;
}

int control_id(struct control *c, struct bytes word, uint64_t *id_out)
{
	if (number_parse_u64(word, 1, UINT64_MAX, id_out) == ERR_OK)
		return ERR_OK;
	return control_fail(c, ERR_INVALID, "'%.*s' is no id: the whole number that the list shows",
			    PRI_BYTES(word));
}

int control_contact(struct control *c, struct bytes word, struct bytes *contact_out)
{
	const struct conf *conf = c->desk_job.conf;
	struct contact_country country = { .code = "", .trunk = "0" };

	if (bytes_starts(word, "mail:")) {
		*contact_out = word;
		return ERR_OK;
	}
	if (conf->n_channels > 0)
		country.code = conf->channels[0].country;
	if (contact_of_number(word, &country, control_scratch(c), contact_out) == CONTACT_PHONE &&
	    contact_out->len > 0)
		return ERR_OK;
	return control_fail(c, ERR_INVALID, "'%.*s' is no contact: sms:+381641234567 or mail:…",
			    PRI_BYTES(word));
}

/* --- what is answered --- */

struct arena *control_scratch(struct control *c)
{
	return c->desk_job.arena;
}

int control_fail(struct control *c, int err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(c->error, sizeof(c->error), format, ap);
	va_end(ap);
	return err;
}

void control_send_rows(struct control *c)
{
	for (const struct control_row *row = c->rows; row != NULL; row = row->next)
		c->fn(row->line, false, c->fn_ctx);
	c->rows = NULL;
	c->rows_end = &c->rows;
	arena_reset(c->out);
}

int control_row_line(struct control *c, struct bytes json_line)
{
	struct strbuf s = strbuf_in(c->out, json_line.len + 32);
	struct control_row *row = arena_alloc(c->out, sizeof(*row));

	strbuf_adds(&s, "{\"row\":");
	strbuf_add(&s, json_line);
	strbuf_addc(&s, '}');
	if (row == NULL || strbuf_finish(&s, &row->line) != ERR_OK)
		return control_fail(c, ERR_LIMIT, "the answer is too large: ask for less of it");
	*c->rows_end = row;
	c->rows_end = &row->next;
	if (c->streams)
		control_send_rows(c);
	return ERR_OK;
}

int control_row_take(struct control *c, struct json **row)
{
	struct bytes line;
	int err = json_line(*row, c->out, &line);

	json_free(row);
	if (err != ERR_OK)
		return control_fail(c, err, "the answer can't be made: %s", err_text(err));
	return control_row_line(c, line);
}

int control_listed(struct control *c, int err)
{
	if (err == ERR_TIMEOUT)
		c->note = "only the newest were looked through, and older ones may fit as well: "
			  "narrow it down";
	else if (err == ERR_CORRUPT && c->error[0] == '\0')
		c->note = "some can't be read and aren't shown: run odziv verify";
	else
		return err;
	return ERR_OK;
}

static struct bytes last_line(struct control *c, int err)
{
	static const struct bytes done = BYTES("{\"exit\":0}");
	/* Without memory for more, this much is true. */
	static const struct bytes failed = BYTES("{\"exit\":1,\"error\":\"out of memory\"}");
	enum control_exit code = err == ERR_OK             ? c->exit
				 : c->exit != CONTROL_DONE ? c->exit
							   : CONTROL_FAILED;
	struct json *end;
	struct bytes line;

	if (code == CONTROL_DONE && c->note == NULL)
		return done;
	end = json_object();
	json_put_int(end, "exit", code);
	if (code == CONTROL_DONE)
		json_put_str(end, "note", c->note);
	else
		json_put_str(end, "error", c->error[0] != '\0' ? c->error : err_text(err));
	err = json_line(end, c->out, &line);
	json_free(&end);
	return err == ERR_OK ? line : failed;
}

void control_end(struct control *c, int err)
{
	/* Half a list is no list; but what was found wrong is shown. */
	if (err == ERR_OK)
		control_send_rows(c);
	control_progress_end(c);
	c->fn(last_line(c, err), true, c->fn_ctx);
	if (c->is_long)
		c->core->n_long--;
	json_free(&c->request);
	arena_free(&c->out);
	desk_job_fini(&c->desk_job);
	free(c);
}

void control_ask(struct control *c, int (*run)(struct txn *t, struct query *q),
		 void (*done)(struct query *q, int err), bool has_deadline, bool without_store)
{
	struct host *h = c->core->host;
	int err;

	c->query = (struct query){ .run = run,
				   .done = done,
				   .deadline_ms = has_deadline ? 0 : -1,
				   .without_store = without_store };
	err = h->read(h, &c->query);
	if (err != ERR_OK)
		control_end(c, err);
}
