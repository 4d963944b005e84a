#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Not sent is said, and kept: the relay is down from the start, or silent, or the disk is full, or somebody presses Ctrl-C.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
fresh "$small"
dit bta-montluel inbox # what this device needs to work without the relay
dit bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
before=$(deposited)
"$sandbox" down "$dir/sb"

# What was deposited a moment ago is in the list, though the relay is gone
interdit 69 bta-montluel sent
says "$before" "$dir/out"

# What cannot be done without the relay can be said by telephone
interdit 69 bta-montluel withdraw "$before" --reason sent_in_error --yes
says 'Appelez ISCG est, Montluel : 04 65 71 01 01' "$dir/out"

# Numbers and presence of the units, as they were last verified
dit bta-montluel units iscg
says 'RELAIS INJOIGNABLE. Annuaire tel que vérifié' "$dir/out"
says '04 65 71 01 01' "$dir/out"

# Sealed and kept: exit code 69, whom to call, and what is not sent stands before everything else
interdit 69 bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
says 'NON TRANSMIS' "$dir/out"
says 'Appelez ISCG est, Montluel : 04 65 71 01 01' "$dir/out"
id=$(sed -n 's/.*liaison outbox \([0-9a-f-]*\).*/\1/p' "$dir/out")
[ -n "$id" ] || fail "nothing kept: $(cat "$dir/out")"
for list in inbox sent alerts; do
    interdit 69 bta-montluel "$list"
    says 'NON TRANSMIS : Saisine, urgence : prioritaire, pour ISCG est (Montluel), scellée' "$dir/out"
    says "liaison outbox $id" "$dir/out"
done

# Whoever begins to listen is told first
LANG=fr_FR.UTF-8 LIAISON_VAULT="$dir/sb/agents/bta-montluel" \
    LIAISON_PASSPHRASE_FILE="$dir/sb/agents/bta-montluel.passphrase" \
    timeout 4 "$bin/liaison" watch >"$dir/out" 2>&1 || true
says 'NON TRANSMIS : Saisine' "$dir/out"

# Back again: first in the lists; the whole form is shown before anything is asked; deposited once
"$sandbox" up "$dir/sb"
dit bta-montluel outbox
head -3 "$dir/out" | grep -q 'NON TRANSMIS' || fail "$(cat "$dir/out")"
interdit 65 bta-montluel outbox "$id" </dev/null
says 'Nom : TESTARD' "$dir/out"
says 'Scellée aujourd' "$dir/out"
says 'NON TRANSMIS' "$dir/out"
dit bta-montluel outbox "$id" --yes
says 'déposé, pas encore ouvert' "$dir/out"
dit bta-montluel outbox
says "Aucune transmission n'attend" "$dir/out"
dit iscg-est read "$id"

# What waits leaves with the next command that reaches the relay, the most urgent first; --flush says the same of all
"$sandbox" down "$dir/sb"
interdit 69 iscg-est acknowledge "$id"
says 'Appelez Brigade' "$dir/out"
interdit 69 bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
interdit 69 bta-montluel send referral --to iscg-est@avema01 --urgency urgent "${referral[@]}"
interdit 69 bta-montluel outbox --flush
"$sandbox" up "$dir/sb"
dit bta-montluel units iscg
grep 'Déposée maintenant' "$dir/out" | head -1 | grep -q 'urgence : urgente' || fail "$(cat "$dir/out")"
[ "$(grep -c 'Déposée maintenant' "$dir/out")" = 2 ] || fail "$(cat "$dir/out")"
dit bta-montluel outbox --flush
says "Aucune transmission n'attend" "$dir/out"

# A call made meanwhile is written down before it is deposited
"$sandbox" down "$dir/sb"
interdit 69 bta-montluel send referral --to iscg-est@avema01 --urgency urgent "${referral[@]}"
id=$(sed -n 's/.*liaison outbox \([0-9a-f-]*\).*/\1/p' "$dir/out")
"$sandbox" up "$dir/sb"
dit bta-montluel outbox "$id" --phone-confirmed-at "$(TZ=Europe/Paris date +%H:%M)" --yes
dit iscg-est read "$id"
says 'Appel' "$dir/out"

# What stands at the relay's address with another certificate, and a proxy that refuses, are told apart from silence
"$sandbox" down "$dir/sb"
port=$(sed 's/.*://' "$dir/sb/relay.url")
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=portail.example \
    -keyout "$dir/other.key" -out "$dir/other.pem" 2>/dev/null
