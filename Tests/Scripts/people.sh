#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# People come, stand in for each other, transfer and leave, and nobody loses a message or keeps an access.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

fresh "$small"
url=$(cat "$dir/sb/relay.url")

# ── Enrolment: a code read out over the telephone
registrar ggd01 invite bta-gex@ggd01 --agent d-20 >"$dir/out"
code=$(json 'd["code"]')
[ "$(json 'len(d["code"].split("-"))')" = 9 ] || fail 'nine words'
printf 'essai\n' >"$dir/passphrase"
plain() { LIAISON_PASSPHRASE_FILE="$dir/passphrase" "$bin/liaison" --format json "$@"; }
join() { plain --vault "$dir/$1" join "$url" "${@:2}"; }
exits 65 join wrong babab-babab-babab-babab-babab-babab-babab-babab
says 'nine words' "$dir/err"
exits 65 join wrong "${code%-*}" babab
says 'does not confirm' "$dir/err"
exits 65 join wrong "bebop-${code#*-}"
says 'word 1 is none' "$dir/err"
[ ! -e "$dir/wrong/vault.sqlite" ] || fail 'a wrong code made a vault'
# shellcheck disable=SC2046  # words may be typed apart and in capitals
exits 0 join new $(printf '%s' "$code" | tr 'a-z-' 'A-Z ')
says 'other users of this machine can see words' "$dir/err"
exits 65 join second <<<"$code"
if grep -q 'other users' "$dir/err"; then fail 'words that are not seen are said to be'; fi
says 'already used' "$dir/err"
registrar ggd01 requests >"$dir/out"
[ "$(json 'd[0]["state"], d[0]["is_valid"]')" = "('requested', True)" ] || fail 'the request'
exits 77 plain --vault "$dir/new" inbox
registrar ggd01 approve d-20@ggd01 2>"$dir/err"
exits 0 plain --vault "$dir/new" inbox
exits 65 registrar ggd01 approve d-20@ggd01
registrar ggd01 invite bta-gex@ggd01 --agent d-21 >"$dir/out"
code=$(json 'd["code"]')
registrar ggd01 reject d-21@ggd01 2>"$dir/err"
exits 65 join third "$code"
says 'already used' "$dir/err"

# ── A second agent of the ISCG; the sender and the first learn of the new reader
id=$(refer)
as iscg-est read "$id" >"$dir/out" 2>"$dir/err"
as iscg-est acknowledge "$id" >"$dir/out"
colleague=$(joins colleague iscg-est@avema01)
second=$(refer 2>"$dir/refer.err")
says 'New reader since' "$dir/refer.err"
says "$colleague" "$dir/refer.err"
refer 2>"$dir/refer.err" >/dev/null
if grep -q 'New reader' "$dir/refer.err"; then fail 'the notice is repeated'; fi
as iscg-est read "$second" >"$dir/out" 2>"$dir/err"
says 'New reader since' "$dir/err"

# ── Transfer: what was sealed before the colleague came
exits 65 as colleague read "$id"
says 'sealed to other keys' "$dir/err"
as iscg-est transfer --to "$colleague" >"$dir/out" 2>"$dir/err"
result() { json '[i["result"] for i in d if i["id"] == "'"$1"'"]'; }
[ "$(result "$id")" = "['transferred']" ] || fail "$(cat "$dir/out")"
[ "$(result "$second")" = "['already_readable']" ] || fail "$(cat "$dir/out")"
as colleague read "$id" >"$dir/out"
[ "$(json 'd["form"]["last_name"]')" = TESTARD ] || fail "$(cat "$dir/out")"
[ "$(json 'd["envelope"]["routing"]["from"]')" = bta-montluel@ggd01 ] || fail "$(cat "$dir/out")"
as bta-montluel track "$id" >"$dir/out"
says Transfer "$dir/out"
as iscg-est read "$id" >"$dir/out" || fail 'the first reader lost it'
# The content sealed anew is proven by the chain of readers, and not without it.
as colleague proof "$id" --output "$dir/handed.asice" 2>/dev/null
"$bin/liaison" verify "$dir/handed.asice" --trust "$dir/sb/trust" >"$dir/out" || fail "$(cat "$dir/out")"
"$python" "$ROOT/tools/verify.py" "$dir/handed.asice" --trust "$dir/sb/trust" >"$dir/out" || fail "$(cat "$dir/out")"
for act in acts/01.note acts/02.note; do
    "$python" - "$dir/handed.asice" "$dir/broken.asice" "$act" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as good, zipfile.ZipFile(sys.argv[2], "w") as broken:
    for item in good.infolist():
        if item.filename != sys.argv[3]:
            broken.writestr(item, good.read(item))
