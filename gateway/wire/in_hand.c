/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/in_hand.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/log.h"
#include "parsers/err.h"

#define PAGE_BYTES 4096
#define PAGE_NAME  "in_hand"
static const char page_magic[8] = "odzivIH1";

/* Written by the thread that has the slot, and by the signal handler in the same thread. */
enum slot_state { SLOT_FREE, SLOT_IN_HAND, SLOT_DIED };
struct slot {
	_Atomic uint32_t state;
	uint8_t digest[KEYED_DIGEST_BYTES];
};
struct death {
	uint32_t count; /* 0: unused */
	uint8_t digest[KEYED_DIGEST_BYTES];
};
/* Lives on this machine between two lives of one program only, so it is a struct of its own. */
struct page {
	char magic[8];
	struct slot slots[IN_HAND_SLOTS];
	uint32_t next_death;
	struct death deaths[IN_HAND_DEATHS];
};
_Static_assert(sizeof(struct page) <= PAGE_BYTES, "the page holds all of it");

/* Deep recursion ends on the guard page: the handler needs a stack of its own. */
#define ALT_STACK_BYTES ((size_t)64 * 1024)

struct in_hand {
	struct page *page;
	const struct keyed_key *key;
	atomic_uint n_slots;                  /* handed out to threads */
	_Atomic int64_t since[IN_HAND_SLOTS]; /* what in_hand_is_stuck() saw first, 0: not seen */
	atomic_uint turn[IN_HAND_SLOTS];      /* counts notes, so that equal messages differ */
	unsigned seen_turn[IN_HAND_SLOTS];
};

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };

/* A signal handler is given nothing: these are the process's, set by in_hand_catch(). */
static struct page *caught_page;
static struct sigaction old_actions[ARRAY_LEN(fatal_signals)];
/* This thread's slot, and whose it is: two pages in one test process don't share it. */
static _Thread_local struct in_hand *thread_owner;
static _Thread_local int thread_slot = -1;
static _Thread_local uint8_t thread_alt_stack[ALT_STACK_BYTES];

/* --- the page --- */

static int page_map(const char *state_dir, struct page **page_out)
{
	char path[4096];
	void *at;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", state_dir, PAGE_NAME) >= sizeof(path))
		return ERR_LIMIT;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (posix_fallocate(fd, 0, PAGE_BYTES) != 0) {
		close(fd);
		return ERR_NOSPACE;
	}
	at = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return ERR_NOMEM;
	*page_out = at;
	if (memcmp((*page_out)->magic, page_magic, sizeof(page_magic)) != 0) {
		memset(at, 0, PAGE_BYTES);
		memcpy((*page_out)->magic, page_magic, sizeof(page_magic));
	}
	return ERR_OK;
}

static struct death *find_death(struct page *p, const uint8_t *digest)
{
	for (size_t i = 0; i < IN_HAND_DEATHS; i++) {
		if (p->deaths[i].count > 0 &&
		    memcmp(p->deaths[i].digest, digest, KEYED_DIGEST_BYTES) == 0)
			return &p->deaths[i];
	}
	return NULL;
}

static uint32_t count_death(struct page *p, const uint8_t *digest)
{
	struct death *d = find_death(p, digest);

	if (d == NULL) {
		d = &p->deaths[p->next_death++ % IN_HAND_DEATHS];
		d->count = 0;
		memcpy(d->digest, digest, KEYED_DIGEST_BYTES);
	}
	return ++d->count;
}

/* What the last life left in its slots. */
static void settle_slots(struct page *p)
{
	for (size_t i = 0; i < IN_HAND_SLOTS; i++) {
		struct slot *s = &p->slots[i];

		if (atomic_load(&s->state) == SLOT_DIED) {
			char hex[2 * KEYED_DIGEST_BYTES + 1];
			uint32_t count = count_death(p, s->digest);

			keyed_hex(bytes_at(s->digest, KEYED_DIGEST_BYTES), hex, sizeof(hex));
			log_error("in_hand", "event=died_with_message digest=%s times=%u", hex,
				  count);
		}
		atomic_store(&s->state, SLOT_FREE);
	}
}

int in_hand_open(const char *state_dir, const struct keyed_key *key, struct in_hand **ih_out)
{
	struct in_hand *ih = calloc(1, sizeof(*ih));
	int err;

	if (ih == NULL)
		return ERR_NOMEM;
	err = page_map(state_dir, &ih->page);
	if (err != ERR_OK) {
		free(ih);
		return err;
	}
	ih->key = key;
	settle_slots(ih->page);
	*ih_out = ih;
	return ERR_OK;
}

static void uncatch(void)
{
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		sigaction(fatal_signals[i], &old_actions[i], NULL);
	caught_page = NULL;
}

