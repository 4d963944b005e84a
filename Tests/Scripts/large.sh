#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# A 1 GiB attachment is sealed, deposited, fetched and opened within 96 MiB more than a small one, by the client and
# by the relay.
# shellcheck disable=SC2034,SC2154 # figures names each of the three arrays
. "$(dirname "$0")/lib.sh"
fresh "$small"
cat >"$dir/form.yaml" <<'FORM'
{last_name: TESTARD, first_name: Alpha, safe_phone: "0639980001", needs: [housing], request: Fictif.,
 consent_date: 2026-11-20, shared_scope: [identity, contact, needs, attachments], adhesion_status: given, person_informed: informed}
FORM
{ printf '%%PDF-1.4\n'; head -c 4096 /dev/urandom; } >"$dir/small.pdf"
printf '%%PDF-1.4\n' >"$dir/large.pdf"
truncate -s 1G "$dir/large.pdf"
printf 'end' >>"$dir/large.pdf"

# peak UNIT COMMAND…: largest resident size of the client, in KiB, into $peak; its output into $dir/out
peak() {
    local unit=$1
    shift
    peak=$(LIAISON_VAULT="$dir/sb/agents/$unit" LIAISON_PASSPHRASE_FILE="$dir/sb/agents/$unit.passphrase" \
        "$python" - "$dir/out" "$bin/liaison" --format json "$@" <<'PY'
import resource, subprocess, sys
with open(sys.argv[1], "wb") as output:
    subprocess.run(sys.argv[2:], stdout=output, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PY
    )
}
relay_peak() { sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$(cat "$dir/sb/relay.pid")/status"; }

declare -A sent read relay
for size in small large; do
    peak iscg-est send orientation --to cms-bourg@cd01 --form "$dir/form.yaml" --attach "$dir/$size.pdf" --yes
    sent[$size]=$peak
    id=$(json 'd["id"]')
    peak cms-bourg read "$id" --save "$dir/saved"
    read[$size]=$peak
    relay[$size]=$(relay_peak)
    cmp "$dir/$size.pdf" "$dir/saved/$size.pdf"
    rm "$dir/saved/$size.pdf"
done
for what in sent read relay; do
    declare -n figures=$what
    extra=$((figures[large] - figures[small]))
    echo "$what: ${figures[small]} KiB, ${figures[large]} KiB"
    [ "$extra" -le 98304 ] || fail "$what: $extra KiB more for 1 GiB"
done
