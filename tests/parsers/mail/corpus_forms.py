# SPDX-License-Identifier: GPL-3.0-or-later
"""corpus_forms - character sets, broken headers, names of files, signed and nested mails, and what is damaged."""
import base64
import struct

from corpus_clients import ANNA, FIRM, JAN, JOHN, MILICA, PETAR, RE
from corpus_kit import JPG, PDF, File, Mail, Person, crlf, html, multipart, part, plain, word

CYRL = "Поштовани,\n\nу улици Његошевој џепови пуни воде, љути смо и ђаци и ћаци."
LATN = "Poštovani,\n\nžuta česma u Šafarikovoj đački curi, hitno je ćutati nećemo."


def charsets():
    yield Mail("charset-windows-1250", MILICA, "Česma", plain(LATN, charset="windows-1250"), own=LATN)
    yield Mail("charset-windows-1251-8bit", PETAR, "Вода", plain(CYRL, charset="windows-1251", cte="8bit"), own=CYRL, subject_field=word("Вода", "windows-1251"))
    russian = "Добрый день,\n\nв доме нет воды уже второй день, помогите пожалуйста."
    yield Mail("charset-koi8-r", PETAR, "Нет воды", plain(russian, charset="koi8-r", cte="base64"), own=russian, subject_field=word("Нет воды", "koi8-r"))
    yield Mail("charset-iso-8859-2", MILICA, "Česma", plain(LATN, charset="iso-8859-2"), own=LATN, subject_field=word("Česma", "iso-8859-2", "Q"))
    yield Mail("charset-iso-8859-5", PETAR, "Вода", plain(CYRL, charset="iso-8859-5"), own=CYRL, subject_field=word("Вода", "iso-8859-5"))
    romanian = "Bună ziua,\n\nșcoala noastră nu are apă și în țară este frig."
    yield Mail("charset-iso-8859-16", Person("Ștefan Țurcanu", "stefan@example.ro", "iso-8859-16"), "Apă", plain(romanian, charset="iso-8859-16"), own=romanian,
               subject_field=word("Apă", "iso-8859-16"))
    yield Mail("charset-1250-called-8859-2", MILICA, "Česma", part("text/plain", LATN.encode("windows-1250"), charset="iso-8859-2"), own=LATN)
    yield Mail("charset-1250-unnamed", MILICA, "Česma", part("text/plain", LATN.encode("windows-1250"), charset=None, cte="8bit"), own=LATN)
    yield Mail("charset-1251-called-latin1", PETAR, "Вода", part("text/plain", CYRL.encode("windows-1251"), charset="iso-8859-1", cte="8bit"), own=CYRL)
    yield Mail("charset-utf8-called-1252", MILICA, "Česma", part("text/plain", LATN.encode(), charset="windows-1252"), own=LATN)
    yield Mail("charset-utf8-called-ascii", MILICA, "Česma", part("text/plain", LATN.encode(), charset="us-ascii", cte="8bit"), own=LATN)
    yield Mail("charset-x-cp1250", MILICA, "Česma", part("text/plain", LATN.encode("windows-1250"), charset="x-cp1250"), own=LATN)
    yield Mail("charset-quoted-name", MILICA, "Česma", part("text/plain", LATN.encode(), charset="'utf-8'"), own=LATN)
    yield Mail("charset-meta-only", PETAR, "Вода", part("text/html", ('<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251"></head><body><p>Нема воде у '
               'Његошевој.</p></body></html>').encode("windows-1251"), charset=None), own="Нема воде у Његошевој.")
    yield Mail("charset-utf16", MILICA, "Česma", b'Content-Type: text/plain; charset="utf-16"\r\nContent-Transfer-Encoding: base64'
               b"\r\n\r\n" + base64.b64encode(LATN.encode("utf-16")), own=LATN)


