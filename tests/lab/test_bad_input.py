# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input at the HTTP port: the right status, no body, one line in the log, and nothing that Kannel would repeat for ever."""
import contextlib
import itertools
import os
import re
import socket
import time
from urllib.parse import quote

from lab import SECRET
from process import Failure, until
from stories import in_lab
from test_day import NUMBER, PIPE

GOOD = {"key": SECRET, "id": "11111111-2222-3333-4444-555555555555", "from": "+381641234567", "to": "1955", "ts": "1795554093", "smsc": "LAB",
        "coding": "0", "charset": "UTF-8", "dcs": "00", "udh": "", "text": PIPE, "acct": "", "meta": ""}
ALONE = {"link": "http", "serve": ("odzivd",)}


serial = itertools.count(1)


def query(**changes):
    """A good request's query, each with an id and a text of its own; None leaves a parameter out, a list gives it more than once."""
    n = next(serial)
    values = {**GOOD, "id": f"id-{n}", "text": f"{PIPE}, {n} put", **changes}
    pairs = [(k, one) for k, v in values.items() if v is not None for one in (v if isinstance(v, list) else [v])]
    return "&".join(f"{k}={one.raw if isinstance(one, Raw) else quote(one)}" for k, one in pairs)


class Raw:
    """Octets of a value that are sent as they stand."""

    def __init__(self, raw):
        self.raw = raw


def talk(lab, octets, within=15):
    """One connection, these octets, everything that comes back until the other side closes or has answered."""
    with socket.create_connection(("127.0.0.1", lab.ports["http"]), timeout=within) as s:
        with contextlib.suppress(ConnectionError):
            s.sendall(octets)
        answer = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            while more := s.recv(65536):
                answer += more
    return answer


def ask(lab, target, method="GET", body=b"", **headers):
    """Status and body of one request; status 0: closed without an answer."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *[f"{k}: {v}" for k, v in headers.items()]]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    answer = talk(lab, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    if not answer:
        return 0, b""
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), rest


def new_lines(lab, begin):
    return [line for line in lab.odzivd.process.log(whole=True)[begin:].splitlines() if "peer=" in line]


# What is wrong, what is sent, the status, and what becomes of it: quarantined, or None.
ROWS = (
    ("a wrong secret", {"target": "/mo?" + query(key="wrong")}, 403, None),
    ("no secret", {"target": "/mo?" + query(key=None)}, 403, None),
    ("a wrong path", {"target": "/nothing?" + query()}, 404, None),
    ("a wrong method", {"target": "/mo?" + query(), "method": "DELETE"}, 405, None),
    ("a body of 1 MB", {"target": "/mo?" + query(), "method": "POST", "body": b"x" * (1 << 20)}, 413, None),
    ("no sender", {"target": "/mo?" + query(**{"from": None})}, 200, "quarantine"),
    ("no text", {"target": "/mo?" + query(text=None)}, 200, "quarantine"),
    ("no id", {"target": "/mo?" + query(id=None)}, 200, "quarantine"),
    ("no coding", {"target": "/mo?" + query(coding=None)}, 200, "quarantine"),
    ("a sender twice", {"target": "/mo?" + query(**{"from": ["+381641234567", "+381641234568"]})}, 200, "quarantine"),
    ("a text twice", {"target": "/mo?" + query(text=["a", "b"])}, 200, "quarantine"),
    ("a text with a broken escape", {"target": "/mo?" + query(text=Raw("Rupa%4"))}, 200, "quarantine"),
    ("overlong UTF-8", {"target": "/mo?" + query(text=Raw("Rupa%C0%AF"))}, 200, "quarantine"),
    ("octets that are no UTF-8", {"target": "/mo?" + query(text=Raw("Rupa%E9+%FF"))}, 200, "quarantine"),
    ("a NUL in the text", {"target": "/mo?" + query(text=Raw("Rupa%00na+putu"))}, 200, "quarantine"),
    ("an oversized sender", {"target": "/mo?" + query(**{"from": "+" + "3" * 5000})}, 200, "quarantine"),
    ("an unknown coding", {"target": "/mo?" + query(coding="9")}, 200, "quarantine"),
)


@in_lab(**ALONE)
def test_each_bad_request_has_its_status(lab):
    """Each kind of bad request gets its status without a body, one line in the log, and is kept when it is a text"""
    wrong, kept = [], 0
    for words, request, status, fate in ROWS:
        begin = len(lab.odzivd.process.log(whole=True))
        got, body = ask(lab, **request)
        kept += fate == "quarantine"
        there = len(lab.odziv("quarantine", "list"))
        lines = new_lines(lab, begin)
        if (got, body, there) != (status, b"", kept) or len(lines) != 1:
            wrong.append(f"{words}: status {got} (want {status}), {len(body)} octets of body, {there} in quarantine (want {kept}), log {lines}")
            kept = there
    if wrong:
        raise Failure("\n".join(wrong))
    assert [a for a in lab.one("status")["alarms"] if re.search("secret|peer|403", a["name"] + a["text"])]
    assert lab.assert_sound()["received"]["sms"] == kept


@in_lab(**ALONE)
def test_a_huge_text_ends_in_a_case(lab):
    """Twenty UCS-2 parts joined by Kannel fit into a request: they are a case"""
    text = "Рупа на путу код школе. " * 55
    octets = text[:1340].encode("utf-16-be")
    status, body = ask(lab, "/mo?" + query(coding="2", charset="UTF-16BE", dcs="08", text=Raw("".join(f"%{b:02X}" for b in octets))))
    assert (status, body) == (200, b"")
    assert lab.cases()[0]["category"] == "PUT"


@in_lab(**ALONE, conf={"kannel": {"peers": "127.0.0.7"}})
def test_a_wrong_peer_is_refused(lab):
    """Whoever isn't among the peers gets 403, and an alarm is raised"""
    assert ask(lab, "/mo?" + query()) == (403, b"")
    assert lab.one("status")["alarms"] and not lab.cases()


