/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/mail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "gateway/wire/mail_jobs.h"
#include "gateway/wire/mail_process.h"
#include "gateway/wire/mail_send.h"
#include "parsers/contact.h"
#include "parsers/err.h"
#include "store/blobs.h"
#include "store/files.h"

/* The mail process has at most half of it in hand; more than that is a fault of its. */
#define LETTERS_MAX 64
/* The store isn't ready, or full: where the mailbox begins is asked again. */
#define BEGIN_AGAIN_MS (5 * SECOND_MS)
/* What lies there is compared with what is kept; also a sign of life. */
#define ASK_FIRST_MS  (10 * MINUTE_MS)
#define ASK_EVERY_MS  HOUR_MS
#define ASK_ANSWER_MS (15 * MINUTE_MS)
/* How soon status knows that nothing leaves. */
#define FAULTS_LOOK_MS (10 * SECOND_MS)
/* UIDs that an alarm names. */
#define NAMED_MAX 8

/* One mail that intake has; outlives the channel until it is answered. */
struct letter {
	struct mailbox_channel *box; /* NULL: nobody is left to be told */
	struct letter *next, **at;
	uint64_t life; /* the process that handed it over */
	uint32_t uid_validity, uid;
};

/* A question to the store; outlives the channel too. */
struct asking {
	struct mailbox_channel *box;
	uint64_t life;
};

struct mailbox_channel {
	struct wire_channel base; /* first */
	struct channel *channel;
	struct mail_process *process;
	struct mail_sender *sender;
	char fault[CHANNEL_FAULT_LEN]; /* of the mailbox; "": none */
	char down[CHANNEL_FAULT_LEN];  /* why there is no mailbox, as it was logged */
	uint64_t life;                 /* counts processes */
	struct letter *letters;
	size_t n_letters;
	struct asking *begin_asked, *kept_asked; /* one at a time each; NULL: none */
	struct mail_folder folder;               /* whose begin is wanted */
	struct timer begin_again, ask, answer, faults;
	size_t n_missing;
	uint32_t missing[NAMED_MAX];
};

static struct mailbox_channel *box_of(const struct channel *c)
{
	return c->own;
}

static struct host *host_of(const struct mailbox_channel *b)
{
	return b->base.wire->host;
}

/* --- a mail --- */

static void letter_free(struct letter *l)
{
	if (l->box != NULL) {
		*l->at = l->next;
		if (l->next != NULL)
			l->next->at = l->at;
		l->box->n_letters--;
		mail_process_pause(l->box->process, l->box->n_letters >= LETTERS_MAX);
	}
	free(l);
}

static struct letter *letter_new(struct mailbox_channel *b, const struct mail_arrival *at)
{
	struct letter *l = malloc(sizeof(*l));

	if (l == NULL)
		return NULL;
	*l = (struct letter){ .box = b,
			      .next = b->letters,
			      .at = &b->letters,
			      .life = b->life,
			      .uid_validity = at->uid_validity,
			      .uid = at->uid };
	if (b->letters != NULL)
		b->letters->at = &l->next;
	b->letters = l;
	b->n_letters++;
	mail_process_pause(b->process, b->n_letters >= LETTERS_MAX);
	return l;
}

static void settle(struct letter *l, enum mail_settled how)
{
	struct mailbox_channel *b = l->box;
	struct mail_frame f = { .kind = FRAME_SETTLED };

	f.uids = (struct mail_uids){
		.uid_validity = l->uid_validity, .uids = &l->uid, .n = 1, .how = how
	};
	b->channel->counts.kept += how != SETTLED_LATER;
	b->channel->counts.retried += how == SETTLED_LATER;
	/* Unheard, the mail comes again and is known then. */
	(void)mail_process_send(b->process, &f);
}

/* intake_answer_fn: what the mail process is told, by class of error. */
static void on_answer(void *ctx, int err)
{
	struct letter *l = ctx;

	/* A process that ended hands it over again, and it is a repeat then. */
	if (l->box != NULL && l->life == l->box->life) {
		switch (err_class(err)) {
		case ERR_IS_OK:
			settle(l, err == ERR_QUARANTINED ? SETTLED_REFUSED : SETTLED_KEPT);
			break;
		case ERR_IS_REJECT: settle(l, SETTLED_REFUSED); break;
		case ERR_IS_RETRY: settle(l, SETTLED_LATER); break;
		case ERR_IS_FATAL: break; /* the process is already leaving */
		}
	}
	letter_free(l);
}

