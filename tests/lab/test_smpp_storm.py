# SPDX-License-Identifier: GPL-3.0-or-later
"""A short storm directly at the SMSC; smpp_storm.py blows the long one. The seed is fixed here, so that a failure can be told again."""
from smpp_storm import CONF, SmppStorm
from stories import in_lab


@in_lab(link="smpp", conf=CONF)
def test_a_storm_at_the_smsc(lab):
    """250 texts while odzivd is killed, links are cut and the SMSC answers late, twice, out of order and with garbage: one outcome each"""
    storm = SmppStorm(lab, 250, seed=20261205, half_seconds=10, kill=4, drop=1, unbind=1, garbage=1, frame=1, half=1, door=1, mood=2)
    storm.blow()
    storm.settle()
    storm.judge()
