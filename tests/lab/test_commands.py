# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line is a contract: what each call prints, key by key, and how it exits, with the daemon, without it, and called wrongly."""
import json
import os
import re
import signal
import subprocess

from stories import in_lab

ANA, BORIS = "+381641234567", "+381652345678"
PIPE = "Pukla je cev u Svetosavskoj 14, voda tece po trotoaru vec 2 sata"
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class At:
    """A time: RFC 3339 in UTC."""


NONE = type(None)
TEXT, MAYBE, TIME, MAYBE_TIME = (str,), (str, NONE), (At,), (At, NONE)

CASE = {
    "number": TEXT, "state": TEXT, "category": TEXT, "department": TEXT, "clerk": MAYBE, "channel": TEXT, "contact": TEXT, "language": TEXT,
    "place": MAYBE, "settlement": MAYBE, "opened": TIME, "answer_due": MAYBE_TIME, "solve_due": MAYBE_TIME, "answered": MAYBE_TIME,
    "solved": MAYBE_TIME, "closed": MAYBE_TIME, "reason": MAYBE, "messages": (int,),
}
LOG = {"at": TIME, "who": MAYBE, "what": TEXT, "text": MAYBE, "channel": MAYBE, "why": MAYBE}
CASE_SHOWN = {**CASE, "log": [LOG]}
ROW = {
    "id": TEXT, "channel": TEXT, "to": TEXT, "case": MAYBE, "kind": TEXT, "state": TEXT, "segments": (int,), "attempts": (int,), "created": TIME,
    "not_before": MAYBE_TIME, "sent": MAYBE_TIME, "arrived": MAYBE_TIME, "error": MAYBE, "text": MAYBE,
}
CLASSIFIED = {
    "outcome": TEXT, "categories": [TEXT], "question": (bool,), "article": MAYBE, "command": MAYBE, "case": MAYBE, "emergency": (bool,),
    "quarantine_reason": MAYBE, "language": MAYBE, "script": MAYBE, "settlement": MAYBE, "place": MAYBE, "confidence": (int, float),
    "why": [{"category": MAYBE, "rule": TEXT, "matched": TEXT, "weight": (int, float)}],
}
SMS = {"encoding": TEXT, "units": (int,), "segments": (int,), "per_segment": (int,), "plain": TEXT, "plain_segments": (int,)}
BALANCE = {
    "received": {"sms": (int,), "mail": (int,)}, "repeats": (int,), "balanced": (bool,),
    "outcomes": {name: (int,) for name in ("case", "joined", "information", "command", "quarantine", "not_answered")},
    "parts": {name: (int,) for name in ("received", "joined", "waiting", "given_up")},
}
STATUS = {
    "daemon": (bool,), "instance": TEXT, "version": TEXT, "uptime_s": (int,), "training": (bool,),
    "channels": [{"name": TEXT, "type": TEXT, "state": TEXT, "since": MAYBE_TIME, "last_in": MAYBE_TIME, "last_out": MAYBE_TIME,
                  "queued": (int,), "sending": (int,), "unsure": (int,), "faults": [TEXT]}],
    "store": {"used_bytes": (int,), "map_bytes": (int,), "free_disk_bytes": (int,), "intake": TEXT},
    "queues": {"jobs": (int,), "parts_waiting": (int,), "early": (int,)},
    "alarms": [{"since": TIME, "name": TEXT, "text": TEXT}],
}


def is_a(value, kind):
    if kind is At:
        return isinstance(value, str) and AT.fullmatch(value) is not None
    return type(value) is kind


def check(value, shape, where):
    """Every key of the contract is there, with a value of its kind; further keys may be."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), f"{where}: {value!r} is no object"
        for key, inner in shape.items():
            assert key in value, f"{where}: the key {key!r} is missing from {value}"
            check(value[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{where}: {value!r} is no list"
        for n, item in enumerate(value):
            check(item, shape[0], f"{where}[{n}]")
    else:
        assert any(is_a(value, kind) for kind in shape), f"{where}: {value!r} is none of {[k.__name__ for k in shape]}"


def shown(lab, shape, *words, **how):
    """The one object of a call, held against its shape."""
    found = lab.one(*words, **how)
    check(found, shape, " ".join(map(str, words)))
    return found


def listed(lab, shape, *words):
    found = lab.odziv(*words)
    for item in found:
        check(item, shape, " ".join(map(str, words)))
    return found


def report(lab, number=ANA, text=PIPE):
    """A text from a simulated phone; gives its case's number."""
    (heard,) = listed(lab, {"at": TIME, "from": TEXT, "text": TEXT}, "phone", number, text, "--wait", "2")
    return re.search(r"SP-\d{4}-\d{6}", heard["text"]).group(0)


