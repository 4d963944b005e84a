#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Two registrars sign a roster where the institution wants it; a stolen institution key is replaced with the recovery key.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

two_registrars
sb=$dir/sb

# ── Two signatures: one alone publishes nothing
registrar cd01 units --from "$sb/convention.yaml"
registrar cd01 colleague "$(cat "$dir/fingerprint")" --draft
registrar cd01 publish --convention "$sb/convention.note" >"$dir/half" 2>"$dir/err"
says 'second registrar' "$dir/err"
exits 65 registrar cd01 cosign "$dir/half" --convention "$sb/convention.note" --yes # not by the same hand
sed 's/"town":"Bourg-en-Bresse"/"town":"Elsewhere"/' "$dir/half" >"$dir/changed"
exits 65 registrar second cosign "$dir/changed" --convention "$sb/convention.note" --yes
exits 0 registrar second cosign "$dir/half" --convention "$sb/convention.note" --yes
says 'cms-bourg@cd01 comes in' "$dir/err"
says 'published' "$dir/err"
# The second goes on where both stand; the first takes that over
joins_second() {
    registrar second invite cms-bourg@cd01 >"$dir/invited"
    printf 'essai\n' >"$sb/agents/cms.passphrase"
    as cms join "$(cat "$sb/relay.url")" \
        "$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["code"])' "$dir/invited")" >"$dir/out"
    registrar second approve d-01@cd01 >"$dir/half" 2>"$dir/err"
}
joins_second
exits 77 as cms inbox
exits 0 registrar cd01 cosign "$dir/half" --yes
exits 0 as cms inbox

# ── Succession: the gendarmerie's key is stolen
cp -r "$sb/registrars/ggd01" "$sb/registrars/thief"
cp "$sb/registrars/ggd01.passphrase" "$sb/registrars/thief.passphrase"
joins brigade bta-montluel@ggd01 >/dev/null
exits 65 registrar ggd01 succeed --recovery "$sb/registrars/recovery/cd01"
says 'not the recovery key' "$dir/err"
exits 0 registrar ggd01 succeed --recovery "$sb/registrars/recovery/ggd01"
says 'New key in force' "$dir/err"
code=0
registrar thief vacancy bta-gex@ggd01 >"$dir/out" 2>"$dir/err" || code=$?
[ "$code" != 0 ] || fail 'the old key still signs'
# Agents go on, and new ones come, under the new key; what was proven before stays so, and the change shows
exits 0 as brigade units
exits 0 as brigade audit
says 'institution_key_changed' "$dir/out"
exits 0 as cms units
joins later bta-gex@ggd01 >/dev/null
exits 0 as later inbox
as cms units >"$dir/out"
[ "$(json 'any(u["unit"] == "bta-gex@ggd01" for u in d)')" = True ] || fail "$(cat "$dir/out")"
"$bin/liaisond" verify --data "$sb/relay" >/dev/null
