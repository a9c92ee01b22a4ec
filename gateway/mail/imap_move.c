/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/imap_move.h"

#include <libetpan/libetpan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/mail/imap_own.h"
#include "parsers/err.h"
#include "parsers/imap_name.h"

/* COPYUID names each mail twice. */
#define MOVED_BYTES ((size_t)64)

static void forget_result(struct mailimap_set *from, struct mailimap_set *to)
{
	if (from != NULL)
		mailimap_set_free(from);
	if (to != NULL)
		mailimap_set_free(to);
}

static int by_move(struct imap *im, struct mailimap_set *set, const char *name)
{
	struct mailimap_set *from = NULL, *to = NULL;
	uint32_t validity = 0;
	int err =
		imap_result(im, mailimap_uidplus_uid_move(im->m, set, name, &validity, &from, &to));

	forget_result(from, to);
	return err;
}

static int by_copy(struct imap *im, struct mailimap_set *set, const char *name)
{
	struct mailimap_set *from = NULL, *to = NULL;
	uint32_t validity = 0;
	int err = im->has_uidplus
			  ? imap_result(im, mailimap_uidplus_uid_copy(im->m, set, name, &validity,
								      &from, &to))
			  : imap_result(im, mailimap_uid_copy(im->m, set, name));

	forget_result(from, to);
	return err;
}

static int mark_deleted(struct imap *im, struct mailimap_set *set)
{
	struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
	struct mailimap_store_att_flags *store = NULL;
	int err = ERR_NOMEM;

	if (flags != NULL &&
	    mailimap_flag_list_add(flags, mailimap_flag_new_deleted()) == MAILIMAP_NO_ERROR)
		store = mailimap_store_att_flags_new_add_flags_silent(flags);
	if (store != NULL) {
		err = imap_result(im, mailimap_uid_store(im->m, set, store));
		mailimap_store_att_flags_free(store);
	} else if (flags != NULL) {
		mailimap_flag_list_free(flags);
	}
	return err;
}

static struct mailimap_search_key *deleted_key(void)
{
	return mailimap_search_key_new(MAILIMAP_SEARCH_KEY_DELETED, NULL, NULL, NULL, NULL, NULL,
				       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
				       NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL);
}

/* EXPUNGE without UIDs takes all that is marked: never a mail that another client marked and we haven't kept. */
static int nothing_else_is_deleted(struct imap *im)
{
	struct mailimap_search_key *key = deleted_key();
	clist *found = NULL;
	int err = key != NULL ? imap_result(im, mailimap_uid_search(im->m, NULL, key, &found))
			      : ERR_NOMEM;

	if (err == ERR_OK && clist_count(found) > 0) {
		snprintf(im->words, sizeof(im->words),
			 "the server can only expunge all deleted mails at once, and another "
			 "program has marked some that aren't kept");
		err = ERR_ACCESS;
	}
	if (found != NULL)
		mailimap_search_result_free(found);
	if (key != NULL)
		mailimap_search_key_free(key);
	return err;
}

static int by_copy_and_expunge(struct imap *im, struct mailimap_set *set, const char *name)
{
	int err = im->has_uidplus ? ERR_OK : nothing_else_is_deleted(im);

	if (err == ERR_OK)
		err = by_copy(im, set, name);
	if (err == ERR_OK)
		err = mark_deleted(im, set);
	if (err != ERR_OK)
		return err;
	return imap_result(im, im->has_uidplus ? mailimap_uid_expunge(im->m, set)
					       : mailimap_expunge(im->m));
}

static int move_once(struct imap *im, struct mailimap_set *set, size_t n, const char *name)
{
	imap_budget(im, n * MOVED_BYTES);
	return im->has_move ? by_move(im, set, name) : by_copy_and_expunge(im, set, name);
}

int imap_move(struct imap *im, const uint32_t *uids, size_t n, const char *folder)
{
	struct arena *a = arena_new(IMAP_NAME_MAX * 8);
	struct mailimap_set *set = imap_set_of(uids, n);
	char words[IMAP_WHY_SIZE];
	struct bytes name;
	int err =
		a != NULL && set != NULL ? imap_name_encode(bytes_of(folder), a, &name) : ERR_NOMEM;

	if (err == ERR_OK)
		err = move_once(im, set, n, (const char *)name.ptr);
	if (err == ERR_ACCESS) {
		/* Perhaps only because there is no such folder; if there is, its own words count. */
		memcpy(words, im->words, sizeof(words));
		err = imap_create(im, folder);
		if (err == ERR_OK)
			err = move_once(im, set, n, (const char *)name.ptr);
		else if (err == ERR_ACCESS)
			memcpy(im->words, words, sizeof(words));
	}
	if (set != NULL)
		mailimap_set_free(set);
	arena_free(&a);
	return err;
}
