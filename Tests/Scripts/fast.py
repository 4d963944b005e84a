# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""The convention of the Ain with deadlines of seconds: fast.py CONVENTION OUTPUT"""

import re
import sys

with open(sys.argv[1], encoding="utf-8") as source:
    text = source.read()
for flow in ("saisine", "signalement-mineur", "signalement-majeur"):
    start = text.index(f"  - id: {flow}\n")
    end = text.index("\n  - id: ", start)
    rules = text[start:end]
    rules = re.sub(r"within: P1D, clock: working_days", "within: PT4S", rules)
    rules = re.sub(r"within: PT15M", "within: PT3S", rules)
    rules = re.sub(r"after: (PT15M|PT30M|PT4H|P1D)", "after: PT2S", rules)
    text = text[:start] + rules + text[end:]
with open(sys.argv[2], "w", encoding="utf-8") as output:
    output.write(text)
