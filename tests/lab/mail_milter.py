# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_milter - what Rspamd or OpenDMARC are to a real Postfix: says in Authentication-Results what is known of a sender.

In the laboratory there is no DNS, so a server that names itself (HELO) as its domain is believed: a mail whose From
is of that domain passes, any other fails. Nobody outside may write as the town hall itself. The protocol is that of
sendmail's libmilter, version 6, with what Postfix sends and needs of it.
"""
import contextlib
import email.utils
import socketserver
import struct
import threading

VERSION = 6
ADD_HEADERS = 0x01
NO_CONNECT, NO_RCPT, NO_BODY, NO_EOH = 0x01, 0x08, 0x10, 0x40
CONTINUE, INSERT_HEADER = b"c", b"i"


class Envelope:
    def __init__(self, helo=""):
        self.helo, self.senders = helo, []


class Session(socketserver.StreamRequestHandler):
    """One connection of an smtpd: commands come as (length, letter, octets)."""

    def handle(self):
        with contextlib.suppress(ConnectionError):    # its smtpd was killed
            self._serve()

    def _serve(self):
        mail = Envelope()
        while True:
            head = self.rfile.read(5)
            if len(head) < 5:
                return
            size, letter = struct.unpack(">Ic", head)
            octets = self.rfile.read(size - 1)
            if letter == b"Q":
                return
            if letter == b"O":
                self._say(b"O", struct.pack(">III", VERSION, ADD_HEADERS, NO_CONNECT | NO_RCPT | NO_BODY | NO_EOH))
            elif letter in b"DA":    # macros; the next mail by the same connection: neither is answered
                mail = Envelope(mail.helo) if letter == b"A" else mail
            else:
                mail = self._on_command(letter, octets, mail)

    def _on_command(self, letter, octets, mail):
        words = octets.decode("utf-8", "replace").split("\0")
        if letter == b"H":
            mail.helo = words[0].lower()
        elif letter == b"M":
            mail = Envelope(mail.helo)
        elif letter == b"L" and words[0].lower() == "from":
            mail.senders += [address for _, address in email.utils.getaddresses([words[1]]) if address]
        elif letter == b"E" and self.server.answers:
            line = self.server.result(mail)
            self._say(INSERT_HEADER, struct.pack(">I", 0) + b"Authentication-Results\0" + line.encode() + b"\0")
        self._say(CONTINUE)
        return mail

    def _say(self, letter, octets=b""):
        self.wfile.write(struct.pack(">I", len(octets) + 1) + letter + octets)
        self.wfile.flush()


class Milter(socketserver.ThreadingTCPServer):
    """answers = False: a server that writes no Authentication-Results at all."""
    allow_reuse_address = daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, authserv_id, own_domain):
        super().__init__(("127.0.0.1", port), Session)
        self.authserv_id, self.own_domain, self.answers = authserv_id, own_domain, True
        self.is_serving = False

    def start(self):
        self.is_serving = True
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def stop(self):
        if self.is_serving:     # else nobody would ever end what shutdown() waits for
            self.shutdown()
        self.server_close()

    def result(self, mail):
        """A stranger's server signs what it sends by its own name, whatever stands in From."""
        domains = {address.rpartition("@")[2].lower() for address in mail.senders}
        is_signed = mail.helo != self.own_domain
        is_aligned = is_signed and domains == {mail.helo} and len(mail.senders) == 1
        return f"{self.authserv_id}; dkim={'pass' if is_signed else 'fail'} header.d={mail.helo}; " \
            f"dmarc={'pass' if is_aligned else 'fail'} header.from={','.join(sorted(domains)) or 'none'}"
