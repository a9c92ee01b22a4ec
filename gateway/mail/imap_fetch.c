/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/imap_fetch.h"

#include <libetpan/libetpan.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/mail/imap_own.h"
#include "parsers/err.h"

/* "4294967295 " of a SEARCH, and some for mails that came meanwhile. */
#define UID_BYTES ((size_t)11)
#define UIDS_MORE ((size_t)4096)
/* A server may say of any number that it exists; more than these in one folder can't be read. */
#define UIDS_MAX ((size_t)1000000)
/* "* 4294967295 FETCH (UID … RFC822.SIZE … INTERNALDATE "…" BODY[]<0> {…}\r\n)": with the flags that servers add. */
#define ABOUT_BYTES ((size_t)512)
/* What libetpan read of a large mail stays with the session otherwise. */
#define BUFFER_KEPT_MAX ((size_t)1024 * 1024)

/* --- UIDs --- */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorted, each once, none below first: "5000:*" names the last mail even when all are smaller. */
static size_t tidy(uint32_t *uids, size_t n, uint32_t first)
{
	size_t kept = 0;

	qsort(uids, n, sizeof(*uids), by_number);
	for (size_t i = 0; i < n; i++) {
		if (uids[i] != 0 && uids[i] >= first && (kept == 0 || uids[kept - 1] != uids[i]))
			uids[kept++] = uids[i];
	}
	return kept;
}

static int take_uids(clist *found, uint32_t first, uint32_t **uids_out, size_t *n_out)
{
	size_t n = 0, room = (size_t)clist_count(found);
	uint32_t *uids = calloc(room + 1, sizeof(*uids));

	if (uids == NULL)
		return ERR_NOMEM;
	for (clistiter *i = clist_begin(found); i != NULL && n < room; i = clist_next(i))
		uids[n++] = *(const uint32_t *)clist_content(i);
	*uids_out = uids;
	*n_out = tidy(uids, n, first);
	return ERR_OK;
}

int imap_uids(struct imap *im, uint32_t first, uint32_t **uids_out, size_t *n_out)
{
	struct mailimap_set *set = mailimap_set_new_interval(first, 0);
	struct mailimap_search_key *key = set != NULL ? mailimap_search_key_new_uid(set) : NULL;
	size_t exists = imap_exists(im);
	clist *found = NULL;
	int err;

	if (key == NULL) {
		if (set != NULL)
			mailimap_set_free(set);
		return ERR_NOMEM;
	}
	imap_budget(im, ((exists < UIDS_MAX ? exists : UIDS_MAX) + UIDS_MORE) * UID_BYTES);
	err = imap_result(im, mailimap_uid_search(im->m, NULL, key, &found));
	mailimap_search_key_free(key);
	if (err != ERR_OK)
		return err;
	err = take_uids(found, first, uids_out, n_out);
	mailimap_search_result_free(found);
	return err;
}

/* --- what the server knows of a mail --- */

static struct wall moment(const struct mailimap_date_time *t)
{
	struct tm tm = { .tm_sec = t->dt_sec,
			 .tm_min = t->dt_min,
			 .tm_hour = t->dt_hour,
			 .tm_mday = t->dt_day,
			 .tm_mon = t->dt_month - 1,
			 .tm_year = t->dt_year - 1900 };
	/* +0130 is read as the number 130. */
	int64_t zone_s = (t->dt_zone / 100 * 60 + t->dt_zone % 100) * 60;

	return (struct wall){ ((int64_t)timegm(&tm) - zone_s) * SECOND_MS };
}

/* One FETCH response, what of it we asked for. */
struct found {
	struct imap_about about;
	struct bytes octets;
	bool has_size, has_octets;
};

static void read_item(const struct mailimap_msg_att_static *s, struct found *f)
{
	switch (s->att_type) {
	case MAILIMAP_MSG_ATT_UID: f->about.uid = s->att_data.att_uid; break;
	case MAILIMAP_MSG_ATT_RFC822_SIZE:
		f->about.size = s->att_data.att_rfc822_size;
		f->has_size = true;
		break;
	case MAILIMAP_MSG_ATT_INTERNALDATE:
		if (s->att_data.att_internal_date != NULL)
			f->about.received = moment(s->att_data.att_internal_date);
		break;
	case MAILIMAP_MSG_ATT_BODY_SECTION:
		f->has_octets = true;
		f->octets = bytes_at(s->att_data.att_body_section->sec_body_part,
				     s->att_data.att_body_section->sec_length);
		break;
	default: break;
	}
}

static struct found read_response(const struct mailimap_msg_att *att)
{
	struct found f = { 0 };

	for (clistiter *i = clist_begin(att->att_list); i != NULL; i = clist_next(i)) {
		const struct mailimap_msg_att_item *item = clist_content(i);

		if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC &&
		    item->att_data.att_static != NULL)
			read_item(item->att_data.att_static, &f);
	}
	return f;
}