@in_lab(link="simulator")
def test_the_commands_about_cases_print_what_others_rely_on(lab):
    """Every command about cases prints the case with all the keys of the contract, and does what it is called"""
    number, other = report(lab), report(lab, BORIS, "Ne radi ulicna rasveta u Njegosevoj 20")
    assert [c["number"] for c in listed(lab, CASE, "case", "list")] == [other, number]
    assert [c["number"] for c in listed(lab, CASE, "case", "list", "--category", "VOD", "--state", "new", "--limit", "5")] == [number]
    assert [c["number"] for c in listed(lab, CASE, "case", "search", "svetosavska")] == [number]
    assert not listed(lab, CASE, "case", "list", "--late") and not listed(lab, CASE, "case", "list", "--state", "closed")
    first = shown(lab, CASE_SHOWN, "case", "show", number)
    assert (first["messages"], first["contact"], first["channel"], first["state"]) == (1, "sms:" + ANA, "phones", "new")
    changes = [(("note", number, "samo za nas"), {}), (("status", number, "open"), {"state": "open"}), (("assign", number, "vodovod"), {"clerk": "vodovod"}),
               (("answer", number, "Kada je počelo?", "--question"), {"state": "waiting"}), (("answer", number, "Ekipa je na terenu."), {}),
               (("close", number, "popravljeno"), {"state": "closed", "reason": "popravljeno"}), (("reopen", number, "opet curi"), {"closed": None}),
               (("merge", other, number), {"number": other, "state": "closed"})]
    for words, after in changes:
        case = shown(lab, CASE_SHOWN, "case", *words)
        assert {key: case[key] for key in after} == after, (words, case)
    made = shown(lab, CASE_SHOWN, "case", "new", "sms:+381641111111", "Rupa na putu, javljeno na šalteru", "--category", "PUT")
    assert (made["category"], made["contact"], made["state"]) == ("PUT", "sms:+381641111111", "new"), made
    lab.assert_sound()


@in_lab(link="simulator")
def test_the_other_commands_print_what_others_rely_on(lab):
    """Rows, contacts, quarantine, balance, status, verify, dump and backup print all the keys of the contract"""
    number = report(lab)
    (row,) = listed(lab, ROW, "outbox", "list", "--case", number)
    assert shown(lab, ROW, "outbox", "show", row["id"])["kind"] == "ack" and row["to"] == "sms:" + ANA
    assert lab.until("the receipt is kept", lambda: listed(lab, ROW, "outbox", "list", "--state", "arrived"))
    assert shown(lab, {"contact": TEXT}, "contact", "show", "sms:" + ANA)["contact"] == "sms:" + ANA
    check(lab.one("contact", "export", ANA), {"contact": TEXT, "cases": [CASE]}, "contact export")
    assert lab.odziv("quarantine", "list") == []
    balance = shown(lab, BALANCE, "balance")
    assert balance["balanced"] and balance["outcomes"]["case"] == 1
    today = balance_day(lab)
    assert shown(lab, BALANCE, "balance", "--from", today, "--to", today) == balance
    status = shown(lab, STATUS, "status")
    assert status["daemon"] and status["channels"][0]["state"] == "up" and status["store"]["intake"] == "open", status
    verified = shown(lab, {"ok": (bool,), "records": (int,), "problems": [TEXT]}, "verify")
    assert verified["ok"] and verified["records"] > 0
    assert listed(lab, {"table": TEXT, "key": TEXT, "record": {}}, "dump", "case") and len(lab.odziv("dump")) >= verified["records"]
    assert lab.odziv("rebuild") is not None
    check(lab.one("backup", os.path.join(lab.odzivd.state, "copy")), {"dir": TEXT, "at": TIME}, "backup")
    lab.assert_sound()


