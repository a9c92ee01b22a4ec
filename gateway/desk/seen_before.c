/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/seen_before.h"

#include "conf/limits.h"
#include "store/answers.h"
#include "store/contacts.h"
#include "store/counts.h"
#include "store/messages.h"
#include "store/parts.h"

/* What came before the link broke is repeated soon after it is back; an older twin is a person's habit. */
#define TWIN_AGE_MAX_MS HOUR_MS
/* On a link that stands, a network repeats within its response timer. */
#define TWIN_AGE_IN_SESSION_MS (2 * MINUTE_MS)
/* Of a mail's content, before its tokens and files. */
#define CONTENT_PARTS 8

static void mail_id(const struct keyed_key *key, struct bytes channel, uint32_t uid_validity,
		    uint32_t uid, struct digest *id_out)
{
	uint8_t buf[8];
	struct wr place = wr_of(buf, sizeof(buf));
	struct bytes parts[] = { bytes_of("uid"), channel, bytes_at(buf, sizeof(buf)) };

	wr_u32(&place, uid_validity);
	wr_u32(&place, uid);
	keyed_digest(key, parts, ARRAY_LEN(parts), id_out);
}

/*
 * What its sender wrote, whom it is for, and what our server found of him: the same in
 * a copy that a server sent once more since its first "kept" was lost (RFC 5321 4.5.5
 * calls it unavoidable), whatever Received fields the way has put above it.
 */
static void mail_content(const struct keyed_key *key, const struct message *msg,
			 struct digest *content_out)
{
	const struct mail *m = msg->mail;
	uint8_t buf[20];
	struct wr found = wr_of(buf, sizeof(buf));
	struct bytes parts[CONTENT_PARTS + MAIL_TOKENS_MAX + MAIL_FILES_MAX] = {
		bytes_of("content"), msg->from, m->message_id,         m->subject,
		m->in_reply_to,      m->text,   m->auth.auth_identity, bytes_at(buf, sizeof(buf))
	};
	size_t n = CONTENT_PARTS;

	wr_u64(&found, (uint64_t)m->date.ms);
	wr_u32(&found, (uint32_t)m->auth.dmarc);
	wr_u32(&found, (uint32_t)m->auth.dkim);
	wr_u32(&found, (uint32_t)m->auth.auth);
	for (size_t i = 0; i < m->n_tokens && i < MAIL_TOKENS_MAX; i++)
		parts[n++] = m->tokens[i];
	for (size_t i = 0; i < m->n_files && i < MAIL_FILES_MAX; i++)
		parts[n++] = bytes_at(m->files[i].sha256, sizeof(m->files[i].sha256));
	keyed_digest(key, parts, n, content_out);
}

static void mail_keys_of(const struct keyed_key *key, const struct message *msg,
			 struct seen_keys *keys_out)
{
	const struct mail_arrival *at = msg->arrival;
	const struct bytes octets[] = { bytes_of("mail"), bytes_at(at->blob, sizeof(at->blob)) };

	*keys_out = (struct seen_keys){ .has_id = true,
					.is_mail = true,
					.has_content = msg->mail->message_id.len != 0 };
	mail_id(key, msg->channel, at->uid_validity, at->uid, &keys_out->id);
	keyed_digest(key, octets, ARRAY_LEN(octets), &keys_out->words);
	if (keys_out->has_content)
		mail_content(key, msg, &keys_out->content);
}

void seen_keys_of(const struct keyed_key *key, const struct message *msg,
		  struct seen_keys *keys_out)
{
	uint8_t part[4] = { (uint8_t)(msg->part_ref >> 8), (uint8_t)msg->part_ref, msg->part_total,
			    msg->part_index };
	const struct bytes id[] = { bytes_of("id"), msg->channel, msg->remote_id };
	const struct bytes words[] = { bytes_of("words"), msg->from_raw, msg->to, msg->raw,
				       bytes_at(part, sizeof(part)) };

	if (msg->mail != NULL) {
		mail_keys_of(key, msg, keys_out);
		return;
	}
	*keys_out = (struct seen_keys){ .has_id = msg->remote_id.len != 0 };
	if (keys_out->has_id)
		keyed_digest(key, id, ARRAY_LEN(id), &keys_out->id);
	keyed_digest(key, words, ARRAY_LEN(words), &keys_out->words);
}

static int note_newest(const Pb__Message *rec, void *ctx)
{
	*(uint64_t *)ctx = rec->id;
	return ERR_OK;
}

/* Whether the twin is the last that this person wrote; a part that waits is no message yet and counts as such. */
static int is_newest(struct txn *t, struct desk *d, const struct message *msg, const Pb__Seen *twin,
		     bool *is_newest_out)
{
	Pb__Contact *contact;
	uint64_t newest = 0;
	int err = contact_find(t, msg->from, d->arena, &contact);

	if (err == ERR_OK)
		err = message_of_contact(t, contact->id, 1, note_newest, &newest);
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	*is_newest_out = twin->message == 0 || twin->message == newest;
	return ERR_OK;
}

