/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/message.h"

#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "parsers/sms_charset.h"
#include "parsers/sms_text.h"
#include "parsers/utf8.h"

struct message *message_new(size_t cap_bytes)
{
	struct arena *a = arena_new(cap_bytes);
	struct message *m = a == NULL ? NULL : arena_alloc(a, sizeof(*m));

	if (m == NULL) {
		arena_free(&a);
		return NULL;
	}
	m->arena = a;
	return m;
}

void message_free(struct message **msg)
{
	struct arena *a;

	if (*msg == NULL)
		return;
	a = (*msg)->arena; /* the message itself lives in it */
	*msg = NULL;
	arena_free(&a);
}

typedef int decode_fn(struct arena *a, struct bytes raw, struct bytes *text_out,
		      struct utf8_faults *faults_out);

/* A charset that is named wins over the coding: Kannel with mo-recode gives UTF-8 where the coding says UCS-2. */
/* clang-format off */
static const struct {
	const char *charset;
	decode_fn *decode;
} charsets[] = {
	{ "UTF-8",      utf8_clean },
	{ "UTF-16BE",   utf8_from_utf16be },
	{ "ISO-8859-1", utf8_from_latin1 },
	{ "GSM-7",      gsm7_decode },
};
/* clang-format on */

static decode_fn *decoder_of(const struct message *msg)
{
	for (size_t i = 0; i < ARRAY_LEN(charsets); i++) {
		if (bytes_is(msg->charset, charsets[i].charset))
			return charsets[i].decode;
	}
	return msg->coding == CODING_UCS2 ? utf8_from_utf16be : utf8_clean;
}

/* Of the tables that a phone may have switched to (23.040, 9.2.3.24.15 and .16) we have none. */
static bool has_other_table(const struct message *msg)
{
	struct bytes octets;

	return bytes_is(msg->charset, "GSM-7") &&
	       (sms_udh_element(msg->udh, SMS_IE_SINGLE_SHIFT, &octets) ||
		sms_udh_element(msg->udh, SMS_IE_LOCKING_SHIFT, &octets));
}

int message_decode(struct message *msg)
{
	struct utf8_faults faults = { 0 };
	int err;

	msg->text = BYTES_NONE;
	msg->is_damaged = false;
	if (msg->coding == CODING_OCTETS)
		return ERR_OK;
	err = sms_charset_decode(msg->arena, msg->charset, msg->raw, &msg->text, &faults);
	if (err == ERR_NOENT)
		err = decoder_of(msg)(msg->arena, msg->raw, &msg->text, &faults);
	if (err != ERR_OK)
		return err;
	msg->is_damaged = faults.replaced > 0 || faults.dropped > 0 || has_other_table(msg);
	return ERR_OK;
}

void message_read_udh(struct message *msg, unsigned part_max)
{
	struct concat concat;

	msg->part_ref = 0;
	msg->part_total = 0;
	msg->part_index = 0;
	if (msg->udh.len == 0 || sms_concat_decode(msg->udh, &concat) != ERR_OK)
		return;
	/* One of one is whole; a total beyond what people write is a mistake, and each part stands alone. */
	if (concat.total < 2 || concat.total > part_max)
		return;
	msg->part_ref = concat.ref;
	msg->part_total = concat.total;
	msg->part_index = concat.index;
}
