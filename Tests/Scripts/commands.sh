#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# The command line as scripts rely on it: shapes of JSON, exit codes, and plain words when nothing was sent.
. "$(dirname "$0")/lib.sh"
fresh "$small"

[ "$("$bin/liaison" --version)" = "$("$bin/liaisond" --version)" ] || fail 'two versions'

# What was deposited
exits 0 as bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
[ "$(json 'sorted(d) == ["evidence", "id", "state"] and sorted(d["evidence"]) == ["index", "tree_size"]')" = True ] ||
    fail "$(cat "$dir/out")"
id=$(json 'd["id"]')
exits 0 as iscg-est inbox
[ "$(json 'sorted(d[0]) == ["due_at", "from", "id", "is_erased", "kind", "sent_at", "state", "to", "urgency"]')" = True ] ||
    fail "$(cat "$dir/out")"
[ "$(json 'd[0]["state"]')" = available ] || fail "$(cat "$dir/out")"
exits 0 as iscg-est read "$id"
[ "$(json 'd["form"]["last_name"] == "TESTARD" and d["form"]["minors_present"] == 2 and d["parts"] == []')" = True ] ||
    fail "$(cat "$dir/out")"
exits 0 as iscg-est search testard alpha
[ "$(json 'd[0]["delivery"]["id"], d[0]["is_received"], "form.last_name" in d[0]["found_in"]')" = "('$id', True, True)" ] || fail "$(cat "$dir/out")"
# Which transmissions, never what they contain.
! grep -qi testard "$dir/out" "$dir/err" || fail 'a search prints what it found'
exits 0 as iscg-est search bêta
[ "$(json d)" = '[]' ] || fail "$(cat "$dir/out")"
exits 64 as iscg-est search ' '
exits 0 as iscg-est acknowledge "$id"
exits 0 as bta-montluel track "$id"
[ "$(json '[e["name"] for e in d["deliveries"][0]["events"]]')" = \
    "['SubmissionAcceptance', 'ContentConsignment', 'ConsignmentNotification', 'ContentHandover', 'ConsignmentAcceptance']" ] || fail "$(cat "$dir/out")"
exits 65 as iscg-est acknowledge "$id"
says 'it has its answer already' "$dir/err"
exits 0 as iscg-est units gex
[ "$(json 'd[0]["unit"], d[0]["reachable"]')" = "('bta-gex@ggd01', True)" ] || fail "$(cat "$dir/out")"

exits 0 as iscg-est units xyz
[ "$(json d)" = '[]' ] || fail "$(cat "$dir/out")"
dit iscg-est units xyz
says 'Aucune unité trouvée pour « xyz »' "$dir/out"

# What was deposited is not discarded, and only its sender takes it back
exits 65 as bta-montluel outbox "$id" --discard </dev/null
says 'it is deposited already' "$dir/err"
exits 65 as iscg-est withdraw "$id" --reason misdirected
says 'only the unit that sent it' "$dir/err"

# Standard error may be full or closed, and standard output closed: nothing is said, and the exit code is the same
code=0
as iscg-est read zz 2>/dev/full || code=$?
[ "$code" = 65 ] || fail "exit code $code with a full standard error"
code=0
as iscg-est read zz 2>&- || code=$?
[ "$code" = 65 ] || fail "exit code $code without standard error"
code=0
as iscg-est read zz <&- >&- 2>&- || code=$?
[ "$code" = 65 ] || fail "exit code $code without input and output"
exits 0 as iscg-est inbox

# A wrong address of a relay is said to be wrong, and no vault is made
wrong() { # wrong ADDRESS WORDS
    exits 65 "$bin/liaison" --vault "$dir/new" join "$1" </dev/null
    says "wrong relay address ($1): $2" "$dir/err"
    says 'https://relay.example:8443' "$dir/err"
    [ ! -e "$dir/new" ] || fail "a vault for $1"
}
wrong https://127.0.0.1:70000 '"70000" is not a port'
wrong https://host:abc '"abc" is not a port'
wrong 'https://relais invalide' '"relais invalide" is not'
wrong https:// "the relay's name is missing"
wrong http://127.0.0.1:8443 'it has to begin with https://'
HTTPS_PROXY=http://127.0.0.1:70000 exits 65 as iscg-est inbox
says 'HTTPS_PROXY is not readable' "$dir/err"

