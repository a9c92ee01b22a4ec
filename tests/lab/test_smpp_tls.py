# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPP through stunnel, with the lines of odziv-smpp(7): what is right works, and a wrong certificate is refused before a word of ours."""
from stories import in_lab
from test_day import report
from test_smpp_faults import channel

REFUSED = "certificate verify failed"
WRONG = ("wrong_host", "expired", "self_signed", "wrong_ca")


@in_lab(link="smpp", tls=True, conf={"smpp": {"response_wait": "1s"}})
def test_a_tunnel_is_verified(lab):
    """Through a verified tunnel texts come and go; with a wrong host, an expired, a self-signed or a strange certificate nobody binds"""
    report(lab, lab.phone("+381640000001"))
    for kind in WRONG:
        lab.odzivd.stop()
        lab.stunnel.present(kind)
        binds, refusals = len(lab.smsc.find("bind")), lab.stunnel.ours.log().count(REFUSED)
        lab.odzivd.start()
        lab.until(f"{kind} is refused", lambda refusals=refusals: lab.stunnel.ours.log().count(REFUSED) > refusals)
        lab.until("the channel is down", lambda: channel(lab)["state"] == "down")
        assert len(lab.smsc.find("bind")) == binds, kind
    lab.stunnel.present("right")
    report(lab, lab.phone("+381640000002"))
    assert channel(lab)["state"] == "up"
    lab.assert_sound()
