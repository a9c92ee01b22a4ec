/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model_mail - what must hold of mails when a year is over: one record a letter,
 * nothing to whom nothing is owed, no words of a clerk lost, doubled or made up.
 */
#ifndef TESTS_SIM_MODEL_MAIL_H
#define TESTS_SIM_MODEL_MAIL_H

#include "tests/sim/model.h"

/* A record of the mail channel, in the order of their ids. */
void model_mail_message(struct model *m, const Pb__Message *rec);
/* A row of any channel: a clerk's words leave by all of them. */
void model_mail_row(struct model *m, const Pb__Outbox *row);
/* Two contacts that the store takes for one person, and after all of these. */
void model_mail_joined(struct model *m, const Pb__Contact *rec, const Pb__Contact *same);
void model_mail_joins(struct model *m);
/* After all records and rows. */
void model_mail_end(struct model *m);
/* After a death: what was kept is there. */
void model_mail_met(struct model *m, const Pb__Message *rec);
void model_mail_kept(struct model *m);
/* Whether a row of the mail channel goes where it may, and is settled as mails are. */
void model_mail_address(struct model *m, const Pb__Outbox *row);

#endif
