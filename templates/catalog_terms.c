/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/catalog_terms.h"

#include "parsers/err.h"

static const char *const text_names[TEXT_COUNT] = {
	[TEXT_ACK] = "ack",
	[TEXT_ACK_TWO] = "ack_two",
	[TEXT_JOINED] = "joined",
	[TEXT_EMERGENCY] = "emergency",
	[TEXT_STATUS] = "status",
	[TEXT_STATUS_LIST] = "status_list",
	[TEXT_STATUS_NONE] = "status_none",
	[TEXT_HELP] = "help",
	[TEXT_STOP] = "stop",
	[TEXT_START] = "start",
	[TEXT_LANGUAGE] = "language",
	[TEXT_ASK] = "ask",
	[TEXT_ANSWER] = "answer",
	[TEXT_QUESTION] = "question",
	[TEXT_CLOSED] = "closed",
	[TEXT_LATE] = "late",
	[TEXT_DUTY] = "duty",
	[TEXT_ATTACHMENTS] = "attachments_by_sms",
	[TEXT_SOLVED_ASK] = "solved_ask",
	[TEXT_REOPENED] = "reopened",
	[TEXT_JOIN_CODE] = "join_code",
	[TEXT_TEXTS_ONLY] = "texts_only",
};

static const char *const letter_names[LETTER_COUNT] = {
	[LETTER_ACK] = "mail_ack",
	[LETTER_ACK_TWO] = "mail_ack_two",
	[LETTER_JOINED] = "mail_joined",
	[LETTER_EMERGENCY] = "mail_emergency",
	[LETTER_STATUS] = "mail_status",
	[LETTER_STATUS_LIST] = "mail_status_list",
	[LETTER_STATUS_NONE] = "mail_status_none",
	[LETTER_HELP] = "mail_help",
	[LETTER_STOP] = "mail_stop",
	[LETTER_START] = "mail_start",
	[LETTER_LANGUAGE] = "mail_language",
	[LETTER_ASK] = "mail_ask",
	[LETTER_ANSWER] = "mail_answer",
	[LETTER_QUESTION] = "mail_question",
	[LETTER_CLOSED] = "mail_closed",
	[LETTER_SOLVED_ASK] = "mail_solved_ask",
	[LETTER_REOPENED] = "mail_reopened",
	[LETTER_JOIN_CODE_SENT] = "mail_join_code_sent",
	[LETTER_JOIN_DONE] = "mail_join_done",
	[LETTER_STAFF_CASE] = "staff_case",
	[LETTER_STAFF_MESSAGE] = "staff_message",
	[LETTER_STAFF_NOT_UNDERSTOOD] = "staff_not_understood",
	[LETTER_STAFF_CONFIRM] = "staff_confirm",
	[LETTER_STAFF_FAILED] = "staff_failed",
	[LETTER_STAFF_PREVIEW] = "staff_preview",
	[LETTER_STAFF_HELP] = "staff_help",
	[LETTER_STAFF_REMINDER] = "staff_reminder",
	[LETTER_STAFF_NO_ANSWER] = "staff_no_answer",
	[LETTER_STAFF_DIGEST] = "staff_digest",
};

static const struct value_name value_names[TEXT_VALUE_COUNT] = {
	[TEXT_VALUE_CASE] = { "case", VALUE_TEXT },
	[TEXT_VALUE_CASE2] = { "case2", VALUE_TEXT },
	[TEXT_VALUE_CATEGORY] = { "category", VALUE_TEXT },
	[TEXT_VALUE_CATEGORY2] = { "category2", VALUE_TEXT },
	[TEXT_VALUE_DEPARTMENT] = { "department", VALUE_TEXT },
	[TEXT_VALUE_PLACE] = { "place", VALUE_TEXT },
	[TEXT_VALUE_STATE] = { "state", VALUE_TEXT },
	[TEXT_VALUE_WORDS] = { "words", VALUE_TEXT },
	[TEXT_VALUE_REASON] = { "reason", VALUE_TEXT },
	[TEXT_VALUE_NUMBERS] = { "numbers", VALUE_TEXT },
	[TEXT_VALUE_TOWN] = { "town", VALUE_TEXT },
	[TEXT_VALUE_CASES] = { "cases", VALUE_TEXT },
	[TEXT_VALUE_PRICE] = { "price", VALUE_TEXT },
	[TEXT_VALUE_ADDRESS] = { "address", VALUE_TEXT },
	[TEXT_VALUE_CODE] = { "code", VALUE_TEXT },
	[TEXT_VALUE_DUE] = { "due", VALUE_TIME },
	[TEXT_VALUE_N] = { "n", VALUE_NUMBER },
};

