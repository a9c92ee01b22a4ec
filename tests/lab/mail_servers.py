# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_servers - the mail side of a laboratory: certificates, a real Dovecot, a real Postfix, people with mailboxes,
and the section of odziv.ini that knows them."""
from mail_certs import Certificates, HOST
from mail_cutter import Cutter
from mail_dovecot import Dovecot, HOSTNAME, PASSWORD
from mail_people import Person
from mail_postfix import AUTHSERV, Postfix

OWN_DOMAIN = "test.example"
CONTACT = "kontakt@test.example"
FOREIGN_DOMAINS = ("citizen.example", "firma.example", "evil.example")
# Who has a mailbox from the beginning: Dovecot looks for new ones once a second, and a mail may be quicker.
STOCK = (*(f"{name}@{OWN_DOMAIN}" for name in ("kontakt", "koordinator", "dezurni", "operater", "vodovod", "cistoca")),
         *(f"{name}@citizen.example" for name in ("ana", "boris", "vera", "mile", "zuza", "pera", "prijatelj", "gone")),
         *(f"s{n}@citizen.example" for n in range(10)),
         "nabavka@firma.example", "mallory@evil.example", "vodovod@evil.example")
# Refused at once, and bounced later (once Dovecot was told to forget it).
REFUSED, BOUNCING = "unknown@citizen.example", "gone@citizen.example"
DOVECOT_PORTS = ("imap", "imaps", "lmtp", "sasl")
POSTFIX_PORTS = ("mx", "submission", "smtps", "milter")


class MailServers:
    """fsync: of Dovecot. with_milter: of Postfix. with_wires: odzivd reaches both by wires that can be cut."""
    PORTS = DOVECOT_PORTS + POSTFIX_PORTS + ("imap_wire", "smtp_wire")

    def __init__(self, folder, ports, fsync="never", with_milter=True, with_wires=False):
        self.ports, self.contact, self.people = ports, CONTACT, {}
        self.imap_wire = Cutter(ports["imap_wire"], ports["imaps"]) if with_wires else None
        self.smtp_wire = Cutter(ports["smtp_wire"], ports["submission"]) if with_wires else None
        self.certificates = Certificates(folder)
        self.dovecot = Dovecot(folder, {name: ports[name] for name in DOVECOT_PORTS}, self.certificates, fsync)
        self.postfix = Postfix(folder, {name: ports[name] for name in POSTFIX_PORTS}, ports["lmtp"], ports["sasl"], self.certificates,
                               (OWN_DOMAIN, *FOREIGN_DOMAINS), OWN_DOMAIN, with_milter)
        self.dovecot.add(*STOCK)

    def person(self, address, name=None):
        """Who has this address, with a mailbox; those of the town hall log in to write."""
        if address not in self.people:
            if address not in self.dovecot.quotas:
                self.dovecot.add(address)
            self.people[address] = Person(self, address, name or address.partition("@")[0], address.endswith("@" + OWN_DOMAIN))
        return self.people[address]

    def start(self):
        self.dovecot.start()
        self.postfix.start()
        for wire in filter(None, (self.imap_wire, self.smtp_wire)):
            wire.start()
        return self

    def stop(self):
        for person in self.people.values():
            person.mailbox.close()
        for wire in filter(None, (self.imap_wire, self.smtp_wire)):
            wire.stop()
        self.postfix.stop()
        self.dovecot.stop()

    def section(self):
        """What odziv.ini says of them; the password stands in the file mail_password."""
        imap, smtp = ("imap_wire", "smtp_wire") if self.imap_wire else ("imaps", "submission")
        return {"type": "mail", "from": CONTACT, "ca_file": self.certificates.ca,
                "imap_host": HOST, "imap_port": self.ports[imap], "imap_tls": "tls", "imap_password_file": "mail_password",
                "smtp_host": HOST, "smtp_port": self.ports[smtp], "smtp_tls": "starttls", "smtp_user": CONTACT,
                "smtp_password_file": "mail_password", "authserv_id": AUTHSERV, "servers": f"{AUTHSERV}, {HOSTNAME}", "adopt": "all"}

    def processes(self):
        return [self.dovecot.process, self.postfix.process]
