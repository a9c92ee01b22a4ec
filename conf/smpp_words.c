/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/smpp_words.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/number.h"

static bool is_host_letter(uint8_t c, bool is_v6)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || (is_v6 ? c == ':' || c == '%' : c == '-' || c == '_');
}

static bool is_host(struct bytes host, bool is_v6)
{
	if (host.len == 0 || host.len >= sizeof(((struct smpp_endpoint *)0)->host))
		return false;
	for (size_t i = 0; i < host.len; i++) {
		if (!is_host_letter(host.ptr[i], is_v6))
			return false;
	}
	return true;
}

int smpp_words_endpoint(struct bytes text, struct smpp_endpoint *endpoint_out)
{
	struct bytes host = text;
	uint32_t port;
	bool is_v6;

	while (host.len > 0 && host.ptr[host.len - 1] != ':')
		host.len--;
	if (host.len < 2 ||
	    number_parse_u32(bytes_cut(text, host.len, text.len), 1, 65535, &port) != ERR_OK)
		return ERR_INVALID;
	host.len--;
	is_v6 = bytes_starts(host, "[") && bytes_ends(host, "]");
	if (is_v6)
		host = bytes_cut(host, 1, host.len - 2);
	if (!is_host(host, is_v6))
		return ERR_INVALID;
	endpoint_out->port = port;
	snprintf(endpoint_out->host, sizeof(endpoint_out->host), "%.*s", PRI_BYTES(host));
	return ERR_OK;
}

/* --- statuses --- */

static int read_hex(struct bytes digits, uint32_t *value_out)
{
	static const char letters[] = "0123456789abcdef0123456789ABCDEF";
	uint32_t value = 0;

	if (digits.len == 0 || digits.len > 8)
		return ERR_INVALID;
	for (size_t i = 0; i < digits.len; i++) {
		const char *at = memchr(letters, digits.ptr[i], sizeof(letters) - 1);

		if (at == NULL)
			return ERR_INVALID;
		value = value << 4 | (uint32_t)((at - letters) & 15);
	}
	*value_out = value;
	return ERR_OK;
}

static int read_status(struct bytes text, uint32_t *value_out)
{
	if (bytes_starts(text, "0x") || bytes_starts(text, "0X"))
		return read_hex(bytes_cut(text, 2, text.len), value_out);
	return number_parse_u32(text, 0, UINT32_MAX, value_out);
}

int smpp_words_statuses(struct bytes text, struct smpp_statuses *statuses_out)
{
	size_t dash = bytes_find(text, '-');
	struct smpp_statuses s;

	if (read_status(bytes_trim(bytes_cut(text, 0, dash)), &s.first) != ERR_OK)
		return ERR_INVALID;
	s.last = s.first;
	if (dash < text.len &&
	    read_status(bytes_trim(bytes_cut(text, dash + 1, text.len)), &s.last) != ERR_OK)
		return ERR_INVALID;
	if (s.first == 0 || s.last < s.first)
		return ERR_INVALID;
	*statuses_out = s;
	return ERR_OK;
}

uint8_t smpp_words_type(const char *word, uint8_t automatic)
{
	uint32_t value = automatic;

	/* What isn't a number is "auto": the schema lets nothing else through. */
	(void)number_parse_u32(bytes_of(word), 0, UINT8_MAX, &value);
	return (uint8_t)value;
}
