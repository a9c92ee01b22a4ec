# SPDX-License-Identifier: GPL-3.0-or-later
"""The links to one SMSC and to several: binds, pairs, fail-over and return, outbind, enquiries, restarts."""
import time

from process import free_ports
from stories import in_lab
from test_day import NUMBER, report
from test_smpp_faults import all_arrived, answered_once, channel, wait_bound, write

QUICK = {"desk": {"unsure_wait": "1s"}, "smpp": {"response_wait": "1s"}}
REFUSALS = (0x0D, 0x0E, 0x05)


def bound_modes(lab):
    return sorted(link["mode"] for link in lab.smsc.state()["links"])


@in_lab(link="smpp", conf={"smpp": {"bind": "pairs", "links": 2}})
def test_pairs(lab):
    """With bind = pairs texts leave by transmitters and come by receivers, two of each"""
    lab.until("all are bound", lambda: bound_modes(lab) == ["bind_receiver"] * 2 + ["bind_transmitter"] * 2)
    answered_once(lab, *write(lab, 40))
    links = lab.smsc.state()["links"]
    assert all((link["submits"] > 0) == (link["mode"] == "bind_transmitter") for link in links), links


@in_lab(link="smpp", conf={**QUICK, "smpp": {"links": 3, "response_wait": "1s"}})
def test_several_links(lab):
    """Three links share the load; receipts may come by another link than the text left by; one that breaks takes nothing along"""
    wait_bound(lab, 3)
    lab.smsc.behave(receipt_link="other")
    phones, ids = write(lab, 60)
    answered_once(lab, phones, ids)
    links = lab.smsc.state()["links"]
    assert len(links) == 3 and all(link["submits"] > 5 for link in links), links
    lab.smsc.ask("drop", link=links[0]["number"])
    more, ids = write(lab, 20, 100)
    lab.smsc.wait_acknowledged(ids)
    for phone in more:
        phone.expect(NUMBER)
    wait_bound(lab, 4)
    all_arrived(lab, 80)
    assert len(channel(lab)["links"]) == 3


@in_lab(link="smpp", conf=QUICK)
def test_a_silent_smsc_is_left(lab):
    """An SMSC that doesn't answer enquire_link is left and bound again; its own enquiries are answered"""
    wait_bound(lab, 1)
    lab.smsc.ask("enquire")
    lab.smsc.wait("we are alive", lambda s: s.find("alive"))
    lab.smsc.behave(answer_enquire=False)
    lab.smsc.wait("the link is given up", lambda s: s.find("lost"), 15)
    lab.smsc.behave(answer_enquire=True)
    wait_bound(lab, 2)
    report(lab, lab.phone("+381641234567"))


@in_lab(link="smpp", serve=("smsc",))
def test_refused_binds(lab):
    """A refused bind is said in status with what to do, and isn't tried again and again; after a reload with the right password it is bound"""
    for status in REFUSALS:
        lab.smsc.behave(bind_status=status)
        before = len(lab.smsc.find("bind"))
        lab.odzivd.start()
        lab.until("status says it", lambda: channel(lab)["state"] == "down" and any(f"0x{status:02x}" in f for f in channel(lab)["faults"]))
        time.sleep(3)
        assert len(lab.smsc.find("bind")) - before == 1, lab.smsc.find("bind")[before:]
        lab.odzivd.stop()
    lab.smsc.behave(bind_status=0)
    lab.odzivd.secret("smpp_password", "wrong")
    lab.odzivd.start()
    lab.smsc.wait("the wrong password is refused", lambda s: s.find("bind", status=0x0E, system_id="odziv")[1:])
    lab.odzivd.secret("smpp_password", "lab")
    lab.odzivd.process.signal(1)
    report(lab, lab.phone("+381641234567"))
    lab.until("the fault is gone", lambda: channel(lab)["state"] == "up" and not channel(lab)["faults"])


@in_lab(link="smpp", smscs=2, conf=QUICK)
def test_fail_over_and_return(lab):
    """When the first SMSC is gone the second one is used, and the first again as soon as it works again; no text is lost"""
    first, second = lab.smscs
    wait_bound(lab, 1)
    report(lab, first.phone("+381640000001"))
    first.ask("door", open=False)
    second.wait("the second one is bound", lambda s: s.find("bound"), 15)
    phone = second.phone("+381640000002")
    second.wait_acknowledged(phone.text("Pukla je cev u Svetosavskoj 2"))
    phone.expect(NUMBER)
    assert channel(lab)["state"] in ("up", "degraded")
    first.ask("door", open=True)
    wait_bound(lab, 2, 30)
    report(lab, first.phone("+381640000003"))
    assert not second.phone("+381640000003").received()
    all_arrived(lab, 3)
    lab.assert_sound()


@in_lab(link="smpp", conf=QUICK)
def test_a_restart_with_receipts_outstanding(lab):
    """Receipts that come after a stop, and after a kill, of odzivd settle the rows that were sent before"""
    lab.smsc.behave(receipt_ms=1500)
    for n, end in enumerate((lab.odzivd.stop, lab.odzivd.kill)):
        phones, ids = write(lab, 20, 100 * n)
        for phone in phones:
            phone.expect(NUMBER)
        lab.until("all answers are noted", lambda: not lab.rows("--state", "sending"))
        end()
        time.sleep(1.6)     # the receipts are due while nobody is there
        lab.odzivd.start()
        all_arrived(lab, 20 * (n + 1))
    assert len(lab.smsc.find("text")) == 40
    lab.assert_sound()


@in_lab(link="smpp", serve=("smsc",))
def test_outbind(lab):
    """An SMSC that calls us is answered by a bind on its own connection, and texts come in by it"""
    (port,) = free_ports(1, lab.ports.values())
    lab.odzivd.write_conf(smpp={"outbind_listen": f"127.0.0.1:{port}", "outbind_peers": "127.0.0.1"})
    lab.odzivd.start()
    wait_bound(lab, 1)
    lab.smsc.ask("outbind", port=port)
    wait_bound(lab, 2)
    report(lab, lab.phone("+381641234567"))


@in_lab(link="smpp", conf={"smpp": {"rate": 20}})
def test_a_rate_is_kept(lab):
    """With rate = 20 no second sees more than that, and all leave"""
    phones, ids = write(lab, 60)
    lab.smsc.wait_acknowledged(ids)
    lab.smsc.wait("all have left", lambda s: len(s.find("segment")) == 60, 15)
    at = sorted(e["at"] for e in lab.smsc.find("segment"))
    worst = max(sum(1 for t in at if begin <= t < begin + 1000) for begin in at)
    assert worst <= 25, f"{worst} in a second"
    assert at[-1] - at[0] < 6000
