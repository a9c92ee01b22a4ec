#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""write_corpus - writes NNN-name.eml and NNN-name.json beside itself, always the same octets.

A mail's number is its place in the list, so new ones go to the end of a module's last group or
change the numbers behind them; what was written before is removed first.
"""
import glob
import os

import corpus_clients
import corpus_forms
import corpus_programs


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    for old in glob.glob(os.path.join(here, "[0-9][0-9][0-9]-*")):
        os.unlink(old)
    number = 0
    for module in (corpus_clients, corpus_programs, corpus_forms):
        for mail in module.mails():
            number += 1
            mail.write(here, number)
    print("%d mails" % number)


main()
