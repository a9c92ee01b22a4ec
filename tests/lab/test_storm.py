# SPDX-License-Identifier: GPL-3.0-or-later
"""Short storms; storm.py blows the long ones. The seeds are fixed here, so that a failure can be told again."""
from stories import in_lab
from storm import CONF, HTTP_CONF, HTTP_KANNEL, Storm

COUNT = 300


@in_lab(conf=CONF)
def test_a_storm_by_the_box_link(lab):
    """300 texts, kill -9 of odzivd four times and of bearerbox once: each accepted text is one case, answered"""
    storm = Storm(lab, COUNT, seed=20261124, kill=4, kill_bearerbox=1)
    storm.blow()
    storm.settle()
    storm.judge()


@in_lab(link="http", conf=HTTP_CONF, kannel=HTTP_KANNEL)
def test_a_storm_by_the_http_link(lab):
    """By the HTTP link, odzivd killed three times and stopped twice for some seconds: nothing is lost"""
    storm = Storm(lab, COUNT, seed=20261125, kill=3, stop=2, stop_seconds=3)
    storm.blow()
    storm.settle()
    storm.judge()


@in_lab(link="http", conf=HTTP_CONF, kannel=HTTP_KANNEL)
def test_smsbox_dies_while_odzivd_listens(lab):
    """smsbox killed while odzivd listens: at most max-pending-requests are lost, and what it was sending is sent again"""
    storm = Storm(lab, COUNT, seed=20261126, kill_smsbox=1)
    storm.blow()
    storm.settle(may_lose=lab.kannel.max_pending)
    storm.judge(may_lose=lab.kannel.max_pending)


@in_lab(link="http", conf=HTTP_CONF, kannel=HTTP_KANNEL, serve=("smsc", "kannel"))
def test_smsbox_dies_under_socket_activation(lab):
    """Under socket activation a stop of odzivd loses nothing, and a kill of smsbox meanwhile max-pending-requests at most"""
    lab.odzivd.hold_socket(lab.ports["http"])
    lab.odzivd.start()
    storm = Storm(lab, COUNT, seed=20261127, stop=1, kill_smsbox_while_stopped=1, stop_seconds=2)
    storm.blow()
    storm.settle(may_lose=lab.kannel.max_pending)
    storm.judge(may_lose=lab.kannel.max_pending)
