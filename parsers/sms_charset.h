/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sms_charset - the alphabets of SMS that hardly anybody uses: Cyrillic and Hebrew of
 * ISO 8859, Japanese, Korean. By ICU, whose tables are in its library: no file is opened.
 */
#ifndef PARSERS_SMS_CHARSET_H
#define PARSERS_SMS_CHARSET_H

#include "parsers/utf8.h"

/*
 * Names: "ISO-8859-5" "ISO-8859-8" "Shift_JIS" "ISO-2022-JP" "EUC-KR", and "JIS_X0208" and
 * "JIS_X0212", whose pairs of octets come bare, behind escapes or shifted. Clean UTF-8 in
 * the arena. ERR_NOENT: no such name; ERR_NOMEM, ERR_LIMIT of the arena.
 */
int sms_charset_decode(struct arena *a, struct bytes name, struct bytes raw, struct bytes *text_out,
		       struct utf8_faults *faults_out);

#endif
