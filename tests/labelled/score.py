#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""score - how much of the labelled texts `odziv classify` understands, and beside it a peer over the same texts.

    score.py [--odziv PROGRAM] [--profile DIR] [--held | --real FILE] [--misses]

tune.tsv unless told otherwise. --held is for the one report at the end of tuning. --real takes a table with the columns
text, language, label and "acceptable other labels", whose texts have only a category and a language to judge.
The columns of the halves stand in README.md. It needs Python alone.

The peer is what a flow tool of the kind of RapidPro can be told: a list of cases in order, each "has any of these words"
or "has all of these words", whole words, no stems, no clauses, no cues; the first that holds decides. Its words are made
of the profile's own rules: every word with its endings written out, a stem as all words of tune.tsv that begin so,
heaviest rules first. So it knows what our clerks know, and only the way of matching differs.
"""
import argparse
import collections
import csv
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

from check import HERE, TOP, folded, plain, rows_of

MEASURES = ("category at first", "category in the two offered", "emergencies found", "false emergencies", "language", "script",
            "question or report", "two problems split", "false splits", "settlement", "place", "outcome")
FALSE_IS_BAD = {"false emergencies", "false splits"}


# ---- what stands in the tables

def split(cell):
    return cell.split(",") if cell else []


def rows_of_real(path):
    """The table of real texts in the shape of ours; an INFO: label is a category all the same."""
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            language, _, script = row["language"].partition("-")
            label = row["label"]
            # Which of ours Bosnian and Montenegrin count as depends on the yat: not judged here.
            language = "" if language in ("bs", "me") else language
            yield {"text": row["text"], "language": language, "script": script, "categories": label.replace("INFO:", ""),
                   "offered": (row["acceptable other labels"] or "").replace("INFO:", ""),
                   "emergency": "yes" if label.startswith("EMG") else "no", "two": None, "question": None,
                   "settlement": None, "place": None, "outcome": None}


# ---- odziv

def run_odziv(program, profile, rows):
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as file:
        file.write("text\n" + "".join(row["text"] + "\n" for row in rows))
        file.flush()
        done = subprocess.run([program, "-c", profile, "classify", "--tsv", file.name, "--json"], check=True,
                              stdout=subprocess.PIPE)
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    if len(answers) != len(rows):
        sys.exit(f"error: {len(rows)} texts, {len(answers)} answers")
    return answers


# ---- the peer

def spelled_out(word, seen):
    """'vod(a,e,u)' as voda, vode, vodu; a star as all seen words that begin so: what a clerk would have written out."""
    found = re.fullmatch(r"([^()]*)\(([^()]*)\)([^()]*)", word)
    forms = [found[1] + ending + found[3] for ending in found[2].split(",")] if found else [word]
    for form in forms:
        if "*" in form:
            shape = re.compile(".*".join(re.escape(folded(piece)) for piece in form.split("*")))
            yield from (known for known in seen if shape.fullmatch(known))
        else:
            yield from folded(form).split()


def case_of_rule(pattern, seen):
    """All sides must be there; of a side any phrase; of a phrase all words, each in any form. Nearness and exceptions
    can't be said, nor can an expert's pattern."""
    for side in re.split(r" (?:BLIZU|NEAR) ", re.split(r" (?:OSIM|EXCEPT) ", pattern)[0]):
        yield [[set(spelled_out(word, seen)) for word in phrase.split() if word != "..."] for phrase in side.split(" | ")]


def peer_cases(profile):
    seen = {word for row in rows_of(os.path.join(HERE, "tune.tsv"))[1] for word in folded(plain(row["text"])).split()}
    cases = []
    for path in sorted(glob.glob(os.path.join(profile, "rules/*.rules"))):
        category = None
        with open(path, encoding="utf-8") as file:
            for line in file:
                section = re.match(r"\[(\S+?)[ \]]", line)
                rule = re.match(r"(\d+):\s*(.*)", line)
                if section:
                    category = section[1] if section[1].isupper() else None
                elif rule and category and not rule[2].startswith("/"):
                    cases.append((int(rule[1]), category, list(case_of_rule(rule[2].strip(), seen))))
    cases.sort(key=lambda case: -case[0])
    return cases


def holds(case, have):
    return all(any(all(forms & have for forms in phrase) for phrase in side) for side in case)


def run_peer(cases, rows):
    for row in rows:
        have = set(folded(plain(row["text"])).split())
        first = next((category for _, category, case in cases if holds(case, have)), "OPS")
        yield {"categories": [first], "emergency": first == "EMG"}


# ---- judging

def judge_place(label, place):
    names, found = set(folded(label).split()) - {"i"}, set(folded(place or "").split())
    return names <= found and not (re.search(r"\d", place or "") and not re.search(r"\d", label))


def two_of(got):
    """What a clerk is offered: the categories, or the only one and the one for which most speaks beside it."""
    beside = collections.Counter()
    for reason in got.get("why", ()):
        if reason["category"] and reason["category"] not in got["categories"]:
            beside[reason["category"]] += reason["weight"]
    return (got["categories"] + [category for category, _ in beside.most_common(1)])[:2]


def judgements(row, got):
    """(measure, whether it is right) of all that can be said of a text."""
    wanted, offered, chosen = split(row["categories"]), split(row["offered"]), got["categories"]
    is_emergency, splits = row["emergency"] == "yes", len([c for c in chosen if c != "EMG"]) > 1
    if wanted:
        yield "category at first", chosen[:1] != [] and chosen[0] in (["EMG"] if is_emergency else wanted + offered)
        yield "category in the two offered", any(c in (["EMG"] if is_emergency else wanted + offered) for c in two_of(got))
    yield ("emergencies found", bool(got["emergency"])) if is_emergency else ("false emergencies", bool(got["emergency"]))
    if row["two"] == "yes":
        yield "two problems split", set(wanted) <= set(chosen)
    elif row["two"] == "no" and not is_emergency:
        yield "false splits", splits
    for measure, column in (("language", "language"), ("script", "script"), ("outcome", "outcome")):
        if row[column] and column in got:
            yield measure, got[column] == row[column]
    if row["outcome"] in ("case", "information") and "outcome" in got:
        yield "question or report", (got["outcome"] == "information") == (row["question"] == "yes")
    if row["settlement"] and "settlement" in got:
        yield "settlement", got["settlement"] == row["settlement"]
    if row["place"] and "place" in got:
        yield "place", judge_place(row["place"], got["place"])


def score(rows, answers):
    counts, misses = collections.defaultdict(lambda: [0, 0]), []
    for row, got in zip(rows, answers):
        for measure, is_so in judgements(row, got):
            counts[measure][0] += is_so
            counts[measure][1] += 1
            if is_so == (measure in FALSE_IS_BAD):
                misses.append((measure, row, got))
    return counts, misses


# ---- print

def said(n, m):
    return f"{n:4d} of {m:4d} {100 * n / m:5.1f} %" if m else ""


def print_counts(ours, peers):
    print(f"{'':28}{'odziv':24}peer (whole words)")
    for measure in MEASURES:
        if measure in ours:
            print(f"{measure:28}{said(*ours[measure]):24}{said(*peers[measure]) if measure in peers else '-'}")


def print_confusion(rows, answers):
    table = collections.Counter((split(row["categories"])[0], (got["categories"] or ["-"])[0])
                                for row, got in zip(rows, answers) if row["categories"])
    wanted = sorted({pair[0] for pair in table})
    columns = sorted({pair[1] for pair in table})
    print("\nconfusion: wanted down, chosen at first across\n    " + "".join(f"{c:>4}" for c in columns))
    for name in wanted:
        print(f"{name:4}" + "".join(f"{table[name, c] or '.':>4}" for c in columns))


def print_misses(misses):
    for measure, row, got in sorted(misses, key=lambda miss: MEASURES.index(miss[0])):
        want = {"place": row["place"], "settlement": row["settlement"], "language": row["language"],
                "outcome": row["outcome"]}.get(measure, row["categories"] + ("/" + row["offered"] if row["offered"] else ""))
        have = {"place": got.get("place"), "settlement": got.get("settlement"), "language": got.get("language"),
                "outcome": got.get("outcome"), "question or report": got.get("outcome")}.get(measure, ",".join(got["categories"]))
        print(f"{measure}: {want or '-'} not {have or '-'}: {row['text']}")


def main():
    build = os.environ.get("TOP_BUILDDIR") or TOP
    asks = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    asks.add_argument("--odziv", default=os.path.join(build, "gateway/odziv"))
    asks.add_argument("--profile", default=os.path.join(TOP, "conf/profiles/stara-pazova"))
    asks.add_argument("--held", action="store_true", help="the held half: for the one report at the end")
    asks.add_argument("--real", metavar="FILE", help="a table of real texts")
    asks.add_argument("--misses", action="store_true", help="list what was wrong")
    args = asks.parse_args()

    if args.real:
        rows = list(rows_of_real(args.real))
    else:
        rows = rows_of(os.path.join(HERE, "held.tsv" if args.held else "tune.tsv"))[1]
    answers = run_odziv(args.odziv, args.profile, rows)
    ours, misses = score(rows, answers)
    peers, _ = score(rows, list(run_peer(peer_cases(args.profile), rows)))
    print_counts(ours, peers)
    print_confusion(rows, answers)
    if args.misses:
        print()
        print_misses(misses)


if __name__ == "__main__":
    main()
