#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Nobody's absence strands a queue: a standby unit reads it within the hour, and where nobody is left the senders hear of it
# at once. What people are told is checked in French. All persons are fictitious.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
unset LC_ALL LC_MESSAGES

fresh

# deposits UNIT [OPTIONS…]: a brigade's referral; prints its id
deposits() {
    as bta-montluel send referral --to "$1" "${referral[@]}" "${@:2}" 2>"$dir/err" |
        sed 's/.*"id":"\([^"]*\)".*/\1/'
}
# inbox UNIT: the ids that its agents see, in order
inbox() {
    as "$1" inbox >"$dir/out"
    json '" ".join(i["id"] for i in d)'
}
# french COMMAND…: as a person sees it whose computer speaks French
french() { LANG=fr_FR.UTF-8 "$@"; }

# ── One person reads and nobody stands by: the registrar is told, with what to type
french exits 0 registrar avema01 publish
says 'une seule personne lit pour ISCG, secteur est (iscg-est@avema01), et aucune unité ne la relaie' "$dir/err"
says 'conseil : liaison registrar standby iscg-est@avema01 --by UNITÉ' "$dir/err"
exits 64 registrar avema01 standby iscg-est@avema01
exits 64 registrar avema01 standby iscg-est@avema01 --by iscg-ouest@avema01 --none
exits 65 registrar avema01 standby iscg-est@avema01 --by iscg-est@avema01
exits 65 registrar avema01 standby iscg-est@avema01 --by cms-gex@cd01
exits 0 registrar avema01 standby iscg-est@avema01 --by coordination@avema01 --draft
says 'does not hold the role iscg' "$dir/err"
exits 0 registrar avema01 standby iscg-est@avema01 --by iscg-ouest@avema01
french exits 0 registrar avema01 show
if grep -qF 'pour ISCG, secteur est' "$dir/err"; then fail "still warned: $(cat "$dir/err")"; fi
says 'une seule personne lit pour ISCG, secteur ouest (iscg-ouest@avema01)' "$dir/err"
[ "$(json '[(u["readers"], u["standby"]) for u in d["units"] if u["unit"] == "iscg-est@avema01"]')" = \
    "[(['d-02@avema01'], ['iscg-ouest@avema01'])]" ] || fail "$(cat "$dir/out")"
# A draft that says nothing of standby units leaves them as they are
exits 0 registrar avema01 units --from "$dir/sb/convention.yaml"
exits 0 registrar avema01 show
[ "$(json '[u["unit"] for u in d["units"] if u["standby"]]')" = "['iscg-est@avema01']" ] || fail "$(cat "$dir/out")"

# ── While the unit is there, what is sealed to the standby unit is withheld from it
routine=$(deposits iscg-est@avema01)
urgent=$(deposits iscg-est@avema01 --urgency urgent)
[ -z "$(inbox iscg-ouest)" ] || fail "the standby unit sees the queue: $(cat "$dir/out")"
denied iscg-ouest read "$urgent"
denied iscg-ouest track "$urgent"

# ── The only agent of the east leaves from one day to the next: said with the number of what waits, and who takes over
french exits 0 registrar avema01 revoke d-02@avema01 --reason left </dev/null
says 'plus personne ne lira dans ISCG, secteur est (iscg-est@avema01) ; 2 transmissions y attendent' "$dir/err"
says 'relève immédiate par : iscg-ouest@avema01' "$dir/err"
denied iscg-est inbox
[ "$(inbox iscg-ouest)" = "$urgent $routine" ] || fail "$(cat "$dir/out")"
# At the desk as well, which otherwise shows what the device holds
cat >"$dir/desk.py" <<'PY'
"""Starts `liaison desk`, goes in, and prints the identifiers of the transmissions that its inbox shows."""
import re, subprocess, sys, urllib.request

