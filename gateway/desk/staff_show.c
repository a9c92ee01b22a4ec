/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/staff_show.h"

#include "gateway/desk/staff_about.h"
#include "gateway/desk/staff_kit.h"
#include "gateway/desk/staff_post.h"
#include "store/contacts.h"

static int send(struct txn *t, struct desk *d, const struct staff_letter *l)
{
	Pb__Outbox *row;
	int err = staff_post_letter(t, d, l, &row);

	/* It can't be told; what it is about stands in the trail. */
	return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
}

static struct staff_letter letter_of(enum letter_name name, const Pb__Case *rec,
				     const struct member *member)
{
	struct staff_letter l = { .name = name, .member = member, .rec = rec };

	l.values.common.case_no = bytes_of(rec->number);
	return l;
}

int staff_show_lines(struct txn *t, struct desk *d, const Pb__Case *rec,
		     const struct member *member, const struct letter_item *lines, size_t n,
		     struct bytes done)
{
	struct staff_letter l = letter_of(LETTER_STAFF_NOT_UNDERSTOOD, rec, member);
	int err = staff_post_commands(d, member->tongue, &l.values.commands);

	l.values.lines = (struct letter_list){ .items = lines, .n = n };
	l.values.common.words = done;
	return err == ERR_OK ? send(t, d, &l) : err;
}

int staff_show_help(struct txn *t, struct desk *d, const Pb__Case *rec, const struct member *member)
{
	struct staff_letter l = letter_of(LETTER_STAFF_HELP, rec, member);
	int err = staff_post_commands(d, member->tongue, &l.values.commands);

	return err == ERR_OK ? send(t, d, &l) : err;
}

int staff_show_preview(struct txn *t, struct desk *d, Pb__Case *rec, const struct member *member,
		       struct bytes words, bool is_question)
{
	struct staff_letter l = letter_of(LETTER_STAFF_PREVIEW, rec, member);
	struct staff_act act = { .words = words, .by_mail = true };
	struct reply r = { .kind = is_question ? KIND_QUESTION : KIND_ANSWER,
			   .text = is_question ? TEXT_QUESTION : TEXT_ANSWER };
	struct composed composed;
	Pb__Contact *contact;
	int err = contact_get(t, rec->contact, d->arena, &contact);

	if (err != ERR_OK)
		return err;
	staff_address(d, rec, contact, &r);
	err = staff_words_for(d, &act, &r);
	if (err != ERR_OK)
		return err;
	l.values.channel = staff_about_channel(d, rec->channel, member->tongue);
	l.values.common.words = r.values.words;
	if (!bytes_starts(r.to, "mail:")) {
		err = reply_words(d, &r, &composed);
		if (err != ERR_OK && err != ERR_LIMIT)
			return err;
		if (err == ERR_OK) {
			l.values.common.words = composed.text;
			l.values.common.n = composed.plan.segments;
		}
		l.values.was_cut =
			err == ERR_LIMIT || r.values.words.len < words.len || composed.was_cut;
	}
	return send(t, d, &l);
}
