#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# A registrar's days in a real browser, with mouse, with keys alone, without script and in English, one of them where two registrars
# sign; then what an auditor and others look up, and an agent's pages in English. With PICTURES set, pictures of all pages are kept in Tests/Screenshots.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -x /usr/bin/chromedriver ] || fail 'no chromium-driver: run scripts/setup --tests'
two_registrars
sb=$dir/sb
registrar cd01 units --from "$sb/convention.yaml"
registrar cd01 colleague "$(cat "$dir/fingerprint")" --draft
registrar cd01 publish --convention "$sb/convention.note" >"$dir/half" 2>"$dir/err"
registrar second cosign "$dir/half" --convention "$sb/convention.note" --yes 2>"$dir/err"
for unit in iscg-est@avema01 bta-montluel@ggd01; do joins "${unit%@*}" "$unit" >/dev/null; done
"$python" "$ROOT/Tests/Scripts/desk_registrar.py" "$sb" || fail 'see above'
"$bin/liaisond" verify --data "$sb/relay" >/dev/null
