#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Many streams on one relay: under 64 KiB of its memory each, and each is told when its mailbox grows. STREAMS=1000 opens a
# thousand; most of the time goes into the agents that they need.
. "$(dirname "$0")/lib.sh"
fresh "$small"
streams=${STREAMS:-160}
each=8 # of one agent, at most
agents=$((streams / each + 3))

# Agents of the ISCG with certificates of their own; their vaults are needed for the request only.
printf 'essai' >"$dir/passphrase"
for number in $(seq "$agents"); do
    folder=$dir/tls/$number
    mkdir -p "$folder"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj "/CN=essai-$number" \
        -addext extendedKeyUsage=clientAuth -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
    LIAISON_VAULT="$folder/vault" LIAISON_PASSPHRASE_FILE="$dir/passphrase" \
        "$bin/liaison" enrol "d-1$number@avema01" --convention "$dir/sb/convention.note" \
        --certificate "$folder/cert.pem" --private-key "$folder/key.pem" >"$folder/request" 2>"$dir/err" || fail "$(cat "$dir/err")"
    registrar avema01 enrol "$folder/request" --unit iscg-est@avema01 >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"
done
registrar avema01 publish >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"

mkfifo "$dir/go"
"$python" "$(dirname "$0")/streams.py" "$(sed 's,.*//,,' "$dir/sb/relay.url")" "$(cat "$dir/sb/relay.pid")" "$streams" \
    "$dir"/tls/* <"$dir/go" >"$dir/streams" 2>"$dir/err" &
listener=$!
exec 8>"$dir/go"
for _ in $(seq 600); do [ -s "$dir/streams" ] && break; kill -0 "$listener" 2>/dev/null || fail "$(cat "$dir/err")"; sleep 0.1; done
kib=$(head -1 "$dir/streams")
echo "$kib KiB a stream"
refer >/dev/null
echo go >&8
wait "$listener" || fail "$(cat "$dir/err")"
exec 8>&-
[ "$(tail -1 "$dir/streams")" = "$streams" ] || fail "only $(tail -1 "$dir/streams") streams were told"
"$python" -c 'import sys; sys.exit(float(sys.argv[1]) >= 64)' "$kib" || fail "$kib KiB a stream"