PYTHON
    exits 3 "$bin/liaison" verify "$dir/broken.asice" --trust "$dir/sb/trust"
    exits 3 "$python" "$ROOT/tools/verify.py" "$dir/broken.asice" --trust "$dir/sb/trust"
done
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null

# ── The first leaves: revoked on the next request; the colleague goes on
registrar avema01 revoke d-01@avema01 --reason left 2>"$dir/err"
exits 77 as iscg-est inbox
says 'not_enrolled' "$dir/err"
exits 0 as colleague read "$id"
third=$(refer 2>"$dir/err")
as colleague read "$third" >"$dir/out"

# ── A lost device: what nobody can open any more is listed and its sender told
fourth=$(refer)
registrar avema01 revoke "$colleague" --reason lost_device 2>"$dir/err"
joins renewed iscg-est@avema01 >/dev/null
as renewed recover >"$dir/out" 2>"$dir/err"
[ "$(result "$fourth")" = "['lost']" ] || fail "$(cat "$dir/out")"
as bta-montluel track "$fourth" >"$dir/out"
says keys_lost "$dir/out"

# ── Taking back: unopened is destroyed, opened is demanded back
fifth=$(refer 2>"$dir/err")
as bta-montluel withdraw "$fifth" --reason misdirected >"$dir/out"
[ "$(json 'd[0]["state"]')" = withdrawn ] || fail "$(cat "$dir/out")"
exits 65 as renewed read "$fifth"
sixth=$(refer)
as renewed read "$sixth" >"$dir/out"
as bta-montluel withdraw "$sixth" --reason misdirected >"$dir/out"
[ "$(json 'd[0]["state"], "demand" in d[0], "notify_before" in d[0]')" = "('opened', True, True)" ] ||
    fail "$(cat "$dir/out")"
as renewed inbox >"$dir/out"
[ "$(json 'any(i["kind"] == "misdirection_return" for i in d)')" = True ] || fail 'no demand in the inbox'

# ── A reminder stops at the answer
seventh=$(refer)
remind() { as bta-montluel send reminder --to iscg-est@avema01 --reply-to "$seventh" --set reminder_number="$1" --yes; }
exits 0 remind 1
as renewed read "$seventh" >"$dir/out"
as renewed acknowledge "$seventh" >"$dir/out"
exits 65 remind 2
says already_answered "$dir/err"

# ── Keys: the old one opens what was sealed to it, for the overlap
eighth=$(refer)
as renewed keys rotate 2>"$dir/err"
as renewed read "$eighth" >"$dir/out"
as renewed keys list >"$dir/out"
[ "$(json 'len(d)')" = 2 ] || fail "$(cat "$dir/out")"

# ── Guessing codes is slowed down, and the operator's log says so
guess=babab-babab-babab-babab-babab-babab-babab-babab-$("$python" - <<'PY'
import hashlib, hmac
consonants, vowels = "bdfghjklmnprstvz", "aiou"
value = int.from_bytes(hmac.new(bytes(16), b"liaison/invitation/v1 check", hashlib.sha256).digest()[:2], "big")
print(consonants[value >> 12], vowels[value >> 10 & 3], consonants[value >> 6 & 15], vowels[value >> 4 & 3],
      consonants[value & 15], sep="")
PY
)
for _ in $(seq 25); do
    join guess "$guess" >"$dir/out" 2>"$dir/err" && fail 'a guess was taken'
    if grep -q too_many_requests "$dir/err"; then break; fi
    says 'unknown invitation code' "$dir/err"
done
says too_many_requests "$dir/err"
grep -q 'invitation codes guessed' "$dir/sb/relay/liaisond.log" || fail 'guessing is not in the log'

"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
