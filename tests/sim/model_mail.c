/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/model_mail.h"

#include <inttypes.h>
#include <string.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "parsers/err.h"

static struct letters *letters_of(const struct model *m)
{
	return &m->world->letters;
}

static struct letter *letter_of(struct model *m, const Pb__Message *rec)
{
	size_t i = letters_of_blob(letters_of(m), bytes_at(rec->blob.data, rec->blob.len));

	return i == SIZE_MAX ? NULL : &letters_of(m)->list[i];
}

static struct letter *letter_of_record(struct model *m, uint64_t record)
{
	struct letters *all = letters_of(m);

	for (size_t i = 0; i < all->n && record != 0; i++)
		if (all->list[i].record == record)
			return &all->list[i];
	return NULL;
}

/* --- what was kept --- */

void model_mail_met(struct model *m, const Pb__Message *rec)
{
	struct letter *l = letter_of(m, rec);

	if (l != NULL)
		l->record = rec->id;
}

void model_mail_kept(struct model *m)
{
	const struct letters *all = letters_of(m);

	for (size_t i = all->n; i-- > 0;) {
		const struct letter *l = &all->list[i];

		if (l->is_acked && l->record == 0)
			diary_violated(m->diary, "acknowledged-is-kept",
				       "letter %zu (%.40s) was kept and isn't in the store", i,
				       l->words);
	}
}

/* --- records --- */

static bool may_become(enum letter_use use, enum msg_outcome outcome)
{
	switch (use) {
	case LETTER_AUTO:
	case LETTER_BOUNCE:
	case LETTER_LIST: return outcome == OUTCOME_NOT_ANSWERED;
	case LETTER_CRASH: return outcome == OUTCOME_CASE;
	case LETTER_OLD:
	case LETTER_REPORT:
		return outcome == OUTCOME_CASE || outcome == OUTCOME_JOINED ||
		       outcome == OUTCOME_INFORMATION;
	case LETTER_CLERK:
	case LETTER_CONFIRM: return outcome == OUTCOME_COMMAND;
	case LETTER_COMMAND:
	case LETTER_FURTHER:
	case LETTER_JOIN:
	case LETTER_CODE:
	case LETTER_UNPROVEN:
	case LETTER_FORGED:
	case LETTER_STOLEN: return outcome != OUTCOME_NONE;
	}
	return false;
}

void model_mail_message(struct model *m, const Pb__Message *rec)
{
	struct letter *l = letter_of(m, rec);
	size_t i;

	if (l == NULL) {
		diary_violated(m->diary, "nothing-is-made-up", "mail %" PRIu64 " of '%s'", rec->id,
			       rec->message_id);
		return;
	}
	i = (size_t)(l - letters_of(m)->list);
	l->record = rec->id;
	if (l->n_records++ > 0)
		diary_violated(m->diary, "repeats-are-recognised",
			       "letter %zu (%.40s) is kept twice", i, l->words);
	if (!may_become(l->use, (enum msg_outcome)rec->outcome))
		diary_violated(m->diary, "one-outcome-each", "letter %zu (%.40s) has outcome %s", i,
			       l->words, msg_outcome_text((enum msg_outcome)rec->outcome));
	/* A code that joined is kept nowhere. */
	if (l->use != LETTER_CRASH && l->use != LETTER_CODE && strcmp(rec->text, l->words) != 0)
		diary_violated(m->diary, "text-whole", "letter %zu: '%.60s' became '%.60s'", i,
			       l->words, rec->text);
}

/* --- rows --- */

static bool is_ours(const struct model *m, const char *to)
{
	size_t i = letters_resident(letters_of(m), bytes_of(to + strlen("mail:")));

	return i != SIZE_MAX &&
	       (letters_of(m)->residents[i].is_clerk || letters_of(m)->residents[i].has_written);
}

static bool is_silent(enum letter_use use)
{
	return use == LETTER_AUTO || use == LETTER_BOUNCE || use == LETTER_LIST ||
	       use == LETTER_OLD || use == LETTER_CRASH;
}