void in_hand_close(struct in_hand **ih)
{
	if (*ih == NULL)
		return;
	if (caught_page == (*ih)->page)
		uncatch();
	for (size_t i = 0; i < IN_HAND_SLOTS; i++)
		atomic_store(&(*ih)->page->slots[i].state, SLOT_FREE);
	munmap((*ih)->page, PAGE_BYTES);
	free(*ih);
	*ih = NULL;
}

/* --- a death --- */

static void mark(struct slot *s)
{
	uint32_t held = SLOT_IN_HAND;

	atomic_compare_exchange_strong(&s->state, &held, SLOT_DIED);
}

static void on_fatal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	/* Our own fault is in this thread; an abort from outside (the watchdog's) may land in any. */
	bool is_ours = info->si_code != SI_USER;

	for (int i = 0; i < IN_HAND_SLOTS; i++) {
		if (caught_page != NULL && (!is_ours || i == thread_slot))
			mark(&caught_page->slots[i]);
	}
	log_last_words();
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++) {
		if (fatal_signals[i] == sig)
			sigaction(sig, &old_actions[i], NULL);
	}
	/* What the processor raised happens again on return; what a call raised must be raised again. */
	if (info->si_code <= 0)
		raise(sig);
}

void in_hand_catch(struct in_hand *ih)
{
	struct sigaction sa = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	caught_page = ih->page;
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		sigaction(fatal_signals[i], &sa, &old_actions[i]);
}

int in_hand_mark_dead(const char *state_dir, const char *result)
{
	struct page *page;
	int err;

	if (result == NULL || (strcmp(result, "watchdog") != 0 && strcmp(result, "oom-kill") != 0))
		return ERR_OK;
	err = page_map(state_dir, &page);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < IN_HAND_SLOTS; i++)
		mark(&page->slots[i]);
	munmap(page, PAGE_BYTES);
	return ERR_OK;
}

/* --- the work --- */

static void digest_of(const struct in_hand *ih, const struct message *msg,
		      struct digest *digest_out)
{
	const struct bytes parts[] = { msg->channel, msg->from_raw, msg->raw };

	keyed_digest(ih->key, parts, ARRAY_LEN(parts), digest_out);
}

/* A sanitizer may have set one already, and takes it down by itself. */
static void set_alt_stack(void)
{
	stack_t ours = { .ss_sp = thread_alt_stack, .ss_size = sizeof(thread_alt_stack) };
	stack_t there;

	if (sigaltstack(NULL, &there) == 0 && (there.ss_flags & SS_DISABLE) != 0)
		sigaltstack(&ours, NULL);
}

/* The slot of this thread; NULL when there are more threads than slots: then nobody is blamed. */
static struct slot *my_slot(struct in_hand *ih)
{
	if (thread_owner != ih) {
		unsigned n = atomic_fetch_add(&ih->n_slots, 1);

		thread_owner = ih;
		thread_slot = n < IN_HAND_SLOTS ? (int)n : -1;
		set_alt_stack();
	}
	return thread_slot < 0 ? NULL : &ih->page->slots[thread_slot];
}

void in_hand_note(struct in_hand *ih, const struct message *msg)
{
	struct slot *s = my_slot(ih);
	struct digest d;

	if (s == NULL)
		return;
	atomic_store(&s->state, SLOT_FREE);
	if (msg == NULL)
		return;
	digest_of(ih, msg, &d);
	memcpy(s->digest, d.octets, KEYED_DIGEST_BYTES);
	atomic_fetch_add(&ih->turn[thread_slot], 1);
	atomic_store(&s->state, SLOT_IN_HAND);
}

bool in_hand_is_deadly(struct in_hand *ih, const struct message *msg)
{
	const struct death *death;
	struct digest d;

	/* Nearly always: nothing ever died, and nothing is digested. */
	if (ih->page->next_death == 0)
		return false;
	digest_of(ih, msg, &d);
	death = find_death(ih->page, d.octets);
	return death != NULL && death->count >= IN_HAND_DEADLY;
}

bool in_hand_is_stuck(struct in_hand *ih, int64_t now_ms, int64_t ms)
{
	bool is_stuck = false;

	for (size_t i = 0; i < IN_HAND_SLOTS; i++) {
		unsigned turn = atomic_load(&ih->turn[i]);

		if (atomic_load(&ih->page->slots[i].state) != SLOT_IN_HAND) {
			ih->since[i] = 0;
		} else if (ih->since[i] == 0 || ih->seen_turn[i] != turn) {
			ih->since[i] = now_ms;
			ih->seen_turn[i] = turn;
		} else if (now_ms - ih->since[i] > ms) {
			is_stuck = true;
		}
	}
	return is_stuck;
}
