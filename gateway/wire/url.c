/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/url.h"

#include <inttypes.h>
#include <stdio.h>

/* RFC 3986, 2.3 */
static bool is_unreserved(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void url_param(struct strbuf *url, const char *name, struct bytes value)
{
	static const char hex[] = "0123456789ABCDEF";
	struct bytes so_far = strbuf_bytes(url);

	strbuf_addc(url, bytes_find(so_far, '?') < so_far.len ? '&' : '?');
	strbuf_adds(url, name);
	strbuf_addc(url, '=');
	for (size_t i = 0; i < value.len; i++) {
		if (is_unreserved(value.ptr[i])) {
			strbuf_addc(url, (char)value.ptr[i]);
			continue;
		}
		strbuf_addc(url, '%');
		strbuf_addc(url, hex[value.ptr[i] >> 4]);
		strbuf_addc(url, hex[value.ptr[i] & 15]);
	}
}

void url_param_number(struct strbuf *url, const char *name, int64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, value);
	url_param(url, name, bytes_of(digits));
}
