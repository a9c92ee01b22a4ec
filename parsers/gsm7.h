/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gsm7 - the default alphabet of SMS (GSM 03.38) and its extension table.
 *
 * Septets are kept unpacked, one an octet: packing is the SMSC's business. An
 * extension character is two septets, escape first. Pure; no state.
 */
#ifndef PARSERS_GSM7_H
#define PARSERS_GSM7_H

#include "parsers/arena.h"
#include "parsers/utf8.h"

#define GSM7_ESCAPE 0x1B

/* Septets that a character takes: 1, 2 with escape, 0 when the alphabet lacks it. */
unsigned gsm7_septets(uint32_t cp);
/* False when a character can't be written in GSM-7; septets_out (may be NULL) only otherwise. */
bool gsm7_can(struct bytes text, size_t *septets_out);
/* ERR_INVALID when a character can't be written; ERR_NOMEM or ERR_LIMIT of the arena. */
int gsm7_encode(struct arena *a, struct bytes text, struct bytes *septets_out);
/*
 * Clean text of septets. An unknown extension is its plain character, as the
 * standard asks; an octet above 127 and a lone escape at the end become U+FFFD.
 */
int gsm7_decode(struct arena *a, struct bytes septets, struct bytes *text_out,
		struct utf8_faults *faults_out);
/*
 * Text that GSM-7 can write and a person still reads: Serbian Cyrillic becomes
 * Latin; letters that the alphabet lacks lose their marks (č c, ž z, š s, đ dj,
 * á a, ő ö), those that it has stay (é ä ö ü ß); typographic signs become plain
 * ones; emoji and what can't be mapped are left out. Idempotent.
 */
int gsm7_plain(struct arena *a, struct bytes text, struct bytes *plain_out);

#endif