static const struct value_name letter_value_names[LETTER_VALUE_COUNT] = {
	[TEXT_VALUE_CASE] = { "case", VALUE_TEXT },
	[TEXT_VALUE_CASE2] = { "case2", VALUE_TEXT },
	[TEXT_VALUE_CATEGORY] = { "category", VALUE_TEXT },
	[TEXT_VALUE_CATEGORY2] = { "category2", VALUE_TEXT },
	[TEXT_VALUE_DEPARTMENT] = { "department", VALUE_TEXT },
	[TEXT_VALUE_PLACE] = { "place", VALUE_TEXT },
	[TEXT_VALUE_STATE] = { "state", VALUE_TEXT },
	[TEXT_VALUE_WORDS] = { "words", VALUE_TEXT },
	[TEXT_VALUE_REASON] = { "reason", VALUE_TEXT },
	[TEXT_VALUE_NUMBERS] = { "numbers", VALUE_TEXT },
	[TEXT_VALUE_TOWN] = { "town", VALUE_TEXT },
	[TEXT_VALUE_CASES] = { "cases", VALUE_LIST },
	[TEXT_VALUE_PRICE] = { "price", VALUE_TEXT },
	[TEXT_VALUE_ADDRESS] = { "address", VALUE_TEXT },
	[TEXT_VALUE_CODE] = { "code", VALUE_TEXT },
	[TEXT_VALUE_DUE] = { "due", VALUE_TIME },
	[TEXT_VALUE_N] = { "n", VALUE_NUMBER },
	[LETTER_VALUE_TAG] = { "tag", VALUE_TEXT },
	[LETTER_VALUE_SUBJECT] = { "subject", VALUE_TEXT },
	[LETTER_VALUE_FROM] = { "from", VALUE_TEXT },
	[LETTER_VALUE_MEMBER] = { "member", VALUE_TEXT },
	[LETTER_VALUE_SUGGESTION] = { "suggestion", VALUE_TEXT },
	[LETTER_VALUE_CHANNEL] = { "channel", VALUE_TEXT },
	[LETTER_VALUE_RECEIVED] = { "received", VALUE_TIME },
	[LETTER_VALUE_CUT] = { "cut", VALUE_NUMBER },
	[LETTER_VALUE_NEAR] = { "near", VALUE_LIST },
	[LETTER_VALUE_EARLIER] = { "earlier", VALUE_LIST },
	[LETTER_VALUE_FILES] = { "files", VALUE_LIST },
	[LETTER_VALUE_WITHHELD] = { "withheld", VALUE_LIST },
	[LETTER_VALUE_LINES] = { "lines", VALUE_LIST },
	[LETTER_VALUE_COMMANDS] = { "commands", VALUE_LIST },
	[LETTER_VALUE_HELD] = { "held", VALUE_LIST },
	[LETTER_VALUE_UNREADABLE] = { "unreadable", VALUE_LIST },
	[LETTER_VALUE_FAILED] = { "failed", VALUE_LIST },
	[LETTER_VALUE_OPENED] = { "opened", VALUE_TIME },
	[LETTER_VALUE_FILE] = { "file", VALUE_TEXT },
	[LETTER_VALUE_SIZE] = { "size", VALUE_TEXT },
	[LETTER_VALUE_COMMAND] = { "command", VALUE_TEXT },
};

#define V(name) (UINT64_C(1) << TEXT_VALUE_##name)
#define L(name) (UINT64_C(1) << LETTER_VALUE_##name)

/* clang-format off */
#define ITEM_CASE (V(CASE) | V(CATEGORY) | V(DEPARTMENT) | V(PLACE) | V(STATE) | V(WORDS) | V(DUE) | L(MEMBER) | L(OPENED))
#define ITEM_CASE_LACKS (V(DEPARTMENT) | V(PLACE) | V(WORDS) | V(DUE) | L(MEMBER) | L(OPENED))
#define ITEM_FILE (L(FILE) | L(SIZE))

static const struct template_item letter_items[] = {
	{ TEXT_VALUE_CASES,      ITEM_CASE,              ITEM_CASE_LACKS },
	{ LETTER_VALUE_NEAR,     ITEM_CASE,              ITEM_CASE_LACKS },
	{ LETTER_VALUE_EARLIER,  ITEM_CASE,              ITEM_CASE_LACKS },
	{ LETTER_VALUE_FILES,    ITEM_FILE,              0 },
	{ LETTER_VALUE_WITHHELD, ITEM_FILE,              0 },
	{ LETTER_VALUE_LINES,    V(WORDS),               0 },
	{ LETTER_VALUE_COMMANDS, L(COMMAND) | V(WORDS),  0 },
	{ LETTER_VALUE_HELD,     V(CASE) | V(WORDS) | V(DUE) | L(MEMBER), V(WORDS) | L(MEMBER) },
	{ LETTER_VALUE_UNREADABLE, V(CASE) | V(STATE) | L(OPENED), 0 },
	{ LETTER_VALUE_FAILED,   V(CASE) | V(WORDS) | L(OPENED), V(WORDS) },
};

