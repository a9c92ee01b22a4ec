# SPDX-License-Identifier: GPL-3.0-or-later
"""odzivd dies at each named point (a test build, ODZIV_DIE_AT), and the end is the same as without."""
import itertools

from smsc import SHORT_CODE
from stories import in_lab
from test_day import NUMBER

POINTS = ("job-posted", "before-commit", "after-commit", "after-commit-before-ack", "after-ack", "after-claim", "after-send",
          "result-known", "receipt-committed")
FAST = {"desk": {"unsure_wait": "1s"}}


def settled(lab):
    return not [r for r in lab.rows() if r["state"] in ("queued", "sending", "unsure")]


@in_lab(conf=FAST)
def test_a_death_at_any_point_loses_nothing(lab):
    """Killed at each named point, then started again: one case a text, one answer, two at most when it was leaving"""
    for n, point in enumerate(POINTS):
        lab.odzivd.stop()
        phone = lab.phone(f"+38164000{n:04d}", point)
        lab.odzivd.die_at(point)
        ids = phone.text(f"Pukla je cev u Svetosavskoj {n + 1}")
        lab.odzivd.wait_dead()
        lab.odzivd.start()
        lab.smsc.wait_acknowledged(ids, 20)
        phone.expect(NUMBER, 15)
        lab.until(f"{point}: everything has left", lambda: settled(lab), 15)
        may_repeat = point in ("after-claim", "after-send", "result-known", "receipt-committed")
        assert len(phone.received()) <= (2 if may_repeat else 1), f"{point}: {len(phone.received())} copies"
        assert len([c for c in lab.cases() if c["contact"] == "sms:" + phone.number]) == 1, point
    balance = lab.assert_sound()
    assert balance["received"]["sms"] == len(POINTS)


@in_lab(conf=FAST)
def test_a_death_between_parts_keeps_the_others(lab):
    """Killed between two parts of a long text: it is whole in one case all the same"""
    lab.odzivd.stop()
    phone = lab.phone("+381640001000")
    text = "Rupa na putu kod broja 5, " * 10
    lab.odzivd.die_at("between-parts")
    phone.text(text)
    lab.odzivd.wait_dead()
    lab.odzivd.start()
    number = phone.expect(NUMBER, 15).group(0)
    assert any(text.strip() in (e["text"] or "") for e in lab.case(number)["log"])
    assert lab.assert_sound()["parts"]["joined"] == 2


@in_lab(conf={**FAST, "desk": {"on_unsure": "hold", "unsure_wait": "1s"}})
def test_a_held_row_waits_for_a_person(lab):
    """With on_unsure = hold a text that may have left waits as UNSURE, and a person sends it again"""
    lab.smsc.behave(receipt=None)
    lab.odzivd.stop()
    lab.odzivd.die_at("after-claim")
    phone = lab.phone("+381640002000")
    phone.text("Pukla je cev u Svetosavskoj 14")
    lab.odzivd.wait_dead()
    lab.odzivd.start()
    row = lab.until("the row is UNSURE", lambda: lab.rows("--state", "unsure"))[0]
    phone.expect_silence(2)
    lab.odziv("outbox", "retry", row["id"])
    phone.expect(NUMBER)
    assert all(e["from"] == SHORT_CODE for e in phone.received())
    lab.assert_sound()


@in_lab(conf=FAST)
def test_bearerbox_may_die_and_come_back(lab):
    """Without bearerbox nothing is lost: odzivd connects again, and what was written meanwhile is answered"""
    phones = [lab.phone(f"+38164000{n:04d}") for n in range(3000, 3006)]
    for phone, kills in zip(phones, itertools.cycle((True, False))):
        ids = phone.text(f"Pukla je cev u Svetosavskoj {phone.number[-1]}")
        if kills:
            lab.kannel.kill_bearerbox()
        lab.smsc.wait_acknowledged(ids, 20)
    for phone in phones:
        phone.expect(NUMBER, 20)
    assert lab.assert_sound()["received"]["sms"] == len(phones)
