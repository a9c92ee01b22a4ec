/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * core - the flow as a whole: what the daemon, the simulation and the command
 * line without a daemon have in common. Host and channels are given to it.
 */
#ifndef GATEWAY_FLOW_CORE_H
#define GATEWAY_FLOW_CORE_H

#include "conf/conf.h"
#include "gateway/flow/channel.h"
#include "gateway/flow/host.h"
#include "store/keep.h"

struct intake;
struct dispatch;
struct wakeups;
struct alarms;
struct reload;
struct starter;
struct control;

struct core {
	struct host *host;
	struct store *store;
	struct conf *conf; /* in force; held */
	struct channel *channels[CONF_CHANNELS_MAX];
	size_t n_channels;
	channel_make_fn *make;
	void *make_ctx;
	struct intake *intake;
	struct dispatch *dispatch;
	struct wakeups *wakeups;
	struct alarms *alarms;
	struct wall started;
	struct mono started_mono;
	struct mono opened_mono;                       /* when is_open became true last */
	bool is_open;                                  /* intake is open: restart work done */
	void (*on_open)(struct core *core, void *ctx); /* told once: "ready" */
	void *on_open_ctx;
	/* the core's own: */
	bool with_channels;
	bool has_opened;           /* once: then the rows of the last life are settled */
	bool is_stopping;          /* what comes back from the store now starts nothing new */
	struct starter *starter;   /* rebuild slices and restart work, see core.c */
	struct reload *reload;     /* the one under way, or NULL */
	size_t n_long;             /* requests without a deadline that hold a reader */
	struct control *listeners; /* requests that wait for time, not for the store */
	int start_err;             /* why it can't open, when nothing will be tried again */
};

/*
 * Brings everything up: rebuild slices if the store needs them, SENDING rows of
 * the last life become UNSURE, then channels start and intake opens (is_open,
 * on_open). with_channels false: the command line without a daemon.
 * Asynchronous: what it posts is done by the host. core takes over the caller's hold
 * on conf, also when it fails. A full store keeps intake shut (alarm "store-full") and
 * is tried again; the rest runs. The caller zeroes core and may set on_open before.
 */
int core_start(struct core *core, struct host *host, struct store *store, struct conf *conf,
	       channel_make_fn *make, void *make_ctx, bool with_channels);
/*
 * Stops channels, then the parts. Outstanding jobs and queries are still drained by the
 * host afterwards: their done runs, answers their senders, and frees what is left of the
 * parts; *core itself must live until then.
 */
void core_stop(struct core *core);
/*
 * Makes all derived tables anew in slices, with intake, dispatch and wakeups standing
 * still meanwhile. done is told once. ERR_BUSY when one runs already (or the start). After one,
 * or a start, that failed for good another may be asked for: until one ends well intake stays shut.
 */
typedef void core_done_fn(int err, void *ctx);
void core_rebuild(struct core *core, core_done_fn *done, void *ctx);
struct channel *core_channel(struct core *core, struct bytes name);

#endif