static int twin_means_repeat(struct txn *t, struct desk *d, const struct message *msg,
			     const Pb__Seen *twin, struct wall link_since, bool *is_repeat_out)
{
	int64_t age = d->now.ms - twin->at;
	bool is_told;
	int err = answers_told(t, twin, &is_told);

	if (err != ERR_OK)
		return err;
	/* Late, or not at all: its sender may have given up waiting. The twin lies there until the sweep of some night. */
	*is_repeat_out = (!is_told && age <= SEEN_WORDS_KEEP_MS) ||
			 (link_since.ms != 0 && twin->at < link_since.ms && age <= TWIN_AGE_MAX_MS);
	if (*is_repeat_out || link_since.ms == 0 || age > TWIN_AGE_IN_SESSION_MS)
		return ERR_OK;
	return is_newest(t, d, msg, twin, is_repeat_out);
}

/* A network may hand it over again days later by this id: a STOP that comes after the START that followed it. */
static void note_other_id(struct txn *t, struct desk *d, const struct seen_keys *keys,
			  const Pb__Seen *twin)
{
	Pb__Seen rec = PB__SEEN__INIT;

	rec.at = d->now.ms;
	rec.message = twin->message;
	rec.by_id = true;
	seen_put_new(t, &keys->id, &rec);
}

/* Her order that comes a second time may be somebody's replay: she is asked, and hears of it. */
static bool is_of_staff(const struct desk *d, const struct message *msg)
{
	return profile_member_of_mail(d->conf->profile, msg->mail->from.address) != NULL;
}

int seen_check(struct txn *t, struct desk *d, const struct message *msg, struct seen_keys *keys,
	       struct wall link_since, bool *is_repeat_out)
{
	Pb__Seen *twin;
	int err = keys->has_id ? seen_get(t, &keys->id, d->arena, &twin) : ERR_NOENT;

	*is_repeat_out = err == ERR_OK;
	if (err == ERR_NOENT) {
		err = seen_get(t, &keys->words, d->arena, &twin);
		keys->has_twin = err == ERR_OK;
		*is_repeat_out = err == ERR_OK && keys->is_mail;
		if (err == ERR_OK && !keys->is_mail)
			err = twin_means_repeat(t, d, msg, twin, link_since, is_repeat_out);
	}
	if (err == ERR_NOENT && keys->has_content && !is_of_staff(d, msg)) {
		err = seen_get(t, &keys->content, d->arena, &twin);
		*is_repeat_out = err == ERR_OK;
	}
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (*is_repeat_out)
		count_add(t, COUNT_REPEATS, msg->channel, d->now, 1);
	/* Where it lies now is known from here on, too. */
	if (*is_repeat_out && keys->is_mail)
		seen_note(t, d, keys, twin->message);
	else if (*is_repeat_out && keys->has_twin && keys->has_id)
		note_other_id(t, d, keys, twin);
	return txn_err(t);
}

uint64_t seen_note(struct txn *t, struct desk *d, const struct seen_keys *keys, uint64_t message)
{
	Pb__Seen rec = PB__SEEN__INIT;
	uint64_t turn = txn_id(t, d->now);

	rec.at = d->now.ms;
	rec.message = message;
	rec.turn = turn;
	/* The octets of a mail decide by themselves, whoever was told what and when. */
	rec.by_id = keys->is_mail;
	rec.answered = keys->is_mail ? d->now.ms : 0;
	/* A repeated mail is noted again. */
	if (keys->has_twin || keys->is_mail)
		seen_put(t, &keys->words, &rec);
	else
		seen_put_new(t, &keys->words, &rec);
	rec.turn = 0;
	rec.by_id = true;
	if (keys->has_content)
		seen_put(t, &keys->content, &rec);
	if (keys->is_mail)
		seen_put(t, &keys->id, &rec);
	else if (keys->has_id) /* a text whose id stands is a repeat */
		seen_put_new(t, &keys->id, &rec);
	return turn;
}

int seen_mail_lies(struct txn *t, struct desk *d, struct bytes channel, uint32_t uid_validity,
		   uint32_t uid, bool *is_kept_out)
{
	struct digest id;
	Pb__Seen *rec;
	int err;

	mail_id(d->key, channel, uid_validity, uid, &id);
	err = seen_get(t, &id, d->arena, &rec);
	*is_kept_out = err == ERR_OK;
	if (err == ERR_NOENT)
		return ERR_OK;
	if (err != ERR_OK)
		return err;
	rec->at = d->now.ms;
	seen_put(t, &id, rec);
	return txn_err(t);
}
