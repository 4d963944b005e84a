#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# No certificate, an unknown one, garbage, silence, slow and oversized requests: none stops the relay, none holds a
# connection longer than the time-outs, an agent is served all the while, and the operator's log has no line of any of it.
. "$(dirname "$0")/lib.sh"
export LIAISOND_HANDSHAKE_SECONDS=1 LIAISOND_HEAD_SECONDS=2 LIAISOND_BODY_SECONDS=2 LIAISOND_IDLE_SECONDS=2
fresh "$small"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=stranger \
    -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
pid=$(cat "$dir/sb/relay.pid")
log=$dir/sb/relay/liaisond.log
cp "$log" "$dir/before"
"$python" "$ROOT/Tests/Scripts/hostile.py" "$(sed 's/.*://' "$dir/sb/relay.url")" "$dir/cert.pem" "$dir/key.pem" ||
    fail 'hostile.py'
kill -0 "$pid" || fail 'the relay is gone'
diff "$dir/before" "$log" >"$dir/out" || fail "in the operator's log: $(cat "$dir/out")"
refer >/dev/null
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null || fail 'verify'
! grep -iE 'fatal|crash|trap' "$log" || fail "$(cat "$log")"

# Where the system lets it open few files, the relay says so and goes on. Root could go beyond any limit, and gives that up.
"$sandbox" down "$dir/sb"
few=()
[ "$(id -u)" != 0 ] || few=(setpriv --bounding-set=-sys_resource)
(
    ulimit -n 256
    exec "${few[@]}" "$sandbox" up "$dir/sb"
)
says 'fewer connections than configured: the limit of open files is too low' "$log"
says 'open files=256' "$log"
refer >/dev/null

# Where only the present limit is low, the relay raises it by itself: enough for all places of its listener.
"$sandbox" down "$dir/sb"
: >"$log"
(
    ulimit -Sn 256
    exec "$sandbox" up "$dir/sb"
)
! grep 'fewer connections than configured' "$log" || fail 'the limit of open files was not raised'
open=$(sed -n 's/^Max open files *\([0-9]*\) .*/\1/p' "/proc/$(cat "$dir/sb/relay.pid")/limits")
[ "$open" -ge 4352 ] || fail "only $open open files"
refer >/dev/null
