#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# kill -9 of the relay in a stream of submissions, 20 times: every acknowledged one is there once, the store verifies,
# and the log never went back behind anything acknowledged.
. "$(dirname "$0")/lib.sh"
fresh "$small"

# stream UNIT: deposits until told to stop, and keeps each acknowledgement
stream() {
    while [ ! -e "$dir/stop" ]; do
        as "$1" send referral --to iscg-est@avema01 "${referral[@]}" >>"$dir/acknowledged.$1" 2>/dev/null || sleep 0.05
    done
}

stream bta-montluel &
first=$!
stream bta-gex &
second=$!

largest=0
for round in $(seq 20); do
    sleep "0.$((RANDOM % 8 + 1))"
    kill -9 "$(cat "$dir/sb/relay.pid")"
    while kill -0 "$(cat "$dir/sb/relay.pid")" 2>/dev/null; do sleep 0.01; done
    report=$("$bin/liaisond" verify --data "$dir/sb/relay") || fail "round $round: $report"
    size=${report%% *}
    acknowledged=$(cat "$dir"/acknowledged.* 2>/dev/null | sed -n 's/.*"tree_size":\([0-9]*\).*/\1/p' | sort -n | tail -n 1)
    [ "$size" -ge "${acknowledged:-0}" ] || fail "round $round: the log has $size entries, $acknowledged were acknowledged"
    [ "$size" -ge "$largest" ] || fail "round $round: the log went back from $largest to $size"
    largest=$size
    "$sandbox" up "$dir/sb"
    # Let something through before the next blow.
    before=$(cat "$dir"/acknowledged.* 2>/dev/null | wc -l)
    for _ in $(seq 100); do
        [ "$(cat "$dir"/acknowledged.* 2>/dev/null | wc -l)" -gt "$before" ] && break
        sleep 0.05
    done
done
: >"$dir/stop"
wait "$first" "$second"

sed -n 's/.*"id":"\([^"]*\)".*/\1/p' "$dir"/acknowledged.* | sort >"$dir/ids"
[ "$(wc -l <"$dir/ids")" -ge 20 ] || fail "only $(wc -l <"$dir/ids") acknowledged"
exits 0 as iscg-est inbox
json '"\n".join(sorted(x["id"] for x in d))' >"$dir/delivered"
[ -z "$(uniq -d "$dir/delivered")" ] || fail 'something was delivered twice'
missing=$(comm -23 "$dir/ids" "$dir/delivered")
[ -z "$missing" ] || fail "acknowledged and not there: $missing"

# What was sealed and not acknowledged goes through once on demand.
for unit in bta-montluel bta-gex; do
    exits 0 as "$unit" outbox
    for id in $(json '" ".join(x["id"] for x in d)'); do exits 0 as "$unit" outbox "$id" --yes; done
done
exits 0 as iscg-est inbox
[ -z "$(json '"\n".join(sorted(x["id"] for x in d))' | uniq -d)" ] || fail 'a repeated submission was delivered twice'
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null || fail 'verify'
