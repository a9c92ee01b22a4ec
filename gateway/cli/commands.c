/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * commands - the one table of what `odziv` can be asked (COMMANDS: keys, options,
 * exit statuses are a contract with scripts).
 */
#include "gateway/cli/args.h"
#include "gateway/cli/keep.h"
#include "gateway/cli/phone.h"
#include "gateway/cli/text.h"
#include "gateway/cli/text_mail.h"

/* clang-format off */
static const struct column case_columns[] = {
	{ "number", "NUMBER" }, { "state", "STATE" }, { "category", "CAT" }, { "department", "DEPARTMENT" },
	{ "clerk", "CLERK" }, { "answer_due", "ANSWER BY" }, { "solve_due", "SOLVE BY" }, { "settlement", "SETTLEMENT" },
	{ "place", "PLACE" }, { NULL, NULL },
};
static const struct column outbox_columns[] = {
	{ "id", "ID" }, { "state", "STATE" }, { "kind", "KIND" }, { "case", "CASE" }, { "to", "TO" },
	{ "segments", "SEG" }, { "attempts", "TRY" }, { "created", "CREATED" }, { "error", "ERROR" }, { NULL, NULL },
};
static const struct column quarantine_columns[] = {
	{ "id", "ID" }, { "received", "RECEIVED" }, { "channel", "CHANNEL" }, { "from", "FROM" }, { "reason", "REASON" },
	{ "settled_as", "SETTLED" }, { NULL, NULL },
};
static const struct column phone_columns[] = {
	{ "at", "AT" }, { "from", "FROM" }, { "text", "TEXT" }, { NULL, NULL },
};

const struct command_row commands[] = {
	{ "case list", "", "cases, newest first", RUN_STORE, 0, 0,
	  { { "state", "S" }, { "department", "D" }, { "category", "C" }, { "late", NULL }, { "limit", "N" } },
	  case_columns, false, NULL },
	{ "case search", "WORDS", "cases whose words, place or number hold this", RUN_STORE, 1, 1, { { "limit", "N" } },
	  case_columns, false, NULL },
	{ "case show", "NUMBER", "one case with its whole trail", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "case answer", "NUMBER TEXT", "text the citizen an answer, or a question", RUN_STORE, 2, 2,
	  { { "question", NULL } }, NULL, false, NULL },
	{ "case note", "NUMBER TEXT", "a note that only staff see", RUN_STORE, 2, 2, { { NULL, NULL } }, NULL, false, NULL },
	{ "case assign", "NUMBER MEMBER", "give it to a member, or to a department", RUN_STORE, 2, 2, { { NULL, NULL } },
	  NULL, false, NULL },
	{ "case status", "NUMBER STATE", "new open waiting solved closed", RUN_STORE, 2, 2, { { NULL, NULL } }, NULL, false,
	  NULL },
	{ "case close", "NUMBER REASON", "close it; the citizen reads the reason", RUN_STORE, 2, 2, { { NULL, NULL } }, NULL,
	  false, NULL },
	{ "case reopen", "NUMBER REASON", "open it again, with its first clock", RUN_STORE, 2, 2, { { NULL, NULL } }, NULL,
	  false, NULL },
	{ "case merge", "NUMBER INTO", "close it as part of another", RUN_STORE, 2, 2, { { NULL, NULL } }, NULL, false, NULL },
	{ "case new", "CONTACT TEXT", "a case that came by word of mouth", RUN_STORE, 2, 2, { { "category", "C" } }, NULL,
	  false, NULL },
	{ "outbox list", "", "replies, newest first", RUN_STORE, 0, 0,
	  { { "state", "S" }, { "case", "NUMBER" }, { "limit", "N" } }, outbox_columns, false, NULL },
	{ "outbox show", "ID", "one reply", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "outbox retry", "ID", "send an unsure or failed reply again", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false,
	  NULL },
	{ "outbox cancel", "ID", "don't send it", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "contact show", "CONTACT", "a person: sms:+381…", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "contact export", "CONTACT", "all that we hold of a person", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "quarantine list", "", "what the rules couldn't take", RUN_STORE, 0, 0, { { NULL, NULL } }, quarantine_columns, false,
	  NULL },
	{ "quarantine show", "ID", "one of them, with its octets", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "quarantine release", "ID", "make it a case", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "quarantine drop", "ID", "decide that it gets no answer", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "status", "", "channels, queues, space, alarms", RUN_STORE, 0, 0, { { NULL, NULL } }, NULL, false, NULL },
	{ "balance", "", "every message and its outcome add up", RUN_STORE, 0, 0, { { "from", "DATE" }, { "to", "DATE" } },
	  NULL, true, NULL },
	{ "verify", "", "read all of the store and check it", RUN_STORE, 0, 0, { { NULL, NULL } }, NULL, true, NULL },
	{ "rebuild", "", "make the derived tables anew", RUN_STORE, 0, 0, { { NULL, NULL } }, NULL, false, NULL },
	{ "dump", "[TABLE]", "records as JSON", RUN_STORE, 0, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "backup", "DIR", "copy the store while it works", RUN_STORE, 1, 1, { { NULL, NULL } }, NULL, false, NULL },
	{ "restore", "DIR", "make a store from a backup", RUN_ALONE, 1, 1, { { NULL, NULL } }, NULL, false, keep_restore },
	{ "compact", "", "make the store's file small again", RUN_ALONE, 0, 0, { { NULL, NULL } }, NULL, false, keep_compact },
	{ "classify", "[TEXT]", "what the rules make of a text", RUN_LOCAL, 0, 1, { { "tsv", "FILE" } }, NULL, false,
	  text_classify },
	{ "sms show", "TEXT", "encoding and segments of a text", RUN_LOCAL, 1, 1, { { NULL, NULL } }, NULL, false, text_sms },
	{ "mail show", "FILE", "what the mail parser makes of a file", RUN_LOCAL, 1, 1, { { NULL, NULL } }, NULL, false,
	  text_mail_show },
	{ "smpp decode", "HEX", "the PDUs of a hex dump, in words", RUN_LOCAL, 1, 1, { { NULL, NULL } }, NULL, false, text_smpp },
	{ "template show", "NAME LANGUAGE", "a text of the profile", RUN_LOCAL, 2, 2, { { NULL, NULL } }, NULL, false,
	  text_template },
	{ "template check", "", "every text fits with the longest values", RUN_LOCAL, 0, 0, { { NULL, NULL } }, NULL, true,
	  text_template_check },
	{ "profile check", "", "the profile fits together", RUN_LOCAL, 0, 0, { { NULL, NULL } }, NULL, true, text_profile_check },
	{ "phone", "NUMBER [TEXT]", "a phone of the simulator", RUN_DAEMON, 1, 2, { { "wait", "SECONDS" } }, phone_columns,
	  false, phone_run },
};
/* clang-format on */
const size_t n_commands = ARRAY_LEN(commands);
