/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/mailbox.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/mail/mailbox_own.h"
#include "parsers/err.h"

/* A name, a connection and a handshake. */
#define CONNECT_MS (20 * SECOND_MS)
/* One command that brings no mail. */
#define COMMAND_MS (30 * SECOND_MS)
/* A firewall forgets a silent connection after some minutes; RFC 2177 allows 29. */
#define IDLE_MAX_MS (5 * MINUTE_MS)
/* Where one mail came others come; a server takes its time to say so (Dovecot half a second), and is asked meanwhile. */
#define WARM_MS      (2 * SECOND_MS)
#define WARM_LOOK_MS 100
/* A server that refuses our name or the folder isn't asked every second: some lock the account. */
#define REFUSED_WAIT_MS MINUTE_MS
/* A session that stood for so long was a good one. */
#define GOOD_AFTER_MS (10 * SECOND_MS)

struct mono mailbox_mono(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct mono){ t.tv_sec * SECOND_MS + t.tv_nsec / 1000000 };
}

struct wall mailbox_wall(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_REALTIME, &t);
	return (struct wall){ t.tv_sec * SECOND_MS + t.tv_nsec / 1000000 };
}

/* --- a session --- */

static int select_folder(struct mailbox *mb, char why[2 * IMAP_WHY_SIZE])
{
	uint32_t was = mb->folder.uid_validity;
	int err = imap_select(mb->im, mb->folder_name, &mb->folder);

	if (err != ERR_OK) {
		snprintf(why, 2 * IMAP_WHY_SIZE, "the folder %s can't be opened: %s",
			 mb->folder_name, imap_words(mb->im));
		return err;
	}
	if (was != mb->folder.uid_validity) {
		/* UIDs mean other mails now; what the core still has of the old ones it settles by itself. */
		worklist_free(&mb->work);
		log_info("mail", "chan=%.*s event=selected uidvalidity=%" PRIu32 " exists=%" PRIu32,
			 PRI_BYTES(mb->hello->channel), mb->folder.uid_validity, mb->folder.exists);
	}
	return ERR_OK;
}

static int connect_and_select(struct mailbox *mb, char why[2 * IMAP_WHY_SIZE])
{
	char words[IMAP_WHY_SIZE] = "";
	int err = imap_open(&mb->imap, &mb->im, words);

	snprintf(why, 2 * IMAP_WHY_SIZE, "%s", words);
	return err == ERR_OK ? select_folder(mb, why) : err;
}

/* Until something has happened, or something that was put off comes up. */
static int wait_for_news(struct mailbox *mb)
{
	struct mono now = mailbox_mono(), until;
	int64_t most = imap_has_idle(mb->im) ? IDLE_MAX_MS : mb->hello->poll_every_ms;
	enum mail_wait found;
	int err;

	if (mb->busy_at.ms != 0 && now.ms - mb->busy_at.ms < WARM_MS && most > WARM_LOOK_MS)
		most = WARM_LOOK_MS;
	until = worklist_next(&mb->work, (struct mono){ now.ms + most });
	/* What is held can't be taken before. */
	if (mb->hold_until.ms > until.ms && until.ms <= now.ms)
		until = mb->hold_until;
	malloc_trim(0); /* what large mails took: a small process forks its cells faster */
	err = imap_wait(mb->im, core_link_fd(mb->core), until.ms > now.ms ? until.ms - now.ms : 1,
			&found);
	if (err == ERR_OK &&
	    (found == MAIL_WAIT_DATA || mailbox_mono().ms - mb->looked_at.ms >= most))
		mb->must_look = true;
	return err;
}

static int serve(struct mailbox *mb)
{
	int err = mailbox_ask_begin(mb);

	mb->must_look = true;
	if (err == ERR_OK)
		err = mailbox_tell_up(mb);
	while (err == ERR_OK) {
		err = mailbox_hear(mb, 0);
		if (err == ERR_OK && (mb->must_look || mb->is_asked))
			err = mailbox_look(mb);
		if (err == ERR_OK && mb->is_asked)
			err = mailbox_tell_uids(mb);
		if (err == ERR_OK)
			err = mailbox_work(mb);
		if (err == ERR_OK)
			err = mailbox_tell_up(mb);
		/* What was said beside an answer isn't said again. */
		if (err == ERR_OK && imap_exists(mb->im) != mb->exists)
			mb->must_look = true;
		if (err == ERR_OK && !mb->must_look && !mb->is_asked)
			err = wait_for_news(mb);
	}
	return err;
}