void model_mail_address(struct model *m, const Pb__Outbox *row)
{
	const struct letter *l = letter_of_record(m, row->message);

	if (!is_ours(m, row->to))
		diary_violated(m->diary, "only-who-wrote-is-answered",
			       "mail %" PRIu64 " goes to %s", row->id, row->to);
	if (strcmp(row->from, MAIL_ADDRESS) != 0)
		diary_violated(m->diary, "the-same-way-back", "mail %" PRIu64 " leaves from %s",
			       row->id, row->from);
	if (row->kind == KIND_ACK && (row->return_path[0] != '\0' || row->auto_submitted != 1))
		diary_violated(m->diary, "machines-say-so",
			       "acknowledgement %" PRIu64
			       " has a return path, or says that a person wrote it",
			       row->id);
	if (l != NULL && is_silent(l->use) &&
	    bytes_is(bytes_cut(bytes_of(row->to), 5, SIZE_MAX),
		     letters_of(m)->residents[l->who].address) &&
	    row->kind == KIND_ACK)
		diary_violated(m->diary, "silence-is-kept", "'%.60s' was answered", l->words);
}

static bool is_to_citizen(const Pb__Outbox *row)
{
	return row->kind == KIND_ANSWER || row->kind == KIND_QUESTION || row->kind == KIND_NOTICE;
}

void model_mail_row(struct model *m, const Pb__Outbox *row)
{
	struct letters *all = letters_of(m);
	const char *at = is_to_citizen(row) ? strstr(row->text, "77") : NULL;
	size_t i = 0;

	for (int n = 2; at != NULL && n < 10; n++)
		i = at[n] < '0' || at[n] > '9' ? SIZE_MAX / 20 : i * 10 + (size_t)(at[n] - '0');
	if (at == NULL || i >= all->n || all->list[i].tag[0] == '\0')
		return;
	if (all->list[i].use == LETTER_FORGED || all->list[i].use == LETTER_STOLEN)
		diary_violated(m->diary, "only-staff-speak-for-the-town",
			       "row %" PRIu64 " to %s has the words of letter %zu: '%.40s'",
			       row->id, row->to, i, all->list[i].words);
	if (all->list[i].n_said++ > 0)
		diary_violated(m->diary, "words-arrive-once",
			       "row %" PRIu64 " says what letter %zu said, again", row->id, i);
}

void model_mail_end(struct model *m)
{
	const struct letters *all = letters_of(m);

	for (size_t i = 0; i < all->n; i++) {
		const struct letter *l = &all->list[i];

		if (l->first_ms != 0 && !l->is_acked)
			diary_violated(m->diary, "everybody-is-answered-once",
				       "letter %zu was never kept", i);
		if (l->is_acked && l->n_records == 0)
			diary_violated(m->diary, "acknowledged-is-kept",
				       "letter %zu (%.40s) was kept and isn't in the store", i,
				       l->words);
	}
}

/* --- phones and mailboxes of one person --- */

static struct joining *joining_of(struct model *m, const char *mail, const char *phone)
{
	struct letters *all = letters_of(m);

	for (size_t i = 0; i < all->n_joinings; i++) {
		struct joining *j = &all->joinings[i];

		if (strcmp(mail, all->residents[j->resident].address) == 0 &&
		    strcmp(phone, m->world->citizens[j->citizen].number) == 0)
			return j;
	}
	return NULL;
}

void model_mail_joined(struct model *m, const Pb__Contact *rec, const Pb__Contact *same)
{
	bool is_mail = strncmp(rec->address, "mail:", 5) == 0;
	const char *mail = is_mail ? rec->address : same->address;
	const char *phone = is_mail ? same->address : rec->address;
	struct joining *j = strncmp(mail, "mail:", 5) == 0 && strncmp(phone, "sms:", 4) == 0
				    ? joining_of(m, mail + 5, phone + 4)
				    : NULL;

	if (j == NULL || !j->has_brought)
		diary_violated(m->diary, "only-who-holds-the-phone-is-joined",
			       "%s is taken for %s, and never brought a code of that phone",
			       rec->address, same->address);
	else
		j->is_joined = true;
}

static bool was_in_time(const struct model *m, const struct joining *j)
{
	const struct letter *list = m->world->letters.list;

	return j->asking != NO_LETTER && j->bringing != NO_LETTER && list[j->asking].is_acked &&
	       list[j->bringing].is_acked &&
	       list[j->bringing].acked_ms - list[j->asking].first_ms < JOIN_CODE_MS;
}

void model_mail_joins(struct model *m)
{
	const struct letters *all = letters_of(m);

	for (size_t i = 0; i < all->n_joinings; i++) {
		const struct joining *j = &all->joinings[i];

		if (j->is_sure && was_in_time(m, j) && !j->is_joined)
			diary_violated(m->diary, "who-brings-the-code-is-joined",
				       "letter %zu of %s brought the code of %s", j->bringing,
				       all->residents[j->resident].address,
				       m->world->citizens[j->citizen].number);
	}
}
