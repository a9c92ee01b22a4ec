# SPDX-License-Identifier: GPL-3.0-or-later
"""corpus_clients - people who write to us and answer us, each with the mail program whose form this is."""
from corpus_kit import (MARKER, OUR_NAME, US, File, Mail, Person, PDF, PNG, html, multipart, part, plain, word)

MILICA = Person("Milica Petrović", "milica.p@example.rs")
PETAR = Person("Петар Јовић", "petar.jovic@gmail.example")
JAN = Person("Ján Havran", "jan.havran@example.sk")
ANNA = Person("Nagy Anna", "anna.nagy@example.hu")
IVAN = Person("Ivan Horvat", "ivan.horvat@example.hr")
JOHN = Person("John Smith", "john.smith@example.org")
HANS = Person("Hans Müller", "hans.mueller@example.de")
FIRM = Person("Gradinvest doo", "office@gradinvest.example")

OURS = {
    "sr": "Poštovani,\n\nvaša prijava SP-2026-000123 je primljena. Nadležna služba izlazi na teren.\n\nKontakt centar",
    "cyrl": "Поштовани,\n\nваша пријава SP-2026-000123 је примљена. Надлежна служба излази на терен.\n\nКонтакт центар",
    "sk": "Dobrý deň,\n\nvaše hlásenie SP-2026-000123 sme prijali.\n\nKontaktné centrum",
    "hu": "Tisztelt Polgár!\n\nA SP-2026-000123 számú bejelentését megkaptuk.\n\nKapcsolati központ",
    "hr": "Poštovani,\n\nvaša prijava SP-2026-000123 je zaprimljena.\n\nKontakt centar",
    "en": "Dear Sir or Madam,\n\nwe have received your report SP-2026-000123.\n\nContact centre",
    "de": "Sehr geehrte Damen und Herren,\n\nIhre Meldung SP-2026-000123 ist eingegangen.\n\nKontaktzentrum",
}
RE = "Re: [SP-2026-000123] Voda"


def quoted(text):
    return "\n".join((">" if not line else "> " + line) for line in text.split("\n"))


