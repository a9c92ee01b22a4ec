/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * profile_texts - the files of a profile, and its texts: those that come with
 * the program, each of which the profile may replace by one of its own
 * (texts/<tongue>/<name>.txt).
 */
#ifndef CONF_PROFILE_TEXTS_H
#define CONF_PROFILE_TEXTS_H

#include "conf/profile.h"

/*
 * A file of the folder, in the profile's arena; its ptr is NULL when it couldn't be
 * read, which is a fault unless it isn't there and isn't needed. ERR_OK also then;
 * ERR_NOMEM, ERR_LIMIT (the path is too long).
 */
int profile_read_file(struct profile *p, const char *dir, const char *name, bool is_needed,
		      struct faults *faults, struct bytes *text_out);

/* Fills and finishes p->catalog. Faults are added to faults (ERR_OK); ERR_NOMEM, ERR_LIMIT. */
int profile_read_texts(struct profile *p, const char *dir, struct faults *faults);

#endif
