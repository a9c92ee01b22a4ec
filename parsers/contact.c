/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/contact.h"

#include <stdio.h>
#include <string.h>

#include "parsers/mail_fields.h"

/* E.164: at most 15 digits. Below seven it's a short code. */
#define PHONE_DIGITS_MIN 7
#define PHONE_DIGITS_MAX 15
/* Without country and trunk prefix a number this short is of this country. */
#define NATIONAL_DIGITS_MAX 10

/* A number as it was written, signs taken out. */
struct written {
	char digits[32];
	size_t n_digits;
	bool has_plus;
	bool has_letters;
	bool is_odd; /* something that belongs into no number, or too long */
};

static bool is_filler(uint8_t c)
{
	return strchr(" \t-./()", c) != NULL && c != '\0';
}

static void read_octet(struct written *w, uint8_t c, bool is_first)
{
	if (c >= '0' && c <= '9') {
		if (w->n_digits + 1 < sizeof(w->digits))
			w->digits[w->n_digits++] = (char)c;
		else
			w->is_odd = true;
	} else if (c == '+' && is_first) {
		w->has_plus = true;
	} else if (c >= 0x80 || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
		w->has_letters = true;
	} else if (!is_filler(c)) {
		w->is_odd = true;
	}
}

static struct written read_number(struct bytes raw)
{
	struct written w = { 0 };

	raw = bytes_trim(raw);
	if (bytes_starts(raw, "sms:"))
		raw = bytes_cut(raw, 4, raw.len);
	for (size_t i = 0; i < raw.len; i++)
		read_octet(&w, raw.ptr[i], i == 0);
	return w;
}

static bool begins(const char *digits, const char *with)
{
	return with[0] != '\0' && strncmp(digits, with, strlen(with)) == 0;
}

/* Behind our own country code people leave the trunk prefix, often in brackets: +381 (0)64… */
static const char *without_trunk(const char *digits, const struct contact_country *country,
				 char *buf, size_t size)
{
	const char *national = digits + strlen(country->code);

	if (!begins(digits, country->code) || !begins(national, country->trunk))
		return digits;
	while (begins(national, country->trunk))
		national += strlen(country->trunk);
	snprintf(buf, size, "%s%s", country->code, national);
	return buf;
}

/* The digits with their country code, in buf; empty when they are no number. */
static const char *international(const struct written *w, const struct contact_country *country,
				 char *buf, size_t size)
{
	const char *digits = w->digits;
	bool has_country = w->has_plus;

	if (!has_country && begins(digits, "00")) {
		digits += 2;
		has_country = true;
	}
	if (has_country || begins(digits, country->code))
		return without_trunk(digits, country, buf, size);
	if (begins(digits, country->trunk))
		digits += strlen(country->trunk);
	else if (w->n_digits > NATIONAL_DIGITS_MAX)
		return digits;
	if (country->code[0] == '\0')
		return "";
	snprintf(buf, size, "%s%s", country->code, digits);
	return buf;
}

enum contact_kind contact_of_number(struct bytes raw, const struct contact_country *country,
				    struct arena *a, struct bytes *contact_out)
{
	struct written w = read_number(raw);
	char buf[64], address[80];
	const char *digits;
	size_t len;

	*contact_out = BYTES_NONE;
	if (w.has_letters)
		return CONTACT_ALPHA;
	if (w.is_odd || w.n_digits == 0)
		return CONTACT_BAD;
	if (w.n_digits < PHONE_DIGITS_MIN)
		return CONTACT_SHORT;
	digits = international(&w, country, buf, sizeof(buf));
	len = strlen(digits);
	/* No country's code begins with 0. */
	if (len < PHONE_DIGITS_MIN || len > PHONE_DIGITS_MAX || digits[0] == '0')
		return CONTACT_BAD;
	snprintf(address, sizeof(address), "sms:+%s", digits);
	*contact_out = arena_dup(a, bytes_of(address));
	return CONTACT_PHONE;
}

struct bytes contact_digits(struct bytes contact)
{
	struct bytes digits = bytes_cut(contact, 5, contact.len);

	if (!bytes_starts(contact, "sms:+") || digits.len < PHONE_DIGITS_MIN ||
	    digits.len > PHONE_DIGITS_MAX)
		return BYTES_NONE;
	for (size_t i = 0; i < digits.len; i++)
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return BYTES_NONE;
	return digits;
}

bool contact_is_phone(struct bytes contact)
{
	return contact_digits(contact).len != 0;
}

struct bytes contact_of_address(struct bytes address, struct arena *a)
{
	char text[sizeof("mail:") + CONTACT_ADDRESS_MAX];
	struct wr w = wr_of(text, sizeof(text));

	address = bytes_trim(address);
	if (!mail_address_is_fit(address))
		return BYTES_NONE;
	wr_put(&w, bytes_of("mail:"));
	for (size_t i = 0; i < address.len; i++) {
		uint8_t c = address.ptr[i];

		wr_u8(&w, c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c);
	}
	return arena_dup(a, wr_bytes(&w));
}

struct bytes contact_address(struct bytes contact)
{
	struct bytes address = bytes_cut(contact, 5, contact.len);

	return bytes_starts(contact, "mail:") && mail_address_is_fit(address) ? address
									      : BYTES_NONE;
}

bool contact_is_mail(struct bytes contact)
{
	return contact_address(contact).len != 0;
}

/* Stands in a line of the log as it is. */
static bool is_plain(uint8_t c)
{
	return c > ' ' && c < 0x7F;
}

/* First letter and domain: enough to tell two people of one log apart, not to write to them. */
static bool shorten_mail(struct bytes address, char buf[CONTACT_SHORTENED_SIZE])
{
	size_t at = bytes_find(address, '@');
	struct bytes first = bytes_cut(address, 0, 1),
		     domain = bytes_cut(address, at + 1, address.len);

	if (at == 0 || at == address.len || domain.len == 0 || domain.len > 64)
		return false;
	for (size_t i = 0; i < domain.len; i++)
		if (!is_plain(domain.ptr[i]))
			return false;
	if (!is_plain(first.ptr[0]))
		first = BYTES_NONE;
	snprintf(buf, CONTACT_SHORTENED_SIZE, "%.*s…@%.*s", PRI_BYTES(first), PRI_BYTES(domain));
	return true;
}

const char *contact_shortened(struct bytes contact, char buf[CONTACT_SHORTENED_SIZE])
{
	struct bytes digits = contact_digits(contact);

	if (digits.len >= 9)
		snprintf(buf, CONTACT_SHORTENED_SIZE, "+%.*s…%.*s", 4, (const char *)digits.ptr, 3,
			 (const char *)digits.ptr + digits.len - 3);
	else if (digits.len != 0)
		snprintf(buf, CONTACT_SHORTENED_SIZE, "+%.*s…", 3, (const char *)digits.ptr);
	else if (!bytes_starts(contact, "mail:") ||
		 !shorten_mail(bytes_cut(contact, 5, contact.len), buf))
		snprintf(buf, CONTACT_SHORTENED_SIZE, "…");
	return buf;
}
