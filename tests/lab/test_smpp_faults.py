# SPDX-License-Identifier: GPL-3.0-or-later
"""An SMSC that answers late, out of order, twice or never, throttles, sends garbage, and breaks off: each with its promise."""
import time

from slow_disk import SlowDisk
from stories import in_lab
from test_day import ANA, NUMBER, PIPE

WINDOW = 10
# What is unsure waits longer than these stories take: a copy would be seen.
SMPP = {"link": "smpp", "conf": {"desk": {"unsure_wait": "60s"}, "smpp": {"window": WINDOW, "response_wait": "1s"}}}
# And where a link breaks with answers outstanding a copy is due, soon.
BREAKS = {"link": "smpp", "conf": {"desk": {"unsure_wait": "1s"}, "smpp": {"window": WINDOW, "response_wait": "1s"}}}
FORMS = ("", "short", "lower", "seconds", "unix", "nodates", "decimal", "padded", "upper", "noid", "tlv", "text", "text decimal short", "text upper",
         "payload", "unmarked", "payload padded seconds short")


def channel(lab):
    return next(c for c in lab.one("status")["channels"] if c["name"] == lab.channel)


def write(lab, n, first=0):
    """n people write a text each; gives their phones, and the ids of their short messages."""
    phones = [lab.phone(f"+38164{first + i:07d}") for i in range(n)]
    ids = lab.smsc.send_many([(p.number, f"{PIPE[:-1]}{first + i}") for i, p in enumerate(phones)])
    return phones, [i for one in ids for i in one]


def all_arrived(lab, n, within=20):
    lab.until(f"{n} rows are ARRIVED", lambda: len(lab.rows("--state", "arrived")) >= n, within, 0.2)


def answered_once(lab, phones, ids, within=20, received=None):
    """Each has one answer, no row waits any more, and nothing was taken twice: `received` texts, one of each phone unless said."""
    lab.smsc.wait_acknowledged(ids, within)
    for phone in phones:
        phone.expect(NUMBER, within)
    all_arrived(lab, len(phones), within)
    assert all(len(phone.received()) == 1 for phone in phones), [p.received() for p in phones if len(p.received()) != 1]
    assert len(lab.cases()) == len(phones) and lab.assert_sound()["received"]["sms"] == (received or len(phones))


def wait_bound(lab, n, within=15):
    """Until the SMSC has been bound to so many times."""
    lab.smsc.wait(f"{n} binds", lambda s: len(s.find("bound")) >= n, within)


@in_lab(**SMPP)
def test_answers_in_any_order(lab):
    """The SMSC answers out of order: each segment gets the answer that is its own, and the window is kept"""
    lab.smsc.behave(submit_jitter_ms=300)
    answered_once(lab, *write(lab, 60))
    most = lab.smsc.state()["most_open"]
    assert 1 < most <= WINDOW, most


@in_lab(**SMPP)
def test_a_late_answer_settles(lab):
    """An answer after the deadline still settles the row: it is UNSURE meanwhile, and no copy leaves"""
    lab.smsc.behave(submit_ms=2500)
    phones, ids = write(lab, 3)
    lab.until("the rows are UNSURE", lambda: len(lab.rows("--state", "unsure")) == 3)
    answered_once(lab, phones, ids)


@in_lab(**BREAKS)
def test_an_answer_that_never_comes(lab):
    """A text that the SMSC took and never answered is sent again after unsure_wait, and no earlier"""
    lab.smsc.behave(answer_submit=False)
    lab.phone(ANA).text(PIPE)
    lab.smsc.wait("it is at the SMSC", lambda s: s.find("segment"))
    lab.smsc.behave(answer_submit=True)
    lab.smsc.wait("it comes again", lambda s: len(s.find("segment")) == 2, 15)
    first, second = lab.smsc.find("segment")
    assert second["at"] - first["at"] >= 1900, "it came again before its deadline and unsure_wait"
    all_arrived(lab, 1)


@in_lab(**SMPP)
def test_receipts_of_the_wild(lab):
    """Receipts with ids in hex, decimal or padded, other dates, by TLV or text alone, unmarked or in message_payload are understood"""
    lab.smsc.behave(receipt_forms=list(FORMS))
    for n in range(len(FORMS)):     # one by one: a decimal id fits exactly one open row
        write(lab, 1, n)
        all_arrived(lab, n + 1, 10)
    assert lab.assert_sound()["received"]["sms"] == len(FORMS), "a receipt became a text"


@in_lab(**SMPP)
def test_receipts_before_their_answers_and_twice(lab):
    """A receipt that overtakes the answer settles its row all the same, and its double changes nothing"""
    lab.smsc.behave(receipt_first=True, receipt_twice=True, submit_ms=200, submit_jitter_ms=100)
    phones, ids = write(lab, 30)
    answered_once(lab, phones, ids)
    lab.smsc.wait("all receipts are acknowledged", lambda s: len(s.acknowledged("receipt")) == 60)


@in_lab(link="smpp", conf={"smpp": {"intermediate": "yes"}})
def test_intermediate_receipts(lab):
    """Intermediate notifications are asked for, acknowledged, and settle nothing"""
    lab.smsc.behave(intermediate=True, receipt_ms=3000)
    lab.phone(ANA).text(PIPE)
    lab.smsc.wait("the notification is acknowledged", lambda s: s.find("resp", kind="intermediate", status=0))
    segment = lab.smsc.find("segment")[0]
    assert segment["dlr"] == 0x11 and lab.rows("--state", "sent"), (segment, lab.rows())
    all_arrived(lab, 1)
    assert lab.assert_sound()["received"]["sms"] == 1


