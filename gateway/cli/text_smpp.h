/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text_smpp - `odziv smpp decode`: the PDUs of a hex dump, in words.
 */
#ifndef GATEWAY_CLI_TEXT_SMPP_H
#define GATEWAY_CLI_TEXT_SMPP_H

#include "parsers/arena.h"

/*
 * Octets of what a person pasted: hex digits with blanks, colons and line ends, or all that `tcpdump -x` wrote, of
 * which only what TCP carried counts. ERR_INVALID, ERR_NOMEM.
 */
int smpp_hex(struct bytes text, struct arena *a, struct bytes *octets_out);
/* One JSON line of a frame. ERR_NOMEM. */
int smpp_decode_json(struct bytes frame, struct arena *a, struct bytes *line_out);

#endif