def balance_day(lab):
    return lab.cases()[0]["opened"][:10]


@in_lab(link="simulator", serve=())
def test_what_needs_no_store_prints_what_others_rely_on(lab):
    """classify, sms, template and profile need neither daemon nor store, and take a text as word, from stdin and from a table"""
    table = os.path.join(lab.folder, "texts.tsv")
    with open(table, "w", encoding="utf-8") as f:
        f.write("id\ttext\n1\t" + PIPE + "\n2\t\n3\tšta je sa mojom prijavom\n")
    found = shown(lab, CLASSIFIED, "classify", PIPE)
    assert (found["outcome"], found["categories"], found["place"], found["script"]) == ("case", ["VOD"], "Svetosavska 14", "Latn"), found
    assert shown(lab, CLASSIFIED, "classify", "-", text=PIPE + "\n") == found
    assert [r["outcome"] for r in listed(lab, CLASSIFIED, "classify", "--tsv", table)] == ["case", "empty", "command"]
    assert shown(lab, SMS, "sms", "show", "ž" * 70 + "{") == {"encoding": "UCS-2", "units": 71, "segments": 2, "per_segment": 67,
                                                              "plain": "z" * 70 + "{", "plain_segments": 1}
    assert json.loads(call(lab, "--json", "sms", "show", "--", "--json").stdout)["plain"] == "--json"
    check(lab.one("template", "show", "ack", "sr-Latn"), {"name": TEXT, "language": TEXT, "text": TEXT}, "template show")
    for what in ("template", "profile"):
        assert shown(lab, {"ok": (bool,), "problems": [TEXT]}, what, "check")["ok"]
    profile = os.path.join(lab.odzivd.conf, "profiles", "stara-pazova")
    assert call(lab, "-c", profile, "classify", PIPE, "--json").returncode == 0
    with open(os.path.join(profile, "staff.tsv"), "a", encoding="utf-8") as f:
        f.write("x\n")
    for what in ("template", "profile"):
        assert shown(lab, {"ok": (bool,), "problems": [TEXT]}, what, "check", status=1)["problems"], what


def call(lab, *words, text=""):
    """odziv WORDS, without the -c of the laboratory."""
    return subprocess.run([os.path.join(lab.build, "gateway", "odziv"), *words], cwd=lab.folder, input=text, capture_output=True, text=True,
                          timeout=30, check=False)


# Words, exit status, and what standard error says.
WRONG = [
    ((), 2, "usage:"), (("case",), 2, "case list"), (("case", "lost"), 2, "case list"), (("case", "show"), 2, "NUMBER"), (("case", "list", "x"), 2, "too many"),
    (("case", "answer", "SP-2026-000001"), 2, "NUMBER TEXT"), (("case", "list", "--limit"), 2, "--limit N"), (("case", "list", "--best"), 2, "--best"),
    (("case", "list", "--late=yes"), 2, "no value"), (("classify",), 2, "--tsv"), (("status", "--", "--json"), 2, "too many"), (("mail",), 2, "no command"),
    (("case", "show", "SP-2026-000777"), 1, "no case SP-2026-000777"), (("case", "show", "777"), 1, "write it in full"),
    (("case", "list", "--limit", "0"), 1, "--limit"), (("case", "list", "--limit", "99999999999999999999"), 1, "--limit"),
    (("case", "list", "--state", "lost"), 1, "new, open, waiting"), (("case", "list", "--category", "NIX"), 1, "NIX"),
    (("case", "note", "SP-2026-000001", ""), 1, "SP-2026-000001"), (("case", "new", "12", "x"), 1, "12"), (("case", "new", "sms:" + BORIS, "x", "--category", "NIX"), 1, "NIX"),
    (("outbox", "show", "7"), 1, "no reply 7"), (("outbox", "cancel", "x"), 1, "no id"), (("outbox", "list", "--state", "lost"), 1, "queued, sending"),
    (("contact", "show", "ana"), 1, "no contact"), (("contact", "show", "sms:" + BORIS), 1, "nobody"), (("quarantine", "drop", "7"), 1, "7"),
    (("dump", "nix"), 1, "outbox"), (("balance", "--from", "yesterday"), 1, "--from"), (("balance", "--to", "2026-11-31"), 1, "2026-11-31"),
    (("classify", "--tsv", "/nowhere"), 1, "No such file"), (("template", "show", "nix", "en"), 1, "ack"), (("template", "show", "ack", "xx"), 1, "sr-Latn"),
]


