/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_kannel_frame - frames of a stream that can be read are written as the same octets. */
#include "parsers/err.h"
#include "parsers/kannel_frame.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 22);
	struct bytes stream = bytes_at(data, size), body;
	size_t octets;

	while (kannel_frame_cut(stream, KANNEL_BODY_MAX, &body, &octets) == ERR_OK) {
		struct kannel_frame frame;

		fuzz_require(octets == body.len + 4 && octets <= stream.len);
		if (kannel_frame_decode(body, &frame) == ERR_OK) {
			struct strbuf out = strbuf_in(a, octets);

			kannel_frame_encode(&frame, &out);
			fuzz_require(strbuf_err(&out) != ERR_OK ||
				     bytes_eq(strbuf_bytes(&out), bytes_cut(stream, 0, octets)));
			arena_reset(a);
		}
		stream = bytes_cut(stream, octets, stream.len);
	}
	arena_free(&a);
	return 0;
}
