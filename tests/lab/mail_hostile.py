# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_hostile - an IMAP and an SMTP server that lie, shout and hang up, as a real one can't be made to.

    imap = HostileImap(port, certificates).start()
    imap.add(octets)
    imap.way = "endless_lines"      # until it is None again; imap.hits counts how often it was taken

Without a way each is an honest, small server: one folder, the folders that others are moved to, any password.
TLS from the first byte, by the laboratory's right certificate.
"""
import contextlib
import re
import socket
import ssl
import threading
import time

STRANGE_UID = 77777     # of a mail that the folder never had
MANY = b"* OK still there\r\n" * 2000


class Server:
    """Accepts, one thread a connection; self.serve(connection) is its life."""

    def __init__(self, port, certificates):
        self.port, self.way, self.hits, self.connections = port, None, 0, 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificates.pair("right"))
        self._listener, self._open = None, set()

    def start(self):
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)   # close() alone doesn't wake accept()
        self._listener.close()
        self.hang_up()

    def hang_up(self):
        """On everybody."""
        for plain in list(self._open):
            with contextlib.suppress(OSError):
                plain.shutdown(socket.SHUT_RDWR)

    def takes(self, *ways):
        """One of these is the way now; counted."""
        if self.way not in ways:
            return False
        self.hits += 1
        return True

    def _accept(self):
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(plain,), daemon=True).start()

    def _one(self, plain):
        self.connections += 1
        with contextlib.suppress(OSError, ValueError), self.context.wrap_socket(plain, server_side=True) as connection:
            self._open.add(connection)
            try:
                self.serve(connection)
            finally:
                self._open.discard(connection)

    def serve(self, connection):
        raise NotImplementedError


def endlessly(say, octets, every=0.0):
    """Until the client has enough."""
    while True:
        say(octets)
        if every:
            time.sleep(every)


class HostileImap(Server):
    """ways: at a command of the client's; the comment says what they are."""

    WAYS = {
        # way: (command, what the status must say of it; None: the mail becomes a case in spite of it)
        "endless_greeting": ("greeting", "more than any answer"),
        "endless_login": ("LOGIN", "more than any answer"),
        "bye_storm": ("SELECT", "more than any answer|connection ended"),
        "bye_in_fetch": ("BODY", "connection ended|IMAP doesn't know"),
        "exists_beyond": ("SELECT", "more than any answer"),    # says 4294967295 mails, and gives as many UIDs as one will read
        "uid_beyond": ("SEARCH", None),                         # numbers that are none
        "endless_lines": ("FETCH", "more than any answer"),
        "endless_line": ("FETCH", "more than any answer"),
        "huge_literal": ("BODY", "more than any answer|IMAP doesn't know"),     # announced, and sent
        "longer_literal": ("BODY", "IMAP doesn't know"),        # than announced
        "shorter_literal": ("BODY", "connection ended"),
        "nul_octets": ("FETCH", "IMAP doesn't know|connection ended"),
        "wrong_numbers": ("FETCH", None),                       # sequence number 0
        "numbers_beyond": ("FETCH", None),                      # of mails that aren't there, expunged and told of
        "out_of_order": ("SEARCH", None),                       # UIDs and answers backwards, and twice
        "expunge_in_the_middle": ("BODY", None),
        "strange_mail": ("BODY", None),                         # one that nobody asked for
        "gone_while_moved": ("MOVE", None),                     # moved, and hung up instead of an answer
        "bye_storm_in_idle": ("IDLE", None),
        "news_storm_in_idle": ("IDLE", None),
    }

    def __init__(self, port, certificates):
        super().__init__(port, certificates)
        self.mails, self.folders, self.uid_next = {}, {}, 1
        self.lock = threading.Lock()

    def add(self, octets):
        with self.lock:
            self.mails[self.uid_next] = octets
            self.uid_next += 1

    def serve(self, connection):
        ImapSession(self, connection).serve()


