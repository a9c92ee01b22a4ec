# SPDX-License-Identifier: GPL-3.0-or-later
"""The day of test_day.py directly at the SMSC, without Kannel, and what only such a channel has to say."""
import functools

import test_day
from stories import in_lab
from test_day import ANA, BORIS, LAMP, LONG, NUMBER, VERA, report, row_is, texts_of

DAY = (
    test_day.test_a_text_becomes_a_case_and_is_answered, test_day.test_cyrillic_is_answered_in_cyrillic,
    test_day.test_three_parts_with_emoji_are_one_case, test_day.test_a_missing_part_is_marked,
    test_day.test_a_duplicate_delivery_changes_nothing, test_day.test_stop_keeps_the_case,
    test_day.test_an_answer_by_staff_arrives, test_day.test_gsm_extension_characters_come_in_whole,
    test_day.test_a_binary_message_is_kept_as_it_came, test_day.test_a_sender_that_cannot_be_answered_is_not,
    test_day.test_a_refused_text_fails_and_a_throttled_one_arrives)


def directly(story):
    @functools.wraps(story)
    def told(lab):
        story(lab)
    told.__module__, told.__doc__ = __name__, f"Directly at the SMSC: {story.__doc__}"
    return in_lab(**{**getattr(story, "lab", {}), "link": "smpp"})(told)


globals().update((story.__name__, directly(story)) for story in DAY)

WAYS_IN = ({"sar": True}, {"payload": True}, {"ref_octets": 2, "ref": 0x1234}, {"order": [3, 1, 2]}, {"sar": True, "order": [2, 3, 1]})


@in_lab(link="smpp")
def test_a_long_text_comes_in_by_every_way(lab):
    """A long text by sar, as message_payload, with a reference of 16 bits and in any order is one case, letter by letter"""
    phones = [lab.phone(f"+38164000{n:04d}") for n in range(len(WAYS_IN))]
    for phone, way in zip(phones, WAYS_IN):
        phone.text(LONG, **way)
    for phone, way in zip(phones, WAYS_IN):
        number = phone.expect(NUMBER).group(0)
        assert LONG in texts_of(lab, number), (way, texts_of(lab, number))
    assert lab.assert_sound()["received"]["sms"] == len(WAYS_IN)


def answered_in(lab, how, segment):
    """A long answer by staff, sent in this way; each of its segments must look like that."""
    lab.odzivd.write_conf(smpp={"long": how})
    lab.odzivd.restart()
    phone = lab.phone(VERA)
    before = len(phone.segments())
    number = report(lab, phone, LONG)
    lab.odziv("case", "answer", number, LONG)
    assert phone.expect(".+").group(0).endswith(LONG), phone.received()
    row_is(lab, number, "answer", "arrived")
    found = [s for s in phone.segments()[before:] if "Поштовани" in s["text"] or s["part"]]
    assert found and all(segment(s) for s in found), (how, found)


@in_lab(link="smpp")
def test_a_long_answer_leaves_by_every_way(lab):
    """A long answer leaves with references of 8 and 16 bits, by sar, or as message_payload, as the operator wants it, and arrives whole"""
    for how, segment in (("udh16", lambda s: s["udh"].startswith("060804")), ("sar", lambda s: not s["udh"] and s["part"]),
                         ("payload", lambda s: s["is_payload"] and not s["part"]), ("udh8", lambda s: s["udh"].startswith("050003"))):
        answered_in(lab, how, segment)
    lab.assert_sound()


@in_lab(link="smpp", conf={"smpp": {"alphabet": "latin1"}})
def test_an_smsc_that_means_latin1(lab):
    """Where data_coding 0 means Latin-1, brackets and umlauts come in and go out as they were written"""
    lab.smsc.behave(alphabet="latin1")
    text = "Rupa na putu [kod br. 5] {vidi} Überraschung, voda tece"
    phone = lab.phone(ANA)
    number = report(lab, phone, text, coding="latin1", dcs=0)
    assert text in texts_of(lab, number), texts_of(lab, number)
    lab.odziv("case", "answer", number, "Ekipa [dolazi] u 14 h")
    phone.expect(r"Ekipa \[dolazi\] u 14 h")


@in_lab(link="smpp")
def test_indications_are_not_answered(lab):
    """An indication of waiting voice mail and a type 0 text are acknowledged, USSD is refused for good; all are recorded, nobody is answered"""
    ussd = lab.smsc.send(BORIS, "*100#", service_type="USSD")
    lab.smsc.wait_acknowledged(lab.smsc.send(BORIS, "2 poruke", dcs=0xC8) + lab.smsc.send(BORIS, "", protocol_id=0x40) + lab.smsc.send(ANA, LAMP))
    lab.phone(ANA).expect(NUMBER)
    assert [e["status"] for e in lab.smsc.find("resp", id=ussd[0])] == [0x66]
    assert not lab.phone(BORIS).segments() and len(lab.cases()) == 1
    assert lab.assert_sound()["received"]["sms"] == 4


@in_lab(link="smpp")
def test_a_picture_is_answered_with_words(lab):
    """Who sends pictures (MMS) is told that only texts are read; the announcement is kept"""
    octets = b"\x01\x06\x22application/vnd.wap.mms-message\x00\xaf\x84\x8c\x82" + VERA.encode() + b"/TYPE=PLMN\x00"
    lab.smsc.wait_acknowledged(lab.smsc.send("+381600000000", None, udh="0605040b8423f0", hex=octets.hex()))
    lab.phone(VERA).expect(".+")
    assert not lab.cases()
    lab.assert_sound()
