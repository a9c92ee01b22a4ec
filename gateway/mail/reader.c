/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/log.h"
#include "parsers/err.h"
#include "parsers/mail_read.h"
#include "store/blob_file.h"

/*
 * What one mail may cost. All cells together, with the daemon, stay below the MemoryMax of its
 * unit: what is killed for want of memory would end all of it, and come again.
 */
#define CELL_CPU_S  5
#define CELL_MEMORY ((size_t)128 * 1024 * 1024)
#define CELLS_MAX   4
#define CELL_STACK  ((size_t)100 * 1024 * 1024)
#define CELL_MS     (10 * SECOND_MS)

struct reader {
	const struct mail_hello *hello;
	struct blob_folder blobs;
	struct mime_charsets *charsets;
	struct mail_rules rules;
	struct cell_conf cells;
	char why[CELL_WHY_SIZE + 64];
};

/* A mail that was read, until those before it are. */
struct waiting {
	enum { UNREAD, READ, UNREADABLE } state;
	struct arena *arena;
	struct mail mail;
};

/* A set while it is read. */
struct set {
	struct reader *reader;
	const struct imap_mail *mails;
	struct cell_task *tasks;
	struct mail_arrival *arrivals;
	struct waiting *waiting;
	size_t n, n_told; /* told, or to be read once more */
	reader_tell_fn *tell;
	void *ctx;
	int err;
};

static int read_mail(struct bytes raw, bool is_cut, struct arena *a, struct mail *mail_out,
		     void *ctx)
{
	const struct reader *r = ctx;

	return mail_read(raw, is_cut, &r->rules, r->charsets, a, mail_out);
}

int reader_new(const struct mail_hello *hello, cell_read_fn *read, struct reader **r_out,
	       char *why_out, size_t why_size)
{
	struct reader *r = calloc(1, sizeof(*r));
	char folder[FILES_PATH_SIZE];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int err = ERR_NOMEM;

	if (r == NULL)
		return ERR_NOMEM;
	snprintf(folder, sizeof(folder), "%.*s", PRI_BYTES(hello->blobs));
	r->hello = hello;
	r->charsets = mime_charsets_open();
	if (r->charsets != NULL)
		err = blob_folder_open(folder, &r->blobs);
	if (err != ERR_OK) {
		snprintf(why_out, why_size, "the folder of blobs %s: %s", folder, err_text(err));
		reader_free(&r);
		return err;
	}
	r->rules = (struct mail_rules){
		.case_prefix = hello->case_prefix,
		.instance = hello->instance,
		.own = &hello->address,
		.n_own = 1,
		.authserv_id = hello->authserv_id,
		.servers = hello->servers,
		.n_servers = hello->n_servers,
	};
	r->cells = (struct cell_conf){
		.read = read != NULL ? read : read_mail,
		.ctx = r,
		.limits = { CELL_CPU_S, CELL_MEMORY, CELL_STACK },
		.wall_ms = CELL_MS,
		.at_once = processors < 1           ? 1
			   : processors < CELLS_MAX ? (unsigned)processors
						    : CELLS_MAX,
	};
	*r_out = r;
	return ERR_OK;
}

void reader_free(struct reader **r)
{
	if (*r == NULL)
		return;
	mime_charsets_close(&(*r)->charsets);
	free(*r);
	*r = NULL;
}

const char *reader_why(const struct reader *r)
{
	return r->why;
}

/* --- after the cell --- */

/* Of this machine's: the set is read later. */
static void give_up(struct set *s, int err, const char *what, const char *why)
{
	s->err = err;
	snprintf(s->reader->why, sizeof(s->reader->why), "%s: %s", what, why);
}

static void give_up_files(struct set *s, int err)
{
	if (err != ERR_OK)
		give_up(s, err, "they can't be written to disk", err_text(err));
}

static int keep_files(struct reader *r, const struct mail *mail)
{
	uint8_t sha256[KEYED_SHA256_BYTES];
	int err = ERR_OK;

	for (size_t i = 0; i < mail->n_files && err == ERR_OK; i++)
		err = blob_file_put(&r->blobs, mail->files[i].octets, sha256);
	if (err == ERR_OK && mail->n_files > 0)
		return blob_folder_sync(&r->blobs);
	if (err != ERR_OK)
		blob_folder_forget(&r->blobs);
	return err;
}

/* Up to the empty line; all of it when there is none. */
static struct bytes header_of(struct bytes raw)
{
	for (size_t i = 0; i + 1 < raw.len; i++) {
		size_t cr = raw.ptr[i + 1] == '\r' && i + 2 < raw.len;

		if (raw.ptr[i] == '\n' && raw.ptr[i + 1 + cr] == '\n')
			return bytes_cut(raw, 0, i + 1);
	}
	return raw;
}

static void tell(struct set *s, size_t i, const struct mail *mail)
{
	struct mail_frame f = { .kind = FRAME_ARRIVED };

	f.arrived.arrival = s->arrivals[i];
	f.arrived.mail = *mail;
	if (s->err == ERR_OK)
		s->err = s->tell(&f, s->ctx);
}

static void tell_in_order(struct set *s)
{
	for (; s->n_told < s->n && s->waiting[s->n_told].state != UNREAD; s->n_told++) {
		struct waiting *w = &s->waiting[s->n_told];

		if (w->state == READ)
			tell(s, s->n_told, &w->mail);
		arena_free(&w->arena);
	}
}