def heads():
    text = plain("Nema vode.\n")
    own = "Nema vode."
    yield Mail("head-raw-utf8", MILICA, "Pukla cev u Šafarikovoj", text, own=own, subject_field="Pukla cev u Šafarikovoj", from_field="Milica Petrović <milica.p@example.rs>")
    yield Mail("head-raw-1250", MILICA, "Pukla cev u Šafarikovoj", text, own=own, raw_head=True, subject_field="Pukla cev u Šafarikovoj".encode("windows-1250").decode("latin-1"),
               from_field="Milica Petrović <milica.p@example.rs>".encode("windows-1250").decode("latin-1"))
    split = "=?utf-8?Q?Pukla_cev_u_=C5?= =?utf-8?Q?=A0afarikovoj?="
    yield Mail("head-split-letter", MILICA, "Pukla cev u Šafarikovoj", text, own=own, subject_field=split)
    yield Mail("head-blanks-in-word", MILICA, "Pukla cev u Šafarikovoj", text, own=own, subject_field="=?utf-8?Q?Pukla cev u =C5=A0afarikovoj?=")
    yield Mail("head-glued-word", MILICA, "Re: Česma", text, own=own, subject_field="Re:=?utf-8?Q?_=C4=8Cesma?=")
    yield Mail("head-quoted-word", MILICA, "Voda", text, own=own, from_field='"=?utf-8?Q?Milica_Petrovi=C4=87?=" <milica.p@example.rs>')
    yield Mail("head-word-with-language", MILICA, "Česma", text, own=own, subject_field="=?utf-8*sr?Q?=C4=8Cesma?=")
    yield Mail("head-name-with-comma", Person("Ilić, Nenad", "nenad@gradinvest.example"), "Voda", text, own=own)
    yield Mail("head-comment-in-from", Person("Nenad Ilić", "nenad@gradinvest.example"), "Voda", text, own=own, from_field="nenad@gradinvest.example (=?utf-8?Q?Nenad_Ili=C4=87?=)")
    yield Mail("head-folded-subject", MILICA, "Pukla je cev u Svetosavskoj ulici broj 14, kod škole, i voda teče od jutros", text, own=own)
    yield Mail("head-no-date", MILICA, "Voda", text, own=own, date=None, date_utc=None)
    yield Mail("head-impossible-date", MILICA, "Voda", text, own=own, date="Mon, 35 Foo 2026 99:99:99 +0100", date_utc=None)
    yield Mail("head-old-zone", JOHN, "Water", text, own=own, date="2 Mar 26 04:01 EST", date_utc="2026-03-02T09:01:00.000Z")
    yield Mail("head-mbox-line", MILICA, "Voda", text, own=own).prefixed(b"From milica.p@example.rs Mon Mar  2 10:01:00 2026\r\n")
    yield Mail("head-cyrillic-address-name", PETAR, "Захтев", text, own=own, head=(("Reply-To", "petar.jovic@gmail.example"),))


def names():
    def one(name, shown, field, octets=PDF, kind="application/pdf", **more):
        f = File(shown, kind, octets, field, **more)
        return Mail(name, MILICA, "Prilog", multipart("mixed", "m-" + name, plain("U prilogu.\n"), f.part), own="U prilogu.", files=[f])

    yield one("name-2231", "rešenje.pdf", "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=UTF-8''re%C5%A1enje.pdf")
    yield one("name-2231-continued", "rešenje o porezu.pdf", "Content-Type: application/pdf;\r\n name*0*=UTF-8''re%C5%A1enje%20;\r\n name*1=\"o porezu.pdf\"\r\nContent-Disposition: attachment;\r\n filename*0*="
              "UTF-8''re%C5%A1enje%20;\r\n filename*1=\"o porezu.pdf\"")
    yield one("name-2231-1250", "žalba.pdf", "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=windows-1250'sr'%9Ealba.pdf")
    yield one("name-2047", "žalba.pdf", 'Content-Type: application/pdf; name="=?UTF-8?B?xb5hbGJhLnBkZg==?="\r\nContent-Disposition: attachment; filename="=?UTF-8?B?xb5hbGJhLnBkZg==?="')
    yield one("name-raw-utf8", "žalba.pdf", 'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="žalba.pdf"')
    yield one("name-unquoted", "moja zalba.pdf", "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=moja zalba.pdf")
    yield one("name-with-path", "zalba.pdf", 'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="C:\\\\Users\\\\Milica\\\\zalba.pdf"')
    yield one("name-only-in-type", "zalba.pdf", 'Content-Type: application/pdf; name="zalba.pdf"')
    yield one("name-executable", "racun.pdf.exe", None, octets=b"MZ\x90\x00" + bytes(60), kind="application/octet-stream", executable=True)


# --- what signs, encloses, encrypts ---

def der(tag, octets):
    n = len(octets)
    size = bytes([n]) if n < 128 else b"\x82" + struct.pack(">H", n)
    return bytes([tag]) + size + octets