/* Our own mailbox of those that it was sent to, token and all; else simply ours. */
static struct bytes written_to(const struct mail *mail, struct bytes ours)
{
	struct bytes local = bytes_cut(ours, 0, bytes_find(ours, '@'));

	if (mail->delivered_to.len > 0)
		return mail->delivered_to;
	for (size_t i = 0; i < mail->n_people; i++) {
		struct bytes to = mail->to[i].address;

		if (bytes_eq(to, ours) ||
		    (to.len > local.len && bytes_eq(bytes_cut(to, 0, local.len), local) &&
		     to.ptr[local.len] == '+'))
			return to;
	}
	return ours;
}

static int message_of(struct mailbox_channel *b, struct bytes body, struct message **msg_out)
{
	struct message *msg = message_new(ARENA_MESSAGE_MAX);
	struct mail_frame *f = msg != NULL ? arena_alloc(msg->arena, sizeof(*f)) : NULL;
	int err = f != NULL ? mail_wire_decode(FRAME_ARRIVED, body, msg->arena, f) : ERR_NOMEM;

	if (err != ERR_OK) {
		message_free(&msg);
		return err;
	}
	msg->channel = arena_dup(msg->arena, bytes_of(b->channel->conf->name));
	msg->mail = &f->arrived.mail;
	msg->arrival = &f->arrived.arrival;
	msg->from = contact_of_address(msg->mail->from.address, msg->arena);
	msg->from_raw = msg->mail->from.address;
	msg->to = arena_dup(msg->arena, written_to(msg->mail, bytes_of(b->channel->conf->from)));
	msg->text = msg->mail->own_text;
	/* Which mail it is: what was in hand when we died is known by that. The octets lie in the blob. */
	msg->raw = bytes_at(msg->arrival->blob, sizeof(msg->arrival->blob));
	*msg_out = msg;
	return ERR_OK;
}

static void on_arrived(struct mailbox_channel *b, struct bytes body)
{
	struct message *msg = NULL;
	struct letter *l = NULL;
	int err = message_of(b, body, &msg);

	if (err == ERR_OK && (l = letter_new(b, msg->arrival)) == NULL)
		err = ERR_NOMEM;
	if (err != ERR_OK) {
		message_free(&msg);
		/* Which mail it was can't be said, so all of them come again. */
		log_error("mail", "chan=%s event=not_taken error=\"%s\"", b->channel->conf->name,
			  err_text(err));
		mail_process_drop(b->process, err_text(err));
		return;
	}
	if (b->base.wire->is_stopping) {
		message_free(&msg);
		on_answer(l, ERR_STOPPED);
		return;
	}
	if (host_is_deadly(b->base.wire->host, msg)) {
		log_error("mail",
			  "chan=%s uid=%" PRIu32
			  " event=not_read cause=\"it ended the program %d times\"",
			  b->channel->conf->name, msg->arrival->uid, IN_HAND_DEADLY);
		msg->fault = bytes_of("reading it ended the program");
	}
	b->channel->counts.received++;
	intake_message_take(b->channel->core->intake, b->channel, &msg, on_answer, l);
}

/* --- where the mailbox begins --- */

static void note_passed_over(struct mailbox_channel *b, const struct mail_begun *begun)
{
	const struct conf_channel *conf = b->channel->conf;
	char name[64];

	if (!begun->is_new || begun->exists == 0 || conf->mail.adopt == ADOPT_ALL)
		return;
	snprintf(name, sizeof(name), "mail-not-adopted:%s", conf->name);
	alarm_note(b->channel->core->alarms, name,
		   "channel %s: %" PRIu32 " mails lay in %s before it was ours, and stay there "
		   "unread (adopt = new); adopt = all takes them",
		   conf->name, begun->exists, conf->mail.folder);
}

