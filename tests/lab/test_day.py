# SPDX-License-Identifier: GPL-3.0-or-later
"""A day's ordinary texts, through real Kannel by the box link unless a story says otherwise."""
from process import Failure
from stories import in_lab

ANA, BORIS, VERA = "+381641234567", "+381652345678", "+381603456789"
NUMBER = r"SP-\d{4}-\d{6}"
PIPE = "Pukla je cev u Svetosavskoj 14, voda tece po trotoaru vec 2 sata"
LAMP = "Не ради улична расвета у Његошевој 20, мрак је три дана"
LONG = "Поштовани, на углу Карађорђеве и Његошеве у Новој Пазови већ три недеље не раде светиљке 🌙. Деца се из друге смене враћају " \
    "по мраку, аутомобили их не виде. Молимо да пошаљете екипу! 🙏"


def texts_of(lab, number):
    return [entry["text"] for entry in lab.case(number)["log"] if entry["text"]]


def row_is(lab, number, kind, state):
    return lab.until(f"the {kind} of {number} is {state}",
                     lambda: [r for r in lab.rows("--case", number) if r["kind"] == kind and r["state"] == state])


def report(lab, phone, text=PIPE, pattern=NUMBER, **how):
    """A text that opens a case and is acknowledged; gives the case's number."""
    ids = phone.text(text, **how)
    number = phone.expect(pattern).group(0)
    lab.smsc.wait_acknowledged(ids)
    return number[-14:]


def test_a_text_becomes_a_case_and_is_answered(lab):
    """A text becomes a case, its writer gets the number, and the receipt makes the answer ARRIVED"""
    number = report(lab, lab.phone(ANA), pattern=rf"^Prijava {NUMBER}")
    case = lab.case(number)
    assert (case["category"], case["state"], case["contact"], case["channel"]) == ("VOD", "new", "sms:" + ANA, lab.channel), case
    assert case["opened"] and case["answer_due"] and PIPE in texts_of(lab, number)
    row = row_is(lab, number, "ack", "arrived")[0]
    assert (row["to"], row["segments"], row["case"]) == ("sms:" + ANA, 1, number), row
    assert lab.assert_sound()["outcomes"]["case"] == 1


def test_cyrillic_is_answered_in_cyrillic(lab):
    """A Cyrillic text is answered in Cyrillic, in at most two segments"""
    phone = lab.phone(BORIS)
    number = report(lab, phone, LAMP, rf"^Пријава {NUMBER}")
    case = lab.case(number)
    assert (case["category"], case["language"]) == ("RAS", "sr-Cyrl") and phone.received()[0]["coding"] == "ucs2", (case, phone.received())
    assert phone.received()[0]["segments"] <= 2
    lab.assert_sound()


def test_three_parts_with_emoji_are_one_case(lab):
    """A long text in three parts, in any order, is one case with every letter and emoji in its place"""
    phone = lab.phone(VERA)
    number = report(lab, phone, LONG, order=[3, 1, 2])
    assert LONG in texts_of(lab, number), texts_of(lab, number)
    balance = lab.assert_sound()
    assert balance["parts"] == {"received": 3, "joined": 3, "waiting": 0, "given_up": 0} and balance["received"]["sms"] == 1


@in_lab(conf={"desk": {"part_wait": "1s"}})
def test_a_missing_part_is_marked(lab):
    """When a part doesn't come, what came is a case with a mark, and the late part joins it"""
    phone = lab.phone(VERA)
    number = report(lab, phone, LONG, ref=77, order=[1, 3])
    whole = " ".join(texts_of(lab, number))
    assert "Поштовани" in whole and "екипу" in whole and "…" in whole, whole
    assert lab.one("balance")["parts"] == {"received": 2, "joined": 0, "waiting": 0, "given_up": 2}
    lab.smsc.wait_acknowledged(phone.text(LONG, ref=77, order=[2]))
    lab.until("the late part stands in the case", lambda: any("светиљке" in t for t in texts_of(lab, number)), 5)
    assert len(lab.cases()) == 1
    lab.assert_sound()


def test_a_duplicate_delivery_changes_nothing(lab):
    """A text that the network delivers twice is one case with one answer"""
    phone = lab.phone(ANA)
    ids = phone.text(PIPE)
    phone.expect(NUMBER)
    lab.smsc.wait_acknowledged([lab.smsc.ask("again", of=ids[0])["id"]])
    lab.until("the repeat is counted", lambda: lab.one("balance")["repeats"] == 1)
    phone.expect_silence(1)
    assert len(lab.cases()) == 1
    lab.assert_sound()


def test_status_shows_ones_own_cases_only(lab):
    """STATUS names one's own case; somebody else's number and a missing one get the same words"""
    ana, boris = lab.phone(ANA), lab.phone(BORIS)
    number = report(lab, ana)
    ana.text("status")
    ana.expect(number)
    boris.text(f"STATUS {number}")
    foreign = boris.expect(".+").group(0)
    boris.text("STATUS SP-2026-099999")
    assert boris.expect(".+").group(0) == foreign and number not in foreign
    assert len(lab.cases()) == 1 and lab.assert_sound()["outcomes"]["command"] == 3


