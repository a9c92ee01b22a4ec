/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_submit - one segment that leaves becomes the fields of a submit_sm, as the channel's
 * section says. No state.
 */
#ifndef GATEWAY_SMPP_SMPP_SUBMIT_H
#define GATEWAY_SMPP_SMPP_SUBMIT_H

#include "gateway/flow/channel.h"
#include "parsers/smpp_pdu.h"

struct smpp_submit_text {
	struct smpp_message message;
	struct smpp_tlv tlvs[SMPP_TEXT_TLVS_MAX];
	size_t n_tlvs;
};

/* Spans of out, of conf and of the arena. ERR_INVALID: no such segment can leave. ERR_NOMEM, ERR_LIMIT. */
int smpp_submit_fill(const struct conf_channel *conf, const struct outgoing *out, struct arena *a,
		     struct smpp_submit_text *text_out);

/* TON, NPI and digits of a sender or recipient as it is written: "1955", "+381…", "Opstina". */
struct smpp_address smpp_submit_address(struct bytes written, const char *ton, const char *npi);

#endif