static void on_unreadable(struct set *s, size_t i, const char *why)
{
	log_warning("mail", "chan=%.*s uid=%" PRIu32 " event=unreadable why=\"%s\"",
		    PRI_BYTES(s->reader->hello->channel), s->arrivals[i].uid, why);
	s->arrivals[i].is_unreadable = true;
	s->waiting[i].state = UNREADABLE;
}

static void on_read(struct cell_task *t, void *ctx)
{
	struct set *s = ctx;
	size_t i = (size_t)(t - s->tasks);

	if (s->err != ERR_OK)
		return;
	if (t->is_our_fault) {
		give_up(s, ERR_IO, "no cell can read them", t->why);
	} else if (t->why[0] != '\0') {
		on_unreadable(s, i, t->why);
	} else {
		give_up_files(s, keep_files(s->reader, &t->mail));
		s->waiting[i] = (struct waiting){ READ, t->arena, t->mail };
		t->arena = NULL;
	}
	tell_in_order(s);
}

/* By its header alone; when that can't be read either, nothing is known but the raw mail. */
static void on_header_read(struct cell_task *t, void *ctx)
{
	struct set *s = ctx;

	if (t->is_our_fault)
		give_up(s, ERR_IO, "no cell can read them", t->why);
	else
		give_up_files(s, keep_files(s->reader, &t->mail));
	tell(s, (size_t)(t - s->tasks), &t->mail);
}

/* --- a set --- */

/* All raw mails of the set with one sync a folder. */
static int keep_raw(struct set *s, size_t n)
{
	struct reader *r = s->reader;
	int err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		mime_charsets_need(r->charsets, s->mails[i].octets);
		err = blob_file_put(&r->blobs, s->mails[i].octets, s->arrivals[i].blob);
	}
	if (err == ERR_OK)
		return blob_folder_sync(&r->blobs);
	blob_folder_forget(&r->blobs);
	return err;
}

static void describe(struct set *s, size_t i, uint32_t uid_validity, struct wall now)
{
	const struct imap_mail *m = &s->mails[i];

	s->arrivals[i] = (struct mail_arrival){
		.uid_validity = uid_validity,
		.uid = m->about.uid,
		.received = m->about.received,
		.size = m->about.size,
		.is_stale = now.ms - m->about.received.ms > s->reader->hello->stale_after_ms,
	};
	s->tasks[i] = (struct cell_task){ .raw = m->octets,
					  .is_cut = m->about.size > m->octets.len &&
						    m->octets.len >= s->reader->hello->mail_max };
}

static void run_again(struct set *s, size_t i, struct bytes raw, bool is_cut, cell_done_fn *done)
{
	s->tasks[i] = (struct cell_task){ .raw = raw, .is_cut = is_cut };
	mime_cells_run(&s->reader->cells, &s->tasks[i], 1, done, s);
}

static void on_read_again(struct cell_task *t, void *ctx)
{
	struct set *s = ctx;
	size_t i = (size_t)(t - s->tasks);

	if (t->why[0] != '\0')
		return;
	s->waiting[i].state = READ;
	s->arrivals[i].is_unreadable = false;
	give_up_files(s, keep_files(s->reader, &t->mail));
	tell(s, i, &t->mail);
}

/* Those that no cell could read: by what can't be in a body. One whose cell was killed by others isn't to blame. */
static void read_again(struct set *s)
{
	for (size_t i = 0; i < s->n && s->err == ERR_OK; i++) {
		const struct imap_mail *m = &s->mails[i];
		char why[CELL_WHY_SIZE];

		if (s->waiting[i].state == UNREADABLE && s->tasks[i].was_killed)
			run_again(s, i, m->octets, s->tasks[i].is_cut, on_read_again);
		if (s->waiting[i].state != UNREADABLE || s->err != ERR_OK)
			continue;
		memcpy(why, s->tasks[i].why, sizeof(why));
		s->arrivals[i].why = bytes_of(why);
		run_again(s, i, header_of(m->octets), true, on_header_read);
	}
}

static int read_all(struct set *s, uint32_t uid_validity, struct wall now)
{
	for (size_t i = 0; i < s->n; i++)
		describe(s, i, uid_validity, now);
	give_up_files(s, keep_raw(s, s->n));
	if (s->err == ERR_OK)
		mime_cells_run(&s->reader->cells, s->tasks, s->n, on_read, s);
	read_again(s);
	for (size_t i = 0; i < s->n; i++)
		arena_free(&s->waiting[i].arena);
	return s->err;
}

int reader_set(struct reader *r, const struct imap_mail *mails, size_t n, uint32_t uid_validity,
	       struct wall now, reader_tell_fn *tell_fn, void *ctx)
{
	struct set s = { .reader = r,
			 .mails = mails,
			 .tasks = calloc(n + 1, sizeof(*s.tasks)),
			 .arrivals = calloc(n + 1, sizeof(*s.arrivals)),
			 .waiting = calloc(n + 1, sizeof(*s.waiting)),
			 .n = n,
			 .tell = tell_fn,
			 .ctx = ctx };
	int err = ERR_NOMEM;

	if (s.tasks != NULL && s.arrivals != NULL && s.waiting != NULL)
		err = read_all(&s, uid_validity, now);
	free(s.tasks);
	free(s.arrivals);
	free(s.waiting);
	return err;
}
