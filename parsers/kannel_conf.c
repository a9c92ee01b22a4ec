/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/kannel_conf.h"

#include "parsers/err.h"
#include "parsers/number.h"

enum link_bits { BOX = 1 << KANNEL_CONF_BOX, HTTP = 1 << KANNEL_CONF_HTTP, BOTH = BOX | HTTP };
enum test {
	IS,   /* the value is `value` */
	ISNT, /* it is something else */
	IS_TRUE,
	IS_FALSE,
	AT_LEAST, /* a number from `number` on */
	AT_MOST,
	ABSENT, /* the key isn't there */
	PRESENT,
	SEGMENTS, /* at least as many as our replies may have */
};

/* clang-format off */
/* What we need, what Kannel 1.4.5 does when the key is absent, and why it matters. */
static const struct {
	const char *group, *key, *otherwise;
	unsigned links;
	bool is_warning;
	enum test test;
	const char *value;
	uint32_t number;
	const char *danger, *instead;
} wants[] = {
	{ "core", "store-type", "none", BOTH, false, IS, "spool", 0,
	  "texts and replies are kept in memory only: a restart of bearerbox loses them",
	  "store-type = spool (and store-location = a folder that exists)" },
	{ "core", "dlr-storage", "internal", BOTH, false, ISNT, "internal", 0,
	  "receipts are forgotten at each restart of bearerbox", "dlr-storage = spool (and dlr-spool = a folder that exists)" },
	{ "core", "sms-resend-retry", "-1", BOTH, true, IS, "-1", 0,
	  "a reply is given up after that many tries, although its validity has not ended", "sms-resend-retry = -1, or nothing" },
	{ "core", "smsbox-max-pending", "100", BOX, false, AT_LEAST, NULL, 1000,
	  "texts and receipts that wait for us count together: held texts block the receipts", "smsbox-max-pending = 1000" },
	{ "core", "sms-combine-concatenated-mo", "true", BOX, false, IS_FALSE, NULL, 0,
	  "parts of a long text wait in Kannel's memory, where a missing one is given up after half an hour; we join them ourselves, on disk",
	  "sms-combine-concatenated-mo = false" },
	{ "core", "sms-combine-concatenated-mo", "true", HTTP, false, IS_TRUE, NULL, 0,
	  "on the HTTP link Kannel joins the parts of a long text", "sms-combine-concatenated-mo = true" },
	{ "core", "sms-combine-concatenated-mo-timeout", "1800", HTTP, true, AT_MOST, NULL, 300,
	  "a long text with a part missing waits that many seconds", "sms-combine-concatenated-mo-timeout = 300" },
	{ "core", "status-password", NULL, BOTH, true, PRESENT, NULL, 0,
	  "the status can then be read only with the password that also stops Kannel", "status-password = a password of its own" },
	{ "smsbox", "http-request-retry", "0", HTTP, false, AT_LEAST, NULL, 100000,
	  "a text that we can't take at once is lost after that many tries", "http-request-retry = 1000000" },
	{ "smsbox", "max-pending-requests", "512", HTTP, false, AT_MOST, NULL, 32,
	  "a restart of smsbox loses every text that it has started to hand over, up to that many", "max-pending-requests = 16" },
	{ "smsbox", "http-timeout", "240", HTTP, false, AT_LEAST, NULL, 300,
	  "smsbox gives up while we still hold the text for our disk", "http-timeout = 300" },
	{ "smsbox", "mo-recode", "false", HTTP, true, IS_FALSE, NULL, 0,
	  "octets of a damaged text are dropped in silence", "mo-recode = false, or nothing" },
	{ "smsbox", "immediate-sendsms-reply", "false", HTTP, false, IS_FALSE, NULL, 0,
	  "a reply counts as sent before bearerbox has it", "immediate-sendsms-reply = false, or nothing" },
	{ "sms-service", "max-messages", "1", HTTP, false, IS, "0", 0,
	  "Kannel texts our HTTP answers and its own error words to citizens", "max-messages = 0" },
	{ "sms-service", "omit-empty", "false", HTTP, true, IS_TRUE, NULL, 0,
	  "Kannel answers an empty text with words of its own as soon as max-messages isn't 0", "omit-empty = true" },
	{ "sms-service", "post-url", NULL, HTTP, true, ABSENT, NULL, 0,
	  "a posted text comes without Kannel's id, so a repeat can't be told", "get-url with the parameters of the manual" },
	{ "sendsms-user", "concatenation", "false", HTTP, false, IS_TRUE, NULL, 0,
	  "a long reply arrives as several texts in any order", "concatenation = true" },
	{ "sendsms-user", "max-messages", "1", HTTP, false, SEGMENTS, NULL, 0,
	  "a longer reply is cut off in silence", "max-messages = as many as max_segments of ours" },
};

