#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# The example for HAProxy, with a real one: agents keep their certificates behind it, a node that is away costs nobody anything, one
# that does not answer is left out and its clients are cut off, and it takes part again when it is well.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
command -v haproxy >/dev/null || fail 'no haproxy: install the package haproxy (scripts/setup --tests does)'

declare -A started=()
trap 'kill -CONT "${started[@]}" 2>/dev/null; kill -9 "${started[@]}" 2>/dev/null; "$sandbox" down "$dir/sb" >/dev/null 2>&1 || true' EXIT
# node NAME DATA PORT LOG-PORT OPERATIONS-PORT
node() {
    LIAISOND_PROXIES=127.0.0.1 LIAISOND_LOG_PORT=$4 LIAISOND_OPERATIONS_PORT=$5 "$bin/liaisond" serve --data "$2" --port "$3" 2>"$dir/$1.log" &
    started[$1]=$!
}
# origin: whose checkpoint the log's address shows, the certificate checked
origin() {
    "$python" -c 'import ssl, sys, urllib.request as r
print(r.urlopen(sys.argv[1], context=ssl.create_default_context(cafile=sys.argv[2]), timeout=5).readline().decode().strip())' \
        "https://127.0.0.1:$log/checkpoint" "$dir/sb/relay/tls-certificate.pem"
}
comes_from() { [ "$(origin 2>&1 | tee "$dir/out")" = "$1" ]; }
knows() { cp "$dir/haproxy.log" "$dir/out"; grep -q "Server relay/$1 is $2" "$dir/out"; }

# The relay of the sandbox gets a port of its own, and HAProxy the one that its agents know.
fresh "$small"
"$sandbox" down "$dir/sb"
address=$(sed 's/.*://' "$dir/sb/relay.url")
read -ra ports <<<"$("$ROOT/scripts/free-port" 7)"
log=${ports[0]} one=("${ports[@]:1:3}") two=("${ports[@]:4:3}")
sed "s/:8443$/ 127.0.0.1:$address/; s/:8444$/ 127.0.0.1:$log/; s/maxconn 10000/maxconn 200/
    s/:18443 port 19443/:${one[0]} port ${one[2]}/; s/:18444/:${one[1]}/
    s/:28443 port 29443/:${two[0]} port ${two[2]}/; s/:28444/:${two[1]}/" "$ROOT/examples/haproxy.cfg" >"$dir/haproxy.cfg"
[ "$(id -u)" = 0 ] || sed -i '/^    \(user\|group\) haproxy$/d' "$dir/haproxy.cfg"
haproxy -c -q -f "$dir/haproxy.cfg" 2>"$dir/err" || fail "$(cat "$dir/err")"
[ ! -s "$dir/err" ] || fail "$(cat "$dir/err")"
node one "$dir/sb/relay" "${one[@]}"
waits 20 grep -q "listening on 127.0.0.1:${one[2]}" "$dir/one.log"
haproxy -db -f "$dir/haproxy.cfg" 2>>"$dir/haproxy.log" &
started[haproxy]=$!

# One node of three: whoever is sent to another first is sent on. Agents are known by their certificates.
waits 20 comes_from relais.example/small
id=$(refer)
exits 0 as iscg-est read "$id"
says TESTARD "$dir/out"
waits 20 knows two DOWN

# It is halted: whoever is connected is cut off, and does not wait for it.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj /CN=essai -addext extendedKeyUsage=clientAuth \
    -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
"$python" - "$address" "$dir" <<'PYTHON' >"$dir/cut" 2>&1 &
import socket, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.load_cert_chain(f"{sys.argv[2]}/cert.pem", f"{sys.argv[2]}/key.pem")
line = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
open(f"{sys.argv[2]}/connected", "w").close()
line.settimeout(30)
try:
    line.recv(1)
except TimeoutError:
    sys.exit("still connected")
except ConnectionResetError:
    pass
PYTHON
started[client]=$!
waits 20 test -e "$dir/connected"
kill -STOP "${started[one]}"
wait "${started[client]}" || fail "$(cat "$dir/cut")"
unset 'started[client]'
waits 5 knows one DOWN
kill -CONT "${started[one]}"
waits 20 knows one UP
: >"$dir/haproxy.log"

# A second one; here it is another relay with the same certificate, so that they can be told apart.
"$bin/liaisond" init --data "$dir/two" --origin relais.example/two >/dev/null
cp "$dir/sb/relay"/tls-*.pem "$dir/two"
node two "$dir/two" "${two[@]}"
waits 20 knows two UP
waits 20 comes_from relais.example/two

# The first is killed: nobody meets it from that moment on.
kill -9 "${started[one]}"
unset 'started[one]'
for _ in $(seq 20); do comes_from relais.example/two || fail "$(cat "$dir/out")"; done
waits 20 knows one DOWN
