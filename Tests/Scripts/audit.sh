#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Audits: what an agent sees of their own institution's list, what an auditor and a DPO read of their institution, and
# that reading leaves its trace.
. "$(dirname "$0")/lib.sh"
fresh "$small"
id=$(refer)
as iscg-est read "$id" >/dev/null
as iscg-est acknowledge "$id" >/dev/null

# "You were added to … on …", and everybody else who was.
say bta-montluel audit
says 'you (d-02@ggd01): added to bta-montluel@ggd01' "$dir/out"
says 'bta-montluel@ggd01: no event is missing (4).' "$dir/out"
colleague=$(joins second bta-montluel@ggd01)
say bta-montluel audit
says "$colleague: added to the roster" "$dir/out"
if grep -q 'you (' "$dir/out"; then fail "told twice: $(cat "$dir/out")"; fi

# An auditor reads the events of all units of their own institution, and of no other; nobody else does.
auditor=$(joins auditor iscg-est@avema01 --role auditor)
[ -n "$auditor" ] || fail "no auditor"
as auditor audit --institution >"$dir/out"
[ "$(json 'sorted({r["mailbox"].split("@")[-1].split(":")[-1] for r in d})')" = "['avema01']" ] || fail "$(cat "$dir/out")"
as auditor audit --institution --event ContentHandover >"$dir/out"
[ "$(json '[r["event"] for r in d]')" = "['ContentHandover']" ] || fail "$(cat "$dir/out")"
as auditor audit --institution --unit iscg-est@avema01 --since 2020-01-01 --until 2020-01-02 >"$dir/out"
[ "$(json 'd')" = '[]' ] || fail "$(cat "$dir/out")"
# Each reading is an event that the next one shows.
as auditor audit --institution --event Inspection >"$dir/out"
[ "$(json 'len(d) >= 2')" = True ] || fail "$(cat "$dir/out")"
[ "$(json 'd[0]["agent"]')" = "$auditor" ] || fail "$(cat "$dir/out")"
exits 77 as iscg-est audit --institution
exits 77 as auditor read "$id"

# Exports: CSV as RFC 4180, JSON Lines with the proof of each line.
as auditor audit --institution --export "$dir/events.csv" 2>/dev/null
as auditor audit --institution --export "$dir/events.jsonl" 2>/dev/null
"$python" - "$dir/events.csv" "$dir/events.jsonl" "$(sed -n 's/^log \([^ ]*\).*/\1/p' "$dir/sb/trust")" "$ROOT/Tests/Independent" <<'PYTHON'
import csv, json, sys
sys.path.insert(0, sys.argv[4])
import reader
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
lines = [json.loads(line) for line in open(sys.argv[2])]
assert [row["index"] for row in rows] == [str(line["index"]) for line in lines][:len(rows)] and len(rows) >= 5
numbers = {}
for line in lines:
    reader.check_evidence(line["evidence"], sys.argv[3])
    assert numbers.setdefault(line["mailbox"], 0) + 1 == line["number"], line
    numbers[line["mailbox"]] = line["number"]
PYTHON
exits 65 as auditor audit --institution --export "$dir/events.csv"
exits 64 as auditor audit --institution --event Nonsense
exits 64 as auditor audit --unit iscg-est@avema01
