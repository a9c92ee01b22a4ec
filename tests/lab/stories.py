# SPDX-License-Identifier: GPL-3.0-or-later
"""stories - what the functions of test_*.py say about themselves."""


def in_lab(**options):
    """@in_lab(link="http", conf={…}): the laboratory that a story wants; the options are Lab's."""
    def mark(function):
        function.lab = options
        return function
    return mark
