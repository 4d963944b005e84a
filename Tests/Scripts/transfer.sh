#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# A long upload and a long download show how far they are, are interrupted with Ctrl-C without losing what is there, and go on.
. "$(dirname "$0")/lib.sh"
fresh "$small"
cat >"$dir/form.yaml" <<'FORM'
{last_name: TESTARD, first_name: Alpha, safe_phone: "0639980001", needs: [housing], request: Fictif.,
 consent_date: 2026-11-20, shared_scope: [identity, contact, needs, attachments], adhesion_status: given, person_informed: informed}
FORM
size=40000000
{ printf '%%PDF-1.4\n'; head -c "$size" /dev/urandom; } >"$dir/large.pdf"

# slowly LIMIT UNIT COMMAND…: on a terminal behind 8 MB/s, Ctrl-C once LIMIT bytes have moved; into $dir/out as JSON
slowly() {
    local limit=$1 unit=$2
    shift 2
    LANG=fr_FR.UTF-8 LIAISON_VAULT="$dir/sb/agents/$unit" \
        LIAISON_PASSPHRASE_FILE="$dir/sb/agents/$unit.passphrase" \
        "$python" "$(dirname "$0")/transfer.py" 8000000 "$limit" "$bin/liaison" "$@" >"$dir/out"
    json 'd["screen"]' >"$dir/screen"
}

# Up: interrupted at about half, kept, and finished by --flush without sending that half again
slowly 22000000 iscg-est send orientation --to cms-bourg@cd01 --form "$dir/form.yaml" --attach "$dir/large.pdf" --yes
[ "$(json 'd["code"]')" = 130 ] || fail "$(cat "$dir/out")"
says 'Envoi : ' "$dir/screen"
says ' sur 40' "$dir/screen"
says '/s, encore ' "$dir/screen"
says 'Interrompu' "$dir/screen"
says 'NON TRANSMIS' "$dir/screen"
first=$(json 'd["up"]')
slowly 0 iscg-est outbox --flush
[ "$(json 'd["code"]')" = 0 ] || fail "$(cat "$dir/out")"
says 'Déposée maintenant' "$dir/screen"
second=$(json 'd["up"]')
# The segment under way is sent again, at most: 4 MiB.
[ $((first + second)) -le $((size + 5500000)) ] || fail "$first and $second bytes were sent for $size"

# Down: the same, and the log says once that it was opened
exits 0 as cms-bourg inbox
id=$(json 'd[0]["id"]')
slowly 18000000 cms-bourg read "$id" --save "$dir/saved"
[ "$(json 'd["code"]')" = 130 ] || fail "$(cat "$dir/out")"
says 'Réception : ' "$dir/screen"
says 'la même commande reprend à cet endroit' "$dir/screen"
first=$(json 'd["down"]')
slowly 0 cms-bourg read "$id" --save "$dir/saved"
[ "$(json 'd["code"]')" = 0 ] || fail "$(cat "$dir/out")"
second=$(json 'd["down"]')
[ $((first + second)) -le $((size + 10000000)) ] || fail "$first and $second bytes were fetched for $size"
cmp "$dir/large.pdf" "$dir/saved/large.pdf"
exits 0 as cms-bourg track "$id"
[ "$(json 'sum(e["name"] == "ContentHandover" for e in d["deliveries"][0]["events"])')" = 1 ] || fail "$(cat "$dir/out")"