def test_stop_keeps_the_case(lab):
    """STOP is confirmed once and stops the texts, the case goes on; START brings them back"""
    phone = lab.phone(ANA)
    number = report(lab, phone)
    phone.text("STOP")
    phone.expect("START")
    refused = lab.odzivd.run("case", "answer", number, "Cev je zamenjena.")
    assert refused.returncode == 1 and "STOP" in refused.stderr, refused
    phone.expect_silence(1)
    assert lab.case(number)["state"] != "closed"
    phone.text("START")
    phone.expect(".+")
    lab.odziv("case", "answer", number, "Voda je puštena.")
    phone.expect("Voda je pu[sš]tena")
    lab.assert_sound()


def test_an_answer_by_staff_arrives(lab):
    """What staff write reaches the phone and the receipt is kept; then the case may be closed"""
    phone = lab.phone(ANA)
    number = report(lab, phone)
    lab.odziv("case", "answer", number, "Ekipa dolazi u 14 h. Cena: {5} [din] ~ 0,04 €")
    phone.expect(r"Ekipa dolazi u 14 h\. Cena: \{5\} \[din\] ~ 0,04 €")
    assert phone.received()[-1]["coding"] == "gsm"
    assert row_is(lab, number, "answer", "arrived")[0]["arrived"]
    assert lab.case(number)["answered"]
    closed = lab.one("case", "close", number, "popravljeno")
    assert (closed["state"], closed["reason"]) == ("closed", "popravljeno")
    lab.assert_sound()


def test_gsm_extension_characters_come_in_whole(lab):
    """The characters of the GSM extension table stand in the case as they were written"""
    text = "Rupa na putu [kod br. 5] {vidi ~50 m} ^ \\ | 20 €"
    number = report(lab, lab.phone(ANA), text)
    assert text in texts_of(lab, number), texts_of(lab, number)


def test_a_binary_message_is_kept_as_it_came(lab):
    """Binary messages are acknowledged and kept octet by octet with their UDH; the writer is asked once what is meant"""
    phone = lab.phone(ANA)
    lab.smsc.wait_acknowledged(phone.text(None, hex="00ff1b80") + phone.text(None, udh="060504158a0000", hex="0102"))
    phone.expect(".+")
    phone.expect_silence(0.5)
    kept = [(m["record"]["raw"], m["record"]["udh"], m["record"]["coding"]) for m in lab.odziv("dump", "message")]
    assert kept == [("00ff1b80", "", 1), ("0102", "060504158a0000", 1)], kept
    balance = lab.assert_sound()
    assert (balance["received"]["sms"], len(lab.cases())) == (2, 0)


def test_a_sender_that_cannot_be_answered_is_not(lab):
    """A text of a name or of a foreign prefix is kept, and nothing is sent to it"""
    for sender in ("INFO", "+4412345678"):
        lab.smsc.wait_acknowledged(lab.smsc.send(sender, PIPE))
    lab.until("both are kept", lambda: lab.one("balance")["received"]["sms"] == 2)
    assert not lab.smsc.find("segment")
    lab.assert_sound()


def test_a_refused_text_fails_and_a_throttled_one_arrives(lab):
    """A text that the SMSC refuses is FAILED and the case stays open; a throttled one arrives later"""
    phone, other = lab.phone(ANA), lab.phone(BORIS)
    lab.smsc.behave(statuses=[0x0B])
    lab.smsc.wait_acknowledged(phone.text(PIPE))
    failed = lab.until("the row is FAILED", lambda: [r for r in lab.rows() if r["state"] == "failed"])
    assert lab.case(failed[0]["case"])["state"] == "new" and failed[0]["error"]
    lab.smsc.behave(statuses=[0x58])
    report(lab, other, LAMP)
    lab.assert_sound()


def test_commands_work_without_the_daemon(lab):
    """When no daemon runs, odziv reads and writes the store by itself"""
    number = report(lab, lab.phone(ANA))
    row_is(lab, number, "ack", "arrived")
    lab.odzivd.stop()
    assert lab.one("status")["daemon"] is False and lab.case(number)["number"] == number
    lab.odziv("case", "answer", number, "Ekipa dolazi sutra.")
    lab.assert_sound()
    lab.odzivd.start()
    lab.phone(ANA).smsc.wait("the answer leaves after the start", lambda s: [e for e in s.events if e["event"] == "text" and "Ekipa dolazi" in e["text"]])


@in_lab(link="http")
def test_the_http_link_loses_no_information(lab):
    """By smsbox and HTTP: GSM, Cyrillic, long texts with emoji and receipts come through as by the box link"""
    ana, boris, vera = lab.phone(ANA), lab.phone(BORIS), lab.phone(VERA)
    number = report(lab, ana, PIPE + " {5} [m] €")
    assert PIPE + " {5} [m] €" in texts_of(lab, number)
    row_is(lab, number, "ack", "arrived")
    second = report(lab, boris, LAMP, rf"^Пријава {NUMBER}")
    assert LAMP in texts_of(lab, second)
    assert LONG in texts_of(lab, report(lab, vera, LONG))
    lab.odziv("case", "answer", second, LONG)
    assert boris.expect(".+").group(0).endswith(LONG), boris.received()
    row_is(lab, second, "answer", "arrived")
    lab.assert_sound()


@in_lab(link="simulator")
def test_the_simulator_needs_no_server(lab):
    """odziv phone speaks with the network inside the daemon: a text in, the acknowledgement out"""
    seen = lab.odziv("phone", ANA, PIPE, "--wait", "5")
    if len(seen) != 1 or seen[0]["from"] != "1955" or "SP-" not in seen[0]["text"]:
        raise Failure(f"odziv phone saw {seen}")
    lab.assert_sound()
