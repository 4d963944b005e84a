#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# A log never forks: put back at its end it goes on; put back behind anything acknowledged a new one begins, which names
# the old one, and clients follow it only through a convention that their institution signed.
. "$(dirname "$0")/lib.sh"
relay=$dir/sb/relay
restart() { "$sandbox" up "$dir/sb" --convention "$small"; }

fresh "$small"
first=$(refer)
"$sandbox" down "$dir/sb"
"$bin/liaisond" backup --data "$relay" --output "$dir/backup.sqlite" >"$dir/out"

# At the end of the log: the same log goes on, and says so.
"$bin/liaisond" restore --data "$relay" --backup "$dir/backup.sqlite" >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"
says 'the log goes on' "$dir/out"
"$bin/liaisond" verify --data "$relay" >/dev/null
restart
as iscg-est read "$first" >/dev/null
lost=$(refer)
again=$(refer)
exits 0 registrar ggd01 vacancy bta-gex@ggd01 --yes # a roster that will be lost
"$sandbox" down "$dir/sb"

# The disk is lost: what came after the backup is missing.
rm "$relay/relay.sqlite"*
cp "$relay/log-key" "$dir/old-key"
"$bin/liaisond" restore --data "$relay" --backup "$dir/backup.sqlite" >"$dir/block" 2>&1 || fail "$(cat "$dir/block")"
says 'a new log has begun' "$dir/block"
cmp -s "$relay/log-key" "$dir/old-key" && fail "the same key under another log"
piece=$(head -c 200 "$dir/sb/agents/bta-montluel/contents/$first.age" | tail -c 60)
grep -aqF "$piece" "$dir/backup.sqlite" || fail "the backup does not hold the sealed content that is looked for"
if grep -aqF "$piece" "$relay/archive.sqlite"; then fail "the archive holds a sealed content"; fi
exits 64 "$bin/liaisond" admit --data "$relay" "$dir/sb/convention.note"

# The institutions name the new log in the next version of their convention.
"$python" - "$dir/sb/convention.yaml" "$dir/block" "$dir/sb/convention.note" "$(cat "$relay/log-origin")" >"$dir/next.yaml" <<'PYTHON'
import base64, hashlib, re, sys
draft, block, note = (open(path).read() for path in sys.argv[1:4])
old = re.search(r"  - origin: (\S+)", draft[draft.index("logs:"):]).group(1)
key = re.search(r"^    key: (\S+)", block, re.M).group(1)
entry = re.search(r"logs:\n(  - origin: .*?)(?=^\S)", draft, re.M | re.S).group(1)
new = entry.replace(old, sys.argv[4]).replace(re.search(r"key: (\S+)", entry).group(1), key)
text = "\n".join(note.split("\n")[:2]) + "\n"
previous = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
draft = draft.replace(entry, new + entry)
draft = re.sub(r"^version: .*", f"version: 2\nprevious: {previous}", draft, flags=re.M)
print(draft, end="")
PYTHON
source=$dir/next.yaml
# shellcheck disable=SC2013 # ids of institutions have no spaces
for institution in $(sed -n 's/^  - institution: *//p' "$small"); do
    LIAISON_VAULT="$dir/sb/registrars/$institution" LIAISON_PASSPHRASE_FILE="$dir/sb/registrars/$institution.passphrase" \
        "$bin/liaison" convention sign "$source" --output "$dir/next.note" 2>"$dir/err" || fail "$(cat "$dir/err")"
    source=$dir/next.note
done
"$bin/liaisond" admit --data "$relay" "$dir/next.note" >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"
restart
# The registrar's draft has what was lost, and publishes it again.
exits 0 registrar ggd01 publish --convention "$dir/next.note" --yes
says 'is lost there' "$dir/err"
exits 0 registrar ggd01 publish --yes
tait 'is lost there' "$dir/err"
as iscg-est units bta-gex | grep -q vacant || fail 'the absence is not published again'
say bta-montluel sent
says 'new log' "$dir/out"
says 'Entries that this device had seen are lost' "$dir/out"
# What was lost waits to be sent again, and goes.
say bta-montluel outbox
says "$lost" "$dir/out"
say bta-montluel outbox "$lost" --yes || fail "$(cat "$dir/out")"
as iscg-est read "$lost" >/dev/null
as iscg-est acknowledge "$lost" >/dev/null
say bta-montluel track "$lost"
says 'acknowledged by the unit' "$dir/out"

# On a terminal --flush deposits what needs nobody's word and asks about the rest, one by one. Its summary says what left by
# itself and what still waits; what somebody just deposited was said then, and is not said to wait.
"$sandbox" down "$dir/sb"
exits 69 as bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
alone=$(sed -n 's/.*liaison outbox \([0-9a-f-]*\).*/\1/p' "$dir/err")
[ -n "$alone" ] || fail "nothing kept: $(cat "$dir/err")"
restart
printf '%s\t%s\n' 'Send? [y/N]' n 'Send? [y/N]' y >"$dir/answers"
LIAISON_VAULT="$dir/sb/agents/bta-montluel" LIAISON_PASSPHRASE_FILE="$dir/sb/agents/bta-montluel.passphrase" \
    "$python" "$(dirname "$0")/terminal.py" "$dir/answers" "$bin/liaison" outbox --flush >"$dir/out" || fail "$(cat "$dir/out")"
says 'exit 75' "$dir/out" # something still waits
says "$again: deposited, not yet opened" "$dir/out"
tait "Deposit: liaison outbox $again" "$dir/out"
[ "$(grep -c 'Deposited now: ' "$dir/out")" = 1 ] || fail "$(cat "$dir/out")"
grep -F 'Deposited now: ' "$dir/out" | grep -qF "(reference $alone)" || fail "$(cat "$dir/out")"
[ "$(grep -c 'NOT SENT: ' "$dir/out")" = 1 ] || fail "$(cat "$dir/out")"
grep -F 'NOT SENT: ' "$dir/out" | grep -qF 'deposited before the relay was restored' || fail "$(cat "$dir/out")"
says "Deposit: liaison outbox $first" "$dir/out"
exits 0 as bta-montluel outbox
[ "$(json '[(x["id"], x["reason"]) for x in d]')" = "[('$first', 'was_deposited')]" ] || fail "$(cat "$dir/out")"
as iscg-est read "$again" >/dev/null
as iscg-est read "$alone" >/dev/null
"$bin/liaisond" verify --data "$relay" >/dev/null

# A second time: nothing of the first restore is in the way.
"$sandbox" down "$dir/sb"
"$bin/liaisond" backup --data "$relay" --output "$dir/again.sqlite" >/dev/null
rm "$relay/relay.sqlite"*
exits 64 "$bin/liaisond" restore --data "$relay" --backup "$dir/again.sqlite" --origin 'a b'
"$bin/liaisond" restore --data "$relay" --backup "$dir/again.sqlite" >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"
says 'relais.example/small/3' "$dir/out"
