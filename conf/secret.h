/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * secret - a password or key that stands alone in a file.
 *
 * What was read is wiped before the function returns, but for the copy in the
 * arena, which its owner wipes (conf_drop()).
 */
#ifndef CONF_SECRET_H
#define CONF_SECRET_H

#include "parsers/strbuf.h"

/*
 * The one line of the file, without its end. ERR_INVALID with words in `why`
 * ("is empty") when the file isn't there, isn't one line, or when others than
 * its owner and group could read or change it. ERR_NOMEM.
 */
int secret_read(const char *path, struct arena *a, struct strbuf *why, const char **secret_out);

#endif
