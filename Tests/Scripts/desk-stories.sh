#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# The eight stories from the field in a real browser, with the mouse and with keys alone, on the convention of the Ain with deadlines
# of seconds. With PICTURES set, pictures of all pages are kept in Tests/Screenshots.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -x /usr/bin/chromedriver ] || fail 'no chromium-driver: run scripts/setup --tests'
"$python" "$ROOT/Tests/Scripts/fast.py" "$ROOT/examples/ain/convention.yaml" "$dir/fast.yaml"
for hand in mouse keys; do
    fresh "$dir/fast.yaml"
    "$python" "$ROOT/Tests/Scripts/desk_stories.py" "$dir/sb" "$hand" || fail 'see above'
    "$sandbox" down "$dir/sb"
    "$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
    rm -rf "$dir/sb"
done