/* What get-url must hand over: one of the letters behind a %. */
static const struct {
	const char *letters;
	bool is_warning;
	const char *why;
} escapes[] = {
	{ "bA",  false, "the text, every octet of it," },
	{ "I",   false, "Kannel's id, by which a repeat is told," },
	{ "p",   false, "the citizen's number" },
	{ "P",   false, "the number that was written to" },
	{ "T",   false, "the time" },
	{ "c",   false, "the coding, without which Cyrillic can't be read," },
	{ "u",   false, "the header of a part" },
	{ "i",   true,  "the SMSC" },
};

static const struct {
	char letter;
	const char *why;
} damaging[] = {
	{ 'a', "loses blanks and line ends, and damages Cyrillic; write %b" },
	{ 'k', "can be half a letter of Cyrillic; write %b" },
	{ 'r', "can begin in the middle of a letter; write %b" },
	{ 's', "can be half a letter of Cyrillic; write %b" },
};
/* clang-format on */

/* One line of a group. */
struct entry {
	struct bytes group, key, value;
	unsigned group_line; /* where the group begins: tells two of a name apart */
	unsigned line;
};

struct check {
	struct faults *faults;
	struct bytes file;
	const struct kannel_conf_wants *wants;
	struct entry *entries;
	size_t n;
	bool has_include;
};

static void find(struct check *c, unsigned line, const char *group, const char *key,
		 bool is_warning, const char *danger, const char *instead)
{
	struct fault fault = {
		.file = c->file,
		.line = line,
		.section = bytes_of(group),
		.key = bytes_of(key),
		.is_warning = is_warning,
	};

	faults_add(c->faults, fault, "%s; write %s", danger, instead);
}

/* The value between quotation marks, which may hold blanks. */
static struct bytes unquoted(struct bytes value)
{
	size_t end;

	if (!bytes_starts(value, "\""))
		return value;
	value = bytes_cut(value, 1, value.len);
	end = bytes_find(value, '"');
	return bytes_cut(value, 0, end);
}

/* Adds a line to the entries; whose group it is is known at the end of its block. */
static void read_line(struct check *c, struct bytes line, unsigned number)
{
	struct entry e = { .line = number };
	struct bytes rest = line, key;

	if (line.ptr[0] == '#')
		return;
	bytes_split(&rest, '=', &key);
	e.key = bytes_trim(key);
	e.value = unquoted(bytes_trim(rest));
	if (!bytes_is(e.key, "include")) {
		c->entries[c->n++] = e;
		return;
	}
	c->has_include = true;
	faults_add(c->faults, (struct fault){ .file = c->file, .line = number, .is_warning = true },
		   "what stands in \"%.*s\" is not looked at here", PRI_BYTES(e.value));
}

