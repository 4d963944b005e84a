#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# The relay dies between sealing and its answer: what was sealed is kept, deposited once, and never twice.
. "$(dirname "$0")/lib.sh"
fresh "$small"

# The client has fetched the directory and asks for confirmation; the relay is killed before it gets one.
pid=$(cat "$dir/sb/relay.pid")
mkfifo "$dir/answer"
as bta-montluel send referral --to iscg-est@avema01 "${referral[@]:0:20}" <"$dir/answer" >"$dir/sent" 2>"$dir/senterr" &
sender=$!
exec 9>"$dir/answer"
for _ in $(seq 100); do grep -q 'Send?' "$dir/senterr" && break; sleep 0.1; done
kill -9 "$pid"
echo y >&9
exec 9>&-
code=0
wait "$sender" || code=$?
[ "$code" = 69 ] || fail "exit code $code: $(cat "$dir/senterr")"
says 'NOT SENT' "$dir/senterr"
id=$(sed -n 's/.*liaison outbox //p' "$dir/senterr")
[ -n "$id" ] || fail "no id to resend: $(cat "$dir/senterr")"

"$sandbox" up "$dir/sb"
exits 0 as bta-montluel outbox
[ "$(json '[x["id"] for x in d]')" = "['$id']" ] || fail "$(cat "$dir/out")"
exits 65 as bta-montluel outbox "$id" </dev/null
says 'NOT SENT' "$dir/err"
exits 0 as bta-montluel outbox "$id" --yes
exits 0 as bta-montluel outbox "$id" --yes
exits 0 as iscg-est inbox
[ "$(json '[x["id"] for x in d]')" = "['$id']" ] || fail "$(cat "$dir/out")"