def esc(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def divs(text):
    return "".join("<div>%s</div>" % (esc(line) or "<br>") for line in text.split("\n"))


def brs(text):
    return "<br>\r\n".join(esc(line) for line in text.split("\n"))


# --- Gmail ---

GMAIL_ATTR = {
    "sr": "pon, 2. mar 2026. u 09:12 Kontakt centar <kontakt@starapazova.example> je\nnapisao/la:",
    "cyrl": "пон, 2. мар 2026. у 09:12 Kontakt centar <kontakt@starapazova.example> је\nнаписао/ла:",
    "sk": "po 2. 3. 2026 o 9:12 Kontakt centar <kontakt@starapazova.example> napísal(a):",
    "hu": "Kontakt centar <kontakt@starapazova.example> ezt írta (időpont: 2026. márc. 2.,\nH, 9:12):",
    "hr": "pon, 2. ožu 2026. u 09:12 Kontakt centar <kontakt@starapazova.example> napisao je:",
    "en": "On Mon, Mar 2, 2026 at 9:12 AM Kontakt centar <kontakt@starapazova.example>\nwrote:",
    "de": "Am Mo., 2. März 2026 um 09:12 Uhr schrieb Kontakt centar <\nkontakt@starapazova.example>:",
}


def gmail_html(above, attribution, ours, between="", below="", style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"):
    attr = esc(attribution.replace("\n", " ")).replace("&lt; ", "&lt;")
    attr = attr.replace("kontakt@starapazova.example", '<a href="mailto:kontakt@starapazova.example">kontakt@starapazova.example</a>')
    quote = '<blockquote class="gmail_quote" style="%s">%s</blockquote>%s' % (style, divs(ours), between)
    return ('<div dir="ltr">%s</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">%s<br></div>%s</div>%s'
            % (divs(above) if above else "<br>", attr, quote, below))


def gmail(name, who, lang, own, ours=None, charset="UTF-8", cte="quoted-printable", **more):
    ours, attr = ours or OURS[lang], GMAIL_ATTR[lang]
    text = "%s\n\n%s\n\n%s\n" % (own, attr, quoted(ours))
    body = multipart("alternative", "000000000000a1b2c3064f0e1d2c", plain(text, charset=charset, cte=cte),
                     html(gmail_html(own, attr, ours), charset=charset, cte="quoted-printable"))
    return Mail(name, who, RE, body, reply=True, own=own, first=GMAIL_FIRST, text_has=[own, ours.split("\n")[0]], **more)


GMAIL_FIRST = (
    ("Return-Path", "<sender@example.org>"),
    ("Received", "from mail-wm1-f41.example.com (mail-wm1-f41.example.com [203.0.113.41])\r\n\tby mx.starapazova.example (Postfix) "
     "with ESMTPS id 4ABCDE1234\r\n\tfor <kontakt@starapazova.example>; Mon,  2 Mar 2026 10:01:02 +0100 (CET)"),
    ("DKIM-Signature", "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=20230601; t=1772442060;\r\n h=to:subject:message-id:date"
     ":from;\r\n bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AAAA"),
    ("X-Google-Smtp-Source", "AGHT+IEexample"),
)


def gmails():
    yield gmail("gmail-sr-cyrl-top", PETAR, "cyrl", "Хвала, вода је дошла јутрос.\n\nПетар", cte="base64")
    yield gmail("gmail-sr-latn-top", MILICA, "sr", "Još nema vode. Da li neko dolazi danas?")
    yield gmail("gmail-sk-top", JAN, "sk", "Ďakujem, voda už tečie.", cte="base64")
    yield gmail("gmail-hu-top", ANNA, "hu", "Köszönöm, de még mindig csöpög.")
    yield gmail("gmail-hr-top", IVAN, "hr", "Hvala, riješeno je.")
    yield gmail("gmail-en-top", JOHN, "en", "Thank you.\n\nJohn")
    yield gmail("gmail-de-top", HANS, "de", "Danke für die schnelle Antwort.")
    yield gmail("gmail-marker-sr", MILICA, "sr", "Nije rešeno, i dalje curi.\nDođite ponovo.", ours=MARKER["sr"] + "\n\n" + OURS["sr"])
    yield gmail("gmail-marker-cyrl", PETAR, "cyrl", "Није решено.", ours=MARKER["sr-Cyrl"] + "\n\n" + OURS["cyrl"], cte="base64")
    text = "%s\n\n%s\n\nSvetosavska 14, kod škole.\n" % (GMAIL_ATTR["sr"], quoted("Na kojoj adresi je kvar?"))
    yield Mail("gmail-sr-bottom", MILICA, RE, plain(text), reply=True, own="Svetosavska 14, kod škole.")
    text = "%s\n%s\nSvetosavska 14.\n%s\nOd sinoć.\n" % (GMAIL_ATTR["sk"], quoted("Na ktorej adrese?"), quoted("Odkedy?"))
    yield Mail("gmail-sk-interleaved", JAN, RE, plain(text), reply=True, own="Svetosavska 14.\n\nOd sinoć.")
    yield Mail("gmail-html-only-top", MILICA, RE, html(gmail_html("Hvala!\n\nMilica", GMAIL_ATTR["sr"], OURS["sr"])), reply=True,
               own="Hvala!\n\nMilica")
    inner = gmail_html("", GMAIL_ATTR["en"], "Which street?", between="<div>Karadjordjeva 5.</div>")
    yield Mail("gmail-html-only-bottom", JOHN, RE, html(inner), reply=True, own="Karadjordjeva 5.")
    signature = ('<div dir="ltr"><div>Može sutra u 10.</div><div><br></div><span class="gmail_signature_prefix">-- </span><br>'
                 '<div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div dir="ltr">Jovana Ilić<div>Pekara Klas'
                 '</div></div></div></div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">pon, 2. mar '
                 '2026. u 09:12 Kontakt centar &lt;kontakt@starapazova.example&gt; je napisao/la:<br></div><blockquote class="gmail_quote">'
                 'Kada možemo da dođemo?</blockquote></div>')
    yield Mail("gmail-html-signature", MILICA, RE, html(signature), reply=True, own="Može sutra u 10.")
    situation = File("situacija čšž.pdf", "application/pdf", PDF, 'Content-Type: application/pdf; name="%s"\r\nContent-Disposition: '
                     'attachment; filename="%s"' % ((word("situacija čšž.pdf"),) * 2), more="X-Attachment-Id: f_lmn0p1q2\r\n")
    own = "Poštovani,\n\nu prilogu je skica. Molim za lokacijske uslove."
    alt = multipart("alternative", "000000000000aa", plain(own + "\n"), html('<div dir="ltr">%s</div>' % divs(own)))
    yield Mail("gmail-attachment", MILICA, "Lokacijski uslovi", multipart("mixed", "000000000000bb", alt, situation.part), own=own,
               files=[situation])
    text = ("Molim vas, pogledajte.\n\n---------- Forwarded message ---------\nОд: Vodovod <racuni@vodovod.example>\nDate: пон, 2. мар "
            "2026. у 08:00\nSubject: Račun za vodu\nTo: <milica.p@example.rs>\n\n\nVaš račun za februar je 14.200 dinara.")
    yield Mail("gmail-forward", MILICA, "Fwd: Račun za vodu", plain(text), own=text.replace("\n\n\n", "\n\n"), own_text_unsure=True)


# --- Outlook ---

WORD_HEAD = (
    '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:'
    'office:word" xmlns="http://www.w3.org/TR/REC-html40">\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=%s">'
    '\r\n<meta name="Generator" content="Microsoft Word 15 (filtered medium)">\r\n<style><!--\r\n/* Font Definitions */\r\n@font-face\r\n'
    '\t{font-family:"Cambria Math";\r\n\tpanose-1:2 4 5 3 5 4 6 3 2 4;}\r\np.MsoNormal, li.MsoNormal, div.MsoNormal\r\n\t{margin:0cm;}\r\n'
    '--></style>\r\n<!--[if gte mso 9]><xml>\r\n<o:shapedefaults v:ext="edit" spidmax="1026" />\r\n</xml><![endif]-->\r\n</head>\r\n'
    '<body lang="SR" link="#0563C1" vlink="#954F72" style=\'word-wrap:break-word\'>\r\n<div class="WordSection1">\r\n')


def mso(text):
    empty = '<p class="MsoNormal"><span style="font-size:11.0pt"><o:p>&nbsp;</o:p></span></p>\r\n'
    full = '<p class="MsoNormal"><span style="font-size:11.0pt">%s<o:p></o:p></span></p>\r\n'
    return "".join(full % esc(line) if line else empty for line in text.split("\n"))


BLOCKS = {
    "en": ("From: Kontakt centar <kontakt@starapazova.example>", "Sent: Monday, March 2, 2026 9:12 AM", "To: John Smith <john.smith@example.org>",
           "Subject: [SP-2026-000123] Voda"),
    "sr": ("From: Kontakt centar <kontakt@starapazova.example>", "Sent: ponedeljak, 02. mart 2026. 09:12", "To: Gradinvest doo",
           "Subject: [SP-2026-000123] Voda"),
    "sr2": ("Od: Kontakt centar <kontakt@starapazova.example>", "Poslato: ponedeljak, 02. mart 2026. 09:12", "Za: Gradinvest doo",
            "Tema: [SP-2026-000123] Voda"),
    "hu": ("Feladó: Kontakt centar <kontakt@starapazova.example>", "Elküldve: 2026. március 2., hétfő 9:12", "Címzett: Nagy Anna",
           "Tárgy: [SP-2026-000123] Voda"),
    "de": ("Von: Kontakt centar <kontakt@starapazova.example>", "Gesendet: Montag, 2. März 2026 09:12", "An: Hans Müller",
           "Betreff: [SP-2026-000123] Voda"),
    "sk": ("Od: Kontakt centar <kontakt@starapazova.example>", "Odoslané: pondelok 2. marca 2026 9:12", "Komu: Ján Havran",
           "Predmet: [SP-2026-000123] Voda"),
    "hr": ("Od: Kontakt centar <kontakt@starapazova.example>", "Poslano: ponedjeljak, 2. ožujka 2026. 09:12", "Prima: Ivan Horvat",
           "Predmet: [SP-2026-000123] Voda"),
}


def word_html(own, block, ours, charset="utf-8"):
    bold = "<br>\r\n".join("<b>%s:</b> %s" % (esc(line.split(": ", 1)[0]), esc(line.split(": ", 1)[1])) for line in block)
    return (WORD_HEAD % charset + mso(own + "\n") + "<div>\r\n<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm "
            "0cm'>\r\n<p class=\"MsoNormal\">" + bold + "<o:p></o:p></p>\r\n</div>\r\n</div>\r\n" + mso("\n" + ours) + "</div>\r\n</body>\r\n</html>")


OUTLOOK_HEAD = (
    ("X-Mailer", "Microsoft Outlook 16.0"), ("Thread-Index", "AQHbExampleExampleExampleExample"), ("Content-Language", "sr-latn-rs"),
    ("X-MS-Has-Attach", ""), ("X-MS-TNEF-Correlator", ""),
)


def outlook(name, who, lang, own, ours=None, both=True, charset="utf-8", **more):
    ours, block = ours or OURS[lang[:2]], BLOCKS[lang]
    text = "%s\n\n%s\n\n%s\n" % (own, "\n".join(block), ours)
    page = html(word_html(own, block, ours, charset), charset=charset)
    body = multipart("alternative", "----=_NextPart_000_0012_01DAAA.0F2B3C40", plain(text, charset=charset), page,
                     preamble="This is a multipart message in MIME format.\r\n\r\n") if both else page
    return Mail(name, who, "RE: [SP-2026-000123] Voda", body, reply=True, own=own, head=OUTLOOK_HEAD, text_has=[ours.split("\n")[0]], **more)


def outlooks():
    yield outlook("outlook-en", JOHN, "en", "Dear all,\n\nthe water is still off.\n\nRegards,\nJohn")
    yield outlook("outlook-sr", FIRM, "sr", "Poštovani,\n\nu ulici i dalje nema vode.\n\nS poštovanjem,\nNenad Ilić, direktor")
    yield outlook("outlook-sr-words", FIRM, "sr2", "Nije rešeno.")
    yield outlook("outlook-hu", ANNA, "hu", "Tisztelt Cím!\n\nKöszönöm, rendben van.", charset="iso-8859-2")
    yield outlook("outlook-de", HANS, "de", "Vielen Dank!", charset="iso-8859-1")
    yield outlook("outlook-sk", JAN, "sk", "Ďakujem za odpoveď.\n\nS pozdravom\nJán Havran", charset="windows-1250")
    yield outlook("outlook-hr", IVAN, "hr", "Hvala, u redu je.")
    yield outlook("outlook-html-only-sr", FIRM, "sr2", "Poštovani,\n\nmolimo za termin.\n\nNenad", both=False)
    yield outlook("outlook-html-only-hu", ANNA, "hu", "Megkaptam, köszönöm.", both=False, charset="iso-8859-2")
    yield outlook("outlook-marker", FIRM, "sr", "Potvrđujemo prijem.", ours=MARKER["sr"] + "\n\n" + OURS["sr"])
    yield outlook("outlook-marker-html-only", ANNA, "hu", "Rendben.", ours=MARKER["hu"] + "\n\n" + OURS["hu"], both=False)

    own = "Poštovani,\n\nšaljemo potpisan ugovor.\n\nNenad Ilić"
    logo = ('Content-Type: image/png; name="image001.png"\r\nContent-Description: image001.png\r\nContent-Disposition: inline; '
            'filename="image001.png"; size=%d\r\nContent-ID: <image001.png@01DAAA.0F2B3C40>\r\nContent-Transfer-Encoding: base64\r\n\r\n' % len(PNG)).encode()
    import base64
    logo += base64.b64encode(PNG)
    page = WORD_HEAD % "utf-8" + mso(own) + '<p class="MsoNormal"><img width="120" height="40" id="Picture_x0020_1" src="cid:image001.png@01DAAA.0F2B3C40" ' \
        'alt="Logo Description automatically generated"></p></div></body></html>'
    contract = File("Ugovor.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04docx" * 9,
                    more="Content-Description: Ugovor.docx\r\n")
    alt = multipart("alternative", "_000_AS8P1alt_", plain(own + "\n\n[cid:image001.png@01DAAA.0F2B3C40]\n"), html(page))
    related = multipart("related", "_005_AS8P1rel_", alt, logo, params=';\r\n\ttype="multipart/alternative"')
    yield Mail("outlook-related-logo", FIRM, "Ugovor", multipart("mixed", "_006_AS8P1mix_", related, contract.part), head=OUTLOOK_HEAD,
               own=own, files=[contract])

    legal = ("Ova poruka je poverljiva i namenjena je isključivo primaocu. Ako ste je greškom primili, molimo vas da obavestite pošiljaoca "
             "i da je obrišete.\n\nThis e-mail is confidential and intended solely for the addressee. If you have received it in error, please "
             "notify the sender and delete it.")
    own = "Molimo za kopiju rešenja.\n\nS poštovanjem,\nMarko Marković\nFirma doo, Nova Pazova"
    yield Mail("outlook-disclaimer", FIRM, "Kopija rešenja", plain(own + "\n\n" + legal + "\n"), head=OUTLOOK_HEAD, own=own, text_has=["notify"])
    text = "Nema na čemu.\n\n-----Original Message-----\nFrom: Kontakt centar [mailto:kontakt@starapazova.example] \nSent: Monday, March 02, " \
        "2026 9:12 AM\nTo: Gradinvest\nSubject: [SP-2026-000123] Voda\n\n" + OURS["sr"]
    yield Mail("outlook-original-message", FIRM, "RE: [SP-2026-000123] Voda", plain(text, charset="windows-1250"), reply=True,
               own="Nema na čemu.", head=(("X-Mailer", "Microsoft Office Outlook 12.0"),))


def owa(own, block, ours, phone=""):
    head = "<br>\r\n".join("<b>%s:</b> %s" % (esc(line.split(": ", 1)[0]), esc(line.split(": ", 1)[1])) for line in block)
    return ('<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style type="text/css" style="display:none;"> '
            'P {margin-top:0;margin-bottom:0;} </style></head><body dir="ltr">' + divs(own) + phone + '<div id="appendonsend"></div>\r\n<hr '
            'tabindex="-1" style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" '
            'style="font-size:11pt" color="#000000">' + head + '</font>\r\n<div>&nbsp;</div>\r\n</div>\r\n<div>' + brs(ours) + '</div></body></html>')


def outlook_webs():
    own, block = "Hvala, stiglo je.\n\nMilica", BLOCKS["sr2"]
    text = own + "\n\n________________________________\n" + "\n".join(block) + "\n\n" + OURS["sr"]
    yield Mail("owa-sr", MILICA, "Re: [SP-2026-000123] Voda", multipart("alternative", "_000_VI1P1_", plain(text, charset="iso-8859-2"),
               html(owa(own, block, OURS["sr"]), charset="utf-8")), reply=True, own=own, head=OUTLOOK_HEAD[1:])
    yield Mail("owa-html-only-sk", JAN, RE, html(owa("Ďakujem.", BLOCKS["sk"], OURS["sk"])), reply=True, own="Ďakujem.")
    signed = owa("Molim za odgovor.", BLOCKS["sr2"], OURS["sr"], phone='<div id="Signature"><div>Milica Petrović</div><div>Ekonomista</div></div>')
    yield Mail("owa-html-signature", MILICA, RE, html(signed), reply=True, own="Molim za odgovor.")
    text = ("Curi i dalje.\n\nPreuzmite Outlook za Android<https://aka.ms/AAb9ysg>\n________________________________\n" + "\n".join(BLOCKS["sr2"]) +
            "\n\n" + OURS["sr"])
    yield Mail("outlook-android", MILICA, RE, plain(text, cte="base64"), reply=True, own="Curi i dalje.")
    page = owa("Stále netečie.", BLOCKS["sk"], OURS["sk"], phone='<div id="ms-outlook-mobile-signature">Získať <a href="https://aka.ms/o0ukef">Outlook '
               'pre iOS</a></div>')
    yield Mail("outlook-ios-html", JAN, RE, html(page), reply=True, own="Stále netečie.")
    page = ('<div>Rendben, köszönöm.</div><div id="mail-editor-reference-message-container"><div class="ms-outlook-mobile-reference-message">'
            '<hr><div><b>Feladó:</b> Kontakt centar<br><b>Dátum:</b> hétfő, 2026. március 2. 9:12<br><b>Címzett:</b> Nagy Anna<br><b>Tárgy:</b> Voda'
            '</div><div>Megkaptuk.</div></div></div>')
    yield Mail("outlook-mac-new-html", ANNA, RE, html(page), reply=True, own="Rendben, köszönöm.")


# --- Thunderbird and its kin ---

TB = (("User-Agent", "Mozilla Thunderbird"), ("Content-Language", "sr"))
FLOWED = "; format=flowed"


def thunderbirds():
    text = "On 02/03/2026 09:12, Kontakt centar wrote:\n> Which street?\n\nKaradjordjeva 5.\n\n-- \nJohn Smith\n"
    yield Mail("thunderbird-en-bottom", JOHN, RE, plain(text, params=FLOWED, cte="7bit"), reply=True, head=TB, own="Karadjordjeva 5.")
    text = ("Dňa 2. 3. 2026 o 9:12 Kontakt centar napísal(a):\n> Na ktorej ulici je porucha, a odkedy \n> netečie voda?\n\nNa Svetosavskej, kúsok od školy, kde \n"
            "bola porucha aj vlani.\n\n> Aké je číslo domu?\n\nŠtrnásť.\n")
    yield Mail("thunderbird-sk-interleaved", JAN, RE, plain(text, params=FLOWED, cte="8bit"), reply=True, head=TB,
               own="Na Svetosavskej, kúsok od školy, kde bola porucha aj vlani.\n\nŠtrnásť.")
    text = "Köszönöm, megjavították.\n\n2026. 03. 02. 9:12 keltezéssel, Kontakt centar írta:\n" + quoted(OURS["hu"]) + "\n"
    yield Mail("thunderbird-hu-top", ANNA, RE, plain(text, params=FLOWED), reply=True, head=TB, own="Köszönöm, megjavították.")
    page = ('<!DOCTYPE html>\r\n<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body><p>Noch nicht behoben.</p>'
            '<div class="moz-cite-prefix">Am 02.03.26 um 09:12 schrieb Kontakt centar:<br></div><blockquote type="cite" cite="mid:x@starapazova.example">'
            '<p>Ist es behoben?</p></blockquote><p>Der Keller steht noch unter Wasser.</p><div class="moz-signature">-- <br>Hans</div></body></html>')
    yield Mail("thunderbird-de-html", HANS, RE, html(page), reply=True, head=TB, own="Noch nicht behoben.\n\nDer Keller steht noch unter Wasser.")
    text = "Dana 2.3.2026. 09:12, Kontakt centar je napisao/la:\n> %s\n> Koja ulica?\n\nSvetosavska.\n" % MARKER["sr"]
    yield Mail("thunderbird-marker-bottom", MILICA, RE, plain(text, params=FLOWED), reply=True, head=TB, own="Svetosavska.")
    text = "Vidite dole.\n\n-------- Prosleđena poruka --------\nNaslov: Isključenje\nDatum: Sun, 1 Mar 2026 20:00:00 +0100\nŠalje: Firma <firma@example.rs>\n" \
        "Prima: milica.p@example.rs\n\nSutra nema struje od 9 do 14."
    yield Mail("thunderbird-forward", MILICA, "Fwd: Isključenje", plain(text, params=FLOWED), head=TB, own=text, own_text_unsure=True)
    text = "Prijavljujem rupu na putu kod broja 14, koja je iz dana u dan sve \nveća i opasna.\n\nHvala,\nMilica\n"
    yield Mail("thunderbird-new-flowed", MILICA, "Rupa na putu", plain(text, params=FLOWED, cte="8bit"), head=TB,
               own="Prijavljujem rupu na putu kod broja 14, koja je iz dana u dan sve veća i opasna.\n\nHvala,\nMilica")
    text = "Ovo je dugačka reč: nepresta \nno curi.\n"
    yield Mail("flowed-delsp", MILICA, "Curi", plain(text, params="; format=flowed; delsp=yes"), own="Ovo je dugačka reč: neprestano curi.")
    signed = ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nNema rasvete u Šafarikovoj.\n- -- \nMilica\n-----BEGIN PGP SIGNATURE-----\n\n"
              "iHUEARYIAB0WIQTexampleexampleexample\n=abcd\n-----END PGP SIGNATURE-----\n")
    yield Mail("pgp-inline-signed", MILICA, "Rasveta", plain(signed), head=TB, own="Nema rasvete u Šafarikovoj.")
    sign = b"Content-Type: application/pgp-signature; name=\"OpenPGP_signature.asc\"\r\nContent-Description: OpenPGP digital signature\r\n" \
        b"Content-Disposition: attachment; filename=\"OpenPGP_signature.asc\"\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nwsB5\r\n-----END PGP SIGNATURE-----\r\n"
    yield Mail("pgp-mime-signed", JAN, "Osvetlenie", multipart("signed", "------------0sKexample", plain("Nesvieti lampa.\n"), sign,
               params='; micalg=pgp-sha256;\r\n protocol="application/pgp-signature"'), head=TB, own="Nesvieti lampa.")


# --- Apple, phones ---

APPLE = (("X-Mailer", "Apple Mail (2.3774.600.62)"),)
IPHONE = (("X-Mailer", "iPhone Mail (22D72)"),)


def apples():
    page = ('<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">Važi, čekam vas.<br id="lineBreakAt'
            'BeginningOfSignature"><div dir="ltr">Poslato sa mog iPhone-a</div><div dir="ltr"><br><blockquote type="cite">Dana 2. 3. 2026., u 09:12, Kontakt '
            'centar &lt;kontakt@starapazova.example&gt; je napisao/la:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">' + brs(OURS["sr"]) +
            '</div></blockquote></body></html>')
    yield Mail("iphone-html-sr", MILICA, RE, html(page), reply=True, head=IPHONE, own="Važi, čekam vas.")
    text = "Važi, čekam vas.\n\nPoslato sa mog iPhone-a\n\n> Dana 2. 3. 2026., u 09:12, Kontakt centar <kontakt@starapazova.example> je napisao/la:\n> \n> Sutra u 10.\n"
    yield Mail("iphone-plain-sr", MILICA, RE, multipart("alternative", "Apple-Mail-1A2B", plain(text), html(page)), reply=True, head=IPHONE,
               own="Važi, čekam vas.")
    text = "Dobre.\n\nOdoslané z iPhonu\n\n> Dňa 2. 3. 2026 o 9:12, Kontakt centar <kontakt@starapazova.example> napísal:\n> \n> Zajtra?\n"
    yield Mail("iphone-plain-sk", JAN, RE, plain(text), reply=True, head=IPHONE, own="Dobre.")
    text = "Jó.\n\nAz iPhone-omról küldve\n\n> 2026. 03. 02. dátummal, 9:12 időpontban Kontakt centar <kontakt@starapazova.example> írta:\n> \n> Holnap?\n"
    yield Mail("iphone-plain-hu", ANNA, RE, plain(text, cte="base64"), reply=True, head=IPHONE, own="Jó.")
    text = "\n\n> On 2. 3. 2026., at 09:12, Kontakt centar <kontakt@starapazova.example> wrote:\n> \n> Koja ulica?\n\nSvetosavska.\n"
    yield Mail("apple-mail-bottom", MILICA, RE, plain(text), reply=True, head=APPLE, own="Svetosavska.")
    photo = File("IMG_4711.jpeg", "image/jpeg", b"\xff\xd8\xff\xe0" + b"photo" * 20000, 'Content-Type: image/jpeg; name="IMG_4711.jpeg"; x-apple-part-url="A1"\r\n'
                 'Content-Disposition: inline; filename="IMG_4711.jpeg"')
    yield Mail("iphone-photo-between", PETAR, "Рупа", multipart("mixed", "Apple-Mail-77", plain("Рупа код школе:\n\n", params=";\r\n\tformat=flowed"), photo.part,
               plain("\n\nПослато са мог iPhone-а\n")), head=IPHONE, own="Рупа код школе:", files=[photo])


SAMSUNG = (("X-Mailer", "Samsung Android Mail"),)


def phones():
    text = ("Хвала\n\nПослато са Samsung Galaxy паметног телефона.\n\n-------- Оригинална порука --------\nОд: Kontakt centar <kontakt@starapazova.example> \n"
            "Датум: 2.3.2026. 09:12 (GMT+01:00) \nЗа: petar.jovic@gmail.example \nТема: [SP-2026-000123] Voda \n\n" + OURS["cyrl"] + "\n")
    page = ('<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body dir="auto"><div dir="auto">Хвала</div><div dir="auto"><br>'
            '</div><div id="composer_signature" dir="auto"><div style="font-size:12px;color:#575757" dir="auto">Послато са Samsung Galaxy паметног телефона.</div></div>'
            '<div dir="auto"><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- Оригинална порука --------</div><div>Од: Kontakt '
            'centar &lt;kontakt@starapazova.example&gt; </div><div>Датум: 2.3.2026.  09:12  (GMT+01:00) </div><div>За: petar.jovic@gmail.example </div><div>Тема: Voda '
            '</div><div><br></div></div>' + divs(OURS["cyrl"]) + '</body></html>')
    yield Mail("samsung-cyrl", PETAR, RE, multipart("alternative", "--_com.samsung.android.email_1", plain(text, cte="base64"), html(page, cte="base64")),
               reply=True, head=SAMSUNG, own="Хвала")
    yield Mail("samsung-html-only", PETAR, RE, html(page, cte="base64"), reply=True, head=SAMSUNG, own="Хвала")
    text = ("Köszi\n\nSamsung Galaxy készülékről küldve\n\n-------- Eredeti üzenet --------\nFeladó: Kontakt centar <kontakt@starapazova.example>\nDátum: 2026. 03. 02."
            " 9:12 (GMT+01:00)\nCímzett: anna.nagy@example.hu\nTárgy: Voda\n\nKész.\n")
    yield Mail("samsung-hu", ANNA, RE, plain(text, cte="base64"), reply=True, head=SAMSUNG, own="Köszi")
    text = "On 2 March 2026 09:12:23 CET, Kontakt centar <kontakt@starapazova.example> wrote:\n>Gde je kvar?\n\nKod crkve.\n-- \nSent from my Android device with K-9 Mail. Please excuse my brevity."
    yield Mail("k9-bottom", MILICA, RE, plain(text), reply=True, head=(("User-Agent", "K-9 Mail for Android"),), own="Kod crkve.")
    text = ("Hvala vam.\n\nSent from Yahoo Mail on Android \n \n  On Mon, Mar 2, 2026 at 9:12, Kontakt centar<kontakt@starapazova.example> wrote:   Gotovo je.  \n")
    yield Mail("yahoo-android", MILICA, RE, plain(text), reply=True, head=(("X-Mailer", "WebService/1.1.21500 YMailNorrin"),), own="Hvala vam.")
    page = ('<html><head></head><body><div class="ydp1a2b3c4dyahoo-style-wrap" style="font-family:Helvetica;"><div dir="ltr" data-setdir="false">Hvala, gotovo je.</div></div>'
            '<div id="ydp9f8e7d6cyahoo_quoted_1234567890" class="ydp9f8e7d6cyahoo_quoted"><div><div>On Monday, March 2, 2026 at 09:12:11 AM GMT+1, Kontakt centar '
            '&lt;kontakt@starapazova.example&gt; wrote: </div><div><br></div><div>Gotovo je.</div></div></div></body></html>')
    yield Mail("yahoo-web-html", MILICA, RE, html(page), reply=True, own="Hvala, gotovo je.")
    text = "Rupa na putu kod škole u Golubincima.\n\nSent from my Galaxy\n"
    yield Mail("samsung-new", MILICA, "Rupa", plain(text), head=SAMSUNG, own="Rupa na putu kod škole u Golubincima.")


# --- web mail and others ---

def others():
    text = "Hvala.\n\nDana 2026-03-02 09:12, Kontakt centar je napisao:\n" + quoted(OURS["sr"]) + "\n"
    yield Mail("roundcube-sr", MILICA, RE, plain(text, cte="8bit", params=";\r\n format=flowed"), reply=True, head=(("User-Agent", "Roundcube Webmail/1.6.5"),), own="Hvala.")
    text = "Dňa 2026-03-02 09:12 Kontakt centar napísal(a):\n" + quoted("Je to opravené?") + "\n\nÁno, ďakujem.\n"
    yield Mail("roundcube-sk-bottom", JAN, RE, plain(text), reply=True, head=(("User-Agent", "Roundcube Webmail/1.4.15"),), own="Áno, ďakujem.")
    page = ('<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8" /></head><body style=\'font-size: 10pt\'><p>Još curi.</p><div id="signature">-- <br />'
            '</div><p id="reply-intro">Dana 2026-03-02 09:12, Kontakt centar je napisao:</p><blockquote type="cite" style="padding: 0 0.4em;"><div>Popravljeno je.</div></blockquote></body></html>')
    yield Mail("roundcube-html", MILICA, RE, html(page), reply=True, head=(("User-Agent", "Roundcube Webmail/1.6.5"),), own="Još curi.")
    text = "Hvala.\n\n----- Originalna poruka -----\nOd: \"Kontakt centar\" <kontakt@starapazova.example>\nZa: \"milica\" <milica.p@example.rs>\nPoslato: Ponedeljak, 2. mart 2026. " \
        "09:12:00\nTema: [SP-2026-000123] Voda\n\n" + OURS["sr"]
    yield Mail("zimbra-plain", MILICA, RE, plain(text), reply=True, head=(("X-Mailer", "Zimbra 8.8.15_GA_4059 (ZimbraWebClient - GC121 (Win)/8.8.15_GA_4059)"),), own="Hvala.")
    page = ('<html><body><div style="font-family: arial"><div>Stiglo je.</div><div><br></div><div data-marker="__SIG_POST__">-- <br>Milica, knjigovođa</div><div><br></div><hr id="zwchr" '
            'data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>"Kontakt centar" &lt;kontakt@starapazova.example&gt;<br><b>To: </b>"milica"<br><b>Sent: </b>Monday, 2 '
            'March, 2026 09:12:00<br><b>Subject: </b>Voda<br></div><div><br></div><div data-marker="__QUOTED_TEXT__">Poslali smo.</div></div></body></html>')
    yield Mail("zimbra-html", MILICA, RE, html(page), reply=True, own="Stiglo je.")
    text = "Danke.\n\n \n\nGesendet: Montag, 02. März 2026 um 09:12 Uhr\nVon: \"Kontakt centar\" <kontakt@starapazova.example>\nAn: hans.mueller@example.de\nBetreff: Voda\n\nErledigt."
    yield Mail("gmx", HANS, RE, plain(text), reply=True, head=(("X-Mailer", "GMX Webmail"),), own="Danke.")
    text = "Hvala.\n\nSent with [Proton Mail](https://proton.me/) secure email.\n\nOn Monday, March 2nd, 2026 at 09:12, Kontakt centar <kontakt@starapazova.example> wrote:\n\n> Gotovo.\n"
    yield Mail("proton", MILICA, RE, plain(text, cte="base64"), reply=True, own="Hvala.")
    text = "Hvala.\n\nDana ponedeljak 02. mart 2026. 09:12, Kontakt centar je napisao/la:\n> Gotovo je.\n"
    yield Mail("kmail-sr", MILICA, RE, plain(text, charset="iso-8859-2"), reply=True, head=(("User-Agent", "KMail/1.13.7"),), own="Hvala.")
    text = "> Gde je kvar?\nKod škole.\n"
    yield Mail("squirrelmail", MILICA, RE, plain(text, charset="iso-8859-2", cte="8bit"), reply=True, head=(("User-Agent", "SquirrelMail/1.4.22"),), own="Kod škole.")
    text = "Nema vode.\n----- Original Message ----- \nFrom: \"Kontakt centar\" <kontakt@starapazova.example>\nTo: \"Milica\" <milica.p@example.rs>\nSent: Monday, March 02, 2026 9:12 AM\n" \
        "Subject: Voda\n\n\n> Primljeno.\n"
    yield Mail("outlook-express-1250", MILICA, RE, plain(text, charset="windows-1250"), reply=True, head=(("X-Mailer", "Microsoft Outlook Express 6.00.2900.5931"),), own="Nema vode.")
    yield Mail("thebat-1251", PETAR, "Нема струје", plain("Добар дан,\n\nнема струје у Његошевој.\n\n-- \nПетар\n", charset="windows-1251", cte="8bit"),
               head=(("X-Mailer", "The Bat! (v3.99.29) Professional"),), own="Добар дан,\n\nнема струје у Његошевој.")
    text = "Ime: Milica\nAdresa: Svetosavska 14\nPoruka: Ne radi ulična rasveta."
    yield Mail("php-form", Person("", "www-data@portal.example"), "Poruka sa sajta", plain(text, cte="8bit"), head=(("X-Mailer", "PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)"),),
               own=text)
    scan = File("Scan0001.pdf", "application/pdf", PDF)
    yield Mail("scanner", Person("MFP", "mfp@gradinvest.example"), "Skenirano", multipart("mixed", "MFP-1", plain("", cte="7bit", charset="us-ascii"), scan.part), own="", files=[scan])
    yield Mail("windows-mail", MILICA, RE, plain("Hvala.\n\nPoslato iz aplikacije Mail za Windows\n\nOd: Kontakt centar\nPoslato: ponedeljak, 2. mart 2026. 09:12\nZa: Milica\nTema: Voda\n\nGotovo.\n"),
               reply=True, own="Hvala.")
    yield Mail("two-recipients", MILICA, "Pitanje", plain("Da li radi šalter?\n"), to=(Person("Општина", "pisarnica@starapazova.example"), Person(OUR_NAME, US)), own="Da li radi šalter?")


def mails():
    for group in (gmails, outlooks, outlook_webs, thunderbirds, apples, phones, others):
        yield from group()
