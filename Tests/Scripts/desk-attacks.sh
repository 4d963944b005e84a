#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# What other programs and pages of others try on the desk, and what people do to it: two tabs at once, 20 MB in a field.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -x /usr/bin/chromedriver ] || fail 'no chromium-driver: run scripts/setup --tests'
fresh "$small"
"$python" "$ROOT/Tests/Scripts/desk_attacks.py" "$dir/sb" || fail 'see above'
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
