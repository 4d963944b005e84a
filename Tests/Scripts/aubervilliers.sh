#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Aubervilliers: the town employs, the commissaire is the functional authority; both see numbers and never a case. All
# persons are fictitious.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

"$sandbox" up "$dir/sb" --convention "$ROOT/examples/aubervilliers/convention.yaml"

say csp-aubervilliers send referral --to iscg@ville-iscg "${referral[@]}"
id=$(sent)
say iscg read "$id"
says TESTARD "$dir/out"
say iscg acknowledge "$id"
# Neither authority has any way to the case
for unit in commissaire prevention; do
    denied "$unit" read "$id"
    denied "$unit" track "$id"
    denied "$unit" send contact_request --to iscg@ville-iscg --yes
    says no_flow "$dir/out"
done
denied iscg send orientation --to commissaire@ddpn93 "${orientation[@]}" --yes
says no_flow "$dir/out"
# Numbers: small ones are refused, suppressed ones travel
report=(--set period_start=2026-01-01 --set period_end=2026-03-31 --set suppression_threshold=11)
denied iscg send activity_report --to commissaire@ddpn93 "${report[@]}" \
    --set 'indicators=beneficiaries.total=62,profile.victim=4' --yes
says 'profile: victim” is below the threshold of 11' "$dir/out"
denied iscg send activity_report --to commissaire@ddpn93 "${report[@]}" \
    --set 'indicators=sex.total=62,sex.female=48,sex.male=suppressed' --yes
says 'found by subtraction' "$dir/out"
for unit in commissaire@ddpn93 prevention@ville cabinet@pref93; do
    say iscg send activity_report --to "$unit" "${report[@]}" \
        --set 'indicators=beneficiaries.total=62,profile.victim=48,profile.family=14' --yes || fail "$(cat "$dir/out")"
    id=$(sent)
    say "${unit%@*}" read "$id"
    says 'beneficiaries, total = 62' "$dir/out"
    say "${unit%@*}" acknowledge "$id"
done
# Danger goes to the prosecution without the person's agreement, never without a motive
judicial=(--set last_name=EXEMPLE --set first_name=Bêta --set exception_article=cp_223_6 --set facts_date=2026-11-20
    --set 'observed_facts=Menaces de mort ce jour.' --set callback_contact=0199002101 --set legal_basis=cp_223_6
    --set adhesion_status=refused --set person_informed=informed)
denied iscg send judicial_transmission --to parquet@tj-bobigny "${judicial[@]}" --yes
says 'danger_grounds: required field missing' "$dir/out"
denied iscg send judicial_transmission --to parquet@tj-bobigny "${judicial[@]}" --set exception_article=cp_226_14_3 \
    --set 'danger_grounds=Menaces répétées et arme au domicile.' --yes
says 'is not open to your institution' "$dir/out"
say iscg send judicial_transmission --to parquet@tj-bobigny "${judicial[@]}" \
    --set 'danger_grounds=Menaces répétées et arme au domicile.' --yes || fail "$(cat "$dir/out")"
id=$(sent)
say parquet read "$id" || fail "$(cat "$dir/out")"
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
