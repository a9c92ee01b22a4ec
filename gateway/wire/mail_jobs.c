/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/mail_jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/desk/seen_before.h"
#include "gateway/flow/desk_job.h"
#include "store/counts.h"

/* "mail-begin/", an address, a folder, a UIDVALIDITY. */
#define NAME_SIZE 512
/* Beside the first UID: only what was received since the mailbox was met. */
#define ONLY_SINCE_MET (UINT64_C(1) << 32)
/* Two machines' clocks: rather a mail too many than one too few. */
#define CLOCKS_APART_MS HOUR_MS

/* --- where a mailbox begins --- */

struct begin_job {
	struct desk_job desk_job; /* first */
	char begin_name[NAME_SIZE], met_name[NAME_SIZE];
	enum conf_adopt adopt;
	struct mail_folder folder;
	struct mail_begun begun; /* set anew by each application */
	mail_begun_fn *told;
	void *ctx;
};

static void set_begin(struct begin_job *j, uint64_t noted, uint64_t met)
{
	struct mail_begin *b = &j->begun.begin;

	b->first_uid = (uint32_t)noted;
	if (noted & ONLY_SINCE_MET)
		b->since.ms = (int64_t)met - CLOCKS_APART_MS;
}

/* Under adopt = new a mailbox that was met before goes on, under whatever numbers its mails have now. */
static int begin_anew(struct txn *t, struct begin_job *j, struct wall now)
{
	uint64_t met = 0, noted = 1;
	int err = meta_get_u64(t, j->met_name, &met);

	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (j->adopt == ADOPT_NEW)
		noted = err == ERR_OK ? 1 | ONLY_SINCE_MET : j->folder.uid_next;
	j->begun.is_new = err == ERR_NOENT;
	j->begun.exists = j->folder.exists;
	if (err == ERR_NOENT)
		meta_put_u64(t, j->met_name, (uint64_t)now.ms);
	meta_put_u64(t, j->begin_name, noted);
	set_begin(j, noted, met);
	return txn_err(t);
}

static int begin_again(struct txn *t, struct begin_job *j, uint64_t noted)
{
	uint64_t met = 0;
	int err = meta_get_u64(t, j->met_name, &met);

	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	/* The operator may change his mind: all is all that lies there still. */
	set_begin(j, j->adopt == ADOPT_ALL ? 1 : noted, met);
	return ERR_OK;
}

static int on_begin(struct txn *t, struct job *job)
{
	struct begin_job *j = (struct begin_job *)job;
	struct desk *d = desk_job_begin(&j->desk_job);
	uint64_t noted;
	int err;

	j->begun = (struct mail_begun){ .begin.uid_validity = j->folder.uid_validity };
	err = meta_get_u64(t, j->begin_name, &noted);
	if (err == ERR_NOENT)
		return begin_anew(t, j, d->now);
	return err == ERR_OK ? begin_again(t, j, noted) : err;
}

static void on_begin_done(struct job *job, int err)
{
	struct begin_job *j = (struct begin_job *)job;

	j->told(j->ctx, err, &j->begun);
	desk_job_fini(&j->desk_job);
	free(j);
}

int mail_ask_begin(struct core *core, const struct conf_channel *conf,
		   const struct mail_folder *folder, mail_begun_fn *told, void *ctx)
{
	struct begin_job *j = calloc(1, sizeof(*j));
	int err;

	if (j == NULL)
		return ERR_NOMEM;
	err = desk_job_init(&j->desk_job, core);
	if (err != ERR_OK) {
		free(j);
		return err;
	}
	j->desk_job.job = (struct job){ .apply = on_begin, .done = on_begin_done };
	j->folder = *folder;
	j->adopt = conf->mail.adopt;
	j->told = told;
	j->ctx = ctx;
	snprintf(j->met_name, sizeof(j->met_name), "mail-met/%s/%s", conf->from, conf->mail.folder);
	snprintf(j->begin_name, sizeof(j->begin_name), "mail-begin/%s/%s/%" PRIu32, conf->from,
		 conf->mail.folder, folder->uid_validity);
	err = core->host->write(core->host, &j->desk_job.job);
	if (err != ERR_OK) {
		desk_job_fini(&j->desk_job);
		free(j);
	}
	return err;
}

/* --- what is kept of what lies there --- */

struct look_job {
	struct desk_job desk_job; /* first */
	char channel[64];
	uint32_t uid_validity;
	bool is_last;
	mail_looked_fn *told;
	void *ctx;
	size_t n_missing; /* set anew by each application, with missing */
	uint32_t *missing;
	size_t n;
	uint32_t uids[];
};

static int on_look(struct txn *t, struct job *job)
{
	struct look_job *j = (struct look_job *)job;
	struct desk *d = desk_job_begin(&j->desk_job);

	j->n_missing = 0;
	for (size_t i = 0; i < j->n; i++) {
		bool is_kept;
		int err = seen_mail_lies(t, d, bytes_of(j->channel), j->uid_validity, j->uids[i],
					 &is_kept);

		if (err != ERR_OK)
			return err;
		if (!is_kept)
			j->missing[j->n_missing++] = j->uids[i];
	}
	return txn_err(t);
}

static void on_look_done(struct job *job, int err)
{
	struct look_job *j = (struct look_job *)job;

	j->told(j->ctx, err, j->uid_validity, j->missing, j->n_missing, j->is_last);
	desk_job_fini(&j->desk_job);
	free(j);
}

int mail_ask_kept(struct core *core, const struct conf_channel *conf, const struct mail_uids *uids,
		  mail_looked_fn *told, void *ctx)
{
	struct look_job *j = calloc(1, sizeof(*j) + 2 * (uids->n + 1) * sizeof(uint32_t));
	int err;

	if (j == NULL)
		return ERR_NOMEM;
	err = desk_job_init(&j->desk_job, core);
	if (err != ERR_OK) {
		free(j);
		return err;
	}
	j->desk_job.job = (struct job){ .apply = on_look, .done = on_look_done };
	snprintf(j->channel, sizeof(j->channel), "%s", conf->name);
	j->uid_validity = uids->uid_validity;
	j->is_last = uids->is_last;
	j->told = told;
	j->ctx = ctx;
	j->n = uids->n;
	if (uids->n > 0)
		memcpy(j->uids, uids->uids, uids->n * sizeof(uint32_t));
	j->missing = j->uids + uids->n;
	err = core->host->write(core->host, &j->desk_job.job);
	if (err != ERR_OK) {
		desk_job_fini(&j->desk_job);
		free(j);
	}
	return err;
}