"$python" - "$port" "$dir/other.pem" "$dir/other.key" >"$dir/other.out" 2>&1 <<'PY' &
import http.server, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
PY
other=$!
for _ in $(seq 50); do openssl s_client -connect "127.0.0.1:$port" </dev/null >/dev/null 2>&1 && break; sleep 0.1; done
dit bta-montluel units iscg
says 'certificat refusé' "$dir/out"
kill "$other"
wait "$other" 2>/dev/null || true
"$python" - "$dir/proxy.port" <<'PY' &
import http.server, sys
class Refuses(http.server.BaseHTTPRequestHandler):
    def do_CONNECT(self): self.send_error(403)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
open(sys.argv[1], "w").write(str(server.server_port))
server.serve_forever()
PY
proxy=$!
for _ in $(seq 50); do [ -s "$dir/proxy.port" ] && break; sleep 0.1; done
HTTPS_PROXY="http://127.0.0.1:$(cat "$dir/proxy.port")"
export HTTPS_PROXY
dit bta-montluel units iscg
unset HTTPS_PROXY
says 'mandataire (HTTPS_PROXY)' "$dir/out"
kill "$proxy"
wait "$proxy" 2>/dev/null || true

# What shall not be sent any more is destroyed on demand
interdit 69 bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
id=$(sed -n 's/.*liaison outbox \([0-9a-f-]*\).*/\1/p' "$dir/out")
dit bta-montluel outbox "${id: -8}" --discard --yes
says "elle n'a pas été transmise" "$dir/out"
dit bta-montluel outbox
says "Aucune transmission n'attend" "$dir/out"

# What its convention or directory head has outlived is sealed anew under the same id
interdit 69 bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
id=$(sed -n 's/.*liaison outbox \([0-9a-f-]*\).*/\1/p' "$dir/out")
"$sandbox" up "$dir/sb"
registrar avema01 assign d-01@avema01 iscg-est@avema01 --role unit_manager 2>/dev/null
dit bta-montluel outbox "$id" --yes
dit iscg-est read "$id"

# A relay that takes the connection and says nothing: a word after three seconds, the end after fifteen
"$sandbox" down "$dir/sb"
port=$(sed 's/.*://' "$dir/sb/relay.url")
"$python" - "$port" >"$dir/silent.out" 2>&1 <<'PY' &
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
listener.settimeout(60)
held = []
end = time.time() + 60
while time.time() < end:
    try:
        held.append(listener.accept())
    except OSError:
        break
PY
silent=$!
sleep 1
start=$(date +%s)
interdit 69 bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
took=$(($(date +%s) - start))
kill "$silent" 2>/dev/null || true
says 'Le relais ne répond pas encore' "$dir/out"
says 'NON TRANSMIS' "$dir/out"
[ "$took" -le 50 ] || fail "a silent relay took $took s"

# Ctrl-C while the confirmation is asked: not sent; while the relay is silent: kept
"$sandbox" up "$dir/sb"
mkfifo "$dir/answer"
LANG=fr_FR.UTF-8 LIAISON_VAULT="$dir/sb/agents/bta-montluel" \
    LIAISON_PASSPHRASE_FILE="$dir/sb/agents/bta-montluel.passphrase" \
    "$bin/liaison" send referral --to iscg-est@avema01 "${referral[@]:0:20}" <"$dir/answer" >"$dir/out" 2>&1 &
sender=$!
exec 9>"$dir/answer"
for _ in $(seq 100); do grep -q 'Envoyer ?' "$dir/out" && break; sleep 0.1; done
kill -INT "$sender"
code=0
wait "$sender" || code=$?
exec 9>&-
[ "$code" = 130 ] || fail "exit code $code after Ctrl-C: $(cat "$dir/out")"
says 'NON TRANSMIS' "$dir/out"
tait 'liaison outbox' "$dir/out"

# A full disk: nothing half-sealed stays, and the words say that nothing was sent
full="$dir/full"
mkdir -p "$full"
if mount -t tmpfs -o size=3m tmpfs "$full" 2>/dev/null; then
    cp -r "$dir/sb/agents/bta-montluel" "$full/vault"
    head -c 20000000 /dev/zero >"$full/ballast" 2>/dev/null || true
    code=0
    LANG=fr_FR.UTF-8 LIAISON_VAULT="$full/vault" \
        LIAISON_PASSPHRASE_FILE="$dir/sb/agents/bta-montluel.passphrase" \
        "$bin/liaison" send referral --to iscg-est@avema01 "${referral[@]}" >"$dir/out" 2>&1 || code=$?
    [ "$code" != 0 ] || fail "sent on a full disk: $(cat "$dir/out")"
    says 'NON TRANSMIS' "$dir/out"
    ! ls "$full"/vault/contents/*.part 2>/dev/null || fail 'half a content stays'
    umount "$full"
fi