/* One UID FETCH with size and date, and with octets when octets_max isn't 0. */
static int fetch(struct imap *im, const uint32_t *uids, size_t n, size_t octets_max, size_t budget,
		 clist **list_out)
{
	struct mailimap_set *set = imap_set_of(uids, n);
	struct mailimap_fetch_type *what = mailimap_fetch_type_new_fetch_att_list_empty();
	struct mailimap_fetch_att *atts[] = {
		mailimap_fetch_att_new_uid(),
		mailimap_fetch_att_new_rfc822_size(),
		mailimap_fetch_att_new_internaldate(),
		octets_max == 0 ? NULL
				: mailimap_fetch_att_new_body_peek_section_partial(
					  mailimap_section_new(NULL), 0, (uint32_t)octets_max),
	};
	int err = set != NULL && what != NULL ? ERR_OK : ERR_NOMEM;

	for (size_t i = 0; i < ARRAY_LEN(atts); i++) {
		if ((i < ARRAY_LEN(atts) - 1 || octets_max != 0) && atts[i] == NULL)
			err = ERR_NOMEM;
		if (atts[i] != NULL && what != NULL)
			mailimap_fetch_type_new_fetch_att_list_add(what, atts[i]);
	}
	if (err == ERR_OK) {
		imap_budget(im, n * ABOUT_BYTES + budget);
		err = imap_result(im, mailimap_uid_fetch(im->m, set, what, list_out));
	}
	if (what != NULL)
		mailimap_fetch_type_free(what);
	if (set != NULL)
		mailimap_set_free(set);
	return err;
}

/* The responses in the order of what was asked; a server may answer in any, and tell of other mails too. */
static int match(clist *list, const uint32_t *uids, size_t n, struct found *found_out)
{
	for (clistiter *i = clist_begin(list); i != NULL; i = clist_next(i)) {
		struct found f = read_response(clist_content(i));
		const uint32_t *at = bsearch(&f.about.uid, uids, n, sizeof(*uids), by_number);

		if (at != NULL && f.has_size && !found_out[at - uids].has_size)
			found_out[at - uids] = f;
	}
	return ERR_OK;
}

int imap_about(struct imap *im, const uint32_t *uids, size_t n, struct imap_about *about_out,
	       size_t *n_out)
{
	struct found *found = calloc(n + 1, sizeof(*found));
	clist *list = NULL;
	int err = found != NULL ? fetch(im, uids, n, 0, 0, &list) : ERR_NOMEM;

	if (err == ERR_OK)
		err = match(list, uids, n, found);
	if (list != NULL)
		mailimap_fetch_list_free(list);
	*n_out = 0;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		if (found[i].has_size)
			about_out[(*n_out)++] = found[i].about;
	}
	free(found);
	return err;
}

/* --- mails --- */

static void forget_buffer(struct imap *im)
{
	MMAPString *small;

	if (im->m->imap_stream_buffer->allocated_len <= BUFFER_KEPT_MAX)
		return;
	small = mmap_string_new("");
	if (small == NULL)
		return;
	mmap_string_free(im->m->imap_stream_buffer);
	im->m->imap_stream_buffer = small;
}

/* A mail that another client took away while we look has an item without a size, or without octets. */
static bool is_whole(const struct found *f)
{
	return f->has_size && f->has_octets && (f->octets.len > 0 || f->about.size == 0);
}

int imap_fetch(struct imap *im, const struct imap_about *about, size_t n, size_t octets_max,
	       struct imap_mails *mails_out)
{
	struct imap_mails mails = { .mails = calloc(n + 1, sizeof(*mails.mails)) };
	struct found *found = calloc(n + 1, sizeof(*found));
	uint32_t *uids = calloc(n + 1, sizeof(*uids));
	size_t budget = 0;
	clist *list = NULL;
	int err = mails.mails != NULL && found != NULL && uids != NULL ? ERR_OK : ERR_NOMEM;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		uids[i] = about[i].uid;
		budget += about[i].size < octets_max ? (size_t)about[i].size : octets_max;
	}
	if (err == ERR_OK)
		err = fetch(im, uids, n, octets_max, budget + budget / 8, &list);
	if (err == ERR_OK)
		err = match(list, uids, n, found);
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		if (is_whole(&found[i]))
			mails.mails[mails.n++] =
				(struct imap_mail){ found[i].about, found[i].octets };
	}
	mails.own = list;
	free(found);
	free(uids);
	if (err != ERR_OK)
		imap_mails_free(&mails);
	else
		*mails_out = mails;
	forget_buffer(im);
	return err;
}

void imap_mails_free(struct imap_mails *mails)
{
	if (mails->own != NULL)
		mailimap_fetch_list_free(mails->own);
	free(mails->mails);
	*mails = (struct imap_mails){ 0 };
}