class ImapSession:
    def __init__(self, server, connection):
        self.server, self.say, self.file = server, connection.sendall, connection.makefile("rb")

    def serve(self):
        if self.server.takes("endless_greeting"):
            endlessly(self.say, b"* OK " + b"x" * 65536)
        self.say(b"* OK [CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE] here\r\n")
        while line := self.file.readline(65536):
            tag, _, command = line.rstrip(b"\r\n").partition(b" ")
            if not self.on_command(tag, command.decode("latin-1")):
                return

    def ok(self, tag, words=b"OK done"):
        self.say(tag + b" " + words + b"\r\n")
        return True

    def on_command(self, tag, command):
        """False: hung up."""
        verb, _, rest = command.upper().removeprefix("UID ").partition(" ")
        handler = getattr(self, "on_" + verb.lower(), None)
        return handler(tag, rest) if handler else self.ok(tag)

    # ---- commands

    def on_capability(self, tag, _):
        self.say(b"* CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE\r\n")
        return self.ok(tag)

    def on_login(self, tag, _):
        if self.server.takes("endless_login"):
            endlessly(self.say, MANY)
        return self.ok(tag)

    def on_select(self, tag, _):
        exists = len(self.server.mails)
        if self.server.takes("bye_storm"):
            self.say(b"* BYE go away\r\n" * 50000)
            return False
        if self.server.takes("exists_beyond"):
            exists = 4294967295
        self.say(b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok\r\n" % (exists, self.server.uid_next))
        return self.ok(tag, b"OK [READ-WRITE] selected")

    def on_search(self, tag, _):
        uids = sorted(self.server.mails)
        if self.server.takes("out_of_order"):
            uids = uids[::-1] * 2
        if self.server.takes("uid_beyond"):
            uids += [99999999999999999999, -1]
        if self.server.way == "exists_beyond":
            self.say(b"* SEARCH")
            endlessly(self.say, b" 4000000000" * 5000)
        self.say(b"* SEARCH" + b"".join(b" %d" % uid for uid in uids) + b"\r\n")
        return self.ok(tag)

    def _chosen(self, words):
        chosen = set()
        for part in words.split(","):
            first, _, last = part.partition(":")
            chosen.update(range(int(first), int(last or first) + 1))
        with self.server.lock:
            return [(n, uid, octets) for n, (uid, octets) in enumerate(sorted(self.server.mails.items()), 1) if uid in chosen]

    @staticmethod
    def _answer(number, uid, octets, has_body, announced=None):
        about = b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "%s"' % (
            number, uid, len(octets), time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime()).encode())
        return about + (b" BODY[]<0> {%d}\r\n%s)\r\n" % (announced or len(octets), octets) if has_body else b")\r\n")

    def on_fetch(self, tag, rest):
        uids, _, what = rest.partition(" ")
        has_body, chosen = "BODY" in what, self._chosen(uids)
        self._shout()
        if has_body and chosen and not self._on_body(chosen):
            return False
        if self.server.way == "out_of_order":
            chosen = chosen[::-1] * 2
        for number, uid, octets in chosen:
            self.say(self._answer(number, uid, octets, has_body))
            if self.server.takes("expunge_in_the_middle"):
                self.say(b"* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n* 2 FETCH (FLAGS (\\Seen))\r\n")
        return self.ok(tag)

    def _shout(self):
        server = self.server
        if server.takes("endless_lines"):
            endlessly(self.say, b"* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n" * 2000)
        if server.takes("endless_line"):
            endlessly(self.say, b"x" * 65536)
        if server.takes("nul_octets"):
            self.say(b"* 1 FETCH (UID \0\0\0 RFC822.SIZE \0)\r\n" * 10)
        if server.takes("wrong_numbers"):
            self.say(b"* 0 FETCH (UID 0 RFC822.SIZE 0)\r\n* 0 EXPUNGE\r\n")
        if server.takes("numbers_beyond"):
            self.say(b"* 4294967295 EXPUNGE\r\n" * 100 + b"* 4294967295 FETCH (UID 4294967295 RFC822.SIZE 4294967295)\r\n* 0 EXISTS\r\n")

    def _on_body(self, chosen):
        """Before the true answer. False: hung up."""
        server, (number, uid, octets) = self.server, chosen[0]
        true = self._answer(number, uid, octets, True)
        if server.takes("huge_literal"):
            self.say(self._answer(number, uid, b"", True, 2147483647).partition(b"}\r\n")[0] + b"}\r\n")
            endlessly(self.say, b"x" * 65536)
        if server.takes("longer_literal"):
            self.say(self._answer(number, uid, octets + b"x" * 100, True, len(octets)))
        if server.takes("shorter_literal"):
            self.say(true[:len(true) - len(octets) // 2])
            return False
        if server.takes("bye_in_fetch"):
            self.say(true[:len(true) // 2] + b"\r\n* BYE shutting down\r\n")
            return False
        if server.takes("strange_mail"):
            self.say(self._answer(1, STRANGE_UID, b"From: strange@evil.example\r\nSubject: x\r\n\r\nPukla je cev.\r\n", True))
        return True

    def on_move(self, tag, rest):
        uids, _, folder = rest.partition(" ")
        for _, uid, octets in self._chosen(uids):
            with self.server.lock:
                self.server.mails.pop(uid, None)
                self.server.folders.setdefault(folder.strip('"').lower(), []).append(octets)
        return False if self.server.takes("gone_while_moved") else self.ok(tag)

    def on_idle(self, tag, _):
        self.say(b"+ idling\r\n")
        if self.server.takes("bye_storm_in_idle"):
            self.say(b"* BYE go away\r\n" * 50000)
            return False
        if self.server.takes("news_storm_in_idle"):
            endlessly(self.say, MANY)
        known = len(self.server.mails)
        stop = threading.Event()
        threading.Thread(target=self._tell_news, args=(stop, known), daemon=True).start()
        line = self.file.readline(65536)
        stop.set()
        return bool(line) and self.ok(tag)

    def _tell_news(self, stop, known):
        with contextlib.suppress(OSError, ValueError):
            while not stop.wait(0.05):
                if len(self.server.mails) != known:
                    known = len(self.server.mails)
                    self.say(b"* %d EXISTS\r\n" % known)

    def on_logout(self, tag, _):
        self.say(b"* BYE\r\n")
        self.ok(tag)
        return False


class HostileSmtp(Server):
    """Misbehaves on its first connections, one way each, and once to each recipient whose local part is the name of a way."""

    FIRST = ("endless_greeting", "endless_hello", "endless_answer", "endless_line", "unasked_answers", "slow")
    WAYS = {
        # way: may the server have the mail
        "421_at_rcpt": False,
        "421_at_data": False,
        "421_after_the_body": False,
        "endless_answer_to_the_body": True,
        "closes_after_data": True,
        "closes_after_the_body": True,
        "takes_and_closes": True,
    }

    def __init__(self, port, certificates):
        super().__init__(port, certificates)
        self.taken, self.first, self.met = [], list(self.FIRST), []     # taken: octets of the mails

    def serve(self, connection):
        SmtpSession(self, connection, self.first.pop(0) if self.first else None).serve()


class SmtpSession:
    def __init__(self, server, connection, way):
        self.server, self.way, self._send, self.file = server, way, connection.sendall, connection.makefile("rb")
        self.is_slow = self.takes("slow")

    def takes(self, way):
        if self.way != way or way in self.server.met:
            return False
        self.server.met.append(way)
        return True

    def say(self, octets):
        if self.is_slow:
            time.sleep(0.7)
        self._send(octets)

    def serve(self):
        if self.takes("endless_greeting"):
            endlessly(self.say, b"220-hello\r\n" * 2000)
        self.say(b"220 hostile ESMTP\r\n")
        while line := self.file.readline(65536):
            verb = re.match(rb"\w*", line).group(0).upper().decode()
            handler = getattr(self, "on_" + verb.lower(), None)
            if not (handler(line) if handler else self.yes()):
                return

    def yes(self):
        self.say(b"250 2.0.0 ok\r\n")
        return True

    def no(self, octets):
        self.say(octets)
        return False

    def on_ehlo(self, _):
        if self.takes("endless_hello"):
            endlessly(self.say, b"250-XTENSION\r\n" * 2000)
        self.say(b"250-hostile\r\n250-SIZE 40000000\r\n250 AUTH PLAIN\r\n")
        return True

    def on_auth(self, line):
        if len(line.split()) < 3:
            self.say(b"334 \r\n")
            self.file.readline(65536)
        self.say(b"235 ok\r\n")
        return True

    def on_mail(self, _):
        if self.takes("endless_answer"):
            endlessly(self.say, b"250-and\r\n" * 2000)
        if self.takes("endless_line"):
            endlessly(self.say, b"2" * 65536)
        if self.takes("unasked_answers"):
            self.say(b"250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n")
            return True
        return self.yes()

    def on_rcpt(self, line):
        self.way = re.search(rb"<([^@>]*)", line).group(1).decode()
        return self.no(b"421 4.3.2 closing\r\n") if self.takes("421_at_rcpt") else self.yes()

    def on_data(self, _):
        if self.takes("421_at_data"):
            return self.no(b"421 4.3.2 closing\r\n")
        self.say(b"354 go\r\n")
        if self.takes("closes_after_data"):
            return False
        octets = b""
        while not octets.endswith(b"\r\n.\r\n"):
            line = self.file.readline(65536)
            if not line:
                return False
            octets += line
        return self._on_body(octets)

    def _on_body(self, octets):
        if self.takes("421_after_the_body"):
            return self.no(b"421 4.3.2 closing\r\n")
        if self.takes("closes_after_the_body"):
            return False
        if self.takes("endless_answer_to_the_body"):
            endlessly(self.say, b"250-and\r\n" * 2000)
        self.server.taken.append(octets)
        return False if self.takes("takes_and_closes") else self.yes()

    def on_quit(self, _):
        self.say(b"221 bye\r\n")
        return False