desk = subprocess.Popen([sys.argv[1], "desk", "--no-browser"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
try:
    address = desk.stdout.readline().strip()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    browser.open(address, timeout=60).read()
    page = browser.open(address.split("/enter")[0] + "/inbox", timeout=60).read().decode()
    print(*dict.fromkeys(re.findall(r'action="/transmissions/([0-9a-f-]{36})/open"', page)))
finally:
    desk.terminate()
    desk.wait()
PY
LIAISON_VAULT="$dir/sb/agents/iscg-ouest" LIAISON_PASSPHRASE_FILE="$dir/sb/agents/iscg-ouest.passphrase" \
    "$python" "$dir/desk.py" "$bin/liaison" >"$dir/out"
[ "$(cat "$dir/out")" = "$urgent $routine" ] || fail "the desk of the standby unit shows: $(cat "$dir/out")"
say iscg-ouest read "$urgent"
says TESTARD "$dir/out"
say iscg-ouest acknowledge "$urgent"
french say bta-montluel track "$urgent"
says "pris en charge par l'unité" "$dir/out"
if grep -qF "plus personne dans l'unité" "$dir/out"; then fail "$(cat "$dir/out")"; fi
# The unit is still written to, as long as somebody stands by
later=$(deposits iscg-est@avema01)
say iscg-ouest read "$later"
says TESTARD "$dir/out"
say iscg-ouest acknowledge "$later"

# ── Nobody stands by for the west: on a terminal the registrar is asked, and Enter changes nothing
stranded=$(deposits iscg-ouest@avema01)
cat >"$dir/enter.py" <<'PY'
"""Runs a command on a terminal and answers its first question with Enter; prints what it showed, exits as it did."""
import os, pty, sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen, answered = b"", False
try:
    while piece := os.read(terminal, 65536):
        seen += piece
        if b"[o/N]" in seen and not answered:
            os.write(terminal, b"\r")
            answered = True
except OSError:
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.write(seen.decode())
sys.exit(status)
PY
french exits 65 timeout 60 env LIAISON_VAULT="$dir/sb/registrars/avema01" \
    LIAISON_PASSPHRASE_FILE="$dir/sb/registrars/avema01.passphrase" \
    "$python" "$dir/enter.py" "$bin/liaison" registrar revoke d-03@avema01 --reason lost_device
says 'personne ne pourra plus ouvrir ce qui y attend : les expéditeurs en seront avertis aussitôt' "$dir/out"
says "rien n'a changé" "$dir/out"
exits 0 as iscg-ouest inbox
exits 0 registrar avema01 show
[ "$(json '[u["readers"] for u in d["units"] if u["unit"] == "iscg-ouest@avema01"]')" = "[['d-03@avema01']]" ] ||
    fail "the draft was changed: $(cat "$dir/out")"

# ── A script is warned and not stopped: a stolen device is revoked at once. Both queues lose their last reader
french exits 0 registrar avema01 revoke d-03@avema01 --reason lost_device </dev/null
says 'plus personne ne lira dans ISCG, secteur ouest (iscg-ouest@avema01) ; 1 transmission y attend' "$dir/err"
says 'plus personne ne lira dans ISCG, secteur est (iscg-est@avema01) ; 1 transmission y attend' "$dir/err"
says 'les expéditeurs en seront avertis aussitôt' "$dir/err"
unattended() {
    french say bta-montluel track "$1" && grep -qF "plus personne dans l'unité ne peut l'ouvrir" "$dir/out"
}
waits 20 unattended "$stranded"
waits 20 unattended "$routine"
french say bta-montluel track "$urgent"
if grep -qF "plus personne dans l'unité" "$dir/out"; then fail "what was answered is not lost: $(cat "$dir/out")"; fi
# Nothing more is sent there: the number to call instead
french denied bta-montluel send referral --to iscg-ouest@avema01 "${referral[@]}"
says 'NON TRANSMIS' "$dir/out"
says '04 65 71 01 02' "$dir/out"
french denied bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
says '04 65 71 01 01' "$dir/out"

# ── A unit that has a reader again is written to again
joins recruit iscg-est@avema01 >/dev/null
again=$(deposits iscg-est@avema01)
say recruit read "$again"
says TESTARD "$dir/out"

"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
