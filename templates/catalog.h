/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * catalog - the texts of a profile in all its tongues, parsed and checked.
 *
 * A text is named by enum text_name; the file is templates/<tongue>/<name>.txt.
 * Reading files is conf/profile's work; this room takes octets.
 * sr-Latn is made from sr-Cyrl at load time (ICU Serbian-Latin/BGN) unless the
 * profile brings its own. Fallback: hr, rom -> sr-Latn; sk, hu -> en -> sr-Latn;
 * sr-Cyrl -> sr-Latn.
 *
 * Owns:     the parsed texts and words.
 * Promises: after catalog_finish() every text exists in every tongue.
 * Threads:  any; read-only after catalog_finish().
 */
#ifndef TEMPLATES_CATALOG_H
#define TEMPLATES_CATALOG_H

#include "parsers/faults.h"
#include "parsers/language.h"
#include "templates/template.h"

enum text_name {
	TEXT_ACK,       /* a new case: case category department due? place? */
	TEXT_ACK_TWO,   /* two cases of one text: case category case2 category2 department? due? */
	TEXT_JOINED,    /* a further text joined: case */
	TEXT_EMERGENCY, /* numbers case? */
	TEXT_STATUS,    /* one case: case category state due? department */
	TEXT_STATUS_LIST, /* several: n cases ("SP-2026-000123 u radu; …", made by the desk) */
	TEXT_STATUS_NONE, /* no case, or a foreign or missing number: the same words */
	TEXT_HELP,        /* town price? */
	TEXT_STOP,
	TEXT_START,
	TEXT_LANGUAGE,    /* confirmation, in the new language */
	TEXT_ASK,         /* an empty text: what is meant? */
	TEXT_ANSWER,      /* a clerk's words: case words */
	TEXT_QUESTION,    /* a clerk's question: case words */
	TEXT_CLOSED,      /* closed with a reason that the citizen may read: case reason */
	TEXT_LATE,        /* to the coordinator, once a day: n cases */
	TEXT_DUTY,        /* to the duty officer: case? place? words */
	TEXT_ATTACHMENTS, /* the answer has n files, which can't come by SMS: case n address */
	TEXT_SOLVED_ASK,  /* was it solved? yes or no: case */
	TEXT_REOPENED,    /* it was not: case due? */
	TEXT_JOIN_CODE,   /* proves that mail and phone are one person's: code */
	TEXT_TEXTS_ONLY,  /* to who sent pictures */
	TEXT_COUNT
};

const char *text_name_text(enum text_name n);                  /* "ack" … the file's stem */
int text_name_parse(struct bytes stem, enum text_name *n_out); /* ERR_INVALID */

/*
 * The texts of mails: a subject and a body each. Which values each may name, and which of them
 * may be absent, is the table of catalog_names.c; struct letter_values (compose_letter.h) has all.
 * Those to a citizen may name town and tag too, those to staff tag and member.
 */
enum letter_name {
	LETTER_ACK,     /* a new case: case category department due? place? */
	LETTER_ACK_TWO, /* two cases of one mail: case category case2 category2 department? due? */
	LETTER_JOINED,  /* a further mail joined: case */
	LETTER_EMERGENCY,   /* numbers case? */
	LETTER_STATUS,      /* one case: case category state due? department place? */
	LETTER_STATUS_LIST, /* several: n, list cases */
	LETTER_STATUS_NONE, /* no case, or a foreign or missing number: the same words */
	LETTER_HELP,
	LETTER_STOP,
	LETTER_START,
	LETTER_LANGUAGE, /* confirmation, in the new language */
	LETTER_ASK,      /* an empty mail: what is meant? */
	LETTER_ANSWER, /* a clerk's words: case words subject? lists files? withheld? (too large to go along) */
	LETTER_QUESTION, /* a clerk's question: as ANSWER */
	LETTER_CLOSED,   /* closed with a reason that the citizen may read: case reason subject? */
	LETTER_SOLVED_ASK, /* was it solved? yes or no: case category? subject? */
	LETTER_REOPENED,   /* it was not: case due? subject? */
	LETTER_JOIN_CODE_SENT, /* a code was texted, if the report came by phone: says so of any number */
	LETTER_JOIN_DONE,  /* n, list cases? */
	LETTER_STAFF_CASE, /* case tag category place? due? state? from? received words subject? suggestion? channel department; lists near? earlier? files? withheld? commands? */
	LETTER_STAFF_MESSAGE, /* a further message: case tag category place? from? received words subject? channel lists files? withheld? */
	LETTER_STAFF_NOT_UNDERSTOOD, /* case? tag? words? (how much was done) list lines; commands? */
	LETTER_STAFF_CONFIRM,        /* words held: case tag words reason? */
	LETTER_STAFF_FAILED, /* a reply could not be delivered: case tag words reason channel from? */
	LETTER_STAFF_PREVIEW, /* what would leave: case tag words channel n? (segments) cut? */
	LETTER_STAFF_HELP,    /* list commands; case? tag? */
	LETTER_STAFF_REMINDER, /* one case is late or due: case tag category place? due words? from? received? */
	LETTER_STAFF_NO_ANSWER, /* tag? */
	LETTER_STAFF_DIGEST,    /* n (late ones), lists cases? held? unreadable? failed? */
	LETTER_COUNT
};

