/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * err - the one list of errors: name, number, class, words.
 *
 * Every function that can fail returns an int: zero, or a negative number from
 * this list. Numbers down to -999 are negated errno; ours start at -1000.
 * The class says what the other side is told (DESIGN.md, section 10).
 */
#ifndef PARSERS_ERR_H
#define PARSERS_ERR_H

#include <errno.h>

enum err_class { ERR_IS_OK, ERR_IS_RETRY, ERR_IS_REJECT, ERR_IS_FATAL };

/* clang-format off */
#define ERR_LIST(X) \
	X(ERR_OK,          0,          ERR_IS_OK,     "ok") \
	X(ERR_NOMEM,       -ENOMEM,    ERR_IS_RETRY,  "out of memory") \
	X(ERR_NOENT,       -ENOENT,    ERR_IS_REJECT, "no such record") \
	X(ERR_ACCESS,      -EACCES,    ERR_IS_REJECT, "not allowed") \
	X(ERR_EXIST,       -EEXIST,    ERR_IS_REJECT, "exists already") \
	X(ERR_INVALID,     -EINVAL,    ERR_IS_REJECT, "badly formed") \
	X(ERR_IO,          -EIO,       ERR_IS_RETRY,  "input or output failed") \
	X(ERR_NOSPACE,     -ENOSPC,    ERR_IS_RETRY,  "no space left") \
	X(ERR_TIMEOUT,     -ETIMEDOUT, ERR_IS_RETRY,  "took too long") \
	X(ERR_CANCELLED,   -ECANCELED, ERR_IS_RETRY,  "stopped before it was done") \
	X(ERR_DUPLICATE,   -1000,      ERR_IS_OK,     "already kept") \
	X(ERR_TRUNCATED,   -1001,      ERR_IS_REJECT, "input ends too early") \
	X(ERR_LIMIT,       -1002,      ERR_IS_REJECT, "input exceeds a limit") \
	X(ERR_BAD_STATE,   -1003,      ERR_IS_REJECT, "not possible in this state") \
	X(ERR_STORE_FULL,  -1004,      ERR_IS_RETRY,  "the store is full") \
	X(ERR_STORE_IO,    -1005,      ERR_IS_FATAL,  "the store failed to write") \
	X(ERR_BUSY,        -1006,      ERR_IS_RETRY,  "too much waits, try again") \
	X(ERR_CORRUPT,     -1007,      ERR_IS_REJECT, "a stored record can't be read") \
	X(ERR_VERSION,     -1008,      ERR_IS_REJECT, "made by another version") \
	X(ERR_STOPPED,     -1009,      ERR_IS_RETRY,  "intake is stopped, try again") \
	X(ERR_QUARANTINED, -1010,      ERR_IS_OK,     "kept in the quarantine")
/* clang-format on */

enum err {
#define X(name, number, class, words) name = number,
	ERR_LIST(X)
#undef X
};

/* The words of an error; "unknown error" for a number that isn't listed. */
const char *err_text(int err);

/* The class of an error; a number that isn't listed is ERR_IS_RETRY. */
enum err_class err_class(int err);

#endif