static void on_begun(void *ctx, int err, const struct mail_begun *begun)
{
	struct asking *a = ctx;
	struct mailbox_channel *b = a->box;
	struct mail_frame f = { .kind = FRAME_BEGIN };

	if (b != NULL && b->begin_asked == a)
		b->begin_asked = NULL;
	if (b != NULL && a->life == b->life && !b->channel->core->is_stopping) {
		if (err == ERR_OK) {
			note_passed_over(b, begun);
			f.begin = begun->begin;
			(void)mail_process_send(b->process, &f);
		} else {
			host_timer_in(host_of(b), &b->begin_again, BEGIN_AGAIN_MS);
		}
	}
	free(a);
}

static struct asking *asking_new(struct mailbox_channel *b)
{
	struct asking *a = malloc(sizeof(*a));

	if (a != NULL)
		*a = (struct asking){ b, b->life };
	return a;
}

static void ask_begin(struct mailbox_channel *b)
{
	struct core *core = b->channel->core;
	struct asking *a;

	if (b->begin_asked != NULL)
		b->begin_asked->box = NULL; /* of another folder, or process: told to nobody */
	a = core->is_open ? asking_new(b) : NULL;
	b->begin_asked = a;
	if (a != NULL && mail_ask_begin(core, b->channel->conf, &b->folder, on_begun, a) == ERR_OK)
		return;
	b->begin_asked = NULL;
	free(a);
	host_timer_in(host_of(b), &b->begin_again, BEGIN_AGAIN_MS);
}

static void on_begin_again(struct timer *t)
{
	ask_begin(CONTAINER_OF(t, struct mailbox_channel, begin_again));
}

/* --- what lies there, and what is kept of it --- */

static bool is_in_hand(const struct mailbox_channel *b, uint32_t uid_validity, uint32_t uid)
{
	for (const struct letter *l = b->letters; l != NULL; l = l->next) {
		if (l->uid_validity == uid_validity && l->uid == uid)
			return true;
	}
	return false;
}

static void tell_missing(struct mailbox_channel *b)
{
	struct alarms *alarms = b->channel->core->alarms;
	char name[64], uids[NAMED_MAX * 12] = "";
	size_t len = 0;

	snprintf(name, sizeof(name), "mail-reconcile:%s", b->channel->conf->name);
	if (b->n_missing == 0) {
		alarm_clear(alarms, name);
		return;
	}
	for (size_t i = 0; i < b->n_missing && i < NAMED_MAX; i++)
		len += (size_t)snprintf(uids + len, sizeof(uids) - len, " %" PRIu32, b->missing[i]);
	alarm_raise(
		alarms, name,
		"channel %s: %zu mails lie in %s for longer than an hour and aren't kept; UID%s%s",
		b->channel->conf->name, b->n_missing, b->channel->conf->mail.folder, uids,
		b->n_missing > NAMED_MAX ? " …" : "");
}

static void on_looked(void *ctx, int err, uint32_t uid_validity, const uint32_t *missing,
		      size_t n_missing, bool is_last)
{
	struct asking *a = ctx;
	struct mailbox_channel *b = a->box;

	if (b != NULL && b->kept_asked == a)
		b->kept_asked = NULL;
	if (b != NULL && a->life == b->life && err == ERR_OK && !b->channel->core->is_stopping) {
		for (size_t i = 0; i < n_missing; i++) {
			if (is_in_hand(b, uid_validity, missing[i]))
				continue;
			if (b->n_missing < NAMED_MAX)
				b->missing[b->n_missing] = missing[i];
			b->n_missing++;
		}
		if (is_last) {
			tell_missing(b);
			b->n_missing = 0;
		}
	}
	free(a);
}

static void on_uids(struct mailbox_channel *b, const struct mail_uids *uids)
{
	struct asking *a = asking_new(b);

	if (uids->is_last)
		host_timer_stop(host_of(b), &b->answer);
	if (b->kept_asked != NULL)
		b->kept_asked->box = NULL; /* of an hour ago */
	b->kept_asked = a;
	if (a != NULL &&
	    mail_ask_kept(b->channel->core, b->channel->conf, uids, on_looked, a) == ERR_OK)
		return;
	b->kept_asked = NULL; /* the next hour's */
	free(a);
}

static void on_ask(struct timer *t)
{
	struct mailbox_channel *b = CONTAINER_OF(t, struct mailbox_channel, ask);
	const struct mail_frame f = { .kind = FRAME_ASK_UIDS };

	host_timer_in(host_of(b), &b->ask, ASK_EVERY_MS);
	if (b->channel->state == CHANNEL_DOWN || mail_process_send(b->process, &f) != ERR_OK)
		return;
	host_timer_in(host_of(b), &b->answer, ASK_ANSWER_MS);
}