struct says {
	uint64_t known;
	uint64_t may_lack;
};

/* What each text may name, and which of that may be absent. */
static const struct says text_says[TEXT_COUNT] = {
	[TEXT_ACK]         = { V(CASE) | V(CATEGORY) | V(DEPARTMENT) | V(DUE) | V(PLACE), V(DUE) | V(PLACE) },
	[TEXT_ACK_TWO]     = { V(CASE) | V(CATEGORY) | V(CASE2) | V(CATEGORY2) | V(DEPARTMENT) | V(DUE),
			       V(DEPARTMENT) | V(DUE) },
	[TEXT_JOINED]      = { V(CASE), 0 },
	[TEXT_EMERGENCY]   = { V(NUMBERS) | V(CASE), V(CASE) },
	[TEXT_STATUS]      = { V(CASE) | V(CATEGORY) | V(STATE) | V(DUE) | V(DEPARTMENT), V(DUE) },
	[TEXT_STATUS_LIST] = { V(N) | V(CASES), 0 },
	[TEXT_STATUS_NONE] = { 0, 0 },
	[TEXT_HELP]        = { V(TOWN) | V(PRICE), V(PRICE) },
	[TEXT_STOP]        = { 0, 0 },
	[TEXT_START]       = { 0, 0 },
	[TEXT_LANGUAGE]    = { 0, 0 },
	[TEXT_ASK]         = { 0, 0 },
	[TEXT_ANSWER]      = { V(CASE) | V(WORDS), 0 },
	[TEXT_QUESTION]    = { V(CASE) | V(WORDS), 0 },
	[TEXT_CLOSED]      = { V(CASE) | V(REASON), 0 },
	[TEXT_LATE]        = { V(N) | V(CASES), 0 },
	[TEXT_DUTY]        = { V(CASE) | V(PLACE) | V(WORDS), V(CASE) | V(PLACE) },
	[TEXT_ATTACHMENTS] = { V(CASE) | V(N) | V(ADDRESS), 0 },
	[TEXT_SOLVED_ASK]  = { V(CASE), 0 },
	[TEXT_REOPENED]    = { V(CASE) | V(DUE), V(DUE) },
	[TEXT_JOIN_CODE]   = { V(CODE) | V(TOWN), 0 },
	[TEXT_TEXTS_ONLY]  = { 0, 0 },
};

#define CITIZEN (V(TOWN) | L(TAG))
#define STAFF   (V(CASE) | L(TAG) | L(MEMBER))
#define ENCLOSED (L(FILES) | L(WITHHELD))

