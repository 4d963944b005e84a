#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# The demonstration, twice over the same directory; then every file of the relay, store, WAL, log and
# configuration, is searched for what was sent.
. "$(dirname "$0")/lib.sh"

"$ROOT/scripts/demo" "$dir/sb" >"$dir/first" 2>&1 || fail "$(tail -n 20 "$dir/first")"
"$ROOT/scripts/demo" "$dir/sb" >"$dir/second" 2>&1 || fail "$(tail -n 20 "$dir/second")"
says 'no differences' "$dir/second"

kill -0 "$(cat "$dir/sb/relay.pid")" || fail 'the demonstration leaves no relay'
[ -f "$dir/sb/relay/relay.sqlite-wal" ] || fail 'no write-ahead log to search'
for word in TESTARD Alpha EXEMPLE Bêta GAMMA Enfant lettre-testard 'Nouvelles menaces' '2026/000123' \
    '06 39 98 00 01' 'Demande un rendez-vous' 'couple_violence' 'Maman travaille' '%PDF'; do
    ! grep -rqaF -- "$word" "$dir/sb/relay" || fail "the relay's files hold \"$word\""
done
# The search would find something: the unit that everybody may know is there.
grep -rqaF -- 'crip@cd01' "$dir/sb/relay" || fail 'the search finds nothing at all'
