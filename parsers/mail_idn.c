/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_idn.h"

#include <unicode/uidna.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"

/* A name in the domain name system has at most 253 octets (RFC 1035 2.3.4). */
#define DOMAIN_MAX 253

static bool is_ascii(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] >= 0x80)
			return false;
	return true;
}

static int to_ascii(struct bytes domain, char out[DOMAIN_MAX + 1], size_t *len_out)
{
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode code = U_ZERO_ERROR;
	UIDNA *idna = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
					      UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_USE_STD3_RULES,
				      &code);
	int32_t len;

	if (U_FAILURE(code))
		return ERR_NOMEM;
	len = uidna_nameToASCII_UTF8(idna, (const char *)domain.ptr, (int32_t)domain.len, out,
				     DOMAIN_MAX + 1, &info, &code);
	uidna_close(idna);
	if (U_FAILURE(code) || info.errors != 0 || len < 1 || len > DOMAIN_MAX)
		return ERR_INVALID;
	*len_out = (size_t)len;
	return ERR_OK;
}

int mail_idn_ascii(struct bytes address, struct arena *a, struct bytes *address_out)
{
	size_t at = address.len, len;
	char ascii[DOMAIN_MAX + 1];
	struct bytes domain;
	struct strbuf s;
	int err;

	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	domain = bytes_cut(address, at, address.len);
	if (at == 0 || is_ascii(domain)) {
		*address_out = address;
		return ERR_OK;
	}
	if (domain.len > DOMAIN_MAX)
		return ERR_INVALID;
	err = to_ascii(domain, ascii, &len);
	if (err != ERR_OK)
		return err;
	s = strbuf_in(a, address.len + DOMAIN_MAX + 1);
	strbuf_addf(&s, "%.*s%.*s", PRI_BYTES(bytes_cut(address, 0, at)), (int)len, ascii);
	return strbuf_finish(&s, address_out);
}
