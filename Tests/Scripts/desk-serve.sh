#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# An institution's desk: several agents of one server in real browsers over TLS, and what strangers and colleagues try on it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -x /usr/bin/chromedriver ] || fail 'no chromium-driver: run scripts/setup --tests'
fresh "$small"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=bureau.example' \
    -addext 'subjectAltName=DNS:bureau.example,DNS:bureau.ville.example' \
    -keyout "$dir/sb/desk.key" -out "$dir/sb/desk.pem" 2>/dev/null
chmod 755 "$dir/sb/agents"
exits 65 "$bin/liaison" desk serve --vaults "$dir/sb/agents" --listen 127.0.0.1:0 --tls "$dir/sb/desk.pem" --tls-key "$dir/sb/desk.key"
grep -q 'chmod 700' "$dir/err" || fail "$(cat "$dir/err")"
chmod 700 "$dir/sb/agents"
exits 65 "$bin/liaison" desk serve --vaults "$dir/sb/agents" --listen 127.0.0.1:0 --tls "$dir/sb/desk.pem" --tls-key "$dir/sb/relay.url"
grep -q 'desk.pem' "$dir/err" || fail "$(cat "$dir/err")"
"$python" "$ROOT/Tests/Scripts/desk_serve.py" "$dir/sb" || fail 'see above'
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
