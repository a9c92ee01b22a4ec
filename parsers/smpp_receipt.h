/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_receipt - what a deliver_sm or data_sm says of a segment of ours, in whatever form
 * its SMSC writes it: TLVs, text of SMPP 3.4 appendix B and its relatives, or both. No state.
 */
#ifndef PARSERS_SMPP_RECEIPT_H
#define PARSERS_SMPP_RECEIPT_H

#include "parsers/receipt.h"
#include "parsers/smpp_pdu.h"

/* Whether it speaks of a segment of ours, by its marks, its TLVs or the form of its text. */
bool smpp_receipt_is(const struct smpp_pdu *pdu);
/*
 * remote_id, state, error and at (0 where its clock isn't named). The TLV message_state is
 * believed before stat. Spans of the PDU or of the arena. ERR_NOENT: it names no id: answer
 * it ESME_ROK and count it. ERR_NOMEM, ERR_LIMIT of the arena.
 */
int smpp_receipt_read(const struct smpp_pdu *pdu, struct arena *a, struct receipt *receipt_out);

#endif
