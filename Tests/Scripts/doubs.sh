#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# The Doubs: two associations, three commissariats, brigades visited on alternate weeks. All persons are fictitious.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

"$sandbox" up "$dir/sb" --convention "$ROOT/examples/doubs/convention.yaml"

# Each commissariat reaches the social worker of its town, of one association or the other
for pair in csp-besancon:iscg-besancon@fv25 csp-montbeliard:iscg-montbeliard@nfc csp-pontarlier:iscg-brigades@fv25; do
    say "${pair%%:*}" send referral --to "${pair#*:}" "${referral[@]}" || fail "$(cat "$dir/out")"
    id=$(sent)
    unit=${pair#*:}
    say "${unit%@*}" read "$id"
    says TESTARD "$dir/out"
    say "${unit%@*}" acknowledge "$id"
    say "${pair%%:*}" track "$id"
    says 'acknowledged by the unit' "$dir/out"
done
# The return to the police is one word; anything more is refused by field and rule
denied iscg-montbeliard send follow_up_report --to csp-montbeliard@ddpn25 --reply-to "$id" --set outcome=taken_up \
    --yes
say csp-montbeliard send referral --to iscg-montbeliard@nfc "${referral[@]}"
id=$(sent)
denied iscg-montbeliard send follow_up_report --to csp-montbeliard@ddpn25 --reply-to "$id" --set outcome=taken_up \
    --set next_step=home_visit --yes
says 'next_step: not a field of this form' "$dir/out"
denied iscg-montbeliard send follow_up_report --to csp-montbeliard@ddpn25 --reply-to "$id" --set outcome=refused \
    --yes
says 'outcome: only: taken up, not taken up' "$dir/out"
say iscg-montbeliard send follow_up_report --to csp-montbeliard@ddpn25 --reply-to "$id" --set outcome=taken_up --yes
returned=$(sent)
say csp-montbeliard read "$returned"
says 'Outcome: taken up' "$dir/out"
# A brigade on an alternate week: the deadline counts the hours of that week only
say bta-morteau send referral --to iscg-brigades@fv25 --urgency urgent "${referral[@]}"
urgent=$(sent)
as bta-morteau sent >"$dir/out"
json 'next(i["due_at"] for i in d if i["id"] == "'"$urgent"'")' >"$dir/due"
"$python" - "$(cat "$dir/due")" <<'PY'
import sys, datetime, zoneinfo
due = datetime.datetime.fromisoformat(sys.argv[1].replace("Z", "+00:00")).astimezone(zoneinfo.ZoneInfo("Europe/Paris"))
odd, hours = due.isocalendar().week % 2 == 1, due.hour + due.minute / 60
days = {0: (odd, 9, 17), 1: (odd, 9, 17), 2: (not odd, 9, 17), 3: (not odd, 9, 17), 4: (True, 9, 12)}
is_open, opens, closes = days.get(due.weekday(), (False, 0, 0))
assert is_open and opens < hours <= closes, due
PY
# Victim support is a mailbox of its own, with the person's agreement; the police are not in it
say iscg-besancon send orientation --to juristes@fv25-aide "${orientation[@]}" --yes
id=$(sent)
say juristes read "$id"
says TESTARD "$dir/out"
denied csp-besancon read "$id"
denied iscg-besancon send orientation --to juristes@fv25-aide "${orientation[@]}" --set adhesion_status=refused --yes
says 'adhesion_status: the convention demands the person' "$dir/out"
# No contact: three facts and no reason
say iscg-besancon send no_contact_notice --to csp-besancon@ddpn25 --set source_reference=2026/000123 \
    --set notice_kind=no_contact --set attempts_count=3 --set person_informed=informed --yes
id=$(sent)
say csp-besancon read "$id" || fail "$(cat "$dir/out")"
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
