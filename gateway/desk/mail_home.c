/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/mail_home.h"

#include "gateway/desk/home.h"
#include "gateway/desk/tokens.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/outbox.h"
#include "store/threads.h"

bool mail_is_proven(const struct mail *m)
{
	return m->auth.dmarc != PROOF_FAIL &&
	       (m->auth.dmarc == PROOF_PASS || m->auth.dkim == PROOF_PASS ||
		m->auth.auth == PROOF_PASS);
}

static int find_row(struct txn *t, const struct mail *m, uint64_t *row_out)
{
	int err = thread_row(t, m->in_reply_to, row_out);

	for (size_t i = m->n_references; i-- > 0 && err == ERR_NOENT;)
		err = thread_row(t, m->references[i], row_out);
	return err;
}

int mail_home_row(struct txn *t, struct desk *d, const struct mail *m, Pb__Outbox **row_out)
{
	uint64_t id;
	int err = find_row(t, m, &id);

	return err == ERR_OK ? outbox_get(t, id, d->arena, row_out) : err;
}

/* The row that gave its citizen's token away. */
static int token_home_row(struct txn *t, struct desk *d, const struct mail *m,
			  const Pb__Contact *contact, Pb__Outbox **row_out)
{
	struct bytes token = token_of_mail(m, TOKEN_CITIZEN);
	uint64_t id;
	int err = token_row(t, token, &id);

	if (err == ERR_OK)
		err = outbox_get(t, id, d->arena, row_out);
	if (err == ERR_OK && !token_is_citizen(d, (*row_out)->case_number, contact->id, token))
		err = ERR_NOENT;
	return err;
}

static bool is_his(const Pb__Outbox *row, const Pb__Contact *contact)
{
	return row->contact == contact->id && row->case_number[0] != '\0';
}

int mail_home_answered(struct txn *t, struct desk *d, const Pb__Contact *contact,
		       Pb__Case **rec_out)
{
	Pb__Outbox *row;
	int err;

	if (d->mail->auth.dmarc == PROOF_FAIL)
		return ERR_NOENT;
	err = mail_home_row(t, d, d->mail, &row);
	if (err == ERR_OK && !is_his(row, contact))
		err = ERR_NOENT;
	if (err == ERR_NOENT)
		err = token_home_row(t, d, d->mail, contact, &row);
	if (err == ERR_OK && !is_his(row, contact))
		err = ERR_NOENT;
	if (err == ERR_OK)
		err = home_in_the_end(t, d, bytes_of(row->case_number), rec_out);
	/* Merged into somebody else's, it takes no more words of his. */
	if (err == ERR_OK && !contact_is_same(contact, (*rec_out)->contact))
		err = ERR_NOENT;
	return err;
}

/* By the number of a case that his phone opened. */
static int find_joined(struct txn *t, struct desk *d, const Pb__Contact *contact,
		       const struct classified *u, Pb__Case **rec_out)
{
	int err = contact->n_same != 0 ? mail_home_named(t, d, u, rec_out) : ERR_NOENT;

	if (err == ERR_OK &&
	    ((*rec_out)->contact == contact->id || !contact_is_same(contact, (*rec_out)->contact)))
		err = ERR_NOENT;
	return err_class(err) == ERR_IS_REJECT ? ERR_NOENT : err;
}

int mail_home_find(struct txn *t, struct desk *d, const Pb__Contact *contact,
		   const struct classified *u, Pb__Case **rec_out)
{
	struct classified nameless = *u;
	int err = mail_home_answered(t, d, contact, rec_out);

	if (err != ERR_NOENT || !mail_is_proven(d->mail))
		return err;
	err = find_joined(t, d, contact, u, rec_out);
	if (err != ERR_NOENT)
		return err;
	nameless.case_no = BYTES_NONE;
	return home_find(t, d, contact->id, &nameless, rec_out);
}

int mail_home_named(struct txn *t, struct desk *d, const struct classified *u, Pb__Case **rec_out)
{
	struct bytes number = u->case_no;

	if (number.len == 0 && d->mail->n_tags > 0)
		number = d->mail->tags[0];
	return number.len != 0 ? home_in_the_end(t, d, number, rec_out) : ERR_NOENT;
}
