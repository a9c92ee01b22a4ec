/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * number - numbers read strictly: the whole text is the number, in range.
 *
 * ERR_INVALID: not a number (empty, sign where none may be, anything behind it).
 * ERR_LIMIT: a number, but outside min..max. Results are written only on success.
 */
#ifndef PARSERS_NUMBER_H
#define PARSERS_NUMBER_H

#include "parsers/bytes.h"

int number_parse_u32(struct bytes text, uint32_t min, uint32_t max, uint32_t *value_out);
int number_parse_u64(struct bytes text, uint64_t min, uint64_t max, uint64_t *value_out);
int number_parse_i64(struct bytes text, int64_t min, int64_t max, int64_t *value_out);
/* "250ms" "30s" "5m" "4h" "2d", or "0"; result in milliseconds. */
int number_parse_duration(struct bytes text, int64_t min_ms, int64_t max_ms, int64_t *ms_out);
/* "64K" "8M" "1G" (powers of 1024) or plain octets. */
int number_parse_size(struct bytes text, uint64_t min, uint64_t max, uint64_t *bytes_out);
/* "yes" or "no", nothing else. */
int number_parse_bool(struct bytes text, bool *value_out);

#endif
