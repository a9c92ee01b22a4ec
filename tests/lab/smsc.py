# SPDX-License-Identifier: GPL-3.0-or-later
"""smsc - the phone network (smsc.js) as Python stories speak to it, and the phones on it.

A text goes into the network with Phone.text(); what reached a phone is read with Phone.expect().
Everything that happened is in Smsc.events, in order.
"""
import collections
import json
import os
import re
import socket
import threading
import time

from process import Failure, Process, until

HERE = os.path.dirname(os.path.abspath(__file__))
ESME = "odziv"
PASSWORD = "lab"
SHORT_CODE = "1955"


class Smsc:
    def __init__(self, folder, port, modules, name="smsc", pinned=()):
        """pinned: words before node, such as taskset's."""
        self.port = port
        script = os.path.join(HERE, "smsc", "smsc.js")
        self.process = Process(name, [*pinned, "node", script, str(port), ESME], folder, {"NODE_PATH": modules})
        self.events = []
        self._acknowledged = collections.defaultdict(set)   # by kind, and of all kinds under None: long storms ask often
        self.changed = threading.Condition()
        self._control = self._feed = None
        self._lock = threading.Lock()

    def start(self):
        self.process.start()
        until("the SMSC listens", lambda: "listening" in self.process.log(), 15, tend=self.process.must_run)
        self._control = socket.create_connection(("127.0.0.1", self.port)).makefile("rw", encoding="utf-8")
        self._feed = socket.create_connection(("127.0.0.1", self.port)).makefile("rw", encoding="utf-8")
        self._feed.write('{"op": "events"}\n')
        self._feed.flush()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def stop(self):
        if self.process.is_running():
            self.process.stop()

    def _listen(self):
        try:
            for line in self._feed:
                event = json.loads(line)
                if "event" in event:
                    with self.changed:
                        self.events.append(event)
                        if event["event"] == "resp" and event["status"] == 0:
                            self._acknowledged[event["kind"]].add(event["id"])
                            self._acknowledged[None].add(event["id"])
                        self.changed.notify_all()
        except (OSError, ValueError):
            pass    # the SMSC is being stopped

    def ask(self, op, **fields):
        with self._lock:
            self._control.write(json.dumps({"op": op, **fields}) + "\n")
            self._control.flush()
            answer = json.loads(self._control.readline())
        if not answer["ok"]:
            raise Failure(f"smsc: {op}: {answer['error']}")
        return answer

    def behave(self, **behaviour):
        return self.ask("set", behaviour=behaviour)["behaviour"]

    def state(self):
        return self.ask("state")

    def send(self, sender, text=None, to=SHORT_CODE, **how):
        """Puts a text into the network; gives the ids of its short messages. How: see smsc.js, shortMessages."""
        return self.ask("send", **{"from": sender, "to": to, **({} if text is None else {"text": text}), **how})["ids"]

    def send_many(self, texts, to=SHORT_CODE):
        """texts: (sender, text) pairs. One list of ids a text."""
        return self.ask("many", texts=[{"from": sender, "to": to, "text": text} for sender, text in texts])["ids"]

    def find(self, event, **fields):
        with self.changed:
            return [e for e in self.events if e["event"] == event and all(e.get(k) == v for k, v in fields.items())]

    def wait(self, what, check, within=10.0, tend=None):
        """Waits until check(self) is true, waking with each event."""
        end = time.monotonic() + within
        while True:
            with self.changed:
                answer = check(self)
                if answer:
                    return answer
                left = end - time.monotonic()
                if left <= 0:
                    raise Failure(f"after {within:g} s still not: {what}")
                self.changed.wait(min(left, 0.2))
            if tend:
                tend()

    def wait_acknowledged(self, ids, within=10.0, tend=None):
        """Until each of the ids was answered with status 0."""
        wanted = set(ids)
        self.wait(f"all {len(wanted)} short messages acknowledged", lambda s: wanted <= s._acknowledged[None], within, tend)

    def acknowledged(self, kind="mo"):
        """The ids that the gateway answered with status 0."""
        return set(self._acknowledged[kind])

    def phone(self, number, name=None):
        return Phone(self, number, name)


class Phone:
    """One telephone: writes to the short code, and keeps what it was sent in the order of arrival."""

    def __init__(self, smsc, number, name=None):
        self.smsc, self.number, self.name = smsc, number, name or number
        self.read = 0   # how many of the received texts expect() has passed

    @property
    def digits(self):
        return self.number.lstrip("+")

    def text(self, text, **how):
        return self.smsc.send(self.number, text, **how)

    def received(self):
        return [e for e in self.smsc.find("text") if e["to"].lstrip("+") == self.digits]

    def segments(self):
        return [e for e in self.smsc.find("segment") if e["to"].lstrip("+") == self.digits]

    def expect(self, pattern, within=10.0, tend=None):
        """The next text that arrives must match; gives the match. Earlier texts were expected before."""
        try:
            self.smsc.wait(f"a text on {self.name} that matches {pattern!r}", lambda _: len(self.received()) > self.read, within, tend)
        except Failure as failure:
            raise Failure(f"{failure}; it has {[e['text'] for e in self.received()]}") from None
        event = self.received()[self.read]
        self.read += 1
        match = re.search(pattern, event["text"], re.S)
        if not match:
            raise Failure(f"{self.name} got {event['text']!r}, which doesn't match {pattern!r}")
        return match

    def expect_silence(self, seconds):
        time.sleep(seconds)
        if len(self.received()) > self.read:
            raise Failure(f"{self.name} got {self.received()[self.read]['text']!r}, and nothing was expected")
