/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_smpp_pdu - a stream of PDUs; what is read of a text can be written again. */
#include "parsers/err.h"
#include "parsers/smpp_pdu.h"
#include "tests/fuzz/fuzz.h"

static bool is_within(struct bytes part, struct bytes frame)
{
	return part.len == 0 ||
	       (part.ptr >= frame.ptr && part.ptr + part.len <= frame.ptr + frame.len);
}

static void write_again(const struct smpp_pdu *pdu)
{
	struct arena *a = arena_new(4 * SMPP_FRAME_MAX);
	struct smpp_pdu again;
	struct bytes out;

	/* Numbers of no standard are read, and never sent. */
	if (a != NULL &&
	    smpp_write_submit(&pdu->message, pdu->tlvs, pdu->n_tlvs, 1, a, &out) == ERR_OK) {
		fuzz_require(smpp_pdu_read(out, &again) == ERR_OK);
		fuzz_require(bytes_eq(again.message.to.digits, pdu->message.to.digits));
		fuzz_require(bytes_eq(again.message.text, pdu->message.text));
	}
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_at(data, size), frame;
	struct smpp_pdu pdu;

	while (smpp_frame(in, &frame) == ERR_OK) {
		int err = smpp_pdu_read(frame, &pdu);

		fuzz_require(err == ERR_OK || err == ERR_INVALID);
		fuzz_require(is_within(pdu.message.text, frame) &&
			     is_within(pdu.message_id, frame));
		for (size_t i = 0; i < pdu.n_tlvs; i++)
			fuzz_require(is_within(pdu.tlvs[i].value, frame));
		if (err == ERR_OK && (pdu.id == SMPP_DELIVER_SM || pdu.id == SMPP_SUBMIT_SM))
			write_again(&pdu);
		in = bytes_cut(in, frame.len, in.len);
	}
	return 0;
}