# Attachments come back as they were, under their own name
printf '%%PDF-1.4\n%%%%EOF\n' >"$dir/lettre.pdf"
cat >"$dir/form.yaml" <<'FORM'
last_name: TESTARD
first_name: Alpha
safe_phone: "0639980001"
needs: [housing]
request: Un rendez-vous.
consent_date: 2026-11-20
shared_scope: [identity, contact, needs, attachments]
adhesion_status: given
person_informed: informed
FORM
exits 0 as iscg-est send orientation --to cms-bourg@cd01 --form "$dir/form.yaml" --attach "$dir/lettre.pdf" --yes
oriented=$(json 'd["id"]')
exits 0 as cms-bourg read "$oriented" --save "$dir/saved"
[ "$(json 'd["parts"][0]["name"], d["parts"][0]["type"]')" = "('lettre.pdf', 'application/pdf')" ] || fail "$(cat "$dir/out")"
cmp "$dir/lettre.pdf" "$dir/saved/lettre.pdf"
exits 0 as cms-bourg read "$oriented" --save "$dir/saved"
cmp "$dir/lettre.pdf" "$dir/saved/1-lettre.pdf"
printf 'not a PDF' >"$dir/faux.pdf"
exits 65 as iscg-est send orientation --to cms-bourg@cd01 --form "$dir/form.yaml" --attach "$dir/faux.pdf" --yes
says 'faux.pdf' "$dir/err"

# Refused with a note: the note travels sealed
second=$(refer)
exits 0 as iscg-est refuse "$second" --reason wrong_unit --note 'Secteur ouest.'
exits 0 as bta-montluel inbox
exits 0 as bta-montluel read "$(json 'd[0]["id"]')"
[ "$(json 'd["form"]["note"]')" = 'Secteur ouest.' ] || fail "$(cat "$dir/out")"
exits 65 as iscg-est refuse "$(refer)" --reason because

# Evidence for a stranger, and the sealed file for the reference age tool's format
exits 0 as bta-montluel evidence "$id" --save "$dir/evidence"
"$python" "$ROOT/Tests/Independent/reader.py" evidence "$dir/out" >/dev/null || fail 'evidence does not convince a stranger'
[ -f "$dir/evidence/log.vkey" ] || fail 'evidence --save'
exits 0 as cms-bourg export "$oriented" --sealed "$dir/content.age"
exits 0 as cms-bourg keys export --age
cp "$dir/out" "$dir/identity.txt"
says 'WARNING' "$dir/err"
"$python" "$ROOT/Tests/Independent/agefile.py" open "$dir/identity.txt" <"$dir/content.age" >"$dir/plain"
says 'Un rendez-vous.' "$dir/plain"
"$python" "$ROOT/Tests/Independent/reader.py" content "$dir/content.age" "$dir/identity.txt" >/dev/null ||
    fail 'the content does not convince a stranger'

# Usage, input, permission
exits 64 as bta-montluel send referral
says 'NOT SENT' "$dir/err"
exits 64 as bta-montluel nonsense
exits 65 as bta-montluel send referral --to iscg-est@avema01 --set last_name=TESTARD --set diagnosis=x --yes
says 'NOT SENT' "$dir/err"
says 'first_name: required field missing' "$dir/err"
says 'diagnosis: not a field of this form' "$dir/err"
says '04 65 71 01 01' "$dir/err"
exits 77 as bta-montluel send orientation --to cms-bourg@cd01 --form "$dir/form.yaml" --yes
says 'no_flow' "$dir/err"
exits 77 as cms-bourg read "$id"
exits 65 as bta-montluel send referral --to nobody@avema01 "${referral[@]}"
LANG=fr_FR.UTF-8 exits 65 as bta-montluel send referral --to iscg-est@avema01 --yes
says 'NON TRANSMIS' "$dir/err"
says 'champ obligatoire absent' "$dir/err"

# Without --yes it echoes unit, kind, town and urgency, and nothing goes without a yes
exits 65 as bta-montluel send referral --to iscg-est@avema01 "${referral[@]:0:20}" </dev/null
says 'ISCG est, Montluel — iscg-est@avema01' "$dir/err"
says 'NOT SENT' "$dir/err"

# The numbers to call stand before the form of an urgent transmission, even when the form is wrong
exits 65 as bta-montluel send referral --to iscg-est@avema01 --urgency urgent --yes
[ "$(grep -n 'TELEPHONE FIRST' "$dir/err" | cut -d: -f1)" -lt "$(grep -n 'form to correct' "$dir/err" | cut -d: -f1)" ] ||
    fail "$(cat "$dir/err")"

# The relay is down: said, kept sealed, and one submission after it is back
"$sandbox" down "$dir/sb"
exits 69 as bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
says 'NOT SENT' "$dir/err"
"$sandbox" up "$dir/sb"
exits 0 as bta-montluel inbox

# Wrong passphrase
printf 'wrong' >"$dir/wrong"
exits 77 env LIAISON_PASSPHRASE_FILE="$dir/wrong" "$bin/liaison" --vault "$dir/sb/agents/cms-bourg" inbox
says 'wrong passphrase' "$dir/err"

# Forms
exits 0 "$bin/liaison" forms referral --json-schema
[ "$(json 'd["additionalProperties"]')" = False ] || fail 'forms --json-schema'
exits 0 "$bin/liaison" --format json forms
[ "$(json 'len(d)')" = 17 ] || fail 'forms'

"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null || fail 'verify'
