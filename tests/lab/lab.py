# SPDX-License-Identifier: GPL-3.0-or-later
"""lab - the one fixture of all stories with real servers.

A Lab is a temporary folder, free ports, an SMSC with phones, Kannel and odzivd. It starts what a
story needs and stops exactly what it started. With link="smpp" there is no Kannel: odzivd meets the SMSC
itself, or several of them. With mail=True it has a real Dovecot and a real Postfix as well, and odzivd a
channel "mail" beside that of the phones.

    with Lab(build, modules) as lab:
        lab.start()
        ana = lab.phone("+381641234567")
        ana.text("pukla cev u Svetosavskoj 14")
        number = ana.expect(r"SP-\\d{4}-\\d{6}").group(0)
        assert lab.case(number)["category"] == "VOD"
"""
import os
import shutil
import tempfile

from gateway import Gateway
from kannel import BOX_ID, Kannel, STATUS_PASSWORD
from mail_dovecot import PASSWORD as MAIL_PASSWORD
from mail_servers import MailServers, OWN_DOMAIN
from process import Failure, free_ports, until
from smsc import ESME, PASSWORD as SMSC_PASSWORD, SHORT_CODE, Smsc
from stunnel import Stunnel

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SECRET = "laboratory-secret"
CHANNELS = {"box": "kannel", "http": "kannel", "smpp": "smpp", "simulator": "phones"}    # by link, how the phones' channel is called


def copy_readable(source, target):
    """For everybody, although the source tree may be its owner's alone (a clone under umask 077)."""
    for folder, _, files in os.walk(source):
        there = os.path.normpath(os.path.join(target, os.path.relpath(folder, source)))
        os.makedirs(there)
        for name in files:
            shutil.copyfile(os.path.join(folder, name), os.path.join(there, name))