def signed_data(content):
    """CMS SignedData (RFC 5652) with a content and no signers: what matters is where the content lies."""
    data = bytes.fromhex("06092a864886f70d010701")
    signed = bytes.fromhex("06092a864886f70d010702")
    inner = der(0x30, data + der(0xA0, der(0x04, content)))
    body = der(0x30, bytes.fromhex("020101") + der(0x31, b"") + inner + der(0x31, b""))
    return der(0x30, signed + der(0xA0, body))


def enclosures():
    smime = File("smime.p7s", "application/pkcs7-signature", b"\x30\x80" + bytes(40), cte="base64")
    yield Mail("smime-signed", FIRM, "Ponuda", multipart("signed", "----sm1", plain("Potpisana ponuda.\n"), smime.part, params='; protocol="application/pkcs7-signature"; micalg=sha-256'),
               own="Potpisana ponuda.")
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nPotpisana ponuda, drugi na\xc4\x8din.\r\n"
    opaque = b'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="smime.p7m"\r\n\r\n'
    yield Mail("smime-opaque", FIRM, "Ponuda", opaque + base64.b64encode(signed_data(inner)), own="Potpisana ponuda, drugi način.")
    pgp = b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n"
    body = multipart("encrypted", "enc1", b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n",
                     b'Content-Type: application/octet-stream; name="encrypted.asc"\r\nContent-Disposition: inline; filename="encrypted.asc"\r\n\r\n' + pgp, params='; protocol="application/pgp-encrypted"')
    yield Mail("pgp-encrypted", JOHN, "Secret", body, own="", encrypted=True)
    tnef = File("winmail.dat", "application/ms-tnef", struct.pack("<IH", 0x223E9F78, 1) + bytes(30))
    yield Mail("tnef", FIRM, "Ponuda", multipart("mixed", "tn1", plain("Ponuda je u prilogu.\n"), tnef.part), own="Ponuda je u prilogu.", files=[tnef])
    zalba = File("zalba.pdf", "application/pdf", PDF)
    inner = ("From: %s\r\nTo: milica.p@example.rs\r\nSubject: Odluka\r\nDate: Sun, 1 Mar 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n" % FIRM.field).encode() + \
        multipart("mixed", "in1", plain("Odluka je u prilogu.\n"), zalba.part)
    body = multipart("mixed", "fw1", plain("Prosleđujem odluku.\n"), b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + inner)
    yield Mail("forward-as-attachment", MILICA, "Fwd: Odluka", body, files=[zalba], own_text_unsure=True, text_has=["Odluka je u prilogu.", "Prosleđujem odluku."], own_begins="Prosleđujem odluku.")
    deep = b"From: a@example.org\r\nSubject: trece\r\n\r\nNajdublje.\r\n"
    for n in ("drugo", "prvo"):
        deep = ("From: a@example.org\r\nSubject: %s\r\nMIME-Version: 1.0\r\n" % n).encode() + multipart("mixed", "n-" + n, plain("Sloj %s.\n" % n), b"Content-Type: message/rfc822\r\n\r\n" + deep)
    yield Mail("forward-nested", MILICA, "Fwd: prvo", multipart("mixed", "n-0", plain("Vidite.\n"), b"Content-Type: message/rfc822\r\n\r\n" + deep), own_text_unsure=True,
               text_has=["Vidite.", "Sloj prvo.", "Sloj drugo.", "Najdublje."], own_begins="Vidite.")
    photo = File("rupa.jpg", "image/jpeg", JPG)
    yield Mail("photo-only", PETAR, "Рупа код школе", multipart("mixed", "ph1", photo.part), own="", files=[photo])
    shown = b"Content-Type: image/jpeg; name=\"rupa.jpg\"\r\nContent-ID: <p1>\r\nContent-Disposition: inline; filename=\"rupa.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(JPG)
    page = '<div dir="ltr">Rupa kod škole:<br><img src="cid:p1" alt="rupa.jpg" width="400"></div>'
    yield Mail("photo-shown-in-text", MILICA, "Rupa", multipart("related", "ph2", html(page), shown), own="Rupa kod škole:", files=[photo])


# --- damage ---

