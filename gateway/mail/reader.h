/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reader - raw mails become what the core is told: the raw mail is a blob on disk
 * first, then a cell takes it apart, then its files are blobs, then it leaves.
 *
 * A mail that its cell can't read is tried once more by its header alone, so that it
 * has a sender and a subject; it is told of as unreadable, with the reason.
 * Owns: the folder of blobs as this process sees it, and iconv's descriptors.
 */
#ifndef GATEWAY_MAIL_READER_H
#define GATEWAY_MAIL_READER_H

#include "gateway/mail/imap_fetch.h"
#include "gateway/mail/mime_cell.h"
#include "parsers/mail_wire.h"

struct reader;

/* hello is borrowed for as long as the reader lives. read: NULL is mail_read(). */
int reader_new(const struct mail_hello *hello, cell_read_fn *read, struct reader **r_out,
	       char *why_out, size_t why_size);
void reader_free(struct reader **r);

/* One mail is ready for the core; what it returns other than ERR_OK ends the set. */
typedef int reader_tell_fn(const struct mail_frame *arrived, void *ctx);
/*
 * Reads a set; tell() for each in its order, so that what a person wrote later counts
 * later; those that are unreadable come last. ERR_NOSPACE, ERR_IO …: the
 * disk takes no blobs, or no cell can be made (reader_why()); what was told stands, the rest
 * is to be offered again. now: of the wall.
 */
int reader_set(struct reader *r, const struct imap_mail *mails, size_t n, uint32_t uid_validity,
	       struct wall now, reader_tell_fn *tell, void *ctx);
/* In words, of the last set that failed. */
const char *reader_why(const struct reader *r);

#endif