const char *letter_name_text(enum letter_name n); /* "mail_ack" "staff_case" … the file's stem */
int letter_name_parse(struct bytes stem, enum letter_name *n_out); /* ERR_INVALID */

/* The values that texts may name, in the order of struct text_values (compose_sms.h). */
enum text_value {
	TEXT_VALUE_CASE,
	TEXT_VALUE_CASE2,
	TEXT_VALUE_CATEGORY,
	TEXT_VALUE_CATEGORY2,
	TEXT_VALUE_DEPARTMENT,
	TEXT_VALUE_PLACE,
	TEXT_VALUE_STATE,
	TEXT_VALUE_WORDS,
	TEXT_VALUE_REASON,
	TEXT_VALUE_NUMBERS,
	TEXT_VALUE_TOWN,
	TEXT_VALUE_CASES,
	TEXT_VALUE_PRICE,
	TEXT_VALUE_ADDRESS,
	TEXT_VALUE_CODE,
	TEXT_VALUE_DUE,
	TEXT_VALUE_N,
	TEXT_VALUE_COUNT
};

/* The values that mails may name: first those of texts. {cases} is a list here. */
enum letter_value {
	LETTER_VALUE_TAG = TEXT_VALUE_COUNT,
	LETTER_VALUE_SUBJECT,
	LETTER_VALUE_FROM,
	LETTER_VALUE_MEMBER,
	LETTER_VALUE_SUGGESTION,
	LETTER_VALUE_CHANNEL,
	LETTER_VALUE_RECEIVED,
	LETTER_VALUE_CUT,
	LETTER_VALUE_NEAR,
	LETTER_VALUE_EARLIER,
	LETTER_VALUE_FILES,
	LETTER_VALUE_WITHHELD,
	LETTER_VALUE_LINES,
	LETTER_VALUE_COMMANDS,
	LETTER_VALUE_HELD,
	LETTER_VALUE_UNREADABLE,
	LETTER_VALUE_FAILED,
	/* of items only */
	LETTER_VALUE_OPENED,
	LETTER_VALUE_FILE,
	LETTER_VALUE_SIZE,
	LETTER_VALUE_COMMAND,
	LETTER_VALUE_COUNT
};

struct catalog;
struct words_clock;

struct catalog *catalog_new(void); /* NULL: out of memory */
void catalog_free(struct catalog **c);
/*
 * Adds one text. Faults (unknown value names, bad syntax, missing plural class)
 * go to faults with the file and line. ERR_INVALID when one was added. A text
 * added twice is the later one: first what we bring, then what the profile brings.
 */
int catalog_add(struct catalog *c, struct tongue t, enum text_name n, struct bytes file_name,
		struct bytes text, struct faults *faults);
/*
 * The same for a mail: the first line is "Subject: …", then an empty line, then the body. The
 * marker line that a reply is written above (word mail.marker) is no part of it.
 */
int catalog_add_letter(struct catalog *c, struct tongue t, enum letter_name n,
		       struct bytes file_name, struct bytes text, struct faults *faults);
/*
 * Words such as the names of case states: <tongue>/words.txt, "key = text" a line,
 * # begins a comment. "part.footer = …" is what {>footer} puts into a text.
 */
int catalog_add_words(struct catalog *c, struct tongue t, struct bytes file_name, struct bytes text,
		      struct faults *faults);
/*
 * After the last add: derives sr-Latn, fills fallbacks, notes each use of one as
 * a warning. ERR_INVALID: a text or word that nobody has, or a fault in a part.
 */
int catalog_finish(struct catalog *c, struct faults *faults);
/*
 * One word, with fallback; "" when nobody has it. Keys: "state.new" "state.open"
 * "state.waiting" "state.solved" "state.closed", "list.more" (stands before the
 * number of cases that a list leaves out), "mail.marker", "channel.sms", "channel.mail",
 * "command.solve" and its like: what a command of staff does, in a few words;
 * "refused.unknown" and its like: why a line of theirs isn't done; "held.token" and its like:
 * why their words are held; "told.nothing" and "told.article"; "answer.rest", before an address.
 */
struct bytes catalog_word(const struct catalog *c, struct tongue t, const char *key);
/* The tongue whose text is really used for t (after fallback). */
struct tongue catalog_source(const struct catalog *c, enum text_name n, struct tongue t);
/* That text parsed, its file (for sr-Latn the Cyrillic one it was made of), and as it was written. */
const struct template *catalog_text(const struct catalog *c, enum text_name n, struct tongue t);
struct bytes catalog_file(const struct catalog *c, enum text_name n, struct tongue t);
struct bytes catalog_written(const struct catalog *c, enum text_name n, struct tongue t);
/* For the times in its texts. */
struct words_clock *catalog_clock(const struct catalog *c);

/* The same of a mail. */
struct letter_text {
	const struct template *subject;
	const struct template *body;
	struct bytes file;
	struct bytes written;
	struct tongue tongue; /* whose text it really is */
};
struct letter_text catalog_letter(const struct catalog *c, enum letter_name n, struct tongue t);

#endif