@in_lab(**ALONE)
def test_slow_senders_are_closed(lab):
    """Headers that aren't complete within 10 s end the connection, while others are served"""
    with socket.create_connection(("127.0.0.1", lab.ports["http"]), timeout=20) as slow:
        begin = time.monotonic()
        slow.sendall(b"GET /mo?key=")
        for _ in range(8):
            time.sleep(0.5)
            slow.sendall(b"x")
            assert ask(lab, "/health")[0] == 200
        slow.settimeout(15)
        with contextlib.suppress(ConnectionError):
            assert slow.recv(100) == b""
        assert 8 < time.monotonic() - begin < 14, time.monotonic() - begin


@in_lab(**ALONE)
def test_five_hundred_connections(lab):
    """500 idle connections hinder nobody; above 512 nobody is accepted, and then they are again"""
    with contextlib.ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(socket.create_connection(("127.0.0.1", lab.ports["http"])))
        assert ask(lab, "/mo?" + query()) == (200, b"")
        for _ in range(40):
            stack.enter_context(socket.create_connection(("127.0.0.1", lab.ports["http"])))
        assert not talk(lab, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", within=1)
    until("health is answered again", lambda: ask(lab, "/health")[0] == 200, 5)
    files = os.listdir(f"/proc/{lab.odzivd.process.pid}/fd")
    assert len(files) < 60, f"{len(files)} descriptors are open still"
    lab.assert_sound()


@in_lab(link="http")
def test_a_real_text_after_all_that(lab):
    """Health is one line of JSON and metrics are OpenMetrics, before and after a text"""
    status, body = ask(lab, "/health")
    assert status == 200 and body.count(b"\n") == 1 and body.startswith(b"{")
    lab.phone("+381641234567").text(PIPE)
    lab.phone("+381641234567").expect(NUMBER)
    status, body = ask(lab, "/metrics")
    assert status == 200 and body.endswith(b"# EOF\n") and re.search(rb"^# TYPE odziv_", body, re.M), body[:300]
