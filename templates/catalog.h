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
	TEXT_LANGUAGE, /* confirmation, in the new language */
	TEXT_ASK,      /* an empty text: what is meant? */
	TEXT_ANSWER,   /* a clerk's words: case words */
	TEXT_QUESTION, /* a clerk's question: case words */
	TEXT_CLOSED,   /* closed with a reason that the citizen may read: case reason */
	TEXT_LATE,     /* to the coordinator, once a day: n cases */
	TEXT_DUTY,     /* to the duty officer: case? place? words */
	TEXT_COUNT
};

const char *text_name_text(enum text_name n);                  /* "ack" … the file's stem */
int text_name_parse(struct bytes stem, enum text_name *n_out); /* ERR_INVALID */

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
	TEXT_VALUE_DUE,
	TEXT_VALUE_N,
	TEXT_VALUE_COUNT
};

struct catalog;

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
 * number of cases that a list leaves out).
 */
struct bytes catalog_word(const struct catalog *c, struct tongue t, const char *key);
/* The tongue whose text is really used for t (after fallback). */
struct tongue catalog_source(const struct catalog *c, enum text_name n, struct tongue t);
/* That text parsed, its file (for sr-Latn the Cyrillic one it was made of), and as it was written. */
const struct template *catalog_text(const struct catalog *c, enum text_name n, struct tongue t);
struct bytes catalog_file(const struct catalog *c, enum text_name n, struct tongue t);
struct bytes catalog_written(const struct catalog *c, enum text_name n, struct tongue t);

#endif