def check_wrong(lab, table):
    for words, status, says in table:
        done = lab.odzivd.run(*words)
        first = "usage: " if status == 2 else "error: "
        assert (done.returncode, done.stdout) == (status, ""), (words, done)
        assert done.stderr.startswith(first) and says in done.stderr, (words, done.stderr)


@in_lab(link="simulator")
def test_a_wrong_call_says_what_would_be_right(lab):
    """A wrong call exits with 2 and usage, a failed one with 1 and error; both say on stderr what would be right, with and without the daemon"""
    report(lab)
    alone = [(("restore", "/nowhere"), 1, "stop it first"), (("compact",), 1, "stop it first")]
    simulated = [(("phone", "12x", "x"), 1, "no phone number"), (("phone", ANA, "x", "--wait", "long"), 1, "--wait")]
    check_wrong(lab, WRONG + alone + simulated)
    lab.odzivd.stop()
    check_wrong(lab, WRONG + [(("phone", ANA, "x"), 1, "start it first"), (("restore", "/nowhere"), 1, "already")])
    assert lab.one("status")["daemon"] is False and shown(lab, {"ok": (bool,)}, "compact")["ok"]
    lab.assert_sound()


@in_lab(link="simulator")
def test_options_stand_anywhere(lab):
    """-c and --json stand before and after the words; -- ends the options; - is standard input, which must be text"""
    number = report(lab)
    conf = lab.odzivd.conf
    for words in (("-c", conf, "--json", "case", "show", number), ("case", "-c", conf, "show", number, "--json"), ("--json", "case", "show", number, "-c", conf),
                  ("-c", conf, "--json", "--", "case", "show", number)):
        assert json.loads(call(lab, *words).stdout)["number"] == number, words
    lab.odziv("case", "note", number, "-", text="prvi red\n-- drugi --json\n")
    assert lab.odzivd.run("case", "note", number, "--", "--json", "-c", "nije", "opcija").returncode == 0
    notes = [e["text"] for e in lab.case(number)["log"] if e["what"] == "note"]
    assert notes == ["prvi red\n-- drugi --json", "--json -c nije opcija"], notes
    for text in ("a\0b", "x" * 100000):
        refused = lab.odzivd.run("case", "note", number, "-", text=text)
        assert refused.returncode == 1 and refused.stderr.startswith("error: "), refused.stderr
    for words in (("--help",), ("case", "list", "--help"), ("--version",)):
        done = call(lab, *words)
        assert done.returncode == 0 and done.stdout and not done.stderr, done


@in_lab(link="simulator", serve=())
def test_without_a_store_the_reason_is_told(lab):
    """A missing configuration, a bare profile and an empty state folder are told apart"""
    bare = os.path.join(lab.odzivd.conf, "profiles", "stara-pazova")
    for words, says in ((("-c", "/nowhere", "status"), "can't be found"), (("-c", bare, "case", "list"), "odziv.ini"), (("-c", bare, "compact"), "odziv.ini"),
                        (("case", "list"), "-c"), (("-c", lab.odzivd.conf, "case", "list"), "no store"), (("-c", lab.odzivd.conf, "verify"), "no store")):
        done = call(lab, *words)
        assert done.returncode == 1 and done.stderr.startswith("error: ") and says in done.stderr, (words, done)
    assert lab.one("status")["daemon"] is False


@in_lab(link="simulator")
def test_a_phone_shows_at_once_and_holds_nothing_up(lab):
    """A waiting phone shows a text when it comes; killed phones neither hold up odzivd's stop nor use up its places"""
    words = [os.path.join(lab.build, "gateway", "odziv"), "-c", lab.odzivd.conf, "phone", ANA, PIPE, "--wait", "600", "--json"]
    phone = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        assert "SP-" in json.loads(phone.stdout.readline())["text"]
    finally:
        phone.send_signal(signal.SIGKILL)
        phone.wait(10)
        phone.stdout.close()
    assert lab.one("status")["daemon"] is True
    lab.odzivd.stop()
