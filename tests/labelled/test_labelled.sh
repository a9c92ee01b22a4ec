#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The labelled texts are what README.md beside them says (check.py). Building needs no Python, so without it this is skipped.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 "$TOP_SRCDIR/tests/labelled/check.py"
