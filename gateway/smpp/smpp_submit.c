/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/smpp/smpp_submit.h"

#include <inttypes.h>
#include <string.h>

#include "conf/smpp_words.h"
#include "parsers/err.h"
#include "parsers/strbuf.h"

/* More digits are no short code. */
#define SHORT_CODE_MAX 8
/* SMPP 3.4, 5.2.5 and 5.2.6. */
#define TON_INTERNATIONAL 1
#define TON_SHORT_CODE    3
#define TON_NAME          5
#define NPI_NONE          0
#define NPI_ISDN          1
/* 5.2.17: a receipt at the end; and on the way. */
#define FINAL_RECEIPT        0x01
#define INTERMEDIATE_RECEIPT 0x10
/* 7.1.1.2: "000002120000000R" is two days and twelve hours from now. */
#define TIME_SIZE 16
/* What the form can say. */
#define VALIDITY_DAYS_MAX 31

static bool are_digits(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++) {
		if (b.ptr[i] < '0' || b.ptr[i] > '9')
			return false;
	}
	return b.len > 0;
}

struct smpp_address smpp_submit_address(struct bytes written, const char *ton, const char *npi)
{
	bool has_plus = bytes_starts(written, "+");
	struct bytes digits = has_plus ? bytes_cut(written, 1, written.len) : written;
	struct smpp_address a = { .ton = TON_INTERNATIONAL, .npi = NPI_ISDN, .digits = digits };

	if (!are_digits(digits)) {
		a.ton = TON_NAME;
		a.npi = NPI_NONE;
		a.digits = written;
	} else if (!has_plus && digits.len <= SHORT_CODE_MAX) {
		a.ton = TON_SHORT_CODE;
		a.npi = NPI_NONE;
	}
	a.ton = smpp_words_type(ton, a.ton);
	a.npi = smpp_words_type(npi, a.npi);
	return a;
}

static struct bytes recipient(struct bytes contact)
{
	return bytes_starts(contact, "sms:") ? bytes_cut(contact, strlen("sms:"), contact.len)
					     : contact;
}

/* None: as long as the SMSC likes. */
static int validity_of(int64_t ms, struct arena *a, struct bytes *time_out)
{
	struct strbuf s = strbuf_in(a, TIME_SIZE);
	int64_t left_s = (ms + SECOND_MS - 1) / SECOND_MS;

	*time_out = BYTES_NONE;
	if (ms <= 0 || ms > VALIDITY_DAYS_MAX * DAY_MS)
		return ERR_OK;
	strbuf_addf(&s, "0000%02" PRId64 "%02" PRId64 "%02" PRId64 "%02" PRId64 "000R",
		    left_s / 86400, left_s / 3600 % 24, left_s / 60 % 60, left_s % 60);
	return strbuf_finish(&s, time_out);
}

int smpp_submit_fill(const struct conf_channel *conf, const struct outgoing *out, struct arena *a,
		     struct smpp_submit_text *text_out)
{
	const struct conf_smpp *smpp = &conf->smpp;
	const struct smpp_text_out text = {
		.encoding = out->encoding,
		.octets = out->octets,
		.text = out->text,
		.udh = out->udh,
		.alphabet = smpp->alphabet,
		.how = out->how,
		.reference = out->reference,
	};
	struct smpp_message *m = &text_out->message;
	int err;

	*text_out = (struct smpp_submit_text){ 0 };
	m->service_type = bytes_of(smpp->service_type);
	m->from = smpp_submit_address(out->from, smpp->source_ton, smpp->source_npi);
	m->to = smpp_submit_address(recipient(out->to), smpp->dest_ton, smpp->dest_npi);
	m->priority = (uint8_t)smpp->priority;
	if (conf->dlr)
		m->registered_delivery =
			FINAL_RECEIPT | (smpp->intermediate ? INTERMEDIATE_RECEIPT : 0);
	err = validity_of(out->validity_ms, a, &m->validity);
	if (err != ERR_OK)
		return err;
	return smpp_text_out(&text, a, m, text_out->tlvs, &text_out->n_tlvs);
}
