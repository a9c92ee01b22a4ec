# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_people - who writes and reads mails in a story: citizens and businesses by their own servers, clerks by
logging in at the town hall's.

    pera = lab.person("pera@citizen.example", "Pera Perić")
    pera.write("Rupa na putu", "U Svetosavskoj 14 je rupa.")
    ack = pera.expect(r"SP-\\d{4}-\\d{6}")
    pera.reply(ack, "Hvala")
"""
import email
import email.message
import email.policy
import email.utils
import functools
import imaplib
import re
import smtplib
import ssl
import time

from mail_certs import HOST
from mail_dovecot import PASSWORD
from process import Failure


class Mail:
    """One mail, as a person's program shows it."""

    def __init__(self, octets, uid=None):
        self.octets, self.uid = octets, uid

    @functools.cached_property
    def message(self):
        return email.message_from_bytes(self.octets, policy=email.policy.default)

    def __getitem__(self, header):
        return self.message[header]

    def all(self, header):
        return [str(value) for value in self.message.get_all(header, [])]

    @property
    def id(self):
        return self.message["Message-ID"].strip()

    @property
    def subject(self):
        return str(self.message["Subject"] or "")

    @property
    def text(self):
        body = self.message.get_body(("plain", "html"))
        return body.get_content().replace("\r\n", "\n") if body else ""

    @property
    def files(self):
        """name: octets of the attachments."""
        return {part.get_filename(): part.get_payload(decode=True) for part in self.message.iter_attachments()}

    @property
    def answer_to(self):
        return email.utils.parseaddr(str(self.message["Reply-To"] or self.message["From"]))[1]

    def has(self, pattern):
        return re.search(pattern, self.subject + "\n" + self.text, re.S)


def compose(sender, to, subject, text, files=(), **headers):
    """An ordinary mail. files: (name, type, octets). headers: In_Reply_To="…"; a value of None leaves the field out."""
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    fields = {"From": sender, "To": to, "Subject": subject, "Date": email.utils.formatdate(localtime=True),
              "Message-ID": email.utils.make_msgid(domain=email.utils.parseaddr(sender)[1].rpartition("@")[2])}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    for name, value in fields.items():
        if value is not None:
            message[name] = value
    message.set_content(text)
    for name, kind, octets in files:
        message.add_attachment(octets, *kind.split("/"), filename=name)
    return message.as_bytes()


class Mailbox:
    """A mailbox read by IMAP over verified TLS; its connection comes back by itself."""

    def __init__(self, servers, address):
        self.servers, self.address = servers, address
        self.imap = None
        self.known = {}     # (folder, validity, uid): Mail

    def _connected(self):
        if self.imap is None:
            context = ssl.create_default_context(cafile=self.servers.certificates.ca)
            self.imap = imaplib.IMAP4_SSL(HOST, self.servers.ports["imaps"], ssl_context=context, timeout=20)
            self.imap.login(self.address, PASSWORD)
        return self.imap

    def ask(self, work):
        """work(imap) on a live connection; tried again by a new one when the old one is dead."""
        for is_last in (False, True):
            try:
                return work(self._connected())
            except (OSError, imaplib.IMAP4.abort):
                self.close()
                if is_last:
                    raise

    def close(self):
        imap, self.imap = self.imap, None
        if imap:
            try:
                imap.shutdown()
            except OSError:
                pass    # it was dead

    def look(self, folder="INBOX"):
        """(UIDVALIDITY, the UIDs); nothing when there is no such folder."""
        def work(imap):
            answer, words = imap.select(f'"{folder}"', readonly=True)
            if answer != "OK" and folder == "INBOX":
                raise imaplib.IMAP4.abort(words[0].decode())    # Dovecot begins anew after some shocks
            if answer != "OK":
                return None, []
            return int(imap.untagged_responses["UIDVALIDITY"][0]), [int(uid) for uid in imap.uid("SEARCH", "ALL")[1][0].split()]
        return self.ask(work)

    def validity(self, folder="INBOX"):
        return self.look(folder)[0]

    def uids(self, folder="INBOX"):
        return self.look(folder)[1]

    def mails(self, folder="INBOX"):
        found = []
        validity, uids = self.look(folder)
        for uid in uids:
            key = (folder, validity, uid)
            if key not in self.known:
                data = self.ask(lambda imap, uid=uid: imap.uid("FETCH", str(uid), "(BODY.PEEK[])"))[1]
                if not data or not isinstance(data[0], tuple):
                    continue    # somebody took it away meanwhile
                self.known[key] = Mail(data[0][1], uid)
            found.append(self.known[key])
        return found

    def expunge(self, *uids, folder="INBOX"):
        """As another client does it."""
        def work(imap):
            imap.select(f'"{folder}"')
            imap.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", r"(\Deleted)")
            imap.expunge()
        self.ask(work)

    def append(self, octets, folder):
        """As another client puts a mail there; the folder is made when it isn't there."""
        def work(imap):
            imap.create(f'"{folder}"')
            answer, words = imap.append(f'"{folder}"', None, None, octets)
            if answer != "OK":
                raise Failure(f"{folder} of {self.address}: {words}")
        self.ask(work)

    def delete_folder(self, folder):
        return self.ask(lambda imap: imap.delete(f'"{folder}"'))


