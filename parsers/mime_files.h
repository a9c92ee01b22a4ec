/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_files - what may be said of an attachment without opening it: a name
 * that is safe to show and to write, and whether it is of a kind that runs.
 *
 * Leaves: archives. What lies in a zip isn't looked at. No state.
 */
#ifndef PARSERS_MIME_FILES_H
#define PARSERS_MIME_FILES_H

#include "parsers/arena.h"

/* Octets of a name; file systems take 255, and a backup adds to it. */
#define MIME_NAME_MAX 200

/*
 * The last piece of a path, of clean UTF-8: no controls, no marks that turn the
 * reading direction, no blanks or dots around it. A long one keeps its ending. ""
 * when nothing is left. Signs that a shell reads stay: we write no file of that name.
 */
int mime_file_name(struct arena *a, struct bytes name, struct bytes *name_out);
/*
 * Withheld from staff: programs, scripts, installers, disk images, shortcuts and
 * office files with macros, by the end of the name, the type (lower case) or the
 * first octets.
 */
bool mime_file_is_executable(struct bytes name, struct bytes type, struct bytes octets);
/* What stands behind the last dot: "pdf"; none without a dot. */
struct bytes mime_file_ending(struct bytes name);

#endif
