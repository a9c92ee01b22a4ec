/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control_request - one request of the command line on its way: what was asked,
 * by whom, the rows of the answer, and its one end.
 *
 * A read is noted with who asked before anything is shown. A write shows what it
 * changed out of the same transaction. Rows of a write are made anew by each
 * application. Only gateway/flow/control*.c know this.
 */
#ifndef GATEWAY_FLOW_CONTROL_REQUEST_H
#define GATEWAY_FLOW_CONTROL_REQUEST_H

#include <stdatomic.h>

#include "gateway/desk/desk.h"
#include "gateway/desk/staff.h"
#include "gateway/flow/control.h"
#include "gateway/flow/desk_job.h"
#include "parsers/json.h"

#define CONTROL_WORDS_MAX 4

enum control_exit { CONTROL_DONE = 0, CONTROL_FAILED = 1, CONTROL_USAGE = 2 };

struct control_row {
	struct control_row *next;
	struct bytes line;
};

/* How far long work is: written by a reader, told by the loop. */
struct control_progress {
	struct timer timer;
	const char *_Atomic what; /* outlives the request */
	_Atomic uint64_t done, total;
	uint64_t told;
	int64_t next_ms; /* without a daemon */
};

struct control {
	struct desk_job desk_job; /* of the write, or of the note that a read was asked */
	struct query query;
	struct core *core;
	const struct control_command *command;
	struct json *request;
	const struct json *args;
	struct bytes words[CONTROL_WORDS_MAX];
	size_t n_words;
	char who[64];
	control_line_fn *fn;
	void *fn_ctx;
	struct arena *out; /* of the rows */
	struct control_row *rows, **rows_end;
	bool is_long; /* counted in core->n_long */
	struct control_progress progress;
	bool streams; /* rows go out as they are made: one thread, and nothing is made twice */
	char error[512];
	const char *note; /* what to know of a good answer, such as that it isn't all; or NULL */
	enum control_exit exit; /* said by a command whose answer isn't good */
	struct staff_act act;
	/* while it waits for time */
	struct control *next_listener;
	struct timer timer;
	struct phone_ear ear;
	struct channel *phone;
	/* what a query of its own found */
	void *own;
};

/* How a command runs. */
enum control_how {
	CONTROL_READ,  /* noted, then run on a reader */
	CONTROL_LOOK,  /* run on a reader: nothing of a citizen's */
	CONTROL_WRITE, /* run on the committer, noted when it shows something */
	CONTROL_OWN,   /* starts by itself on the loop and ends in control_end() */
};

/* What the note of a read names besides the command. */
enum control_names { NAMES_NOTHING, NAMES_WORD, NAMES_CONTACT };

typedef int control_fn(struct txn *t, struct control *c);

struct control_command {
	const char *name;
	enum control_how how;
	enum control_names names;
	unsigned words_min, words_max;
	const char *options;              /* "state limit": those that it knows */
	const char *usage;                /* what stands behind the name */
	control_fn *run;                  /* READ, LOOK, WRITE */
	void (*start)(struct control *c); /* OWN */
	bool has_no_deadline;
};

/* Options and words. A bad one is a failure with words. */
struct bytes control_option(const struct control *c, const char *name); /* none when absent */
bool control_flag(const struct control *c, const char *name);
int control_limit(struct control *c, size_t otherwise, size_t *limit_out);
int control_id(struct control *c, struct bytes word, uint64_t *id_out);
/* "sms:+381…" or "mail:…" of what a person typed. */
int control_contact(struct control *c, struct bytes word, struct bytes *contact_out);

/* Memory that is gone when the request ends, and memory that is empty again at the next row of a read. */
struct arena *control_scratch(struct control *c);
int control_row_take(struct control *c, struct json **row);
int control_row_line(struct control *c, struct bytes json_line);
/* Says why; returns err. */
int control_fail(struct control *c, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Of a list: one that was cut short, or that left out what can't be read, is a good answer with a note. */
int control_listed(struct control *c, int err);
/* Sends what gathered so far, at once. */
void control_send_rows(struct control *c);
/* For long work: a keep_progress_fn with the request as ctx, on any thread. */
void control_progress(const char *what, uint64_t done, uint64_t total, void *ctx);
void control_progress_begin(struct control *c);
void control_progress_end(struct control *c);
/* The one end: rows, then the exit; frees c. */
void control_end(struct control *c, int err);
/* For a command of its own: its query, which ends in done; on failure it ends here. */
void control_ask(struct control *c, int (*run)(struct txn *t, struct query *q),
		 void (*done)(struct query *q, int err), bool has_deadline, bool without_store);

/* The commands, by subject. */
control_fn control_case_list, control_case_search, control_case_show, control_case_act;
control_fn control_outbox_list, control_outbox_show, control_outbox_act;
control_fn control_contact_show, control_contact_export;
control_fn control_quarantine_list, control_quarantine_show, control_quarantine_act;
control_fn control_balance, control_verify, control_dump;
void control_backup(struct control *c);
void control_rebuild(struct control *c);
void control_status(struct control *c);
void control_phone(struct control *c);

#endif
