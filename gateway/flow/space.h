/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * space - is there room for what comes in? Measures the map and the disk on a
 * reader now and then, and grants intake that many messages until the next time.
 *
 * Promises: intake stops at intake_stop_percent of the map and below min_free of
 *           the disk, and opens again by itself; what is left of the map is for
 *           answers, closing and erasure.
 */
#ifndef GATEWAY_FLOW_SPACE_H
#define GATEWAY_FLOW_SPACE_H

#include "gateway/flow/core.h"

struct space;

int space_new(struct core *core, struct space **s_out);
void space_free(struct space **s);
/* ERR_OK: one message may come in and is counted. ERR_BUSY: not before the next look. ERR_STOPPED: no room. */
int space_take(struct space *s);
/* A message that was counted is on disk, or failed. ERR_STORE_FULL closes at once. */
void space_settle(struct space *s, int err);
/* Look now: the map has grown, or a new configuration is in force. */
void space_look(struct space *s);
/* How long it has been open without a break; 0 while closed. */
int64_t space_open_ms(const struct space *s);
bool space_is_open(const struct space *s, const char **why_out);

/* Octets free for us on the file system of this folder. Blocks; not on the loop. */
int space_free_disk(const char *dir, uint64_t *bytes_out);

#endif
