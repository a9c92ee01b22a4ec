# SPDX-License-Identifier: GPL-3.0-or-later
"""stunnel - TLS around SMPP as odziv-smpp(7) has it: odzivd speaks with a tunnel on its own machine, which verifies the operator's
certificate; the operator's end is a second one before the SMSC."""
import os

from mail_certs import HOST, Certificates
from process import Process, free_ports, until

COMMON = """foreground = yes
pid =
debug = notice
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
sslVersionMin = TLSv1.2
"""
# The lines of the manual page, with the laboratory's own names.
OURS = COMMON + """
[smsc]
client = yes
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{operator_port}
verifyChain = yes
CAfile = {ca}
checkHost = {host}
sni = {host}
"""
OPERATORS = COMMON + """
[smsc]
accept = 127.0.0.1:{operator_port}
connect = 127.0.0.1:{smsc_port}
cert = {certificate}
key = {key}
"""


class Stunnel:
    """port: where odzivd connects to."""

    def __init__(self, folder, smsc_port):
        self.folder = os.path.join(folder, "stunnel")
        os.makedirs(self.folder)
        self.certificates = Certificates(self.folder)
        self.port, self.operator_port = free_ports(2)
        self.smsc_port = smsc_port
        self.ours = self._process("stunnel", OURS, ca=self.certificates.ca, host=HOST)
        self.operators = self._process("stunnel-operator", OPERATORS)

    def _process(self, name, text, **values):
        path = os.path.join(self.folder, f"{name}.conf")
        values = {"port": self.port, "operator_port": self.operator_port, "smsc_port": self.smsc_port, "certificate": "", "key": "", **values}
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.format(**values))
        return Process(name, ["/usr/bin/stunnel4", path], self.folder)

    @staticmethod
    def _start(process):
        process.start()
        until(f"{process.name} is ready", lambda: "Configuration successful" in process.log(), 10, tend=process.must_run)

    def start(self, kind="right"):
        """kind: of the operator's certificate, a key of mail_certs.KINDS."""
        self._start_operators(kind)
        self._start(self.ours)
        return self

    def _start_operators(self, kind):
        certificate, key = self.certificates.pair(kind)
        self.operators = self._process("stunnel-operator", OPERATORS, certificate=certificate, key=key)
        self._start(self.operators)

    def present(self, kind):
        """The operator comes back with another certificate."""
        self.operators.kill()
        self._start_operators(kind)

    def stop(self):
        for process in (self.ours, self.operators):
            process.kill()

    def logs(self):
        return [self.ours, self.operators]
