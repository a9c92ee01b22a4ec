# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_certs - an authority and what it signed: the right certificate, and those that a client must refuse."""
import os
import subprocess

HOST = "localhost"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
OURS = "DNS:localhost,IP:127.0.0.1"
# name: (whom it is for, who signs it, how long it is good)
KINDS = {
    "right": (OURS, "ca", 30),
    "wrong_host": ("DNS:wrong.test.example", "ca", 30),
    "expired": (OURS, "ca", -1),
    "self_signed": (OURS, None, 30),
    "wrong_ca": (OURS, "other_ca", 30),
}


class Certificates:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "tls")
        os.makedirs(self.folder)
        self._authority("ca")

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def ca(self):
        return self.path("ca.pem")

    def pair(self, kind):
        """The files of a certificate and its key; made when it is asked for first."""
        if not os.path.exists(self.path(f"{kind}.pem")):
            self._certificate(kind, *KINDS[kind])
        return self.path(f"{kind}.pem"), self.path(f"{kind}.key")

    def _openssl(self, *words, text=None):
        subprocess.run(["openssl", *words], cwd=self.folder, input=text, capture_output=True, text=True, check=True)

    def _authority(self, name):
        self._openssl("req", "-x509", *KEY, "-days", "30", "-subj", f"/CN=laboratory {name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
                      "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")

    def _certificate(self, name, names, signer, days):
        if signer is None:
            self._openssl("req", "-x509", *KEY, "-days", str(days), "-subj", f"/CN={HOST}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
                          "-addext", f"subjectAltName={names}")
            return
        if not os.path.exists(self.path(f"{signer}.pem")):
            self._authority(signer)
        first = names.split(",")[0].partition(":")[2]
        self._openssl("req", *KEY, "-subj", f"/CN={first}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.pem", "-CAkey", f"{signer}.key", "-CAcreateserial",
                      "-days", str(days), "-extfile", "/dev/stdin", "-out", f"{name}.pem", text=f"subjectAltName={names}")
