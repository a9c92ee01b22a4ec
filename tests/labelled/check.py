#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check - the labelled texts keep what README.md says of them (TAP).

    check.py [FOLDER]    FOLDER: tables of examples (*.tsv with a column "text") that must share no sentence with them

It needs Python alone. The rules' examples are read by their form only: an indented line "word: text".
"""
import csv
import glob
import hashlib
import os
import re
import sys
import unicodedata
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.environ.get("TOP_SRCDIR") or os.path.dirname(os.path.dirname(HERE))
HALVES = ("tune", "held")

HEADER = ["text", "language", "script", "outcome", "categories", "offered", "question", "emergency", "two",
          "settlement", "place", "style"]
YES_NO = {"yes", "no"}
VALUES = {
    "language": {"sr", "hr", "sk", "hu", "rom", "en", ""},
    "script": {"Latn", "Cyrl", ""},
    "outcome": {"case", "information", "command", "followup", "thanks", "quarantine", "empty"},
    "question": YES_NO,
    "emergency": YES_NO,
    "two": YES_NO,
}
CATEGORIES = set("VOD KAN OTP DEP PUT RAS SAO SNE ZEL PSI PAR KOM URB LPA MAT SOC OBR LER INF OPS EXT EMG".split())
LEAST_ROWS = {"tune": 400, "held": 200}
LEAST_OF_HELD = [("emergency", "yes", 30), ("two", "yes", 40), ("question", "yes", 50), ("language", "rom", 1)] + \
    [("language", language, 20) for language in ("sr", "hr", "sk", "hu", "en")]
# Shorter ones ('Stari Banovci.', 'hvala lepo') are names and greetings that anybody writes.
LEAST_WORDS = 4

CYRILLIC = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš"), љ="lj", њ="nj", џ="dž")
# Cyrillic letters that look like Latin ones read as what they look like only in a word of both scripts.
LOOKALIKES = str.maketrans("асеорху", "aceopxy")


def folded(text):
    words = []
    for word in re.findall(r"[^\W_]+", text.lower()):
        if re.search("[a-z]", word):
            word = word.translate(LOOKALIKES)
        word = "".join(CYRILLIC.get(letter, letter) for letter in word).replace("đ", "dj")
        word = unicodedata.normalize("NFD", word)
        words.append("".join(letter for letter in word if not unicodedata.combining(letter)))
    return " ".join(words)


def plain(text):
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")


def sentences(text):
    """The folded sentences of a text, and the text as a whole when it is one short one."""
    found = {folded(part) for part in re.split(r"[.!?…\n]+(?:\s|$)|\n", plain(text))}
    return {sentence for sentence in found if len(sentence.split()) >= LEAST_WORDS}


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    if lines.pop() != "":
        raise ValueError(f"{path} doesn't end with a line end")
    return lines[0].split("\t"), [dict(zip(HEADER, line.split("\t"), strict=True)) for line in lines[1:]]


def faults_of(row):
    categories = row["categories"].split(",") if row["categories"] else []
    offered = row["offered"].split(",") if row["offered"] else []
    for column, allowed in VALUES.items():
        if row[column] not in allowed:
            yield f"{column} is {row[column]!r}"
    if not set(categories + offered) <= CATEGORIES or set(categories) & set(offered):
        yield "a category is unknown or stands twice"
    if row["outcome"] in ("command", "thanks", "quarantine", "empty") and categories:
        yield f"{row['outcome']} has a category"
    if row["outcome"] in ("case", "information") and not categories:
        yield f"{row['outcome']} has no category"
    if (row["question"] == "yes") != (row["outcome"] == "information"):
        yield "a question is information and the other way round"
    if (row["emergency"] == "yes") != (categories[:1] == ["EMG"]) or "EMG" in categories[1:]:
        yield "an emergency begins with EMG"
    if (row["two"] == "yes") != (len(categories) == 2):
        yield "two problems are two categories"
    has_letters = any(letter.isalpha() for letter in row["text"])
    if has_letters != bool(row["language"]) or has_letters != bool(row["script"]):
        yield "language and script belong to letters"
    if not re.fullmatch(r"[a-z]+", row["style"]):
        yield "style is one word"


def rule_examples():
    for path in sorted(glob.glob(os.path.join(TOP, "conf/profiles/*/rules/*.rules"))):
        with open(path, encoding="utf-8") as file:
            for line in file:
                example = re.match(r"\s+\w+:(.*)", line)
                if example:
                    yield example.group(1)


def outside_examples(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.tsv"))):
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row.get("text"):
                    yield row["text"]


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, faults, promise):
        """One promise, and what breaks it."""
        faults = list(faults)
        self.count += 1
        self.failed += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {self.count} - {promise}")
        for fault in faults[:20]:
            print(f"# {fault}")


def too_few(halves):
    for name in HALVES:
        if len(halves[name]) < LEAST_ROWS[name]:
            yield f"{name}: {len(halves[name])} of {LEAST_ROWS[name]} texts"
    for column, value, least in LEAST_OF_HELD:
        have = Counter(row[column] for row in halves["held"])[value]
        if have < least:
            yield f"held: {have} of {least} with {column} {value}"


def shared(found, others):
    other = {sentence for text in others for sentence in sentences(text)} | {folded(plain(text)) for text in others}
    other.discard("")
    for text in found:
        whole = folded(plain(text))
        common = sentences(text) & other or ({whole} & other if len(whole.split()) >= LEAST_WORDS else set())
        for sentence in sorted(common):
            yield sentence


def hash_faults():
    with open(os.path.join(TOP, "ChangeLog"), encoding="utf-8") as file:
        changes = file.read()
    for name in HALVES:
        with open(os.path.join(HERE, name + ".tsv"), "rb") as file:
            if hashlib.sha256(file.read()).hexdigest() not in changes:
                yield f"{name}.tsv isn't the file whose hash stands there"


def main():
    tap = Tap()
    headers, halves = {}, {}
    for name in HALVES:
        headers[name], halves[name] = rows_of(os.path.join(HERE, name + ".tsv"))
    texts = {name: [row["text"] for row in halves[name]] for name in HALVES}
    all_texts = texts["tune"] + texts["held"]
    outside = sys.argv[1] if len(sys.argv) > 1 else os.path.join(TOP, "../shared/data")

    print("1..7")
    tap.ok((name for name in HALVES if headers[name] != HEADER), "both halves have the columns of README.md")
    tap.ok((f"{name}.tsv:{i}: {fault}" for name in HALVES for i, row in enumerate(halves[name], 2)
            for fault in faults_of(row)), "every label has a value that it may have, and the labels of a text agree")
    tap.ok(too_few(halves), "there are enough texts, and enough of each kind among the held ones")
    tap.ok((text for text, n in Counter(folded(plain(text)) or text for text in all_texts).items() if n > 1),
           "no text stands there twice, whatever its letters, script and marks")
    tap.ok(shared(texts["held"], texts["tune"]), "no sentence is in both halves")
    tap.ok(shared(all_texts, list(rule_examples()) + list(outside_examples(outside))),
           "no sentence is an example of a rule or of the tables of examples")
    tap.ok(hash_faults(), "the ChangeLog has the hash of both files: they are as they were before tuning")
    sys.exit(1 if tap.failed else 0)


if __name__ == "__main__":
    main()