/* --- one session after the other --- */

static int64_t with_jitter(int64_t ms)
{
	uint32_t chance = 0;

	(void)!getrandom(&chance, sizeof(chance), 0);
	return ms - ms / 4 + (int64_t)(chance % (uint32_t)(ms / 2 + 1));
}

static int wait_and_hear(struct mailbox *mb, int64_t ms)
{
	int64_t until = mailbox_mono().ms + ms, left;
	int err = ERR_OK;

	while (err == ERR_OK && (left = until - mailbox_mono().ms) > 0)
		err = mailbox_hear(mb, left);
	return err;
}

static int one_session(struct mailbox *mb, int64_t *wait_ms)
{
	char why[2 * IMAP_WHY_SIZE] = "";
	int64_t began = mailbox_mono().ms;
	int err = connect_and_select(mb, why), told;

	if (err == ERR_OK) {
		err = serve(mb);
		snprintf(why, sizeof(why), "%s", imap_words(mb->im));
	}
	imap_close(&mb->im);
	if (err == ERR_CANCELLED)
		return err;
	told = mailbox_tell_down(mb, why);
	if (told != ERR_OK)
		return told;
	if (mailbox_mono().ms - began > GOOD_AFTER_MS)
		*wait_ms = 0;
	*wait_ms = *wait_ms == 0 ? RECONNECT_FIRST_MS : 2 * *wait_ms;
	if (*wait_ms > RECONNECT_MOST_MS || err == ERR_ACCESS)
		*wait_ms = err == ERR_ACCESS ? REFUSED_WAIT_MS : RECONNECT_MOST_MS;
	return wait_and_hear(mb, with_jitter(*wait_ms));
}

static unsigned port_of(const struct mail_hello *h)
{
	if (h->port != 0)
		return h->port;
	return h->tls == TLS_FIRST ? 993 : 143;
}

static int prepare(struct mailbox *mb, cell_read_fn *read, char *why, size_t why_size)
{
	const struct mail_hello *h = mb->hello;
	struct arena *a = mb->arena;

	mb->imap = (struct imap_conf){
		.tls = { .host = arena_str(a, h->host),
			 .ca_file = arena_str(a, h->ca_file),
			 .port = port_of(h),
			 .tls = (enum conf_tls)h->tls,
			 .connect_ms = CONNECT_MS },
		.login = (enum conf_imap_auth)h->login,
		.user = arena_str(a, h->user),
		.password = arena_str(a, h->password),
		.command_ms = COMMAND_MS,
	};
	mb->folder_name = arena_str(a, h->folder);
	mb->done_name = arena_str(a, h->done_folder);
	mb->refused_name = arena_str(a, h->refused_folder);
	if (arena_err(a) != ERR_OK)
		return ERR_NOMEM;
	return reader_new(h, read, &mb->reader, why, why_size);
}

int mailbox_run(const struct mail_hello *hello, struct core_link *core, cell_read_fn *read)
{
	struct mailbox mb = { .hello = hello, .core = core, .told_state = UINT32_MAX };
	char why[IMAP_WHY_SIZE] = "out of memory";
	int64_t wait_ms = 0;
	int err = ERR_NOMEM;

	mb.arena = arena_new(MIB);
	if (mb.arena != NULL)
		err = prepare(&mb, read, why, sizeof(why));
	if (err != ERR_OK)
		(void)mailbox_tell_down(&mb, why); /* it sees us end, in any case */
	while (err == ERR_OK)
		err = one_session(&mb, &wait_ms);
	worklist_free(&mb.work);
	reader_free(&mb.reader);
	arena_free(&mb.arena);
	return err;
}
