# SPDX-License-Identifier: GPL-3.0-or-later
"""box - the protocol between bearerbox (1.4.5) and its boxes, in Python: a foreign box that the
laboratory tests itself with, and that measures Kannel alone."""
import socket
import struct
import uuid

HEARTBEAT, ADMIN, SMS, ACK = 0, 1, 2, 3
IDENTIFY = 3
MO, MT, DLR = 0, 2, 3
FIELDS = (  # of an sms frame, in order: i number, s text, u uuid
    "s sender", "s receiver", "s udhdata", "s msgdata", "i time", "s smsc_id", "s smsc_number", "s foreign_id", "s service",
    "s account", "u id", "i sms_type", "i mclass", "i mwi", "i coding", "i compress", "i validity", "i deferred", "i dlr_mask",
    "s dlr_url", "i pid", "i alt_dcs", "i rpi", "s charset", "s boxc_id", "s binfo", "i msg_left", "i priority", "i resend_try",
    "i resend_time", "s meta_data")


def _int(value):
    return struct.pack(">i", value)


def _text(value):
    return _int(-1) if value is None else _int(len(value)) + value


def _frame(body):
    return struct.pack(">I", len(body)) + body


class Box:
    """One connection to bearerbox's smsbox-port, as the unnamed box or by a name."""

    def __init__(self, port, name=None):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.stream = self.socket.makefile("rb")
        self.socket.sendall(_frame(_int(ADMIN) + _int(IDENTIFY) + _text(name)))

    def close(self):
        self.stream.close()
        self.socket.close()

    def send(self, receiver, octets, sender=b"1955", coding=0, charset=b"UTF-8", udh=None, dlr_mask=0, dlr_url=None):
        """An MT; bearerbox answers it with an ACK frame of the id that this gives."""
        uid = str(uuid.uuid4()).encode()
        values = {"sender": sender, "receiver": receiver, "udhdata": udh, "msgdata": octets, "id": uid, "sms_type": MT, "coding": coding,
                  "charset": charset, "dlr_mask": dlr_mask, "dlr_url": dlr_url, "mclass": -1, "mwi": -1, "compress": -1, "validity": -1,
                  "deferred": -1, "pid": -1, "alt_dcs": -1, "rpi": -1, "time": 0, "priority": -1, "resend_try": -1, "resend_time": -1,
                  "msg_left": -1}
        body = _int(SMS)
        for field in FIELDS:
            kind, name = field.split()
            body += _int(values.get(name, -1)) if kind == "i" else _text(values.get(name))
        self.socket.sendall(_frame(body))
        return uid.decode()

    def acknowledge(self, message, nack=0):
        self.socket.sendall(_frame(_int(ACK) + _int(nack) + _int(message["time"]) + _text(message["id"])))

    def _exactly(self, n):
        data = self.stream.read(n)
        if len(data) < n:
            raise EOFError("bearerbox closed")
        return data

    def receive(self, within=10):
        """The next sms or ack frame as a dict; heartbeats and admin frames are passed over."""
        self.socket.settimeout(within)
        while True:
            body = self._exactly(struct.unpack(">I", self._exactly(4))[0])
            (kind,) = struct.unpack_from(">i", body)
            if kind == SMS:
                return self._fields(body, FIELDS, "sms")
            if kind == ACK:
                return self._fields(body, ("i nack", "i time", "u id"), "ack")

    @staticmethod
    def _fields(body, fields, kind):
        at, out = 4, {"kind": kind}
        for field in fields:
            (value,) = struct.unpack_from(">i", body, at)
            at += 4
            if field[0] != "i":
                octets = None if value < 0 else body[at:at + value]
                at += max(value, 0)
                value = octets
            out[field[2:]] = value
        return out
