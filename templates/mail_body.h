/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_body - what a mail carries, in the 7 bits that every server passes on:
 * quoted-printable for words, base64 for octets, and HTML made of plain words.
 *
 * Part of compose_mail. Pure; any thread.
 */
#ifndef TEMPLATES_MAIL_BODY_H
#define TEMPLATES_MAIL_BODY_H

#include "parsers/strbuf.h"

/*
 * Lines end in LF in the text and in CRLF behind it, the last one too. No line is longer than 76
 * octets, begins with a dot or with "From ", or ends in a blank.
 */
void body_quoted_printable(struct strbuf *s, struct bytes text);
/* One line. */
void body_base64(struct strbuf *s, struct bytes octets);
/* In lines of 76 letters, each with its CRLF; exactly body_base64_size() octets. */
void body_base64_lines(struct wr *w, struct bytes octets);
size_t body_base64_size(size_t n_octets);
/* A whole page: paragraphs and line ends as in the text, everything else escaped. */
void body_html(struct strbuf *s, struct bytes text, const char *language);

#endif
