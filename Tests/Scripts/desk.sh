#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# The agent's mailbox in a real browser, with mouse, with keys alone and without script; axe finds nothing on any page. With PICTURES
# set, pictures of all pages are kept in Tests/Screenshots.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ -x /usr/bin/chromedriver ] || fail 'no chromium-driver: run scripts/setup --tests'
fresh "$small"
"$python" "$ROOT/Tests/Scripts/desk_walks.py" "$dir/sb" || fail 'see above'
"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
