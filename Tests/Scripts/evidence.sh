#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Evidence that convinces a stranger: a witness and a time-stamp authority vouch for the log, third-party code reads it
# without a certificate, a dossier is valid for two independent checkers and each damaged copy is not.
. "$(dirname "$0")/lib.sh"

fetch() { "$python" -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())' "$1"; }
metric() { fetch "http://127.0.0.1:$operations/metrics" 2>/dev/null | grep -qx "$1"; }

# A time-stamp authority and a witness, each a program of its own; a test runner may have left SIGTERM blocked for them.
trap 'kill -9 ${authority:-} ${witness:-} 2>/dev/null || true; "$sandbox" down "$dir/sb" >/dev/null 2>&1 || true' EXIT
"$python" "$ROOT/Tests/Scripts/authority.py" "$dir/authority" &
authority=$!
"$bin/liaison" witness init --data "$dir/witness" --name temoin.example/1 >"$dir/witness.line"

fresh "$small"
grep -q '^quorum none$' "$dir/sb/trust" || fail "no trust anchors"
read -r witness_port log_port operations <<<"$("$ROOT/scripts/free-port" 3)"
log=$(sed -n 's/^log \([^ ]*\).*/\1/p' "$dir/sb/trust")
"$bin/liaison" witness serve --data "$dir/witness" --log "$log" --port "$witness_port" 2>"$dir/witness.log" &
witness=$!
{
    sed "s|^witness temoin.example/1 .*|& http://127.0.0.1:$witness_port|; s|^witness temoin.example/1|witness w|" "$dir/witness.line"
    printf 'quorum w\n'
} >"$dir/policy"
waits 20 test -s "$dir/authority/port"
cat >>"$dir/sb/relay/liaisond.conf" <<CONF
LIAISOND_WITNESSES=$dir/policy
LIAISOND_TIME_STAMP_URL=http://127.0.0.1:$(cat "$dir/authority/port")
LIAISOND_TIME_STAMP_ROOT=$dir/authority/root.pem
LIAISOND_TIME_STAMP_SECONDS=1
LIAISOND_LOG_PORT=$log_port
LIAISOND_OPERATIONS_PORT=$operations
CONF
"$sandbox" down "$dir/sb"
"$sandbox" up "$dir/sb" --convention "$small"
"$bin/liaison" convention trust "$dir/sb/convention.note" --policy "$dir/policy" \
    --time-stamp-root "$dir/authority/root.pem" >"$dir/trust"

# The main job, and what each end sees; opened is not acknowledged.
cp "$dir/policy" "$dir/sb/agents/bta-montluel/policy"
waits 20 metric 'liaison_witness_up{witness="w"} 1'
id=$(refer)
say iscg-est inbox
says 'available, not yet opened' "$dir/out"
as iscg-est read "$id" >/dev/null
say bta-montluel track "$id"
says "seen in the unit's list, not yet opened" "$dir/out"
says 'ISCG est (Montluel): opened, not yet acknowledged' "$dir/out"
cp "$dir/out" "$dir/before"
as iscg-est acknowledge "$id" >/dev/null
say bta-montluel track "$id"
says 'acknowledged by the unit' "$dir/out"
# Receipts are append-only: every line shown before is still there.
grep '^  ' "$dir/before" | while read -r line; do says "$line" "$dir/out"; done

# complete FILE: a dossier that both witness and authority vouch for
complete() {
    rm -f "$1"
    as bta-montluel proof "$id" --output "$1" 2>/dev/null && "$bin/liaison" verify "$1" --trust "$dir/trust" >"$dir/out" 2>&1
}
waits 30 complete "$dir/sealed.asice"
says 'holds     witnesses: w (' "$dir/out"
says 'holds     time-stamps:' "$dir/out"
say bta-montluel track "$id"
says 'witnessed by your witnesses' "$dir/out"
as iscg-est proof "$id" --output "$dir/field.asice" --disclose main_issue 2>/dev/null
as bta-montluel proof "$id" --output "$dir/stamped.asice" --without-content --time-stamp-url \
    "http://127.0.0.1:$(cat "$dir/authority/port")" --time-stamp-root "$dir/authority/root.pem" 2>/dev/null

# The container is ASiC-E: the mimetype first, as it is.
[ "$(head -c 69 "$dir/stamped.asice" | tail -c 39)" = mimetypeapplication/vnd.etsi.asic-e+zip ] || fail "not ASiC-E"
"$python" - "$dir/stamped.asice" "$dir" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as zip:
    for name in ("META-INF/ASiCManifest.xml", "META-INF/timestamp.tst", "checkpoint.note", "lisez-moi.html"):
        open(sys.argv[2] + "/" + name.split("/")[-1], "wb").write(zip.read(name))
PYTHON
# By hand, as docs/evidence.md says.
openssl ts -verify -data "$dir/ASiCManifest.xml" -in "$dir/timestamp.tst" -token_in -CAfile "$dir/authority/root.pem" \
    >/dev/null 2>&1 || fail "openssl does not verify the container's time-stamp"
head -n 3 "$dir/checkpoint.note" >"$dir/checkpoint.txt"
{
    printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'
    printf %s "$log" | cut -d + -f 3- | base64 -d | tail -c 32
} >"$dir/log.der"
sed -n '5s/.* //p' "$dir/checkpoint.note" | base64 -d | tail -c 64 >"$dir/log.sig"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$dir/log.der" -rawin -in "$dir/checkpoint.txt" \
    -sigfile "$dir/log.sig" >/dev/null || fail "openssl does not verify the checkpoint"
says "pris en charge par l'unité" "$dir/lisez-moi.html"
if grep -qi 'recommandé' "$dir/lisez-moi.html"; then fail "the page claims what it may not"; fi

