#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""storm - many texts while servers are killed: nothing that was accepted is lost, nothing is answered twice
but for what was on its way at a kill.

    storm.py --build DIR --modules DIR [--link box|http] [--texts 2000] [--kills 20] [--bearerbox-kills 5]
             [--stops 0] [--stop-seconds 60] [--smsbox-kills 0] [--seed N]

The instants come from the seed, which is printed. test_storm.py tells short forms of the same.
"""
import argparse
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from kannel import MAX_PENDING_SUBMITS      # noqa: E402
from lab import Lab                         # noqa: E402
from process import Failure                 # noqa: E402

WINDOW = 10
# Nothing may hold a text back, and what is unsure is sent again at once.
CONF = {"desk": {"unsure_wait": "1s"}, "kannel": {"window": WINDOW},
        "budget": {"segments_hour": 0, "segments_day_all": 0, "auto_replies_hour": 0, "segments_day": 0}}
# smsbox notices some connections that were cut off by kill -9 only after its http-timeout: until then their texts wait in it.
HTTP_CONF = {**CONF, "kannel": {"window": WINDOW, "hold_max": "20s"}}
HTTP_KANNEL = {"http_timeout": 30}
STREETS = ("Svetosavskoj", "Njegosevoj", "Karadjordjevoj", "Dositejevoj")


def texts(count, first=0):
    return [(f"+38164{first + n:07d}", f"Pukla je cev u {STREETS[n % len(STREETS)]} {n + 1}, voda tece po trotoaru") for n in range(count)]


class Storm:
    """events: what happens, as (index of the text behind which it happens, method's name)."""

    def __init__(self, lab, count, seed, **events):
        self.lab, self.count, self.rng = lab, count, random.Random(seed)
        self.stop_seconds = events.pop("stop_seconds", 3)
        self.plan = sorted((self.rng.randrange(count // 20, count), kind) for kind, n in events.items() for _ in range(n))
        self.ids, self.begin, self.did = [], time.monotonic(), []

    # ---- what may happen

    def kill(self):
        self.lab.odzivd.kill()
        self.lab.odzivd.start()

    def kill_bearerbox(self):
        self.lab.kannel.kill_bearerbox()

    def kill_smsbox(self):
        self.lab.kannel.kill_smsbox()

    def stop(self):
        """A polite stop for a while: with the HTTP link Kannel is refused, or waits at the socket that others hold."""
        self.lab.odzivd.process.stop()
        self._pass(self.stop_seconds)
        self.lab.odzivd.start()

    def kill_smsbox_while_stopped(self):
        """The worst: smsbox dies while odzivd isn't there."""
        self.lab.odzivd.process.stop()
        self._pass(1)
        self.lab.kannel.kill_smsbox()
        self._pass(1)
        self.lab.odzivd.start()

    def _pass(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.lab.tend()
            time.sleep(0.05)

    # ---- the run

    def blow(self):
        """Puts all texts into the network, at a pace that outlasts the plan, and lets happen what is planned when that many
        were accepted by bearerbox."""
        self.lab.smsc.behave(pace=max(60, self.count // max(1, len(self.plan))), window=100, submit_ms=50)
        self.ids = [i for one in self.lab.smsc.send_many(texts(self.count)) for i in one]
        for index, kind in self.plan:
            self.lab.smsc.wait(f"{index} texts are accepted", lambda s, index=index: len(s.acknowledged()) >= index, 120, self.lab.tend)
            time.sleep(self.rng.uniform(0, 0.1))
            self.did.append(f"{kind}@{index}")
            getattr(self, kind)()
        self.lab.smsc.wait_acknowledged(self.ids, 240, self.lab.tend)
        self.lab.smsc.behave(pace=0, submit_ms=0)

    def settle(self, may_lose=0, within=180):
        """Until each text that isn't lost was answered, and nothing is on its way any more."""
        wanted = self.count - may_lose

        def on_the_way():
            return {state: n for state in ("queued", "sending", "unsure") if (n := len(self.lab.rows("--state", state)))}
        try:
            self.lab.until("quiet", lambda: len(self.answered_phones()) >= wanted and not on_the_way(), within, 0.5)
        except Failure:
            raise Failure(f"after {within} s {len(self.answered_phones())} of {wanted} texts are answered, on the way are {on_the_way()}; "
                          f"{len(self.lab.cases())} cases; {self.did}") from None

    def answered_phones(self):
        return {e["to"].lstrip("+") for e in self.lab.smsc.find("text")}

    def judge(self, may_lose=0, may_repeat=None):
        """Each accepted text is one case with one answer; gives what was seen in words and numbers."""
        contacts = [c["contact"] for c in self.lab.cases()]
        wrote = {"sms:" + sender for sender, _ in texts(self.count)}
        lost = wrote - set(contacts)
        copies = len(self.lab.smsc.find("text")) - len(self.answered_phones())
        balance = self.lab.assert_sound()
        report = {"texts": self.count, "cases": len(contacts), "lost": len(lost), "copies": copies, "repeats": balance["repeats"],
                  "events": self.did, "seconds": round(time.monotonic() - self.begin, 1)}
        kills = len([d for d in self.did if d.startswith(("kill@", "stop@"))])
        boxes = len([d for d in self.did if d.startswith("kill_bearerbox@")])
        allowed = kills * WINDOW + boxes * MAX_PENDING_SUBMITS if may_repeat is None else may_repeat
        for wrong, words in ((len(contacts) != len(set(contacts)), "a text became two cases"), (len(lost) > may_lose, f"more than {may_lose} lost"),
                             (set(contacts) - wrote, "a case of nobody"), (copies > allowed, f"more than {allowed} copies"),
                             (balance["received"]["sms"] != self.count - len(lost), "the balance counts otherwise")):
            if wrong:
                raise Failure(f"{words}: {report}, {balance}")
        return report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--modules", required=True)
    parser.add_argument("--link", default="box", choices=("box", "http"))
    parser.add_argument("--socket", action="store_true", help="the listening socket outlives odzivd (LISTEN_FDS)")
    for name, default in (("texts", 2000), ("kills", 20), ("bearerbox-kills", 5), ("stops", 0), ("stop-seconds", 60), ("smsbox-kills", 0),
                          ("smsbox-kills-while-stopped", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    is_http = options.link == "http"
    with Lab(os.path.abspath(options.build), os.path.abspath(options.modules), link=options.link, conf=HTTP_CONF if is_http else CONF,
             kannel=HTTP_KANNEL if is_http else None, serve=("smsc", "kannel")) as lab:
        if options.socket:
            lab.odzivd.hold_socket(lab.ports["http"])
        lab.start()
        lab.odzivd.start()
        storm = Storm(lab, options.texts, options.seed, kill=options.kills, kill_bearerbox=options.bearerbox_kills, stop=options.stops,
                      kill_smsbox=options.smsbox_kills, kill_smsbox_while_stopped=options.smsbox_kills_while_stopped, stop_seconds=options.stop_seconds)
        may_lose = options.texts if options.smsbox_kills_while_stopped else lab.kannel.max_pending * options.smsbox_kills
        try:
            storm.blow()
            if options.smsbox_kills_while_stopped:
                storm._pass(10)
            storm.settle(may_lose)
            print(storm.judge(may_lose))
        except Failure as failure:
            print(f"{lab.logs()}\nFAILED (seed {options.seed}): {failure}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
