#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Dijon: two posts at the CCAS. One becomes vacant; senders are warned, the queue goes to the other, urgent first; a
# recruit comes and gets the open threads. All persons are fictitious.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

"$sandbox" up "$dir/sb" --convention "$ROOT/examples/dijon/convention.yaml"
refer_to() { say csp-dijon send referral --to poste-1@ccas-dijon-iscg "${referral[@]}" "$@" || fail "$(cat "$dir/out")"; sent; }

# Sealed while the post is held: the colleague of the other post cannot read it
routine=$(refer_to)
denied poste-2 read "$routine"

# The social worker hands her open threads over before she leaves, then the post is vacant
registrar ccas-dijon-iscg assign d-03@ccas-dijon-iscg poste-1@ccas-dijon-iscg --role substitute 2>"$dir/err"
as poste-1 transfer --to d-03@ccas-dijon-iscg >"$dir/out"
[ "$(json '[i["result"] for i in d]')" = "['transferred']" ] || fail "$(cat "$dir/out")"
registrar ccas-dijon-iscg revoke d-02@ccas-dijon-iscg --reason left 2>"$dir/err"
registrar ccas-dijon-iscg unassign d-03@ccas-dijon-iscg poste-1@ccas-dijon-iscg 2>"$dir/err"
registrar ccas-dijon-iscg vacancy poste-1@ccas-dijon-iscg --substitute poste-2@ccas-dijon-iscg 2>"$dir/err"
denied poste-1 inbox

# Senders are told before they send; what they send is for the substitute to read
urgent=$(refer_to --urgency urgent)
says 'poste 1: post vacant, stood in for by: ISCG, hôtel de police, poste 2 (Dijon), 03 53 01 11 02' "$dir/out"
later=$(refer_to)
as poste-2 inbox >"$dir/out"
[ "$(json '[i["id"] for i in d]')" = "['$urgent', '$routine', '$later']" ] || fail "$(cat "$dir/out")"
for id in "$urgent" "$routine" "$later"; do
    say poste-2 read "$id"
    says TESTARD "$dir/out"
    say poste-2 acknowledge "$id"
done
say csp-dijon track "$urgent"
says 'acknowledged by the unit' "$dir/out"

# The recruit: the post is held again; open threads come by transfer, destroyed ones do not
gone=$(refer_to)
say csp-dijon withdraw "$gone" --reason sent_in_error
registrar ccas-dijon-iscg presence poste-1@ccas-dijon-iscg 2>"$dir/err"
recruit=$(joins recruit poste-1@ccas-dijon-iscg)
denied recruit read "$urgent"
registrar ccas-dijon-iscg assign d-03@ccas-dijon-iscg poste-1@ccas-dijon-iscg --role substitute 2>"$dir/err"
as poste-2 transfer --to "$recruit" >"$dir/out"
[ "$(json 'sorted({i["result"] for i in d}), len(d)')" = "(['transferred'], 3)" ] || fail "$(cat "$dir/out")"
for id in "$urgent" "$routine" "$later"; do
    say recruit read "$id"
    says TESTARD "$dir/out"
done
denied recruit read "$gone"
# The report counts without naming
say coordination send activity_report --to cabinet@pref21 --set period_start=2026-10-01 --set period_end=2026-12-31 \
    --set 'indicators=referral.total=48,referral.direct=suppressed,referral.indirect=suppressed' \
    --set suppression_threshold=11 --yes
id=$(sent)
say cabinet read "$id" || fail "$(cat "$dir/out")"
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
