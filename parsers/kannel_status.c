/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/kannel_status.h"

#include <libxml/parser.h>
#include <stddef.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/number.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* "gateway/smscs/smsc/sms/received": Kannel nests five deep. */
#define DEPTH_MAX      8
#define NAME_MAX_BYTES 32
/* Longer than every value that we keep; Kannel's longest is its version, of which one line counts. */
#define VALUE_MAX_BYTES 512

/* Where libxml2's events leave their traces. */
struct reading {
	struct arena *arena;
	struct kannel_status *status;
	char names[DEPTH_MAX][NAME_MAX_BYTES];
	unsigned depth;
	char value[VALUE_MAX_BYTES];
	size_t value_len;
	xmlParserCtxtPtr parser;
	int err;
};

enum value_type { VALUE_TEXT, VALUE_NUMBER };
enum place { IN_STATUS, IN_BOX, IN_SMSC };

/* clang-format off */
static const struct {
	const char *path;
	enum place place;
	enum value_type type;
	size_t offset;
} values[] = {
	{ "gateway/status",              IN_STATUS, VALUE_TEXT,   offsetof(struct kannel_status, status) },
	{ "gateway/version",             IN_STATUS, VALUE_TEXT,   offsetof(struct kannel_status, version) },
	{ "gateway/sms/storesize",       IN_STATUS, VALUE_NUMBER, offsetof(struct kannel_status, storesize) },
	{ "gateway/sms/received/total",  IN_STATUS, VALUE_NUMBER, offsetof(struct kannel_status, sms_received) },
	{ "gateway/sms/received/queued", IN_STATUS, VALUE_NUMBER, offsetof(struct kannel_status, sms_received_queued) },
	{ "gateway/sms/sent/total",      IN_STATUS, VALUE_NUMBER, offsetof(struct kannel_status, sms_sent) },
	{ "gateway/sms/sent/queued",     IN_STATUS, VALUE_NUMBER, offsetof(struct kannel_status, sms_sent_queued) },
	{ "gateway/dlr/queued",          IN_STATUS, VALUE_NUMBER, offsetof(struct kannel_status, dlr_queued) },
	{ "gateway/dlr/storage",         IN_STATUS, VALUE_TEXT,   offsetof(struct kannel_status, dlr_storage) },
	{ "gateway/boxes/box/type",      IN_BOX,    VALUE_TEXT,   offsetof(struct kannel_box_status, type) },
	{ "gateway/boxes/box/id",        IN_BOX,    VALUE_TEXT,   offsetof(struct kannel_box_status, id) },
	{ "gateway/boxes/box/IP",        IN_BOX,    VALUE_TEXT,   offsetof(struct kannel_box_status, ip) },
	{ "gateway/boxes/box/status",    IN_BOX,    VALUE_TEXT,   offsetof(struct kannel_box_status, status) },
	{ "gateway/boxes/box/queue",     IN_BOX,    VALUE_NUMBER, offsetof(struct kannel_box_status, queue) },
	{ "gateway/smscs/smsc/id",       IN_SMSC,   VALUE_TEXT,   offsetof(struct kannel_smsc_status, id) },
	{ "gateway/smscs/smsc/name",     IN_SMSC,   VALUE_TEXT,   offsetof(struct kannel_smsc_status, name) },
	{ "gateway/smscs/smsc/status",   IN_SMSC,   VALUE_TEXT,   offsetof(struct kannel_smsc_status, status) },
	{ "gateway/smscs/smsc/failed",   IN_SMSC,   VALUE_NUMBER, offsetof(struct kannel_smsc_status, failed) },
	{ "gateway/smscs/smsc/queued",   IN_SMSC,   VALUE_NUMBER, offsetof(struct kannel_smsc_status, queued) },
};
/* clang-format on */

static void stop(struct reading *r, int err)
{
	if (r->err == ERR_OK)
		r->err = err;
	xmlStopParser(r->parser);
}

/* Is this where we stand? Compared piece by piece, so that no path is built. */
static bool stands_at(const struct reading *r, const char *path)
{
	struct bytes rest = bytes_of(path), name;
	unsigned at = 0;

	while (bytes_split(&rest, '/', &name)) {
		if (at == r->depth || !bytes_is(name, r->names[at]))
			return false;
		at++;
	}
	return at == r->depth;
}