static const struct says letter_says[LETTER_COUNT] = {
	[LETTER_ACK]         = { CITIZEN | V(CASE) | V(CATEGORY) | V(DEPARTMENT) | V(DUE) | V(PLACE), V(DUE) | V(PLACE) },
	[LETTER_ACK_TWO]     = { CITIZEN | V(CASE) | V(CATEGORY) | V(CASE2) | V(CATEGORY2) | V(DEPARTMENT) | V(DUE),
				 V(DEPARTMENT) | V(DUE) },
	[LETTER_JOINED]      = { CITIZEN | V(CASE), 0 },
	[LETTER_EMERGENCY]   = { CITIZEN | V(NUMBERS) | V(CASE), L(TAG) | V(CASE) },
	[LETTER_STATUS]      = { CITIZEN | V(CASE) | V(CATEGORY) | V(STATE) | V(DUE) | V(DEPARTMENT) | V(PLACE), V(DUE) | V(PLACE) },
	[LETTER_STATUS_LIST] = { CITIZEN | V(N) | V(CASES), L(TAG) },
	[LETTER_STATUS_NONE] = { CITIZEN, L(TAG) },
	[LETTER_HELP]        = { CITIZEN | V(ADDRESS), L(TAG) },
	[LETTER_STOP]        = { CITIZEN, L(TAG) },
	[LETTER_START]       = { CITIZEN, L(TAG) },
	[LETTER_LANGUAGE]    = { CITIZEN, L(TAG) },
	[LETTER_ASK]         = { CITIZEN, L(TAG) },
	[LETTER_ANSWER]      = { CITIZEN | V(CASE) | V(WORDS) | L(SUBJECT) | ENCLOSED, L(SUBJECT) | ENCLOSED },
	[LETTER_QUESTION]    = { CITIZEN | V(CASE) | V(WORDS) | L(SUBJECT) | ENCLOSED, L(SUBJECT) | ENCLOSED },
	[LETTER_CLOSED]      = { CITIZEN | V(CASE) | V(REASON) | L(SUBJECT), L(SUBJECT) },
	[LETTER_SOLVED_ASK]  = { CITIZEN | V(CASE) | V(CATEGORY) | L(SUBJECT), V(CATEGORY) | L(SUBJECT) },
	[LETTER_REOPENED]    = { CITIZEN | V(CASE) | V(DUE) | L(SUBJECT), V(DUE) | L(SUBJECT) },
	[LETTER_JOIN_CODE_SENT] = { CITIZEN, L(TAG) },
	[LETTER_JOIN_DONE]   = { CITIZEN | V(N) | V(CASES), L(TAG) | V(N) | V(CASES) },
	[LETTER_STAFF_CASE]  = { STAFF | V(CATEGORY) | V(DEPARTMENT) | V(PLACE) | V(DUE) | V(STATE) | L(FROM) | L(RECEIVED)
				 | V(WORDS) | L(SUBJECT) | L(SUGGESTION) | L(CHANNEL) | L(NEAR) | L(EARLIER) | ENCLOSED | L(COMMANDS),
				 V(PLACE) | V(DUE) | V(STATE) | L(FROM) | L(SUBJECT) | L(SUGGESTION) | L(NEAR) | L(EARLIER)
				 | ENCLOSED | L(COMMANDS) | L(MEMBER) },
	[LETTER_STAFF_MESSAGE] = { STAFF | V(CATEGORY) | V(PLACE) | L(FROM) | L(RECEIVED) | V(N) | V(WORDS) | L(SUBJECT) | L(CHANNEL)
				   | ENCLOSED, V(PLACE) | L(FROM) | V(N) | L(SUBJECT) | ENCLOSED | L(MEMBER) },
	[LETTER_STAFF_NOT_UNDERSTOOD] = { STAFF | V(WORDS) | L(LINES) | L(COMMANDS),
					  V(CASE) | L(TAG) | L(MEMBER) | V(WORDS) | L(COMMANDS) },
	[LETTER_STAFF_CONFIRM] = { STAFF | V(WORDS) | V(REASON), L(MEMBER) | V(REASON) },
	[LETTER_STAFF_FAILED]  = { STAFF | V(WORDS) | V(REASON) | L(CHANNEL) | L(FROM), L(MEMBER) | L(FROM) },
	[LETTER_STAFF_PREVIEW] = { STAFF | V(WORDS) | L(CHANNEL) | V(N) | L(CUT), L(MEMBER) | V(N) | L(CUT) },
	[LETTER_STAFF_HELP]    = { STAFF | L(COMMANDS), STAFF },
	[LETTER_STAFF_REMINDER] = { STAFF | V(CATEGORY) | V(PLACE) | V(DUE) | V(WORDS) | L(FROM) | L(RECEIVED) | V(STATE),
				    L(MEMBER) | V(PLACE) | V(WORDS) | L(FROM) | L(RECEIVED) },
	[LETTER_STAFF_NO_ANSWER] = { STAFF, V(CASE) | L(TAG) | L(MEMBER) },
	[LETTER_STAFF_DIGEST]  = { L(TAG) | L(MEMBER) | V(N) | V(CASES) | L(HELD) | L(UNREADABLE) | L(FAILED),
				   L(TAG) | L(MEMBER) | V(CASES) | L(HELD) | L(UNREADABLE) | L(FAILED) },
};
/* clang-format on */

const char *text_name_text(enum text_name n)
{
	return text_names[n];
}

int text_name_parse(struct bytes stem, enum text_name *n_out)
{
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		if (bytes_is(stem, text_names[i])) {
			*n_out = (enum text_name)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

const char *letter_name_text(enum letter_name n)
{
	return letter_names[n];
}

int letter_name_parse(struct bytes stem, enum letter_name *n_out)
{
	for (size_t i = 0; i < LETTER_COUNT; i++) {
		if (bytes_is(stem, letter_names[i])) {
			*n_out = (enum letter_name)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

struct template_terms catalog_text_terms(enum text_name n)
{
	return (struct template_terms){
		.names = value_names,
		.n_names = TEXT_VALUE_COUNT,
		.known = text_says[n].known,
		.may_lack = text_says[n].may_lack,
	};
}

struct template_terms catalog_letter_terms(enum letter_name n)
{
	return (struct template_terms){
		.names = letter_value_names,
		.n_names = LETTER_VALUE_COUNT,
		.known = letter_says[n].known,
		.may_lack = letter_says[n].may_lack,
		.is_mail = true,
		.items = letter_items,
		.n_items = ARRAY_LEN(letter_items),
	};
}
