/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/number.h"

#include "parsers/err.h"

/* Digits only. A value beyond 64 bits is ERR_LIMIT: it is a number, but out of any range. */
static int digits(struct bytes text, uint64_t *value_out)
{
	uint64_t value = 0;
	bool is_over = false;

	if (text.len == 0)
		return ERR_INVALID;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c < '0' || c > '9')
			return ERR_INVALID;
		if (value > (UINT64_MAX - (uint64_t)(c - '0')) / 10)
			is_over = true;
		else
			value = value * 10 + (uint64_t)(c - '0');
	}
	if (is_over)
		return ERR_LIMIT;
	*value_out = value;
	return ERR_OK;
}

int number_parse_u64(struct bytes text, uint64_t min, uint64_t max, uint64_t *value_out)
{
	uint64_t value;
	int err = digits(text, &value);

	if (err != ERR_OK)
		return err;
	if (value < min || value > max)
		return ERR_LIMIT;
	*value_out = value;
	return ERR_OK;
}

int number_parse_u32(struct bytes text, uint32_t min, uint32_t max, uint32_t *value_out)
{
	uint64_t value;
	int err = number_parse_u64(text, min, max, &value);

	if (err == ERR_OK)
		*value_out = (uint32_t)value;
	return err;
}

int number_parse_i64(struct bytes text, int64_t min, int64_t max, int64_t *value_out)
{
	bool is_negative = bytes_starts(text, "-");
	uint64_t size, largest = is_negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
	int64_t value;
	int err = number_parse_u64(is_negative ? bytes_cut(text, 1, text.len) : text, 0, largest,
				   &size);

	if (err != ERR_OK)
		return err;
	/* -1 - (size - 1): the smallest number has no positive counterpart. */
	value = is_negative && size != 0 ? -1 - (int64_t)(size - 1) : (int64_t)size;
	if (value < min || value > max)
		return ERR_LIMIT;
	*value_out = value;
	return ERR_OK;
}

struct unit {
	const char *suffix;
	uint64_t factor;
};

static int with_unit(struct bytes text, const struct unit *units, size_t n_units,
		     uint64_t *value_out)
{
	for (size_t i = 0; i < n_units; i++) {
		struct bytes suffix = bytes_of(units[i].suffix);
		uint64_t value;
		int err;

		if (!bytes_ends(text, units[i].suffix))
			continue;
		err = digits(bytes_cut(text, 0, text.len - suffix.len), &value);
		if (err != ERR_OK)
			return err;
		if (value > UINT64_MAX / units[i].factor)
			return ERR_LIMIT;
		*value_out = value * units[i].factor;
		return ERR_OK;
	}
	return ERR_INVALID;
}

int number_parse_duration(struct bytes text, int64_t min_ms, int64_t max_ms, int64_t *ms_out)
{
	/* "ms" before "s": the first suffix that fits is taken. */
	static const struct unit units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
	};
	uint64_t ms = 0;
	int err = bytes_is(text, "0") ? ERR_OK : with_unit(text, units, ARRAY_LEN(units), &ms);

	if (err != ERR_OK)
		return err;
	if (ms > (uint64_t)INT64_MAX || (int64_t)ms < min_ms || (int64_t)ms > max_ms)
		return ERR_LIMIT;
	*ms_out = (int64_t)ms;
	return ERR_OK;
}

int number_parse_size(struct bytes text, uint64_t min, uint64_t max, uint64_t *bytes_out)
{
	/* The empty suffix last: it always fits. */
	static const struct unit units[] = {
		{ "K", UINT64_C(1) << 10 },
		{ "M", UINT64_C(1) << 20 },
		{ "G", UINT64_C(1) << 30 },
		{ "", 1 },
	};
	uint64_t size;
	int err = with_unit(text, units, ARRAY_LEN(units), &size);

	if (err != ERR_OK)
		return err;
	if (size < min || size > max)
		return ERR_LIMIT;
	*bytes_out = size;
	return ERR_OK;
}

int number_parse_bool(struct bytes text, bool *value_out)
{
	bool is_yes = bytes_is(text, "yes");

	if (!is_yes && !bytes_is(text, "no"))
		return ERR_INVALID;
	*value_out = is_yes;
	return ERR_OK;
}
