/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * in_hand - which message each thread is working on, remembered beyond our death.
 *
 * Owns:     the mapped page state_dir/in_hand: a slot a thread with the digest of
 *           (channel, sender, octets) of the one message being decoded or applied,
 *           and the digests that we have died with, counted.
 * Promises: only a death by a fault of ours counts (SIGSEGV, SIGBUS, SIGABRT, SIGILL,
 *           SIGFPE; the memory limit and the watchdog, told by ExecStopPost); kill -9
 *           and a polite stop don't. A message that we died with twice is deadly: it
 *           is taken raw into the quarantine, unread.
 * Threads:  in_hand_note() on any; the rest on the loop thread or before it runs.
 */
#ifndef GATEWAY_WIRE_IN_HAND_H
#define GATEWAY_WIRE_IN_HAND_H

#include "parsers/keyed.h"
#include "parsers/message.h"

/* The loop, the committer, and room for what may come. */
#define IN_HAND_SLOTS 8
/* Digests remembered; the oldest goes. Two are enough for one hostile sender, a crowd is one fault of ours. */
#define IN_HAND_DEATHS 64
/* With so many deaths a message isn't read any more. */
#define IN_HAND_DEADLY 2

struct in_hand;

/* Opens or makes the page; what died in hand is counted now. key is borrowed. One a process. */
int in_hand_open(const char *state_dir, const struct keyed_key *key, struct in_hand **ih_out);
/* Clears all slots: a polite end. */
void in_hand_close(struct in_hand **ih);
/* Marks this thread's slot when a fault of ours ends it. Process-wide, until in_hand_close(). */
void in_hand_catch(struct in_hand *ih);

/* This thread works on msg now; NULL: on none any more. */
void in_hand_note(struct in_hand *ih, const struct message *msg);
bool in_hand_is_deadly(struct in_hand *ih, const struct message *msg);
/* One thread has worked on the same message since longer than ms: it hangs. now_ms: of the monotonic clock. */
bool in_hand_is_stuck(struct in_hand *ih, int64_t now_ms, int64_t ms);

/* For ExecStopPost: the process ended by `result` ($SERVICE_RESULT); counts what was in hand for "watchdog" and "oom-kill". */
int in_hand_mark_dead(const char *state_dir, const char *result);

#endif