/* A blank line ends a group: the entries from `from` on belong together. */
static void end_block(struct check *c, size_t from)
{
	const struct entry *group = NULL;

	for (size_t i = from; i < c->n && group == NULL; i++)
		if (bytes_is(c->entries[i].key, "group"))
			group = &c->entries[i];
	for (size_t i = from; i < c->n && group != NULL; i++) {
		c->entries[i].group = group->value;
		c->entries[i].group_line = group->line;
	}
	if (group != NULL || c->n == from)
		return;
	faults_add(c->faults,
		   (struct fault){ .file = c->file,
				   .line = c->entries[from].line,
				   .key = c->entries[from].key },
		   "the line stands in no group, since a blank line ends a group; "
		   "write it without a blank line before it");
	c->n = from;
}

static bool read_entries(struct check *c, struct bytes text)
{
	struct bytes rest = text, line;
	size_t n_lines = 1, from = 0;

	while (bytes_split(&rest, '\n', &line))
		n_lines++;
	c->entries = arena_array(c->faults->arena, n_lines, sizeof(*c->entries));
	if (c->entries == NULL)
		return false;
	rest = text;
	for (unsigned number = 1; bytes_split(&rest, '\n', &line); number++) {
		line = bytes_trim(line);
		if (line.len != 0) {
			read_line(c, line, number);
			continue;
		}
		end_block(c, from);
		from = c->n;
	}
	end_block(c, from);
	return true;
}

static bool is_one_of(struct bytes value, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_is_any_case(value, names[i]))
			return true;
	return false;
}

static bool is_true(struct bytes value)
{
	static const char *const names[] = { "true", "yes", "on", "1" };

	return is_one_of(value, names, ARRAY_LEN(names));
}

static bool is_false(struct bytes value)
{
	static const char *const names[] = { "false", "no", "off", "0" };

	return is_one_of(value, names, ARRAY_LEN(names));
}

/* Does a value meet row i of the table? `has` says that it is there, or has a default. */
static bool is_met(const struct check *c, size_t i, bool has, struct bytes value)
{
	uint32_t number = 0;
	bool is_number = has && number_parse_u32(value, 0, UINT32_MAX, &number) == ERR_OK;

	switch (wants[i].test) {
	case IS: return has && bytes_is(value, wants[i].value);
	case ISNT: return has && !bytes_is(value, wants[i].value);
	case IS_TRUE: return has && is_true(value);
	case IS_FALSE: return has && is_false(value);
	case AT_LEAST: return is_number && number >= wants[i].number;
	case AT_MOST: return is_number && number <= wants[i].number;
	case ABSENT: return !has;
	case PRESENT: return has;
	case SEGMENTS: return is_number && number >= c->wants->max_segments;
	}
	return false;
}

/* The entry of a key in the group that begins at a line; NULL when absent. */
static const struct entry *entry_of(const struct check *c, unsigned group_line, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->entries[i].group_line == group_line && bytes_is(c->entries[i].key, key))
			return &c->entries[i];
	return NULL;
}

static void check_row(struct check *c, size_t i, unsigned group_line)
{
	const struct entry *e = entry_of(c, group_line, wants[i].key);
	struct bytes value = e == NULL ? bytes_of(wants[i].otherwise) : e->value;

	if (is_met(c, i, e != NULL || wants[i].otherwise != NULL, value))
		return;
	find(c, e == NULL ? group_line : e->line, wants[i].group, wants[i].key, wants[i].is_warning,
	     wants[i].danger, wants[i].instead);
}

/* Kannel's own reading: % and the next sign, %% for a percent sign. */
static bool has_escape(struct bytes url, char letter)
{
	for (size_t i = 0; i + 1 < url.len; i++) {
		if (url.ptr[i] != '%')
			continue;
		if (url.ptr[i + 1] == (uint8_t)letter)
			return true;
		i++;
	}
	return false;
}

static bool has_any_escape(struct bytes url, const char *letters)
{
	for (; *letters != '\0'; letters++)
		if (has_escape(url, *letters))
			return true;
	return false;
}