class Lab:
    """link: box, http, smpp (no Kannel), or simulator (no server at all). smscs: how many, in the order in which odzivd prefers
    them. tls: the way to the SMSC goes through stunnel. conf: {"section": {"key": value}} on top of ours. kannel: settings of
    kannel.py. mail: True, or settings of mail_servers.py. serve: what start() brings up, in order."""

    def __init__(self, build, modules, link="box", smscs=1, tls=False, conf=None, kannel=None, mail=None, profile="stara-pazova",
                 serve=("smsc", "stunnel", "kannel", "mail", "odzivd"), folder=None, keep=False):
        self.build, self.modules, self.link, self.keep = build, modules, link, keep
        os.umask(0o022)     # whom odzivd becomes must be able to read what we write
        self.folder = folder or tempfile.mkdtemp(prefix="odziv-lab.")
        self.ports = dict(zip(("admin", "box", "sendsms", "smsc", "http"), free_ports(5)))
        self.channel = CHANNELS[link]
        has = {"smsc": link != "simulator", "kannel": self.channel == "kannel", "stunnel": tls, "mail": mail, "odzivd": True}
        self.serve = [s for s in serve if has[s]]
        self.smscs = [Smsc(self.folder, port, modules, f"smsc{n}" if n else "smsc")
                      for n, port in enumerate([self.ports["smsc"]] + free_ports(smscs - 1, self.ports.values()))]
        self.smsc = self.smscs[0]
        self.kannel = Kannel(self.folder, [self.ports[p] for p in ("admin", "box", "sendsms")], self.ports["smsc"], link,
                             self.ports["http"], SECRET, **(kannel or {})) if has["kannel"] else None
        self.stunnel = Stunnel(self.folder, self.smsc.port) if tls else None
        self.mail = None
        if mail:
            self.ports.update(zip(MailServers.PORTS, free_ports(len(MailServers.PORTS), self.ports.values())))
            self.mail = MailServers(self.folder, self.ports, **(mail if isinstance(mail, dict) else {}))
        self.odzivd = Gateway(self.folder, build, self._sections(profile))
        self._profile(profile)
        self._secrets()
        self.odzivd.write_conf(**(conf or {}))
        self.odzivd.make_state()

    # ---- configuration

    def _sections(self, profile):
        state = os.path.join(self.folder, "state")
        return {
            "odziv": {"profile": f"profiles/{profile}", "state_dir": state},
            "store": {"map_size": "64M"},
            "http": {"http_listen": f"127.0.0.1:{self.ports['http']}"},
            **self._channel(),
            **({"mail": self.mail.section()} if self.mail else {}),
        }

    def _channel(self):
        if self.link == "simulator":
            return {"phones": {"type": "simulator", "from": SHORT_CODE}}
        if self.link == "smpp":
            return {"smpp": {"type": "smpp", "from": SHORT_CODE, "smsc": self.smsc_addresses(), "system_id": ESME, "system_type": "lab",
                             "password_file": "smpp_password", "enquire_every": "1s", "response_wait": "2s"}}
        common = {"type": "kannel", "link": self.link, "from": SHORT_CODE, "status_url": self.kannel.status_url, "status_every": "1s",
                  "status_password_file": "status_password", "kannel_conf": self.kannel.conf_path}
        if self.link == "box":
            return {"kannel": {**common, "host": "127.0.0.1", "port": self.ports["box"], "box_id": BOX_ID}}
        return {"kannel": {**common, "sendsms_url": f"http://127.0.0.1:{self.ports['sendsms']}/cgi-bin/sendsms", "username": "gw",
                           "password_file": "sendsms_password", "secret_file": "callback_secret", "peers": "127.0.0.1",
                           "dlr_url_base": f"http://127.0.0.1:{self.ports['http']}"}}

    def smsc_addresses(self):
        ports = [self.stunnel.port] if self.stunnel else [smsc.port for smsc in self.smscs]
        return ", ".join(f"127.0.0.1:{port}" for port in ports)

    def _profile(self, profile):
        """A copy: whom odzivd becomes may not be able to read the source tree at a reload."""
        copy_readable(os.path.join(SOURCE, "conf", "profiles", profile), os.path.join(self.odzivd.conf, "profiles", profile))
        copy_readable(os.path.join(SOURCE, "templates", "texts"), os.path.join(self.odzivd.conf, "templates", "texts"))
        if self.mail:
            self._roster(os.path.join(self.odzivd.conf, "profiles", profile, "staff.tsv"))

    @staticmethod
    def _roster(path):
        """Everybody of the roster has a mailbox: ID@test.example."""
        with open(path, encoding="utf-8") as f:
            lines = f.read().splitlines()
        column = next(line.split("\t") for line in lines if line.startswith("id\t")).index("mail")
        with open(path, "w", encoding="utf-8") as f:
            for line in lines:
                fields = line.split("\t")
                if len(fields) > column and not line.startswith(("#", "id\t")):
                    fields[column] = f"{fields[0]}@{OWN_DOMAIN}"
                f.write("\t".join(fields) + "\n")

    def _secrets(self):
        for name, words in (("status_password", STATUS_PASSWORD), ("sendsms_password", "gwpw"), ("callback_secret", SECRET),
                            ("mail_password", MAIL_PASSWORD), ("smpp_password", SMSC_PASSWORD)):
            self.odzivd.secret(name, words)

    # ---- life

    def start(self):
        for name in self.serve:
            for part in self.smscs if name == "smsc" else [getattr(self, name)]:
                part.start()
        return self

    def stop(self):
        """Stops everything, even when one of them makes trouble; the first trouble is raised at the end."""
        troubles = []
        for part in (self.odzivd, self.mail, self.kannel, self.stunnel, *self.smscs):
            try:
                if part:
                    part.stop()
            except Exception as trouble:    # the others must still be stopped
                troubles.append(trouble)
        if troubles:
            raise troubles[0]

    def __enter__(self):
        return self

    def __exit__(self, kind, _value, _trace):
        try:
            self.stop()
        except Exception:
            if kind is None:
                raise
        finally:
            if not self.keep:
                shutil.rmtree(self.folder, ignore_errors=True)

    def logs(self):
        """The end of every log, for the reader of a failure."""
        processes = [self.odzivd.process] + [p for part in (self.kannel, self.stunnel) if part for p in part.logs()] \
            + [smsc.process for smsc in self.smscs] + (self.mail.processes() if self.mail else [])
        texts = []
        for process in processes:
            tail = process.tail()
            if tail:
                state = "running" if process.is_running() else f"ended with {process.popen.returncode}" if process.popen else "not started"
                texts.append(f"--- {process.name} ({state})\n{tail}")
        return "\n".join(texts)

    # ---- what stories say

    def phone(self, number, name=None):
        return self.smsc.phone(number, name)

    def person(self, address, name=None):
        return self.mail.person(address, name)

    def odziv(self, *words, **how):
        return self.odzivd.odziv(*words, **how)

    def one(self, *words, **how):
        objects = self.odziv(*words, **how)
        if len(objects) != 1:
            raise Failure(f"odziv {' '.join(map(str, words))} printed {len(objects)} objects, not one")
        return objects[0]

    def case(self, number):
        return self.one("case", "show", number)

    def cases(self, *options, limit=10000):
        return self.odziv("case", "list", "--limit", limit, *options)

    def rows(self, *options, limit=10000):
        return self.odziv("outbox", "list", "--limit", limit, *options)

    def until(self, what, check, within=10.0, every=0.05):
        return until(what, check, within, every, self.tend)

    def tend(self):
        if self.kannel:
            self.kannel.tend()

    def assert_sound(self):
        """What holds at the end of every story: the store is whole and the balance is balanced."""
        verified, balance = self.one("verify"), self.one("balance")
        if not verified["ok"] or verified["problems"]:
            raise Failure(f"verify: {verified['problems'][:5]}")
        outcomes = sum(balance["outcomes"].values())
        if not balance["balanced"] or sum(balance["received"].values()) != outcomes:
            raise Failure(f"balance: {balance}")
        return balance