static void on_no_answer(struct timer *t)
{
	struct mailbox_channel *b = CONTAINER_OF(t, struct mailbox_channel, answer);

	/* While it has no server it can't answer, and says so. */
	if (b->channel->state != CHANNEL_DOWN)
		mail_process_drop(b->process, "the mail process hangs");
}

/* --- the process --- */

static void say_hello(struct mailbox_channel *b)
{
	struct core *core = b->channel->core;
	const struct conf_channel *conf = b->channel->conf;
	const struct conf_mail *m = &conf->mail;
	struct mail_frame f = { .kind = FRAME_HELLO };
	struct bytes servers[CONF_PEERS_MAX];
	char blobs[FILES_PATH_SIZE];
	int err = blob_folder_of(core->conf->state_dir, blobs);

	for (size_t i = 0; i < m->n_servers; i++)
		servers[i] = bytes_of(m->servers[i]);
	f.hello = (struct mail_hello){
		.channel = bytes_of(conf->name),
		.instance = bytes_of(core->conf->instance),
		.case_prefix = core->conf->profile->case_prefix,
		.address = bytes_of(conf->from),
		.blobs = bytes_of(blobs),
		.ca_file = bytes_of(m->ca_file),
		.host = bytes_of(m->imap_host),
		.port = m->imap_port,
		.tls = m->imap_tls,
		.login = m->imap_auth,
		.user = bytes_of(m->imap_user[0] != '\0' ? m->imap_user : conf->from),
		.password = bytes_of(m->imap_password),
		.folder = bytes_of(m->folder),
		.done_folder = bytes_of(m->done_folder),
		.refused_folder = bytes_of(m->refused_folder),
		.stale_after_ms = m->stale_after_ms,
		.mail_max = m->mail_max,
		.poll_every_ms = m->poll_every_ms,
		.authserv_id = bytes_of(m->authserv_id),
		.servers = servers,
		.n_servers = m->n_servers,
	};
	if (err == ERR_OK)
		err = mail_process_send(b->process, &f);
	if (err != ERR_OK)
		mail_process_drop(b->process, err_text(err));
}

static void on_up(void *ctx)
{
	struct mailbox_channel *b = ctx;

	b->life++;
	b->channel->counts.connects++;
	say_hello(b);
}

/* Each new reason is a line of the log: what a person looks for first is why it never came up. */
static void be_down(struct mailbox_channel *b, const char *why)
{
	if (strcmp(why, b->down) != 0)
		log_warning("mail", "chan=%s event=no_mailbox why=\"%s\"", b->channel->conf->name,
			    why);
	snprintf(b->down, sizeof(b->down), "%s", why);
	channel_set_state(b->channel, CHANNEL_DOWN, why);
}

static void on_down(const char *why, void *ctx)
{
	struct mailbox_channel *b = ctx;

	b->life++; /* what it asked for is answered to nobody */
	b->n_missing = 0;
	host_timer_stop(host_of(b), &b->begin_again);
	host_timer_stop(host_of(b), &b->answer);
	be_down(b, why);
}

/* Of both ways, for status. */
static void show_faults(struct mailbox_channel *b)
{
	const char *faults[2], *out = mail_sender_fault(b->sender);
	size_t n = 0;

	if (b->fault[0] != '\0')
		faults[n++] = b->fault;
	if (out != NULL)
		faults[n++] = out;
	channel_set_faults(b->channel, faults, n);
}

static void on_faults(struct timer *t)
{
	struct mailbox_channel *b = CONTAINER_OF(t, struct mailbox_channel, faults);

	show_faults(b);
	host_timer_in(host_of(b), t, FAULTS_LOOK_MS);
}

static void on_state(struct mailbox_channel *b, const struct mail_state *s)
{
	static const enum channel_state states[] = { CHANNEL_DOWN, CHANNEL_UP, CHANNEL_DEGRADED };
	char words[CHANNEL_FAULT_LEN];

	snprintf(words, sizeof(words), "%.*s", PRI_BYTES(s->words));
	snprintf(b->fault, sizeof(b->fault), "%s",
		 states[s->state] == CHANNEL_DEGRADED ? words : "");
	if (states[s->state] == CHANNEL_DOWN)
		be_down(b, words);
	else
		channel_set_state(b->channel, states[s->state], words);
	show_faults(b);
}