def damage():
    yield Mail("broken-unclosed", MILICA, "Voda", crlf('Content-Type: multipart/mixed; boundary="cut"\n\n--cut\nContent-Type: text/plain; charset=utf-8\n\nNema vode u celoj ulici.\n').encode(),
               own="Nema vode u celoj ulici.")
    yield Mail("broken-ends-with-boundary", MILICA, "Voda", crlf('Content-Type: multipart/mixed; boundary="cut"\n\n--cut\nContent-Type: text/plain; charset=utf-8\n\nNema vode.\n--cut\n').encode(), own="Nema vode.")
    yield Mail("broken-no-boundary", MILICA, "Voda", crlf("Content-Type: multipart/mixed\n\nNema vode.\n").encode(), own="Nema vode.")
    yield Mail("broken-other-boundary", MILICA, "Voda", crlf('Content-Type: multipart/mixed; boundary="a"\n\n--b\nContent-Type: text/plain\n\nNema vode.\n--b--\n').encode(), text_has=["Nema vode."],
               own_begins="")
    yield Mail("broken-qp", MILICA, "Voda", crlf("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\na = b, strana ?x=1&y=2, =C5=A1teta =\nna putu\n").encode(),
               own="a = b, strana ?x=1&y=2, šteta na putu")
    coded = base64.b64encode("Nema vode već dva dana.\n".encode())
    yield Mail("broken-base64-footer", MILICA, "Voda", b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + coded + b"\r\n-- \r\nlista@example.org\r\n",
               text_has=["Nema vode već dva dana."], own_begins="Nema vode već dva dana.")
    yield Mail("broken-bare-lf", MILICA, "Voda", b"Content-Type: text/plain; charset=utf-8\r\n\r\nNema vode.\nHvala.\n", own="Nema vode.\nHvala.")
    yield Mail("broken-nul", MILICA, "Voda", b"Content-Type: text/plain; charset=utf-8\r\n\r\nNema\0 vode.\r\n", own="Nema vode.")
    yield Mail("empty", MILICA, "Nema vode", plain(""), own="")
    yield Mail("no-content-type", JOHN, "Water", b"\r\nNo water.\r\n", own="No water.")
    yield Mail("uuencoded", JOHN, "File", crlf("Content-Type: text/plain\n\nSee the file.\n\nbegin 644 a.txt\n#86)C\n`\nend\n").encode(), text_has=["See the file."], own_begins="See the file.")
    stub = multipart("alternative", "st1", plain("Your mail program does not support HTML.\n"), html("<p>Nema vode u <b>Golubincima</b>.</p>"))
    yield Mail("alternative-stub", MILICA, "Voda", stub, own="Nema vode u Golubincima.")
    yield Mail("alternative-empty-plain", MILICA, "Voda", multipart("alternative", "st2", plain("\n"), html("<p>Nema vode.</p>")), own="Nema vode.")
    csv = File("spisak.csv", "text/csv", "ime;ulica\nAna;Nova\n".encode())
    yield Mail("text-attachment", FIRM, "Spisak", multipart("mixed", "tx1", plain("Spisak u prilogu.\n"), csv.part), own="Spisak u prilogu.", files=[csv])
    yield Mail("html-after-end", MILICA, "Voda", html("<html><body><p>Nema vode.</p></body></html>\n<p>Poslato sa sajta</p>"), own="Nema vode.\n\nPoslato sa sajta")
    yield Mail("reply-empty", MILICA, RE, plain("\n\n> Popravljeno je.\n> Kontakt centar\n"), reply=True, own="> Popravljeno je.\n> Kontakt centar", own_text_unsure=True)
    yield Mail("hungarian-long", ANNA, "Úthiba a Fő utcában", plain("Tisztelt Cím!\n\nA Fő utca 12. előtt nagy kátyú van.\n\nTisztelettel:\nNagy Anna\n"),
               own="Tisztelt Cím!\n\nA Fő utca 12. előtt nagy kátyú van.\n\nTisztelettel:\nNagy Anna")
    yield Mail("slovak-new", JAN, "Dvojjazyčný výpis", plain("Dobrý deň,\n\nchcel by som požiadať o dvojjazyčný výpis z matriky.\n\nĎakujem,\nJán Havran\n"),
               own="Dobrý deň,\n\nchcel by som požiadať o dvojjazyčný výpis z matriky.\n\nĎakujem,\nJán Havran")


def mails():
    for group in (charsets, heads, names, enclosures, damage):
        yield from group()
