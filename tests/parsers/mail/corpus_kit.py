# SPDX-License-Identifier: GPL-3.0-or-later
"""corpus_kit - how the mails of the corpus are put together: parts, encodings, people, and what is expected of each.

What is expected is what was put in. Nothing here, and nothing that uses it, ever asks our own parser.
"""
import base64
import hashlib
import json
import os

US = "kontakt@starapazova.example"
OUR_NAME = "Kontakt centar"
OUR_ID = "SP-2026-000123.40177@starapazova.example"
TAG = "SP-2026-000123"
MARKER = {
    "sr": "=-=-= Odgovor pišite iznad ove linije =-=-=", "sr-Cyrl": "=-=-= Одговор пишите изнад ове линије =-=-=",
    "sk": "=-=-= Odpoveď píšte nad tento riadok =-=-=", "hu": "=-=-= A választ e sor fölé írja =-=-=",
}
DATE, DATE_UTC = "Mon, 02 Mar 2026 10:01:00 +0100", "2026-03-02T09:01:00.000Z"


def crlf(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def qp(octets):
    """Quoted-printable as programs write it: lines of at most 76, soft line ends, no blank at a line's end."""
    lines = []
    for raw in octets.replace(b"\r\n", b"\n").split(b"\n"):
        line, room = "", 75
        for i, c in enumerate(raw):
            last = i + 1 == len(raw)
            piece = chr(c) if (33 <= c <= 126 and c != 61) or (c in (9, 32) and not last) else "=%02X" % c
            if len(line) + len(piece) > room:
                lines.append(line + "=")
                line = ""
            line += piece
        lines.append(line)
    return "\r\n".join(lines).encode()


def b64(octets):
    text = base64.b64encode(octets).decode()
    return "\r\n".join(text[i:i + 76] for i in range(0, len(text), 76)).encode()


ENCODERS = {"quoted-printable": qp, "base64": b64, "8bit": lambda o: o, "7bit": lambda o: o}


def word(text, charset="UTF-8", how="B"):
    """RFC 2047: words of at most 75 octets, folded; letters are never cut. ASCII stays."""
    if text.isascii():
        return text
    words, piece = [], ""
    for c in text + "\0":
        if c == "\0" or len((piece + c).encode(charset, "replace")) > 30:
            words.append(encoded(piece, charset, how))
            piece = ""
        piece += c
    return "\r\n ".join(words)


def encoded(text, charset, how):
    octets = text.encode(charset)
    if how == "B":
        body = base64.b64encode(octets).decode()
    else:
        body = "".join("_" if c == 32 else chr(c) if chr(c).isalnum() and c < 128 else "=%02X" % c for c in octets)
    return "=?%s?%s?%s?=" % (charset, how, body)


class Person:
    def __init__(self, name, address, charset="UTF-8", how="B", quoted=True):
        self.name, self.address = name, address
        shown = word(name, charset, how)
        if name.isascii() and quoted and name:
            shown = '"%s"' % name
        self.field = "%s <%s>" % (shown, address) if name else address

    def expected(self):
        return {"name": self.name, "address": self.address}


TO_US = Person("", US)


def part(kind, text, charset="utf-8", cte="quoted-printable", params="", more=""):
    """A text part with its headers; text is str in charset, or octets."""
    octets = text if isinstance(text, bytes) else text.encode(charset)
    octets = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    named = '; charset="%s"' % charset if charset else ""
    head = "Content-Type: %s%s%s\r\nContent-Transfer-Encoding: %s\r\n%s\r\n" % (kind, named, params, cte, more)
    return head.encode() + ENCODERS[cte](octets)


def plain(text, **how):
    return part("text/plain", text, **how)


def html(text, **how):
    return part("text/html", text, **how)


def multipart(kind, boundary, *parts, params="", preamble="", epilogue=""):
    head = 'Content-Type: multipart/%s; boundary="%s"%s\r\n\r\n%s' % (kind, boundary, params, preamble)
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + p + b"\r\n" for p in parts)
    return head.encode() + body + b"--" + boundary.encode() + b"--\r\n" + epilogue.encode()


class File:
    """An attachment; field: how its headers name it (a Content-Disposition and perhaps a name), else the plain way."""

    def __init__(self, name, kind, octets, field=None, cte="base64", more="", executable=False):
        self.name, self.kind, self.octets, self.executable = name, kind, octets, executable
        field = field or 'Content-Type: %s; name="%s"\r\nContent-Disposition: attachment; filename="%s"' % (kind, name, name)
        self.part = ("%s\r\n%sContent-Transfer-Encoding: %s\r\n\r\n" % (field, more, cte)).encode() + ENCODERS[cte](octets)

    def expected(self):
        return {"name": self.name, "type": self.kind, "bytes": len(self.octets),
                "sha256": hashlib.sha256(self.octets).hexdigest(), "executable": self.executable}


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(range(256)) * 300 + b"\xff\xd9"


class Mail:
    """One mail: its octets and what `odziv mail show --json` must say of it; keys that aren't given have the usual value."""

    def __init__(self, name, sender, subject, body, head=(), to=(TO_US,), date=DATE, date_utc=DATE_UTC, reply=False, first=(),
                 subject_field=None, from_field=None, to_field=None, message_id=None, **expect):
        self.name = name
        reply_id = [OUR_ID] if reply is True else reply or []
        number = sum(ord(c) * (i + 7) for i, c in enumerate(name))
        message_id = message_id or "%08x.%d@%s" % (number * 2654435761 % 2 ** 32, number, sender.address.split("@")[-1] or "x.example")
        fields = list(first)
        fields += [("Date", date)] if date else []
        fields += [("From", from_field or sender.field), ("To", to_field or ", ".join(p.field for p in to))]
        fields += [("Subject", subject_field or word(subject)), ("Message-ID", "<%s>" % message_id)]
        if reply_id:
            fields += [("In-Reply-To", "<%s>" % reply_id[-1]), ("References", " ".join("<%s>" % i for i in reply_id))]
        fields += list(head) + [("MIME-Version", "1.0")]
        text = "".join("%s: %s\r\n" % f for f in fields)
        self.octets = text.encode("latin-1" if expect.pop("raw_head", False) else "utf-8") + body
        tags = [TAG] if TAG in subject or any(TAG in i for i in reply_id) else []
        self.expect = {
            "from": sender.expected(), "to": [p.expected() for p in to], "subject": subject, "date": date_utc,
            "message_id": message_id, "in_reply_to": reply_id[-1] if reply_id else None, "references": list(reply_id),
            "attachments": [], "automatic": None, "tags": tags, "bounce": None, "cut": False,
            "own_text_unsure": False, "calendar": False, "encrypted": False,
        }
        files = expect.pop("files", ())
        self.expect["attachments"] = [f.expected() for f in files]
        if "own" in expect:
            self.expect["own_text"] = expect.pop("own")
        self.expect.update(expect)
        # "any": nobody has said what is right.
        self.expect = {key: value for key, value in self.expect.items() if value != "any"}

    def prefixed(self, octets):
        self.octets = octets + self.octets
        return self

    def write(self, folder, number):
        base = os.path.join(folder, "%03d-%s" % (number, self.name))
        with open(base + ".eml", "wb") as f:
            f.write(self.octets)
        with open(base + ".json", "w", encoding="utf-8") as f:
            json.dump(self.expect, f, ensure_ascii=False, indent=1)
            f.write("\n")
