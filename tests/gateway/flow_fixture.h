/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flow_fixture - a town hall whose flow runs: a host with a clock that the test
 * moves, and one channel, "phones", whose network does what it is told.
 *
 * Nothing happens by itself: jobs are committed and queries answered in
 * flow_settle(), timers fire in flow_pass().
 */
#ifndef TESTS_GATEWAY_FLOW_FIXTURE_H
#define TESTS_GATEWAY_FLOW_FIXTURE_H

#include "gateway/flow/alarms.h"
#include "gateway/flow/core.h"
#include "store/counts.h"
#include "tests/gateway/desk_fixture.h"

#define FLOW_SENT_MAX   256
#define FLOW_TIMERS_MAX 64
#define FLOW_POINTS_MAX 32

/* What left by the channel, as the network saw it. */
struct flow_sent {
	uint64_t row;
	unsigned segment, n_segments;
	char to[32], text[256];
	size_t udh_len;
	enum smpp_long how;
	uint16_t reference;
	int64_t at_ms;
	bool was_sending; /* on disk, when it left */
	bool is_mail;     /* the whole row came along */
};

/* What the network does with a segment. */
enum flow_manner {
	NETWORK_TAKES,
	NETWORK_BUSY,
	NETWORK_THROTTLES,
	NETWORK_REFUSES,
	NETWORK_SILENT
};

struct flow {
	struct hall hall; /* configuration, store, and what a test looks at */
	struct host host;
	struct core core;
	struct wall wall;
	struct mono mono;
	struct job *jobs, **jobs_end;
	size_t n_jobs;
	struct query *queries;
	struct timer *timers[FLOW_TIMERS_MAX];
	struct mono when[FLOW_TIMERS_MAX];
	size_t n_timers;
	int fail_next; /* not ERR_OK: the next job comes back with it and wasn't applied */
	const char *points[FLOW_POINTS_MAX];
	unsigned n_passed[FLOW_POINTS_MAX];
	bool is_open; /* told by on_open */
	/* the network */
	enum flow_manner manner;
	unsigned room; /* how many segments may be under way */
	unsigned under_way;
	struct flow_sent sent[FLOW_SENT_MAX];
	size_t n_sent;
	unsigned n_starts, n_stops;
	struct phone_ear *ears;
};

/* What a sender was told. */
struct flow_answer {
	unsigned n; /* times */
	int err;
};

/* more: behind the section [phones] of odziv.ini, so keys of that section come first. */
void flow_open(struct flow *f, const char *more);
void flow_close(struct flow *f);
/* Without closing the store: a stop of the daemon and what comes back afterwards. */
void flow_stop(struct flow *f);
void flow_start(struct flow *f);

/* One batch: what waits is committed and told; what that asks for waits for the next. */
void flow_commit(struct flow *f);
/* Commits and answers until nothing waits. */
void flow_settle(struct flow *f);
/* Lets time pass: timers fire in their order, each followed by flow_settle(). */
void flow_pass(struct flow *f, int64_t ms);

struct channel *flow_channel(struct flow *f);
/* A text that stands at the channel; the answer comes when it comes. */
void flow_text(struct flow *f, const char *from, const char *text, struct flow_answer *answer);
/* The same, one part of several. */
void flow_part(struct flow *f, const char *from, const char *text, uint8_t total, uint8_t index,
	       struct flow_answer *answer);
void flow_receipt(struct flow *f, const struct receipt *r, struct flow_answer *answer);
unsigned flow_passed(const struct flow *f, const char *point);
const struct alarm *flow_alarm(const struct flow *f, const char *name); /* NULL: not raised */
int64_t flow_count(struct flow *f, enum count what);

/* One request of the command line; its lines, each with a line end, until it has ended. */
struct flow_reply {
	char lines[64 * 1024];
	size_t len;
	bool has_ended;
};
void flow_control(struct flow *f, const char *request, struct flow_reply *reply);
bool flow_says(const struct flow_reply *reply, const char *words);

#endif
