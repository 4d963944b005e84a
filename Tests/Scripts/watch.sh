#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# An agent listens while things happen: each event is one line, a program is started with the reference and the urgency, other
# commands on the same vault go on, a relay that stops and starts again is noticed, and a revocation ends the listening.
. "$(dirname "$0")/lib.sh"
export LANG=fr_FR.UTF-8

fresh "$small"
cat >"$dir/hook" <<'HOOK'
#!/bin/sh
printf '%s %s %s %s\n' "$LIAISON_EVENT" "$LIAISON_UNIT" "$LIAISON_REFERENCE" "$LIAISON_URGENCY" >>"$(dirname "$0")/hooked"
env >>"$(dirname "$0")/environment"
HOOK
chmod +x "$dir/hook"
LIAISON_VAULT="$dir/sb/agents/iscg-est" LIAISON_PASSPHRASE_FILE="$dir/sb/agents/iscg-est.passphrase" \
    "$bin/liaison" watch --exec "$dir/hook" >"$dir/heard" 2>"$dir/watch.err" &
watcher=$!
trap 'kill -9 $watcher 2>/dev/null || true; "$sandbox" down "$dir/sb" >/dev/null 2>&1 || true' EXIT
heard() { grep -qF -- "$1" "$dir/heard"; }

send() {
    as bta-montluel send referral --to iscg-est@avema01 "${referral[@]}" >"$dir/out" 2>"$dir/err" ||
        fail "$(cat "$dir/err")"
    json 'd["id"]'
}
# The watcher says what comes after it has begun to listen.
sleep 3
id=$(send)
waits 20 heard "référence $id"
[ "$(grep -c "référence $id" "$dir/heard")" = 1 ] || fail "$(cat "$dir/heard")"
waits 10 grep -q "ContentConsignment iscg-est@avema01 $id priority" "$dir/hooked"
grep -q TESTARD "$dir/environment" "$dir/hooked" "$dir/heard" && fail "something of the content was told"
grep -q PASSPHRASE "$dir/environment" && fail "the passphrase's file was told"

# Other commands on the same vault go on meanwhile, and what they do is heard as well.
as iscg-est read "$id" >"$dir/out"
waits 20 heard "ouvert"
as iscg-est acknowledge "$id" >"$dir/out"
waits 20 heard "pris en charge"

# The relay stops and starts again: both are said, and what comes later is heard.
"$sandbox" down "$dir/sb"
waits 30 grep -q "plus de liaison avec le relais" "$dir/watch.err"
"$sandbox" up "$dir/sb" --convention "$small"
waits 90 grep -q "liaison avec le relais rétablie" "$dir/watch.err"
id=$(send)
waits 20 heard "référence $id"

# Revoked: it ends, and says why.
registrar avema01 revoke "$(as iscg-est status | "$python" -c 'import json, sys; print(json.load(sys.stdin)["agent"])')" --reason lost_device >/dev/null
ended() { ! kill -0 $watcher 2>/dev/null; }
waits 30 ended
says "erreur" "$dir/watch.err"
