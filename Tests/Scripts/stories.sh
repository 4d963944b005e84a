#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Five stories from the field on the convention of the Ain, with deadlines of seconds. All persons are fictitious.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# The same rules, only faster: fifteen minutes become three seconds, working days four, hours five.
"$python" "$ROOT/Tests/Scripts/fast.py" "$ROOT/examples/ain/convention.yaml" "$dir/fast.yaml"
fresh "$dir/fast.yaml"

# ── 1. The recipient is absent: a substitute answers, the coordination is told of the silence by reference
day=$(date -d '+7 days' +%F)
registrar avema01 absence iscg-est@avema01 --until "$day" --substitute iscg-ouest@avema01 2>"$dir/err"
say bta-montluel send referral --to iscg-est@avema01 "${referral[@]}"
says "ISCG, secteur est: absent until $day, stood in for by: ISCG, secteur ouest (Bourg-en-Bresse), 04 65 71 01 02" "$dir/out"
id=$(sent)
waits 20 alerted coordination "$id"
if grep -q TESTARD "$dir/out"; then fail 'content in an alert'; fi
denied coordination read "$id"
waits 20 alerted bta-montluel "$id"
says '06 39 98 01 01' "$dir/out" # the number to call
say iscg-ouest inbox
says "$id" "$dir/out"
say iscg-ouest read "$id"
says TESTARD "$dir/out"
say iscg-ouest acknowledge "$id"
say bta-montluel track "$id"
says 'acknowledged by the unit' "$dir/out"
waits 5 quiet coordination "$id"
registrar avema01 presence iscg-est@avema01 2>"$dir/err"

# ── 3. The wrong recipient: the echo names unit, kind and town; unopened is destroyed, opened is demanded back
printf 'n\n' | denied iscg-est send orientation --to cms-gex@cd01 "${orientation[@]}"
says 'Orientation summary' "$dir/out"
says 'To: Centre médico-social de Gex, Gex — cms-gex@cd01' "$dir/out"
says 'NOT SENT' "$dir/out"
printf 'y\n' | say iscg-est send orientation --to cms-gex@cd01 "${orientation[@]}"
id=$(sent)
say iscg-est withdraw "$id" --reason misdirected
says 'Centre médico-social de Gex (Gex): unopened, destroyed' "$dir/out"
denied cms-gex read "$id"
printf 'y\n' | say iscg-est send orientation --to cms-gex@cd01 "${orientation[@]}"
id=$(sent)
say cms-gex read "$id"
say iscg-est withdraw "$id" --reason misdirected
says 'Centre médico-social de Gex (Gex): opened already' "$dir/out"
says 'destruction demanded' "$dir/out"
says 'Possible personal data breach (GDPR 33)' "$dir/out"
say iscg-est track "$id"
says 'opened by an agent' "$dir/out"
say cms-gex inbox
says 'Misdirected transmission' "$dir/out"

# ── 4. A revoked agent: refused at the next command; what waits stays with the unit; earlier signatures hold
say iscg-ouest send orientation --to cms-nantua@cd01 "${orientation[@]}" --yes
id=$(sent)
registrar avema01 revoke d-03@avema01 --reason left 2>"$dir/err"
denied iscg-ouest inbox
says 'not enrolled, or no longer' "$dir/out"
say iscg-est inbox
say cms-nantua read "$id"
say cms-nantua track "$id"
denied bta-gex send referral --to iscg-ouest@avema01 "${referral[@]}"
says 'nobody in this unit can read' "$dir/out"

# ── 6. A minor in danger, 23:10: the numbers first, the call recorded, the CRIP's copy forced
report=(--set child_last_name=DELTA --set child_first_name=Enfant --set age_estimate=6 --set residence_commune=01053
    --set 'observed_facts=Traces de coups constatées ce soir.' --set 'reported_statements=« Il m’a tapé. »'
    --set 'danger_grounds=Violences répétées, retour au domicile prévu ce soir.'
    --set 'protection_already_taken=Reste aux urgences.' --set person_informed=not_informed
    --set "not_informed_reason=contraire à l'intérêt de l'enfant" --set legal_basis=casf_l226_4 --urgency immediate)
denied urgences send minor_judicial_report --to parquet@tj-bourg "${report[@]}" --yes
says 'TELEPHONE FIRST.' "$dir/out"
says '06 39 98 05 00' "$dir/out"
says 'phone_call_at' "$dir/out"
says 'NOT SENT' "$dir/out"
call=(--set "phone_call_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)" --set 'phone_call_to=magistrat de permanence')
printf 'y\n' | say urgences send minor_judicial_report --to parquet@tj-bourg "${report[@]}" "${call[@]}"
says 'crip@cd01' "$dir/out"
id=$(sent)
say parquet read "$id"
says 'Enfant' "$dir/out"
say parquet acknowledge "$id"
say crip read "$id"
say crip acknowledge "$id"
say urgences track "$id"
[ "$(grep -c ': acknowledged by the unit' "$dir/out")" = 2 ] || fail "$(cat "$dir/out")"
# The variant: nothing comes, the operations centre is alerted by reference, the sender told to telephone again
say urgences send minor_judicial_report --to parquet@tj-bourg "${report[@]}" "${call[@]}" --yes
id=$(sent)
waits 20 alerted corg "$id"
if grep -q DELTA "$dir/out"; then fail 'content in an alert'; fi
waits 20 alerted urgences "$id"
says '06 39 98 05 00' "$dir/out"
denied corg read "$id"

# ── 7. The prosecution is silent: unit, registry, coordination; its answer carries no detail
say urgences send vulnerable_adult_report --to parquet@tj-bourg --set last_name=EPSILON --set first_name=Mme \
    --set birth_date=1942-03-01 --set vulnerability_ground=age --set 'observed_facts=Comptes vidés.' \
    --set 'reported_statements=« Il garde ma carte. »' --set 'actions_taken=Appel au service social.' \
    --set 'person_opinion=Souhaite que cela cesse.' --set adhesion_status=given --set person_informed=informed \
    --set legal_basis=cc_425 --yes
id=$(sent)
waits 20 alerted secretariat-parquet "$id"
waits 20 alerted coordination "$id"
say urgences send reminder --to parquet@tj-bourg --reply-to "$id" --set reminder_number=1 --yes
say parquet read "$id"
say parquet acknowledge "$id"
waits 5 quiet secretariat-parquet "$id"
say parquet send follow_up_report --to urgences@ch-fleyriat --reply-to "$id" --set outcome=taken_up \
    --set outcome_date=2026-11-21 --set legal_basis=casf_l226_4 --set adhesion_status=not_required \
    --set person_informed=informed --yes
denied parquet send evidence_request --to urgences@ch-fleyriat --reply-to "$id" --yes
says no_flow "$dir/out"

"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
