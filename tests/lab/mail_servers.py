# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_servers - the mail side of a laboratory: certificates, a real Dovecot, a real Postfix, people with mailboxes,
and the section of odziv.ini that knows them."""
from mail_certs import Certificates, HOST
from mail_dovecot import Dovecot, HOSTNAME, PASSWORD
from mail_people import Person
from mail_postfix import AUTHSERV, Postfix

OWN_DOMAIN = "test.example"
CONTACT = "kontakt@test.example"
FOREIGN_DOMAINS = ("citizen.example", "firma.example", "evil.example")
# Refused at once, and bounced later: nobody has these.
REFUSED, BOUNCING = "unknown@citizen.example", "gone@citizen.example"
DOVECOT_PORTS = ("imap", "imaps", "lmtp", "sasl")
POSTFIX_PORTS = ("mx", "submission", "smtps", "milter")


class MailServers:
    """settings: of Dovecot (fsync) and of Postfix (with_milter)."""
    PORTS = DOVECOT_PORTS + POSTFIX_PORTS

    def __init__(self, folder, ports, fsync="never", with_milter=True):
        self.ports, self.contact, self.people = ports, CONTACT, {}
        self.certificates = Certificates(folder)
        self.dovecot = Dovecot(folder, {name: ports[name] for name in DOVECOT_PORTS}, self.certificates, fsync)
        self.postfix = Postfix(folder, {name: ports[name] for name in POSTFIX_PORTS}, ports["lmtp"], ports["sasl"], self.certificates,
                               (OWN_DOMAIN, *FOREIGN_DOMAINS), OWN_DOMAIN, with_milter)
        self.dovecot.add(CONTACT)

    def person(self, address, name=None):
        """Who has this address, with a mailbox; those of the town hall log in to write."""
        if address not in self.people:
            self.dovecot.add(address)
            self.people[address] = Person(self, address, name or address.partition("@")[0], address.endswith("@" + OWN_DOMAIN))
        return self.people[address]

    def start(self):
        self.dovecot.start()
        self.postfix.start()
        return self

    def stop(self):
        for person in self.people.values():
            person.mailbox.close()
        self.postfix.stop()
        self.dovecot.stop()

    def section(self):
        """What odziv.ini says of them; the password stands in the file mail_password."""
        return {"type": "mail", "from": CONTACT, "ca_file": self.certificates.ca,
                "imap_host": HOST, "imap_port": self.ports["imaps"], "imap_tls": "tls", "imap_password_file": "mail_password",
                "smtp_host": HOST, "smtp_port": self.ports["submission"], "smtp_tls": "starttls", "smtp_user": CONTACT,
                "smtp_password_file": "mail_password", "authserv_id": AUTHSERV, "servers": f"{AUTHSERV}, {HOSTNAME}", "adopt": "all"}

    def processes(self):
        return [self.dovecot.process, self.postfix.process]