@in_lab(**SMPP)
def test_throttling_slows_the_link(lab):
    """Each tenth is throttled and each seventh meets a full queue: the link slows down, status says so, and every text arrives once"""
    lab.smsc.behave(status_every={"10": 0x58, "7": 0x14})
    answered_once(lab, *write(lab, 40), within=60)
    assert lab.smsc.state()["throttled"] > 0 and lab.smsc.find("refused", status=0x14)


@in_lab(**BREAKS)
def test_the_smsc_breaks_off(lab):
    """Closed without unbind, unbound, garbage, a frame without end: the link is bound again, every text is one case, and answered"""
    ways = (("drop", {}), ("unbind", {}), ("octets", {"hex": "474554202f20485454502f312e310d0a0d0a"}), ("octets", {"hex": "7fffffff00000005"}),
            ("octets", {"hex": "0000000300000005"}))
    lab.smsc.behave(pace=100)
    phones, ids = [], []
    for n, (op, how) in enumerate(ways):
        more, their_ids = write(lab, 20, 100 * n)
        phones, ids = phones + more, ids + their_ids
        lab.smsc.wait("some are acknowledged", lambda s, n=n: len(s.acknowledged()) >= 20 * n + 5)
        before = len(lab.smsc.find("bound"))
        lab.smsc.ask(op, **how)
        wait_bound(lab, before + 1)
        lab.smsc.wait_acknowledged(ids)
        lab.odzivd.stop()       # who breaks off again and again is waited for ever longer: not here
        lab.odzivd.start()
    for phone in phones:
        phone.expect(NUMBER, 20)
    lab.until("all is settled", lambda: len(lab.rows("--state", "arrived")) == len(phones), 20, 0.2)
    assert lab.smsc.find("unbound") and len(lab.smsc.find("nacked", status=2)) == 3
    copies = sum(len(p.received()) - 1 for p in phones)
    assert copies <= WINDOW * len(ways), copies
    assert lab.assert_sound()["received"]["sms"] == len(lab.cases()) == len(phones)


@in_lab(**BREAKS)
def test_a_frame_of_64_kb_and_half_a_pdu(lab):
    """A frame of 64 KB is a text like any other; half a PDU holds nobody up: the silent link is given up, and the text comes again"""
    long = lab.phone(ANA)
    long.text("Pukla je cev u Svetosavskoj 14. " + "voda tece " * 6500, payload=True)
    long.expect(NUMBER)
    lab.smsc.ask("half", seconds=60)
    phones, ids = write(lab, 5)
    begin = time.monotonic()
    lab.smsc.wait_acknowledged(ids, 20)
    assert time.monotonic() - begin < 10
    for phone in phones:
        phone.expect(NUMBER)
    lab.assert_sound()


@in_lab(**SMPP)
def test_texts_and_receipts_by_data_sm(lab):
    """An SMSC that hands over by data_sm is understood as one that does by deliver_sm"""
    lab.smsc.behave(use_data_sm=True)
    answered_once(lab, *write(lab, 5))


@in_lab(**SMPP)
def test_broken_pdus(lab):
    """A deliver_sm without a body is acknowledged and in the quarantine, a command that nobody knows is nacked; the link lives on"""
    wait_bound(lab, 1)
    lab.smsc.ask("octets", hex="0000001000000005000000007ffffff0" + "000000100000ffff000000007ffffff1")
    lab.smsc.wait("it is nacked", lambda s: s.find("nacked", status=3, sequence=0x7ffffff1))
    lab.until("it is in the quarantine", lambda: len(lab.odziv("quarantine", "list")) == 1)
    answered_once(lab, *write(lab, 1), received=2)
    assert len(lab.smsc.find("bound")) == 1


@in_lab(**SMPP)
def test_refused_requests_by_generic_nack(lab):
    """A submit_sm that is answered by generic_nack is refused with that status, and leaves later"""
    lab.smsc.behave(nack_every=1)
    phones, _ = write(lab, 1)
    row = lab.until("the row waits", lambda: [r for r in lab.rows("--state", "queued") if r["attempts"]])[0]
    assert row["error"] and not phones[0].received(), row


@in_lab(**{**SMPP, "serve": ("smsc",)})
def test_a_slow_disk_acknowledges_nothing_early(lab):
    """While a commit takes two seconds nothing is acknowledged, the SMSC's enquiries are answered, and what it repeats meanwhile is known"""
    disk = SlowDisk(lab)
    wait_bound(lab, 1)
    lab.smsc.behave(resend_ms=800, enquire_ms=200)
    disk.slow(2000)
    phones, ids = write(lab, 5)
    time.sleep(1.5)
    assert not lab.smsc.acknowledged(), "acknowledged before the commit"
    lab.smsc.wait_acknowledged(ids)
    disk.fast()
    answered_once(lab, phones, ids)
    alive = lab.smsc.find("alive")
    assert len(alive) >= 5 and max(e["ms"] for e in alive) < 1000, alive


@in_lab(**{**BREAKS, "serve": ("smsc",)})
def test_a_death_after_the_commit(lab):
    """Killed between the commit and deliver_sm_resp: the SMSC sends it again by another sequence number, and it is known"""
    for n, point in enumerate(("before-commit", "after-commit-before-ack", "after-claim", "after-send", "receipt-committed")):
        lab.odzivd.die_at(point)
        phones, ids = write(lab, 1, n)
        lab.odzivd.wait_dead()
        lab.odzivd.start()
        lab.smsc.wait_acknowledged(ids)
        phones[0].expect(NUMBER, 15)
        all_arrived(lab, n + 1)
        lab.odzivd.stop()
    lab.odzivd.start()
    assert lab.assert_sound()["received"]["sms"] == len(lab.cases()) == n + 1
