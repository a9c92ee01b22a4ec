/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * threads - what an answer by mail answers: rows of ours by their Message-ID or
 * token, mails of others by their Message-ID.
 *
 * Owns:    the use of the derived tables "thread" and "token".
 * Threads: any; reads only.
 */
#ifndef STORE_THREADS_H
#define STORE_THREADS_H

#include "store/db.h"

/* The newest row of ours with this Message-ID (without <>). ERR_NOENT. */
int thread_row(struct txn *t, struct bytes message_id, uint64_t *row_out);
/* The newest mail that came with it. ERR_NOENT. */
int thread_message(struct txn *t, struct bytes message_id, uint64_t *message_out);
/* The newest row that gave this token (lower case) away. ERR_NOENT. What it is worth the caller says. */
int token_row(struct txn *t, struct bytes token, uint64_t *row_out);

#endif
