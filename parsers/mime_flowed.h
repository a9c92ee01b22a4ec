/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_flowed - text/plain; format=flowed (RFC 3676) as paragraphs again.
 *
 * Lines that end in a blank go on in the next one of the same quote depth; the
 * blank that stuffs a line is taken off; "-- " is never joined. No state.
 */
#ifndef PARSERS_MIME_FLOWED_H
#define PARSERS_MIME_FLOWED_H

#include "parsers/arena.h"

/*
 * The text is clean UTF-8 (LF only). is_delsp: the blank at a soft line end was put
 * there by the sender's program and is no part of the text. Quoted lines come out
 * as "> " for each level. ERR_NOMEM, ERR_LIMIT of the arena.
 */
int mime_flowed(struct arena *a, struct bytes text, bool is_delsp, struct bytes *text_out);

#endif
