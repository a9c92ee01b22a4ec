/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * host_sim - the host of a simulated daemon: one heap of events, virtual clocks,
 * a disk with moods, and a death at any named point.
 *
 * Jobs gather while the disk is busy; a commit takes all that wait, applies them
 * on the real store with the committer's own code, and hands them back later.
 * A death is noted at once and acted on when the callback in hand has returned:
 * until then nothing that the daemon does has any effect. The world's events
 * (host_sim_at) survive it, the daemon's don't.
 */
#ifndef TESTS_SIM_HOST_SIM_H
#define TESTS_SIM_HOST_SIM_H

#include "gateway/flow/host.h"
#include "tests/sim/chance.h"
#include "tests/sim/diary.h"

/* clang-format off */
#define SIM_POINT_LIST(X) \
	X(POINT_JOB_POSTED,              "job-posted") \
	X(POINT_BEFORE_COMMIT,           "before-commit") \
	X(POINT_AFTER_COMMIT,            "after-commit") \
	X(POINT_AFTER_COMMIT_BEFORE_ACK, "after-commit-before-ack") \
	X(POINT_AFTER_ACK,               "after-ack") \
	X(POINT_BETWEEN_PARTS,           "between-parts") \
	X(POINT_RECEIPT_COMMITTED,       "receipt-committed") \
	X(POINT_AFTER_CLAIM,             "after-claim") \
	X(POINT_AFTER_SEND,              "after-send") \
	X(POINT_RESULT_KNOWN,            "result-known") \
	X(POINT_IN_RELOAD,               "in-reload") \
	X(POINT_SWEEP,                   "sweep") \
	X(POINT_REBUILD_SLICE,           "rebuild-slice") \
	X(POINT_BACKUP,                  "backup")
/* clang-format on */

enum sim_point {
#define X(name, text) name,
	SIM_POINT_LIST(X)
#undef X
		SIM_POINTS, /* a kill at no point at all, between two events */
	SIM_DEATHS          /* how many kinds of death there are */
};

const char *sim_point_name(enum sim_point p);

struct sim_event;
struct host_sim;
typedef void sim_world_fn(void *ctx, uint64_t arg);

struct sim_queue {
	struct job *first, **end;
	size_t n;
};

struct host_sim {
	struct host host;
	struct diary *diary;
	struct chance chance;
	struct db *db; /* by the machine, which opens it */
	int64_t now_ms;
	int64_t began_ms; /* wall clock at now_ms = 0 */
	bool is_dead;
	uint64_t points_met[SIM_DEATHS];
	uint64_t deaths[SIM_DEATHS];
	unsigned armed[SIM_DEATHS]; /* die at the n-th time from now; 0: don't */
	unsigned stall_of_1000;     /* how often the disk stalls for a minute */
	/* its own: */
	struct sim_event **heap;
	size_t n_heap, heap_cap;
	struct sim_event *spare;
	uint64_t n_events;
	struct sim_queue waiting, committed;
	struct sim_event *commit, *hand_back;
	struct query *queries; /* on their way, by host_own */
};

void host_sim_init(struct host_sim *h, uint64_t seed, struct wall began, struct diary *diary);
void host_sim_fini(struct host_sim *h);
struct wall host_sim_wall(const struct host_sim *h);
/* A world's event, this long from now. */
void host_sim_at(struct host_sim *h, int64_t in_ms, sim_world_fn *fn, void *ctx, uint64_t arg);
/* Runs the next event; false when there is none before this time, which it is then. */
bool host_sim_step(struct host_sim *h, int64_t until_ms);
/* Dies now. */
void host_sim_kill(struct host_sim *h, enum sim_point p);
/* After the daemon was stopped: what it left with the host is handed back as cancelled, its events go. */
void host_sim_bury(struct host_sim *h);

#endif
