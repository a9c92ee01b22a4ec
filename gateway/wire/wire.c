/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/wire.h"

void wire_result(struct channel *c, uint64_t row, unsigned segment, enum send_outcome outcome,
		 const char *error, int64_t pause_ms)
{
	dispatch_result(c->core->dispatch, c, row, segment, outcome, BYTES_NONE, bytes_of(error),
			pause_ms);
}
