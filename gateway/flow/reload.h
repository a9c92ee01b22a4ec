/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reload - a new configuration, checked by itself and against the store, swapped
 * in with one pointer; channels whose section changed restart one by one.
 */
#ifndef GATEWAY_FLOW_RELOAD_H
#define GATEWAY_FLOW_RELOAD_H

#include "gateway/flow/core.h"

/* done: err and one line of words a fault (NUL-separated by line ends). One reload at a time: ERR_BUSY. */
typedef void reload_done_fn(int err, const char *words, void *ctx);
void core_reload(struct core *core, const char *path, reload_done_fn *done, void *ctx);
/* By core_stop(): what is under way ends without changing anything more; done isn't told. */
void reload_stop(struct core *core);

#endif
