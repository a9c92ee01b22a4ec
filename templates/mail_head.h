/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_head - header fields of a mail: folded, in encoded words where they aren't
 * ASCII, and never more than the one field that was asked for.
 *
 * Part of compose_mail. Pure; any thread. What a field's value can't hold becomes a
 * blank here; who must refuse it asks before (head_id_is_safe).
 */
#ifndef TEMPLATES_MAIL_HEAD_H
#define TEMPLATES_MAIL_HEAD_H

#include "parsers/mail.h"
#include "parsers/strbuf.h"

/* Of a name beside an address, octets: longer ones are cut between letters. */
#define HEAD_NAME_MAX 200
/* Of a Message-ID, without <>: a line has 998 octets. */
#define HEAD_ID_MAX 900
/* Of a subject, octets. */
#define HEAD_TEXT_MAX 1000
/* Of a file's name, octets: what file systems take. */
#define HEAD_FILE_MAX 255

/* "Subject: …" */
void head_text(struct strbuf *s, const char *field, struct bytes text);
/* "From: Name <address>"; the address must be safe. */
void head_person(struct strbuf *s, const char *field, const struct mail_person *p);
/* "References: <a>" and a line for each of the others; the ids must be safe, n > 0. */
void head_ids(struct strbuf *s, const char *field, const struct bytes *ids, size_t n);
/* "X-Odziv: word": all but letters, digits and -._+ become -. */
void head_word(struct strbuf *s, const char *field, const char *word);
/* "Date: Thu, 26 Nov 2026 14:00:00 +0100" */
void head_date(struct strbuf *s, struct wall date, int offset_min);
/* "Content-Disposition: attachment; filename…", by RFC 2231 where it must be. */
void head_disposition(struct strbuf *s, struct arena *a, struct bytes file_name);

/* ASCII without controls, blanks, < and >, of at most HEAD_ID_MAX octets, with something in it. */
bool head_id_is_safe(struct bytes id);

#endif