# Two independent checkers, the same verdict on every good and damaged dossier.
judged() { "$python" "$ROOT/Tests/Independent/judge.py" "$bin/liaison" "$@" || fail "the checkers differ"; }
# both DOSSIER ANCHORS: the verdict of both
both() { local found; found=$(judged "$2" "$1"); printf '%s\n' "${found% "$1"}"; }
for good in sealed field stamped; do
    [ "$(both "$dir/$good.asice" "$dir/trust")" = '0 valid' ] || fail "$good is not valid"
    [ "$(both "$dir/$good.asice" "$dir/sb/trust")" = '0 valid' ] || fail "$good is not valid without witnesses"
    "$python" "$ROOT/Tests/Independent/damage.py" "$dir/$good.asice" "$dir/damaged.$good" >/dev/null
done
# harmless DOSSIER COPY: a change that proves nothing else than before: an event less, another page, another order
harmless() {
    case $2 in
        *-event-[0-9].asice | *-reversed.asice | *-field-gone.asice) ;;
        *-convention-line-gone.asice | *-checkpoint-line-*.asice | *-checkpoint-space.asice) ;;
        # a bit of what nothing rests on: a time of making, a witness's line repeated in a proof
        *-flipped-dossier.json.asice | *-flipped-events.json.asice | *-flipped-directory.json.asice | *-proof-unsigned.asice) ;;
        *mimetype* | *-flipped-lisez-moi.html.asice) ;;
        *-content-sealed.asice) [ "$1" = sealed ] ;;
        *-content-disclosed.asice) [ "$1" = field ] ;;
        *-content-withheld.asice) [ "$1" = stamped ] ;;
        *) return 1 ;;
    esac
}
count=0
for good in sealed field stamped; do
    judged "$dir/trust" "$dir/damaged.$good"/*.asice >"$dir/judged"
    while read -r code verdict damaged; do
        printf '%s\n' "$code $verdict" >>"$dir/verdicts"
        count=$((count + 1))
        [ "$code $verdict" != '0 valid' ] || harmless "$good" "$damaged" || fail "$damaged is valid"
    done <"$dir/judged"
done
[ "$count" -ge 300 ] || fail "only $count damaged dossiers"
printf 'no dossier\n' >"$dir/garbage"
[ "$(both "$dir/garbage" "$dir/trust")" = '1 invalid' ] || fail "garbage is not invalid"
for expected in '1 invalid' '3 incomplete'; do grep -qx "$expected" "$dir/verdicts" || fail "no damage is $expected"; done
grep -v '^quorum\|^witness' "$dir/trust" >"$dir/trust.none"
exits 65 "$bin/liaison" verify "$dir/sealed.asice" --trust "$dir/trust.none"
says 'no quorum line' "$dir/err"

# Third-party code reads the log over the listener that asks for no certificate, and finds nothing else there.
"$python" - "https://127.0.0.1:$log_port" "$log" "$ROOT/Tests/Independent" <<'PYTHON'
import ssl, sys, urllib.error, urllib.request
sys.path.insert(0, sys.argv[3])
import tlog
context = ssl._create_unverified_context()
get = lambda path: urllib.request.urlopen(f"{sys.argv[1]}/{path}", context=context).read()
text, _ = tlog.parse_note(get("checkpoint").decode())
tlog.verify_note(get("checkpoint").decode(), sys.argv[2])
size = int(text.split("\n")[1])
assert size < 256
entries = get(f"tile/entries/000.p/{size}")
leaves = [entries[34 * i + 2:34 * i + 34] for i in range(size)]
assert get(f"tile/0/000.p/{size}") == b"".join(tlog.leaf_hash(leaf) for leaf in leaves)
for path in ("v1/directory/head", "v1/mailboxes/iscg-est@avema01?after=0", "v1/transmissions"):
    try:
        get(path)
        raise SystemExit(f"{path} is open to everybody")
    except urllib.error.HTTPError as error:
        assert error.code == 404, error
PYTHON

# An unreachable authority and witness raise an alarm and stop nothing.
kill -9 $authority $witness
second=$(refer bta-gex)
waits 30 metric 'liaison_time_stamp_authority_up 0'
waits 30 metric 'liaison_witness_up{witness="w"} 0'
[ "$(fetch "http://127.0.0.1:$operations/ready")" = ready ] || fail "not ready"
as iscg-est read "$second" >/dev/null
as bta-gex proof "$second" --output "$dir/second.asice" 2>/dev/null
[ "$(both "$dir/second.asice" "$dir/sb/trust")" = '0 valid' ] || fail "not valid"
[ "$(both "$dir/second.asice" "$dir/trust")" = '3 incomplete' ] || fail "not incomplete"
exits 3 "$bin/liaison" verify "$dir/second.asice" --trust "$dir/trust"
says 'not yet witnessed' "$dir/out"
says 'not yet time-stamped' "$dir/out"

# Refused: the relay says in its log that it did; erased on demand, with the proof.
exits 65 as bta-montluel withdraw "$id" --reason nonsense
exits 77 as cms-bourg erase "$id" --reason unlawful
as iscg-est erase "$id" --reason data_subject_request >/dev/null
say bta-montluel track "$id"
says 'content erased from the relay: request of the data subject' "$dir/out"
as bta-montluel audit >"$dir/out"
[ "$(json 'd["findings"]')" = '[]' ] || fail "findings: $(cat "$dir/out")"
[ "$(json 'd["agreed"] >= 2')" = True ] || fail "nobody agreed: $(cat "$dir/out")"
say bta-montluel audit
says 'no event is missing' "$dir/out"
"$bin/liaisond" verify --data "$dir/sb/relay" >"$dir/out" || fail "$(cat "$dir/out")"
