/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pages - /health and /metrics of the HTTP port: how we are, for machines that watch.
 *
 * Promises: answered from the loop's own memory, never from the store: a disk that
 *           hangs is told of, not waited for. No personal data.
 */
#ifndef GATEWAY_WIRE_PAGES_H
#define GATEWAY_WIRE_PAGES_H

#include "gateway/wire/host_uv.h"
#include "gateway/wire/wire.h"

struct pages {
	struct wire *wire;
	struct host_uv *host;
};

/* Longer without an answer from the disk is an illness. */
#define STORE_SLOW_MS (10 * SECOND_MS)

/*
 * 200, or 503 when no message would be kept: intake is closed, the store doesn't
 * answer, or we are stopping. A channel that is down is another's illness: it is shown.
 * One JSON line: {"ok", "intake", "why", "store_wait_ms", "channels": [{"name", "state"}], "alarms": ["name"]}.
 */
void pages_health(struct http_request *r, void *pages);
/* OpenMetrics 1.0 text. */
void pages_metrics(struct http_request *r, void *pages);

#endif