static void check_url(struct check *c, const struct entry *url)
{
	struct fault fault = {
		.file = c->file, .line = url->line, .section = url->group, .key = url->key
	};

	for (size_t i = 0; i < ARRAY_LEN(damaging); i++)
		if (has_escape(url->value, damaging[i].letter))
			faults_add(c->faults, fault, "%%%c %s", damaging[i].letter,
				   damaging[i].why);
	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		fault.is_warning = escapes[i].is_warning;
		if (!has_any_escape(url->value, escapes[i].letters))
			faults_add(c->faults, fault,
				   "%s is not handed over; write it with %%%c, as in the manual",
				   escapes[i].why, escapes[i].letters[0]);
	}
}

static bool has_route(const struct check *c, struct bytes box_id)
{
	for (size_t i = 0; i < c->n; i++)
		if (bytes_is(c->entries[i].group, "smsbox-route") &&
		    bytes_is(c->entries[i].key, "smsbox-id") &&
		    bytes_eq(c->entries[i].value, box_id))
			return true;
	return false;
}

/*
 * A named box gets no text at all without a route, in silence. On the box link a group smsbox is no sign of a
 * second box: bearerbox demands one; which boxes are there is seen on its status page.
 */
static void check_box_name(struct check *c, const struct entry *group)
{
	const struct entry *id = entry_of(c, group->group_line, "smsbox-id");

	if (c->wants->link == KANNEL_CONF_HTTP && id != NULL && !has_route(c, id->value))
		find(c, id->line, "smsbox", "smsbox-id", false,
		     "a box with a name gets no text at all without a route",
		     "no smsbox-id, or a group smsbox-route with this smsbox-id and smsc-id");
}

static void check_group(struct check *c, const struct entry *group)
{
	for (size_t i = 0; i < ARRAY_LEN(wants); i++)
		if ((wants[i].links & 1u << c->wants->link) != 0 &&
		    bytes_is(group->value, wants[i].group))
			check_row(c, i, group->line);
	if (bytes_is(group->value, "smsbox"))
		check_box_name(c, group);
	if (bytes_is(group->value, "sms-service") && c->wants->link == KANNEL_CONF_HTTP) {
		const struct entry *url = entry_of(c, group->line, "get-url");

		if (url != NULL)
			check_url(c, url);
	}
}

/* A group that has to be somewhere; in an included file perhaps. */
static void check_presence(struct check *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (bytes_is(c->entries[i].key, "group") && bytes_is(c->entries[i].value, name))
			return;
	faults_add(c->faults,
		   (struct fault){ .file = c->file,
				   .section = bytes_of(name),
				   .is_warning = c->has_include },
		   "the group is missing; write it as in the manual");
}

void kannel_conf_check(struct bytes file, struct bytes text, const struct kannel_conf_wants *what,
		       struct faults *faults)
{
	struct check c = { .faults = faults, .file = file, .wants = what };

	if (!read_entries(&c, text)) {
		faults_add(faults, (struct fault){ .file = file }, "%s", err_text(ERR_NOMEM));
		return;
	}
	for (size_t i = 0; i < c.n; i++)
		if (bytes_is(c.entries[i].key, "group"))
			check_group(&c, &c.entries[i]);
	check_presence(&c, "core");
	if (what->link == KANNEL_CONF_HTTP) {
		check_presence(&c, "smsbox");
		check_presence(&c, "sms-service");
		check_presence(&c, "sendsms-user");
	} else if (what->box_id.len != 0 && !has_route(&c, what->box_id)) {
		faults_add(faults,
			   (struct fault){ .file = file,
					   .section = bytes_of("smsbox-route"),
					   .is_warning = c.has_include },
			   "\"%.*s\" is our name, and a box with a name gets no text at all "
			   "without a route; "
			   "write a group smsbox-route with smsbox-id = %.*s and smsc-id",
			   PRI_BYTES(what->box_id), PRI_BYTES(what->box_id));
	}
}
