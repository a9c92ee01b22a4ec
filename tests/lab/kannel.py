# SPDX-License-Identifier: GPL-3.0-or-later
"""kannel - bearerbox, and smsbox when a story needs it, with a configuration of their own."""
import os
import signal
import time
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

from process import Process, until
from smsc import ESME, SHORT_CODE

STATUS_PASSWORD = "statpw"
BOX_ID = "odziv"
MAX_PENDING_SUBMITS = 32     # texts that bearerbox may have on their way to the SMSC
MAX_PENDING_REQUESTS = 16    # requests of smsbox that we hold: what is lost when it dies
# bearerbox demands a group smsbox even when its only box is odzivd; so odzivd has a name, and a route.
BEARERBOX = """group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = adminpw
status-password = {status_password}
smsbox-port = {box}
smsbox-interface = 127.0.0.1
store-type = spool
store-location = {folder}/spool
dlr-storage = spool
dlr-spool = {folder}/dlr
sms-resend-freq = 1
smsbox-max-pending = 1000
sms-combine-concatenated-mo = {combine}
sms-combine-concatenated-mo-timeout = 300

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = {short_code}
max-pending-requests = {max_pending}
http-request-retry = 1000000
http-queue-delay = 1
http-timeout = {http_timeout}

group = smsc
smsc = smpp
smsc-id = LAB
host = 127.0.0.1
port = {smsc}
smsc-username = {esme}
smsc-password = lab
system-type = lab
transceiver-mode = true
reconnect-delay = 1
enquire-link-interval = 5
max-pending-submits = {max_submits}
"""
ROUTE = """
group = smsbox-route
smsbox-id = {box_id}
smsc-id = LAB
"""
SMSBOX = """
group = sendsms-user
username = gw
password = gwpw
concatenation = true
max-messages = 20

group = sms-service
keyword = default
catch-all = yes
max-messages = 0
omit-empty = true
get-url = "http://127.0.0.1:{http}/mo?{mo_query}"
"""
MO_QUERY = "key={secret}&id=%I&from=%p&to=%P&ts=%T&smsc=%i&coding=%c&charset=%C&dcs=%O&udh=%u&text=%b&acct=%o&meta=%D"


class Kannel:
    """link = "box": bearerbox alone, odzivd is its box. link = "http": with smsbox, which calls http_port."""

    def __init__(self, folder, ports, smsc_port, link="box", http_port=0, secret="", **settings):
        self.folder = os.path.join(folder, "kannel")
        self.admin, self.box, self.sendsms_port = ports
        self.link = link
        self.wants_smsbox = link == "http"
        for name in ("spool", "dlr"):
            os.makedirs(os.path.join(self.folder, name))
        self.conf_path = os.path.join(self.folder, "kannel.conf")
        self.max_pending = settings.get("max_pending", MAX_PENDING_REQUESTS)
        values = {"admin": self.admin, "box": self.box, "sendsms": self.sendsms_port, "smsc": smsc_port, "esme": ESME, "box_id": BOX_ID, "http": http_port,
                  "folder": self.folder, "status_password": STATUS_PASSWORD, "short_code": SHORT_CODE, "max_pending": MAX_PENDING_REQUESTS, "max_submits": MAX_PENDING_SUBMITS, "http_timeout": 300,
                  "combine": "true" if link == "http" else "false", "mo_query": MO_QUERY.format(secret=secret), **settings}
        with open(self.conf_path, "w", encoding="utf-8") as f:
            f.write((BEARERBOX + (SMSBOX if self.wants_smsbox else ROUTE)).format(**values))
        self.bearerbox = Process("bearerbox", ["/usr/sbin/bearerbox", "-v", "1", self.conf_path], self.folder)
        self.smsbox = Process("smsbox", ["/usr/sbin/smsbox", "-v", "1", self.conf_path], self.folder)

    @property
    def status_url(self):
        return f"http://127.0.0.1:{self.admin}/status.xml"

    def status(self):
        """The status page as a tree, None while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.status_url}?password={STATUS_PASSWORD}", timeout=3) as answer:
                return ElementTree.fromstring(answer.read())
        except (OSError, ElementTree.ParseError):
            return None

    def status_has(self, path, begin):
        tree = self.status()
        return tree is not None and any((e.text or "").startswith(begin) for e in tree.findall(path))

    def is_bound(self):
        return self.status_has("smscs/smsc/status", "online")

    def start(self):
        self.start_bearerbox()
        if self.wants_smsbox:
            self.start_smsbox()
        return self

    def start_bearerbox(self):
        self.bearerbox.start()
        until("bearerbox is bound to the SMSC", self.is_bound, 15, tend=self.bearerbox.must_run)

    def start_smsbox(self):
        self.smsbox.start()
        until("smsbox is at bearerbox", lambda: self.status_has("boxes/box/type", "smsbox"), 15, tend=self.tend)

    def tend(self):
        """smsbox ends whenever it loses bearerbox: it needs somebody who starts it again."""
        if self.wants_smsbox and self.smsbox.popen and not self.smsbox.is_running() and self.bearerbox.is_running():
            time.sleep(0.1)
            self.smsbox.start()

    def kill_bearerbox(self):
        self.bearerbox.kill()
        self.start_bearerbox()

    def kill_smsbox(self):
        self.smsbox.kill()
        self.start_smsbox()

    def stop(self):
        """A box with unanswered messages takes ten seconds to leave; nobody needs its folder any more."""
        self.wants_smsbox = False
        boxes = [p for p in (self.smsbox, self.bearerbox) if p.is_running()]
        for box in boxes:
            box.signal(signal.SIGTERM)
        end = time.monotonic() + 1
        while time.monotonic() < end and any(b.is_running() for b in boxes):
            time.sleep(0.02)
        for box in boxes:
            box.kill()

    def sendsms(self, to, text):
        query = urllib.parse.urlencode({"username": "gw", "password": "gwpw", "to": to, "text": text, "charset": "UTF-8", "coding": 2})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.sendsms_port}/cgi-bin/sendsms?{query}", timeout=10) as answer:
            return answer.status

    def logs(self):
        return [self.bearerbox] + ([self.smsbox] if self.link == "http" else [])
