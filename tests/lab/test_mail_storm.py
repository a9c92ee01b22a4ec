# SPDX-License-Identifier: GPL-3.0-or-later
"""A short storm of mails; mail_storm.py blows the long one. The seed is fixed here, so that a failure can be told again."""
from mail_storm import CONF, MailStorm
from stories import in_lab


@in_lab(link="simulator", conf=CONF, mail={"with_wires": True})
def test_a_storm_of_mails(lab):
    """60 mails while odzivd, mail process, cell, Dovecot and Postfix die, wires are cut and UIDs forgotten: one outcome each"""
    storm = MailStorm(lab, 60, seed=20261204, kill=2, kill_mail_process=2, kill_cell=2, restart_dovecot=1, kill_dovecot=1,
                      restart_postfix=1, cut_fetch=1, cut_data=1, forget_uids=1, expunge=1)
    storm.blow()
    storm.settle()
    storm.judge()