static void begin_item(struct reading *r)
{
	struct kannel_status *s = r->status;

	if (stands_at(r, "gateway/boxes/box") && s->n_boxes < KANNEL_BOXES_MAX)
		s->boxes[s->n_boxes++].queue = -1;
	if (stands_at(r, "gateway/smscs/smsc") && s->n_smscs < KANNEL_SMSCS_MAX) {
		s->smscs[s->n_smscs].failed = -1;
		s->smscs[s->n_smscs++].queued = -1;
	}
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar **attributes)
{
	struct reading *r = ctx;
	struct bytes short_name = utf8_cut(bytes_of((const char *)name), NAME_MAX_BYTES - 1);

	(void)attributes;
	r->value_len = 0;
	if (r->depth == DEPTH_MAX) {
		stop(r, ERR_LIMIT);
		return;
	}
	memcpy(r->names[r->depth], short_name.ptr, short_name.len);
	r->names[r->depth][short_name.len] = '\0';
	r->depth++;
	begin_item(r);
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
	struct reading *r = ctx;
	size_t room = VALUE_MAX_BYTES - r->value_len, n = len < 0 ? 0 : (size_t)len;

	if (n > room)
		n = room;
	memcpy(r->value + r->value_len, text, n);
	r->value_len += n;
}

/* The struct that the last begun item of this place is; NULL when there is no room for it. */
static void *owner(struct reading *r, enum place place)
{
	struct kannel_status *s = r->status;

	switch (place) {
	case IN_STATUS: return s;
	case IN_BOX: return s->n_boxes == 0 ? NULL : &s->boxes[s->n_boxes - 1];
	case IN_SMSC: return s->n_smscs == 0 ? NULL : &s->smscs[s->n_smscs - 1];
	}
	return NULL;
}

static void keep_value(struct reading *r, size_t i)
{
	struct bytes value = bytes_trim(bytes_at(r->value, r->value_len)), line = BYTES_NONE;
	void *base = owner(r, values[i].place);
	int64_t number;

	if (base == NULL)
		return;
	if (values[i].type == VALUE_NUMBER) {
		if (number_parse_i64(value, -1, INT64_MAX, &number) == ERR_OK)
			memcpy((char *)base + values[i].offset, &number, sizeof(number));
		return;
	}
	value = bytes_cut(value, 0, bytes_find(value, '\n'));
	if (value.len != 0 && utf8_clean(r->arena, bytes_trim(value), &line, NULL) != ERR_OK)
		stop(r, arena_err(r->arena));
	memcpy((char *)base + values[i].offset, &line, sizeof(line));
}

static void on_end(void *ctx, const xmlChar *name)
{
	struct reading *r = ctx;
	struct bytes value = bytes_trim(bytes_at(r->value, r->value_len));

	(void)name;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (stands_at(r, values[i].path))
			keep_value(r, i);
	/* <gateway>Denied</gateway>, with status 200. */
	if (stands_at(r, "gateway") && bytes_is(value, "Denied"))
		r->status->is_denied = true;
	r->value_len = 0;
	r->depth--;
}

/* Kannel's status has no document type; one that has is not Kannel's, and can hold entities. */
static void on_subset(void *ctx, const xmlChar *name, const xmlChar *public_id,
		      const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	stop(ctx, ERR_INVALID);
}

static int run_parser(struct reading *r, struct bytes xml)
{
	xmlSAXHandler sax = {
		.startElement = on_start,
		.endElement = on_end,
		.characters = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_subset,
	};
	int rc;

	r->parser = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
	if (r->parser == NULL)
		return ERR_NOMEM;
	xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	rc = xmlParseChunk(r->parser, (const char *)xml.ptr, (int)xml.len, 1);
	xmlFreeParserCtxt(r->parser);
	if (r->err != ERR_OK)
		return r->err;
	return rc == 0 ? ERR_OK : ERR_INVALID;
}

int kannel_status_parse(struct bytes xml, struct arena *a, struct kannel_status *status_out)
{
	struct reading r = { .arena = a };
	struct kannel_status *s = arena_alloc(a, sizeof(*s));
	int err;

	if (s == NULL)
		return arena_err(a);
	if (xml.len > KANNEL_STATUS_MAX)
		return ERR_LIMIT;
	if (xml.len == 0)
		return ERR_INVALID;
	s->storesize = s->sms_received = s->sms_received_queued = s->sms_sent = s->sms_sent_queued =
		-1;
	s->dlr_queued = -1;
	r.status = s;
	err = run_parser(&r, xml);
	if (err != ERR_OK)
		return err;
	if (s->status.len == 0 && !s->is_denied)
		return ERR_INVALID;
	s->is_running = bytes_starts(s->status, "running");
	for (size_t i = 0; i < s->n_smscs; i++)
		s->smscs[i].is_online = bytes_starts(s->smscs[i].status, "online");
	*status_out = *s;
	return ERR_OK;
}
