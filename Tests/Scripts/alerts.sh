#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Nothing that matters is silent: a refusal, a withdrawal, a wrong unit, silence and an answer reach whoever has to act,
# with kind, urgency, age, what to do and the other side's numbers; a thread is shown as one; safety stands first.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# The rules of the Ain; a concern report is overdue after two seconds
"$python" - "$ROOT/examples/ain/convention.yaml" "$dir/fast.yaml" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
def flow(name, *changes):
    global text
    start = text.index(f"  - id: {name}\n")
    end = text.find("\n  - id: ", start + 1)
    rules = text[start:end]
    for pattern, value in changes:
        rules = re.sub(pattern, value, rules)
    text = text[:start] + rules + text[end:]
flow("information-preoccupante", (r"priority, within: P1D, clock: working_days", "priority, within: PT2S"),)
open(sys.argv[2], "w").write(text)
PY
fresh "$dir/fast.yaml"

# Refused without a word that anybody would look for: the sender is told, until dismissed
id=$(refer)
dit iscg-est refuse "$id" --reason "hors de la compétence de l'unité"
dit bta-montluel inbox
says "REFUSÉE : hors de la compétence de l'unité" "$dir/out"
dit bta-montluel alerts
says 'Saisine, urgence : prioritaire, de Brigade de Montluel (Montluel) à ISCG, secteur est (Montluel)' "$dir/out"
says 'Appelez ISCG, secteur est, Montluel : 04 65 71 01 01' "$dir/out"
says 'Permanence : 06 39 98 01 01' "$dir/out"
says "liaison dismiss $id" "$dir/out"
tait 'TESTARD' "$dir/out"
dit bta-montluel dismiss 1
dit bta-montluel alerts
says 'Aucune alerte.' "$dir/out"

# The wrong unit has read it: the breach notice with its 72 hours, and the demand
id=$(refer)
dit iscg-est read "$id"
dit iscg-est refuse "$id" --reason wrong_unit
dit bta-montluel alerts
says 'REFUSÉE : mauvaise unité' "$dir/out"
says 'Violation de données à caractère personnel possible (RGPD, article 33)' "$dir/out"
dit bta-montluel withdraw "$id" --reason misdirected
says 'destruction demandée' "$dir/out"
dit bta-montluel dismiss "$id"
dit iscg-est alerts
says 'DEMANDE à exécuter, puis à confirmer' "$dir/out"
says 'Appelez Brigade de Montluel, Montluel : 04 65 71 03 08' "$dir/out"

# Taken back: whoever was about to act on it is told
id=$(refer)
dit bta-montluel withdraw "$id" --reason misdirected
dit iscg-est alerts
says "RETIRÉE par l'expéditeur : erreur de destinataire" "$dir/out"
says "n'en tenez plus compte" "$dir/out"
dit iscg-est dismiss "${id: -8}"

# An answer waits to be read; both stand beside what they are about
id=$(refer)
dit iscg-est read "$id"
head -1 "$dir/out" | grep -qx 'Saisine, urgence : prioritaire' || fail "$(cat "$dir/out")"
says 'De : Brigade de Montluel (Montluel)' "$dir/out"
says 'Appelez Brigade de Montluel, Montluel : 04 65 71 03 08' "$dir/out"
says 'À faire avant' "$dir/out"
dit iscg-est acknowledge "$id"
dit iscg-est send follow_up_report --to bta-montluel@ggd01 --reply-to "$id" --set "outcome=pris en charge" --yes
answer=$(deposited)
dit bta-montluel alerts
says 'RÉPONSE à lire' "$dir/out"
dit bta-montluel read "$answer"
says "En réponse à la transmission $id" "$dir/out"
dit bta-montluel alerts
says 'Aucune alerte.' "$dir/out"
dit bta-montluel sent
says 'suivie de : Retour' "$dir/out"

# A corrected form shows the right value, and marks the old one where it stands
dit bta-montluel send correction --to iscg-est@avema01 --reply-to "$id" --set 'corrected_fields=Téléphone sûr' \
    --set 'correction_text=06 39 98 00 07' --set adhesion_status=non\ requise --yes
correction=$(deposited)
dit iscg-est read "$id"
says 'Correction' "$dir/out"
says 'à lire' "$dir/out"
dit iscg-est read "$correction"
dit iscg-est read "$id"
says 'Téléphone sûr : 06 39 98 00 07 [corrigé' "$dir/out"
says 'ancienne valeur, fausse : 06 39 98 00 01' "$dir/out"

# Safety of the staff and channels to avoid stand before every number
dit bta-montluel send saisine --to iscg-est@avema01 "${referral[@]}" --set staff_safety_alert=oui \
    --set 'unsafe_channels=appel,SMS'
id=$(deposited)
dit iscg-est read "$id"
"$python" - "$dir/out" <<'PY' || fail "$(cat "$dir/out")"
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
first = re.search(r"\b0\d(?: \d\d){4}\b", text).start()
assert 0 <= text.index("AVANT TOUT APPEL") < first, "a number before the warning"
assert text.index("Canaux à éviter : appel, SMS") < first, "channels after a number"
PY

# A closed unit is said before the form, with who answers; numbers stand again where it is confirmed
interdit 65 iscg-est send orientation --to cms-gex@cd01 "${orientation[@]}" </dev/null
says 'Centre médico-social de Gex' "$dir/out"
says 'Réponse attendue :' "$dir/out"
says '04 65 71 04 02' "$dir/out"
registrar avema01 absence iscg-ouest@avema01 --until "$(date -d '+7 days' +%F)" --substitute iscg-est@avema01 2>/dev/null
registrar avema01 vacancy coordination@avema01 2>/dev/null
dit bta-gex units avema01
says 'absente jusqu' "$dir/out"
says 'suppléance : ISCG, secteur est (Montluel), 04 65 71 01 01' "$dir/out"
says 'poste vacant, personne ne la supplée' "$dir/out"

# Silence: told to both ends, by reference, with the other side's numbers
dit iscg-est send concern_report --to crip@cd01 --set child_last_name=GAMMA --set child_first_name=Enfant \
    --set age_estimate=6 --set residence_commune=01053 --set 'observed_facts=Faits fictifs.' \
    --set 'reported_statements=« Fictif »' --set person_informed=oui --set legal_basis=casf_l226_2_1 --yes
id=$(deposited)
waits 20 alerted iscg-est "$id"
dit iscg-est alerts
says 'SANS RÉPONSE' "$dir/out"
says '04 65 71 04 00' "$dir/out"
dit crip alerts
says 'SANS RÉPONSE' "$dir/out"
says 'Appelez ISCG, secteur est, Montluel : 04 65 71 01 01' "$dir/out"
tait 'GAMMA' "$dir/out"
dit crip read "$id"
dit crip acknowledge "$id"
dit iscg-est alerts
tait 'SANS RÉPONSE' "$dir/out"
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