class Person:
    """A mailbox, and a way to write. What was read is passed by expect() in the order of arrival."""

    def __init__(self, servers, address, name, login):
        self.servers, self.address, self.name, self.login = servers, address, name, login
        self.mailbox = Mailbox(servers, address)
        self.read = 0

    @property
    def sender(self):
        return email.utils.formataddr((self.name, self.address))

    # ---- writing

    def write(self, subject, text, files=(), to=None, **headers):
        """An ordinary mail to the contact address, or to somebody else; gives it back."""
        to = to or self.servers.contact
        return self.send(compose(self.sender, to, subject, text, files, **headers), [email.utils.parseaddr(to)[1]])

    def reply(self, mail, text, quote=True, files=(), to=None, **headers):
        """As a mail program answers: own words above the quoted ones."""
        lines = [text]
        if quote:
            lines += ["", f"Dana {mail['Date']}, {mail['From']} je napisao/la:"] + ["> " + line for line in mail.text.splitlines()]
        subject = mail.subject if mail.subject.lower().startswith("re:") else "Re: " + mail.subject
        threads = {"In_Reply_To": mail.id, "References": " ".join(filter(None, (mail["References"], mail.id)))}
        return self.write(subject, "\n".join(lines) + "\n", files, to or mail.answer_to, **{**threads, **headers})

    def send(self, octets, to, mail_from=None):
        """Raw octets to these envelope addresses, by the way that is this person's."""
        with self.connect() as smtp:
            smtp.sendmail(self.address if mail_from is None else mail_from, to, octets)
        return Mail(octets)

    def connect(self):
        """A connection that is ready for a mail: of a clerk to the submission, of others from their server to ours."""
        port = self.servers.ports["submission" if self.login else "mx"]
        smtp = smtplib.SMTP(HOST, port, local_hostname=self.address.rpartition("@")[2], timeout=20)
        smtp.ehlo()
        if not self.login and smtp.has_extn("starttls"):
            smtp.starttls()     # from server to server nobody asks who signed
        if self.login:
            smtp.starttls(context=ssl.create_default_context(cafile=self.servers.certificates.ca))
            smtp.login(self.address, PASSWORD)
        return smtp

    # ---- reading

    def mails(self):
        return self.mailbox.mails()

    def expect(self, pattern, within=10.0, tend=None):
        """The next mail that arrives must match (subject and text); gives it. Earlier ones were expected before."""
        end = time.monotonic() + within
        while True:
            mails = self.mails()
            if len(mails) > self.read:
                break
            if time.monotonic() > end:
                raise Failure(f"after {within:g} s still no mail for {self.address} that matches {pattern!r}; it has {[m.subject for m in mails]}")
            if tend:
                tend()
            time.sleep(0.05)
        mail = mails[self.read]
        self.read += 1
        if not mail.has(pattern):
            raise Failure(f"{self.address} got {mail.subject!r}, {mail.text!r}, which doesn't match {pattern!r}")
        return mail

    def expect_silence(self, seconds):
        time.sleep(seconds)
        new = self.mails()[self.read:]
        if new:
            raise Failure(f"{self.address} got {new[0].subject!r}, and nothing was expected")