static void on_other_frame(struct mailbox_channel *b, const struct mail_frame *f)
{
	switch (f->kind) {
	case FRAME_STATE: on_state(b, &f->state); return;
	case FRAME_FOLDER:
		b->folder = f->folder;
		ask_begin(b);
		return;
	case FRAME_UIDS: on_uids(b, &f->uids); return;
	case FRAME_MOVED: return; /* in its log; what can't be moved is a fault of its state */
	case FRAME_HELLO:
	case FRAME_BEGIN:
	case FRAME_SETTLED:
	case FRAME_ASK_UIDS:
	case FRAME_ARRIVED:
	case FRAME_READ:
	case FRAME_OCTETS: break;
	}
	mail_process_drop(b->process, "the mail process says what only we may say");
}

static void on_frame(enum mail_frame_kind kind, struct bytes body, void *ctx)
{
	struct mailbox_channel *b = ctx;
	struct mail_frame f;
	struct arena *a;
	int err;

	if (kind == FRAME_ARRIVED) {
		on_arrived(b, body);
		return;
	}
	a = arena_new(MIB);
	err = a != NULL ? mail_wire_decode(kind, body, a, &f) : ERR_NOMEM;
	if (err == ERR_OK)
		on_other_frame(b, &f);
	else
		mail_process_drop(b->process, err_text(err));
	arena_free(&a);
}

static const struct mail_process_events process_events = { on_up, on_frame, on_down };

/* --- the channel --- */

static size_t mail_under_way(const struct channel *c)
{
	return box_of(c)->n_letters + mail_sender_under_way(box_of(c)->sender);
}

static int mail_start(struct channel *c)
{
	struct mailbox_channel *b = box_of(c);
	int err;

	b->channel = c;
	b->faults.fire = on_faults;
	b->begin_again.fire = on_begin_again;
	b->ask.fire = on_ask;
	b->answer.fire = on_no_answer;
	channel_set_state(c, CHANNEL_DOWN, "not connected yet");
	err = mail_sender_new(c, NULL, &b->sender);
	if (err != ERR_OK)
		return err;
	host_timer_in(host_of(b), &b->ask, ASK_FIRST_MS);
	host_timer_in(host_of(b), &b->faults, FAULTS_LOOK_MS);
	return mail_process_new(b->base.wire, NULL, &process_events, b, &b->process);
}

static void mail_stop(struct channel *c)
{
	struct mailbox_channel *b = box_of(c);

	mail_process_free(&b->process);
	mail_sender_free(&b->sender);
	host_timer_stop(host_of(b), &b->faults);
	host_timer_stop(host_of(b), &b->begin_again);
	host_timer_stop(host_of(b), &b->ask);
	host_timer_stop(host_of(b), &b->answer);
	if (b->begin_asked != NULL)
		b->begin_asked->box = NULL;
	if (b->kept_asked != NULL)
		b->kept_asked->box = NULL;
	while (b->letters != NULL) {
		struct letter *l = b->letters;

		b->letters = l->next;
		l->box = NULL; /* freed by its answer */
	}
	free(b);
	c->own = NULL;
}

static unsigned mail_room(const struct channel *c)
{
	const struct mailbox_channel *b = box_of(c);

	return b->base.wire->is_stopping ? 0 : mail_sender_room(b->sender);
}

static void mail_send(struct channel *c, const struct outgoing *out)
{
	mail_sender_send(box_of(c)->sender, out);
}

static const struct channel_ops mail_ops = {
	.start = mail_start,
	.stop = mail_stop,
	.room = mail_room,
	.send = mail_send,
	.n_under_way = mail_under_way,
};

struct channel *mail_make(struct wire *w)
{
	struct channel *c = calloc(1, sizeof(*c));
	struct mailbox_channel *b = calloc(1, sizeof(*b));

	if (c == NULL || b == NULL) {
		free(c);
		free(b);
		return NULL;
	}
	b->base.wire = w;
	c->ops = &mail_ops;
	c->own = b;
	return c;
}
